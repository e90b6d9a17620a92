/* Judging requests. Everything here works on untrusted bytes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/request.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the same time wherever the difference lies. */
static bool same_secret(const char *a, const char *b, size_t n)
{
	unsigned char differs = 0;
	for (size_t i = 0; i < n; i++)
		differs |= (unsigned char)(a[i] ^ b[i]);
	return differs == 0;
}

/* A name that was bound to 127.0.0.1 by its owner sends itself as the host: only the names below are ours. */
static bool own_host(const char *host, int port)
{
	char want[2][32];
	snprintf(want[0], sizeof want[0], "127.0.0.1:%d", port);
	snprintf(want[1], sizeof want[1], "localhost:%d", port);
	return host && (strcmp(host, want[0]) == 0 || strcmp(host, want[1]) == 0);
}

static bool own_origin(const char *origin, int port)
{
	static const char scheme[] = "http://";
	if (!origin) return true; /* not sent with plain navigation */
	return strncmp(origin, scheme, sizeof scheme - 1) == 0 && own_host(origin + sizeof scheme - 1, port);
}

static bool own_site(const char *site)
{
	return !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}

static bool is_json(const char *type)
{
	static const char json[] = "application/json";
	size_t n = sizeof json - 1;
	return type && strncmp(type, json, n) == 0 && (!type[n] || type[n] == ';' || type[n] == ' ');
}

static bool sound_route(const char *route)
{
	for (const char *c = route; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '.' || *c == '-' || *c == '_' ||
		      *c == '/'))
			return false;
	return !strstr(route, "..") && !strstr(route, "//") && route[0] != '/' && strlen(route) < 100;
}

static int judge_body(const tt_request_head *head)
{
	if (!is_json(head->content_type)) return 415;
	if (!head->content_length) return 200; /* counted while it comes */
	char *end;
	unsigned long long n = strtoull(head->content_length, &end, 10);
	if (end == head->content_length || *end) return 400;
	return n > TT_SERVE_BODY_MAX ? 413 : 200;
}

int tt_request_judge(const tt_request_head *head, int port, const char *token, const char **route)
{
	*route = NULL;
	if (!own_host(head->host, port) || !own_origin(head->origin, port) || !own_site(head->fetch_site)) return 403;
	const char *path = head->path;
	if (!path || path[0] != '/' || strlen(path) < 1 + TT_SERVE_TOKEN) return 403;
	if (!same_secret(path + 1, token, TT_SERVE_TOKEN)) return 403;
	if (path[1 + TT_SERVE_TOKEN] != '/') return path[1 + TT_SERVE_TOKEN] ? 403 : 404;
	*route = path + 2 + TT_SERVE_TOKEN;
	if (!sound_route(*route)) return 400;
	if (strcmp(head->method, "GET") == 0 || strcmp(head->method, "HEAD") == 0) return 200;
	if (strcmp(head->method, "POST") != 0) return 405;
	return judge_body(head);
}

static tt_status read_sets(tt_call *c, tt_error *err)
{
	const json_t *sets = json_object_get(c->json, "sets");
	size_t n = json_array_size(sets);
	if (!sets) return TT_OK;
	if (!json_is_array(sets) || n > TT_SERVE_SETS_MAX)
		return tt_fail(err, TT_ERR_INPUT, "sets: a list of at most %d texts key=value was expected",
		               TT_SERVE_SETS_MAX);
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(sets, i));
		if (!text || !strchr(text, '='))
			return tt_fail(err, TT_ERR_INPUT, "sets: entry %zu is no text key=value", i + 1);
		c->set[c->n_sets++] = text;
	}
	return TT_OK;
}

tt_status tt_call_read(const char *body, size_t size, tt_call *out, tt_error *err)
{
	json_error_t wrong;
	*out = (tt_call){0};
	out->json = json_loadb(body, size, JSON_REJECT_DUPLICATES, &wrong);
	if (!json_is_object(out->json)) {
		tt_call_clear(out);
		return tt_fail(err, TT_ERR_INPUT, "the request is no JSON object");
	}
	double test = 0;
	tt_status st = tt_call_number(out, "test", 0, 0, 1e6, &test, err);
	out->test = (size_t)test;
	if (st == TT_OK) st = read_sets(out, err);
	if (st != TT_OK) tt_call_clear(out);
	return st;
}

void tt_call_clear(tt_call *c)
{
	json_decref(c->json);
	*c = (tt_call){0};
}

tt_status tt_call_text(const tt_call *c, const char *key, const char *otherwise, const char **out, tt_error *err)
{
	const json_t *v = json_object_get(c->json, key);
	*out = v ? json_string_value(v) : otherwise;
	if (v && !*out) return tt_fail(err, TT_ERR_INPUT, "%s: a text was expected", key);
	return TT_OK;
}

tt_status tt_call_number(const tt_call *c, const char *key, double otherwise, double lo, double hi, double *out,
                         tt_error *err)
{
	const json_t *v = json_object_get(c->json, key);
	*out = otherwise;
	if (!v) return TT_OK;
	if (!json_is_number(v) || !(json_number_value(v) >= lo && json_number_value(v) <= hi))
		return tt_fail(err, TT_ERR_INPUT, "%s: a number from %g to %g was expected", key, lo, hi);
	*out = json_number_value(v);
	return TT_OK;
}
