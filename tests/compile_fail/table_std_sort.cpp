// A table sorts its rows itself: what its iterators give are values.
// EXPECT: error: static.assert.*a table sorts its rows itself, and no iterator can: say sort_by<K>
// ERRORS: 1
#include <algorithm>
#include <slotted/store/table.hpp>

struct point {
  double x;
};

void sort(slotted::table<point>& rows) {
#ifdef MISTAKE
  std::sort(rows.begin(), rows.end(), [](const point& a, const point& b) { return a.x < b.x; });
#else
  rows.sort_by<&point::x>();
#endif
}

int main() {}
