// A label as a symbol in a plain struct.
#include <slotted/record/schema.hpp>
#include <slotted/record/symbol.hpp>

#include <cstdint>

namespace {

struct point {
  double x, y;
  std::int64_t timestamp;
  slotted::symbol<"sensor", std::uint16_t> sensor;
};

}  // namespace

int main(int, char** argv) {
  const point p{1.0, 2.0, 3, argv[0]};
  return p.sensor == "sensor_1" && slotted::field_count<point> == 4 ? 0 : 1;
}
