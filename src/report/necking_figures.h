/* width.csv, strain_map.csv and what is drawn of necking and fracture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_NECKING_FIGURES_H
#define TT_REPORT_NECKING_FIGURES_H

#include "report/findings.h"

/* width.csv and the map w(x, t)/w0; strain_map.csv and the map of local axial strain. Nothing without a profile. */
tt_status tt_write_width(const tt_findings *a, tt_error *err);
/* Local axial strain, a->r->necking.rows × a->o->gauge.n_stations; malloc'ed, NULL when there is none. */
tt_status tt_strain_map(const tt_findings *a, double **out, tt_error *err);
tt_status tt_write_strain_map(const tt_findings *a, tt_error *err);
/* fracture.png and fracture.pdf */
tt_status tt_write_fracture_picture(const tt_findings *a, tt_error *err);

#endif
