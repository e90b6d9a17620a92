/* The touches before the test and the times off the device: listed and told.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/work.h"

#include <stdio.h>
#include <stdlib.h>

tt_status tt_work_keep_touches(const tt_trace *r, const tt_stays *s, tt_mechanics *m, tt_error *err)
{
	m->touch = calloc(s->first + 1, sizeof *m->touch);
	m->away = calloc(s->main - s->first + 1, sizeof *m->away);
	if (!m->touch || !m->away) return tt_fail_memory(err, "the stays on the device");
	for (size_t i = 0; i < s->first; i++)
		m->touch[m->n_touches++] = (tt_touch){
		    r->t[s->e[i].touch], r->t[s->e[i].leave < r->n ? s->e[i].leave : r->n - 1], s->e[i].load_N};
	for (size_t i = s->first; i < s->main; i++)
		if (s->e[i].leave < r->n)
			m->away[m->n_away++] = (tt_touch){r->t[s->e[i].leave], r->t[s->e[i + 1].touch], 0};
	return TT_OK;
}

void tt_work_tell_touches(const tt_work *w)
{
	const tt_mechanics *m = w->m;
	char list[200] = "";
	size_t used = 0;
	for (size_t i = 0; i < m->n_touches && used + 60 < sizeof list; i++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s%.4g to %.4g s (%.3g µN)", i ? ", " : "",
		                         m->touch[i].from_s, m->touch[i].to_s, 1e6 * m->touch[i].load_N);
	if (m->n_touches)
		tt_warn(w->warnings, "%zu touch%s before the test %s left out: %s", m->n_touches,
		        m->n_touches == 1 ? "" : "es", m->n_touches == 1 ? "was" : "were", list);
	for (size_t i = 0; i < w->stays.unmarked; i++) {
		const tt_episode *e = &w->stays.e[w->stays.first + i], *most = &w->stays.e[w->stays.main];
		tt_warn(w->warnings,
		        "from %.4g to %.4g s the punch carried %.3g µN, %.0f %% of the load that the test reached, and "
		        "left the specimen no longer than before: taken for a cycle of the test, but it may be a touch "
		        "before it; then give the test's own force.contact",
		        m->time_s[e->touch], m->time_s[e->leave < m->n ? e->leave : m->n - 1], 1e6 * e->load_N,
		        100 * e->load_N / most->load_N);
	}
	for (size_t i = 0; i < m->n_away; i++)
		tt_warn(w->warnings,
		        "the punch was off the device from %.6g to %.6g s, before fracture: forces there are 0",
		        m->away[i].from_s, m->away[i].to_s);
}
