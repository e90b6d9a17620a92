/* Faults of real microscopes as they are drawn: each measured from pixels and times alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper.h"

enum { W = 320, H = 240 };

#define SMALL "video: {file: a.mkv, codec: ffv1, bits: 16, size: [320, 240]"
#define FLAT "imaging: {noise: 0, contrast: 0, pixel_size: 8 nm"

typedef struct picture {
	double *g; /* grey levels of 255 */
} picture;

static picture take(tt_simulation *sim, int64_t i)
{
	tt_error err = {0};
	tt_image im;
	CHECK_MSG(tt_simulation_frame(sim, i, &im, &err) == TT_OK, "%s", err.message);
	CHECK(im.width == W && im.height == H);
	picture p = {malloc(W * H * sizeof(double))};
	CHECK(p.g);
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			p.g[y * W + x] = tt_image_at(&im, x, y) * 255 / ((1 << tt_simulation_bits(sim)) - 1);
	return p;
}

static picture take_of(const char *text, int64_t i)
{
	tt_simulation *sim = simulate(text, NULL);
	if (i < 0) i += tt_simulation_truth(sim)->fracture_frame + 1;
	picture p = take(sim, i);
	tt_simulation_free(sim);
	return p;
}

static double at(const picture *p, int x, int y)
{
	return p->g[y * W + x];
}

typedef struct moments {
	double mean, sd, n;
} moments;

/* Of b/a - 1 or b - a in a rectangle; a NULL: of b. */
static moments compare(const picture *a, const picture *b, int x0, int y0, int x1, int y1, bool ratio)
{
	moments m = {0};
	double s = 0, s2 = 0;
	for (int y = y0; y < y1; y++)
		for (int x = x0; x < x1; x++) {
			double v = at(b, x, y);
			if (a) v = ratio ? v / at(a, x, y) - 1 : v - at(a, x, y);
			s += v;
			s2 += v * v;
			m.n++;
		}
	m.mean = s / m.n;
	m.sd = sqrt(fmax(s2 / m.n - m.mean * m.mean, 0));
	return m;
}

static void fixed_pattern_stands_still(void)
{
	const char *text =
	    SMALL "}\ncamera: {fixed_pattern: 3 %, pattern_grain: 2 px}\n" FLAT ", drift: [3 nm/s, 1 nm/s]}\n";
	picture plain = take_of(SMALL "}\n" FLAT "}\n", 0), a = take_of(text, 0), b = take_of(text, 50);
	moments g = compare(&plain, &a, 0, 0, W, 60, true);
	CHECK_NEAR(g.mean, 0, 0.004);
	CHECK_NEAR(g.sd, 0.03, 0.004);
	/* the same above and below the bar, whatever moves */
	for (int y = 0; y < 40; y++)
		for (int x = 0; x < W; x++)
			CHECK_NEAR(at(&a, x, y), at(&b, x, y), 0.01);
	/* neighbours of a grain of 2 px are alike, pixels 10 apart are not */
	double near = 0, far = 0;
	for (int y = 0; y < 60; y++)
		for (int x = 0; x < W - 10; x++) {
			near += (at(&a, x, y) / 193 - 1) * (at(&a, x + 1, y) / 193 - 1);
			far += (at(&a, x, y) / 193 - 1) * (at(&a, x + 10, y) / 193 - 1);
		}
	double n = 60 * (W - 10);
	CHECK(near / n > 0.6 * g.sd * g.sd && fabs(far / n) < 0.2 * g.sd * g.sd);
	free(plain.g);
	free(a.g);
	free(b.g);
}

static void defects_are_counted(void)
{
	picture plain = take_of(SMALL "}\n" FLAT "}\n", 0);
	picture p = take_of(SMALL "}\ncamera: {hot_pixels: 25, dead_columns: 2}\n" FLAT "}\n", 0);
	int hot = 0, dead = 0;
	for (int x = 0; x < W; x++) {
		int zero = 0;
		for (int y = 0; y < H; y++) {
			zero += at(&p, x, y) == 0;
			hot += at(&p, x, y) > at(&plain, x, y) + 20;
		}
		CHECK(zero == 0 || zero == H);
		dead += zero == H;
	}
	CHECK(dead == 2);
	CHECK(hot > 20 && hot <= 25);
	free(plain.g);
	free(p.g);
}

static void beam_flickers(void)
{
	tt_simulation *sim = simulate(SMALL "}\n" FLAT ", flicker: 2 %}\n", NULL);
	double s = 0, s2 = 0;
	enum { N = 200 };
	for (int i = 0; i < N; i++) {
		picture p = take(sim, i);
		double v = compare(NULL, &p, 0, 0, W, 30, false).mean / 193 - 1;
		s += v;
		s2 += v * v;
		free(p.g);
	}
	CHECK_NEAR(s / N, 0, 4 * 0.02 / sqrt(N));
	CHECK_NEAR(sqrt(s2 / N), 0.02, 4 * 0.02 / sqrt(2 * N));
	tt_simulation_free(sim);
}

/* Where the bar's right shoulder crosses a level in this row, from the left. */
static double edge(const picture *p, int row, int from, double level)
{
	for (int x = from; x + 1 < W; x++)
		if ((at(p, x, row) - level) * (at(p, x + 1, row) - level) <= 0)
			return x + (at(p, x, row) - level) / (at(p, x, row) - at(p, x + 1, row));
	return NAN;
}

/* The bar stands upright and drifts across: each row sees it where it was when the row was read. */
static void shutter_rolls(void)
{
	const char *text = SMALL ", exposure: 0.01 s, timestamp: middle}\ncamera: {rolling_shutter: %s}\n" FLAT
	                         ", axis: 90°, drift: [40 nm/s, 0 nm/s]}\n";
	char yaml[512];
	snprintf(yaml, sizeof yaml, text, "0.2 s");
	picture rolled = take_of(yaml, 5);
	snprintf(yaml, sizeof yaml, text, "0 s");
	picture still = take_of(yaml, 5);
	double level = (193 + 112) / 2.0;
	for (int row = 100; row < 140; row++) {
		double delay = 0.2 * ((row + 0.5) / H - 0.5);
		CHECK_NEAR(edge(&rolled, row, 20, level) - edge(&still, row, 20, level), 40 * delay / 8, 0.07);
	}
	free(rolled.g);
	free(still.g);
}

/* An edge that moves during the exposure is a ramp of that length, its middle where it was in the middle. */
static void motion_blurs(void)
{
	const char *text = SMALL ", exposure: 0.2 s, timestamp: middle}\ncamera: {motion_blur: %s}\n" FLAT
	                         ", axis: 90°, drift: [400 nm/s, 0 nm/s], blur: 0.3 px}\n";
	char yaml[512];
	snprintf(yaml, sizeof yaml, text, "true");
	picture blurred = take_of(yaml, 1);
	snprintf(yaml, sizeof yaml, text, "false");
	picture sharp = take_of(yaml, 1);
	double middle = (193 + 112) / 2.0, quarter = 193 - 0.25 * (193 - 112), three = 193 - 0.75 * (193 - 112);
	CHECK_NEAR(edge(&blurred, 120, 20, middle), edge(&sharp, 120, 20, middle), 0.15);
	CHECK_NEAR(edge(&blurred, 120, 20, three) - edge(&blurred, 120, 20, quarter), 0.5 * 10,
	           0.3); /* 80 nm are 10 px */
	CHECK(edge(&sharp, 120, 20, three) - edge(&sharp, 120, 20, quarter) < 1);
	free(blurred.g);
	free(sharp.g);
}

static void frames_are_lost(void)
{
	for (int honest = 0; honest < 2; honest++) {
		char text[512];
		snprintf(text, sizeof text, SMALL ", drop: [{frame: 60, count: 4}, {frame: 90}], stamps: %s}\n",
		         honest ? "honest" : "constant");
		tt_simulation *sim = simulate(text, NULL), *whole = simulate(SMALL "}\n", NULL);
		CHECK(tt_simulation_frames(sim) == tt_simulation_frames(whole) - 5);
		for (int64_t i = 0; i < tt_simulation_frames(sim); i++) {
			int64_t j = i < 60 ? i : i < 86 ? i + 4 : i + 5;
			tt_sim_state a = tt_simulation_state(sim, i), b = tt_simulation_state(whole, j);
			CHECK(a.image == j);
			CHECK_NEAR(a.log_time_s, b.log_time_s, 1e-12);
			CHECK_NEAR(a.mark_strain, b.mark_strain, 1e-15);
			CHECK_NEAR(a.time_s, honest ? b.time_s : (double)i / 5, 1e-12);
		}
		picture p = take(sim, 100), q = take(whole, 105);
		CHECK_NEAR(compare(&p, &q, 0, 0, W, H, false).sd, 0, 0);
		free(p.g);
		free(q.g);
		tt_simulation_free(sim);
		tt_simulation_free(whole);
	}
	tt_simulation *sim = simulate(SMALL ", dropped: 5 %, jitter: 40 %, stamps: constant, duration: 400 s}\n", NULL);
	CHECK_NEAR((double)tt_simulation_frames(sim), 1900, 4 * sqrt(2000 * 0.05));
	for (int64_t i = 0; i < 300; i++) {
		tt_sim_state a = tt_simulation_state(sim, i);
		CHECK_NEAR(a.time_s, (double)i / 5, 1e-12);
		CHECK(fabs(a.log_time_s + 2 - (double)a.image / 5) < 0.041);
	}
	tt_simulation_free(sim);
}

static void first_frames_are_black(void)
{
	tt_simulation *sim = simulate(SMALL ", first_black: 6}\n" FLAT "}\n", NULL);
	picture a = take(sim, 5), b = take(sim, 6);
	CHECK(compare(NULL, &a, 0, 0, W, H, false).mean == 0 && compare(NULL, &b, 0, 0, W, H, false).mean > 100);
	free(a.g);
	free(b.g);
	tt_simulation_free(sim);
}

/* What is written over the picture stands where it was asked for, and nowhere else. */
static void overlays_stand(void)
{
	picture plain = take_of(SMALL "}\n" FLAT "}\n", 10);
	picture p = take_of(
	    SMALL "}\n" FLAT ", pointer: {at: [100, 50], until: 5 s}, text: {at: [10, 8], text: 'HI', size: 2}}\n", 10);
	picture gone = take_of(SMALL "}\n" FLAT ", pointer: {at: [100, 50], until: 5 s}}\n", 30);
	int pointer = 0, text = 0, other = 0, late = 0;
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++) {
			bool differs = fabs(at(&p, x, y) - at(&plain, x, y)) > 1;
			if (x >= 100 && x < 111 && y >= 50 && y < 66)
				pointer += differs;
			else if (x >= 10 && x < 34 && y >= 8 && y < 22)
				text += differs;
			else
				other += differs;
			if (y < 60) late += fabs(at(&gone, x, y) - at(&plain, x, y)) > 1;
		}
	CHECK(pointer > 60 && pointer < 120 && other == 0 && late == 0);
	CHECK(text == 4 * (17 + 11)); /* dots of H, I */
	free(plain.g);
	free(p.g);
	free(gone.g);
}

static void textures_have_their_contrast(void)
{
	const char *kinds[] = {"grains", "amorphous", "nanocrystals"};
	for (int k = 0; k < 3; k++) {
		char text[512];
		snprintf(text, sizeof text,
		         SMALL "}\nimaging: {noise: 0, contrast: 10, pixel_size: 7 nm, texture: %s, grain: 1.5 px}\n",
		         kinds[k]);
		double sum = 0, dark = 0;
		for (int seed = 0; seed < 6; seed++) {
			tt_simulate_options o = tt_simulate_defaults();
			o.seed = seed;
			tt_simulation *sim = simulate(text, &o);
			picture p = take(sim, 0);
			moments m = compare(NULL, &p, 30, 95, 290, 145, false);
			sum += m.sd;
			for (int x = 30; x < 290; x++)
				dark += pow((at(&p, x, 120) - m.mean) / m.sd, 3) / 260;
			free(p.g);
			tt_simulation_free(sim);
		}
		check_note("%s: standard deviation %.2f, skewness %.2f", kinds[k], sum / 6, dark / 6);
		CHECK_NEAR(sum / 6, 10, 1.5);
		if (k == 2) CHECK(dark / 6 < -0.8); /* few dark grains on a bright ground */
	}
	picture none = take_of(SMALL "}\nimaging: {noise: 0, contrast: 10, pixel_size: 7 nm, texture: none}\n", 0);
	CHECK(compare(NULL, &none, 30, 95, 290, 145, false).sd < 0.01);
	picture cap =
	    take_of(SMALL "}\nimaging: {noise: 0, pixel_size: 7 nm, texture: none, cap: {width: 70 nm, grey: 40, "
	                  "contrast: 5}}\n",
	            0);
	CHECK_NEAR(compare(NULL, &cap, 30, 142, 290, 146, false).mean, 40, 3);
	CHECK(compare(NULL, &cap, 30, 142, 290, 146, false).sd > 2);
	CHECK(compare(NULL, &cap, 30, 100, 290, 130, false).sd < 0.01);
	free(none.g);
	free(cap.g);
}

/* Crystals flash as the bar is strained: less of the picture stays than of a steady one. */
static void crystals_flash(void)
{
	double alike[2];
	for (int k = 0; k < 2; k++) {
		char text[512];
		snprintf(text, sizeof text,
		         SMALL "}\nimaging: {noise: 0, contrast: 10, pixel_size: 7 nm, texture: nanocrystals, "
		               "nanocrystals: {flash: %d %%, rate: 60}}\n",
		         k ? 80 : 0);
		tt_simulation *sim = simulate(text, NULL);
		tt_error err;
		CHECK(tt_simulation_prepare(sim, &err) == TT_OK);
		picture a = take(sim, 30), b = take(sim, 150);
		double saa = 0, sbb = 0, sab = 0, ma = compare(NULL, &a, 60, 100, 260, 140, false).mean,
		       mb = compare(NULL, &b, 60, 100, 260, 140, false).mean;
		for (int y = 100; y < 140; y++)
			for (int x = 60; x < 260; x++) { /* the same material, to the nearest pixel */
				double X = x - 160, Y = y - 120, ax, ay, bx, by;
				tt_simulation_place(sim, 30, X, Y, &ax, &ay);
				tt_simulation_place(sim, 150, X, Y, &bx, &by);
				double u = at(&a, (int)lround(ax), (int)lround(ay)) - ma;
				double v = at(&b, (int)lround(bx), (int)lround(by)) - mb;
				saa += u * u;
				sbb += v * v;
				sab += u * v;
			}
		alike[k] = sab / sqrt(saa * sbb);
		free(a.g);
		free(b.g);
		tt_simulation_free(sim);
	}
	check_note("correlation of the same material: steady %.2f, flashing %.2f", alike[0], alike[1]);
	CHECK(alike[0] > 0.85 && alike[1] < 0.5);
}

/* Stripes of their period, along or across; finer ones than the blur are not seen. */
static void layers_have_their_period(void)
{
	const char *text =
	    SMALL "}\nimaging: {noise: 0, contrast: 10, pixel_size: 7 nm, texture: layers, layers: {period: %s, "
	          "waviness: 0 %%, run: %s}}\n";
	char yaml[512];
	snprintf(yaml, sizeof yaml, text, "70 nm", "across");
	picture p = take_of(yaml, 0);
	double c = 0, s = 0, power = 0;
	for (int y = 100; y < 140; y++)
		for (int x = 60; x < 260; x++) {
			double g = at(&p, x, y) - 112, turn = 2 * 3.14159265358979 * x / 10;
			c += g * cos(turn);
			s += g * sin(turn);
			power += g * g;
		}
	double n = 200 * 40;
	CHECK(2 * (c * c + s * s) / n / n / (power / n) > 0.75);
	snprintf(yaml, sizeof yaml, text, "5 nm", "along");
	picture fine = take_of(yaml, 0);
	CHECK(compare(NULL, &fine, 60, 100, 260, 140, false).sd < 4); /* the speckle between them */
	free(p.g);
	free(fine.g);
}

static void fringes_move_with_strain(void)
{
	const char *text = SMALL "}\n" FLAT ", fringes: {amplitude: 10, period: 100 nm, decay: 10 µm, shift: 60}}\n";
	tt_simulation *sim = simulate(text, NULL);
	picture p = take(sim, 0);
	/* period of 12.5 px from the edge at 95 on, a maximum at the edge; decay of nothing */
	CHECK_NEAR(at(&p, 160, 95 + 12), 112 + 10, 1.5);
	CHECK_NEAR(at(&p, 160, 95 + 6), 112 - 10, 1.5);
	int64_t i = 0;
	while (tt_simulation_state(sim, i).gauge_strain < 0.006)
		i++;
	double strain = tt_simulation_state(sim, i).gauge_strain, uneven = 1 + 0.4 * sin(0.7);
	picture q = take(sim, i);
	double x, y;
	tt_simulation_place(sim, i, 0, 0, &x, &y);
	double phase = 2 * 3.14159265358979 * ((12 + 0.0) / 12.5 - 60 * strain * uneven);
	CHECK_NEAR(at(&q, (int)lround(x), 95 + 12), 112 + 10 * cos(phase), 3);
	free(p.g);
	free(q.g);
	tt_simulation_free(sim);
}

static void contamination_grows(void)
{
	const char *text = SMALL "}\n" FLAT "%s}\n";
	char yaml[512];
	snprintf(yaml, sizeof yaml, text, ", contamination: {depth: 40, size: 200 nm, at: [400 nm, 0 nm]}");
	tt_simulation *sim = simulate(yaml, NULL);
	int64_t n = tt_simulation_frames(sim), i = tt_simulation_truth(sim)->fracture_frame / 2;
	picture a = take(sim, 0), b = take(sim, i);
	double x, y, grown = sqrt((double)i / (double)n);
	CHECK_NEAR(at(&a, 210, 120), 112, 0.3);
	tt_simulation_place(sim, i, 50, 0, &x, &y); /* it lies on the material */
	CHECK_NEAR(at(&b, (int)lround(x), 120), 112 - 40 * grown, 0.7);
	CHECK_NEAR(at(&b, (int)lround(x) + 25, 120), 112 - 40 * grown * exp(-0.5), 1.5);
	free(a.g);
	free(b.g);
	tt_simulation_free(sim);
}

static void shadow_crosses(void)
{
	picture plain = take_of(SMALL "}\n" FLAT "}\n", 3);
	picture p = take_of(SMALL "}\n" FLAT ", shadow: {depth: 20 %, width: 20 px, speed: 300}}\n", 3);
	moments m = compare(&plain, &p, 0, 0, W, 1, true);
	double least = 0;
	for (int x = 0; x < W; x++)
		least = fmin(least, at(&p, x, 0) / at(&plain, x, 0) - 1);
	CHECK_NEAR(least, -0.2, 0.001);
	CHECK_NEAR(m.mean, -0.2 * 20 * sqrt(2 * 3.14159265358979) / W, 0.002);
	free(plain.g);
	free(p.g);
}

/* A second bar, which nothing pulls at. */
static void neighbour_stands_still(void)
{
	const char *text = SMALL "}\nimaging: {noise: 0, pixel_size: 11 nm, neighbour: {offset: 900 nm}}\n";
	picture a = take_of(text, 0), b = take_of(text, -2);
	moments still = compare(&a, &b, 80, 190, 240, 210, false), pulled = compare(&a, &b, 80, 110, 240, 130, false);
	CHECK(compare(NULL, &a, 80, 190, 240, 210, false).sd > 8);
	CHECK(still.sd == 0 && pulled.sd > 5);
	free(a.g);
	free(b.g);
}

/* A sensor of force: one half stands, the other goes with the force. */
static void sensor_opens(void)
{
	const char *text = SMALL "}\n" FLAT ", neighbour: {offset: 700 nm, gap: 80 nm, stiffness: 1500 N/m}}\n";
	tt_simulation *sim = simulate(text, NULL);
	const int64_t last = tt_simulation_truth(sim)->fracture_frame - 1;
	double edges[2];
	for (int k = 0; k < 2; k++) {
		picture p = take(sim, k ? last : 0);
		double x, y;
		tt_simulation_place(sim, 0, 0, 700 / 8.0, &x, &y);
		CHECK(at(&p, (int)x, (int)y) == at(&p, 160, 5)); /* the gap */
		edges[k] = edge(&p, (int)y, (int)x + 1, (at(&p, 160, 5) + at(&p, (int)x - 20, (int)y)) / 2);
		free(p.g);
	}
	CHECK_NEAR(edges[1] - edges[0], tt_simulation_state(sim, last).force_N / 1500 / 8e-9, 0.15);
	tt_simulation_free(sim);
}

/* Cracks where it is told to, also in a shoulder. */
static void breaks_at_the_grip(void)
{
	const char *text = "geometry: {fracture_at: -950 nm, fracture_angle: 90°}\n" SMALL "}\n" FLAT "}\n";
	tt_simulation *sim = simulate(text, NULL);
	int64_t i = tt_simulation_truth(sim)->fracture_frame;
	picture p = take(sim, i);
	double x, y;
	tt_simulation_place(sim, i, -950 / 8.0 - 1e-6, 0, &x, &y);
	CHECK_NEAR(edge(&p, 120, (int)x - 4, (193 + 112) / 2.0), x, 0.1);
	CHECK(at(&p, (int)x + 5, 120) == at(&p, 160, 5)); /* the gap */
	free(p.g);
	tt_simulation_free(sim);
}

/* What the picture shows of the strain between the marks, and what it is. */
static void seen_strain_has_the_optics(void)
{
	tt_simulation *sim = simulate(SMALL "}\n" FLAT ", tilt: {from: 4°, to: 0°, until: 1 %}, "
	                                    "magnification: {step: 2 %, at: 50 s}}\n",
	                              NULL);
	for (int64_t i = 0; i < tt_simulation_truth(sim)->fracture_frame; i += 7) {
		tt_sim_state s = tt_simulation_state(sim, i);
		double part = fmin(s.gauge_strain / 0.01, 1), deg = 3.14159265358979 / 180;
		double length = (1 + s.mark_strain) * cos(4 * deg * (1 - part)) / cos(4 * deg);
		if (s.time_s >= 50) length *= 1.02;
		CHECK_NEAR(s.seen_strain, length - 1, 1e-9);
	}
	tt_simulation_free(sim);
	sim = simulate("name: a\n", NULL);
	for (int64_t i = 0; i < tt_simulation_truth(sim)->fracture_frame; i += 9)
		CHECK_NEAR(tt_simulation_state(sim, i).seen_strain, tt_simulation_state(sim, i).mark_strain, 1e-12);
	CHECK(isnan(tt_simulation_state(sim, tt_simulation_truth(sim)->fracture_frame).seen_strain));
	tt_simulation_free(sim);
}

/* Uneven strain spreads what is plastic; the mean over the gauge stays. */
static void strain_is_uneven(void)
{
	tt_simulation *sim = simulate("draw: false\nlaw: {uneven: {amount: 50 %, period: 500 nm}}\n", NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	int64_t i = t->fracture_frame - 1;
	tt_sim_state s = tt_simulation_state(sim, i);
	double half = 0.47 * t->gauge_px, lo = 1, hi = 0;
	for (double X = -half; X < half; X += 1) {
		double e = tt_simulation_axial(sim, i, X + 0.5) - tt_simulation_axial(sim, i, X - 0.5);
		lo = fmin(lo, e);
		hi = fmax(hi, e);
	}
	double whole = tt_simulation_axial(sim, i, 0.5 * t->gauge_px) - tt_simulation_axial(sim, i, -0.5 * t->gauge_px);
	CHECK(hi > 1.35 * s.gauge_strain && lo < 0.75 * s.gauge_strain);
	/* half of the fade of the strain at each end lies outside the gauge */
	CHECK_NEAR(whole / t->gauge_px, s.gauge_strain, 0.02 * s.gauge_strain);
	int64_t e = 0;
	while (tt_simulation_state(sim, e).stress_Pa < 2e9)
		e++;
	CHECK_NEAR(tt_simulation_state(sim, e).mark_strain, tt_simulation_state(sim, e).gauge_strain, 1e-12);
	tt_simulation_free(sim);
}

static const check_case cases[] = {
    {"fixed_pattern_stands_still", fixed_pattern_stands_still},
    {"defects_are_counted", defects_are_counted},
    {"beam_flickers", beam_flickers},
    {"shutter_rolls", shutter_rolls},
    {"motion_blurs", motion_blurs},
    {"frames_are_lost", frames_are_lost},
    {"first_frames_are_black", first_frames_are_black},
    {"overlays_stand", overlays_stand},
    {"textures_have_their_contrast", textures_have_their_contrast},
    {"crystals_flash", crystals_flash},
    {"layers_have_their_period", layers_have_their_period},
    {"fringes_move_with_strain", fringes_move_with_strain},
    {"contamination_grows", contamination_grows},
    {"shadow_crosses", shadow_crosses},
    {"neighbour_stands_still", neighbour_stands_still},
    {"sensor_opens", sensor_opens},
    {"breaks_at_the_grip", breaks_at_the_grip},
    {"seen_strain_has_the_optics", seen_strain_has_the_optics},
    {"strain_is_uneven", strain_is_uneven},
};
CHECK_MAIN(cases)
