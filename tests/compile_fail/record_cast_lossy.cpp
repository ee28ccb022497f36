// record_cast does not turn a floating value into an integer.
// EXPECT: record_cast: two fields of the same name have types that do not convert
#include <slotted/record/compose.hpp>

struct from {
  double x;
};
struct to {
#ifdef MISTAKE
  int x;
#else
  float x;
#endif
};

int main() { return static_cast<int>(slotted::record_cast<to>(from{1.5}).x); }
