/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/methods.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"

/* A growing text; without memory it ends up as NULL. */
typedef struct prose {
	FILE *f;
	const tt_findings *a;
} prose;

#define SAY(p, ...) tt_fprintf((p)->f, __VA_ARGS__)

/* ---- numbers ---- */

enum { LONGEST_NUMBER = 128 };

static const char *with_u(char buf[LONGEST_NUMBER], double value, double u, const char *unit)
{
	return tt_value_text(buf, LONGEST_NUMBER, value, u, unit);
}

static const char *quantity(char buf[LONGEST_NUMBER], tt_quantity q, double scale, const char *unit)
{
	return with_u(buf, q.value * scale, q.u * scale, unit);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* ---- images and strain ---- */

static size_t count_flag(const tt_findings *a, unsigned flag)
{
	size_t n = 0;
	for (size_t i = 0; i < a->o->track.n; i++)
		n += (a->r->flag[i] & flag) != 0;
	return n;
}

/* Time stamps whose steps differ by more than 2 % of their mean. */
static bool is_variable(const tt_track *t, double mean)
{
	for (size_t i = 1; i < t->n; i++)
		if (fabs(t->time_s[i] - t->time_s[i - 1] - mean) > 0.02 * mean) return true;
	return false;
}

/* The user's own words end the text. */
static void say_notes(const prose *p)
{
	if (p->a->test->notes && p->a->test->notes[0]) SAY(p, "\nNotes: %s\n", p->a->test->notes);
}

static void say_recording(const prose *p)
{
	const tt_findings *a = p->a;
	const tt_track *t = &a->o->track;
	const tt_source_info *info = &a->o->recording;
	char number[LONGEST_NUMBER];
	double mean = t->n > 1 ? (t->time_s[t->n - 1] - t->time_s[0]) / (double)(t->n - 1) : NAN;
	size_t repeated = count_flag(a, TT_ROW_DUPLICATE), damaged = count_flag(a, TT_ROW_DAMAGED);
	SAY(p, "The push-to-pull tensile test “%s” was analysed with temtensile %s. ", a->test->name, tt_version());
	SAY(p, "The recording (%s) consists of %zu frames of %d × %d px", info->codec, t->n, info->width, info->height);
	if (info->bits > 0) SAY(p, " with %d bit per pixel", info->bits);
	if (mean > 0)
		SAY(p, ", taken at %s%.4g frames per second",
		    is_variable(t, mean) ? "a variable rate, on average " : "", 1 / mean);
	SAY(p, "; the size of a pixel, %s, was taken from %s. ", quantity(number, a->r->pixel_size, 1e9, "nm"),
	    strcmp(a->r->pixel_size_source, "description") == 0
	        ? "the calibration of the microscope as stated by the user"
	        : "the file");
	if (repeated)
		SAY(p, "%zu frame%s that the camera had repeated %s not used for noise, fits and clocks. ", repeated,
		    plural(repeated), repeated == 1 ? "was" : "were");
	if (damaged)
		SAY(p, "%zu damaged frame%s %s left out. ", damaged, plural(damaged), damaged == 1 ? "was" : "were");
}

static void say_correlation(const prose *p)
{
	static const char *const orders[] = {"a pure translation", "an affine shape function",
	                                     "a quadratic shape function"};
	const tt_findings *a = p->a;
	const tt_dic_options *d = &a->o->dic;
	size_t subsets = a->o->gauge.n_band[0] + a->o->gauge.n_band[1];
	double nm = a->r->pixel_size.value * 1e9;
	SAY(p,
	    "Strain was measured by digital image correlation on the contrast of the specimen itself. The ends of the "
	    "gauge "
	    "were %s. Square subsets of %d × %d px (%.0f nm), %d px apart and %zu in all, were laid in bands across "
	    "the "
	    "specimen around these two ends. ",
	    a->test->gauge.automatic ? "found in the first frame by the program, near the ends of the parallel section"
	                             : "chosen by the user in the first frame",
	    d->subset_px, d->subset_px, d->subset_px * nm, d->subset_px / 2, subsets);
	if (a->o->whole_bar) {
		SAY(p, "Because the texture is weak, strain was read from the whole bar between and about these: all "
		       "its pixels "
		       "were "
		       "fitted at once by rigid motion, uniform strain and a cubic spline that departs from it as far "
		       "as its own "
		       "noise "
		       "allows, lateral contraction, and gain and offset that vary along the bar (global correlation, "
		       "Hild and "
		       "Roux "
		       "2006, 2012), with cubic B-spline interpolation. ");
		return;
	}
	SAY(p,
	    "They were followed through the frames by an inverse compositional Gauss–Newton algorithm that minimises "
	    "the "
	    "zero-normalised sum of squared differences, with %s and %s B-spline interpolation",
	    orders[d->order], d->interpolation == TT_BSPLINE_CUBIC ? "cubic" : "quintic");
	if (d->prefilter_sigma_px > 0)
		SAY(p, ", on images smoothed by a Gaussian of %.3g px standard deviation", d->prefilter_sigma_px);
	SAY(p, ", until the displacement changed by less than %s. ", TT_DIGITS(d->max_increment_px, 2, "px"));
	if (a->o->track.updates)
		SAY(p,
		    "The first frame was the reference, which was replaced %zu time%s when the correlation had fallen "
		    "off. ",
		    a->o->track.updates, plural(a->o->track.updates));
	else
		SAY(p, "The first frame was the reference throughout. ");
}

static void say_length(const prose *p)
{
	const tt_findings *a = p->a;
	char number[LONGEST_NUMBER];
	double noise = a->r->zero.noise_px / sqrt(2), nm = a->r->pixel_size.value * 1e9;
	SAY(p,
	    "The position of each end is %s; engineering strain is L/L₀ − 1, where L is "
	    "the "
	    "distance of the two ends and L₀ = %s (%.1f nm) ",
	    a->o->whole_bar ? "that of the fitted displacement" : "a robust mean over its subsets",
	    with_u(number, a->r->zero.length_px, a->r->zero.u_px, "px"), a->r->zero.length_px * nm);
	if (a->test->gauge.zero == TT_ZERO_PRELOAD_MEAN)
		SAY(p, "its mean over %zu frame%s before contact. ", a->r->zero.frames, plural(a->r->zero.frames));
	else
		SAY(p, "its value at zero force, extrapolated from %s. ",
		    a->test->gauge.zero == TT_ZERO_TOE ? "the elastic part beyond the toe of the curve"
		                                       : "the elastic part of the curve");
	if (isfinite(noise))
		SAY(p,
		    "The noise floor, seen in the frames before contact, was %s (%s) in the displacement of "
		    "an end and "
		    "%s in strain. ",
		    TT_DIGITS(noise, 2, "px"), TT_DIGITS(noise * nm, 2, "nm"),
		    TT_DIGITS(100 * a->r->zero.noise_px / a->r->zero.length_px, 2, "%"));
	size_t lost = count_flag(a, TT_ROW_LOST);
	if (lost)
		SAY(p, "In %zu frame%s the correlation was lost; no strain is given for %s. ", lost, plural(lost),
		    lost == 1 ? "it" : "them");
}

/* ---- force and stress ---- */

static void say_spring(const prose *p)
{
	const tt_findings *a = p->a;
	const tt_mechanics *m = a->r->mechanics;
	bool square = m->k2 != 0 && isfinite(m->k2);
	char number[LONGEST_NUMBER];
	SAY(p,
	    "The force on the specimen is the logged force less the force in air (%s, from the approach before "
	    "contact) and, "
	    "from contact on, less the force of the device's spring, k (d − d₀)%s, where d is the displacement of the "
	    "punch%s "
	    "and d₀ = %s its value at contact%s. ",
	    m->air.sloped ? "a straight line over displacement" : "a constant", square ? " + k₂ (d − d₀)²" : "",
	    a->test->force.image_displacement ? " as followed in the images by correlation" : "",
	    with_u(number, m->d0_m * 1e9, m->u_d0_m * 1e9, "nm"),
	    m->contact_given ? ", which was stated by the user" : ", which was found in the log");
	SAY(p, "The stiffness k = %s", with_u(number, m->k, m->u_k, "N/m"));
	if (square) SAY(p, " (k₂ = %s)", with_u(number, m->k2, m->u_k2, "N/m²"));
	switch (m->source) {
	case TT_SPRING_AFTER_FRACTURE:
		SAY(p, " was fitted to the part of the log in which, after fracture, the bare spring is left (errors "
		       "in force "
		       "and displacement, robust weights). ");
		break;
	case TT_SPRING_EMPTY_RUN:
		SAY(p,
		    " was fitted to a run of the device without a specimen (%s; errors in force and displacement, "
		    "robust "
		    "weights). ",
		    tt_path_base(a->test->force.empty_run));
		break;
	default: SAY(p, " was stated by the user. ");
	}
	if (m->frame_compliance > 0)
		SAY(p, "The compliance of the instrument's frame, %s, was removed from the logged displacement. ",
		    with_u(number, m->frame_compliance * 1e3, m->u_frame_compliance * 1e3, "nm/µN"));
}

static void say_clock(const prose *p)
{
	const tt_findings *a = p->a;
	char number[LONGEST_NUMBER];
	with_u(number, a->r->clock.starts_at_s, a->r->clock.u_s, "s");
	if (!a->test->sync.automatic)
		SAY(p, "The log's clock starts at %s of the recording, as stated by the user", number);
	else
		SAY(p,
		    "The clocks were aligned by matching the elongation in the images with the one that the log "
		    "predicts%s; the "
		    "log's clock starts at %s of the recording",
		    a->r->sync.used_fracture ? ", together with the instant of fracture in both" : "", number);
	if (a->test->sync.rate_automatic || (!a->test->sync.rate_given && a->r->clock.rate != 1))
		SAY(p, ", and runs %s times as fast, which was fitted, too",
		    with_u(number, a->r->clock.rate, a->r->u_rate, ""));
	else if (a->r->clock.rate != 1)
		SAY(p, ", and runs %.8g times as fast, as stated", a->r->clock.rate);
	SAY(p, ". Force and displacement at a frame are the values of a straight line fitted to the log around that "
	       "instant, "
	       "never across the fracture. ");
}

static void say_stress(const prose *p)
{
	const tt_findings *a = p->a;
	char width[LONGEST_NUMBER], thickness[LONGEST_NUMBER];
	bool uniform = strcmp(a->r->section, "uniform") == 0;
	SAY(p, "Engineering stress is force over the original cross-section, width %s times thickness %s%s%s. ",
	    quantity(width, a->r->width, 1e9, "nm"), quantity(thickness, a->r->thickness, 1e9, "nm"),
	    uniform ? "" : "; of the sections stated along the gauge this is ", uniform ? "" : a->r->section);
}

static void say_force(const prose *p)
{
	const tt_findings *a = p->a;
	char number[LONGEST_NUMBER];
	if (a->test->force.none) {
		SAY(p, "No force was measured: strain is given against the time of the images. ");
		return;
	}
	if (a->test->force.image_gauge) {
		SAY(p,
		    "The force on the specimen is %s times the change of the gap between two points of the sensor, "
		    "followed in the images by correlation along the specimen's axis; its zero is the gap's mean "
		    "before loading. ",
		    quantity(number, a->test->force.stiffness, 1, "N/m"));
		say_stress(p);
		return;
	}
	SAY(p, "Force and displacement were taken from the log of the indenter (%s%s). ", a->log->format,
	    a->log->turned ? "; its signs were turned" : "");
	say_spring(p);
	say_clock(p);
	say_stress(p);
}

/* ---- properties ---- */

static void say_elastic_window(const prose *p)
{
	const tt_test *t = p->a->test;
	const tt_elastic_line *e = &p->a->r->properties.elastic;
	bool given = !isnan(t->properties.modulus_strain[0]) || !isnan(t->properties.modulus_stress_Pa[0]);
	SAY(p,
	    "Young's modulus, E, is the slope of stress against strain between %s and %s (%zu frames, strains "
	    "of %s "
	    "to %s), by regression of strain on stress; this window %s. ",
	    TT_DIGITS(e->stress_lo_Pa * 1e-9, 3, ""), TT_DIGITS(e->stress_hi_Pa * 1e-9, 3, "GPa"), e->count,
	    TT_DIGITS(100 * e->strain_lo, 3, ""), TT_DIGITS(100 * e->strain_hi, 3, "%"),
	    given
	        ? "was chosen by the user"
	        : "was chosen by the program as the one in the first loading with the smallest error from scatter and "
	          "curvature");
}

/* The definitions of what this test has. */
static void say_definitions(const prose *p)
{
	const tt_properties *q = &p->a->r->properties;
	for (int i = 0; i < TT_PROP_COUNT; i++) {
		const tt_measurand *info = tt_property_describe((tt_property_id)i);
		if (i == TT_PROP_YOUNGS_MODULUS || isnan(q->value[i].value)) continue;
		SAY(p, "The %s%s%s%s is the %s. ", info->name, info->iso[0] ? ", " : "", info->iso,
		    info->iso[0] ? "," : "", tt_property_definition(q, (tt_property_id)i));
		if (i == TT_PROP_HOLLOMON_N)
			SAY(p, "That range was here %.3g to %.3g %% of true strain. ", 100 * q->hollomon_lo,
			    100 * q->hollomon_hi);
	}
}

static void say_uncertainty(const prose *p)
{
	const tt_findings *a = p->a;
	SAY(p,
	    "Uncertainties are standard uncertainties from %zu Monte Carlo draws (JCGM 101:2008) over the stiffness of "
	    "the "
	    "spring, contact, force in air, width, thickness, size of a pixel, clock%s, the noise and the slow errors "
	    "of the "
	    "correlation, and the noise of the log",
	    a->r->uncertainty.draws, a->r->mechanics->frame_compliance > 0 ? ", frame compliance" : "");
	if (a->r->fracture >= 0) SAY(p, ", and over the extrapolation to the instant of fracture");
	SAY(p, ". ");
	const tt_strings *list = &a->test->not_stated;
	for (size_t i = 0; i < list->n; i++)
		SAY(p, "%s%s",
		    i == 0
		        ? "No uncertainty was stated for, and none is included of, these entries of the description: "
		    : i + 1 < list->n ? ", "
		                      : " and ",
		    list->item[i]);
	if (list->n) SAY(p, ". ");
	const tt_tilt_limit *t = &a->r->tilt;
	if (!isnan(t->hidden_deg))
		SAY(p,
		    "The specimen was taken to lie in the plane of the picture; a tilt of up to %.1f° that "
		    "straightens in the elastic part is not excluded by the curve; with it taken off, Young's modulus "
		    "would be %.3g GPa. ",
		    t->hidden_deg, 1e-9 * (a->r->properties.value[TT_PROP_YOUNGS_MODULUS].value + t->modulus_Pa));
}

static void say_properties(const prose *p)
{
	if (!isnan(p->a->r->properties.value[TT_PROP_YOUNGS_MODULUS].value)) say_elastic_window(p);
	say_definitions(p);
	SAY(p, "True stress and true strain assume constant volume and are given up to the onset of necking. ");
	say_uncertainty(p);
}

/* ---- necking and fracture ---- */

static void say_necking(const prose *p)
{
	const tt_necking *k = &p->a->r->necking;
	char number[LONGEST_NUMBER], other[LONGEST_NUMBER];
	SAY(p,
	    "The width of the specimen was measured in every frame at %zu places along the gauge from the positions of "
	    "both "
	    "edges, each found again by matching its grey profile of the first frame. ",
	    k->stations);
	if (k->neck.found)
		SAY(p,
		    "A neck is a dip of the width, relative to that before loading, that exceeds six of its standard "
		    "uncertainties and whose sides have moved apart beyond the uniform strain; its onset, at a strain "
		    "of %s, was "
		    "extrapolated from the growth of both. In the last intact frame the width in the neck was reduced "
		    "by %s, and "
		    "far from it by %.3g %%. ",
		    with_u(number, 100 * k->neck.onset_strain, 100 * k->neck.u_onset_strain, "%"),
		    with_u(other, 100 * k->neck.width_reduction, 100 * k->neck.u_width_reduction, "%"),
		    100 * k->neck.uniform_width_reduction);
	else
		SAY(p, "No neck was found (a dip of the width that exceeds six of its standard uncertainties and whose "
		       "sides have "
		       "moved apart beyond the uniform strain). ");
}

static void say_fracture(const prose *p)
{
	const tt_findings *a = p->a;
	const tt_closeup *k = a->closeup;
	char number[LONGEST_NUMBER];
	if (a->r->fracture < 0) {
		SAY(p, "The specimen did not break within the recording. ");
		return;
	}
	SAY(p, "The first frame in which the halves are separate is frame %lld (counted from 0), at %.4g s. ",
	    (long long)a->o->track.number[a->r->fracture], a->o->track.time_s[a->r->fracture]);
	if (!k->has_gap || isnan(k->gap.angle_deg)) return;
	int edges = k->gap.edge[0].found + k->gap.edge[1].found;
	SAY(p,
	    "The acute angle between the projected trace of fracture and the tensile axis, %s, is that of %s in frame "
	    "%lld; "
	    "the true plane of fracture may be inclined through the thickness. ",
	    with_u(number, k->gap.angle_deg, k->gap.u_deg, "°"),
	    edges == 2 ? "straight lines through the two edges, averaged,"
	               : "a straight line through the one edge in sight",
	    (long long)k->gap_frame);
}

/* Ends a paragraph: the blank behind its last sentence goes. */
static void end_paragraph(char *text, size_t *n)
{
	while (*n && text[*n - 1] == ' ')
		--*n;
	text[(*n)++] = '\n';
}

/* Blanks before line ends, and the last empty line, are taken out. */
static void tidy(char *text)
{
	size_t n = 0, length = strlen(text);
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			end_paragraph(text, &n);
		else
			text[n++] = text[i];
	}
	text[n] = 0;
}

tt_status tt_methods_text(const tt_findings *a, char **text, tt_error *err)
{
	size_t size;
	*text = NULL;
	FILE *f = open_memstream(text, &size);
	if (!f) return tt_fail_memory(err, "methods.txt");
	prose p = {f, a};
	say_recording(&p);
	say_correlation(&p);
	say_length(&p);
	SAY(&p, "\n\n");
	say_force(&p);
	SAY(&p, "\n\n");
	if (a->r->has_properties) {
		say_properties(&p);
		SAY(&p, "\n\n");
	}
	if (a->r->necking.has_neck) say_necking(&p);
	say_fracture(&p);
	SAY(&p, "\n");
	say_notes(&p);
	bool bad = ferror(f) != 0;
	if (fclose(f) != 0 || bad || !*text) {
		free(*text);
		*text = NULL;
		return tt_fail_memory(err, "methods.txt");
	}
	tidy(*text);
	return TT_OK;
}

tt_status tt_write_methods(const tt_findings *a, tt_error *err)
{
	char *text;
	FILE *f;
	tt_status st = tt_methods_text(a, &text, err);
	if (st == TT_OK) st = tt_outdir_fopen(a->out, "methods.txt", &f, err);
	if (st == TT_OK) {
		fputs(text, f);
		st = tt_outdir_fclose(a->out, f, "methods.txt", err);
	}
	free(text);
	return st;
}
