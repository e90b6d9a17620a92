/* A long recording looked at in parts, each by a process of its own, here or on a cluster.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_SHARDS_H
#define TT_JOBS_SHARDS_H

#include "core/reads.h"
#include "jobs/executor.h"

typedef struct tt_shards {
	const tt_test *test;
	const char *out; /* folder of the results: the parts' spool lies in it until they are joined */
	const tt_analyze_options *options;
	const tt_job *job;
	tt_strings *notes;
} tt_shards;

/* As tt_observe_keep, without a source that stays open. A call that was killed is continued by the next: parts that are
 * done are not looked at again. */
tt_status tt_shards_observe(const tt_shards *s, tt_observation **out, tt_error *err);
/* Takes away what parts left in the folder. */
void tt_shards_forget(const char *out);

#endif
