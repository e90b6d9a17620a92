/* Between the files of the room study.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_STUDY_STUDY_H
#define TT_STUDY_STUDY_H

#include "temtensile/study.h"

/* How texts such as "2e-3 Pa" become places on an axis: all of one dimension, in the unit of the first
 * or, where units differ, in SI's if one has it. */
typedef struct tt_group_scale {
	bool numeric;
	tt_dimension dim;
	const char *unit; /* part of one of the texts, or "" */
	double factor;    /* of the unit, to SI */
} tt_group_scale;

bool tt_scale_find(tt_group_scale *s, const char *const *text, size_t n);
/* false: the text is no quantity of that dimension */
bool tt_scale_place(const tt_group_scale *s, const char *text, double *at);
bool tt_same_place(double a, double b);

/* Fills group, n, numeric, log, axis. */
tt_status tt_study_group_tests(tt_study *s, tt_comparison *c, tt_error *err);
/* The group that a reference belongs to, by name or by value; c->n when there is none. */
size_t tt_study_find_group(const tt_comparison *c, const char *text);
/* Films that were measured: to their groups, and as references of hardness and modulus where none are given. */
tt_status tt_study_films(tt_study *s, tt_comparison *c, tt_error *err);
/* Fills correlation. */
tt_status tt_study_correlate(tt_comparison *c, tt_error *err);
/* Fills check; c is grouped and its values are there. */
tt_status tt_study_cross_checks(const tt_study *s, tt_comparison *c, tt_error *err);

#endif
