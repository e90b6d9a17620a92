/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/dic_table.h"
#include "core/sentence.h"

#include <math.h>

/* Rows being added; the first failure is kept. */
typedef struct rows {
	tt_strings *name, *value;
	tt_status status;
	tt_error *err;
} rows;

#define ROW(r, label, ...)                                                                                             \
	do {                                                                                                           \
		if ((r)->status == TT_OK) (r)->status = tt_strings_add((r)->name, (r)->err, "%s", label);              \
		if ((r)->status == TT_OK) (r)->status = tt_strings_add((r)->value, (r)->err, __VA_ARGS__);             \
	} while (0)

static void count_frames(const tt_findings *a, size_t *repeated, size_t *damaged, size_t *lost, size_t *intact)
{
	*repeated = *damaged = *lost = *intact = 0;
	for (size_t i = 0; i < a->o->track.n; i++) {
		*repeated += (a->r->flag[i] & TT_ROW_DUPLICATE) != 0;
		*damaged += (a->r->flag[i] & TT_ROW_DAMAGED) != 0;
		*lost += (a->r->flag[i] & TT_ROW_LOST) != 0;
		*intact += !(a->r->flag[i] & TT_ROW_FRACTURED);
	}
}

static void put_images(rows *r, const tt_findings *a)
{
	const tt_source_info *info = &a->o->recording;
	const tt_track *t = &a->o->track;
	double nm = a->r->pixel_size.value * 1e9, seconds = t->n ? t->time_s[t->n - 1] - t->time_s[0] : NAN;
	size_t repeated, damaged, lost, intact;
	count_frames(a, &repeated, &damaged, &lost, &intact);
	ROW(r, "Images", "%s, %s, %d bit", info->format, info->codec, info->bits);
	ROW(r, "Image resolution", "%d × %d px", info->width, info->height);
	ROW(r, "Lens, aperture, stand-off", "not applicable (transmission electron microscope)");
	ROW(r, "Field of view", "%.4g × %.4g µm", info->width * nm / 1000, info->height * nm / 1000);
	if (a->r->pixel_size.u > 0)
		ROW(r, "Image scale", "%s (%s)", TT_VALUE(nm, a->r->pixel_size.u * 1e9, "nm/px"),
		    a->r->pixel_size_source);
	else
		ROW(r, "Image scale", "%.5g nm/px (%s; no uncertainty stated)", nm, a->r->pixel_size_source);
	ROW(r, "Frames", "%zu, of them %zu repeated by the camera, %zu damaged", t->n, repeated, damaged);
	if (t->n > 1 && seconds > 0)
		ROW(r, "Image acquisition rate", "%.4g 1/s (mean of the time stamps)", (double)(t->n - 1) / seconds);
	if (a->test->video.exposure_s > 0) ROW(r, "Exposure", "%.4g s", a->test->video.exposure_s);
	if (a->test->video.rolling_shutter_s > 0)
		ROW(r, "Rolling shutter, first row to last", "%.4g s", a->test->video.rolling_shutter_s);
	ROW(r, "Pattern", "the specimen's own contrast in the images");
	ROW(r, "Image noise", "%.3g grey levels (standard deviation)", a->o->noise_grey);
}

static void put_correlation(rows *r, const tt_findings *a)
{
	static const char *const orders[] = {"translation (order 0)", "affine (order 1)", "quadratic (order 2)"};
	const tt_dic_options *d = &a->o->dic;
	const tt_gauge *g = &a->o->gauge;
	double nm = a->r->pixel_size.value * 1e9;
	ROW(r, "DIC software", "temtensile %s", tt_version());
	if (d->prefilter_sigma_px > 0)
		ROW(r, "Image filtering", "Gaussian, sigma %.3g px", d->prefilter_sigma_px);
	else
		ROW(r, "Image filtering", "none");
	ROW(r, "Subset size", "%d × %d px (%.4g nm)", d->subset_px, d->subset_px, d->subset_px * nm);
	ROW(r, "Step size", "%d px", d->subset_px / 2);
	ROW(r, "Subsets", "%zu and %zu in bands at the two gauge ends, %zu along the axis", g->n_band[0], g->n_band[1],
	    g->n_stations);
	ROW(r, "Subset shape function", "%s", orders[d->order]);
	ROW(r, "Matching criterion", "zero-normalised sum of squared differences (ZNSSD)");
	ROW(r, "Interpolant", "%s B-spline, prefiltered", d->interpolation == TT_BSPLINE_CUBIC ? "cubic" : "quintic");
	ROW(r, "Convergence", "displacement increment below %s, at most %d iterations",
	    TT_DIGITS(d->max_increment_px, 2, "px"), d->max_iterations);
	ROW(r, "Least trusted ZNCC", "%.3g", d->min_zncc);
	if (a->o->track.updates)
		ROW(r, "Reference image", "first frame, replaced %zu times", a->o->track.updates);
	else
		ROW(r, "Reference image", "first frame, fixed");
}

static void put_strain(rows *r, const tt_findings *a)
{
	double nm = a->r->pixel_size.value * 1e9, noise = a->r->zero.noise_px / sqrt(2);
	size_t repeated, damaged, lost, intact;
	count_frames(a, &repeated, &damaged, &lost, &intact);
	ROW(r, "Strain formulation", "engineering, L/L₀ − 1, L the distance of the two gauge ends");
	ROW(r, "Strain window", "none: one value between the gauge ends");
	ROW(r, "Virtual strain gauge", "%.5g px (%.5g nm) long", a->r->zero.length_px, a->r->zero.length_px * nm);
	ROW(r, "Post-filtering of strain", "none");
	if (isnan(noise)) {
		ROW(r, "Noise floor", "not known: too few frames before contact");
	} else {
		ROW(r, "Displacement noise floor", "%s (%s) of a gauge end, from the frames before contact",
		    TT_DIGITS(noise, 2, "px"), TT_DIGITS(noise * nm, 2, "nm"));
		ROW(r, "Strain noise floor", "%s, from the frames before contact",
		    TT_DIGITS(100 * a->r->zero.noise_px / a->r->zero.length_px, 2, "%"));
	}
	ROW(r, "Measurements lost", "%.3g %% of the frames before fracture",
	    intact ? 100 * (double)(lost + damaged) / (double)intact : 0);
}

tt_status tt_dic_table(const tt_findings *a, tt_strings *name, tt_strings *value, tt_error *err)
{
	rows r = {name, value, TT_OK, err};
	put_images(&r, a);
	put_correlation(&r, a);
	put_strain(&r, a);
	return r.status;
}
