// slotted tests: what the system says of single ranges and mappings of this process.
// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace slotted::test {

inline std::size_t system_page() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

// How many bytes of a range are in memory.
inline std::size_t resident_bytes(const void* from, std::size_t bytes) {
  const std::size_t page = system_page();
  const auto first = reinterpret_cast<std::uintptr_t>(from) / page * page;
  const std::size_t length = reinterpret_cast<std::uintptr_t>(from) + bytes - first;
  std::vector<unsigned char> pages((length + page - 1) / page);
  if (::mincore(reinterpret_cast<void*>(first), length, pages.data()) != 0) return SIZE_MAX;
  std::size_t resident = 0;
  for (const unsigned char each : pages) resident += (each & 1) * page;
  return resident;
}

// A figure in kB of a file of /proc/self, in bytes; of several lines the sum.
inline std::size_t proc_bytes(const char* file, const std::string& key) {
  std::ifstream in(std::string("/proc/self/") + file);
  std::size_t kib = 0;
  for (std::string line; std::getline(in, line);)
    if (line.compare(0, key.size(), key) == 0) kib += std::stoull(line.substr(key.size()));
  return kib * 1024;
}

inline std::size_t mappings() {
  std::ifstream in("/proc/self/maps");
  std::size_t lines = 0;
  for (std::string line; std::getline(in, line);) ++lines;
  return lines;
}

// What /proc/self/smaps says of the mapping that holds an address.
struct mapping {
  std::size_t resident = 0;    // bytes
  std::size_t huge_pages = 0;  // bytes in transparent huge pages
  std::string flags;           // VmFlags: " rd wr mr mw me nh "
  bool has(const char* flag) const { return flags.find(std::string(" ") + flag + " ") != std::string::npos; }
};

inline mapping mapping_of(const void* at) {
  std::ifstream in("/proc/self/smaps");
  mapping found;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    const std::size_t dash = line.find('-');
    if (dash != std::string::npos && dash < line.find(' ')) {
      const std::uintptr_t first = std::stoull(line.substr(0, dash), nullptr, 16);
      const std::uintptr_t end = std::stoull(line.substr(dash + 1), nullptr, 16);
      inside = first <= reinterpret_cast<std::uintptr_t>(at) && reinterpret_cast<std::uintptr_t>(at) < end;
    } else if (inside && line.compare(0, 4, "Rss:") == 0) {
      found.resident = std::stoull(line.substr(4)) * 1024;
    } else if (inside && line.compare(0, 14, "AnonHugePages:") == 0) {
      found.huge_pages = std::stoull(line.substr(14)) * 1024;
    } else if (inside && line.compare(0, 8, "VmFlags:") == 0) {
      found.flags = line.substr(8) + " ";
    }
  }
  return found;
}

// "always", "madvise" or "never"; "never" where the system knows no transparent huge pages.
inline std::string huge_page_policy() {
  std::ifstream in("/sys/kernel/mm/transparent_hugepage/enabled");
  std::string text;
  std::getline(in, text);
  const std::size_t open = text.find('[');
  return open == std::string::npos ? "never" : text.substr(open + 1, text.find(']') - open - 1);
}

}  // namespace slotted::test
