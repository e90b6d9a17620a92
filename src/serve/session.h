/* The tests that are open in the workbench: what was read of each, what was observed, what runs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_SESSION_H
#define TT_SERVE_SESSION_H

#include <pthread.h>

#include "temtensile/evaluate.h"
#include "temtensile/jobs.h"

enum { TT_SESSION_MOST = 500, TT_SESSION_ROOTS = 64, TT_KEY_SIZE = 65 };

/* An observation that several requests may be using. */
typedef struct tt_shared {
	tt_observation *o;
	int users;
} tt_shared;

/* The edges of the gap, once the frames at the fracture were looked at again. */
typedef struct tt_serve_gap {
	bool looked;
	int64_t fracture; /* index of the first frame with separate halves that it is of */
	bool has_gap;
	tt_gap gap;
	int64_t frame; /* number of the frame that was measured */
	char reason[200];
} tt_serve_gap;

typedef struct tt_serve_test {
	char *path; /* of the description */
	char *name;
	char *group;          /* what its study groups by; NULL: nothing */
	tt_strings sets;      /* what its study overrides */
	char *results;        /* a folder of results, in which an observation may be kept */
	pthread_mutex_t lock; /* guards what follows */
	tt_shared *seen;      /* NULL: not yet */
	double seen_s;        /* how long the last look at the recording took; NaN: there was none */
	tt_serve_gap gap;
	bool running;
	volatile int cancel;
	char stage[64];
	int64_t done, total;
	char failed[1024];           /* why the last job failed; "": it did not */
	pthread_mutex_t frames_lock; /* guards the open recording */
	tt_source *source;
	char *source_key;
	tt_source_place *place; /* where decoding can begin, once that was looked for */
	size_t places;
	bool places_known;
	int64_t next; /* number of the frame that comes next; -1: not known */
} tt_serve_test;

/* Something that all open pages are told. */
typedef struct tt_event {
	uint64_t number;
	char *text; /* "event: ready\ndata: {…}\n\n" */
} tt_event;

typedef struct tt_session {
	tt_serve_test *test; /* room for TT_SESSION_MOST; those that are there stay where they are */
	int threads;
	pthread_mutex_t opening; /* one thing is opened at a time */
	pthread_mutex_t lock;    /* guards what follows */
	size_t n;
	char *root[TT_SESSION_ROOTS]; /* folders that were opened, without links: nothing outside them is shown */
	size_t roots;
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
/* Opens one more: a description of a test, of a study (all its tests), or a folder, of results or whatever lies in it.
 * *first: its first test; the session's size when it brings none. One that is open already is not opened again. */
tt_status tt_session_add(tt_session *s, const char *path, size_t *first, tt_error *err);
size_t tt_session_size(tt_session *s);

/* Tells all pages; data is JSON (taken over, may be NULL). */
void tt_session_tell(tt_session *s, const char *event, void *json);
/* For the server's event streams. */
long tt_session_events(void *session, uint64_t *state, char *buf, size_t most);
void tt_session_streams(void *session, int streams);

/* The observation, held until it is given back; NULL: there is none. */
tt_shared *tt_serve_hold(tt_serve_test *t);
void tt_serve_release(tt_serve_test *t, tt_shared *s);

/* The description with what its study and then these override. */
tt_status tt_serve_read(const tt_serve_test *t, const char *const *sets, size_t n, tt_test **out, tt_error *err);
/* The same to look at frames and log alone: sizes that the description still lacks are stood in for, and *missing
 * (malloc'ed; may be NULL) says what the description lacks; NULL: nothing. */
tt_status tt_serve_look(const tt_serve_test *t, const char *const *sets, size_t n, tt_test **out, char **missing,
                        tt_error *err);
/* What the study overrides and then these; malloc'ed list of borrowed texts, NULL without memory. */
const char **tt_serve_sets(const tt_serve_test *t, const char *const *sets, size_t n, size_t *all);
/* Whether the observation fits the description. */
bool tt_serve_fits(const tt_test *test, const tt_observation *o);

/* Starts to look at the recording; TT_ERR_USAGE when a job of this test runs. */
tt_status tt_serve_observe(tt_session *s, size_t i, const char *const *sets, size_t n, tt_error *err);
/* Starts to look at the frames around the fracture again, for the edges of the gap. */
tt_status tt_serve_look_close(tt_session *s, size_t i, const char *const *sets, size_t n, tt_error *err);
/* Starts the whole analysis of the description into `folder`, which is copied. */
tt_status tt_serve_analyze(tt_session *s, size_t i, const char *folder, tt_error *err);
/* What is known of the gap of this result; false: nothing. closeup holds borrowed parts. */
bool tt_serve_gap_of(tt_serve_test *t, const tt_result *r, tt_closeup *closeup);
void tt_serve_cancel(tt_serve_test *t);

#endif
