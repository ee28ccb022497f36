// slotted demo: terminals.
// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <cstdio>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace demo {
namespace {

bool is_terminal([[maybe_unused]] int descriptor) {
#if __has_include(<unistd.h>)
  return ::isatty(descriptor) == 1;
#else
  return false;
#endif
}

}  // namespace

bool output_is_terminal() { return is_terminal(1); }

progress::progress() : watched_(is_terminal(2)) {}
progress::~progress() { wipe(); }

void progress::show(std::string_view what) {
  if (!watched_) return;
  std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(what.size()), what.data());
  std::fflush(stderr);
  shown_ = true;
}

void progress::wipe() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

}  // namespace demo
