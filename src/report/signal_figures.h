/* Figures that let a reader judge the force, the clocks and the uncertainties.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_SIGNAL_FIGURES_H
#define TT_REPORT_SIGNAL_FIGURES_H

#include "report/findings.h"

/* spring: raw force, spring force and what is left, against displacement; spring_residual: the fit's residuals. */
tt_status tt_figure_spring(const tt_findings *a, tt_error *err);
/* sync: elongation in the images and as predicted from the log. Nothing when the clocks were not matched. */
tt_status tt_figure_sync(const tt_findings *a, tt_error *err);
/* uncertainty.csv and its figure: what each property's uncertainty comes from. */
tt_status tt_write_budget(const tt_findings *a, tt_error *err);

#endif
