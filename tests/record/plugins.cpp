// Which libraries of a process share a domain of symbols: what the documentation of symbol says of dlopen.
#include <dlfcn.h>

#include <cstdint>
#include <slotted/record/symbol.hpp>
#include <string>

#include "catch.hpp"

namespace {

using word = slotted::symbol<"word of plugins", std::uint16_t>;

class plugin {
 public:
  plugin(const char* path, int how) : library_(::dlopen(path, RTLD_NOW | how)) {
    INFO(path);
    REQUIRE(library_ != nullptr);
    domain_ = reinterpret_cast<const void* (*)()>(::dlsym(library_, "domain_of_plugin"));
    code_ = reinterpret_cast<unsigned (*)(const char*)>(::dlsym(library_, "code_in_plugin"));
    REQUIRE(domain_ != nullptr);
    REQUIRE(code_ != nullptr);
  }
  const void* domain() const { return domain_(); }
  unsigned code(const char* text) const { return code_(text); }

 private:
  void* library_;  // stays loaded, as the domain does
  const void* (*domain_)() = nullptr;
  unsigned (*code_)(const char*) = nullptr;
};

#if defined(SLOTTED_TEST_EXPORTS_DOMAIN)

TEST_CASE("plugins share the domain that the program exports, though each is loaded for itself") {
  const word first("of the program");
  const plugin one(SLOTTED_PLUGIN_ONE, RTLD_LOCAL);
  const plugin two(SLOTTED_PLUGIN_TWO, RTLD_LOCAL);
  CHECK(one.domain() == &word::domain());
  CHECK(two.domain() == &word::domain());
  CHECK(two.code("of the program") == first.code());
  CHECK(one.code("of a plugin") == word("of a plugin").code());
}

#elif defined(SLOTTED_TEST_GLOBAL_PLUGINS)

TEST_CASE("plugins that are loaded for all share a domain") {
  const plugin one(SLOTTED_PLUGIN_ONE, RTLD_GLOBAL);
  const plugin two(SLOTTED_PLUGIN_TWO, RTLD_GLOBAL);
  CHECK(one.domain() == two.domain());
  CHECK(one.code("first") == 1);
  CHECK(two.code("second") == 2);
  CHECK(two.code("first") == 1);
}

#else

TEST_CASE("plugins that are loaded each for itself share a domain where g++ compiled them, and have two by clang") {
  const plugin one(SLOTTED_PLUGIN_ONE, RTLD_LOCAL);
  const plugin two(SLOTTED_PLUGIN_TWO, RTLD_LOCAL);
  CHECK(one.code("first") == 1);
#if defined(__clang__)
  CHECK(one.domain() != two.domain());
  CHECK(two.code("second") == 1);
#else
  CHECK(one.domain() == two.domain());
  CHECK(two.code("second") == 2);
#endif
}

TEST_CASE("plugins that hide the domain have each their own") {
  const plugin one(SLOTTED_HIDDEN_PLUGIN_ONE, RTLD_LOCAL);
  const plugin two(SLOTTED_HIDDEN_PLUGIN_TWO, RTLD_LOCAL);
  CHECK(one.domain() != two.domain());
  CHECK(one.domain() != &word::domain());
  CHECK(one.code("a text") == 1);
  CHECK(two.code("another text") == 1);
}

#endif

}  // namespace
