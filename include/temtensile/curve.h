/* From signals to the stress–strain curve and its properties.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_CURVE_H
#define TEMTENSILE_CURVE_H

#include "temtensile/core.h"
#include "temtensile/mechanics.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why a row of the curve is not an ordinary one (column `flag`, joined by ';'). */
enum {
	TT_ROW_OUTSIDE_LOG = 1, /* strain kept, force and stress missing */
	TT_ROW_FRACTURED = 2,   /* strain and stress missing, forces kept */
	TT_ROW_LOST = 4,        /* strain missing */
	TT_ROW_DAMAGED = 8,     /* strain missing */
	TT_ROW_DUPLICATE = 16,  /* kept, left out of noise, fits, clocks */
	TT_ROW_SATURATED = 32,  /* the log's force or displacement stood at the end of its range: both missing */
	TT_ROW_LOG_GAP = 64,    /* rows of the log are missing here: interpolated with a larger u, or missing */
	TT_ROW_TOUCH = 128,     /* the punch touches the device before the test: force and stress missing */
	TT_ROW_EXCLUDED = 256,  /* the description leaves the frame out: strain missing */
	TT_ROW_ALL = 511        /* all of them */
};
#define TT_ROW_NO_STRAIN (TT_ROW_FRACTURED | TT_ROW_LOST | TT_ROW_DAMAGED | TT_ROW_EXCLUDED)

/* One row per frame, SI units, NaN where missing. */
typedef struct tt_curve {
	size_t n;
	int64_t *frame;
	unsigned *flag;
	double *time_s, *log_time_s;
	double *displacement_m; /* d - d0, frame compliance removed: what drives the spring */
	double *force_raw_N;    /* as logged (after the sign was turned), offset included */
	double *force_spring_N, *force_N;
	double *gauge_length_px, *strain, *stress_Pa, *u_strain, *u_stress_Pa;
	double *true_strain, *true_stress_Pa;
	double *zncc;
} tt_curve;

/* How the unloaded length was found. */
typedef struct tt_zero_length {
	double length_px, u_px;
	size_t frames;       /* before contact, or in the fit */
	double noise_px;     /* standard deviation of the gauge length over the frames before contact; NaN: < 3 */
	double noise_scale;  /* noise of the length over what the subsets' scatter predicts, >= 1 */
	double shift_strain; /* toe or elastic: strain by which the zero moved against the mean before contact; NaN */
	double found_length_px, u_found_px; /* gauge.reference_frames: the mean before contact, to compare; NaN */
} tt_zero_length;

TT_API tt_status tt_curve_new(size_t n, tt_curve **out, tt_error *err);
TT_API void tt_curve_free(tt_curve *c);

/* Rows whose strain and stress are both known and that are no repeated frames: those that fits may use. */
static inline bool tt_curve_row_usable(const tt_curve *c, size_t i)
{
	return (c->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE | TT_ROW_OUTSIDE_LOG)) == 0 &&
	       c->strain[i] == c->strain[i] && c->stress_Pa[i] == c->stress_Pa[i];
}

/* "lost;duplicate" and the like. buf of at least 96 bytes. */
TT_API const char *tt_row_flag_text(unsigned flag, char *buf, size_t size);

#ifdef __cplusplus
}
#endif
#endif
