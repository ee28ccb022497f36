// slotted benchmarks: the block codec beside Gorilla, Chimp128, zstd and lz4, on the same columns in the same run.
// SPDX-License-Identifier: MIT
#include <slotted/codec/block_reader.hpp>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "../support/compiler.hpp"
#include "chimp.hpp"
#include "columns.hpp"
#include "gorilla.hpp"

#if defined(SLOTTED_BENCH_ZSTD)
#include <zstd.h>
#endif
#if defined(SLOTTED_BENCH_LZ4)
#include <lz4.h>
#endif

namespace {

using bench::column;
constexpr std::size_t block_values = slotted::codec::max_block_values;

// Encoded bytes of one column, and where its blocks start.
struct encoded {
  std::vector<std::byte> bytes;
  std::vector<std::size_t> starts;
  std::size_t size = 0;

  std::byte* next(std::size_t room) {
    starts.push_back(size);
    if (bytes.size() < size + room) bytes.resize((size + room) * 2);
    return bytes.data() + size;
  }
};

struct codec {
  std::string name;
  std::function<void(const column&, std::size_t values, encoded&)> encode;
  std::function<void(const encoded&, std::size_t values, column& out)> decode;
  bool once = false;  // too slow to repeat
};

template <typename T>
std::vector<T>& values_of(column& c) {
  if constexpr (std::is_same_v<T, double>)
    return c.reals;
  else
    return c.integers;
}
template <typename T>
const std::vector<T>& values_of(const column& c) {
  if constexpr (std::is_same_v<T, double>)
    return c.reals;
  else
    return c.integers;
}

// Calls f with the column's values as they are typed.
template <typename C, typename F>
void with_values(C& c, F&& f) {
  if (c.integers.empty()) {
    f(c.reals);
  } else {
    f(c.integers);
  }
}

codec ours() {
  return {"slotted",
          [](const column& c, std::size_t n, encoded& e) {
            with_values(c, [&](const auto& values) {
              using T = typename std::decay_t<decltype(values)>::value_type;
              slotted::codec::column_state state;
              for (std::size_t i = 0; i < n; i += block_values) {
                constexpr std::size_t room = slotted::codec::max_encoded_size(block_values);
                std::byte* const to = e.next(room);
                e.size += slotted::codec::encode<T>({values.data() + i, block_values}, state, {to, room});
              }
            });
          },
          [](const encoded& e, std::size_t n, column& out) {
            with_values(out, [&](auto& values) {
              using T = typename std::decay_t<decltype(values)>::value_type;
              for (std::size_t i = 0; i < n; i += block_values) {
                const std::size_t at = e.starts[i / block_values];
                slotted::codec::decode<T>({e.bytes.data() + at, e.size - at}, {values.data() + i, block_values});
              }
            });
          }};
}

codec gorilla() {
  return {"Gorilla",
          [](const column& c, std::size_t n, encoded& e) {
            with_values(c, [&](const auto& values) {
              for (std::size_t i = 0; i < n; i += block_values) {
                std::byte* const to = e.next(bench::gorilla::room(block_values));
                e.size += bench::gorilla::encode({values.data() + i, block_values}, to);
              }
            });
          },
          [](const encoded& e, std::size_t n, column& out) {
            with_values(out, [&](auto& values) {
              for (std::size_t i = 0; i < n; i += block_values) {
                bench::gorilla::decode(e.bytes.data() + e.starts[i / block_values], {values.data() + i, block_values});
              }
            });
          }};
}

// Time stamps as Gorilla writes them: Chimp is for doubles.
codec chimp() {
  return {"Chimp128",
          [](const column& c, std::size_t n, encoded& e) {
            bench::chimp::last_seen seen;
            with_values(c, [&](const auto& values) {
              for (std::size_t i = 0; i < n; i += block_values) {
                std::byte* const to = e.next(bench::chimp::room(block_values));
                const std::span block(values.data() + i, block_values);
                if constexpr (std::is_same_v<typename std::decay_t<decltype(values)>::value_type, double>) {
                  e.size += bench::chimp::encode(block, seen, to);
                } else {
                  e.size += bench::gorilla::encode(block, to);
                }
              }
            });
          },
          [](const encoded& e, std::size_t n, column& out) {
            with_values(out, [&](auto& values) {
              for (std::size_t i = 0; i < n; i += block_values) {
                const std::byte* const from = e.bytes.data() + e.starts[i / block_values];
                const std::span block(values.data() + i, block_values);
                if constexpr (std::is_same_v<typename std::decay_t<decltype(values)>::value_type, double>) {
                  bench::chimp::decode(from, block);
                } else {
                  bench::gorilla::decode(from, block);
                }
              }
            });
          }};
}

[[maybe_unused]] codec general(std::string name, bool per_column, bool once,
                               std::function<std::size_t(const void*, std::size_t, void*, std::size_t)> compress,
                               std::function<void(const void*, std::size_t, void*, std::size_t)> decompress) {
  const auto step = [=](std::size_t n) { return per_column ? n : block_values; };
  return {std::move(name),
          [=](const column& c, std::size_t n, encoded& e) {
            with_values(c, [&](const auto& values) {
              for (std::size_t i = 0; i < n; i += step(n)) {
                const std::size_t room = step(n) * 9 + 1024;
                std::byte* const to = e.next(room);
                e.size += compress(values.data() + i, step(n) * 8, to, room);
              }
            });
          },
          [=](const encoded& e, std::size_t n, column& out) {
            with_values(out, [&](auto& values) {
              for (std::size_t i = 0; i < n; i += step(n)) {
                const std::size_t k = i / step(n);
                const std::size_t end = k + 1 < e.starts.size() ? e.starts[k + 1] : e.size;
                decompress(e.bytes.data() + e.starts[k], end - e.starts[k], values.data() + i, step(n) * 8);
              }
            });
          },
          once};
}

std::vector<codec> codecs([[maybe_unused]] bool slow) {
  std::vector<codec> all = {ours(), gorilla(), chimp()};
#if defined(SLOTTED_BENCH_ZSTD)
  static ZSTD_CCtx* const compressor = ZSTD_createCCtx();
  static ZSTD_DCtx* const decompressor = ZSTD_createDCtx();
  for (const int level : {1, 3, 19}) {
    if (level == 19 && !slow) continue;
    for (const bool per_column : {false, true}) {
      all.push_back(general(
          "zstd -" + std::to_string(level) + (per_column ? "/column" : "/block"), per_column, level == 19,
          [level](const void* from, std::size_t size, void* to, std::size_t room) {
            return ZSTD_compressCCtx(compressor, to, room, from, size, level);
          },
          [](const void* from, std::size_t size, void* to, std::size_t room) {
            ZSTD_decompressDCtx(decompressor, to, room, from, size);
          }));
    }
  }
#endif
#if defined(SLOTTED_BENCH_LZ4)
  all.push_back(general(
      "lz4/block", false, false,
      [](const void* from, std::size_t size, void* to, std::size_t room) {
        return static_cast<std::size_t>(LZ4_compress_default(static_cast<const char*>(from), static_cast<char*>(to),
                                                             static_cast<int>(size), static_cast<int>(room)));
      },
      [](const void* from, std::size_t size, void* to, std::size_t room) {
        LZ4_decompress_safe(static_cast<const char*>(from), static_cast<char*>(to), static_cast<int>(size),
                            static_cast<int>(room));
      }));
#endif
  return all;
}

struct figures {
  double bits = 0;    // a value, with a directory entry of 4 bytes for each block
  double encode = 0;  // million values a second
  double decode = 0;
};

double seconds(const std::function<void()>& work) {
  const auto from = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

// The least of several passes over each column: on a shared machine the others measure its neighbours.
std::optional<figures> measure(const codec& by, const std::vector<column>& set, unsigned passes) {
  double encode = 0, decode = 0, bytes = 0, values = 0;
  for (const column& c : set) {
    const std::size_t n = std::max(c.reals.size(), c.integers.size()) / block_values * block_values;
    if (n == 0) continue;
    column out;
    if (c.integers.empty()) {
      out.reals.resize(n);
    } else {
      out.integers.resize(n);
    }
    double best_encode = 1e9, best_decode = 1e9;
    encoded e;
    for (unsigned pass = 0; pass < (by.once ? 1 : passes); ++pass) {
      e.starts.clear();
      e.size = 0;
      best_encode = std::min(best_encode, seconds([&] { by.encode(c, n, e); }));
    }
    e.bytes.resize(e.size + 64);
    for (unsigned pass = 0; pass < passes; ++pass) {
      best_decode = std::min(best_decode, seconds([&] { by.decode(e, n, out); }));
    }
    bool same = false;
    with_values(c, [&](const auto& in) {
      using T = typename std::decay_t<decltype(in)>::value_type;
      same = std::memcmp(in.data(), values_of<T>(out).data(), n * 8) == 0;
    });
    if (!same) {
      std::fprintf(stderr, "%s is not lossless on %s\n", by.name.c_str(), c.name.c_str());
      return std::nullopt;
    }
    encode += best_encode;
    decode += best_decode;
    bytes += static_cast<double>(e.size + 4 * e.starts.size());
    values += static_cast<double>(n);
  }
  if (values == 0) return std::nullopt;
  return figures{bytes * 8 / values, values / encode / 1e6, values / decode / 1e6};
}

double median(std::vector<double> v) {
  if (v.empty()) return 0;
  std::sort(v.begin(), v.end());
  return (v[(v.size() - 1) / 2] + v[v.size() / 2]) / 2;
}

// Nanoseconds for one value at a scattered position of a hot block that is open, the median over the columns of a set.
double point_access(const std::vector<column>& set) {
  std::vector<double> costs;
  for (const column& c : set) {
    with_values(c, [&](const auto& values) {
      using T = typename std::decay_t<decltype(values)>::value_type;
      if (values.size() < block_values) return;
      std::vector<std::byte> block(slotted::codec::max_encoded_size(block_values));
      slotted::codec::column_state state;
      block.resize(slotted::codec::encode<T>({values.data(), block_values}, state, block));
      const slotted::codec::block_reader<T> reader(block);
      double best = 1e9;
      std::uint64_t sum = 0;
      for (int pass = 0; pass < 5; ++pass) {
        best = std::min(best, seconds([&] {
                          for (std::size_t k = 0; k < 1024; ++k) {
                            const T v = reader.at(k * 389 % block_values);
                            std::uint64_t bits = 0;
                            std::memcpy(&bits, &v, sizeof v);
                            sum += bits;
                          }
                        }));
      }
      static volatile std::uint64_t sink = 0;
      sink = sink + sum;
      costs.push_back(best / 1024 * 1e9);
    });
  }
  return median(costs);
}

// Nanoseconds for a block of few values, each a window of a column, with a hint of the window before; the median over
// the columns of a set.
double few_values(const std::vector<column>& set, std::size_t n, bool by_gorilla) {
  std::vector<double> costs;
  std::vector<std::byte> to(std::max(slotted::codec::max_encoded_size(n), bench::gorilla::room(n)));
  for (const column& c : set) {
    with_values(c, [&](const auto& values) {
      using T = typename std::decay_t<decltype(values)>::value_type;
      const std::size_t windows = std::min<std::size_t>(values.size() / n, 200);
      if (windows == 0) return;
      double best = 1e9;
      std::size_t bytes = 0;
      for (int pass = 0; pass < 7; ++pass) {
        slotted::codec::hint h;
        best = std::min(best, seconds([&] {
                          for (std::size_t k = 0; k < windows; ++k) {
                            const std::span<const T> window(values.data() + k * n, n);
                            bytes += by_gorilla ? bench::gorilla::encode(window, to.data())
                                                : slotted::codec::encode<T>(window, h, to);
                          }
                        }));
      }
      static volatile std::size_t sink = 0;
      sink = sink + bytes;
      costs.push_back(best / static_cast<double>(windows) * 1e9);
    });
  }
  return median(costs);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The block codec beside its peers: bits a value, and million values a second to encode and to decode"};
  std::string folder;
  unsigned passes = 7;
  bool quick = false, each = false;
  std::string results_file;
  app.add_option("--data", folder, "Measure on the .csv and .bin files under this folder, not on made-up columns")
      ->check(CLI::ExistingDirectory);
  app.add_option("--passes", passes, "Passes over each column; the best counts")->check(CLI::Range(1, 1000));
  app.add_flag("--quick", quick, "Without zstd -19");
  app.add_option("--json", results_file, "Leave the figures in this file, too, as the other benchmarks do");
  app.add_flag("--each", each, "A line for each column, too");
  CLI11_PARSE(app, argc, argv);

  const bench::column_sets sets = folder.empty() ? bench::make_columns() : bench::read_columns(folder);
  const std::vector<codec> all = codecs(!quick);
  std::map<std::string, std::map<std::string, figures>> results;  // by codec, by set
  nlohmann::json left{
      {"context", {{"subject", "codec"}, {"flags", SLOTTED_BENCH_FLAGS}, {"compiler", bench::compiler}}},
      {"benchmarks", nlohmann::json::array()}};
  std::printf("compiled with %s\n%-32s %-16s %10s %10s %10s\n", SLOTTED_BENCH_FLAGS, "set", "codec", "bits",
              "encode M/s", "decode M/s");
  for (const auto& [name, columns] : sets) {
    for (const codec& by : all) {
      const auto f = measure(by, columns, passes);
      if (!f) continue;
      results[by.name][name] = *f;
      left["benchmarks"].push_back({{"name", by.name + "/" + name},
                                    {"run_name", by.name + "/" + name},
                                    {"run_type", "iteration"},
                                    {"bits", f->bits},
                                    {"encode", f->encode},
                                    {"decode", f->decode}});
      std::printf("%-32s %-16s %10.3f %10.0f %10.0f\n", name.c_str(), by.name.c_str(), f->bits, f->encode, f->decode);
      std::fflush(stdout);
      if (!each || columns.size() == 1) continue;
      for (const column& c : columns) {
        const auto one = measure(by, {c}, passes);
        if (one)
          std::printf("  %-30s %-16s %10.3f %10.0f %10.0f\n", c.name.c_str(), by.name.c_str(), one->bits, one->encode,
                      one->decode);
      }
    }
    std::printf("%-32s one value at a position: %.1f ns\n", name.c_str(), point_access(columns));
    for (const std::size_t n : {std::size_t{8}, std::size_t{64}, std::size_t{240}}) {
      std::printf("%-32s a block of %3zu values: %.0f ns, Gorilla %.0f ns\n", name.c_str(), n,
                  few_values(columns, n, false), few_values(columns, n, true));
    }
  }

  if (!results_file.empty() && !(std::ofstream(results_file) << left.dump(1) << '\n')) {
    std::fprintf(stderr, "%s cannot be written\n", results_file.c_str());
    return 1;
  }
  std::printf("\n%-16s %14s %14s %18s %18s\n", "codec", "encode, median", "decode, median", "ours over it, enc.",
              "dec.");
  const auto rates = [&](const std::string& codec, double figures::* rate) {
    std::vector<double> v;
    for (const auto& [set, f] : results[codec]) v.push_back(f.*rate);
    return median(v);
  };
  for (const codec& by : all) {
    std::printf("%-16s %14.0f %14.0f %18.2f %18.2f\n", by.name.c_str(), rates(by.name, &figures::encode),
                rates(by.name, &figures::decode), rates("slotted", &figures::encode) / rates(by.name, &figures::encode),
                rates("slotted", &figures::decode) / rates(by.name, &figures::decode));
  }
  std::printf("\ngeometric mean of ours over theirs, bits a value\n");
  for (const codec& by : all) {
    double log_sum = 0, count = 0;
    for (const auto& [set, f] : results[by.name]) {
      log_sum += std::log(results["slotted"][set].bits / f.bits);
      ++count;
    }
    std::printf("%-16s %.3f\n", by.name.c_str(), std::exp(log_sum / std::max(count, 1.0)));
  }
  return 0;
}
