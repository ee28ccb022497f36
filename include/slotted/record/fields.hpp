// slotted: a list of fields, what record and packed_record have in common: names, types, comparison.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/number.hpp>
#include <slotted/record/field.hpp>
#include <slotted/record/layout.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

/// What all records of one list of fields share, worked out once.
template <class... Fields>
struct fields_of {
  static constexpr std::size_t count = sizeof...(Fields);
  using types = type_list<typename Fields::type...>;
  static constexpr std::array<std::string_view, count> names{Fields::name.view()...};

  static constexpr std::size_t find(std::string_view name) noexcept { return find_name(names.data(), count, name); }

  template <fixed_string Name>
  static constexpr std::size_t index = find(Name);

  /// Whether these are names of fields, none of them twice.
  template <fixed_string... Names>
  static consteval bool are_fields() noexcept {
    return !has_duplicate(std::array<std::string_view, sizeof...(Names)>{Names.view()...}) &&
           ((index<Names> != not_found) && ...);
  }

  /// Whether these are names of fields, none of them twice, that take values of these types.
  template <fixed_string... Names, class... Vs>
  static consteval bool accept(type_list<Vs...>) noexcept {
    if constexpr (are_fields<Names...>())
      return (field_value<Vs, typename types::template at<index<Names>>> && ...);
    else
      return false;
  }

  static constexpr record_layout<count> aligned() noexcept {
    constexpr std::size_t sizes[] = {sizeof(typename Fields::type)..., 0};
    constexpr std::size_t alignments[] = {alignof(typename Fields::type)..., 0};
    return aligned_layout<count>(sizes, alignments);
  }
  static constexpr record_layout<count> packed() noexcept {
    constexpr std::size_t sizes[] = {sizeof(typename Fields::type)..., 0};
    return packed_layout<count>(sizes);
  }
};

/// Refuses lists that are none. Apart from fields_of, and `done` first, so that clang goes on and says nothing else.
template <class... Fields>
struct field_list_check {
  static constexpr bool done = true;
  static_assert((is_field<Fields> && ...), "record: the arguments are fields, as in record<field<\"x\", double>>");
  static_assert(!has_duplicate(fields_of<Fields...>::names), "record: two fields have the same name");
};

template <class A, std::size_t... I>
constexpr bool equal_fields(const A& a, const A& b, std::index_sequence<I...>) {
  return (detail::same_value(a.template get<I>(), b.template get<I>()) && ...);
}

template <class... Ts, class A, std::size_t... I>
constexpr auto compare_fields(const A& a, const A& b, std::index_sequence<I...>) {
  using category = std::common_comparison_category_t<std::compare_three_way_result_t<Ts>...>;
  category result = std::strong_ordering::equal;
  static_cast<void>((std::is_neq(result = a.template get<I>() <=> b.template get<I>()) || ...));
  return result;
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
