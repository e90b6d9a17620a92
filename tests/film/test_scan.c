/* Scans of diffraction patterns: made ones with known rings and variance, coverage, a real-like file, sentences.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "draw.h"
#include "temtensile/scan.h"

#include <stdint.h>

enum { SIDE = 64, ROWS = 8, COLUMNS = 12 };
static tt_error error;

static const char *tmp(const char *name)
{
	static char path[4][600];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

/* What a made scan does that the reduction does not suppose. */
enum { PLAIN, SPECKLE, WEDGE, ELLIPSE, TAIL, FAINT, KINDS };
static const char *const kind_name[KINDS] = {"as supposed",
                                             "speckles of several pixels",
                                             "a wedge of thickness, +-30 %",
                                             "a camera that stretches by 1 %, pixels that integrate",
                                             "a Lorentzian ring on the beam's power law",
                                             "about one count a pixel"};

typedef struct truth {
	double ring[2], v[2], centre[2], level; /* of both halves of the scan */
	int kind;
} truth;

/* Mean counts at a place of the pattern; b: half of the scan. */
static double expected(const truth *t, int b, double x, double y)
{
	x -= t->centre[0];
	y -= t->centre[1];
	if (t->kind == ELLIPSE) {
		x *= 1.005;
		y *= 0.995;
	}
	const double r = hypot(x, y), p = (r - t->ring[b]) / 1.8, q = (r - 1.7 * t->ring[b]) / 2.6,
	             l = (r - t->ring[b]) / 2.2;
	if (t->kind == TAIL) return t->level * (40 / pow(r + 4, 1.8) + 1 / (1 + l * l) + 0.35 * exp(-q * q / 2) + 0.02);
	return t->level * (0.5 * exp(-r / 12) + exp(-p * p / 2) + 0.4 * exp(-q * q / 2) + 0.02);
}

static double over_pixel(const truth *t, int b, int x, int y)
{
	double sum = 0;
	if (t->kind != ELLIPSE) return expected(t, b, x, y);
	for (int j = -1; j <= 1; j++)
		for (int i = -1; i <= 1; i++)
			sum += expected(t, b, x + i / 3.0, y + j / 3.0);
	return sum / 9;
}

/* Gamma of mean 1 and variance v at each pixel; speckles: the mean of 1/v intensities of complex normal fields that are
 * smooth over about three pixels. */
static void draw_speckle(const truth *t, double v, double *out)
{
	static double field[2][SIDE + 2][SIDE + 2];
	const int fields = (int)(1 / v + 0.5);
	for (int i = 0; i < SIDE * SIDE; i++)
		out[i] = t->kind == SPECKLE ? 0 : draw_gamma(1 / v) * v;
	for (int k = 0; t->kind == SPECKLE && k < fields; k++) {
		for (int i = 0; i < 2 * (SIDE + 2) * (SIDE + 2); i++)
			(&field[0][0][0])[i] = draw_normal();
		for (int y = 0; y < SIDE; y++)
			for (int x = 0; x < SIDE; x++)
				for (int c = 0; c < 2; c++) {
					double sum = 0;
					for (int j = 0; j < 9; j++)
						sum += field[c][y + j / 3][x + j % 3];
					out[y * SIDE + x] += sum * sum / 18 / fields;
				}
	}
}

/* Left half A, right half B: a beam's foot, a ring and a second one; each pixel's mean is multiplied by a gamma variate
 * of mean 1 and variance v, then counted. */
static const char *make(const truth *t)
{
	static double mean[2][SIDE * SIDE], speckle[SIDE * SIDE];
	const char *path = tmp("made.mib");
	FILE *f = fopen(path, "wb"), *h = fopen(tmp("made.hdr"), "wb");
	CHECK(f && h);
	fprintf(h,
	        "HDR,\t\nFrames in Acquisition (Number):\t%d\nFrames per Trigger (Number):\t%d\nCounter Depth "
	        "(number):\t12\nEnd\t",
	        ROWS * COLUMNS, COLUMNS);
	fclose(h);
	for (int b = 0; b < 2; b++)
		for (int i = 0; i < SIDE * SIDE; i++)
			mean[b][i] = over_pixel(t, b, i % SIDE, i / SIDE);
	for (int k = 0; k < ROWS * COLUMNS; k++) {
		char head[384];
		const int b = k % COLUMNS >= COLUMNS / 2;
		const double thick = t->kind == WEDGE ? 0.7 + 0.6 * (k / COLUMNS + 0.5) / ROWS : 1;
		memset(head, ' ', sizeof head);
		const int n =
		    snprintf(head, sizeof head,
		             "MQ1,%06d,00384,01,%04d,%04d,U16,   1x1,01,2026-01-01 00:00:00.000000,0.003000,0,0,0,",
		             k + 1, SIDE, SIDE);
		head[n] = ' ';
		fwrite(head, 1, sizeof head, f);
		draw_speckle(t, t->v[b], speckle);
		for (int i = 0; i < SIDE * SIDE; i++) {
			const unsigned v = (unsigned)draw_poisson(thick * mean[b][i] * speckle[i]);
			putc((int)(v >> 8), f);
			putc((int)(v & 255), f);
		}
	}
	fclose(f);
	return path;
}

static tt_scan_result *measure(const char *file, const char *text)
{
	tt_scan_description *d;
	tt_scan_result *r;
	const char *path = tmp("scan.yaml");
	FILE *f = fopen(path, "wb");
	CHECK(f);
	fprintf(f, "file: %s\n%s", file, text);
	fclose(f);
	CHECK_MSG(tt_scan_description_read(path, NULL, 0, &d, &error) == TT_OK, "%s", error.message);
	tt_status st = tt_scan_measure(d, NULL, &r, &error);
	tt_scan_description_free(d);
	CHECK_MSG(st == TT_OK, "%s", error.message);
	return r;
}

static const char halves[] =
    "regions:\n  - {name: A, rectangles: [[0, 0, 6, 8]]}\n  - {name: B, rectangles: [[6, 0, 6, 8]]}\n";

typedef struct score {
	int all, ring, image, of_ring, centre, warned;
	double pull[3], worst;
} score;

static void score_scan(const truth *t, score *s)
{
	tt_scan_result *r = measure(make(t), halves);
	CHECK(r->n_regions == 3 && r->region[1].positions == 48);
	for (int b = 0; b < 2; b++) {
		const tt_scan_region *g = &r->region[b + 1];
		CHECK_MSG(!g->reason, "%s", g->reason);
		const double pull[3] = {(g->ring_px - t->ring[b]) / g->u_ring_px,
		                        (g->at_ring.image - t->v[b]) / g->at_ring.u_image,
		                        (g->at_ring.ring - t->v[b]) / g->at_ring.u_ring};
		for (int i = 0; i < 3; i++)
			s->pull[i] += pull[i];
		s->ring += fabs(pull[0]) <= 1.96;
		s->image += fabs(pull[1]) <= 1.96;
		s->of_ring += fabs(pull[2]) <= 1.96;
		s->worst = fmax(s->worst, fabs(g->ring_px - t->ring[b]));
		s->all++;
	}
	bool warned = false;
	for (size_t i = 0; i < r->warnings.n; i++)
		warned = warned || strstr(r->warnings.item[i], "the thickness varies");
	s->warned += warned;
	s->centre += hypot(r->centre[0] - t->centre[0], r->centre[1] - t->centre[1]) <=
	             3 * hypot(r->u_centre[0], r->u_centre[1]);
	tt_scan_result_free(r);
}

static score score_kind(int kind, int regions)
{
	score s = {0};
	for (int k = 0; k < regions / 2; k++) { /* two regions each */
		truth t = {.ring = {13 + 2 * draw_uniform(), 13 + 3 * draw_uniform()},
		           .v = {0.02 + 0.05 * draw_uniform(), 0.1 + 0.15 * draw_uniform()},
		           .centre = {31 + 2 * draw_uniform(), 30.5 + 2 * draw_uniform()},
		           .level = kind == FAINT ? 1 + draw_uniform() : 10 + 20 * draw_uniform(),
		           .kind = kind};
		if (kind == SPECKLE) {
			t.v[0] = 0.05;
			t.v[1] = 0.2;
		}
		score_scan(&t, &s);
	}
	check_note("%s: %d regions: ring held in %.1f %% (mean pull %.2f, largest error %.3f px), V_image in %.1f %% "
	           "(%.2f), V_ring in %.1f %% (%.2f); centre within 3 u in %d of %d",
	           kind_name[kind], s.all, 100.0 * s.ring / s.all, s.pull[0] / s.all, s.worst, 100.0 * s.image / s.all,
	           s.pull[1] / s.all, 100.0 * s.of_ring / s.all, s.pull[2] / s.all, s.centre, s.all / 2);
	return s;
}

static bool honest(int held, int all)
{
	return held >= 0.91 * all && held <= 0.985 * all;
}

static void coverage(void)
{
	draw_seed(51);
	const score s = score_kind(PLAIN, draw_count());
	CHECK(honest(s.ring, s.all) && honest(s.image, s.all) && honest(s.of_ring, s.all));
	CHECK(s.worst < 0.1 && s.centre >= 0.97 * s.all / 2);
}

/* Each kind alone within what 40 draws can tell, all together as honest as the plain ones; a wedge spoils V_image,
 * which is said, and V_ring not. */
static void broken(void)
{
	int all = 0, ring = 0, image = 0, of_ring = 0, no_wedge = 0;
	draw_seed(52);
	for (int kind = PLAIN + 1; kind < KINDS; kind++) {
		const score s = score_kind(kind, draw_count() / 5);
		const bool wedge = kind == WEDGE;
		CHECK(s.ring >= 0.85 * s.all && s.of_ring >= 0.85 * s.all && (wedge || s.image >= 0.85 * s.all));
		CHECK_MSG(wedge ? 2 * s.warned == s.all : 2 * s.warned <= 0.05 * s.all, "%d of %d warned", s.warned,
		          s.all / 2);
		CHECK(s.worst < 0.1);
		all += s.all;
		ring += s.ring;
		of_ring += s.of_ring;
		if (wedge) continue;
		no_wedge += s.all;
		image += s.image;
	}
	check_note("all of these: ring held in %.1f %%, V_ring in %.1f %%, V_image without the wedges in %.1f %%",
	           100.0 * ring / all, 100.0 * of_ring / all, 100.0 * image / no_wedge);
	CHECK(honest(ring, all) && honest(of_ring, all) && honest(image, no_wedge));
}

/* A threshold on a virtual image finds the halves; bands in 1/nm; the sum of a band by hand. */
static void virtual_images(void)
{
	const truth t = {.ring = {13, 16}, .v = {0.05, 0.05}, .centre = {31.5, 31}, .level = 15};
	draw_seed(61);
	tt_scan_result *r = measure(
	    make(&t), "calibration: 0.4 ± 0.004 nm⁻¹/px\nbands:\n  - {name: inner, from: 4.8 1/nm, to: 5.6 1/nm}\n"
	              "regions:\n  - {name: bright, band: inner, above: 1900}\n");
	CHECK(r->n_bands == 2 && r->notes.n == 1 && strstr(r->notes.item[0], "read twice"));
	CHECK_NEAR(r->band[0].from_px, 12, 1e-9);
	double a = 0, b = 0;
	for (int i = 0; i < ROWS * COLUMNS; i++)
		*(i % COLUMNS < COLUMNS / 2 ? &a : &b) += (double)r->band[0].image[i];
	check_note("band: %.0f in A, %.0f in B; region of %lld positions", a / 48, b / 48,
	           (long long)r->region[1].positions);
	CHECK(a > 1.5 * b && r->region[1].positions >= 46 && r->region[1].positions <= 50);
	tt_scan_result_free(r);
}

static void shared_layers(void)
{
	tt_scan_result *r = measure(check_shared("film/scan4d/synthetic_layers_12x12.mib"),
	                            "bands:\n  - {name: a, from: 12.5, to: 14.5}\n  - {name: wide, from: 10, to: 30}\n"
	                            "regions:\n  - {name: A, rectangles: [[0, 0, 3, 12], [6, 0, 3, 12]]}\n  - {name: "
	                            "B, rectangles: [[3, 0, 3, 12], [9, 0, 3, 12]]}\n");
	const tt_scan_region *a = &r->region[1], *b = &r->region[2];
	check_note("rings %.3f ± %.3f and %.3f ± %.3f px, V %.4f ± %.4f and %.4f ± %.4f", a->ring_px, a->u_ring_px,
	           b->ring_px, b->u_ring_px, a->at_ring.image, a->at_ring.u_image, b->at_ring.image,
	           b->at_ring.u_image);
	CHECK_NEAR(r->centre[0], 32.5, 0.05);
	CHECK_NEAR(r->centre[1], 31, 0.05);
	CHECK_NEAR(a->ring_px, 14, 0.1);
	CHECK_NEAR(b->ring_px, 15.5, 0.1);
	CHECK_NEAR(a->at_ring.image, 0.02, 3 * a->at_ring.u_image);
	CHECK_NEAR(b->at_ring.image, 0.2, 3 * b->at_ring.u_image);
	double in[2] = {0}, wide[2] = {0};
	for (int i = 0; i < 144; i++) {
		const int k = i % 12 / 3 % 2;
		in[k] += (double)r->band[0].image[i];
		wide[k] += (double)r->band[1].image[i];
	}
	check_note("virtual dark field of the layers: %.4f and %.4f", in[0] / wide[0], in[1] / wide[1]);
	CHECK_NEAR(in[0] / wide[0], 0.2105, 0.003);
	CHECK_NEAR(in[1] / wide[1], 0.0828, 0.003);
	tt_scan_result_free(r);
}

static void refused(const char *text, const char *part)
{
	tt_scan_description *d = NULL;
	tt_scan_result *r = NULL;
	const char *path = tmp("refused.yaml");
	FILE *f = fopen(path, "wb");
	CHECK(f);
	fputs(text, f);
	fclose(f);
	tt_status st = tt_scan_description_read(path, NULL, 0, &d, &error);
	if (st == TT_OK) st = tt_scan_measure(d, NULL, &r, &error);
	tt_scan_description_free(d);
	tt_scan_result_free(r);
	CHECK_MSG(st == TT_ERR_INPUT, "status %d for: %s", (int)st, text);
	CHECK_HAS(error.message, part);
}

static void sentences(void)
{
	const truth t = {.ring = {14, 14}, .v = {0.05, 0.05}, .centre = {31, 31}, .level = 10};
	draw_seed(71);
	make(&t);
	refused("shape: [2, 3]\n", "missing key 'file'");
	refused("file: nowhere.mib\n", "nowhere.mib");
	refused("file: made.mib\nshape: [3, 3]\n", "holds 96 patterns; a scan of 3 x 3 (rows x columns) has 9");
	refused("file: made.mib\nbands: [{name: a, from: 5 1/nm, to: 6 1/nm}]\n", "not calibrated");
	refused("file: made.mib\nbands: [{name: a, from: 6, to: 5}]\n", "must be larger");
	refused("file: made.mib\nbands: [{name: a, from: 900, to: 950}]\n", "holds no pixel");
	refused("file: made.mib\nregions: [{name: a, rectangles: [[0, 0, 20, 2]]}]\n",
	        "leaves the scan of 12 columns and 8 rows");
	refused(
	    "file: made.mib\nregions: [{name: a, rectangles: [[0, 0, 2, 2]]}, {name: b, rectangles: [[1, 1, 2, 2]]}]\n",
	    "must not overlap");
	refused("file: made.mib\nregions: [{name: a, band: x, above: 1}]\n", "no band 'x'");
	refused("file: made.mib\nregions: [{name: a}]\n", "expected one of rectangles, mask, image and band");
	refused("file: made.mib\ndead_pixels: [[70, 3]]\n", "outside the patterns of 64 x 64 px");
	refused("file: made.mib\ncalibration: 0.3 nm\n", "a spatial frequency");
	refused("file: made.mib\nregoins: []\n", "did you mean 'regions'?");
}

static const check_case cases[] = {{"a shared scan of layers", shared_layers},
                                   {"virtual images and regions by them", virtual_images},
                                   {"what is wrong is said", sentences},
                                   {"intervals hold the truth", coverage},
                                   {"scans that break what is supposed", broken}};
CHECK_MAIN(cases)
