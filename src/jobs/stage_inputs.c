/* Reads the description and the log: everything that can be refused before a frame is decoded.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "jobs/analysis.h"

static tt_status read_log(tt_analysis *a, const char *path, const tt_log_columns *columns, tt_force_log **log,
                          tt_error *err)
{
	tt_status st = tt_force_log_read(path, columns, log, err);
	if (st != TT_OK) return st;
	for (size_t i = 0; i < (*log)->warnings.n; i++)
		tt_warn(&a->report->warnings, "%s", (*log)->warnings.item[i]);
	return tt_force_log_orient(*log, &a->report->warnings, err);
}

static tt_status read_logs(tt_analysis *a, tt_error *err)
{
	const tt_test *t = a->test;
	const tt_log_columns *columns = t->force.columns.time ? &t->force.columns : NULL;
	tt_log_columns options = t->force.columns;
	/* A delimiter or unit can be given without column names. */
	if (!columns && (options.delimiter || options.decimal_comma >= 0 || options.force_unit || options.time_unit ||
	                 options.displacement_unit))
		columns = &options;
	tt_status st = read_log(a, t->force.file, columns, &a->log, err);
	if (st != TT_OK || !t->force.empty_run) return st;
	return read_log(a, t->force.empty_run, columns, &a->empty_run, err);
}

tt_status tt_stage_inputs(tt_analysis *a, const char *test_path, tt_error *err)
{
	tt_status st = tt_test_read(test_path, a->options->sets, a->options->n_sets, &a->test, err);
	if (st == TT_OK) st = read_logs(a, err);
	if (st != TT_OK) return st;
	const tt_test *t = a->test;
	/* Two decoders more than cores: one that waits for the frame before it, or for its own to be taken, leaves none idle. */
	tt_source_options options = {.stream = t->video.stream,
	                             .frame_rate = t->video.frame_rate,
	                             .threads = tt_job_threads(a->job) + 2};
	st = tt_source_open(t->video.file, &options, &a->source, err);
	if (st != TT_OK) return st;
	const tt_source_info *info = tt_source_info_of(a->source);
	a->pixel_size = t->video.pixel_size;
	a->pixel_size_source = "description";
	if (isnan(a->pixel_size.value)) {
		if (!(info->pixel_size_m > 0))
			return tt_fail(err, TT_ERR_INPUT,
			               "%s: video.pixel_size is missing, and %s does not say how large its pixels are", test_path,
			               t->video.file);
		a->pixel_size = (tt_quantity){.value = info->pixel_size_m};
		a->pixel_size_source = info->calibration_source;
	} else if (info->pixel_size_m > 0 && fabs(info->pixel_size_m / a->pixel_size.value - 1) > 0.01) {
		tt_warn(&a->report->warnings,
		        "the description says %.4g nm per pixel, the file %s says %.4g nm (%s); the description's value is used",
		        a->pixel_size.value * 1e9, t->video.file, info->pixel_size_m * 1e9, info->calibration_source);
	}
	return tt_test_check_points(t, info->width, info->height, err);
}
