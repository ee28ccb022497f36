// slotted demo: the report for people.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report.hpp"

namespace demo {
namespace {

constexpr double gib = 1024.0 * 1024 * 1024;
constexpr std::size_t bar_width = 24;

class writer {
 public:
  explicit writer(bool colour) : colour_(colour) {}

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    row(false, fmt::format(format, std::forward<Args>(args)...));
  }
  void heading(const std::string& text) { text_ += '\n' + (colour_ ? "\033[1m" + text + "\033[0m" : text) + '\n'; }
  void row(bool ours, std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    text_ += (colour_ && ours ? "\033[32m" + text + "\033[0m" : text) + '\n';
  }
  // At spaces, indented, to the width of the tables.
  void wrapped(std::string_view text) {
    constexpr std::size_t width = 110;
    while (text.size() > width) {
      std::size_t end = text.rfind(' ', width);
      if (end == std::string_view::npos) end = text.find(' ');
      if (end == std::string_view::npos) break;
      line("  {}", text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    line("  {}", text);
  }
  std::string take() { return std::move(text_); }

 private:
  bool colour_;
  std::string text_;
};

std::string bar(double value, double longest) {
  const double cells = value / longest * static_cast<double>(bar_width);
  return std::string(std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(cells))), '#');
}

// The figures of the report have a width, a decimal, and a dash where there is none.
std::string figure(std::optional<double> value, int width) {
  return value ? fmt::format("{:>{}.1f}", *value, width) : fmt::format("{:>{}}", "-", width);
}

std::string counted(std::uint64_t count, const char* noun) {
  return fmt::format("{} {}{}", format_count(count), noun, count == 1 ? "" : "s");
}

void write_files(const report& of, writer& out) {
  constexpr std::size_t most_shown = 8;
  const std::vector<input::file>& files = of.source->files;
  csv_summary rest;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const csv_summary& read = files[i].summary;
    if (files.size() > most_shown && i + 1 >= most_shown) {
      rest.numbers += read.numbers;
      rest.lines += read.lines;
      rest.malformed += read.malformed;
      rest.missing += read.missing;
      if (i + 1 < files.size()) continue;
    }
    const bool many = files.size() > most_shown && i + 1 == files.size();
    const csv_summary& shown = many ? rest : read;
    out.line("Input   {}: {} in {}{}{}{}",
             many ? fmt::format("{} files more", files.size() - most_shown + 1) : files[i].name,
             counted(shown.numbers, "number"), counted(shown.lines, "line"),
             shown.malformed != 0 ? fmt::format(", {} malformed and skipped", format_count(shown.malformed)) : "",
             shown.missing != 0 ? ", " + counted(shown.missing, "missing value") : "",
             shown.stopped_early ? "; the rest was not needed" : "");
  }
}

void write_input(const report& of, writer& out) {
  const telemetry& readings = of.source->readings;
  switch (of.source->source) {
    case input::kind::host:
      out.line("Input   this host's /proc for {:g} s, {:g} times a second", of.asked->seconds, of.asked->rate);
      break;
    case input::kind::synthetic:
      out.line("Input   synthetic, {:g} s at {:g} readings a second", of.asked->seconds, of.asked->rate);
      break;
    case input::kind::files:
      write_files(of, out);
      break;
  }
  point_stream stream(readings);
  point first = stream.next();
  for (std::size_t i = 1; first.y == 0.0 && i < readings.readings().size(); ++i) first = stream.next();
  out.line("        {} of {}, repeated in time to {}", counted(readings.readings().size(), "number"),
           counted(readings.sensors().size(), "sensor"), counted(of.asked->points, "point"));
  out.line("Point   x = {} (the value), y = {} (its change since the sensor's last),", first.x, first.y);
  out.line("        timestamp = {} {}, sensor_id = \"{}\"", first.timestamp, symbol_of(readings.unit()),
           first.sensor_id);
}

void write_measurements(const report& of, writer& out) {
  out.heading(fmt::format("What {} take{}", counted(of.asked->points, "point"),
                          has_processes() ? ", each representation in a process of its own" : ""));
  const bool few = of.asked->points < enough_points;  // then there is a column more
  out.line("{:22}{:>9}{:>10}{:>9}{}{:>14}{:>9}", "", "heap", "resident", "at peak", few ? "    fixed" : "", "points",
           "times");
  out.line("{:22}{:>9}{:>10}{:>9}{}{:>14}{:>9}", "", "B/point", "B/point", "B/point", few ? "      KiB" : "", "per GiB",
           "smaller");
  double longest = 0;
  for (const measurement& each : of.measurements) {
    if (each.complete) longest = std::max(longest, each.bytes_per_point());
  }
  const measurement* const first = baseline(of);
  for (const measurement& each : of.measurements) {
    if (!each.complete) {
      out.row(each.of->ours, fmt::format("{:22}  {}", each.of->name, each.failure));
      continue;
    }
    const double bytes = each.bytes_per_point();
    out.row(each.of->ours,
            fmt::format("{:22}{}{}{}{}{:>14}{}  {}{}", each.of->name, figure(each.heap, 9), figure(each.resident, 10),
                        figure(each.peak, 9),
                        each.fixed_bytes ? figure(static_cast<double>(*each.fixed_bytes) / 1024, 9) : "",
                        format_count(static_cast<std::uint64_t>(gib / bytes)),
                        figure(first != nullptr ? std::optional(first->bytes_per_point() / bytes) : std::nullopt, 9),
                        bar(bytes, longest), each.verified ? "" : "  VALUES READ BACK DIFFER"));
  }
  out.line(
      "heap: what operator new gave out, and slabs. resident: by how much the process grew; at peak, while filling.");
  const std::size_t numbers = of.source->readings.readings().size();
  if (of.asked->points + (few ? enough_points : 0) > numbers)
    out.line("history: the points repeat {}, and it makes use of that; as many that are all new take more.",
             counted(numbers, "number"));
  if (few)
    out.line(
        "B/point: what each of {} points more takes. fixed: what the first {} take beyond that many bytes a point.",
        format_count(enough_points), format_count(of.asked->points));
}

const char* yes_or_no(bool yes) { return yes ? "yes" : "no"; }

void write_capacities(const report& of, writer& out) {
  out.heading(fmt::format("How many points {} hold, and what happens then",
                          format_bytes(static_cast<double>(of.capacities.front().limit_bytes))));
  constexpr const char* columns = "{:22}{:>12}{:>10}  {:26}{:>6}{:>9}{:>10}  {}";
  out.row(false, fmt::format(fmt::runtime(columns), "", "", "resident", "", "reads", "takes", "process", ""));
  out.row(false,
          fmt::format(fmt::runtime(columns), "", "points", "MiB", "the next one", "on", "another", "has 64 K", ""));
  std::uint64_t most = 1;
  for (const capacity& each : of.capacities) most = std::max(most, each.points);
  for (const capacity& each : of.capacities) {
    const auto resident =
        each.resident_bytes ? std::optional(static_cast<double>(*each.resident_bytes) / (1024.0 * 1024)) : std::nullopt;
    out.row(each.of->ours,
            fmt::format(fmt::runtime(columns), each.of->name, format_count(each.points), figure(resident, 10), each.how,
                        yes_or_no(each.reads_on), yes_or_no(each.takes_another), yes_or_no(each.process_lives),
                        bar(static_cast<double>(each.points), static_cast<double>(most))));
  }
  for (const capacity& each : of.capacities) {
    if (each.of->ours && !each.message.empty()) {
      out.line("{}: {}", each.of->name, each.message);
      break;
    }
  }
  out.line("The limit of ours is a memory_budget; the others' is on the whole process, which has nothing else.");
}

void write_reference(const report& of, writer& out) {
  const auto mb = [](std::size_t bytes) { return static_cast<double>(bytes) / 1e6; };
  out.heading("The reference program: DataPoint(i * 1.0, i * 2.0, i, \"sensor_\" + i % 10)");
  out.line("{:22}{:>10}{:>8}{:>13}{:>9}  {}", "", "", "sizeof", "sizeof says", "takes", "");
  out.line("{:22}{:>10}{:>8}{:>13}{:>9}  {}", "", "instances", "one, B", "all, MB", "MB", "p.new_attribute = ...");
  for (const reference_row& each : of.reference.rows) {
    out.line("{:22}{:>10}{:>8}{:>13.2f}{:>9.2f}  {}", each.name, format_count(each.instances), each.size_of_one,
             mb(each.told_bytes()), mb(each.true_bytes), each.new_attribute);
  }
  out.line("At compile time, p.get<\"new_attribute\">():");
  out.wrapped(of.reference.compiler_says.empty() ? "does not compile (this compiler was not asked for its words)"
                                                 : of.reference.compiler_says);
}

}  // namespace

bool report::verified() const {
  return std::all_of(measurements.begin(), measurements.end(),
                     [](const measurement& each) { return each.verified || !each.complete; }) &&
         std::all_of(capacities.begin(), capacities.end(),
                     [](const capacity& each) { return each.reads_on || !each.of->ours; });
}

const measurement* baseline(const report& of) {
  return of.measurements.empty() || !of.measurements.front().complete ? nullptr : &of.measurements.front();
}

std::string as_text(const report& of, bool colour) {
  writer out(colour);
  write_input(of, out);
  write_measurements(of, out);
  write_capacities(of, out);
  write_reference(of, out);
  return out.take();
}

}  // namespace demo
