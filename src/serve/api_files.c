/* The dialog that opens files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "serve/api.h"
#include "serve/files.h"

void tt_api_files(tt_session *s, const tt_http_request *r, tt_reply *out)
{
	const char *at = tt_http_query(r, "at"), *number = tt_http_query(r, "root");
	json_t *list = NULL;
	tt_error err = {0};
	char *end = NULL;
	unsigned long root = number ? strtoul(number, &end, 10) : 0;
	tt_status st = number && (end == number || *end) ? tt_fail(&err, TT_ERR_INPUT, "root: a number was expected")
	                                                 : tt_files_list(s, root, at ? at : "", &list, &err);
	if (st == TT_OK)
		tt_reply_json(out, list);
	else
		tt_reply_error(out, st, &err);
}

static tt_status place_of(tt_session *s, const tt_call *c, char path[PATH_MAX], tt_error *err)
{
	const char *at, *name, *recording, *log;
	double root;
	tt_status st = tt_call_number(c, "root", 0, 0, TT_SESSION_ROOTS, &root, err);
	if (st == TT_OK) st = tt_call_text(c, "at", "", &at, err);
	if (st == TT_OK) st = tt_call_text(c, "name", "", &name, err);
	if (st == TT_OK) st = tt_call_text(c, "recording", "", &recording, err);
	if (st == TT_OK) st = tt_call_text(c, "log", "", &log, err);
	if (st != TT_OK) return st;
	if (*recording && *log) return tt_files_begin(s, (size_t)root, at, recording, log, path, err);
	return tt_files_place(s, (size_t)root, at, name, path, err);
}

void tt_api_open(tt_session *s, const tt_call *c, tt_reply *out)
{
	char path[PATH_MAX];
	size_t first = 0;
	tt_error err = {0};
	const size_t before = tt_session_size(s);
	tt_status st = place_of(s, c, path, &err);
	if (st == TT_OK) st = tt_session_add(s, path, &first, &err);
	if (st == TT_OK && first >= tt_session_size(s))
		st = tt_fail(&err, TT_ERR_INPUT, "'%s' holds no results of an analysis", path);
	if (st != TT_OK) {
		tt_reply_json(out, json_pack("{s:s}", "error", err.message));
		return;
	}
	if (tt_session_size(s) > before) tt_session_tell(s, "tests", json_pack("{s:I}", "first", (json_int_t)first));
	tt_reply_json(out, json_pack("{s:I,s:s}", "first", (json_int_t)first, "path", path));
}
