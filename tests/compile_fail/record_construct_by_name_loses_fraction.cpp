// A floating value does not become an integer field by name.
// EXPECT-GNU: use of deleted function
// EXPECT-Clang: call to deleted constructor
#include <slotted/record/record.hpp>

using namespace slotted::literals;
using count = slotted::record<slotted::field<"name", char>, slotted::field<"n", int>>;

int main() {
#ifdef MISTAKE
  count c{"n"_f = 1.5};
#else
  count c{"n"_f = 1};
#endif
  return c.get<"n">();
}
