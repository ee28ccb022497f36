// The unit that is compiled for AVX2; see ../units_of_other_processors_share_no_function.cpp.
#include "unit.hpp"

unit elsewhere() { return here(sample()); }

std::vector<double> decode_elsewhere(const std::vector<std::byte>& block, std::size_t n) {
  std::vector<double> values(n);
  slotted::codec::decode<double>(block, values);
  return values;
}

double x_elsewhere(const point& p) { return p.get<"x">(); }
