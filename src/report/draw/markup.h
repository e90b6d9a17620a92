/* Putting text into a page so that it stays text, and filling a page's places.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_MARKUP_H
#define TT_REPORT_DRAW_MARKUP_H

#include <stdio.h>

#include "temtensile/core.h"

/* Text between tags or inside a quoted attribute: & < > " ' are escaped, other bytes than UTF-8 are read as Latin-1,
 * control characters become spaces. NULL: nothing. */
void tt_put_html(FILE *f, const char *text);
/* A string with its quotes for JSON inside a script element: nothing in it can end the element or a line. */
void tt_put_json_text(FILE *f, const char *text);
/* A number for JSON: null for NaN and infinity. */
void tt_put_json_number(FILE *f, double v, int digits);
void tt_put_base64(FILE *f, const unsigned char *data, size_t size);
/* 'sha256-…' of a script, as a Content-Security-Policy names it. */
void tt_put_script_hash(FILE *f, const char *script, size_t size);
/* A number as people read it: 6 digits, 3.2×10⁻⁵; "–" for NaN. */
void tt_put_number(FILE *f, double v);
/* As tt_value_text, without a unit. */
void tt_put_value_u(FILE *f, double v, double u);
/* "from to" rounded like that. */
void tt_put_interval(FILE *f, double lo, double hi, double u);

/* Files of src/output/page and the chart library, built in. */
typedef struct tt_page_file {
	const char *name;
	const char *data; /* terminated */
	size_t size;
} tt_page_file;
const tt_page_file *tt_page_file_find(const char *name);

/* Writes a template; put is called for each {{name}} in it. */
void tt_fill_page(FILE *f, const char *page, void (*put)(void *ctx, FILE *f, const char *name), void *ctx);

#endif
