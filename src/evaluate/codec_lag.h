/* Pictures that are predicted from others can lag behind what the camera saw: at each picture of its own they catch up.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_CODEC_LAG_H
#define TT_EVALUATE_CODEC_LAG_H

#include "evaluate/evaluation.h"

/* Warns when the gauge jumps ahead at key frames by more than noise, and counts that as uncertainty of each strain. */
tt_status tt_codec_lag_check(tt_evaluation *a, tt_error *err);

#endif
