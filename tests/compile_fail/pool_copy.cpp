// A pool moves and is not copied.
// EXPECT-GNU: use of deleted function .*pool
// EXPECT-Clang: (deleted|deleted constructor|implicitly-deleted copy constructor).*pool
#include <slotted/store/pool.hpp>

#include <utility>

int main() {
  slotted::pool<int> points;
#ifdef MISTAKE
  slotted::pool<int> other(points);
#else
  slotted::pool<int> other(std::move(points));
#endif
  return static_cast<int>(other.size());
}
