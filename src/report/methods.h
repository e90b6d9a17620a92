/* methods.txt: how the numbers were obtained, in words for a paper.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_METHODS_H
#define TT_REPORT_METHODS_H

#include "report/findings.h"

/* Paragraphs (images and strain; force and stress; properties; necking and fracture), one a line, an empty line between
 * them; only what this test's analysis did is said. UTF-8, malloc'ed. */
tt_status tt_methods_text(const tt_findings *a, char **text, tt_error *err);
tt_status tt_write_methods(const tt_findings *a, tt_error *err);

#endif
