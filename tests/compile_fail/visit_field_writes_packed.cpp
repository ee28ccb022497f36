// A visited field of a packed_record is a copy, and says so when it is written.
// EXPECT-GNU: assignment of read-only reference
// EXPECT-Clang: const-qualified
#include <slotted/interop/by_name.hpp>
#include <slotted/record/packed_record.hpp>

using point = slotted::packed_record<slotted::field<"x", double>, slotted::field<"y", double>>;

int main() {
  point p{1.0, 2.0};
#ifdef MISTAKE
  slotted::visit_field(p, "x", [](auto& x) { x = 3; });
#else
  slotted::set_field(p, "x", 3);
#endif
}
