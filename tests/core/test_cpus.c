/* Processors: what the scheduler, the control group and Slurm leave.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include <sched.h>

#include "check.h"
#include "core/cpus.h"
#include "temtensile/core.h"

#include <stdlib.h>
#include <sys/stat.h>

static const char *write_file(const char *name, const char *text)
{
	static char path[16][600];
	static int turn;
	char *p = path[turn++ % 16];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	for (char *s = p + strlen(check_tmp()) + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		mkdir(p, 0777);
		*s = '/';
	}
	FILE *f = fopen(p, "w");
	CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0);
	return p;
}

static const char *folder(const char *name)
{
	static char path[600];
	snprintf(path, sizeof path, "%s/%s", check_tmp(), name);
	return path;
}

static void version_2(void)
{
	const char *proc = write_file("proc2", "0::/user.slice/job.scope\n");
	write_file("v2/user.slice/job.scope/cpu.max", "max 100000\n");
	CHECK(tt_cpu_quota(proc, folder("v2")) == 0);
	write_file("v2/user.slice/job.scope/cpu.max", "250000 100000\n");
	CHECK(tt_cpu_quota(proc, folder("v2")) == 3); /* two and a half: three threads, of which one is held back */
	write_file("v2/user.slice/cpu.max", "100000 100000\n"); /* the group around it */
	CHECK(tt_cpu_quota(proc, folder("v2")) == 1);
	write_file("v2/user.slice/cpu.max", "10000 100000\n");
	CHECK(tt_cpu_quota(proc, folder("v2")) == 1);
	write_file("v2/user.slice/cpu.max", "nonsense\n");
	CHECK(tt_cpu_quota(proc, folder("v2")) == 3);
	proc = write_file("proc2", "0::/\n");
	write_file("v2/cpu.max", "400000 100000\n"); /* a container sees its own group as the root */
	CHECK(tt_cpu_quota(proc, folder("v2")) == 4);
}

static void version_1(void)
{
	const char *proc = write_file("proc1", "11:memory:/a\n4:cpu,cpuacct:/docker/12\n3:cpuset:/b\n0::/c\n");
	write_file("v1/cpu,cpuacct/docker/12/cpu.cfs_quota_us", "-1\n");
	write_file("v1/cpu,cpuacct/docker/12/cpu.cfs_period_us", "100000\n");
	CHECK(tt_cpu_quota(proc, folder("v1")) == 0);
	write_file("v1/cpu,cpuacct/docker/12/cpu.cfs_quota_us", "200000\n");
	CHECK(tt_cpu_quota(proc, folder("v1")) == 2);
	CHECK(tt_cpu_quota("/nonexistent", folder("v1")) == 0);
	CHECK(tt_cpu_quota(write_file("bad", "\n:\n1:cpu\nx:y:z\n"), folder("v1")) == 0);
}

static void affinity_and_slurm(void)
{
	cpu_set_t before, one;
	int first = 0;
	unsetenv("SLURM_CPUS_PER_TASK");
	CHECK(sched_getaffinity(0, sizeof before, &before) == 0);
	CHECK(tt_cpus() >= 1 && tt_cpus() <= CPU_COUNT(&before));
	setenv("SLURM_CPUS_PER_TASK", "1", 1);
	CHECK(tt_cpus() == 1);
	setenv("SLURM_CPUS_PER_TASK", "100000", 1); /* Slurm's word does not make more of them */
	CHECK(tt_cpus() <= CPU_COUNT(&before));
	setenv("SLURM_CPUS_PER_TASK", "many", 1);
	CHECK(tt_cpus() >= 1);
	unsetenv("SLURM_CPUS_PER_TASK");
	while (!CPU_ISSET(first, &before))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	CHECK(sched_setaffinity(0, sizeof one, &one) == 0);
	tt_job job = {0};
	CHECK(tt_cpus() == 1 && tt_job_threads(NULL) == 1 && tt_job_threads(&job) == 1);
	job.threads = 5; /* asked for by name */
	CHECK(tt_job_threads(&job) == 5);
	CHECK(sched_setaffinity(0, sizeof before, &before) == 0);
}

static const check_case cases[] = {
    {"control groups, version 2", version_2},
    {"control groups, version 1", version_1},
    {"affinity and Slurm", affinity_and_slurm},
};
CHECK_MAIN(cases)
