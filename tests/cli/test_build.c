/* Which build made a number: what --version says, that another library makes results anew, that kernels agree.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "program.h"

#include <stdlib.h>

static void version_names_the_build(void)
{
	program_run r = run("\"$T\" --version");
	CHECK(r.code == 0);
	CHECK_HAS(r.out, "sources ");
	CHECK_HAS(r.out, "; kernels ");
	CHECK_HAS(r.out, "FFmpeg ");
	CHECK_HAS(r.out, "OpenCV ");
	CHECK_HAS(r.out, "GSL ");
	r = run("TEMTENSILE_SIMD=mmx \"$T\" --version");
	CHECK(r.code == 2);
	CHECK_HAS(r.err, "TEMTENSILE_SIMD can be c, avx2 or avx512");
}

/* One character of one function, and the hash is another; a file outside the sources does not count. */
static void hash_of_sources(void)
{
	program_run r =
	    run("mkdir tree && cp -r $ROOT/src $ROOT/include $ROOT/meson.build $ROOT/meson_options.txt tree/\n"
	        "H=$ROOT/src/core/source_hash.sh; sh $H tree 1 a.c; touch tree/README; sh $H tree 1 b.c; cmp a.c b.c "
	        "|| echo touched\n"
	        "sed -i 's/OUTLIER \\* spread/OUTLIER * 1.01 * spread/' tree/src/observe/gauge.c; sh $H tree 1 c.c\n"
	        "cmp -s tree/src/observe/gauge.c $ROOT/src/observe/gauge.c && echo 'nothing changed'; cmp -s a.c c.c "
	        "&& echo same; "
	        "grep -c 'sources [0-9a-f]\\{16\\}' c.c");
	CHECK_STR(r.err, "");
	CHECK_STR(r.out, "1\n");
}

/* A library whose one function differs, linked from the same objects but that one. */
static void another_library_makes_results_anew(void)
{
#ifdef CHECK_SANITIZED
	CHECK_SKIP("the sanitizer's library comes first");
#endif
	program_run r = run("command -v ninja && command -v python3");
	if (r.code != 0) CHECK_SKIP("no ninja or python3 here");
	r = run(
	    "mkdir tree2 && cp -r $ROOT/src $ROOT/include $ROOT/meson.build $ROOT/meson_options.txt tree2/\n"
	    "sed -i 's/OUTLIER \\* spread/OUTLIER * 1.01 * spread/' tree2/src/observe/gauge.c\n"
	    "sh $ROOT/src/core/source_hash.sh tree2 1 build_text.c && cc -fPIC -c build_text.c -o build_text.o || exit "
	    "1\n"
	    "W=$PWD; cd '%s' || exit 1; cat > $W/relink.py <<'E'\n"
	    "import json, os, re, shlex, subprocess, sys\n"
	    "w = sys.argv[1]\n"
	    "one = next(c for c in json.load(open('compile_commands.json')) if c['file'].endswith('observe/gauge.c'))\n"
	    "cmd = shlex.split(one['command']); out = cmd[cmd.index('-o') + 1]\n"
	    "cmd[cmd.index('-o') + 1] = w + '/gauge.o'\n"
	    "cmd = [w + '/tree2/src/observe/gauge.c' if a == one['file'] else a for a in cmd]\n"
	    "cmd = [a for a in cmd if a not in ('-MD',)]\n"
	    "for flag in ('-MQ', '-MF'):\n"
	    "    if flag in cmd: i = cmd.index(flag); del cmd[i:i + 2]\n"
	    "subprocess.check_call(cmd)\n"
	    "lib = 'src/observe/libtt_observe.a'\n"
	    "members = subprocess.check_output(['ar', 't', lib], text=True).split()\n"
	    "find = {os.path.basename(m): m for m in members}\n"
	    "paths = [m if os.path.exists(m) else 'src/observe/libtt_observe.a.p/' + os.path.basename(m) for m in "
	    "members]\n"
	    "paths = [w + '/gauge.o' if os.path.basename(p) == os.path.basename(out) else p for p in paths]\n"
	    "assert w + '/gauge.o' in paths\n"
	    "subprocess.check_call(['ar', 'crs', w + '/observe.a'] + paths)\n"
	    "target = next(f for f in os.listdir('src') if re.fullmatch(r'libtemtensile\\.so\\.\\d+\\.\\d+\\.\\d+', "
	    "f))\n"
	    "link = shlex.split(subprocess.check_output(['ninja', '-t', 'commands', 'src/' + target], "
	    "text=True).strip().split('\\n')[-1])\n"
	    "link[link.index('-o') + 1] = w + '/libtemtensile.so.1'\n"
	    "link = [w + '/observe.a' if a == lib else w + '/build_text.o' if a.endswith('build_text.c.o') else a for "
	    "a in link]\n"
	    "subprocess.check_call(link)\n"
	    "E\n"
	    "python3 $W/relink.py $W",
	    TT_BUILD_ROOT);
	CHECK_MSG(r.code == 0, "%s%s", r.out, r.err);
	/* a small recording, a study of it; first, again, with the other library, again with that */
	r = run("printf 'name: tiny\\nvideo: {size: [512, 384], frame_rate: 2 Hz}\\ncontrol: {rate: 8 µN/s, approach: "
	        "2 s, hold: 1 s, after: 1 s}\\n' > sim.yaml\n"
	        "\"$T\" simulate sim.yaml -o tiny -q || exit 1\n"
	        "printf 'tests: [tiny/test.yaml]\\n' > study.yaml\n"
	        "go() { \"$T\" compare study.yaml -o study 2>&1 | grep -o '[01] analysed'; }\n"
	        "go > 1; go > 2; export LD_PRELOAD=$PWD/libtemtensile.so.1; \"$T\" --version > v; go > 3; go > 4; "
	        "unset LD_PRELOAD; "
	        "\"$T\" --version | cmp -s - v && echo 'the same library'; cat 1 2 3 4");
	CHECK_MSG(strcmp(r.out, "1 analysed\n0 analysed\n1 analysed\n0 analysed\n") == 0, "%s%s", r.out, r.err);
}

/* All kernels give the same bits, and so the same files but for the name of the kernels. */
static void kernels_agree(void)
{
	static const char *const names[] = {"c", "avx2", "avx512"};
	const char *first = NULL;
	program_run r =
	    run("[ -d tiny ] || { printf 'name: tiny\nvideo: {size: [512, 384], frame_rate: 2 Hz}\ncontrol: {rate: 8 "
	        "µN/s, "
	        "approach: 2 s, hold: 1 s, after: 1 s}\n' > sim.yaml; \"$T\" simulate sim.yaml -o tiny -q; }");
	CHECK_MSG(r.code == 0, "%s", r.err);
	for (int k = 0; k < 3; k++) {
		r = run("TEMTENSILE_SIMD=%s \"$T\" --version", names[k]);
		if (r.code != 0) {
			check_note("%s: not on this processor", names[k]);
			continue;
		}
		r = run("TEMTENSILE_SIMD=%s \"$T\" analyze tiny/test.yaml -o k-%s --only curve -q && grep -c 'kernels "
		        "%s;' k-%s/summary.json && wc -l < k-%s/curve.csv && rm k-%s/.temtensile-record && sed -i "
		        "'s/kernels %s;/kernels;/; s/\"kernels\": *\"%s\"/\"kernels\"/' k-%s/summary.json",
		        names[k], names[k], names[k], names[k], names[k], names[k], names[k], names[k], names[k]);
		int found = 0, rows = 0;
		CHECK_MSG(r.code == 0, "%s%s", r.out, r.err);
		CHECK_MSG(sscanf(r.out, "%d %d", &found, &rows) == 2 && found >= 1 && rows > 20, "%s", r.out);
		if (!first) first = names[k];
		r = run("diff -rq -x '*.ttobs' -x run.log k-%s k-%s", first, names[k]);
		CHECK_MSG(r.code == 0, "%s against %s: %s%s", names[k], first, r.out, r.err);
	}
	CHECK(first);
}

static const check_case cases[] = {
    {"--version names the build", version_names_the_build},
    {"hash of the sources", hash_of_sources},
    {"another library makes results anew", another_library_makes_results_anew},
    {"kernels agree", kernels_agree},
};
CHECK_MAIN(cases)
