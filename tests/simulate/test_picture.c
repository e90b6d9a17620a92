/* Simulated pictures: measured here from their pixels alone and compared with what the simulation says.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper.h"

/* A frame with pixels of its own. */
typedef struct picture {
	tt_image image;
	void *data;
} picture;

static picture take(tt_simulation *sim, int64_t i)
{
	tt_error err = {0};
	tt_image im;
	picture p;
	CHECK_MSG(tt_simulation_frame(sim, i, &im, &err) == TT_OK, "%s", err.message);
	size_t bytes = (size_t)im.stride * (size_t)im.height;
	p.data = malloc(bytes);
	CHECK(p.data);
	memcpy(p.data, im.data, bytes);
	p.image = im;
	p.image.data = p.data;
	return p;
}

/* Grey level of 255, whatever the depth. */
static double grey(const tt_simulation *sim, const picture *p, int x, int y)
{
	return tt_image_at(&p->image, x, y) * 255 / ((1 << tt_simulation_bits(sim)) - 1);
}

#define DEEP "video: {file: a.mkv, codec: ffv1, bits: 16}\n"

/* Centroid of the spot near (x, y) over a flat ground; false when it is not whole in the frame. */
static bool centroid(const tt_simulation *sim, const picture *p, double x, double y, double ground, double *cx,
                     double *cy)
{
	int reach = 11, x0 = (int)lround(x), y0 = (int)lround(y);
	double sum = 0, sx = 0, sy = 0;
	if (x0 < reach || y0 < reach || x0 + reach >= p->image.width || y0 + reach >= p->image.height) return false;
	for (int v = y0 - reach; v <= y0 + reach; v++)
		for (int u = x0 - reach; u <= x0 + reach; u++) {
			double g = grey(sim, p, u, v) - ground;
			sum += g;
			sx += g * u;
			sy += g * v;
		}
	*cx = sx / sum;
	*cy = sy / sum;
	return true;
}

/* Spots on a lattice of 12 grains, the first at X = Y = 0, measured where no neck bends the motion. */
static void check_spots(const char *text, int64_t frame, int expected)
{
	tt_simulation *sim = simulate(text, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	picture p = take(sim, frame < 0 ? t->fracture_frame + frame + 1 : frame);
	int64_t i = frame < 0 ? t->fracture_frame + frame + 1 : frame;
	double pitch = 12 * 2.4, worst = 0;
	int n = 0;
	for (int k = -20; k <= 20; k++)
		for (int l = -1; l <= 1; l++) {
			double X = k * pitch, Y = l * pitch, x, y, cx, cy;
			if (fabs(X) > 0.42 * t->gauge_px || fabs(X - t->neck_X_px) < 120) continue;
			tt_simulation_place(sim, i, X, Y, &x, &y);
			if (!centroid(sim, &p, x, y, 112, &cx, &cy)) continue;
			worst = fmax(worst, hypot(cx - x, cy - y));
			n++;
		}
	check_note("%d spots, largest distance %.5f px", n, worst);
	CHECK(n >= expected);
	CHECK(worst < 6e-4);
	free(p.data);
	tt_simulation_free(sim);
}

#define SPOTS DEEP "imaging: {texture: spots, noise: 0, pixel_size: 4 nm"
#define LAW "law: {neck_from: 5 %, softening: 0.08 GPa}\ncontrol: {slack: 5 nm}\n"

static void spots_move_as_told(void)
{
	check_spots(LAW SPOTS "}\n", 0, 15);
	check_spots(LAW SPOTS "}\n", 100, 15);
	check_spots(LAW SPOTS "}\n", -2, 15); /* necked */
	check_spots(LAW SPOTS "}\n", -1, 12); /* apart */
	check_spots(LAW SPOTS ", axis: 37°, shake: 3 nm, turn: 4°, drift: [0.1 nm/s, -0.2 nm/s]}\n", 200, 12);
	check_spots(LAW SPOTS ", axis: 141°, pulled: backward, drift: [0.1 nm/s, 0.2 nm/s]}\n", -2, 12);
	check_spots(LAW SPOTS ", axis: -17°, pulled: backward}\n", -1, 12);
	/* what the microscope adds */
	check_spots(LAW SPOTS ", distortion: 0.5 %, drift: [0.1 nm/s, 0 nm/s]}\n", 250, 12);
	check_spots(LAW SPOTS ", distortion: -0.3 %, axis: 20°, magnification: {drift: -1 %, step: -2 %, at: 20 s}}\n",
	            250, 12);
	check_spots(LAW SPOTS ", tilt: {from: 5°, to: 1°}, axis: -8°}\n", 40, 12);
	check_spots(LAW SPOTS ", tilt: {from: 0°, to: 8°, about: axis, until: 3 %}}\n", 200, 12);
	check_spots("law: {uneven: {amount: 3 %, period: 700 nm}}\n" SPOTS "}\n", 290, 12);
	check_spots(LAW SPOTS ", vibration: {amplitude: 3 nm, frequency: 1.7 Hz}}\n", 77, 12);
}

static double largest_difference(const tt_simulation *sim, const picture *a, const picture *b, int dx, int dy)
{
	double worst = 0;
	for (int y = 20; y < a->image.height - 20; y++)
		for (int x = 20; x < a->image.width - 20; x++)
			worst = fmax(worst, fabs(grey(sim, b, x + dx, y + dy) - grey(sim, a, x, y)));
	return worst;
}

/* Moved by whole pixels, the picture is the same: nothing was interpolated. */
static void shifts_are_exact(void)
{
	tt_simulation *sim = simulate(DEEP "imaging: {noise: 0, pixel_size: 4 nm, drift: [6 nm/s, -10 nm/s]}\n", NULL);
	picture a = take(sim, 0), b = take(sim, 10), c = take(sim, 1);
	double level = 255.0 / 65535;
	CHECK(largest_difference(sim, &a, &b, 3, -5) <= 1.01 * level);
	CHECK(largest_difference(sim, &a, &c, 0, 0) > 100 * level);
	free(a.data);
	free(b.data);
	free(c.data);
	tt_simulation_free(sim);
}

static void quarter_turns_are_exact(void)
{
	const char *text = "video: {file: a.mkv, codec: ffv1, bits: 16, size: [480, 480]}\n"
	                   "imaging: {noise: 0, pixel_size: 5 nm, axis: %d°}\n";
	int turned[] = {90, 180, 270};
	char yaml[256];
	snprintf(yaml, sizeof yaml, text, 0);
	tt_simulation *flat = simulate(yaml, NULL);
	int64_t i = tt_simulation_truth(flat)->fracture_frame;
	picture a = take(flat, i);
	for (int k = 0; k < 3; k++) {
		snprintf(yaml, sizeof yaml, text, turned[k]);
		tt_simulation *sim = simulate(yaml, NULL);
		picture b = take(sim, i);
		double worst = 0;
		for (int y = 1; y < 480; y++)
			for (int x = 1; x < 480; x++) {
				int u = turned[k] == 90 ? y : turned[k] == 180 ? 480 - x : 480 - y;
				int v = turned[k] == 90 ? 480 - x : turned[k] == 180 ? 480 - y : x;
				worst = fmax(worst, fabs(tt_image_at(&b.image, x, y) - tt_image_at(&a.image, u, v)));
			}
		CHECK_MSG(worst <= 1, "turned by %d: levels differ by %g of 65535", turned[k], worst);
		free(b.data);
		tt_simulation_free(sim);
	}
	free(a.data);
	tt_simulation_free(flat);
}

/* Width of the bar in a column, from the light that it takes. */
static double column_width(const tt_simulation *sim, const picture *p, int x, double background, double bar)
{
	double sum = 0;
	for (int y = 0; y < p->image.height; y++)
		sum += (background - grey(sim, p, x, y)) / (background - bar);
	return sum;
}

static void check_widths(const char *text, double background, double bar)
{
	tt_simulation *sim = simulate(text, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	picture first = take(sim, 0), last = take(sim, t->fracture_frame - 1);
	double w0 = t->width / t->pixel_size, x, y;
	CHECK_NEAR(column_width(sim, &first, 320, background, bar), w0, 2e-3);
	tt_simulation_place(sim, t->fracture_frame - 1, t->neck_X_px, 0, &x, &y);
	CHECK_NEAR(column_width(sim, &last, (int)lround(x), background, bar) / w0, t->width_ratio_neck, 1e-4);
	tt_simulation_place(sim, t->fracture_frame - 1, t->neck_X_px - 200, 0, &x, &y);
	CHECK_NEAR(column_width(sim, &last, (int)lround(x), background, bar) / w0, t->width_ratio_uniform, 1e-4);
	free(first.data);
	free(last.data);
	tt_simulation_free(sim);
}

static void widths_are_seen(void)
{
	check_widths(LAW DEEP "imaging: {noise: 0, contrast: 0, pixel_size: 4 ± 0.05 nm}\n", 193, 112);
	check_widths(LAW DEEP
	             "imaging: {noise: 0, contrast: 0, specimen: bright, background: 20, bar: 140, pulled: backward}\n",
	             20, 140);
}

/* Where a row crosses the level half way between bar and background, going right (step 1) or left from x. */
static double crossing(const tt_simulation *sim, const picture *p, int x, int y, int step, double level)
{
	double here = grey(sim, p, x, y) - level;
	for (; x + step >= 0 && x + step < p->image.width; x += step) {
		double next = grey(sim, p, x + step, y) - level;
		if (here * next <= 0) return x + step * here / (here - next);
		here = next;
	}
	return NAN;
}

static void check_fracture(int angle, int other, bool backward)
{
	char text[512];
	snprintf(text, sizeof text,
	         "%sgeometry: {fracture_angle: [%d°, %d°]}\n"
	         "imaging: {noise: 0, contrast: 0, pixel_size: 6 nm, pulled: %s}\n",
	         LAW DEEP, angle, other, backward ? "backward" : "forward");
	tt_simulation *sim = simulate(text, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	int64_t i = t->fracture_frame;
	picture p = take(sim, i);
	double ax, ay, bx, by, n = 0, sy = 0, sl = 0, sr = 0, syy = 0, syl = 0, syr = 0;
	tt_simulation_place(sim, i, t->neck_X_px - 1e-6, 0, &ax, &ay);
	tt_simulation_place(sim, i, t->neck_X_px + 1e-6, 0, &bx, &by);
	CHECK(bx > ax + 10);
	double level = (193 + 112) / 2.0;
	for (int y = 240 - 25; y <= 240 + 25; y++) {
		double left = crossing(sim, &p, (int)(0.5 * (ax + bx)), y, -1, level);
		double right = crossing(sim, &p, (int)(0.5 * (ax + bx)), y, 1, level);
		CHECK(!isnan(left) && !isnan(right));
		n++;
		sy += y - 240;
		syy += (y - 240) * (y - 240);
		sl += left;
		sr += right;
		syl += (y - 240) * left;
		syr += (y - 240) * right;
	}
	double slope_l = (syl - sy * sl / n) / (syy - sy * sy / n), slope_r = (syr - sy * sr / n) / (syy - sy * sy / n);
	double deg = 180 / 3.14159265358979;
	CHECK_NEAR(atan2(1, slope_l) * deg, angle, 0.05);
	CHECK_NEAR(atan2(1, slope_r) * deg, other, 0.05);
	/* edges that lean differently meet at a side of the bar: half the splinter lies on each side of the neck */
	double splinter = fabs(1 / tan(angle / deg) - 1 / tan(other / deg)) * 0.5 * t->width / t->pixel_size;
	CHECK_NEAR(sl / n, ax - 0.5 * splinter, 0.05);
	CHECK_NEAR(sr / n, bx + 0.5 * splinter, 0.05);
	CHECK_NEAR(t->fracture_edges_deg[0], angle > 90 ? 180 - angle : angle, 1e-12);
	CHECK_NEAR(t->fracture_edges_deg[1], other > 90 ? 180 - other : other, 1e-12);
	/* the gap: the device's opening less what stays in the specimen for good */
	tt_sim_state s = tt_simulation_state(sim, i);
	double elastic = t->stress_at_fracture / t->youngs_modulus, kept = t->strain_at_fracture - elastic;
	double slack = t->slack_strain, residual = t->gauge_length * ((1 + slack) * (1 + kept) - 1);
	CHECK_NEAR(bx - ax, (s.displacement_m - residual) / t->pixel_size, 0.01);
	free(p.data);
	tt_simulation_free(sim);
}

static void fracture_has_its_angle_and_gap(void)
{
	check_fracture(90, 90, false);
	check_fracture(75, 75, false);
	check_fracture(75, 75, true);
	check_fracture(45, 45, false);
	check_fracture(120, 120, true);
	check_fracture(80, 65, false);
}

static void noise_is_as_asked(void)
{
	tt_simulation *sim = simulate("imaging: {noise: 3}\n", NULL);
	picture a = take(sim, 0), b = take(sim, 1);
	double s = 0, s2 = 0, s4 = 0, cross = 0, next = 0, n = 0, bar = 0, m = 0;
	for (int y = 5; y < 105; y++)
		for (int x = 5; x < 600; x++) {
			double u = grey(sim, &a, x, y) - 193, v = grey(sim, &b, x, y) - 193,
			       w = grey(sim, &a, x + 1, y) - 193;
			n++;
			s += u;
			s2 += u * u;
			s4 += u * u * u * u;
			cross += u * v;
			next += u * w;
		}
	for (int y = 200; y < 280; y++)
		for (int x = 100; x < 540; x++) {
			double d = grey(sim, &a, x, y) - grey(sim, &b, x, y);
			m++;
			bar += d * d;
		}
	double variance = 9 + 1.0 / 12;
	CHECK_NEAR(s / n, 0, 4 * 3 / sqrt(n));
	CHECK_NEAR(s2 / n, variance, 4 * variance * sqrt(2 / n));
	CHECK_NEAR(s4 / n / (variance * variance), 3, 4 * sqrt(96 / n) + 0.01);
	CHECK_NEAR(cross / n, 0, 4 * variance / sqrt(n));
	CHECK_NEAR(next / n, 0, 4 * variance / sqrt(n));
	CHECK_NEAR(bar / m, 2 * variance, 4 * 2 * variance * sqrt(2 / m));
	free(a.data);
	free(b.data);
	tt_simulation_free(sim);

	sim = simulate("imaging: {noise: 1, shot_noise: 0.05, background: 180}\n", NULL);
	a = take(sim, 3);
	s2 = n = 0;
	for (int y = 5; y < 105; y++)
		for (int x = 5; x < 600; x++) {
			double u = grey(sim, &a, x, y) - 180;
			n++;
			s2 += u * u;
		}
	variance = 1 + 0.05 * 180 + 1.0 / 12;
	CHECK_NEAR(s2 / n, variance, 4 * variance * sqrt(2 / n));
	free(a.data);
	tt_simulation_free(sim);
}

static void texture_has_its_contrast(void)
{
	tt_simulation *sim = simulate(DEEP "imaging: {noise: 0, contrast: 20, grips: 60}\n", NULL);
	picture p = take(sim, 0);
	double n = 0, s = 0, s2 = 0;
	for (int y = 195; y < 285; y++)
		for (int x = 90; x < 550; x++) {
			double g = grey(sim, &p, x, y);
			n++;
			s += g;
			s2 += g * g;
		}
	double sd = sqrt(s2 / n - s * s / n / n);
	check_note("texture: mean %.1f, standard deviation %.1f", s / n, sd);
	CHECK_NEAR(s / n, 112, 4);
	CHECK_NEAR(sd, 20, 3);
	free(p.data);
	tt_simulation_free(sim);
}

static void same_frame_is_the_same(void)
{
	tt_simulation *sim =
	    simulate("video: {frame_rate: 30 Hz, camera_rate: 5 Hz}\nimaging: {overlay: true}\n", NULL);
	picture a = take(sim, 700), b = take(sim, 3), c = take(sim, 700), d = take(sim, 701), e = take(sim, 705);
	size_t bytes = (size_t)a.image.stride * (size_t)a.image.height;
	CHECK(memcmp(a.data, c.data, bytes) == 0);
	CHECK(memcmp(a.data, b.data, bytes) != 0);
	/* camera images change every sixth frame: 696 … 701 are one */
	CHECK(tt_simulation_state(sim, 701).duplicate && memcmp(a.data, d.data, bytes) == 0);
	CHECK(memcmp(a.data, e.data, bytes) != 0);
	tt_simulate_options o = tt_simulate_defaults();
	o.seed = 2;
	tt_simulation *other =
	    simulate("video: {frame_rate: 30 Hz, camera_rate: 5 Hz}\nimaging: {overlay: true}\n", &o);
	picture f = take(other, 700);
	CHECK(memcmp(a.data, f.data, bytes) != 0);
	free(a.data);
	free(b.data);
	free(c.data);
	free(d.data);
	free(e.data);
	free(f.data);
	tt_simulation_free(sim);
	tt_simulation_free(other);
}

static void overlay_is_burnt_in(void)
{
	tt_simulation *sim = simulate("imaging: {overlay: {scale_bar: 500 nm}, pixel_size: 4 nm}\n", NULL);
	picture p = take(sim, 0), q = take(sim, 1);
	int run = 0, longest = 0, first = -1, moved = -1;
	for (int x = 0; x < 400; x++) {
		run = tt_image_at(&p.image, x, 468) == 255 ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	CHECK(longest == 125);
	CHECK(tt_image_at(&p.image, 10, 456) == 0 && tt_image_at(&p.image, 10, 455) > 100);
	for (int x = 639; x >= 400; x--) {
		if (tt_image_at(&p.image, x, 468) == 255) first = x;
		if (tt_image_at(&q.image, x, 468) == 255) moved = x;
	}
	CHECK(first > 500 && moved > 500 && first != moved);
	free(p.data);
	free(q.data);
	tt_simulation_free(sim);
}

/* The same test with and without a thing: where and by how much the pictures differ. */
static void compare(const char *without, const char *with, int64_t i, double *least, double *most, double *outside)
{
	tt_simulation *a = simulate(without, NULL), *b = simulate(with, NULL);
	if (i < 0) i = tt_simulation_truth(a)->fracture_frame - 1;
	picture p = take(a, i), q = take(b, i);
	*least = *most = *outside = 0;
	for (int y = 0; y < p.image.height; y++)
		for (int x = 0; x < p.image.width; x++) {
			double d = grey(b, &q, x, y) - grey(a, &p, x, y);
			*least = fmin(*least, d);
			*most = fmax(*most, d);
			if (abs(y - 240) > 125) *outside = fmax(*outside, fabs(d));
		}
	free(p.data);
	free(q.data);
	tt_simulation_free(a);
	tt_simulation_free(b);
}

static void contours_bands_thinning(void)
{
	double least, most, outside;
	const char *plain = LAW DEEP "imaging: {noise: 0, pixel_size: 4 nm}\n";
	compare(plain, LAW DEEP "imaging: {noise: 0, pixel_size: 4 nm, bend_contour: 15}\n", 120, &least, &most,
	        &outside);
	CHECK_NEAR(least, -15, 0.05);
	CHECK_NEAR(most, 0, 0.01);
	CHECK_NEAR(outside, 0, 0.01);
	const char *band =
	    LAW DEEP "imaging: {noise: 0, pixel_size: 4 nm, bands: [{at: -200 nm, width: 24 nm, angle: 60°, "
	             "grey: -3, from_strain: 3 %}]}\n";
	compare(plain, band, 120, &least, &most, &outside);
	CHECK(least == 0 && most == 0);
	compare(plain, band, -1, &least, &most, &outside);
	CHECK_NEAR(least, -3, 0.05);
	CHECK_NEAR(most, 0, 0.01);
	compare(plain, LAW DEEP "imaging: {noise: 0, pixel_size: 4 nm, thinning: 1}\n", -1, &least, &most, &outside);
	CHECK(most > 4 && most < 8 && least > -0.01); /* 7 % of (193 − 112) at the neck */
	CHECK_NEAR(outside, 0, 0.01);
}

static void depths(void)
{
	tt_simulation *sim = simulate("video: {bits: 10}\nimaging: {noise: 0}\n", NULL);
	CHECK(tt_simulation_pixel_type(sim) == TT_U16 && tt_simulation_bits(sim) == 10);
	picture p = take(sim, 0);
	CHECK_NEAR(tt_image_at(&p.image, 5, 5), round(193.0 * 1023 / 255), 0);
	free(p.data);
	tt_simulation_free(sim);
}

static void sizes_keep_the_view(void)
{
	int size[] = {400, 1024, 2048};
	for (int k = 0; k < 3; k++) {
		tt_simulate_options o = tt_simulate_defaults();
		o.width = size[k];
		o.height = size[k] * 3 / 4;
		tt_simulation *sim = simulate("draw: false\nimaging: {pixel_size: 4 nm}\n", &o);
		const tt_sim_truth *t = tt_simulation_truth(sim);
		CHECK_NEAR(t->pixel_size * size[k], 4e-9 * 640, 1e-15);
		CHECK_NEAR(t->marks_px[0][0], size[k] * 120 / 640.0, 0.051);
		picture p = take(sim, tt_simulation_frames(sim) - 1);
		CHECK(p.image.width == size[k]);
		free(p.data);
		tt_simulation_free(sim);
	}
}

static void misuse_is_told(void)
{
	tt_error err;
	tt_simulation *sim = simulate("name: a\n", NULL);
	uint8_t row[640];
	CHECK(tt_simulation_render(sim, 0, row, 640, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "tt_simulation_prepare must come before");
	tt_image im;
	CHECK(tt_simulation_frame(sim, 100000, &im, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "frame 100000 of a simulation of");
	CHECK(tt_simulation_frame(sim, -1, &im, &err) == TT_ERR_USAGE);
	tt_simulate_options o = tt_simulate_defaults();
	o.width = o.height = 8192;
	tt_simulation *large = simulate("imaging: {grain: 1 px}\ngeometry: {width: 1500 nm}\n", &o);
	CHECK(tt_simulation_prepare(large, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "is too large: a larger grain or a smaller picture expected");
	tt_simulation_free(large);
	tt_simulation_free(sim);
}

static const check_case cases[] = {
    {"spots_move_as_told", spots_move_as_told},
    {"shifts_are_exact", shifts_are_exact},
    {"quarter_turns_are_exact", quarter_turns_are_exact},
    {"widths_are_seen", widths_are_seen},
    {"fracture_has_its_angle_and_gap", fracture_has_its_angle_and_gap},
    {"noise_is_as_asked", noise_is_as_asked},
    {"texture_has_its_contrast", texture_has_its_contrast},
    {"same_frame_is_the_same", same_frame_is_the_same},
    {"overlay_is_burnt_in", overlay_is_burnt_in},
    {"contours_bands_thinning", contours_bands_thinning},
    {"depths", depths},
    {"sizes_keep_the_view", sizes_keep_the_view},
    {"misuse_is_told", misuse_is_told},
};
CHECK_MAIN(cases)
