/* What the machine, the device and the specimen do in time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_MECHANICS_H
#define TT_SIMULATE_MECHANICS_H

#include "simulate/spec.h"

/* The specimen's equilibrium path: states that the test passes through, in order of the controlled quantity. */
typedef struct tt_sim_path {
	size_t n;
	double *strain, *plastic, *stress; /* engineering, over the gauge, from the straight specimen */
	double *displacement, *force;      /* of the device since contact; at the punch */
	double *control;                   /* what the machine controls there: N or m */
} tt_sim_path;

typedef enum tt_sim_leg_kind {
	TT_SIM_AIR,     /* the punch does not touch; from, to: its place, m */
	TT_SIM_LOADING, /* along the equilibrium path; from, to: the controlled quantity */
	TT_SIM_ELASTIC, /* the specimen away from its path, at constant plastic strain */
	TT_SIM_BARE     /* the device's spring alone, after fracture */
} tt_sim_leg_kind;

/* A part of the machine's programme: one quantity moves linearly in time. */
typedef struct tt_sim_leg {
	tt_sim_leg_kind kind;
	bool by_place; /* from, to are displacements, whatever the mode */
	bool broken;   /* the specimen is */
	double start_s, end_s, from, to;
	double plastic; /* of the specimen in AIR and ELASTIC */
} tt_sim_leg;

typedef struct tt_sim_mechanics {
	const tt_sim_spec *spec;
	/* true values */
	double k, k2, width, thickness, area, frame_compliance;
	double slack_strain;
	double plastic_neck, plastic_end; /* where the neck starts (infinite: none), where the law ends */
	tt_sim_path path;
	bool broken, unstable; /* it breaks; earlier than its law says since the machine runs away */
	tt_sim_leg *leg;
	size_t n_legs;
	double contact_s, peak_s, unload_s, leave_s, end_s; /* log clock; contact: the test's; peak: fracture or stop */
} tt_sim_mechanics;

/* One instant. */
typedef struct tt_sim_instant {
	double position;        /* of the punch: displacement since contact, negative in the approach */
	double displacement;    /* of the device */
	double force, stress;   /* at the punch; in the specimen */
	double strain, plastic; /* law's, from the straight specimen; held after fracture */
	double seen;            /* gauge strain as seen (slack included); held after fracture */
	bool contact, broken;
} tt_sim_instant;

/* True values must be set; builds paths and times. */
tt_status tt_sim_mechanics_init(tt_sim_mechanics *m, tt_error *err);
void tt_sim_mechanics_free(tt_sim_mechanics *m);
tt_sim_instant tt_sim_instant_at(const tt_sim_mechanics *m, double log_time_s);
/* The same machine and device at the same log time without a specimen, unloaded where the test was. */
tt_sim_instant tt_sim_empty_at(const tt_sim_mechanics *m, double log_time_s);
/* Instant at the end of the path, just before fracture or at the stop. */
tt_sim_instant tt_sim_instant_last(const tt_sim_mechanics *m);
/* Log time at which the specimen reaches point i of the path. */
double tt_sim_path_time(const tt_sim_mechanics *m, size_t i);
/* The machine's programme, when the path is known. */
tt_status tt_sim_programme(tt_sim_mechanics *m, tt_error *err);
const tt_sim_leg *tt_sim_leg_at(const tt_sim_mechanics *m, double log_time_s);
/* Displacement of the device when the punch carries nothing: what plastic strain holds open. */
double tt_sim_rest(const tt_sim_mechanics *m, double plastic);
/* What the machine controls when the device is open by d and the punch carries this force. */
double tt_sim_control(const tt_sim_mechanics *m, double displacement, double force);
/* The state of a specimen away from its path whose controlled quantity (by_place: displacement) is c. */
tt_sim_instant tt_sim_elastic(const tt_sim_mechanics *m, double plastic, double c, bool by_place);
tt_sim_instant tt_sim_on_path(const tt_sim_mechanics *m, double c);
/* The device alone. */
tt_sim_instant tt_sim_bare(const tt_sim_mechanics *m, double c, bool by_place);
/* Point of the path with this strain, as its controlled quantity; NaN when it lies beyond the end. */
double tt_sim_control_at_strain(const tt_sim_mechanics *m, double strain);
/* ... with this force at the punch, before the first maximum. */
double tt_sim_control_at_force(const tt_sim_mechanics *m, double force);
/* Strain by which a specimen under this stress is straighter than at first. */
double tt_sim_slack(const tt_sim_mechanics *m, double stress);

#endif
