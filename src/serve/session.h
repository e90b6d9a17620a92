/* The tests that are open in the workbench: what was read of each, what was observed, what runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_SESSION_H
#define TT_SERVE_SESSION_H

#include <pthread.h>

#include "temtensile/evaluate.h"
#include "temtensile/jobs.h"

enum { TT_SESSION_MOST = 500, TT_KEY_SIZE = 65 };

/* An observation that several requests may be using. */
typedef struct tt_shared {
	tt_observation *o;
	int users;
} tt_shared;

typedef struct tt_serve_test {
	char *path; /* of the description */
	char *name;
	pthread_mutex_t lock; /* guards what follows */
	tt_shared *seen;      /* NULL: not yet */
	bool running;
	volatile int cancel;
	char stage[64];
	int64_t done, total;
	char failed[1024];           /* why the last job failed; "": it did not */
	pthread_mutex_t frames_lock; /* guards the open recording */
	tt_source *source;
	char *source_key;
	int64_t next; /* number of the frame that comes next; -1: not known */
} tt_serve_test;

/* Something that all open pages are told. */
typedef struct tt_event {
	uint64_t number;
	char *text; /* "event: ready\ndata: {…}\n\n" */
} tt_event;

typedef struct tt_session {
	tt_serve_test *test;
	size_t n;
	int threads;
	char *scratch;        /* folder of files that go with the session; NULL: none yet */
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t news;
	tt_event event[64]; /* a ring */
	uint64_t events;    /* told so far */
	int streams, jobs;
	double idle_since_s; /* when the last page was closed; NaN: one is open */
	volatile int ending;
} tt_session;

tt_status tt_session_open(const char *const *paths, size_t n, int threads, tt_session **out, tt_error *err);
/* Ends all jobs first. */
void tt_session_close(tt_session *s);

/* Tells all pages; data is JSON (taken over, may be NULL). */
void tt_session_tell(tt_session *s, const char *event, void *json);
/* For the server's event streams. */
long tt_session_events(void *session, uint64_t *state, char *buf, size_t most);
void tt_session_streams(void *session, int streams);

/* The observation, held until it is given back; NULL: there is none. */
tt_shared *tt_serve_hold(tt_serve_test *t);
void tt_serve_release(tt_serve_test *t, tt_shared *s);

/* The description with these overrides. */
tt_status tt_serve_read(const tt_serve_test *t, const char *const *sets, size_t n, tt_test **out, tt_error *err);
/* The same to look at frames and log alone: sizes that the description still lacks are stood in for, and *missing
 * (malloc'ed) says what the description lacks; NULL: nothing. */
tt_status tt_serve_look(const tt_serve_test *t, tt_test **out, char **missing, tt_error *err);
/* Whether the observation fits the description. */
bool tt_serve_fits(const tt_test *test, const tt_observation *o);

/* Starts to look at the recording; TT_ERR_USAGE when a job of this test runs. */
tt_status tt_serve_observe(tt_session *s, size_t i, const char *const *sets, size_t n, tt_error *err);
/* Starts the whole analysis of the description at `path` into `folder`; both are copied. */
tt_status tt_serve_analyze(tt_session *s, size_t i, const char *path, const char *folder, tt_error *err);
void tt_serve_cancel(tt_serve_test *t);

#endif
