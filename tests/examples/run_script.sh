#!/bin/sh
# slotted: examples/run.sh builds the demo when something has changed, and says nothing of it when nothing has.
# SPDX-License-Identifier: MIT
#
# run_script.sh SCRIPT FOLDER: runs SCRIPT in a tree below FOLDER with a cmake and a demo that only tell what they are
# asked.
set -eu
rm -rf "$2"
mkdir -p "$2/examples" "$2/.ci" "$2/bin" "$2/build/demo/examples"
cp "$1" "$2/examples/run.sh"
cd "$2"
echo 'need() { :; }' >.ci/need.sh
: >build/demo/build.ninja
cat >bin/cmake <<'END'
#!/bin/sh
case $* in
  *' -- -n') cat dry-run ;;
  *) echo "built: $*" ;;
esac
END
printf '#!/bin/sh\necho "demo: $*"\n' >build/demo/examples/slotted_demo
chmod +x bin/cmake build/demo/examples/slotted_demo
PATH=$PWD/bin:$PATH

check() { # WHAT EXPECTED FILE
  [ "$(cat "$3")" = "$2" ] || { printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$(cat "$3")"; exit 1; }
}

echo 'ninja: no work to do.' >dry-run
examples/run.sh a --json >out 2>err
check 'the demo has the arguments' 'demo: a --json' out
check 'nothing is said where nothing is built' '' err

echo '[1/2] Building CXX object' >dry-run
examples/run.sh >out 2>err
check 'standard output is the demo alone' 'demo: ' out
grep -q '^built: --build .*/build/demo --target slotted_demo$' err || { echo "nothing was built: $(cat err)"; exit 1; }
