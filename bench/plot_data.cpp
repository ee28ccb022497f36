// slotted benchmarks: what runs left, as tables for gnuplot. SPDX-License-Identifier: MIT
//
//   bench_plot_data FOLDER RESULTS.json [MORE.json ...]
//
// Writes footprint.tsv, times.tsv, codec.tsv and a scaling-*.tsv for each thing that is scaled, of what the runs have.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/representations.hpp"
#include "support/results.hpp"

namespace {

using bench::run;

class table_file {
 public:
  table_file(const std::filesystem::path& folder, const std::string& name, std::string_view head)
      : path_(folder / name), out_(path_) {
    out_ << "# " << head << '\n';
  }
  ~table_file() = default;
  template <class... Cells>
  void line(const Cells&... cells) {
    const char* between = "";
    ((out_ << between << cells, between = "\t"), ...);
    out_ << '\n';
  }
  void gap() { out_ << "\n\n"; }
  void close() {
    if (!out_.flush()) throw std::runtime_error(path_.string() + " cannot be written");
  }

 private:
  std::filesystem::path path_;
  std::ofstream out_;
};

// ---- bytes

void footprints(const std::filesystem::path& folder, const std::vector<run>& runs) {
  struct bar {
    std::string label;
    double bytes;
    bool ours;
  };
  std::vector<bar> bars;
  for (const bench::representation& each : bench::representations)
    if (const auto bytes = bench::figure_of(runs, each.subject, each.row, each.bytes))
      bars.push_back({each.label, *bytes, each.ours});
  if (bars.empty()) return;
  std::sort(bars.begin(), bars.end(), [](const bar& a, const bar& b) { return a.bytes > b.bytes; });
  table_file out(folder, "footprint.tsv", "representation\tbytes a point, resident\tpoints a GiB, millions\tours");
  for (const bar& each : bars) out.line(each.label, each.bytes, (1 << 30) / each.bytes / 1e6, int{each.ours});
  out.close();
}

// ---- times

void times(const std::filesystem::path& folder, const std::vector<run>& runs) {
  constexpr const char* operations[] = {"insert_cold", "insert_resident", "sum",   "sum_holes",
                                        "for_each",    "access",          "erase", "reinsert"};
  constexpr const char* peers[] = {"vector", "list", "new", "pmr_pool", "boost_pool", "plf_colony", "plf_hive", "entt"};
  for (const run& each : runs) {
    if (each.said("subject") != "pools" || !bench::is_main(each)) continue;
    table_file out(folder, "times.tsv",
                   "operation\tpool, 26 B / best peer\tpool, 32 B / best peer\tthe peers, 26 B\t32 B");
    for (const std::string operation : operations) {
      std::vector<std::pair<double, std::string>> ratios;
      for (const char* shape : {"26", "32"}) {
        // The largest number of points that all of them were measured with.
        const std::string end = std::string("/") + shape + "/1000000";
        const auto ours = each.figure("pool" + end, operation);
        std::optional<std::pair<double, std::string>> best;
        for (const std::string peer : peers) {
          const auto theirs = each.figure(peer + end, operation == "for_each" ? "sum" : operation);
          if (theirs && (!best || *theirs < best->first)) best.emplace(*theirs, peer);
        }
        if (ours && best) ratios.emplace_back(*ours / best->first, best->second);
      }
      if (ratios.size() == 2) out.line(operation, ratios[0].first, ratios[1].first, ratios[0].second, ratios[1].second);
    }
    out.close();
  }
}

// ---- the codec

void codecs(const std::filesystem::path& folder, const std::vector<run>& runs) {
  for (const run& each : runs) {
    if (each.said("subject") != "codec" || !bench::is_main(each)) continue;
    std::map<std::string, std::vector<std::string>> sets;  // by codec
    for (const auto& [name, figures] : each.rows) {
      // "zstd -3/block/city": a set has no slash.
      const std::size_t slash = name.rfind('/');
      sets[name.substr(0, slash)].push_back(name.substr(slash + 1));
    }
    table_file out(folder, "codec.tsv", "codec\tset\tbits a value\tdecode, M values/s\tencode, M values/s");
    for (const auto& [codec, names] : sets) {
      for (const std::string& name : names) {
        const bench::result& figures = each.rows.at(codec + "/" + name);
        out.line(codec, name, figures.at("bits"), figures.at("decode"), figures.at("encode"));
      }
      out.gap();
    }
    out.close();
  }
}

// ---- scaling

void scaling(const std::filesystem::path& folder, const std::vector<run>& runs) {
  // By what is scaled, by what is measured: the figures by size.
  std::map<std::string, std::map<std::string, std::map<double, bench::result>>> found;
  for (const run& each : runs) {
    if (each.said("subject") != "scaling") continue;
    for (const auto& [name, figures] : each.rows) {
      const std::size_t first = name.find('/');
      const std::size_t last = name.rfind('/');
      found[name.substr(0, first)][name.substr(first + 1, last - first - 1)][std::stod(name.substr(last + 1))] =
          figures;
    }
  }
  for (const auto& [what, subjects] : found) {
    table_file out(folder, "scaling-" + what + ".tsv", what + "\tinsert ns\tresident bytes\tsum ns\taccess ns");
    for (const auto& [subject, sizes] : subjects) {
      for (const auto& [size, figures] : sizes) {
        const auto cell = [&](const char* counter) {
          const auto at = figures.find(counter);
          return at == figures.end() ? std::string("NaN") : std::to_string(at->second);
        };
        out.line(subject, size, cell("insert"), cell("resident"), cell("sum"), cell("access"));
      }
      out.gap();
    }
    out.close();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "bench_plot_data FOLDER RESULTS.json ...: what the benchmarks left, as tables for gnuplot\n");
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    std::vector<run> runs;
    for (int i = 2; i < argc; ++i)
      for (run& each : bench::runs_in(argv[i])) runs.push_back(std::move(each));
    footprints(folder, runs);
    times(folder, runs);
    codecs(folder, runs);
    scaling(folder, runs);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_plot_data: %s\n", error.what());
    return 1;
  }
}
