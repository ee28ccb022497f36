// Rows of a derived type would be cut down to their base, one after the other.
// EXPECT-GNU: use of deleted function .*append
// EXPECT-Clang: call to deleted member function 'append'
#include <slotted/store/table.hpp>
#include <vector>

struct point {
  double x;
};
struct tagged : point {
  int tag;
};

void add(slotted::table<point>& rows, const std::vector<tagged>& more) {
#ifdef MISTAKE
  rows.append(more);
#else
  for (const point& each : more) rows.push_back(each);
#endif
}

int main() {}
