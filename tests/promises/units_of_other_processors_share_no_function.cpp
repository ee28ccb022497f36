// Two units of one program, this one compiled for the baseline and the other for AVX2: a linker that kept one copy of a
// function of both would let a processor without AVX2 run into instructions that it does not have.
#include "units_of_other_processors_share_no_function/unit.hpp"

#include "catch.hpp"

TEST_CASE("units that are compiled for different processors share no function and no type") {
  const unit mine = here(sample());
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
  const unit other = elsewhere();
  CHECK(mine.type != other.type);
  for (std::size_t i = 0; i < std::size(mine.functions); ++i) CHECK(mine.functions[i] != other.functions[i]);
}

TEST_CASE("a block of one unit is what the other would have written, and decodes there") {
  const unit mine = here(sample());
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
  CHECK(mine.block == elsewhere().block);
  CHECK(decode_elsewhere(mine.block, sample().size()) == sample());
}

TEST_CASE("the unit of the baseline runs on a processor of the baseline") {
  const unit mine = here(sample());
  std::vector<double> back(sample().size());
  slotted::codec::decode<double>(mine.block, back);
  CHECK(back == sample());
}
