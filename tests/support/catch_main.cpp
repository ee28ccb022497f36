// main() of the tests where Catch2 is its one header of 2.13.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
