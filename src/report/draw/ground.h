/* What lies in a picture beneath that which is drawn on it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_GROUND_H
#define TT_REPORT_DRAW_GROUND_H

#include "temtensile/core.h"

/* Black (0x000000) for words on a bright place, white (0xFFFFFF) for a dark one, as the place's mean level is nearer to
 * the picture's brightest or darkest region. x, y: the words' middle; reach: half their width, px. */
unsigned tt_ground_ink(const tt_image *im, double x, double y, double reach);

/* The index of the first of n places (at most 16) on which nothing is burnt into the picture (scale bars, letters, the
 * pointer of a mouse: steps from pixel to pixel that no specimen and no noise shows) and which is light or dark all
 * over, without the edge of a specimen; of none, the first with nothing burnt in, or that with the least. Places may
 * reach beyond the picture. */
size_t tt_ground_clear(const tt_image *im, const tt_rect *place, size_t n);

/* The same of places that need not be even: the first with nothing burnt in, or that with the least. */
size_t tt_ground_unmarked(const tt_image *im, const tt_rect *place, size_t n);

#endif
