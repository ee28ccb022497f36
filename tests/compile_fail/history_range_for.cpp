// A history is no range by itself; the error of iterating over it names what is.
// EXPECT: iterate_over_rows_or_series
#include <slotted/history/history.hpp>

struct point {
  long time;
  double x;
};

double add_up(slotted::history<point, &point::time>& past) {
  double sum = 0;
#ifdef MISTAKE
  for (const point row : past) sum += row.x;
#else
  for (const point row : past.rows()) sum += row.x;
#endif
  return sum;
}

int main() {}
