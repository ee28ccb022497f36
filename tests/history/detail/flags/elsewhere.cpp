// The second unit of the test of flags; see ../flags.cpp.
#include "rows.hpp"

flags::stream flags::put_elsewhere(unsigned shape, const rows& r) { return put_here(shape, r); }

flags::rows flags::read_elsewhere(unsigned shape, const stream& s, std::size_t n) { return read_here(shape, s, n); }
