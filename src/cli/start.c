/* The executable: hears the signals that ask it to end, then loads the program (temtensile-cli.so). The program's
 * libraries are some 170; loading them takes longer than a keystroke, and a program that is linked to them has no say
 * before all of them are there. SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "start.h"

/* Nothing has been done yet, so nothing is left behind. The program sets handlers of its own (signals.c). */
static void on_signal(int number)
{
	static const char text[] = "temtensile: interrupted\n";
	(void)number;
	if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(TT_ERR_INTERRUPTED); /* nobody left to tell */
	_exit(TT_ERR_INTERRUPTED);
}

static void hear_signals(void)
{
	static const int number[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction a = {.sa_handler = on_signal}, old;
	sigemptyset(&a.sa_mask);
	for (size_t i = 0; i < sizeof number / sizeof *number; i++) /* under nohup it stays ignored */
		if (sigaction(number[i], NULL, &old) != 0 || old.sa_handler != SIG_IGN) sigaction(number[i], &a, NULL);
}

#ifdef TT_SANITIZED
static int run(int argc, char **argv)
{
	return temtensile_main(argc, argv);
}
#else
static int run(int argc, char **argv)
{
	int (*program)(int, char **) = NULL;
	void *library = dlopen("temtensile-cli.so", RTLD_LAZY | RTLD_GLOBAL);
	if (library) *(void **)&program = dlsym(library, "temtensile_main");
	if (!program) {
		const char *why = dlerror();
		fprintf(stderr, "temtensile: the program cannot be loaded: %s\n", why ? why : "it is not whole");
		return TT_ERR_FAILED;
	}
	return program(argc, argv);
}
#endif

int main(int argc, char **argv)
{
	hear_signals();
	return run(argc, argv);
}
