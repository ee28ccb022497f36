// slotted demo: recording, reading, and telling what was malformed.
// SPDX-License-Identifier: MIT
#include "input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "proc_recorder.hpp"

namespace demo {
namespace {

constexpr std::uint64_t most_told = 5;

void read_file(const std::string& path, const options& asked, progress& shown, input& out) {
  const std::string name(display_name(path));
  shown.show(fmt::format("reading {}", name));
  csv_options how;
  how.max_numbers = asked.points;
  std::uint64_t told = 0;
  how.on_malformed = [&](std::uint64_t line, const std::string& what) {
    if (++told > most_told) return;
    shown.wipe();
    fmt::print(stderr, "{}:{}: {}; line skipped\n", name, line, what);
  };
  const auto tell_the_rest = [&] {
    shown.wipe();
    if (told > most_told) fmt::print(stderr, "{}: {} more malformed lines skipped\n", name, told - most_told);
  };
  try {
    out.files.push_back({name, read_csv_file(path, how, out.readings)});
  } catch (...) {
    tell_the_rest();
    throw;
  }
  tell_the_rest();
}

void record(const options& asked, progress& shown, input& out) {
  recording how;
  how.length = std::chrono::duration<double>(asked.seconds);
  how.rate = asked.rate;
  how.on_progress = [&](double done) {
    shown.show(fmt::format("recording this host for {:g} s: {:3.0f} %", asked.seconds, std::min(done, 1.0) * 100));
  };
  out.source = input::kind::host;
  if (!asked.synthetic && record_proc(how, out.readings)) return;
  out.source = input::kind::synthetic;
  synthesize(how, out.readings);
}

}  // namespace

input gather(const options& asked, progress& shown) {
  input out;
  if (asked.files.empty()) {
    record(asked, shown, out);
  } else {
    out.source = input::kind::files;
    for (const std::string& path : asked.files) read_file(path, asked, shown, out);
  }
  out.readings.arrange();
  shown.wipe();
  return out;
}

}  // namespace demo
