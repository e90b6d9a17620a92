/* Signals: all that ask the program to end do so in order; start.c hears them before the libraries are there.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "temtensile/jobs.h"

static volatile int cancel;

static void on_signal(int number)
{
	(void)number;
	if (cancel) _exit(TT_ERR_INTERRUPTED);
	cancel = 1;
}

/* ---- faults ---- */

static volatile int over = -1; /* the exit code, when the program has said all */

static void say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0) return; /* there is nobody left to tell */
}

/* Some libraries do not report that they were refused memory: libavcodec's H.264 decoder and GLib (below Pango,
 * librsvg) call abort(), others use what they did not get. Then this is how the run ends: with a sentence and without
 * leftovers. A fault with another cause is one of the program: it ends by its signal, as it would have. */
static void on_fault(int number)
{
	bool memory = errno == ENOMEM || tt_memory_was_refused();
	if (over >= 0 && memory) _exit(over); /* what libraries do at the end with what they did not get */
	tt_abandon_results();
	if (memory) {
		say("temtensile: no memory for what a library had to do; nothing was written\n");
		_exit(TT_ERR_FAILED);
	}
	say("temtensile: a fault inside the program ends it; nothing was written. Please report it\n");
	signal(number, SIG_DFL);
	raise(number);
}

/* libhdf5 calls exit() where it has no memory. The program itself ends by returning from main(). */
#ifdef __GLIBC__
static void on_end(int code, void *unused)
{
	(void)code, (void)unused;
	if (over >= 0) return;
	tt_abandon_results();
	say(errno == ENOMEM || tt_memory_was_refused()
	        ? "temtensile: no memory for what a library had to do; nothing was written\n"
	        : "temtensile: a library ended the program; nothing was written. Please report it\n");
	_exit(TT_ERR_FAILED);
}
#endif

int cli_end(int code)
{
	over = code;
	return code;
}

static void catch_faults(void)
{
#ifdef __GLIBC__
	on_exit(on_end, NULL);
#endif
#ifndef TT_SANITIZED /* sanitizers have their own */
	static const int faults[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	static _Alignas(16) char stack[1 << 16]; /* the usual one may be used up */
	const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction a = {.sa_handler = on_fault, .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER)};
	sigemptyset(&a.sa_mask);
	sigaltstack(&other, NULL);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		sigaction(faults[i], &a, NULL);
#endif
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
	catch_faults();
	return &cancel;
}

bool cli_was_interrupted(void)
{
	return cancel != 0;
}
