// A table of a plain struct: rows in, a column out.
#include <slotted/store/table.hpp>

#include <cstdint>

namespace {

struct point {
  double x, y;
  std::int64_t timestamp;
  std::uint16_t sensor;
};

}  // namespace

int main(int argc, char**) {
  slotted::table<point> rows;
  for (int i = 0; i < argc; ++i) rows.push_back({1.0 * i, 2.0, i, 4});
  rows.set<&point::x>(0, 2.5);
  double sum = rows[0].y;
  for (const double x : rows.column<&point::x>()) sum += x;
  for (const auto chunk : rows.chunks())
    for (const auto timestamp : chunk.column<"timestamp">()) sum += static_cast<double>(timestamp);
  return sum > 0 ? 0 : 1;
}
