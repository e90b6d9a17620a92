/* The gauge read from the whole bar in place of subsets at its ends (gauge.method: bar).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_WHOLE_BAR_H
#define TT_OBSERVE_WHOLE_BAR_H

#include "dic/bar.h"
#include "dic/texture.h"
#include "observe/find_gauge.h"
#include "observe/gauge.h"
#include "observe/separation.h"

/* What of the bar is used: its parallel section, as far as it is known (choice->length_px > 0), less its ends, else the
 * gauge and a subset's length beyond. texture: of the bar. */
tt_bar_options tt_whole_bar_options(const tt_gauge *g, const tt_gauge_choice *choice, const tt_texture *texture);

/* Standard uncertainty of the gauge's strain in one frame that the bar's pixels allow (Cramér–Rao, uniform strain, the
 * noise of one image); INFINITY without any texture. */
double tt_whole_bar_expected_u(const tt_bar_options *o, const tt_gauge *g, const tt_texture *texture);

/* One frame's reading; station: axial displacement of each station; point: place of each subset's centre (x, y). */
void tt_whole_bar_read(const tt_gauge *g, const tt_bar *b, const tt_bar_reading *r, tt_gauge_reading *out,
                       float *station, float *point);

/* The first frame from which on the surroundings show right across the bar (or the bar is not found) and the last
 * before it that was read. */
void tt_whole_bar_separation(const tt_gauge_reading *reading, const bool *usable, size_t n, tt_separation *out);

/* The bar's lengths against those of its ends (NaN: not known) before the separation. disagree: they differ by more
 * than their uncertainties and a fiftieth of the largest elongation explain; text: by how much, how many frames. */
typedef struct tt_bar_against_ends {
	size_t frames;
	double rms_strain, worst_strain;
	bool disagree;
} tt_bar_against_ends;
tt_bar_against_ends tt_whole_bar_compare(const tt_gauge *g, const tt_gauge_reading *reading, const double *ends_px,
                                         const double *u_ends_px, size_t n);

#endif
