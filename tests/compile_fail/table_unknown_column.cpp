// A table has the columns of its record, and none can be added.
// EXPECT: (use of deleted function|call to deleted member function 'column')
#include <slotted/store/table.hpp>

struct point {
  double x;
};

void read(const slotted::table<point>& rows) {
#ifdef MISTAKE
  (void)rows.column<"new_attribute">();
#else
  (void)rows.column<"x">();
#endif
}

int main() {}
