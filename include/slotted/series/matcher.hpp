// slotted: what a label is compared with, to find series.
// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <string_view>

#include <slotted/series/label.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// A condition on one label of a series: its value is a text, is not that text, or a predicate says so.
///
/// `{"job", "node"}` and a `label` match what has that value, `!label{"job", "node"}` what has not, `matches("job",
/// predicate)` what the predicate returns true for, and `!` before a matcher its contrary. A series without a label of
/// that name is matched as if the value were empty. A matcher refers to texts and predicates and owns none.
class matcher {
 public:
  /// The value is `value`.
  constexpr matcher(std::string_view name, std::string_view value) noexcept : name_(name), value_(value) {}
  /// The value is that of the label.
  constexpr matcher(const label& of) noexcept : name_(of.name), value_(of.value) {}
  /// What `matches` makes: the predicate is called as `ask(context, value)`.
  constexpr matcher(std::string_view name, const void* context, bool (*ask)(const void*, std::string_view)) noexcept
      : name_(name), ask_(ask), context_(context) {}

  /// The contrary.
  [[nodiscard]] friend constexpr matcher operator!(matcher of) noexcept {
    of.negated_ = !of.negated_;
    return of;
  }

  [[nodiscard]] constexpr std::string_view name() const noexcept { return name_; }    ///< of the label
  [[nodiscard]] constexpr std::string_view value() const noexcept { return value_; }  ///< what it is compared with
  [[nodiscard]] constexpr bool is_negated() const noexcept { return negated_; }       ///< whether it is a contrary
  /// Whether a predicate is asked; otherwise the value is compared.
  [[nodiscard]] constexpr bool has_predicate() const noexcept { return ask_ != nullptr; }
  /// Whether a value fulfils the condition.
  [[nodiscard]] constexpr bool accepts(std::string_view value) const {
    return (ask_ != nullptr ? ask_(context_, value) : value == value_) != negated_;
  }

 private:
  std::string_view name_;
  std::string_view value_;
  bool (*ask_)(const void*, std::string_view) = nullptr;
  const void* context_ = nullptr;
  bool negated_ = false;
};

/// The matcher of what has another value, or none: `!label{"mode", "idle"}`.
[[nodiscard]] constexpr matcher operator!(const label& of) noexcept { return !matcher(of); }

/// The matcher of the values for which `predicate(std::string_view)` returns true.
///
/// The predicate is referred to: it lives until the matcher has been used. It is asked once for each distinct value of
/// the name, and once for the empty text; a regular expression is of the library that the program chooses.
template <class Predicate>
  requires std::predicate<const Predicate&, std::string_view>
[[nodiscard]] matcher matches(std::string_view name, const Predicate& predicate) noexcept {
  return matcher(name, static_cast<const void*>(&predicate), [](const void* context, std::string_view value) {
    return static_cast<bool>((*static_cast<const Predicate*>(context))(value));
  });
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
