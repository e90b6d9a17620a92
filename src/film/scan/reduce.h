/* One pass over a scan of diffraction patterns: sums of each region, moments of each ring, virtual images.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_SCAN_REDUCE_H
#define TT_FILM_SCAN_REDUCE_H

#include "temtensile/frames.h"

enum { TT_SCAN_REST = 0, TT_MOST_REGIONS = 32, TT_MOST_BANDS = 16, TT_SCAN_SAMPLE = 64, TT_SCAN_GROUPS = 24 };

/* What is asked of the pass. Positions are row after row. */
typedef struct tt_scan_plan {
	int64_t rows, columns;
	const uint8_t *region;         /* of each position: 1 … regions, or TT_SCAN_REST; NULL: all rest */
	size_t regions;                /* beside the rest, which is bucket 0 */
	const bool *dead;              /* pixels of a pattern that are not used; NULL: none */
	double centre[2];              /* x, y in px; NaN: found in a sample of the patterns */
	double band[TT_MOST_BANDS][2]; /* inner and outer radius in px */
	size_t bands;
} tt_scan_plan;

/* Sums over the positions of a bucket, of one ring (1 px wide, ring r holds r <= |x − centre| < r + 1). Ī is a
 * pattern's mean over the ring, v its (⟨I²⟩ − ⟨I⟩)/⟨I⟩² − 1 over the ring's n pixels, n/(n − 1) and shot noise taken
 * off. */
typedef struct tt_scan_ring {
	double n;    /* pixels */
	double m[4]; /* Σ Ī, Σ Ī², Σ Ī³, Σ Ī⁴ */
	/* Σ v of each group, and the positions that have it (with counts in the ring): the bucket's positions one after
	 * the other in TT_SCAN_GROUPS equal parts, so that neighbours that see the same place stay together */
	double v[TT_SCAN_GROUPS], have[TT_SCAN_GROUPS];
} tt_scan_ring;

typedef struct tt_scan_bucket {
	int64_t positions;
	double *sum, *squares; /* of each pixel over the positions */
	tt_scan_ring *ring;    /* `rings` of them */
} tt_scan_bucket;

typedef struct tt_scan_sums {
	int width, height;
	size_t buckets, rings;
	tt_scan_bucket *bucket;        /* the rest, then the regions */
	double centre[2], u_centre[2]; /* used for the rings and bands; u NaN: given */
	double *image[TT_MOST_BANDS];  /* sum over the band at each position; NaN: not read */
	double *total;                 /* over all pixels that are not dead */
	int64_t read, unread;
	double largest; /* value met */
	double gain;    /* by which values were divided to be counts */
} tt_scan_sums;

/* gain: value of one electron (1 for counters). Every pattern is read once; memory does not depend on their number
 * beside the virtual images. warnings grow by what could not be read. */
tt_status tt_scan_reduce(tt_scan_source *source, const tt_scan_plan *plan, double gain, const tt_job *job,
                         tt_scan_sums **out, tt_strings *warnings, tt_error *err);
void tt_scan_sums_free(tt_scan_sums *s);
/* The bucket of all positions: the sum of the others; malloc'ed arrays in *out. */
tt_status tt_scan_whole(const tt_scan_sums *s, tt_scan_bucket *out, tt_error *err);
void tt_scan_bucket_clear(tt_scan_bucket *b);

#endif
