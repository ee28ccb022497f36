// A program of somebody else, which took slotted in one of the ways of the README.
#include <cstdio>
#include <slotted/slotted.hpp>

struct point {
  double x, y;
};

int main() {
  slotted::memory_budget budget{slotted::MiB};
  slotted::pool<point> points{budget};
  const auto first = points.insert({1.0, 2.0});
  points[first].x += 1;
  if (points[first].x != 2 || points.footprint().total() != budget.used()) return 1;
  std::printf("app with slotted %d.%d.%d\n", slotted::version_major, slotted::version_minor, slotted::version_patch);
}
