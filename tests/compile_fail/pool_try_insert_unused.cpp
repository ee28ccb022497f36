// Whether a record is in must be looked at: that is what try_ is for.
// EXPECT: error: ignoring return value
#include <slotted/store/pool.hpp>
#pragma GCC diagnostic error "-Wunused-result"

void add(slotted::pool<int>& points) {
#ifdef MISTAKE
  points.try_insert(5);
#else
  if (!points.try_insert(5)) return;
#endif
}

int main() {}
