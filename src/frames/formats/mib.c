/* Merlin .mib (Quantum Detectors, Medipix3): frames with a text header each, big-endian samples, beside it a .hdr.
 *
 * The format: "MQ1,<frame>,<bytes of header>,<chips>,<width>,<height>,<type>,<layout>,<chip select>,<time stamp>,
 * <exposure in s>,…" padded to its length; then the samples. Types U08 (counters of 1 and 6 bits), U16 (12), U32 (24),
 * U64; R64 is the chips' raw order, packed. The .hdr has lines "key:<tab>value", among them the number of frames, the
 * frames per trigger (a row of the scan when the scan engine triggers rows) and the counter's depth. Rows are handed
 * out in the file's order, from top to bottom as the file's own viewer shows them; other programs turn them upside
 * down. SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "frames/stack.h"

enum { LONGEST = 4096, LONGEST_HDR = 1 << 16, FIELDS = 11 };

/* Splits the header at its commas; returns the number of fields. */
static int split(char *header, char **field)
{
	int n = 0;
	for (char *p = header; n < FIELDS; p++) {
		field[n++] = p;
		p += strcspn(p, ",");
		if (*p == '\0') break;
		*p = '\0';
	}
	return n;
}

static int64_t whole(const char *text)
{
	char *end;
	const long long v = strtoll(text, &end, 10);
	return end == text || v < 0 ? -1 : v;
}

/* The value behind a key of the .hdr that begins so, NULL: not there. */
static const char *value_of(const char *hdr, const char *key)
{
	for (const char *line = hdr; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		if (strncmp(line, key, strlen(key)) != 0) continue;
		const char *colon = line + strcspn(line, ":\n");
		if (*colon == ':') return colon + 1 + strspn(colon + 1, " \t");
	}
	return NULL;
}

static int64_t number_of(const char *hdr, const char *key)
{
	const char *v = value_of(hdr, key);
	return v ? whole(v) : -1;
}

/* scan.mib: scan.hdr; NULL where there is none. */
static char *read_hdr(const char *path)
{
	const size_t n = strlen(path);
	char *name = n > 4 ? tt_strdup(path) : NULL, *text = NULL;
	static const char *const ends[] = {".hdr", ".HDR"};
	for (int i = 0; name && !text && i < 2; i++) {
		memcpy(name + n - 4, ends[i], 4);
		FILE *f = fopen(name, "rb");
		if (!f) continue;
		text = calloc(1, LONGEST_HDR + 1);
		if (text && fread(text, 1, LONGEST_HDR, f) == 0) text[0] = '\0';
		fclose(f);
	}
	free(name);
	return text;
}

static void take_hdr(tt_stack *s)
{
	char *hdr = read_hdr(s->path);
	if (!hdr) return;
	const int64_t announced = number_of(hdr, "Frames in Acquisition"), row = number_of(hdr, "Frames per Trigger");
	int64_t columns = number_of(hdr, "ScanX"), rows = number_of(hdr, "ScanY");
	if (columns < 1) columns = number_of(hdr, "Scan X");
	if (rows < 1) rows = number_of(hdr, "Scan Y");
	if (columns < 1 && row > 1 && announced > 0 && announced % row == 0) {
		columns = row;
		rows = announced / row;
	}
	const int64_t depth = number_of(hdr, "Counter Depth");
	if (depth >= 1 && depth <= 24) s->counter_bits = (int)depth;
	if (columns >= 1 && rows >= 1 && columns < 1 << 20 && rows < 1 << 20) {
		s->scan_columns = columns;
		s->scan_rows = rows;
	}
	/* what the file holds is what counts; what is missing is told when the shape is checked */
	if (announced > s->frames && announced < (int64_t)1 << 31) s->frames = announced;
	free(hdr);
}

static bool sample_of(const char *type, tt_sample *sample)
{
	static const struct {
		const char *name;
		tt_sample sample;
	} types[] = {{"U08", TT_SAMPLE_U8},
	             {"U8", TT_SAMPLE_U8},
	             {"U16", TT_SAMPLE_U16},
	             {"U32", TT_SAMPLE_U32},
	             {"U64", TT_SAMPLE_U64}};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(type, types[i].name) == 0) {
			*sample = types[i].sample;
			return true;
		}
	return false;
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	char header[LONGEST + 1] = "", *field[FIELDS];
	const size_t n = s->size < LONGEST ? (size_t)s->size : LONGEST;
	if (!tt_stack_bytes(s, 0, header, n)) return tt_fail(err, TT_ERR_INPUT, "'%s' cannot be read", s->path);
	if (split(header, field) < FIELDS)
		return tt_fail(err, TT_ERR_INPUT, "'%s': its first Merlin header is cut or damaged", s->path);
	const int64_t length = whole(field[2]);
	s->width = whole(field[4]);
	s->height = whole(field[5]);
	if (strcmp(field[6], "R64") == 0)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s' is in Merlin's raw mode (R64: the chips' own order, packed), which is not read: "
		               "record without "
		               "raw mode, or convert it with Merlin's own software",
		               s->path);
	if (!sample_of(field[6], &s->sample))
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': its samples are of type '%.8s'; U08, U16, U32 or U64 was expected", s->path,
		               field[6]);
	if (length < 64 || length > 1 << 20 || s->width < 1 || s->height < 1 || s->width > 1 << 16 ||
	    s->height > 1 << 16)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': its first Merlin header is damaged (%lld bytes, %lld x %lld pixels)", s->path,
		               (long long)length, (long long)s->width, (long long)s->height);
	s->swap = !tt_host_is_big();
	s->first = length;
	s->stride = length + s->width * s->height * (int64_t)tt_sample_size(s->sample);
	/* a last frame that is cut counts as announced, so that it is told */
	s->frames = (s->size + s->stride - 1) / s->stride;
	tt_stack_exposure(s, tt_strtod(field[10], NULL));
	s->counts = true;
	take_hdr(s);
	return TT_OK;
}

static int mib_probe(const tt_probe *p)
{
	return p->size >= 16 && memcmp(p->head, "MQ", 2) == 0 && p->head[2] >= '0' && p->head[2] <= '9' &&
	               p->head[3] == ','
	           ? 90
	           : 0;
}

static tt_status mib_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_mib, sizeof(tt_stack), parse, out, err);
}

const tt_source_format tt_format_mib = {
    .name = "Merlin MIB",
    .probe = mib_probe,
    .open = mib_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
