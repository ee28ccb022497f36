#include <slotted/codec/runs.hpp>

#include <vector>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::detail::codec;

namespace {

encoder_room room;

std::vector<std::uint64_t> held(generated::random& r, std::size_t n, std::uint64_t one_in) {
  std::vector<std::uint64_t> v(n);
  std::uint64_t value = 0;
  for (auto& x : v) x = value += generated::below(r, one_in) == 0;
  return v;
}

std::vector<std::byte> written(const std::vector<std::uint64_t>& v, run_plan& p) {
  plan_runs(v.data(), v.size(), room, p);
  std::vector<std::byte> bytes(p.size);
  byte_writer out(bytes.data());
  write_runs(v.size(), p, room, out);
  REQUIRE(out.at() == bytes.data() + bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("runs are spread over where they were, by bitmap and by length") {
  generated::random r(51);
  bool seen[2] = {};
  for (const std::uint64_t one_in : {2u, 5u, 100u, 5000u}) {
    for (const std::size_t n : {1u, 2u, 63u, 64u, 65u, 700u, 1023u, 1024u}) {
      const auto v = held(r, n, one_in);
      run_plan p;
      const auto bytes = written(v, p);
      CHECK(p.count == count_runs(v.data(), n));
      seen[p.by_length] = true;
      run_starts s;
      byte_reader in(bytes);
      REQUIRE(parse(in, n, s));
      REQUIRE(in.consumed() == bytes.size());
      std::vector<std::uint64_t> back(n);
      std::memcpy(back.data() + (n - p.count), room.heads, 8 * p.count);
      REQUIRE(spread(s, reinterpret_cast<std::byte*>(back.data())));
      REQUIRE(back == v);
      run_index index;
      REQUIRE(index.assign(s));
      for (std::size_t i = 0; i < n; i += n / 9 + 1) {
        REQUIRE(room.heads[index.run_of(i)] == v[i]);
      }
    }
  }
  CHECK((seen[0] && seen[1]));
}

TEST_CASE("starts that do not fit the block are refused") {
  generated::random r(52);
  std::uint64_t words[64];
  run_plan p;
  const auto spreads = [&](const std::vector<std::byte>& bytes) {
    run_starts s;
    byte_reader in(bytes);
    if (!parse(in, 64, s)) return false;
    std::memcpy(words + (64 - s.count), room.heads, 8 * s.count);
    const bool spread_out = spread(s, reinterpret_cast<std::byte*>(words));
    run_index index;
    CHECK(index.assign(s) == spread_out);
    return spread_out;
  };
  auto dense = written(held(r, 64, 2), p);
  REQUIRE_FALSE(p.by_length);
  CHECK(spreads(dense));
  dense[1] ^= std::byte{0x02};  // one start more or less
  CHECK_FALSE(spreads(dense));
  dense[1] ^= std::byte{0x03};
  CHECK_FALSE(spreads(dense));  // the first value starts no run

  const std::byte lengths[] = {std::byte{3}, std::byte{0}, std::byte{0}, std::byte{64}};  // 2 runs of 32
  CHECK(spreads({lengths, lengths + 4}));
  const std::byte too_long[] = {std::byte{3}, std::byte{0}, std::byte{0}, std::byte{66}};
  CHECK_FALSE(spreads({too_long, too_long + 4}));
  const std::byte too_short[] = {std::byte{3}, std::byte{0}, std::byte{0}, std::byte{62}};
  CHECK_FALSE(spreads({too_short, too_short + 4}));
  const std::byte empty[] = {std::byte{1}, std::byte{0}, std::byte{0}, std::byte{0}};  // one run, of nothing
  CHECK_FALSE(spreads({empty, empty + 4}));
  const std::byte too_many[] = {std::byte{0x81}, std::byte{1}, std::byte{0}, std::byte{0}, std::byte{2}};  // 65 runs
  CHECK_FALSE(spreads({too_many, too_many + 5}));
}
