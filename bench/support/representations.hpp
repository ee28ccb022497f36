// slotted benchmarks: the ways to keep a million points that reports and pictures show, and which row each is.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results.hpp"

namespace bench {

struct representation {
  const char* label;
  const char* subject;  // of the run
  const char* row;
  const char* bytes;  // the counter of bytes a point
  bool ours;
};

inline constexpr representation representations[] = {
    {"std::unordered_map per object", "pools", "dict_per_object/dict/1000000", "resident", false},
    {"std::list, struct of 32 B", "pools", "list/32/1000000", "resident", false},
    {"std::vector, struct with std::string", "pools", "vector/string/1000000", "resident", false},
    {"new/delete, 32 B", "pools", "new/32/1000000", "resident", false},
    {"boost::pool, 32 B", "pools", "boost_pool/32/1000000", "resident", false},
    {"std::pmr pool, 32 B", "pools", "pmr_pool/32/1000000", "resident", false},
    {"plf::colony, 32 B", "pools", "plf_colony/32/1000000", "resident", false},
    {"plf::hive, 32 B", "pools", "plf_hive/32/1000000", "resident", false},
    {"EnTT registry, 32 B", "pools", "entt/32/1000000", "resident", false},
    {"std::vector, 32 B", "pools", "vector/32/1000000", "resident", false},
    {"checked_pool, 32 B", "pools", "checked_pool/32/1000000", "resident", true},
    {"pool, 32 B", "pools", "pool/32/1000000", "resident", true},
    {"pool, packed_record of 26 B", "pools", "pool/26/1000000", "resident", true},
    {"table, columns of 26 B", "tables", "table/26/1000000", "resident", true},
    {"history, 10 million, lossless", "histories", "reference/10000000", "resident", true},
};

// Whether a run is not one of those that stand beside the others: with other flags, or with another allocator.
inline bool is_main(const run& each) {
  return each.said("allocator").empty() && each.said("flags").find("native") != std::string::npos;
}

// The figure of a row in the first such run about a subject that has it.
inline std::optional<double> figure_of(const std::vector<run>& runs, const std::string& subject, const std::string& row,
                                       const std::string& counter) {
  for (const run& each : runs)
    if (each.said("subject") == subject && is_main(each))
      if (const auto found = each.figure(row, counter)) return found;
  return std::nullopt;
}

}  // namespace bench
