// slotted: matchers evaluated over the series of a table, 64 at a time, in pieces of bounded work.
// SPDX-License-Identifier: MIT
//
// Each matcher is judged once for each distinct value of its name; then each chunk of series compares value numbers.
// All memory is one block, whose size is known before: that of the judgements, of the columns by name set, and of the
// result, a word of 64 bits a chunk. Between two steps the table may be changed, by who excludes the steps meanwhile,
// if no series that was open at the beginning loses its labels: of those the result tells exactly, of others anything.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>

#include <slotted/algorithm.hpp>
#include <slotted/series/detail/name_sets.hpp>
#include <slotted/series/detail/series_chunk.hpp>
#include <slotted/series/detail/series_core.hpp>
#include <slotted/series/matcher.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {
namespace detail {

class match_plan {
 public:
  // Preconditions: table and matchers live as long as the plan.
  match_plan(const series_core& table, std::span<const matcher> matchers, bool closed) noexcept
      : table_(table),
        matchers_(matchers),
        chunks_(table.rows().chunk_limit()),
        sets_(table.sets().set_limit()),
        closed_(closed) {
    for (const matcher& each : matchers_) {
      const std::uint32_t name = table.sets().find_name(each.name());
      if (name != no_id) judged_words_ += words_of(name);
    }
  }

  // The bytes of the block that `begin` takes: 8 a chunk for the result, then what is needed meanwhile.
  [[nodiscard]] std::size_t bytes_needed() const noexcept {
    return (result_words() + judged_words_) * sizeof(std::uint64_t) + matchers_.size() * sizeof(judgement) +
           std::size_t{sets_} * matchers_.size();
  }
  [[nodiscard]] std::size_t result_words() const noexcept { return chunks_; }

  // Preconditions: nothing has changed since the plan was made; the block has bytes_needed() bytes, aligned to 8, or is
  // null where that is 0, and lives as long as the plan and its result.
  void begin(std::byte* block) noexcept {
    if (block == nullptr) return;  // there is nothing to match, or nothing to match it by
    result_ = reinterpret_cast<std::uint64_t*>(block);
    std::uint64_t* words = result_ + result_words();
    judgements_ = reinterpret_cast<judgement*>(words + judged_words_);
    columns_ = reinterpret_cast<std::uint8_t*>(judgements_ + matchers_.size());
    std::memset(static_cast<void*>(block), 0, (result_words() + judged_words_) * sizeof(std::uint64_t));
    std::memset(columns_, unknown_column, std::size_t{sets_} * matchers_.size());
    for (std::size_t i = 0; i < matchers_.size(); ++i) {
      judgement& made = *::new (static_cast<void*>(judgements_ + i)) judgement{};
      made.name = table_.sets().find_name(matchers_[i].name());
      made.words = made.name == no_id ? 0 : words_of(made.name);
      made.accepted = words;
      words += made.words;
    }
  }

  // Does a piece of the work. Returns: whether there is more. A predicate may throw.
  [[nodiscard]] bool step() {
    if (judged_ < matchers_.size()) {
      judge_some(judgements_[judged_], matchers_[judged_]);
      return true;
    }
    const std::uint32_t limit = min_of(chunk_ + chunks_a_step, min_of(chunks_, table_.rows().chunk_limit()));
    for (; chunk_ < limit; ++chunk_)
      if (const series_chunk* const each = table_.rows().chunk(chunk_); each != nullptr) result_[chunk_] = match(*each);
    return chunk_ < min_of(chunks_, table_.rows().chunk_limit());
  }
  // Bit r of word c: the series of number 64 * c + r matches.
  [[nodiscard]] const std::uint64_t* result() const noexcept { return result_; }

 private:
  enum class way : unsigned char { none, all, few, all_but_few, by_bit };
  static constexpr std::uint8_t unknown_column = 254;
  static constexpr std::uint8_t no_column = 255;
  static constexpr unsigned most_few = 6;
  static constexpr std::uint32_t chunks_a_step = 128;
  static constexpr std::uint32_t words_a_step = 1;

  struct judgement {
    std::uint64_t* accepted;  // a bit for each value number
    std::uint32_t name;       // or no_id
    std::uint32_t words;      // of `accepted`
    std::uint32_t next;       // the word of numbers that is judged next
    std::uint32_t few_count;
    std::uint32_t few[most_few];  // the numbers that are accepted, or refused
    way how;
    bool absent;  // whether a series without the label is accepted
  };

  [[nodiscard]] std::uint32_t words_of(std::uint32_t name) const noexcept {
    return (table_.sets().values(name).limit() + 63) / 64;
  }

  void judge_some(judgement& of, const matcher& by) {
    const name_sets& sets = table_.sets();
    if (of.next == 0) of.absent = by.accepts({});
    // The name may have gone since, and its number may be another name's; then no series that counts has it.
    const bool known = of.name != no_id && sets.has_name(of.name) && sets.name(of.name) == by.name();
    if (!known || of.words == 0) {
      of.how = way::none;
      ++judged_;
      return;
    }
    const value_dictionary& values = sets.values(of.name);
    if (!by.has_predicate()) {
      const std::uint32_t id = values.find(by.value(), sets.hash(by.value()));
      of.few_count = id == no_id ? 0 : 1;
      of.few[0] = id;
      of.how = by.is_negated() ? way::all_but_few : way::few;
      ++judged_;
      return;
    }
    const std::uint32_t limit = min_of(of.next + words_a_step, of.words);
    for (; of.next < limit; ++of.next)
      for (std::uint64_t left = values.word(of.next); left != 0; left &= left - 1) {
        const std::uint32_t id = of.next * 64 + static_cast<std::uint32_t>(std::countr_zero(left));
        if (by.accepts(values.text(id))) of.accepted[of.next] |= left & (~left + 1);
      }
    if (of.next < of.words) return;
    summarise(of, values);
    ++judged_;
  }
  // Few numbers are compared faster than looked up.
  void summarise(judgement& of, const value_dictionary& values) noexcept {
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (std::uint32_t at = 0; at < of.words; ++at) {
      accepted += static_cast<unsigned>(std::popcount(of.accepted[at]));
      refused += static_cast<unsigned>(std::popcount(values.word(at) & ~of.accepted[at]));
    }
    of.how = way::by_bit;
    if (min_of(accepted, refused) > most_few) return;
    of.how = accepted <= refused ? way::few : way::all_but_few;
    for (std::uint32_t at = 0; at < of.words; ++at) {
      const std::uint64_t some = of.how == way::few ? of.accepted[at] : values.word(at) & ~of.accepted[at];
      for (std::uint64_t left = some; left != 0; left &= left - 1)
        of.few[of.few_count++] = at * 64 + static_cast<std::uint32_t>(std::countr_zero(left));
    }
  }

  [[nodiscard]] std::uint64_t match(const series_chunk& chunk) noexcept {
    std::uint64_t rows = closed_ ? chunk.used() : chunk.live;
    if (chunk.set >= sets_) return 0;  // of a set that is newer than the question
    std::uint8_t* const columns = columns_ + chunk.set * matchers_.size();
    for (std::size_t i = 0; i < matchers_.size() && rows != 0; ++i) {
      const judgement& by = judgements_[i];
      if (columns[i] == unknown_column) {
        const unsigned column = by.name == no_id ? chunk.columns : table_.sets().column_of(chunk.set, by.name);
        columns[i] = column < chunk.columns ? static_cast<std::uint8_t>(column) : no_column;
      }
      if (columns[i] >= chunk.columns) {
        if (!by.absent) rows = 0;
        continue;
      }
      rows &= accepted_rows(chunk, columns[i], by, rows);
    }
    return rows;
  }
  // Of `rows`, those whose value is accepted, and perhaps others that are not among them.
  [[nodiscard]] static std::uint64_t accepted_rows(const series_chunk& chunk, unsigned column, const judgement& by,
                                                   std::uint64_t rows) noexcept {
    if (by.how == way::none) return 0;
    if (by.how == way::few || by.how == way::all_but_few) {
      std::uint64_t found = 0;
      for (unsigned i = 0; i < by.few_count; ++i) found |= chunk.rows_with(column, by.few[i]);
      return by.how == way::few ? found : ~found;
    }
    const auto accepts = [&](std::uint32_t id) {
      return id / 64 < by.words && (by.accepted[id / 64] >> (id % 64) & 1) != 0;
    };
    std::uint32_t value = 0;
    if (chunk.is_constant(column, value)) return accepts(value) ? rows : 0;
    std::uint64_t found = 0;
    for (std::uint64_t left = rows; left != 0; left &= left - 1)
      if (accepts(chunk.id(column, static_cast<unsigned>(std::countr_zero(left))))) found |= left & (~left + 1);
    return found;
  }

  const series_core& table_;
  std::span<const matcher> matchers_;
  std::uint32_t chunks_;
  std::uint32_t sets_;
  bool closed_;
  std::size_t judged_words_ = 0;
  std::uint64_t* result_ = nullptr;
  judgement* judgements_ = nullptr;
  std::uint8_t* columns_ = nullptr;  // of each matcher's name in each name set
  std::size_t judged_ = 0;           // matchers that have been judged
  std::uint32_t chunk_ = 0;          // the next to be matched
};

}  // namespace detail
}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
