// A program of somebody else, which took slotted in one of the three ways.
#include <cstdio>
#include <slotted/slotted.hpp>

int main() {
  std::printf("app with slotted %d.%d.%d\n", slotted::version_major, slotted::version_minor, slotted::version_patch);
}
