// What owns memory cannot be a column.
// EXPECT: table: every field must be trivially copyable
#include <slotted/store/table.hpp>

#include <string>

struct point {
  double x;
#ifdef MISTAKE
  std::string sensor;
#else
  int sensor;
#endif
};

int main() { slotted::table<point> rows; }
