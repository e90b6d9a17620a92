/* The finished document of a tt_json, for those who turn it into something else.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_JSON_TREE_H
#define TT_REPORT_JSON_TREE_H

#include <jansson.h>

#include "temtensile/report.h"

/* The root, borrowed; NULL with the reason in *err when building the document went wrong. */
const json_t *tt_json_root(const tt_json *j, tt_error *err);

#endif
