// A text from outside reaches a log or a terminal without control characters, and as UTF-8.
#include <slotted/record/escaped_text.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "catch.hpp"

namespace {

using namespace std::string_view_literals;

std::string escaped(std::string_view text) {
  std::string out;
  slotted::detail::append_escaped(out, text);
  return out;
}

TEST_CASE("what may stand in a log is left as it is") {
  for (const std::string_view text :
       {""sv, "sensor_17"sv, "C:\\x"sv, "a'b\"c"sv, "caf\xC3\xA9"sv, "\xC2\xA0"sv, "\xE2\x82\xAC 5"sv,
        "\xED\x9F\xBF\xEE\x80\x80"sv, "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"sv, "\xE0\xA0\x80"sv})
    CHECK(escaped(text) == text);
}

TEST_CASE("control characters are written by their bytes") {
  CHECK(escaped("a\nb\r\tc"sv) == "a\\x0ab\\x0d\\x09c");
  CHECK(escaped("\0x"sv) == "\\x00x");
  CHECK(escaped("\x1b[2J"sv) == "\\x1b[2J");
  CHECK(escaped("\x7f"sv) == "\\x7f");
  CHECK(escaped("\xC2\x9B"
                "31m"sv) == "\\xc2\\x9b31m");  // a terminal may take U+009B for the start of a command
  CHECK(escaped("\xC2\x80\xC2\x9F\xC2\xA0"sv) == "\\xc2\\x80\\xc2\\x9f\xC2\xA0");
}

TEST_CASE("bytes that are no UTF-8 are written by their value") {
  CHECK(escaped("\x80"sv) == "\\x80");
  CHECK(escaped("\xC0\xAF"sv) == "\\xc0\\xaf");           // a slash in two bytes
  CHECK(escaped("\xE0\x9F\xBF"sv) == "\\xe0\\x9f\\xbf");  // in three bytes what has two
  CHECK(escaped("\xED\xA0\x80"sv) == "\\xed\\xa0\\x80");  // half of a pair of UTF-16
  CHECK(escaped("\xF0\x8F\xBF\xBF"sv) == "\\xf0\\x8f\\xbf\\xbf");
  CHECK(escaped("\xF4\x90\x80\x80"sv) == "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  CHECK(escaped("\xF5\xFF"sv) == "\\xf5\\xff");
  CHECK(escaped("caf\xE9 au lait"sv) == "caf\\xe9 au lait");
  CHECK(escaped("\xE2\x82"sv) == "\\xe2\\x82");  // cut off
  CHECK(escaped("\xC3\xC3\xA9"sv) == "\\xc3\xC3\xA9");
}

TEST_CASE("whatever the bytes, what comes out is UTF-8 without a control character, and may be escaped again") {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const char bytes[] = {static_cast<char>(first), static_cast<char>(second), 'x'};
      const std::string out = escaped({bytes, sizeof bytes});
      if (escaped(out) != out) FAIL("bytes " << first << ", " << second);
      for (std::string_view rest = out; !rest.empty();) {
        const std::size_t length = slotted::detail::utf8_length(rest);
        if (length == 0 || (length == 1 && static_cast<unsigned char>(rest[0]) < 0x20))
          FAIL("bytes " << first << ", " << second);
        rest.remove_prefix(length);
      }
    }
  }
}

}  // namespace
