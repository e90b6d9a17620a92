/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "counters.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

static int open_counter(uint64_t what)
{
	struct perf_event_attr a;
	memset(&a, 0, sizeof a);
	a.type = PERF_TYPE_HARDWARE;
	a.size = sizeof a;
	a.config = what;
	a.exclude_kernel = 1;
	a.exclude_hv = 1;
	return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);
}

static double read_counter(int fd)
{
	uint64_t v = 0;
	if (fd < 0) return 0;
	if (read(fd, &v, sizeof v) != sizeof v) v = 0;
	close(fd);
	return (double)v;
}

counter counter_start(void)
{
	counter c = {{open_counter(PERF_COUNT_HW_CPU_CYCLES), open_counter(PERF_COUNT_HW_INSTRUCTIONS)}, 0, 0};
	return c;
}

void counter_stop(counter *c)
{
	c->cycles = read_counter(c->fd[0]);
	c->instructions = read_counter(c->fd[1]);
}
#else
counter counter_start(void)
{
	return (counter){{-1, -1}, 0, 0};
}

void counter_stop(counter *c)
{
	(void)c;
}
#endif

double counter_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double counter_cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double counter_now_mb(void)
{
	long all = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f) return 0;
	if (fscanf(f, "%ld %ld", &all, &resident) != 2) resident = 0;
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

double counter_peak_mb(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_maxrss / 1024;
}
