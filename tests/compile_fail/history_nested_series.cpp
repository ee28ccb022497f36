// A nested record has several fields, and a series is told apart by one.
// EXPECT: history: the series key is a record of several fields
#include <slotted/history/history.hpp>

struct place {
  int floor, room;
};
struct point {
  long time;
  place at;
  double x;
};

#ifdef MISTAKE
slotted::history<point, &point::time, &point::at> past;
#else
slotted::history<point, &point::time, slotted::path<&point::at, &place::room>> past;
#endif

int main() {}
