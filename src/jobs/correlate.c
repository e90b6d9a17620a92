/* Fields of displacement and strain between images.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/field_maps.h"
#include "temtensile/frames.h"
#include "temtensile/report.h"
#include "temtensile/jobs.h"
#include "observe/find_gauge.h"
#include "observe/vision.h"
#include "numeric/statistics.h"

static const double TARGET_NOISE_PX = 0.01;

/* What stays the same for all fields of a job. */
typedef struct correlation {
	const tt_correlate_options *options;
	const tt_job *job;
	tt_report *report;
	tt_dic_options dic;
	int width, height, step_px;
	double window_px;
	uint8_t *mask; /* NULL: everything */
	tt_dic_point *point;
	tt_dic_strain *strain;
	size_t n;
	const char *reference, *deformed; /* names for field.json */
	const char *region;               /* where the region of interest is from */
	tt_field_style style;
	FILE *fields;   /* of a recording, until all are known and the maps have one range */
	int64_t *drawn; /* their frames */
	size_t n_drawn, drawn_room;
	tt_outdir *out;
	tt_reads *reads;
} correlation;

tt_correlate_options tt_correlate_defaults(void)
{
	tt_correlate_options o = {.dic = tt_dic_defaults(), .stream = -1};
	o.dic.subset_px = 0;
	return o;
}

static const char *measure_name(tt_strain_measure m)
{
	return m == TT_STRAIN_GREEN_LAGRANGE ? "Green-Lagrange"
	       : m == TT_STRAIN_LOGARITHMIC  ? "logarithmic"
	                                     : "engineering";
}

static tt_status read_mask(correlation *c, tt_error *err)
{
	const tt_correlate_options *o = c->options;
	size_t w = (size_t)c->width, h = (size_t)c->height;
	if (!o->mask && !o->polygon) return TT_OK;
	c->mask = calloc(w * h, 1);
	if (!c->mask) return tt_fail_memory(err, "the mask");
	if (!o->mask) return tt_vision_fill_polygon(c->mask, c->width, c->height, o->polygon, o->n_polygon, 255, err);
	tt_still *still;
	tt_status st = tt_still_read_within(o->mask, o->max_pixels, &still, err);
	if (st != TT_OK) return st;
	const tt_image *im = tt_still_image(still);
	if (im->width != c->width || im->height != c->height)
		st = tt_fail(err, TT_ERR_INPUT, "%s: the mask is %d x %d px, the reference %d x %d px", o->mask,
		             im->width, im->height, c->width, c->height);
	for (int y = 0; st == TT_OK && y < c->height; y++)
		for (int x = 0; x < c->width; x++)
			c->mask[(size_t)y * w + (size_t)x] = tt_image_at(im, x, y) != 0 ? 255 : 0;
	tt_still_free(still);
	if (st != TT_OK || !o->polygon) return st;
	uint8_t *inside = calloc(w * h, 1);
	if (!inside) return tt_fail_memory(err, "the mask");
	st = tt_vision_fill_polygon(inside, c->width, c->height, o->polygon, o->n_polygon, 255, err);
	for (size_t i = 0; i < w * h; i++)
		c->mask[i] &= inside[i];
	free(inside);
	return st;
}

static tt_image mask_view(const correlation *c)
{
	return (tt_image){.data = c->mask, .stride = c->width, .width = c->width, .height = c->height, .type = TT_U8};
}

static tt_status check_roi(const correlation *c, tt_error *err)
{
	tt_rect r = c->options->roi;
	if (r.width == 0) return TT_OK;
	if (r.x >= 0 && r.y >= 0 && r.width > 0 && r.height > 0 && r.x + r.width <= c->width &&
	    r.y + r.height <= c->height)
		return TT_OK;
	return tt_fail(
	    err, TT_ERR_INPUT,
	    "the region of interest %d,%d,%d,%d does not lie inside the image of %d x %d px (expected x,y,width,"
	    "height)",
	    r.x, r.y, r.width, r.height, c->width, c->height);
}

/* The bar, where no region is given and there is one: subsets beside it would follow the background. */
static tt_status find_bar(correlation *c, const tt_image *reference, tt_error *err)
{
	const tt_correlate_options *o = c->options;
	const tt_find_gauge_options how = tt_find_gauge_defaults();
	tt_gauge_choice bar = {0};
	tt_error none;
	c->region = o->mask ? "mask" : o->polygon ? "polygon" : o->roi.width ? "rectangle" : "whole image";
	if (o->mask || o->polygon || o->roi.width) return TT_OK;
	if (tt_find_gauge(reference, &how, &bar, &none) != TT_OK) {
		tt_find_gauge_clear(&bar);
		return TT_OK;
	}
	double corner[8];
	for (int k = 0; k < 4; k++) /* along one edge there, along the other back */
		memcpy(corner + 2 * k, bar.edge[k / 2][k / 2 ? !(k % 2) : k % 2], 2 * sizeof *corner);
	c->region = "bar found in the reference";
	c->mask = calloc((size_t)c->width * (size_t)c->height, 1);
	tt_status st = c->mask ? tt_vision_fill_polygon(c->mask, c->width, c->height, corner, 4, 255, err)
	                       : tt_fail_memory(err, "the mask");
	if (st == TT_OK)
		tt_warn(&c->report->lines,
		        "no region is given: the bar is taken, %.0f px wide, from (%.0f, %.0f) to (%.0f, %.0f); --roi, "
		        "--polygon or --mask say another",
		        bar.width_px, bar.section[0][0], bar.section[0][1], bar.section[1][0], bar.section[1][1]);
	tt_find_gauge_clear(&bar);
	return st;
}

/* The smallest upright rectangle around the mask. */
static tt_rect bounds(const correlation *c)
{
	int x0 = c->width, y0 = c->height, x1 = -1, y1 = -1;
	for (int y = 0; y < c->height; y++)
		for (int x = 0; x < c->width; x++) {
			if (!c->mask[(size_t)y * (size_t)c->width + (size_t)x]) continue;
			x0 = x < x0 ? x : x0, x1 = x > x1 ? x : x1;
			y0 = y < y0 ? y : y0, y1 = y > y1 ? y : y1;
		}
	return x1 < 0 ? (tt_rect){0, 0, c->width, c->height} : (tt_rect){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

/* Everything that depends on the reference alone. */
static tt_status prepare(correlation *c, const tt_image *reference, tt_error *err)
{
	const tt_correlate_options *o = c->options;
	c->width = reference->width;
	c->height = reference->height;
	c->dic = o->dic;
	tt_status st = check_roi(c, err);
	if (st == TT_OK) st = read_mask(c, err);
	if (st == TT_OK) st = find_bar(c, reference, err);
	if (st != TT_OK) return st;
	memcpy(c->style.range, o->range, sizeof c->style.range);
	if (o->pixel_size_m > 0) c->style.pixel_size_m = o->pixel_size_m;
	c->style.width_mm = o->map_width_mm;
	c->style.measure = measure_name(o->measure);
	tt_image view = mask_view(c), *mask = c->mask ? &view : NULL;
	tt_rect roi = o->roi.width ? o->roi : c->mask ? bounds(c) : (tt_rect){0, 0, c->width, c->height};
	if (isnan(c->dic.noise_grey)) c->dic.noise_grey = tt_image_noise(reference, mask);
	int unique = tt_dic_unique_side(reference, mask, roi);
	if (!unique) unique = tt_dic_defaults().subset_px; /* texture that repeats: the field will say so */
	if (!c->dic.subset_px) {
		c->dic.subset_px = tt_dic_choose_subset(reference, mask, roi, c->dic.noise_grey, TARGET_NOISE_PX);
		if (unique > c->dic.subset_px) c->dic.subset_px = unique;
	}
	/* A field of fewer than three subsets across is none; smaller than 21 px they see too little to be unique. */
	int most = (int)fmax(21, fmin(roi.width, roi.height) / 3.0);
	if (!o->dic.subset_px && c->dic.subset_px > most) c->dic.subset_px = most | 1;
	if (c->dic.subset_px < unique)
		tt_warn(&c->report->warnings,
		        "subsets of %d px are smaller than the texture asks for (%d px): some may have been found "
		        "where they "
		        "are not",
		        c->dic.subset_px, unique);
	c->step_px = o->step_px ? o->step_px : (int)fmax(1, c->dic.subset_px / 5);
	c->window_px = o->window_px > 0 ? o->window_px : 5.0 * c->step_px;
	st = tt_dic_grid(c->width, c->height, roi, mask, c->step_px, &c->dic, &c->point, &c->n, err);
	if (st != TT_OK) return st;
	if (c->n == 0)
		return tt_fail(err, TT_ERR_INPUT, "%s: no subset of %d px fits into the region of interest",
		               c->reference, c->dic.subset_px);
	c->strain = calloc(c->n, sizeof *c->strain);
	return c->strain ? TT_OK : tt_fail_memory(err, "the strain field");
}

static tt_status correlate(correlation *c, const tt_image *reference, const tt_image *deformed, tt_error *err)
{
	if (deformed->width != c->width || deformed->height != c->height)
		return tt_fail(err, TT_ERR_INPUT, "%s is %d x %d px, the reference %s is %d x %d px", c->deformed,
		               deformed->width, deformed->height, c->reference, c->width, c->height);
	tt_image view = mask_view(c);
	tt_status st = tt_dic_field(reference, deformed, c->mask ? &view : NULL, &c->dic, c->job, c->point, c->n, err);
	if (st == TT_OK)
		st = tt_dic_strains(c->point, c->n, c->step_px, c->window_px, c->options->measure, c->job, c->strain,
		                    err);
	return st;
}

/* ---- field.csv ---- */

enum { FIELD_COLUMNS = 15 };

static double field_value(const tt_dic_point *p, const tt_dic_strain *s, int column)
{
	const double v[] = {p->x,  p->y,   p->u,   p->v,   s->ux,   s->uy,         s->vx,
	                    s->vy, s->exx, s->eyy, s->exy, p->zncc, p->iterations, p->u_noise_px};
	return column > 1 && p->flag != TT_DIC_OK ? NAN : v[column];
}

static tt_status write_table(const correlation *c, const char *name, tt_error *err)
{
	static const char *const names[FIELD_COLUMNS] = {"x_px", "y_px", "u_px",       "v_px",       "ux",
	                                                 "uy",   "vx",   "vy",         "exx",        "eyy",
	                                                 "exy",  "zncc", "iterations", "u_noise_px", "flag"};
	tt_column column[FIELD_COLUMNS] = {{0}};
	double *value = malloc(c->n * (FIELD_COLUMNS - 1) * sizeof *value);
	const char **flag = malloc(c->n * sizeof *flag);
	tt_status st = value && flag ? TT_OK : tt_fail_memory(err, "the table of the field");
	for (int k = 0; st == TT_OK && k < FIELD_COLUMNS; k++) {
		column[k].name = names[k];
		column[k].digits = 9;
		if (k == FIELD_COLUMNS - 1) {
			for (size_t i = 0; i < c->n; i++)
				flag[i] = tt_dic_flag_name(c->point[i].flag);
			column[k].text = flag;
			continue;
		}
		double *v = value + (size_t)k * c->n;
		for (size_t i = 0; i < c->n; i++)
			v[i] = field_value(&c->point[i], &c->strain[i], k);
		column[k].value = v;
	}
	if (st == TT_OK) st = tt_table_write(c->out, name, column, FIELD_COLUMNS, c->n, err);
	free(value);
	free(flag);
	return st;
}

/* ---- field.json ---- */

static double median_noise(const correlation *c)
{
	double *v = malloc(c->n * sizeof *v), m = NAN;
	size_t n = 0;
	for (size_t i = 0; v && i < c->n; i++)
		if (c->point[i].flag == TT_DIC_OK) v[n++] = c->point[i].u_noise_px;
	if (n) m = tt_high_median(v, n);
	free(v);
	return m;
}

static size_t count_flag(const correlation *c, tt_dic_flag flag)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		n += c->point[i].flag == flag;
	return n;
}

static tt_status write_parameters(const correlation *c, const char *name, int64_t frame, double time_s, tt_error *err)
{
	static const char *const orders[] = {"translation", "affine", "quadratic"};
	const tt_dic_options *d = &c->dic;
	tt_json *j = tt_json_new();
	tt_json_object(j, "software");
	tt_json_string(j, "name", "temtensile");
	tt_json_string(j, "version", tt_version());
	tt_json_end(j);
	tt_json_string(j, "reference", tt_path_base(c->reference));
	tt_json_string(j, "deformed", tt_path_base(c->deformed));
	if (frame >= 0) {
		tt_json_integer(j, "frame", frame);
		tt_json_number(j, "time_s", time_s);
	}
	tt_json_list(j, "image_size_px");
	tt_json_integer(j, NULL, c->width);
	tt_json_integer(j, NULL, c->height);
	tt_json_end(j);
	tt_json_string(j, "region", c->region);
	tt_json_integer(j, "subset_px", d->subset_px);
	tt_json_string(j, "subset_shape", d->circular ? "circle" : "square");
	tt_json_integer(j, "step_px", c->step_px);
	tt_json_string(j, "shape_function", orders[d->order]);
	tt_json_string(j, "interpolation",
	               d->interpolation == TT_BSPLINE_CUBIC ? "cubic B-spline" : "quintic B-spline");
	tt_json_string(j, "criterion", "ZNSSD");
	tt_json_number(j, "prefilter_sigma_px", d->prefilter_sigma_px);
	tt_json_number(j, "max_increment_px", d->max_increment_px);
	tt_json_integer(j, "max_iterations", d->max_iterations);
	tt_json_number(j, "min_zncc", d->min_zncc);
	if (d->within_px > 0) tt_json_number(j, "within_px", d->within_px);
	tt_json_string(j, "strain_measure", measure_name(c->options->measure));
	tt_json_number(j, "strain_window_px", c->window_px);
	/* Good Practices Guide (iDICs 2018): VSG = (window - 1) step + subset, with the window counted in points */
	tt_json_number(j, "virtual_strain_gauge_px", c->window_px + d->subset_px);
	tt_json_number(j, "image_noise_grey", d->noise_grey);
	tt_json_number(j, "displacement_noise_px", median_noise(c));
	tt_json_object(j, "points");
	tt_json_integer(j, "all", (int64_t)c->n);
	tt_json_integer(j, "trusted", (int64_t)count_flag(c, TT_DIC_OK));
	for (int f = TT_DIC_NO_TEXTURE; f <= TT_DIC_INCONSISTENT; f++)
		tt_json_integer(j, tt_dic_flag_name((tt_dic_flag)f), (int64_t)count_flag(c, (tt_dic_flag)f));
	tt_json_end(j);
	tt_status st = tt_json_write(j, c->out, name, err);
	tt_json_free(j);
	return st;
}

static tt_status write_field(const correlation *c, const tt_image *deformed, const char *stem, const char *table,
                             int64_t frame, double time_s, bool maps, tt_error *err)
{
	char name[600];
	tt_status st = write_table(c, table, err);
	snprintf(name, sizeof name, "%s.json", stem);
	if (st == TT_OK) st = write_parameters(c, name, frame, time_s, err);
	if (st == TT_OK && maps)
		st = tt_field_maps(c->out, stem, deformed, c->point, c->strain, c->n, c->step_px, &c->style, err);
	size_t ambiguous = count_flag(c, TT_DIC_AMBIGUOUS);
	if (st == TT_OK && ambiguous > 0)
		tt_warn(&c->report->warnings,
		        "%s: %zu points fit elsewhere as well (the texture repeats, or the images have too little in "
		        "common) and "
		        "are not given; --within tells how far a point can have moved",
		        table, ambiguous);
	if (st == TT_OK)
		tt_warn(&c->report->lines, "%s: %zu of %zu points trusted, %d px subsets, noise %.4f px", table,
		        count_flag(c, TT_DIC_OK), c->n, c->dic.subset_px, median_noise(c));
	return st;
}

/* ---- two images ---- */

/* The folder of `out` and its name without ".csv". */
static tt_status split_target(const char *out, char *folder, char *stem, size_t size, tt_error *err)
{
	struct stat s;
	const char *base = tt_path_base(out);
	size_t n = strlen(base);
	if (n == 0 || n + 8 > size || strlen(out) + 2 > size || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return tt_fail(err, TT_ERR_USAGE, "'%s' is no name for a table: expected something like field.csv",
		               out);
	if (stat(out, &s) == 0 && !S_ISREG(s.st_mode))
		return tt_fail(err, TT_ERR_FAILED,
		               "%s exists and is no ordinary file: the table of the field is not written", out);
	snprintf(stem, size, "%s", base);
	if (n > 4 && strcmp(base + n - 4, ".csv") == 0) stem[n - 4] = 0;
	snprintf(folder, size, "%.*s", (int)(base - out), out);
	if (!folder[0]) snprintf(folder, size, ".");
	return TT_OK;
}

/* Told before the work: a table that may not be replaced. */
static tt_status open_for_pair(correlation *c, const char *out, const char *folder, const char *stem, tt_error *err)
{
	char parameters[600];
	const tt_outdir_plan plan = {
	    .command = tt_path_base(out), .force = c->options->force, .reads = c->reads, .single = true};
	snprintf(parameters, sizeof parameters, "%s.json", stem);
	const char *const names[] = {tt_path_base(out), parameters};
	tt_status st = tt_outdir_open_as(folder, &plan, &c->out, err);
	return st == TT_OK ? tt_outdir_claim(c->out, names, 2, err) : st;
}

static tt_status correlate_pair(correlation *c, const char *out, tt_error *err)
{
	char folder[1024], stem[512];
	tt_still *a = NULL, *b = NULL;
	c->reference = c->options->reference;
	c->deformed = c->options->deformed;
	tt_status st = split_target(out, folder, stem, sizeof stem, err);
	if (st == TT_OK) st = tt_still_read_within(c->reference, c->options->max_pixels, &a, err);
	if (st == TT_OK) st = tt_still_read_within(c->deformed, c->options->max_pixels, &b, err);
	if (st == TT_OK) st = prepare(c, tt_still_image(a), err);
	if (st == TT_OK) st = open_for_pair(c, out, folder, stem, err);
	if (st == TT_OK) st = correlate(c, tt_still_image(a), tt_still_image(b), err);
	if (st == TT_OK)
		st = write_field(c, tt_still_image(b), stem, tt_path_base(out), -1, NAN, c->options->maps, err);
	tt_still_free(a);
	tt_still_free(b);
	return st;
}

/* ---- a recording ---- */

static tt_status copy_image(const tt_image *in, tt_image *out, tt_error *err)
{
	size_t row = (size_t)in->width * tt_pixel_size(in->type);
	char *data = malloc(row * (size_t)in->height);
	if (!data) return tt_fail_memory(err, "the reference frame");
	for (int y = 0; y < in->height; y++)
		memcpy(data + (size_t)y * row, (const char *)in->data + y * in->stride, row);
	*out = *in;
	out->data = data;
	out->stride = (ptrdiff_t)row;
	return TT_OK;
}

/* Table and parameters at once, the field itself aside. */
static tt_status field_of_frame(correlation *c, const tt_image *reference, const tt_frame *frame, tt_error *err)
{
	char stem[64], table[80];
	snprintf(stem, sizeof stem, "field_%05lld", (long long)frame->number);
	snprintf(table, sizeof table, "%s.csv", stem);
	tt_status st = correlate(c, reference, &frame->image, err);
	if (st != TT_OK) return tt_fail_within(err, "frame %lld", (long long)frame->number);
	int64_t *drawn = tt_grow(c->drawn, &c->drawn_room, c->n_drawn + 1, sizeof *drawn);
	if (drawn) c->drawn = drawn;
	if (!c->fields) c->fields = tmpfile();
	if (!drawn || !c->fields)
		return tt_fail(err, TT_ERR_FAILED, "the fields cannot be kept aside: %s", strerror(errno));
	c->drawn[c->n_drawn++] = frame->number;
	if (fwrite(c->point, sizeof *c->point, c->n, c->fields) != c->n ||
	    fwrite(c->strain, sizeof *c->strain, c->n, c->fields) != c->n)
		return tt_fail(err, TT_ERR_FAILED, "the fields cannot be kept aside: %s", strerror(errno));
	double all[TT_FIELD_QUANTITIES][2];
	memcpy(all, c->style.range, sizeof all);
	tt_field_widen(c->point, c->strain, c->n, all);
	for (int k = 0; k < TT_FIELD_QUANTITIES; k++) /* a range that was asked for stays */
		if (!(c->options->range[k][1] > c->options->range[k][0]))
			memcpy(c->style.range[k], all[k], sizeof all[k]);
	return write_field(c, &frame->image, stem, table, frame->number, frame->time_s, false, err);
}

static void tell(const correlation *c, tt_source *source, int64_t done, const struct timespec *start)
{
	if (!c->job || !c->job->on_progress) return;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	tt_progress p = {.stage = "correlating",
	                 .done = done,
	                 .total = tt_source_info_of(source)->frames,
	                 .elapsed_s =
	                     (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec)};
	c->job->on_progress(c->job->ctx, &p);
}

/* The maps, now that their common range is known: the frames once more, the fields from aside. */
static tt_status draw_maps(correlation *c, const tt_source_options *so, tt_error *err)
{
	tt_source *source;
	tt_frame frame;
	if (!c->n_drawn) return TT_OK;
	rewind(c->fields);
	tt_status st = tt_source_open(c->options->video, so, &source, err);
	if (st != TT_OK) return st;
	for (size_t i = 0; st == TT_OK && i < c->n_drawn;) {
		char stem[64];
		st = tt_source_next(source, &frame, err);
		if (st == TT_OK) st = tt_job_check(c->job, err);
		if (st != TT_OK || frame.number != c->drawn[i]) continue;
		i++;
		if (fread(c->point, sizeof *c->point, c->n, c->fields) != c->n ||
		    fread(c->strain, sizeof *c->strain, c->n, c->fields) != c->n) {
			st = tt_fail(err, TT_ERR_FAILED, "the fields that were kept aside cannot be read back");
			break;
		}
		c->style.frame = frame.number;
		c->style.time_s = frame.time_s;
		snprintf(stem, sizeof stem, "field_%05lld", (long long)frame.number);
		if (frame.image.data)
			st = tt_field_maps(c->out, stem, &frame.image, c->point, c->strain, c->n, c->step_px, &c->style,
			                   err);
	}
	if (st == TT_END)
		st = tt_fail(err, TT_ERR_FAILED, "%s: the recording has fewer frames than a moment ago",
		             c->options->video);
	tt_source_close(source);
	return st;
}

static tt_status correlate_video(correlation *c, const char *out, tt_error *err)
{
	const tt_correlate_options *o = c->options;
	tt_source_options so = {.stream = o->stream,
	                        .threads = tt_job_threads(c->job),
	                        .max_pixels = o->max_pixels,
	                        .frame_rate = o->frame_rate,
	                        .allow_no_times = true,
	                        .cancel = c->job ? c->job->cancel : NULL};
	tt_source *source;
	tt_image reference = {0};
	tt_frame frame;
	struct timespec start;
	int every = o->every > 0 ? o->every : 1;
	clock_gettime(CLOCK_MONOTONIC, &start);
	c->reference = c->deformed = o->video;
	tt_status st = tt_source_open(o->video, &so, &source, err);
	if (st != TT_OK) return st;
	c->style.pixel_size_m = fmax(0, tt_source_info_of(source)->pixel_size_m);
	const tt_outdir_plan plan = {.command = "correlate", .force = o->force, .reads = c->reads};
	st = tt_outdir_open_as(out, &plan, &c->out, err);
	while (st == TT_OK && (st = tt_source_next(source, &frame, err)) == TT_OK) {
		st = tt_job_check(c->job, err);
		if (st != TT_OK || !frame.image.data) continue;
		if (!reference.data) {
			st = copy_image(&frame.image, &reference, err);
			if (st == TT_OK) st = prepare(c, &reference, err);
		} else if (frame.number % every == 0 && !(frame.flags & TT_FRAME_DUPLICATE)) {
			st = field_of_frame(c, &reference, &frame, err);
		}
		tell(c, source, frame.number + 1, &start);
	}
	if (st == TT_END)
		st = reference.data ? TT_OK : tt_fail(err, TT_ERR_INPUT, "%s: no frame in it can be decoded", o->video);
	for (size_t i = 0; i < tt_source_warnings(source)->n; i++)
		tt_warn(&c->report->warnings, "%s", tt_source_warnings(source)->item[i]);
	free((void *)(uintptr_t)reference.data);
	tt_source_close(source);
	return st == TT_OK ? draw_maps(c, &so, err) : st;
}

tt_status tt_correlate(const tt_correlate_options *options, const char *out, const tt_job *job, tt_report *report,
                       tt_error *err)
{
	tt_report own = {0};
	correlation c = {.options = options, .job = job, .report = report ? report : &own, .style = {.time_s = NAN}};
	const char *const inputs[] = {options->video, options->reference, options->deformed, options->mask};
	c.reads = tt_reads_new();
	tt_status st = c.reads ? TT_OK : tt_fail_memory(err, "the files that are read");
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs && st == TT_OK; i++)
		st = tt_reads_add(c.reads, inputs[i], err);
	if (st == TT_OK) st = options->video ? correlate_video(&c, out, err) : correlate_pair(&c, out, err);
	if (st == TT_OK) st = tt_job_check(job, err);
	if (st == TT_OK) {
		st = tt_outdir_commit(c.out, NULL, err);
		c.out = NULL;
	}
	tt_outdir_abort(c.out);
	tt_reads_free(c.reads);
	if (c.fields) fclose(c.fields);
	free(c.drawn);
	free(c.mask);
	free(c.point);
	free(c.strain);
	tt_report_clear(&own);
	return st;
}
