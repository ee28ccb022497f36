// slotted: records made from records: extend, project, and record_cast, which carries the values over.
// SPDX-License-Identifier: MIT
#pragma once

#include <slotted/record/field.hpp>
#include <slotted/record/packed_record.hpp>
#include <slotted/record/record.hpp>
#include <slotted/record/schema.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

// The I-th field of any record as a field<name, type>.
template <class R, std::size_t I>
struct field_of_record {
  static consteval auto name() {
    fixed_string<schema<R>::names[I].size()> result;
    for (std::size_t i = 0; i < result.size(); ++i) result.text[i] = schema<R>::names[I][i];
    return result;
  }
  using type = field<name(), typename schema<R>::template type<I>>;
};

// What is made from an R: a packed_record from a packed_record, a record from any other.
template <class R>
struct composition {
  template <class... Fields>
  using of = record<Fields...>;
};
template <class... Own>
struct composition<packed_record<Own...>> {
  template <class... Fields>
  using of = packed_record<Fields...>;
};

template <class R, class Sequence, class... Added>
struct extension;
template <class R, std::size_t... I, class... Added>
struct extension<R, std::index_sequence<I...>, Added...> {
  using type = typename composition<R>::template of<typename field_of_record<R, I>::type..., Added...>;
};

template <class R, fixed_string Name>
struct projected {
  static constexpr std::size_t index = find_name(schema<R>::names.data(), schema<R>::size, Name);
  static_assert(index != not_found, "project: the record has no field of this name");
  using type = typename field_of_record<R, index == not_found ? 0 : index>::type;
};

}  // namespace detail

/// R with more fields behind its own: the counterpart of `__slots__` in a subclass.
///
/// R may be any record; the result is a packed_record if R is one, else a record. A name that R has already is an
/// error.
template <recordable R, class... Fields>
using extend = typename detail::extension<R, std::make_index_sequence<schema<R>::size>, Fields...>::type;

/// R with only the fields that are named, in the order in which they are named.
template <recordable R, fixed_string... Names>
using project = typename detail::composition<R>::template of<typename detail::projected<R, Names>::type...>;

/// Returns a To whose fields have the values of the fields of the same name; the others are value-initialised.
///
/// A value converts as in construction by name.
template <recordable To, recordable From>
[[nodiscard]] constexpr To record_cast(const From& from) {
  return schema<To>::make([&]<std::size_t I>(detail::index_constant<I>) -> typename schema<To>::template type<I> {
    using type = typename schema<To>::template type<I>;
    constexpr std::size_t source =
        detail::find_name(schema<From>::names.data(), schema<From>::size, schema<To>::names[I]);
    if constexpr (source == detail::not_found) {
      return type{};
    } else {
      static_assert(detail::field_value<typename schema<From>::template type<source>, type>,
                    "record_cast: two fields of the same name have types that do not convert");
      return detail::to_field<type>(schema<From>::template get<source>(from));
    }
  });
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
