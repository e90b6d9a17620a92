/* Maps of a field, drawn on the deformed frame.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_FIELD_MAPS_H
#define TT_REPORT_FIELD_MAPS_H

#include "core/outdir.h"
#include "temtensile/dic.h"

/* <stem>_u, _v, _exx, _eyy, _exy, each .png and .pdf, with a colour bar. */
tt_status tt_field_maps(tt_outdir *out, const char *stem, const tt_image *deformed, const tt_dic_point *points,
                        const tt_dic_strain *strains, size_t n, int step_px, const char *measure, tt_error *err);

#endif
