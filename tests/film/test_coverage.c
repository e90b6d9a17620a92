/* Simulated films recovered: every 95 % interval, pooled over many truths. TT_SEEDS raises the number of films,
 * TT_FIRST_SEED takes others.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "film_help.h"
#include "temtensile/simulate.h"

enum { H, M, V, NU, G, E, COUNT };
static const char *const ids[COUNT] = {"hardness_GPa",  "plane_strain_modulus_GPa", "rayleigh_velocity_m_per_s",
                                       "poisson_ratio", "shear_modulus_GPa",        "youngs_modulus_GPa"};

static double draw(unsigned seed, unsigned what)
{
	return tt_sim_normal(seed, 77, what);
}

static tt_film_truth truth_of(unsigned seed)
{
	tt_film_truth t =
	    tt_film_truth_of(50e9 + 5e9 * draw(seed, 1), 0.33 + 0.04 * fmax(-2.5, fmin(2.5, draw(seed, 2))));
	t.hardness_Pa = 9.5e9 + 0.8e9 * draw(seed, 3);
	t.density = 6900 + 250 * draw(seed, 4);
	t.thickness_m = 500e-9 + 10e-9 * draw(seed, 5);
	t.draws = 500;
	return t;
}

static void coverage(void)
{
	const char *asked = getenv("TT_SEEDS");
	const char *first_text = getenv("TT_FIRST_SEED");
	unsigned films = asked ? (unsigned)atoi(asked) : 200, first = first_text ? (unsigned)atoi(first_text) : 1000;
	unsigned held[COUNT] = {0}, all = 0, low[COUNT] = {0};
	double u[COUNT] = {0}, error2[COUNT] = {0};
	char dir[1200], path[1300];
	for (unsigned i = 0; i < films; i++) {
		tt_film_truth t = truth_of(first + i);
		tt_error err;
		tt_film_result r;
		snprintf(dir, sizeof dir, "%s/film", check_tmp());
		snprintf(path, sizeof path, "%s/film.yaml", dir);
		CHECK_MSG(tt_simulate_film(&t, first + i, dir, &err) == TT_OK, "%s", err.message);
		CHECK_MSG(film_measure(path, &r, &err) == TT_OK, "%s", err.message);
		double e = tt_film_truth_youngs(&t);
		const double truth[COUNT] = {t.hardness_Pa,
		                             e / (1 - t.poisson * t.poisson),
		                             tt_film_truth_velocity(&t),
		                             t.poisson,
		                             t.shear_Pa,
		                             e};
		for (int k = 0; k < COUNT; k++) {
			const tt_measurement *m = film_get(&r, ids[k]);
			if (isnan(m->value)) continue; /* no ν below 0.5: its reason is tested elsewhere */
			held[k] += truth[k] >= m->lo && truth[k] <= m->hi;
			low[k] += truth[k] < m->lo;
			u[k] += m->u / truth[k] / films;
			error2[k] += (m->value / truth[k] - 1) * (m->value / truth[k] - 1) / films;
		}
		all++;
		tt_film_result_clear(&r);
	}
	double pooled = 0;
	for (int k = 0; k < COUNT; k++) {
		double share = 100. * held[k] / all;
		check_note("%-26s %5.1f %% of %u (%u below); mean u %.2f %%, rms error %.2f %%", ids[k], share, all,
		           low[k], 100 * u[k], 100 * sqrt(error2[k]));
		pooled += share / COUNT;
	}
	check_note("pooled %.1f %%", pooled);
	CHECK(pooled >= 91 && pooled <= 98.5);
	for (int k = 0; k < COUNT; k++) {
		const double share = 100. * held[k] / all;
		CHECK_MSG(share >= 91 && share <= 98.5, "%s: %.1f %%", ids[k], share);
	}
}

static const check_case cases[] = {{"intervals of simulated films hold the truth", coverage}};
CHECK_MAIN(cases)
