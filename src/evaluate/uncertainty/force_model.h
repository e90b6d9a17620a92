/* Stress made again with other inputs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_UNCERTAINTY_FORCE_MODEL_H
#define TT_EVALUATE_UNCERTAINTY_FORCE_MODEL_H

#include "temtensile/properties.h"

/* Inputs with one number each: independent standard normal deviates z move them. */
typedef enum tt_scalar {
	TT_Z_STIFFNESS,
	TT_Z_STIFFNESS2,
	TT_Z_CONTACT,
	TT_Z_AIR_FORCE,
	TT_Z_AIR_SLOPE,
	TT_Z_WIDTH,
	TT_Z_THICKNESS,
	TT_Z_PIXEL_SIZE,
	TT_Z_CLOCK,
	TT_Z_RATE,
	TT_Z_FRAME_COMPLIANCE,
	TT_Z_FORCE_DRIFT,
	TT_Z_DISPLACEMENT_DRIFT,
	TT_Z_STRAIN_ZERO,
	TT_Z_EXTRAPOLATION,
	TT_Z_YIELD_POINT, /* last: those before it keep their random numbers */
	TT_Z_COUNT
} tt_scalar;

/* The inputs of one draw. */
typedef struct tt_force_inputs {
	double k, k2, d0_error, air, air_slope, area, scale, starts_at, rate, compliance_error, force_drift,
	    displacement_drift;
} tt_force_inputs;

tt_status tt_force_model_check(const tt_force_model *m, tt_error *err);
/* z NULL: the stated values. */
tt_force_inputs tt_force_inputs_at(const tt_force_model *m, const double *z);
/* Log time of a row whose log time by the stated clock is t. */
double tt_force_log_time(const tt_force_model *m, const tt_force_inputs *in, double t);
/* Force on the specimen, displacement and raw force at a log time; all 0 when the model has no log. */
typedef struct tt_force_point {
	double force, displacement, raw;
} tt_force_point;
tt_force_point tt_force_at(const tt_force_model *m, const tt_force_inputs *in, double t);

#endif
