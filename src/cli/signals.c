/* Ctrl-C.
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
	struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
	a.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &a, NULL);
	return &cancel;
}

bool cli_was_interrupted(void)
{
	return cancel != 0;
}
