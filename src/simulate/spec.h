/* The description of a simulated test (simulation.yaml), read and checked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_SPEC_H
#define TT_SIMULATE_SPEC_H

#include "describe/yaml.h"
#include "temtensile/simulate.h"

enum {
	TT_SIM_MAX_POP_INS = 16,
	TT_SIM_MAX_CONTOURS = 8,
	TT_SIM_MAX_DROPS = 32,
	TT_SIM_MAX_TOUCHES = 32,
	TT_SIM_MAX_CYCLES = 32,
	TT_SIM_MAX_BANDS = 16,
	TT_SIM_MAX_FILM_KEYS = 32
};

typedef enum tt_sim_codec { TT_SIM_H264, TT_SIM_MPEG4, TT_SIM_FFV1, TT_SIM_RAW } tt_sim_codec;
typedef enum tt_sim_stamp { TT_SIM_STAMP_START, TT_SIM_STAMP_MIDDLE, TT_SIM_STAMP_END } tt_sim_stamp;

typedef enum tt_sim_rate_told { TT_SIM_RATE_GIVEN, TT_SIM_RATE_AUTO, TT_SIM_RATE_UNTOLD } tt_sim_rate_told;

/* How the description tells the spring's stiffness. */
typedef enum tt_sim_spring { TT_SIM_SPRING_GIVEN, TT_SIM_SPRING_AFTER_FRACTURE, TT_SIM_SPRING_EMPTY_RUN } tt_sim_spring;

/* A sudden loss of strength at a plastic strain, made up for over a further plastic strain. */
typedef struct tt_sim_pop_in {
	double at;     /* plastic strain */
	double drop;   /* Pa */
	double extent; /* plastic strain over which the drop heals */
} tt_sim_pop_in;

/* A dark (or bright) band fixed to the material, as a shear band or an arrested crack would show. */
typedef struct tt_sim_band {
	double at, width;   /* m along the axis: centre; full width */
	double angle_deg;   /* to the axis, 0 … 180 */
	double grey;        /* grey levels added */
	double from_strain; /* gauge strain at which it appears; 0: always there */
} tt_sim_band;

typedef enum tt_sim_texture_kind {
	TT_SIM_GRAINS,
	TT_SIM_SPOTS,        /* isolated, on a lattice */
	TT_SIM_AMORPHOUS,    /* phase-contrast speckle: a band of spatial frequencies */
	TT_SIM_NANOCRYSTALS, /* dark grains that flash as they turn through a Bragg condition */
	TT_SIM_LAYERS,       /* stripes of layers seen edge-on */
	TT_SIM_BLANK         /* nothing but edges (and a cap) */
} tt_sim_texture_kind;

/* A bend contour: a dark band that travels with the strain. */
typedef struct tt_sim_contour {
	double depth, width, tilt_deg, from, to,
	    until;       /* from, to: fractions of the gauge length; until: gauge strain */
	double uneven;   /* of its travel: 0 even, 1 it stands still and hurries on by turns */
	bool side_lines; /* thinner ones beside it, as dynamical theory has them */
} tt_sim_contour;

/* Frames that never reached the file. */
typedef struct tt_sim_drop {
	int frame, count;
} tt_sim_drop;

/* A touch before the test: up to a force, held, lifted off again. */
typedef struct tt_sim_touch {
	double force, hold, lift, pause; /* N, s, m, s */
} tt_sim_touch;

/* An interruption of the loading: down to a part of the controlled quantity or off the device, and back. */
typedef struct tt_sim_cycle {
	double at;                   /* law's strain */
	double to;                   /* part of the controlled quantity; 1: only a hold; NaN: the punch leaves */
	double hold, low_hold, lift; /* s at the top, s at the bottom, m of distance when it leaves */
} tt_sim_cycle;

typedef struct tt_sim_text {
	char *key, *value;
} tt_sim_text;

typedef struct tt_sim_spec {
	char *name;
	uint64_t seed;
	bool draw;

	struct {
		tt_quantity pressure; /* NaN: not given */
		tt_sim_text key[TT_SIM_MAX_FILM_KEYS];
		size_t n_keys;
	} film;
	struct {
		double modulus, yield, hardening, saturation; /* Pa, Pa, Pa, 1 */
		double fracture_strain;                       /* NaN: does not break */
		double neck_from, softening;                  /* NaN: no neck; Pa */
		double poisson;
		double uneven, uneven_period; /* of the plastic strain along the gauge: part of it; m */
		tt_sim_pop_in pop_in[TT_SIM_MAX_POP_INS];
		size_t n_pop_ins;
	} law;
	struct {
		double gauge_length;
		tt_quantity width, thickness;
		double grip_width, shoulder_radius;
		double neck_at, neck_width;   /* m from the gauge's middle; standard deviation, m */
		double fracture_angle_deg[2]; /* of the edge at negative X, at positive X */
		double fracture_at;           /* m from the gauge's middle; NaN: in the neck */
	} geometry;
	struct {
		tt_quantity stiffness, stiffness2, frame_compliance;
		double series_compliance;
	} device;
	struct {
		bool load;
		double rate; /* N/s or m/s */
		double wait, approach, approach_speed, hold, unload_rate, after;
		double slack, slack_stress;             /* m, Pa */
		double stop_strain;                     /* NaN: goes on to fracture */
		double second_from, second_rate;        /* law's strain (NaN: one stage); N/s or m/s */
		double retract_speed, retract_distance; /* m/s (0: none), m */
		double lift;                            /* m, after unloading */
		tt_sim_touch touch[TT_SIM_MAX_TOUCHES];
		tt_sim_cycle cycle[TT_SIM_MAX_CYCLES];
		size_t n_touches, n_cycles;
	} control;
	struct {
		char *file;
		double rate, force_noise, displacement_noise, force_offset, displacement_offset;
		double air_slope, displacement_drift, force_drift;
		double friction;          /* N, against the motion of the punch while it touches */
		double transducer_spring; /* N/m, in the force that is logged and controlled */
		double drift_settles;     /* s (infinite: steady) */
		double force_step, displacement_step, time_step; /* of the written numbers; 0: fine */
		double force_limit[2], displacement_limit[2];    /* NaN: none */
		double overflow;     /* written beyond a limit, in the column's unit; NaN: the limit */
		double from, gap[2]; /* s: rows before are missing; rows between are */
		int tests[2];        /* other tests before and after this one in the file */
		bool test_column;    /* told apart by a column instead of a repeated header */
		bool utf8, segments, reversed;
		int columns;
		double duration; /* NaN: whole */
	} log;
	struct {
		char *file;
		int width, height;
		double frame_rate, camera_rate, jitter;
		tt_quantity log_starts_at, clock_rate;
		double duration; /* NaN: whole */
		long frames;     /* > 0: forced number (option) */
		tt_sim_codec codec;
		int crf, quality, bits;
		bool lossless;
		char *preset;
		double exposure;
		tt_sim_stamp timestamp;
		bool false_stamps; /* a constant rate is written, whatever was lost or came late */
		double dropped;    /* part of the frames lost at random */
		tt_sim_drop drop[TT_SIM_MAX_DROPS];
		size_t n_drops;
		int first_black; /* frames */
	} video;
	struct {
		tt_quantity pixel_size;
		double axis_deg, centre[2]; /* px; NaN: middle of the frame */
		bool backward, bright;
		double background, bar, grips, contrast, grip_contrast;
		double grain, blur; /* px */
		tt_sim_texture_kind texture;
		double flash, flash_rate;            /* nanocrystals: share of the contrast; turns per strain */
		double layer_period, layer_waviness; /* m; of the period */
		bool layers_across;
		double noise, shot_noise;
		double drift[2], shake, turn_deg, thinning; /* m/s, m, °, 1 */
		tt_sim_contour contour[TT_SIM_MAX_CONTOURS];
		size_t n_contours;
		struct {
			double amplitude, period, shift, decay; /* grey levels; m; periods per strain; m */
		} fringes;                                      /* of thickness, along the edges; amplitude 0: none */
		struct {
			double depth, at[2], size; /* grey levels at the end; m along, across; standard deviation, m */
		} contamination;
		struct {
			double width, grey, contrast; /* m (0: none), grey levels */
		} cap;                                /* along the edge at positive Y */
		struct {
			double offset, contrast; /* m across (0: none); grey levels */
			double gap, stiffness;   /* m, N/m: a sensor of force, cut in its middle; stiffness 0: none */
		} neighbour;                     /* a second bar that nothing pulls at, or that opens with the force */
		struct {
			double from, to, until; /* °, °, gauge strain */
			bool about_axis;
		} tilt; /* out of the plane of the picture */
		struct {
			double drift, step, at; /* 1 (during the video), 1, s of video */
		} magnification;
		double distortion;                     /* radial, at a corner, of the distance to the middle */
		double flicker;                        /* of the beam, standard deviation, 1 */
		double vibration, vibration_frequency; /* m, Hz */
		struct {
			double depth, width, speed; /* 1 (0: none), px, px/s */
		} shadow;                           /* a band of less light that crosses the picture */
		tt_sim_band band[TT_SIM_MAX_BANDS];
		size_t n_bands;
		bool overlay, mark;
		double scale_bar; /* m; 0: chosen */
		struct {
			double at[2], to[2], from, until; /* px; s of video; at NaN: none */
		} pointer;
		struct {
			double at[2];
			char *text; /* NULL: none */
			int size;   /* px of a letter's dot */
			bool clock; /* the time of the video behind it */
		} text;
	} imaging;
	struct {
		double fixed_pattern, pattern_grain; /* standard deviation of the gain; px */
		int hot_pixels, dead_columns;
		double rolling_shutter; /* s from the first row to the last */
		bool motion_blur;
	} camera;
	struct {
		tt_sim_spring spring;
		bool gauge_auto, sync_auto, image_displacement, hide_compliance;
		tt_sim_rate_told rate;
		double mark_span; /* fraction of the gauge length between the described ends */
		char *zero;       /* NULL: not written */
	} description;
} tt_sim_spec;

/* Reads and checks the document; every error has file, line and column. */
tt_status tt_sim_spec_read(const tt_yaml *y, tt_sim_spec **out, tt_error *err);
/* Applies the caller's options (TT_ERR_USAGE when one is out of range) and fills what follows from other values. */
tt_status tt_sim_spec_finish(tt_sim_spec *spec, const tt_simulate_options *options, tt_error *err);
void tt_sim_spec_free(tt_sim_spec *spec);

#endif
