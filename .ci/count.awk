# Counts what Meson's tests did: awk -f count.awk RS='<' testlog.junit.xml RS='\n' testlog.json
# prints "passed failed skipped". Every line of a test's TAP counts. The JUnit report alone hides a program that died,
# timed out or broke off after good lines: testlog.json knows, and such a program counts as one more failure.
# SPDX-License-Identifier: GPL-3.0-or-later

function attribute(text, name)
{
	if (!match(text, " " name "=\"[^\"]*\"")) return ""
	return substr(text, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
}

FILENAME ~ /xml$/ && /^testsuite / {
	program = attribute($0, "name")
	if (!sub(/^[^.]*\./, "", program)) program = ""
}

FILENAME ~ /xml$/ && /^testcase / {
	cases++
	current = program == "" ? attribute($0, "name") : program
}

FILENAME ~ /xml$/ && (/^failure/ || /^error/) {
	failed++
	told[current] = 1
}

FILENAME ~ /xml$/ && /^skipped/ { skipped++ }

FILENAME ~ /json$/ && match($0, /", "result": "[A-Z]+", "starttime": /) {
	result = substr($0, RSTART + 14, RLENGTH - 14 - 16)
	match($0, /^\{"name": "[^"]*"/)
	name = substr($0, 11, RLENGTH - 11)
	if (result !~ /^(OK|SKIP|EXPECTEDFAIL)$/ && !(name in told)) {
		failed++
		extra++
	}
}

END { print cases + extra - failed - skipped, failed + 0, skipped + 0 }
