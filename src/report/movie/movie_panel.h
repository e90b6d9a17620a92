/* The right half of a movie: axes drawn once, the curve that grows, a disc at the present point.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MOVIE_MOVIE_PANEL_H
#define TT_REPORT_MOVIE_MOVIE_PANEL_H

#include <cairo.h>

#include "temtensile/core.h"

/* Pixels that changed: x0 <= x < x1, even numbers. */
typedef struct tt_dirty {
	int x0, y0, x1, y1;
} tt_dirty;

typedef struct tt_movie_panel_options {
	const char *title;
	int x, width, height; /* place on the surface */
	size_t rows;
	const double *strain, *stress_Pa;
} tt_movie_panel_options;

typedef struct tt_movie_panel tt_movie_panel;
tt_status tt_movie_panel_new(cairo_surface_t *surface, const tt_movie_panel_options *options, tt_movie_panel **out,
                             tt_error *err);
void tt_movie_panel_free(tt_movie_panel *p);
/* The curve up to a row; rows come in rising order. */
void tt_movie_panel_show(tt_movie_panel *p, size_t row, tt_dirty *dirty);

/* The font of the figures, size in pixels; not hinted, so that it is the same everywhere. */
void tt_movie_font(cairo_t *cr, double size);

#endif
