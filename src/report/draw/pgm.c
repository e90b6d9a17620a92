/* Grey pictures as binary PGM (Netpbm), 8 or 16 bit: the form that any program reads without a library.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "core/text.h"
#include "report/draw/pgm.h"
#include "temtensile/report.h"

static void range_of(const tt_image *im, double *lo, double *hi)
{
	*lo = INFINITY;
	*hi = -INFINITY;
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++) {
			double v = tt_image_at(im, x, y);
			if (!isfinite(v)) continue;
			*lo = fmin(*lo, v);
			*hi = fmax(*hi, v);
		}
	if (!(*hi > *lo)) *hi = *lo + 1;
}

void tt_pgm_scale(const tt_image *im, double *lo, double *scale)
{
	double hi = 65535;
	*lo = 0;
	if (im->type == TT_F32) range_of(im, lo, &hi);
	*scale = 65535 / (hi - *lo);
}

void tt_pgm_row(const tt_image *im, int y, double lo, double scale, unsigned char *row)
{
	for (int x = 0; x < im->width; x++) {
		double v = (tt_image_at(im, x, y) - lo) * scale;
		unsigned level = isfinite(v) ? (unsigned)fmin(65535, fmax(0, v + 0.5)) : 0;
		if (im->type == TT_U8) {
			row[x] = (unsigned char)level;
		} else {
			row[2 * x] = (unsigned char)(level >> 8);
			row[2 * x + 1] = (unsigned char)(level & 0xff);
		}
	}
}

tt_status tt_pgm_put(FILE *f, const tt_image *im, tt_error *err)
{
	size_t bytes = (size_t)im->width * (im->type == TT_U8 ? 1 : 2);
	double lo, scale;
	unsigned char *row = malloc(bytes ? bytes : 1);
	if (!row) return tt_fail_memory(err, "a picture");
	fputs("P5\n", f);
	tt_pgm_scale(im, &lo, &scale);
	if (im->type == TT_F32) tt_fprintf(f, "# grey value = %.9g + level * %.9g\n", lo, 1 / scale);
	fprintf(f, "%d %d\n%d\n", im->width, im->height, im->type == TT_U8 ? 255 : 65535);
	for (int y = 0; y < im->height; y++) {
		tt_pgm_row(im, y, lo, scale, row);
		fwrite(row, 1, bytes, f);
	}
	free(row);
	return TT_OK;
}
