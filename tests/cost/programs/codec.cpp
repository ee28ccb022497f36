// A column of doubles made small and opened again.
#include <slotted/codec/block_reader.hpp>

#include <cstddef>

int main(int argc, char**) {
  const double values[4] = {1.0, 2.5, static_cast<double>(argc), 0.1};
  slotted::codec::column_state state;
  std::byte block[slotted::codec::max_encoded_size(4)];
  const std::size_t size = slotted::codec::encode<double>(values, state, block);
  slotted::codec::block_reader<double> reader({block, size});
  return reader.at(0) == values[0] ? 0 : 1;
}
