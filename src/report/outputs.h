/* What an analysis leaves: one table. A new output is a file of its own and a line here.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_OUTPUTS_H
#define TT_REPORT_OUTPUTS_H

#include "report/findings.h"

/* What an output needs before it can be made. */
enum {
	TT_NEEDS_CURVE = 0,      /* made also when only the curve is asked for */
	TT_NEEDS_PROPERTIES = 1, /* a whole evaluation */
	TT_NEEDS_CLOSEUP = 2,    /* the second look at the frames */
	TT_NEEDS_FRAMES = 4      /* frames of the second pass: watch and end are set */
};

/* What a picture or a movie shows, for outputs that are taken over from the run before when nothing of it changed. */
enum {
	TT_SHOWS_IMAGES = 1, /* frames, gauge, size of a pixel, name */
	TT_SHOWS_CURVE = 2,  /* the rows of the curve */
	TT_SHOWS_LOOK = 4    /* the frames about fracture and yield, with their strains */
};

typedef struct tt_output {
	const char *name;
	const char *files; /* separated by blanks; * stands for the endings of a figure: .gp .dat .pdf .svg .png */
	unsigned needs;
	unsigned shows; /* 0: written in each run (figures take over their own pictures, see tt_figure_write) */
	bool (*off)(const tt_findings *f); /* switched off by the description or the caller; NULL: never */
	/* frames of the second pass; taker->ctx NULL: none wanted. end frees ctx in any case. */
	tt_status (*watch)(const tt_findings *f, tt_frame_taker *taker, tt_error *err);
	tt_status (*end)(void *ctx, bool done, tt_error *err);
	tt_status (*write)(const tt_findings *f, tt_error *err); /* after the pass; NULL: end has left it */
} tt_output;

enum { TT_MOST_OUTPUTS = 64 };
/* In the order of writing: what others read comes before them. */
extern const tt_output tt_outputs[];
extern const size_t tt_n_outputs;

/* The note of the record that tells what an output shows now: "made <hash> <name>". */
tt_status tt_output_note(const tt_output *o, const tt_findings *f, char note[128], tt_error *err);
/* Takes it over from the run before, when it shows the same: *taken. Never for outputs that show nothing of the above.
 */
tt_status tt_output_take(const tt_output *o, const tt_findings *f, bool *taken, tt_error *err);

bool tt_output_wanted(const tt_output *o, const tt_findings *f);
/* Whether its files may be left in the folder; see tt_outdir_claim. */
tt_status tt_output_claim(const tt_output *o, tt_outdir *out, tt_error *err);
/* Writes, in the table's order, the wanted outputs but those that were taken over (taken: one for each of the table).
 */
tt_status tt_outputs_write(const tt_findings *f, const bool *taken, const tt_job *job, tt_error *err);

#endif
