/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/draw/caption.h"

#include <math.h>
#include <string.h>

#include "report/draw/ground.h"

void tt_put_caption(tt_canvas *c, const tt_image *im, double size_pt, const char *text)
{
	const double px = 1 / tt_canvas_mm_per_px(c), letter_mm = 0.187 * size_pt, line_mm = 0.43 * size_pt,
	             rim_mm = 1.5;
	size_t widest = 0, lines = 0;
	for (const char *line = text; *line; lines++) {
		const size_t n = strcspn(line, "\n");
		widest = n > widest ? n : widest;
		line += n + (line[n] != 0);
	}
	const double wide = fmin((letter_mm * (double)widest + rim_mm) * px, im->width),
	             high = fmin((line_mm * (double)lines + rim_mm) * px, im->height);
	const int w = (int)ceil(wide), h = (int)ceil(high);
	const tt_rect corner[2] = {{0, 0, w, h}, {im->width - w, 0, w, h}};
	const bool right = tt_ground_clear(im, corner, 2) == 1;
	tt_canvas_text(c, right ? im->width - 0.5 : -0.5, -0.5,
	               &(tt_words){.size_pt = size_pt,
	                           .colour = tt_ground_ink(im, right ? im->width - 0.5 * wide : 0.5 * wide, 0.5 * high,
	                                                   0.5 * wide),
	                           .halo = true,
	                           .align_x = right ? 1 : -1,
	                           .align_y = -1,
	                           .dx_mm = right ? -rim_mm : rim_mm,
	                           .dy_mm = rim_mm},
	               text);
}
