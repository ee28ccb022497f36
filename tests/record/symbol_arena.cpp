#include <slotted/record/symbol_arena.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "catch.hpp"

using slotted::detail::symbol_arena;
using slotted::detail::symbol_growth;
using slotted::detail::symbol_node;
using slotted::detail::symbol_row;

namespace {

const std::size_t page = slotted::detail::page_bytes();

// Adds texts the way a domain does: the first brings row 0 with it.
struct filler {
  symbol_arena arena;
  std::size_t rows = 1;

  bool try_add(const std::string& text, symbol_growth& growth) {
    if (!arena.make_room(rows, text.size(), growth)) return false;
    if (rows == 1) arena.take_row(0);
    const auto code = static_cast<std::uint32_t>(rows++);
    arena.take_row(code).text.store(arena.take_node(text, code * 7, code, nullptr));
    return true;
  }
};

}  // namespace

TEST_CASE("an arena holds nothing until the first text, and one page for ten") {
  filler f;
  CHECK(f.arena.held() == 0);
  CHECK(f.arena.idle() == 0);
  symbol_growth growth;
  for (int i = 0; i < 10; ++i) REQUIRE(f.try_add("sensor_" + std::to_string(i), growth));
  CHECK(f.arena.held() == page);
  CHECK(f.arena.idle() > 0);
  CHECK(f.arena.idle() < page);
  STATIC_REQUIRE(std::is_trivially_destructible_v<symbol_arena>);
}

TEST_CASE("rows and texts never move, across all chunks and runs") {
  filler f;
  symbol_growth growth;
  std::vector<const symbol_row*> rows{nullptr};
  std::vector<const char*> texts{nullptr};
  const auto text_of = [](std::size_t i) { return std::string(i % 300, 'x') + std::to_string(i); };
  for (std::size_t i = 1; i < 10000; ++i) {
    REQUIRE(f.try_add(text_of(i), growth));
    rows.push_back(&f.arena.row(i));
    texts.push_back(f.arena.row(i).text.load()->data());
  }
  for (std::size_t i = 1; i < 10000; ++i) {
    const symbol_node* const node = f.arena.row(i).text.load();
    REQUIRE(&f.arena.row(i) == rows[i]);
    REQUIRE(node->data() == texts[i]);
    REQUIRE(node->text() == text_of(i));
    REQUIRE(node->code == i);
    REQUIRE(node->hash == i * 7);
  }
}

TEST_CASE("a growth step is never above a sixteenth of what is held, one page at least") {
  filler f;
  symbol_growth growth;
  for (int i = 0; i < 100000; ++i) {
    const std::size_t before = f.arena.held();
    REQUIRE(f.try_add("label number " + std::to_string(i), growth));
    // One for the rows and one for the texts.
    REQUIRE(f.arena.held() - before <= 2 * std::max(page, before / 16));
    REQUIRE(f.arena.idle() <= f.arena.held());
  }
  CHECK(f.arena.held() < 8'000'000);  // 66 bytes a text of 19 are 6.6 MB
  CHECK(f.arena.idle() < f.arena.held() / 7);
}

TEST_CASE("without credit nothing is committed, and what is lacking is said exactly") {
  filler f;
  symbol_growth growth;
  growth.charged = true;
  CHECK_FALSE(f.try_add("refused", growth));
  CHECK(growth.refusal == slotted::commit_outcome::over_budget);
  CHECK(growth.least == page);
  CHECK(growth.best == page);
  CHECK(f.arena.held() == 0);
  growth.credit = growth.least;
  CHECK(f.try_add("accepted", growth));
  CHECK(growth.credit == 0);
  CHECK(f.arena.held() == page);
}

TEST_CASE("every byte committed is paid from the credit") {
  filler f;
  symbol_growth growth;
  growth.charged = true;
  std::size_t paid = 0;
  for (std::size_t i = 0; i < 20000; ++i) {
    const std::string text(i % 1000, 'y');
    while (!f.try_add(text, growth)) {
      REQUIRE(growth.refusal == slotted::commit_outcome::over_budget);
      REQUIRE(growth.least > 0);
      REQUIRE(growth.best >= growth.least);
      REQUIRE(growth.best % page == 0);
      const std::size_t more = i % 2 == 0 ? growth.best : growth.least;
      growth.credit += more;
      paid += more;
    }
    REQUIRE(f.arena.held() + growth.credit == paid);
  }
}

TEST_CASE("a node has room for its text and is aligned") {
  for (std::size_t size = 0; size < 100; ++size) {
    CHECK(symbol_node::bytes_for(size) >= symbol_node::text_offset + size);
    CHECK(symbol_node::bytes_for(size) >= sizeof(symbol_node));
    CHECK(symbol_node::bytes_for(size) % alignof(symbol_node) == 0);
    CHECK(symbol_node::bytes_for(size) < symbol_node::text_offset + size + sizeof(symbol_node));
  }
}
