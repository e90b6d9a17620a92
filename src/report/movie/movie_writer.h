/* Encodes a movie's frames on a thread of its own, while the next one is drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MOVIE_MOVIE_WRITER_H
#define TT_REPORT_MOVIE_MOVIE_WRITER_H

#include "report/movie/encoder.h"

typedef struct tt_movie_writer tt_movie_writer;

/* The encoder (YUV 4:2:0, 8 bits, even size) is the writer's from now on, also when this fails. */
tt_status tt_movie_writer_new(tt_encoder *encoder, int width, int height, tt_movie_writer **out, tt_error *err);
/* The picture to draw in; what was drawn before is still there. */
void tt_movie_writer_planes(tt_movie_writer *w, uint8_t *plane[3], ptrdiff_t stride[3]);
/* The picture as it is now, shown at time_s (rising). An error of an earlier frame comes here, or at the end. */
tt_status tt_movie_writer_put(tt_movie_writer *w, double time_s, tt_error *err);
/* Waits for the last frame and closes the file; the writer is freed in any case. */
tt_status tt_movie_writer_finish(tt_movie_writer *w, tt_error *err);
void tt_movie_writer_abort(tt_movie_writer *w); /* NULL allowed */

#endif
