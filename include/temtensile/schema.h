/* What the descriptions (YAML) may hold: their keys in words, as a manual page, as a JSON Schema.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_SCHEMA_H
#define TEMTENSILE_SCHEMA_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The i-th kind of description, such as "test" or "study"; NULL behind the last. */
TT_API const char *tt_description_kind(size_t i);

/* The texts below are malloc'ed, UTF-8, terminated. An unknown kind is TT_ERR_USAGE. */

/* Section NULL: one key a line, its default, what it is. Section such as "gauge" or "gauge.zero": every key from there
 * on in full, with unit, limits, example; one that does not exist is TT_ERR_USAGE and the nearest is named. */
TT_API tt_status tt_description_help(const char *kind, const char *section, char **text, tt_error *err);
/* The paths that --set takes, one a line. */
TT_API tt_status tt_description_paths(const char *kind, char **text, tt_error *err);
/* A manual page of section 5 (mdoc). */
TT_API tt_status tt_description_manual(const char *kind, char **text, tt_error *err);
/* JSON Schema (draft 7), for editors that check YAML while one writes. */
TT_API tt_status tt_description_json_schema(const char *kind, char **text, tt_error *err);
/* The keys that --set takes, as JSON: {"keys": [{key, help, form, default, example, words, expert}]}. */
TT_API tt_status tt_description_keys_json(const char *kind, char **text, tt_error *err);
/* What a description says, as JSON: one member a key, its path and its text; lists as they could be written in one
 * line. */
TT_API tt_status tt_description_values(const char *path, char **text, tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
