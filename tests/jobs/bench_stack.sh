#!/bin/bash
# A stack of 2048 x 2048 px, 16 bit (MRC), in memory: how fast it is analysed, against `cat`.
# bench_stack.sh TEMTENSILE MAKE_LONG   (74 TT_REPEATS frames of 8 MB; default 6: 3.7 GB. TT_WORK: a folder, as in /dev/shm)
# SPDX-License-Identifier: GPL-3.0-or-later
program=$1 make_long=$2
w=${TT_WORK:-$(mktemp -d)}
mkdir -p "$w" && cd "$w" || exit 1
[ -n "${TT_WORK-}" ] || trap 'cd / && rm -rf "$w"' EXIT
export XDG_CACHE_HOME=$w/cache

if [ ! -f long/test.mrc ]; then
	cat > short.yaml <<-E
	name: large
	seed: 4
	law: {fracture_strain: 4 %}
	control: {rate: 30 µN/s, approach: 2 s, hold: 0.5 s, unload_rate: 150 µN/s, after: 0.5 s}
	video: {size: [2048, 2048], frame_rate: 6 Hz, codec: ffv1, bits: 16, file: test.mkv}
	E
	"$program" simulate short.yaml -o short -q && "$program" frame --every 1 short/test.mkv -o pgm -q && mkdir long || exit 1
	"$make_long" pgm "${TT_REPEATS:-6}" long/test.mrc && rm -r pgm && cp short/log.txt long || exit 1
	sed "s/test.mkv/test.mrc/; s/^  pixel_size:/  frame_rate: $((6 * ${TT_REPEATS:-6})) Hz\n  pixel_size:/" \
		short/test.yaml > long/test.yaml
fi

[ -x /usr/bin/time ] || { echo "/usr/bin/time is not installed"; exit 77; }

# rate NAME COMMAND...: by the clock, and by the processors' time, which others on the machine change less.
rate()
{
	local name=$1
	shift
	/usr/bin/time -f "%e %U %S %M" -o took "$@" > out 2> err || { cat err; exit 1; }
	tail -n 1 took | awk -v n="$name" -v size="$(stat -c %s long/test.mrc)" '{ gb = size / 1e9; t = $2 + $3
		printf "%-12s %6.1f s %6.2f GB/s, %5.2f s of processor time a GB, %d MB\n", n, $1, gb / ($1 + 1e-9), t / gb, $4 / 1024 }'
}

cat long/test.mrc > /dev/null
rate cat cat long/test.mrc
rate sha256sum sha256sum long/test.mrc
rate analyze "$program" analyze long/test.yaml -o out1 --only curve --fresh -q
rate "hash alone" "$program" analyze long/test.yaml -o out1 --only curve -q
