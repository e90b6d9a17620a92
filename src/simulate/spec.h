/* The description of a simulated test (simulation.yaml), read and checked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_SPEC_H
#define TT_SIMULATE_SPEC_H

#include "describe/yaml.h"
#include "temtensile/simulate.h"

enum {
	TT_SIM_MAX_POP_INS = 16,
	TT_SIM_MAX_TOUCHES = 32,
	TT_SIM_MAX_CYCLES = 32,
	TT_SIM_MAX_BANDS = 16,
	TT_SIM_MAX_FILM_KEYS = 32
};

typedef enum tt_sim_codec { TT_SIM_H264, TT_SIM_MPEG4, TT_SIM_FFV1, TT_SIM_RAW } tt_sim_codec;
typedef enum tt_sim_stamp { TT_SIM_STAMP_START, TT_SIM_STAMP_MIDDLE, TT_SIM_STAMP_END } tt_sim_stamp;

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
		tt_sim_pop_in pop_in[TT_SIM_MAX_POP_INS];
		size_t n_pop_ins;
	} law;
	struct {
		double gauge_length;
		tt_quantity width, thickness;
		double grip_width, shoulder_radius;
		double neck_at, neck_width;   /* m from the gauge's middle; standard deviation, m */
		double fracture_angle_deg[2]; /* of the edge at negative X, at positive X */
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
	} video;
	struct {
		tt_quantity pixel_size;
		double axis_deg, centre[2]; /* px; NaN: middle of the frame */
		bool backward, bright;
		double background, bar, grips, contrast, grip_contrast;
		double grain, blur; /* px */
		bool spots;         /* isolated spots on a lattice instead of grains */
		double noise, shot_noise;
		double drift[2], shake, turn_deg, thinning; /* m/s, m, °, 1 */
		struct {
			double depth, width, tilt_deg, from, to, until;
		} contour; /* depth 0: none; from, to: fractions of the gauge length; until: gauge strain */
		tt_sim_band band[TT_SIM_MAX_BANDS];
		size_t n_bands;
		bool overlay, mark;
		double scale_bar; /* m; 0: chosen */
	} imaging;
	struct {
		tt_sim_spring spring;
		bool gauge_auto, sync_auto, rate_auto, image_displacement;
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
