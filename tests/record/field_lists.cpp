// 200 generated lists of fields: what they take is what the schema says, no field lies on another, none is misaligned.
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "label.hpp"

namespace {

constexpr std::size_t lists = 200;
constexpr std::size_t longest = 12;

struct rgb {
  unsigned char r, g, b;
  friend bool operator==(const rgb&, const rgb&) = default;
};
enum class level : std::uint16_t {};

// Sizes 1 to 24, alignments 1 to 16, sizes that are no power of two.
using kinds = slotted::detail::type_list<char, bool, std::int16_t, float, double, std::int64_t, label, rgb, level,
                                         std::array<std::int16_t, 3>, std::array<double, 3>, std::chrono::milliseconds,
                                         long double>;

constexpr std::uint64_t scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}
constexpr std::size_t length_of(std::size_t list) { return scramble(list) % (longest + 1); }
constexpr std::size_t kind_of(std::size_t list, std::size_t i) { return scramble(list * 1000 + i + 1) % kinds::size; }

template <std::size_t I>
consteval auto name_of() {
  slotted::fixed_string<2> name;
  name.text[0] = 'f';
  name.text[1] = static_cast<char>('a' + I);
  return name;
}

template <template <class...> class Record, std::size_t List, class Sequence>
struct generated;
template <template <class...> class Record, std::size_t List, std::size_t... I>
struct generated<Record, List, std::index_sequence<I...>> {
  using type = Record<slotted::field<name_of<I>(), kinds::at<kind_of(List, I)>>...>;
};

template <std::size_t I, class T>
T value_for() {
  if constexpr (std::is_same_v<T, rgb>)
    return {static_cast<unsigned char>(I), 1, static_cast<unsigned char>(2 * I)};
  else if constexpr (std::is_same_v<T, label>)
    return std::string(I, 'a');
  else if constexpr (slotted::detail::array_like<T>)
    return {static_cast<typename T::value_type>(I), 1, static_cast<typename T::value_type>(I + 2)};
  else
    return static_cast<T>(I);
}

struct tally {
  std::size_t wrong = 0;
  std::size_t bytes = 0;
  std::size_t saved = 0;  // against the declared order
};

template <std::size_t List, std::size_t... I>
void check(tally& sum, std::index_sequence<I...>) {
  using record = typename generated<slotted::record, List, std::index_sequence<I...>>::type;
  using packed = typename generated<slotted::packed_record, List, std::index_sequence<I...>>::type;
  using schema = slotted::schema<record>;

  constexpr std::size_t payload = (std::size_t{0} + ... + sizeof(typename schema::template type<I>));
  constexpr std::size_t alignment = []() {
    std::size_t most = 1;
    ((most = alignof(typename schema::template type<I>) > most ? alignof(typename schema::template type<I>) : most),
     ...);
    return most;
  }();
  constexpr std::size_t rounded = (payload + alignment - 1) / alignment * alignment;
  static_assert(sizeof(record) == (payload == 0 ? 1 : rounded));
  static_assert(alignof(record) == alignment);
  static_assert(sizeof(packed) == (payload == 0 ? 1 : payload));
  static_assert(alignof(packed) == 1);
  static_assert(std::is_trivially_copyable_v<record> && std::is_trivially_copyable_v<packed>);
  static_assert(slotted::payload_bytes<record> == payload && slotted::payload_bytes<packed> == payload);
  static_assert(slotted::field_count<record> == sizeof...(I) && slotted::field_count<packed> == sizeof...(I));
  static_assert(slotted::proves(record::layout()) && slotted::proves(packed::layout()));
  sum.bytes += payload;

  if constexpr (sizeof...(I) > 0) {
    record r;
    packed p;
    ((schema::template set<I>(r, value_for<I, typename schema::template type<I>>()),
      slotted::schema<packed>::template set<I>(p, value_for<I, typename schema::template type<I>>())),
     ...);
    const auto address = [](const auto& each) { return reinterpret_cast<std::uintptr_t>(&each); };
    const std::size_t misplaced =
        (std::size_t{0} + ... + (address(r.template get<I>()) - address(r) != record::layout().fields[I].offset));
    const std::size_t misaligned =
        (std::size_t{0} + ... + (address(r.template get<I>()) % alignof(typename schema::template type<I>) != 0));
    // Every value read back after all were written: had two shared a byte, one would have changed.
    const std::size_t overwritten = (std::size_t{0} + ... +
                                     !(r.template get<I>() == value_for<I, typename schema::template type<I>>() &&
                                       p.template get<I>() == value_for<I, typename schema::template type<I>>()));
    sum.wrong += misplaced + misaligned + overwritten;
    std::size_t declared = 0;
    ((declared = (declared + alignof(typename schema::template type<I>) - 1) /
                     alignof(typename schema::template type<I>) * alignof(typename schema::template type<I>) +
                 sizeof(typename schema::template type<I>)),
     ...);
    sum.saved += (declared + alignment - 1) / alignment * alignment - rounded;
  }
}

TEST_CASE("200 generated lists take their payload, aligned, and no two fields share a byte") {
  tally sum;
  [&]<std::size_t... List>(std::index_sequence<List...>) {
    (check<List>(sum, std::make_index_sequence<length_of(List)>{}), ...);
  }(std::make_index_sequence<lists>{});
  CHECK(sum.wrong == 0);
  // The lists are not all empty, and the order matters: else this would prove nothing.
  CHECK(sum.bytes > lists * 20);
  CHECK(sum.saved > lists);
}

}  // namespace
