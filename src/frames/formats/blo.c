/* ASTAR block files (NanoMEGAS .blo): square patterns of u8, little-endian.
 *
 * The format: "IMGBLO", magic (u16), byte of the virtual bright field at 8, byte of the patterns at 12 (u32), side of a
 * pattern in px at 20, columns and rows of the scan at 24 and 26 (u16), steps in nm at 30 and 38 (f64), beam energy in
 * V at 46 (u32), px per cm times 100 at 50 (u16), camera length in 0.1 mm at 52 (u32). Each pattern has six bytes
 * before it. SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "frames/stack.h"

enum { HEADER = 56, BEFORE = 6 };

/* Relativistic wavelength of electrons of so many volts, m (CODATA: h, m, e, c). */
static double electron_wavelength(double volts)
{
	const double h = 6.62607015e-34, m = 9.1093837015e-31, e = 1.602176634e-19, c = 299792458;
	return h / sqrt(2 * m * e * volts * (1 + e * volts / (2 * m * c * c)));
}

static void take_calibration(tt_stack *s, const uint8_t *h)
{
	const double volts = tt_get_u32(h + 46, false), per_cm = tt_get_u16(h + 50, false) / 100.0;
	const double camera = tt_get_u32(h + 52, false) * 1e-4;
	if (volts >= 1e3 && volts <= 3e6 && per_cm > 0 && camera > 0)
		s->k_per_px = 0.01 / per_cm / (camera * electron_wavelength(volts));
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	uint8_t h[HEADER];
	if (!tt_stack_bytes(s, 0, h, sizeof h)) return tt_fail(err, TT_ERR_INPUT, "'%s': its header is cut", s->path);
	s->width = s->height = tt_get_u16(h + 20, false);
	s->scan_columns = tt_get_u16(h + 24, false);
	s->scan_rows = tt_get_u16(h + 26, false);
	s->sample = TT_SAMPLE_U8;
	s->frames = s->scan_columns * s->scan_rows;
	s->first = (int64_t)tt_get_u32(h + 12, false) + BEFORE;
	s->stride = s->width * s->height + BEFORE;
	take_calibration(s, h);
	return TT_OK;
}

static int blo_probe(const tt_probe *p)
{
	return p->size >= HEADER && memcmp(p->head, "IMGBLO", 6) == 0 ? 90 : 0;
}

static tt_status blo_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_blo, sizeof(tt_stack), parse, out, err);
}

const tt_source_format tt_format_blo = {
    .name = "ASTAR block file",
    .probe = blo_probe,
    .open = blo_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
