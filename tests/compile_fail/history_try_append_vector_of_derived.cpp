// try_append of a range does not cut its rows down to their base either.
// EXPECT: (use of deleted function|call to deleted member function 'try_append')
#include <slotted/history/history.hpp>

#include <vector>

struct point {
  long time;
  double x;
};
struct tagged : point {
  int tag;
};

void add(slotted::history<point, &point::time>& past, const std::vector<tagged>& rows) {
#ifdef MISTAKE
  (void)past.try_append(rows);
#else
  for (const tagged& row : rows) (void)past.try_append(static_cast<const point&>(row));
#endif
}

int main() {}
