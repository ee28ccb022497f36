// A pool's iterators go forward only.
// EXPECT-GNU: no match for 'operator--'
// EXPECT-Clang: cannot decrement value of type
#include <slotted/store/pool.hpp>

int main() {
  slotted::pool<int> points;
  auto it = points.begin();
#ifdef MISTAKE
  --it;
#else
  it = points.begin();
#endif
  return it == points.end() ? 0 : 1;
}
