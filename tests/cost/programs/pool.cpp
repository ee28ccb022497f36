// A pool of a plain struct: in, over, out.
#include <slotted/store/pool.hpp>

#include <cstdint>

namespace {

struct point {
  double x, y;
  std::int64_t timestamp;
  std::uint16_t sensor;
};

}  // namespace

int main(int argc, char**) {
  slotted::memory_budget budget{slotted::memory_budget::of_container(0.5).limit()};
  slotted::pool<point> points{budget};
  const auto first = points.insert({1.0, 2.0, argc, 4});
  points[first].x += 1;
  double sum = 0;
  for (const point& each : points) sum += each.x;
  points.erase(first);
  return points.contains(first) ? static_cast<int>(sum) : 0;
}
