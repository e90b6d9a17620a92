/* A picture's caption.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_CAPTION_H
#define TT_REPORT_DRAW_CAPTION_H

#include "temtensile/report.h"

/* Lines (by '\n') in the upper left corner of the panel on which im was drawn last; in the right one when the left one
 * has an edge of the specimen or letters in it and the right one has not. */
void tt_put_caption(tt_canvas *c, const tt_image *im, double size_pt, const char *text);

#endif
