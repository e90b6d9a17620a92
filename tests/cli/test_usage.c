/* The command line: what it says when it is wrong, and that help, manual and completion tell of the same options.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "program.h"

static const struct {
	const char *args;
	const char *sentence;
} wrong[] = {
    {"", "no command given; try 'temtensile --help'"},
    {"frobnicate", "unknown command 'frobnicate'; try 'temtensile --help'"},
    {"analyse", "unknown command 'analyse', did you mean 'analyze'? Try 'temtensile --help'"},
    {"--frobnicate", "unknown option '--frobnicate'; try 'temtensile --help'"},
    {"help frobnicate", "unknown command 'frobnicate'; try 'temtensile --help'"},
    {"analyze", "analyze needs the description of a test (TEST.yaml); try 'temtensile analyze --help'"},
    {"analyze a.yaml", "analyze needs -o DIR, the folder for the results; try 'temtensile analyze --help'"},
    {"analyze a.yaml b.yaml -o x",
     "one description is expected, found 'a.yaml' and 'b.yaml'; try 'temtensile analyze --help'"},
    {"analyze a.yaml -o", "the option '-o' needs a value (DIR); try 'temtensile analyze --help'"},
    {"analyze a.yaml -x", "unknown option '-x'; try 'temtensile analyze --help'"},
    {"analyze a.yaml -qx", "unknown option '-x'; try 'temtensile analyze --help'"},
    {"analyze --outptu x a.yaml",
     "unknown option '--outptu', did you mean '--output'? Try 'temtensile analyze --help'"},
    {"analyze --xyzzy", "unknown option '--xyzzy'; try 'temtensile analyze --help'"},
    {"analyze --quiet=3", "the option '--quiet' takes no value; try 'temtensile analyze --help'"},
    {"analyze --set", "the option '--set' needs a value (KEY=VALUE); try 'temtensile analyze --help'"},
    {"analyze --set width", "--set needs KEY=VALUE, found 'width'; try 'temtensile analyze --help'"},
    {"analyze --threads 0 a.yaml",
     "--threads needs a whole number from 1 to 1024, found '0'; try 'temtensile analyze --help'"},
    {"analyze --threads two a.yaml",
     "--threads needs a whole number from 1 to 1024, found 'two'; try 'temtensile analyze --help'"},
    {"analyze --only figures a.yaml", "--only can be 'curve', found 'figures'; try 'temtensile analyze --help'"},
    {"analyze --progress=yes a.yaml", "--progress can be 'json', found 'yes'; try 'temtensile analyze --help'"},
    {"compare -o x", "compare needs a study (STUDY.yaml) or folders of results; try 'temtensile compare --help'"},
    {"compare a.yaml", "compare needs -o DIR, the folder for the results; try 'temtensile compare --help'"},
    {"compare a.yaml b.yaml -o x",
     "one study is expected, found 'a.yaml' and 'b.yaml'; try 'temtensile compare --help'"},
    {"compare a.yaml . -o x",
     "either one study or folders of results, found 'a.yaml' and 1 folders; try 'temtensile compare --help'"},
    {"compare . -o x --set a=b",
     "--set belongs to a study; folders of results are taken as they are; try 'temtensile compare --help'"},
    {"compare a.yaml -o x -j 0",
     "--jobs needs a whole number from 1 to 1000, found '0'; try 'temtensile compare --help'"},
    {"correlate a.png -o f.csv",
     "correlate needs two images, REFERENCE and DEFORMED, or --video FILE; try 'temtensile correlate --help'"},
    {"correlate a.png b.png",
     "correlate needs -o, the table or folder for the results; try 'temtensile correlate --help'"},
    {"correlate a.png b.png c.png",
     "two images are expected, found a third, 'c.png'; try 'temtensile correlate --help'"},
    {"correlate a.png --video b.mp4 -o x",
     "either two images or --video, found both ('a.png'); try 'temtensile correlate --help'"},
    {"correlate a b -o f --subset 32",
     "--subset needs an odd number of pixels, found 32; try 'temtensile correlate --help'"},
    {"correlate a b -o f --order 3",
     "--order needs a whole number from 0 to 2, found '3'; try 'temtensile correlate --help'"},
    {"correlate a b -o f --roi 1,2,3",
     "--roi needs X,Y,W,H in whole pixels, such as 80,180,480,120; found '1,2,3'; try 'temtensile correlate --help'"},
    {"correlate a b -o f --roi 1,2,3,4,5", "--roi needs X,Y,W,H in whole pixels, such as 80,180,480,120; found "
                                           "'1,2,3,4,5'; try 'temtensile correlate --help'"},
    {"correlate a b -o f --polygon 1,2,3,4", "--polygon needs at least three corners X,Y,X,Y,X,Y in pixels; found "
                                             "'1,2,3,4'; try 'temtensile correlate --help'"},
    {"correlate a b -o f --interpolation linear",
     "--interpolation can be 'cubic' or 'quintic', found 'linear'; try 'temtensile correlate --help'"},
    {"correlate a b -o f --strain true", "--strain can be 'engineering', 'green-lagrange' or 'logarithmic', found "
                                         "'true'; try 'temtensile correlate --help'"},
    {"frame -o x", "frame needs a recording (VIDEO); try 'temtensile frame --help'"},
    {"frame a.mp4", "frame needs -o, the picture or folder to write; try 'temtensile frame --help'"},
    {"frame a.mp4 -o x -n -1",
     "--number needs a whole number from 0 to 100000000, found '-1'; try 'temtensile frame --help'"},
    {"mat -o x", "mat needs a MAT file to convert (IN.mat); try 'temtensile mat --help'"},
    {"mat a.mat", "mat needs -o, the MAT file to write; try 'temtensile mat --help'"},
    {"mat a.mat b.mat -o c", "one MAT file is expected, found 'a.mat' and 'b.mat'; try 'temtensile mat --help'"},
    {"probe", "probe needs at least one file, a recording or a force log; try 'temtensile probe --help'"},
    {"probe --stream=-1 x", "--stream needs a whole number from 0 to 1000, found '-1'; try 'temtensile probe --help'"},
    {"simulate",
     "simulate needs the description of a simulated test (SIMULATION.yaml); try 'temtensile simulate --help'"},
    {"simulate a.yaml", "simulate needs -o DIR, the folder for the recording; try 'temtensile simulate --help'"},
    {"simulate a.yaml -o x --size 800",
     "--size needs WxH, such as 1024x768, each from 64 to 16384; found '800'; try 'temtensile simulate --help'"},
    {"simulate a.yaml -o x --crf 52",
     "--crf needs a whole number from 0 to 51, found '52'; try 'temtensile simulate --help'"},
    {"simulate a.yaml -o x --noise nan",
     "--noise needs a number from 0 to 100, found 'nan'; try 'temtensile simulate --help'"},
};

static void wrong_usage(void)
{
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char want[512];
		program_run r = run("\"$T\" %s", wrong[i].args);
		snprintf(want, sizeof want, "temtensile: %s\n", wrong[i].sentence);
		CHECK_MSG(r.code == 2, "'%s' gives exit code %d", wrong[i].args, r.code);
		CHECK_STR(r.err, want);
		CHECK_STR(r.out, "");
	}
	program_run r = run("ls");
	CHECK_MSG(!strstr(r.out, "x\n"), "wrong usage left a folder: %s", r.out);
}

static void version_and_help(void)
{
	program_run r = run("\"$T\" --version");
	CHECK(r.code == 0);
	CHECK_HAS(r.out, "temtensile " TT_VERSION "\n");
	CHECK_STR(r.err, "");
	r = run("\"$T\" --help");
	CHECK(r.code == 0);
	CHECK_HAS(r.out, "Usage: temtensile COMMAND");
	CHECK_HAS(r.out, "\n  analyze ");
	CHECK_HAS(r.out, "130 interrupted");
	r = run("\"$T\" --help > a; \"$T\" help > b; \"$T\" -h > c; cmp a b && cmp a c");
	CHECK(r.code == 0);
	r = run("\"$T\" analyze --help");
	CHECK(r.code == 0);
	CHECK_HAS(r.out, "Usage: temtensile analyze [OPTION...] TEST.yaml -o DIR\n");
	CHECK_HAS(r.out, "--set=KEY=VALUE");
	r = run("\"$T\" help analyze > a; \"$T\" analyze -h > b; cmp a b");
	CHECK(r.code == 0);
	r = run("\"$T\" analyze --help nonsense --only=curve");
	CHECK(r.code == 0);
}

/* Every command answers --help; prints "command" lines. */
#define COMMANDS "$(\"$T\" --help | sed -n '/^Commands:/,/^$/s/^  \\([a-z-]*\\) .*/\\1/p')"
#define OPTIONS "$(\"$T\" $c --help | sed -n 's/^ *\\(-., \\)\\{0,1\\}--\\([a-z-]*\\).*/\\2/p')"

static void manual_tells_of_every_option(void)
{
	program_run r =
	    run("M=$ROOT/src/cli/packaging/temtensile.1; n=0; for c in " COMMANDS "; do "
	        "grep -q \"^.Ss $c\" $M || echo \"no section $c\"; for o in " OPTIONS "; do n=$((n+1)); "
	        "grep -q -e \"Fl -$o\\b\" $M || echo \"$c: no option --$o\"; done; done; [ $n -gt 10 ] || echo none");
	CHECK_STR(r.err, "");
	CHECK_STR(r.out, "");
}

/* Each output of an analysis, by the table of outputs. */
static void manual_tells_of_every_file(void)
{
	program_run r = run(
	    "M=$ROOT/src/cli/packaging/temtensile.1; n=0; for f in $(sed -n '/tt_outputs\\[\\] = {/,/^};/p' "
	    "$ROOT/src/report/outputs.c | grep -o "
	    "'[a-z_]*\\.\\(csv\\|tsv\\|xlsx\\|json\\|mat\\|log\\|txt\\|html\\|mp4\\|"
	    "ttobs\\|png\\|pdf\\|tif\\|\\*\\)'); do n=$((n+1)); "
	    "grep '^\\.\\(It \\)\\{0,1\\}Pa ' $M | grep -qF \" $f\" || echo \"no $f\"; done; [ $n -gt 25 ] || echo $n");
	CHECK_STR(r.err, "");
	CHECK_STR(r.out, "");
}

static void completion_tells_of_every_option(void)
{
	program_run r = run("command -v bash");
	if (r.code != 0) CHECK_SKIP("no bash here");
	r = run("cat > complete.sh <<'E'\n. \"$1\"; shift\nCOMP_WORDS=(\"$@\") COMP_CWORD=$(($#-1)) COMPREPLY=()\n"
	        "_temtensile; printf '%%s\\n' \"${COMPREPLY[@]}\"\nE\n"
	        "C=\"bash complete.sh $ROOT/src/cli/packaging/temtensile.bash $T\"; n=0\n"
	        "$C '' > commands; for c in " COMMANDS "; do grep -qx $c commands || echo \"no command $c\"; "
	        "$C $c -- > options; for o in " OPTIONS "; do n=$((n+1)); "
	        "grep -qx -e --$o options || echo \"$c: no option --$o\"; done; done; [ $n -gt 10 ] || echo none\n"
	        "[ \"$($C help an)\" = analyze ] || echo help; [ \"$($C analyze --only = c)\" = curve ] || echo only\n"
	        "touch description.yaml; [ \"$($C analyze descr)\" = description.yaml ] || echo file");
	CHECK_STR(r.err, "");
	CHECK_STR(r.out, "");
}

static void full_standard_output(void)
{
	program_run r = run("[ -c /dev/full ]");
	if (r.code != 0) CHECK_SKIP("no /dev/full here");
	r = run("\"$T\" --help > /dev/full");
	CHECK(r.code == 1);
	CHECK_STR(r.err, "temtensile: cannot write to standard output: No space left on device\n");
}

static void reader_that_goes_away(void)
{
	program_run r = run("\"$T\" --help | true");
	CHECK_STR(r.err, "");
}

static const check_case cases[] = {
    {"wrong usage", wrong_usage},
    {"version and help", version_and_help},
    {"manual tells of every option", manual_tells_of_every_option},
    {"manual tells of every file", manual_tells_of_every_file},
    {"completion tells of every option", completion_tells_of_every_option},
    {"full standard output", full_standard_output},
    {"reader that goes away", reader_that_goes_away},
};

CHECK_MAIN(cases)
