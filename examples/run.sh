#!/bin/sh
# slotted: builds the demo and runs it with all the arguments given: examples/run.sh [FILE.csv ...], or --help.
# SPDX-License-Identifier: MIT
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=.ci/need.sh
. "$top/.ci/need.sh"
need c++ cmake ninja cli11 fmt json date fast_float

# Standard output and standard input are the demo's alone.
[ -f "$top/build/demo/build.ninja" ] || cmake -S "$top" --preset demo </dev/null >&2
build() { cmake --build "$top/build/demo" --target slotted_demo "$@" </dev/null; }
case $(build -- -n 2>&1) in  # a dry run: what is built already needs no words
  *'no work to do'*) ;;
  *) build >&2 ;;
esac
exec "$top/build/demo/examples/slotted_demo" "$@"
