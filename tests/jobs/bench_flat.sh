#!/bin/bash
# Time for each frame of recordings up to 10^4 frames and for each test of studies up to 200 tests, and the memory: both are
# to be flat. The time is a processor's as well, which other work on the machine hardly stretches.
# bench_flat.sh TEMTENSILE MAKE_LONG    TT_MOST=40: recordings of 250 TT_MOST frames, studies of 5 TT_MOST tests
# SPDX-License-Identifier: GPL-3.0-or-later
program=$1 make_long=$2 most=${TT_MOST:-40}
w=$(mktemp -d) && cd "$w" || exit 1
trap 'cd / && rm -rf "$w"' EXIT
export XDG_CACHE_HOME=$w/cache SOURCE_DATE_EPOCH=1
[ -x /usr/bin/time ] || { echo "/usr/bin/time is not installed"; exit 77; }

# measure N WHAT COMMAND...
measure()
{
	local n=$1 what=$2
	shift 2
	/usr/bin/time -f '%e %U %S %M' -o took "$@" > said 2>&1 || { cat said; exit 1; }
	awk -v n="$n" -v what="$what" '{ printf "%6d %s: %7.1f s, of a processor %7.1f s, %6.2f s for 100 of them, %5.0f MB\n",
		n, what, $1, $2 + $3, 100 * ($2 + $3) / n, $4 / 1024 }' took
}

printf 'name: flat\nvideo: {size: [192, 144], frame_rate: 20 Hz}\n' > short.yaml
"$program" simulate short.yaml -o short -q && "$program" frame --every 1 short/test.mp4 -o pgm -q || exit 1
frames=$(ls pgm/*.pgm | wc -l)
for share in 8 4 2 1; do
	repeats=$((most * 250 / frames / share))
	[ "$repeats" -gt 0 ] || continue
	rm -rf long && mkdir long && "$make_long" pgm "$repeats" long/test.npy && cp short/log.txt long || exit 1
	sed "s/test.mp4/test.npy/; s/^  pixel_size:/  frame_rate: $((20 * repeats)) Hz\n  pixel_size:/" short/test.yaml > long/test.yaml
	measure $((frames * repeats)) frames "$program" analyze long/test.yaml -o out --only curve --fresh
done

"$program" simulate short.yaml -o r --size 160x120 --frames 24 --seed 1 -q || exit 1
printf 'output: {movie: false, report: false}\n' >> r/test.yaml
for share in 8 4 2 1; do
	tests=$((most * 5 / share))
	[ "$tests" -gt 1 ] || continue
	{
		printf 'name: flat\nvariants: true\ntests:\n'
		for i in $(seq "$tests"); do
			printf '  - {test: r/test.yaml, name: t%d, set: {properties.draws: 100, properties.offset_yield: %s}}\n' \
				"$i" "$(awk -v i="$i" 'BEGIN { print 0.001 + i * 1e-5 }')"
		done
	} > study.yaml
	rm -rf study
	measure "$tests" "tests, analysed and compared" "$program" compare study.yaml -o study -j 2 -q
	measure "$tests" "tests, compared again" "$program" compare study.yaml -o study -j 2 -q
done
