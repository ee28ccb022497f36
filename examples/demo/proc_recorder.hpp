// slotted demo: this host's own telemetry, out of /proc.
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "telemetry.hpp"

namespace demo {

using named_values = std::vector<std::pair<std::string, double>>;

/// Every counter and gauge that stat, meminfo, diskstats, net/dev, loadavg and vmstat under `root` show now, named as
/// in "stat.cpu0.user", "meminfo.MemFree", "diskstats.vda.reads", "net.eth0.rx_bytes", "loadavg.1m", "vmstat.pgfault".
///
/// A file that is not there is left out; so is a disk that was never used. Without any of them the result is empty.
named_values read_proc(const std::string& root = "/proc");

struct recording {
  std::chrono::duration<double> length{3.0};
  double rate = 20.0;  // readings of everything a second
  std::string root = "/proc";
  std::function<void(double done)> on_progress = [](double) {};
};

/// Records for `length`. Returns: false, and nothing is added, where there is no /proc to read.
bool record_proc(const recording& how, telemetry& out);

/// The stand-in where there is no /proc: 32 sensors read `rate` times a second from 2025-01-01 00:00 UTC on, made by a
/// fixed seed: every fourth a counter with bursts, a gauge that repeats values, a noisy sine, a random walk.
void synthesize(const recording& how, telemetry& out);

}  // namespace demo
