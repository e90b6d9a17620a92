# What the shell tests of this folder share; sourced by bash, with the program in $program. The test goes on in a folder of
# its own, $w, which is removed when it ends, after `finish` of the test, if it has one.
# SPDX-License-Identifier: GPL-3.0-or-later
w=$(mktemp -d) && cd "$w" || exit 1
export XDG_CACHE_HOME=$w/cache SOURCE_DATE_EPOCH=1

finish()
{
	:
}
trap 'finish; cd / && rm -rf "$w"' EXIT

n=0 failed=0
# check NAME COMMAND...: one line of TAP; what the command said when it failed.
check()
{
	n=$((n + 1))
	name=$1
	shift
	if "$@" > check.log 2>&1; then
		echo "ok $n $name"
	else
		tail -n 15 check.log | sed 's/^/# /'
		echo "not ok $n $name"
		failed=1
	fi
}

# Settings under which a test is analysed in a moment.
quick="--set output.movie=false --set output.report=false --set properties.draws=100"

# make_study NAME TESTS GROUPS: study.yaml of small simulated tests, tests/t1 and so on.
make_study()
{
	local i
	for i in $(seq "$2"); do
		cat > "s$i.yaml" <<-Y
		name: specimen $i
		seed: $i
		film: {deposition_pressure: $((i % $3 + 1)) Pa}
		law: {fracture_strain: 4 %}
		control: {rate: 30 µN/s, approach: 2 s, hold: 0.5 s, unload_rate: 150 µN/s, after: 0.5 s}
		video: {size: [200, 120], frame_rate: 5 Hz}
		Y
		"$program" simulate "s$i.yaml" -o "tests/t$i" -q || return 1
	done
	printf 'name: %s\ntests: [tests/*/test.yaml]\n' "$1" > study.yaml
}
