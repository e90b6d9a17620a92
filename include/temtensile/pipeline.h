/* Whole jobs, as the program runs them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_PIPELINE_H
#define TEMTENSILE_PIPELINE_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a job tells its caller besides its files. Starts as {0}. */
typedef struct tt_report {
	tt_strings lines;    /* results in words, for the terminal */
	tt_strings warnings; /* also in summary.json */
} tt_report;

void tt_report_clear(tt_report *r);

typedef struct tt_analyze_options {
	const char *const *sets; /* "key=value", as --set */
	size_t n_sets;
	bool only_curve;         /* curve.csv, summary.json and the stress–strain figure, nothing more */
} tt_analyze_options;

/* test.yaml -> a folder of results (see the contract in README). The folder appears complete or not at all. */
tt_status tt_analyze(const char *test_path, const char *out_dir, const tt_analyze_options *options, const tt_job *job,
                     tt_report *report, tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
