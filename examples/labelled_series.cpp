// slotted: series named by labels that are known only at run time, under a budget that rows and labels share.
// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdio>
#include <slotted/slotted.hpp>
#include <string>
#include <string_view>
#include <vector>

// [history]
struct Sample {
  std::int64_t time;  // seconds
  double value;
};
using Past = slotted::history<Sample, &Sample::time, slotted::by_labels>;
// [/history]

int main() {
  // [open]
  slotted::memory_budget budget{16 * slotted::MiB};
  Past past{budget, slotted::on_full::evict_oldest};
  const auto open = [&](const std::string& host, const char* mode) {
    return past.open({{"__name__", "cpu_seconds"}, {"host", host}, {"mode", mode}});  // in any order
  };
  // [/open]
  std::vector<slotted::series_ref> user;
  std::vector<slotted::series_ref> idle;
  for (int host = 0; host < 100; ++host) {
    user.push_back(open("host-" + std::to_string(host), "user"));
    idle.push_back(open("host-" + std::to_string(host), "idle"));
  }
  for (std::int64_t second = 0; second < 3600; second += 15) {
    for (std::size_t host = 0; host < user.size(); ++host) {
      past.append(user[host], {second, 0.25 * static_cast<double>(host)});
      past.append(idle[host], {second, 1.0});
    }
  }

  // [ask]
  using slotted::label, slotted::matches;
  const auto busy = past.matching({label{"__name__", "cpu_seconds"}, !label{"mode", "idle"}});
  const auto minute = busy.between(0, 60).aggregate<&Sample::value>();
  std::printf("%zu of %zu series, %llu rows in the first minute, their sum is %g\n", busy.size(), past.series_count(),
              static_cast<unsigned long long>(minute.count), minute.sum);
  const auto some = past.matching({matches("host", [](std::string_view host) { return host.ends_with("7"); })});
  for (const Sample each :
       past.series(past.find({{"__name__", "cpu_seconds"}, {"host", "host-7"}, {"mode", "user"}})).between(0, 30))
    std::printf("host-7 at %lld: %g\n", static_cast<long long>(each.time), each.value);
  // [/ask]
  std::printf("%zu series of hosts that end in 7; the first one is %s\n", some.size(),
              past.to_exposition(user[7]).c_str());

  // [erase]
  past.erase_matching({label{"host", "host-7"}});  // its rows and its texts go, and its references are stale
  // [/erase]
  const auto outcome = past.try_append(user[7], {3600, 1.0});
  std::printf("%zu series are left; appending to one that has gone: %s\n", past.series_count(),
              std::string(outcome.text()).c_str());
}
