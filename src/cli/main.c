/* The program: finds the command and lets it run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "signals.h"
#include "start.h"
#include "temtensile/observe.h"
#include "temtensile/report.h"

static const cli_command commands[] = {
    {"analyze", "a recorded test to its stress-strain curve and properties", cli_analyze},
    {"apart", NULL, cli_apart},
    {"compare", "tests across their films: curves, trends, statistics", cli_compare},
    {"correlate", "displacements and strains between two images, or along a recording", cli_correlate},
    {"film", "a film's indentation, Brillouin scattering, diffraction, density, layers", cli_film},
    {"frame", "frames of a recording as pictures", cli_frame},
    {"init", "a description of a test to begin with", cli_init_description},
    {"mat", "MAT files from one version to another", cli_mat},
    {"probe", "what is in a recording or a force log", cli_probe},
    {"schema", "the JSON Schema of a kind of description, for editors", cli_schema},
    {"scan4d", "scans of diffraction patterns: mean patterns, rings, virtual images, variance", cli_scan4d},
    {"simulate", "a recording of a push-to-pull test with known truth", cli_simulate},
    {"task", NULL, cli_task},
    {"workbench", "see, decide, correct, export: in the browser", cli_workbench},
};

enum { N_COMMANDS = sizeof commands / sizeof *commands };

static int version(void)
{
	printf(
	    "temtensile %s\n"
	    "Build: %s\n"
	    "Copyright (C) 2026 the temtensile authors. Licence GPL-3.0-or-later: free software, without warranty.\n",
	    tt_version(), tt_software_build());
	return 0;
}

static int help(void)
{
	puts("Usage: temtensile COMMAND [OPTION...]\n"
	     "       temtensile help COMMAND\n"
	     "       temtensile help keys[.SECTION] [KIND]\n"
	     "       temtensile --version\n\n"
	     "From a recorded push-to-pull test in a TEM to its stress-strain curve.\n\n"
	     "Commands:");
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (commands[i].help) printf("  %-12s %s\n", commands[i].name, commands[i].help);
	puts("\nExit codes: 0 done, 1 analysis failed, 2 wrong usage, 3 bad input, 4 some tests of a study failed,\n"
	     "130 interrupted. The manual: man temtensile");
	return 0;
}

static const cli_command *find(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0) return &commands[i];
	return NULL;
}

static int unknown(const char *name)
{
	const char *names[N_COMMANDS];
	for (size_t i = 0; i < N_COMMANDS; i++)
		names[i] = commands[i].name;
	size_t hint = tt_nearest_word(name, names, N_COMMANDS);
	const char *what = name[0] == '-' ? "option" : "command";
	if (hint < N_COMMANDS && name[0] != '-')
		fprintf(stderr, "temtensile: unknown command '%s', did you mean '%s'? Try 'temtensile --help'\n", name,
		        names[hint]);
	else
		fprintf(stderr, "temtensile: unknown %s '%s'; try 'temtensile --help'\n", what, name);
	return TT_ERR_USAGE;
}

static int run_help(int argc, char **argv)
{
	if (argc < 2) return help();
	if (strncmp(argv[1], "keys", 4) == 0 && (!argv[1][4] || argv[1][4] == '.'))
		return cli_help_keys(argc - 1, argv + 1);
	const cli_command *c = find(argv[1]);
	if (!c) return unknown(argv[1]);
	char option[] = "--help", *args[] = {argv[1], option, NULL};
	return c->run(2, args);
}

static int dispatch(int argc, char **argv)
{
	if (argc < 2) {
		fputs("temtensile: no command given; try 'temtensile --help'\n", stderr);
		return TT_ERR_USAGE;
	}
	const char *name = argv[1];
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) return version();
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help();
	if (strcmp(name, "help") == 0) return run_help(argc - 1, argv + 1);
	const cli_command *c = find(name);
	return c ? c->run(argc - 1, argv + 1) : unknown(name);
}

/* Our sentences tell what is wrong with a file. */
static void no_log(void *avcl, int level, const char *fmt, va_list args)
{
	(void)avcl, (void)level, (void)fmt, (void)args;
}

/* Kernels that are asked for and not there are no silent change of program. */
static int check_kernels(void)
{
	const char *wish = getenv("TEMTENSILE_SIMD");
	if (!wish || strcmp(wish, tt_software_kernels()) == 0) return 0;
	fprintf(
	    stderr,
	    "temtensile: TEMTENSILE_SIMD can be c, avx2 or avx512 where the processor has them; found '%s', of which "
	    "there are no kernels here\n",
	    wish);
	return TT_ERR_USAGE;
}

int temtensile_main(int argc, char **argv)
{
	cli_catch_signals();
	tt_set_ffmpeg_log(no_log);
	if (check_kernels() != 0) return cli_end(TT_ERR_USAGE);
	int code = dispatch(argc, argv);
	tt_canvas_forget_fonts();
	/* A reader that went away (`| head`) is no failure of ours; a full disk is. */
	errno = 0;
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE) {
		fprintf(stderr, "temtensile: cannot write to standard output: %s\n", strerror(errno ? errno : EIO));
		if (code == 0) code = TT_ERR_FAILED;
	}
	return cli_end(code);
}
