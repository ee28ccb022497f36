// A record is not projected onto a field that it does not have.
// EXPECT: project: the record has no field of this name
#include <slotted/record/compose.hpp>

using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", double>>;

#ifdef MISTAKE
using less = slotted::project<point, "y", "new_attribute">;
#else
using less = slotted::project<point, "y", "x">;
#endif

int main() { return static_cast<int>(less{}.get<"y">()); }
