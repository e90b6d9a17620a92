/* An observation as a perfect tracker with known noise would leave it: true lengths between the marks and their noise,
 * no picture. For validations of what comes behind the images, ten times faster than through video.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_OBSERVED_H
#define TT_TESTS_OBSERVED_H

#include "temtensile/observe.h"
#include "temtensile/simulate.h"

/* noise_px: standard deviation of a length. Free with tt_observation_free. */
tt_observation *observe_simulation(const tt_simulation *sim, double noise_px);

#endif
