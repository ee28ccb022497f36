// A C array is no value.
// EXPECT: no C array \(use std::array\)
#include <slotted/record/record.hpp>

#include <array>

#ifdef MISTAKE
using values = slotted::record<slotted::field<"v", int[3]>>;
#else
using values = slotted::record<slotted::field<"v", std::array<int, 3>>>;
#endif

int main() { return sizeof(values); }
