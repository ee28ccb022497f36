// slotted demo: the attempt to add an attribute, which must not compile: the build asks the compiler for its answer.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <slotted/record/record.hpp>
#include <slotted/record/symbol.hpp>

using DataPoint =
    slotted::record<slotted::field<"x", double>, slotted::field<"y", double>, slotted::field<"timestamp", std::int64_t>,
                    slotted::field<"sensor_id", slotted::symbol<"sensor", std::uint16_t>>>;

void attempt(DataPoint& p) {
#if defined(CONTROL)
  p.get<"x">() = 1;
#else
  p.get<"new_attribute">() = 1;
#endif
}
