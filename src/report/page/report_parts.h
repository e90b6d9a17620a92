/* Parts that the page of a test and the page of a study share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_PAGE_REPORT_PARTS_H
#define TT_REPORT_PAGE_REPORT_PARTS_H

#include <stdbool.h>
#include <stdio.h>

#include "temtensile/core.h"

struct tt_outdir;

/* A picture file as a data: address. */
tt_status tt_put_picture(FILE *f, const char *path, tt_error *err);
struct tt_page_figure;
/* Sections of figures, each heading with those that stand behind it; files that are not there are passed over. */
tt_status tt_put_page_figures(FILE *f, struct tt_outdir *dir, const struct tt_page_figure *figure, size_t n,
                              tt_error *err);
/* Groups with their means, statistics in words, cross-checks. */
struct tt_study;
struct tt_comparison;
void tt_put_study_groups(FILE *f, const struct tt_study *s, const struct tt_comparison *c);
void tt_put_study_statistics(FILE *f, const struct tt_study *s, const struct tt_comparison *c);
/* <div class="scroll"> that keys can reach, with its name; closed by </div>. */
void tt_put_scroller(FILE *f, const char *name);
/* A path as a relative address: nothing in it is read as a scheme, a query or a place in the page. */
void tt_put_address(FILE *f, const char *path);
/* A built-in file as it is. */
void tt_put_page_file(FILE *f, const char *name);
/* Hashes of the three scripts of a page. */
void tt_put_hashes(FILE *f, const char *script);
/* The <svg> element of an SVG file's text; NULL: nothing. */
void tt_put_svg(FILE *f, const char *svg);
/* Fills a place that all pages have; false: it is none of them. */
bool tt_put_common(FILE *f, const char *name, const char *title, const char *script);

#endif
