// The structured bindings of a packed_record are copies, and cannot be written in the belief that they are not.
// EXPECT-GNU: assignment of read-only
// EXPECT-Clang: const-qualified
#include <slotted/record/packed_record.hpp>

using namespace slotted::literals;
using point = slotted::packed_record<slotted::field<"x", double>, slotted::field<"y", double>>;

int main() {
  point p{1.0, 2.0};
  auto& [x, y] = p;
#ifdef MISTAKE
  x = 3;
#else
  p["x"_f] = 3;
#endif
  return static_cast<int>(x + y);
}
