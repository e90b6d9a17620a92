/* Running gnuplot, and making what it leaves reproducible.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_GNUPLOT_H
#define TT_REPORT_DRAW_GNUPLOT_H

#include "temtensile/core.h"

/* Runs `gnuplot script` with dir as its working folder, the user's own start-up files left out, UTC and
 * SOURCE_DATE_EPOCH (0 when unset) in its environment. No shell is involved. */
tt_status tt_gnuplot_run(const char *dir, const char *script, tt_error *err);
/* Checks that a picture is whole (its format's last bytes are there), writes the date SOURCE_DATE_EPOCH (0 when unset)
 * into a PDF and the resolution into a PNG. The format is taken from the name. */
tt_status tt_picture_finish(const char *path, double dots_per_inch, tt_error *err);

#endif
