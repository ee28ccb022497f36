// What each unit of the test says of itself.
#pragma once

#include <cstddef>
#include <slotted/codec/block.hpp>
#include <slotted/record/record.hpp>
#include <span>
#include <string>
#include <typeinfo>
#include <vector>

using point = slotted::record<slotted::field<"x", double>>;

struct unit {
  std::string type;          // the mangled name of a type of the library
  const void* functions[3];  // an inline function, a template and a kernel
  std::vector<std::byte> block;
};

// The unit that is compiled for more than the baseline.
unit elsewhere();
std::vector<double> decode_elsewhere(const std::vector<std::byte>& block, std::size_t n);
// Defined for that unit's points: whoever calls it with another's is not linked.
double x_elsewhere(const point& p);

namespace {

unit here(std::span<const double> values) {
  using namespace slotted::codec;
  unit u{typeid(point).name(),
         {reinterpret_cast<const void*>(&encoded_size), reinterpret_cast<const void*>(&try_decode<double>),
          reinterpret_cast<const void*>(&slotted::detail::codec::pack)},
         std::vector<std::byte>(max_encoded_size(values.size()))};
  column_state state;
  u.block.resize(encode<double>(values, state, u.block));
  return u;
}

const std::vector<double>& sample() {
  static const std::vector<double> values = [] {
    std::vector<double> v;
    for (int i = 0; i < 1000; ++i) v.push_back(i % 37 * 0.25 + i);
    return v;
  }();
  return values;
}

}  // namespace
