// A checked_pool does not cut a record of a derived type down to its base.
// EXPECT-GNU: use of deleted function .*insert
// EXPECT-Clang: deleted (member )?function 'insert'
#include <slotted/store/checked_pool.hpp>

struct point {
  double x;
};
struct tagged : point {
  int tag;
};

void add(slotted::checked_pool<point>& points, const tagged& more) {
#ifdef MISTAKE
  points.insert(more);
#else
  points.insert(static_cast<const point&>(more));
#endif
}

int main() {}
