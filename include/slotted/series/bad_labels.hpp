// slotted: what is thrown when labels do not name a series, and the words for it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include <slotted/memory/text_error.hpp>
#include <slotted/record/symbol_error.hpp>
#include <slotted/series/label.hpp>
#include <slotted/series/open_outcome.hpp>
#include <slotted/series/series_limits.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Thrown when labels cannot be those of a series: a name twice, a text that is not UTF-8; `what()` names the label.
class bad_labels : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// Thrown when a series is refused because of a limit; `what()` says the limit, and the label that reached it.
class series_limit_exceeded : public std::length_error {
 public:
  using std::length_error::length_error;
};

namespace detail {

// Preconditions: the reason is one of labels or limits; `offender` is the label that it is about, where it is about
// one.
[[noreturn]] inline void throw_labels_refused(open_outcome::reason why, std::span<const label> labels,
                                              std::size_t offender, const series_limits& limits) {
  const label none{};
  const label& about = offender < labels.size() ? labels[offender] : none;
  const auto most = [](const series_limit& limit) { return std::to_string(limit.most); };
  const std::string of_label = "label " + quote_text(about.name) + " with the value " + quote_text(about.value);
  if (why == open_outcome::name_twice)
    throw_with_text<bad_labels>("labels: the name " + quote_text(about.name) + " is there twice");
  if (why == open_outcome::not_utf8) throw_with_text<bad_labels>("labels: not UTF-8: " + of_label);
  std::string text = "series refused: ";
  if (why == open_outcome::text_too_long)
    text += of_label + " is longer than " + most(limits.text) + " bytes";
  else if (why == open_outcome::too_many_labels)
    text += std::to_string(labels.size()) + " labels, and a series may have " + most(limits.labels);
  else if (why == open_outcome::too_many_series)
    text += "there are " + most(limits.series) + " series already";
  else if (why == open_outcome::too_many_values)
    text += of_label + " would be one more than the " + most(limits.values) + " values that a name may have";
  else if (why == open_outcome::too_many_name_sets)
    text += "its label names would be one more than the " + most(limits.name_sets) + " sets of names there may be";
  else
    text += "labels hold the " + most(limits.bytes) + " bytes that they may";
  throw_with_text<series_limit_exceeded>(text);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
