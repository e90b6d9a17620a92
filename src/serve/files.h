/* Files of the folders that were opened, and nothing outside them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_FILES_H
#define TT_SERVE_FILES_H

#include <jansson.h>
#include <limits.h>

#include "serve/session.h"

/* The path of `name` in the folder `at` (below the root of that number; "" for the root itself), links followed. An
 * error when it does not exist or lies outside the root. name "": the folder itself. */
tt_status tt_files_place(tt_session *s, size_t root, const char *at, const char *name, char out[PATH_MAX],
                         tt_error *err);
/* {"roots": [path, …], "root": 0, "at": "…", "folders": [name, …], "files": [{"name", "kind"}, …]}: kind is
 * "description", "recording", "log" or "file", by the name's ending. Hidden files are left out. */
tt_status tt_files_list(tt_session *s, size_t root, const char *at, json_t **out, tt_error *err);
/* Begins a description for a recording and a log of one folder, beside them, under a name that is free. */
tt_status tt_files_begin(tt_session *s, size_t root, const char *at, const char *recording, const char *log,
                         char out[PATH_MAX], tt_error *err);

#endif
