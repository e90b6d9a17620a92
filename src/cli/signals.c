/* Signals: all that ask the program to end do so in order, from its first moment.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals.h"

#include <signal.h>
#include <unistd.h>

#include "temtensile/core.h"

static volatile int cancel;

static void on_signal(int number)
{
	(void)number;
	if (cancel) _exit(TT_ERR_INTERRUPTED);
	cancel = 1;
}

const volatile int *cli_catch_signals(void)
{
	/* No SA_RESTART: a read that waits for its input ends, and with it the job. */
	struct sigaction a = {.sa_handler = on_signal}, old;
	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	/* under nohup it stays ignored */
	if (sigaction(SIGHUP, NULL, &old) != 0 || old.sa_handler != SIG_IGN) sigaction(SIGHUP, &a, NULL);
	a.sa_handler = SIG_IGN; /* the write fails then, with a sentence */
	sigaction(SIGPIPE, &a, NULL);
	sigaction(SIGXFSZ, &a, NULL);
	return &cancel;
}

bool cli_was_interrupted(void)
{
	return cancel != 0;
}

/* Before the libraries' own beginnings, which take some time; main() calls it as well, for systems without this. */
#if defined(__GNUC__) && defined(__linux__)
static void catch_early(int argc, char **argv, char **env)
{
	(void)argc, (void)argv, (void)env;
	cli_catch_signals();
}

__attribute__((section(".preinit_array"), used)) static void (*const early)(int, char **, char **) = catch_early;
#endif
