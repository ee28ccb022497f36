// slotted: record<field...>, a fixed list of named fields in the fewest aligned bytes.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/field.hpp>
#include <slotted/record/fields.hpp>
#include <slotted/record/hash.hpp>
#include <slotted/record/layout.hpp>
#include <slotted/record/schema.hpp>

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

namespace detail {

template <std::size_t I, class T>
struct slot {
  T value{};
};

// The arguments of a constructor, found by index at no cost in recursion.
template <std::size_t I, class T>
struct argument {
  T&& value;
};
template <class Sequence, class... Ts>
struct arguments;
template <std::size_t... I, class... Ts>
struct arguments<std::index_sequence<I...>, Ts...> : argument<I, Ts>... {};

// Bases in physical order, each known by its logical index: the offset of a field is a cast.
template <class PhysicalOrder, class Types>
struct storage;
template <std::size_t... P, class... Ts>
struct storage<std::index_sequence<P...>, type_list<Ts...>> : slot<P, typename type_list<Ts...>::template at<P>>... {
  using types = type_list<Ts...>;

  constexpr storage() = default;
  constexpr explicit storage(arguments<std::index_sequence_for<Ts...>, Ts...> values)
      : slot<P, typename types::template at<P>>{
            std::move(static_cast<argument<P, typename types::template at<P>>&>(values).value)}... {}

  template <std::size_t I>
  [[nodiscard]] constexpr auto& at() noexcept {
    return static_cast<slot<I, typename types::template at<I>>&>(*this).value;
  }
  template <std::size_t I>
  [[nodiscard]] constexpr const auto& at() const noexcept {
    return static_cast<const slot<I, typename types::template at<I>>&>(*this).value;
  }
};

template <class Fields, class Sequence>
struct physical_order;
template <class Fields, std::size_t... I>
struct physical_order<Fields, std::index_sequence<I...>> {
  static constexpr auto layout = Fields::aligned();
  static_assert(proves(layout), "record: two fields share a byte");
  using type = std::index_sequence<layout.order[I]...>;
};

// What reads the fields of a record that is a const value, as a row is that a table gives. Its name stands in g++'s
// message when such a field is assigned to, and its line of source in clang's: so both say where to write instead.
template <class Record, class Fields>
struct const_row_write_with_set_K_of_the_table {
  template <fixed_string Name>
    requires(Fields::template index<Name> != not_found)
  [[nodiscard]] constexpr const auto& get() const&& noexcept {  // a copy of a row: to write, rows.set<K>(i, value)
    return static_cast<const Record&>(*this).template get<Name>();
  }
  template <fixed_string Name>
    requires(Fields::template index<Name> != not_found)
  [[nodiscard]] constexpr const auto& operator[](  // a copy of a row: to write, rows.set<K>(i, value)
      field_name<Name>) const&& noexcept {
    return static_cast<const Record&>(*this).template get<Name>();
  }
};

}  // namespace detail

/// A fixed list of named, typed fields, and nothing else.
///
/// The logical order is as declared; the physical order is by descending alignment, so that `sizeof` is the sum of the
/// fields' sizes rounded up to the alignment (1 for no fields). Trivially copyable when the fields are. A field that
/// owns memory (std::string, std::vector) is accepted, and costs its own size here and what it allocates elsewhere,
/// which no footprint() sees.
template <class... Fields>
class record final : detail::const_row_write_with_set_K_of_the_table<record<Fields...>, detail::fields_of<Fields...>> {
  static_assert(detail::field_list_check<Fields...>::done);
  using const_row = detail::const_row_write_with_set_K_of_the_table<record, detail::fields_of<Fields...>>;
  friend const_row;
  using fields = detail::fields_of<Fields...>;
  using types = typename fields::types;
  using order = detail::physical_order<fields, std::index_sequence_for<Fields...>>;
  using indices = std::index_sequence_for<Fields...>;

  template <std::size_t I>
  using type_at = typename types::template at<I>;
  template <fixed_string Name>
  static constexpr bool has = fields::template index<Name> != detail::not_found;
  template <fixed_string Name>
  using type_of = type_at<fields::template index<Name>>;

 public:
  /// Value-initialises every field.
  constexpr record()
    requires(std::default_initializable<typename Fields::type> && ...)
  = default;

  /// Initialises the fields by position, in declared order: one value for each.
  ///
  /// The parameters have the fields' types, so that braces work for nested records and arrays, a text reaches a symbol
  /// in one conversion, and narrowing is refused as in a plain struct: `3` fits an int64 or a double, a `double`
  /// variable does not fit an int.
  constexpr record(typename Fields::type... values)
    requires(sizeof...(Fields) > 0)
      : storage_(detail::arguments<indices, typename Fields::type...>{{std::move(values)}...}) {}

  /// Initialises the named fields, as in `{"timestamp"_f = 3, "x"_f = 1.0}`; the others are value-initialised.
  ///
  /// A value converts as by assignment, but for floating to integer and number to bool, which are refused.
  template <fixed_string... Names, class... Vs>
    requires(sizeof...(Names) > 0 && fields::template accept<Names...>(detail::type_list<Vs...>{}))
  constexpr record(named_value<Names, Vs>... values) : record() {
    ((get<Names>() = detail::to_field<type_of<Names>>(std::forward<Vs>(values.value))), ...);
  }
  template <fixed_string... Names, class... Vs>
    requires(sizeof...(Names) > 0 && !fields::template accept<Names...>(detail::type_list<Vs...>{}))
  record(named_value<Names, Vs>...) =
      delete;  // a name is no field of this record, or stands twice, or its value does not convert

  /// Refers to the field called Name; any other name is one error, "use of deleted function".
  template <fixed_string Name>
    requires(has<Name>)
  [[nodiscard]] constexpr type_of<Name>& get() & noexcept {
    return storage_.template at<fields::template index<Name>>();
  }
  /// \overload
  template <fixed_string Name>
    requires(has<Name>)
  [[nodiscard]] constexpr const type_of<Name>& get() const& noexcept {
    return storage_.template at<fields::template index<Name>>();
  }
  /// \overload
  template <fixed_string Name>
    requires(has<Name>)
  [[nodiscard]] constexpr type_of<Name>&& get() && noexcept {
    return std::move(storage_.template at<fields::template index<Name>>());
  }
  using const_row::get;
  template <fixed_string Name>
    requires(!has<Name>)
  void get() const = delete;  // the record has no field of this name, and none can be added

  /// Refers to the I-th field in declared order: the tuple protocol, found by structured bindings before the names.
  template <std::size_t I>
    requires(I < sizeof...(Fields))
  [[nodiscard]] constexpr type_at<I>& get() & noexcept {
    return storage_.template at<I>();
  }
  /// \overload
  template <std::size_t I>
    requires(I < sizeof...(Fields))
  [[nodiscard]] constexpr const type_at<I>& get() const& noexcept {
    return storage_.template at<I>();
  }
  /// \overload
  template <std::size_t I>
    requires(I < sizeof...(Fields))
  [[nodiscard]] constexpr type_at<I>&& get() && noexcept {
    return std::move(storage_.template at<I>());
  }

  /// Assigns the field called Name; a value converts as in construction by name.
  template <fixed_string Name, class V>
    requires(fields::template accept<Name>(detail::type_list<V>{}))
  constexpr void set(V&& value) {
    get<Name>() = detail::to_field<type_of<Name>>(std::forward<V>(value));
  }
  template <fixed_string Name, class V>
    requires(!fields::template accept<Name>(detail::type_list<V>{}))
  void set(V&&) = delete;  // the record has no field of this name, or the value does not convert
  template <fixed_string Name, class V>
  void set(V&&) const = delete;  // const: where this is a row of a table, use rows.set<K>(i, value)

  /// Refers to a field: `p["x"_f] = 5`.
  template <fixed_string Name>
    requires(has<Name>)
  [[nodiscard]] constexpr type_of<Name>& operator[](field_name<Name>) & noexcept {
    return get<Name>();
  }
  /// \overload
  template <fixed_string Name>
    requires(has<Name>)
  [[nodiscard]] constexpr const type_of<Name>& operator[](field_name<Name>) const& noexcept {
    return get<Name>();
  }
  using const_row::operator[];
  template <fixed_string Name>
    requires(!has<Name>)
  void operator[](field_name<Name>) const = delete;  // the record has no field of this name, and none can be added

  /// Returns where the fields lie.
  [[nodiscard]] static constexpr const record_layout<sizeof...(Fields)>& layout() noexcept { return order::layout; }

  /// Compares field by field in declared order.
  [[nodiscard]] friend constexpr bool operator==(const record& a, const record& b)
    requires(std::equality_comparable<typename Fields::type> && ...)
  {
    return detail::equal_fields(a, b, indices{});
  }
  [[nodiscard]] friend constexpr auto operator<=>(const record& a, const record& b)
    requires(std::three_way_comparable<typename Fields::type> && ...)
  {
    return detail::compare_fields<typename Fields::type...>(a, b, indices{});
  }

 private:
  detail::storage<typename order::type, types> storage_;
};

namespace detail {

template <class... Fields>
inline constexpr bool is_record<record<Fields...>> = true;

}  // namespace detail

/// The schema of a record.
template <class... Fields>
struct schema<record<Fields...>> {
 private:
  using record_type = record<Fields...>;
  using fields = detail::fields_of<Fields...>;

 public:
  /// The number of fields.
  static constexpr std::size_t size = sizeof...(Fields);
  /// The name of the record, for messages and print.
  static constexpr std::string_view name = detail::name_or<record_type>("record");
  /// The names of the fields, in declared order.
  static constexpr std::array<std::string_view, size> names = fields::names;

  /// The type of the I-th field.
  template <std::size_t I>
  using type = typename fields::types::template at<I>;

  /// The I-th field of a record.
  template <std::size_t I>
  [[nodiscard]] static constexpr type<I>& get(record_type& object) noexcept {
    return object.template get<I>();
  }
  /// \overload
  template <std::size_t I>
  [[nodiscard]] static constexpr const type<I>& get(const record_type& object) noexcept {
    return object.template get<I>();
  }
  /// Assigns the I-th field of a record; a value converts as in construction by name.
  template <std::size_t I, class V>
  static constexpr void set(record_type& object, V&& value) {
    get<I>(object) = detail::to_field<type<I>>(std::forward<V>(value));
  }
  /// A record whose I-th field is `f(std::integral_constant<std::size_t, I>)`, field by field in declared order.
  template <class F>
  [[gnu::always_inline]] [[nodiscard]] static constexpr record_type make(F&& f) {
    return make_from(f, std::make_index_sequence<size>{});
  }

 private:
  template <class F, std::size_t... I>
  [[gnu::always_inline]] static constexpr record_type make_from(F& f, std::index_sequence<I...>) {
    return record_type{f(detail::index_constant<I>{})...};
  }
};

/// Refers to the I-th field: the tuple protocol.
template <std::size_t I, class... Fields>
  requires(I < sizeof...(Fields))
[[nodiscard]] constexpr auto& get(record<Fields...>& object) noexcept {
  return object.template get<I>();
}
/// \overload
template <std::size_t I, class... Fields>
  requires(I < sizeof...(Fields))
[[nodiscard]] constexpr const auto& get(const record<Fields...>& object) noexcept {
  return object.template get<I>();
}
/// \overload
template <std::size_t I, class... Fields>
  requires(I < sizeof...(Fields))
[[nodiscard]] constexpr auto&& get(record<Fields...>&& object) noexcept {
  return std::move(object).template get<I>();
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted

template <class... Fields>
struct std::tuple_size<slotted::record<Fields...>> : std::integral_constant<std::size_t, sizeof...(Fields)> {};

template <std::size_t I, class... Fields>
struct std::tuple_element<I, slotted::record<Fields...>> {
  using type = typename slotted::schema<slotted::record<Fields...>>::template type<I>;
};

template <class... Fields>
  requires(slotted::detail::is_hashable<typename Fields::type>() && ...)
struct std::hash<slotted::record<Fields...>> {
  [[nodiscard]] std::size_t operator()(const slotted::record<Fields...>& record) const noexcept {
    return slotted::detail::hash_fields(record);
  }
};
