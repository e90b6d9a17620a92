/* Edges across the axis as features: followed to what their noise allows, through changes of the picture, and refused
 * where there is none.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "observe/face.h"

enum { WIDTH = 160, HEIGHT = 60 };

static uint64_t state = 5;

static double uniform(void)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(state >> 11) + 0.5) * 0x1p-53;
}

static double gauss(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * 3.14159265358979323846 * uniform());
}

/* An edge at x = at, blurred by 1 px, from `dark` to `bright`, and a line 5 px beside it, darker by `line`. */
static void draw(uint8_t *p, double at, double dark, double bright, double line, double noise)
{
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			double v = dark + (bright - dark) * 0.5 * (1 + erf((x - at) / sqrt(2)));
			v -= line * exp(-0.5 * pow((x - at - 5) / 1.5, 2));
			v += noise * gauss();
			p[y * WIDTH + x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : lrint(v));
		}
}

static const double along_x[2] = {1, 0};

static tt_image view(const uint8_t *p)
{
	return (tt_image){.data = p, .stride = WIDTH, .width = WIDTH, .height = HEIGHT, .type = TT_U8};
}

static void followed_to_its_noise(void)
{
	static uint8_t p[WIDTH * HEIGHT];
	enum { FRAMES = 200 };
	tt_face *f;
	tt_error err;
	double at[2] = {47, 30}, sum = 0, inside = 0, first;
	draw(p, 50.3, 70, 190, 0, 4);
	tt_image im = view(p);
	CHECK_MSG(tt_face_new(&im, at, along_x, 12, 4, false, &f, &err) == TT_OK, "%s", err.message);
	CHECK_NEAR(at[0], 50.3, 0.3);
	first = 50.3;
	for (int i = 0; i < FRAMES; i++) {
		double moved = 0.31 * i * 0.9;
		tt_face_reading r;
		draw(p, first + moved, 70, 190, 0, 4);
		tt_face_read(f, &im, NAN, 0, &r);
		CHECK_MSG(r.ok, "lost at frame %d", i);
		double off = r.along_px - moved;
		sum += off * off / FRAMES;
		inside += fabs(off) <= 2 * r.u_px;
	}
	check_note("an edge of 120 grey levels at noise 4, 25 lines: RMS %.4f px, %.0f %% within 2 u", sqrt(sum),
	           100 * inside / FRAMES);
	CHECK(sqrt(sum) < 0.03);
	CHECK(inside > 0.85 * FRAMES);
	tt_face_free(f);
}

/* A picture that changes little by little until the first template is no longer found: newer ones carry on, u grows;
 * and when the old picture comes back, the first one is taken again and nothing is left of what was added up. */
static void changes_are_followed_without_drift(void)
{
	static uint8_t p[WIDTH * HEIGHT];
	enum { FRAMES = 60 };
	tt_face *f;
	tt_error err;
	tt_face_reading r = {0};
	double at[2] = {50, 30}, u_first = NAN, u_most = 0;
	draw(p, 50, 70, 190, 0, 3);
	tt_image im = view(p);
	CHECK_MSG(tt_face_new(&im, at, along_x, 12, 3, true, &f, &err) == TT_OK, "%s", err.message);
	for (int i = 0; i < FRAMES; i++) {
		double moved = 0.4 * i, part = (double)i / (FRAMES - 1);
		draw(p, 50 + moved, 70 + 90 * part, 190 - 40 * part, 90 * part, 3);
		tt_face_read(f, &im, NAN, 0, &r);
		CHECK_MSG(r.ok, "lost at frame %d", i);
		CHECK_NEAR(r.along_px, moved, fmax(0.1, 3 * r.u_px));
		if (isnan(u_first)) u_first = r.u_px;
		u_most = fmax(u_most, r.u_px);
	}
	check_note("after the change: %+.3f ± %.3f px off (at first ± %.3f)", r.along_px - 0.4 * (FRAMES - 1), r.u_px,
	           u_first);
	CHECK_MSG(u_most > 1.5 * u_first, "u %.3g after %.3g: errors of newer templates do not count", u_most, u_first);
	draw(p, 50 + 24, 70, 190, 0, 3);
	tt_face_read(f, &im, NAN, 0, &r);
	CHECK(r.ok);
	CHECK_NEAR(r.along_px, 24, 0.08);
	CHECK_MSG(r.u_px < 1.5 * u_first, "u %.3g, at first %.3g", r.u_px, u_first);
	tt_face_free(f);
}

static void nothing_is_no_edge(void)
{
	static uint8_t p[WIDTH * HEIGHT];
	tt_face *f;
	tt_error err;
	double at[2] = {50, 30};
	draw(p, 400, 120, 190, 0, 6);
	tt_image im = view(p);
	CHECK(tt_face_new(&im, at, along_x, 12, 6, false, &f, &err) == TT_ERR_FAILED && f == NULL);
	CHECK_HAS(err.message, "no edge across the axis");
	/* an edge that leaves the picture is lost, and found again */
	draw(p, 140, 70, 190, 0, 3);
	at[0] = 140;
	CHECK(tt_face_new(&im, at, along_x, 12, 3, false, &f, &err) == TT_OK);
	tt_face_reading r;
	draw(p, 157, 70, 190, 0, 3);
	tt_face_read(f, &im, NAN, 0, &r);
	CHECK(!r.ok && isnan(r.along_px));
	draw(p, 136, 70, 190, 0, 3);
	tt_face_read(f, &im, NAN, 0, &r);
	CHECK(r.ok);
	CHECK_NEAR(r.along_px, -4, 0.1);
	tt_face_free(f);
}

/* Area of a pixel that lies right of an edge at distance d, blurred by sd. */
static double beyond(double d, double sd)
{
	return 0.5 * (1 + erf(d / (sd * sqrt(2))));
}

/* A dark line of `width` px about x = at. */
static void draw_line(uint8_t *p, double at, double width, double blur, double noise)
{
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			double v = 150 - 80 * (beyond(x - at + width / 2, blur) - beyond(x - at - width / 2, blur));
			v += noise * gauss();
			p[y * WIDTH + x] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : lrint(v));
		}
}

/* Which of a line's two flanks is the steeper one is noise's choice; the place is the line's middle all the same, for
 * both flanks are followed: a length between flanks would be wrong by the line's width. */
static void a_line_is_where_its_middle_is(void)
{
	static uint8_t p[WIDTH * HEIGHT];
	enum { TRIES = 12 };
	double worst = 0;
	for (int k = 0; k < TRIES; k++) {
		double middle = 50 + k / 7.0, at[2] = {rint(middle + (k % 2 ? 2 : -2)), 30};
		tt_face *f;
		tt_error err;
		draw_line(p, middle, 4.3, 0.7, 4);
		tt_image im = view(p);
		CHECK_MSG(tt_face_new(&im, at, along_x, 12, 4, false, &f, &err) == TT_OK, "%s", err.message);
		worst = fmax(worst, fabs(at[0] - middle));
		tt_face_free(f);
	}
	check_note("a line of 4.3 px: its place at most %.3f px from its middle", worst);
	CHECK(worst < 0.15);
}

/* Mean error at places within a pixel, noise averaged out, relative to that at the first place; and what is said of it.
 */
static double within_a_pixel(double blur, double *said)
{
	static uint8_t p[WIDTH * HEIGHT];
	enum { PLACES = 12, EACH = 6 };
	const double first = 50.3;
	double at[2] = {50, 30}, error[PLACES] = {0}, square = 0;
	tt_face *f;
	tt_error err;
	draw_line(p, first, 30, blur, 2);
	tt_image im = view(p);
	at[0] = first - 15;
	CHECK_MSG(tt_face_new(&im, at, along_x, 12, 2, false, &f, &err) == TT_OK, "%s", err.message);
	for (int k = 0; k < PLACES; k++)
		for (int i = 0; i < EACH; i++) {
			tt_face_reading r;
			double moved = (double)k / PLACES;
			draw_line(p, first + moved, 30, blur, 2);
			tt_face_read(f, &im, NAN, 0, &r);
			CHECK_MSG(r.ok, "lost");
			error[k] += (r.along_px - moved) / EACH;
		}
	for (int k = 0; k < PLACES; k++)
		square += (error[k] - error[0]) * (error[k] - error[0]) / PLACES;
	*said = tt_face_slow_px(f);
	tt_face_free(f);
	return sqrt(square);
}

static void errors_within_a_pixel_count(void)
{
	static const double blur[] = {0.3, 0.4, 0.5, 0.7, 1.2};
	for (size_t i = 0; i < sizeof blur / sizeof *blur; i++) {
		double said, off = within_a_pixel(blur[i], &said);
		check_note("blur %.1f px: off by %.4f px within a pixel, said %.4f", blur[i], off, said);
		CHECK_MSG(off < 2 * said, "blur %.1f: off by %.4f px, said %.4f", blur[i], off, said);
		if (blur[i] > 0.6) CHECK_MSG(off < 0.01 && said < 0.02, "blur %.1f: %.4f, %.4f", blur[i], off, said);
	}
}

static const check_case cases[] = {
    {"followed to its noise", followed_to_its_noise},
    {"changes are followed without drift", changes_are_followed_without_drift},
    {"nothing is no edge", nothing_is_no_edge},
    {"a line is where its middle is", a_line_is_where_its_middle_is},
    {"errors within a pixel count", errors_within_a_pixel_count},
};
CHECK_MAIN(cases)
