#!/bin/bash
# A study of variants that is killed at random moments, over old results too, ends with the bytes of one that is not; and
# at no moment does a folder with a summary.json hold anything but one run's files. TAP.
# test_kills.sh TEMTENSILE    TT_KILLS=500 kills as often
# SPDX-License-Identifier: GPL-3.0-or-later
program=$1
kills=${TT_KILLS:-8}
RANDOM=${TT_SEED:-1}

w=$(mktemp -d) && cd "$w" || exit 1
trap 'cd / && rm -rf "$w"' EXIT
export XDG_CACHE_HOME=$w/cache SOURCE_DATE_EPOCH=1

fail()
{
	echo "# $*"
	echo "not ok 1 a killed study ends with the same bytes"
	exit 1
}

printf 'name: film of the tests\n' > simulation.yaml
"$program" simulate simulation.yaml -o r --size 240x180 --frames 24 --seed 1 -q || fail "no recording"
printf 'output: {movie: false, report: false}\n' >> r/test.yaml
for draws in 100 150; do
	cat > study-$draws.yaml <<-E
	name: kills
	variants: true
	tests:
	  - {test: r/test.yaml, name: a, set: {properties.draws: $draws}}
	  - {test: r/test.yaml, name: b, set: {properties.draws: $draws, properties.offset_yield: 0.001}}
	E
done

study()
{
	exec setsid "$program" compare study-$1.yaml -o "$2" -j 2 -q
}

now_ms()
{
	echo $(($(date +%s%N) / 1000000))
}

echo 1..1
for draws in 100 150; do
	from=$(now_ms)
	(study $draws out) > log 2>&1 || fail "compare fails by itself: $(cat log)"
	took=$(($(now_ms) - from))
	mv out whole-$draws
done

# Every file of a folder that counts as done is the one that its record tells of.
check_whole()
{
	local summary folder
	for summary in out/*/summary.json out/statistics.json; do
		[ -f "$summary" ] || continue
		folder=$(dirname "$summary")
		(cd "$folder" && sed -n 's/^file \([0-9a-f]*\) /\1  /p' .temtensile-record | sha256sum -c --status) ||
			fail "after kill $1 '$folder' holds a mixture: $(cd "$folder" && sed -n 's/^file \([0-9a-f]*\) /\1  /p' .temtensile-record | sha256sum -c --quiet 2>&1 | head -3)"
	done
}

done_kills=0 draws=100 late=0
while [ $done_kills -lt "$kills" ]; do
	# some kills, then a run that ends
	for _ in $(seq $((1 + RANDOM % 8))); do
		(study $draws out) > log 2>&1 &
		pid=$!
		moment=$(((RANDOM * 32768 + RANDOM) % took))
		sleep $((moment / 1000)).$(printf %03d $((moment % 1000)))
		if kill -9 -- -$pid 2>/dev/null; then done_kills=$((done_kills + 1)); else late=$((late + 1)); fi
		wait $pid 2>/dev/null
		# a process is killed when it ends, not when it is told: until then its staging folder is a live one's
		for _ in $(seq 100); do
			kill -0 -- -$pid 2>/dev/null || break
			sleep 0.05
		done
		check_whole $done_kills
	done
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		(study $draws out) > log 2>&1 && break
		sleep 0.2 # what the killed one had started may need a moment to end
	done || fail "the run after kill $done_kills fails: $(cat log)"
	diff -r out whole-$draws > difference || fail "after kill $done_kills: $(head -5 difference)"
	[ $((RANDOM % 3)) -eq 0 ] && rm -rf out
	echo "# $done_kills kills"
	draws=$((250 - draws)) # the next one goes over the old results of this one
done
echo "# $done_kills kills, $late runs that had ended before; a run takes $took ms"
echo "ok 1 a killed study ends with the same bytes"
