// Series are told apart by the bits of their key: two zeros would be two series, and a NaN any number of them.
// EXPECT: history: the series key must be another field than the time
#include <slotted/history/history.hpp>

struct point {
  long time;
  double x;
  int sensor;
};

#ifdef MISTAKE
slotted::history<point, &point::time, &point::x> past;
#else
slotted::history<point, &point::time, &point::sensor> past;
#endif

int main() {}
