#include <slotted/record/symbol_domain.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <new>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "catch.hpp"
#include "refusals.hpp"

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define LIMIT_ADDRESS_SPACE 1
#endif
#else
#define LIMIT_ADDRESS_SPACE 1
#endif
#endif
#if defined(LIMIT_ADDRESS_SPACE)
#include <sys/resource.h>

#include <fstream>
#endif

using slotted::intern_outcome;
using slotted::memory_budget;
using slotted::symbol_domain;

namespace {

const std::size_t page = slotted::detail::page_bytes();

// A domain for one test. It does not give its pages back, but it must let go of a budget that ends before it.
struct fresh_domain : symbol_domain {
  explicit fresh_domain(std::size_t capacity = std::size_t{1} << 32) : symbol_domain("fresh", capacity) {}
  ~fresh_domain() { uncharge(); }
};

std::string message_of(auto&& f) {
  try {
    f();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string label(std::size_t i) { return "label_" + std::to_string(i); }

constinit symbol_domain static_domain{"static", 256};

void run_threads(int count, auto&& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
  for (std::thread& each : threads) each.join();
}

}  // namespace

TEST_CASE("a domain is initialised at compile time and never destroyed") {
  STATIC_REQUIRE(std::is_trivially_destructible_v<symbol_domain>);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<symbol_domain>);
  STATIC_REQUIRE_FALSE(std::is_move_constructible_v<symbol_domain>);
  CHECK(static_domain.name() == "static");
  CHECK(static_domain.capacity() == 256);
}

TEST_CASE("an unused domain holds nothing, and the empty text alone is no use") {
  fresh_domain domain;
  CHECK(domain.footprint() == slotted::footprint{});
  CHECK(domain.intern("") == 0);
  CHECK(domain.find("") == 0);
  CHECK_FALSE(domain.find("absent").has_value());
  CHECK(domain.text(0).empty());
  CHECK(domain.size() == 1);
  CHECK(domain.footprint().total() == 0);
}

TEST_CASE("ten short texts take one page") {
  memory_budget budget{1 << 20};
  fresh_domain domain;
  domain.charge_to(budget);
  for (std::size_t i = 0; i < 10; ++i) domain.intern("sensor_" + std::to_string(i));
  CHECK(domain.footprint().total() == page);
  CHECK(budget.used() == page);
  CHECK(domain.footprint().payload == 80);
}

TEST_CASE("codes are given in order and a known text keeps its code") {
  fresh_domain domain;
  CHECK(domain.intern("a") == 1);
  CHECK(domain.intern("b") == 2);
  CHECK(domain.intern("a") == 1);
  CHECK(domain.try_intern("a").outcome == intern_outcome::known);
  CHECK(domain.try_intern("c").outcome == intern_outcome::added);
  CHECK(domain.text(3) == "c");
  CHECK(domain.size() == 4);
}

TEST_CASE("a text may hold any bytes") {
  fresh_domain domain;
  const std::string_view texts[] = {{"\0", 1}, {"\0\0", 2},     {"a\0b", 3}, {"a\0c", 3},
                                    {"a", 1},  {"\xFF\xFE", 2}, {" ", 1}};
  std::set<std::uint32_t> codes;
  for (const std::string_view each : texts) {
    const std::uint32_t code = domain.intern(each);
    CHECK(domain.text(code) == each);
    codes.insert(code);
  }
  CHECK(codes.size() == std::size(texts));
  CHECK_FALSE(domain.find(std::string_view("a\0", 2)).has_value());
}

TEST_CASE("a text of the longest size is taken, one byte more is refused by name") {
  fresh_domain domain;
  const std::string longest(symbol_domain::longest_text, 'l');
  const std::uint32_t code = domain.intern(longest);
  CHECK(domain.text(code) == longest);
  CHECK(domain.intern(longest) == code);
  const slotted::footprint before = domain.footprint();
  const std::string longer = longest + "l";
  CHECK(domain.try_intern(longer).outcome == intern_outcome::text_too_long);
  CHECK_THROWS_AS(domain.intern(longer), std::length_error);
  CHECK(message_of([&] { domain.intern(longer); }) ==
        "symbol domain 'fresh' takes texts of up to 65535 bytes, not '" + std::string(60, 'l') + "'... (65536 bytes)");
  CHECK_FALSE(domain.find(longer).has_value());
  CHECK(domain.size() == 2);
  CHECK(domain.footprint() == before);
}

TEST_CASE("a domain agrees with a map after every step of a random sequence, and its footprint with the budget") {
  memory_budget budget{1 << 30};
  fresh_domain domain;
  domain.charge_to(budget);
  std::map<std::string, std::uint32_t> model{{"", 0}};
  std::vector<const std::string*> by_code{&model.begin()->first};
  std::vector<const char*> addresses{nullptr};
  std::size_t payload = 0;
  std::mt19937_64 random{20240229};
  for (int step = 0; step < 60000; ++step) {
    std::string text = std::to_string(random() % 30000);
    if (random() % 8 == 0) text.append(random() % 600, static_cast<char>('a' + random() % 26));
    const auto known = model.find(text);
    const std::optional<std::uint32_t> found = domain.find(text);
    REQUIRE(found.has_value() == (known != model.end()));
    if (random() % 4 == 0) {
      if (found) REQUIRE(*found == known->second);
    } else {
      const std::uint32_t code = domain.intern(text);
      if (known != model.end()) {
        REQUIRE(code == known->second);
      } else {
        REQUIRE(code == model.size());
        by_code.push_back(&model.emplace(text, code).first->first);
        addresses.push_back(domain.text(code).data());
        payload += text.size();
      }
    }
    REQUIRE(domain.size() == model.size());
    const slotted::footprint held = domain.footprint();
    REQUIRE(held.total() == budget.used());
    REQUIRE(held.payload == payload);
    const auto any = static_cast<std::uint32_t>(random() % model.size());
    REQUIRE(domain.text(any) == *by_code[any]);
    if (any != 0) REQUIRE(domain.text(any).data() == addresses[any]);
  }
  for (const auto& [text, code] : model) REQUIRE(domain.find(text) == code);
}

TEST_CASE("texts whose hashes fall together are told apart while buckets split") {
  // Short texts over a small alphabet share sizes and most bytes; each is looked up again after every split.
  fresh_domain domain;
  std::vector<std::string> texts;
  for (char a = 'a'; a <= 'd'; ++a)
    for (char b = 'a'; b <= 'z'; ++b)
      for (char c = 'a'; c <= 'j'; ++c) texts.push_back({a, b, c});
  for (std::size_t i = 0; i < texts.size(); ++i) {
    REQUIRE(domain.intern(texts[i]) == i + 1);
    for (std::size_t j = 0; j <= i; ++j) REQUIRE(domain.find(texts[j]) == j + 1);
    if (i + 1 < texts.size()) REQUIRE_FALSE(domain.find(texts[i + 1]).has_value());
  }
}

TEST_CASE("a domain of two-byte codes takes 65,536 texts, and refuses the next without a change") {
  fresh_domain domain{65536};
  for (std::size_t i = 1; i < 65536; ++i) REQUIRE(domain.intern(label(i)) == i);
  const slotted::footprint before = domain.footprint();
  CHECK(domain.try_intern("next").outcome == intern_outcome::domain_full);
  CHECK_THROWS_AS(domain.intern("next"), slotted::symbol_domain_full);
  CHECK(message_of([&] { domain.intern("next"); }) ==
        "symbol domain 'fresh' is full: all its 65536 codes are taken, and 'next' is not among its texts; use a wider "
        "code");
  CHECK(domain.size() == 65536);
  CHECK(domain.footprint() == before);
  for (std::size_t i = 1; i < 65536; ++i) REQUIRE(domain.intern(label(i)) == i);
}

TEST_CASE("a cap stops growth at run time, and lifting it lets the domain grow again") {
  fresh_domain domain{256};
  CHECK(domain.cap() == 256);
  domain.set_cap(3);
  CHECK(domain.cap() == 3);
  domain.intern("a");
  domain.intern("b");
  CHECK_THROWS_AS(domain.intern("c"), slotted::symbol_domain_full);
  CHECK(message_of([&] { domain.intern("c"); }) ==
        "symbol domain 'fresh' is full: it is capped at 3 of 256 codes, and 'c' is not among its texts; "
        "raise the cap with set_cap, or look texts up with find");
  CHECK(domain.intern("b") == 2);
  CHECK(domain.size() == 3);

  domain.set_cap(1);  // below the size: nothing goes away
  CHECK(domain.cap() == 1);
  CHECK(domain.size() == 3);
  CHECK(domain.text(2) == "b");
  CHECK(domain.find("a") == 1);
  CHECK(domain.try_intern("c").outcome == intern_outcome::domain_full);

  domain.set_cap(static_cast<std::size_t>(-1));
  CHECK(domain.cap() == 256);
  CHECK(domain.intern("c") == 3);
}

TEST_CASE("iteration gives all texts in the order of their codes") {
  fresh_domain domain;
  for (std::size_t i = 1; i < 1000; ++i) domain.intern(label(i));
  std::uint32_t code = 0;
  for (const std::string_view text : domain) {
    REQUIRE(text == (code == 0 ? std::string() : label(code)));
    ++code;
  }
  CHECK(code == 1000);
  STATIC_REQUIRE(std::forward_iterator<symbol_domain::iterator>);
  const auto third = std::next(domain.begin(), 3);
  CHECK(third.code() == 3);
  CHECK(*third == label(3));
  const fresh_domain empty;
  CHECK(std::distance(empty.begin(), empty.end()) == 1);
}

TEST_CASE("the charge moves between budgets, exactly and whole") {
  memory_budget first{1 << 20}, second{1 << 20};
  fresh_domain domain;
  for (std::size_t i = 0; i < 5000; ++i) domain.intern(label(i));
  const std::size_t held = domain.footprint().total();
  memory_budget tight{held - 1}, exact{held};
  CHECK(domain.budget() == nullptr);

  domain.charge_to(first);
  CHECK(domain.budget() == &first);
  CHECK(first.used() == held);
  domain.charge_to(first);
  CHECK(first.used() == held);
  domain.charge_to(second);
  CHECK(first.used() == 0);
  CHECK(second.used() == held);

  CHECK_FALSE(domain.try_charge_to(tight));
  CHECK_THROWS_AS(domain.charge_to(tight), slotted::budget_exceeded);
  CHECK(tight.used() == 0);
  CHECK(second.used() == held);
  CHECK(domain.budget() == &second);

  domain.charge_to(exact);
  CHECK(exact.used() == held);
  CHECK(second.used() == 0);
  domain.uncharge();
  CHECK(exact.used() == 0);
  CHECK(domain.budget() == nullptr);
  CHECK(domain.footprint().total() == held);

  domain.charge_to(second);
  for (std::size_t i = 5000; i < 9000; ++i) domain.intern(label(i));
  CHECK(second.used() == domain.footprint().total());
  CHECK(second.used() > held);
}

TEST_CASE("a domain moves to another budget once the charge that another thread makes is made") {
  memory_budget first{page}, second{std::size_t{1} << 20};
  fresh_domain domain;
  domain.charge_to(first);
  domain.intern("before");
  std::thread mover;
  std::atomic<bool> moved{false};
  bool moved_meanwhile = true;
  {
    const slotted::pressure_relief relief(first, [&](std::size_t) {
      if (mover.joinable()) return;
      mover = std::thread([&] {
        domain.charge_to(second);
        moved = true;
      });
      std::this_thread::sleep_for(std::chrono::milliseconds(50));  // enough to come to where it waits
      moved_meanwhile = moved;
    });
    CHECK(domain.try_intern(std::string(page, 't')).outcome == intern_outcome::over_budget);
  }
  REQUIRE(mover.joinable());
  mover.join();
  CHECK_FALSE(moved_meanwhile);
  CHECK(domain.budget() == &second);
  CHECK(first.used() == 0);
  CHECK(second.used() == domain.footprint().total());
  CHECK(domain.intern(std::string(page, 't')) == 2);
}

#if defined(SLOTTED_DETAIL_LINUX_PAGES)
TEST_CASE("a step of growth that the system refuses is tried as the one page that is needed") {
  memory_budget budget{std::size_t{1} << 30};
  fresh_domain domain;
  domain.charge_to(budget);
  std::size_t next = 0;
  while (domain.footprint().total() < 64 * page) domain.intern(label(next++));
  const slotted::footprint before = domain.footprint();
  {
    const slotted::test::refused_pages system(0);
    while (domain.try_intern(label(next))) ++next;
    CHECK(domain.try_intern(label(next)).outcome == intern_outcome::out_of_memory);
    CHECK_THROWS_AS(domain.intern(label(next)), std::bad_alloc);
    CHECK(domain.footprint().total() == before.total());
    CHECK(budget.used() == before.total());
    CHECK_FALSE(domain.find(label(next)).has_value());
  }
  {
    const slotted::test::refused_pages system(0, 1);
    domain.intern(label(next));
  }
  CHECK(domain.footprint().total() == before.total() + page);
  CHECK(budget.used() == before.total() + page);
  CHECK(domain.find(label(next)).has_value());
}
#endif

TEST_CASE("whichever page is refused, nothing changes, and the domain goes on when there is room") {
  fresh_domain domain;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 3000; ++i) texts.push_back(label(i) + std::string(i % 37 == 0 ? i : i % 5, '-'));
  std::size_t next = 0;
  for (std::size_t pages = 0; next < texts.size(); ++pages) {
    memory_budget budget{pages * page};
    domain.charge_to(budget);
    for (; next < texts.size(); ++next) {
      const slotted::footprint before = domain.footprint();
      const symbol_domain::interned result = domain.try_intern(texts[next]);
      REQUIRE(budget.used() == domain.footprint().total());
      if (result) {
        REQUIRE(result.outcome == intern_outcome::added);
        REQUIRE(result.code == next + 1);
        continue;
      }
      REQUIRE(result.outcome == intern_outcome::over_budget);
      REQUIRE(result.asked > 0);
      REQUIRE(budget.used() + result.asked > budget.limit());
      REQUIRE(domain.footprint().payload == before.payload);
      REQUIRE(domain.size() == next + 1);
      REQUIRE_FALSE(domain.find(texts[next]).has_value());
      REQUIRE_THROWS_AS(domain.intern(texts[next]), slotted::budget_exceeded);
      REQUIRE(budget.used() == domain.footprint().total());
      if (next != 0) REQUIRE(domain.intern(texts[next - 1]) == next);
      break;
    }
    domain.uncharge();
  }
  for (std::size_t i = 0; i < texts.size(); ++i) REQUIRE(domain.text(static_cast<std::uint32_t>(i + 1)) == texts[i]);
}

TEST_CASE("a budget is used to its last page before a text is refused") {
  memory_budget budget{50 * page};
  fresh_domain domain;
  domain.charge_to(budget);
  for (std::size_t i = 0; domain.try_intern(label(i)); ++i) {
  }
  CHECK(budget.used() == 50 * page);
  CHECK(budget.peak() == 50 * page);
}

TEST_CASE("a callback of the budget may intern texts of the same domain") {
  memory_budget budget{1 << 20};
  fresh_domain domain;
  domain.charge_to(budget);
  std::uint32_t noted = 0;
  const slotted::watermark mark{budget, 3 * page,
                                [&](const memory_budget&) { noted = domain.intern("memory is at the mark"); }};
  for (std::size_t i = 0; i < 2000; ++i) domain.intern(label(i));
  CHECK(noted != 0);
  CHECK(domain.text(noted) == "memory is at the mark");
  for (std::size_t i = 0; i < 2000; ++i) REQUIRE(domain.text(domain.find(label(i)).value()) == label(i));
  CHECK(budget.used() == domain.footprint().total());
}

TEST_CASE("a relief of the budget is asked before a text is refused") {
  memory_budget budget{4 * page};
  fresh_domain domain;
  REQUIRE(budget.try_reserve(4 * page));
  domain.charge_to(budget);
  const slotted::pressure_relief relief{budget, [&](std::size_t bytes) { budget.release(bytes); }};
  CHECK(domain.try_intern("needs a page").outcome == intern_outcome::added);
  CHECK(budget.used() == 4 * page);
  budget.release(budget.used() - domain.footprint().total());
}

TEST_CASE("eight threads that intern the same texts agree on every code") {
  constexpr std::size_t count = 4000;
  memory_budget budget{std::size_t{1} << 30};
  fresh_domain domain;
  domain.charge_to(budget);
  std::vector<std::vector<std::uint32_t>> codes(8, std::vector<std::uint32_t>(count));
  run_threads(8, [&](int thread) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t which = (i * 7 + static_cast<std::size_t>(thread) * 500) % count;
      codes[static_cast<std::size_t>(thread)][which] = domain.intern(label(which));
    }
  });
  CHECK(domain.size() == count + 1);
  for (int thread = 1; thread < 8; ++thread) CHECK(codes[static_cast<std::size_t>(thread)] == codes[0]);
  CHECK(std::set<std::uint32_t>(codes[0].begin(), codes[0].end()).size() == count);
  for (std::size_t i = 0; i < count; ++i) REQUIRE(domain.text(codes[0][i]) == label(i));
  CHECK(budget.used() == domain.footprint().total());
}

TEST_CASE("eight threads that intern different texts and read each other's lose none") {
  constexpr std::size_t each = 1500;
  fresh_domain domain;
  std::atomic<bool> wrong{false};
  run_threads(8, [&](int thread) {
    for (std::size_t i = 0; i < each; ++i) {
      const std::string text = label(static_cast<std::size_t>(thread) * each + i);
      const std::uint32_t code = domain.intern(text);
      if (domain.text(code) != text || domain.find(text) != code || code >= domain.size()) wrong = true;
      // A text of another thread is there with its code, or not yet there.
      const std::string other = label((static_cast<std::size_t>(thread) + 1) % 8 * each + i);
      if (const auto found = domain.find(other); found && (*found >= domain.size() || domain.text(*found) != other))
        wrong = true;
      if (i % 100 == 0) {
        std::size_t seen = 0;
        for (const std::string_view any : domain) seen += any.empty() ? 1u : 0u;
        if (seen != 1) wrong = true;
      }
    }
  });
  CHECK_FALSE(wrong);
  CHECK(domain.size() == 8 * each + 1);
  for (std::size_t i = 0; i < 8 * each; ++i) REQUIRE(domain.find(label(i)).has_value());
}

TEST_CASE("eight threads fill a domain to its capacity and no further") {
  fresh_domain domain{256};
  std::atomic<int> added{0}, refused{0};
  run_threads(8, [&](int thread) {
    for (std::size_t i = 0; i < 100; ++i) {
      const auto result = domain.try_intern(label(static_cast<std::size_t>(thread) * 100 + i));
      if (result.outcome == intern_outcome::added) ++added;
      if (result.outcome == intern_outcome::domain_full) ++refused;
    }
  });
  CHECK(domain.size() == 256);
  CHECK(added == 255);
  CHECK(refused == 800 - 255);
}

TEST_CASE("the charge moves while threads intern, and every byte stays charged once") {
  memory_budget first{std::size_t{1} << 30}, second{std::size_t{1} << 30};
  fresh_domain domain;
  std::atomic<int> running{4};
  run_threads(5, [&](int thread) {
    if (thread == 4) {
      while (running != 0) {
        domain.charge_to(first);
        domain.charge_to(second);
        domain.uncharge();
      }
      return;
    }
    for (std::size_t i = 0; i < 5000; ++i) domain.intern(label(static_cast<std::size_t>(thread) * 5000 + i));
    --running;
  });
  CHECK(domain.size() == 20001);
  CHECK(first.used() == 0);
  CHECK(second.used() == 0);
  domain.charge_to(first);
  CHECK(first.used() == domain.footprint().total());
}

TEST_CASE("a tight budget shared by eight threads is never exceeded and charged to the byte") {
  memory_budget budget{40 * page};
  fresh_domain domain;
  domain.charge_to(budget);
  std::atomic<int> refused{0};
  run_threads(8, [&](int thread) {
    for (std::size_t i = 0; i < 1000; ++i)
      if (domain.try_intern(label(static_cast<std::size_t>(thread) * 1000 + i)).outcome == intern_outcome::over_budget)
        ++refused;
  });
  CHECK(refused > 0);
  CHECK(budget.peak() <= budget.limit());
  CHECK(budget.used() == domain.footprint().total());
}

#if defined(LIMIT_ADDRESS_SPACE)
TEST_CASE("memory that the system refuses is std::bad_alloc, and nothing changes") {
  memory_budget budget{std::size_t{1} << 30};
  fresh_domain domain;
  domain.charge_to(budget);
  domain.intern("before");
  const std::string text(symbol_domain::longest_text - 10, 't');
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 2000; ++i) texts.push_back(text + std::to_string(i));

  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit tight = before;
  tight.rlim_cur = pages * page;
  REQUIRE(setrlimit(RLIMIT_AS, &tight) == 0);
  std::size_t taken = 0;
  while (taken < texts.size() && domain.try_intern(texts[taken])) ++taken;
  symbol_domain::interned last;
  bool thrown = false;
  if (taken < texts.size()) {
    last = domain.try_intern(texts[taken]);
    try {
      domain.intern(texts[taken]);
    } catch (const slotted::budget_exceeded&) {
    } catch (const std::bad_alloc&) {
      thrown = true;
    }
  }
  REQUIRE(setrlimit(RLIMIT_AS, &before) == 0);

  REQUIRE(taken < texts.size());
  CHECK(last.outcome == intern_outcome::out_of_memory);
  CHECK(thrown);
  CHECK(domain.size() == taken + 2);
  CHECK_FALSE(domain.find(texts[taken]).has_value());
  CHECK(budget.used() == domain.footprint().total());
  CHECK(domain.intern(texts[taken]) == taken + 2);
  CHECK(domain.text(1) == "before");
}
#endif
