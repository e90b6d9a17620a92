/* A description that is being saved when the process is killed: the old or the new one, whole, at any moment.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "temtensile/describe.h"

enum { KILLS = 60, SIZE = 1 << 16 };

static char path[1100];

static const char *const one[] = {"force.contact=5.2 ± 0.1 s", "specimen.width=401 ± 8 nm"},
                         *const two[] = {"force.contact=6.25 ± 0.05 s", "specimen.width=399.125 ± 7.5 nm"};

/* Long enough that it is written in more than one piece. */
static void begin(void)
{
	snprintf(path, sizeof path, "%s/test.yaml", check_tmp());
	FILE *f = fopen(path, "w");
	CHECK(f);
	fputs(
	    "video: {file: t.mp4, pixel_size: 4 nm}\nforce: {file: l.txt, spring: {stiffness: 450 N/m}, contact: 5 s}\n"
	    "specimen: {width: 400 nm, thickness: 100 nm}\n",
	    f);
	for (int i = 0; i < 600; i++)
		fprintf(f, "# a comment of somebody's that has to stay, line %d\n", i);
	CHECK(fclose(f) == 0);
}

static size_t read_all(char *text)
{
	FILE *f = fopen(path, "rb");
	CHECK_MSG(f, "the description is gone");
	size_t n = fread(text, 1, SIZE - 1, f);
	fclose(f);
	text[n] = 0;
	return n;
}

static void save(const char *const *sets)
{
	tt_error err;
	CHECK_MSG(tt_description_edit(path, sets, 2, &err) == TT_OK, "%s", err.message);
}

static void old_or_new(void)
{
	static char first[SIZE], second[SIZE], left[SIZE];
	unsigned seed = 1;
	size_t firsts = 0;
	begin();
	save(one);
	read_all(first);
	save(two);
	read_all(second);
	CHECK(strcmp(first, second) != 0 && strstr(first, "401 ± 8 nm") && strstr(second, "line 599"));
	for (int k = 0; k < KILLS; k++) {
		pid_t pid = fork();
		CHECK(pid >= 0);
		if (pid == 0)
			for (;;) {
				tt_error err;
				tt_description_edit(path, one, 2, &err);
				tt_description_edit(path, two, 2, &err);
			}
		seed = seed * 1664525u + 1013904223u;
		nanosleep(&(struct timespec){.tv_nsec = 200000 + (long)(seed >> 8) % 12000000}, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		read_all(left);
		CHECK_MSG(strcmp(left, first) == 0 || strcmp(left, second) == 0, "kill %d leaves neither: %zu bytes", k,
		          strlen(left));
		firsts += strcmp(left, first) == 0;
	}
	check_note("%d kills: %zu left the one, %zu the other", KILLS, firsts, KILLS - firsts);
	save(one); /* what killed runs left beside it is in nobody's way */
	read_all(left);
	CHECK(strcmp(left, first) == 0);
}

static const check_case cases[] = {{"killed at any moment, the description is whole", old_or_new}};

CHECK_MAIN(cases)
