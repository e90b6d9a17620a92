/* The gauge laid on a bar and read from its subsets' motions: answers known beforehand; and which frames are believed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "observe/gauge.h"
#include "observe/judge.h"
#include "temtensile/curve.h"
#include "temtensile/frames.h"

static uint64_t state = 9;

static double uniform(void)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(state >> 11) + 0.5) * 0x1p-53;
}

static double gauss(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * 3.14159265358979323846 * uniform());
}

static tt_gauge lay(double x0, double y0, double x1, double y1)
{
	tt_gauge g;
	tt_error err;
	CHECK_MSG(tt_gauge_lay((double[]){x0, y0}, (double[]){x1, y1}, 90, 33, 640, 480, NULL, &g, &err) == TT_OK, "%s",
	          err.message);
	return g;
}

static void laid_where_asked(void)
{
	tt_gauge g = lay(120, 200, 520, 260);
	double length = hypot(400, 60), c = 400 / length, s = 60 / length;
	CHECK_NEAR(g.length_px, length, 1e-12);
	CHECK_NEAR(g.axis[0], c, 1e-15);
	CHECK_NEAR(g.axis[1], s, 1e-15);
	CHECK_NEAR(g.normal[0] * g.axis[0] + g.normal[1] * g.axis[1], 0, 1e-15);
	CHECK(g.n == g.n_band[0] + g.n_band[1] + g.n_stations && g.n_band[0] == g.n_band[1] && g.n_band[0] >= 9);
	for (size_t i = 0; i < g.n; i++) {
		double dx = g.xy[2 * i] - 120, dy = g.xy[2 * i + 1] - 200, along = dx * c + dy * s,
		       across = dy * c - dx * s;
		CHECK(g.xy[2 * i] == round(g.xy[2 * i]) && g.xy[2 * i + 1] == round(g.xy[2 * i + 1]));
		CHECK(fabs(across) <= 45 - 16); /* whole subsets on the bar */
		if (i < g.n_band[0]) CHECK(fabs(along) <= 17);
		if (i >= g.n_band[0] && i < g.n_band[0] + g.n_band[1]) CHECK(fabs(along - length) <= 17);
		if (i >= g.n_band[0] + g.n_band[1]) CHECK_NEAR(along, g.station_s[i - g.n_band[0] - g.n_band[1]], 1);
	}
	CHECK(g.station_s[0] == 0 && fabs(g.station_s[g.n_stations - 1] - length) < 1e-9);
	tt_gauge_clear(&g);
	tt_error err;
	CHECK(tt_gauge_lay((double[]){3, 200}, (double[]){520, 260}, 90, 33, 640, 480, NULL, &g, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "gauge.from");
	CHECK_HAS(err.message, "at least 3 are needed");
}

/* Subsets moved by x -> m x + d (row by row), with noise. */
static void move_by(const tt_gauge *g, const double m[4], const double d[2], double noise, tt_dic_point *p)
{
	for (size_t i = 0; i < g->n; i++) {
		double x = g->xy[2 * i], y = g->xy[2 * i + 1];
		p[i] = (tt_dic_point){.x = x,
		                      .y = y,
		                      .u = (m[0] - 1) * x + m[1] * y + d[0] + noise * gauss(),
		                      .v = m[2] * x + (m[3] - 1) * y + d[1] + noise * gauss(),
		                      .p = {0, m[0] - 1, m[1], 0, m[2], m[3] - 1},
		                      .zncc = 0.97,
		                      .u_noise_px = noise > 0 ? noise : 1e-6,
		                      .v_noise_px = noise > 0 ? noise : 1e-6};
	}
}

static tt_gauge_reading read_points(const tt_gauge *g, const tt_dic_point *p)
{
	tt_gauge_reading r;
	tt_error err;
	CHECK_MSG(tt_gauge_read(g, p, 1, &r, &err) == TT_OK, "%s", err.message);
	return r;
}

/* Turned, sheared, stretched: each end lands where the map takes it, and a turn alone is no strain. */
static void reads_any_affine_motion(void)
{
	tt_gauge g = lay(120, 200, 520, 260);
	tt_dic_point *p = malloc(g.n * sizeof *p);
	CHECK(p);
	for (int k = 0; k < 4; k++) {
		double a = k == 0 ? 0 : 0.03 * k, e = k == 3 ? 0 : 0.02 * k;
		double m[4] = {(1 + e) * cos(a), -sin(a) * (1 - 0.3 * e), (1 + e) * sin(a), cos(a) * (1 - 0.3 * e)},
		       d[2] = {7.3, -4.1};
		move_by(&g, m, d, 0, p);
		tt_gauge_reading r = read_points(&g, p);
		CHECK(r.ok && r.dropped[0] + r.dropped[1] == 0 && r.used[0] == g.n_band[0]);
		double x0 = m[0] * 120 + m[1] * 200 + d[0], y0 = m[2] * 120 + m[3] * 200 + d[1];
		double x1 = m[0] * 520 + m[1] * 260 + d[0], y1 = m[2] * 520 + m[3] * 260 + d[1];
		CHECK_NEAR(r.end[0][0], x0, 1e-8);
		CHECK_NEAR(r.end[0][1], y0, 1e-8);
		CHECK_NEAR(r.end[1][0], x1, 1e-8);
		CHECK_NEAR(r.length_px, hypot(x1 - x0, y1 - y0), 1e-8);
		if (k == 3) CHECK_NEAR(r.length_px, g.length_px, 1e-8);
		CHECK_NEAR(r.zncc, 0.97, 1e-12);
		/* stations lie on whole pixels: half of one times the strain */
		CHECK(r.stations == g.n_stations && fabs(r.gap_px) < 0.2);
	}
	free(p);
	tt_gauge_clear(&g);
}

/* When a few subsets on one side of an end are all that is left (the others left the frame), each is carried to the
 * end's own place by its own slopes: a mean of what moved elsewhere would be off by the strain times the way. */
static void what_is_left_is_carried(void)
{
	tt_gauge g = lay(120, 200, 520, 200);
	tt_dic_point *p = malloc(g.n * sizeof *p);
	CHECK(p);
	const double m[4] = {1.06, 0, 0, 0.98}, d[2] = {2, 1};
	move_by(&g, m, d, 0, p);
	size_t kept = 0;
	for (size_t i = g.n_band[0]; i < g.n_band[0] + g.n_band[1]; i++) {
		bool stays = p[i].x < 515 && kept < (g.n_band[1] + 2) / 3 && kept < 4;
		kept += stays;
		if (!stays) p[i].flag = TT_DIC_OUTSIDE;
	}
	CHECK(kept >= 3);
	tt_gauge_reading r = read_points(&g, p);
	CHECK(r.ok && r.used[1] == kept);
	CHECK_NEAR(r.length_px, 1.06 * 400, 1e-8);
	free(p);
	tt_gauge_clear(&g);
}

/* Noise that is known: the stated u is the scatter of the lengths; half of what stands out is thrown away. */
static void u_is_the_scatter(void)
{
	enum { DRAWS = 600 };
	tt_gauge g = lay(120, 200, 520, 200);
	tt_dic_point *p = malloc(g.n * sizeof *p);
	CHECK(p);
	const double m[4] = {1.01, 0, 0, 1}, d[2] = {0, 0};
	double z2 = 0, mean = 0;
	for (int i = 0; i < DRAWS; i++) {
		move_by(&g, m, d, 0.02, p);
		/* subsets share pixels: neighbours' errors go together as their overlap; here they are independent, so
		 * that the stated u, which counts on the overlap, must not be smaller */
		tt_gauge_reading r = read_points(&g, p);
		double error = r.length_px - 404;
		mean += error / DRAWS;
		z2 += error * error / (r.u_length_px * r.u_length_px) / DRAWS;
	}
	check_note("independent subsets: rms error / u %.2f, mean %.1e px", sqrt(z2), mean);
	CHECK(fabs(mean) < 0.003);
	CHECK(sqrt(z2) < 1.1 && sqrt(z2) > 0.3);
	/* one subset that found another place */
	move_by(&g, m, d, 0.01, p);
	p[4].u += 6;
	tt_gauge_reading r = read_points(&g, p);
	CHECK(r.ok && r.dropped[0] >= 1 && r.dropped[1] == 0);
	CHECK_NEAR(r.length_px, 404, 0.05);
	/* a band that is gone */
	for (size_t i = 0; i < g.n_band[0]; i++)
		p[i].flag = TT_DIC_LOW_ZNCC;
	r = read_points(&g, p);
	CHECK(!r.ok && isnan(r.length_px));
	free(p);
	tt_gauge_clear(&g);
}

/* A crack between two stations stands in gap_px and gap_at_px. */
static void gap_is_where_it_opens(void)
{
	tt_gauge g = lay(120, 200, 520, 200);
	tt_dic_point *p = malloc(g.n * sizeof *p);
	CHECK(p);
	const double m[4] = {1.02, 0, 0, 1}, d[2] = {0, 0};
	move_by(&g, m, d, 0, p);
	size_t first = g.n_band[0] + g.n_band[1], half = g.n_stations / 2;
	for (size_t i = half; i < g.n_stations; i++)
		p[first + i].u += 12.5;
	tt_gauge_reading r = read_points(&g, p);
	CHECK_NEAR(r.gap_px, 12.5, 0.05);
	CHECK(r.gap_at_px > g.station_s[half - 1] && r.gap_at_px < g.station_s[half]);
	CHECK_NEAR(r.station_strain, 0.02, 5e-4);
	free(p);
	tt_gauge_clear(&g);
}

/* What the decoder does not tell, the correlation does; what both say nothing of is believed. */
static void frames_are_judged(void)
{
	enum { N = 60 };
	tt_gauge_reading r[N];
	unsigned source[N] = {0}, flag[N];
	for (int i = 0; i < N; i++)
		r[i] = (tt_gauge_reading){
		    .ok = true, .zncc = 0.95 + 0.004 * gauss(), .stations = 10, .length_px = 400, .u_length_px = 0.02};
	r[20].zncc = 0.3; /* a picture in pieces */
	r[30].ok = false; /* the gauge is lost in a sound one */
	r[30].zncc = 0.93;
	r[35].ok = false; /* nothing is found any more */
	r[35].zncc = NAN;
	r[35].stations = 0;
	source[40] = TT_FRAME_DUPLICATE;
	source[45] = TT_FRAME_UNDECODED;
	tt_judge_frames(source, r, N, flag);
	for (int i = 0; i < N; i++) {
		unsigned expected = i == 20 || i == 35 || i == 45 ? TT_ROW_DAMAGED
		                    : i == 30                     ? TT_ROW_LOST
		                    : i == 40                     ? TT_ROW_DUPLICATE
		                                                  : 0;
		CHECK_MSG(flag[i] == expected, "frame %d: flag %u, expected %u", i, flag[i], expected);
	}
	/* a lower level that lasts is another picture, not damage */
	for (int i = 25; i < N; i++) {
		r[i] = r[0];
		r[i].zncc = 0.6 + 0.01 * gauss();
		source[i] = 0;
	}
	tt_judge_frames(source, r, N, flag);
	for (int i = 25; i < N; i++)
		CHECK_MSG(flag[i] == 0, "frame %d of a lower level that lasts: flag %u", i, flag[i]);
}

static const check_case cases[] = {
    {"laid_where_asked", laid_where_asked},
    {"reads_any_affine_motion", reads_any_affine_motion},
    {"few subsets on one side", what_is_left_is_carried},
    {"u_is_the_scatter", u_is_the_scatter},
    {"gap_is_where_it_opens", gap_is_where_it_opens},
    {"frames_are_judged", frames_are_judged},
};
CHECK_MAIN(cases)
