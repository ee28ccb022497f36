// slotted: what a plain struct is made of, found without its help: how many members, of which types, called what.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/arity.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

/// Converts to any type, in unevaluated operands.
///
/// Const and rvalue-qualified, so that a converting constructor template of the member's type (std::optional) is the
/// better match instead of an equal one.
struct anything {
  template <class U>
  operator U() const&& noexcept;
};
template <std::size_t>
using anything_at = anything;

/// Converts to any base class of T that is empty (or, for Empty false, to any that is not).
template <class T, bool Empty>
struct any_base {
  template <class U>
    requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T> && std::is_empty_v<U> == Empty)
  operator U() const&& noexcept;
};
template <class T, std::size_t>
using any_empty_base = any_base<T, true>;

template <class T, std::size_t... I>
consteval bool takes_anything(std::index_sequence<I...>) {
  return requires { T{anything_at<I>{}...}; };
}

// Low initialisers are accepted, High are not.
template <class T, std::size_t Low, std::size_t High>
consteval std::size_t initialisers_between() {
  if constexpr (High - Low == 1)
    return Low;
  else if constexpr (arity<(Low + High) / 2>::template takes<T>)
    return initialisers_between<T, (Low + High) / 2, High>();
  else
    return initialisers_between<T, Low, (Low + High) / 2>();
}

inline constexpr std::size_t uncountable = static_cast<std::size_t>(-1);

/// How many elements (empty bases, then members) an aggregate has; max_members + 1 stands for more.
template <class T>
consteval std::size_t count_elements() {
  if constexpr (arity<0>::takes<T>) {
    constexpr std::size_t count = initialisers_between<T, 0, max_members + 1>();
    // What follows the last pair of braces is a 65th member or one that empty braces do not initialise.
    if constexpr (!arity<count>::template takes<T, anything>)
      return count;
    else if constexpr (count == max_members)
      return max_members + 1;
  }
  // Slow, for members without an implicit default constructor; a C array beside one would be miscounted.
  return []<std::size_t... N>(std::index_sequence<N...>) {
    std::size_t most = uncountable;
    ((most = takes_anything<T>(std::make_index_sequence<N>{}) ? N : most), ...);
    return most;
  }(std::make_index_sequence<max_members + 2>{});
}

template <class T, std::size_t Elements, std::size_t... B, std::size_t... M>
consteval bool begins_with_bases(std::index_sequence<B...>, std::index_sequence<M...>) {
  return requires { T{any_empty_base<T, B>{}...}; } || requires { T{any_empty_base<T, B>{}..., anything_at<M>{}...}; };
}

template <class T, std::size_t Elements, std::size_t Bases = 0>
consteval std::size_t count_empty_bases() {
  if constexpr (Bases == Elements)
    return Bases;
  else if constexpr (!begins_with_bases<T, Elements>(std::make_index_sequence<Bases + 1>{},
                                                     std::make_index_sequence<Elements - Bases - 1>{}))
    return Bases;
  else
    return count_empty_bases<T, Elements, Bases + 1>();
}

/// Initialises an empty base, whatever its type.
template <std::size_t>
struct empty_base {
  template <class U>
  constexpr operator U() const {
    return U{};
  }
};

template <class T, std::size_t... B>
consteval bool has_filled_base(std::index_sequence<B...>) {
  return requires { T{any_empty_base<T, B>{}..., any_base<T, false>{}}; };
}

/// Why a type is no plain struct that can be reflected.
enum class defect { none, no_aggregate, too_many_members, uncountable_members, base_with_members, bit_field, c_array };

template <std::size_t... I, class... Ms>
consteval bool has_c_array(const member_references<std::index_sequence<I...>, Ms...>*) {
  return (std::is_array_v<Ms> || ...);
}

template <class T>
inline constexpr bool has_tuple_protocol = requires { std::tuple_size<T>::value; };

/// The parts of a plain struct: its defect, else the number of its empty bases and of its members.
struct anatomy {
  defect why;
  std::size_t bases;
  std::size_t members;
};

template <class T>
consteval anatomy dissect() {
  if constexpr (!std::is_class_v<T> || std::is_const_v<T> || std::is_volatile_v<T>) {
    return {defect::no_aggregate, 0, 0};
  } else if constexpr (!std::is_aggregate_v<T> || has_tuple_protocol<T>) {
    return {defect::no_aggregate, 0, 0};
  } else {
    constexpr std::size_t elements = count_elements<T>();
    if constexpr (elements == uncountable) {
      return {defect::uncountable_members, 0, 0};
    } else if constexpr (elements > max_members) {
      return {defect::too_many_members, 0, 0};
    } else {
      constexpr std::size_t bases = count_empty_bases<T, elements>();
      if constexpr (has_filled_base<T>(std::make_index_sequence<bases>{})) {
        return {defect::base_with_members, 0, 0};
      } else {
        using references = decltype(arity<elements - bases>::bind(std::declval<T&>()));
        if constexpr (!references::addressable)
          return {defect::bit_field, 0, 0};
        else if constexpr (has_c_array(static_cast<references*>(nullptr)))
          return {defect::c_array, 0, 0};
        else
          return {defect::none, bases, elements - bases};
      }
    }
  }
}

template <class T>
inline constexpr anatomy anatomy_of = dissect<T>();

// Names: the compiler spells a template argument in the signature of a function, and a pointer to a member of an object
// is spelt with the member's name. The object is declared only. The pointer stands in a struct, because clang before 18
// takes a pointer to a subobject as a template argument in no other form, and is a pointer to void, so that the text
// does not depend on the member's type.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"  // only its address is used, at compile time
#pragma clang diagnostic ignored "-Wundefined-internal"      // as above, for a struct without linkage
#endif
template <class T>
struct example {
  T object;
};
template <class T>
extern const example<T> example_of;

struct member_address {
  const void* pointer;
};

#if defined(_MSC_VER) && !defined(__clang__)
template <member_address Address>
consteval std::string_view spell_member() {
  return __FUNCSIG__;
}
template <class T>
constexpr const char* spell_type() {
  return __FUNCSIG__;
}
#else
template <member_address Address>
constexpr const char* spell_member() {
  return __PRETTY_FUNCTION__;
}
template <class T>
constexpr const char* spell_type() {
  return __PRETTY_FUNCTION__;
}
#endif

struct probe {
  int slotted_probe;
};

constexpr bool is_identifier_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

consteval std::size_t characters_after_member() {
  const std::string_view known = spell_member<member_address{&example_of<probe>.object.slotted_probe}>();
  return known.size() - known.rfind("slotted_probe") - std::string_view("slotted_probe").size();
}
inline constexpr std::size_t after_member = characters_after_member();

template <member_address Address>
consteval std::string_view member_name() {
  const std::string_view spelt = spell_member<Address>();
  const std::size_t end = spelt.size() - after_member;
  std::size_t begin = end;
  while (begin > 0 && is_identifier_character(spelt[begin - 1])) --begin;
  return spelt.substr(begin, end - begin);
}

template <class T, std::size_t... I>
consteval std::array<std::string_view, sizeof...(I)> member_names(std::index_sequence<I...>) {
  return {member_name<member_address{&member_at<I>(arity<sizeof...(I)>::bind(example_of<T>.object))}>()...};
}

/// The index of the member that a member pointer of T or of a base of T points to; sizeof...(I) when there is none.
template <class T, class C, class M, std::size_t... I>
constexpr std::size_t member_index(M C::* pointer, std::index_sequence<I...>) {
  const auto members = arity<sizeof...(I)>::bind(example_of<T>.object);
  std::size_t index = sizeof...(I);
  // Types first: members without a unique address share one.
  ((std::is_same_v<decltype(member_at<I>(members)), const M&> &&
            static_cast<const void*>(&member_at<I>(members)) ==
                static_cast<const void*>(&(example_of<T>.object.*pointer))
        ? void(index = I)
        : void()),
   ...);
  return index;
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

/// The name of a class as the compiler spells it, without the namespaces and classes around it.
template <class T>
consteval std::string_view type_name() {
  constexpr std::string_view known = spell_type<int>();
  constexpr std::size_t before = known.rfind("int");
  const std::string_view spelt = spell_type<T>();
  std::string_view name = spelt.substr(before, spelt.size() - (known.size() - 3));
  std::size_t depth = 0;
  for (std::size_t i = name.size(); i-- > 0;) {
    const char c = name[i];
    if (c == '>' || c == ')' || c == '}') ++depth;
    if (c == '<' || c == '(' || c == '{') --depth;
    if (c == ':' && depth == 0) return name.substr(i + 1);
  }
  return name;
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
