// Only what converts to the record is inserted.
// EXPECT: no matching (member )?function.*insert
#include <slotted/store/pool.hpp>

struct point {
  double x, y;
};
struct other {
  double x, y;
};

int main() {
  slotted::pool<point> points;
#ifdef MISTAKE
  points.insert(other{1, 2});
#else
  points.insert(point{1, 2});
#endif
  return static_cast<int>(points.size());
}
