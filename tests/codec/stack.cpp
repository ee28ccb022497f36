// What the codec takes of the stack: it runs on a stack of the test's own, on which every byte was set before.
#include <pthread.h>

#include <algorithm>
#include <slotted/codec/recompress.hpp>

#include "catch.hpp"
#include "generated.hpp"

using namespace slotted::codec;

namespace {

constexpr std::size_t stack_size = std::size_t{1} << 20;
constexpr std::byte untouched{0xA5};

// The bytes of a fresh stack that a thread touches which runs f.
template <typename F>
std::size_t stack_of(F f) {
  static std::vector<std::byte> room(stack_size + 4096);
  std::byte* const stack = room.data() + (4096 - reinterpret_cast<std::uintptr_t>(room.data()) % 4096);
  std::fill_n(stack, stack_size, untouched);
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstack(&attributes, stack, stack_size) == 0);
  pthread_t thread;
  const auto run = [](void* what) -> void* {
    (*static_cast<F*>(what))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run, &f) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  REQUIRE(pthread_attr_destroy(&attributes) == 0);
  return stack_size - static_cast<std::size_t>(
                          std::find_if(stack, stack + stack_size, [](std::byte b) { return b != untouched; }) - stack);
}

struct most_taken {
  std::size_t encode = 0;
  std::size_t decode = 0;
  std::size_t value = 0;
  std::size_t inspect = 0;
};

template <typename T, typename Make>
most_taken taken_by(unsigned shapes, Make make) {
  // What a thread takes by itself, and what the linker takes for its first call of a function.
  const std::size_t none = stack_of([] {});
  generated::random r(7);
  most_taken most;
  std::vector<std::byte> bytes(max_encoded_size(max_block_values));
  std::vector<std::byte> smaller(max_encoded_size(max_block_values));
  for (unsigned shape = 0; shape < shapes; ++shape) {
    column_state state;
    for (const std::size_t n : {1u, 5u, 64u, 256u, 257u, 1000u, 1024u, 1024u, 1024u}) {
      const auto made = make(r, shape, n);
      std::vector<T> v(n);
      for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<T>(made[i]);
      std::vector<T> back(n);
      T one{};
      block_info info;
      std::size_t size = 0;
      bool good = true;
      const auto above = [&](std::size_t taken) { return taken < none ? 0 : taken - none; };
      most.encode = std::max(most.encode, above(stack_of([&] { size = encode<T>(v, state, bytes); })));
      const std::span<const std::byte> block(bytes.data(), size);
      most.decode = std::max(most.decode, above(stack_of([&] { good = good && try_decode<T>(block, back); })));
      most.value = std::max(most.value, above(stack_of([&] { good = good && try_value_at<T>(block, n - 1, one); })));
      // The same block compressed again.
      most.encode = std::max(most.encode, above(stack_of([&] { size = try_recompress(block, smaller); })));
      const std::span<const std::byte> again(smaller.data(), size);
      most.decode = std::max(most.decode, above(stack_of([&] { good = good && try_decode<T>(again, back); })));
      most.value = std::max(most.value, above(stack_of([&] { good = good && try_value_at<T>(again, n - 1, one); })));
      most.inspect = std::max(most.inspect, above(stack_of([&] { good = good && try_inspect(block, info); })));
      REQUIRE(good);
    }
  }
  return most;
}

// Modes that the generated shapes do not come to: a dictionary of many entries, and multiples of a step.
std::vector<double> recurring_or_multiples(generated::random& r, unsigned shape, std::size_t n) {
  std::vector<double> v(n);
  const float narrow = 7.0F;
  for (std::size_t i = 0; i < n; ++i) {
    if (shape == 0) {
      v[i] = i < n * 5 / 8 ? static_cast<double>(static_cast<float>(r() >> 20) / narrow) : v[i - n * 5 / 8];
    } else {
      v[i] = static_cast<double>(generated::below(r, 10'000)) / 7 + (generated::below(r, 40) == 0 ? 1e9 : 0);
    }
  }
  return v;
}

void check(const most_taken& most) {
  CAPTURE(most.encode, most.decode, most.value, most.inspect);
  CHECK(most.encode <= 64 * 1024);
  CHECK(most.decode <= 16 * 1024);
  CHECK(most.value <= 16 * 1024);
  CHECK(most.inspect <= 16 * 1024);
}

}  // namespace

TEST_CASE("encoding takes at most 64 KiB of stack, and decoding at most 16") {
  check(taken_by<double>(generated::shapes, generated::doubles));
  check(taken_by<float>(generated::shapes, generated::doubles));
  check(taken_by<double>(2, recurring_or_multiples));
  check(taken_by<float>(2, recurring_or_multiples));
  check(taken_by<std::int32_t>(generated::integer_shapes, generated::integers));
  check(taken_by<std::int64_t>(generated::integer_shapes, generated::integers));
}
