// The second unit of the test of flags; see ../flags.cpp.
#include "columns.hpp"

flags::bytes flags::encode_elsewhere(const std::vector<double>& values) { return encode_here(values); }

std::vector<std::uint64_t> flags::decode_elsewhere(const bytes& block, std::size_t n) { return decode_here(block, n); }
