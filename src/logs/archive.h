/* Files inside ZIP archives in memory (.brml, .rasx, .xlsx), by libzip.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_ARCHIVE_H
#define TT_LOGS_ARCHIVE_H

#include "logs/log.h"

typedef struct tt_archive tt_archive;

/* Whether the bytes begin as a ZIP archive does. */
bool tt_archive_probe(const tt_log_source *src);
/* src->bytes must live as long as the archive. TT_ERR_INPUT when it is damaged or cut. */
tt_status tt_archive_open(const tt_log_source *src, tt_archive **out, tt_error *err);
void tt_archive_close(tt_archive *a);
size_t tt_archive_count(const tt_archive *a);
/* Entry i's name, borrowed; "" when it has none that can be read. */
const char *tt_archive_name(const tt_archive *a, size_t i);
/* The index of the entry of that name (case ignored), or (size_t)-1. */
size_t tt_archive_find(const tt_archive *a, const char *name);
/* Entry i unpacked, NUL-terminated, malloc'ed; *size without the NUL. Entries that unpack beyond 1 GB, or that are
 * damaged, are TT_ERR_INPUT. */
tt_status tt_archive_read(const tt_archive *a, size_t i, char **bytes, size_t *size, tt_error *err);

#endif
