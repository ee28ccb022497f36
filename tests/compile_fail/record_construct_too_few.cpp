// By position every field is given: one that was forgotten is an error, not a zero.
// EXPECT: no matching
#include <slotted/record/record.hpp>

using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", double>, slotted::field<"z", double>>;

int main() {
#ifdef MISTAKE
  point p{1.0, 2.0};
#else
  point p{1.0, 2.0, 3.0};
#endif
  return static_cast<int>(p.get<"x">());
}
