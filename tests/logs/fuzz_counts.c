/* Fuzz target of the reader of spectra.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "logs/spectrum.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_counts *c = NULL;
	tt_error err = {.message = ""};
	tt_status st = tt_counts_parse(data, size, "fuzz", &c, &err);
	if ((st == TT_OK) != (c != NULL) || (st != TT_OK && !err.message[0])) abort();
	for (size_t i = 0; c && i < c->n; i++)
		if (!(c->count[i] >= 0) || !isfinite(c->count[i])) abort();
	tt_counts_free(c);
	return 0;
}
