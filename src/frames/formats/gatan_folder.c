/* Folders of one DigitalMicrograph file per frame, as Gatan's in-situ cameras leave them:
 * Hour_00/Minute_00/Second_00/name_Hour_00_Minute_00_Second_00_Frame_0000.dm4; also plain folders of DM files.
 *
 * The names tell the second and the number within the second. Where all whole seconds have the same number of frames, a
 * frame's time is its second plus its share of it, and a missing file is a frame without picture. Where they do not
 * (4.7 frames a second), frames are placed evenly over the seconds that the recording spans. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"
#include "frames/formats/dm.h"

enum { DEEPEST = 6, MOST_A_SECOND = 100000 };

typedef struct entry {
	char *path;
	int64_t second; /* -1: the name tells none */
	int64_t count;  /* within the second */
} entry;

typedef struct folder {
	tt_stack stack;
	entry *file;
	size_t n, room;
	size_t *file_of; /* of each frame; SIZE_MAX: missing */
} folder;

/* ---- names ---- */

/* The number behind the last `word` in a path; -1. */
static int64_t number_behind(const char *path, const char *word)
{
	int64_t v = -1;
	for (const char *p = path; (p = strstr(p, word)) != NULL; p++) {
		const char *d = p + strlen(word);
		const size_t digits = strspn(d, "0123456789");
		if (digits > 0 && digits < 10) v = strtol(d, NULL, 10);
	}
	return v;
}

static bool is_dm_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot && (strcasecmp(dot, ".dm4") == 0 || strcasecmp(dot, ".dm3") == 0);
}

static bool is_unit_folder(const char *name)
{
	static const char *const units[] = {"Hour_", "Minute_", "Second_"};
	for (int i = 0; i < 3; i++)
		if (strncmp(name, units[i], strlen(units[i])) == 0) return true;
	return false;
}

static tt_status add_file(folder *f, char *path, tt_error *err)
{
	entry *grown = tt_grow(f->file, &f->room, f->n + 1, sizeof *grown);
	if (!grown) {
		free(path);
		return tt_fail_memory(err, "a list of files");
	}
	f->file = grown;
	const int64_t h = number_behind(path, "Hour_"), m = number_behind(path, "Minute_"),
	              s = number_behind(path, "Second_");
	f->file[f->n++] = (entry){.path = path,
	                          .second = s < 0 ? -1 : (h > 0 ? h : 0) * 3600 + (m > 0 ? m : 0) * 60 + s,
	                          .count = number_behind(path, "Frame_")};
	return TT_OK;
}

static tt_status list(folder *f, const char *dir, int depth, tt_error *err)
{
	DIR *d = opendir(dir);
	if (!d) return tt_fail(err, TT_ERR_INPUT, "cannot open the folder '%s': %s", dir, strerror(errno));
	tt_status st = TT_OK;
	for (struct dirent *e; st == TT_OK && (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.') continue;
		const bool inside = is_unit_folder(e->d_name) && !is_dm_name(e->d_name);
		if (!inside && !is_dm_name(e->d_name)) continue;
		char *path = tt_path_join(dir, e->d_name);
		if (!path) {
			st = tt_fail_memory(err, "a list of files");
		} else if (inside) {
			if (depth < DEEPEST) st = list(f, path, depth + 1, err);
			free(path);
		} else {
			st = add_file(f, path, err);
		}
	}
	closedir(d);
	return st;
}

/* Numbers in paths compare as numbers. */
static int natural(const char *a, const char *b)
{
	while (*a && *b) {
		const size_t na = strspn(a, "0123456789"), nb = strspn(b, "0123456789");
		if (na > 0 && nb > 0) {
			const char *ea = a + na, *eb = b + nb;
			while (*a == '0' && a + 1 < ea)
				a++;
			while (*b == '0' && b + 1 < eb)
				b++;
			if (ea - a != eb - b) return ea - a < eb - b ? -1 : 1;
			const int c = strncmp(a, b, (size_t)(ea - a));
			if (c != 0) return c;
			a = ea;
			b = eb;
		} else {
			if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
			a++;
			b++;
		}
	}
	return *a ? 1 : *b ? -1 : 0;
}

static int in_order(const void *a, const void *b)
{
	const entry *x = a, *y = b;
	if (x->second != y->second) return x->second < y->second ? -1 : 1;
	if (x->count != y->count) return x->count < y->count ? -1 : 1;
	const int c = natural(x->path, y->path);
	return c != 0 ? c : strcmp(x->path, y->path);
}

/* ---- frames and times ---- */

/* The frames of every whole second (all but the first and the last), if they agree; 0. The highest number counts, so
 * that a missing file in the middle does not. */
static int64_t steady_rate(const folder *f)
{
	const int64_t first = f->file[0].second, last = f->file[f->n - 1].second;
	int64_t rate = 0, highest = -1;
	for (size_t i = 0; i < f->n; i++) {
		const entry *e = &f->file[i];
		if (e->second < 0 || e->count < 0 || e->count >= MOST_A_SECOND) return 0;
		highest = e->count > highest ? e->count : highest;
		const bool ends = i + 1 == f->n || f->file[i + 1].second != e->second;
		if (!ends) continue;
		const bool whole = e->second > first && e->second < last;
		if (whole && rate > 0 && highest + 1 != rate) return 0;
		if (whole) rate = highest + 1;
		if (!whole && e->second == first && e->second < last && rate == 0 && last - first == 1)
			rate = highest + 1;
		highest = -1;
	}
	for (size_t i = 0; i < f->n; i++)
		if (f->file[i].count >= rate) return 0;
	return rate;
}

static bool frame_table(folder *f, int64_t frames)
{
	f->file_of = malloc((size_t)frames * sizeof *f->file_of);
	f->stack.time = malloc((size_t)frames * sizeof *f->stack.time);
	if (!f->file_of || !f->stack.time) return false;
	for (int64_t k = 0; k < frames; k++)
		f->file_of[k] = SIZE_MAX;
	f->stack.frames = frames;
	return true;
}

static tt_status place_steadily(folder *f, int64_t rate, tt_error *err)
{
	const entry *first = &f->file[0], *last = &f->file[f->n - 1];
	const int64_t frames = (last->second - first->second) * rate + last->count - first->count + 1;
	if (frames > 4 * (int64_t)f->n)
		return tt_fail(err, TT_ERR_INPUT, "'%s': %zu files, but their names count %" PRId64 " frames",
		               f->stack.path, f->n, frames);
	if (!frame_table(f, frames)) return tt_fail_memory(err, "a list of files");
	for (int64_t k = 0; k < frames; k++)
		f->stack.time[k] = (double)k / (double)rate;
	size_t there = 0;
	for (size_t i = 0; i < f->n; i++) {
		const entry *e = &f->file[i];
		const int64_t k = (e->second - first->second) * rate + e->count - first->count;
		there += f->file_of[k] == SIZE_MAX;
		f->file_of[k] = i;
	}
	if ((int64_t)there < frames)
		tt_warn(&f->stack.base.warnings,
		        "%" PRId64 " of %" PRId64 " files are missing in '%s': frames without picture stand in "
		        "their place, so that the others keep number and time",
		        frames - (int64_t)there, frames, f->stack.path);
	return TT_OK;
}

/* One after the other; evenly over the seconds that the names tell, if they do. */
static tt_status place_evenly(folder *f, tt_error *err)
{
	const int64_t frames = (int64_t)f->n, first = f->file[0].second, last = f->file[f->n - 1].second;
	if (!frame_table(f, frames)) return tt_fail_memory(err, "a list of files");
	size_t in_last = 0;
	while (in_last < f->n && f->file[f->n - 1 - in_last].second == last)
		in_last++;
	const double interval = first >= 0 && last > first ? (double)(last - first) / (double)(f->n - in_last) : NAN;
	for (int64_t k = 0; k < frames; k++) {
		f->file_of[k] = (size_t)k;
		f->stack.time[k] = interval * (double)k;
	}
	if (!isnan(interval)) {
		tt_warn(&f->stack.base.warnings,
		        "'%s': the numbers of frames in its seconds differ: frames are placed evenly, %.6g s "
		        "apart; give video.frame_rate if it is known better",
		        f->stack.path, interval);
		return TT_OK;
	}
	free(f->stack.time);
	f->stack.time = NULL;
	return TT_OK;
}

/* ---- the source ---- */

static void drop(tt_stack *s)
{
	folder *f = (folder *)s;
	for (size_t i = 0; i < f->n; i++)
		free(f->file[i].path);
	free(f->file);
	free(f->file_of);
}

static tt_status describe_file(const char *path, tt_stack *out, int *fd, tt_error *err)
{
	struct stat st;
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st) != 0)
		return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	*out = (tt_stack){.path = (char *)path, .fd = *fd, .size = st.st_size};
	out->base.info = tt_source_info_unknown();
	return tt_dm_describe(out, *fd, st.st_size, path, err);
}

static tt_status fetch(tt_stack *s, int64_t frame, uint8_t *raw, tt_error *err)
{
	folder *f = (folder *)s;
	if (f->file_of[frame] == SIZE_MAX) return tt_fail(err, TT_ERR_INPUT, "its file is missing");
	const char *path = f->file[f->file_of[frame]].path;
	tt_stack one;
	int fd;
	tt_status st = describe_file(path, &one, &fd, err);
	if (st == TT_OK &&
	    (one.width != s->width || one.height != s->height || one.sample != s->sample || one.swap != s->swap))
		st = tt_fail(err, TT_ERR_INPUT, "'%s' has an image of another size or type than the first file", path);
	const size_t bytes = (size_t)s->width * (size_t)s->height * tt_sample_size(s->sample);
	if (st == TT_OK && !tt_stack_bytes(&one, one.first, raw, bytes))
		st = one.read_error ? tt_stack_fail_read(&one, err) : tt_fail(err, TT_ERR_INPUT, "'%s' is cut", path);
	if (one.read_error) s->read_error = one.read_error;
	tt_strings_free(&one.base.warnings);
	if (fd >= 0) close(fd);
	return st;
}

static tt_status check_size(const tt_stack *one, tt_error *err)
{
	const double bytes = (double)one->width * (double)one->height * (double)tt_sample_size(one->sample);
	if (one->width < 1 || one->height < 1)
		return tt_fail(err, TT_ERR_INPUT, "'%s': its size cannot be right", one->path);
	if (bytes + (double)one->first > (double)one->size)
		return tt_fail(err, TT_ERR_INPUT, "'%s' is cut: its header promises %.0f bytes of pixels", one->path,
		               bytes);
	return TT_OK;
}

/* The first file that can be read says what all are like. */
static tt_status look_at_first(folder *f, tt_error *err)
{
	tt_stack *s = &f->stack, one;
	tt_status st = TT_ERR_INPUT;
	for (size_t i = 0; i < f->n && i < 16 && st == TT_ERR_INPUT; i++) {
		int fd;
		st = describe_file(f->file[i].path, &one, &fd, err);
		if (fd >= 0) close(fd);
		if (st == TT_OK) st = check_size(&one, err);
		if (st == TT_OK) {
			s->width = one.width;
			s->height = one.height;
			s->sample = one.sample;
			s->swap = one.swap;
			s->base.info.pixel_size_m = one.base.info.pixel_size_m;
			s->base.info.exposure_s = one.base.info.exposure_s;
			tt_snprintf(s->from, sizeof s->from, "%s", one.from);
		}
		tt_strings_free(&one.base.warnings);
	}
	return st;
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	folder *f = (folder *)s;
	s->drop = drop;
	s->fetch = fetch;
	tt_status st = list(f, s->path, 0, err);
	if (st == TT_OK && f->n == 0)
		st =
		    tt_fail(err, TT_ERR_INPUT,
		            "the folder '%s' and its Hour_, Minute_, Second_ folders hold no DM4 or DM3 file", s->path);
	if (st != TT_OK) return st;
	qsort(f->file, f->n, sizeof *f->file, in_order);
	st = look_at_first(f, err);
	if (st != TT_OK) return st;
	const int64_t rate = steady_rate(f);
	st = rate > 0 ? place_steadily(f, rate, err) : place_evenly(f, err);
	if (st == TT_OK && s->time && !s->from[0]) tt_snprintf(s->from, sizeof s->from, "names of the in-situ folders");
	return st;
}

/* An in-situ folder, or one of DM files alone. */
static int folder_probe(const tt_probe *p)
{
	if (!p->folder) return 0;
	DIR *d = opendir(p->path);
	if (!d) return 0;
	int score = 0;
	for (struct dirent *e; score < 50 && (e = readdir(d)) != NULL;) {
		if (is_dm_name(e->d_name)) score = 20;
		if (is_unit_folder(e->d_name)) score = 50;
	}
	closedir(d);
	return score;
}

static tt_status folder_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_gatan_folder, sizeof(folder), parse, out, err);
}

const tt_source_format tt_format_gatan_folder = {
    .name = "folder of DigitalMicrograph files",
    .probe = folder_probe,
    .open = folder_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
