/* A folder with a simulated recording: video, log, description, truth.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/outdir.h"
#include "core/text.h"
#include "core/threads.h"
#include "simulate/encode.h"
#include "simulate/files.h"

/* Frames that are drawn side by side before they go to the encoder in order. */
typedef struct batch {
	const tt_simulation *sim;
	char *pixels;
	size_t frame_bytes;
	ptrdiff_t stride;
	int64_t first;
	tt_status *status; /* of each */
	tt_error *error;
} batch;

static void draw_some(void *ctx, int worker, size_t first, size_t last)
{
	batch *b = ctx;
	(void)worker;
	for (size_t i = first; i < last; i++)
		b->status[i] = tt_simulation_render(b->sim, b->first + (int64_t)i, b->pixels + i * b->frame_bytes,
		                                    b->stride, &b->error[i]);
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void tell(const tt_job *job, int64_t done, int64_t total, double started)
{
	if (!job || !job->on_progress) return;
	tt_progress p = {"rendering", done, total, seconds() - started};
	job->on_progress(job->ctx, &p);
}

static tt_status encode_batch(batch *b, size_t n, tt_sim_encoder *encoder, tt_error *err)
{
	const tt_sim_truth *t = tt_simulation_truth(b->sim);
	for (size_t i = 0; i < n; i++) {
		if (b->status[i]) {
			if (err) *err = b->error[i];
			return b->status[i];
		}
		tt_image image = {b->pixels + i * b->frame_bytes, b->stride, t->width_px, t->height_px,
		                  tt_simulation_pixel_type(b->sim)};
		double stamp = tt_sim_stamp_s(b->sim, b->first + (int64_t)i);
		tt_status st = tt_sim_encoder_put(encoder, &image, stamp, err);
		if (st) return st;
	}
	return TT_OK;
}

static tt_status render_all(batch *b, size_t size, tt_pool *pool, tt_sim_encoder *encoder, const tt_job *job,
                            tt_error *err)
{
	int64_t frames = tt_simulation_frames(b->sim);
	double started = seconds();
	for (b->first = 0; b->first < frames; b->first += (int64_t)size) {
		size_t n = frames - b->first < (int64_t)size ? (size_t)(frames - b->first) : size;
		tt_status st = tt_job_check(job, err);
		if (st) return st;
		tt_pool_for(pool, n, 1, draw_some, b);
		if ((st = encode_batch(b, n, encoder, err))) return st;
		tell(job, b->first + (int64_t)n, frames, started);
	}
	return TT_OK;
}

static tt_status make_video(tt_simulation *sim, const char *path, const tt_job *job, tt_strings *notes, tt_error *err)
{
	int threads = tt_job_threads(job);
	size_t size = 2 * (size_t)threads;
	const tt_sim_truth *t = tt_simulation_truth(sim);
	batch b = {.sim = sim,
	           .stride = (ptrdiff_t)((size_t)t->width_px * tt_pixel_size(tt_simulation_pixel_type(sim)))};
	b.frame_bytes = (size_t)b.stride * (size_t)t->height_px;
	b.pixels = malloc(size * b.frame_bytes);
	b.status = calloc(size, sizeof *b.status);
	b.error = calloc(size, sizeof *b.error);
	tt_pool *pool = NULL;
	tt_sim_encoder *encoder = NULL;
	tt_status st = b.pixels && b.status && b.error ? TT_OK : tt_fail_memory(err, "the simulated frames");
	if (!st) st = tt_simulation_prepare(sim, err);
	if (!st) st = tt_pool_new(threads, &pool, err);
	if (!st)
		st = tt_sim_encoder_open(path, sim->spec, sim->frame_rate,
		                         sim->spec->video.false_stamps ||
		                             (sim->spec->video.jitter == 0 && !sim->shutter),
		                         threads, notes, &encoder, err);
	if (!st) st = render_all(&b, size, pool, encoder, job, err);
	if (!st)
		st = tt_sim_encoder_finish(encoder, err);
	else
		tt_sim_encoder_abort(encoder);
	tt_pool_free(pool);
	free(b.pixels);
	free(b.status);
	free(b.error);
	return st;
}

static tt_status put_file(tt_outdir *dir, const char *name, const tt_simulation *sim,
                          void (*put)(const tt_simulation *, FILE *), tt_error *err)
{
	FILE *f;
	tt_status st = tt_outdir_fopen(dir, name, &f, err);
	if (st) return st;
	put(sim, f);
	return tt_outdir_fclose(dir, f, name, err);
}

static tt_status put_log(tt_outdir *dir, tt_simulation *sim, const char *name, bool empty, tt_error *err)
{
	char *text;
	size_t size;
	FILE *f;
	tt_status st = tt_sim_log_text(sim, empty, &text, &size, err);
	if (st) return st;
	if (!(st = tt_outdir_fopen(dir, name, &f, err))) {
		fwrite(text, 1, size, f); /* a short write is seen when the file is closed */
		st = tt_outdir_fclose(dir, f, name, err);
	}
	free(text);
	return st;
}

static tt_status fill(tt_outdir *dir, tt_simulation *sim, bool axial, const tt_job *job, tt_strings *notes,
                      tt_error *err)
{
	const char *video;
	tt_status st = tt_outdir_path(dir, sim->spec->video.file, &video, err);
	if (!st) st = make_video(sim, video, job, notes, err);
	if (!st) st = put_log(dir, sim, sim->spec->log.file, false, err);
	if (!st && sim->spec->description.spring == TT_SIM_SPRING_EMPTY_RUN)
		st = put_log(dir, sim, "empty.txt", true, err);
	if (!st) st = put_file(dir, "test.yaml", sim, tt_sim_put_description, err);
	if (!st) st = put_file(dir, "truth.csv", sim, tt_sim_put_truth, err);
	if (!st) st = put_file(dir, "truth.json", sim, tt_sim_put_truth_json, err);
	if (!st && axial) st = put_file(dir, "axial.csv", sim, tt_sim_put_axial, err);
	return st;
}

tt_status tt_simulate(const char *path, const tt_simulate_options *options, const char *out_dir, const tt_job *job,
                      tt_strings *notes, tt_error *err)
{
	tt_simulation *sim;
	tt_outdir *dir;
	tt_status st = tt_simulation_open(path, options, &sim, err);
	if (st) return st;
	if (sim->mechanics.unstable && notes)
		tt_warn(notes,
		        "the machine runs away at %.4g %% strain, before the law's end: the specimen breaks there",
		        100 * tt_sim_instant_last(&sim->mechanics).strain);
	tt_reads *reads = tt_reads_new();
	const tt_outdir_plan plan = {.command = "simulate", .force = options && options->force, .reads = reads};
	const char *const names[] = {sim->spec->video.file, sim->spec->log.file, "test.yaml", "truth.csv",
	                             "truth.json"};
	st = reads ? tt_reads_add(reads, path, err) : tt_fail_memory(err, path);
	if (!st && !(st = tt_outdir_open_as(out_dir, &plan, &dir, err))) {
		st = tt_outdir_claim(dir, names, sizeof names / sizeof *names, err);
		if (!st) st = fill(dir, sim, !options || !options->no_axial, job, notes, err);
		if (!st) st = tt_job_check(job, err);
		if (!st)
			st = tt_outdir_commit(dir, "truth.json", err);
		else
			tt_outdir_abort(dir);
	}
	tt_reads_free(reads);
	tt_simulation_free(sim);
	return st;
}
