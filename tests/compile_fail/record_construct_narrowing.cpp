// Construction by position refuses to narrow, as a plain struct does.
// EXPECT-GNU: narrowing conversion
// EXPECT-Clang: cannot be narrowed
#include <slotted/record/record.hpp>

using count = slotted::record<slotted::field<"name", char>, slotted::field<"n", int>>;

int main() {
#ifdef MISTAKE
  count c{'a', 0.5};
#else
  count c{'a', 5};
#endif
  return c.get<"n">();
}
