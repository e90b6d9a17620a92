/* gauge.png: the gauge, drawn on the first frame.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "report/findings.h"
#include "report/gauge_picture.h"
#include "temtensile/report.h"

tt_status tt_write_gauge_picture(const tt_findings *a, tt_error *err)
{
	const tt_image *first = &a->closeup->reference.image;
	if (!first->data) return TT_OK;
	const tt_gauge *g = &a->o->gauge;
	tt_gauge_picture p = tt_gauge_picture_none();
	char caption[160];
	bool automatic = a->test->gauge.automatic;
	memcpy(p.from, g->from, sizeof p.from);
	memcpy(p.to, g->to, sizeof p.to);
	if (automatic) {
		memcpy(p.section, a->o->choice.section, sizeof p.section);
		memcpy(p.edge, a->o->choice.edge, sizeof p.edge);
	}
	p.xy = g->xy;
	p.n = g->n_band[0] + g->n_band[1];
	p.subset_px = g->subset_px;
	p.pixel_size_m = a->r->pixel_size.value;
	snprintf(caption, sizeof caption, "gauge %.1f px (%s)\n%zu subsets of %d px", g->length_px,
	         automatic ? "auto" : "given", p.n, g->subset_px);
	p.caption = caption;
	p.width_px = g->width_px;
	p.width_mm = a->test->output.figure_width_mm;
	tt_status st = tt_picture_gauge(a->out, "gauge.png", first, &p, err);
	return st == TT_OK ? tt_picture_gauge(a->out, "gauge.pdf", first, &p, err) : st;
}
