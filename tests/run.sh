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
esac
need c++ cmake ninja catch2 cli11 fmt json date fast_float
[ "$preset" != coverage ] || need python3 gcovr

CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)}
export CTEST_PARALLEL_LEVEL
exec cmake --workflow --preset "$preset"
