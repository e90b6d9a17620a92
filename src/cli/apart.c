/* temtensile apart: what may crash, in a process of its own. Not for people: the library starts it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <signal.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/* A crash is told by silence, not by a sentence or a core file, and a size that a damaged file tells is not believed
 * without end. */
static void expect_crashes(void)
{
	static const int usual[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPIPE, SIGINT, SIGTERM, SIGHUP};
	const struct rlimit none = {0, 0};
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		signal(usual[i], SIG_DFL);
	setrlimit(RLIMIT_CORE, &none);
#ifndef TT_SANITIZED /* sanitizers ask for all addresses */
	const struct rlimit room = {(rlim_t)8 << 30, (rlim_t)8 << 30};
	setrlimit(RLIMIT_AS, &room);
#endif
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody would hear it */
#endif
}

int cli_apart(int argc, char **argv)
{
	expect_crashes();
	return tt_work_apart(argc - 1, argv + 1) ? 0 : TT_ERR_USAGE;
}
