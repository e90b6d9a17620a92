/* Spectra of counts against channels, as Sandercock interferometers leave them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_SPECTRUM_H
#define TT_LOGS_SPECTRUM_H

#include "temtensile/core.h"

typedef struct tt_counts {
	size_t n;
	double *count;
	/* what the header says, SI; NaN: nothing. Laboratories leave wrong values there: to be compared, not trusted.
	 */
	double wavelength_m, mirror_spacing_m, scan_amplitude_Hz;
} tt_counts;

/* GHOST's .DAT text: lines "Name : value", then one count a line; or a bare column of counts. TT_ERR_INPUT with file
 * and line: fewer than 32 channels, counts that are negative or no numbers, several columns. */
tt_status tt_counts_read(const char *path, tt_counts **out, tt_error *err);
tt_status tt_counts_parse(const void *bytes, size_t size, const char *name, tt_counts **out, tt_error *err);
void tt_counts_free(tt_counts *c);

#endif
