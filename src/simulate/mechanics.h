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
} tt_sim_path;

typedef struct tt_sim_mechanics {
	const tt_sim_spec *spec;
	/* true values */
	double k, k2, width, thickness, area, frame_compliance;
	double slack_strain;
	double plastic_neck, plastic_end; /* where the neck starts (infinite: none), where the law ends */
	tt_sim_path path, unload;         /* unload: unbroken specimens, in falling order */
	bool broken, unstable;            /* it breaks; earlier than its law says since the machine runs away */
	double contact_s, peak_s, unload_s, leave_s, end_s; /* log clock; peak: fracture or stop */
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
/* Strain by which a specimen under this stress is straighter than at first. */
double tt_sim_slack(const tt_sim_mechanics *m, double stress);

#endif
