/* What a film's measurements leave: film.json, tables, figures, methods.txt, film.html.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_FILM_H
#define TT_REPORT_FILM_H

#include "temtensile/film.h"

struct tt_outdir;

/* hash: of each of result->inputs, in hexadecimal, as many. */
tt_status tt_film_json_write(struct tt_outdir *dir, const tt_film_description *d, const tt_film_result *r,
                             const tt_strings *hash, tt_error *err);
/* quantities.csv, budget.csv and the parts' own tables. */
tt_status tt_film_tables_write(struct tt_outdir *dir, const tt_film_result *r, tt_error *err);
tt_status tt_film_figures_write(struct tt_outdir *dir, const tt_film_result *r, double width_mm, tt_error *err);
tt_status tt_film_methods_write(struct tt_outdir *dir, const tt_film_description *d, const tt_film_result *r,
                                tt_error *err);
/* After the figures, which it shows. command: what made it. */
tt_status tt_film_page_write(struct tt_outdir *dir, const tt_film_description *d, const tt_film_result *r,
                             const tt_strings *hash, const char *command, tt_error *err);

/* Reads film.json back: its measurements, and the keys of the film. TT_ERR_INPUT with the file's name. *list and *keys
 * start empty and may always be cleared. */
tt_status tt_film_json_read(const char *path, tt_measurements *list, tt_strings *warnings, char **name, tt_error *err);

/* "Hardness", as a paper would begin a row: what the film calls a quantity whose table entry is worded for tension. */
const char *tt_film_definition(const tt_measurement *m);

#endif
