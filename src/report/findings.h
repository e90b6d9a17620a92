/* What the writers of outputs read: both records, what was found in them, where to. Nothing in it is changed by them
 * but the warnings. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_FINDINGS_H
#define TT_REPORT_FINDINGS_H

#include "core/outdir.h"
#include "observe/observation.h"
#include "report/kept_frames.h"
#include "report/present.h"
#include "temtensile/evaluate.h"

/* A file that was read. */
typedef struct tt_input_file {
	const char *role; /* "description", "recording", "log", "empty run" */
	const char *path;
	char sha256[65]; /* "" : a folder or a pattern of images */
} tt_input_file;

struct tt_findings;
/* The i-th input's path as the description writes it: relative to the description. */
const char *tt_input_name(const struct tt_findings *a, size_t i);

typedef struct tt_findings {
	const tt_test *test;
	const tt_force_log *log;
	const tt_observation *o;
	const tt_result *r;
	const tt_closeup *closeup;
	tt_kept_frames *kept; /* what the run before saw in its second look; NULL: nothing */
	tt_present *present;  /* pictures for the page, while they are made */
	const tt_input_file *input;
	size_t n_inputs;
	bool only_curve, no_movie, no_page;
	const char *const *sets; /* overrides, for the command that makes this again */
	size_t n_sets;
	tt_strings *lines;    /* the results in words */
	tt_strings *warnings; /* all that the user should know; a writer may add to them */
	tt_outdir *out;
} tt_findings;

#endif
