// The rows of a range are not cut down to their base either.
// EXPECT: (use of deleted function|call to deleted member function 'append')
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
  past.append(rows);
#else
  for (const tagged& row : rows) past.append(static_cast<const point&>(row));
#endif
}

int main() {}
