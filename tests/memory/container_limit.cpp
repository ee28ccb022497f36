// The memory that the container grants, read from cgroup trees of every kind that hosts have, built here as fixtures.
#include <slotted/memory/budget.hpp>
#include <slotted/memory/container_limit.hpp>

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "catch.hpp"

namespace {

using slotted::container_memory;
using slotted::GiB;
using slotted::KiB;
using slotted::MiB;
using source = container_memory::source;

const std::string meminfo_16_gib =
    "MemTotal:       16777216 kB\nMemFree:         1000000 kB\nMemAvailable:   12582912 kB\n";
const std::string v2_mount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
const std::string v1_mount =
    "40 32 0:36 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "41 32 0:37 / /sys/fs/cgroup/memory rw,nosuid shared:19 - cgroup cgroup rw,memory\n";

// A root folder with proc and sys trees of its own, gone with this object.
class tree {
 public:
  tree() {
    std::string name = (std::filesystem::temp_directory_path() / "slotted-cgroup-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    top_ = name;
  }
  ~tree() { std::filesystem::remove_all(top_); }
  tree(const tree&) = delete;
  tree& operator=(const tree&) = delete;

  tree& file(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((top_ / path).parent_path());
    std::ofstream(top_ / path, std::ios::binary) << text;
    return *this;
  }
  tree& folder(const std::string& path) {
    std::filesystem::create_directories(top_ / path);
    return *this;
  }
  tree& groups(const std::string& text) { return file("proc/self/cgroup", text); }
  tree& mounts(const std::string& text) { return file("proc/self/mountinfo", text); }
  tree& meminfo(const std::string& text = meminfo_16_gib) { return file("proc/meminfo", text); }

  std::string path(const std::string& inside = "") const { return top_.string() + inside; }
  container_memory read() const { return container_memory::read(path()); }

 private:
  std::filesystem::path top_;
};

template <class Error, class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

void check_limit(const tree& host, std::size_t limit, std::size_t used, source from, const std::string& where) {
  const container_memory found = host.read();
  CHECK(found.limit == limit);
  CHECK(found.used == used);
  CHECK(found.from == from);
  CHECK(found.where == host.path(where));
}

TEST_CASE("version 2: the tightest limit of a group and its ancestors counts") {
  tree host;
  host.meminfo().groups("0::/kubepods/burstable/pod1/app\n").mounts(v2_mount);
  host.file("sys/fs/cgroup/kubepods/memory.max", "8589934592\n");
  host.file("sys/fs/cgroup/kubepods/memory.current", "5000000000\n");
  host.file("sys/fs/cgroup/kubepods/burstable/memory.max", "max\n");
  host.file("sys/fs/cgroup/kubepods/burstable/pod1/memory.max", "536870912\n");
  host.file("sys/fs/cgroup/kubepods/burstable/pod1/memory.current", "268435456\n");
  host.file("sys/fs/cgroup/kubepods/burstable/pod1/app/memory.max", "1073741824\n");
  host.file("sys/fs/cgroup/kubepods/burstable/pod1/app/memory.current", "1000\n");
  const std::string pod = "/sys/fs/cgroup/kubepods/burstable/pod1/";
  check_limit(host, 512 * MiB, 256 * MiB, source::cgroup_v2, pod + "memory.max");

  host.file(pod.substr(1) + "app/memory.max", "1048576\n");
  check_limit(host, 1 * MiB, 1000, source::cgroup_v2, pod + "app/memory.max");
}

TEST_CASE("version 2: memory.high limits as memory.max does") {
  tree host;
  host.meminfo().groups("0::/service\n").mounts(v2_mount);
  host.file("sys/fs/cgroup/service/memory.max", "2147483648\n");
  host.file("sys/fs/cgroup/service/memory.high", "1073741824\n");
  host.file("sys/fs/cgroup/service/memory.current", "73741824\n");
  check_limit(host, 1 * GiB, 73741824, source::cgroup_v2, "/sys/fs/cgroup/service/memory.high");
  CHECK(host.read().headroom() == 1000000000);
  host.file("sys/fs/cgroup/service/memory.high", "max\n");
  check_limit(host, 2 * GiB, 73741824, source::cgroup_v2, "/sys/fs/cgroup/service/memory.max");
}

TEST_CASE("version 2: no limit anywhere leaves the machine's memory") {
  tree host;
  host.meminfo().groups("0::/service\n").mounts(v2_mount);
  SECTION("max in every file") {
    host.file("sys/fs/cgroup/service/memory.max", "max\n").file("sys/fs/cgroup/service/memory.high", "max\n");
  }
  SECTION("a root group, which has no such files") { host.groups("0::/\n"); }
  SECTION("a group without the memory controller") { host.file("sys/fs/cgroup/service/cgroup.procs", "1\n"); }
  check_limit(host, 16 * GiB, 4 * GiB, source::machine, "/proc/meminfo");
}

TEST_CASE("version 2: a container in a namespace of its own finds its limit at the mount point") {
  tree host;
  host.meminfo().groups("0::/\n").mounts(v2_mount);
  host.file("sys/fs/cgroup/memory.max", "1073741824").file("sys/fs/cgroup/memory.current", "1");
  check_limit(host, 1 * GiB, 1, source::cgroup_v2, "/sys/fs/cgroup/memory.max");
}

TEST_CASE("a group outside of the namespace is limited by what the mount shows") {
  tree host;
  host.meminfo().groups("0::/../other\n").mounts(v2_mount);
  host.file("sys/fs/cgroup/memory.max", "1073741824\n");
  host.file("sys/fs/cgroup/other/memory.max", "4096\n");  // somebody else's: inside, while we are outside
  check_limit(host, 1 * GiB, 0, source::cgroup_v2, "/sys/fs/cgroup/memory.max");
  host.groups("0::/..hidden\n");  // a name, no way up
  host.file("sys/fs/cgroup/..hidden/memory.max", "8192\n");
  check_limit(host, 8192, 0, source::cgroup_v2, "/sys/fs/cgroup/..hidden/memory.max");
}

TEST_CASE("version 1: the hierarchy with the memory controller is found by its options") {
  tree host;
  host.meminfo().groups("5:cpu,cpuacct:/elsewhere\n4:hugetlb,memory:/a/b\n1:name=systemd:/x\n").mounts(v1_mount);
  host.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  host.file("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "3221225472\n");
  host.file("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "21225472\n");
  host.file("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
  host.file("sys/fs/cgroup/cpu,cpuacct/elsewhere/memory.limit_in_bytes", "1\n");
  check_limit(host, 3 * GiB, 21225472, source::cgroup_v1, "/sys/fs/cgroup/memory/a/memory.limit_in_bytes");
  CHECK(host.read().headroom() == 3200000000);
}

TEST_CASE("version 1: the largest number means no limit") {
  tree host;
  host.meminfo().groups("4:memory:/\n").mounts(v1_mount);
  host.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  check_limit(host, 16 * GiB, 4 * GiB, source::machine, "/proc/meminfo");
}

TEST_CASE("version 1: a container without a cgroup namespace sees its group under the host's name") {
  tree host;
  host.meminfo().groups("4:memory:/docker/abc\n");
  host.mounts("41 32 0:37 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  host.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
  host.file("sys/fs/cgroup/memory/memory.usage_in_bytes", "7\n");
  check_limit(host, 1 * GiB, 7, source::cgroup_v1, "/sys/fs/cgroup/memory/memory.limit_in_bytes");

  SECTION("a group below the container's") {
    host.groups("4:memory:/docker/abc/worker\n");
    host.file("sys/fs/cgroup/memory/worker/memory.limit_in_bytes", "4194304\n");
    check_limit(host, 4 * MiB, 0, source::cgroup_v1, "/sys/fs/cgroup/memory/worker/memory.limit_in_bytes");
  }
  SECTION("a group whose name only begins as the mount's root does") {
    host.groups("4:memory:/docker/abcdef\n");
    host.file("sys/fs/cgroup/memorydef/memory.limit_in_bytes", "4096\n");
    host.file("sys/fs/cgroup/memory/def/memory.limit_in_bytes", "4096\n");
    check_limit(host, 1 * GiB, 7, source::cgroup_v1, "/sys/fs/cgroup/memory/memory.limit_in_bytes");
  }
}

TEST_CASE("names that mountinfo writes in octal are found") {
  tree host;
  host.meminfo().groups("4:memory:/system.slice/my\\x2dapp.scope/inner\n");
  host.mounts("41 32 0:37 /system.slice/my\\134x2dapp.scope /mnt/with\\040blank rw - cgroup cgroup rw,memory\n");
  host.file("mnt/with blank/inner/memory.limit_in_bytes", "4194304\n");
  check_limit(host, 4 * MiB, 0, source::cgroup_v1, "/mnt/with blank/inner/memory.limit_in_bytes");
}

TEST_CASE("the mount that shows this process's group counts, not the host's that a tool was given") {
  tree host;
  host.meminfo().groups("4:memory:/docker/abc\n");
  host.mounts(
      "39 32 0:37 /docker/other /host/sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
      "41 32 0:37 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
  host.file("host/sys/fs/cgroup/memory/memory.limit_in_bytes", "4096\n");
  host.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
  check_limit(host, 1 * GiB, 0, source::cgroup_v1, "/sys/fs/cgroup/memory/memory.limit_in_bytes");
}

TEST_CASE("a hybrid host: version 2 without the controller gives way to version 1") {
  tree host;
  host.meminfo().groups("4:memory:/app\n1:name=systemd:/app\n0::/app\n");
  host.mounts("29 23 0:25 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n" + v1_mount);
  host.file("sys/fs/cgroup/unified/app/cgroup.procs", "1\n");
  host.file("sys/fs/cgroup/memory/app/memory.limit_in_bytes", "2147483648\n");
  check_limit(host, 2 * GiB, 0, source::cgroup_v1, "/sys/fs/cgroup/memory/app/memory.limit_in_bytes");
  host.file("sys/fs/cgroup/unified/app/memory.max", "1073741824\n");
  check_limit(host, 1 * GiB, 0, source::cgroup_v2, "/sys/fs/cgroup/unified/app/memory.max");
}

TEST_CASE("without mountinfo the usual mount points are looked at") {
  tree host;
  SECTION("version 2") {
    host.groups("0::/app\n").file("sys/fs/cgroup/app/memory.max", "1073741824\n");
    check_limit(host, 1 * GiB, 0, source::cgroup_v2, "/sys/fs/cgroup/app/memory.max");
  }
  SECTION("version 1") {
    host.groups("4:memory:/app\n").file("sys/fs/cgroup/memory/app/memory.limit_in_bytes", "1073741824\n");
    check_limit(host, 1 * GiB, 0, source::cgroup_v1, "/sys/fs/cgroup/memory/app/memory.limit_in_bytes");
  }
}

TEST_CASE("a group that was deleted is limited by its ancestors") {
  tree host;
  host.meminfo().groups("0::/a/gone (deleted)\n").mounts(v2_mount);
  host.file("sys/fs/cgroup/a/memory.max", "1073741824\n");
  check_limit(host, 1 * GiB, 0, source::cgroup_v2, "/sys/fs/cgroup/a/memory.max");
}

TEST_CASE("a limit above the machine's memory limits nothing") {
  tree host;
  host.meminfo().groups("0::/app\n").mounts(v2_mount);
  host.file("sys/fs/cgroup/app/memory.max", "17179869184\n");  // exactly the machine's
  check_limit(host, 16 * GiB, 0, source::cgroup_v2, "/sys/fs/cgroup/app/memory.max");
  host.file("sys/fs/cgroup/app/memory.max", "17179873280\n");
  check_limit(host, 16 * GiB, 4 * GiB, source::machine, "/proc/meminfo");
}

TEST_CASE("a limit without the machine's memory is enough") {
  tree host;
  host.groups("0::/app\n").mounts(v2_mount).file("sys/fs/cgroup/app/memory.max", "1073741824\n");
  check_limit(host, 1 * GiB, 0, source::cgroup_v2, "/sys/fs/cgroup/app/memory.max");
}

TEST_CASE("a file that is no limit is an error that names it and what it holds") {
  tree host;
  host.meminfo().groups("0::/app\n").mounts(v2_mount);
  const std::string file = "/sys/fs/cgroup/app/memory.max";
  for (const std::string& text : {std::string("lots"), std::string("12 MiB"), std::string("-1"), std::string("1e9"),
                                  std::string("99999999999999999999999"), std::string("")}) {
    host.file(file.substr(1), text + "\n");
    const std::string said = message_of<std::runtime_error>([&] { (void)host.read(); });
    CHECK(said == "malformed memory limit in " + host.path(file) + ": '" + text + "'");
  }
  host.file(file.substr(1), "12\n");  // the twin that is well-formed
  CHECK(host.read().limit == 12);
}

TEST_CASE("a limit that is there but cannot be read is an error, never no limit") {
  tree host;
  host.meminfo().groups("0::/app\n").mounts(v2_mount);
  CHECK(host.read().limit == 16 * GiB);
  host.folder("sys/fs/cgroup/app/memory.max");
  const std::string said = message_of<std::runtime_error>([&] { (void)host.read(); });
  CHECK(said.find("cannot read " + host.path("/sys/fs/cgroup/app/memory.max") + ": ") == 0);
}

TEST_CASE("nothing that tells how much memory there is, is an error") {
  tree host;
  SECTION("an empty tree") {}
  SECTION("groups without limits") { host.groups("0::/app\n").mounts(v2_mount); }
  const std::string said = message_of<std::runtime_error>([&] { (void)host.read(); });
  CHECK(said == "cannot tell how much memory there is: no cgroup limit, and nothing in " + host.path("/proc/meminfo"));
  host.meminfo();
  CHECK(host.read().limit == 16 * GiB);
}

TEST_CASE("meminfo alone tells the machine's memory, malformed it is an error that names it") {
  tree host;
  host.meminfo();
  check_limit(host, 16 * GiB, 4 * GiB, source::machine, "/proc/meminfo");
  host.meminfo("MemTotal: 1024 kB\n");  // before Linux 3.14
  check_limit(host, 1 * MiB, 0, source::machine, "/proc/meminfo");
  for (const char* text : {"", "MemFree: 1 kB\n", "MemTotal: many kB\n", "MemTotal: 1024 MB\n", "MemTotal: 1024\n"}) {
    host.meminfo(text);
    const std::string said = message_of<std::runtime_error>([&] { (void)host.read(); });
    CHECK(said.find(host.path("/proc/meminfo")) != std::string::npos);
  }
}

TEST_CASE("a budget is a share of the container's memory") {
  tree host;
  host.meminfo().groups("0::/app\n").mounts(v2_mount);
  host.file("sys/fs/cgroup/app/memory.max", "1073741824\n").file("sys/fs/cgroup/app/memory.current", "1000\n");
  const std::string root = host.path();
  CHECK(slotted::memory_budget::of_container(0.75, root.c_str()).limit() == 768 * MiB);
  CHECK(slotted::memory_budget::of_container(1, root.c_str()).limit() == 1 * GiB);
  CHECK(slotted::memory_budget::of_container(1.0 / 1024 / 1024, root.c_str()).limit() == 1 * KiB);
  CHECK(slotted::memory_budget::headroom(root.c_str()) == 1 * GiB - 1000);
  host.file("sys/fs/cgroup/app/memory.current", "2000000000\n");  // a limit may be set below what is in use
  CHECK(slotted::memory_budget::headroom(root.c_str()) == 0);
}

TEST_CASE("a share outside of (0, 1] is an error that names it") {
  const container_memory one_gib{1 * GiB, 0, source::machine, ""};
  CHECK(one_gib.share_of_limit(0.5) == 512 * MiB);
  const auto refusal = [&](double share) {
    return message_of<std::invalid_argument>([&] { (void)one_gib.share_of_limit(share); });
  };
  const std::string rule = "a share of the container's memory lies in (0, 1], not ";
  CHECK(refusal(0) == rule + "0");
  CHECK(refusal(-0.5) == rule + "-0.5");
  CHECK(refusal(75) == rule + "75");
  CHECK(refusal(1.0000000000000002) == rule + "1.0000000000000002");
  CHECK(refusal(std::numeric_limits<double>::quiet_NaN()).find(rule) == 0);
}

TEST_CASE("a whole limit keeps its last byte") {
  const container_memory odd{(std::size_t{1} << 60) + 1, 0, source::machine, ""};
  CHECK(odd.share_of_limit(1) == (std::size_t{1} << 60) + 1);
}

TEST_CASE("this machine has an answer") {
  const container_memory here = container_memory::read();
  CHECK(here.limit >= 64 * MiB);
  CHECK(here.headroom() <= here.limit);
  CHECK_FALSE(here.where.empty());
}

}  // namespace
