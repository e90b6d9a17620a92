/* The specimen's outline and motion.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/shape.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stddef.h>

static const double steepest_deg = 75;

/* Rises from 0 at t = 0 to 1 at t = 1 with two continuous derivatives. */
static double rise(double t)
{
	return t <= 0 ? 0 : t >= 1 ? 1 : t * t * t * (10 + t * (6 * t - 15));
}

static double rise_slope(double t)
{
	return t <= 0 || t >= 1 ? 0 : 30 * t * t * (1 - t) * (1 - t);
}

/* Integral of rise((z + f) / (2 f)) up to z. */
static double ramp(double z, double f)
{
	if (z <= -f) return 0;
	if (z >= f) return z;
	double t = (z + f) / (2 * f);
	return 2 * f * t * t * t * t * (2.5 + t * (t - 3));
}

void tt_sim_shape_init(tt_sim_shape *s, double length, double width, double grip_width, double radius)
{
	s->length = length;
	s->half = width / 2;
	s->grip_half = grip_width / 2;
	s->radius = radius;
	double step = s->grip_half - s->half, cosine = 1 - step / (2 * radius);
	double steepest = steepest_deg * M_PI / 180;
	s->slope_deg = cosine < cos(steepest) ? steepest_deg : acos(cosine) * 180 / M_PI;
	double a = s->slope_deg * M_PI / 180, arcs = 2 * radius * (1 - cos(a));
	s->shoulder = 2 * radius * sin(a) + (s->slope_deg == steepest_deg ? (step - arcs) / tan(a) : 0);
	if (s->shoulder < 4) s->shoulder = 4;
	s->fade = fmin(0.5 * s->shoulder, 0.02 * length);
}

/* Part of the uniform strain that reaches X: 1 in the gauge, 0 in the grips. */
static double inside(const tt_sim_shape *s, double X)
{
	double z = fabs(X) - 0.5 * s->length;
	return 1 - rise((z + s->fade) / (2 * s->fade));
}

static double neck_density(const tt_sim_shape *s, double X)
{
	double t = (X - s->neck) / s->neck_sd;
	return fabs(t) > 12 ? 0 : exp(-0.5 * t * t) / (s->neck_sd * sqrt(2 * M_PI));
}

/* Density of the uneven strain, whose mean over the gauge is nothing, and its integral. */
static double waves(const tt_sim_shape *s, double X, double *integral)
{
	double part = X / s->length + 0.5, density = 0;
	*integral = 0;
	if (part <= 0 || part >= 1) return 0;
	for (int i = 0; i < 2; i++) {
		double turn = 2 * M_PI * (s->waves + i);
		density += s->wave[i] * sin(turn * part);
		*integral += s->wave[i] * (1 - cos(turn * part)) * s->length / turn;
	}
	return density;
}

double tt_sim_u(const tt_sim_shape *s, const tt_sim_motion *m, double X, double *slope)
{
	double h = 0.5 * s->length, c = h + 0.5 * s->shoulder;
	double left = (X + c) / s->shoulder + 0.5, right = (X - c) / s->shoulder + 0.5;
	double u = m->uniform * (ramp(X + h, s->fade) - ramp(X - h, s->fade)) + m->end * (rise(left) + rise(right));
	if (m->neck != 0) u += m->neck * 0.5 * erfc((s->neck - X) / (s->neck_sd * M_SQRT2));
	double spread = 0, density = 0;
	if (m->uneven != 0) {
		density = m->uneven * waves(s, X, &spread);
		u += m->uneven * spread;
	}
	if (!slope) return u;
	*slope = m->uniform * inside(s, X) + m->end * (rise_slope(left) + rise_slope(right)) / s->shoulder;
	if (m->neck != 0) *slope += m->neck * neck_density(s, X);
	*slope += density;
	return u;
}

double tt_sim_u_end(const tt_sim_shape *s, const tt_sim_motion *m)
{
	return m->uniform * s->length + m->neck + 2 * m->end;
}

double tt_sim_inverse(const tt_sim_shape *s, const tt_sim_motion *m, double x, double guess)
{
	double X = guess;
	for (int i = 0; i < 50; i++) {
		double slope, step = X + tt_sim_u(s, m, X, &slope) - x;
		step /= 1 + slope;
		X -= step;
		if (fabs(step) < 1e-10) break;
	}
	return X;
}

double tt_sim_width_ratio(const tt_sim_shape *s, const tt_sim_motion *m, double X)
{
	double part = inside(s, X), spread, local = m->plastic * part + m->neck * neck_density(s, X);
	if (m->uneven != 0) local += m->uneven * waves(s, X, &spread);
	return (1 - s->poisson * m->elastic * part) / sqrt(1 + local);
}

double tt_sim_half_width(const tt_sim_shape *s, double X)
{
	double z = fabs(X) - 0.5 * s->length;
	if (z <= 0) return s->half;
	if (z >= s->shoulder) return s->grip_half;
	double a = s->slope_deg * M_PI / 180, arc = s->radius * sin(a), back = s->shoulder - z;
	if (z <= arc) return s->half + s->radius - sqrt(fmax(s->radius * s->radius - z * z, 0));
	if (back <= arc) return s->grip_half - s->radius + sqrt(fmax(s->radius * s->radius - back * back, 0));
	return s->half + s->radius * (1 - cos(a)) + (z - arc) * tan(a);
}

double tt_sim_grip_part(const tt_sim_shape *s, double X)
{
	double z = fabs(X) - 0.5 * s->length - 0.5 * s->shoulder;
	return rise(z / (0.75 * s->shoulder) + 0.5);
}
