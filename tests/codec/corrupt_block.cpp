#include <slotted/codec/corrupt_block.hpp>
#include <string>
#include <type_traits>

#include "catch.hpp"

TEST_CASE("corrupt_block is a runtime_error that says what is wrong") {
  static_assert(std::is_base_of_v<std::runtime_error, slotted::corrupt_block>);
  std::string what = "nothing was thrown";
  try {
    slotted::detail::codec::throw_corrupt_block("slotted: no block");
  } catch (const slotted::corrupt_block& error) {
    what = error.what();
  }
  CHECK(what == "slotted: no block");
  CHECK(slotted::corrupt_block(std::string("no block of ") + "mine").what() == std::string("no block of mine"));
}
