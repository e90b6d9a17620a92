/* Parts that the page of a test and the page of a study share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_PAGE_REPORT_PARTS_H
#define TT_REPORT_PAGE_REPORT_PARTS_H

#include <stdbool.h>
#include <stdio.h>

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
