/* Frames of a recording as pictures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "core/outdir.h"
#include "temtensile/frames.h"
#include "temtensile/report.h"
#include "temtensile/jobs.h"

typedef struct export_job {
	const tt_export_options *options;
	const char *out;
	const tt_job *job;
	tt_source *source;
	tt_outdir *dir;
	tt_reads *reads;
	tt_grey_format format; /* of the one picture */
	size_t written;
} export_job;

static tt_status write_single(const export_job *e, const tt_frame *frame, tt_error *err)
{
	tt_outfile *o;
	FILE *f;
	if (!frame->image.data)
		return tt_fail(err, TT_ERR_INPUT, "%s: frame %lld cannot be decoded", e->options->video,
		               (long long)frame->number);
	tt_status st = tt_outfile_open(e->out, e->options->force, e->reads, &o, &f, err);
	if (st != TT_OK) return st;
	st = tt_grey_put(f, &frame->image, e->format, err);
	if (st == TT_OK) return tt_outfile_commit(o, err);
	tt_outfile_abort(o);
	return st;
}

static tt_status write_numbered(export_job *e, const tt_frame *frame, tt_error *err)
{
	char name[64];
	FILE *f;
	snprintf(name, sizeof name, "frame_%05lld.pgm", (long long)frame->number);
	tt_status st = tt_outdir_fopen(e->dir, name, &f, err);
	if (st != TT_OK) return st;
	st = tt_pgm_put(f, &frame->image, err);
	tt_status closed = tt_outdir_fclose(e->dir, f, name, err);
	e->written++;
	return st == TT_OK ? closed : st;
}

static tt_status one_frame(export_job *e, tt_error *err)
{
	tt_frame frame;
	tt_status st;
	while ((st = tt_source_next(e->source, &frame, err)) == TT_OK) {
		if (frame.number == e->options->number) return write_single(e, &frame, err);
		st = tt_job_check(e->job, err);
		if (st != TT_OK) return st;
	}
	if (st != TT_END) return st;
	return tt_fail(err, TT_ERR_INPUT, "%s has no frame %lld (they count from 0)", e->options->video,
	               (long long)e->options->number);
}

static tt_status many_frames(export_job *e, tt_error *err)
{
	tt_frame frame;
	const tt_outdir_plan plan = {.command = "frame", .force = e->options->force, .reads = e->reads};
	tt_status st = tt_outdir_open_as(e->out, &plan, &e->dir, err);
	while (st == TT_OK && (st = tt_source_next(e->source, &frame, err)) == TT_OK) {
		if (frame.number % e->options->every == 0 && frame.image.data) st = write_numbered(e, &frame, err);
		if (st == TT_OK) st = tt_job_check(e->job, err);
	}
	if (st == TT_END)
		st = e->written ? TT_OK
		                : tt_fail(err, TT_ERR_INPUT, "%s: no frame in it can be decoded", e->options->video);
	if (st != TT_OK) {
		tt_outdir_abort(e->dir);
		return st;
	}
	return tt_outdir_commit(e->dir, NULL, err);
}

tt_status tt_export_frames(const tt_export_options *options, const char *out, const tt_job *job, tt_error *err)
{
	export_job e = {.options = options, .out = out, .job = job};
	tt_source_options so = {.stream = options->stream,
	                        .threads = tt_job_threads(job),
	                        .keep_duplicates = true,
	                        .allow_no_times = true,
	                        .max_pixels = options->max_pixels,
	                        .cancel = job ? job->cancel : NULL};
	e.reads = tt_reads_new();
	tt_status st = e.reads ? tt_reads_add(e.reads, options->video, err) : tt_fail_memory(err, options->video);
	if (st == TT_OK && options->every <= 0) st = tt_grey_format_of(out, &e.format, err);
	if (st == TT_OK) st = tt_source_open(options->video, &so, &e.source, err);
	if (st == TT_OK) st = options->every > 0 ? many_frames(&e, err) : one_frame(&e, err);
	tt_source_close(e.source);
	tt_reads_free(e.reads);
	return st;
}
