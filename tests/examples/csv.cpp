// slotted: the demo's CSV reader takes what it can read and says what it cannot.
// SPDX-License-Identifier: MIT
#include "csv.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "catch.hpp"

namespace {

struct outcome {
  demo::telemetry readings;
  demo::csv_summary summary;
  std::vector<std::string> problems;  // "line: what"

  double x(std::size_t i) const { return readings.readings().at(i).x; }
  std::int64_t time(std::size_t i) const { return readings.readings().at(i).timestamp; }
};

outcome read(const std::string& text, demo::csv_options options = {}) {
  outcome out;
  if (options.sensor.empty()) options.sensor = "file";
  options.on_malformed = [&out](std::uint64_t line, const std::string& what) {
    out.problems.push_back(std::to_string(line) + ": " + what);
  };
  std::istringstream in(text);
  out.summary = demo::read_csv(in, options, out.readings);
  return out;
}

bool says(const outcome& of, const std::string& part) {
  return of.problems.size() == 1 && of.problems.front().find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("timestamp,value is read with a header and without") {
  const outcome with = read("timestamp,value\n1700000000,1.5\n1700000060,-2e3\n");
  const outcome without = read("1700000000,1.5\n1700000060,-2e3\n");
  CHECK(with.summary.header);
  CHECK_FALSE(without.summary.header);
  for (const outcome* each : {&with, &without}) {
    CHECK(each->problems.empty());
    CHECK(each->summary.numbers == 2);
    CHECK(each->readings.sensors() == std::vector<std::string>{"file"});
    CHECK(each->x(0) == 1.5);
    CHECK(each->x(1) == -2000.0);
    CHECK(each->time(1) - each->time(0) == 60'000'000'000);
  }
}

TEST_CASE("several columns are several sensors, named after header or place") {
  CHECK(read("time,cpu,mem\n1,2,3\n").readings.sensors() == std::vector<std::string>{"file.cpu", "file.mem"});
  CHECK(read("1,2,3\n").readings.sensors() == std::vector<std::string>{"file.c1", "file.c2"});
  CHECK(read("time,1,2\n1,2,3\n").readings.sensors() == std::vector<std::string>{"file.1", "file.2"});
  CHECK(read("time,,a,a\n1,2,3,4\n").readings.sensors() == std::vector<std::string>{"file.c1", "file.a", "file.a#2"});
  CHECK(read("time,value\n1,2\n").readings.sensors() == std::vector<std::string>{"file"});
}

TEST_CASE("a column of texts names the sensor of its line") {
  const outcome got = read("timestamp,value,host\n1,2,web\n1,3,db\n2,4,web\n3,5,\n");
  CHECK(got.problems.empty());
  CHECK(got.readings.sensors() == std::vector<std::string>{"web", "db", "file"});
  CHECK(got.summary.sensors == 3);
  CHECK(got.summary.numbers == 4);
  std::vector<std::uint32_t> sensors;
  for (const demo::reading& each : got.readings.readings()) sensors.push_back(each.sensor);
  CHECK(sensors == std::vector<std::uint32_t>{0, 1, 0, 2});

  CHECK(read("1,web,2,3\n2,db,4,5\n").readings.sensors() ==
        std::vector<std::string>{"web.c1", "web.c2", "db.c1", "db.c2"});
  CHECK(read("time,region,cpu,host\n1,eu,2,web\n").readings.sensors() == std::vector<std::string>{"eu.web"});
  CHECK(read("time,host,cpu,mem\n1,web,2,3\n").readings.sensors() == std::vector<std::string>{"web.cpu", "web.mem"});
}

TEST_CASE("a number where a text names the sensor, and a text where a number stood, are malformed") {
  CHECK(says(read("1,2,web\n2,3,4\n3,4,db\n"), "2: cell 3 '4' is a number where the first line of data has a text"));
  CHECK(says(read("1,2,3\n2,4,web\n"), "2: cell 3 'web' is no number"));
  CHECK(says(read("timestamp,value\n1,oops\n2,3\n"), "2: cell 2 'oops' is no number"));
}

TEST_CASE("semicolons and tabs part cells, and a comma is a decimal point then") {
  for (const char* text :
       {"timestamp;value;host\n1;1.5;web\n2;2,5;web\n", "timestamp\tvalue\thost\n1\t1.5\tweb\n2\t2,5\tweb\n"}) {
    INFO(text);
    const outcome got = read(text);
    CHECK(got.problems.empty());
    CHECK(got.readings.sensors() == std::vector<std::string>{"web"});
    CHECK(got.x(0) == 1.5);
    CHECK(got.x(1) == 2.5);
  }
  CHECK(read("1;1,5\n2;2,5\n").x(1) == 2.5);
  CHECK(read("1\t2\n2\t\n").summary.missing == 1);
  CHECK(read("\"time\"\t\"a\tb\"\n1\t2\n").summary.numbers == 1);
  CHECK(says(read("1;1,5\n2;1.000,5\n"), "2: cell 2 '1.000,5' is no number"));
}

TEST_CASE("a file whose cells are parted by something else is told what may part them") {
  const outcome got = read("timestamp|value\n");
  CHECK(says(
      got,
      "1: has one cell 'timestamp|value'; a line is timestamp,value[,value...], parted by commas, semicolons or tabs"));
}

TEST_CASE("lines that end in CR alone are lines") {
  const outcome got = read("timestamp,value\r1,2\r2,oops\r\r3,4");
  CHECK(says(got, "3: cell 2 'oops' is no number"));
  CHECK(got.summary.lines == 5);
  CHECK(got.summary.blank == 1);
  CHECK(got.summary.numbers == 2);
  CHECK(got.x(1) == 4.0);
}

TEST_CASE("the column that the header calls the time is the time, wherever it stands") {
  for (const char* text :
       {"value,timestamp\n1.5,1700000000\n", "cpu,time_s\n1.5,1700000000\n", "cpu,Date\n1.5,2023-11-14 22:13:20\n"}) {
    INFO(text);
    outcome got = read(text);
    CHECK(got.problems.empty());
    REQUIRE(got.summary.numbers == 1);
    CHECK(got.x(0) == 1.5);
    CHECK(got.time(0) == 1'700'000'000'000'000'000);
  }
  const outcome three = read("host,value,timestamp_ms,mem\nweb,1,5,2\n");
  CHECK(three.readings.sensors() == std::vector<std::string>{"web.value", "web.mem"});
  CHECK(three.time(0) == 5'000'000);
  // Without such a name the first column is the time, and a word that only begins like one is no such name.
  CHECK(read("a,b\n1,2\n").time(0) == 1'000'000'000);
  CHECK(read("a,timeouts\n1,2\n").x(0) == 2.0);
  CHECK(says(read("value,timestamp\n1700000000,noon\n"), "2: its time 'noon'"));
}

TEST_CASE("the last line needs no end, and CRLF, blank lines and a byte order mark do no harm") {
  const outcome got = read("\xEF\xBB\xBFtimestamp,value\r\n\r\n1,2\r\n   \n\n2,3");
  CHECK(got.problems.empty());
  CHECK(got.summary.lines == 6);
  CHECK(got.summary.blank == 3);
  CHECK(got.summary.numbers == 2);
  CHECK(got.x(1) == 3.0);
  CHECK(read("\xEF\xBB\xBF"
             "1,2\n")
            .x(0) == 2.0);
}

TEST_CASE("cells may be quoted") {
  const outcome got = read("\"timestamp\",\"a \"\"b\"\", c\",\"d\"\n\"2014-02-14 14:30:00\" , \"1.5\",2\n");
  CHECK(got.problems.empty());
  CHECK(got.readings.sensors() == std::vector<std::string>{"file.a \"b\", c", "file.d"});
  CHECK(got.x(0) == 1.5);
  CHECK(says(read("1,2\n2,\"3\n"), "2: a quote is not closed"));
  CHECK(says(read("1,2\n2,\"3\"x\n"), "2: text follows a closing quote"));
}

TEST_CASE("a missing value is skipped alone and is no fault") {
  const outcome got = read("1,2,\n2,NaN,3\n3,null,n/a\n4,-nan,5\n");
  CHECK(got.problems.empty());
  CHECK(got.summary.numbers == 3);
  CHECK(got.summary.missing == 5);
  CHECK(got.summary.malformed == 0);
}

TEST_CASE("a malformed line is told with its number, counted, and skipped whole") {
  CHECK(says(read("timestamp,value\n1,2\n2,abc\n3,4\n"), "3: cell 2 'abc' is no number"));
  CHECK(says(read("1,2\nnoon,3\n"), "2: its time 'noon'"));
  CHECK(says(read("1,2\n2\n"), "2: has one cell '2'"));
  CHECK(says(read("1,2\n2,3,4\n"), "2: has 3 cells where 2 are expected"));
  CHECK(says(read("time,a,b\n1,2\n"), "2: has 2 cells where 3 are expected"));
  CHECK(says(read("1,2\n2,1e999\n"), "2: cell 2 '1e999' is out of the range"));
  CHECK(says(read("1,2\n2,3 4\n"), "2: cell 2 '3 4' is no number"));
  CHECK(says(read("1,2\n2,0x10\n"), "2: cell 2 '0x10' is no number"));
  const outcome got = read("1,2,3\n2,4,x\n3,5,6\n");
  CHECK(got.summary.malformed == 1);
  CHECK(got.summary.numbers == 4);  // nothing of the second line
  CHECK(got.x(2) == 5.0);
}

TEST_CASE("a first line that is neither header nor data is malformed, not swallowed") {
  CHECK(says(read("garbage,12.5\n1,2\n"), "1: its time 'garbage'"));
  CHECK(read("garbage,too\n1,2\n").summary.header);
}

TEST_CASE("what a message quotes is short and cannot steer a terminal") {
  const outcome got = read("1,2\n2,\x1b[31m" + std::string(100, 'x') + "\n");
  REQUIRE(got.problems.size() == 1);
  CHECK(got.problems.front().find('\x1b') == std::string::npos);
  CHECK(got.problems.front().size() < 100);
}

TEST_CASE("a line longer than the bound is malformed and the next one is read") {
  demo::csv_options options;
  options.max_line_bytes = 100;
  const outcome got = read("1,2\n" + std::string(300'000, '7') + "\n3,4\n", options);
  CHECK(says(got, "2: is longer than 100 bytes"));
  CHECK(got.summary.numbers == 2);
  CHECK(read("1," + std::string(70'000, '0') + "5\n2,3\n").summary.numbers == 2);  // over one block of the buffer
}

TEST_CASE("reading stops at the most numbers asked for") {
  demo::csv_options options;
  options.max_numbers = 3;
  const outcome got = read("1,2,3\n2,4,5\n3,6,7\n", options);
  CHECK(got.summary.numbers == 3);
  CHECK(got.readings.readings().size() == 3);
  CHECK(got.summary.stopped_early);
  options.max_numbers = 6;
  CHECK_FALSE(read("1,2,3\n2,4,5\n3,6,7\n", options).summary.stopped_early);
}

TEST_CASE("an empty input gives nothing and leaves no sensor behind") {
  for (const char* text : {"", "\n\n", "timestamp,value\n", "a\nb\n"}) {
    const outcome got = read(text);
    CHECK(got.summary.numbers == 0);
    CHECK(got.readings.sensors().empty());
  }
}

TEST_CASE("too many columns are refused by name") {
  std::string line = "1";
  for (std::size_t i = 0; i <= demo::telemetry::max_sensors; ++i) line += ",2";
  CHECK_THROWS_AS(read(line + "\n"), std::length_error);
}

TEST_CASE("arranged readings are in time order, with differences and the coarsest unit") {
  demo::telemetry readings;
  const auto a = readings.add_sensor("a");
  const auto b = readings.add_sensor("b");
  readings.add(a, 3'000'000'000, 7.0);
  readings.add(a, 1'000'000'000, 2.0);
  readings.add(b, 2'000'000'000, 5.0);
  readings.add(a, 4'000'000'000, INFINITY);
  readings.arrange();
  const auto& got = readings.readings();
  REQUIRE(got.size() == 4);
  CHECK(readings.unit() == demo::time_unit::seconds);
  CHECK((got[0].timestamp == 1 && got[0].x == 2.0 && got[0].y == 0.0 && got[0].sensor == a));
  CHECK((got[1].timestamp == 2 && got[1].x == 5.0 && got[1].y == 0.0 && got[1].sensor == b));
  CHECK((got[2].timestamp == 3 && got[2].x == 7.0 && got[2].y == 5.0));
  CHECK((got[3].x == INFINITY && got[3].y == 0.0));  // no difference is better than one that is no number

  demo::telemetry fine;
  fine.add(fine.add_sensor("a"), 1'500'000'000, 1.0);
  fine.arrange();
  CHECK(fine.unit() == demo::time_unit::milliseconds);
  CHECK(fine.readings()[0].timestamp == 1'500);
}

TEST_CASE("a file gives its stem for a name, and one that cannot be used is named") {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "slotted_test_csv";
  std::filesystem::create_directories(folder);
  const auto write = [&folder](const char* name, const char* text) {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  };
  const auto message = [](const std::string& path) -> std::string {
    demo::telemetry readings;
    try {
      demo::read_csv_file(path, {}, readings);
    } catch (const std::runtime_error& problem) {
      return problem.what();
    }
    return {};
  };
  demo::telemetry readings;
  demo::read_csv_file(write("cpu.csv", "1,2\n"), {}, readings);
  CHECK(readings.sensors() == std::vector<std::string>{"cpu"});

  const std::string empty = write("empty.csv", "timestamp,value\n\nx,y\n");
  CHECK(message(empty).find(empty + ": holds no usable line (3 read, 1 malformed, 1 blank)") == 0);
  const std::string missing = (folder / "missing.csv").string();
  CHECK(message(missing).find(missing + ": cannot be opened: ") == 0);
  CHECK(message(folder.string()).find(folder.string() + ": is a directory") == 0);
  std::filesystem::remove_all(folder);
}
