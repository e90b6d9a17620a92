/* What the tables of a study have in common: rows of rounded cells.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_STUDY_ROWS_H
#define TT_REPORT_STUDY_ROWS_H

#include "temtensile/report.h"

enum { TT_CELL = 32 };

/* The same property in full, in the unit of the quantity's id; NaN where there is nothing. */
typedef enum tt_study_number {
	TT_STUDY_VALUE, /* mean of a group, value of a test */
	TT_STUDY_SD,
	TT_STUDY_U_MEASUREMENT,
	TT_STUDY_U_SHARED,
	TT_STUDY_U, /* of the mean: scatter and what is shared; of a test: of the measurement */
	TT_STUDY_LO,
	TT_STUDY_HI,
	TT_STUDY_NUMBERS
} tt_study_number;

/* One property of a group or a test, rounded to be printed; "" where there is nothing. */
typedef struct tt_study_cells {
	size_t n;            /* tests with this property */
	char value[TT_CELL]; /* mean of a group, value of a test: to the place of its uncertainty */
	char half[TT_CELL],
	    half_value[TT_CELL];       /* of a group: what the study shows behind ±, and the mean to its place */
	char sd[TT_CELL];              /* between specimens */
	char u[TT_CELL];               /* standard uncertainty of the measurement, of the mean for a group */
	char shared[TT_CELL];          /* its part that repeats share */
	char lo[TT_CELL], hi[TT_CELL]; /* 95 % interval */
	double number[TT_STUDY_NUMBERS];
	const char *reason; /* why there is no value; NULL */
} tt_study_cells;

typedef struct tt_study_row {
	const tt_study_group *group;
	const tt_study_test *test; /* NULL: the group's own row */
	tt_study_cells cell[TT_CMP_COUNT];
} tt_study_row;

typedef struct tt_study_rows {
	tt_study_row *row; /* all groups, then the tests group by group, then the failed ones (group NULL) */
	size_t n;
} tt_study_rows;

tt_status tt_study_rows_make(const tt_study *s, const tt_comparison *c, tt_study_rows *out, tt_error *err);
void tt_study_rows_clear(tt_study_rows *r);

tt_status tt_study_markdown(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, const tt_study_rows *rows,
                            tt_error *err);
tt_status tt_study_latex(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, const tt_study_rows *rows,
                         tt_error *err);
tt_status tt_study_json(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, const tt_study_rows *rows,
                        tt_error *err);

/* What the columns of the printed tables mean, in a sentence. */
extern const char *const tt_study_legend;

#endif
