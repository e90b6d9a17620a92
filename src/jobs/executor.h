/* Where the tests of a study are analysed: on this machine, or on a cluster. An executor runs numbered tasks; what a
 * task is and how it tells its end stands in task.h. Nothing but the folder of the spool is needed between those who
 * take part.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_EXECUTOR_H
#define TT_JOBS_EXECUTOR_H

#include "jobs/task.h"

typedef struct tt_executor_options {
	const char *program; /* the temtensile to run, absolute */
	int at_once;         /* local: tasks at the same time, >= 1 */
	int threads;         /* local: of each task */
	const char *submit;  /* slurm: more arguments for sbatch, as one text; NULL: none */
} tt_executor_options;

typedef enum tt_task_place {
	TT_TASK_UNKNOWN, /* not submitted */
	TT_TASK_WAITING, /* in a queue */
	TT_TASK_RUNNING,
	TT_TASK_ENDED /* no longer there: it left its word in the spool, or `why` tells what became of it */
} tt_task_place;

typedef struct tt_task_look {
	tt_task_place place;
	bool again;    /* it was ended from outside (node lost, preempted, time, memory): another try makes sense */
	char why[240]; /* what became of a task that left no word; "" when nothing is known */
} tt_task_look;

typedef struct tt_executor {
	const char *name; /* "local", "slurm" */
	tt_status (*open)(const tt_spool *spool, const tt_executor_options *options, void **state, tt_error *err);
	/* Some of the spool's tasks, to be run once more or for the first time. */
	tt_status (*submit)(void *state, const size_t *task, size_t n, tt_error *err);
	/* Looks at all tasks of the spool, waiting for at most wait_ms for something to happen. */
	tt_status (*poll)(void *state, int wait_ms, tt_task_look *look, tt_error *err);
	/* One more process, of that command (words, NULL behind the last), once all submitted tasks have ended; NULL:
	 * there is no such thing */
	tt_status (*follow)(void *state, const char *const *command, tt_error *err);
	/* Ends all tasks and waits until they have ended. */
	tt_status (*cancel)(void *state, tt_error *err);
	/* A sentence: where the tasks are. */
	tt_status (*describe)(void *state, char *text, size_t size, tt_error *err);
	void (*close)(void *state);
	int poll_ms;   /* between two looks */
	bool detaches; /* tasks live on without the caller */
} tt_executor;

extern const tt_executor tt_executor_local, tt_executor_slurm;
/* NULL: there is none of that name. */
const tt_executor *tt_executor_find(const char *name);

typedef struct tt_run_options {
	const tt_executor *executor;
	tt_executor_options how;
	int retries;             /* further tries for a task that was ended from outside */
	bool detach;             /* return when all are submitted … */
	const char *const *then; /* … and this command, which is to run when they have ended; NULL: none */
	const char *stage;       /* for the progress report */
} tt_run_options;

/* Runs the spool's tasks that have left no word yet, taking over those that an earlier call submitted and that still
 * live. heard: each line that a task tells; ended: once for each task. A task that fails does not stop the others.
 * TT_ERR_INTERRUPTED: the caller asked to stop; then local tasks have ended, and those of a cluster live on. */
tt_status tt_run_tasks(const tt_spool *spool, const tt_run_options *options, void *ctx,
                       void (*heard)(void *ctx, size_t task, const char *line),
                       void (*ended)(void *ctx, size_t task, tt_status st, const char *message), const tt_job *job,
                       tt_error *err);

/* How far the tasks are: a row for each and a line for all, with the expected end; or each as a JSON object. */
tt_status tt_tasks_status(const tt_spool *spool, const tt_run_options *options, bool json, tt_strings *lines,
                          tt_error *err);
/* Ends them. */
tt_status tt_tasks_cancel(const tt_spool *spool, const tt_run_options *options, tt_error *err);

#endif
