/* The server. SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* getrandom */
#include "serve/http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { CONNECTIONS = 512, SILENCE_S = 20, PIECE = 16384 };

struct tt_http {
	struct MHD_Daemon *daemon;
	tt_http_options options;
	int port;
	char token[TT_SERVE_TOKEN + 1];
	char address[96];
	pthread_mutex_t lock;
	int streams;
};

/* One request under way. */
typedef struct exchange {
	tt_http *http;
	char *body;
	size_t size, capacity;
	bool too_much;
} exchange;

typedef struct stream {
	tt_http *http;
	uint64_t state;
} stream;

const char *tt_http_query(const tt_http_request *r, const char *key)
{
	return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, key);
}

static const char *header(struct MHD_Connection *c, const char *name)
{
	return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static void count_streams(tt_http *h, int change)
{
	pthread_mutex_lock(&h->lock);
	h->streams += change;
	int now = h->streams;
	pthread_mutex_unlock(&h->lock);
	if (h->options.opened) h->options.opened(h->options.ctx, now);
}

/* ---- answers ---- */

static void protect(struct MHD_Response *r, const char *policy)
{
	static const char own[] =
	    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
	    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
	static const char *const line[][2] = {
	    {"X-Content-Type-Options", "nosniff"},
	    {"Referrer-Policy", "no-referrer"},
	    {"Cross-Origin-Resource-Policy", "same-origin"},
	    {"Cross-Origin-Opener-Policy", "same-origin"},
	    {"Cache-Control", "no-store"},
	};
	MHD_add_response_header(r, "Content-Security-Policy", policy ? policy : own);
	for (size_t i = 0; i < sizeof line / sizeof *line; i++)
		MHD_add_response_header(r, line[i][0], line[i][1]);
}

static enum MHD_Result send_response(struct MHD_Connection *c, int status, struct MHD_Response *r, const char *policy)
{
	if (!r) return MHD_NO;
	protect(r, policy);
	enum MHD_Result done = MHD_queue_response(c, (unsigned)status, r);
	MHD_destroy_response(r);
	return done;
}

static enum MHD_Result refuse(struct MHD_Connection *c, int status)
{
	static const char nothing[] = "refused\n";
	struct MHD_Response *r =
	    MHD_create_response_from_buffer(sizeof nothing - 1, (void *)nothing, MHD_RESPMEM_PERSISTENT);
	if (r) {
		MHD_add_response_header(r, "Content-Type", "text/plain; charset=utf-8");
		MHD_add_response_header(r, "Connection", "close"); /* a stranger holds no place among the connections */
	}
	return send_response(c, status, r, NULL);
}

static ssize_t stream_piece(void *cls, uint64_t at, char *buf, size_t most)
{
	stream *s = cls;
	(void)at;
	long n = s->http->options.events(s->http->options.ctx, &s->state, buf, most);
	if (n < 0) return MHD_CONTENT_READER_END_OF_STREAM;
	if (n > 0) return n;
	if (most < 3) return 0;
	memcpy(buf, ":\n\n", 3); /* a comment: shows at the next write whether the page is still there */
	return 3;
}

static void stream_end(void *cls)
{
	stream *s = cls;
	count_streams(s->http, -1);
	free(s);
}

static enum MHD_Result send_stream(tt_http *h, struct MHD_Connection *c)
{
	stream *s = calloc(1, sizeof *s);
	if (!s) return MHD_NO;
	s->http = h;
	struct MHD_Response *r =
	    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, stream_piece, s, stream_end);
	if (!r) {
		free(s);
		return MHD_NO;
	}
	count_streams(h, 1);
	MHD_add_response_header(r, "Content-Type", "text/event-stream");
	return send_response(c, 200, r, NULL);
}

static enum MHD_Result answer(tt_http *h, struct MHD_Connection *c, const tt_http_request *request)
{
	tt_reply reply = {0};
	h->options.handle(h->options.ctx, request, &reply);
	if (reply.stream) return send_stream(h, c);
	struct MHD_Response *r = MHD_create_response_from_buffer(
	    reply.size, reply.data, reply.fixed ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE);
	if (!r) {
		if (!reply.fixed) free(reply.data);
		return MHD_NO;
	}
	if (reply.type) MHD_add_response_header(r, "Content-Type", reply.type);
	if (reply.file_name[0]) {
		char line[160];
		snprintf(line, sizeof line, "attachment; filename=\"%s\"", reply.file_name);
		MHD_add_response_header(r, "Content-Disposition", line);
	}
	return send_response(c, reply.status ? reply.status : 200, r, reply.policy);
}

/* ---- requests ---- */

static bool take_body(exchange *x, const char *data, size_t n)
{
	if (x->size + n > TT_SERVE_BODY_MAX) {
		x->too_much = true;
		return false;
	}
	if (x->size + n + 1 > x->capacity) {
		size_t room = 2 * (x->size + n) + 1024;
		char *grown = realloc(x->body, room);
		if (!grown) return false;
		x->body = grown;
		x->capacity = room;
	}
	memcpy(x->body + x->size, data, n);
	x->size += n;
	x->body[x->size] = '\0';
	return true;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_size, void **mine)
{
	tt_http *h = cls;
	exchange *x = *mine;
	(void)version;
	tt_request_head head = {method,
	                        url,
	                        header(c, "Host"),
	                        header(c, "Origin"),
	                        header(c, "Sec-Fetch-Site"),
	                        header(c, "Content-Type"),
	                        header(c, "Content-Length")};
	const char *route;
	if (!x) { /* the head alone is here: what it does not deserve is refused before a byte of the body is read */
		int status = tt_request_judge(&head, h->port, h->token, &route);
		if (status != 200) return refuse(c, status);
		x = calloc(1, sizeof *x);
		if (!x) return MHD_NO;
		x->http = h;
		*mine = x;
		return MHD_YES;
	}
	if (*data_size > 0) {
		if (!x->too_much && !take_body(x, data, *data_size) && !x->too_much) return MHD_NO;
		*data_size = 0;
		return x->too_much ? MHD_NO : MHD_YES;
	}
	int status = tt_request_judge(&head, h->port, h->token, &route);
	if (status != 200) return refuse(c, status);
	bool post = strcmp(method, "POST") == 0;
	tt_http_request request = {method, route, post ? (x->body ? x->body : "") : NULL, x->size, c};
	return answer(h, c, &request);
}

static void on_completed(void *cls, struct MHD_Connection *c, void **mine, enum MHD_RequestTerminationCode why)
{
	exchange *x = *mine;
	(void)cls;
	(void)c;
	(void)why;
	if (x) free(x->body);
	free(x);
	*mine = NULL;
}

/* ---- start and end ---- */

static tt_status make_token(char token[TT_SERVE_TOKEN + 1], tt_error *err)
{
	unsigned char secret[TT_SERVE_TOKEN / 2];
	if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
		return tt_fail(err, TT_ERR_FAILED, "no random numbers could be had for the workbench's address");
	for (size_t i = 0; i < sizeof secret; i++)
		snprintf(token + 2 * i, 3, "%02x", secret[i]);
	return TT_OK;
}

static tt_status listen_on(tt_http *h, tt_error *err)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h->options.port)};
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	h->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL, 0,
	                             NULL, NULL, on_request, h, MHD_OPTION_SOCK_ADDR, &at, MHD_OPTION_CONNECTION_LIMIT,
	                             (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_S,
	                             MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
	if (!h->daemon && h->options.port)
		return tt_fail(err, TT_ERR_FAILED, "the workbench cannot listen on port %d of 127.0.0.1: is it in use?",
		               h->options.port);
	if (!h->daemon) return tt_fail(err, TT_ERR_FAILED, "the workbench cannot listen on 127.0.0.1");
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);
	h->port = info ? info->port : h->options.port;
	snprintf(h->address, sizeof h->address, "http://127.0.0.1:%d/%s/", h->port, h->token);
	return TT_OK;
}

tt_status tt_http_start(const tt_http_options *options, tt_http **out, tt_error *err)
{
	tt_http *h = calloc(1, sizeof *h);
	*out = NULL;
	if (!h) return tt_fail_memory(err, "the workbench's server");
	h->options = *options;
	pthread_mutex_init(&h->lock, NULL);
	tt_status st = make_token(h->token, err);
	if (st == TT_OK) st = listen_on(h, err);
	if (st == TT_OK)
		*out = h;
	else
		tt_http_stop(h);
	return st;
}

const char *tt_http_address(const tt_http *h)
{
	return h->address;
}

void tt_http_stop(tt_http *h)
{
	if (!h) return;
	if (h->daemon) MHD_stop_daemon(h->daemon);
	pthread_mutex_destroy(&h->lock);
	free(h);
}
