// A record and a packed record, used field by field.
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>

#include <cstdint>

namespace {

using namespace slotted::literals;
using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", double>,
                              slotted::field<"timestamp", std::int64_t>, slotted::field<"sensor", std::uint16_t>>;
using packed_point =
    slotted::packed_record<slotted::field<"x", double>, slotted::field<"y", double>,
                           slotted::field<"timestamp", std::int64_t>, slotted::field<"sensor", std::uint16_t>>;

}  // namespace

int main(int argc, char**) {
  point p{1.0, 2.0, 3, std::uint16_t{4}};
  p.get<"x">() += argc;
  p["y"_f] = 5;
  packed_point q{1.0, 2.0, 3, std::uint16_t{4}};
  q["timestamp"_f] = argc;
  const auto [x, y, timestamp, sensor] = p;
  return x < y && timestamp == q.get<"timestamp">() && p == p ? 0 : sensor;
}
