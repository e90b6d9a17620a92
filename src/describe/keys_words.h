/* A key in words, for help, manual and schema.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DESCRIBE_KEYS_WORDS_H
#define TT_DESCRIBE_KEYS_WORDS_H

#include "describe/schema.h"

/* "a length (m, mm, …), positive, 30 to 500 mm, or auto"; "" for a plain section. Returns buf. */
const char *tt_key_form(const tt_key *key, char *buf, size_t size);
/* "85 mm", "found in the images", "required"; "" when there is nothing to say. */
const char *tt_key_default(const tt_key *key);
/* The schema of that kind, or TT_ERR_USAGE. */
tt_status tt_schema_need(const char *kind, const tt_schema **out, tt_error *err);
/* Whether --set can name it: not below a list or a free key. */
bool tt_key_is_settable(const tt_key *key);

/* A text that grows: write to f, then take it. */
typedef struct tt_text_out {
	FILE *f;
	char *text;
	size_t size;
} tt_text_out;

tt_status tt_text_open(tt_text_out *t, tt_error *err);
/* *text NULL and TT_ERR_FAILED when memory ran out on the way. */
tt_status tt_text_take(tt_text_out *t, char **text, tt_error *err);

#endif
