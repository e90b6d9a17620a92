/* A band of other brightness that moves through the gauge is told from flicker, from noise and from a neck.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "observe/light_watch.h"

enum { FRAMES = 80, STATIONS = 11 };

static float grey[FRAMES * STATIONS], displacement[FRAMES * STATIONS];
static bool use[FRAMES];
static uint32_t state;

/* Uniform in -1 … 1. */
static double noise(void)
{
	state = state * 1664525u + 1013904223u;
	return (double)state / 2147483648.0 - 1;
}

/* Brightness by frame and station, noise of 0.2 grey levels; the stations stretch by 5 %. */
static tt_moving_band find(double (*light)(int frame, int station), double bias_px)
{
	tt_gauge gauge = {.n_stations = STATIONS};
	tt_light_watch w = {.gauge = &gauge, .rows = FRAMES, .capacity = FRAMES, .grey = grey};
	tt_track track = {.n = FRAMES, .n_stations = STATIONS, .station_px = displacement};
	tt_moving_band out;
	tt_error err;
	state = 11;
	for (int t = 0; t < FRAMES; t++) {
		use[t] = t < FRAMES - 10;
		for (int i = 0; i < STATIONS; i++) {
			double l = light(t, i);
			grey[t * STATIONS + i] = (float)(120 + 3 * (i % 3) + l + 0.2 * noise());
			displacement[t * STATIONS + i] =
			    (float)(0.05 * 40 * i * t / FRAMES + 0.01 * noise() + bias_px * l / 20 * (i % 2 ? 1 : -1));
		}
	}
	CHECK(tt_moving_band_find(&w, &track, use, 4, 8, &out, &err) == TT_OK);
	return out;
}

static double contour(int t, int i)
{
	double d = i - (STATIONS - 1) * (t - 10) / 50.0;
	return t < 5 ? 0 : -20 * exp(-d * d / 2);
}

/* Two that follow each other, a dark and a bright one. */
static double two_contours(int t, int i)
{
	return contour(t, i) - contour(t - 25, i);
}

static double flicker(int t, int i)
{
	(void)i;
	return t % 7 * 3.0;
}

static double neck(int t, int i)
{
	double d = i - 6;
	return t > 40 ? 0.8 * (t - 40) * exp(-d * d / 3) : 0;
}

static void a_contour_is_named(void)
{
	tt_moving_band b = find(contour, 0.2);
	CHECK(b.seen);
	CHECK_NEAR(b.from, 0, 0.1);
	CHECK_NEAR(b.to, 1, 0.1);
	CHECK_NEAR(b.contrast_grey, -20, 2);
	CHECK(b.first >= 5 && b.last < FRAMES - 10);
	check_note("stations in the band depart by %.3f px, others by %.3f px", b.inside_px, b.outside_px);
	CHECK(b.inside_px > 3 * b.outside_px);
}

static void two_are_named(void)
{
	tt_moving_band b = find(two_contours, 0.2);
	CHECK(b.seen && b.bands >= 2);
}

static void nothing_else_is(void)
{
	CHECK(!find(flicker, 0).seen);
	CHECK(!find(neck, 0).seen);
}

static const check_case cases[] = {{"a contour is named", a_contour_is_named},
                                   {"two at once are named", two_are_named},
                                   {"nothing else is", nothing_else_is}};
CHECK_MAIN(cases)
