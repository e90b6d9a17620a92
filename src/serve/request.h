/* One request, read and judged before anything is done: who asks, for what, with what.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_REQUEST_H
#define TT_SERVE_REQUEST_H

#include <jansson.h>

#include "temtensile/core.h"

enum {
	TT_SERVE_TOKEN = 32,         /* hexadecimal digits */
	TT_SERVE_BODY_MAX = 1 << 20, /* bytes of a request's body */
	TT_SERVE_SETS_MAX = 256      /* changes of the description in one request */
};

/* What came over the line. Strings are NULL when the header was not sent. */
typedef struct tt_request_head {
	const char *method, *path;
	const char *host, *origin, *fetch_site, *content_type;
	const char *content_length;
} tt_request_head;

/* The HTTP status that the head deserves: 200, or 400 (path), 403 (not from our own page), 404, 405, 413, 415. port is
 * ours; token the secret that the path begins with. *route: what comes behind "/TOKEN/", in head->path. A page that
 * another origin shows, a name that was bound to our address and a wrong token all get 403 and nothing else. */
int tt_request_judge(const tt_request_head *head, int port, const char *token, const char **route);

/* The body of a POST: {"test": 0, "sets": ["key=value", …], …}. Strings are borrowed from json. */
typedef struct tt_call {
	json_t *json; /* owned */
	size_t test;  /* index of the test; 0 when not said */
	const char *set[TT_SERVE_SETS_MAX];
	size_t n_sets;
} tt_call;

/* One sentence for what is no call. */
tt_status tt_call_read(const char *body, size_t size, tt_call *out, tt_error *err);
void tt_call_clear(tt_call *c);
/* A member as text, a whole number, a number; the default when it is absent; an error when it is something else. */
tt_status tt_call_text(const tt_call *c, const char *key, const char *otherwise, const char **out, tt_error *err);
tt_status tt_call_number(const tt_call *c, const char *key, double otherwise, double lo, double hi, double *out,
                         tt_error *err);

#endif
