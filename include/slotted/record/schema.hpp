// slotted: what the fields of a record are, at compile time, for every kind of record alike.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/field.hpp>
#include <slotted/record/path.hpp>
#include <slotted/record/plain_struct.hpp>
#include <slotted/record/row.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// A field of a type with its own schema: a name and the member that holds it.
template <fixed_string Name, auto Pointer>
  requires std::is_member_object_pointer_v<decltype(Pointer)>
struct member {
  /// The name of the field.
  static constexpr auto name = Name;
  /// The pointer to the member that holds it.
  static constexpr auto pointer = Pointer;
};

/// The fields of a type with its own schema.
template <class... Members>
struct members {};

/// Specialise it to give a type its own schema: to rename fields, to choose some of them, to reach private ones.
///
/// A specialisation has `using fields = slotted::members<slotted::member<"id", &account::id_>, ...>;` and, if it likes,
/// `static constexpr std::string_view name = "account";`. A class with private members makes it a friend:
/// `friend struct slotted::schema_of<account>;`. A container that takes records apart gives back value-initialised
/// what the schema leaves out.
template <class T>
struct schema_of;

/// The name of a record in messages and in print; specialise it for a `record<...>`, whose alias nobody can know.
template <class T>
inline constexpr std::string_view record_name{};

namespace detail {

template <class T>
concept has_own_schema = requires { typename schema_of<T>::fields; };

template <std::size_t I>
using index_constant = std::integral_constant<std::size_t, I>;

// Which kinds there are; record and packed_record specialise it.
template <class T>
inline constexpr bool is_record = false;

template <class T>
concept plain_record = !is_record<T> && !has_own_schema<T> && anatomy_of<T>.why == defect::none;

}  // namespace detail

/// A type whose fields are known: a record, a packed_record, a plain struct of up to 64 members, or a type with a
/// schema_of.
///
/// A plain struct is an aggregate without C arrays, bit-fields, base classes that hold members, and tuple protocol.
/// Complexity: one instantiation a type.
template <class T>
concept recordable = detail::is_record<T> || detail::has_own_schema<T> || detail::plain_record<T>;

namespace detail {

/// Says in one line why a type is no record.
template <class T>
struct recordable_or_error {
  /// For `schema`: what keeps it from being one.
  static constexpr defect why = has_own_schema<T> || is_record<T> ? defect::none : anatomy_of<T>.why;
  static_assert(why != defect::no_aggregate,
                "not recordable: not a plain struct (it has constructors, private members or virtual functions); give "
                "it a slotted::schema_of");
  static_assert(
      why != defect::too_many_members,
      "not recordable: more than 64 members; group some into a nested struct, or give it a slotted::schema_of");
  static_assert(
      why != defect::uncountable_members,
      "not recordable: a member can be initialised neither by {} nor by a value; give it a slotted::schema_of");
  static_assert(
      why != defect::base_with_members,
      "not recordable: a base class has members; put it in as a member, or give the type a slotted::schema_of");
  static_assert(why != defect::bit_field,
                "not recordable: a member is a bit-field, to which no reference binds; give it a width of its own");
  static_assert(why != defect::c_array, "not recordable: a member is a C array, which no value can be; use std::array");
};

template <class T>
constexpr std::string_view name_or(std::string_view otherwise) noexcept {
  return record_name<T>.empty() ? otherwise : record_name<T>;
}

template <std::size_t... I, class... Ms>
type_list<std::remove_cv_t<Ms>...> value_types(const member_references<std::index_sequence<I...>, Ms...>*);

template <class C, class M>
std::remove_cv_t<M> member_value(M C::*);

template <class List>
struct own_schema;
template <class... Ms>
struct own_schema<members<Ms...>> {
  static constexpr std::size_t size = sizeof...(Ms);
  static constexpr std::array<std::string_view, size> names{Ms::name.view()...};
  static_assert(!has_duplicate(names), "schema_of: two fields have the same name");
  using types = type_list<decltype(member_value(Ms::pointer))...>;
  using list = type_list<Ms...>;

  template <class T, class C, class M>
  static constexpr std::size_t find(M C::* pointer) {
    std::size_t index = 0;
    const auto is = [&]<class P>(P other) {
      if constexpr (std::is_same_v<P, M C::*>) return other == pointer;
      return false;
    };
    (void)((is(Ms::pointer) || (static_cast<void>(++index), false)) || ...);
    return index;
  }
};

}  // namespace detail

/// The fields of T at compile time: the one interface by which every part of the library sees a record.
///
/// Every specialisation has
/// - `size`, `name`, `names` (a std::array of std::string_view, in declared order), `type<I>` (the I-th field's value
/// type);
/// - `get<I>(object)`: a reference to the I-th field, or its value for a packed_record;
/// - `set<I>(object, value)`: assigns the I-th field;
/// - `make(f)`: an object whose I-th field is `f(std::integral_constant<std::size_t, I>)`.
template <class T>
struct schema : detail::recordable_or_error<T> {};

/// The schema of a plain struct.
template <detail::plain_record T>
struct schema<T> {
 private:
  static constexpr std::size_t bases = detail::anatomy_of<T>.bases;
  using arity = detail::arity<detail::anatomy_of<T>.members>;
  using types = decltype(detail::value_types(static_cast<decltype(arity::bind(std::declval<T&>()))*>(nullptr)));

  template <class F, std::size_t... B, std::size_t... I>
  [[gnu::always_inline]] static constexpr T make_from(F& f, std::index_sequence<B...>, std::index_sequence<I...>) {
    return T{detail::empty_base<B>{}..., f(detail::index_constant<I>{})...};
  }

 public:
  /// The number of fields.
  static constexpr std::size_t size = detail::anatomy_of<T>.members;
  /// The name of the record, for messages and print.
  static constexpr std::string_view name = detail::name_or<T>(detail::type_name<T>());
  /// The names of the fields, in declared order.
  static constexpr std::array<std::string_view, size> names = detail::member_names<T>(std::make_index_sequence<size>{});

  /// The type of the I-th field.
  template <std::size_t I>
  using type = typename types::template at<I>;

  /// The I-th field of a record.
  template <std::size_t I>
  [[nodiscard]] static constexpr auto& get(T& object) noexcept {
    return detail::member_at<I>(arity::bind(object));
  }
  /// \overload
  template <std::size_t I>
  [[nodiscard]] static constexpr const auto& get(const T& object) noexcept {
    return detail::member_at<I>(arity::bind(const_cast<T&>(object)));  // one instantiation of bind serves both
  }
  /// Assigns the I-th field of a record; a value converts as in construction by name.
  template <std::size_t I, class V>
  static constexpr void set(T& object, V&& value) {
    get<I>(object) = detail::to_field<type<I>>(std::forward<V>(value));
  }
  /// A record whose I-th field is `f(std::integral_constant<std::size_t, I>)`, field by field in declared order.
  template <class F>
  [[gnu::always_inline]] [[nodiscard]] static constexpr T make(F&& f) {
    return make_from(f, std::make_index_sequence<bases>{}, std::make_index_sequence<size>{});
  }
};

namespace detail {

template <class T>
consteval std::string_view own_name() {
  if constexpr (requires { std::string_view(schema_of<T>::name); })
    return schema_of<T>::name;
  else
    return name_or<T>(type_name<T>());
}

}  // namespace detail

/// The schema of a type that brings its own.
template <class T>
  requires(detail::has_own_schema<T> && !detail::is_record<T>)
struct schema<T> {
 private:
  using own = detail::own_schema<typename schema_of<T>::fields>;

 public:
  static constexpr std::size_t size = own::size;
  static constexpr std::string_view name = detail::own_name<T>();
  static constexpr std::array<std::string_view, size> names = own::names;

  /// The type of the I-th field.
  template <std::size_t I>
  using type = typename own::types::template at<I>;

  /// The I-th field of a record.
  template <std::size_t I>
  [[nodiscard]] static constexpr auto& get(T& object) noexcept {
    return object.*(own::list::template at<I>::pointer);
  }
  /// \overload
  template <std::size_t I>
  [[nodiscard]] static constexpr const auto& get(const T& object) noexcept {
    return object.*(own::list::template at<I>::pointer);
  }
  /// Assigns the I-th field of a record; a value converts as in construction by name.
  template <std::size_t I, class V>
  static constexpr void set(T& object, V&& value) {
    get<I>(object) = detail::to_field<type<I>>(std::forward<V>(value));
  }
  /// A record whose I-th field is `f(std::integral_constant<std::size_t, I>)`, field by field in declared order.
  template <class F>
  [[nodiscard]] static constexpr T make(F&& f) {
    T object{};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (set<I>(object, f(detail::index_constant<I>{})), ...);
    }(std::make_index_sequence<size>{});
    return object;
  }
};

namespace detail {

template <class T, std::size_t N>
constexpr std::size_t find_field(const fixed_string<N>& name) {
  return find_name(schema<T>::names.data(), schema<T>::size, name);
}

template <class T, class C, class M>
constexpr std::size_t find_field(M C::* pointer) {
  std::size_t index = schema<T>::size;
  if constexpr (!std::is_base_of_v<C, T>)
    return not_found;
  else if constexpr (has_own_schema<T>)
    index = own_schema<typename schema_of<T>::fields>::template find<T>(pointer);
  else if constexpr (plain_record<T>)
    index = member_index<T>(pointer, std::make_index_sequence<schema<T>::size>{});
  return index == schema<T>::size ? not_found : index;
}

template <class T, auto... Members>
constexpr std::size_t find_field(path_type<Members...>) {
  if constexpr (sizeof...(Members) == 1)
    return find_field<T>(Members...);
  else
    return not_found;
}

// Where a key is passed on from template to template, g++ 12 forgets to make it one: hence no `K.value` above this.
template <class T, class Value>
constexpr std::size_t find_field(const key<Value>& key) {
  return find_field<T>(key.value);
}

template <class T>
consteval std::array<std::size_t, schema<T>::size> field_sizes() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::size_t, schema<T>::size>{sizeof(typename schema<T>::template type<I>)...};
  }(std::make_index_sequence<schema<T>::size>{});
}

template <class T>
consteval std::size_t sum_of_sizes() {
  std::size_t sum = 0;
  for (const std::size_t size : field_sizes<T>()) sum += size;
  return sum;
}

}  // namespace detail

/// How many fields T has.
template <recordable T>
inline constexpr std::size_t field_count = schema<T>::size;

/// The names of T's fields, in declared order: a std::array of std::string_view.
template <recordable T>
inline constexpr std::array<std::string_view, schema<T>::size> field_names = schema<T>::names;

/// The sum of the sizes of T's fields, in bytes: what a record would take if there were no padding.
template <recordable T>
inline constexpr std::size_t payload_bytes = detail::sum_of_sizes<T>();

/// Whether K (a name, a member pointer) means a field of T; fields within nested records are leaves<T>'s matter.
template <class T, key K>
concept has_field = recordable<T> && detail::find_field<T>(K) != detail::not_found;

/// The place of the field K among T's fields, in declared order.
template <class T, key K>
  requires has_field<T, K>
inline constexpr std::size_t index_of = detail::find_field<T>(K);

/// The type of the field K of T.
template <class T, key K>
  requires has_field<T, K>
using field_type = typename schema<T>::template type<index_of<T, K>>;

/// Refers to the field called Name of any record; for a packed_record, returns its value.
template <fixed_string Name, class T>
  requires has_field<std::remove_const_t<T>, Name>
[[nodiscard]] constexpr decltype(auto) get(T& object) noexcept {
  return schema<std::remove_const_t<T>>::template get<index_of<std::remove_const_t<T>, Name>>(object);
}

/// \overload
template <fixed_string Name, class T>
  requires(!std::is_lvalue_reference_v<T> && has_field<std::remove_const_t<T>, Name>)
[[nodiscard]] constexpr field_type<std::remove_const_t<T>, Name> get(T&& object) noexcept {
  return std::move(schema<std::remove_const_t<T>>::template get<index_of<std::remove_const_t<T>, Name>>(object));
}

template <fixed_string Name, class T>
  requires(recordable<std::remove_cvref_t<T>> && !has_field<std::remove_cvref_t<T>, Name>)
void get(T&& object) = delete;  // the record has no field of this name, and none can be added

/// Calls f(name, field) for each field of a record in declared order; the field of a packed_record is passed by value.
template <class T, class F>
  requires recordable<std::remove_const_t<T>>
constexpr void for_each_field(T& object, F&& f) {
  using fields = schema<std::remove_const_t<T>>;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (static_cast<void>(f(fields::names[I], fields::template get<I>(object))), ...);
  }(std::make_index_sequence<fields::size>{});
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
