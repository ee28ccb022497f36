// slotted benchmarks: what a run left in a file, read back: medians of every figure.
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

// The figures of one row, by counter.
using result = std::map<std::string, double>;

struct run {
  std::map<std::string, std::string> context;
  std::map<std::string, result> rows;  // by "peer/shape/points"

  std::string said(const std::string& key) const {
    const auto at = context.find(key);
    return at == context.end() ? std::string() : at->second;
  }
  std::optional<double> figure(const std::string& name, const std::string& counter) const {
    const auto at = rows.find(name);
    if (at == rows.end()) return std::nullopt;
    const auto value = at->second.find(counter);
    if (value == at->second.end()) return std::nullopt;
    return value->second;
  }
};

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

inline run run_of(const nlohmann::json& json, const std::string& file) {
  run read;
  for (const auto& [key, value] : json.at("context").items())
    if (value.is_string()) read.context[key] = value.get<std::string>();
  std::map<std::string, std::map<std::string, std::vector<double>>> repetitions;
  for (const nlohmann::json& each : json.at("benchmarks")) {
    if (each.value("error_occurred", false)) {
      std::fprintf(stderr, "%s: %s failed: %s\n", file.c_str(), each.at("name").get<std::string>().c_str(),
                   each.value("error_message", "").c_str());
      continue;
    }
    // A file has single repetitions, or aggregates only.
    const bool aggregate = each.at("run_type") == "aggregate";
    if (aggregate && each.at("aggregate_name") != "median") continue;
    std::string name = each.at("run_name");
    name.erase(std::min(name.find("/iterations:"), name.size()));
    for (const auto& [counter, value] : each.items())
      if (value.is_number_float() && counter != "real_time" && counter != "cpu_time") {
        std::vector<double>& values = repetitions[name][counter];
        if (aggregate) values.clear();
        values.push_back(value);
      }
  }
  for (const auto& [name, counters] : repetitions)
    for (const auto& [counter, values] : counters) read.rows[name][counter] = median(values);
  return read;
}

// Google Benchmark writes what is no number, as the relative deviation of a figure that is 0, as no JSON has it.
inline std::string as_json(std::string text) {
  for (const char* const word : {": NaN", ": Infinity", ": -Infinity"})
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;)
      text.replace(at, std::string(word).size(), ": null");
  return text;
}

// The runs in a file: the one that a benchmark wrote, or all those in the array "runs".
inline std::vector<run> runs_in(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file + " cannot be read");
  const nlohmann::json json = nlohmann::json::parse(as_json({std::istreambuf_iterator<char>(in), {}}));
  std::vector<run> runs;
  if (!json.contains("runs"))
    runs.push_back(run_of(json, file));
  else
    for (const nlohmann::json& each : json.at("runs")) runs.push_back(run_of(each, file));
  return runs;
}

}  // namespace bench
