// 60 generated record types: a table gives back what it took, whatever the fields are, in a row's bits and no more.
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/symbol.hpp>
#include <slotted/store/table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "catch.hpp"

namespace {

constexpr std::size_t types = 60;
constexpr std::size_t longest = 7;
constexpr std::size_t rows_each = 700;  // several re-layouts, words of bits that are full and one that is not

struct rgb {
  unsigned char r, g, b;
  friend bool operator==(const rgb&, const rgb&) = default;
};
struct inner {
  std::int16_t a;
  bool b;
  friend bool operator==(const inner&, const inner&) = default;
};
enum class level : std::uint16_t {};
using unit = slotted::symbol<"table types", std::uint8_t>;
using packed = slotted::packed_record<slotted::field<"c", char>, slotted::field<"d", double>>;

// With a bit, with several, with none; nested; sizes that are no power of two; alignments from 1 to 16.
using kinds = slotted::detail::type_list<char, bool, std::int16_t, float, double, std::int64_t, std::optional<bool>,
                                         std::optional<double>, std::optional<std::uint8_t>, rgb, inner, level, unit,
                                         std::array<std::int16_t, 3>, packed, long double>;

constexpr std::uint64_t scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}
constexpr std::size_t length_of(std::size_t type) { return 1 + scramble(type + 1) % longest; }
constexpr std::size_t kind_of(std::size_t type, std::size_t i) { return scramble(type * 1000 + i + 7) % kinds::size; }

template <std::size_t I>
consteval auto name_of() {
  slotted::fixed_string<2> name;
  name.text[0] = 'f';
  name.text[1] = static_cast<char>('a' + I);
  return name;
}

template <std::size_t Type, class Sequence>
struct generated;
template <std::size_t Type, std::size_t... I>
struct generated<Type, std::index_sequence<I...>> {
  using type = slotted::record<slotted::field<name_of<I>(), kinds::at<kind_of(Type, I)>>...>;
};

// Every value that a kind has in these rows comes from here, so that rows differ in each field.
template <class V>
V value_for(std::size_t seed) {
  const std::uint64_t bits = scramble(seed);
  if constexpr (std::is_same_v<V, rgb>)
    return {static_cast<unsigned char>(bits), static_cast<unsigned char>(bits >> 8), 3};
  else if constexpr (std::is_same_v<V, inner>)
    return {static_cast<std::int16_t>(bits), (bits >> 20 & 1) != 0};
  else if constexpr (std::is_same_v<V, packed>)
    return {static_cast<char>(bits), static_cast<double>(bits >> 40)};
  else if constexpr (std::is_same_v<V, unit>)
    return std::to_string(bits % 5);
  else if constexpr (std::is_same_v<V, bool>)
    return (bits >> 13 & 1) != 0;
  else if constexpr (slotted::detail::array_like<V>)
    return {static_cast<std::int16_t>(bits), 1, static_cast<std::int16_t>(bits >> 16)};
  else if constexpr (requires { typename V::value_type; })
    return bits % 3 == 0 ? V{} : V{value_for<typename V::value_type>(seed + 1)};
  else
    return static_cast<V>(bits >> 44);
}

template <class V>
constexpr std::size_t bits_of() {
  if constexpr (std::is_same_v<V, bool>)
    return 1;
  else if constexpr (std::is_same_v<V, inner>)
    return 17;
  else if constexpr (std::is_same_v<V, packed>)
    return 72;
  else if constexpr (!std::is_same_v<V, unit> && !slotted::detail::array_like<V> &&
                     requires { typename V::value_type; })
    return 1 + bits_of<typename V::value_type>();
  else
    return 8 * sizeof(V);
}

struct tally {
  std::size_t wrong = 0;
  std::size_t with_bits = 0;
  std::size_t nested = 0;
};

template <std::size_t Type, std::size_t... I>
void check(tally& sum, std::index_sequence<I...>) {
  using record = typename generated<Type, std::index_sequence<I...>>::type;
  using schema = slotted::schema<record>;
  using table = slotted::table<record>;
  static_assert(table::bits_per_row == (std::size_t{0} + ... + bits_of<typename schema::template type<I>>()));
  const auto row = [](std::size_t number) {
    return record{value_for<typename schema::template type<I>>(number * longest + I)...};
  };

  slotted::memory_budget budget{slotted::MiB};
  table rows{budget};
  for (std::size_t i = 0; i < rows_each; ++i) rows.push_back(row(i));
  for (std::size_t i = 0; i < rows_each; ++i) sum.wrong += !(rows[i] == row(i));
  // A row that changes leaves its neighbours, whose bits are in the same word, alone.
  rows.set(100, row(5));
  rows.set(101, row(6));
  rows.swap_erase(300);
  rows.pop_front(65);
  for (std::size_t i = 65; i < rows_each - 1; ++i)
    sum.wrong += !(rows[i] == row(i == 100 ? 5 : i == 101 ? 6 : i == 300 ? rows_each - 1 : i));
  sum.wrong += rows.footprint().total() != budget.used();
  sum.wrong += rows.footprint().payload != (table::bits_per_row * rows.size() + 7) / 8;
  rows.clear();
  rows.trim();
  sum.wrong += budget.used();

  sum.with_bits += table::bits_per_row % 8 != 0;
  sum.nested += slotted::leaves<record>::size > sizeof...(I);
}

}  // namespace

TEST_CASE("60 generated types of record come back from a table, and take their bits and no more") {
  tally sum;
  [&]<std::size_t... Type>(std::index_sequence<Type...>) {
    (check<Type>(sum, std::make_index_sequence<length_of(Type)>{}), ...);
  }(std::make_index_sequence<types>{});
  CHECK(sum.wrong == 0);
  // Else this would prove little.
  CHECK(sum.with_bits > types / 4);
  CHECK(sum.nested > types / 4);
}
