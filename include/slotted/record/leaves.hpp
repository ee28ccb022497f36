// slotted: the fields of a record with its nested records taken apart: what a store that keeps columns sees.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/path.hpp>
#include <slotted/record/schema.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Leaves `first` to `first + count - 1`: one for a plain field, any number for a nested record.
struct leaf_range {
  /// The number of the first leaf; SIZE_MAX when there is none.
  std::size_t first;
  /// How many leaves.
  std::size_t count;

  friend constexpr bool operator==(const leaf_range&, const leaf_range&) noexcept = default;
};

template <recordable T>
struct leaves;

namespace detail {

// How many leaves a field of type F has: those of a nested record, or itself.
template <class F>
consteval std::size_t leaf_count() {
  if constexpr (recordable<F>)
    return leaves<F>::size;
  else
    return 1;
}

/// The leaf range of each field, and the total behind the last.
template <std::size_t N>
struct leaf_starts {
  std::size_t first[N + 1]{};
};

template <class T, std::size_t... I>
consteval leaf_starts<sizeof...(I)> find_leaf_starts(std::index_sequence<I...>) {
  const std::size_t counts[] = {leaf_count<typename schema<T>::template type<I>>()..., 0};
  leaf_starts<sizeof...(I)> result;
  for (std::size_t i = 0; i < sizeof...(I); ++i) result.first[i + 1] = result.first[i] + counts[i];
  return result;
}

template <class T, std::size_t... I>
consteval bool has_nested_record(std::index_sequence<I...>) {
  return (recordable<typename schema<T>::template type<I>> || ...);
}

// The dotted names of all leaves, end to end.
template <std::size_t Leaves, std::size_t Characters>
struct leaf_text {
  char text[Characters + 1]{};
  std::size_t first[Leaves + 1]{};
};

template <class F, class Each>
consteval void for_each_leaf_name(std::string_view field, Each&& each) {
  if constexpr (recordable<F>)
    for (const std::string_view name : leaves<F>::names) each(field, name);
  else
    each(field, std::string_view{});
}

template <class T, std::size_t... I>
consteval std::size_t count_leaf_characters(std::index_sequence<I...>) {
  std::size_t count = 0;
  const auto add = [&](std::string_view field, std::string_view name) {
    count += field.size() + (name.empty() ? 0 : 1 + name.size());
  };
  (for_each_leaf_name<typename schema<T>::template type<I>>(schema<T>::names[I], add), ...);
  return count;
}

template <class T, std::size_t Leaves, std::size_t Characters, std::size_t... I>
consteval leaf_text<Leaves, Characters> spell_leaves(std::index_sequence<I...>) {
  leaf_text<Leaves, Characters> result;
  std::size_t end = 0;
  std::size_t leaf = 0;
  const auto append = [&](std::string_view text) {
    for (const char c : text) result.text[end++] = c;
  };
  const auto add = [&](std::string_view field, std::string_view name) {
    append(field);
    if (!name.empty()) {
      append(".");
      append(name);
    }
    result.first[++leaf] = end;
  };
  (for_each_leaf_name<typename schema<T>::template type<I>>(schema<T>::names[I], add), ...);
  return result;
}

template <class T, std::size_t Leaves>
struct leaf_names {
  static constexpr std::size_t characters = count_leaf_characters<T>(std::make_index_sequence<schema<T>::size>{});
  static constexpr leaf_text<Leaves, characters> text =
      spell_leaves<T, Leaves, characters>(std::make_index_sequence<schema<T>::size>{});

  static consteval std::array<std::string_view, Leaves> views() {
    std::array<std::string_view, Leaves> result;
    for (std::size_t i = 0; i < Leaves; ++i) result[i] = {text.text + text.first[i], text.first[i + 1] - text.first[i]};
    return result;
  }
};

template <class T, std::size_t L>
consteval std::size_t field_of_leaf(const std::size_t* first) {
  std::size_t i = 0;
  while (first[i + 1] <= L) ++i;
  return i;
}

// The type of leaf L of field type F, counted within F.
template <class F, std::size_t L>
struct leaf_type {
  using type = F;
};
template <recordable F, std::size_t L>
struct leaf_type<F, L> {
  using type = typename leaves<F>::template type<L>;
};

// Where each leaf of T is: in which field, and where within it. Not private to leaves<T>: clang 14 loses the access of
// an alias that is used from outside.
template <class T>
struct leaf_map {
  using fields = schema<T>;
  using indices = std::make_index_sequence<fields::size>;
  static constexpr auto starts = find_leaf_starts<T>(indices{});
  static constexpr bool nested = has_nested_record<T>(indices{});
  static constexpr std::size_t size = starts.first[fields::size];

  template <std::size_t L>
  static constexpr std::size_t field_of = nested ? field_of_leaf<T, L>(starts.first) : L;
  template <std::size_t L>
  static constexpr std::size_t within = L - starts.first[field_of<L>];
  template <std::size_t L>
  using field_at = typename fields::template type<field_of<L>>;
};

template <class T>
consteval auto spell_leaf_names() {
  if constexpr (leaf_map<T>::nested)
    return leaf_names<T, leaf_map<T>::size>::views();
  else
    return schema<T>::names;
}

inline constexpr leaf_range no_leaves{not_found, 0};

// Makes the fields of T, or, from leaf Start on, of a record within one, of what f makes for each leaf. These and the
// make of each schema are inlined by force, so that of a row of which one member is read the others are never made.
template <class T, class F, std::size_t Start = 0>
struct field_maker {
  F& f;

  template <std::size_t I>
  [[gnu::always_inline]] constexpr typename schema<T>::template type<I> operator()(index_constant<I>) const {
    using field_type = typename schema<T>::template type<I>;
    constexpr std::size_t first = Start + leaf_map<T>::starts.first[I];
    if constexpr (recordable<field_type>)
      return schema<field_type>::make(field_maker<field_type, F, first>{f});
    else
      return f(index_constant<first>{});
  }
};

}  // namespace detail

/// The leaves of T: its fields, where a field that is a record stands for that record's leaves.
///
/// A leaf is whatever is no record: a number, an enum, a symbol, a std::array, a std::optional, a time. Its name is the
/// names on the way to it with dots between, as in "inner.x".
/// Complexity: one instantiation a type, and one a leaf that is used.
template <recordable T>
struct leaves {
 private:
  using fields = schema<T>;
  using map = detail::leaf_map<T>;

 public:
  /// The number of leaves.
  static constexpr std::size_t size = map::size;
  /// The names of the leaves, in order.
  static constexpr std::array<std::string_view, size> names = detail::spell_leaf_names<T>();

  /// The type of leaf L.
  template <std::size_t L>
  using type = typename detail::leaf_type<typename map::template field_at<L>, map::template within<L>>::type;

  /// Refers to leaf L; returns its value where a packed_record is on the way.
  template <std::size_t L>
  [[nodiscard]] static constexpr decltype(auto) get(T& object) noexcept {
    return get_from<L>(object);
  }
  /// \overload
  template <std::size_t L>
  [[nodiscard]] static constexpr decltype(auto) get(const T& object) noexcept {
    return get_from<L>(object);
  }

  /// Assigns leaf L.
  template <std::size_t L, class V>
  static constexpr void set(T& object, V&& value) {
    if constexpr (!recordable<typename map::template field_at<L>>) {
      fields::template set<map::template field_of<L>>(object, std::forward<V>(value));
    } else if constexpr (std::is_reference_v<decltype(fields::template get<map::template field_of<L>>(object))>) {
      leaves<typename map::template field_at<L>>::template set<map::template within<L>>(
          fields::template get<map::template field_of<L>>(object), std::forward<V>(value));
    } else {
      auto copy = fields::template get<map::template field_of<L>>(object);
      leaves<typename map::template field_at<L>>::template set<map::template within<L>>(copy, std::forward<V>(value));
      fields::template set<map::template field_of<L>>(object, copy);
    }
  }

  /// Returns a record whose leaf L is `f(std::integral_constant<std::size_t, L>)`; f is called once a leaf, in order.
  template <class F>
  [[gnu::always_inline]] [[nodiscard]] static constexpr T make(F&& f) {
    return fields::make(detail::field_maker<T, std::remove_reference_t<F>>{f});
  }

  /// Returns the leaves of the I-th field.
  [[nodiscard]] static constexpr leaf_range of_field(std::size_t index) noexcept {
    return {map::starts.first[index], map::starts.first[index + 1] - map::starts.first[index]};
  }

  /// Returns the leaves that a name, dotted or not, means: `count` 0 and `first` SIZE_MAX for none.
  [[nodiscard]] static constexpr leaf_range find(std::string_view name) noexcept {
    if (const std::size_t field = detail::find_name(fields::names.data(), fields::size, name);
        field != detail::not_found)
      return of_field(field);
    if (const std::size_t leaf = detail::find_name(names.data(), size, name); leaf != detail::not_found)
      return {leaf, 1};
    leaf_range result = detail::no_leaves;
    for (std::size_t i = 0; i < size; ++i) {
      if (names[i].size() <= name.size() || names[i][name.size()] != '.' || names[i].substr(0, name.size()) != name)
        continue;
      if (result.count++ == 0) result.first = i;
    }
    return result;
  }

  /// Returns the leaves that a key means: a name, a member pointer, a path.
  template <class C, class M>
  [[nodiscard]] static constexpr leaf_range find(M C::* pointer) {
    const std::size_t field = detail::find_field<T>(pointer);
    return field == detail::not_found ? detail::no_leaves : of_field(field);
  }
  /// \overload
  template <auto First, auto... Rest>
  [[nodiscard]] static constexpr leaf_range find(path_type<First, Rest...>) {
    constexpr std::size_t field = detail::find_field<T>(First);
    if constexpr (field == detail::not_found) {
      return detail::no_leaves;
    } else if constexpr (sizeof...(Rest) == 0) {
      return of_field(field);
    } else if constexpr (recordable<typename fields::template type<field>>) {
      leaf_range inner = leaves<typename fields::template type<field>>::find(path_type<Rest...>{});
      if (inner.first != detail::not_found) inner.first += map::starts.first[field];
      return inner;
    } else {
      return detail::no_leaves;
    }
  }
  /// \overload
  template <class Value>
  [[nodiscard]] static constexpr leaf_range find(const key<Value>& key) {
    return find(key.value);
  }

 private:
  template <std::size_t L, class Object>
  static constexpr decltype(auto) get_from(Object& object) noexcept {
    if constexpr (!recordable<typename map::template field_at<L>>) {
      return fields::template get<map::template field_of<L>>(object);
    } else if constexpr (std::is_reference_v<decltype(fields::template get<map::template field_of<L>>(object))>) {
      return leaves<typename map::template field_at<L>>::template get<map::template within<L>>(
          fields::template get<map::template field_of<L>>(object));
    } else {
      const auto copy = fields::template get<map::template field_of<L>>(object);
      return type<L>(leaves<typename map::template field_at<L>>::template get<map::template within<L>>(copy));
    }
  }
};

/// Whether K (a name like "inner.x", a member pointer, a path) means leaves of T.
template <class T, key K>
concept has_leaves = recordable<T> && leaves<T>::find(K).first != detail::not_found;

/// Whether K means exactly one leaf of T.
template <class T, key K>
concept has_leaf = has_leaves<T, K> && leaves<T>::find(K).count == 1;

/// The place of the one leaf that K means.
template <class T, key K>
  requires has_leaf<T, K>
inline constexpr std::size_t leaf_index = leaves<T>::find(K).first;

/// The type of the one leaf that K means.
template <class T, key K>
  requires has_leaf<T, K>
using leaf_type_of = typename leaves<T>::template type<leaf_index<T, K>>;

/// The sum of the sizes of T's leaves, in bytes: like payload_bytes, but without the padding of nested records.
template <recordable T>
inline constexpr std::size_t leaf_bytes = []<std::size_t... L>(std::index_sequence<L...>) {
  return (std::size_t{0} + ... + sizeof(typename leaves<T>::template type<L>));
}(std::make_index_sequence<leaves<T>::size>{});

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
