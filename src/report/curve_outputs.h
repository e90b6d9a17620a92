/* curve.csv, the stress–strain figure, and the results in words.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_CURVE_OUTPUTS_H
#define TT_REPORT_CURVE_OUTPUTS_H

#include "report/findings.h"

tt_status tt_write_curve(const tt_findings *f, tt_error *err);
/* curve.tsv for Origin, curve.xlsx */
tt_status tt_write_curve_tables(const tt_findings *f, tt_error *err);
tt_status tt_write_stress_strain(const tt_findings *f, tt_error *err);
/* The results in words: into f->lines. */
void tt_say_results(const tt_findings *f);

/* What the curve's band is called: "95 % uncertainty", and behind `between` which inputs it takes as exact for want of
 * a ±: their names when there are two at most and these words have at most `most` letters, else their number. Returns
 * buf. */
const char *tt_band_name(const tt_test *t, const char *between, size_t most, char *buf, size_t size);

#endif
