// slotted: the demo's command line takes what is possible and refuses the rest.
// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <vector>

#include "catch.hpp"

namespace {

demo::parsed_options parsed(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "slotted_demo");
  return demo::parse_options(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("sizes are read with and without a unit") {
  CHECK(demo::parse_bytes("4096") == 4096U);
  CHECK(demo::parse_bytes("64KiB") == 65'536U);
  CHECK(demo::parse_bytes("256MiB") == 268'435'456U);
  CHECK(demo::parse_bytes("256 mib") == 268'435'456U);
  CHECK(demo::parse_bytes("1.5GiB") == 1'610'612'736U);
  CHECK(demo::parse_bytes("2G") == 2'147'483'648U);
  CHECK(demo::parse_bytes("10MB") == 10'000'000U);
  CHECK(demo::parse_bytes("7 bytes") == 7U);
}

TEST_CASE("what is no size is refused") {
  for (const char* text : {"", "MiB", "256 bananas", "-1MiB", "1..5MiB", ".", "1e6", "0x10", "nan", "inf", "1 MiB x",
                           "99999999999999999999999", "12MiBs"}) {
    INFO(text);
    CHECK_FALSE(demo::parse_bytes(text));
  }
}

TEST_CASE("counts may be grouped") {
  CHECK(demo::parse_count("1000000") == 1'000'000U);
  CHECK(demo::parse_count("1'000'000") == 1'000'000U);
  CHECK(demo::parse_count("1,000,000") == 1'000'000U);
  CHECK(demo::parse_count("1_000") == 1'000U);
  CHECK(demo::parse_count("2k") == 2'000U);
  CHECK(demo::parse_count("2M") == 2'000'000U);
  CHECK(demo::parse_count("1.5m") == 1'500'000U);
  CHECK(demo::parse_count("1G") == 1'000'000'000U);
  CHECK(demo::parse_count("18446744073709551615k") == std::numeric_limits<std::uint64_t>::max());  // no overflow
  for (const char* text :
       {"", "-5", "1.5", "ten", "10 points", "1e6", "'1", "k", "2kk", "2KiB", "1.0001k", "1..5M", "."}) {
    INFO(text);
    CHECK_FALSE(demo::parse_count(text));
  }
}

TEST_CASE("figures are printed as people write them") {
  CHECK(demo::format_count(0) == "0");
  CHECK(demo::format_count(999) == "999");
  CHECK(demo::format_count(1'000) == "1,000");
  CHECK(demo::format_count(12'345'678) == "12,345,678");
  CHECK(demo::format_bytes(512) == "512 B");
  CHECK(demo::format_bytes(1024.0 * 256 * 1024) == "256 MiB");
  CHECK(demo::format_bytes(1.5 * 1024 * 1024 * 1024) == "1.5 GiB");
}

TEST_CASE("nothing given is a million points and 32 MiB") {
  const demo::parsed_options got = parsed({});
  REQUIRE_FALSE(got.exit_status);
  CHECK(got.value.points == 1'000'000);
  CHECK(got.value.limit_bytes == std::size_t{32} << 20U);
  CHECK(got.value.files.empty());
  CHECK_FALSE(got.value.json);
}

TEST_CASE("options and files may stand in any order") {
  const demo::parsed_options got = parsed({"a.csv", "--points", "500", "-", "--limit=8MiB", "--json"});
  REQUIRE_FALSE(got.exit_status);
  CHECK(got.value.files == std::vector<std::string>{"a.csv", "-"});
  CHECK(got.value.points == 500);
  CHECK(got.value.limit_bytes == std::size_t{8} << 20U);
  CHECK(got.value.json);
}

TEST_CASE("impossible values and unknown options exit with status 2") {
  const std::vector<std::vector<const char*>> refused{{"--bananas"},
                                                      {"--points", "0"},
                                                      {"--points", "-5"},
                                                      {"--points", "many"},
                                                      {"--points"},
                                                      {"--points", "1e6"},
                                                      {"--points", "1000000001"},
                                                      {"--limit", "256 bananas"},
                                                      {"--limit", "0"},
                                                      {"--limit", "1KiB"},
                                                      {"--limit", "-1MiB"},
                                                      {"--limit", "8000000TiB"},
                                                      {"--seconds", "0"},
                                                      {"--seconds", "nan"},
                                                      {"--rate", "-3"},
                                                      {"--rate", "1e9"},
                                                      {"--synthetic", "a.csv"},
                                                      {"-", "-"},
                                                      {"--points=18446744073709551617"}};
  for (const auto& each : refused) {
    INFO(each.front() << ' ' << each.back());
    CHECK(parsed(each).exit_status == 2);
  }
  CHECK(parsed({"--help"}).exit_status == 0);
  CHECK(parsed({"--version"}).exit_status == 0);
}
