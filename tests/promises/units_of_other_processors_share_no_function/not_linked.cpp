// Hands a point of the baseline to a unit that is compiled for AVX2: no program comes of it.
#include "unit.hpp"

int main() { return static_cast<int>(x_elsewhere(point(1.0))) + static_cast<int>(here(sample()).block.size()); }
