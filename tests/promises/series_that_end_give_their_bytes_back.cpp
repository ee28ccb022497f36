// Series that come and go leave nothing behind: neither steady churn nor a storm that ends makes a table grow, and what
// survives scattered among them pins nothing. No single open takes much.
#include <algorithm>
#include <cstddef>
#include <slotted/series/series_table.hpp>
#include <string>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::label;
using slotted::series_ref;

class pods {
 public:
  explicit pods(slotted::memory_budget& budget) : table_(budget, limits()) {}

  series_ref open() {
    const std::string pod = "pod-with-a-usual-name-" + std::to_string(next_ / 10);
    const std::string metric = "container_metric_" + std::to_string(next_ % 10);
    ++next_;
    const label labels[] = {{"__name__", metric}, {"job", "kubelet"}, {"pod", pod}};
    return table_.open(labels);
  }
  slotted::series_table& table() { return table_; }

 private:
  static slotted::series_limits limits() {
    slotted::series_limits none;
    none.bytes.most = SIZE_MAX;
    return none;
  }
  slotted::series_table table_;
  std::size_t next_ = 0;
};

}  // namespace

TEST_CASE("a tenth of the series replaced again and again leaves the bytes within 15 percent") {
  slotted::memory_budget budget(slotted::GiB);
  pods all(budget);
  std::vector<series_ref> refs;
  for (int i = 0; i < 20'000; ++i) refs.push_back(all.open());
  const std::size_t begin = budget.used();
  CHECK(begin / refs.size() <= 34);
  for (std::size_t generation = 0; generation < 100; ++generation) {
    for (std::size_t i = 0; i < refs.size() / 10; ++i) {
      series_ref& each = refs[(generation * refs.size() / 10 + i) % refs.size()];
      REQUIRE(all.table().close(each));
      each = all.open();
    }
    REQUIRE(budget.used() < begin + begin * 15 / 100);
    REQUIRE(all.table().footprint().total() == budget.used());
  }
  CHECK(all.table().size() == refs.size());
}

TEST_CASE("a storm that ends leaves at most twice the bytes of before, whatever survives among it") {
  slotted::memory_budget budget(slotted::GiB);
  pods all(budget);
  std::vector<series_ref> honest;
  for (int i = 0; i < 20'000; ++i) honest.push_back(all.open());
  const std::size_t begin = budget.used();
  std::vector<series_ref> hostile;
  for (std::size_t i = 0; i < 200'000; ++i) {
    if (i % 100 == 0) {  // an honest series is replaced in the midst of the storm
      series_ref& each = honest[i / 100 * 7 % honest.size()];
      all.table().close(each);
      each = all.open();
    }
    hostile.push_back(all.open());
  }
  CHECK(budget.used() > begin * 5);
  for (const series_ref each : hostile) REQUIRE(all.table().close(each));
  CHECK(all.table().size() == honest.size());
  CHECK(budget.used() <= begin * 2);  // without being told to
  all.table().trim();
  CHECK(budget.used() <= begin * 3 / 2);
  for (const series_ref each : honest) REQUIRE(all.table().contains(each));
}

TEST_CASE("hostile names go as hostile values do") {
  slotted::memory_budget budget(slotted::GiB);
  slotted::series_limits limits;
  limits.bytes.most = SIZE_MAX;
  slotted::series_table table(budget, limits);
  for (int i = 0; i < 5000; ++i) (void)table.open({{"id", std::to_string(i)}, {"job", "node"}});
  const std::size_t begin = budget.used();
  std::vector<series_ref> hostile;
  std::size_t refused = 0;
  for (int i = 0; i < 10'000; ++i) {
    const slotted::opened_series got = table.try_open({{"name" + std::to_string(i), "x"}, {"job", "node"}});
    if (got)
      hostile.push_back(got.ref);
    else
      ++refused;
  }
  CHECK(refused == 10'000 - 4095);  // the other 4,095 are within the limit of sets of names
  for (const series_ref each : hostile) REQUIRE(table.close(each));
  table.trim();
  CHECK(budget.used() <= begin * 3 / 2);
  CHECK(table.label_names().size() == 2);
}

TEST_CASE("no open takes more than a slab, however many series there are") {
  slotted::memory_budget budget(slotted::GiB);
  pods all(budget);
  std::size_t most = 0;
  for (int i = 0; i < 300'000; ++i) {
    const std::size_t before = budget.used();
    (void)all.open();
    most = std::max(most, budget.used() - std::min(before, budget.used()));
  }
  CHECK(most <= 256 * slotted::KiB);
  CHECK(budget.used() / 300'000 <= 34);
}
