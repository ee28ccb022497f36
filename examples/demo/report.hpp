// slotted demo: what a run found, and its two forms.
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "capacity.hpp"
#include "input.hpp"
#include "measure.hpp"
#include "options.hpp"
#include "reference.hpp"

namespace demo {

struct report {
  const options* asked = nullptr;
  const input* source = nullptr;
  std::vector<measurement> measurements;
  std::vector<capacity> capacities;
  reference_program reference;

  /// Every value that was put in was read back as it was.
  bool verified() const;
};

/// Returns: the figure that `measured` is compared with, or null when it was not to be had.
const measurement* baseline(const report& of);

std::string as_text(const report& of, bool colour);
std::string as_json(const report& of);

}  // namespace demo
