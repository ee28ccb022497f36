// A history does what a list of rows does, whatever is done to it: nothing is lost, made up or charged wrongly.
//
// A random life of two histories that share a small budget with a stranger, beside a list of the rows that they hold.
// Callbacks say which rows were evicted, so the list is exact. After each step the footprints are what the budget was
// charged; again and again everything that can be read is compared.
#include <slotted/history/history.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "history_records.hpp"

#if !defined(SLOTTED_TEST_LIVES)
#define SLOTTED_TEST_LIVES 8
#endif

namespace {

constexpr unsigned lives = SLOTTED_TEST_LIVES;

using slotted::append_outcome;
using slotted::KiB;
using slotted::memory_budget;
using slotted::MiB;
using slotted::snapshot_expired;
using slotted::test::mixed_kind;
using slotted::test::reading_kind;
using slotted::test::same_row;
using slotted::test::sample_kind;
using slotted::test::wide_kind;

// Stops at the first disagreement: a CHECK for each condition of each step would take most of the time.
#define AGREES(...)   \
  if (!(__VA_ARGS__)) \
  FAIL("seed " << how_.seed << ", step " << step_ << ", operation " << operation_ << ": " << #__VA_ARGS__)

enum class times { lock_step, jittered, late, anything, one };

struct life {
  unsigned seed = 0;
  std::size_t steps = 0;
  std::size_t limit = 0;
  std::size_t series = 0;
  times pace = times::lock_step;
  slotted::on_full policy = slotted::on_full::evict_oldest;
  std::int64_t max_age = 0;
  std::size_t check_each = 40;  // steps
};

// Rows in the order of time, those of one time in the order of arrival, and those of each series by themselves.
template <class Kind>
using rows_of_series = std::multimap<std::int64_t, typename Kind::row>;
template <class Kind>
using rows_by_series = std::map<std::uint64_t, rows_of_series<Kind>>;

// What one history has to have. It moves with the history, whose callback refers to it.
template <class Kind>
struct ledger {
  using row = typename Kind::row;

  template <class Block>
  void operator()(const Block& block) {
    for (const row& each : slotted::test::rows_of_block<Kind>(block)) {
      if (!take(each)) wrong = true;
      ++evicted;
    }
    if (block.size() == 0 || block.size() > 1024) wrong = true;
  }
  void add(const row& each) {
    held[Kind::id(each)].emplace(Kind::order(each), each);
    ++size;
  }
  // Returns: whether there was such a row.
  bool take(const row& each) {
    const auto series = held.find(Kind::id(each));
    if (series == held.end()) return false;
    auto [at, end] = series->second.equal_range(Kind::order(each));
    while (at != end && !same_row<Kind>(at->second, each)) ++at;
    if (at == end) return false;
    series->second.erase(at);
    --size;
    if (series->second.empty()) held.erase(series);
    return true;
  }
  void clear() {
    erased += size;
    size = 0;
    held.clear();
  }

  rows_by_series<Kind> held;
  std::size_t size = 0;
  std::uint64_t appended = 0;
  std::uint64_t evicted = 0;
  std::uint64_t erased = 0;
  bool wrong = false;  // a block was evicted that had other rows than were held
};

template <class Kind>
class trial {
  using row = typename Kind::row;
  using past = typename Kind::past;
  using snapshot = typename past::snapshot_type;
  using range = decltype(std::declval<const past&>().rows());
  static constexpr bool keyed = requires { Kind::key_of(0); };

  struct side {
    past history;
    std::unique_ptr<ledger<Kind>> rows;
    std::unique_ptr<range> open;  // a range that is being read while the history goes on
    std::optional<typename range::iterator> at;
    std::vector<row> given;
    std::set<std::uint32_t> at_begin;
    std::int64_t newest_at_begin = 0;
  };
  struct moment {
    snapshot of;
    rows_by_series<Kind> rows;
    const void* owner;
    bool expired = false;
  };

 public:
  explicit trial(const life& how) : how_(how), random_(how.seed), budget_(how.limit) {
    for (side& each : sides_) renew(each);
  }

  void play() {
    for (; step_ < how_.steps; ++step_) {
      take_step();
      look_at_bytes();
      if (step_ % how_.check_each == 0) look_at_contents();
    }
    look_at_contents();
    for (side& each : sides_) {
      finish_range(each);
      snapshots_.clear();
      each.history.clear();
      each.history.trim();
      each.rows->clear();
    }
    operation_ = "the end";
    look_at_bytes();
    look_at_contents();
    for (side& each : sides_) each.history = past();
    AGREES(budget_.used() == strange_);
    if (strange_ != 0) budget_.release(strange_);
  }
  [[nodiscard]] std::uint64_t appended() const { return appended_; }
  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }
  [[nodiscard]] std::uint64_t expired() const { return expired_; }

 private:
  // ---- steps

  void take_step() {
    side& of = sides_[random_() % 8 == 0];
    const auto dice = random_() % 1000;
    if (dice < 600) {
      operation_ = "append";
      append(of, 1 + random_() % 60);
    } else if (dice < 640) {
      operation_ = "append many";
      append(of, 200 + random_() % 1500);
    } else if (dice < 660) {
      operation_ = "append of a span";
      append_span(of);
    } else if (dice < 700) {
      operation_ = "snapshot";
      take_snapshot(of);
    } else if (dice < 740) {
      operation_ = "end of a snapshot";
      end_snapshot();
    } else if (dice < 760) {
      operation_ = "look at a snapshot";
      if (!snapshots_.empty()) look_at(snapshots_[random_() % snapshots_.size()], random_() % 4 == 0);
    } else if (dice < 780) {
      operation_ = "seal";
      (void)of.history.try_seal();
    } else if (dice < 800) {
      operation_ = "trim";
      of.history.trim();
    } else if (dice < 830) {
      operation_ = "erase";
      erase(of);
    } else if (dice < 833) {
      operation_ = "clear";
      of.history.clear();
      of.rows->clear();
    } else if (dice < 836) {
      operation_ = "a new history";
      renew(of);
    } else if (dice < 850) {
      operation_ = "move";
      move_about();
    } else if (dice < 870) {
      operation_ = "limits";
      change_limits(of);
    } else if (dice < 890) {
      operation_ = "a stranger";
      be_strange();
    } else if (dice < 940) {
      operation_ = "a range that is read slowly";
      if constexpr (Kind::numbered) read_slowly(of);
    } else {
      operation_ = "a reading";
      look_at_parts(of);
    }
  }

  std::int64_t next_time() {
    switch (how_.pace) {
      case times::lock_step:
        if (random_() % how_.series == 0) now_ += 15;
        return now_;
      case times::jittered:
        now_ += random_() % 5;
        return now_ - static_cast<std::int64_t>(random_() % 3);
      case times::late:
        now_ += random_() % 3;
        return now_ - static_cast<std::int64_t>(random_() % (random_() % 40 == 0 ? 100'000 : 300));
      case times::one:
        return 7;
      case times::anything:
        break;
    }
    switch (random_() % 16) {
      case 0:
        return std::numeric_limits<std::int64_t>::max();
      case 1:
        return std::numeric_limits<std::int64_t>::min();
      case 2:
        return static_cast<std::int64_t>(std::uint64_t{random_()} << 32 | random_());
      default:
        return static_cast<std::int64_t>(random_() % 100'000) - 50'000;
    }
  }
  row next_row() {
    if (random_() % 4 != 0) series_ = (series_ + 1) % how_.series;
    if (random_() % 32 == 0) series_ = random_() % how_.series;
    return Kind::make(random_, next_time(), series_, number_++);
  }
  void append(side& of, std::size_t count) {
    for (; count != 0; --count) {
      const row each = next_row();
      const std::size_t before = of.history.size();
      of.rows->add(each);  // at once, for it may be evicted as soon as it is in
      if (!note(of, of.history.try_append(each))) {
        AGREES(of.rows->take(each));
        AGREES(of.history.size() <= before);
      }
      AGREES(budget_.used() <= budget_.limit());
    }
  }
  void append_span(side& of) {
    std::vector<row> rows;
    for (std::size_t i = random_() % 200; i != 0; --i) rows.push_back(next_row());
    // What is evicted meanwhile may be one of these.
    for (const row& each : rows) of.rows->add(each);
    const std::size_t in = of.history.try_append(std::span<const row>(rows));
    AGREES(in <= rows.size());
    of.rows->appended += in;
    appended_ += rows.size();
    refused_ += rows.size() - in;
    for (std::size_t i = in; i < rows.size(); ++i) AGREES(of.rows->take(rows[i]));
  }
  // Returns: whether the row is in.
  bool note(side& of, append_outcome outcome) {
    ++appended_;
    if (outcome) {
      ++of.rows->appended;
      return true;
    }
    ++refused_;
    if (how_.policy == slotted::on_full::evict_oldest) {
      AGREES(outcome != append_outcome::over_budget);
    }
    AGREES(outcome != append_outcome::out_of_memory);
    AGREES(outcome != append_outcome::too_many_series);
    if (how_.max_age == 0) {
      AGREES(outcome != append_outcome::too_old);
      AGREES(outcome != append_outcome::too_far_ahead);
    }
    return false;
  }

  void take_snapshot(side& of) {
    if (snapshots_.size() > 6) snapshots_.erase(snapshots_.begin() + static_cast<std::ptrdiff_t>(random_() % 7));
    moment made;
    made.owner = of.rows.get();
    try {
      if constexpr (keyed) {
        switch (random_() % 4) {
          case 0: {
            const auto key = Kind::key_of(random_() % how_.series);
            made.of = of.history.snapshot(key);
            copy_rows(of, key, made.rows);
            break;
          }
          case 1: {
            std::vector<typename past::series_type> keys;
            for (std::size_t i = 0; i < how_.series; ++i)
              if (random_() % 3 == 0) keys.push_back(Kind::key_of(i));
            made.of = of.history.snapshot(std::span<const typename past::series_type>(keys));
            for (const auto& key : keys) copy_rows(of, key, made.rows);
            break;
          }
          default:
            made.of = of.history.snapshot();
            made.rows = of.rows->held;
        }
      } else {
        made.of = of.history.snapshot();
        made.rows = of.rows->held;
      }
    } catch (const std::bad_alloc&) {
      return;  // the readers' share is used up
    }
    snapshots_.push_back(std::move(made));
    look_at(snapshots_.back(), false);
  }
  template <class Key>
  void copy_rows(const side& of, const Key& key, rows_by_series<Kind>& to) {
    for (const auto& [id, rows] : of.rows->held)
      if (is_of(rows.begin()->second, key)) to[id] = rows;
  }
  template <class Key>
  static bool is_of(const row& each, const Key& key) {
    bool same = false;
    auto one = each;
    Kind::for_each_column([&]<slotted::key K>(auto member) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member(one))>, Key>) same = same || member(one) == key;
    });
    return same;
  }
  void end_snapshot() {
    if (snapshots_.empty()) return;
    const auto at = snapshots_.begin() + static_cast<std::ptrdiff_t>(random_() % snapshots_.size());
    look_at(*at, true);
    if (random_() % 2 == 0) {
      at->of.close();
      AGREES(!at->of.valid() && at->of.size() == 0 && at->of.rows().begin() == at->of.rows().end());
    } else if (random_() % 2 == 0) {
      snapshot taken = std::move(at->of);
      at->of = snapshot();
    }
    snapshots_.erase(at);
  }

  void erase(side& of) {
    if constexpr (keyed) {
      const auto key = Kind::key_of(random_() % how_.series);
      std::size_t rows = 0;
      for (auto at = of.rows->held.begin(); at != of.rows->held.end(); ++at)
        if (is_of(at->second.begin()->second, key)) {
          rows = at->second.size();
          of.rows->size -= rows;
          of.rows->held.erase(at);
          break;
        }
      const std::size_t before = of.history.size();
      AGREES(of.history.erase(key) == (rows != 0));
      AGREES(of.history.size() == before - rows);
      of.rows->erased += rows;
    }
  }
  void renew(side& of) {
    drop_range(of);
    const void* const gone = of.rows.get();
    typename past::options options;
    options.on_full = how_.policy;
    if (how_.max_age != 0) options.max_age = typename past::time_difference(how_.max_age);
    of.history = past(budget_, options);
    for (moment& each : snapshots_)
      if (each.owner == gone) {
        if (each.of.valid()) AGREES(each.of.size() == 0);
        if (!each.rows.empty()) AGREES(!each.of.valid());
      }
    auto fresh = std::make_unique<ledger<Kind>>();
    of.history.on_evict(*fresh);
    gone_.push_back(std::move(of.rows));  // so that no later one has its address
    of.rows = std::move(fresh);
  }
  void move_about() {
    side& one = sides_[0];
    side& other = sides_[1];
    switch (random_() % 3) {
      case 0: {
        past taken(std::move(one.history));
        AGREES(one.history.empty() && one.history.footprint().total() == 0 && one.history.budget() == &budget_);
        look_at_bytes(taken.footprint().total());
        one.history = std::move(taken);
        break;
      }
      case 1:
        swap(one.history, other.history);
        std::swap(one, other);
        swap(one.history, other.history);
        break;
      default: {
        swap(one.history, other.history);
        std::swap(one.rows, other.rows);
        std::swap(one.open, other.open);
        std::swap(one.at, other.at);
        std::swap(one.given, other.given);
        std::swap(one.at_begin, other.at_begin);
        std::swap(one.newest_at_begin, other.newest_at_begin);
      }
    }
  }
  void change_limits(side& of) {
    if (how_.max_age == 0) return;
    switch (random_() % 4) {
      case 0:
        of.history.set_max_age(typename past::time_difference(random_() % 2 == 0 ? how_.max_age : 0));
        break;
      case 1:
        of.history.set_max_ahead(typename past::time_difference(how_.max_age * 2));
        break;
      case 2:
        of.history.accept(Kind::to_time(now_ - 10 * how_.max_age), Kind::to_time(now_ + 10 * how_.max_age));
        break;
      default:
        of.history.expire_before(Kind::to_time(now_ - how_.max_age / 2));
    }
  }
  // Somebody else who shares the budget, and gives nothing up.
  void be_strange() {
    if (strange_ != 0) {
      budget_.release(strange_);
      strange_ = 0;
      return;
    }
    const std::size_t bytes = how_.limit / 8 * (random_() % 4);
    if (bytes != 0 && budget_.try_reserve_with_relief(bytes)) strange_ = bytes;
  }

  // ---- a range of a live history that is read while the history changes

  void read_slowly(side& of) {
    if (!of.open) {
      of.open = std::make_unique<range>(of.history.rows());
      of.newest_at_begin = std::numeric_limits<std::int64_t>::min();
      of.at_begin.clear();
      for (const auto& [id, rows] : of.rows->held)
        for (const auto& [time, each] : rows) {
          of.at_begin.insert(Kind::number(each));
          of.newest_at_begin = std::max(of.newest_at_begin, time);
        }
      of.at = of.open->begin();
    }
    for (std::size_t left = random_() % 3000; left != 0 && *of.at != of.open->end(); --left, ++*of.at)
      of.given.push_back(**of.at);
    if (*of.at == of.open->end() || random_() % 4 == 0) finish_range(of);
  }
  void finish_range(side& of) {
    if (!of.open) return;
    for (; *of.at != of.open->end(); ++*of.at) of.given.push_back(**of.at);
    std::set<std::uint32_t> given;
    std::int64_t before = std::numeric_limits<std::int64_t>::min();
    for (const row& each : of.given) {
      AGREES(Kind::order(each) >= before);
      before = Kind::order(each);
      AGREES(before <= of.newest_at_begin);
      AGREES(given.insert(Kind::number(each)).second);
    }
    // Rows of one time are counted, and evicting some leaves others out.
    const bool countable =
        how_.pace == times::jittered || how_.pace == times::late || (how_.pace == times::lock_step && keyed);
    for (const auto& [id, rows] : of.rows->held)
      for (const auto& [time, each] : rows)
        if (countable && of.at_begin.count(Kind::number(each)) != 0) AGREES(given.count(Kind::number(each)) != 0);
    drop_range(of);
  }
  void drop_range(side& of) {
    of.at.reset();
    of.open.reset();
    of.given.clear();
  }

  // ---- comparing

  void look_at_bytes(std::size_t more = 0) {
    std::size_t bytes = strange_ + more;
    for (const side& each : sides_) {
      const auto made = each.history.footprint();
      AGREES(made.total() == made.payload + made.overhead + made.idle);
      bytes += made.total();
    }
    AGREES(bytes == budget_.used());
    AGREES(budget_.peak() <= budget_.limit());
  }
  void look_at_contents() {
    for (side& of : sides_) {
      const auto& rows = *of.rows;
      AGREES(!rows.wrong);
      AGREES(of.history.size() == rows.size);
      AGREES(of.history.evicted() == rows.evicted);
      AGREES(of.history.series_count() == rows.held.size());
      const auto figures = of.history.statistics();
      AGREES(figures.rows == rows.size);
      AGREES(figures.appended == rows.appended);
      AGREES(figures.evicted == rows.evicted);
      AGREES(figures.erased == rows.erased);
      AGREES(figures.rows + figures.evicted + figures.erased == figures.appended);
      AGREES(figures.series_bytes + figures.head_bytes + figures.block_bytes + figures.shared_time_bytes +
                 figures.reader_bytes + figures.other_bytes ==
             of.history.footprint().total());
      look_at_all(of.history, rows.held);
    }
    for (moment& each : snapshots_) look_at(each, false);
    evicted_ = sides_[0].rows->evicted + sides_[1].rows->evicted;
    for (const auto& each : gone_) evicted_ += each == nullptr ? 0 : each->evicted;
  }
  void look_at(moment& of, bool thoroughly) {
    try {
      AGREES(of.of.series_count() == of.rows.size());
      std::size_t rows = 0;
      for (const auto& [id, each] : of.rows) rows += each.size();
      AGREES(of.of.size() == rows);
      look_at_all(of.of, of.rows);
      if (thoroughly) look_at_parts_of(of.of, of.rows);
      AGREES(!of.expired);
    } catch (const snapshot_expired&) {
      AGREES(!of.of.valid());
      if (!of.expired) ++expired_;
      of.expired = true;
    }
  }
  void look_at_parts(side& of) { look_at_parts_of(of.history, of.rows->held); }

  // Rows of one series, in the order of time; where rows are not numbered, those of one time in any order.
  bool same_rows(const std::vector<row>& got, const std::vector<row>& want) {
    if (got.size() != want.size()) return false;
    for (std::size_t i = 0; i < got.size();) {
      std::size_t end = i + 1;
      if constexpr (!Kind::numbered)
        while (end < got.size() && Kind::order(want[end]) == Kind::order(want[i])) ++end;
      if (end - i == 1 ? !same_row<Kind>(got[i], want[i])
                       : !std::is_permutation(got.begin() + static_cast<std::ptrdiff_t>(i),
                                              got.begin() + static_cast<std::ptrdiff_t>(end),
                                              want.begin() + static_cast<std::ptrdiff_t>(i), same_row<Kind>))
        return false;
      i = end;
    }
    return true;
  }
  // Whether a range gives these rows: in the order of time, at one time series after series.
  template <class Range>
  void look_at_rows(Range&& got, const rows_by_series<Kind>& want, std::int64_t from, std::int64_t to) {
    std::map<std::uint64_t, std::vector<row>> parts;
    std::set<std::uint64_t> done;
    std::int64_t before = std::numeric_limits<std::int64_t>::min();
    std::uint64_t id = 0;
    bool first = true;
    for (const row each : got) {
      const std::int64_t time = Kind::order(each);
      AGREES(time >= before);
      if (first || time != before) {
        done.clear();
      } else if (Kind::id(each) != id) {
        done.insert(id);
        AGREES(done.count(Kind::id(each)) == 0);
      }
      id = Kind::id(each);
      before = time;
      first = false;
      parts[id].push_back(each);
    }
    std::size_t series = 0;
    for (const auto& [key, rows] : want) {
      std::vector<row> wanted;
      for (auto at = rows.lower_bound(from); at != rows.end() && at->first <= to; ++at) wanted.push_back(at->second);
      if (wanted.empty()) continue;
      ++series;
      AGREES(parts.count(key) != 0 && same_rows(parts[key], wanted));
    }
    AGREES(series == parts.size());
  }
  template <class Reader>
  void look_at_all(const Reader& of, const rows_by_series<Kind>& want) {
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    look_at_rows(of.rows(), want, least, most);
    std::size_t series = 0;
    for (const row each : of.latest()) {
      const auto found = want.find(Kind::id(each));
      AGREES(found != want.end());
      const row& last = found->second.rbegin()->second;
      AGREES(Kind::order(each) == Kind::order(last));
      if (Kind::numbered) AGREES(same_row<Kind>(each, last));
      ++series;
    }
    AGREES(series == want.size());
  }
  template <class Reader>
  void look_at_parts_of(const Reader& of, const rows_by_series<Kind>& want) {
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    std::vector<std::int64_t> all;
    std::uint64_t wanted = 0;
    for (const auto& [id, rows] : want)
      for (const auto& [time, each] : rows) {
        all.push_back(time);
        wanted += static_cast<std::uint64_t>(each.*Kind::sum_of);
      }
    std::sort(all.begin(), all.end());
    const std::int64_t from = all.empty() ? 0 : all[random_() % all.size()];
    const std::int64_t end = all.empty() ? 9 : all[random_() % all.size()];
    if (from < end) look_at_rows(of.between(Kind::to_time(from), Kind::to_time(end)), want, from, end - 1);
    look_at_rows(of.from(Kind::to_time(from)), want, from, most);

    const auto first = of.first();
    const auto last = of.last();
    AGREES(first.has_value() == !all.empty() && last.has_value() == !all.empty());
    if (first) {
      AGREES(Kind::order(*first) == all.front());
      AGREES(Kind::order(*last) == all.back());
    }
    const std::size_t n = random_() % 200;
    std::size_t given = 0;
    const std::size_t skipped = all.size() - std::min(n, all.size());
    for (const row each : of.newest(n)) {
      AGREES(given < n && Kind::order(each) == all[skipped + given]);
      ++given;
    }
    AGREES(given == std::min(n, all.size()));
    AGREES(of.rows().count() == all.size());

    std::size_t values = 0;
    std::uint64_t sum = 0;
    of.template scan<Kind::sum_of>([&](const auto& column) {
      for (const auto value : column) {
        sum += static_cast<std::uint64_t>(value);
        ++values;
      }
    });
    AGREES(values == all.size() && sum == wanted);
    const auto bucket = of.template aggregate<Kind::sum_of>();
    AGREES(bucket.count == all.size() && static_cast<std::uint64_t>(bucket.sum) == wanted);

    if constexpr (keyed) {
      const auto key = Kind::key_of(random_() % how_.series);
      rows_by_series<Kind> one;
      for (const auto& [id, rows] : want)
        if (is_of(rows.begin()->second, key)) one[id] = rows;
      look_at_rows(of.series(key), one, least, most);
      look_at_rows(of.series(key).from(Kind::to_time(from)), one, from, most);
      std::size_t listed = 0;
      for (const auto info : of.series()) {
        bool found = false;
        for (const auto& [id, rows] : want) {
          if (!is_of(rows.begin()->second, info.key)) continue;
          found = true;
          AGREES(info.rows == rows.size());
          AGREES(info.first_time == Kind::to_time(rows.begin()->first));
          AGREES(info.last_time == Kind::to_time(rows.rbegin()->first));
        }
        AGREES(found);
        ++listed;
      }
      AGREES(listed == want.size());
    }
  }

  life how_;
  std::mt19937 random_;
  memory_budget budget_;
  side sides_[2];
  std::vector<moment> snapshots_;
  std::vector<std::unique_ptr<ledger<Kind>>> gone_;
  std::size_t step_ = 0;
  const char* operation_ = "";
  std::int64_t now_ = 1'000'000;
  std::size_t series_ = 0;
  std::uint32_t number_ = 0;
  std::size_t strange_ = 0;
  std::uint64_t appended_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t evicted_ = 0;
  std::uint64_t expired_ = 0;
};

// Lives of each pace, in budgets of 64 KiB to 2 MiB, of one series to five hundred.
template <class Kind>
void live(slotted::on_full policy, std::int64_t max_age) {
  constexpr std::size_t limits[] = {64 * KiB, 96 * KiB, 128 * KiB, 192 * KiB, 256 * KiB, 512 * KiB, 1 * MiB, 2 * MiB};
  constexpr std::size_t series[] = {1, 2, 5, 20, 100, 500};
  std::uint64_t evicted = 0;
  std::uint64_t expired = 0;
  for (unsigned seed = 1; seed <= lives; ++seed) {
    std::mt19937 random(seed + static_cast<unsigned>(max_age));
    life how;
    how.seed = seed;
    how.steps = 250;
    how.limit = limits[random() % std::size(limits)];
    how.series = series[random() % std::size(series)];
    how.pace = static_cast<times>(seed % 5);
    how.policy = policy;
    how.max_age = max_age;
    CAPTURE(how.seed, how.limit, how.series);
    trial<Kind> tried(how);
    tried.play();
    evicted += tried.evicted();
    expired += tried.expired();
  }
  if (policy == slotted::on_full::evict_oldest) CHECK(evicted > 10'000);
  if (max_age == 0 && policy == slotted::on_full::evict_oldest) CHECK(expired != 0);
}

}  // namespace

TEST_CASE("rows of one number, as a list of rows has them") {
  live<sample_kind>(slotted::on_full::evict_oldest, 0);
  live<sample_kind>(slotted::on_full::evict_oldest, 2000);
  live<sample_kind>(slotted::on_full::refuse, 0);
}
TEST_CASE("rows of eight numbers and unsigned times, as a list of rows has them") {
  live<wide_kind>(slotted::on_full::evict_oldest, 0);
}
TEST_CASE("rows of all kinds of fields, as a list of rows has them") {
  live<mixed_kind>(slotted::on_full::evict_oldest, 0);
  live<mixed_kind>(slotted::on_full::refuse, 5000);
}
TEST_CASE("rows without a series key, as a list of rows has them") {
  live<reading_kind>(slotted::on_full::evict_oldest, 0);
}
