# slotted: brings what the scripts of this project need; tests/run.sh, examples/run.sh, bench/run.sh and .ci/run read it.
# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# need THING...  makes sure that each is there. As root on a system with apt it installs what is missing; elsewhere it
# uses what is there, leaves a missing library to CMake's FetchContent where git can fetch it, and otherwise prints what
# to install and ends the script with status 1. want THING... is for what a script can do without.
# Both write to standard error only and read no standard input.

say() { printf 'slotted: %s\n' "$*" >&2; }

# Does the preprocessor of the chosen compiler find this header?
has_header() { echo "#include <$1>" | ${CXX:-c++} -std=c++20 -E -x c++ - >/dev/null 2>&1; }

# The compilers that the project is tested with, or newer ones.
compiler_fits() {
  ${CXX:-c++} -std=c++20 -fsyntax-only -x c++ - >/dev/null 2>&1 <<'EOF'
#if defined(__clang__) ? __clang_major__ < 14 : __GNUC__ < 12
#error too old
#endif
#include <concepts>
EOF
}

cmake_fits() {
  cmake --version 2>/dev/null | awk 'NR == 1 { split($3, v, "."); found = v[1] > 3 || (v[1] == 3 && v[2] >= 25) } END { exit !found }'
}

has() {
  case $1 in
    c++) compiler_fits ;;
    cmake) cmake_fits ;;
    ninja) command -v ninja >/dev/null || command -v ninja-build >/dev/null ;;
    catch2) has_header catch2/catch_all.hpp || has_header catch2/catch.hpp ;;
    benchmark) has_header benchmark/benchmark.h ;;
    cli11) has_header CLI/CLI.hpp ;;
    fmt) has_header fmt/core.h ;;
    json) has_header nlohmann/json.hpp ;;
    date) has_header date/date.h ;;
    fast_float) has_header fast_float/fast_float.h ;;
    boost) has_header boost/pool/pool.hpp ;;
    colony) has_header plf_colony.h ;;
    absl) has_header absl/container/flat_hash_map.h ;;
    zstd) has_header zstd.h ;;
    python3-clang) python3 -c 'import clang.cindex' 2>/dev/null || /usr/bin/python3 -c 'import clang.cindex' 2>/dev/null ;;
    lz4) has_header lz4.h ;;
    libc++) echo '#include <version>' | "${CXX:-clang++}" -stdlib=libc++ -E -x c++ - 2>/dev/null | grep -q c++/v1 ;;
    jemalloc | mimalloc) ldconfig -p 2>/dev/null | grep -q "lib$1\\.so" ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

is_library() { case $1 in catch2 | benchmark | cli11 | fmt | json | date | fast_float) ;; *) false ;; esac; }

debian_package() {
  case $1 in
    c++)
      case ${CXX:-} in
        clang++-*) echo "clang-${CXX#clang++-} libclang-rt-${CXX#clang++-}-dev" ;;
        clang++) echo clang ;;
        g++-*) echo "$CXX" ;;
        *) echo g++ ;;
      esac
      ;;
    ninja) echo ninja-build ;;
    benchmark) echo libbenchmark-dev ;;
    cli11) echo libcli11-dev ;;
    fmt) echo libfmt-dev ;;
    json) echo nlohmann-json3-dev ;;
    date) echo libhowardhinnant-date-dev ;;
    fast_float) echo libfast-float-dev ;;
    boost) echo libboost-dev ;;
    colony) echo libplf-colony-dev ;;
    absl) echo libabsl-dev ;;
    zstd) echo libzstd-dev ;;
    lz4) echo liblz4-dev ;;
    jemalloc) echo libjemalloc2 ;;
    mimalloc) echo libmimalloc-dev ;;
    libc++)
      case ${CXX:-} in
        clang++-*) echo "libc++-${CXX#clang++-}-dev libc++abi-${CXX#clang++-}-dev" ;;
        *) echo "libc++-dev libc++abi-dev" ;;
      esac
      ;;
    *-linux-gnu-g++) echo "g++-${1%-g++}" ;;
    qemu-*) echo qemu-user ;;
    python3-clang) echo python3-clang-19 ;;
    clang++-*) echo "clang-${1#clang++-} libclang-rt-${1#clang++-}-dev" ;;
    *) echo "$1" ;;
  esac
}

in_words() {
  case $1 in
    c++) echo "a C++20 compiler: g++ 12, clang++ 14 or newer (set CXX to choose one)" ;;
    cmake) echo "CMake 3.25 or newer" ;;
    ninja) echo "Ninja" ;;
    catch2) echo "Catch2 2.13 or 3" ;;
    benchmark) echo "Google Benchmark" ;;
    cli11) echo "CLI11" ;;
    fmt) echo "{fmt}" ;;
    json) echo "JSON for Modern C++" ;;
    date) echo "Howard Hinnant's date library" ;;
    boost) echo "Boost" ;;
    colony) echo "plf::colony" ;;
    absl) echo "Abseil" ;;
    *) echo "$1" ;;
  esac
}

missing_of() {
  for thing in "$@"; do
    has "$thing" || printf '%s ' "$thing"
  done
}

apt_get() { apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 "$@"; }

# want THING...  as need, but what cannot be had is done without, and said.
want() {
  for thing in "$@"; do
    if ! has "$thing" && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      DEBIAN_FRONTEND=noninteractive apt_get install -y --no-install-recommends "$(debian_package "$thing")" \
        </dev/null >&2 || true
    fi
    has "$thing" || say "without $(in_words "$thing") (on Debian: apt-get install $(debian_package "$thing"))"
  done
}

need() {
  missing=$(missing_of "$@")
  [ -n "$missing" ] || return 0
  packages=
  for thing in $missing; do packages="$packages $(debian_package "$thing")"; done

  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing$packages"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # one word a package
    { apt_get update && apt_get install -y --no-install-recommends $packages; } </dev/null >&2 ||
      say "apt-get could not install everything"
    # shellcheck disable=SC2086  # one word a thing
    missing=$(missing_of $missing)
  fi

  lacking=
  for thing in $missing; do
    if is_library "$thing" && command -v git >/dev/null; then
      say "$(in_words "$thing") is not installed; CMake fetches it (on Debian: apt-get install $(debian_package "$thing"))"
    else
      lacking="$lacking $thing"
    fi
  done
  [ -n "$lacking" ] || return 0

  say "please install:"
  packages=
  for thing in $lacking; do
    printf '  %s\n' "$(in_words "$thing")" >&2
    packages="$packages $(debian_package "$thing")"
  done
  say "on Debian 12 or newer and on Ubuntu 24.04 or newer, as root: apt-get install --no-install-recommends$packages"
  exit 1
}
