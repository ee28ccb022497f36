// A nested record has several fields, of which one is the time.
// EXPECT: history: the time key is a record of several fields
#include <slotted/history/history.hpp>

struct moment {
  long seconds;
  int nanoseconds;
};
struct point {
  moment at;
  double x;
};

#ifdef MISTAKE
slotted::history<point, &point::at> past;
#else
slotted::history<point, slotted::path<&point::at, &moment::seconds>> past;
#endif

int main() {}
