/* Fuzz target: any bytes as one of the two images that are correlated. SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "../fuzz.h"

#include <math.h>

#include "temtensile/jobs.h"

enum { SIDE = 48 };

/* A picture with texture, of the size that the corpus has. */
static void put_reference(void)
{
	unsigned char pgm[16 + SIDE * SIDE];
	int n = snprintf((char *)pgm, 16, "P5\n%d %d\n255\n", SIDE, SIDE);
	for (int i = 0; i < SIDE * SIDE; i++)
		pgm[n + i] = (unsigned char)(128 + 60 * sin(0.9 * (i % SIDE) + 2 * sin(0.4 * (i / SIDE))) +
		                             40 * sin(0.7 * (i / SIDE)));
	fuzz_put("reference.pgm", pgm, (size_t)n + SIDE * SIDE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int begun;
	char reference[300], image[300], out[300];
	if (!begun++) put_reference();
	snprintf(reference, sizeof reference, "%s/reference.pgm", fuzz_folder());
	snprintf(image, sizeof image, "%s", fuzz_put("image", data, size));
	snprintf(out, sizeof out, "%s/field.csv", fuzz_folder());
	tt_correlate_options o = tt_correlate_defaults();
	o.max_pixels = 10000;
	o.step_px = 12;
	o.dic.subset_px = 11;
	o.reference = size % 2 ? reference : image;
	o.deformed = size % 2 ? image : reference;
	o.force = true;
	tt_report report = {0};
	tt_error err = {0};
	fuzz_said(tt_correlate(&o, out, NULL, &report, &err) != TT_OK, err.message);
	tt_report_clear(&report);
	return 0;
}
