// slotted demo: the command line.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

struct options {
  std::vector<std::string> files;  // none: this host
  std::uint64_t points = 1'000'000;
  std::size_t limit_bytes = std::size_t{32} << 20U;
  bool limit_given = false;
  double seconds = 3.0;  // of recording
  double rate = 20.0;    // readings a second
  bool synthetic = false;
  bool json = false;
};

/// Either options to run with, or the status to exit with: 0 after --help and --version, 2 after a refusal. What there
/// is to say has been said.
struct parsed_options {
  options value;
  std::optional<int> exit_status;
};

parsed_options parse_options(int argc, const char* const* argv);

/// Returns: the bytes that "4096", "64KiB", "256 MiB" or "1.5GiB" name; nothing for anything else, or for what does not
/// fit. KB, MB and GB are powers of ten; letters may be of either case.
std::optional<std::size_t> parse_bytes(std::string_view text);

/// Returns: the count that "1000000", "1'000'000" (also with _ or ,), "1000k" or "1.5M" names, or nothing. A count is
/// no size: k, M and G are powers of ten, of either case.
std::optional<std::uint64_t> parse_count(std::string_view text);

/// "256 MiB", "1.5 GiB", "12,345 B".
std::string format_bytes(double bytes);

/// 12345678 as "12,345,678".
std::string format_count(std::uint64_t count);

}  // namespace demo
