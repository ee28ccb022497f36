// A pool holds objects that can be written.
// EXPECT: a pool holds objects of a plain type
#include <slotted/store/pool.hpp>

#ifdef MISTAKE
using record = const int;
#else
using record = int;
#endif

int main() {
  slotted::pool<record> numbers;
  return static_cast<int>(numbers.size());
}
