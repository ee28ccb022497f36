// A record of a derived type is refused, never cut down to its base.
// EXPECT-GNU: use of deleted function .*insert
// EXPECT-Clang: deleted (member )?function 'insert'
#include <slotted/store/pool.hpp>

struct point {
  double x, y;
};
struct point_and_more : point {
  double z;
};

int main() {
  slotted::pool<point> points;
  const point_and_more more{{1, 2}, 3};
#ifdef MISTAKE
  points.insert(more);
#else
  points.insert(static_cast<const point&>(more));
#endif
  return static_cast<int>(points.size());
}
