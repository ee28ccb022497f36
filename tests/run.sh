#!/bin/sh
# slotted: builds and passes the tests: tests/run.sh [PRESET], a workflow of CMakePresets.json, `test` by default.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=.ci/need.sh
. .ci/need.sh

preset=${1:-test}
case $preset in
  clang) export CXX=clang++-19 ;;
  clang14) export CXX=clang++-14 ;;
  clang-default) export CXX=clang++ ;;
  libcxx) export CXX=clang++-19 ;;
  gcc14)
    command -v g++-14 >/dev/null || exec tests/in_debian13.sh gcc14
    export CXX=g++-14
    ;;
esac
need c++ cmake ninja catch2 cli11 fmt json date fast_float
case $preset in
  coverage) need python3 gcovr ;;
  libcxx) need libc++ ;;
  i386) need i686-linux-gnu-g++ qemu-i386 ;;
  aarch64 | s390x) need "$preset-linux-gnu-g++" "qemu-$preset" ;;
esac

CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)}
export CTEST_PARALLEL_LEVEL
exec cmake --workflow --preset "$preset"
