/* Instants at which a log's curves bend or jump: no value is averaged across them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <math.h>
#include <stdlib.h>

#include "mechanics/spring.h"
#include "numeric/fit.h"
#include "numeric/statistics.h"

static void add_edge(tt_mechanics *m, double t)
{
	if (isfinite(t)) m->edge[m->n_edge++] = t;
}

static void add_jump_edges(tt_mechanics *m, const tt_jump *j)
{
	add_edge(m, (m->time_s[j->last_before] + m->time_s[j->first_after]) / 2);
	if (j->settled > j->first_after) add_edge(m, (m->time_s[j->settled - 1] + m->time_s[j->settled]) / 2);
}

/* Where the hold after fracture ends. */
static double hold_end(const tt_work *w)
{
	const tt_mechanics *m = w->m;
	const size_t first = w->fracture.jump.settled, last = w->release.row;
	if (last < first + 24) return NAN;
	const tt_spring_data s = {.t = m->time_s + first,
	                          .x = m->displacement_m + first,
	                          .n = last - first,
	                          .noise_x = m->displacement_noise_m};
	size_t end = tt_spring_hold_end(&s), half = last - first - end;
	if (end == 0 || end == last - first) return NAN;
	if (half > end) half = end;
	if (half > 400) half = 400;
	tt_kink k;
	size_t a = first + end - half, z = first + end + half;
	if (half < 8 ||
	    !tt_kink_fit(m->time_s, m->displacement_m, m->time_s, a, z, m->time_s[a + 2], m->time_s[z - 3], &k))
		return m->time_s[first + end];
	return k.at;
}

tt_status tt_work_edges(tt_work *w, tt_error *err)
{
	tt_mechanics *m = w->m;
	m->edge = malloc((6 + 2 * w->fracture.n_pop_in + 2 * m->n_away + w->log->n_segments) * sizeof *m->edge);
	m->pop_in = malloc((w->fracture.n_pop_in + 1) * sizeof *m->pop_in);
	if (!m->edge || !m->pop_in) return tt_fail_memory(err, "the log's edges");
	add_edge(m, m->contact_time_s);
	add_edge(m, m->release_time_s);
	for (size_t i = 0; i < w->fracture.n_pop_in; i++) {
		const tt_jump *j = &w->fracture.pop_in[i];
		m->pop_in[m->n_pop_in++] = (tt_pop_in){(m->time_s[j->last_before] + m->time_s[j->first_after]) / 2,
		                                       j->displacement_m, j->force_N};
		add_jump_edges(m, j);
	}
	for (size_t i = 0; i < m->n_away; i++) {
		add_edge(m, m->away[i].from_s);
		add_edge(m, m->away[i].to_s);
	}
	if (w->fracture.found) {
		add_jump_edges(m, &w->fracture.jump);
		add_edge(m, hold_end(w));
	}
	/* the file's own segments: the instrument changed what it did there */
	for (size_t i = 1; i < w->log->n_segments; i++) {
		const size_t row = w->log->segment[i].first;
		if (row > 0 && row < w->log->n) add_edge(m, (w->log->time_s[row - 1] + w->log->time_s[row]) / 2);
	}
	tt_sort(m->edge, m->n_edge);
	return TT_OK;
}
