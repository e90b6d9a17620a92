/* Several tests compared: groups and statistics. Pure: results in, results out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_STUDY_H
#define TEMTENSILE_STUDY_H

#include "temtensile/core.h"
#include "temtensile/measurement.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Mean and spread of n values; NaN where n is too small. */
typedef struct tt_sample {
	size_t n;
	double mean, sd; /* sd: n - 1 in the denominator; NaN for n < 2 */
	double lo, hi;   /* 95 % interval of the mean by Student's t, n - 1 degrees of freedom; NaN for n < 2 */
	bool weak;       /* n = 2: one degree of freedom */
} tt_sample;

/* NaN among the values is left out. */
TT_API tt_sample tt_sample_of(const double *value, size_t n);

/* Two samples with unequal variances (Welch 1947, Biometrika 34, 28; Satterthwaite's degrees of freedom). */
typedef struct tt_welch_test {
	double t, df, p;           /* two-sided; NaN when a sample has fewer than two values or both no spread */
	double difference, lo, hi; /* of the means, a - b, with its 95 % interval */
	double hedges_g;           /* standardised difference by the pooled sd, corrected for small n (Hedges 1981) */
} tt_welch_test;

TT_API tt_welch_test tt_welch(const tt_sample *a, const tt_sample *b);

/* One-way analysis of variance over the groups that have at least two values. */
typedef struct tt_anova {
	size_t groups;
	double f, df1, df2, p; /* classical (Fisher) */
	double eta2, omega2;   /* effect sizes: share of variance between groups; the same, unbiased */
	double welch_f, welch_df1, welch_df2, welch_p; /* Welch 1951, Biometrika 38, 330: variances may differ */
} tt_anova;

/* The same of samples of acute angles (tt_sample_of_angles): of the directions' deviations about their mean directions,
 * which are as numbers on a line while the doubled angles are concentrated: a resultant of at least 0.7, sd up to 24°,
 * from where on Mardia & Jupp (2000, Directional Statistics, Wiley, eq. 7.2.38) take the scatter about the mean
 * direction for that of numbers (chi squared). A wider sample is not tested: NaN. The interval of the difference ends
 * at ± 90°. */
TT_API tt_welch_test tt_welch_of_angles(const tt_sample *a, const tt_sample *b);
/* Whether a sample of angles is too wide for that. */
TT_API bool tt_angles_scatter(const tt_sample *s);

/* NaN members when fewer than two groups have two values. Needs each group's sample only. */
TT_API tt_anova tt_anova_of(const tt_sample *group, size_t n);

/* Holm's step-down correction (Holm 1979, Scand. J. Stat. 6, 65); NaN entries do not count. adjusted may be p. */
TT_API tt_status tt_holm(const double *p, size_t n, double *adjusted, tt_error *err);

/* What one test says of one property. */
typedef struct tt_measured {
	double value;    /* NaN: not reached */
	double u;        /* whole standard uncertainty of the measurement */
	double u_shared; /* its part that repeats have in common (pixel size, device, film thickness) */
} tt_measured;

/* The same of acute angles in degrees, 0 … 90: the lines' directions are averaged by their doubled angles (Fisher 1993,
 * Statistical Analysis of Circular Data, 2.3), so that the mean and its interval never leave 0 … 90; sd: of the
 * directions, sqrt(-2 ln R) / 2, with n - 1. */
TT_API tt_sample tt_sample_of_angles(const double *degree, size_t n);

/* What stands behind the ± of a group's mean. */
typedef enum tt_interval_kind {
	TT_INTERVAL_CI95, /* half of the 95 % interval of the mean */
	TT_INTERVAL_SD,   /* standard deviation between specimens */
	TT_INTERVAL_SE    /* standard uncertainty of the mean: sd/sqrt(n) and the shared errors in quadrature */
} tt_interval_kind;
/* "95 % interval" and the like, for captions: "mean ± half of the 95 % interval". */
TT_API const char *tt_interval_words(tt_interval_kind kind);

/* One property in one group: scatter between specimens and uncertainty of measurement kept apart. */
typedef struct tt_group_result {
	tt_sample between; /* specimens */
	double u_own;      /* of the mean, from each test's own errors: sqrt(sum (u² - u_shared²)) / n */
	double u_shared;   /* of the mean, from errors common to all: does not shrink with n */
	double u;          /* of the mean: sd/sqrt(n) (own errors when n = 1) and u_shared in quadrature */
	double lo, hi; /* 95 % interval of the mean: Student's t on the scatter (n >= 2), ± 1.96 u_own (n = 1), with
	                  1.96 u_shared in quadrature; of angles cut at 0 and 90° */
	double half;   /* (hi - lo) / 2 before it was cut */
} tt_group_result;

/* compare: TT_COMPARE_ANGLE for acute angles in degrees, else TT_COMPARE_MEAN. */
TT_API tt_group_result tt_group_of(const tt_measured *tests, size_t n, tt_comparing compare);
/* What stands behind its ±; NaN: nothing (the sd of one specimen). */
TT_API double tt_group_half(const tt_group_result *r, tt_interval_kind kind);

/* "2.61 ± 0.04": u to two significant digits (one when they are at least 30), the value to the same place; NaN u: value
 * to 3 digits; true minus. value_only and u_only may be NULL. */
TT_API void tt_round_to_u(double value, double u, char *value_only, char *u_only, size_t size);

/* ---- a study: tests, their groups, what is said of them ---- */

/* The properties that are compared. */
typedef enum tt_compared {
	TT_CMP_MODULUS,
	TT_CMP_YIELD,
	TT_CMP_ULTIMATE,
	TT_CMP_UNIFORM,
	TT_CMP_TOTAL,
	TT_CMP_PLASTIC,
	TT_CMP_TOUGHNESS,
	TT_CMP_ANGLE, /* of the fracture, against the tensile axis */
	TT_CMP_NECK,  /* width reduction at the neck, last intact frame */
	TT_CMP_COUNT
} tt_compared;
/* Length of the arrays of properties below. There is room for more of them, so that one more does not change what a
 * program was compiled with; elements from TT_CMP_COUNT on are zero. */
enum { TT_CMP_ROOM = 32 };

/* The quantity of the one table that is compared: its tension and necking rows that say how, in the order of the
 * enumeration. NULL beyond the last. */
TT_API const tt_measurand *tt_compared_describe(tt_compared id);
/* Shown value = value under the quantity's id × this. */
TT_API double tt_compared_shown(tt_compared id);

/* Inputs of a measurement whose errors repeats of a film may share. */
typedef enum tt_shared_input {
	TT_SHARED_PIXEL_SIZE,
	TT_SHARED_STIFFNESS,
	TT_SHARED_THICKNESS,
	TT_SHARED_COUNT
} tt_shared_input;
/* As in uncertainty.csv: "pixel size", "stiffness", "thickness". */
TT_API const char *tt_shared_input_name(tt_shared_input id);
/* The rule by which an error counts as shared, in a sentence. */
extern const char *const tt_shared_rule;

typedef struct tt_film_text {
	char *key, *text;
} tt_film_text;

/* One test as a study sees it. Strings and arrays are owned. */
typedef struct tt_study_test {
	char *folder; /* name of its result folder, which names it in tables */
	char *name;   /* of the description; NULL: not known */
	char *failed; /* why there are no results; NULL: there are */
	tt_film_text *film;
	size_t n_film;
	struct {
		double value, u, lo, hi;       /* in the unit of the quantity's id; NaN: none; lo, hi: 95 % interval */
		char *reason;                  /* why there is no value, or NULL */
		double share[TT_SHARED_COUNT]; /* parts of the variance u² that these inputs make */
	} property[TT_CMP_ROOM];
	struct {
		double value, u; /* any unit, the same in all tests; NaN: not known */
		bool given;      /* stated by the user rather than found in this test's own signals */
	} input[TT_SHARED_COUNT];
	struct {
		double strain[2];       /* of the two frames whose difference was taken; NaN: there is none */
		double levels_per_grey; /* of necking_difference.tif and necking_row.tif */
		bool chosen;            /* by the description, not yield and last intact frame */
	} difference;
	char *recording,
	    *log; /* what was measured: SHA-256 of the recording, "SHA-256#test" of the log; NULL: not known */
	bool broken;
	size_t rows; /* of the curve, ordinary ones only */
	double *strain, *stress_GPa;
	double *u_strain, *u_stress_GPa; /* NULL: not known; NaN rows too */
} tt_study_test;

TT_API void tt_study_test_clear(tt_study_test *t);

/* A value from elsewhere that a group is checked against. */
typedef struct tt_reference {
	tt_quantity hardness, youngs_modulus; /* Pa; value NaN: not given */
	char *hardness_source, *modulus_source;
	char *group;              /* as the study writes it; matched by value where groups are numbers */
	char *where;              /* file:line:column */
	char *film;               /* path of the description of a film that was measured (film.yaml); NULL: none */
	char *film_failed;        /* why it could not be; NULL: it could */
	char *film_folder;        /* of its results, below the study's: "films/film-10pa"; NULL: none */
	tt_measurements measured; /* of that film */
} tt_reference;

typedef struct tt_study {
	char *name;     /* NULL: none */
	char *group_by; /* "film.deposition_pressure" */
	tt_study_test *test;
	size_t n;
	tt_reference *reference;
	size_t n_references;
	bool variants;             /* the tests are one test with other settings: compared, never pooled */
	tt_interval_kind interval; /* what tables and figures show behind ± */
} tt_study;

TT_API void tt_study_clear(tt_study *s);

/* A test that study.yaml names. */
typedef struct tt_study_entry {
	char *path;      /* of the description */
	char *name;      /* what it is called in the study; NULL: as its description says */
	char *folder;    /* name of its result folder, unlike every other entry's */
	tt_strings sets; /* what overrides the description, as --set */
} tt_study_entry;

/* Reads study.yaml: name, group_by, references into s (its tests stay empty); one entry a test, in the file's order,
 * what a glob finds in the order of names. A description that is named and also found by a glob counts once, with what
 * its own entry overrides. Errors (TT_ERR_INPUT) have file, line, column. */
TT_API tt_status tt_study_file_read(const char *path, tt_study *s, tt_study_entry **entry, size_t *n, tt_error *err);
TT_API void tt_study_entries_free(tt_study_entry *entry, size_t n);

typedef struct tt_study_group {
	char *label; /* "0.002 Pa" */
	double at;   /* place on a numeric axis, in the axis' unit; else its number 0, 1, … */
	size_t n;
	size_t *test;                 /* indices */
	bool shared[TT_SHARED_COUNT]; /* by tt_shared_rule */
	tt_group_result value[TT_CMP_ROOM];
	const tt_measurements *film; /* measured on the group's film, of the study's references; NULL: nothing */
	const char *film_folder;     /* the reference's; NULL: none */
} tt_study_group;

/* Two quantities over the groups: do they rise together? */
typedef struct tt_correlation {
	char a[64], b[64];           /* ids of measurands; one of the tests' begins with "tension." */
	const char *name_a, *name_b; /* static, plain English */
	size_t n;                    /* groups that have both */
	double rho;                  /* Spearman's rank correlation */
	double lo,
	    hi;   /* 95 % interval of it by the uncertainties of the values (Monte Carlo); not of the choice of films */
	double p; /* two-sided: exact over all orders up to 7 groups, by Student's t beyond */
} tt_correlation;

typedef struct tt_pair_test {
	size_t a, b; /* groups */
	tt_welch_test welch;
	double holm; /* p corrected over the pairs of this property */
	bool weak;   /* one of them has two specimens */
} tt_pair_test;

typedef struct tt_cross_check {
	size_t group;
	char *text;                                                /* a sentence */
	double measured, half_measured, reference, half_reference; /* in `unit`; halves of the 95 % intervals */
	const char *unit;                                          /* static: "GPa", "g/cm³" */
	bool differs;                                              /* beyond both uncertainties together */
} tt_cross_check;

typedef struct tt_comparison {
	tt_study_group *group; /* ascending, or in order of first appearance */
	size_t n;
	bool numeric, log; /* the groups have places on an axis; one that is best drawn logarithmic */
	char *axis;        /* "Deposition pressure (Pa)" */
	tt_anova anova[TT_CMP_ROOM];
	tt_pair_test *pair[TT_CMP_ROOM]; /* n_pairs each */
	size_t n_pairs;
	char reason[TT_CMP_ROOM][160]; /* why nothing can be tested; "": it can */
	tt_cross_check *check;
	size_t n_checks;
	tt_correlation *correlation; /* where films were measured and at least three groups have both quantities */
	size_t n_correlations;
	tt_strings notes; /* what a reader must know: weak groups, references without a group */
} tt_comparison;

/* Groups the tests that did not fail by the film key in group_by and compares the groups. A test without that key is
 * marked as failed. Tests with the same recording or the same part of a log are one specimen: an error that names them,
 * unless the study's tests are variants; then each is a group of its own, nothing is tested, and a test with another
 * recording is the error. Other errors: group_by does not begin with "film."; memory. *out may always be cleared. */
TT_API tt_status tt_study_compare(tt_study *s, tt_comparison *out, tt_error *err);
TT_API void tt_comparison_clear(tt_comparison *c);

/* Standard uncertainty of a test's property that repeats share, by the group's `shared`. */
TT_API double tt_study_shared_u(const tt_study_test *t, const tt_study_group *g, tt_compared id);

#ifdef __cplusplus
}
#endif
#endif
