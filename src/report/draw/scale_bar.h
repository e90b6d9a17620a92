/* How long a scale bar is, and where it stands: the same for pictures, page and movie.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_SCALE_BAR_H
#define TT_REPORT_DRAW_SCALE_BAR_H

#include "temtensile/core.h"

/* The largest of 1, 2, 5 × 10^k m that is at most most_m > 0; text: "500 nm". */
double tt_scale_bar_length(double most_m, char *text, size_t size);

typedef enum tt_bar_corner {
	TT_BAR_BOTTOM_LEFT,
	TT_BAR_BOTTOM_RIGHT,
	TT_BAR_TOP_LEFT,
	TT_BAR_TOP_RIGHT,
	TT_BAR_BOTTOM_MIDDLE /* where the picture is low: between the grips */
} tt_bar_corner;

/* The corner of `shown` (px of the image) in which width × height px lie over nothing that is burnt in, nor over an
 * edge of the specimen if that can be had: the wanted one (at the bottom) if it is free, else the one beside it, else
 * the right one at the top, the left one; `middle` adds the middle of the bottom. With raise, where the top is taken by
 * other words: the two at the bottom, then above them, *raise px higher (else 0). */
tt_bar_corner tt_scale_bar_corner(const tt_image *im, tt_rect shown, double width, double height, tt_bar_corner wanted,
                                  bool middle, double *raise);

#endif
