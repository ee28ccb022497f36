// A row is read by value; where it is a record, setting its field is refused by a line that says what to use.
// EXPECT: use rows\.set<K>\(i, value\)
#include <slotted/record/record.hpp>
#include <slotted/store/table.hpp>

using point = slotted::record<slotted::field<"x", double>>;

void write(slotted::table<point>& rows) {
#ifdef MISTAKE
  rows[0].set<"x">(1.0);
#else
  rows.set<"x">(0, 1.0);
#endif
}

int main() {}
