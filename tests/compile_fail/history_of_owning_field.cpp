// What owns memory cannot be compressed as numbers.
// EXPECT: history: every field must be trivially copyable
#include <slotted/history/history.hpp>

#include <slotted/record/symbol.hpp>

#include <string>

struct point {
  long time;
#ifdef MISTAKE
  std::string sensor;
#else
  slotted::symbol<"compile_fail sensor"> sensor;
#endif
};

slotted::history<point, &point::time> past;

int main() {}
