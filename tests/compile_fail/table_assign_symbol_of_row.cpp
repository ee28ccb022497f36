// A row is read by value, so giving its symbol another text would change nothing but a copy.
// EXPECT: (passing 'const .*symbol.*' as 'this' argument discards qualifiers|no viable overloaded '=')
#include <slotted/record/symbol.hpp>
#include <slotted/store/table.hpp>

struct point {
  double x;
  slotted::symbol<"compile_fail", unsigned char> sensor;
};

void write(slotted::table<point>& rows) {
#ifdef MISTAKE
  rows[0].sensor = "a";
#else
  rows.set<&point::sensor>(0, "a");
#endif
}

int main() {}
