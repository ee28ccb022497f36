// What the README shows is what is compiled: its code, its commands, its links and its list of headers.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "source_tree.hpp"

namespace {

using slotted::test::complaints;
using slotted::test::lines_of;
using slotted::test::source_tree;
using text_lines = std::vector<std::string>;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Without the indentation that all lines have in common.
text_lines dedented(text_lines lines) {
  std::size_t common = std::string::npos;
  for (const std::string& line : lines) common = std::min(common, line.find_first_not_of(' '));
  for (std::string& line : lines) line.erase(0, std::min(common, line.size()));
  return lines;
}

// The lines between the comments [name] and [/name], // or #; without a name the whole file.
bool excerpt(const std::string& text, const std::string& name, text_lines& out) {
  const text_lines lines = lines_of(text);
  if (name.empty()) return out = lines, true;
  const auto is_mark = [](const std::string& line, const std::string& mark) {
    return trimmed(line) == "// [" + mark + "]" || trimmed(line) == "# [" + mark + "]";
  };
  const auto first = std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return is_mark(line, name); });
  const auto last = std::find_if(first, lines.end(), [&](const auto& line) { return is_mark(line, "/" + name); });
  if (last == lines.end()) return false;
  out = dedented({first + 1, last});
  return true;
}

// Each line of a block of commands begins with a script of this tree, or names a workflow that there is.
void judge_commands(const text_lines& block, const source_tree& tree, const std::string& where, complaints& found) {
  const std::string workflow = "cmake --workflow --preset ";
  for (const std::string& line : block) {
    const std::string command(trimmed(line.substr(0, line.find('#'))));
    if (command.empty() || tree.contains(command.substr(0, command.find(' ')))) continue;
    const std::string& presets = tree.at("CMakePresets.json");
    const std::size_t workflows = presets.find("\"workflowPresets\"");
    if (command.starts_with(workflow) && workflows != std::string::npos &&
        presets.find("\"name\": \"" + command.substr(workflow.size()) + "\"", workflows) != std::string::npos) {
      continue;
    }
    found.push_back(where + ": no such command: " + command);
  }
}

complaints judge_blocks(const source_tree& tree) {
  complaints found;
  const text_lines lines = lines_of(tree.at("README.md"));
  const std::string from = "<!-- from: ";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("```")) continue;
    const std::string language = lines[i].substr(3);
    const std::string where = "README.md:" + std::to_string(i + 1);
    const std::string source = i > 0 ? lines[i - 1] : "";
    text_lines block;
    while (++i < lines.size() && lines[i] != "```") block.push_back(lines[i]);
    if (i == lines.size()) found.push_back(where + ": the block has no end");

    if (language == "sh") {
      judge_commands(block, tree, where, found);
      continue;
    }
    if (!source.starts_with(from) || !source.ends_with(" -->")) {
      found.push_back(where + ": the line above the block does not say <!-- from: file#excerpt -->");
      continue;
    }
    const std::string origin = source.substr(from.size(), source.size() - from.size() - 4);
    const std::string path = origin.substr(0, origin.find('#'));
    const std::string name = path.size() == origin.size() ? "" : origin.substr(path.size() + 1);
    text_lines original;
    if (!tree.contains(path)) {
      found.push_back(where + ": there is no " + path);
    } else if (!excerpt(tree.at(path), name, original)) {
      found.push_back(where + ": " + path + " has no excerpt [" + name + "]");
    } else if (block != original) {
      found.push_back(where + ": the block is not what " + origin + " is");
    }
  }
  return found;
}

// [text](path): what is no address and no place in the page is a file or a folder of this tree.
complaints judge_links(const source_tree& tree) {
  complaints found;
  const std::string& text = tree.at("README.md");
  const auto in_code = [&](std::size_t at) {  // where "](" is a lambda
    bool code = false;
    for (std::size_t fence = text.find("```"); fence < at; fence = text.find("```", fence + 3)) code = !code;
    return code;
  };
  for (std::size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
    if (in_code(at)) continue;
    const std::string target = text.substr(at + 2, text.find(')', at) - at - 2);
    if (target.starts_with("#") || target.find("://") != std::string::npos) continue;
    const bool there = std::any_of(tree.begin(), tree.end(), [&](const auto& file) {
      return file.first == target || file.first.starts_with(target.ends_with('/') ? target : target + '/');
    });
    if (!there) found.push_back("README.md links to " + target + ", which is not there");
  }
  return found;
}

// The architecture has one line a header, and says of it what the header says of itself.
complaints judge_header_list(const source_tree& tree) {
  complaints found;
  const text_lines readme = lines_of(tree.at("README.md"));
  const std::string house = "include/slotted/";
  const std::string head = "// slotted: ";
  for (const auto& [path, text] : tree) {
    if (!path.starts_with(house) || !path.ends_with(".hpp") || !text.starts_with(head)) continue;
    const std::string line = "- `" + path.substr(house.size()) + "`: " + lines_of(text).front().substr(head.size());
    if (std::find(readme.begin(), readme.end(), line) == readme.end()) found.push_back("README.md lacks: " + line);
  }
  for (const std::string& line : readme) {
    if (!line.starts_with("- `") || line.find(".hpp`: ") == std::string::npos) continue;
    const std::string header = line.substr(3, line.find('`', 3) - 3);
    if (!tree.contains(house + header)) found.push_back("README.md lists " + header + ", which is not there");
  }
  return found;
}

// Each `script --option` within a line names options that the script knows, or a program in its folder.
complaints judge_options(const source_tree& tree) {
  complaints found;
  for (const std::string& line : lines_of(tree.at("README.md"))) {
    for (std::size_t at = line.find('`'); at != std::string::npos; at = line.find('`', at + 1)) {
      const std::size_t end = line.find('`', at + 1);
      const std::string span = line.substr(at + 1, end == std::string::npos ? end : end - at - 1);
      const auto script = tree.find(span.substr(0, span.find(' ')));
      at = end;
      if (script != tree.end())
        for (std::size_t option = span.find(" --"); option != std::string::npos;
             option = span.find(" --", option + 1)) {
          const std::string name = span.substr(option + 1, span.find(' ', option + 1) - option - 1);
          const std::string folder = script->first.substr(0, script->first.rfind('/') + 1);
          const bool of_a_program = std::any_of(tree.begin(), tree.end(), [&](const auto& file) {
            return file.first.starts_with(folder) && file.second.find('"' + name + '"') != std::string::npos;
          });
          if (script->second.find(name + ")") == std::string::npos && !of_a_program)
            found.push_back("README.md: " + script->first + " knows no " + name);
        }
      if (end == std::string::npos) break;
    }
  }
  return found;
}

// A compiler that the README calls tested is one that a step of .ci/run is named after.
complaints judge_compilers(const source_tree& tree) {
  complaints found;
  const std::string& readme = tree.at("README.md");
  const std::string claim = "tested with ";
  for (std::size_t at = readme.find(claim); at != std::string::npos; at = readme.find(claim, at + 1)) {
    const std::string sentence = readme.substr(at, readme.find(".\n", at) - at);
    for (const std::string name : {"g++ ", "clang++ "}) {
      for (std::size_t i = sentence.find(" " + name); i != std::string::npos; i = sentence.find(" " + name, i + 1)) {
        // "g++ 12", "g++ 12 and 14", "g++ 12, 13 and 14"
        for (std::size_t number = i + 1 + name.size(); number < sentence.size();) {
          const std::size_t end = std::min(sentence.find_first_not_of("0123456789", number), sentence.size());
          const std::string version = sentence.substr(number, end - number);
          if (version.empty()) break;
          const std::string step = (name == "g++ " ? name : "clang ") + version;
          if (tree.at(".ci/run").find(", " + step) == std::string::npos)
            found.push_back("README.md says tested with " + name + version + ", and .ci/run has no step '..., " + step +
                            "'");
          const std::string rest = sentence.substr(end, 5);
          number = rest == " and " ? end + 5 : rest.starts_with(", ") ? end + 2 : sentence.size();
        }
      }
    }
  }
  return found;
}

source_tree with_readme(const std::string& readme) {
  return {{"README.md", readme},
          {"examples/first.cpp", "int main() {\n  // [body]\n  int x;\n\n    ++x;\n  // [/body]\n}\n"},
          {"tests/run.sh", ""},
          {"include/slotted/record/field.hpp", "// slotted: a name and a type.\n"},
          {"CMakePresets.json", R"({"x": {"name": "asan"}, "workflowPresets": [{"name": "test"}]})"}};
}

}  // namespace

TEST_CASE("every code block of the README is an excerpt of a file that is compiled") {
  CHECK(judge_blocks(slotted::test::read_source_tree(
            {"README.md", "CMakePresets.json", "examples", "tests", "bench"})) == complaints{});
}

TEST_CASE("a block that is not its source, or has none, is named") {
  const auto judge = [](const std::string& readme) { return judge_blocks(with_readme(readme)); };
  CHECK(judge("<!-- from: examples/first.cpp#body -->\n```cpp\nint x;\n\n  ++x;\n```\n") == complaints{});
  CHECK(judge("<!-- from: examples/first.cpp#body -->\n```cpp\nint x;\n\n  --x;\n```\n") ==
        complaints{"README.md:2: the block is not what examples/first.cpp#body is"});
  CHECK(judge("<!-- from: examples/first.cpp#head -->\n```cpp\nint x;\n```\n") ==
        complaints{"README.md:2: examples/first.cpp has no excerpt [head]"});
  CHECK(judge("<!-- from: examples/gone.cpp -->\n```cpp\nint x;\n```\n") ==
        complaints{"README.md:2: there is no examples/gone.cpp"});
  CHECK(judge("```cpp\nint x;\n```\n").size() == 1);
  CHECK(judge("```\nint x;\n```\n").size() == 1);
  CHECK(judge("<!-- from: examples/first.cpp#body -->\n```cpp\nint x;\n\n  ++x;\n").size() == 1);
}

TEST_CASE("a command that the tree does not have is named") {
  const auto judge = [](const std::string& line) { return judge_blocks(with_readme("```sh\n" + line + "\n```\n")); };
  CHECK(judge("tests/run.sh          # all of them") == complaints{});
  CHECK(judge("cmake --workflow --preset test") == complaints{});
  CHECK(judge("tests/walk.sh") == complaints{"README.md:1: no such command: tests/walk.sh"});
  CHECK(judge("cmake --workflow --preset asan").size() == 1);  // a preset, and no workflow
}

TEST_CASE("an option that the README gives a script is one that it has") {
  CHECK(judge_options(slotted::test::read_source_tree({"README.md", "examples", "tests", "bench"})) == complaints{});
  source_tree tree = with_readme("as `tests/run.sh --quick DATA` does, and `a --b`\n");
  CHECK(judge_options(tree) == complaints{"README.md: tests/run.sh knows no --quick"});
  tree["tests/program.cpp"] = "option(\"--quick\")";
  CHECK(judge_options(tree) == complaints{});
  tree.erase("tests/program.cpp");
  tree["tests/run.sh"] = "case $1 in\n  --quick) ;;\nesac\n";
  CHECK(judge_options(tree) == complaints{});
}

TEST_CASE("a compiler that the README calls tested has a step of CI") {
  CHECK(judge_compilers(slotted::test::read_source_tree({"README.md", ".ci"})) == complaints{});
  source_tree tree = with_readme("It is tested with g++ 12 and 14, and with clang++ 19.\n");
  tree[".ci/run"] = "step 'tests, g++ 12' x\nstep 'tests, clang 19' x\n";
  CHECK(judge_compilers(tree) ==
        complaints{"README.md says tested with g++ 14, and .ci/run has no step '..., g++ 14'"});
  tree[".ci/run"] += "step 'tests, g++ 14' x\n";
  CHECK(judge_compilers(tree) == complaints{});
}

TEST_CASE("every link of the README leads to a file") {
  CHECK(judge_links(slotted::test::read_source_tree(
            {"README.md", "LICENSE", "CMakePresets.json", "examples", "tests", "bench", "include"})) == complaints{});
}

TEST_CASE("a link to nowhere is named") {
  CHECK(judge_links(with_readme(
            "[a](tests/run.sh) [b](examples) [c](examples/) [d](#here) [e](https://example.org)")) == complaints{});
  CHECK(judge_links(with_readme("```cpp\nf([&](int) {});\n```\n[a](tests/run.sh)")) == complaints{});
  CHECK(judge_links(with_readme("```cpp\n```\n[a](tests/ru)")).size() == 1);
  CHECK(judge_links(with_readme("[a](tests/ru)")) == complaints{"README.md links to tests/ru, which is not there"});
}

TEST_CASE("the README says of every header what the header says of itself") {
  CHECK(judge_header_list(slotted::test::read_source_tree({"README.md", "include"})) == complaints{});
}

TEST_CASE("a header that the README does not list, or that is gone, is named") {
  const auto judge = [](const std::string& readme) { return judge_header_list(with_readme(readme)); };
  CHECK(judge("- `record/field.hpp`: a name and a type.\n") == complaints{});
  CHECK(judge("") == complaints{"README.md lacks: - `record/field.hpp`: a name and a type."});
  CHECK(judge("- `record/field.hpp`: a name and a type.\n- `record/gone.hpp`: nothing.\n") ==
        complaints{"README.md lists record/gone.hpp, which is not there"});
}
