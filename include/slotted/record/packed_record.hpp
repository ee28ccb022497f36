// slotted: packed_record<field...>, the same fields without one byte of padding.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/field.hpp>
#include <slotted/record/fields.hpp>
#include <slotted/record/hash.hpp>
#include <slotted/record/layout.hpp>
#include <slotted/record/schema.hpp>

#include <array>
#include <bit>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

namespace detail {

template <std::size_t N>
struct byte_chunk {
  unsigned char bytes[N];
};

// A chunk and a bit_cast, where a memcpy into the value would need a default constructor and is no constant expression.
template <class T>
[[nodiscard]] constexpr T load_packed(const unsigned char* from) noexcept {
  byte_chunk<sizeof(T)> chunk;
  if (std::is_constant_evaluated())
    for (std::size_t i = 0; i < sizeof(T); ++i) chunk.bytes[i] = from[i];
  else
    std::memcpy(chunk.bytes, from, sizeof(T));
  return std::bit_cast<T>(chunk);
}

template <class T>
constexpr void store_packed(unsigned char* to, const T& value) noexcept {
  if (std::is_constant_evaluated()) {
    const auto chunk = std::bit_cast<byte_chunk<sizeof(T)>>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = chunk.bytes[i];
  } else {
    std::memcpy(to, &value, sizeof(T));
  }
}

}  // namespace detail

template <class... Fields>
class packed_record;

/// Stands for a field of a packed_record, which has no reference: reads by conversion, writes by assignment.
///
/// Refers to the record: it must not outlive it.
template <class Record, std::size_t I>
class packed_reference {
 public:
  using value_type = typename schema<Record>::template type<I>;

  /// Stands for field I of `record`.
  constexpr explicit packed_reference(Record& record) noexcept : record_(record) {}
  /// Stands for the same field.
  packed_reference(const packed_reference&) = default;

  constexpr operator value_type() const noexcept { return record_.template get<I>(); }

  /// Assigns the field; a value converts as in construction by name.
  template <class V>
    requires(detail::field_value<V, value_type> && !std::is_same_v<std::remove_cvref_t<V>, packed_reference>)
  constexpr const packed_reference& operator=(V&& value) const {
    record_.template set<I>(std::forward<V>(value));
    return *this;
  }
  /// Assigns the value that the other stands for.
  constexpr packed_reference& operator=(const packed_reference& other) {
    record_.template set<I>(static_cast<value_type>(other));
    return *this;
  }
  /// Adds to the field.
  template <class V>
  constexpr const packed_reference& operator+=(const V& value) const
    requires requires(value_type v) { v += value; }
  {
    value_type sum = *this;
    sum += value;
    return *this = sum;
  }
  /// Subtracts from the field.
  template <class V>
  constexpr const packed_reference& operator-=(const V& value) const
    requires requires(value_type v) { v -= value; }
  {
    value_type difference = *this;
    difference -= value;
    return *this = difference;
  }

 private:
  Record& record_;
};

/// A fixed list of named, typed fields at alignment 1, without padding: `sizeof` is the sum of the fields' sizes.
///
/// The fields lie in declared order. `get` returns a value, because no reference may point to a misplaced object; `set`
/// and `p["x"_f] = v` write. Trivially copyable, so every field must be. In a constant expression the fields must be
/// without padding and pointers of their own.
template <class... Fields>
class packed_record final {
  static_assert(detail::field_list_check<Fields...>::done);
  using fields = detail::fields_of<Fields...>;
  using types = typename fields::types;
  using indices = std::index_sequence_for<Fields...>;
  static constexpr record_layout<sizeof...(Fields)> places = fields::packed();

  static_assert(
      (std::is_trivially_copyable_v<typename Fields::type> && ...),
      "packed_record: every field must be trivially copyable; what owns memory (std::string) belongs in record");
  static_assert(proves(places), "packed_record: two fields share a byte");

  template <std::size_t I>
  using type_at = typename types::template at<I>;
  template <fixed_string Name>
  static constexpr bool has = fields::template index<Name> != detail::not_found;
  template <fixed_string Name>
  using type_of = type_at<fields::template index<Name>>;

 public:
  /// Value-initialises every field.
  constexpr packed_record() noexcept
    requires(std::default_initializable<typename Fields::type> && ...)
  {
    set_all(indices{}, typename Fields::type{}...);
  }

  /// Initialises the fields by position, in declared order, one value for each; braces refuse narrowing.
  constexpr packed_record(typename Fields::type... values) noexcept
    requires(sizeof...(Fields) > 0)
  {
    set_all(indices{}, values...);
  }

  /// Initialises the named fields, as in `{"timestamp"_f = 3, "x"_f = 1.0}`; the others are value-initialised.
  ///
  /// A value converts as by assignment, but for floating to integer and number to bool, which are refused.
  template <fixed_string... Names, class... Vs>
    requires(sizeof...(Names) > 0 && fields::template accept<Names...>(detail::type_list<Vs...>{}))
  constexpr packed_record(named_value<Names, Vs>... values) : packed_record() {
    (set<Names>(std::forward<Vs>(values.value)), ...);
  }
  template <fixed_string... Names, class... Vs>
    requires(sizeof...(Names) > 0 && !fields::template accept<Names...>(detail::type_list<Vs...>{}))
  packed_record(named_value<Names, Vs>...) =
      delete;  // a name is no field of this record, or stands twice, or its value does not convert

  /// Returns the value of the field called Name; any other name is one error, "use of deleted function".
  template <fixed_string Name>
    requires(has<Name>)
  [[nodiscard]] constexpr type_of<Name> get() const noexcept {
    return get<fields::template index<Name>>();
  }
  template <fixed_string Name>
    requires(!has<Name>)
  void get() const = delete;  // the record has no field of this name, and none can be added

  /// Returns the value of the I-th field in declared order: the tuple protocol.
  template <std::size_t I>
    requires(I < sizeof...(Fields))
  [[nodiscard]] constexpr type_at<I> get() const noexcept {
    return detail::load_packed<type_at<I>>(bytes_ + places.fields[I].offset);
  }

  /// Assigns the field called Name; a value converts as in construction by name.
  template <fixed_string Name, class V>
    requires(fields::template accept<Name>(detail::type_list<V>{}))
  constexpr void set(V&& value) {
    set<fields::template index<Name>>(std::forward<V>(value));
  }
  template <fixed_string Name, class V>
    requires(!fields::template accept<Name>(detail::type_list<V>{}))
  void set(V&&) = delete;  // the record has no field of this name, or the value does not convert

  /// Assigns the I-th field.
  template <std::size_t I, class V>
    requires(I < sizeof...(Fields) && detail::field_value<V, type_at<I>>)
  constexpr void set(V&& value) {
    detail::store_packed<type_at<I>>(bytes_ + places.fields[I].offset,
                                     detail::to_field<type_at<I>>(std::forward<V>(value)));
  }

  /// Stands for a field: `p["x"_f] = 5`.
  template <fixed_string Name>
    requires(has<Name>)
  [[nodiscard]] constexpr auto operator[](field_name<Name>) & noexcept {
    return packed_reference<packed_record, fields::template index<Name>>(*this);
  }
  /// The value of a field: `p["x"_f]`.
  template <fixed_string Name>
    requires(has<Name>)
  [[nodiscard]] constexpr type_of<Name> operator[](field_name<Name>) const& noexcept {
    return get<Name>();
  }
  template <fixed_string Name>
    requires(!has<Name>)
  void operator[](field_name<Name>) const = delete;  // the record has no field of this name, and none can be added

  /// Returns where the fields lie.
  [[nodiscard]] static constexpr const record_layout<sizeof...(Fields)>& layout() noexcept { return places; }

  /// Compares field by field in declared order.
  [[nodiscard]] friend constexpr bool operator==(const packed_record& a, const packed_record& b)
    requires(std::equality_comparable<typename Fields::type> && ...)
  {
    return detail::equal_fields(a, b, indices{});
  }
  [[nodiscard]] friend constexpr auto operator<=>(const packed_record& a, const packed_record& b)
    requires(std::three_way_comparable<typename Fields::type> && ...)
  {
    return detail::compare_fields<typename Fields::type...>(a, b, indices{});
  }

 private:
  template <std::size_t... I>
  constexpr void set_all(std::index_sequence<I...>, const typename Fields::type&... values) noexcept {
    (detail::store_packed<typename Fields::type>(bytes_ + places.fields[I].offset, values), ...);
  }

  unsigned char bytes_[places.size == 0 ? 1 : places.size]{};
};

namespace detail {

template <class... Fields>
inline constexpr bool is_record<packed_record<Fields...>> = true;

}  // namespace detail

/// The schema of a packed_record.
template <class... Fields>
struct schema<packed_record<Fields...>> {
 private:
  using record_type = packed_record<Fields...>;
  using fields = detail::fields_of<Fields...>;

 public:
  /// The number of fields.
  static constexpr std::size_t size = sizeof...(Fields);
  /// The name of the record, for messages and print.
  static constexpr std::string_view name = detail::name_or<record_type>("packed_record");
  /// The names of the fields, in declared order.
  static constexpr std::array<std::string_view, size> names = fields::names;

  /// The type of the I-th field.
  template <std::size_t I>
  using type = typename fields::types::template at<I>;

  /// The value of the I-th field of a record.
  template <std::size_t I>
  [[nodiscard]] static constexpr type<I> get(const record_type& object) noexcept {
    return object.template get<I>();
  }
  /// Assigns the I-th field of a record; a value converts as in construction by name.
  template <std::size_t I, class V>
  static constexpr void set(record_type& object, V&& value) {
    object.template set<I>(std::forward<V>(value));
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

/// Returns the value of the I-th field: the tuple protocol.
template <std::size_t I, class... Fields>
  requires(I < sizeof...(Fields))
[[nodiscard]] constexpr auto get(const packed_record<Fields...>& object) noexcept {
  return object.template get<I>();
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted

template <class... Fields>
struct std::tuple_size<slotted::packed_record<Fields...>> : std::integral_constant<std::size_t, sizeof...(Fields)> {};

/// Const, so that assigning to a structured binding, which is a copy, does not compile.
template <std::size_t I, class... Fields>
struct std::tuple_element<I, slotted::packed_record<Fields...>> {
  using type = const typename slotted::schema<slotted::packed_record<Fields...>>::template type<I>;
};

template <class... Fields>
  requires(slotted::detail::is_hashable<typename Fields::type>() && ...)
struct std::hash<slotted::packed_record<Fields...>> {
  [[nodiscard]] std::size_t operator()(const slotted::packed_record<Fields...>& record) const noexcept {
    return slotted::detail::hash_fields(record);
  }
};
