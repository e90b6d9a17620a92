/* The server: libmicrohttpd on the loopback address, one thread a connection.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_HTTP_H
#define TT_SERVE_HTTP_H

#include "serve/request.h"

/* What a handler answers. Starts as {0}. */
typedef struct tt_reply {
	int status;       /* HTTP; 0: 200 */
	const char *type; /* content type; static */
	void *data;       /* malloc'ed, or borrowed for ever when fixed */
	size_t size;
	bool fixed;
	char file_name[96]; /* not empty: offered as a download of that name */
	bool stream;        /* events: see below */
	const char *policy; /* Content-Security-Policy in place of the page's own; static; NULL: that */
} tt_reply;

/* Handles one judged request; called from several threads. query: value of ?key=, or NULL. body: NULL for GET. */
typedef struct tt_http_request {
	const char *method, *route;
	const char *body;
	size_t size;
	void *connection;
} tt_http_request;
const char *tt_http_query(const tt_http_request *r, const char *key);

typedef struct tt_http tt_http;
typedef struct tt_http_options {
	int port; /* 0: a free one */
	void (*handle)(void *ctx, const tt_http_request *r, tt_reply *out);
	/* The next piece of the event stream, at most `most` bytes into buf, waiting at most some seconds; 0: nothing
	 * new (a sign of life is sent), -1: the end. state begins as 0 for each stream and is the caller's. */
	long (*events)(void *ctx, uint64_t *state, char *buf, size_t most);
	void (*opened)(void *ctx, int streams); /* number of event streams that are open has changed */
	void *ctx;
} tt_http_options;

tt_status tt_http_start(const tt_http_options *options, tt_http **out, tt_error *err);
/* "http://127.0.0.1:PORT/TOKEN/" */
const char *tt_http_address(const tt_http *h);
void tt_http_stop(tt_http *h);

#endif
