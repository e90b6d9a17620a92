/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/study_necking.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/text.h"
#include "temtensile/frames.h"
#include "temtensile/report.h"

/* Three pictures of equal width, cut out of one; NaN outside the registered frame. */
static tt_status split(const tt_image *whole, const tt_study_test *t, const tt_study_group *g, tt_necking_row *r,
                       tt_error *err)
{
	int w = whole->width / 3, h = whole->height;
	size_t n = (size_t)w * (size_t)h;
	float *pixels = w > 0 ? malloc(3 * n * sizeof *pixels) : NULL;
	if (!pixels) return tt_fail_memory(err, "the row of pictures");
	for (int k = 0; k < 3; k++)
		for (int y = 0; y < h; y++)
			for (int x = 0; x < w; x++) {
				double level = tt_image_at(whole, k * w + x, y);
				double v = !(level > 0) ? NAN
				           : k < 2      ? level
				                        : (level - 32768) / t->difference.levels_per_grey;
				pixels[(size_t)k * n + (size_t)y * (size_t)w + (size_t)x] = (float)v;
			}
	tt_image *const im[3] = {&r->first, &r->second, &r->difference};
	for (size_t k = 0; k < 3; k++)
		*im[k] = (tt_image){pixels + k * n, w * (ptrdiff_t)sizeof *pixels, w, h, TT_F32};
	r->label = g->label;
	r->specimen = t->folder;
	r->chosen = t->difference.chosen;
	r->pixel_size_m = t->input[TT_SHARED_PIXEL_SIZE].value * 1e-9;
	for (int k = 0; k < 2; k++)
		r->strain[k] = t->difference.strain[k];
	return TT_OK;
}

static tt_status read_row(const char *path, const tt_study_test *t, const tt_study_group *g, tt_necking_row *r,
                          tt_error *err)
{
	tt_source *s = NULL;
	tt_frame frame;
	const tt_source_options options = {.stream = -1, .frame_rate = 1, .threads = 1};
	tt_status st = tt_source_open(path, &options, &s, err);
	if (st == TT_OK) st = tt_source_next(s, &frame, err);
	if (st == TT_OK && (!frame.image.data || frame.image.type != TT_U16 || frame.image.width < 3))
		st = tt_fail(err, TT_ERR_INPUT, "'%s' is not the picture that an analysis leaves", path);
	if (st == TT_END) st = tt_fail(err, TT_ERR_INPUT, "'%s' holds no picture", path);
	if (st == TT_OK) st = split(&frame.image, t, g, r, err);
	tt_source_close(s);
	return st;
}

/* The first test of a group that left its pictures; *found tells whether there is one. */
static tt_status row_of(const tt_study *s, const tt_study_group *g, char *const *folder, tt_necking_row *row,
                        bool *found, tt_error *err)
{
	tt_status st = TT_OK;
	*found = false;
	for (size_t k = 0; k < g->n && !*found && st == TT_OK; k++) {
		size_t i = g->test[k];
		struct stat there;
		char *path = tt_path_join(folder[i], "necking_row.tif");
		if (path && stat(path, &there) == 0 && s->test[i].difference.levels_per_grey > 0) {
			st = read_row(path, &s->test[i], g, row, err);
			*found = st == TT_OK;
		}
		free(path);
	}
	return st;
}

tt_status tt_study_necking(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, char *const *folder,
                           tt_error *err)
{
	const size_t most = c->n < TT_NECKING_ROWS_MOST ? c->n : TT_NECKING_ROWS_MOST;
	tt_necking_row row[TT_NECKING_ROWS_MOST];
	size_t n = 0;
	tt_status st = TT_OK;
	for (size_t i = 0; i < most && st == TT_OK; i++) {
		bool found;
		const size_t g = most > 1 ? i * (c->n - 1) / (most - 1) : 0;
		row[n] = (tt_necking_row){.label = NULL};
		st = row_of(s, &c->group[g], folder, &row[n], &found, err);
		n += found;
	}
	if (st == TT_OK) st = tt_necking_rows(dir, row, n, c->n > most ? c->n : n, err);
	for (size_t i = 0; i < n; i++)
		free((void *)row[i].first.data);
	return st;
}
