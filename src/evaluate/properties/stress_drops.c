/* Sudden drops of stress.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/stress_drops.h"

#include <math.h>
#include <stdlib.h>

#include "core/text.h"
#include "numeric/polyfit.h"

enum { SIDE = 4, MAX_GAP = 3 };

typedef struct jump {
	double delta, u;
	bool drop;
} jump;

/* Lines through SIDE rows, the first of which is the line's number; n = 0: rows that no line fits. */
typedef struct lines {
	const tt_series *s;
	double noise;
	tt_poly *line;
} lines;

static tt_status fit_lines(const tt_series *s, double noise, lines *l, tt_error *err)
{
	*l = (lines){s, noise, malloc((s->n + 1) * sizeof *l->line)};
	if (!l->line) return tt_fail_memory(err, "the search for stress drops");
	for (size_t i = 0; i + SIDE <= s->n; i++)
		if (tt_poly_fit(s->t + i, s->s + i, SIDE, 1, &l->line[i], NULL) != TT_OK) l->line[i].n = 0;
	return TT_OK;
}

/* Stress after minus before, rows i and i + gap being the last before and the first after. */
static jump jump_at(const lines *l, size_t i, size_t gap)
{
	const tt_series *s = l->s;
	const tt_poly *left = &l->line[i + 1 - SIDE], *right = &l->line[i + gap];
	jump j = {0};
	if (!left->n || !right->n) return j;
	double t = 0.5 * (s->t[i] + s->t[i + gap]), width = s->t[i + gap] - s->t[i];
	j.delta = tt_poly_at(right, t) - tt_poly_at(left, t);
	double zl = (t - left->centre) / left->scale, zr = (t - right->centre) / right->scale;
	/* variance of a line through SIDE equally spaced points, whose scaled abscissae have the sum of squares szz */
	double szz = (double)SIDE * (SIDE + 1) / (3.0 * (SIDE - 1));
	double u = fmax(fmax(s->us[i], s->us[i + gap]), l->noise);
	/* rows that scatter more than elsewhere count with their own scatter */
	u = fmax(u, sqrt((left->rss + right->rss) / (2.0 * SIDE - 4)));
	j.u = u * sqrt(2.0 / SIDE + (zl * zl + zr * zr) / szz);
	double natural = fmax(fabs(tt_poly_slope(left, t)), fabs(tt_poly_slope(right, t))) * width;
	j.drop = -j.delta > 5 * j.u && -j.delta > 2 * natural && s->s[i + gap] - s->s[i] < 0.5 * j.delta;
	return j;
}

static tt_status add(const tt_series *s, size_t i, jump j, tt_stress_drop **drops, size_t *n, size_t *room,
                     tt_error *err)
{
	tt_stress_drop *grown = tt_grow(*drops, room, *n + 1, sizeof **drops);
	if (!grown) return tt_fail_memory(err, "the list of stress drops");
	*drops = grown;
	grown[(*n)++] = (tt_stress_drop){
	    .time_s = s->video_t[i], .strain = s->se[i], .delta_Pa = -j.delta, .u_delta_Pa = j.u, .row = s->row[i]};
	return TT_OK;
}

typedef struct place {
	size_t row, gap;
	jump jump;
} place;

/* The fall that begins within a gap's rows of i: of all that are drops, the narrowest that holds most of the largest.
 */
static bool first_fall(const lines *l, size_t i, double least, place *best)
{
	double largest = 0;
	for (int pass = 0; pass < 2 && (pass == 0 || largest > 0); pass++)
		for (size_t gap = 1; gap <= MAX_GAP; gap++)
			for (size_t k = i; k < i + MAX_GAP && k + gap + SIDE <= l->s->n; k++) {
				jump j = jump_at(l, k, gap);
				if (!j.drop || -j.delta < least) continue;
				if (pass == 0) {
					if (k == i || largest > 0) largest = fmax(largest, -j.delta);
					continue;
				}
				bool most = -j.delta > 0.85 * largest;
				if (most && (best->gap == 0 || (gap == best->gap && j.delta < best->jump.delta)))
					*best = (place){k, gap, j};
			}
	return largest > 0 && best->gap > 0;
}

tt_status tt_stress_drops_find(const tt_series *s, double fraction, tt_stress_drop **drops, size_t *n, tt_error *err)
{
	*drops = NULL;
	*n = 0;
	size_t room = 0;
	double top = 0;
	lines l;
	for (size_t i = 0; i < s->n; i++)
		top = fmax(top, s->ss[i]);
	tt_status st = fit_lines(s, tt_white_noise(s->s, s->n), &l, err);
	for (size_t i = SIDE - 1; st == TT_OK && i + SIDE < s->n; i++) {
		place best = {0};
		if (!first_fall(&l, i, fraction * top, &best)) continue;
		st = add(s, best.row, best.jump, drops, n, &room, err);
		i = best.row + best.gap + 1;
	}
	free(l.line);
	if (st != TT_OK) {
		free(*drops);
		*drops = NULL;
		*n = 0;
	}
	return st;
}
