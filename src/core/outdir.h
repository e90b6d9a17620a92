/* Where results go: tt_outdir for a folder of results, tt_outfile for a single file. What they promise:
 *
 *   - results appear complete or not at all: they are written into a staging folder and put in place by commit, which
 *     swaps folders where it can (nothing else lies in the target), else renames file by file behind a journal that the
 *     next run completes, and takes back what it did when a step fails;
 *   - nothing that the run reads (tt_reads; by device and inode, so through links too) is ever replaced or removed;
 *   - nothing that no earlier run left is replaced unless `force`: the record (left.h) tells what a run left, with
 * hashes, so a file that was changed since counts as its owner's;
 *   - a folder holds one run's files: those that the run before left and this one does not make are removed; a folder
 * that another command filled is refused;
 *   - one run at a time in a folder; what killed runs left is removed when it proves to be a run's. No link is
 * followed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_OUTDIR_H
#define TT_CORE_OUTDIR_H

#include <stdio.h>

#include "core/reads.h"
#include "temtensile/core.h"

typedef struct tt_outdir tt_outdir;

typedef struct tt_outdir_plan {
	const char *command; /* "analyze", …: whose results the folder holds; NULL: "" */
	bool force;          /* replace what no run left, too (never what is read) */
	tt_reads *reads;     /* what the run reads, or NULL; has to outlive the folder; may grow until commit */
	double wait_s;       /* for another run in the folder to end */
	const char *maker;   /* who makes the results; what the run before left is only taken over (former.h) when its
	                        maker   was the same; NULL: nothing is taken over */
	bool single;         /* not a folder of results: files beside others, recorded under the name `command` */
} tt_outdir_plan;

/* Makes path (and parents) when absent; removes staging folders that killed runs left there and completes a commit that
 * was cut short. plan may be NULL. Fails before any work when the folder cannot be written (a file, /dev/full,
 * read-only), is in use by another run, is itself read, or holds what another command left. */
tt_status tt_outdir_open_as(const char *path, const tt_outdir_plan *plan, tt_outdir **out, tt_error *err);
tt_status tt_outdir_open(const char *path, tt_outdir **out, tt_error *err);
/* Checks that files of these names may be left, before the work that makes them. */
tt_status tt_outdir_claim(tt_outdir *dir, const char *const *names, size_t n, tt_error *err);
/* Full path of a staged file (sub-folders in name are made); owned by dir, valid until commit/abort. */
tt_status tt_outdir_path(tt_outdir *dir, const char *name, const char **path, tt_error *err);
/* Opens a staged file for writing; tt_outdir_fclose checks every byte reached the disk. */
tt_status tt_outdir_fopen(tt_outdir *dir, const char *name, FILE **out, tt_error *err);
tt_status tt_outdir_fclose(tt_outdir *dir, FILE *f, const char *name, tt_error *err);
/* A line of the job's own in the folder's record ("option …", "input <sha256> <name>"). */
tt_status tt_outdir_note(tt_outdir *dir, tt_error *err, const char *fmt, ...) TT_PRINTF(3, 4);
/* SHA-256 of a file that the run reads, from the descriptor that `reads` keeps where it has one. */
tt_status tt_outdir_hash_input(const tt_outdir *dir, const char *path, char out[65], tt_error *err);
/* Puts all staged files into place, with the record; marker (may be NULL) is a file that has to be among them and goes
 * last. What was read must not have changed meanwhile. Frees dir in any case. */
tt_status tt_outdir_commit(tt_outdir *dir, const char *marker, tt_error *err);
/* Removes the staging folder, and the target folder if this run made it and it is empty. NULL allowed. */
void tt_outdir_abort(tt_outdir *dir);
/* Removes what killed runs left in a folder of results, and completes a commit that was cut short, where nothing else
 * is going to be put there: results that are as they were are taken over without a run. A folder in use is left alone.
 */
void tt_outdir_tidy(const char *path);
const char *tt_outdir_target(const tt_outdir *dir);

/* One file under the same promises, for the program's users: written beside and renamed; recorded in the folder's
 * .temtensile-files. A pipe or a device is written straight. */
typedef struct tt_outfile tt_outfile;
/* f may be NULL for libraries that open by name. */
tt_status tt_outfile_open(const char *path, bool force, tt_reads *reads, tt_outfile **out, FILE **f, tt_error *err);
const char *tt_outfile_path(const tt_outfile *o);
tt_status tt_outfile_commit(tt_outfile *o, tt_error *err);
void tt_outfile_abort(tt_outfile *o);

/* One file of the program's own (caches), written beside and renamed, replacing whatever is there. */
typedef struct tt_atomic tt_atomic;
tt_status tt_atomic_open(const char *path, tt_atomic **out, FILE **f, tt_error *err);
const char *tt_atomic_path(const tt_atomic *a); /* of the temporary file, for libraries that open by name */
tt_status tt_atomic_commit(tt_atomic *a, tt_error *err);
void tt_atomic_abort(tt_atomic *a);

#endif
