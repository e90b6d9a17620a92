/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/indentation/indentation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"
#include "numeric/random.h"

static const double pi = 3.14159265358979323846;
enum { THIN = 25 };

/* ---- one point ---- */

typedef struct inputs {
	double beta, compliance, thickness, area_scale;
	tt_elastic substrate;
	double c[TT_AREA_TERMS];
} inputs;

static inputs inputs_of(const tt_indentation *i, const tt_indentation_shift *s)
{
	static const tt_indentation_shift none = {0};
	const tt_film_description *d = i->d;
	if (!s) s = &none;
	inputs in = {.beta = i->beta * (1 + s->beta),
	             .compliance = i->compliance + s->frame_compliance,
	             .thickness = d->thickness.value * (1 + s->thickness),
	             .substrate = {d->substrate.youngs_modulus.value * (1 + s->substrate_modulus),
	                           d->substrate.poisson.value + s->substrate_poisson}};
	/* A ∝ 1/(β E_r)² of the reference */
	double scale = 1 + s->reference_modulus;
	if (i->area.m) scale *= 1 + s->beta;
	in.area_scale = 1 / (scale * scale);
	memcpy(in.c, i->area.c, sizeof in.c);
	for (size_t k = 0; s->area && k < i->area.m; k++) {
		for (size_t c = 0; c < i->area.n; c++)
			in.c[c] += s->area[k] * i->area.change[k][c];
		in.compliance += s->area[k] * i->area.change[k][TT_AREA_TERMS];
	}
	return in;
}

typedef struct contact {
	double depth, area, hardness, reduced, plane_strain, x;
} contact;

static contact contact_at(const tt_indentation *i, const inputs *in, const tt_indent *t, size_t k, double film_poisson)
{
	contact c;
	double p = t->load_N[k], s = 1 / (1 / t->stiffness_N_per_m[k] - in->compliance);
	c.depth = t->depth_m[k] - in->compliance * p - i->epsilon * p / s;
	c.area = in->area_scale * (i->own_area ? t->area_m2[k] : tt_area_at(in->c, i->area.n, c.depth));
	c.hardness = p / c.area;
	c.reduced = sqrt(pi) * s / (2 * in->beta * sqrt(c.area));
	c.plane_strain = tt_plane_strain_of(c.reduced, &tt_diamond);
	c.x = in->thickness / sqrt(c.area / pi);
	if (i->layered)
		c.plane_strain = tt_layered_film(c.x, c.plane_strain, film_poisson, &in->substrate) /
		                 (1 - film_poisson * film_poisson);
	return c;
}

/* ---- means over windows ---- */

enum { HARDNESS, REDUCED, PLANE_STRAIN, KINDS };

static double pick(const contact *c, int kind)
{
	return kind == HARDNESS ? c->hardness : kind == REDUCED ? c->reduced : c->plane_strain;
}

static const double *window_of(const tt_indentation *i, int kind)
{
	return kind == HARDNESS ? i->hardness_m : i->modulus_m;
}

static bool inside(const double w[2], double h)
{
	return h >= w[0] && h <= w[1];
}

static size_t stride(const tt_indentation *i, const tt_indent *t, const double w[2], bool thin)
{
	size_t n = 0;
	(void)i;
	for (size_t k = 0; k < t->n; k++)
		n += inside(w, t->depth_m[k]);
	return thin && n > THIN ? n / THIN : 1;
}

/* Mean of one indent over its window; NaN: no point there. slope: relative change across the window. */
static double mean_of(const tt_indentation *i, const inputs *in, const tt_indent *t, int kind, double film_poisson,
                      bool thin, double *slope)
{
	const double *w = window_of(i, kind);
	double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
	size_t step = stride(i, t, w, thin), seen = 0;
	for (size_t k = 0; k < t->n; k++) {
		if (!inside(w, t->depth_m[k]) || seen++ % step) continue;
		contact c = contact_at(i, in, t, k, film_poisson);
		double x = (t->depth_m[k] - w[0]) / (w[1] - w[0]), y = pick(&c, kind);
		if (!isfinite(y)) continue;
		n++, sx += x, sy += y, sxx += x * x, sxy += x * y;
	}
	if (slope) *slope = n > 3 ? (sxy - sx * sy / n) / (sxx - sx * sx / n) * n / sy : NAN;
	return n ? sy / n : NAN;
}

tt_indentation_value tt_indentation_at(const tt_indentation *i, const tt_indentation_shift *shift, double film_poisson,
                                       bool thin)
{
	inputs in = inputs_of(i, shift);
	double sum[KINDS] = {0}, n[KINDS] = {0};
	for (size_t k = 0; k < i->indents->n; k++) {
		const tt_indent *t = &i->indents->item[k];
		for (int kind = 0; kind < KINDS && !t->rejected; kind++) {
			double v = mean_of(i, &in, t, kind, film_poisson, thin, NULL);
			if (isfinite(v)) sum[kind] += v, n[kind]++;
		}
	}
	return (tt_indentation_value){sum[HARDNESS] / n[HARDNESS], sum[REDUCED] / n[REDUCED],
	                              sum[PLANE_STRAIN] / n[PLANE_STRAIN]};
}

/* Scatter of points about their line in the window, relative: all that one indent tells. */
static double scatter_of_one(const tt_indentation *i, const inputs *in, const tt_indent *t, int kind,
                             double film_poisson)
{
	const double *w = window_of(i, kind);
	double sum = 0, sum2 = 0, n = 0;
	for (size_t k = 0; k < t->n; k++) {
		if (!inside(w, t->depth_m[k])) continue;
		contact c = contact_at(i, in, t, k, film_poisson);
		double y = pick(&c, kind);
		/* the file's own spread of averaged tests */
		if (t->sd_load && t->sd_stiffness)
			y = kind == HARDNESS ? t->sd_load[k] / t->load_N[k]
			                     : t->sd_stiffness[k] / t->stiffness_N_per_m[k];
		if (isfinite(y)) sum += y, sum2 += y * y, n++;
	}
	if (t->sd_load && t->sd_stiffness) return sum / n;
	return n > 2 ? sqrt(fmax(0, sum2 / n - sum * sum / n / n)) / (sum / n) : NAN;
}

static tt_spread spread_of(const tt_indentation *i, int kind, double film_poisson)
{
	inputs in = inputs_of(i, NULL);
	tt_spread s = {.freedom = INFINITY};
	double n = 0, sum = 0, sum2 = 0, m = 0, slope = 0, slope2 = 0;
	const tt_indent *last = NULL;
	for (size_t k = 0; k < i->indents->n; k++) {
		const tt_indent *t = &i->indents->item[k];
		double change, v = t->rejected ? NAN : mean_of(i, &in, t, kind, film_poisson, false, &change);
		if (!isfinite(v)) continue;
		n++, sum += v, sum2 += v * v;
		last = t;
		if (isfinite(change)) m++, slope += change, slope2 += change * change;
	}
	if (n > 1) {
		s.sd = sqrt(fmax(0, sum2 - sum * sum / n) / (n - 1)) / (sum / n);
		s.relative = s.sd / sqrt(n);
		s.freedom = n - 1;
	} else if (last) {
		s.sd = s.relative = scatter_of_one(i, &in, last, kind, film_poisson);
		if (!isfinite(s.relative)) s.sd = s.relative = 0; /* a single point: nothing is known, and it is said */
	}
	if (m) s.slope = slope / m;
	s.u_slope = m > 1 ? sqrt(fmax(0, slope2 - slope * slope / m) / (m - 1) / m) : 0.02;
	/* a change of less than 1 % adds less than 0.3 % */
	if (fabs(s.slope) > 0.01 && fabs(s.slope) > (m > 1 ? tt_t_quantile(0.975, m - 1) : 1.96) * s.u_slope)
		s.plateau = fabs(s.slope) / sqrt(12);
	return s;
}

void tt_indentation_spread(tt_indentation *i, double film_poisson)
{
	i->hardness = spread_of(i, HARDNESS, film_poisson);
	i->reduced = spread_of(i, REDUCED, film_poisson);
	i->plane_strain = spread_of(i, PLANE_STRAIN, film_poisson);
}

/* ---- opening ---- */

static tt_status reject_drifting(const tt_film_description *d, tt_indents *s, tt_film_result *out, tt_error *err)
{
	double limit = d->indentation.drift_limit.value;
	for (size_t i = 0; i < s->n; i++) {
		tt_indent *t = &s->item[i];
		if (isfinite(limit) && fabs(t->drift_m_per_s) > limit) {
			t->rejected = tt_format("drifts by %.3f nm/s, above the limit of %.3f nm/s",
			                        t->drift_m_per_s * 1e9, limit * 1e9);
			if (!t->rejected) return tt_fail_memory(err, "the indents");
			tt_warn(&out->warnings, "indentation: %s is rejected: it %s", t->name, t->rejected);
		} else if (isnan(limit) && fabs(t->drift_m_per_s) > s->allowed_drift) {
			tt_warn(&out->warnings,
			        "indentation: %s drifts by %.3f nm/s, above the %.3f nm/s that the instrument was set "
			        "to allow; it is kept "
			        "(indentation.drift_limit rejects)",
			        t->name, t->drift_m_per_s * 1e9, s->allowed_drift * 1e9);
		}
	}
	return TT_OK;
}

static void set_window(const tt_film_window *w, double thickness, double lo, double hi, double lo_m, double hi_m,
                       double out[2])
{
	bool given = isfinite(w->lo), fraction = given ? !w->length : isfinite(thickness);
	double k = fraction ? thickness : 1;
	out[0] = k * (given ? w->lo : fraction ? lo : lo_m);
	out[1] = k * (given ? w->hi : fraction ? hi : hi_m);
}

static double deepest_of_all(const tt_indents *s)
{
	double least = INFINITY;
	for (size_t i = 0; i < s->n; i++) {
		double deepest = 0;
		for (size_t k = 0; k < s->item[i].n; k++)
			deepest = fmax(deepest, s->item[i].depth_m[k]);
		if (!s->item[i].rejected && deepest > 0) least = fmin(least, deepest);
	}
	return least;
}

static tt_status set_area(tt_indentation *i, tt_film_result *out, tt_error *err)
{
	const tt_film_indentation_part *p = &i->d->indentation;
	tt_status st = TT_OK;
	i->area = (tt_area){.lowest = NAN, .deepest = NAN, .freedom = INFINITY};
	if (p->area_file) {
		tt_indents *reference = NULL;
		double e = p->reference_modulus.value, v = p->reference_poisson.value, m = e / (1 - v * v),
		       u_m = hypot(p->reference_modulus.u / e, 2 * v * p->reference_poisson.u / (1 - v * v));
		i->reference_reduced_Pa = tt_reduced_of(m, &tt_diamond);
		i->u_reference = i->reference_reduced_Pa / m * u_m;
		tt_film_indentation_part how = *p;
		st = tt_strings_add(&out->inputs, err, "%s", p->area_file);
		if (st == TT_OK) st = tt_indents_read(p->area_file, &how, &reference, err);
		if (st == TT_OK) st = reject_drifting(i->d, reference, out, err);
		if (st == TT_OK)
			st = tt_area_fit(reference, p->area_file, i->reference_reduced_Pa, i->beta, i->epsilon,
			                 p->area_depth_m, p->frame_fit, &i->area, &out->warnings, err);
		if (st == TT_OK && p->frame_fit) {
			double u2 = 0;
			i->compliance = i->area.compliance;
			for (size_t k = 0; k < i->area.m; k++)
				u2 += i->area.change[k][TT_AREA_TERMS] * i->area.change[k][TT_AREA_TERMS];
			tt_warn(
			    &out->lines,
			    "indentation: S²/P on the reference is flat with a compliance of the frame of %s beyond "
			    "what the instrument took off",
			    TT_VALUE(i->compliance * 1e6, 2 * sqrt(u2) * 1e6, "nm/mN"));
		}
		double change, u;
		if (st == TT_OK) {
			tt_flatness(reference, i->area.compliance, &change, &u);
			if (!p->frame_fit && fabs(change) > fmax(0.02, 1.96 * u))
				tt_warn(&out->warnings,
				        "indentation: S²/P on the reference changes by %s over its deeper "
				        "half: the frame's "
				        "stiffness may be wrong (frame_stiffness: auto finds what makes it flat)",
				        TT_VALUE(100 * change, 100 * u, "%"));
		}
		tt_indents_free(reference);
	} else if (p->n_area) {
		i->area.n = p->n_area;
		memcpy(i->area.c, p->area, p->n_area * sizeof *p->area);
	} else if (i->indents->n_area) {
		i->area.n = i->indents->n_area;
		memcpy(i->area.c, i->indents->area, sizeof i->area.c);
	} else {
		i->own_area = true;
		for (size_t k = 0; k < i->indents->n; k++)
			if (!i->indents->item[k].area_m2)
				return tt_fail(err, TT_ERR_INPUT,
				               "%s: holds neither contact areas nor an area function; expected "
				               "indentation.area: a file of "
				               "indents on a reference, or coefficients",
				               p->file);
		if (i->compliance != 0)
			return tt_fail(err, TT_ERR_INPUT,
			               "%s: the instrument's own areas do not go with another frame stiffness; "
			               "expected indentation.area",
			               p->file);
	}
	if (st == TT_OK && !p->area_file)
		tt_warn(&out->warnings,
		        "indentation: the area function is taken over without an uncertainty; that of hardness and "
		        "moduli does not hold it");
	return st;
}

static void check_windows(const tt_indentation *i, tt_film_result *out)
{
	double deepest = deepest_of_all(i->indents), w = fmax(i->hardness_m[1], i->modulus_m[1]);
	double lowest = fmin(i->hardness_m[0], i->modulus_m[0]);
	if (deepest < w)
		tt_warn(&out->warnings,
		        "indentation: the shallowest test ends at %.0f nm, inside the windows, which reach %.0f nm",
		        deepest * 1e9, w * 1e9);
	if (isfinite(i->area.lowest) && lowest < i->area.lowest)
		tt_warn(&out->warnings,
		        "indentation: the windows begin at %.1f nm; the area function was fitted from a contact depth "
		        "of %.1f nm on",
		        lowest * 1e9, i->area.lowest * 1e9);
	if (isfinite(i->area.deepest) && w * 0.9 > i->area.deepest)
		tt_warn(&out->warnings,
		        "indentation: the windows reach %.0f nm; the area function was fitted up to a contact depth of "
		        "%.0f nm",
		        w * 1e9, i->area.deepest * 1e9);
	if (i->layered && i->hardness_m[1] > 0.2 * i->d->thickness.value)
		tt_warn(&out->warnings,
		        "indentation: the window of hardness reaches %.0f %% of the film's thickness; deeper than "
		        "10 to 20 %% the substrate is felt",
		        100 * i->hardness_m[1] / i->d->thickness.value);
}

static size_t count_used(const tt_indentation *i)
{
	inputs in = inputs_of(i, NULL);
	size_t n = 0;
	for (size_t k = 0; k < i->indents->n; k++)
		n += !i->indents->item[k].rejected &&
		     isfinite(mean_of(i, &in, &i->indents->item[k], REDUCED, 0.3, false, NULL)) &&
		     isfinite(mean_of(i, &in, &i->indents->item[k], HARDNESS, 0.3, false, NULL));
	return n;
}

tt_status tt_indentation_open(const tt_film_description *d, tt_film_result *out, tt_indentation **made,
                              char reason[600], tt_error *err)
{
	const tt_film_indentation_part *p = &d->indentation;
	tt_indentation *i = calloc(1, sizeof *i);
	*made = NULL;
	reason[0] = '\0';
	if (!i) return tt_fail_memory(err, "the indents");
	i->d = d;
	i->beta = isfinite(p->beta.value) ? p->beta.value : 1;
	i->epsilon = isfinite(p->epsilon) ? p->epsilon : 0.75;
	i->layered = d->substrate.section.given;
	if (isfinite(p->frame_stiffness.value)) i->compliance = 1 / p->frame_stiffness.value;
	tt_status st = tt_strings_add(&out->inputs, err, "%s", p->file);
	if (st == TT_OK) st = tt_indents_read(p->file, p, &i->indents, err);
	for (size_t k = 0; st == TT_OK && k < i->indents->warnings.n; k++)
		tt_warn(&out->warnings, "indentation: %s", i->indents->warnings.item[k]);
	if (st == TT_OK) st = reject_drifting(d, i->indents, out, err);
	if (st == TT_OK) st = set_area(i, out, err);
	if (st != TT_OK) {
		tt_indentation_free(i);
		return st;
	}
	double t = d->thickness.value, deep = deepest_of_all(i->indents);
	set_window(&p->hardness_depth, t, 0.10, 0.15, 0.5 * deep, deep, i->hardness_m);
	set_window(&p->modulus_depth, t, 0.05, 0.10, 0.5 * deep, deep, i->modulus_m);
	i->used = count_used(i);
	if (!i->used) {
		size_t rejected = 0;
		for (size_t k = 0; k < i->indents->n; k++)
			rejected += i->indents->item[k].rejected != NULL;
		if (rejected == i->indents->n)
			tt_snprintf(reason, 600, "all %zu tests are rejected: %s %s", rejected,
			            i->indents->item[0].name, i->indents->item[0].rejected);
		else
			tt_snprintf(reason, 600,
			            "no test has points with a contact area in the windows of %.0f to %.0f nm "
			            "(hardness) and %.0f to %.0f "
			            "nm (modulus)",
			            i->hardness_m[0] * 1e9, i->hardness_m[1] * 1e9, i->modulus_m[0] * 1e9,
			            i->modulus_m[1] * 1e9);
	} else {
		check_windows(i, out);
		if (i->used == 1)
			tt_warn(&out->warnings, i->indents->averaged
			                            ? "indentation: the file holds means of several tests, of a number "
			                              "that it does not say; their standard "
			                              "deviation stands for the uncertainty, undivided"
			                            : "indentation: one indent only: the scatter between places is not "
			                              "known and not in the uncertainty");
	}
	*made = i;
	return TT_OK;
}

void tt_indentation_free(tt_indentation *i)
{
	if (!i) return;
	tt_area_clear(&i->area);
	tt_indents_free(i->indents);
	free(i);
}

/* ---- report ---- */

static tt_status table_of_points(const tt_indentation *i, double film_poisson, tt_film_result *out, tt_error *err)
{
	enum { DEPTH, LOAD, STIFFNESS, CONTACT, AREA, RED, HARD, APPARENT, FILM, N };
	static const char *const names[N] = {"depth_nm",
	                                     "load_mN",
	                                     "stiffness_N_per_m",
	                                     "contact_depth_nm",
	                                     "contact_area_nm2",
	                                     "reduced_modulus_GPa",
	                                     "hardness_GPa",
	                                     "apparent_plane_strain_modulus_GPa",
	                                     "film_plane_strain_modulus_GPa"};
	size_t n = 0, row = 0;
	for (size_t k = 0; k < i->indents->n; k++)
		n += i->indents->item[k].n;
	double *v = malloc((n + 1) * N * sizeof *v);
	const char **test = malloc((n + 1) * sizeof *test);
	tt_film_table *t;
	inputs in = inputs_of(i, NULL);
	tt_status st = v && test ? TT_OK : tt_fail_memory(err, "indentation.csv");
	for (size_t k = 0; st == TT_OK && k < i->indents->n; k++) {
		const tt_indent *e = &i->indents->item[k];
		for (size_t q = 0; q < e->n; q++, row++) {
			contact c = contact_at(i, &in, e, q, film_poisson);
			test[row] = e->name;
			v[DEPTH * n + row] = e->depth_m[q] * 1e9;
			v[LOAD * n + row] = e->load_N[q] * 1e3;
			v[STIFFNESS * n + row] = e->stiffness_N_per_m[q];
			v[CONTACT * n + row] = c.depth * 1e9;
			v[AREA * n + row] = c.area * 1e18;
			v[RED * n + row] = c.reduced * 1e-9;
			v[HARD * n + row] = c.hardness * 1e-9;
			v[APPARENT * n + row] = tt_plane_strain_of(c.reduced, &tt_diamond) * 1e-9;
			v[FILM * n + row] = c.plane_strain * 1e-9;
		}
	}
	if (st == TT_OK) st = tt_film_add_table(out, "indentation.csv", n, &t, err);
	if (st == TT_OK) st = tt_film_add_column(t, "test", NULL, test, err);
	for (size_t c = 0; c < N && st == TT_OK; c++)
		st = tt_film_add_column(t, names[c], v + c * n, NULL, err);
	free(v);
	free(test);
	return st;
}

static tt_status table_of_indents(const tt_indentation *i, double film_poisson, tt_film_result *out, tt_error *err)
{
	size_t n = i->indents->n;
	double *v = malloc((n + 1) * 4 * sizeof *v);
	const char **text = malloc((n + 1) * 2 * sizeof *text);
	tt_film_table *t;
	inputs in = inputs_of(i, NULL);
	tt_status st = v && text ? TT_OK : tt_fail_memory(err, "indents.csv");
	for (size_t k = 0; st == TT_OK && k < n; k++) {
		const tt_indent *e = &i->indents->item[k];
		text[k] = e->name;
		text[n + k] = e->rejected;
		v[k] = mean_of(i, &in, e, HARDNESS, film_poisson, false, NULL) * 1e-9;
		v[n + k] = mean_of(i, &in, e, REDUCED, film_poisson, false, NULL) * 1e-9;
		v[2 * n + k] = mean_of(i, &in, e, PLANE_STRAIN, film_poisson, false, NULL) * 1e-9;
		v[3 * n + k] = e->drift_m_per_s * 1e9;
	}
	static const char *const names[] = {"hardness_GPa", "reduced_modulus_GPa", "film_plane_strain_modulus_GPa",
	                                    "drift_nm_per_s"};
	if (st == TT_OK) st = tt_film_add_table(out, "indents.csv", n, &t, err);
	if (st == TT_OK) st = tt_film_add_column(t, "test", NULL, text, err);
	for (size_t c = 0; c < 4 && st == TT_OK; c++)
		st = tt_film_add_column(t, names[c], v + c * n, NULL, err);
	if (st == TT_OK) st = tt_film_add_column(t, "rejected", NULL, text + n, err);
	free(v);
	free(text);
	return st;
}

/* Mean over the indents at a depth, and their standard deviation; for the figures. */
typedef struct profile {
	size_t n;
	double *x, *y[KINDS + 1], *sd[KINDS + 1]; /* the last: apparent plane-strain modulus */
} profile;

static bool make_profile(const tt_indentation *i, double film_poisson, double deepest, profile *p)
{
	enum { BINS = 60 };
	inputs in = inputs_of(i, NULL);
	p->n = 0;
	p->x = calloc(BINS * (2 * (KINDS + 1) + 1), sizeof *p->x);
	if (!p->x) return false;
	for (int k = 0; k <= KINDS; k++) {
		p->y[k] = p->x + BINS * (1 + 2 * k);
		p->sd[k] = p->x + BINS * (2 + 2 * k);
	}
	double lowest = fmax(deepest / 60, 8e-9);
	for (size_t b = 0; b < BINS; b++) {
		double lo = lowest * pow(deepest / lowest, b / (double)BINS),
		       hi = lowest * pow(deepest / lowest, (b + 1) / (double)BINS);
		double sum[KINDS + 1] = {0}, sum2[KINDS + 1] = {0}, n = 0;
		for (size_t e = 0; e < i->indents->n; e++) {
			const tt_indent *t = &i->indents->item[e];
			double s[KINDS + 1] = {0}, m = 0;
			for (size_t k = 0; k < t->n && !t->rejected; k++) {
				if (t->depth_m[k] < lo || t->depth_m[k] >= hi) continue;
				contact c = contact_at(i, &in, t, k, film_poisson);
				double apparent = tt_plane_strain_of(c.reduced, &tt_diamond);
				if (!isfinite(c.hardness + c.reduced + c.plane_strain + apparent)) continue;
				for (int q = 0; q < KINDS; q++)
					s[q] += pick(&c, q);
				s[KINDS] += apparent;
				m++;
			}
			if (!m) continue;
			n++;
			for (int q = 0; q <= KINDS; q++)
				sum[q] += s[q] / m, sum2[q] += s[q] / m * s[q] / m;
		}
		if (!n) continue;
		p->x[p->n] = sqrt(lo * hi) * 1e9;
		for (int q = 0; q <= KINDS; q++) {
			p->y[q][p->n] = sum[q] / n * 1e-9;
			p->sd[q][p->n] =
			    n > 1 ? sqrt(fmax(0, sum2[q] - sum[q] * sum[q] / n) / (n - 1)) * 1e-9 / 1.959964 : NAN;
		}
		p->n++;
	}
	return p->n > 0;
}

static tt_status figures(const tt_indentation *i, double film_poisson, tt_film_result *out, tt_error *err)
{
	double deepest = deepest_of_all(i->indents);
	if (i->layered) deepest = fmin(deepest, 0.5 * i->d->thickness.value);
	profile p = {0};
	tt_film_figure *f;
	double wh[2] = {i->hardness_m[0] * 1e9, i->hardness_m[1] * 1e9},
	       wm[2] = {i->modulus_m[0] * 1e9, i->modulus_m[1] * 1e9};
	if (!make_profile(i, film_poisson, deepest, &p)) {
		free(p.x);
		return TT_OK;
	}
	char caption[300];
	tt_snprintf(
	    caption, sizeof caption,
	    "Hardness against depth: mean of %zu indent%s, bars: ± 1.96 standard deviations between them; dashed: the "
	    "window of "
	    "%.0f to %.0f nm",
	    i->used, i->used == 1 ? "" : "s", wh[0], wh[1]);
	tt_status st =
	    tt_film_add_figure(out, "indentation_hardness", "Depth (nm)", "Hardness (GPa)", caption, &f, err);
	if (st == TT_OK) {
		f->x_lo = f->y_lo = 0;
		st = tt_film_add_curve(f, TT_FILM_POINTS, "indents, ± 1.96 SD", p.x, p.y[HARDNESS], p.sd[HARDNESS], p.n,
		                       err);
	}
	if (st == TT_OK) st = tt_film_add_curve(f, TT_FILM_RULE_X, "window", wh, NULL, NULL, 2, err);
	tt_snprintf(
	    caption, sizeof caption,
	    "Plane-strain modulus against depth%s; bars: ± 1.96 standard deviations between indents; dashed: the "
	    "window of %.0f to "
	    "%.0f nm",
	    i->layered ? ", as measured on film and substrate and with the substrate taken off" : "", wm[0], wm[1]);
	if (st == TT_OK)
		st = tt_film_add_figure(out, "indentation_modulus", "Depth (nm)", "E / (1 − ν²) (GPa)", caption, &f,
		                        err);
	if (st == TT_OK) {
		f->x_lo = f->y_lo = 0;
		st = tt_film_add_curve(f, TT_FILM_POINTS, i->layered ? "film and substrate" : "indents, ± 1.96 SD", p.x,
		                       p.y[KINDS], p.sd[KINDS], p.n, err);
	}
	if (st == TT_OK && i->layered)
		st = tt_film_add_curve(f, TT_FILM_POINTS, "film", p.x, p.y[PLANE_STRAIN], p.sd[PLANE_STRAIN], p.n, err);
	if (st == TT_OK) st = tt_film_add_curve(f, TT_FILM_RULE_X, "window", wm, NULL, NULL, 2, err);
	free(p.x);
	return st;
}

tt_status tt_indentation_report(const tt_indentation *i, double film_poisson, tt_film_result *out, tt_error *err)
{
	tt_status st = table_of_points(i, film_poisson, out, err);
	if (st == TT_OK) st = table_of_indents(i, film_poisson, out, err);
	return st == TT_OK ? figures(i, film_poisson, out, err) : st;
}
