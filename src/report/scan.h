/* What a scan of diffraction patterns leaves: scan.json, TIFFs, pictures of patterns and virtual images.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_SCAN_H
#define TT_REPORT_SCAN_H

#include "temtensile/scan.h"

struct tt_outdir;

/* hash: of each of result->inputs, in hexadecimal, as many. */
tt_status tt_scan_json_write(struct tt_outdir *dir, const tt_scan_result *r, const tt_strings *hash, tt_error *err);
/* mean_<region>.tif, virtual_<band>.tif: floats. */
tt_status tt_scan_tiffs_write(struct tt_outdir *dir, const tt_scan_result *r, tt_error *err);
/* patterns.png and .pdf: mean patterns, logarithmic, the first ring marked; virtual.png and .pdf: virtual images and
 * the HAADF side by side, as many as width_mm (0: 85) holds. */
tt_status tt_scan_pictures_write(struct tt_outdir *dir, const tt_scan_result *r, double width_mm, tt_error *err);

#endif
