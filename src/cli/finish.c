/* How a job ends in words.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "signals.h"

int cli_fail(const tt_error *err)
{
	/* Ctrl-C on a terminal also ends gnuplot, and the job fails for lack of a figure: the reason is the same. */
	if (cli_was_interrupted()) {
		fputs("temtensile: interrupted\n", stderr);
		return TT_ERR_INTERRUPTED;
	}
	/* What follows from memory that was refused may look like anything else. */
	if (tt_memory_was_refused() && !strstr(err->message, "no memory")) {
		fputs("temtensile: no memory for all that this takes\n", stderr);
		return TT_ERR_FAILED;
	}
	if (err->status == TT_OK || !err->message[0]) { /* never a success for want of a reason */
		fputs("temtensile: the run failed and does not say why, which is a fault of the program: please report "
		      "it\n",
		      stderr);
		return TT_ERR_FAILED;
	}
	fprintf(stderr, "temtensile: %s\n", err->message);
	return err->status;
}

void cli_warnings(const tt_strings *list, bool quiet)
{
	for (size_t i = 0; i < list->n && !quiet; i++)
		fprintf(stderr, "temtensile: warning: %s\n", list->item[i]);
}

int cli_finish(const cli_options *o, cli_progress *progress, tt_report *report, tt_status st, const tt_error *err)
{
	cli_progress_end(progress);
	cli_warnings(&report->warnings, o->quiet);
	for (size_t i = 0; i < report->notes.n && !o->quiet; i++)
		puts(report->notes.item[i]);
	for (size_t i = 0; i < report->lines.n && !o->quiet; i++)
		puts(report->lines.item[i]);
	tt_report_clear(report);
	return st ? cli_fail(err) : 0;
}

int cli_measure(cli_options *common, const char *command, const char *in, const char *needed, const char *out,
                double width_mm, cli_measure_job *measure)
{
	if (!in || !out) {
		cli_options_free(common);
		if (!in) return cli_usage(command, "%s", needed);
		return cli_usage(command, "%s needs -o DIR, the folder for the results", command);
	}
	cli_progress progress;
	tt_job job = cli_job(common, &progress);
	const tt_film_options options = {.sets = (const char *const *)common->sets.item,
	                                 .n_sets = common->sets.n,
	                                 .figure_width_mm = width_mm,
	                                 .force = common->force};
	tt_report report = {0};
	tt_error err = {0};
	tt_status st = measure(in, out, &options, &job, &report, &err);
	const int code = cli_finish(common, &progress, &report, st, &err);
	cli_options_free(common);
	return code;
}
