/* Scans of diffraction patterns (4D-STEM): what their description says, and what one pass over them gives.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_SCAN_H
#define TEMTENSILE_SCAN_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the description: what scan.yaml says ---- */

/* A region of positions: rectangles, a mask image, or a threshold on an image or on a band's virtual image. */
typedef struct tt_scan_region_spec {
	char *name;
	tt_rect *rect; /* columns and rows of the scan */
	size_t n_rects;
	char *mask;          /* image of rows × columns; positions above zero belong to it */
	char *image;         /* or an image (HAADF) with a threshold … */
	char *band;          /* … or the virtual image of a band */
	double above, below; /* NaN: no limit; of the image's values, or of the virtual image's mean counts a pattern */
} tt_scan_region_spec;

typedef struct tt_scan_band_spec {
	char *name;
	double from, to; /* px, or 1/m when in_k */
	bool in_k;
} tt_scan_band_spec;

typedef struct tt_scan_description {
	char *path, *name, *file;
	int64_t rows, columns; /* 0: the file's */
	tt_quantity k_per_px;  /* 1/m, k = 1/d; NaN: the file's, else results are in px */
	bool has_centre;
	double centre[2]; /* x, y, px */
	char *dead_mask;  /* image of the pattern's size: pixels above zero are not used (dead ones, the beam stop) */
	double *dead;     /* x, y of further dead pixels */
	size_t n_dead;
	double ring[2];   /* radii in px between which the first ring is fitted; NaN: found */
	double gain;      /* value of one electron; NaN: 1 where the detector counts, else not known */
	tt_quantity step; /* from position to position, m; NaN: not known */
	char *haadf;      /* an image of rows × columns to show beside the virtual ones */
	tt_scan_region_spec *region;
	size_t n_regions;
	tt_scan_band_spec *band;
	size_t n_bands;
} tt_scan_description;

/* Reads and checks scan.yaml; errors (TT_ERR_INPUT) have file, line and column. sets: "key=value". */
TT_API tt_status tt_scan_description_read(const char *path, const char *const *sets, size_t n_sets,
                                          tt_scan_description **out, tt_error *err);
/* The description of a bare file: everything by default; sets as above. */
TT_API tt_status tt_scan_description_of_file(const char *file, const char *const *sets, size_t n_sets,
                                             tt_scan_description **out, tt_error *err);
TT_API void tt_scan_description_free(tt_scan_description *d);

/* ---- the result ---- */

/* Normalised variance at one ring, shot noise and finite numbers taken off; NaN: not had. */
typedef struct tt_scan_variance {
	double radius_px, pixels, mean_count;
	double image, u_image; /* V_image: over positions, then averaged over the ring (weighted by the squared mean) */
	double ring, u_ring;   /* V_ring: over the ring, then averaged over positions */
	double omega, u_omega; /* Ω: of the ring's mean over positions */
} tt_scan_variance;

typedef struct tt_scan_region {
	char *name;
	int64_t positions;
	float *mean;   /* mean pattern, counts */
	size_t points; /* of the radial mean, bins of 0.5 px */
	double *radius_px, *intensity, *u_intensity, *pixels;
	/* the first ring; NaN with a reason when there is none */
	double ring_px, u_ring_px, fwhm_px, u_fwhm_px, height, u_height;
	char *reason;
	double *fit; /* the fitted curve at each point, NaN outside of what was fitted; NULL: no ring */
	size_t rings;
	tt_scan_variance *variance; /* of each ring, 1 px wide */
	tt_scan_variance at_ring;   /* over the first ring's full width at half maximum */
} tt_scan_region;

typedef struct tt_scan_result {
	char *name, *format, *sample;
	int width, height;
	int64_t rows, columns, patterns, unread;
	tt_quantity k_per_px; /* NaN: not known */
	double step_m;        /* NaN: not known */
	double centre[2], u_centre[2];
	bool shot_corrected; /* the detector counts, or its gain is given */
	size_t n_regions;
	tt_scan_region *region; /* 0: the whole scan */
	uint8_t *member;        /* of each position: number of its region, 0: none */
	size_t n_bands;
	struct tt_scan_virtual {
		char *name;
		double from_px, to_px;
		float *image; /* counts in the band at each position; NaN: not read */
	} * band;             /* the last one: everything (sum) */
	float *haadf;         /* NULL: none */
	tt_strings warnings, notes, inputs;
} tt_scan_result;

/* Reads every pattern once (twice where a region is a threshold on a virtual image: said in the notes) and measures. */
TT_API tt_status tt_scan_measure(const tt_scan_description *d, const tt_job *job, tt_scan_result **out, tt_error *err);
TT_API void tt_scan_result_free(tt_scan_result *r);

#ifdef __cplusplus
}
#endif
#endif
