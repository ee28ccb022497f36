// A record is a list of fields, not of types.
// EXPECT: the arguments are fields, as in record<field<\\?"x\\?", double>>
#include <slotted/record/record.hpp>

#ifdef MISTAKE
using point = slotted::record<double, double>;
#else
using point = slotted::record<slotted::field<"x", double>>;
#endif

int main() { return sizeof(point); }
