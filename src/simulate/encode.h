/* Grey frames into a video file, by libav.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_ENCODE_H
#define TT_SIMULATE_ENCODE_H

#include "simulate/spec.h"

typedef struct tt_sim_encoder tt_sim_encoder;

/* The container follows the end of the path; constant: the time stamps are i / frame_rate. Without libx264 the video
 * becomes MPEG-4, and notes says so. */
tt_status tt_sim_encoder_open(const char *path, const tt_sim_spec *spec, double frame_rate, bool constant, int threads,
                              tt_strings *notes, tt_sim_encoder **out, tt_error *err);
/* The next frame, shown at time_s. */
tt_status tt_sim_encoder_put(tt_sim_encoder *e, const tt_image *image, double time_s, tt_error *err);
/* Writes what is left and closes; the encoder is freed in any case. */
tt_status tt_sim_encoder_finish(tt_sim_encoder *e, tt_error *err);
void tt_sim_encoder_abort(tt_sim_encoder *e);

#endif
