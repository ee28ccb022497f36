// A row of a derived type would be cut down to its base.
// EXPECT: (use of deleted function|call to deleted member function 'append')
#include <slotted/history/history.hpp>

struct point {
  long time;
  double x;
};
struct tagged : point {
  int tag;
};

void add(slotted::history<point, &point::time>& past, const tagged& row) {
#ifdef MISTAKE
  past.append(row);
#else
  past.append(static_cast<const point&>(row));
#endif
}

int main() {}
