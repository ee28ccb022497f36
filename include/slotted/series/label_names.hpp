// slotted: label names that are known when the program is compiled, so that only values are given.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include <slotted/record/fixed_string.hpp>
#include <slotted/series/label.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// A fixed list of label names: `label_names<"host", "metric">::with("a", "load")` are the labels of a series.
///
/// The names differ. What `with` gives converts to the span of labels that tables take; it refers to the values. A
/// series of such labels is the same as one whose labels were given by name, in any order.
template <fixed_string... Names>
class label_names {
 public:
  /// How many names there are.
  static constexpr std::size_t size = sizeof...(Names);
  static_assert(size != 0 && size <= 64, "label_names: a series has 1 to 64 labels");

  /// Labels of all names, in the order of the list.
  class labels {
   public:
    /// The labels, for as long as the values and this object live.
    [[nodiscard]] constexpr operator std::span<const label>() const noexcept { return {labels_, size}; }
    /// The i-th label. Preconditions: i < size.
    [[nodiscard]] constexpr const label& operator[](std::size_t i) const noexcept { return labels_[i]; }

   private:
    friend label_names;
    template <class... Values>
    explicit constexpr labels(const Values&... values) noexcept : labels_{label{Names.view(), values}...} {}
    label labels_[size];
  };

  /// The i-th name. Preconditions: i < size.
  [[nodiscard]] static constexpr std::string_view name(std::size_t i) noexcept {
    constexpr std::string_view names[] = {Names.view()...};
    return names[i];
  }
  /// The names with these values, one each; an empty value is the same as no label.
  template <class... Values>
    requires(sizeof...(Values) == size && (std::convertible_to<const Values&, std::string_view> && ...))
  [[nodiscard]] static constexpr labels with(const Values&... values) noexcept {
    return labels(std::string_view(values)...);
  }

 private:
  static constexpr bool differ() noexcept {
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (name(i) == name(j)) return false;
    return true;
  }
  static_assert(differ(), "label_names: a name is there twice");
};

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
