// A null pointer is no text.
// EXPECT-GNU: use of deleted function .*symbol\(std::nullptr_t\)
// EXPECT-Clang: from .std::nullptr_t. to .* invokes a deleted function
#include <slotted/record/symbol.hpp>

using sensor = slotted::symbol<"sensor">;

int main() {
#ifdef MISTAKE
  const sensor s = nullptr;
#else
  const sensor s = "";
#endif
  return s.code();
}
