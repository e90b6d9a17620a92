# What failed in Meson's tests, from testlog.txt: each program's name and end, its failed checks with what they say, and
# the last lines that it wrote to stderr. .ci/run says it again at its end, where a reader of a cut log finds it.
# SPDX-License-Identifier: GPL-3.0-or-later

function finish(i)
{
	if (name == "" || (fails == 0 && result ~ /^exit status (0|77)$/)) return
	printf "%s (%s)\n%s", name, result, text
	for (i = errors > 8 ? errors - 8 : 0; i < errors; i++) print "    " error[i]
}

/^=+ [0-9]+\/[0-9]+ =+$/ {
	finish()
	name = result = part = text = ""
	fails = errors = said = 0
	next
}
part == "" && /^test: / { name = $0; sub(/^test: +/, "", name) }
part == "" && /^result: / { result = $0; sub(/^result: +/, "", result) }
/^-+ stdout -+$/ { part = "out"; next }
/^-+ stderr -+$/ { part = "err"; next }
/^=+$/ { part = "end" }
part == "out" && /^not ok/ && fails++ < 10 { text = text "  " $0 "\n"; said = 4; next }
part == "out" && /^#/ && said-- > 0 { text = text "    " $0 "\n" }
part == "out" && /^ok/ { said = 0 }
part == "err" { error[errors++] = substr($0, 1, 300) }
END { finish() }
