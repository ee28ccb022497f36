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
#include <unordered_map>
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

// Lines of any input with a bound on their length, in a buffer that can be written (cells are unquoted in place). They
// end in LF, with or without a CR before it; or in CR alone, where the first block of the input has a CR and no LF.
class line_reader {
 public:
  line_reader(std::istream& in, std::size_t max_bytes) : in_(in), max_bytes_(max_bytes), block_(std::size_t{1} << 16U) {
    if (refill() && find('\n') == nullptr && find('\r') != nullptr) end_of_line_ = '\r';
  }

  // False at the end of the input. A line over the bound comes back empty with too_long() set.
  bool next() {
    line_.clear();
    too_long_ = false;
    bool any = false;
    while (true) {
      if (at_ == filled_ && !refill()) return any;
      any = true;
      const char* const begin = block_.data() + at_;
      const char* const end = find(end_of_line_);
      const auto count = end != nullptr ? static_cast<std::size_t>(end - begin) : filled_ - at_;
      too_long_ = too_long_ || line_.size() + count > max_bytes_;
      if (too_long_) {
        line_.clear();
      } else {
        line_.append(begin, count);
      }
      at_ += count + (end != nullptr ? 1 : 0);
      if (end != nullptr) return true;
    }
  }

  std::string& line() { return line_; }
  bool too_long() const { return too_long_; }
  bool more_may_follow() const { return at_ < filled_ || !in_.eof(); }

 private:
  const char* find(char c) const {
    return static_cast<const char*>(std::memchr(block_.data() + at_, c, filled_ - at_));
  }

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
  char end_of_line_ = '\n';
  std::string line_;
  bool too_long_ = false;
};

// Cells of a line, quotes taken off in place. Returns what is wrong with the quoting, or null.
const char* split(std::string& line, char separator, std::vector<std::string_view>& cells) {
  cells.clear();
  char* at = line.data();
  char* const end = at + line.size();
  const auto is_space = [separator](char c) { return (c == ' ' || c == '\t') && c != separator; };
  while (true) {
    char* start = at;
    while (start != end && is_space(*start)) ++start;
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
      while (at != end && (is_space(*at) || *at == '\r')) ++at;
      if (at != end && *at != separator) return "text follows a closing quote";
    } else {
      at = std::find(at, end, separator);
      cells.push_back(trimmed({start, static_cast<std::size_t>(at - start)}));
    }
    if (at == end) return nullptr;
    ++at;
  }
}

// The one of comma, semicolon and tab that parts the line into most cells; of equal ones not the comma, which may be a
// decimal point.
char separator_of(const std::string& line) {
  char found = ',';
  std::size_t most = 1;
  std::vector<std::string_view> cells;
  for (const char each : {'\t', ';', ','}) {
    std::string copy = line;
    split(copy, each, cells);
    if (cells.size() <= most) continue;
    most = cells.size();
    found = each;
  }
  return found;
}

bool names_a_time(std::string_view cell) {
  while (!cell.empty() && (cell.front() == '#' || cell.front() == ' ')) cell.remove_prefix(1);
  constexpr std::array<std::string_view, 4> words{"time", "date", "epoch", "ts"};
  return std::any_of(words.begin(), words.end(),
                     [cell](std::string_view word) { return same_word(cell.substr(0, word.size()), word); });
}

// A time's name and nothing else, but for a unit behind it.
bool is_name_of_a_time(std::string_view cell) {
  if (unit_in_name(cell)) cell = cell.substr(0, cell.rfind('_'));
  constexpr std::array<std::string_view, 8> words{"time",  "timestamp", "date",      "datetime",
                                                  "epoch", "ts",        "date_time", "time_stamp"};
  return std::any_of(words.begin(), words.end(), [cell](std::string_view word) { return same_word(cell, word); });
}

std::size_t column_of_time(const std::vector<std::string_view>& names) {
  if (names_a_time(names.front())) return 0;
  const auto found = std::find_if(names.begin(), names.end(), is_name_of_a_time);
  return found == names.end() ? 0 : static_cast<std::size_t>(found - names.begin());
}

// The first line names columns when it cannot be data, or when it has a time's name: columns may be called "1" and "2".
// Anything else that is no data is a malformed line, told and not swallowed.
bool is_header(const std::vector<std::string_view>& cells) {
  if (timestamp_parser{}.parse(cells.front())) return false;
  if (names_a_time(cells[column_of_time(cells)])) return true;
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
    const bool first = summary_.lines - summary_.blank == 1;
    if (first) separator_ = separator_of(line);
    if (const char* const problem = split(line, separator_, cells_)) return problem;
    if (cells_.size() < 2) {
      return "has one cell " + quoted(cells_.front()) +
             (first ? "; a line is timestamp,value[,value...], parted by commas, semicolons or tabs" : "");
    }
    if (first && is_header(cells_)) {
      take_header();
      return {};
    }
    return take_data();
  }

  void take_header() {
    summary_.header = true;
    time_ = column_of_time(cells_);
    times_ = timestamp_parser{unit_in_name(cells_[time_])};
    columns_ = cells_.size();
    names_.assign(cells_.begin(), cells_.end());
  }

  std::string take_data() {
    if (columns_ != 0 && cells_.size() != columns_) {
      return "has " + std::to_string(cells_.size()) + " cells where " + std::to_string(columns_) + " are expected";
    }
    const auto time = times_.parse(cells_[time_]);
    if (!time) return "its time " + quoted(cells_[time_]) + " is neither an epoch nor YYYY-MM-DD HH:MM:SS";
    const std::vector<bool> texts = is_text_.empty() ? columns_of_text() : is_text_;
    values_.clear();
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (i == time_) continue;
      if (texts[i]) {
        if (!number_in(cells_[i])) continue;
        return "cell " + std::to_string(i + 1) + " " + quoted(cells_[i]) +
               " is a number where the first line of data has a text";
      }
      if (is_missing(cells_[i])) {
        values_.emplace_back();
        continue;
      }
      const auto parsed = number_in(cells_[i]);
      if (!parsed || parsed->out_of_range) {
        return "cell " + std::to_string(i + 1) + " " + quoted(cells_[i]) +
               (parsed ? " is out of the range of a double" : " is no number");
      }
      values_.emplace_back(parsed->value);
    }
    if (values_.empty()) {
      return "cell " + std::to_string(time_ == 0 ? 2 : 1) + " " + quoted(cells_[time_ == 0 ? 1 : 0]) + " is no number";
    }
    columns_ = cells_.size();
    is_text_ = texts;
    const std::vector<std::uint32_t>& sensors = sensors_of_line();
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const std::optional<double>& each = values_[i];
      if (!each) {
        ++summary_.missing;
      } else if (summary_.numbers < options_.max_numbers) {
        out_.add(sensors[i], *time, *each);
        ++summary_.numbers;
      }
    }
    return {};
  }

  // Which cells of the first line of data are neither its time nor a number, though they say something.
  std::vector<bool> columns_of_text() const {
    std::vector<bool> found(cells_.size());
    for (std::size_t i = 0; i < cells_.size(); ++i)
      found[i] = i != time_ && !is_missing(cells_[i]) && !number_in(cells_[i]);
    return found;
  }

  std::optional<number> number_in(std::string_view cell) const {
    const auto comma = separator_ == ',' ? std::string_view::npos : cell.find(',');
    if (comma == std::string_view::npos) return parse_number(cell);
    std::string with_point(cell);
    with_point[comma] = '.';
    return cell.find('.') == std::string_view::npos ? parse_number(with_point) : std::nullopt;
  }

  // A sensor for each column of numbers, of those that the line's texts name. They are made when a line first has them:
  // a file without any data leaves no sensors behind.
  const std::vector<std::uint32_t>& sensors_of_line() {
    std::string label;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (!is_text_[i] || cells_[i].empty()) continue;
      if (!label.empty()) label += '.';
      label += cells_[i];
    }
    std::vector<std::uint32_t>& sensors = sensors_of_[label];
    if (!sensors.empty()) return sensors;
    const std::string stem = label.empty() ? options_.sensor : label;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (i == time_ || is_text_[i]) continue;
      std::string name = stem;
      if (values_.size() > 1) {
        name += '.';
        if (i < names_.size() && !names_[i].empty()) {
          name += names_[i];
        } else {
          name.append("c").append(std::to_string(sensors.size() + 1));
        }
      }
      sensors.push_back(out_.add_sensor(name));
    }
    summary_.sensors += sensors.size();
    return sensors;
  }

  line_reader reader_;
  const csv_options& options_;
  telemetry& out_;
  csv_summary summary_;
  timestamp_parser times_;
  char separator_ = ',';
  std::size_t columns_ = 0;  // 0: not known yet
  std::size_t time_ = 0;     // the column of the time
  std::vector<std::string> names_;
  std::vector<bool> is_text_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> sensors_of_;
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
