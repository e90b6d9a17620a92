/* Edges across the axis as features: the face of a grip, a cap's end, a cut mark. What has no texture may have these.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_OBSERVE_FACE_H
#define TT_OBSERVE_FACE_H

#include "temtensile/core.h"

/* How far to either side an edge of the gauge is averaged across the axis, of the bar's width. */
#define TT_FACE_HALF 0.25

typedef struct tt_face tt_face;

typedef struct tt_face_reading {
	bool ok;
	double along_px; /* motion along the axis since the first frame; NaN when !ok */
	double u_px;     /* by what is left of the fit, with what renewed templates brought along */
	double zncc;     /* with the template that was found again; NaN: none */
} tt_face_reading;

/* An edge within 6 px of `at` along the axis, its grey profile averaged over ± half_across_px across the axis. at: the
 * edge's own place afterwards, to a fraction of a pixel. noise_grey: of a pixel. updates: a picture that changes may be
 * followed by newer templates, each found by the one before; the first one is taken again as soon as noise explains
 * what it leaves, so that errors add up for no longer than they must. TT_ERR_FAILED: no edge there that noise lets be
 * known to a quarter of a pixel. */
tt_status tt_face_new(const tt_image *first, double at[2], const double axis[2], double half_across_px,
                      double noise_grey, bool updates, tt_face **out, tt_error *err);
void tt_face_free(tt_face *f);
/* along_px: about where a lost edge should be found again; NaN: where it was last. across_px: the bar's motion along
 * (-axis[1], axis[0]) since the first frame; NaN: the one before. */
void tt_face_read(tt_face *f, const tt_image *frame, double along_px, double across_px, tt_face_reading *out);
/* u of a place's error that frames share as long as the edge keeps its place within a pixel, by all frames that were
 * read, px: what the spline through the template's samples, and their noise, make of the place as the edge moves on.
 * NaN: none was read. */
double tt_face_slow_px(const tt_face *f);

#endif
