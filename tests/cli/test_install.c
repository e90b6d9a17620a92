/* meson install: everything in its place, and a program of ten lines that compiles against it with pkg-config.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "program.h"

static void install(void)
{
	program_run r =
	    run("test -d dest || meson install -C '%s' --no-rebuild --destdir \"$PWD/dest\" --quiet", TT_BUILD_ROOT);
	CHECK_MSG(r.code == 0, "meson install: %s%s", r.out, r.err);
}

static void everything_in_its_place(void)
{
	install();
	static const char *const files[] = {"bin/temtensile",         "lib*/temtensile.pc",    "libtemtensile.so",
	                                    "temtensile/core.h",      "temtensile/jobs.h",     "temtensile.1",
	                                    "man5/temtensile-test.5", "completions/temtensile"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const char *name = strrchr(files[i], '/') ? strrchr(files[i], '/') + 1 : files[i];
		CHECK_MSG(run("find dest -path '*%s*' | grep -q .", name).code == 0, "%s is not installed", files[i]);
	}
	program_run r = run(
	    "cd \"$(find dest -type d -path '*/include/temtensile')\" && ls | sort > \"$OLDPWD/a\"; cd \"$OLDPWD\"; "
	    "ls $ROOT/include/temtensile | sort > b; cmp a b");
	CHECK_MSG(r.code == 0, "not every public header is installed: %s", r.out);
}

static void installed_program_runs(void)
{
	install();
	program_run r = run("LIB=$(dirname $(find \"$PWD/dest\" -name libtemtensile.so)); "
	                    "LD_LIBRARY_PATH=$LIB $(find dest -path '*/bin/temtensile') --version");
	CHECK_MSG(r.code == 0, "%s", r.err);
	CHECK_HAS(r.out, "temtensile " TT_VERSION);
}

static void program_of_ten_lines(void)
{
#ifdef CHECK_SANITIZED
	CHECK_SKIP("a plain program cannot load a library with AddressSanitizer");
#endif
	install();
	program_run r = run(
	    "cat > ten.c <<'E'\n"
	    "#include <stdio.h>\n"
	    "#include <temtensile/core.h>\n"
	    "\n"
	    "int main(void)\n"
	    "{\n"
	    "	tt_quantity k;\n"
	    "	tt_error err;\n"
	    "	if (tt_quantity_parse(\"450 +- 10 N/m\", TT_DIM_STIFFNESS, &k, &err)) return puts(err.message), 1;\n"
	    "	return printf(\"%%g %%g %%s\\n\", k.value, k.u, tt_version()) < 0;\n"
	    "}\n"
	    "E\n"
	    "LIB=$(dirname $(find \"$PWD/dest\" -name libtemtensile.so))\n"
	    "export PKG_CONFIG_PATH=$LIB/pkgconfig PKG_CONFIG_SYSROOT_DIR=$PWD/dest\n"
	    "cc -Wall -Werror ten.c -o ten $(pkg-config --cflags --libs temtensile) && LD_LIBRARY_PATH=$LIB ./ten");
	CHECK_MSG(r.code == 0, "%s", r.err);
	CHECK_STR(r.out, "450 10 " TT_VERSION "\n");
}

/* What is done in a process of the program's own finds the program that was installed with the library. */
static void program_is_found(void)
{
#ifdef CHECK_SANITIZED
	CHECK_SKIP("a plain program cannot load a library with AddressSanitizer");
#endif
	install();
	program_run r = run("cat > apart.c <<'E'\n"
	                    "#include <stdio.h>\n"
	                    "#include <temtensile/temtensile.h>\n"
	                    "\n"
	                    "int main(int argc, char **argv)\n"
	                    "{\n"
	                    "	size_t objects;\n"
	                    "	tt_error err;\n"
	                    "	if (argc < 3) return 2;\n"
	                    "	if (tt_mat_convert(argv[1], argv[2], true, false, &objects, &err))\n"
	                    "		return puts(err.message), 1;\n"
	                    "	return printf(\"%%zu\\n\", objects) < 0;\n"
	                    "}\n"
	                    "E\n"
	                    "LIB=$(dirname $(find \"$PWD/dest\" -name libtemtensile.so))\n"
	                    "export PKG_CONFIG_PATH=$LIB/pkgconfig PKG_CONFIG_SYSROOT_DIR=$PWD/dest\n"
	                    "cc -Wall -Werror apart.c -o apart $(pkg-config --cflags --libs temtensile) || exit 1\n"
	                    "unset TEMTENSILE_PROGRAM\n"
	                    "LD_LIBRARY_PATH=$LIB PATH=/usr/bin:/bin ./apart $ROOT/tests/report/corpus-mat/level5.mat "
	                    "apart.mat && head -c 10 apart.mat");
	CHECK_MSG(r.code == 0, "%s %s", r.out, r.err);
	CHECK_STR(r.out, "0\nMATLAB 7.3");
}

static void every_header_stands_alone(void)
{
	program_run r =
	    run("for h in $ROOT/include/temtensile/*.h; do printf '#include \"%%s\"\\n' \"$h\" > alone.c; "
	        "cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I $ROOT/include alone.c || exit 1; "
	        "c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I $ROOT/include -x c++ alone.c || exit 1; done");
	CHECK_MSG(r.code == 0, "%s", r.err);
}

/* samples/examples, compiled against what was installed. */
static void examples_run(void)
{
#ifdef CHECK_SANITIZED
	CHECK_SKIP("a plain program cannot load a library with AddressSanitizer");
#endif
	install();
	double k[10], e[10], value, u, lo, hi;
	program_run r =
	    run("LIB=$(dirname $(find \"$PWD/dest\" -name libtemtensile.so)); export LD_LIBRARY_PATH=$LIB\n"
	        "export PKG_CONFIG_PATH=$LIB/pkgconfig PKG_CONFIG_SYSROOT_DIR=$PWD/dest\n"
	        "for p in modulus stiffness; do cc -std=c11 -Wall -Wextra -Werror $ROOT/samples/examples/$p.c -o $p "
	        "$(pkg-config --cflags --libs temtensile) && ./$p $ROOT/samples/zrcu-10pa-1/test.yaml || exit 1; done");
	CHECK_MSG(r.code == 0, "%s", r.err);
	CHECK_MSG(sscanf(r.out, "E = %lf GPa, u = %lf GPa, 95 %% interval %lf to %lf GPa", &value, &u, &lo, &hi) == 4,
	          "%s", r.out);
	/* the sample's law has 126 GPa */
	CHECK_MSG(lo < value && value < hi && u > 0 && lo < 126 && hi > 126, "%s", r.out);
	const char *line = strstr(r.out, "k = ");
	for (int i = 0; i < 10; i++) {
		CHECK_MSG(line && sscanf(line, "k = %lf N/m: E = %lf GPa", &k[i], &e[i]) == 2, "%s", r.out);
		line = strstr(line + 1, "k = ");
		/* a stiffer spring leaves less force to the specimen */
		CHECK_MSG(i == 0 || (k[i] > k[i - 1] && e[i] < e[i - 1]), "%s", r.out);
	}
	CHECK(k[0] < 450 && k[9] > 450 && e[0] > value && e[9] < value);
}

/* What is public is marked, and temtensile.h has all of it; what is not is hidden. Names that begin with _ are the
 * linker's and the sanitizers'. */
static void public_is_marked(void)
{
	program_run r = run("cd $ROOT/include/temtensile; for h in *.h; do [ $h = temtensile.h ] || "
	                    "grep -q \"temtensile/$h\" temtensile.h || echo \"temtensile.h lacks $h\"; done\n"
	                    "grep -nE '^(const )?[a-z_]+[ *][^;={}]*\\(' *.h | grep -vE ':(typedef|static|struct "
	                    "[a-z_]+ \\{|enum|extern)' | "
	                    "grep -E 'tt_[a-z0-9_]+\\(' | sed 's/^/not marked TT_API: /'");
	CHECK_STR(r.out, "");
	r = run("L=$(find %s/src -maxdepth 1 -name 'libtemtensile.so.*.*.*' -type f | head -n 1); "
	        "nm -D --defined-only $L | awk '$2 ~ /[TDRB]/ && $3 !~ /^_/ {print $3}' | sort > shown; "
	        "cat $ROOT/include/temtensile/*.h | grep -oE 'tt_[a-z0-9_]+' | sort -u > named; comm -23 shown named | "
	        "head; "
	        "readelf -d $L | grep -o 'soname: .*'",
	        TT_BUILD_ROOT);
	CHECK_STR(r.out, "soname: [libtemtensile.so.1]\n");
}

static const check_case cases[] = {
    {"everything in its place", everything_in_its_place},     {"installed program runs", installed_program_runs},
    {"program of ten lines", program_of_ten_lines},           {"program is found beside the library", program_is_found},
    {"every header stands alone", every_header_stands_alone}, {"examples run", examples_run},
    {"public is marked, the rest hidden", public_is_marked},
};

CHECK_MAIN(cases)
