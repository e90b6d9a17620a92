/* A folder of results that appears complete or not at all: files are written into a staging folder
 * inside the target and renamed into place by commit, the marker file (summary.json) last.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_OUTDIR_H
#define TT_CORE_OUTDIR_H

#include <stdio.h>

#include "temtensile/core.h"

typedef struct tt_outdir tt_outdir;

/* Makes path (and parents) when absent; removes staging folders that killed runs left there.
 * Fails before any work when the folder cannot be written (a file, /dev/full, read-only). */
tt_status tt_outdir_open(const char *path, tt_outdir **out, tt_error *err);
/* Full path of a staged file (sub-folders in name are made); owned by dir, valid until commit/abort. */
tt_status tt_outdir_path(tt_outdir *dir, const char *name, const char **path, tt_error *err);
/* Opens a staged file for writing; tt_outdir_close checks every byte reached the disk. */
tt_status tt_outdir_fopen(tt_outdir *dir, const char *name, FILE **out, tt_error *err);
tt_status tt_outdir_fclose(tt_outdir *dir, FILE *f, const char *name, tt_error *err);
/* Renames all staged files into place, marker (may be NULL) last; the old marker is removed first, so
 * a folder without marker is known to be incomplete. Frees dir in any case. */
tt_status tt_outdir_commit(tt_outdir *dir, const char *marker, tt_error *err);
/* Removes the staging folder, and the target folder if this run made it and it is empty. NULL allowed. */
void tt_outdir_abort(tt_outdir *dir);
const char *tt_outdir_target(const tt_outdir *dir);

/* One file, written beside and renamed: open with tt_atomic_open, finish with commit or abort. */
typedef struct tt_atomic tt_atomic;
tt_status tt_atomic_open(const char *path, tt_atomic **out, FILE **f, tt_error *err);
const char *tt_atomic_path(const tt_atomic *a); /* of the temporary file, for libraries that open by name */
tt_status tt_atomic_commit(tt_atomic *a, tt_error *err);
void tt_atomic_abort(tt_atomic *a);

#endif
