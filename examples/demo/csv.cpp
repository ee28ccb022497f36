// slotted demo: a CSV reader that says what it could not read.
// SPDX-License-Identifier: MIT
#include "csv.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "number.hpp"
#include "timestamp.hpp"

namespace demo {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\v\f";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return lower(a) == b; });
}

bool is_missing(std::string_view cell) {
  if (!cell.empty() && (cell.front() == '-' || cell.front() == '+')) cell.remove_prefix(1);
  constexpr std::array<std::string_view, 6> words{"", "nan", "na", "n/a", "null", "none"};
  return std::any_of(words.begin(), words.end(), [cell](std::string_view word) { return same_word(cell, word); });
}

// For a message: short, one line, and nothing a terminal would obey.
std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string out = "'";
  for (const char c : text.substr(0, longest)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  out += text.size() > longest ? "...'" : "'";
  return out;
}

// Lines of any input with a bound on their length, in a buffer that can be written (cells are unquoted in place).
class line_reader {
 public:
  line_reader(std::istream& in, std::size_t max_bytes)
      : in_(in), max_bytes_(max_bytes), block_(std::size_t{1} << 16U) {}

  // False at the end of the input. A line over the bound comes back empty with too_long() set.
  bool next() {
    line_.clear();
    too_long_ = false;
    bool any = false;
    while (true) {
      if (at_ == filled_ && !refill()) return any;
      any = true;
      const char* const begin = block_.data() + at_;
      const auto* const newline = static_cast<const char*>(std::memchr(begin, '\n', filled_ - at_));
      const auto count = newline != nullptr ? static_cast<std::size_t>(newline - begin) : filled_ - at_;
      too_long_ = too_long_ || line_.size() + count > max_bytes_;
      if (too_long_) {
        line_.clear();
      } else {
        line_.append(begin, count);
      }
      at_ += count + (newline != nullptr ? 1 : 0);
      if (newline != nullptr) return true;
    }
  }

  std::string& line() { return line_; }
  bool too_long() const { return too_long_; }
  bool more_may_follow() const { return at_ < filled_ || !in_.eof(); }

 private:
  bool refill() {
    if (!in_) return false;
    in_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
    filled_ = static_cast<std::size_t>(in_.gcount());
    at_ = 0;
    if (in_.bad()) throw std::runtime_error("reading failed");
    return filled_ > 0;
  }

  std::istream& in_;
  std::size_t max_bytes_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  std::string line_;
  bool too_long_ = false;
};

// Cells of a line, quotes taken off in place. Returns what is wrong with the quoting, or null.
const char* split(std::string& line, std::vector<std::string_view>& cells) {
  cells.clear();
  char* at = line.data();
  char* const end = at + line.size();
  while (true) {
    char* start = at;
    while (start != end && (*start == ' ' || *start == '\t')) ++start;
    if (start != end && *start == '"') {
      char* const begin = start + 1;
      char* out = begin;
      for (at = begin;; ++at) {
        if (at == end) return "a quote is not closed";
        if (*at == '"') {
          if (at + 1 == end || at[1] != '"') break;
          ++at;
        }
        *out++ = *at;
      }
      cells.push_back(trimmed({begin, static_cast<std::size_t>(out - begin)}));
      ++at;
      while (at != end && *at != ',' && (*at == ' ' || *at == '\t' || *at == '\r')) ++at;
      if (at != end && *at != ',') return "text follows a closing quote";
    } else {
      at = std::find(at, end, ',');
      cells.push_back(trimmed({start, static_cast<std::size_t>(at - start)}));
    }
    if (at == end) return nullptr;
    ++at;
  }
}

bool names_a_time(std::string_view cell) {
  while (!cell.empty() && (cell.front() == '#' || cell.front() == ' ')) cell.remove_prefix(1);
  constexpr std::array<std::string_view, 4> words{"time", "date", "epoch", "ts"};
  return std::any_of(words.begin(), words.end(),
                     [cell](std::string_view word) { return same_word(cell.substr(0, word.size()), word); });
}

// The first line names columns when it cannot be data, or when it says that it is a time's name: columns may be called
// "1" and "2". Anything else that is no data is a malformed line, told and not swallowed.
bool is_header(const std::vector<std::string_view>& cells) {
  if (timestamp_parser{}.parse(cells.front())) return false;
  if (names_a_time(cells.front())) return true;
  return std::none_of(cells.begin() + 1, cells.end(),
                      [](std::string_view cell) { return parse_number(cell).has_value(); });
}

class csv_source {
 public:
  csv_source(std::istream& in, const csv_options& options, telemetry& out)
      : reader_(in, options.max_line_bytes), options_(options), out_(out) {}

  csv_summary read() {
    while (summary_.numbers < options_.max_numbers && reader_.next()) {
      ++summary_.lines;
      const std::string problem = take_line();
      if (problem.empty()) continue;
      ++summary_.malformed;
      options_.on_malformed(summary_.lines, problem);
    }
    summary_.stopped_early = summary_.numbers >= options_.max_numbers && reader_.more_may_follow();
    summary_.sensors = sensors_.size();
    return summary_;
  }

 private:
  // Returns what is wrong with the line; nothing of a line that is wrong is kept.
  std::string take_line() {
    if (reader_.too_long()) {
      return "is longer than " + std::to_string(options_.max_line_bytes) + " bytes";
    }
    std::string& line = reader_.line();
    if (summary_.lines == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (trimmed(line).empty()) {
      ++summary_.blank;
      return {};
    }
    if (const char* const problem = split(line, cells_)) return problem;
    if (cells_.size() < 2) return "has one cell " + quoted(cells_.front()) + "; a line is timestamp,value[,value...]";
    const bool first = summary_.lines - summary_.blank == 1;
    if (first && is_header(cells_)) {
      take_header();
      return {};
    }
    return take_data();
  }

  void take_header() {
    summary_.header = true;
    times_ = timestamp_parser{unit_in_name(cells_.front())};
    columns_ = cells_.size() - 1;
    for (std::size_t i = 1; i < cells_.size(); ++i) names_.emplace_back(cells_[i]);
  }

  std::string take_data() {
    if (columns_ != 0 && cells_.size() - 1 != columns_) {
      return "has " + std::to_string(cells_.size()) + " cells where " + std::to_string(columns_ + 1) + " are expected";
    }
    const auto time = times_.parse(cells_.front());
    if (!time) return "its time " + quoted(cells_.front()) + " is neither an epoch nor YYYY-MM-DD HH:MM:SS";
    values_.clear();
    for (std::size_t i = 1; i < cells_.size(); ++i) {
      if (is_missing(cells_[i])) {
        values_.emplace_back();
        continue;
      }
      const auto parsed = parse_number(cells_[i]);
      if (!parsed || parsed->out_of_range) {
        return "cell " + std::to_string(i + 1) + " " + quoted(cells_[i]) +
               (parsed ? " is out of the range of a double" : " is no number");
      }
      values_.emplace_back(parsed->value);
    }
    name_sensors();
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const std::optional<double>& each = values_[i];
      if (!each) {
        ++summary_.missing;
      } else if (summary_.numbers < options_.max_numbers) {
        out_.add(sensors_[i], *time, *each);
        ++summary_.numbers;
      }
    }
    return {};
  }

  // At the first line of data: a file without any leaves no sensors behind.
  void name_sensors() {
    if (!sensors_.empty()) return;
    columns_ = values_.size();
    for (std::size_t i = 0; i < columns_; ++i) {
      std::string name = options_.sensor;
      if (columns_ > 1) {
        name += '.';
        if (i < names_.size() && !names_[i].empty()) {
          name += names_[i];
        } else {
          name.append("c").append(std::to_string(i + 1));
        }
      }
      sensors_.push_back(out_.add_sensor(name));
    }
  }

  line_reader reader_;
  const csv_options& options_;
  telemetry& out_;
  csv_summary summary_;
  timestamp_parser times_;
  std::size_t columns_ = 0;
  std::vector<std::string> names_;
  std::vector<std::uint32_t> sensors_;
  std::vector<std::string_view> cells_;
  std::vector<std::optional<double>> values_;
};

}  // namespace

csv_summary read_csv(std::istream& in, const csv_options& options, telemetry& out) {
  return csv_source(in, options, out).read();
}

std::string_view display_name(std::string_view path) { return path == "-" ? "standard input" : path; }

csv_summary read_csv_file(const std::string& path, csv_options options, telemetry& out) {
  const std::string name(display_name(path));
  options.sensor = path == "-" ? "stdin" : std::filesystem::path(path).stem().string();
  std::ifstream file;
  if (path != "-") {
    // An ifstream opens a directory gladly and fails at its first read.
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) throw std::runtime_error(name + ": is a directory");
    file.open(path, std::ios::binary);
    if (!file) throw std::runtime_error(name + ": cannot be opened: " + std::generic_category().message(errno));
  }
  csv_summary summary;
  try {
    summary = read_csv(path == "-" ? std::cin : file, options, out);
  } catch (const std::exception& problem) {
    throw std::runtime_error(name + ": " + problem.what());
  }
  if (summary.numbers == 0) {
    throw std::runtime_error(name + ": holds no usable line (" + std::to_string(summary.lines) + " read, " +
                             std::to_string(summary.malformed) + " malformed, " + std::to_string(summary.blank) +
                             " blank)");
  }
  return summary;
}

}  // namespace demo
