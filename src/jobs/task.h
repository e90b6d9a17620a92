/* The tasks of a study or of a long recording: each is one test that is analysed, or one part of a recording that is
 * observed, by a process of its own, `temtensile task SPOOL N`. The spool is a folder that holds what is to be done
 * (tasks.json), how far each task is (progress.N), what it saw of a part (part.N) and its last word (done.N), each
 * written beside and renamed: whoever shares the folder can follow. No locks, no appended files, no mapped writes: what
 * network file systems promise is enough.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_TASK_H
#define TT_JOBS_TASK_H

#include "observe/observation.h"
#include "temtensile/jobs.h"

#define TT_SPOOL_NAME ".temtensile-spool"

typedef struct tt_task {
	char *test, *folder; /* description, and where its results go */
	tt_strings sets;     /* "key=value" */
	bool is_part;        /* no analysis: a look at a part of the recording … */
	tt_part_plan part;
	tt_look_how how; /* … like this */
} tt_task;

typedef struct tt_spool {
	char *path;  /* of the folder */
	char *out;   /* of the study's results */
	bool verify; /* hash every file, whatever is remembered */
	bool force;  /* replace files in the tests' folders that no run left */
	char *of;    /* of parts: what the recording was like; NULL for tests */
	tt_task *task;
	size_t n;
} tt_spool;

/* Starts a spool in out with these tasks (taken over), or takes up the one that is there when it is the same: then the
 * words of tasks that have ended are kept. */
tt_status tt_spool_make(const char *out, bool verify, bool force, tt_task *task, size_t n, tt_spool *spool,
                        tt_error *err);
/* The same for parts of a recording that was like `of`, in the folder `name`. */
tt_status tt_spool_make_parts(const char *out, const char *name, const char *of, tt_task *task, size_t n,
                              tt_spool *spool, tt_error *err);
/* What a task saw of its part. */
tt_status tt_task_load_part(const tt_spool *spool, size_t i, tt_observation **o, tt_error *err);
/* The one that is there; TT_END: there is none. */
tt_status tt_spool_read(const char *path, tt_spool *spool, tt_error *err);
/* Takes the folder and all in it away. */
void tt_spool_remove(const tt_spool *spool);
void tt_spool_clear(tt_spool *spool);

/* A task's last word; false: there is none yet. message: malloc'ed; lines are given to heard. */
bool tt_task_done(const tt_spool *spool, size_t i, tt_status *st, char **message, void *ctx,
                  void (*heard)(void *ctx, size_t task, const char *line));
/* Takes the word back, before another try. */
void tt_task_forget(const tt_spool *spool, size_t i);
/* In thousandths; 0 when nothing is known. */
int tt_task_progress(const tt_spool *spool, size_t i);

#endif
