/* Inside the mechanics: rows of the bare spring.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_SPRING_ROWS_H
#define TT_MECHANICS_SPRING_ROWS_H

#include "mechanics/spring.h"
#include "mechanics/work.h"

/* Time (s), d - d0 (m), force above its level in air (N). */
typedef struct tt_spring_rows {
	double *t, *x, *y;
	size_t n;
} tt_spring_rows;

void tt_spring_rows_free(tt_spring_rows *s);
bool tt_spring_rows_make(tt_spring_rows *s, size_t n);
bool tt_spring_bare_rows(const tt_work *w, const tt_mechanics *m, const tt_contact *c, size_t first, size_t last,
                         tt_spring_rows *out);
double tt_spring_anchor(const tt_contact *c, const tt_mechanics *m, double k, double at);
double tt_spring_secant(const tt_spring_rows *s);
bool tt_spring_fit_rows(const tt_work *w, const tt_mechanics *m, const tt_contact *c, const tt_spring_rows *s,
                        double noise_x, double noise_y, double anchor_u, tt_spring_fit *fit, double *shift,
                        double *u_d0, char *why, size_t why_size);
bool tt_spring_given_rows(const tt_mechanics *m, const tt_mechanics_options *o, size_t *first, size_t *last);
void tt_spring_origin(tt_spring_fit *f, const char *origin);

#endif
