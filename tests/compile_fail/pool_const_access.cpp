// A const pool hands out const records.
// EXPECT-GNU: assignment of member .* in read-only object
// EXPECT-Clang: cannot assign to return value because function 'operator\[\]' returns a const value
#include <slotted/store/pool.hpp>

struct point {
  double x, y;
};

int main() {
  slotted::pool<point> points;
  const auto h = points.insert({1, 2});
#ifdef MISTAKE
  const slotted::pool<point>& view = points;
#else
  slotted::pool<point>& view = points;
#endif
  view[h].x = 3;
  return static_cast<int>(points[h].x);
}
