// slotted benchmarks: the figures of the README, from the run that stands beside it. SPDX-License-Identifier: MIT
//
//   bench_readme --collect REFERENCE.json RESULTS.json ...   puts runs into one file, medians only
//   bench_readme --write README.md REFERENCE.json            writes what stands between the marks "bench: figures"
//   bench_readme --check README.md REFERENCE.json            fails when something else stands there
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/representations.hpp"
#include "support/results.hpp"

namespace {

using bench::figure_of;
using bench::run;
using runs = std::vector<run>;

// ---- Markdown

std::string number(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}
std::string cell(const std::optional<double>& value, int digits = 1) { return value ? number(*value, digits) : ""; }

class markdown {
 public:
  void head(std::initializer_list<const char*> names) {
    for (const char* each : names) text_ += std::string("| ") + each + " ";
    text_ += "|\n|---";
    for (std::size_t i = 1; i < names.size(); ++i) text_ += "|---:";
    text_ += "|\n";
  }
  void row(const std::vector<std::string>& cells) {
    for (const std::string& each : cells) text_ += "| " + each + (each.empty() ? "" : " ");
    text_ += "|\n";
  }
  void line(const std::string& text = {}) { text_ += text + "\n"; }
  // A paragraph, broken at 120 characters.
  void paragraph(const std::string& text) {
    std::istringstream words(text);
    std::string line_now;
    for (std::string word; words >> word;) {
      if (!line_now.empty() && line_now.size() + 1 + word.size() > 120) {
        line(line_now);
        line_now.clear();
      }
      line_now += (line_now.empty() ? "" : " ") + word;
    }
    line(line_now);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// ---- what the README shows

struct way {
  const char* label;
  const char* subject;
  const char* row;
};

// What each subject calls the same thing.
std::optional<double> said(const runs& all, const way& of, const std::string& points,
                           std::initializer_list<const char*> counters) {
  for (const char* counter : counters)
    if (const auto found = figure_of(all, of.subject, of.row + ("/" + points), counter)) return found;
  return std::nullopt;
}

void show_million(const runs& all, markdown& out) {
  const way ways[] = {
      {"`std::unordered_map<std::string, std::variant>` per object", "pools", "dict_per_object/dict"},
      {"`std::list`, struct of 32 B", "pools", "list/32"},
      {"growing `std::vector`, struct with a `std::string`", "pools", "vector/string"},
      {"`new`/`delete`, 32 B", "pools", "new/32"},
      {"`boost::pool`, 32 B", "pools", "boost_pool/32"},
      {"`std::pmr` pool, 32 B", "pools", "pmr_pool/32"},
      {"`plf::colony`, 32 B", "pools", "plf_colony/32"},
      {"`plf::hive`, 32 B", "pools", "plf_hive/32"},
      {"EnTT's registry, 32 B", "pools", "entt/32"},
      {"growing `std::vector`, 32 B", "pools", "vector/32"},
      {"**`checked_pool`**, 32 B", "pools", "checked_pool/32"},
      {"**`pool`**, 32 B", "pools", "pool/32"},
      {"**`pool`**, `packed_record` of 26 B", "pools", "pool/26"},
      {"**`table`**, columns of 26 B in all", "tables", "table/26"},
  };
  out.head({"1 million points", "bytes a point, resident", "at the peak", "times smaller", "insert, fresh memory",
            "sum of one field", "random access", "random erase", "re-insert"});
  const auto dict = said(all, ways[0], "1000000", {"resident"});
  for (const way& each : ways) {
    const auto resident = said(all, each, "1000000", {"resident"});
    if (!resident) continue;
    out.row({each.label, cell(resident), cell(said(all, each, "1000000", {"peak"})),
             dict ? number(*dict / *resident, 1) : "", cell(said(all, each, "1000000", {"insert_cold", "push_cold"})),
             cell(said(all, each, "1000000", {"sum"})), cell(said(all, each, "1000000", {"access", "random_x"})),
             cell(said(all, each, "1000000", {"erase"})), cell(said(all, each, "1000000", {"reinsert"}))});
  }
  // Other points than those above, and so no times smaller: what a history takes depends on what it holds.
  for (const auto& [label, name] :
       {std::pair{"**`history`**, a Linux machine's /proc: time, value, series", "series/proc"},
        {"**`history`**, 10 million points that are ramps", "reference/10000000"}})
    if (const auto bytes = figure_of(all, "histories", name, "resident"))
      out.row({label, cell(bytes, 2), "", "", cell(figure_of(all, "histories", name, "append")), "", "", "", ""});
  out.line();
}

void show_ten_million(const runs& all, markdown& out) {
  const way ways[] = {
      {"`plf::hive`, 32 B", "pools", "plf_hive/32"},
      {"**`pool`**, 32 B", "pools", "pool/32"},
      {"**`checked_pool`**, 32 B", "pools", "checked_pool/32"},
      {"`plf::hive`, 26 B", "pools", "plf_hive/26"},
      {"**`pool`**, `packed_record` of 26 B", "pools", "pool/26"},
      {"`std::vector` a field, reserved", "tables", "struct_of_vectors_reserved/26"},
      {"**`table`**, columns of 26 B in all", "tables", "table/26"},
  };
  out.head({"10 million points", "bytes a point, resident", "insert, fresh memory", "insert, used memory",
            "sum of one field", "`for_each`", "random access", "random erase", "re-insert"});
  for (const way& each : ways) {
    const auto resident = said(all, each, "10000000", {"resident"});
    if (!resident) continue;
    out.row({each.label, cell(resident), cell(said(all, each, "10000000", {"insert_cold", "push_cold"})),
             cell(said(all, each, "10000000", {"insert_resident", "push_resident"})),
             cell(said(all, each, "10000000", {"sum"})), cell(said(all, each, "10000000", {"for_each"})),
             cell(said(all, each, "10000000", {"access", "random_x"})), cell(said(all, each, "10000000", {"erase"})),
             cell(said(all, each, "10000000", {"reinsert"}))});
  }
  out.line();
}

void show_codec(const runs& all, markdown& out) {
  for (const run& each : all) {
    if (each.said("subject") != "codec") continue;
    std::vector<std::string> sets;
    for (const auto& [name, figures] : each.rows)
      if (name.starts_with("slotted/")) sets.push_back(name.substr(name.find('/') + 1));
    out.head({"Columns, bits a value", "**slotted**", "zstd -19", "zstd -3", "Gorilla",
              "million values decoded a second", "zstd -19", "zstd -3", "Gorilla"});
    for (const std::string& set : sets) {
      std::vector<std::string> cells{set};
      for (const char* counter : {"bits", "decode"})
        for (const char* codec : {"slotted/", "zstd -19/column/", "zstd -3/block/", "Gorilla/"})
          cells.push_back(cell(each.figure(codec + set, counter), counter == std::string("bits") ? 2 : 0));
      out.row(cells);
    }
    out.line();
    return;
  }
}

std::string figures_of(const runs& all) {
  markdown out;
  show_million(all, out);
  show_ten_million(all, out);
  show_codec(all, out);
  const run* pools = nullptr;
  for (const run& each : all)
    if (pools == nullptr && each.said("subject") == "pools") pools = &each;
  if (pools == nullptr) throw std::runtime_error("no run about pools");
  std::string text = "Times are nanoseconds of processor time a point, medians by " + pools->said("compiler") +
                     " at `" + pools->said("flags") + "`, on " +
                     (pools->said("machine").empty() ? "an unnamed machine" : pools->said("machine")) +
                     ": the ratios carry over, not the times.";
  if (const auto touch = pools->figure("page_faults", "touch"))
    text += " The first touch of a page took " + number(*touch / 1000, 0) +
            " µs there, which is most of every insertion into fresh memory.";
  if (const auto bytes = pools->figure("thousand_pools_of_ten/pool/32", "resident_a_pool"))
    text += " A thousand pools of ten records took " + number(*bytes / 1024, 1) + " KiB each.";
  if (figure_of(all, "codec", "slotted/realAWSCloudwatch", "bits"))
    text +=
        " The columns are those of the Numenta anomaly benchmark, of the data that ALP was measured with, and of a "
        "Linux"
        " machine's /proc, 20 times a second; zstd -19 has a whole column at a time, the others blocks of 1024 values.";
  if (!pools->said("missing_peers").empty()) text += " Missing: " + pools->said("missing_peers") + ".";
  text +=
      " Histories are lossless; ramps are the reference program's x = i, y = 2 i, timestamp = i. The run is"
      " [bench/reference.json](bench/reference.json); `bench/run.sh --peers DATA` makes another one, and"
      " `bench_readme --write README.md bench/reference.json` wrote these tables from it.";
  out.paragraph(text);
  return out.text();
}

// ---- files

std::string contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file + " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  if (!(out << text).flush()) throw std::runtime_error(file + " cannot be written");
}

// Medians of what is shown somewhere: a file that can be read, and compared from commit to commit.
void collect(const std::string& to, const std::vector<std::string>& files) {
  nlohmann::json all{{"runs", nlohmann::json::array()}};
  for (const std::string& file : files)
    for (const run& each : bench::runs_in(file)) {
      nlohmann::json rows = nlohmann::json::array();
      for (const auto& [name, counters] : each.rows) {
        nlohmann::json row{{"run_name", name}, {"run_type", "iteration"}};
        for (const auto& [counter, value] : counters)
          if (counter != "items_per_second") row[counter] = value;
        rows.push_back(std::move(row));
      }
      nlohmann::json context = nlohmann::json::object();
      for (const char* key :
           {"subject", "date", "compiler", "flags", "machine", "missing_peers", "allocator", "transparent_huge_pages"})
        if (!each.said(key).empty()) context[key] = each.said(key);
      all["runs"].push_back({{"context", std::move(context)}, {"benchmarks", std::move(rows)}});
    }
  write(to, all.dump(1) + "\n");
}

constexpr std::string_view begins = "<!-- bench: figures -->\n";
constexpr std::string_view ends = "<!-- /bench -->";

int run_program(const std::vector<std::string>& words) {
  if (words.size() >= 3 && words[0] == "--collect") {
    collect(words[1], {words.begin() + 2, words.end()});
    return 0;
  }
  if (words.size() != 3 || (words[0] != "--write" && words[0] != "--check")) {
    std::fprintf(stderr,
                 "bench_readme --collect REFERENCE.json RESULTS.json ... | --write README.md REFERENCE.json | "
                 "--check README.md REFERENCE.json\n");
    return 2;
  }
  const std::string& file = words[1];
  std::string text = contents(file);
  const std::size_t from = text.find(begins);
  const std::size_t to = from == std::string::npos ? from : text.find(ends, from);
  if (to == std::string::npos) throw std::runtime_error(file + " has no place for the figures");
  const std::size_t first = from + begins.size();
  const std::string wanted = "\n" + figures_of(bench::runs_in(words[2])) + "\n";
  if (words[0] == "--write") {
    write(file, text.replace(first, to - first, wanted));
    return 0;
  }
  if (text.compare(first, to - first, wanted) == 0) return 0;
  std::fprintf(stderr, "%s does not show the figures of %s; bench_readme --write puts these there:\n%s", file.c_str(),
               words[2].c_str(), wanted.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_program({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_readme: %s\n", error.what());
    return 1;
  }
}
