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
	static const char *const files[] = {"bin/temtensile",        "lib*/temtensile.pc",    "libtemtensile.so",
	                                    "temtensile/core.h",     "temtensile/jobs.h", "temtensile.1", "man5/temtensile-test.5",
	                                    "completions/temtensile"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const char *name = strrchr(files[i], '/') ? strrchr(files[i], '/') + 1 : files[i];
		CHECK_MSG(run("find dest -path '*%s*' | grep -q .", name).code == 0, "%s is not installed", files[i]);
	}
	program_run r = run("cd dest/usr/local/include/temtensile && ls | sort > \"$OLDPWD/a\"; cd \"$OLDPWD\"; "
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
#if defined(__SANITIZE_ADDRESS__)
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

static void every_header_stands_alone(void)
{
	program_run r =
	    run("for h in $ROOT/include/temtensile/*.h; do printf '#include \"%%s\"\\n' \"$h\" > alone.c; "
	        "cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I $ROOT/include alone.c || exit 1; "
	        "c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I $ROOT/include -x c++ alone.c || exit 1; done");
	CHECK_MSG(r.code == 0, "%s", r.err);
}

static const check_case cases[] = {
    {"everything in its place", everything_in_its_place},
    {"installed program runs", installed_program_runs},
    {"program of ten lines", program_of_ten_lines},
    {"every header stands alone", every_header_stands_alone},
};

CHECK_MAIN(cases)
