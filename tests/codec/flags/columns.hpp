// What both translation units of the test of flags are made of: the codec over a fixed set of columns.
#pragma once

#include <slotted/codec/block.hpp>
#include <vector>

#include "../generated.hpp"

namespace flags {

using bytes = std::vector<std::byte>;

// The other unit, compiled with other flags.
bytes encode_elsewhere(const std::vector<double>& values);
std::vector<std::uint64_t> decode_elsewhere(const bytes& block, std::size_t n);

// In an anonymous namespace, so that each unit has its own, made with its own flags.
namespace {

bytes encode_here(const std::vector<double>& values) {
  slotted::codec::column_state state;
  bytes block(slotted::codec::max_encoded_size(values.size()));
  block.resize(slotted::codec::encode<double>(values, state, block));
  return block;
}

std::vector<std::uint64_t> decode_here(const bytes& block, std::size_t n) {
  std::vector<double> values(n);
  slotted::codec::decode<double>(block, values);
  std::vector<std::uint64_t> patterns(n);
  std::memcpy(patterns.data(), values.data(), 8 * n);
  return patterns;
}

}  // namespace
}  // namespace flags
