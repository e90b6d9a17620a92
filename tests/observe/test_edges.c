/* Edges of a bar whose place is known.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bar_picture.h"
#include "check.h"
#include "observe/edges.h"

static tt_edge_guide guide_for(const bar *b)
{
	double a = b->axis_deg * 3.14159265358979323846 / 180;
	return (tt_edge_guide){.origin = {b->centre[0], b->centre[1]},
	                       .axis = {cos(a), sin(a)},
	                       .offset = {-b->thick / 2 + 2.3, b->thick / 2 - 1.7},
	                       .half_search_px = 8,
	                       .average_px = 9,
	                       .polarity = b->inside < b->background ? 1 : -1};
}

enum { N = 120 };

typedef struct statistics {
	double mean[2], sd[2], u, blur, contrast;
	int found;
} statistics;

static statistics measure(const bar *b, const tt_edge_guide *g)
{
	static tt_edge e[N][2];
	double s[N];
	tt_image im;
	void *data = bar_draw(b, &im);
	for (int i = 0; i < N; i++)
		s[i] = -200 + 400.0 * i / (N - 1);
	tt_error err;
	CHECK_MSG(tt_edges_find(&im, g, s, N, e, &err) == TT_OK, "%s", err.message);
	free(data);
	statistics r = {0};
	for (int w = 0; w < 2; w++) {
		double sum = 0, square = 0;
		int n = 0;
		for (int i = 0; i < N; i++) {
			if (isnan(e[i][w].offset)) continue;
			double d = e[i][w].offset - (w ? 0.5 : -0.5) * b->thick;
			sum += d, square += d * d, n++;
			r.u += e[i][w].u_px, r.blur += e[i][w].blur_px, r.contrast += e[i][w].contrast;
		}
		r.found += n;
		r.mean[w] = sum / n;
		r.sd[w] = sqrt(square / n - r.mean[w] * r.mean[w]);
	}
	r.u /= r.found, r.blur /= r.found, r.contrast /= r.found;
	return r;
}

/* No grain: what remains is the method's own bias. */
static void no_bias(void)
{
	const double angle[] = {0, 3.5, 22, 37, 45, 90, 141}, blur[] = {0.5, 0.8, 1.5, 3};
	double worst[4] = {0};
	for (size_t i = 0; i < sizeof angle / sizeof *angle; i++)
		for (size_t j = 0; j < 4; j++)
			for (int k = 0; k < 2; k++) {
				bar b = bar_default();
				b.axis_deg = angle[i], b.blur = blur[j], b.grain = 0, b.noise = 0, b.type = TT_F32;
				b.height = 640, b.centre[0] = 320 + 0.31 * k, b.centre[1] = 320 + 0.17 * k,
				b.thick = 99.37;
				tt_edge_guide g = guide_for(&b);
				statistics r = measure(&b, &g);
				CHECK(r.found == 2 * N);
				worst[j] = fmax(worst[j], fmax(fabs(r.mean[0]), fabs(r.mean[1])));
				CHECK_NEAR(r.contrast, 85, 1);
			}
	check_note("largest mean error %.4f, %.4f, %.4f, %.4f px at a blur of 0.5, 0.8, 1.5, 3 px", worst[0], worst[1],
	           worst[2], worst[3]);
	CHECK(worst[0] < 0.03 && worst[1] < 0.02 && worst[2] < 0.01 && worst[3] < 0.01);
}

static void grain_and_noise(void)
{
	double worst = 0, largest = 0;
	for (int bright = 0; bright < 2; bright++)
		for (uint32_t seed = 1; seed <= 6; seed++) {
			bar b = bar_default();
			b.seed = seed, b.axis_deg = 3.5 + seed, b.noise = 5, b.blur = 1.2;
			if (bright) b.background = 60, b.inside = 150, b.grip = 190;
			tt_edge_guide g = guide_for(&b);
			statistics r = measure(&b, &g);
			CHECK(r.found >= 2 * N - 4);
			for (int w = 0; w < 2; w++)
				worst = fmax(worst, fabs(r.mean[w])), largest = fmax(largest, r.sd[w]);
			if (seed == 1)
				check_note("%s: one station scatters by %.3f and %.3f px, its own u %.3f, blur %.2f, "
				           "contrast %.1f",
				           bright ? "bright" : "dark", r.sd[0], r.sd[1], r.u, r.blur, r.contrast);
			CHECK((r.contrast < 0) == bright);
		}
	check_note("largest mean error of an edge %.3f px, largest scatter %.3f px", worst, largest);
	CHECK(worst < 0.2);
	CHECK(largest < 0.5);
}

/* The stated uncertainty against the scatter, noise alone. */
static void uncertainty_is_honest(void)
{
	bar b = bar_default();
	b.grain = 0, b.noise = 6, b.axis_deg = 11, b.type = TT_F32;
	tt_edge_guide g = guide_for(&b);
	g.average_px = 3;
	statistics r = measure(&b, &g);
	check_note("scatter %.4f and %.4f px, stated %.4f", r.sd[0], r.sd[1], r.u);
	CHECK(r.u > 0.7 * r.sd[0] && r.u < 1.4 * r.sd[0]);
}

static void depths_agree(void)
{
	bar b = bar_default();
	b.axis_deg = 20;
	tt_edge_guide g = guide_for(&b);
	statistics byte = measure(&b, &g);
	b.type = TT_U16, b.scale = 200;
	statistics word = measure(&b, &g);
	b.type = TT_F32, b.scale = 0.004;
	statistics real = measure(&b, &g);
	for (int w = 0; w < 2; w++) {
		CHECK_NEAR(byte.mean[w], word.mean[w], 0.01);
		CHECK_NEAR(real.mean[w], word.mean[w], 0.001);
	}
	CHECK_NEAR(real.contrast / 0.004, word.contrast / 200, 0.1);
}

/* Where there is no such edge there is no answer: the wrong polarity, flat places, beyond the frame. */
static void absent_edges(void)
{
	bar b = bar_default();
	tt_image im;
	void *data = bar_draw(&b, &im);
	tt_edge_guide g = guide_for(&b);
	double s[3] = {0, 10, 2000};
	tt_edge e[3][2];
	CHECK(tt_edges_find(&im, &g, s, 3, e, NULL) == TT_OK);
	CHECK(!isnan(e[0][0].offset) && !isnan(e[1][1].offset) && isnan(e[2][0].offset) && isnan(e[2][1].offset));
	g.polarity = 0;
	CHECK(tt_edges_find(&im, &g, s, 1, e, NULL) == TT_OK);
	CHECK_NEAR(e[0][0].offset, -50, 0.5);
	g.polarity = -1;
	CHECK(tt_edges_find(&im, &g, s, 2, e, NULL) == TT_OK);
	for (int i = 0; i < 2; i++)
		for (int w = 0; w < 2; w++)
			CHECK(isnan(e[i][w].offset) || fabs(fabs(e[i][w].offset) - 50) > 1);
	g.polarity = 1;
	g.offset[0] = -120, g.offset[1] = 120; /* nothing but background */
	CHECK(tt_edges_find(&im, &g, s, 2, e, NULL) == TT_OK);
	for (int i = 0; i < 2; i++)
		for (int w = 0; w < 2; w++)
			CHECK(isnan(e[i][w].offset));
	free(data);
}

static void refuses(void)
{
	bar b = bar_default();
	tt_image im;
	void *data = bar_draw(&b, &im);
	tt_edge_guide g = guide_for(&b);
	double s = 0;
	tt_edge e[1][2];
	tt_error err;
	g.half_search_px = 500;
	CHECK(tt_edges_find(&im, &g, &s, 1, e, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "search of 500 px");
	g = guide_for(&b), g.average_px = 0;
	CHECK(tt_edges_find(&im, &g, &s, 1, e, &err) == TT_ERR_USAGE);
	g = guide_for(&b), g.axis[0] = 3;
	CHECK(tt_edges_find(&im, &g, &s, 1, e, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "axis has the length 3");
	g = guide_for(&b), g.offset[1] = -60;
	CHECK(tt_edges_find(&im, &g, &s, 1, e, &err) == TT_ERR_USAGE);
	im.data = NULL;
	g = guide_for(&b);
	CHECK(tt_edges_find(&im, &g, &s, 1, e, &err) == TT_ERR_USAGE);
	free(data);
}

static const check_case cases[] = {
    {"no bias", no_bias},
    {"grain and noise", grain_and_noise},
    {"uncertainty is honest", uncertainty_is_honest},
    {"depths agree", depths_agree},
    {"absent edges", absent_edges},
    {"refuses", refuses},
};
CHECK_MAIN(cases)
