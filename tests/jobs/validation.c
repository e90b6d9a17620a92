/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "validation.h"

static uint64_t next_bits(draw_state *d)
{
	uint64_t z = d->seed * UINT64_C(0x9e3779b97f4a7c15) + ++d->index * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

double draw_uniform(draw_state *d, double lo, double hi)
{
	return lo + (hi - lo) * ((double)(next_bits(d) >> 11) + 0.5) * 0x1p-53;
}

double draw_log(draw_state *d, double lo, double hi)
{
	return exp(draw_uniform(d, log(lo), log(hi)));
}

bool draw_chance(draw_state *d, double p)
{
	return draw_uniform(d, 0, 1) < p;
}

int draw_int(draw_state *d, int lo, int hi)
{
	return lo + (int)floor(draw_uniform(d, 0, hi - lo + 1));
}

double draw_sign(draw_state *d)
{
	return draw_chance(d, 0.5) ? 1 : -1;
}

int validation_draws(int usual)
{
	const char *s = getenv("TT_SEEDS");
	return s ? atoi(s) : usual;
}

int validation_first(void)
{
	const char *s = getenv("TT_FIRST_SEED");
	return s ? atoi(s) : 1;
}

void text_add(text_buffer *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(t->text + t->n, sizeof t->text - t->n, fmt, ap);
	va_end(ap);
	CHECK(n >= 0 && (size_t)n < sizeof t->text - t->n);
	t->n += (size_t)n;
}

/* ---- truth ---- */

enum { STEPS = 4000 };

typedef struct course {
	double strain[STEPS + 1], stress[STEPS + 1], time[STEPS + 1];
	size_t n;
} course;

/* Stress and strain between the marks from contact to fracture. */
static void follow(const tt_simulation *sim, course *c)
{
	const tt_sim_truth *t = tt_simulation_truth(sim);
	double from = t->contact_log_s, to = t->fracture_log_s;
	c->n = 0;
	for (int i = 0; i <= STEPS; i++) {
		double s = from + (to - from - 1e-9) * i / STEPS;
		tt_sim_state x = tt_simulation_at(sim, s);
		c->strain[c->n] = x.mark_strain;
		c->stress[c->n] = x.stress_Pa;
		c->time[c->n++] = s;
	}
}

void true_properties(const tt_simulation *sim, double v[TT_PROP_COUNT])
{
	static course c;
	const tt_sim_truth *t = tt_simulation_truth(sim);
	for (int i = 0; i < TT_PROP_COUNT; i++)
		v[i] = NAN;
	v[TT_PROP_YOUNGS_MODULUS] = t->youngs_modulus;
	v[TT_PROP_YIELD_STRENGTH] = t->yield_02;
	v[TT_PROP_ULTIMATE_STRENGTH] = t->ultimate_strength;
	v[TT_PROP_RESILIENCE] = t->yield_02 * t->yield_02 / (2 * t->youngs_modulus);
	if (!t->broken) return;
	v[TT_PROP_UNIFORM_ELONGATION] = t->mark_strain_at_ultimate;
	v[TT_PROP_TOTAL_ELONGATION] = t->mark_strain_at_fracture;
	v[TT_PROP_PLASTIC_ELONGATION] = t->mark_strain_at_fracture - t->stress_at_fracture / t->youngs_modulus;
	follow(sim, &c);
	double furthest = 0, area = 0, n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
	for (size_t i = 1; i < c.n; i++) {
		area += 0.5 * (c.stress[i] + c.stress[i - 1]) * (c.strain[i] - c.strain[i - 1]);
		/* ln of true stress and strain from the offset yield to the largest stress */
		if (c.time[i] < t->yield_log_s || c.strain[i] > t->mark_strain_at_ultimate) continue;
		if (c.strain[i] <= furthest) continue; /* in a cycle */
		furthest = c.strain[i];
		double x = log(log1p(c.strain[i])), y = log(c.stress[i] * (1 + c.strain[i]));
		n++;
		sx += x;
		sy += y;
		sxx += x * x;
		sxy += x * y;
	}
	v[TT_PROP_TOUGHNESS] = area;
	if (n > 20) {
		double slope = (n * sxy - sx * sy) / (n * sxx - sx * sx);
		v[TT_PROP_HOLLOMON_N] = slope;
		v[TT_PROP_HOLLOMON_K] = exp((sy - slope * sx) / n);
	}
}

/* ---- tallies ---- */

static const char *const names[TALLY_COUNT] = {
    [TT_PROP_YOUNGS_MODULUS] = "Young's modulus",
    [TT_PROP_YIELD_STRENGTH] = "0.2 % yield",
    [TT_PROP_PROPORTIONAL_LIMIT] = "proportional limit",
    [TT_PROP_ULTIMATE_STRENGTH] = "ultimate strength",
    [TT_PROP_UNIFORM_ELONGATION] = "uniform elongation",
    [TT_PROP_TOTAL_ELONGATION] = "total elongation",
    [TT_PROP_PLASTIC_ELONGATION] = "plastic elongation",
    [TT_PROP_TOUGHNESS] = "toughness",
    [TT_PROP_RESILIENCE] = "resilience",
    [TT_PROP_HOLLOMON_N] = "Hollomon n",
    [TT_PROP_HOLLOMON_K] = "Hollomon K",
    [TT_PROP_CONSIDERE_STRAIN] = "Considère strain",
    [TT_PROP_STRAIN_RATE] = "strain rate",
    [TT_PROP_LOADING_RATE] = "loading rate",
    [TALLY_K] = "k",
    [TALLY_CONTACT] = "contact",
    [TALLY_FRACTURE_LOG] = "fracture in the log",
    [TALLY_CLOCK] = "clock",
    [TALLY_FRACTURE_FRAME] = "fracture frame",
    [TALLY_ANGLE] = "fracture angle",
    [TALLY_WIDTH] = "width reduction",
    [TALLY_WIDTH_UNIFORM] = "uniform width reduction",
};

const char *tally_name(int which)
{
	return names[which];
}

static bool holds(const char *text, const char *word)
{
	for (const char *p = text; *p; p++) {
		size_t i = 0;
		while (word[i] && (p[i] == word[i] || (p[i] >= 'A' && p[i] <= 'Z' && p[i] + 32 == word[i])))
			i++;
		if (!word[i]) return true;
	}
	return false;
}

static bool names_a_cause(const judged *j, const char *text)
{
	for (size_t i = 0; i < j->n_causes; i++)
		for (const char *const *w = j->cause[i].words; w && *w; w++)
			if (holds(text, *w)) return true;
	return false;
}

bool tally_warned(const judged *j, const char *text)
{
	if (text) return names_a_cause(j, text);
	for (size_t i = 0; j->warnings && i < j->warnings->n; i++)
		if (names_a_cause(j, j->warnings->item[i])) return true;
	return false;
}

static const char *causes_of(const judged *j)
{
	static char text[512];
	size_t n = 0;
	text[0] = 0;
	for (size_t i = 0; i < j->n_causes && n < sizeof text - 64; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i ? ", " : "", j->cause[i].name);
	return *text ? text : "plain";
}

void tally_refusal(tally *t, const judged *j, const char *message)
{
	bool named = tally_warned(j, message);
	t->refused++;
	t->refused_named += named;
	check_note("seed %d (%s): refused%s: %s", j->seed, causes_of(j), named ? "" : ", no cause named", message);
}

void tally_value(tally *t, const judged *j, int which, double value, double u, double lo, double hi, double truth,
                 double tolerance, double absolute)
{
	if (isnan(truth)) return;
	if (isnan(value)) {
		t->of[which].null++;
		return;
	}
	if (isnan(lo)) {
		lo = value - 2 * u;
		hi = value + 2 * u;
	}
	double off = value - truth, allowed = tolerance > 0 ? tolerance * fabs(truth) : absolute;
	double z = u > 0 ? off / u : off == 0 ? 0 : INFINITY;
	bool inside = lo <= truth && truth <= hi, far = fabs(z) > 4 && !inside, wrong = fabs(off) > allowed && !inside;
	bool warned = tally_warned(j, NULL);
	t->of[which].n++;
	t->of[which].inside += inside;
	t->of[which].far += far && !warned;
	t->of[which].z2 += fmin(z * z, 1e4);
	t->of[which].wrong += wrong;
	t->of[which].unwarned += wrong && !warned;
	if ((far || wrong) && !warned)
		check_note("seed %d (%s): %s %.6g ± %.2g, true %.6g (z %.1f), no warning that names a cause", j->seed,
		           causes_of(j), names[which], value, u, truth, z);
	else if (getenv("TT_VERBOSE") && (!inside || strcmp(getenv("TT_VERBOSE"), "all") == 0))
		check_note("seed %d (%s): %s %.6g ± %.2g [%.6g, %.6g], true %.6g (z %.1f)%s", j->seed, causes_of(j),
		           names[which], value, u, lo, hi, truth, z, warned ? ", warned" : "");
}

void tally_result(tally *t, const judged *j, const tt_simulation *sim, const tt_result *r)
{
	const tt_sim_truth *truth = tt_simulation_truth(sim);
	double value[TT_PROP_COUNT];
	true_properties(sim, value);
	for (int i = 0; i < TT_PROP_COUNT; i++) {
		const tt_property *p = &r->properties.value[i];
		tally_value(t, j, i, r->has_properties ? p->value : NAN, p->u, p->lo, p->hi, value[i], 0.03, 0);
	}
	if (r->mechanics->source == TT_SPRING_AFTER_FRACTURE)
		tally_value(t, j, TALLY_K, r->mechanics->k, r->mechanics->u_k, NAN, NAN, truth->stiffness, 0.03, 0);
	tally_value(t, j, TALLY_CONTACT, r->mechanics->contact_time_s, r->mechanics->u_contact_time_s, NAN, NAN,
	            truth->contact_log_s, 0, 0.2);
	tally_value(t, j, TALLY_FRACTURE_LOG, r->mechanics->fracture_time_s,
	            fmax(r->mechanics->u_fracture_time_s, 0.01), NAN, NAN, truth->fracture_log_s, 0, 0.1);
}

double tally_outside(const tally *t, int *n)
{
	int all = 0, out = 0;
	for (int i = 0; i < TALLY_COUNT; i++) {
		all += t->of[i].n;
		out += t->of[i].n - t->of[i].inside;
	}
	if (n) *n = all;
	return all ? (double)out / all : 0;
}

int tally_unwarned(const tally *t)
{
	int sum = 0;
	for (int i = 0; i < TALLY_COUNT; i++)
		sum += t->of[i].unwarned;
	return sum;
}

void tally_print(const tally *t, const char *title)
{
	check_note("%s: %d tests, %d refused (%d with the cause)", title, t->tests, t->refused, t->refused_named);
	check_note("%-24s %6s %9s %8s %8s %6s %9s %6s", "", "values", "inside %", "z rms", "|z| > 4", "wrong",
	           "unwarned", "null");
	for (int i = 0; i < TALLY_COUNT; i++)
		if (t->of[i].n + t->of[i].null > 0)
			check_note("%-24s %6d %9.1f %8.2f %8d %6d %9d %6d", names[i], t->of[i].n,
			           100.0 * t->of[i].inside / (t->of[i].n ? t->of[i].n : 1),
			           sqrt(t->of[i].z2 / (t->of[i].n ? t->of[i].n : 1)), t->of[i].far, t->of[i].wrong,
			           t->of[i].unwarned, t->of[i].null);
	int n;
	double out = tally_outside(t, &n);
	check_note("pooled: %d values, %.1f %% inside their 95 %% intervals", n, 100 * (1 - out));
}
