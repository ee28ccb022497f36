// A record is not extended by a field that it has.
// EXPECT: two fields have the same name
#include <slotted/record/compose.hpp>

using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", double>>;

#ifdef MISTAKE
using more = slotted::extend<point, slotted::field<"x", int>>;
#else
using more = slotted::extend<point, slotted::field<"z", int>>;
#endif

int main() { return static_cast<int>(more{}.get<"y">()); }
