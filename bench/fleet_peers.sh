#!/bin/sh
# slotted: what Prometheus and VictoriaMetrics take for the fleet of bench/fleet.cpp, where they are installed:
# bench/fleet_peers.sh [--quick] [FILE.csv]
# SPDX-License-Identifier: MIT
#
# Each is started with a folder of its own and gets the samples through remote write, with labels, in lock-step by tens.
# Printed, of each: the bytes a series that it holds more than when it was empty, resident and, of Prometheus, in its
# heap after a collection; and the processor time of the server a row, with what it spends on requests and its log.
# slotted's own rows, fleet/lock_step/100000x240, are without labels and without a log. With --quick 10,000 series.
set -eu
series=100000 ticks=240
if [ "${1:-}" = --quick ]; then series=10000; shift; fi
data=
if [ $# -gt 0 ]; then
  [ -f "$1" ] || { echo "bench/fleet_peers.sh: no such file: $1" >&2; exit 2; }
  data=$(realpath "$1")
fi
cd "$(dirname "$0")/.."
command -v curl >/dev/null || { echo "bench/fleet_peers.sh: curl is missing" >&2; exit 1; }
cmake --preset bench >&2
cmake --build build/bench --target bench_fleet_requests >&2

work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT

make_request() { build/bench/bench/bench_fleet_requests --series $series --ticks $ticks ${data:+--data "$data"} "$@"; }
resident() { awk '/^VmRSS/ { print $2 * 1024 }' "/proc/$server/status"; }
ticks_spent() { awk '{ sub(/^.*\) /, ""); print $12 + $13 }' "/proc/$server/stat"; }
heap() {  # after a collection; 0 where the server does not say
  curl -fsS "http://127.0.0.1:$port/debug/pprof/heap?gc=1" >/dev/null 2>&1 || true
  curl -fsS "http://127.0.0.1:$port/metrics" | awk '/^go_memstats_heap_alloc_bytes / { bytes = $2 } END { printf "%d\n", bytes }'
}

# Samples that the server says it has taken.
taken() {
  curl -fsS "http://127.0.0.1:$port/metrics" | awk '
    /^prometheus_tsdb_head_samples_appended_total/ || /^vm_rows_inserted_total{type="promremotewrite"}/ { sum += $2 }
    END { printf "%d\n", sum }'
}

measure() {  # NAME PORT COMMAND...
  name=$1 port=$2
  shift 2
  if ! command -v "$1" >/dev/null; then
    echo "bench/fleet_peers.sh: $name is missing (Debian: $1)" >&2
    return
  fi
  "$@" >"$work/$name.log" 2>&1 &
  server=$!
  tries=0
  until curl -fsS "http://127.0.0.1:$port/metrics" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries = 100 ] || ! kill -0 "$server" 2>/dev/null; then
      echo "bench/fleet_peers.sh: $name does not answer:" >&2
      tail -n 5 "$work/$name.log" >&2
      return 1
    fi
    sleep 0.2
  done
  taken_before=$(taken) empty_heap=$(heap) empty=$(resident) before=$(ticks_spent)
  count=$(make_request --count)
  i=0
  while [ "$i" -lt "$count" ]; do
    make_request "$i" >"$work/request"
    curl -fsS -o "$work/answer" --data-binary "@$work/request" -H 'Content-Encoding: snappy' \
      -H 'Content-Type: application/x-protobuf' -H 'X-Prometheus-Remote-Write-Version: 0.1.0' \
      "http://127.0.0.1:$port/api/v1/write"
    i=$((i + 1))
  done
  spent=$(($(ticks_spent) - before))
  full_heap=$(heap) full=$(resident)
  if [ $(($(taken) - taken_before)) -lt $((series * ticks)) ]; then
    echo "bench/fleet_peers.sh: $name has taken $(($(taken) - taken_before)) of $((series * ticks)) samples" >&2
    return 1
  fi
  awk -v name="$name" -v series=$series -v rows=$((series * ticks)) -v heap=$((full_heap - empty_heap)) \
    -v resident=$((full - empty)) -v spent="$spent" -v hertz="$(getconf CLK_TCK)" 'BEGIN {
      printf "%-16s %d series of %d rows: %.0f B a series in the heap, %.0f resident, %.0f ns a row\n", name, series,
             rows / series, heap / series, resident / series, spent / hertz / rows * 1e9 }'
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}

echo 'global: {}' >"$work/prometheus.yml"
measure Prometheus 19090 prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/prometheus" \
  --storage.tsdb.retention.time=100y --web.listen-address=127.0.0.1:19090 --web.enable-remote-write-receiver
measure VictoriaMetrics 18428 victoria-metrics -storageDataPath="$work/victoria" -retentionPeriod=100y \
  -httpListenAddr=127.0.0.1:18428
