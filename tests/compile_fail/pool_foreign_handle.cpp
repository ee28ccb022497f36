// The handle of one kind of pool is not taken by another.
// EXPECT-GNU: cannot convert .*pool_handle|no match for 'operator\[\]'
// EXPECT-Clang: no viable (conversion|overloaded operator\[\])
#include <slotted/store/pool.hpp>

struct point {
  double x, y;
};
struct sensor {
  int id;
};

int main() {
  slotted::pool<point> points;
  slotted::pool<sensor> sensors;
  const auto h = points.insert({1, 2});
  const auto s = sensors.insert({3});
#ifdef MISTAKE
  return sensors[h].id;
#else
  return sensors[s].id + static_cast<int>(points[h].x);
#endif
}
