// emplace does not cut a derived record down to its base either.
// EXPECT: sliced_row
#include <slotted/store/checked_pool.hpp>

struct point {
  double x, y;
};
struct point_and_more : point {
  double z;
};

int main() {
  slotted::checked_pool<point> points;
  const point_and_more more{{1, 2}, 3};
#ifdef MISTAKE
  points.emplace(more);
#else
  points.emplace(more.x, more.y);
#endif
  return static_cast<int>(points.size());
}
