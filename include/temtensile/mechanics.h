/* The push-to-pull device: from a force log to the force on the specimen.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_MECHANICS_H
#define TEMTENSILE_MECHANICS_H

#include "temtensile/logs.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tt_spring_source {
	TT_SPRING_GIVEN,          /* options.stiffness (and stiffness2) */
	TT_SPRING_AFTER_FRACTURE, /* the log's bare-spring part after the specimen broke */
	TT_SPRING_EMPTY_RUN       /* options.empty_run, a log of the device without a specimen */
} tt_spring_source;

typedef enum tt_drift_use {
	TT_DRIFT_NONE, /* measured, told, carried in the uncertainties; not taken off */
	TT_DRIFT_AUTO, /* taken off where it is significant */
	TT_DRIFT_GIVEN /* the displacement's is the caller's; the force's is measured */
} tt_drift_use;

typedef struct tt_mechanics_options {
	tt_spring_source spring;
	tt_quantity stiffness;         /* N/m; needed for TT_SPRING_GIVEN, else (not NaN) only compared */
	tt_quantity stiffness2;        /* N/m²; value NaN: none with a given stiffness, decided by test otherwise */
	const tt_force_log *empty_run; /* for TT_SPRING_EMPTY_RUN (borrowed); already oriented */
	tt_quantity frame_compliance;  /* m/N; value NaN: none */
	tt_quantity contact_time_s;    /* log's clock; value NaN: found */
	double fracture_time_s;        /* log's clock, a hint (the jump nearest to it is taken); NaN: found */
	bool unbroken;                 /* the caller knows that the specimen did not break */
	/* `displacement: image`: displacement of the moving part against the fixed part in the log's clock, any zero,
	 * strictly increasing times, NaN where lost; image_n = 0: the log's displacement drives the spring */
	const double *image_time_s, *image_displacement_m;
	size_t image_n;
	double image_u_m; /* noise (std) of one image displacement; NaN: estimated */
	tt_drift_use drift;
	tt_quantity drift_m_per_s;  /* for TT_DRIFT_GIVEN: of the displacement */
	double test_level;          /* significance of every test here; default 0.01 */
	double spring_least_travel; /* of the largest displacement: rows below it are not fitted; 0: 0.03 */
	double spring_residual; /* of the largest load: how far a bare spring's rows may lie off one line; 0: 0.03 */
	double air_from_s, air_to_s; /* log's clock: the rows that show the force in air; NaN: found */
	double spring_from_s,
	    spring_to_s; /* log's clock (the empty run's, with one): the bare spring's rows; NaN: found */
} tt_mechanics_options;

TT_API tt_mechanics_options tt_mechanics_defaults(void);

/* Raw force before contact as a function of displacement: F_air(d) = force_N + slope_N_per_m (d - d0).
 * A constant (slope 0, u 0) unless the t-test on the slope, with the residuals' correlation counted, demands a line. */
typedef struct tt_air_force {
	double force_N, u_force_N; /* at d0 */
	bool sloped;
	double slope_N_per_m, u_slope_N_per_m;
	double p_value; /* of the slope; NaN: not testable */
	size_t n;       /* rows used */
} tt_air_force;

/* Drift while the tip rests before contact; found = false when there is not enough of such a part. Reported, not
 * taken off. */
typedef struct tt_rest_drift {
	bool found;
	double first_s, last_s;
	double displacement_m_per_s, u_displacement_m_per_s;
	double force_N_per_s, u_force_N_per_s;
} tt_rest_drift;

/* Drift of the log over the whole test: of the force, from the air before contact and after the release; of the
 * displacement, from rests. Both are 0 at contact by definition. */
typedef struct tt_log_drift {
	bool force, displacement;              /* significant (3 u) */
	double force_N_per_s, u_force_N_per_s; /* u NaN: not measured */
	double displacement_m_per_s, u_displacement_m_per_s;
	const char *force_from, *displacement_from; /* static texts */
	bool corrected;                             /* taken off force_N and displacement_m below */
} tt_log_drift;

/* A stay of the punch on the device before the test. */
typedef struct tt_touch {
	double from_s, to_s;
	double load_N; /* the largest */
} tt_touch;

/* F - F_air(d) = k (d - d0) + k2 (d - d0)^2, fitted to a bare spring by robust errors-in-variables least squares
 * (effective variance: York 1966, Can. J. Phys. 44, 1079; Huber weights), both F and d noisy. */
typedef struct tt_spring_fit {
	bool found;
	double stiffness, u_stiffness; /* N/m */
	bool quadratic;
	double stiffness2, u_stiffness2; /* N/m²; 0 when linear */
	double cov_k_k2;                 /* N²/m³ */
	double p_quadratic;              /* of the F-test for the quadratic term; NaN: not testable */
	double cov_k_d0;                 /* N: covariance of k and d0 */
	bool anchored;                   /* the line was made to pass through contact (d0, F_air) within its u */
	double offset_N, u_offset_N;     /* the free line at d0 minus F_air: friction, drift; NaN: not known */
	double hold_minus_line_N,
	    u_hold_minus_line_N; /* the hold's mean against the moving part's line; NaN: no both */
	double rms_N;            /* residuals in force */
	double from_s, to_s;     /* the log's clock */
	double span_m;           /* of displacement */
	size_t n;
	bool from_image; /* displacement from the images */
	char text[256];  /* in words: source, part used, tests */
} tt_spring_fit;

typedef struct tt_mechanics_sample {
	bool outside;                   /* not within the log: all values NaN */
	bool contact, broken, released; /* at or after these instants */
	bool touch;                     /* within a stay on the device before the test: spring and specimen force NaN */
	bool away;                      /* off the device between cycles */
	bool gap;              /* rows are missing here: interpolated where both sides agree, else all values NaN */
	bool saturated;        /* a channel stood at the end of its range here: all values NaN */
	bool from_image;       /* displacement_m is the images'; where they lost it the log's stands in */
	double displacement_m; /* d - d0, compliance removed */
	double force_raw_N, force_air_N, force_spring_N, force_N; /* force_N: on the specimen */
	double u_displacement_m, u_force_raw_N, u_force_N;        /* statistical, of the local fit */
	double force_rate_N_per_s, displacement_rate_m_per_s;
} tt_mechanics_sample;

typedef struct tt_pop_in {
	double time_s;
	double displacement_m, force_N; /* jump of d (load control), of F (displacement control, negative) */
} tt_pop_in;

/* A stretch of the log without usable rows. */
typedef struct tt_log_hole {
	double from_s, to_s;                /* the last usable row before it, the first after it */
	bool saturated;                     /* rows are there, but a channel stood at the end of its range */
	bool bridged;                       /* short, and the lines of both sides meet: values are interpolated */
	double u_displacement_m, u_force_N; /* of the interpolation in its middle */
} tt_log_hole;

/* The log, prepared, and everything found in it. Times in the log's clock. NaN where not found. */
typedef struct tt_mechanics {
	/* times increasing; displacement with frame compliance removed; force as logged */
	size_t n;
	double *time_s, *displacement_m, *force_N;
	bool *saturated;   /* per row; NULL: none */
	tt_log_hole *hole; /* increasing */
	size_t n_holes;

	tt_control control_loading, control_after;
	double force_noise_N, displacement_noise_m; /* std of one row */

	double contact_time_s, u_contact_time_s;
	double d0_m, u_d0_m;
	bool contact_given;
	double contact_found_s, u_contact_found_s; /* with contact given: what would have been found; NaN: nothing */
	tt_air_force air;
	tt_air_force air_found; /* without options.air_from_s: what the rows before contact give; n = 0: not asked */
	tt_rest_drift drift;
	tt_log_drift drifts;
	tt_touch *touch; /* before the test: neither air nor test */
	size_t n_touches;
	tt_touch *away; /* the punch off the device between cycles of the test: spring and specimen force are 0 */
	size_t n_away;

	/* The spring in use; k and k2 with covariance in spring; source as summary.json's spring.source */
	double k, u_k, k2, u_k2;
	tt_spring_source source;
	tt_spring_fit spring; /* what the log (or the empty run) gave; found = false: only the given one */
	tt_spring_fit
	    fit_found; /* without options.spring_from_s: the fit to the rows found; found = false: none, not asked */
	tt_spring_fit other; /* the second way to get k, when there is one */
	double frame_compliance, u_frame_compliance;

	double fracture_time_s, u_fracture_time_s; /* NaN: unbroken, or the log ends before */
	size_t last_intact, first_broken;          /* rows; only when fracture_time_s is not NaN */
	double release_time_s, u_release_time_s;   /* the punch has left; NaN: it has not, when the log ends */
	tt_pop_in *pop_in;
	size_t n_pop_in;
	double *edge; /* instants that no local fit may cross, increasing: contact, jumps, kinks, release */
	size_t n_edge;

	double loading_rate_N_per_s; /* median slope of raw force between contact and yield-ish half load */
	double displacement_rate_m_per_s;
	double max_force_N, max_force_time_s; /* largest specimen force (F_raw - F_air - spring), local fits */
	double max_correction_N;              /* largest spring force up to fracture or the largest force */
	double rest_force_N, u_rest_force_N;  /* mean specimen force after fracture before release; NaN */

	bool from_gap; /* no log: force from a gap in the images (tt_mechanics_of_gauge) */
	/* image displacement in use (image_n = 0: none), zero at contact */
	size_t image_n;
	double *image_time_s, *image_displacement_m;
	double image_noise_m; /* std of one; NaN without */

	char contact_text[256], air_text[256], fracture_text[256], control_text[256];
} tt_mechanics;

/* Finds contact, air force, fracture, spring, release. warnings may be NULL. Errors (TT_ERR_FAILED): no contact, a log
 * that starts after fracture, a spring that cannot be had in the way asked. */
TT_API tt_status tt_mechanics_fit(const tt_force_log *log, const tt_mechanics_options *options, tt_mechanics **out,
                                  tt_strings *warnings, tt_error *err);
TT_API void tt_mechanics_free(tt_mechanics *m);

/* A sensor of force that the images show: the gap between two of its points. */
typedef struct tt_image_gauge {
	const double *time_s, *opening_m; /* of the frames; opening: any zero, NaN where lost */
	size_t n;
	tt_quantity stiffness;                     /* N/m; its u */
	tt_quantity contact_time_s;                /* when loading begins; value NaN: found */
	double fracture_time_s, u_fracture_time_s; /* as the images show it; NaN: it does not break */
} tt_image_gauge;

/* The mechanics of a test without a log: the specimen's force is stiffness times the gap's change since loading began,
 * positive in the sense of its largest change (displacement_m is against it, force_N 0). Errors: TT_ERR_FAILED, a gap
 * that is lost or does not change. */
TT_API tt_status tt_mechanics_of_gauge(const tt_image_gauge *g, tt_mechanics **out, tt_error *err);

/* The mechanics of a test without a force: all forces NaN, contact before the first frame. */
TT_API tt_status tt_mechanics_none(const double *time_s, size_t n, double fracture_time_s, tt_mechanics **out,
                                   tt_error *err);

/* Values at an instant from a linear fit of the log over ± half_window_s, never across an edge. Before contact and
 * after the release spring and specimen force are 0. */
TT_API void tt_mechanics_at(const tt_mechanics *m, double log_time_s, double half_window_s, tt_mechanics_sample *out);

/* Standard uncertainty of the drift that is left in force_N (N/s) or displacement_m (m/s): of the one that was taken
 * off, or the drift itself. */
TT_API double tt_drift_left(const tt_mechanics *m, bool force);

/* The hole that holds an instant, or NULL. */
TT_API const tt_log_hole *tt_mechanics_hole(const tt_mechanics *m, double log_time_s);

/* The same from the nearest rows where rows are missing or saturated (`outside` although the log goes on): for matching
 * records, not for results. Leaves *out as it is elsewhere. */
TT_API void tt_mechanics_over_gap(const tt_mechanics *m, double log_time_s, double half_window_s,
                                  tt_mechanics_sample *out);

/* The spring's force at d - d0 (N), and its derivative (N/m). */
TT_API double tt_mechanics_spring(const tt_mechanics *m, double displacement_m);

#ifdef __cplusplus
}
#endif
#endif
