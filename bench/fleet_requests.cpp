// slotted benchmarks: the samples of bench/fleet.cpp as requests of Prometheus' remote write 1.0, for its peers.
// SPDX-License-Identifier: MIT
//
//   bench_fleet_requests [--series N] [--ticks N] [--data FILE] --count     how many requests there are
//   bench_fleet_requests ... I                                              the I-th, from 0 on, to standard output
//
// A request has ten samples of each of up to 5,000 series, with the labels that a scrape of a machine would have. It is
// a protocol buffer in the block format of snappy, all of it literals: what a peer spends on decompressing is little.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "support/fleet_samples.hpp"

namespace {

constexpr std::size_t series_a_request = 5'000;
constexpr std::size_t ticks_a_request = 10;

// ---- the fields of a protocol buffer

void put_varint(std::string& to, std::uint64_t v) {
  for (; v >= 128; v >>= 7) to += static_cast<char>(v | 128);
  to += static_cast<char>(v);
}
void put_bytes(std::string& to, unsigned field, const std::string& bytes) {
  put_varint(to, field << 3 | 2);
  put_varint(to, bytes.size());
  to += bytes;
}
void put_label(std::string& to, const std::string& name, const std::string& value) {
  std::string label;
  put_bytes(label, 1, name);
  put_bytes(label, 2, value);
  put_bytes(to, 1, label);
}
void put_sample(std::string& to, double value, std::int64_t time) {
  std::string sample;
  put_varint(sample, 1 << 3 | 1);
  auto bits = std::bit_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8) sample += static_cast<char>(bits & 255);
  put_varint(sample, 2 << 3);
  put_varint(sample, static_cast<std::uint64_t>(time));
  put_bytes(to, 2, sample);
}

std::string in_snappy(const std::string& bytes) {
  std::string made;
  put_varint(made, bytes.size());
  constexpr std::size_t most = 65'536;
  for (std::size_t at = 0; at < bytes.size(); at += most) {
    const std::size_t n = std::min(most, bytes.size() - at);
    made += static_cast<char>(61 << 2);  // a literal whose length, less one, takes two bytes
    made += static_cast<char>((n - 1) & 255);
    made += static_cast<char>((n - 1) >> 8);
    made.append(bytes, at, n);
  }
  return made;
}

std::string request(const bench::fleet_samples& from, std::size_t series, std::size_t ticks, std::size_t number) {
  const std::size_t groups = (series + series_a_request - 1) / series_a_request;
  const std::size_t first = number % groups * series_a_request;
  const std::size_t first_tick = number / groups * ticks_a_request;
  std::string made;
  for (std::size_t i = first; i < std::min(series, first + series_a_request); ++i) {
    std::string one;
    put_label(one, "__name__", "fleet_metric_" + std::to_string(i % 1000));
    put_label(one, "instance", "host-" + std::to_string(i / 1000) + ":9100");
    put_label(one, "job", "node");
    for (std::size_t tick = first_tick; tick < std::min(ticks, first_tick + ticks_a_request); ++tick) {
      const bench::fleet_sample sample = from.sample(static_cast<std::uint32_t>(i), tick);
      put_sample(one, sample.value, sample.time);
    }
    put_bytes(made, 1, one);
  }
  return in_snappy(made);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Samples of a fleet as remote write requests");
  std::string file;
  std::size_t series = 100'000;
  std::size_t ticks = 240;
  std::size_t number = 0;
  bool count = false;
  app.add_option("--series", series, "series of the fleet")->check(CLI::Range(1, 10'000'000));
  app.add_option("--ticks", ticks, "samples of each")->check(CLI::Range(1, 1'000'000));
  app.add_option("--data", file, "a .csv of a time stamp and the metrics of one machine")->check(CLI::ExistingFile);
  app.add_flag("--count", count, "print how many requests there are");
  app.add_option("number", number, "of the request, from 0 on");
  CLI11_PARSE(app, argc, argv);
  const std::size_t requests =
      (series + series_a_request - 1) / series_a_request * ((ticks + ticks_a_request - 1) / ticks_a_request);
  if (count) {
    std::printf("%zu\n", requests);
    return 0;
  }
  if (number >= requests) {
    std::fprintf(stderr, "bench_fleet_requests: there is no request %zu, only %zu of them\n", number, requests);
    return 1;
  }
  try {
    const bench::machine_metrics of = file.empty() ? bench::make_metrics(1) : bench::read_metrics(file);
    const std::string bytes =
        request(bench::fleet_samples(of, 0, bench::fleet_order::lock_step), series, ticks, number);
    return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_fleet_requests: %s\n", error.what());
    return 1;
  }
}
