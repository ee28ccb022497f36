// slotted: the demo records /proc as it is, and has a stand-in that is the same everywhere.
// SPDX-License-Identifier: MIT
#include "proc_recorder.hpp"

#include <filesystem>
#include <fstream>
#include <map>

#include "catch.hpp"

namespace {

class proc_tree {
 public:
  proc_tree() : root_(std::filesystem::temp_directory_path() / "slotted_test_proc") {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ / "net");
  }
  ~proc_tree() { std::filesystem::remove_all(root_); }
  void write(const char* name, const char* text) const { std::ofstream(root_ / name) << text; }
  std::string root() const { return root_.string(); }

 private:
  std::filesystem::path root_;
};

std::map<std::string, double> values_of(const proc_tree& tree) {
  std::map<std::string, double> out;
  for (const auto& [name, value] : demo::read_proc(tree.root())) CHECK(out.emplace(name, value).second);
  return out;
}

}  // namespace

TEST_CASE("every counter of the six files gets its name and its value") {
  const proc_tree tree;
  tree.write("stat", "cpu  10 2 3 4000 5 0 7 0 0 0\ncpu0 1 2 3\nintr 99 1 2 3\nctxt 12345\nbtime 1700000000\n");
  tree.write("meminfo", "MemTotal:       24000 kB\nHugePages_Total:     0\nActive(anon): 5 kB\n");
  tree.write("diskstats", "   7 0 loop0 0 0 0 0 0 0 0 0 0 0 0\n 254 0 vda 1 2 3 4 5 6 7 8 9 10 11 12\n");
  tree.write("net/dev",
             "Inter-|   Receive   |  Transmit\n face |bytes packets|bytes\n"
             "  eth0:1001 2 0 0 0 0 0 0 3003 4 0 0 0 0 0 0\n");
  tree.write("loadavg", "0.25 0.50 1.75 2/345 6789\n");
  tree.write("vmstat", "nr_free_pages 77\npgfault 88\n");
  const auto got = values_of(tree);
  CHECK(got.at("stat.cpu.user") == 10);
  CHECK(got.at("stat.cpu.idle") == 4000);
  CHECK(got.at("stat.cpu0.system") == 3);
  CHECK(got.at("stat.intr") == 99);
  CHECK(got.at("stat.ctxt") == 12345);
  CHECK(got.count("stat.btime") == 0);
  CHECK(got.at("meminfo.MemTotal") == 24000);
  CHECK(got.at("meminfo.Active(anon)") == 5);
  CHECK(got.count("diskstats.loop0.reads") == 0);  // never used
  CHECK(got.at("diskstats.vda.reads") == 1);
  CHECK(got.at("diskstats.vda.weighted_ms") == 11);
  CHECK(got.at("net.eth0.rx_bytes") == 1001);
  CHECK(got.at("net.eth0.tx_bytes") == 3003);
  CHECK(got.at("loadavg.15m") == 1.75);
  CHECK(got.at("loadavg.tasks") == 345);
  CHECK(got.at("vmstat.pgfault") == 88);
}

TEST_CASE("a file that is not there is left out; without any there is no recording") {
  const proc_tree tree;
  demo::recording how;
  how.length = std::chrono::duration<double>(0.1);
  how.root = tree.root();
  demo::telemetry none;
  CHECK_FALSE(demo::record_proc(how, none));
  CHECK(none.empty());

  tree.write("loadavg", "0.25 0.50 1.75 2/345 6789\n");
  CHECK(values_of(tree).size() == 5);
  demo::telemetry some;
  CHECK(demo::record_proc(how, some));
  CHECK(some.sensors().size() == 5);
  CHECK(some.readings().size() == 10);  // two readings of five
}

TEST_CASE("the synthetic source is the same in every run") {
  demo::recording how;
  how.length = std::chrono::duration<double>(1.0);
  demo::telemetry once;
  demo::telemetry again;
  demo::synthesize(how, once);
  demo::synthesize(how, again);
  CHECK(once.sensors().size() == 32);
  REQUIRE(once.readings().size() == 32 * 20);
  REQUIRE(again.readings().size() == once.readings().size());
  std::map<double, int> values;
  for (std::size_t i = 0; i < once.readings().size(); ++i) {
    REQUIRE(once.readings()[i].x == again.readings()[i].x);
    REQUIRE(once.readings()[i].timestamp == again.readings()[i].timestamp);
    ++values[once.readings()[i].x];
  }
  CHECK(values.size() > 300);  // it does move
}
