// The house has seven floors, and a header uses only floors below its own.
#include <map>
#include <set>
#include <string>

#include "catch.hpp"
#include "source_tree.hpp"

namespace {

using slotted::test::complaints;
using slotted::test::source_tree;

// What a header of each floor may include, beside its own floor and the standard library. "" is include/slotted itself.
const std::map<std::string, std::set<std::string>> may_use{
    {"codec", {}},
    {"memory", {}},
    {"record", {"memory"}},
    {"store", {"codec", "memory", "record"}},
    {"series", {"memory", "record"}},
    {"history", {"codec", "memory", "record", "series"}},
    {"interop", {"", "codec", "memory", "record", "series", "store", "history"}},
    {"", {"codec", "memory", "record", "series", "store", "history"}},
};

const std::set<std::string> below_all_floors{"algorithm.hpp", "hash_seed.hpp", "number.hpp", "version.hpp"};

const std::string house = "include/slotted/";

std::string floor_of(const std::string& path) {
  const std::size_t slash = path.find('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

complaints crossed_floors(const source_tree& tree) {
  complaints found;
  for (const auto& [path, text] : tree) {
    if (!path.starts_with(house)) continue;
    const std::string floor = floor_of(path.substr(house.size()));
    if (!may_use.contains(floor)) {
      if (path.ends_with(".hpp")) found.push_back(path + " stands on no floor of the house");
      continue;
    }
    for (const std::string& line : slotted::test::lines_of(text)) {
      if (!line.starts_with("#include ")) continue;
      if (line.starts_with("#include \"")) found.push_back(path + ": write " + line + " with <slotted/...>");
      const std::string start = "#include <slotted/";
      if (!line.starts_with(start)) continue;
      const std::string target = line.substr(start.size(), line.find('>') - start.size());
      const std::string below = floor_of(target);
      if (below_all_floors.contains(target) || below == floor || may_use.at(floor).contains(below)) continue;
      found.push_back(path + " must not use " + target);
    }
  }
  return found;
}

// One noun, one header, one test file of the same name, and that test file is a test.
complaints nouns_without_test(const source_tree& tree) {
  complaints found;
  for (const auto& [path, text] : tree) {
    if (path.starts_with(house) && path.ends_with(".hpp")) {
      const std::string noun = path.substr(house.size(), path.size() - house.size() - 4);
      if (floor_of(noun).empty()) continue;
      if (!tree.contains("tests/" + noun + ".cpp")) found.push_back(path + " has no tests/" + noun + ".cpp");
    }
    if (path.starts_with("tests/") && path.ends_with(".cpp")) {
      std::size_t slash = path.rfind('/');
      if (path.substr(0, slash).ends_with("/detail")) slash = path.rfind('/', slash - 1);
      const std::string folder = path.substr(0, slash);
      const std::string noun = path.substr(slash + 1, path.size() - slash - 5);
      if (folder == "tests") continue;
      const std::string floor = folder.substr(std::string("tests/").size());
      if (floor.empty() || !may_use.contains(floor)) continue;
      const auto list = tree.find(folder + "/CMakeLists.txt");
      if (list == tree.end() || (list->second.find("(" + noun + ")") == std::string::npos &&
                                 list->second.find("(" + noun + " ") == std::string::npos)) {
        found.push_back(path + " is no test of " + folder + "/CMakeLists.txt");
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("a header uses only floors below its own") {
  const source_tree tree = slotted::test::read_source_tree({"include"});
  REQUIRE(tree.contains("include/slotted/slotted.hpp"));
  CHECK(crossed_floors(tree) == complaints{});
}

TEST_CASE("an include that goes up, sideways or by a relative path is named") {
  const auto judge = [](const char* path, const char* text) { return crossed_floors({{house + path, text}}); };
  CHECK(judge("codec/a.hpp", "#include <slotted/memory/slab.hpp>\n") ==
        complaints{"include/slotted/codec/a.hpp must not use memory/slab.hpp"});
  CHECK(judge("memory/a.hpp", "#include <slotted/record/field.hpp>\n").size() == 1);
  CHECK(judge("memory/a.hpp", "#include <slotted/codec/bit_packing.hpp>\n").size() == 1);
  CHECK(judge("record/a.hpp", "#include <slotted/store/pool.hpp>\n").size() == 1);
  CHECK(judge("record/a.hpp", "#include <slotted/slotted.hpp>\n").size() == 1);
  CHECK(judge("store/a.hpp", "#include <slotted/interop/by_name.hpp>\n").size() == 1);
  CHECK(judge("slotted.hpp", "#include <slotted/interop/by_name.hpp>\n").size() == 1);
  CHECK(judge("store/a.hpp", "#include \"pool.hpp\"\n").size() == 1);
  CHECK(judge("cellar/a.hpp", "").size() == 1);

  CHECK(judge("codec/a.hpp", "#include <slotted/codec/b.hpp>\n#include <span>\n") == complaints{});
  CHECK(judge("memory/a.hpp", "#include <slotted/version.hpp>\n") == complaints{});
  CHECK(judge("record/a.hpp", "#include <slotted/memory/budget.hpp>\n") == complaints{});
  CHECK(judge("store/a.hpp", "#include <slotted/codec/b.hpp>\n#include <slotted/record/field.hpp>\n") == complaints{});
  CHECK(judge("interop/a.hpp", "#include <slotted/store/pool.hpp>\n") == complaints{});
  CHECK(judge("slotted.hpp", "#include <slotted/store/pool.hpp>\n") == complaints{});
}

TEST_CASE("each noun has a test of its name, and each test file is built") {
  const source_tree tree = slotted::test::read_source_tree({"include", "tests"});
  CHECK(nouns_without_test(tree) == complaints{});
}

TEST_CASE("a noun without a test and a test that is not built are named") {
  const source_tree good{{"include/slotted/store/pool.hpp", ""},
                         {"tests/store/pool.cpp", ""},
                         {"tests/store/pool_soak.cpp", ""},
                         {"tests/store/CMakeLists.txt", "slotted_test(pool)\nslotted_test(pool_soak LABELS long)\n"}};
  CHECK(nouns_without_test(good) == complaints{});

  source_tree untested = good;
  untested.erase("tests/store/pool.cpp");
  CHECK(nouns_without_test(untested) == complaints{"include/slotted/store/pool.hpp has no tests/store/pool.cpp"});

  source_tree inside = good;
  inside["include/slotted/store/detail/slot.hpp"] = "";
  CHECK(nouns_without_test(inside) ==
        complaints{"include/slotted/store/detail/slot.hpp has no tests/store/detail/slot.cpp"});
  inside["tests/store/detail/slot.cpp"] = "";
  CHECK(nouns_without_test(inside) ==
        complaints{"tests/store/detail/slot.cpp is no test of tests/store/CMakeLists.txt"});
  inside["tests/store/CMakeLists.txt"] += "slotted_test(detail/slot)\n";
  CHECK(nouns_without_test(inside) == complaints{});

  source_tree unbuilt = good;
  unbuilt["tests/store/CMakeLists.txt"] = "slotted_test(pool_soak LABELS long)\n";
  CHECK(nouns_without_test(unbuilt) == complaints{"tests/store/pool.cpp is no test of tests/store/CMakeLists.txt"});
}
