// slotted demo: one line of progress, where somebody watches.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace demo {

/// Writes a line to standard error that the next one overwrites; nothing where that is not a terminal.
class progress {
 public:
  progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  ~progress();  // wipes the line

  void show(std::string_view what);
  void wipe();

 private:
  bool watched_;
  bool shown_ = false;
};

bool output_is_terminal();

}  // namespace demo
