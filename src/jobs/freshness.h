/* Whether results are those of the present inputs. Each folder of results keeps a record (core/left.h), in which the
 * job notes the program's version, what overrides the description, and the SHA-256 of every input. Nothing in it
 * depends on when or where a run took place, so that equal inputs leave equal bytes; what lets a file's hash be known
 * without reading it lies apart (hash_memo.h). SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_FRESHNESS_H
#define TT_JOBS_FRESHNESS_H

#include "core/outdir.h"
#include "jobs/hash_memo.h"

typedef struct tt_record_plan {
	const char *command;       /* that left the folder */
	const char *folder;        /* of the results */
	const char *base;          /* folder that inputs are told relative to */
	const tt_strings *options; /* one line each */
} tt_record_plan;

/* true: the record is there, version and options are the same, and every input and result hashes to what it says;
 * figures have to be there (to be unchanged, when everything is verified). */
bool tt_record_fresh(const tt_record_plan *p, tt_memo *memo);
/* Removes results (not figures, which may be changed to taste) whose contents are not what the record tells, so that a
 * run that makes them anew finds nothing of somebody's in its way. For folders that only the program fills. */
void tt_record_drop_changed(const char *folder);
/* Notes version, options and inputs (paths) in the record of a folder that is being filled. */
tt_status tt_record_note(tt_outdir *out, const tt_record_plan *p, const tt_strings *inputs, tt_memo *memo,
                         tt_error *err);

/* Every file that a description names, itself first, with what formats keep beside a file (.tdx, .emi …). A pattern or
 * folder of images stands as its folder. */
tt_status tt_test_inputs(const char *description, const char *const *sets, size_t n_sets, tt_strings *out,
                         tt_error *err);

#endif
