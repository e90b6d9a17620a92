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

typedef struct truth {
	double ring[2], v[2], centre[2], level; /* of both halves of the scan */
} truth;

/* Left half A, right half B: a beam's foot, a ring and a second one; each pixel's mean is multiplied by a gamma variate
 * of mean 1 and variance v, then counted. */
static const char *make(const truth *t)
{
	const char *path = tmp("made.mib");
	FILE *f = fopen(path, "wb"), *h = fopen(tmp("made.hdr"), "wb");
	CHECK(f && h);
	fprintf(h,
	        "HDR,\t\nFrames in Acquisition (Number):\t%d\nFrames per Trigger (Number):\t%d\nCounter Depth "
	        "(number):\t12\nEnd\t",
	        ROWS * COLUMNS, COLUMNS);
	fclose(h);
	for (int k = 0; k < ROWS * COLUMNS; k++) {
		char head[384];
		const int b = k % COLUMNS >= COLUMNS / 2;
		memset(head, ' ', sizeof head);
		const int n =
		    snprintf(head, sizeof head,
		             "MQ1,%06d,00384,01,%04d,%04d,U16,   1x1,01,2026-01-01 00:00:00.000000,0.003000,0,0,0,",
		             k + 1, SIDE, SIDE);
		head[n] = ' ';
		fwrite(head, 1, sizeof head, f);
		for (int y = 0; y < SIDE; y++)
			for (int x = 0; x < SIDE; x++) {
				const double r = hypot(x - t->centre[0], y - t->centre[1]), p = (r - t->ring[b]) / 1.8,
				             q = (r - 1.7 * t->ring[b]) / 2.6;
				const double mean =
				    t->level * (0.5 * exp(-r / 12) + exp(-p * p / 2) + 0.4 * exp(-q * q / 2) + 0.02);
				const unsigned v = (unsigned)draw_poisson(mean * draw_gamma(1 / t->v[b]) * t->v[b]);
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

static void coverage(void)
{
	const int n = draw_count();
	int ring = 0, image = 0, of_ring = 0, all = 0, centre = 0;
	double worst = 0, bias = 0;
	draw_seed(51);
	for (int k = 0; k < n / 2; k++) { /* two regions each */
		const truth t = {.ring = {13 + 2 * draw_uniform(), 13 + 3 * draw_uniform()},
		                 .v = {0.02 + 0.05 * draw_uniform(), 0.1 + 0.15 * draw_uniform()},
		                 .centre = {31 + 2 * draw_uniform(), 30.5 + 2 * draw_uniform()},
		                 .level = 10 + 20 * draw_uniform()};
		tt_scan_result *r = measure(make(&t), halves);
		CHECK(r->n_regions == 3 && r->region[1].positions == 48);
		for (int b = 0; b < 2; b++) {
			const tt_scan_region *g = &r->region[b + 1];
			CHECK_MSG(!g->reason, "%s", g->reason);
			const double pull = (g->ring_px - t.ring[b]) / g->u_ring_px;
			ring += fabs(pull) <= 1.96;
			worst = fmax(worst, fabs(g->ring_px - t.ring[b]));
			bias += pull;
			/* the jackknife's twelve sectors: Student's t with eleven degrees of freedom */
			image += fabs(g->at_ring.image - t.v[b]) <= 2.2 * g->at_ring.u_image;
			of_ring += fabs(g->at_ring.ring - t.v[b]) <= 1.96 * g->at_ring.u_ring;
			all++;
		}
		centre += hypot(r->centre[0] - t.centre[0], r->centre[1] - t.centre[1]) <=
		          3 * hypot(r->u_centre[0], r->u_centre[1]);
		tt_scan_result_free(r);
	}
	check_note("%d regions: ring held in %.1f %% (mean pull %.2f, largest error %.3f px), V_image in %.1f %%, "
	           "V_ring in %.1f %%; centre within 3 u in %d of "
	           "%d",
	           all, 100.0 * ring / all, bias / all, worst, 100.0 * image / all, 100.0 * of_ring / all, centre,
	           n / 2);
	CHECK(ring >= 0.91 * all && image >= 0.91 * all && image <= 0.985 * all && of_ring >= 0.91 * all);
	CHECK(worst < 0.15 && centre >= 0.97 * (n / 2));
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
                                   {"intervals hold the truth", coverage}};
CHECK_MAIN(cases)
