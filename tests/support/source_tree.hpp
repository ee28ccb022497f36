// slotted tests: the files of this project as text, for the tests under tests/tree that judge the tree itself.
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace slotted::test {

using source_tree = std::map<std::string, std::string>;  // path from the top level, with slashes -> text
using complaints = std::vector<std::string>;             // each names the offender first; empty when all is well

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

// Every file below the given folders, and every given file.
inline source_tree read_source_tree(std::initializer_list<const char*> folders_and_files) {
  const std::filesystem::path top = SLOTTED_SOURCE_DIR;
  source_tree tree;
  const auto add = [&](const std::filesystem::path& path) {
    tree.emplace(path.lexically_relative(top).generic_string(), read_text(path));
  };
  for (const char* each : folders_and_files) {
    if (!std::filesystem::is_directory(top / each)) {
      add(top / each);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top / each)) {
      if (entry.is_regular_file()) add(entry.path());
    }
  }
  return tree;
}

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace slotted::test
