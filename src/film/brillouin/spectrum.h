/* One Brillouin spectrum: its elastic lines and the lines between them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_SPECTRUM_H
#define TT_FILM_SPECTRUM_H

#include "logs/spectrum.h"

enum { TT_ELASTIC_MOST = 5, TT_LINES_MOST = 2 * TT_ELASTIC_MOST };

typedef struct tt_spectrum_line {
	double channel, u_channel;
	double elastic; /* channel of the elastic line that it belongs to */
	double shift_Hz, u_Hz;
	double fwhm, height, background;
} tt_spectrum_line;

typedef struct tt_spectrum_fit {
	double elastic[TT_ELASTIC_MOST], u_elastic[TT_ELASTIC_MOST];
	size_t n_elastic;
	double Hz_per_channel, u_Hz_per_channel;
	bool by_elastic; /* calibrated by elastic lines one free spectral range apart; else by the scan amplitude given
	                  */
	double header_Hz_per_channel; /* what the header says; NaN */
	tt_spectrum_line line[TT_LINES_MOST];
	size_t n_lines;
	double shift_Hz, u_Hz; /* mean of the lines; u without that of the free spectral range */
	double birge;          /* > 1: the lines differ by more than their uncertainties; u is widened by it */
	double range_Hz;       /* free spectral range; NaN by the scan amplitude */
	double *model;         /* fitted counts, NaN outside of the fitted parts; n of the spectrum */
} tt_spectrum_fit;

/* fsr_Hz: free spectral range c/(2 d), NaN: not known; amplitude_Hz: over all channels, used where only one elastic
 * line is there; range_Hz: where the shift lies, NaN: anywhere below half the free spectral range. Errors
 * (TT_ERR_INPUT) name the file: no elastic line, no scale, no line between. */
tt_status tt_spectrum_evaluate(const tt_counts *c, const char *name, double fsr_Hz, double amplitude_Hz,
                               const double range_Hz[2], tt_spectrum_fit *out, tt_error *err);
void tt_spectrum_fit_clear(tt_spectrum_fit *f);

#endif
