// A history is moved, and never copied by mistake.
// EXPECT: (use of deleted function|call to deleted constructor)
#include <slotted/history/history.hpp>

#include <utility>

struct point {
  long time;
  double x;
};

slotted::history<point, &point::time> pass(slotted::history<point, &point::time>& past) {
#ifdef MISTAKE
  return past;
#else
  return std::move(past);
#endif
}

int main() {}
