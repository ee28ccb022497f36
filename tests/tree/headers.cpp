// What every public header has in common, and the two lists that must name all of them.
#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "source_tree.hpp"

namespace {

using slotted::test::complaints;
using slotted::test::source_tree;

constexpr std::size_t longest_header = 600;  // lines; past this it is two headers

const std::string house = "include/slotted/";

bool is_public_header(const std::string& path) { return path.starts_with(house) && path.ends_with(".hpp"); }

// CMakeLists.txt lists the headers that are installed and compiled alone.
complaints unlisted(const source_tree& tree) {
  complaints found;
  const std::vector<std::string> listed = slotted::test::lines_of(tree.at("CMakeLists.txt"));
  for (const auto& [path, text] : tree) {
    if (!is_public_header(path)) continue;
    const auto is_listed = [&header = path](const std::string& line) {
      const std::size_t at = line.find_first_not_of(' ');
      return at != std::string::npos && (line.substr(at) == header || line.substr(at) == header + ")");
    };
    if (std::none_of(listed.begin(), listed.end(), is_listed))
      found.push_back(path + " is missing from the list in CMakeLists.txt");
  }
  return found;
}

// slotted.hpp brings everything but interop/, by itself or through what it includes.
complaints outside_the_umbrella(const source_tree& tree) {
  std::set<std::string> reached;
  std::vector<std::string> to_read{house + "slotted.hpp"};
  while (!to_read.empty()) {
    const std::string path = to_read.back();
    to_read.pop_back();
    if (!tree.contains(path) || !reached.insert(path).second) continue;
    for (const std::string& line : slotted::test::lines_of(tree.at(path))) {
      const std::string start = "#include <slotted/";
      if (line.starts_with(start)) {
        to_read.push_back(house + line.substr(start.size(), line.find('>') - start.size()));
      }
    }
  }
  complaints found;
  for (const auto& [path, text] : tree) {
    if (!is_public_header(path) || path.starts_with(house + "interop/")) continue;
    if (!reached.contains(path)) found.push_back(path + " is missing from slotted.hpp");
  }
  return found;
}

complaints out_of_form(const source_tree& tree) {
  complaints found;
  for (const auto& [path, text] : tree) {
    if (!is_public_header(path)) continue;
    const std::vector<std::string> lines = slotted::test::lines_of(text);
    const auto line = [&](std::size_t i) { return i < lines.size() ? lines[i] : std::string(); };
    if (!line(0).starts_with("// slotted: ")) found.push_back(path + " does not open with `// slotted: what it is`");
    if (line(1) != "// SPDX-License-Identifier: MIT") found.push_back(path + " does not state its licence in line 2");
    if (std::find(lines.begin(), lines.end(), "#pragma once") == lines.end()) {
      found.push_back(path + " lacks #pragma once");
    }
    if (lines.size() > longest_header) {
      found.push_back(path + " has " + std::to_string(lines.size()) + " lines: it is two headers");
    }
  }
  return found;
}

// version.hpp, which says in one line when the compiler is told another standard, comes before any other text of ours.
complaints without_version_first(const source_tree& tree) {
  complaints found;
  for (const auto& [path, text] : tree) {
    if (!is_public_header(path) || path == house + "version.hpp") continue;
    const std::size_t include = text.find("\n#include <slotted/");
    const std::size_t code = text.find("\nnamespace ");
    if (include == std::string::npos || include > code)
      found.push_back(path + " includes neither version.hpp nor another header of ours before its own text");
  }
  return found;
}

// Under any other name the functions of units that are compiled for different processors would be the same.
complaints without_abi_name(const source_tree& tree) {
  complaints found;
  for (const auto& [path, text] : tree) {
    const std::size_t house_opens = text.find("\nnamespace slotted {\n");
    if (!is_public_header(path) || house_opens == std::string::npos) continue;
    if (!text.substr(house_opens).starts_with("\nnamespace slotted {\ninline namespace SLOTTED_DETAIL_ABI {"))
      found.push_back(path + " lacks `inline namespace SLOTTED_DETAIL_ABI {` in namespace slotted");
  }
  return found;
}

const std::string good_header = "// slotted: a noun\n// SPDX-License-Identifier: MIT\n#pragma once\n";

}  // namespace

TEST_CASE("CMakeLists.txt lists every public header") {
  const source_tree tree = slotted::test::read_source_tree({"include", "CMakeLists.txt"});
  CHECK(unlisted(tree) == complaints{});
}

TEST_CASE("a header that CMakeLists.txt does not list is named") {
  source_tree tree{{"include/slotted/record/field.hpp", ""},
                   {"CMakeLists.txt", "  include/slotted/record/field.hpp)\n"}};
  CHECK(unlisted(tree) == complaints{});
  tree["include/slotted/record/field"] = "";  // no header
  CHECK(unlisted(tree) == complaints{});
  tree["CMakeLists.txt"] = "  include/slotted/record/field.hpp.in\n  # include/slotted/record/field.hpp\n";
  CHECK(unlisted(tree) == complaints{"include/slotted/record/field.hpp is missing from the list in CMakeLists.txt"});
}

TEST_CASE("slotted.hpp brings everything but interop") {
  const source_tree tree = slotted::test::read_source_tree({"include"});
  CHECK(outside_the_umbrella(tree) == complaints{});
}

TEST_CASE("a header outside the umbrella is named") {
  source_tree tree{{"include/slotted/memory/slab.hpp", ""},
                   {"include/slotted/store/pool.hpp", "#include <slotted/memory/slab.hpp>\n"},
                   {"include/slotted/interop/print.hpp", ""},
                   {"include/slotted/slotted.hpp", "#include <slotted/store/pool.hpp>\n"}};
  CHECK(outside_the_umbrella(tree) == complaints{});
  tree["include/slotted/store/pool.hpp"] = "";
  CHECK(outside_the_umbrella(tree) == complaints{"include/slotted/memory/slab.hpp is missing from slotted.hpp"});
}

TEST_CASE("every public header includes version.hpp, by itself or through the first of ours that it includes") {
  CHECK(without_version_first(slotted::test::read_source_tree({"include"})) == complaints{});
}

TEST_CASE("a header whose text comes before version.hpp is named") {
  const auto judge = [](const std::string& text) { return without_version_first({{house + "a.hpp", text}}).size(); };
  CHECK(judge("\n#include <slotted/version.hpp>\n\n#include <bit>\nnamespace slotted {\n") == 0);
  CHECK(judge("\n#include <bit>\n#include <slotted/b.hpp>\n\nnamespace slotted {\n") == 0);
  CHECK(judge("\n#include <bit>\nnamespace slotted {\n") == 1);
  CHECK(judge("\nnamespace slotted {\n#include <slotted/b.hpp>\n") == 1);
  CHECK(without_version_first({{house + "version.hpp", "\nnamespace slotted {\n"}}).empty());
}

TEST_CASE("all of the library is in the namespace that the ABI names") {
  CHECK(without_abi_name(slotted::test::read_source_tree({"include"})) == complaints{});
}

TEST_CASE("a header in a namespace of another name is named") {
  const std::string path = house + "a.hpp";
  const std::string opens = "\nnamespace slotted {\n";
  CHECK(without_abi_name({{path, opens + "inline namespace SLOTTED_DETAIL_ABI {\n"}}).empty());
  CHECK(without_abi_name({{path, opens + "inline namespace v0 {\n"}}).size() == 1);
  CHECK(without_abi_name({{path, "\n#include <slotted/b.hpp>\n"}}).empty());
}

TEST_CASE("every public header says what it is, states its licence, is included once and is short") {
  const source_tree tree = slotted::test::read_source_tree({"include"});
  CHECK(out_of_form(tree) == complaints{});
}

TEST_CASE("a header out of form is named") {
  const auto judge = [](const std::string& text) { return out_of_form({{house + "a.hpp", text}}); };
  const std::string padding(longest_header - 3, '\n');
  CHECK(judge(good_header + padding) == complaints{});
  CHECK(judge(good_header + padding + "\n") == complaints{"include/slotted/a.hpp has 601 lines: it is two headers"});
  CHECK(judge("").size() == 3);
  CHECK(judge("// a noun\n// SPDX-License-Identifier: MIT\n#pragma once\n").size() == 1);
  CHECK(judge("// slotted: a noun\n#pragma once\n").size() == 1);
  CHECK(judge("// slotted: a noun\n// SPDX-License-Identifier: MIT\n").size() == 1);
}
