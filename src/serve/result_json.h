/* A result as the page shows it: SI units, arrays thinned to what a screen can show.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_RESULT_JSON_H
#define TT_SERVE_RESULT_JSON_H

#include <jansson.h>

#include "temtensile/evaluate.h"

/* NULL without memory. */
json_t *tt_result_json(const tt_observation *o, const tt_test *test, const tt_result *r, const tt_closeup *closeup,
                       double milliseconds);

#endif
