// slotted: how much memory the container (cgroup) of this process may use, and uses.
// SPDX-License-Identifier: MIT
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <unistd.h>
#endif

#include <slotted/algorithm.hpp>
#include <slotted/memory/text_error.hpp>
#include <slotted/version.hpp>

namespace slotted {
inline namespace SLOTTED_DETAIL_ABI {

/// What the operating system says of the memory that this process may use.
///
/// On Linux the tightest limit among the process's cgroup and all its ancestors counts: `memory.max` and `memory.high`
/// of version 2, else `memory.limit_in_bytes` of version 1, never more than the machine has; without a cgroup limit it
/// is the machine's memory. Elsewhere it is the machine's memory. Source: the kernel's cgroup-v2.rst and
/// cgroup-v1/memory.rst, proc(5).
struct container_memory {
  /// What sets a limit: a control group of either version, or the size of the machine.
  enum class source : unsigned char { cgroup_v2, cgroup_v1, machine };

  std::size_t limit = 0;          ///< bytes
  std::size_t used = 0;           ///< bytes in use by whatever is under that limit, page cache included
  source from = source::machine;  ///< what set the limit
  std::string where;              ///< the file that holds the limit

  /// The bytes that are left below the limit.
  [[nodiscard]] std::size_t headroom() const noexcept { return used < limit ? limit - used : 0; }

  /// A share of the limit, in bytes.
  ///
  /// Throws: `std::invalid_argument` unless 0 < share <= 1.
  [[nodiscard]] std::size_t share_of_limit(double share) const;

  /// Reads the limit of this process.
  ///
  /// A file that a kernel without that controller does not have is passed over; one that is there and cannot be read or
  /// understood is an error.
  ///
  /// Throws: `std::runtime_error` that names the file, or when nothing tells how much memory there is.
  /// \param root  where the proc and sys trees begin; another than "/" is for tests.
  [[nodiscard]] static container_memory read(std::string_view root = "/");
};

namespace detail {

// The whole of a small file; nothing when there is none. Files of proc and sys have no size to ask for.
// A limit that is there but may not be read must not pass for "no limit".
inline std::optional<std::string> read_small_file(const std::string& path) {
  const auto absent = [](int why) { return why == ENOENT || why == ENOTDIR || why == ENODEV; };  // ENODEV: just removed
  const auto refuse = [&](int why) {
    if (!absent(why))
      throw_with_text<std::runtime_error>("cannot read " + path + ": " + std::generic_category().message(why));
    return std::nullopt;
  };
  errno = 0;
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return refuse(errno);
  std::string text;
  char part[4096];
  for (std::size_t got; (got = std::fread(part, 1, sizeof part, file)) != 0;) text.append(part, got);
  const int error = std::ferror(file) != 0 ? errno : 0;
  std::fclose(file);
  if (error != 0) return refuse(error);
  return text;
}

inline std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

// Calls f(line) until it returns true.
template <class F>
bool any_line(std::string_view text, F&& f) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (f(text.substr(0, end))) return true;
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return false;
}

// Cuts the text before the next separator off the front of `rest`.
inline std::string_view cut(std::string_view& rest, char separator) noexcept {
  const std::size_t end = rest.find(separator);
  const std::string_view head = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return head;
}

// A number in decimal digits and nothing else, where 64 bits hold it.
inline std::optional<std::uint64_t> parsed_number(std::string_view digits) noexcept {
  std::uint64_t number = 0;
  for (const char each : digits) {
    if (each < '0' || each > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(each - '0');
    if (number > (UINT64_MAX - digit) / 10) return std::nullopt;
    number = number * 10 + digit;
  }
  return digits.empty() ? std::nullopt : std::optional(number);
}

class cgroup_reader {
 public:
  explicit cgroup_reader(std::string_view root) : root_(root) {
    while (!root_.empty() && root_.back() == '/') root_.pop_back();
  }

  container_memory read() {
    container_memory found;
    const std::optional<std::size_t> machine = read_meminfo(found);
    const std::string groups = read_small_file(root_ + "/proc/self/cgroup").value_or("");
    const std::string mounts = read_small_file(root_ + "/proc/self/mountinfo").value_or("");
    bool limited = walk(found, groups, mounts, container_memory::source::cgroup_v2);
    if (!limited) limited = walk(found, groups, mounts, container_memory::source::cgroup_v1);
    if (limited && (!machine || found.limit <= *machine)) return found;
    if (!machine)
      throw_with_text<std::runtime_error>("cannot tell how much memory there is: no cgroup limit, and nothing in " +
                                          root_ + "/proc/meminfo");
    container_memory whole;
    (void)read_meminfo(whole);
    return whole;
  }

 private:
  using source = container_memory::source;

  // A number of bytes in a file of its own; nothing when there is no such file or no limit in it.
  static std::optional<std::size_t> read_bytes(const std::string& path) {
    const std::optional<std::string> text = read_small_file(path);
    if (!text) return std::nullopt;
    const std::string_view word = trimmed(*text);
    if (word == "max") return std::nullopt;
    const std::optional<std::uint64_t> value = parsed_number(word);
    if (!value)
      throw_with_text<std::runtime_error>("malformed memory limit in " + path + ": '" + std::string(word) + "'");
    // Version 1 says "no limit" with the largest multiple of a page that a long holds.
    if (*value >= std::uint64_t{1} << 62 || *value > SIZE_MAX) return std::nullopt;
    return static_cast<std::size_t>(*value);
  }

  // The path of this process within a hierarchy, as /proc/self/cgroup has it: "id:controllers:path".
  static std::optional<std::string_view> group_path(std::string_view groups, source version) {
    std::optional<std::string_view> path;
    any_line(groups, [&](std::string_view line) {
      const std::string_view id = cut(line, ':');
      std::string_view controllers = cut(line, ':');
      if (version == source::cgroup_v2) {
        if (id == "0" && controllers.empty()) path = line;
      } else {
        while (!controllers.empty())
          if (cut(controllers, ',') == "memory") path = line;
      }
      return path.has_value();
    });
    return path;
  }

  struct mount {
    std::string root;  // the directory of the hierarchy that is seen at `point`
    std::string point;
  };

  // mountinfo writes blanks and backslashes, which systemd puts into names of groups, as octal numbers.
  static std::string unescaped(std::string_view text) {
    const auto octal = [](char each) { return each >= '0' && each <= '7'; };
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\\' && at + 3 < text.size() && octal(text[at + 1]) && octal(text[at + 2]) &&
          octal(text[at + 3])) {
        plain += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0'));
        at += 3;
      } else {
        plain += text[at];
      }
    }
    return plain;
  }

  // Whether a group is a directory or below it.
  static bool is_within(std::string_view group, std::string_view directory) noexcept {
    return directory == "/" || (group.substr(0, directory.size()) == directory &&
                                (group.size() == directory.size() || group[directory.size()] == '/'));
  }

  // Where a hierarchy is mounted: "id parent dev root point options... - type source super-options" (proc(5),
  // mountinfo). A tool's container may see the host's mounts, too: the first that shows this process's group counts.
  static mount find_mount(std::string_view mounts, source version, std::string_view group) {
    std::optional<mount> first;
    std::optional<mount> showing;
    any_line(mounts, [&](std::string_view line) {
      const std::size_t dash = line.find(" - ");
      if (dash == line.npos) return false;
      std::string_view tail = line.substr(dash + 3);
      const std::string_view type = cut(tail, ' ');
      if (version == source::cgroup_v2) {
        if (type != "cgroup2") return false;
      } else {
        if (type != "cgroup") return false;
        (void)cut(tail, ' ');
        bool memory = false;
        while (!tail.empty()) memory |= trimmed(cut(tail, ',')) == "memory";
        if (!memory) return false;
      }
      for (int skipped = 0; skipped < 3; ++skipped) (void)cut(line, ' ');
      mount each;
      each.root = unescaped(cut(line, ' '));
      each.point = unescaped(cut(line, ' '));
      if (is_within(group, each.root)) showing = each;
      if (!first) first = std::move(each);
      return showing.has_value();
    });
    if (showing) return *showing;
    return first.value_or(mount{"/", version == source::cgroup_v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"});
  }

  // Visits the group of this process and its ancestors up to the mount point; keeps the smallest limit.
  bool walk(container_memory& found, std::string_view groups, std::string_view mounts, source version) {
    const std::optional<std::string_view> group = group_path(groups, version);
    if (!group) return false;
    std::string path{*group};
    const mount at = find_mount(mounts, version, path);
    // Without a cgroup namespace the path is the host's while only the part below the mount's root is to be seen.
    if (!is_within(path, at.root))
      path.clear();
    else if (at.root != "/")
      path.erase(0, at.root.size());
    if (is_within(path, "/..")) path.clear();  // outside of what this namespace shows
    while (!path.empty() && path.back() == '/') path.pop_back();
    bool limited = false;
    for (;;) {
      const std::string folder = root_ + at.point + path + "/";
      const auto consider = [&](const char* file, const char* usage) {
        const std::optional<std::size_t> limit = read_bytes(folder + file);
        if (!limit || (limited && found.limit <= *limit)) return;
        limited = true;
        found = {*limit, read_bytes(folder + usage).value_or(0), version, folder + file};
      };
      if (version == source::cgroup_v2) {
        consider("memory.max", "memory.current");
        consider("memory.high", "memory.current");
      } else {
        consider("memory.limit_in_bytes", "memory.usage_in_bytes");
      }
      const std::size_t slash = path.rfind('/');
      if (slash == path.npos) return limited;
      path.erase(slash);
    }
  }

  // The machine's memory; where there is no proc tree, what the system call says.
  std::optional<std::size_t> read_meminfo(container_memory& found) const {
    const std::string path = root_ + "/proc/meminfo";
    if (const std::optional<std::string> text = read_small_file(path)) {
      const std::optional<std::size_t> total = meminfo_bytes(*text, "MemTotal:");
      if (!total) throw_with_text<std::runtime_error>("no 'MemTotal: <number> kB' in " + path);
      const std::size_t available = meminfo_bytes(*text, "MemAvailable:").value_or(*total);  // since Linux 3.14
      found = {*total, available < *total ? *total - available : 0, source::machine, path};
      return total;
    }
#if defined(_SC_PHYS_PAGES) && defined(_SC_PAGESIZE)
    if (root_.empty()) {
      const long pages = ::sysconf(_SC_PHYS_PAGES);
      const long size = ::sysconf(_SC_PAGESIZE);
      if (pages > 0 && size > 0) {
        found = {static_cast<std::size_t>(pages) * static_cast<std::size_t>(size), 0, source::machine, "sysconf"};
        return found.limit;
      }
    }
#endif
    return std::nullopt;
  }

  static std::optional<std::size_t> meminfo_bytes(std::string_view text, std::string_view key) {
    std::optional<std::size_t> bytes;
    any_line(text, [&](std::string_view line) {
      if (line.substr(0, key.size()) != key) return false;
      std::string_view unit = trimmed(line.substr(key.size()));
      const std::optional<std::uint64_t> kib = parsed_number(cut(unit, ' '));
      if (kib && unit == "kB") bytes = number_cast<std::size_t>(*kib * 1024);
      return true;
    });
    return bytes;
  }

  std::string root_;
};

}  // namespace detail

inline container_memory container_memory::read(std::string_view root) { return detail::cgroup_reader(root).read(); }

inline std::size_t container_memory::share_of_limit(double share) const {
  if (!(share > 0 && share <= 1)) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.17g", share);  // 1.0000000000000002 must not read as 1
    detail::throw_with_text<std::invalid_argument>("a share of the container's memory lies in (0, 1], not " +
                                                   std::string(digits));
  }
  if (share >= 1) return limit;  // a double has fewer bits than a limit
  return static_cast<std::size_t>(static_cast<double>(limit) * share);
}

}  // namespace SLOTTED_DETAIL_ABI
}  // namespace slotted
