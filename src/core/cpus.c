/* How many processors this process may use.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef __linux__
#define _GNU_SOURCE /* sched_getaffinity */
#include <sched.h>
#endif

#include "core/cpus.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"

enum { MOST = 1024 };

static int least(int a, int b)
{
	return b > 0 && (a <= 0 || b < a) ? b : a;
}

/* First line of fs/group/name; false when there is none. */
static bool read_line(const char *fs, const char *group, const char *name, char *line, int size)
{
	char path[1200];
	tt_snprintf(path, sizeof path, "%s%s/%s", fs, group, name);
	FILE *f = fopen(path, "r");
	bool good = f && fgets(line, size, f);
	if (f) fclose(f);
	return good;
}

static int whole(double quota, double period)
{
	return quota > 0 && period > 0 ? (int)fmin(MOST, ceil(quota / period - 1e-9)) : 0;
}

static int quota_v2(const char *fs, const char *group)
{
	char line[128], *end;
	if (!read_line(fs, group, "cpu.max", line, sizeof line)) return 0;
	double quota = tt_strtod(line, &end);
	return end == line ? 0 : whole(quota, tt_strtod(end, NULL)); /* "max 100000": no quota */
}

static int quota_v1(const char *fs, const char *group)
{
	char quota[128], period[128];
	if (!read_line(fs, group, "cpu.cfs_quota_us", quota, sizeof quota) ||
	    !read_line(fs, group, "cpu.cfs_period_us", period, sizeof period))
		return 0;
	return whole(tt_strtod(quota, NULL), tt_strtod(period, NULL)); /* -1: no quota */
}

/* The group's own quota and those of the groups around it. */
static int quota_upward(const char *fs, char *group, int (*quota)(const char *, const char *))
{
	int n = 0;
	for (;;) {
		n = least(n, quota(fs, group));
		char *slash = strrchr(group, '/');
		if (!slash) return n;
		*slash = '\0';
	}
}

/* Whether "cpu" is one of "cpu,cpuacct". */
static bool names_cpu(const char *list)
{
	for (const char *s = list; s; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL)
		if (strncmp(s, "cpu", 3) == 0 && (s[3] == ',' || !s[3])) return true;
	return false;
}

int tt_cpu_quota(const char *proc, const char *fs)
{
	char line[1024], mount[1100];
	int n = 0;
	FILE *f = fopen(proc, "r");
	while (f && fgets(line, sizeof line, f)) {
		/* hierarchy:controllers:group, without controllers for version 2 */
		line[strcspn(line, "\n")] = '\0';
		char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!group) continue;
		*controllers++ = '\0';
		*group++ = '\0';
		if (strcmp(group, "/") == 0) *group = '\0';
		if (strcmp(line, "0") == 0 && !*controllers) {
			n = least(n, quota_upward(fs, group, quota_v2));
		} else if (names_cpu(controllers)) {
			tt_snprintf(mount, sizeof mount, "%s/%s", fs, controllers);
			n = least(n, quota_upward(mount, group, quota_v1));
		}
	}
	if (f) fclose(f);
	return n;
}

static int affinity(void)
{
#ifdef __linux__
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > MOST ? MOST : (int)n;
}

int tt_cpus(void)
{
	const char *slurm = getenv("SLURM_CPUS_PER_TASK");
	int n = least(affinity(), tt_cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup"));
	if (slurm) n = least(n, (int)fmin(MOST, fmax(0, tt_strtod(slurm, NULL))));
	return n > 0 ? n : 1;
}
