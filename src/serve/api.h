/* What the page asks for: one handler a route.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_API_H
#define TT_SERVE_API_H

#include "serve/http.h"
#include "serve/session.h"

/* ctx: the tt_session. */
void tt_api_handle(void *ctx, const tt_http_request *r, tt_reply *out);

#endif
