// The time key is one of the record's fields.
// EXPECT: history: the time key names no field of the record
#include <slotted/history/history.hpp>

struct point {
  long time;
  double x;
};

#ifdef MISTAKE
slotted::history<point, "when"> past;
#else
slotted::history<point, "time"> past;
#endif

int main() {}
