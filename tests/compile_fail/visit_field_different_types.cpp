// visit_field returns one type, whatever the field.
// EXPECT: visit_field: f must return the same type for every field
#include <slotted/interop/by_name.hpp>

struct point {
  double x;
  int n;
};

int main() {
  point p{1.0, 2};
#ifdef MISTAKE
  return static_cast<int>(slotted::visit_field(p, "x", [](const auto& each) { return each; }));
#else
  return static_cast<int>(slotted::visit_field(p, "x", [](const auto& each) { return static_cast<double>(each); }));
#endif
}
