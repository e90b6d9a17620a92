/* How the parts of a film leave what they found.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_RESULT_H
#define TT_FILM_RESULT_H

#include "temtensile/film.h"

/* A measurement in SI with u and the interval ± 1.96 u (value alone where u is NaN or 0 and not known). method, source,
 * may be NULL. *made (may be NULL) lets the caller set interval, u_shared, conditions. */
tt_status tt_film_put(tt_film_result *out, const tt_film_description *d, const char *id, double value, double u,
                      const char *method, const char *source, tt_measurement **made, tt_error *err);
/* One that is not had, with its reason. */
tt_status tt_film_put_missing(tt_film_result *out, const tt_film_description *d, const char *id, const char *method,
                              tt_error *err, const char *reason, ...) TT_PRINTF(6, 7);
/* The text of m->conditions; NULL m is allowed. */
tt_status tt_film_conditions(tt_measurement *m, tt_error *err, const char *fmt, ...) TT_PRINTF(3, 4);

/* A figure; *made stays valid until the next one is added. Texts are copied. */
tt_status tt_film_add_figure(tt_film_result *out, const char *name, const char *x_label, const char *y_label,
                             const char *caption, tt_film_figure **made, tt_error *err);
/* x, y, u are copied; u may be NULL, y too for TT_FILM_RULE_X. */
tt_status tt_film_add_curve(tt_film_figure *f, tt_film_style style, const char *name, const double *x, const double *y,
                            const double *u, size_t n, tt_error *err);
tt_status tt_film_add_table(tt_film_result *out, const char *file, size_t rows, tt_film_table **made, tt_error *err);
/* Exactly one of value (rows numbers) and text (rows strings) is given; both are copied. */
tt_status tt_film_add_column(tt_film_table *t, const char *name, const double *value, const char *const *text,
                             tt_error *err);
/* id: one of the table of quantities. */
tt_status tt_film_add_share(tt_film_result *out, const char *id, const char *input, double share, tt_error *err);

/* The parts. */
tt_status tt_film_mechanics(const tt_film_description *d, tt_film_result *out, const tt_job *job, tt_error *err);
tt_status tt_film_diffraction(const tt_film_description *d, tt_film_result *out, tt_error *err);
tt_status tt_film_layers(const tt_film_description *d, tt_film_result *out, tt_error *err);
tt_status tt_film_patterns(const tt_film_description *d, tt_film_result *out, const tt_job *job, tt_error *err);
tt_status tt_film_density(const tt_film_description *d, tt_film_result *out, tt_error *err);

#endif
