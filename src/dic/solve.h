/* IC-GN of one point.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_SOLVE_H
#define TT_DIC_SOLVE_H

#include "dic/reference.h"
#include "dic/spline.h"
#include "dic/warp.h"

typedef enum tt_solve_result {
	TT_SOLVED,    /* the flag tells how well */
	TT_SOLVE_WAIT /* coefficients are missing under `box`: fill them and call again */
} tt_solve_result;

/* The state of one point's iteration: start with warp set and the rest zero. */
typedef struct tt_solve {
	tt_warp warp; /* about the subset's centre */
	double zncc;
	int iterations;
	tt_dic_flag flag;
	double box[4]; /* where the subset's pixels are: x0, y0, x1, y1 */
} tt_solve;

tt_solve_result tt_solve_point(const tt_dic_reference *r, const tt_prepared *p, const tt_spline *spline,
                               tt_solve *state);
/* The box of the warped rectangle of the point's valid pixels. */
void tt_solve_box(const tt_dic_reference *r, const tt_prepared *p, const tt_warp *w, double box[4]);

#endif
