// slotted demo: the readings that the command line asks for.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "csv.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "telemetry.hpp"

namespace demo {

struct input {
  enum class kind { host, synthetic, files };

  struct file {
    std::string name;
    csv_summary summary;
  };

  kind source = kind::host;
  std::vector<file> files;
  telemetry readings;  // arranged, not empty
};

/// Records or reads. Malformed lines are told on standard error, the first few of each file one by one.
///
/// Throws: std::runtime_error that names the file which cannot be used.
input gather(const options& asked, progress& shown);

}  // namespace demo
