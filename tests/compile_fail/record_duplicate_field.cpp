// Two fields of one name are no record.
// EXPECT: two fields have the same name
#include <slotted/record/record.hpp>

#ifdef MISTAKE
using point = slotted::record<slotted::field<"x", double>, slotted::field<"x", int>>;
#else
using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", int>>;
#endif

int main() { return sizeof(point); }
