#include <slotted/history/labelled_snapshot.hpp>

#include <atomic>
#include <cstdint>
#include <slotted/history/labelled_history.hpp>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace {

using slotted::series_ref;

struct sample {
  std::int64_t time;
  double value;
};
using past = slotted::history<sample, &sample::time, slotted::by_labels>;

}  // namespace

TEST_CASE("a snapshot keeps rows and labels of series that are erased meanwhile") {
  slotted::memory_budget budget(8 * slotted::MiB);
  past all{budget};
  const series_ref a = all.open({{"host", "a"}});
  const series_ref b = all.open({{"host", "b"}});
  for (std::int64_t t = 0; t < 100; ++t) {
    all.append(a, {t, 1.0});
    all.append(b, {t, 2.0});
  }
  {
    const auto moment = all.snapshot();
    all.erase(a);
    const series_ref fresh = all.open({{"host", "c"}});
    all.append(fresh, {5, 3.0});
    CHECK(moment.size() == 200);
    CHECK(moment.series(a).count() == 100);
    CHECK(moment.to_exposition(a) == R"({host="a"})");
    CHECK(moment.matching({{"host", "a"}}).rows().count() == 100);
    CHECK(moment.matching({!slotted::label{"host", "a"}}).rows().count() == 100);
    CHECK(all.matching({{"host", "a"}}).rows().count() == 0);
    CHECK(all.size() == 101);
    CHECK(moment.labels().contains(a));
  }
  all.trim();
  CHECK(all.labels().label_values("host").size() == 2);
  CHECK(all.footprint().total() == budget.used());
}

TEST_CASE("a thread matches and reads a snapshot while the history goes on") {
  slotted::memory_budget budget(32 * slotted::MiB);
  past all{budget, slotted::on_full::evict_oldest};
  std::vector<series_ref> refs;
  for (int i = 0; i < 200; ++i)
    refs.push_back(all.open({{"id", std::to_string(i)}, {"even", i % 2 == 0 ? "yes" : "no"}}));
  std::int64_t now = 0;
  for (; now < 50; ++now)
    for (const series_ref each : refs) all.append(each, {now, 1.0});
  const auto moment = all.snapshot();
  std::atomic<int> wrong{0};
  std::atomic<bool> done{false};
  std::thread reader([&] {
    for (int i = 0; i < 20; ++i) {
      if (moment.matching({{"even", "yes"}}).rows().count() != 5000) ++wrong;
      if (moment.to_exposition(refs[4]) != R"({even="yes",id="4"})") ++wrong;
    }
    done = true;
  });
  for (int i = 0; i < 3000 || !done; ++i) {
    if (i >= 3000) {
      std::this_thread::yield();
      continue;
    }
    const series_ref ref = all.open({{"id", "new " + std::to_string(i % 500)}, {"even", "yes"}});
    all.append(ref, {++now, 2.0});
    if (i % 3 == 0) all.erase(ref);
  }
  reader.join();
  CHECK(wrong == 0);
}
