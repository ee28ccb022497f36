// A pool holds objects.
// EXPECT: a pool holds objects of a plain type
#include <slotted/store/pool.hpp>

#ifdef MISTAKE
using record = int&;
#else
using record = int;
#endif

int main() {
  slotted::pool<record> numbers;
  return static_cast<int>(numbers.size());
}
