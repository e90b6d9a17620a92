/* From what the images and the log say to the curve, its properties and their uncertainties.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_EVALUATE_H
#define TEMTENSILE_EVALUATE_H

#include "temtensile/clock.h"
#include "temtensile/closeup.h"
#include "temtensile/curve.h"
#include "temtensile/describe.h"
#include "temtensile/logs.h"
#include "temtensile/measurement.h"
#include "temtensile/mechanics.h"
#include "temtensile/necking.h"
#include "temtensile/observe.h"
#include "temtensile/properties.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tt_evaluate_options {
	bool curve_only; /* up to the stress-strain curve: no properties, no neck */
	long draws; /* of the Monte Carlo; 0: none (u and intervals of properties are NaN); -1: the description's */
} tt_evaluate_options;
TT_API tt_evaluate_options tt_evaluate_defaults(void); /* everything, the description's draws */

/* Width profile and neck of the frames before fracture. */
typedef struct tt_necking {
	char reason[256]; /* why there is no profile or no search; "" */
	size_t stations, rows, w0_rows;
	double *s, *w0_px; /* per station: place on the axis, width before loading */
	size_t *index;     /* of each row's frame */
	double *strain;    /* of each row, NaN unknown */
	float *ratio;      /* rows × stations: w/w0 */
	float *moved;      /* rows × gauge stations: their motion along the axis, px */
	bool has_neck;     /* the search was made; neck.found says what it gave */
	tt_neck neck;
	double position_px[2];                   /* of the neck, reference frame */
	int64_t last_frame;                      /* frame number of the last row */
	double area_reduction, u_area_reduction; /* the thickness thins as the width does */
	double true_stress_Pa, u_true_stress_Pa; /* in the neck, last row */
} tt_necking;

/* An answer that the description gives by hand, beside what the program finds. */
typedef struct tt_override {
	const char *key;       /* of the description: "fracture.frame"; static */
	double given, u_given; /* in SI, or a frame's number; NaN: no single number */
	double found, u_found;
	bool compared;                         /* the program finds something to compare with */
	bool contradicts;                      /* they differ by more than twice their joint uncertainty; warned of */
	char given_text[120], found_text[160]; /* found_text "" when there is nothing to compare with */
} tt_override;

enum { TT_OVERRIDES_MOST = 16 };

/* What decides where nothing is said: the expert keys of the description (their reasons stand there), as they were
 * used. */
typedef struct tt_thresholds {
	double interpolation_bias_px, codec_lag_frames;
	double test_level, spring_least_travel, spring_residual, least_gap_px;
	double cost_broken, cost_beyond; /* of a frame, in variances */
	double outlier;                  /* robust standard deviations */
	double proportional_offset, drop_fraction;
} tt_thresholds;

/* An out-of-plane tilt that lies flat by the end of the elastic part lengthens what is seen, steeply at first: the
 * elastic line bends. The largest such tilt that the bend leaves possible, and what taking it off would make of the
 * values (added to them). NaN: not looked for (specimen.tilt is given), or too few frames to tell. */
typedef struct tt_tilt_limit {
	double bend, u_bend; /* departure of the strain from a line at the elastic part's middle; tilt: negative */
	double hidden_deg;   /* 95 % */
	double probability;  /* that there is a tilt; one in four before the curve is seen */
	double modulus_Pa, yield_Pa, total_elongation; /* NaN also where the value is missing */
} tt_tilt_limit;

/* Everything that is known once both records are understood; numbers in SI units, NaN where missing. The library fills
 * it; members may be added at the end. */
typedef struct tt_result {
	tt_quantity pixel_size;
	char pixel_size_source[128];
	tt_quantity width, thickness; /* of the section that the stress refers to */
	char section[128];

	tt_mechanics *mechanics;
	bool log_turned;

	tt_clock clock;
	double u_rate;
	char clock_source[256];
	tt_sync_result sync; /* the match of the two records, given clock or not */

	size_t frames;
	unsigned *flag;          /* TT_ROW_* per frame, the fracture counted in, the log's ends not */
	int64_t fracture;        /* index of the first frame with separate halves; -1: none */
	int64_t fracture_by_log; /* the same by the log's instant and the clock; -1 */
	char fracture_text[256]; /* the evidence */

	tt_curve *curve; /* rows of curve.csv */
	tt_zero_length zero;

	bool has_properties;
	tt_properties properties;
	tt_uncertainty uncertainty;
	tt_necking necking;

	tt_look look;                 /* which frames have to be seen again, and why */
	tt_measurements measurements; /* the same properties, each with its quantity */
	tt_strings warnings;

	tt_thresholds thresholds;
	tt_override override[TT_OVERRIDES_MOST]; /* in the order of the keys' table */
	size_t n_overrides;
	/* an elastic window by hand: what the program's own gives, from scatter and slow errors alone; NaN */
	double found_modulus_Pa, u_found_modulus_Pa;
	tt_tilt_limit tilt;
} tt_result;

/* The override by a key, or NULL. */
TT_API const tt_override *tt_result_override(const tt_result *r, const char *key);
/* `fracture.edges` in place of the edges that the second look has found: closeup->gap becomes the given one, found_gap
 * keeps the other, the comparison stands in r. Nothing happens without the key. */
TT_API void tt_result_give_edges(tt_result *r, const tt_test *test, const tt_observation *o, tt_closeup *closeup);

/* Pure: touches no file, no terminal and no global state, and may run in several threads at once on the same
 * observation and logs; the same input gives the same result for any number of threads. empty_run: the log of the
 * device without a specimen, NULL unless the description names one. Logs are oriented (tt_force_log_orient) by the
 * caller. Errors: what the records do not allow, as for the mechanics, the clocks and the curve. */
TT_API tt_status tt_evaluate(const tt_observation *observation, const tt_force_log *log, const tt_force_log *empty_run,
                             const tt_test *test, const tt_evaluate_options *options, const tt_job *job,
                             tt_result **out, tt_error *err);
TT_API void tt_result_free(tt_result *r);

#ifdef __cplusplus
}
#endif
#endif
