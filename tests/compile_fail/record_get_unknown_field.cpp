// A record has its fields and nothing else: another name is one error.
// EXPECT-GNU: use of deleted function .*get\(\).*new_attribute
// EXPECT-Clang: deleted member function 'get'
#include <slotted/record/record.hpp>

using point = slotted::record<slotted::field<"x", double>, slotted::field<"y", double>>;

int main() {
  point p{1.0, 2.0};
#ifdef MISTAKE
  p.get<"new_attribute">();
#endif
  return static_cast<int>(p.get<"x">());
}
