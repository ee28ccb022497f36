#include <slotted/series/detail/utf8.hpp>

#include <cstdint>
#include <random>
#include <string>

#include "catch.hpp"

using slotted::detail::is_utf8;

namespace {

std::string mapped(std::string_view text) {
  std::string to(slotted::detail::mapped_utf8_size(text), '\0');
  char* const end = slotted::detail::map_utf8(text, to.data());
  CHECK(end == to.data() + to.size());
  return to;
}

}  // namespace

TEST_CASE("UTF-8 is told from what is not, at any place") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain ASCII that is longer than eight bytes"));
  CHECK(is_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x92\xA9"));
  for (const std::string bad : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"})
    for (std::size_t at = 0; at < 20; ++at) {
      const std::string text = std::string(at, 'a') + bad + std::string(20 - at, 'b');
      REQUIRE_FALSE(is_utf8(text));
      REQUIRE(slotted::detail::utf8_prefix(text) == at);
      REQUIRE(is_utf8(mapped(text)));
    }
}

TEST_CASE("each byte that is part of no character becomes U+FFFD") {
  CHECK(mapped("good") == "good");
  CHECK(mapped("a\xFF\xFE"
               "b") ==
        "a\xEF\xBF\xBD\xEF\xBF\xBD"
        "b");
  CHECK(mapped("\xC3") == "\xEF\xBF\xBD");
  std::mt19937_64 random(4);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (std::uint64_t left = random() % 24; left != 0; --left) text += static_cast<char>(random());
    REQUIRE(is_utf8(mapped(text)));
    if (is_utf8(text)) REQUIRE(mapped(text) == text);
  }
}
