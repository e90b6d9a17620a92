/* Shape functions: where a pixel (dx, dy) from the subset's centre goes, and how two motions follow each other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_WARP_H
#define TT_DIC_WARP_H

#include <stdbool.h>

/* u[k], v[k]: displacement's series u + ux dx + uy dy + uxx dx²/2 + uxy dx dy + uyy dy²/2, px; unused terms are 0. */
typedef struct tt_warp {
	double u[6], v[6];
} tt_warp;

int tt_warp_terms(int order); /* of one component: 1, 3, 6 */
/* The displacement of the point (dx, dy). */
void tt_warp_at(const tt_warp *w, double dx, double dy, double *u, double *v);
/* The same motion written about the point (dx, dy). */
tt_warp tt_warp_about(const tt_warp *w, double dx, double dy);
/* w ∘ d⁻¹ (Baker & Matthews 2004; second order truncated as by Gao et al. 2015). False when d has no inverse. */
bool tt_warp_update(tt_warp *w, const tt_warp *d, int order);
/* first, then second (given about the point that the centre went to): the motion through both. */
tt_warp tt_warp_then(const tt_warp *first, const tt_warp *second);
/* tt_dic_point.p's order. */
void tt_warp_pack(const tt_warp *w, int order, double p[12]);
void tt_warp_unpack(const double p[12], int order, tt_warp *w);

#endif
