// slotted: labels with U+FFFD in place of each byte that is part of no UTF-8 character.
// SPDX-License-Identifier: MIT
//
// For one call: it refers to the labels that it is made of, and has the texts that it had to change in itself.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <slotted/series/detail/series_chunk.hpp>
#include <slotted/series/detail/utf8.hpp>
#include <slotted/series/label.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class mapped_labels {
 public:
  static constexpr std::size_t most_bytes = 4096;

  explicit mapped_labels(std::span<const label> labels) noexcept : count_(labels.size()) {
    if (labels.size() > most_labels_of_a_series) {
      fits_ = false;
      return;
    }
    for (std::size_t i = 0; i < count_; ++i) labels_[i] = {map(labels[i].name), map(labels[i].value)};
  }
  mapped_labels(const mapped_labels&) = delete;
  mapped_labels& operator=(const mapped_labels&) = delete;

  // Whether the changed texts had room, and whether there are any.
  [[nodiscard]] bool fits() const noexcept { return fits_; }
  [[nodiscard]] bool any() const noexcept { return used_ != 0; }
  // Preconditions: fits().
  [[nodiscard]] std::span<const label> labels() const noexcept { return {labels_, count_}; }

 private:
  [[nodiscard]] std::string_view map(std::string_view text) noexcept {
    if (is_utf8(text)) return text;
    const std::size_t size = mapped_utf8_size(text);
    if (size > most_bytes - used_) {
      fits_ = false;
      return {};
    }
    char* const at = room_ + used_;
    used_ += size;
    (void)map_utf8(text, at);
    return {at, size};
  }

  label labels_[most_labels_of_a_series];
  std::size_t count_;
  std::size_t used_ = 0;
  bool fits_ = true;
  char room_[most_bytes];
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
