// try_insert does not cut a record of a derived type down to its base either.
// EXPECT-GNU: use of deleted function .*try_insert
// EXPECT-Clang: deleted (member )?function 'try_insert'
#include <slotted/store/pool.hpp>

struct point {
  double x;
};
struct tagged : point {
  int tag;
};

bool add(slotted::pool<point>& points, const tagged& more) {
#ifdef MISTAKE
  return points.try_insert(more).has_value();
#else
  return points.try_insert(static_cast<const point&>(more)).has_value();
#endif
}

int main() {}
