/* A study's films in tables and figures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_STUDY_FILMS_H
#define TT_REPORT_STUDY_FILMS_H

#include "temtensile/report.h"

bool tt_study_has_films(const tt_comparison *c);
/* NULL: not measured on that group's film. */
const tt_measurement *tt_study_film_value(const tt_study_group *g, const char *id);
/* Quantities that any group's film has, in the table's order. */
size_t tt_study_film_ids(const tt_comparison *c, const tt_measurand **id, size_t most);
/* Half of the 95 % interval; NaN: not known. */
double tt_study_film_half(const tt_measurement *m);

/* films.pdf, .svg, .png: G and E, ν, H against the groups, tension's E and three times its yield strength over them. */
tt_status tt_study_film_figure(struct tt_outdir *dir, const tt_comparison *c, double width_mm, tt_error *err);
/* The section of study.html; nothing when no film was measured. After the figure, which it shows. */
void tt_put_films(FILE *f, struct tt_outdir *dir, const tt_comparison *c);
/* films.csv: a row a quantity of a film. correlations.csv: rank correlations of all pairs over the groups. */
tt_status tt_study_film_tables(struct tt_outdir *dir, const tt_comparison *c, tt_error *err);

#endif
