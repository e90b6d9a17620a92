#!/bin/bash
# A recording of 10^5 frames of 256 x 256 px, made on the fly, in one pass and in 8 parts: times, memory, the join.
# bench_shards.sh TEMTENSILE MAKE_LONG [REPEATS]   (frames = about 1870 REPEATS; default 54)
# SPDX-License-Identifier: GPL-3.0-or-later
program=$1 make_long=$2 repeats=${3:-${TT_REPEATS:-54}}
w=${TT_WORK:-$(mktemp -d)}
mkdir -p "$w" && cd "$w" || exit 1
[ -n "${TT_WORK-}" ] || trap 'cd / && rm -rf "$w"' EXIT
export XDG_CACHE_HOME=$w/cache SOURCE_DATE_EPOCH=1
[ -x /usr/bin/time ] || { echo "/usr/bin/time is not installed"; exit 77; }

if [ ! -f long/test.npy ]; then
	cat > short.yaml <<-E
	name: long
	seed: 4
	law: {fracture_strain: 4 %}
	control: {rate: 30 µN/s, approach: 2 s, hold: 0.5 s, unload_rate: 150 µN/s, after: 0.5 s}
	video: {size: [256, 256], frame_rate: 150 Hz}
	E
	"$program" simulate short.yaml -o short -q && "$program" frame --every 1 short/test.mp4 -o pgm -q && mkdir long || exit 1
	"$make_long" pgm "$repeats" long/test.npy && rm -r pgm && cp short/log.txt long || exit 1
	sed "s/test.mp4/test.npy/; s/^  pixel_size:/  frame_rate: $((150 * repeats)) Hz\n  pixel_size:/" short/test.yaml > long/test.yaml
fi
# The program that looks at a part, with what it took.
cat > measured <<-E
#!/bin/bash
before=\$(date +%s.%N)
/usr/bin/time -f %M -o "$w/memory.\$3" "$program" "\$@"
status=\$?
echo "\$3 \$(tail -n 1 "$w/memory.\$3") \$before \$(date +%s.%N)" >> "$w/ends"
exit \$status
E
chmod +x measured && rm -rf ends whole parts

seconds()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f s", b - a }'
}

a=$(date +%s.%N)
/usr/bin/time -f %M -o memory "$program" analyze long/test.yaml -o whole --only curve || exit 1
b=$(date +%s.%N)
echo "one pass: $(seconds "$a" "$b"), $(($(cat memory) / 1024)) MB"
a=$(date +%s.%N)
TEMTENSILE_PROGRAM=$w/measured "$program" analyze long/test.yaml -o parts --only curve --shards 8 -q || exit 1
b=$(date +%s.%N)
last=$(awk '{ if ($4 > m) m = $4 } END { printf "%.3f", m }' ends)
echo "8 parts: $(seconds "$a" "$b"), of a part at most $(awk '{ if ($2 > m) m = $2 } END { printf "%d", m / 1024 }' ends) MB"
diff -r whole parts > /dev/null && echo "all files are the same" || echo "files differ"
c=$(date +%s.%N)
"$program" analyze long/test.yaml -o whole --only curve -q # all but looking
d=$(date +%s.%N)
echo "after the last part: $(seconds "$last" "$b"); hashing, evaluating and drawing alone: $(seconds "$c" "$d")"
