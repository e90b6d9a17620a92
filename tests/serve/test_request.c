/* Requests judged: who gets in, who does not.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/request.h"
#include "check.h"

static const char token[] = "0123456789abcdef0123456789abcdef";
enum { PORT = 8123 };

static tt_request_head plain(void)
{
	return (tt_request_head){
	    .method = "GET", .path = "/0123456789abcdef0123456789abcdef/api/state", .host = "127.0.0.1:8123"};
}

static int judge(const tt_request_head *h)
{
	const char *route;
	return tt_request_judge(h, PORT, token, &route);
}

static void our_own_page(void)
{
	const char *route;
	tt_request_head h = plain();
	CHECK(tt_request_judge(&h, PORT, token, &route) == 200);
	CHECK_STR(route, "api/state");
	h.path = "/0123456789abcdef0123456789abcdef/";
	CHECK(tt_request_judge(&h, PORT, token, &route) == 200);
	CHECK_STR(route, "");
	h.host = "localhost:8123";
	h.origin = "http://localhost:8123";
	h.fetch_site = "same-origin";
	CHECK(judge(&h) == 200);
}

static void other_hosts_and_origins(void)
{
	static const char *const hosts[] = {"evil.example:8123", "127.0.0.1",  "127.0.0.1:8124",
	                                    "127.0.0.1:81230",   "[::1]:8123", ""};
	static const char *const origins[] = {"http://evil.example",    "null",
	                                      "https://127.0.0.1:8123", "http://127.0.0.1:8123.evil.example",
	                                      "http://127.0.0.1",       ""};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		tt_request_head h = plain();
		h.host = hosts[i];
		CHECK_MSG(judge(&h) == 403, "host '%s'", hosts[i]);
	}
	tt_request_head without = plain();
	without.host = NULL;
	CHECK(judge(&without) == 403);
	for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) {
		tt_request_head h = plain();
		h.origin = origins[i];
		CHECK_MSG(judge(&h) == 403, "origin '%s'", origins[i]);
	}
	tt_request_head h = plain();
	h.fetch_site = "cross-site";
	CHECK(judge(&h) == 403);
}

static void wrong_tokens_and_paths(void)
{
	static const struct {
		const char *path;
		int status;
	} cases[] = {{"/", 403},
	             {"", 403},
	             {"/0123456789abcdef0123456789abcdee/api/state", 403},
	             {"/0123456789abcdef0123456789abcde", 403},
	             {"/0123456789abcdef0123456789abcdef", 404},
	             {"/0123456789abcdef0123456789abcdefx/api/state", 403},
	             {"/0123456789abcdef0123456789abcdef/../etc/passwd", 400},
	             {"/0123456789abcdef0123456789abcdef//etc/passwd", 400},
	             {"/0123456789abcdef0123456789abcdef/api\\state", 400},
	             {"/0123456789abcdef0123456789abcdef/API", 400}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		tt_request_head h = plain();
		h.path = cases[i].path;
		CHECK_MSG(judge(&h) == cases[i].status, "'%s' gives %d", cases[i].path, judge(&h));
	}
}

static void bodies(void)
{
	tt_request_head h = plain();
	h.method = "POST";
	CHECK(judge(&h) == 415);
	h.content_type = "text/plain";
	CHECK(judge(&h) == 415);
	h.content_type = "application/json";
	CHECK(judge(&h) == 200);
	h.content_length = "1048577";
	CHECK(judge(&h) == 413);
	h.content_length = "99999999999999999999";
	CHECK(judge(&h) == 413);
	h.content_length = "12x";
	CHECK(judge(&h) == 400);
	h.content_length = "1048576";
	CHECK(judge(&h) == 200);
	h.method = "DELETE";
	CHECK(judge(&h) == 405);
}

static void calls(void)
{
	static const char good[] = "{\"test\": 2, \"sets\": [\"a.b=1\", \"c=\"], \"format\": \"csv\"}";
	static const char *const bad[] = {"",
	                                  "[]",
	                                  "{",
	                                  "{\"test\": -1}",
	                                  "{\"test\": \"1\"}",
	                                  "{\"sets\": 3}",
	                                  "{\"sets\": [3]}",
	                                  "{\"sets\": [\"a\"]}",
	                                  "{\"test\": 1, \"test\": 2}"};
	tt_call c;
	tt_error err;
	const char *text;
	double number;
	CHECK(tt_call_read(good, sizeof good - 1, &c, &err) == TT_OK);
	CHECK(c.test == 2 && c.n_sets == 2);
	CHECK_STR(c.set[0], "a.b=1");
	CHECK(tt_call_text(&c, "format", "x", &text, &err) == TT_OK);
	CHECK_STR(text, "csv");
	CHECK(tt_call_text(&c, "test", "x", &text, &err) == TT_ERR_INPUT);
	CHECK(tt_call_number(&c, "test", 0, 3, 5, &number, &err) == TT_ERR_INPUT);
	tt_call_clear(&c);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_MSG(tt_call_read(bad[i], strlen(bad[i]), &c, &err) == TT_ERR_INPUT, "'%s' is taken", bad[i]);
}

static const check_case cases[] = {
    {"our own page", our_own_page},
    {"other hosts and origins", other_hosts_and_origins},
    {"wrong tokens and paths", wrong_tokens_and_paths},
    {"bodies", bodies},
    {"calls", calls},
};

CHECK_MAIN(cases)
