/* MRC stacks (modes 0, 1, 2, 6, 12).
 *
 * The format (MRC2014): 1024 bytes of header: nx ny nz mode (i32) at 0, mx my mz at 28, the cell's sides in Å (f32) at
 * 40, length of the extended header at 92, version at 108, IMOD's stamp and flags at 152 and 156, "MAP " at 208, the
 * byte order's stamp at 212; the extended header; the frames. Rows are handed out in the file's order, as other
 * programs of microscopy do.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "frames/stack.h"

enum { HEADER = 1024, IMOD_STAMP = 1146047817 };

typedef struct mrc_header {
	int32_t n[3], mode, m[3], extended, version, stamp, flags;
	double cell[2];
	bool big, map;
} mrc_header;

static int32_t at32(const uint8_t *h, int at, bool big)
{
	return (int32_t)tt_get_u32(h + at, big);
}

static bool sensible(const mrc_header *m)
{
	for (int i = 0; i < 3; i++)
		if (m->n[i] < 1 || m->n[i] > 1 << 24) return false;
	return m->mode >= 0 && m->mode <= 101 && m->extended >= 0;
}

static mrc_header take(const uint8_t *h, bool big)
{
	mrc_header m = {.mode = at32(h, 12, big),
	                .extended = at32(h, 92, big),
	                .version = at32(h, 108, big),
	                .stamp = at32(h, 152, big),
	                .flags = at32(h, 156, big),
	                .big = big};
	for (int i = 0; i < 3; i++) {
		m.n[i] = at32(h, 4 * i, big);
		m.m[i] = at32(h, 28 + 4 * i, big);
	}
	m.cell[0] = tt_get_f32(h + 40, big);
	m.cell[1] = tt_get_f32(h + 44, big);
	m.map = memcmp(h + 208, "MAP", 3) == 0;
	return m;
}

/* The byte order's stamp is sometimes wrong or missing: what makes sense decides. */
static bool read_header(const uint8_t *h, mrc_header *m)
{
	const bool big = h[212] == 0x11;
	*m = take(h, big);
	if (sensible(m)) return true;
	*m = take(h, !big);
	return sensible(m);
}

static bool sample_of(const mrc_header *m, tt_sample *s)
{
	/* bytes are signed since 2014, and where IMOD says so */
	const bool signed_bytes = m->stamp == IMOD_STAMP ? (m->flags & 1) != 0 : m->version >= 20140;
	switch (m->mode) {
	case 0: *s = signed_bytes ? TT_SAMPLE_I8 : TT_SAMPLE_U8; return true;
	case 1: *s = TT_SAMPLE_I16; return true;
	case 2: *s = TT_SAMPLE_F32; return true;
	case 6: *s = TT_SAMPLE_U16; return true;
	case 12: *s = TT_SAMPLE_F16; return true;
	default: return false;
	}
}

static void take_pixel_size(tt_stack *s, const mrc_header *m)
{
	if (m->m[0] < 1 || m->m[1] < 1) return;
	const double x = m->cell[0] / m->m[0], y = m->cell[1] / m->m[1];
	if (x == 1 && y == 1) {
		tt_warn(&s->base.warnings,
		        "'%s': a pixel of exactly 1 Å is what programs write that know no scale: it is not used",
		        s->path);
		return;
	}
	tt_stack_pixel_size(s, x * 1e-10, y * 1e-10, "MRC header, cell");
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	uint8_t h[HEADER];
	mrc_header m;
	if (!tt_stack_bytes(s, 0, h, sizeof h) || !read_header(h, &m))
		return tt_fail(err, TT_ERR_INPUT, "'%s': its MRC header is cut or damaged", s->path);
	if (!sample_of(&m, &s->sample))
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': MRC mode %d is not supported; 0, 1, 2, 6 or 12 (real numbers) was expected",
		               s->path, m.mode);
	s->swap = m.big != tt_host_is_big();
	s->width = m.n[0];
	s->height = m.n[1];
	s->frames = m.n[2];
	s->first = HEADER + (int64_t)m.extended;
	s->stride = s->width * s->height * (int64_t)tt_sample_size(s->sample);
	take_pixel_size(s, &m);
	return TT_OK;
}

static int mrc_probe(const tt_probe *p)
{
	mrc_header m;
	tt_sample sample;
	if (p->size < HEADER || !read_header(p->head, &m)) return 0;
	if (m.map) return 80;
	/* before 2000 there was no "MAP": then everything must fit to the byte */
	if (!sample_of(&m, &sample)) return 0;
	const double bytes = (double)m.n[0] * m.n[1] * m.n[2] * (double)tt_sample_size(sample);
	return (double)p->file_size == HEADER + (double)m.extended + bytes ? 40 : 0;
}

static tt_status mrc_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_mrc, sizeof(tt_stack), parse, out, err);
}

const tt_source_format tt_format_mrc = {
    .name = "MRC",
    .probe = mrc_probe,
    .open = mrc_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
