/* What the run before kept of its looks at the recording, for this run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_KEPT_H
#define TT_JOBS_KEPT_H

#include "core/outdir.h"
#include "report/kept_frames.h"

/* Who makes results here: the build, and what else of the surroundings goes into files. malloc'ed; NULL without memory.
 */
char *tt_results_maker(void);

/* The observation in the folder when it is one of `key`, with the width profile if it is needed; else *o is NULL. One
 * that cannot be read is passed over: it is made anew. */
void tt_kept_observation(const tt_outdir *dir, const char key[65], bool with_width, tt_observation **o);
/* A hash of the recording among the files of a test (tt_test_inputs): of its file or folder, and of what its format
 * keeps beside it. reads: who has read them, or NULL: they are read. */
tt_status tt_recording_hash(const tt_strings *files, const tt_test *test, tt_reads *reads, char hash[65],
                            tt_error *err);
/* The kept frames (frames.ttobs) of the folder; *k may be empty, and needs tt_kept_frames_clear. */
void tt_kept_frames_find(const tt_outdir *dir, tt_kept_frames *k);

#endif
