# slotted benchmarks: the pictures of a report. gnuplot -e "folder='...'; ending='svg'" plots.gp
# SPDX-License-Identifier: MIT
#
# Each picture is drawn when its table is there. Ours is blue, everybody else grey.
there(name) = system("test -s '" . folder . "/" . name . "' && echo 1 || echo 0") + 0
table(name) = folder . "/" . name
picture(name) = folder . "/" . name . "." . ending

if (ending eq "svg") {
  set terminal svg size 900,520 dynamic font "sans-serif,14" background rgb "white"
} else {
  set terminal pngcairo size 1350,780 font "sans,15"
}
set datafile separator "\t"
ours = "#1f5fa8"
theirs = "#9a9a9a"
set style line 1 lc rgb ours lw 2.5 pt 7
set style line 2 lc rgb "#2f9e6e" lw 2.5 pt 5
set style line 3 lc rgb theirs lw 2 pt 9
set style line 4 lc rgb "#c2571a" lw 2.5 pt 13
set style line 5 lc rgb "#7a4fa3" lw 2.5 pt 11
set border 3
set tics nomirror
set grid back lc rgb "#dddddd"

if (there("footprint.tsv")) {
  set output picture("footprint")
  set title "One million points {x, y, timestamp, sensor}: bytes a point, and points a GiB" noenhanced
  stats table("footprint.tsv") using 2 nooutput
  set logscale x 10
  set xrange [0.1:20000]
  set yrange [STATS_records - 0.4:-0.6]
  set xlabel "resident bytes a point (logarithmic)"
  set ytics noenhanced scale 0
  set lmargin 36
  unset key
  plot table("footprint.tsv") using ($2/2):0:(0.1):2:($0-0.36):($0+0.36):($4 == 1 ? 0x1f5fa8 : 0x9a9a9a):ytic(1) \
         with boxxyerror fill solid 0.9 noborder lc rgb variable, \
       "" using ($2*1.06):0:(sprintf("%.4g B, %.0f million a GiB", $2, $3)) with labels left font ",11"
  unset logscale x
  set yrange [*:*]
  set xrange [*:*]
  set ytics enhanced autofreq
  set lmargin
}

if (there("times.tsv")) {
  set output picture("times")
  set title "Time of an operation of pool over that of the fastest peer at it, one million points (below 1: pool is faster)"
  set style data histogram
  set style histogram clustered gap 1.5
  set style fill solid 0.9 noborder
  set yrange [0:*]
  set xlabel ""
  set ylabel "pool / best peer"
  set key top left
  set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead lc rgb "#444444" dt 2
  set xtics noenhanced font ",11"
  plot table("times.tsv") using 2:xtic(1) title "26 B, packed" lc rgb ours, \
       "" using 3 title "32 B" lc rgb "#8fb4dc"
  unset arrow 1
  set yrange [*:*]
  set xtics enhanced autofreq
}

if (there("codec.tsv")) {
  set output picture("codec")
  set title "Bits a value and decode rate, a point a data set (left and up is better)"
  set logscale xy
  set xlabel "bits a value"
  set ylabel "million values decoded a second"
  set key outside right noenhanced
  stats table("codec.tsv") using 3 nooutput
  name(i) = system(sprintf("awk -F'\\t' -v want=%d 'BEGIN{k=0;gap=1} /^#/{next} NF==0{gap=1;next} {if(gap){if(k==want)print $1;k++;gap=0}}' '%s'", i, table("codec.tsv")))
  plot for [i=0:STATS_blocks-2] table("codec.tsv") using 3:4 index i with points pt 7 + i ps 1.2 \
         lc rgb (name(i) eq "slotted" ? ours : theirs) title name(i)
  unset logscale xy
}

if (there("endless.tsv")) {
  set output picture("endless")
  set title "Points are added without end under 256 MiB: resident memory"
  set xlabel "million points added (logarithmic)"
  set logscale x
  set ylabel "MiB resident"
  set key outside right noenhanced
  set yrange [0:*]
  set xrange [0.1:*]
  names = system("awk -F'\\t' '/^#/{next} !($1 in seen){seen[$1]=1; printf \"%s|\", $1}' '" . table("endless.tsv") . "'")
  count = system("printf '%s' '" . names . "' | tr -cd '|' | wc -c") + 0
  array which[count]
  do for [i=1:count] { which[i] = system(sprintf("printf '%%s' '%s' | cut -d'|' -f%d", names, i)) }
  set key top right
  plot for [i=1:count] table("endless.tsv") using (strcol(1) eq which[i] ? $2/1e6 : NaN):3 \
         with lines ls (i == 1 ? 3 : i == 3 ? 5 : i == 2 ? 2 : i == 4 ? 4 : 1) lw (i == 1 || i == 3 ? 6 : 2.5) title which[i]
  unset logscale x
  set yrange [*:*]
  set xrange [*:*]
}

do for [what in "records fields series threads"] {
  file = "scaling-" . what . ".tsv"
  if (there(file)) {
    set output picture("scaling-" . what)
    set logscale x
    set xlabel what
    set key outside right noenhanced
    set yrange [0:*]
    series = system("awk -F'\\t' '/^#/{next} NF>1 && !($1 in seen){seen[$1]=1; printf \"%s \", $1}' '" . table(file) . "'")
    set multiplot layout 1,2 title "How it scales with the number of " . what
    unset title
    set format x "10^{%L}"
    if (what ne "records" && what ne "series") { set format x "%g"; set logscale x 2 }
    set key bottom left inside
    set ylabel what eq "fields" ? "ns to insert a field's value" : what eq "series" ? "ns to append a row" : "ns to insert a record"
    plot for [name in series] table(file) using (strcol(1) eq name ? $2 : NaN):3 with linespoints lw 2 title name
    set key top right inside
    set ylabel what eq "fields" ? "bytes a field, resident" : "bytes a record, resident"
    if (what ne "threads") {
      plot for [name in series] table(file) using (strcol(1) eq name ? $2 : NaN):4 with linespoints lw 2 title name
    }
    unset multiplot
    set format x "%g"
    unset logscale x
    set yrange [*:*]
  }
}
