// A code is an unsigned integer of 1, 2 or 4 bytes.
// EXPECT: the code of a symbol is std::uint8_t, std::uint16_t or std::uint32_t
#include <slotted/record/symbol.hpp>

#ifdef MISTAKE
using sensor = slotted::symbol<"sensor", std::int16_t>;
#else
using sensor = slotted::symbol<"sensor", std::uint16_t>;
#endif

int main() { return sizeof(sensor); }
