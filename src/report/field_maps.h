/* Maps of a field, drawn on the deformed frame.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_FIELD_MAPS_H
#define TT_REPORT_FIELD_MAPS_H

#include "core/outdir.h"
#include "temtensile/dic.h"

enum { TT_FIELD_QUANTITIES = 5 }; /* u, v, exx, eyy, exy */

typedef struct tt_field_style {
	const char *measure;                  /* of strain, in words */
	double range[TT_FIELD_QUANTITIES][2]; /* of the colours, px and %; lo = hi: by this field's data */
	double pixel_size_m;                  /* > 0: with a scale bar */
	double time_s;                        /* NaN: none is written */
	int64_t frame;
	double width_mm; /* of a map with its colour bar; 0: 85 */
} tt_field_style;

/* Widens range by the middle 98 % of each quantity, so that a single bad point flattens no map; a range that is not set
 * yet (lo = hi) is set. */
void tt_field_widen(const tt_dic_point *points, const tt_dic_strain *strains, size_t n,
                    double range[TT_FIELD_QUANTITIES][2]);

/* <stem>_u, _v, _exx, _eyy, _exy, each .png and .pdf, with a colour bar. */
tt_status tt_field_maps(tt_outdir *out, const char *stem, const tt_image *deformed, const tt_dic_point *points,
                        const tt_dic_strain *strains, size_t n, int step_px, const tt_field_style *style,
                        tt_error *err);

#endif
