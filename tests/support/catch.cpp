// Carries the precompiled header that every test program uses.
#include "catch.hpp"
