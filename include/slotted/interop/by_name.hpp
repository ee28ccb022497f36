// slotted: fields of a record and columns of a table by names known only at run time; nested ones as in "inner.x".
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <slotted/algorithm.hpp>
#include <slotted/interop/field_error.hpp>
#include <slotted/record/hash.hpp>
#include <slotted/record/leaves.hpp>
#include <slotted/record/schema.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

// Who has a table has included its header.
template <recordable T>
class table;
template <class T, std::size_t L>
class table_column;

/// What became of a value that was to be set by name.
enum class set_outcome : unsigned char {
  done,           ///< the field has the value
  no_such_field,  ///< the record has no field of this name
  wrong_type,     ///< a value of this kind does not belong in the field
  does_not_fit    ///< the field's type cannot hold this value without loss, or a domain of symbols took no new text
};

namespace detail {

// A value that may be nothing, so that calls by name may return void.
template <class R>
struct visit_result {
  std::optional<R> value;
  template <class F, class V>
  void call(F& f, V& field) {
    value.emplace(f(field));
  }
  R take() { return *std::move(value); }
};
template <>
struct visit_result<void> {
  template <class F, class V>
  void call(F& f, V& field) {
    static_cast<void>(f(field));
  }
  void take() {}
};

// Calls next(index constant) for the field that the name begins with, exactly (`rest` is a
// null view) or before a dot (`rest` is what follows it, empty in "x.").
template <class T, class Next>
bool dispatch_name(std::string_view name, Next&& next) {
  using fields = schema<T>;
  std::size_t index = find_name(fields::names.data(), fields::size, name);
  std::string_view rest;
  for (std::size_t i = 0; index == not_found && i < fields::size; ++i) {
    const std::string_view field = fields::names[i];
    if (name.size() <= field.size() || name[field.size()] != '.' || name.substr(0, field.size()) != field) continue;
    index = i;
    rest = name.substr(field.size() + 1);
  }
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return ((I == index && next(index_constant<I>{}, rest)) || ...);
  }(std::make_index_sequence<fields::size>{});
}

/// What f gets for the I-th field: a reference to it, or to a copy where the record is packed, const then, so that
/// writing to it is an error instead of nothing.
template <class T, std::size_t I,
          class Got = decltype(schema<std::remove_const_t<T>>::template get<I>(std::declval<T&>()))>
using visited = std::conditional_t<std::is_reference_v<Got>, Got, const std::remove_reference_t<Got>&>;

template <class R, class T, class F>
bool visit_named(T& object, std::string_view name, F& f, visit_result<R>& result) {
  using fields = schema<std::remove_const_t<T>>;
  return dispatch_name<std::remove_const_t<T>>(name, [&]<std::size_t I>(index_constant<I>, std::string_view rest) {
    visited<T, I> field = fields::template get<I>(object);
    if (rest.data() == nullptr) {
      result.call(f, field);
      return true;
    }
    if constexpr (recordable<typename fields::template type<I>>)
      return visit_named(field, rest, f, result);
    else
      return false;
  });
}

// The type that f returns for every field, or for every column, which has to be one.
template <class... Results>
struct one_result {
  using type = void;
};
template <class First, class... Rest>
struct one_result<First, Rest...> {
  static_assert((std::is_same_v<First, Rest> && ...),
                "visit_field: f must return the same type for every field (visit_column: for every column)");
  using type = std::remove_cvref_t<First>;
};
template <class T, class F, class Indices = std::make_index_sequence<schema<std::remove_const_t<T>>::size>>
struct result_of_visit;
template <class T, class F, std::size_t... I>
struct result_of_visit<T, F, std::index_sequence<I...>> : one_result<std::invoke_result_t<F&, visited<T, I>>...> {};
template <class T, class F, class Indices = std::make_index_sequence<leaves<T>::size>>
struct result_of_column_visit;
template <class T, class F, std::size_t... L>
struct result_of_column_visit<T, F, std::index_sequence<L...>>
    : one_result<std::invoke_result_t<F&, const table_column<T, L>&>...> {};

// A column is a leaf: a nested record has several, and is none itself.
template <class T, class F, class R>
bool visit_named_column(const table<T>& rows, std::string_view name, F& f, visit_result<R>& result) {
  const std::size_t leaf = find_name(leaves<T>::names.data(), leaves<T>::size, name);
  return [&]<std::size_t... L>(std::index_sequence<L...>) {
    const auto visit = [&]<std::size_t At>(index_constant<At>) {
      const table_column<T, At> column = rows.template column_at<At>();
      result.call(f, column);
      return true;
    };
    return ((L == leaf && visit(index_constant<L>{})) || ...);
  }(std::make_index_sequence<leaves<T>::size>{});
}

template <class To, class From>
constexpr bool fits_without_loss(From value) noexcept {
  using to = std::numeric_limits<To>;
  using from = std::numeric_limits<From>;
  if constexpr (std::is_same_v<To, From>) {
    return true;
  } else if constexpr (std::is_integral_v<To> && std::is_integral_v<From>) {
    if constexpr (std::is_signed_v<From>)
      if (value < 0) return std::is_signed_v<To> && static_cast<long long>(value) >= static_cast<long long>(to::min());
    return static_cast<unsigned long long>(value) <= static_cast<unsigned long long>(to::max());
  } else if constexpr (std::is_floating_point_v<To> && std::is_integral_v<From>) {
    if constexpr (from::digits <= to::digits) {
      return true;
    } else {
      const To converted = static_cast<To>(value);
      // The largest integers round up to a power of two that no cast brings back.
      return converted < static_cast<To>((from::max() >> 1) + 1) * 2 && static_cast<From>(converted) == value;
    }
  } else if constexpr (std::is_integral_v<To>) {
    const From limit = static_cast<From>((to::max() >> 1) + 1) * 2;
    return value >= static_cast<From>(to::min()) && value < limit &&
           detail::same_value(static_cast<From>(static_cast<To>(value)), value);
  } else {
    if (!(value >= from::lowest() && value <= from::max())) return true;  // infinities and NaNs
    if constexpr (to::max_exponent < from::max_exponent)
      if (value > static_cast<From>(to::max()) || value < static_cast<From>(to::lowest())) return false;
    return detail::same_value(static_cast<From>(static_cast<To>(value)), value);
  }
}

template <class T>
concept text = std::is_convertible_v<const T&, std::string_view>;
template <class F>
concept interned = requires(std::string_view text) {
  { F::try_intern(text) } -> optional_like;
};

// Hands the field's new value to `set`, or says why there is none.
template <class F, class V, class Set>
set_outcome convert_to_field(const V& value, Set&& set) {
  if constexpr (std::is_same_v<F, V>) {
    set(value);
  } else if constexpr (optional_like<F>) {
    if constexpr (std::is_same_v<V, std::nullopt_t>)
      set(F{});
    else if constexpr (optional_like<V>)
      return value ? convert_to_field<F>(*value, set) : (set(F{}), set_outcome::done);
    else
      return convert_to_field<typename F::value_type>(value, [&](auto&& inner) { set(F{inner}); });
  } else if constexpr (std::is_arithmetic_v<F> && std::is_arithmetic_v<V>) {
    if (!fits_without_loss<F>(value)) return set_outcome::does_not_fit;
    set(static_cast<F>(value));
  } else if constexpr (std::is_arithmetic_v<F> || std::is_arithmetic_v<V>) {
    return set_outcome::wrong_type;
  } else if constexpr (text<V> && interned<F>) {
    const auto symbol = F::try_intern(std::string_view(value));
    if (!symbol) return set_outcome::does_not_fit;
    set(*symbol);
  } else if constexpr (text<V> && std::is_constructible_v<F, std::string_view>) {
    set(F(std::string_view(value)));
  } else if constexpr (std::is_convertible_v<const V&, F>) {
    set(static_cast<F>(value));
  } else {
    return set_outcome::wrong_type;
  }
  return set_outcome::done;
}

// Hands a field's value as a V to `take`, or says why there is none. Reading adds no text to a domain of symbols.
template <class V, class F, class Take>
set_outcome convert_from_field(const F& field, Take&& take) {
  if constexpr (std::is_same_v<V, F>) {
    take(field);
    return set_outcome::done;
  } else if constexpr (interned<V>) {
    return set_outcome::wrong_type;
  } else if constexpr (interned<F> && std::is_constructible_v<V, std::string_view>) {
    take(V(field.view()));
    return set_outcome::done;
  } else if constexpr (optional_like<F> && !optional_like<V>) {
    return field ? convert_from_field<V>(*field, take) : set_outcome::does_not_fit;
  } else {
    return convert_to_field<V>(field, take);
  }
}

template <class T, class V>
set_outcome set_named(T& object, std::string_view name, const V& value) {
  using fields = schema<T>;
  set_outcome outcome = set_outcome::no_such_field;
  dispatch_name<T>(name, [&]<std::size_t I>(index_constant<I>, std::string_view rest) {
    using type = typename fields::template type<I>;
    if (rest.data() == nullptr) {
      outcome = convert_to_field<type>(
          value, [&](auto&& each) { fields::template set<I>(object, std::forward<decltype(each)>(each)); });
    } else if constexpr (recordable<type>) {
      if constexpr (std::is_reference_v<decltype(fields::template get<I>(object))>) {
        outcome = set_named(fields::template get<I>(object), rest, value);
      } else {
        type copy = fields::template get<I>(object);
        outcome = set_named(copy, rest, value);
        if (outcome == set_outcome::done) fields::template set<I>(object, copy);
      }
    }
    return true;
  });
  return outcome;
}

/// A type in a word or two, alike on every compiler: "double", "uint16", "symbol".
template <class F>
std::string type_word() {
  if constexpr (std::is_same_v<F, bool>) {
    return "bool";
  } else if constexpr (std::is_same_v<F, char>) {
    return "char";
  } else if constexpr (std::is_integral_v<F>) {
    return (std::is_signed_v<F> ? "int" : "uint") + std::to_string(8 * sizeof(F));
  } else if constexpr (std::is_same_v<F, float>) {
    return "float";
  } else if constexpr (std::is_same_v<F, double>) {
    return "double";
  } else if constexpr (std::is_same_v<F, long double>) {
    return "long double";
  } else if constexpr (text<F>) {
    return "a text";
  } else if constexpr (optional_like<F>) {
    return "optional " + type_word<typename F::value_type>();
  } else if constexpr (array_like<F>) {
    return "array of " + std::to_string(std::tuple_size_v<F>) + " " + type_word<typename F::value_type>();
  } else if constexpr (recordable<F>) {
    return std::string(schema<F>::name);
  } else {
    const std::string_view name = type_name<F>();
    return std::string(name.substr(0, name.find('<')));
  }
}

template <class V>
std::string describe_value(const V& value) {
  if constexpr (std::is_same_v<V, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_floating_point_v<V>) {
    char digits[64];
    std::snprintf(digits, sizeof digits, "%.*Lg", std::numeric_limits<V>::max_digits10,
                  static_cast<long double>(value));
    if constexpr (!std::is_same_v<V, long double>) {
      // The shortest that reads back, as a person would have written it.
      for (int precision = 1; precision < std::numeric_limits<V>::max_digits10; ++precision) {
        char shorter[64];
        std::snprintf(shorter, sizeof shorter, "%.*g", precision, static_cast<double>(value));
        if (detail::same_value(static_cast<V>(std::strtod(shorter, nullptr)), value)) return shorter;
      }
    }
    return digits;
  } else if constexpr (std::is_integral_v<V>) {
    return std::to_string(value);
  } else if constexpr (text<V>) {
    return quote_text(std::string_view(value));
  } else if constexpr (interned<V>) {
    return quote_text(value.view());
  } else if constexpr (optional_like<V>) {
    return value ? describe_value(*value) : "none";
  } else {
    return type_word<V>();
  }
}

template <class T>
std::string type_word_of_field(std::string_view name) {
  std::string word;
  dispatch_name<T>(name, [&]<std::size_t I>(index_constant<I>, std::string_view rest) {
    using type = typename schema<T>::template type<I>;
    if (rest.data() == nullptr)
      word = type_word<type>();
    else if constexpr (recordable<type>)
      word = type_word_of_field<type>(rest);
    return true;
  });
  return word;
}

}  // namespace detail

/// Calls f with the field of that name, and says whether there is one.
///
/// Effects: f gets a reference to the field; a const copy where the record is packed. A nested record may be visited
/// itself ("inner") or by its fields ("inner.x"). f must take every field.
/// Complexity: linear in the number of fields.
template <class T, class F>
  requires recordable<std::remove_const_t<T>>
[[nodiscard]] bool try_visit_field(T& record, std::string_view name, F&& f) {
  detail::visit_result<void> nothing;
  return detail::visit_named(record, name, f, nothing);
}

/// Calls f with the field of that name and returns what it returns, by value, which must be of one type for all fields.
///
/// Throws: no_such_field, whose message names the record, the name, the fields there are, and the nearest one.
template <class T, class F>
  requires recordable<std::remove_const_t<T>>
auto visit_field(T& record, std::string_view name, F&& f) ->
    typename detail::result_of_visit<T, std::remove_reference_t<F>>::type {
  detail::visit_result<typename detail::result_of_visit<T, std::remove_reference_t<F>>::type> result;
  if (!detail::visit_named(record, name, f, result)) {
    using all = leaves<std::remove_const_t<T>>;
    detail::throw_no_such_field(schema<std::remove_const_t<T>>::name, all::names.data(), all::size, name);
  }
  return result.take();
}

/// A column of a table, in words.
struct column_info {
  std::string_view name;  ///< of the field, with dots for a nested one: "inner.x"
  std::string type;       ///< "double", "uint16", "optional double"
  std::size_t bits;       ///< that a row takes in it
};

/// Returns the columns of a table in the order of the record's fields.
template <recordable T>
[[nodiscard]] std::array<column_info, leaves<T>::size> columns_of(const table<T>&) {
  return []<std::size_t... L>(std::index_sequence<L...>) {
    return std::array<column_info, leaves<T>::size>{column_info{
        leaves<T>::names[L], detail::type_word<typename leaves<T>::template type<L>>(), table<T>::column_bits[L]}...};
  }(std::make_index_sequence<leaves<T>::size>{});
}

/// Calls f with the column of that name, as `rows.column<K>()` gives it, and says whether there is one.
///
/// Effects: f gets a `table_column`, whose `for_each_chunk` hands out spans. A nested field is meant by its dotted name
/// ("inner.x"). f must take every column.
/// Complexity: linear in the number of columns.
template <recordable T, class F>
[[nodiscard]] bool try_visit_column(const table<T>& rows, std::string_view name, F&& f) {
  detail::visit_result<void> nothing;
  return detail::visit_named_column(rows, name, f, nothing);
}

/// Calls f with the column of that name and returns what it returns, by value, which must be of one type for all.
///
/// Throws: no_such_field, whose message names the record, the name, the columns there are, and the nearest one.
template <recordable T, class F>
auto visit_column(const table<T>& rows, std::string_view name, F&& f) ->
    typename detail::result_of_column_visit<T, std::remove_reference_t<F>>::type {
  detail::visit_result<typename detail::result_of_column_visit<T, std::remove_reference_t<F>>::type> result;
  if (!detail::visit_named_column(rows, name, f, result))
    detail::throw_no_such_field(schema<T>::name, leaves<T>::names.data(), leaves<T>::size, name);
  return result.take();
}

/// Sets the field of that name and says what became of it; a record that is not `done` is unchanged.
///
/// A number is set if the field's type holds it exactly (NaN and infinities pass from one floating type to another), a
/// text if the field is made from one, an optional field from its value or std::nullopt, any other type if it converts.
/// Throws: what copying a value throws, such as std::bad_alloc for a std::string.
template <recordable T, class V>
[[nodiscard]] set_outcome try_set_field(T& record, std::string_view name, const V& value) {
  if constexpr (std::is_array_v<V>)
    return detail::set_named(record, name, std::string_view(value));
  else
    return detail::set_named(record, name, value);
}

/// Sets the field of that name.
///
/// Throws: no_such_field; field_type_mismatch, whose message says whether the type is wrong or the value does not fit;
/// what making a symbol of a new text throws. A record is unchanged when the call throws.
template <recordable T, class V>
void set_field(T& record, std::string_view name, const V& value) {
  const set_outcome outcome = try_set_field(record, name, value);
  if (outcome == set_outcome::done) return;
  if (outcome == set_outcome::no_such_field)
    detail::throw_no_such_field(schema<T>::name, leaves<T>::names.data(), leaves<T>::size, name);
  // A domain of symbols that refused a text knows best why.
  if constexpr (detail::text<V>)
    static_cast<void>(try_visit_field(record, name, [&]<class F>(const F&) {
      if constexpr (detail::interned<F>) static_cast<void>(F(std::string_view(value)));
    }));
  detail::throw_field_type_mismatch(schema<T>::name, name, detail::type_word_of_field<T>(name),
                                    detail::describe_value(value), outcome == set_outcome::does_not_fit);
}

/// Returns the value of the field of that name as a V, or nothing where there is no such field or its value is no V.
///
/// A number is a V if V holds it exactly, a symbol the text that it stands for, an optional field its value; otherwise
/// a field is a V if it converts to one. A `std::string_view` of a std::string refers to the record. Complexity: linear
/// in the number of fields.
template <class V, recordable T>
[[nodiscard]] std::optional<V> try_get_field(const T& record, std::string_view name) {
  std::optional<V> value;
  static_cast<void>(try_visit_field(record, name, [&](const auto& field) {
    static_cast<void>(detail::convert_from_field<V>(field, [&](auto&& each) { value.emplace(each); }));
  }));
  return value;
}

/// Returns the value of the field of that name as a V, as `try_get_field` does.
///
/// Throws: no_such_field; field_type_mismatch, whose message says whether the type is wrong or the value is no V.
template <class V, recordable T>
[[nodiscard]] V get_field(const T& record, std::string_view name) {
  std::optional<V> value = try_get_field<V>(record, name);
  if (value) return *std::move(value);
  const bool there = try_visit_field(record, name, [&](const auto& field) {
    const set_outcome outcome = detail::convert_from_field<V>(field, [](auto&&) {});
    detail::throw_field_is_no(schema<T>::name, name, detail::type_word_of_field<T>(name), detail::describe_value(field),
                              detail::type_word<V>(), outcome == set_outcome::does_not_fit);
  });
  if (!there) detail::throw_no_such_field(schema<T>::name, leaves<T>::names.data(), leaves<T>::size, name);
  return *std::move(value);  // not reached
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
