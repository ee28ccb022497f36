// A row is read by value; where it is a record, the error of writing to its field says what to use instead.
// EXPECT-GNU: read-only location .*write_with_set_K_of_the_table
// EXPECT-Clang: to write, rows\.set<K>\(i, value\)
#include <slotted/record/record.hpp>
#include <slotted/store/table.hpp>

using namespace slotted::literals;
using point = slotted::record<slotted::field<"x", double>>;

void write(slotted::table<point>& rows) {
#ifdef MISTAKE
  rows[0]["x"_f] = 1.0;
#else
  rows.set<"x">(0, 1.0);
  [[maybe_unused]] auto x = rows[0]["x"_f];
#endif
}

int main() {}
