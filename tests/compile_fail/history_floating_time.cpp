// The steps of a floating-point time are not equal, and some of its values are in no order at all.
// EXPECT: history: the time key must be an integer
#include <slotted/history/history.hpp>

struct point {
#ifdef MISTAKE
  double time;
#else
  long time;
#endif
  double x;
};

slotted::history<point, &point::time> past;

int main() {}
