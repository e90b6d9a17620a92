/* The common face of all sources of frames: which format a file has, numbering, warnings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/source.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/text.h"
#include "core/reads.h"
#include "frames/ahead.h"
#include "frames/read_at.h"
#include "core/files.h"

/* Highest probe wins, the first among equals. */
static const tt_source_format *const formats[] = {
    &tt_format_npy,  &tt_format_ser,      &tt_format_mrc,   &tt_format_dm,        &tt_format_gatan_folder,
    &tt_format_emd,  &tt_format_mib,      &tt_format_blo,   &tt_format_hdf5_scan, &tt_format_tvips,
    &tt_format_tiff, &tt_format_sequence, &tt_format_video,
};

static const size_t MOST_AHEAD = (size_t)1 << 29; /* bytes */

struct tt_source {
	tt_reader *reader;
	tt_source_info info;
	tt_repeats *repeats;
	tt_ahead *ahead;
	tt_strings warnings;
	tt_reads *files; /* what is read, as it was before it was opened */
};

tt_source_info tt_source_info_unknown(void)
{
	return (tt_source_info){
	    .path = "",
	    .format = "",
	    .codec = "",
	    .pixel_format = "",
	    .frames = -1,
	    .frame_rate = NAN,
	    .start_offset_s = NAN,
	    .duration_s = NAN,
	    .bit_rate = NAN,
	    .stream = 0,
	    .video_streams = 1,
	    .pixel_size_m = NAN,
	    .frame_interval_s = NAN,
	    .exposure_s = NAN,
	    .black = NAN,
	    .white = NAN,
	    .calibration_source = "",
	    .normalisation = "",
	};
}

uint8_t *tt_slot_buffer(tt_slot *slot, size_t bytes)
{
	if (bytes <= slot->capacity) return slot->buffer;
	if (bytes > SIZE_MAX - 63) return NULL;
	size_t rounded = (bytes + 63) & ~(size_t)63;
	uint8_t *p = aligned_alloc(64, rounded);
	if (!p) return NULL;
	free(slot->buffer);
	slot->buffer = p;
	slot->capacity = rounded;
	return p;
}

static tt_status read_head(const char *path, tt_probe *p, uint8_t *head, size_t room, tt_error *err)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		if (errno == ENOENT && strchr(path, '%')) return TT_OK; /* a pattern */
		return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	}
	if (S_ISDIR(st.st_mode)) {
		p->folder = true;
		return TT_OK;
	}
	if (!S_ISREG(st.st_mode)) return tt_fail(err, TT_ERR_INPUT, "'%s' is neither a file nor a folder", path);
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	int why = 0;
	int64_t got = tt_read_at(fileno(f), 0, head, room, &why);
	fclose(f);
	if (got < 0) return tt_fail_read(err, path, why);
	p->size = (size_t)got;
	p->file_size = st.st_size;
	if (p->size == 0)
		return tt_fail(err, TT_ERR_INPUT, "'%s' is empty (0 bytes); a video or images were expected", path);
	return TT_OK;
}

tt_status tt_source_find_format(const char *path, const tt_source_format **out, tt_error *err)
{
	uint8_t head[4096];
	tt_probe p = {.path = path, .head = head, .file_size = -1};
	tt_status st = read_head(path, &p, head, sizeof head, err);
	if (st != TT_OK) return st;
	int best = 0;
	*out = NULL;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		int score = formats[i]->probe(&p);
		if (score > best) {
			best = score;
			*out = formats[i];
		}
	}
	if (*out) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "'%s' holds neither a video nor images that could be read", path);
}

static void hear(tt_source *s, tt_strings *words)
{
	for (size_t i = 0; i < words->n; i++)
		tt_warn(&s->warnings, "%s", words->item[i]);
	tt_strings_free(words);
	*words = (tt_strings){0};
}

tt_status tt_source_open(const char *path, const tt_source_options *options, tt_source **out, tt_error *err)
{
	static const tt_source_options defaults = {.stream = -1};
	if (!options) options = &defaults;
	*out = NULL;
	const tt_source_format *format;
	tt_status st = tt_source_find_format(path, &format, err);
	if (st != TT_OK) return st;
	tt_source *s = calloc(1, sizeof *s);
	if (!s) return tt_fail_memory(err, "a source of frames");
	s->files = tt_reads_new();
	st = s->files ? tt_reads_add(s->files, path, err) : tt_fail_memory(err, "a source of frames");
	if (st == TT_OK) st = format->open(path, options, &s->reader, err);
	if (st == TT_OK && !options->keep_duplicates) st = tt_repeats_new(&s->repeats, err);
	if (st == TT_OK) {
		s->info = s->reader->info;
		hear(s, &s->reader->warnings);
		/* libav keeps the colours too; half as much again stands for them */
		size_t bytes = (size_t)s->info.width * (size_t)s->info.height * tt_pixel_size(s->info.type) * 3 / 2;
		if (s->repeats) tt_repeats_depth(s->repeats, s->info.bits, bytes);
		int depth = options->ahead == 0 ? 8 : options->ahead < 0 ? 0 : options->ahead;
		while (depth > 1 && bytes * (size_t)depth > MOST_AHEAD) /* huge frames: fewer of them */
			depth--;
		st = tt_ahead_new(s->reader, s->repeats, depth, &s->ahead, err);
	}
	if (st != TT_OK) {
		tt_source_close(s);
		return st;
	}
	*out = s;
	return TT_OK;
}

void tt_source_close(tt_source *s)
{
	if (!s) return;
	tt_ahead_free(s->ahead);
	tt_repeats_free(s->repeats);
	if (s->reader) s->reader->format->close(s->reader);
	tt_strings_free(&s->warnings);
	tt_reads_free(s->files);
	free(s);
}

const tt_source_info *tt_source_info_of(const tt_source *s)
{
	return &s->info;
}

tt_status tt_source_next(tt_source *s, tt_frame *frame, tt_error *err)
{
	tt_slot *slot;
	tt_status st = tt_ahead_next(s->ahead, &slot, err);
	if (st != TT_OK) {
		hear(s, tt_ahead_last_words(s->ahead));
		return st;
	}
	hear(s, &slot->warnings);
	*frame = slot->frame;
	return TT_OK;
}

tt_status tt_source_seek(tt_source *s, int64_t number, double time_s, tt_error *err)
{
	if (number < 0) return tt_fail(err, TT_ERR_USAGE, "frame number %lld is negative", (long long)number);
	return tt_ahead_seek(s->ahead, number, time_s, err);
}

tt_status tt_source_places(tt_source *s, tt_source_place **place, size_t *n, int64_t *frames, char *why, tt_error *err)
{
	const tt_source_format *f = s->reader->format;
	*place = NULL;
	*n = 0;
	*frames = s->info.frames;
	if (!f->places) return TT_OK;
	tt_ahead_free(s->ahead); /* nobody else reads */
	s->ahead = NULL;
	return f->places(s->reader, place, n, frames, why, err);
}

tt_status tt_source_resume(tt_source *s, const tt_source_place *at, tt_error *err)
{
	return tt_ahead_resume(s->ahead, at, err);
}

void tt_source_sum_up(tt_source *s, const unsigned *flags, int64_t n)
{
	tt_ahead_pause(s->ahead);
	if (s->reader->format->sum_up) s->reader->format->sum_up(s->reader, flags, n);
	hear(s, &s->reader->warnings);
}

tt_status tt_source_verify(const tt_source *s, tt_error *err)
{
	return tt_reads_check(s->files, err);
}

const tt_strings *tt_source_warnings(const tt_source *s)
{
	return &s->warnings;
}
