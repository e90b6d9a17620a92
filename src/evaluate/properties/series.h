/* The rows of a curve that may enter a property, cleaned, in arrays of their own, with a smoothed twin.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_EVALUATE_PROPERTIES_SERIES_H
#define TT_EVALUATE_PROPERTIES_SERIES_H

#include "temtensile/properties.h"

/* Enough rows on either side to see what is local. */
enum { TT_SERIES_TAIL = 64 };

typedef struct tt_series {
	size_t n, capacity;
	/* ordinary rows with strain and stress, from contact on */
	double *t;       /* log time without that of cycles, s */
	double *skipped; /* what cycles before the row took, s: t + skipped is the log's time */
	double *video_t; /* video time, s */
	double *e, *s;   /* strain, stress (Pa) */
	double *ue, *us; /* their random parts, > 0 */
	double *d;       /* d - d0, NaN where not known */
	double *f;       /* raw force, NaN where not known */
	size_t *row;     /* in the input */
	/* smoothed twins: local lines whose half-widths follow the data (tt_series_smooth) */
	double *se, *ss;
	int *he, *hs; /* half-widths, rows */
	/* sums from the start, for any range at once: n + 1 entries each, see modulus.c and smooth.c */
	double *sum[9];
	/* rows with strain but no stress after the last of the above */
	size_t n_extra;
	double extra_t[TT_SERIES_TAIL], extra_e[TT_SERIES_TAIL], extra_ue[TT_SERIES_TAIL];
	bool fractured;
	double t_f, d_f, s_f, us_f; /* at the instant of fracture; NaN: not known */
	double ut_f, ud_f;          /* uncertainty of the instant; random part of d_f, NaN: not known */
	double ue_f;                /* what the last rows' strains have in common */
	double interval;            /* median time between rows, s */
	size_t cycles;              /* unloading and reloading whose rows were left out, … */
	double cycles_took;         /* … and how long they took together, s: t and t_f are less by it */
	size_t outliers;            /* rows left out for a strain far from its neighbours' */
	double noise_scale;         /* what u_strain was multiplied by to meet the scatter that was seen, >= 1 */
	double long_run;            /* noise that many rows leave over that of white noise (slow errors), >= 1 */
	double wander, wander_time; /* slow error of strain that the elastic part shows, 0: none */
	double yield_shift;         /* added to the strain of a given yield point (Monte Carlo) */
	double fracture_shift;      /* added to the extrapolated strain at fracture (Monte Carlo) */
	void *memory;
} tt_series;

/* Memory for at most n rows. */
tt_status tt_series_new(size_t n, tt_series **out, tt_error *err);
void tt_series_free(tt_series *s);
/* Checks the input and takes its ordinary rows. The series may be left with no row (n = 0). */
tt_status tt_series_take(const tt_property_input *in, tt_series **out, tt_error *err);
/* dst (with room for it) becomes src in blocks of m rows each, averaged. */
void tt_series_block(const tt_series *src, size_t m, tt_series *dst);
/* Copies rows and ends, not the smoothed twins. */
void tt_series_copy(const tt_series *src, tt_series *dst);

/* Fills se, he, ss, hs. Local least-squares lines, at each row the widest window whose interval still meets those of
 * all narrower ones (Goldenshluger and Nemirovski 1997, Math. Methods Statist. 6, 135), so that corners stay. */
void tt_series_smooth(tt_series *s);
/* The smoothed strain and stress at a time within the rows. */
double tt_series_strain_at(const tt_series *s, double t);
double tt_series_stress_at(const tt_series *s, double t);
/* Last row with time <= t (0 when none). */
size_t tt_series_find(const tt_series *s, double t);

/* Noise of y independent from row to row, from the median absolute second difference. */
double tt_white_noise(const double *y, size_t n);

#endif
