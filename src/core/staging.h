/* Inside of outdir.c: the staging folder, and putting its files into place.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_STAGING_H
#define TT_CORE_STAGING_H

#include "core/left.h"
#include "core/outdir.h"

#define TT_STAGING ".tt-staging-"          /* ".tt-staging-<process>" or "-<n>" behind it: being filled */
#define TT_PLACING ".tt-placing-"          /* the same folder, complete: its files are being put into place */
#define TT_OWNER ".tt-owner"               /* in it: proof that a run made it */
#define TT_OLD ".tt-old"                   /* in it: files that were in the place of new ones; and in that: */
#define TT_BEFORE TT_LEFT_FOLDER ".before" /* what a run needs that has to complete this one */

struct tt_outdir {
	char *target;     /* as the caller named it */
	char *real;       /* without links */
	char *first_made; /* uppermost folder that open made, or NULL */
	char *staging;
	int lock;         /* the target, locked as long as a run fills it; -1 */
	int staging_lock; /* the staging folder, locked as long as this run lives; -1 */
	tt_outdir_plan plan;
	char *what;
	tt_left left; /* what the record of the folder tells */
	tt_strings notes;
	tt_strings paths; /* given to the caller */
	int open_files;
};

/* Each entry below a folder, contents before their folder, links as such; sorted, so that the same run does the same
 * things in the same order. */
typedef tt_status (*tt_walk_entry)(void *ctx, const char *path, const char *rel, bool folder, tt_error *err);
tt_status tt_walk(const char *path, tt_walk_entry entry, void *ctx, tt_error *err);
/* Removes all below a folder, and itself; what proves whose it is last. */
void tt_remove_tree(const char *path);
/* Removes a folder when it is empty, and those above it as far as they are, down to names of `least` bytes; 0: none.
 * path is cut on the way. */
void tt_remove_empty(char *path, size_t least);

/* Makes and locks the staging folder. */
tt_status tt_staging_make(tt_outdir *dir, tt_error *err);
/* Writes the proof that the staging folder is a run's. */
tt_status tt_staging_put_owner(const tt_outdir *dir, tt_error *err);
/* Removes what dead runs left in the target and beside it; completes a commit that one of them had begun. A living
 * run's: error unless others are allowed there. */
tt_status tt_staging_clean(tt_outdir *dir, tt_error *err);
/* The process that fills the folder now, 0 when none is seen. */
long tt_staging_process(const char *folder);

/* The staging folders of this process, for tt_staging_abandon_all: noted when made, forgotten when their files go into
 * place or they are removed. */
void tt_staging_note(const tt_outdir *dir);
void tt_staging_forget(const tt_outdir *dir);
/* Removes them, with the folders that were made for them; safe in a signal handler. */
void tt_staging_abandon_all(void);

/* Whether a file of this name may be put into the folder. */
tt_status tt_place_check(const tt_outdir *dir, const char *name, tt_error *err);
/* All staged files into place; see tt_outdir_commit. */
tt_status tt_place_all(tt_outdir *dir, const char *marker, tt_error *err);
/* Completes what a killed run had begun in this folder. */
tt_status tt_place_finish(const char *target, const char *placing, tt_error *err);

#endif
