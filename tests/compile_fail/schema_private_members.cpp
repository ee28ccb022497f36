// A class that hides its members is no record until it brings a schema.
// EXPECT: not recordable: not a plain struct .*give it a slotted::schema_of
#include <slotted/record/schema.hpp>

class point {
 public:
  int sum() const { return a_ + b_; }

 private:
  friend struct slotted::schema_of<point>;
  int a_ = 1;
  int b_ = 2;
};

#ifndef MISTAKE
template <>
struct slotted::schema_of<point> {
  using fields = slotted::members<slotted::member<"a", &point::a_>, slotted::member<"b", &point::b_>>;
};
#endif

int main() { return static_cast<int>(sizeof(slotted::schema<point>)) + point{}.sum(); }
