#include <slotted/record/symbol_error.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "catch.hpp"

namespace {

std::string message_of(auto&& f) {
  try {
    f();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

using slotted::detail::quote_text;

TEST_CASE("a text stands in a message as it is, but for what would break a line") {
  CHECK(quote_text("sensor_1") == "'sensor_1'");
  CHECK(quote_text("") == "''");
  CHECK(quote_text("Außen") == "'Außen'");
  CHECK(quote_text(std::string_view("a\0b\n\x7F", 5)) == "'a\\x00b\\x0a\\x7f'");
  CHECK(quote_text("caf\xE9 \xC2\x9B") == "'caf\\xe9 \\xc2\\x9b'");
}

TEST_CASE("a long text is shortened between two characters") {
  const std::string a58(58, 'a');
  const auto text = [&a58](std::string_view tail) { return std::string(a58).append(tail); };
  const auto shown = [&a58](std::string_view tail) { return std::string("'").append(a58).append(tail); };
  CHECK(quote_text(text("aa")) == shown("aa'"));
  CHECK(quote_text(text("aaa")) == shown("aa'... (61 bytes)"));
  CHECK(quote_text(text("aß!")) == shown("a'... (62 bytes)"));
  CHECK(quote_text(text("ß!")) == shown("ß'... (61 bytes)"));
  CHECK(quote_text(std::string(100, '\x80')).ends_with("'... (100 bytes)"));
}

TEST_CASE("a full domain says what would help") {
  const auto message = [](std::size_t cap) {
    return message_of([&] { slotted::detail::throw_symbol_domain_full("sensor", cap, 256, "label"); });
  };
  CHECK(message(256) ==
        "symbol domain 'sensor' is full: all its 256 codes are taken, and 'label' is not among its texts; "
        "use a wider code");
  CHECK(message(10) ==
        "symbol domain 'sensor' is full: it is capped at 10 of 256 codes, and 'label' is not among its texts; "
        "raise the cap with set_cap, or look texts up with find");
  STATIC_REQUIRE(std::is_base_of_v<std::length_error, slotted::symbol_domain_full>);
}
