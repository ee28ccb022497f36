#!/bin/sh
# slotted: what Debian 12 has no compiler for: tests/in_debian13.sh PRESET passes a workflow of CMakePresets.json with the
# compilers of Debian 13. Its packages are unpacked below build/ and entered by chroot; as root, on a Debian.
# SPDX-License-Identifier: MIT
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=.ci/need.sh
. .ci/need.sh

need mmdebstrap unshare
root=$PWD/build/debian13
if ! [ -e "$root/unpacked" ]; then
  rm -rf "$root"
  mmdebstrap --quiet --variant=extract --include=base-files,dash,coreutils,g++-14,libc6-dev,cmake,ninja-build,catch2 \
    trixie "$root" >&2
  mkdir -p "$root/mnt" "$root/proc" "$root/tmp"
  touch "$root/unpacked"
fi

# The mounts end with the namespace.
# shellcheck disable=SC2016  # expanded inside
exec unshare --mount sh -eu -c '
  mount --bind "$1" "$2/mnt"
  mount -t proc proc "$2/proc"
  exec chroot "$2" /usr/bin/env -i PATH=/usr/bin:/usr/sbin:/bin LC_ALL=C.UTF-8 CTEST_PARALLEL_LEVEL="$3" \
    sh -c "cd /mnt && exec cmake --workflow --preset \"\$1\"" sh "$4"
' sh "$PWD" "$root" "$(getconf _NPROCESSORS_ONLN)" "$1"
