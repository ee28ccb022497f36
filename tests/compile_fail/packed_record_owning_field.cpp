// What owns memory cannot be kept as bytes.
// EXPECT: packed_record: every field must be trivially copyable
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>

#include <string>

#ifdef MISTAKE
using named = slotted::packed_record<slotted::field<"name", std::string>, slotted::field<"x", double>>;
#else
using named = slotted::record<slotted::field<"name", std::string>, slotted::field<"x", double>>;
#endif

int main() { return static_cast<int>(named{}.get<"x">()); }
