#include <slotted/codec/quantised.hpp>

#include <cmath>
#include <slotted/codec/block.hpp>
#include <slotted/history/history.hpp>
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/store/table.hpp>
#include <sstream>

#include "catch.hpp"
#include "generated.hpp"

using slotted::quantised;
using slotted::rounded;

namespace {

std::uint64_t pattern(double v) { return std::bit_cast<std::uint64_t>(v); }
std::uint32_t pattern(float v) { return std::bit_cast<std::uint32_t>(v); }

// Reals of all sizes, those halfway between two steps among them.
double any_real(generated::random& r, double step) {
  switch (generated::below(r, 4)) {
    case 0:
      return static_cast<double>(static_cast<std::int64_t>(generated::below(r, 2'000'001)) - 1'000'000) / 2 * step;
    case 1:
      return std::bit_cast<double>(generated::awkward(r));
    case 2:
      return std::bit_cast<double>((generated::below(r, 2) << 63) | ((1023 - 40 + generated::below(r, 80)) << 52) |
                                   (r() >> 12));
    default:
      return generated::decimal(static_cast<std::int64_t>(generated::below(r, 1'000'000'000)) - 500'000'000, 6);
  }
}

template <class T, slotted::step_size Step>
void never_beyond_half_a_step() {
  generated::random r(201);
  for (int k = 0; k < 50'000; ++k) {
    const T value = static_cast<T>(any_real(r, Step.value));
    const T held = quantised<T, Step>(value);
    if (!std::isfinite(value)) {
      REQUIRE(pattern(held) == pattern(value));
      continue;
    }
    // Exact: either the two are within a factor of two of each other, or one is much smaller than a step.
    REQUIRE(std::abs(static_cast<double>(held) - static_cast<double>(value)) <= Step.value / 2);
    const T again = quantised<T, Step>(held);
    REQUIRE(pattern(again) == pattern(held));
  }
}

struct reading {
  std::int64_t time;
  quantised<double, 0.01> celsius;
  rounded<float, 8> pressure;
};
using packed = slotted::packed_record<slotted::field<"id", std::uint8_t>, slotted::field<"v", quantised<float, 0.5>>>;

}  // namespace

static_assert(sizeof(quantised<float, 0.5>) == 4 && sizeof(quantised<double, 1e-3>) == 8);
static_assert(std::is_trivially_copyable_v<quantised<double, 0.01>>);
static_assert(!std::is_same_v<quantised<double, 0.01>, quantised<double, 0.02>>);
static_assert(sizeof(packed) == 5);

TEST_CASE("a quantised real is never beyond half a step from what it was made of, and stays what it is") {
  never_beyond_half_a_step<double, 0.01>();
  never_beyond_half_a_step<double, 0.3>();
  never_beyond_half_a_step<double, 5>();
  never_beyond_half_a_step<double, 3.14159265358979 / 180>();
  never_beyond_half_a_step<double, 1e-15>();
  never_beyond_half_a_step<double, 1e15>();
  never_beyond_half_a_step<float, 0.01>();
  never_beyond_half_a_step<float, 1e-7>();
  never_beyond_half_a_step<float, 1000>();
}

TEST_CASE("hundredths are the doubles that are written so") {
  for (int k = -5'000; k < 5'000; ++k) {
    const double written = generated::decimal(k, 2);
    REQUIRE(pattern(quantised<double, 0.01>(written + 0.004)) == (k == 0 ? 0 : pattern(written)));
    REQUIRE(pattern(quantised<double, 0.01>(written - 0.004)) == (k == 0 ? 0 : pattern(written)));
  }
  CHECK(pattern(quantised<float, 0.01>(1.2349F)) == pattern(1.23F));
}

TEST_CASE("what is not a number keeps its payload") {
  for (const std::uint64_t p : {0x7FF8000000001234u, 0xFFF0000000000001u, 0x7FF0000000000000u, 0xFFF0000000000000u}) {
    CHECK(pattern(quantised<double, 0.01>(std::bit_cast<double>(p))) == p);
    CHECK(pattern(rounded<double, 12>(std::bit_cast<double>(p))) == p);
  }
}

TEST_CASE("a rounded real is within half of its last bit") {
  generated::random r(202);
  for (int k = 0; k < 50'000; ++k) {
    const double value = any_real(r, 0.01);
    if (!std::isfinite(value)) continue;
    const double held = rounded<double, 10>(value);
    const int exponent = std::max(value == 0 ? -1022 : std::ilogb(value), -1022);
    if (std::abs(value) < 0x1.FFCp1023) REQUIRE(std::abs(held - value) <= std::ldexp(0.5, exponent - 10));
    if (std::abs(value) < 0x1.FFCp1023) REQUIRE((pattern(held) & ((std::uint64_t{1} << 42) - 1)) == 0);
    REQUIRE(pattern(rounded<double, 10>(held)) == pattern(held));
    REQUIRE(pattern(rounded<double, 52>(value)) == pattern(value));
  }
  CHECK(rounded<double, 1>(std::numeric_limits<double>::max()) == std::numeric_limits<double>::max());
  CHECK(rounded<float, 7>(1.0039F) == 1.0F);
  CHECK(rounded<float, 7>(1.0040F) == 1.0078125F);
  static_assert(rounded<double, 2>(1.1) == 1.0);
}

TEST_CASE("fields round what is assigned to them, in records, packed records and tables") {
  using point = slotted::record<slotted::field<"x", quantised<double, 0.25>>, slotted::field<"n", int>>;
  point p(1.3, 7);
  CHECK(p.get<"x">() == 1.25);
  p.set<"x">(9.9);
  CHECK(p.get<"x">() == 10.0);
  packed small;
  small.set<"v">(3.3F);
  CHECK(small.get<"v">() == 3.5F);

  slotted::memory_budget budget{slotted::MiB};
  slotted::table<reading> rows{budget};
  rows.push_back({1, 20.004, 1013.25F});
  CHECK(rows[0].celsius == 20.0);
  CHECK(rows[0].pressure == 1014.0F);
}

TEST_CASE("a history keeps rounded rows without loss, in fewer bytes") {
  const auto bytes_of = [](auto make) {
    using row = decltype(make(0, 0.0));
    slotted::memory_budget budget{64 * slotted::MiB};
    slotted::history<row, &row::time> past{budget};
    generated::random r(203);
    double walk = 20;
    std::vector<row> appended;
    for (int i = 0; i < 20'000; ++i) {
      walk += (static_cast<double>(r() >> 11) * 0x1p-53 - 0.5) * 0.1;
      appended.push_back(make(i, walk));
      past.append(appended.back());
    }
    past.seal();
    std::size_t i = 0;
    for (const row each : past.rows()) {
      REQUIRE(pattern(static_cast<double>(each.value)) == pattern(static_cast<double>(appended[i].value)));
      ++i;
    }
    REQUIRE(i == appended.size());
    return past.footprint().total();
  };
  struct exact {
    std::int64_t time;
    double value;
  };
  struct hundredths {
    std::int64_t time;
    quantised<double, 0.01> value;
  };
  struct ten_bits {
    std::int64_t time;
    rounded<double, 10> value;
  };
  const std::size_t before = bytes_of([](std::int64_t t, double v) { return exact{t, v}; });
  CHECK(bytes_of([](std::int64_t t, double v) { return hundredths{t, v}; }) * 3 < before);
  CHECK(bytes_of([](std::int64_t t, double v) { return ten_bits{t, v}; }) * 3 < before);
}

TEST_CASE("what is rounded is added up and compared in a history as its reals are") {
  slotted::memory_budget budget{64 * slotted::MiB};
  slotted::history<reading, &reading::time> past{budget};
  double sum = 0;
  for (int i = 0; i < 3'000; ++i) {
    const reading row{i, generated::decimal(i % 700, 3), 7};
    sum += i % 1'000 == 999 ? 0 : double{row.celsius};
    past.append(i % 1'000 == 999 ? reading{i, std::numeric_limits<double>::quiet_NaN(), 7} : row);
  }
  past.seal();
  const auto all = past.rows().aggregate<&reading::celsius>();
  CHECK(all.count == 2'997);
  CHECK(all.nans == 3);
  CHECK(all.min == 0.0);
  CHECK(all.max == 0.7);
  CHECK(std::abs(all.sum - sum) < 1e-6);
  std::size_t buckets = 0;
  for (const auto& each : past.rows().aggregate<&reading::pressure>(0, 3'000, 500)) {
    CHECK(each.mean() == 7);
    ++buckets;
  }
  CHECK(buckets == 6);
}
