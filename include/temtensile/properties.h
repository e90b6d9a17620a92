/* Mechanical properties of a stress–strain curve, with their uncertainties and what these come from.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_PROPERTIES_H
#define TEMTENSILE_PROPERTIES_H

#include "temtensile/core.h"
#include "temtensile/curve.h"
#include "temtensile/measurement.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------
 * Names and definitions
 * ------------------------------------------------------------------------------------------ */

typedef enum tt_property_id {
	TT_PROP_YOUNGS_MODULUS,
	TT_PROP_YIELD_STRENGTH, /* offset yield at 0.2 % */
	TT_PROP_PROPORTIONAL_LIMIT,
	TT_PROP_ULTIMATE_STRENGTH,
	TT_PROP_UNIFORM_ELONGATION,
	TT_PROP_TOTAL_ELONGATION,
	TT_PROP_PLASTIC_ELONGATION,
	TT_PROP_TOUGHNESS,
	TT_PROP_RESILIENCE,
	TT_PROP_HOLLOMON_N,
	TT_PROP_HOLLOMON_K,
	TT_PROP_CONSIDERE_STRAIN,
	TT_PROP_STRAIN_RATE,
	TT_PROP_LOADING_RATE,
	TT_PROP_COUNT /* grows with the table; no struct has its size */
} tt_property_id;

/* The quantity of the one table (measurement.h) that a property is: the tension rows of the table, in the order of the
 * enumeration. NULL beyond the last. */
TT_API const tt_measurand *tt_property_describe(tt_property_id id);
/* What a property of this curve is, in a sentence: the quantity's definition, unless the caller's word took its place.
 */
struct tt_properties;
TT_API const char *tt_property_definition(const struct tt_properties *p, tt_property_id id);
/* The same for an entry of offset_yield ("R_p0.05") and for stress drops: definition sentences. */
TT_API extern const char *const tt_offset_yield_definition;
TT_API extern const char *const tt_stress_drop_definition;

/* ---------------------------------------------------------------------------------------------
 * From a curve to its properties
 * ------------------------------------------------------------------------------------------ */

/* One stress–strain curve, SI units, one entry per frame in order of time, NaN where missing. The arrays are
 * borrowed. NULL is allowed where said. */
typedef struct tt_property_input {
	size_t n;
	const double *time_s;     /* strictly increasing where finite */
	const double *log_time_s; /* NULL: time_s is the log's time */
	const double *strain;     /* engineering */
	const double *stress_Pa;  /* engineering */
	/* the parts that change at random from frame to frame; NULL: found from the data */
	const double *u_strain, *u_stress_Pa;
	const double *force_raw_N;    /* at the punch, for the loading rate; NULL: no loading rate */
	const double *displacement_m; /* d - d0, to extrapolate to the instant of fracture; NULL: by time */
	const unsigned *flag;         /* TT_ROW_*; NULL: all rows are ordinary */

	double contact_log_s; /* rows before it are left out; NaN: not known, all rows are used */

	bool fractured; /* the specimen broke within the recording */
	/* Why the largest stress may not have been seen (the log ends before the fracture, has a hole there, a channel
	 * was saturated), in words; NULL: it was. What rests on the largest stress or on the stress at fracture is then
	 * not reached, and the largest stress seen is a lower bound. */
	const char *unseen;
	double fracture_log_s;            /* instant of fracture in the log; NaN: the log does not show it */
	double fracture_displacement_m;   /* d - d0 just before that instant; NaN: not known */
	double fracture_stress_Pa;        /* stress just before it (from the log); NaN: from the last frames */
	double u_fracture_stress_Pa;      /* its random part; NaN: as a frame's */
	double u_fracture_strain;         /* error that the last intact rows share; NaN: 0 */
	double u_fracture_log_s;          /* uncertainty of the instant (the log's sampling); NaN: 0 */
	double u_fracture_displacement_m; /* random part of that displacement; NaN: twice the model's */

	/* Error of the strain that changes slowly (bend contours, interpolation, drift of the gauge): standard
	 * uncertainty and correlation time. 0 or NaN: none stated; wander seen in the elastic part is added anyway. */
	double u_strain_bias, strain_bias_time_s;
	double outlier;       /* robust standard deviations beyond which a single strain is left out; 0: 8 */
	double u_strain_zero; /* uncertainty that all strains share through L0; NaN or 0: none */
} tt_property_input;

/* All members NaN, NULL or 0 except what the caller must give. */
TT_API tt_property_input tt_property_input_empty(void);

typedef enum tt_elastic_window { TT_ELASTIC_AUTO, TT_ELASTIC_STRAIN, TT_ELASTIC_STRESS } tt_elastic_window;

typedef struct tt_property_options {
	/* AUTO: the first loading is searched (see the definition of Young's modulus). STRAIN, STRESS (Pa): rows of the
	 * first loading between lo and hi. */
	tt_elastic_window window;
	double window_lo, window_hi;
	bool slack_start; /* the film starts slack or buckled (gauge.zero: toe): its toe is left out */
	/* offset yields wanted (0.002 = 0.2 %), n_offsets of them; 0.2 % is always found */
	const double *offsets;
	size_t n_offsets;
	double proportional_offset;      /* departure that ends proportionality; default 1e-4 */
	double hollomon_lo, hollomon_hi; /* range of true strain; NaN: from 0.2 % yield to the onset of necking */
	double necking_strain;           /* engineering strain at which a neck was seen; NaN: at maximum stress */
	tt_quantity yield_at;            /* engineering strain of the yield point; value NaN: by the 0.2 % offset */
	double drop_fraction;            /* smallest stress drop listed, part of the maximum; default 0.01 */
} tt_property_options;

TT_API tt_property_options tt_property_defaults(void);

/* A value in SI units, or NaN with the reason in words ("not reached: …"). u and the interval are NaN until
 * tt_uncertainty_run has filled them. */
typedef struct tt_property {
	double value, u, lo, hi; /* lo, hi: 95 % interval */
	char reason[320];
} tt_property;

typedef struct tt_offset_yield {
	double offset;      /* 0.002 = 0.2 % */
	tt_property stress; /* Pa */
	double strain;      /* where it was reached; NaN: not reached */
	double time_s;      /* video clock */
} tt_offset_yield;

typedef struct tt_stress_drop {
	double time_s, strain; /* just before the drop */
	double delta_Pa;       /* size, > 0 */
	double u_delta_Pa;
	size_t row; /* last row before the drop */
} tt_stress_drop;

/* The elastic line strain = zero_strain + stress / modulus. */
typedef struct tt_elastic_line {
	double modulus_Pa;
	double u_modulus_Pa; /* from scatter and slow errors of strain; without k, A0 … */
	double zero_strain;  /* strain at zero stress by the line */
	double u_zero_strain;
	double r2;          /* coefficient of determination of the rows used */
	size_t first, last; /* rows (of the input) */
	size_t count;       /* rows used */
	double stress_lo_Pa, stress_hi_Pa, strain_lo, strain_hi;
	double scatter;       /* standard deviation of strain about the line */
	double white_noise;   /* its part that is independent from row to row */
	double wander;        /* its slowly changing part, 0 when not significant (chi-squared, 2.5 %) */
	double wander_time_s; /* correlation time of it */
} tt_elastic_line;

typedef struct tt_properties {
	tt_property *value; /* by tt_property_id; NULL: nothing was computed */
	size_t n_values;
	tt_offset_yield *offset; /* in the order asked for */
	size_t n_offsets;
	tt_stress_drop *drop;
	size_t n_drops;
	tt_elastic_line elastic; /* modulus_Pa NaN when there is none */
	double yield_time_s;     /* of the 0.2 % offset yield, else of the proportional limit; NaN: neither */
	bool yield_is_proportional_limit;
	bool yield_given; /* at the strain that options.yield_at gives, and by the 0.2 % offset it would be: */
	double found_yield_strain, found_yield_Pa; /* NaN: not reached, or not given */
	size_t yield_row;                          /* first ordinary row at or after it; SIZE_MAX: none */
	double max_stress_time_s;                  /* of the maximum stress; NaN: not reached */
	double flat_strain[2]; /* strains between which the stress is the largest within its noise; NaN: not known */
	/* the strain of the maximum stress, and hardening up to it, at the first and the last instant at which noise
	 * leaves the maximum possible (95 %); NaN: not known */
	double top_strain[2], top_n[2], top_K_Pa[2];
	double necking_strain; /* engineering strain up to which true stress and strain are valid; NaN: none */
	double necking_time_s;
	double hollomon_lo, hollomon_hi; /* true strains used */
	double fracture_strain_rise;     /* what was added to the last intact frame's strain; NaN: nothing */
	size_t used_rows;                /* rows that entered */
	tt_strings warnings;
} tt_properties;

/* Finds all properties; options NULL: the defaults. A property that cannot be had is NaN with its reason; that is no
 * error. Errors: a row count of zero, arrays missing, times that go backwards, a window with lo >= hi (TT_ERR_INPUT,
 * TT_ERR_USAGE). *out is filled also then so that tt_properties_clear may always be called. */
TT_API tt_status tt_properties_compute(const tt_property_input *in, const tt_property_options *options,
                                       tt_properties *out, tt_error *err);
TT_API void tt_properties_clear(tt_properties *p);

/* The elastic line alone: for `gauge.zero: toe | elastic`. zero_strain is then the strain, measured against the
 * present L0, at which the specimen starts to carry load; with L0' = L0 (1 + zero_strain) the strains become
 * tt_strain_rezero(strain, zero_strain), whose common uncertainty is u_zero_strain.
 * TT_ERR_FAILED with the reason when there is no straight part. */
TT_API tt_status tt_elastic_fit(const tt_property_input *in, const tt_property_options *options, tt_elastic_line *out,
                                tt_error *err);
TT_API double tt_strain_rezero(double strain, double zero_strain);

/* True strain ln(1 + e) and true stress s (1 + e) (constant volume) for rows up to the onset of necking at
 * necking_time_s, NaN beyond, before contact and on rows without strain or stress. */
TT_API void tt_true_curve(const tt_property_input *in, double necking_time_s, double *true_strain,
                          double *true_stress_Pa);

/* ---------------------------------------------------------------------------------------------
 * Uncertainty
 * ------------------------------------------------------------------------------------------ */

/* The inputs whose uncertainties are carried. */
typedef enum tt_uncertain_input {
	TT_IN_STIFFNESS, /* k and k2 */
	TT_IN_CONTACT,   /* d0 */
	TT_IN_AIR_FORCE, /* F_air: offset and slope */
	TT_IN_WIDTH,
	TT_IN_THICKNESS,
	TT_IN_PIXEL_SIZE,
	TT_IN_CLOCK, /* log_starts_at and rate */
	TT_IN_FRAME_COMPLIANCE,
	TT_IN_DRIFT,         /* of the log's force and displacement */
	TT_IN_DIC_NOISE,     /* random part of strain */
	TT_IN_DIC_BIAS,      /* slow part of strain, and the strain zero */
	TT_IN_FORCE_NOISE,   /* random part of force and displacement in the log */
	TT_IN_EXTRAPOLATION, /* from the last intact frame to the instant of fracture */
	TT_IN_YIELD_POINT,   /* the strain that options.yield_at gives */
	TT_IN_TILT,          /* out of the picture's plane, as far as the curve speaks for one; never drawn */
	TT_IN_COUNT
} tt_uncertain_input;

/* Name as in uncertainty.csv: "stiffness", "contact", "air force", … */
TT_API const char *tt_uncertain_input_name(tt_uncertain_input id);

/* How the stress came about, so that it can be made again with other inputs:
 *   F = F_raw - air_force - air_slope (d - d0) - k (d - d0) - k2 (d - d0)²,  stress = F / (width × thickness),
 *   d = d_log - C (F_raw - air_force).
 * The log is given resampled at equal steps of its time, smoothed as for the frames, and only up to the fracture:
 * force_raw[i], displacement_m[i] = d - d0 (frame compliance removed) at log time t0 + i dt. Beyond its ends the
 * last value is kept. Quantities with u = 0 (or NaN) do not vary. SI units. */
typedef struct tt_force_model {
	double t0_s, dt_s;
	size_t n; /* >= 2; 0: no log, then only width, thickness and noise act on the stress */
	const double *force_raw_N, *displacement_m;
	tt_quantity stiffness, stiffness2;
	double stiffness_correlation; /* of the errors of k and k2, -1 … 1 */
	tt_quantity contact_m;        /* d0: value ignored, u used */
	double contact_correlation;   /* of the errors of k and d0 (both from one fit), -1 … 1; else 0 */
	tt_quantity air_force_N, air_slope_N_per_m;
	tt_quantity width_m, thickness_m;
	tt_quantity pixel_size_m;
	bool displacement_from_image; /* then the pixel size scales the displacement */
	tt_quantity log_starts_at_s, rate;
	tt_quantity frame_compliance_m_per_N;
	/* values ignored, u used: what is left of the log's drift, 0 at drift_from_s (contact) */
	tt_quantity force_drift_N_per_s, displacement_drift_m_per_s;
	double drift_from_s;
	double u_force_N, u_displacement_m; /* random part of F_raw and d at one frame (after the local fit) */
	double noise_time_s;                /* width of that local fit: noise is common to frames nearer than this */
} tt_force_model;

TT_API tt_force_model tt_force_model_empty(void);

typedef struct tt_uncertainty_options {
	uint64_t seed;   /* default 1; the same seed gives the same result for any number of threads */
	size_t draws;    /* default 1000 */
	bool budget;     /* default true: shares of variance */
	size_t max_rows; /* default 1200: longer curves are averaged in blocks of equal size for the draws only */
} tt_uncertainty_options;

TT_API tt_uncertainty_options tt_uncertainty_defaults(void);

/* Property index in the tables below: tt_property_id, then TT_PROP_COUNT + j for the j-th offset asked for. */
typedef struct tt_uncertainty {
	size_t n_properties; /* TT_PROP_COUNT + number of offsets */
	size_t draws;
	size_t rows_per_block; /* 1: not thinned */
	double (
	    *share)[TT_IN_COUNT]; /* [n_properties]: part of the variance by each input; NaN: property not reached */
	double *rest;             /* what the inputs do not explain one at a time: interaction; the sum is 1 */
	double *reached;          /* part of the draws in which the property was found */
	double *bias;             /* mean of the draws less the value without noise, SI; ought to be small against u */
	double noise_scale;       /* scatter of strain seen over the stated u_strain, when that is too small; else 1 */
	tt_strings warnings;
} tt_uncertainty;

/* Monte Carlo (JCGM 101:2008) over all inputs at once, each draw with its own stream of random numbers. Noise is added
 * to the smoothed curve, not to the noisy one, and the spread is put around the values in *p, whose u, lo, hi are
 * filled, offsets included. A property that p lacks stays without. out may be NULL. Errors: memory, interruption,
 * nonsense (negative u, area or steps). */
TT_API tt_status tt_uncertainty_run(const tt_property_input *in, const tt_property_options *options,
                                    const tt_force_model *model, const tt_uncertainty_options *how, const tt_job *job,
                                    tt_properties *p, tt_uncertainty *out, tt_error *err);
TT_API void tt_uncertainty_clear(tt_uncertainty *u);

#ifdef __cplusplus
}
#endif
#endif
