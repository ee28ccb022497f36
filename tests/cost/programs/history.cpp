// A history of a plain struct, a series a sensor: points in.
#include <slotted/history/history.hpp>

#include <cstdint>

namespace {

struct point {
  double x, y;
  std::int64_t timestamp;
  std::uint16_t sensor;
};

}  // namespace

int main(int argc, char**) {
  slotted::history<point, &point::timestamp, &point::sensor> past;
  for (int i = 0; i < argc; ++i) past.append({1.0 * i, 2.0, i, 4});
  past.seal();
  return past.size() == 0 ? 1 : 0;
}
