/* Push-to-pull tests with known truth: a mechanical model, its log, its pictures, its video.
 * Written independently of the analysis: nothing here uses the rooms that read, track or evaluate.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_SIMULATE_H
#define TEMTENSILE_SIMULATE_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the caller changes without touching the description. Start from tt_simulate_defaults(). */
typedef struct tt_simulate_options {
	int width, height; /* px, both or none (0: as described); pixel_size scales with them, so the view stays */
	long frames;     /* > 0: the test runs slower or faster, so that its video has this many frames at the described
	                    rate     (with video.duration described: the frame rate is chosen) */
	double noise;    /* grey levels of 255, standard deviation; NaN: as described */
	double axis_deg; /* NaN: as described */
	double contrast; /* grey levels, standard deviation of the texture; NaN: as described */
	int crf;         /* -1: as described */
	int64_t seed;    /* -1: as described */
	bool no_axial;   /* do not write axial.csv */
	bool force;      /* replaces files in the folder that no run left (never the description) */
	const char *const *sets; /* n_sets strings "key=value", as --set of the program */
	size_t n_sets;
} tt_simulate_options;

TT_API tt_simulate_options tt_simulate_defaults(void);

/* Reads the description `path` (simulation.yaml) and leaves in the folder out_dir: the video, log.txt, test.yaml,
 * truth.csv, truth.json and axial.csv. All appear complete or not at all. options, job, notes may be NULL; notes
 * gains what the user should know ("no H.264 encoder here: MPEG-4 used"). */
TT_API tt_status tt_simulate(const char *path, const tt_simulate_options *options, const char *out_dir,
                             const tt_job *job, tt_strings *notes, tt_error *err);

/* ---- the same in memory, for tests and for programs of one's own ---- */

typedef struct tt_simulation tt_simulation;

/* True values that belong to the whole test, SI units; NaN where there is no such thing. What the description would
 * state is in the tt_quantity members (nominal value and u), what was drawn from it in the plain ones. */
typedef struct tt_sim_truth {
	uint64_t seed;
	/* stated: nominal value and u */
	tt_quantity stated_stiffness, stated_stiffness2, stated_width, stated_thickness, stated_pixel_size;
	tt_quantity stated_log_starts_at, stated_clock_rate, stated_frame_compliance;
	/* true */
	double stiffness, stiffness2;               /* N/m, N/m² */
	double width, thickness;                    /* m, undeformed gauge section */
	double gauge_length;                        /* m, whole parallel part */
	double pixel_size;                          /* m */
	double log_starts_at;                       /* s of video time at which the log's clock reads 0 */
	double clock_rate;                          /* log_time = clock_rate (time_s - log_starts_at) */
	double series_compliance, frame_compliance; /* m/N */
	double slack_strain;                        /* strain that straightens the specimen before it carries force */
	bool load_control;
	bool broken, necks; /* the specimen breaks; it necks before it does (or before the test stops) */
	/* law, engineering values over the gauge, strain counted from the straight specimen */
	double youngs_modulus, proportional_limit, yield_02, ultimate_strength; /* Pa */
	double strain_at_ultimate, strain_at_fracture, stress_at_fracture;      /* at the instant of fracture */
	double neck_onset_strain;
	/* the same between the marks; the last as seen (slack included) */
	double mark_strain_at_ultimate, mark_strain_at_fracture, mark_strain_last_frame;
	/* times of the log's clock, s */
	double contact_log_s, yield_log_s, fracture_log_s;
	int64_t fracture_frame; /* first frame in which the halves are apart; -1: none */
	/* picture */
	int width_px, height_px;
	double axis_deg;                              /* from +x towards +y, along the material coordinate X */
	bool pulled_forward;                          /* the end at +X moves (else the one at -X) */
	double origin_px[2];                          /* X = Y = 0 in the first frame: the middle of the gauge */
	double marks_px[2][2], mark_X_px[2];          /* the gauge ends that the description names, and their X */
	double gauge_px;                              /* gauge_length / pixel_size */
	double neck_X_px, neck_px[2];                 /* place of the neck and of the fracture, first frame */
	double fracture_edges_deg[2];                 /* acute angles to the axis of the edges at -X and +X */
	double fracture_angle_deg;                    /* their mean */
	double width_ratio_neck, width_ratio_uniform; /* w/w0 in the last frame before fracture (or the last) */
} tt_sim_truth;

/* One frame, or any other instant. */
typedef struct tt_sim_state {
	double time_s, log_time_s; /* the frame's time stamp; the log's clock at the state shown (mid-exposure,
	                              and of the older image in a repeated frame) */
	double gauge_strain;       /* over the whole gauge, as seen (slack included); held after fracture */
	double mark_strain;        /* between the marks; held after fracture */
	double displacement_m;     /* opening of the device since contact: what drives the spring */
	double force_raw_N;        /* spring + specimen, without the load in air */
	double force_N, stress_Pa; /* specimen; stress on the true undeformed section */
	double neck_elongation_m;  /* beyond the uniform strain */
	double width_ratio_neck, width_ratio_uniform;
	double seen_strain;   /* growth of the distance between the marks in the picture, from frame 0: with what
	                         tilt, lens and magnification add; NaN after fracture and between frames */
	int64_t image;        /* number of the camera's image; numbers are missing where frames were lost; -1:
	                         no frame */
	bool contact, broken; /* the punch touches; the halves are apart */
	bool duplicate;       /* the camera's previous image again */
} tt_sim_state;

/* name stands for the file in messages when text is given (tt_simulation_parse). options may be NULL. Opening costs
 * about a millisecond: pictures and log rows are made when they are asked for. */
TT_API tt_status tt_simulation_open(const char *path, const tt_simulate_options *options, tt_simulation **out,
                                    tt_error *err);
TT_API tt_status tt_simulation_parse(const char *text, size_t size, const char *name,
                                     const tt_simulate_options *options, tt_simulation **out, tt_error *err);
TT_API void tt_simulation_free(tt_simulation *sim);

TT_API const tt_sim_truth *tt_simulation_truth(const tt_simulation *sim);
TT_API int64_t tt_simulation_frames(const tt_simulation *sim);
/* State shown by frame i (0 … frames - 1). */
TT_API tt_sim_state tt_simulation_state(const tt_simulation *sim, int64_t i);
/* State at an instant of the log's clock. */
TT_API tt_sim_state tt_simulation_at(const tt_simulation *sim, double log_time_s);

/* Engineering curve from contact to fracture (or stop) as the model has it: n points, strain over the gauge from the
 * straight specimen, stress in Pa. Borrowed. */
TT_API size_t tt_simulation_curve(const tt_simulation *sim, const double **strain, const double **stress_Pa);

/* The log as the instrument would write it: n rows of time, displacement and force, noise and offsets included.
 * Borrowed; made at the first call (not thread-safe until then). */
TT_API tt_status tt_simulation_log(tt_simulation *sim, size_t *n, const double **time_s, const double **displacement_m,
                                   const double **force_N, tt_error *err);

/* The log of the device without a specimen: loaded to the same force (or displacement) at the same rate, held,
 * unloaded; offsets as in the test, noise of its own. Borrowed; made at the first call. */
TT_API tt_status tt_simulation_empty_log(tt_simulation *sim, size_t *n, const double **time_s,
                                         const double **displacement_m, const double **force_N, tt_error *err);

/* Where the material point (X, Y) (px along and across the axis in the first frame, from origin_px) is in frame i, in
 * pixels of the picture. After fracture the points of both halves move with their half. */
TT_API void tt_simulation_place(const tt_simulation *sim, int64_t i, double X, double Y, double *x, double *y);
/* How far it has moved along the axis, drift left out, px. */
TT_API double tt_simulation_axial(const tt_simulation *sim, int64_t i, double X);

/* Makes what pictures need (the texture). Called by the first frame otherwise; call it before rendering from several
 * threads. */
TT_API tt_status tt_simulation_prepare(tt_simulation *sim, tt_error *err);
/* TT_U8 or, when described with more than 8 bits, TT_U16 (right-aligned: 0 … 2^bits - 1). */
TT_API tt_pixel tt_simulation_pixel_type(const tt_simulation *sim);
TT_API int tt_simulation_bits(const tt_simulation *sim);
/* Renders frame i into the caller's rows (width_px × height_px pixels of tt_simulation_pixel_type). Any order, any
 * thread after tt_simulation_prepare; the same frame is always the same. */
TT_API tt_status tt_simulation_render(const tt_simulation *sim, int64_t i, void *pixels, ptrdiff_t stride,
                                      tt_error *err);
/* The same into memory of the simulation: *image is borrowed until the next call. */
TT_API tt_status tt_simulation_frame(tt_simulation *sim, int64_t i, tt_image *image, tt_error *err);

/* ---- a film's instrument files ---- */

enum { TT_FILM_ANGLES = 8 };

/* The truth of a film, SI and degrees. Start from tt_film_truth_of. */
typedef struct tt_film_truth {
	double shear_Pa, poisson, hardness_Pa, density, thickness_m;
	double two_theta_deg, fwhm_deg; /* of the first hump */
	double pressure_Pa;             /* of deposition */
	const char *composition, *name;
	int indents, reference_indents;
	double scatter; /* of hardness and modulus between indents, relative */
	double angles_deg[TT_FILM_ANGLES];
	int n_angles;
	double peak_counts; /* of a Brillouin line */
	bool diffraction;   /* also a diffractogram */
	long draws;         /* of the evaluation's Monte Carlo; 0: its default */
} tt_film_truth;

TT_API tt_film_truth tt_film_truth_of(double shear_Pa, double poisson);
TT_API double tt_film_truth_youngs(const tt_film_truth *t);   /* 2 G (1 + ν) */
TT_API double tt_film_truth_velocity(const tt_film_truth *t); /* of the Rayleigh wave, m/s */

/* Leaves indents.csv, silica.csv, brillouin_<angle>.DAT, with diffraction diffraction.xy, and film.yaml, whose stated
 * values are drawn around the true ones by their stated uncertainties. The same seed gives the same bytes. */
TT_API tt_status tt_simulate_film(const tt_film_truth *truth, uint64_t seed, const char *out_dir, tt_error *err);

/* A standard normal number that depends on (seed, stream, index) alone: for noise of one's own. */
TT_API double tt_sim_normal(uint64_t seed, uint64_t stream, uint64_t index);

#ifdef __cplusplus
}
#endif
#endif
