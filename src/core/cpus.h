/* How many processors this process may use.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_CPUS_H
#define TT_CORE_CPUS_H

/* The least of: processors in the affinity mask (taskset, a scheduler); the quota of the control group and of those
 * around it, rounded up; SLURM_CPUS_PER_TASK. At least 1. */
int tt_cpus(void);
/* The quota of control groups, versions 1 and 2, in whole processors; 0: none. proc: as /proc/self/cgroup; fs: the
 * folder that they are mounted at, as /sys/fs/cgroup. */
int tt_cpu_quota(const char *proc, const char *fs);

#endif
