// slotted: what access by a run-time name throws, and the words for it.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <slotted/memory/text_error.hpp>
#include <slotted/record/symbol_error.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// Thrown for a name that is no field; `what()` says the record, the name, the fields there are, and the nearest one.
class no_such_field : public std::out_of_range {
 public:
  using std::out_of_range::out_of_range;
};

/// Thrown for a value that a field cannot hold, or that is asked for as a type that it is not; `what()` says the
/// record, the field, its type and the value.
class field_type_mismatch : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

namespace detail {

/// The number of insertions, deletions and replacements between two texts (Levenshtein 1966), by two rows of the table.
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

/// The name that is nearest, within a third of its length; empty when none is.
inline std::string_view nearest_name(const std::string_view* names, std::size_t count, std::string_view wanted) {
  std::string_view nearest;
  std::size_t least = static_cast<std::size_t>(-1);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = names[i];
    const std::size_t longer = std::max(name.size(), wanted.size());
    const std::size_t shorter = std::min(name.size(), wanted.size());
    if (longer < 3 || longer - shorter > longer / 3) continue;  // untrusted input may be long: no table for it
    const std::size_t distance = edit_distance(name, wanted);
    if (distance <= longer / 3 && distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

[[noreturn]] inline void throw_no_such_field(std::string_view record, const std::string_view* names, std::size_t count,
                                             std::string_view wanted) {
  std::string message = std::string(record) + " has no field " + quote_text(wanted);
  for (std::size_t i = 0; i < count; ++i) {
    message += i == 0 ? "; it has " : ", ";
    message += names[i];
  }
  if (count == 0) message += "; it has none";
  if (const std::string_view nearest = nearest_name(names, count, wanted); !nearest.empty())
    message += "; did you mean '" + std::string(nearest) + "'?";
  throw_with_text<no_such_field>(message);
}

[[noreturn]] inline void throw_field_type_mismatch(std::string_view record, std::string_view field,
                                                   std::string_view type, const std::string& value, bool does_not_fit) {
  std::string message = "field '" + std::string(field) + "' of " + std::string(record) + " is " + std::string(type);
  message += does_not_fit ? ", which cannot hold " + value + " without loss" : ", which takes no " + value;
  throw_with_text<field_type_mismatch>(message);
}

[[noreturn]] inline void throw_field_is_no(std::string_view record, std::string_view field, std::string_view type,
                                           const std::string& value, const std::string& wanted, bool does_not_fit) {
  std::string message = "field '" + std::string(field) + "' of " + std::string(record) + " is " + std::string(type);
  message += does_not_fit ? ": its value " + value + " is no " + wanted : ", which does not convert to " + wanted;
  throw_with_text<field_type_mismatch>(message);
}

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
