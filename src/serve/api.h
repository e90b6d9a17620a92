/* What the page asks for: one handler a route.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_API_H
#define TT_SERVE_API_H

#include "serve/http.h"
#include "serve/session.h"

/* ctx: the tt_session. */
void tt_api_handle(void *ctx, const tt_http_request *r, tt_reply *out);

/* For the handlers. Takes j over; NULL: out of memory. */
void tt_reply_json(tt_reply *out, json_t *j);
void tt_reply_error(tt_reply *out, tt_status st, const tt_error *err);

/* POST api/gauge {test, sets, from: [x, y], to: [x, y], snap}: what such a gauge would be. */
void tt_api_gauge(tt_session *s, const tt_call *c, tt_reply *out);
/* GET results/N/NAME: a file that `Save and analyse` left of test N. Its page is the program's own, but made of what
 * files said: it is shown without the right to ask the workbench for anything. */
void tt_api_result(tt_session *s, const char *rest, tt_reply *out);
void tt_results_folder(const char *description, char *out, size_t size);
/* GET api/files?root=0&at=…, POST api/open {root, at, name} or {root, at, recording, log}. */
void tt_api_files(tt_session *s, const tt_http_request *r, tt_reply *out);
void tt_api_open(tt_session *s, const tt_call *c, tt_reply *out);

#endif
