// A reference is no value.
// EXPECT: the type must be a plain object type: no reference
#include <slotted/record/record.hpp>

#ifdef MISTAKE
using values = slotted::record<slotted::field<"v", int&>>;
#else
using values = slotted::record<slotted::field<"v", int*>>;
#endif

int main() { return sizeof(values); }
