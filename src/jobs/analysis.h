/* One test's analysis, stage after stage; each stage fills its part and reads only what earlier ones left.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_ANALYSIS_H
#define TT_JOBS_ANALYSIS_H

#include "core/outdir.h"
#include "observe/light_watch.h"
#include "observe/width_watch.h"
#include "jobs/stage_necking.h"
#include "jobs/stage_present.h"
#include "observe/track.h"
#include "temtensile/mechanics.h"
#include "temtensile/frames.h"
#include "temtensile/jobs.h"
#include "temtensile/properties.h"
#include "evaluate/curve.h"
#include "temtensile/describe.h"
#include "observe/find_gauge.h"
#include "observe/judge.h"
#include "observe/separation.h"
#include "temtensile/clock.h"

typedef struct tt_analysis {
	const tt_job *job;
	const tt_analyze_options *options;
	tt_report *report;
	tt_outdir *out;

	tt_test *test;
	tt_force_log *log, *empty_run;
	tt_mechanics *mechanics;

	tt_source *source;
	tt_quantity pixel_size;
	const char *pixel_size_source;

	tt_gauge gauge;
	tt_gauge_choice choice;       /* found or checked on the first frame */
	tt_dic_options dic;
	double noise_grey;

	tt_track track;
	unsigned *flag;               /* TT_ROW_* per frame */
	tt_separation separation;
	int64_t fracture;             /* index of the first frame with separate halves; -1: none */
	int64_t fracture_by_log;      /* the same by the log's instant and the clock; -1 */
	char fracture_text[256];

	tt_sync_result sync;
	tt_clock clock;
	double u_rate;
	char clock_source[256];

	tt_quantity width, thickness; /* of the section that the stress refers to */
	char section[128];
	tt_curve *curve;
	tt_zero_length zero;
	tt_elastic_line zero_line;    /* gauge.zero: toe | elastic */

	bool has_properties;
	tt_properties properties;
	tt_uncertainty uncertainty;

	tt_light_watch light_watch;
	tt_width_watch width_watch;   /* full analysis only */
	tt_necking necking;
	tt_present present;           /* pictures for the page */
} tt_analysis;

/* The stages, in order. */
tt_status tt_stage_inputs(tt_analysis *a, const char *test_path, tt_error *err);
tt_status tt_stage_track(tt_analysis *a, tt_error *err);
tt_status tt_stage_clock(tt_analysis *a, tt_error *err);
tt_status tt_stage_curve(tt_analysis *a, tt_error *err);
tt_status tt_stage_properties(tt_analysis *a, tt_error *err);
tt_status tt_stage_necking(tt_analysis *a, tt_error *err);
/* movie.mp4, and the pictures for report.html */
tt_status tt_stage_present(tt_analysis *a, tt_error *err);
/* curve.csv, summary.json, figures */
tt_status tt_stage_write(tt_analysis *a, tt_error *err);
/* report.html, which shows what the stages before left */
tt_status tt_stage_report(tt_analysis *a, tt_error *err);

/* gauge.png and gauge.pdf */
tt_status tt_write_gauge_picture(const tt_analysis *a, const tt_image *first, tt_error *err);

void tt_analysis_clear(tt_analysis *a);

#endif
