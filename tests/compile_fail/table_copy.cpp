// A table is not copied by accident; append copies rows.
// EXPECT: (use of deleted function|call to deleted constructor)
#include <slotted/store/table.hpp>

struct point {
  double x;
};

int main() {
  slotted::table<point> rows;
#ifdef MISTAKE
  slotted::table<point> copy = rows;
#else
  slotted::table<point> copy;
  copy.append(rows);
#endif
}
