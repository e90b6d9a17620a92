/* Neighbourhoods of points that lie anywhere.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_CELLS_H
#define TT_DIC_CELLS_H

#include "temtensile/core.h"

/* Points sorted into square cells. */
typedef struct tt_cells {
	double x0, y0, size;
	int nx, ny;
	size_t *start; /* nx ny + 1 */
	size_t *index;
} tt_cells;

/* xy of point i at xy + i * step doubles; points with NaN are left out. */
tt_status tt_cells_init(tt_cells *c, const double *xy, size_t step, size_t n, double size, tt_error *err);
void tt_cells_free(tt_cells *c);
/* The distance that most points have to their nearest neighbour. */
double tt_cells_spacing(const double *xy, size_t step, size_t n);
/* Cells that a box touches, clamped. */
void tt_cells_box(const tt_cells *c, double x0, double y0, double x1, double y1, int box[4]);

#endif
