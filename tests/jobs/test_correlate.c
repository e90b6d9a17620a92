/* `correlate`: what its defaults choose, what it says of doubtful pairs, folders of images without times.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "synth.h"

#include "temtensile/frames.h"
#include "temtensile/jobs.h"
#include "temtensile/report.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SIZE = 240 };

static void write_pgm(const char *path, const tt_image *im)
{
	FILE *f = fopen(path, "wb");
	CHECK(f != NULL);
	fprintf(f, "P5\n%d %d\n255\n", im->width, im->height);
	for (int y = 0; y < im->height; y++)
		fwrite((const char *)im->data + y * im->stride, 1, (size_t)im->width, f);
	CHECK(fclose(f) == 0);
}

static void draw(const char *path, double sigma, synth_motion m, unsigned seed)
{
	synth_texture *t = synth_texture_new(7, SIZE, SIZE, 100, sigma, 110, 44);
	float *exact = synth_render(t, &m);
	tt_image im = synth_image(exact, SIZE, SIZE, TT_U8, 1, 0, 0.4, seed);
	write_pgm(path, &im);
	synth_image_free(&im);
	free(exact);
	synth_texture_free(t);
}

static long trusted(const char *parameters, const char *key)
{
	json_error_t e;
	json_t *j = json_load_file(parameters, 0, &e);
	CHECK_MSG(j, "%s: %s", parameters, e.text);
	long n =
	    (long)json_integer_value(json_object_get(strcmp(key, "subset_px") ? json_object_get(j, "points") : j, key));
	json_decref(j);
	return n;
}

static bool says(const tt_strings *s, const char *what)
{
	for (size_t i = 0; i < s->n; i++)
		if (strstr(s->item[i], what)) return true;
	return false;
}

/* With so little noise nine pixels would be precise enough, and fit anywhere. */
static void subset_by_likeness(void)
{
	char a[300], b[300], out[300], json[300];
	snprintf(a, sizeof a, "%s/a.pgm", check_tmp());
	snprintf(b, sizeof b, "%s/b.pgm", check_tmp());
	snprintf(out, sizeof out, "%s/field.csv", check_tmp());
	snprintf(json, sizeof json, "%s/field.json", check_tmp());
	draw(a, 3, SYNTH_STILL, 1);
	draw(b, 3, synth_stretch(0.35, -0.1), 2);
	tt_correlate_options o = tt_correlate_defaults();
	o.reference = a;
	o.deformed = b;
	tt_report r = {0};
	tt_error err;
	CHECK_MSG(tt_correlate(&o, out, NULL, &r, &err) == TT_OK, "%s", err.message);
	CHECK(r.warnings.n == 0);
	CHECK(trusted(json, "subset_px") >= 17 && trusted(json, "subset_px") <= 41);
	CHECK(trusted(json, "trusted") > trusted(json, "all") / 3);
	o.dic.subset_px = 9;
	CHECK_MSG(tt_correlate(&o, out, NULL, &r, &err) == TT_OK, "%s", err.message);
	CHECK(says(&r.warnings, "smaller than the texture asks for"));
	tt_report_clear(&r);
}

static void other_picture(void)
{
	char a[300], b[300], out[300], json[300];
	snprintf(a, sizeof a, "%s/a.pgm", check_tmp());
	snprintf(b, sizeof b, "%s/other.pgm", check_tmp());
	snprintf(out, sizeof out, "%s/none.csv", check_tmp());
	snprintf(json, sizeof json, "%s/none.json", check_tmp());
	draw(b, 3, synth_shift(900, 900), 3); /* beyond the texture's border: flat */
	draw(a, 3, SYNTH_STILL, 1);
	tt_correlate_options o = tt_correlate_defaults();
	o.reference = a;
	o.deformed = b;
	tt_report r = {0};
	tt_error err;
	CHECK_MSG(tt_correlate(&o, out, NULL, &r, &err) == TT_OK, "%s", err.message);
	CHECK(trusted(json, "trusted") == 0);
	tt_report_clear(&r);
}

/* A picture's right 14 mm, where the bar of colours stands, and its middle, reduced to one number each. */
static void look_at(const char *folder, const char *name, uint64_t *bar, double *middle)
{
	char path[500];
	tt_source *s;
	tt_error err;
	tt_frame f = {0};
	snprintf(path, sizeof path, "%s/%s", folder, name);
	CHECK_MSG(tt_source_open(path, NULL, &s, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_source_next(s, &f, &err) == TT_OK, "%s", err.message);
	const tt_image *im = &f.image;
	double n = 0;
	*bar = 14695981039346656037u; /* FNV-1a */
	*middle = 0;
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++) {
			double v = tt_image_at(im, x, y);
			if (x > im->width - 165) *bar = (*bar ^ (uint64_t)v) * 1099511628211u;
			if (abs(y - im->height / 2) < im->height / 10 && abs(x - 2 * im->width / 5) < im->width / 10)
				*middle += v, n++;
		}
	*middle /= n;
	tt_source_close(s);
}

static void width_is(const char *folder, int px)
{
	char path[500];
	tt_source *s;
	tt_error err;
	snprintf(path, sizeof path, "%s/field_00001_exx.png", folder);
	CHECK_MSG(tt_source_open(path, NULL, &s, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_source_info_of(s)->width == px, "a map of %d px, expected %d", tt_source_info_of(s)->width, px);
	tt_source_close(s);
}

/* The maps of a recording share their colours, those that were asked for or those of the data. */
static void colours(const char *folder, bool asked)
{
	uint64_t bar[2];
	double middle[2];
	for (int k = 0; k < 2; k++)
		look_at(folder, k ? "field_00002_u.png" : "field_00001_u.png", &bar[k], &middle[k]);
	CHECK_MSG(bar[0] == bar[1], "two frames have different bars of colours");
	check_note("%s: middles of %.1f and %.1f", asked ? "asked for" : "of the data", middle[0], middle[1]);
	/* 1 and 2 px: both in the lower tenth of 0 to 20, far apart where the data decide */
	CHECK(asked ? fabs(middle[0] - middle[1]) < 12 : middle[1] - middle[0] > 50);
}

static void folder_without_times(void)
{
	char folder[300], path[400], out[300];
	snprintf(folder, sizeof folder, "%s/images", check_tmp());
	snprintf(out, sizeof out, "%s/fields", check_tmp());
	CHECK(mkdir(folder, 0777) == 0);
	for (int k = 0; k < 3; k++) {
		snprintf(path, sizeof path, "%s/image_%d.pgm", folder, k);
		draw(path, 2, synth_shift(k, 0), (unsigned)k + 1);
	}
	atexit(tt_canvas_forget_fonts); /* cairo keeps them, and a leak checker would find them */
	tt_correlate_options o = tt_correlate_defaults();
	o.video = folder;
	tt_report r = {0};
	tt_error err;
	CHECK_MSG(tt_correlate(&o, out, NULL, &r, &err) == TT_OK, "%s", err.message);
	snprintf(path, sizeof path, "%s/field_00002.json", out);
	CHECK(trusted(path, "trusted") > 100);
	colours(out, false);
	width_is(out, 1004); /* 85 mm at 300 dpi */
	o.range[0][0] = 0;
	o.range[0][1] = 20;
	o.map_width_mm = 170;
	CHECK_MSG(tt_correlate(&o, out, NULL, &r, &err) == TT_OK, "%s", err.message);
	colours(out, true);
	width_is(out, 2008);
	tt_report_clear(&r);
}

static const check_case cases[] = {
    {"the subset follows the texture's likeness with itself", subset_by_likeness},
    {"a picture without the texture", other_picture},
    {"a folder of images without times", folder_without_times},
};

CHECK_MAIN(cases)
