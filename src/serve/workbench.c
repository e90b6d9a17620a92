/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/serve.h"

#include <math.h>
#include <time.h>

#include "serve/api.h"

enum { PATIENCE_S = 60, LOOK_MS = 100 };

/* true: no page has been open for so long. */
static bool left_alone(tt_session *s, double patience_s)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	double now = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
	pthread_mutex_lock(&s->lock);
	bool alone = !isnan(s->idle_since_s) && s->jobs == 0 && now - s->idle_since_s > patience_s;
	pthread_mutex_unlock(&s->lock);
	return alone;
}

tt_status tt_workbench(const char *const *paths, size_t n, const tt_workbench_options *options, const tt_job *job,
                       tt_error *err)
{
	tt_session *s = NULL;
	tt_http *http = NULL;
	double patience = options->patience_s > 0 ? options->patience_s : PATIENCE_S;
	tt_status st = tt_session_open(paths, n, tt_job_threads(job), &s, err);
	const tt_http_options o = {options->port, tt_api_handle, tt_session_events, tt_session_streams, s};
	if (st == TT_OK) st = tt_http_start(&o, &http, err);
	if (st == TT_OK && options->listening) options->listening(options->ctx, tt_http_address(http));
	while (st == TT_OK && !tt_job_cancelled(job) && (options->keep || !left_alone(s, patience)))
		nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
	if (s) {
		pthread_mutex_lock(&s->lock);
		s->ending = 1; /* event streams end, so that the server's threads do */
		pthread_cond_broadcast(&s->news);
		pthread_mutex_unlock(&s->lock);
	}
	tt_http_stop(http);
	tt_session_close(s);
	return st;
}
