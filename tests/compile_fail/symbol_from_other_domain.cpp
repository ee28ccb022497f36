// A symbol does not turn into one of another domain by way of its text.
// EXPECT-GNU: conversion from .*place.* to non-scalar type .*sensor
// EXPECT-Clang: no viable conversion from .*symbol<.* to .*symbol<
#include <slotted/record/symbol.hpp>

using sensor = slotted::symbol<"sensor">;
using place = slotted::symbol<"place">;

int main() {
  const place kitchen = "kitchen";
#ifdef MISTAKE
  const sensor s = kitchen;
#else
  const sensor s = kitchen.view();
#endif
  return s.code();
}
