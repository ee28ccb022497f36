// slotted demo: /proc parsed line by line, and the synthetic stand-in.
// SPDX-License-Identifier: MIT
#include "proc_recorder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <numbers>
#include <random>
#include <sstream>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace demo {
namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

template <class F>
void for_each_line(const std::string& path, F take) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) take(line, words_of(line));
}

void add(named_values& out, std::string name, const std::string& text) {
  // The kernel writes integers and two-digit decimals; a stream reads both on every library.
  std::istringstream in(text);
  double value = 0;
  if (in >> value) out.emplace_back(std::move(name), value);
}

void read_stat(const std::string& path, named_values& out) {
  static constexpr std::array<std::string_view, 10> columns{"user", "nice",    "system", "idle",  "iowait",
                                                            "irq",  "softirq", "steal",  "guest", "guest_nice"};
  for_each_line(path, [&out](const std::string&, const std::vector<std::string>& words) {
    if (words.size() < 2 || words[0] == "btime") return;
    if (!words[0].starts_with("cpu")) {
      add(out, "stat." + words[0], words[1]);  // of intr and softirq, the sum
      return;
    }
    for (std::size_t i = 0; i < columns.size() && i + 1 < words.size(); ++i) {
      add(out, "stat." + words[0] + "." + std::string(columns[i]), words[i + 1]);
    }
  });
}

// "Name: 123 kB" and "name 123".
void read_pairs(const std::string& path, const std::string& prefix, named_values& out) {
  for_each_line(path, [&out, &prefix](const std::string&, std::vector<std::string> words) {
    if (words.size() < 2) return;
    if (words[0].ends_with(':')) words[0].pop_back();
    add(out, prefix + words[0], words[1]);
  });
}

void read_diskstats(const std::string& path, named_values& out) {
  static constexpr std::array<std::string_view, 11> columns{"reads",     "reads_merged",  "sectors_read",    "read_ms",
                                                            "writes",    "writes_merged", "sectors_written", "write_ms",
                                                            "in_flight", "io_ms",         "weighted_ms"};
  for_each_line(path, [&out](const std::string&, const std::vector<std::string>& words) {
    if (words.size() < 3 + columns.size()) return;
    if (std::all_of(words.begin() + 3, words.end(), [](const std::string& word) { return word == "0"; })) return;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      add(out, "diskstats." + words[2] + "." + std::string(columns[i]), words[i + 3]);
    }
  });
}

void read_net_dev(const std::string& path, named_values& out) {
  static constexpr std::array<std::string_view, 16> columns{
      "rx_bytes", "rx_packets", "rx_errs", "rx_drop", "rx_fifo", "rx_frame", "rx_compressed", "rx_multicast",
      "tx_bytes", "tx_packets", "tx_errs", "tx_drop", "tx_fifo", "tx_colls", "tx_carrier",    "tx_compressed"};
  for_each_line(path, [&out](const std::string& line, const std::vector<std::string>&) {
    // The colon need not be followed by a space; the two lines of headings have none.
    const std::size_t colon = line.rfind(':');
    if (colon == std::string::npos) return;
    const std::vector<std::string> name = words_of(line.substr(0, colon));
    const std::vector<std::string> words = words_of(line.substr(colon + 1));
    if (name.size() != 1) return;
    for (std::size_t i = 0; i < columns.size() && i < words.size(); ++i) {
      add(out, "net." + name[0] + "." + std::string(columns[i]), words[i]);
    }
  });
}

void read_loadavg(const std::string& path, named_values& out) {
  for_each_line(path, [&out](const std::string&, const std::vector<std::string>& words) {
    if (words.size() < 4) return;
    add(out, "loadavg.1m", words[0]);
    add(out, "loadavg.5m", words[1]);
    add(out, "loadavg.15m", words[2]);
    const std::size_t slash = words[3].find('/');
    if (slash == std::string::npos) return;
    add(out, "loadavg.running", words[3].substr(0, slash));
    add(out, "loadavg.tasks", words[3].substr(slash + 1));
  });
}

std::int64_t now_in_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

named_values read_proc(const std::string& root) {
  named_values out;
  read_stat(root + "/stat", out);
  read_pairs(root + "/meminfo", "meminfo.", out);
  read_diskstats(root + "/diskstats", out);
  read_net_dev(root + "/net/dev", out);
  read_loadavg(root + "/loadavg", out);
  read_pairs(root + "/vmstat", "vmstat.", out);
  return out;
}

bool record_proc(const recording& how, telemetry& out) {
  using clock = std::chrono::steady_clock;
  std::unordered_map<std::string, std::uint32_t> sensor_of;
  const auto period = std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(1.0 / how.rate));
  const auto length = std::chrono::duration_cast<clock::duration>(how.length);
  const clock::time_point begin = clock::now();
  // At least two readings, whatever the length: a counter needs two to move.
  for (clock::duration next{}; next < length || next <= period; next += period) {
    std::this_thread::sleep_until(begin + next);
    const std::int64_t time = now_in_nanoseconds();
    const named_values values = read_proc(how.root);
    if (values.empty()) return false;
    for (const auto& [name, value] : values) {
      auto found = sensor_of.find(name);
      if (found == sensor_of.end()) {
        if (out.sensors().size() == telemetry::max_sensors) continue;  // a host of thousands of processors
        found = sensor_of.emplace(name, out.add_sensor(name)).first;
      }
      out.add(found->second, time, value);
    }
    how.on_progress(std::chrono::duration<double>(next + period) / how.length);
  }
  return true;
}

void synthesize(const recording& how, telemetry& out) {
  constexpr std::uint32_t sensors = 32;
  constexpr std::int64_t begin = 1'735'689'600'000'000'000;  // 2025-01-01
  const auto readings = std::max<std::int64_t>(2, std::llround(how.length.count() * how.rate));
  // Its own arithmetic on raw bits: the distributions of <random> differ between libraries.
  std::mt19937_64 bits(20250101);
  const auto below = [&bits](std::uint64_t bound) { return static_cast<double>(bits() % bound); };

  std::vector<double> state(sensors);
  for (std::uint32_t s = 0; s < sensors; ++s) {
    static constexpr std::array<std::string_view, 4> kinds{"counter", "gauge", "sine", "walk"};
    out.add_sensor("synthetic." + std::string(kinds[s % 4]) + std::to_string(s / 4));
    state[s] = below(1'000'000);
  }
  for (std::int64_t i = 0; i < readings; ++i) {
    const auto time = begin + std::llround(static_cast<double>(i) * 1e9 / how.rate);
    for (std::uint32_t s = 0; s < sensors; ++s) {
      double value = 0;
      switch (s % 4) {
        case 0:
          value = state[s] += below(8) == 0 ? below(10'000) : below(3);
          break;
        case 1:
          value = state[s] = below(16) == 0 ? below(1'000'000) : state[s];
          break;
        case 2:
          value = 50 + 10 * std::sin(2 * std::numbers::pi * static_cast<double>(i) / (how.rate * (1 + s))) +
                  below(1'000) / 1'000;
          break;
        default:
          value = state[s] += (below(2'001) - 1'000) / 100;
          break;
      }
      out.add(s, time, value);
    }
  }
}

}  // namespace demo
