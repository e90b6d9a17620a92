# What samples/run, tests/run and .ci/run share. Sourced by bash, after `root` is set to the checkout.
# SPDX-License-Identifier: GPL-3.0-or-later

set -u
# apt and dpkg look for their helpers in sbin.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf '%s\n' "$*" >&2
	exit 1
}

# Is the Debian package installed? a|b|c: any of them; /a/path: that file, whoever brought it.
is_installed()
{
	local name
	for name in ${1//|/ }; do
		[ "${name#/}" != "$name" ] && [ -e "$name" ] && return 0
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] && return 0
	done
	return 1
}

# missing_packages WHEN: names from .ci/packages that are not installed.
missing_packages()
{
	local when package rest
	while read -r when package rest; do
		[ "$when" = "$1" ] || continue
		is_installed "$package" || printf '%s ' "${package%%|*}"
	done < "$root/.ci/packages"
}

# need_packages WHEN: installs what is missing, or says exactly what is to be installed.
need_packages()
{
	local missing sudo=
	if ! command -v dpkg-query >/dev/null; then
		say "This is no Debian: the packages of .ci/packages are taken to be there under their names here."
		return 0
	fi
	missing=$(missing_packages "$1")
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		sudo=sudo
		if ! command -v sudo >/dev/null || { ! [ -t 0 ] && ! sudo -n true 2>/dev/null; }; then
			die "These packages are missing and cannot be installed from here; as root, run
  apt-get update && apt-get install --no-install-recommends $missing"
		fi
	fi
	say "Installing: $missing"
	$sudo env DEBIAN_FRONTEND=noninteractive PATH="$PATH" sh -c \
		"apt-get update -q && apt-get install -q -y --no-install-recommends $missing" >&2 ||
		die "The packages could not be installed: $missing"
}

# web_tools: what the tests of the pages use besides, as tests/web/package-lock.json pins it. Without a network those tests
# are skipped, visibly.
web_tools()
{
	[ -f "$root/tests/web/node_modules/axe-core/axe.min.js" ] && return
	npm ci --prefix "$root/tests/web" --ignore-scripts --no-audit --no-fund --fetch-retries=1 >/dev/null 2>&1 ||
		say "axe-core cannot be fetched: the pages are not checked with it."
}

# configure FOLDER [meson options]: once.
configure()
{
	local build=$root/$1 log=$root/$1.log
	shift
	[ -f "$build/build.ninja" ] && return
	say "Configuring $(basename "$build")"
	meson setup "$@" "$build" "$root" > "$log" 2>&1 || { cat "$log" >&2; die "The build could not be configured."; }
	rm -f "$log"
}

# compile FOLDER [targets]: the compiler's output is shown only when it fails.
compile()
{
	local build=$root/$1 log=$root/$1.log
	shift
	say "Compiling in $(basename "$build")"
	ninja -C "$build" "$@" > "$log" 2>&1 || { tail -n 100 "$log" >&2; die "The build failed."; }
	rm -f "$log"
}

# A locale with a decimal comma for the tests that want one, made in the build folder where the system has none.
offer_comma_locale()
{
	local locales=$1/locales
	if [ -f /usr/share/i18n/locales/de_DE ] && command -v localedef >/dev/null; then
		if ! [ -d "$locales/de_DE.UTF-8" ]; then
			mkdir -p "$locales"
			localedef -i de_DE -f UTF-8 "$locales/de_DE.UTF-8" >/dev/null 2>&1
		fi
		export TT_TEST_LOCALES=$locales
	fi
	return 0
}

# analyse_samples BUILD-FOLDER: the study of the samples into results/; each sample adds to $passed or $failed, and so does
# the comparison.
analyse_samples()
{
	local program=$root/$1/src/cli/temtensile out=$root/results description name status=0
	say "Analysing and comparing the samples"
	# The same version may have been built anew: results older than the build are no longer taken for fresh.
	if [ -f "$out/statistics.json" ] && [ -n "$(find "$root/$1/src" -maxdepth 2 -newer "$out/statistics.json" \
		\( -name 'libtemtensile.so*' -o -name temtensile-cli.so \))" ]; then
		rm -f "$out"/.temtensile-record "$out"/*/.temtensile-record "$out"/films/*/.temtensile-record
	fi
	"$program" compare "$root/samples/study.yaml" -o "$out" || status=$?
	for description in "$root"/samples/*/test.yaml; do
		name=$(basename "$(dirname "$description")")
		if [ -f "$out/$name/summary.json" ] && grep -q "^test,[^,]*,$name,1,ok," "$out/table.csv" 2>/dev/null; then
			passed=$((passed + 1))
		else
			fails "the sample $name"
		fi
	done
	if [ "$status" -eq 0 ]; then passed=$((passed + 1)); else fails "the comparison of the samples"; fi
}

# run_tests BUILD-FOLDER [meson test options]: runs them all; adds to $passed, $failed, $skipped.
run_tests()
{
	local build=$root/$1 counts status=0
	shift
	rm -f "$build"/meson-logs/testlog.*
	offer_comma_locale "$build"
	meson test -C "$build" --no-rebuild --print-errorlogs "$@" || status=$?
	[ "$status" -eq 0 ] || failures+=$(printf '\n'; awk -f "$root/.ci/failures.awk" "$build/meson-logs/testlog.txt")
	counts=$(awk -f "$root/.ci/count.awk" RS='<' "$build/meson-logs/testlog.junit.xml" \
		RS='\n' "$build/meson-logs/testlog.json") || counts="0 1 0"
	set -- $counts
	# A failure that the reports do not show must not get lost.
	if [ "$status" -ne 0 ] && [ "$2" -eq 0 ]; then set -- "$1" 1 "$3"; fi
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

passed=0 failed=0 skipped=0 failures=

# fails WHAT [LOG LINES]: counts it, and keeps its name and the last lines of its log for the end.
fails()
{
	failed=$((failed + 1))
	failures+=$'\n'$1
	[ $# -lt 3 ] || failures+=$'\n'$(tail -n "$3" "$2" | cut -c 1-300 | sed 's/^/    /')
}

# The last line of tests/run and .ci/run; the exit status says whether all is well. A caller that goes on counting
# names a file in TT_COUNTS and gets the three numbers there instead, what failed below them.
print_counts()
{
	if [ -n "${TT_COUNTS-}" ]; then
		say "$passed $failed $skipped$failures" > "$TT_COUNTS"
		[ "$failed" -eq 0 ]
		return
	fi
	[ -z "$failures" ] || say "What failed:$failures"
	if [ "$skipped" -gt 0 ]; then
		say "$passed passed, $failed failed, $skipped skipped"
	else
		say "$passed passed, $failed failed"
	fi
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
