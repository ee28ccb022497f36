// Two fields of one name are no schema.
// EXPECT: schema_of: two fields have the same name
#include <slotted/record/schema.hpp>

struct point {
  int a;
  int b;
};

template <>
struct slotted::schema_of<point> {
#ifdef MISTAKE
  using fields = slotted::members<slotted::member<"a", &point::a>, slotted::member<"a", &point::b>>;
#else
  using fields = slotted::members<slotted::member<"a", &point::a>, slotted::member<"b", &point::b>>;
#endif
};

int main() { return static_cast<int>(slotted::field_count<point>); }
