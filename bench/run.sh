#!/bin/sh
# slotted: builds and runs every benchmark, peers and ours in one run, and leaves figures, a report and pictures in
# bench/results/: bench/run.sh [--quick] [--peers] [DATA], DATA being a folder of .csv files to compress.
# SPDX-License-Identifier: MIT
#
# With --quick one million points, one repetition, and no zstd -19: minutes where the whole takes most of an hour.
# With --peers CMake fetches plf::hive and EnTT, which Debian has no packages of; SLOTTED_PLF_HIVE_DIR, a folder with
# plf_hive.h, and SLOTTED_ENTT_DIR, one with entt/entt.hpp, are taken before that. Without both they are named as missing.
set -eu
quick='' peers=OFF
while :; do
  case ${1:-} in
    --quick) quick=1 ;;
    --peers) peers=ON ;;
    -*) echo "bench/run.sh: no such option: $1; there are --quick and --peers" >&2; exit 2 ;;
    *) break ;;
  esac
  shift
done
data=
if [ $# -gt 0 ]; then
  [ -d "$1" ] || { echo "bench/run.sh: no such folder: $1" >&2; exit 2; }
  data=$(cd "$1" && pwd)
fi
cd "$(dirname "$0")/.."
# shellcheck source=.ci/need.sh
. .ci/need.sh
need c++ cmake ninja benchmark cli11 fmt json gnuplot
want boost colony absl zstd lz4 jemalloc mimalloc

cmake --preset bench -DSLOTTED_PLF_HIVE_DIR="${SLOTTED_PLF_HIVE_DIR:-}" -DSLOTTED_FETCH_PLF_HIVE="$peers" \
  -DSLOTTED_ENTT_DIR="${SLOTTED_ENTT_DIR:-}" -DSLOTTED_FETCH_ENTT="$peers" >&2
cmake --build build/bench --target bench >&2

programs=build/bench/bench
results=bench/results
rm -rf "$results"
mkdir -p "$results"

# On one core, where the system allows that: what moves between cores is not the same from run to run.
one_core=
if command -v taskset >/dev/null && taskset -c 0 true 2>/dev/null; then one_core="taskset -c 0"; fi

repetitions=3
sizes='/1000000/|(pool|hive|entt|vector|vectors|table|reserved|deque)/(25|26|32)/10000000/|^dict.*/10000000/'
if [ -n "$quick" ]; then
  repetitions=1
  sizes='/1000000/'
fi

machine="$(awk -F': *' '/^model name/ { print $2; exit }' /proc/cpuinfo 2>/dev/null || uname -m) \
with $(getconf _NPROCESSORS_ONLN) processors under $(uname -sr)"  # no comma: they part the contexts of a run

measure() {  # NAME PROGRAM [ARGUMENT...]
  name=$1 program=$2
  shift 2
  echo "bench/run.sh: $name" >&2
  # shellcheck disable=SC2086  # one_core is words
  ${preload:+env LD_PRELOAD="$preload"} $one_core "$programs/$program" "$@" \
    --benchmark_repetitions=$repetitions --benchmark_report_aggregates_only=false \
    --benchmark_context=machine="$machine" --benchmark_out="$results/$name.json" --benchmark_out_format=json >"$results/$name.txt" 2>&1 ||
    { echo "bench/run.sh: $name failed:" >&2; tail -n 5 "$results/$name.txt" >&2; exit 1; }
}

measure pools bench_pool_native --benchmark_filter="$sizes|page_f|thousand"
measure tables bench_table_native --benchmark_filter="$sizes"
measure histories bench_history_native ${data:+"$data"} ${quick:+--benchmark_filter='append/1/|^[^a]'}
measure symbols bench_symbol_native
all=$repetitions repetitions=1  # a row of these takes seconds
measure fleet bench_fleet_native ${quick:+--most=3000000}
[ -n "$quick" ] || measure fleet-o2 bench_fleet_o2
measure series bench_series_native ${quick:+--benchmark_filter='fleet|kubernetes'}
repetitions=$all
measure scaling bench_scaling_native ${quick:+--benchmark_filter='records/.*/1000000/|fields|threads'}
if [ -z "$quick" ]; then
  measure pools-o2 bench_pool_o2 --benchmark_filter='(pool|checked_pool|plf_hive|vector_reserved)/(26|32)/10000000/'
  measure tables-o2 bench_table_o2 --benchmark_filter='(table|struct_of_vectors.*)/26/10000000/'
fi
# new and delete with other allocators under them.
for allocator in jemalloc mimalloc; do
  preload=$(ldconfig -p 2>/dev/null | awk -v name="lib$allocator.so" 'index($1, name) == 1 { print $NF; exit }')
  if [ -n "$preload" ]; then
    measure "pools-$allocator" bench_pool_native --benchmark_filter='^(new|list|dict_per_object)/(26|32|dict)/1000000/' \
      --benchmark_context=allocator="$allocator"
  fi
  preload=
done

flags='native'
[ -n "$quick" ] || flags='native o2 v3'
for kind in $flags; do
  [ -x "$programs/codec/bench_codec_$kind" ] || continue
  echo "bench/run.sh: codec, $kind" >&2
  # shellcheck disable=SC2086
  $one_core "$programs/codec/bench_codec_$kind" ${quick:+--quick} ${data:+--data "$data"} \
    --json "$results/codec-$kind.json" >"$results/codec-$kind.txt"
done

echo "bench/run.sh: memory over time" >&2
"$programs/bench_endless" ${quick:+--points 20000000} >"$results/endless.tsv"

{
  echo "# slotted: a run of the benchmarks"
  echo
  echo "- machine: $machine"
  echo "- pinned to one core: $([ -n "$one_core" ] && echo yes || echo no)"
  for allocator in jemalloc mimalloc; do
    [ -f "$results/pools-$allocator.json" ] || echo "- missing: $allocator under new and delete"
  done
  echo
  "$programs/bench_report" "$results"/*.json
  for kind in $flags; do
    [ -f "$results/codec-$kind.txt" ] || continue
    printf '\n## The codec, %s\n\n```\n' "$kind"
    cat "$results/codec-$kind.txt"
    printf '```\n'
  done
  printf '\n## Memory over time under one limit\n\n'
  sed -n 's/^# \(.*: .*\)/- \1/p' "$results/endless.tsv"
} >"$results/report.md"

"$programs/bench_plot_data" "$results" "$results"/*.json
for ending in svg png; do
  gnuplot -e "folder='$results'; ending='$ending'" bench/plots.gp
done
"$programs/bench_readme" --collect "$results/reference.json" "$results"/pools.json "$results"/tables.json \
  "$results"/histories.json "$results"/scaling.json "$results"/codec-native.json
echo "bench/run.sh: $results/report.md, $(find "$results" -name '*.svg' | wc -l) pictures" >&2
