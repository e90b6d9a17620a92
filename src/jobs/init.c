/* A description to begin with: what the files say, and every key of interest with its default.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/outdir.h"
#include "core/text.h"
#include "describe/keys_words.h"
#include "temtensile/frames.h"
#include "temtensile/jobs.h"
#include "temtensile/logs.h"

/* "'it''s.txt'" where plain text would be read as something else. */
static void put_text(FILE *f, const char *text)
{
	bool plain =
	    *text != 0 && !strpbrk(text, ":#{}[],&*!|>'\"%@`\n") && text[0] != '-' && text[0] != '?' && text[0] != ' ';
	if (plain) {
		fputs(text, f);
		return;
	}
	fputc('\'', f);
	for (; *text; text++) {
		if (*text == '\'') fputc('\'', f);
		fputc(*text == '\n' ? ' ' : *text, f);
	}
	fputc('\'', f);
}

/* The path as the description's folder sees it, where that is simply the rest of it. */
static const char *seen_from(const char *description, const char *path)
{
	const char *base = tt_path_base(description);
	size_t n = (size_t)(base - description);
	if (path[0] == '/' && description[0] != '/') return path;
	return strncmp(path, description, n) == 0 ? path + n : path;
}

/* The keys of a section that nothing was found for, each behind a '#': its default or an example, and what it is. */
static void put_keys(FILE *f, const char *section, const char *const *said)
{
	const tt_schema *s = tt_schema_find("test");
	size_t n = strlen(section);
	for (size_t i = 0; s && i < s->n; i++) {
		const tt_key *k = &s->key[i];
		const char *name = tt_key_name(k);
		bool known = false;
		if (!tt_key_is_below(k, section) || (k->flags & TT_KEY_EXPERT) || strcmp(name, "*") == 0 ||
		    !tt_key_is_settable(k))
			continue;
		for (size_t q = 0; said[q] && !known; q++)
			known = strcmp(said[q], name) == 0;
		const char *value = k->fallback ? k->fallback : k->example;
		if (known || !value) continue;
		char said_as[200];
		tt_snprintf(said_as, sizeof said_as, "%s: %s", name, value);
		fprintf(f, "%s# %-36s # %s%s%s\n", n ? "  " : "", said_as, k->help, k->otherwise ? "; without: " : "",
		        k->otherwise ? k->otherwise : "");
	}
}

static void put_video(FILE *f, const char *out, const char *video, const tt_source_info *i)
{
	static const char *const said[] = {"file", "pixel_size", "frame_rate", NULL};
	fputs("\nvideo:\n  file: ", f);
	put_text(f, seen_from(out, video));
	fprintf(f, "   # %d \u00d7 %d px, %d bit", i->width, i->height, i->bits);
	if (i->frames > 0) fprintf(f, ", %lld frames", (long long)i->frames);
	if (i->frame_rate > 0) fprintf(f, ", %.4g frames/s", i->frame_rate);
	fputc('\n', f);
	if (isfinite(i->pixel_size_m)) {
		fprintf(f,
		        "  # pixel_size: %.6g nm     # the file says so by itself; with \u00b1 here its uncertainty "
		        "counts too\n",
		        1e9 * i->pixel_size_m);
	} else {
		fputs("  # pixel_size: 4.00 \u00b1 0.04 nm   # NEEDED, the file does not say: temtensile probe "
		      "--scale-bar measures a bar\n",
		      f);
	}
	if (!(i->frame_rate > 0)) fputs("  # frame_rate: 5 Hz          # NEEDED, the file has no times\n", f);
	put_keys(f, "video", said);
}

static void put_force(FILE *f, const char *out, const char *log, const tt_force_log *l)
{
	static const char *const said[] = {"file", "spring", NULL};
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i < l->n; i++) {
		lo = fmin(lo, l->force_N[i]);
		hi = fmax(hi, l->force_N[i]);
	}
	fputs("\nforce:\n  file: ", f);
	put_text(f, seen_from(out, log));
	fprintf(f, "   # %s, %zu rows, %.4g s, %.4g to %.4g \u00b5N\n", l->format, l->n,
	        l->n ? l->time_s[l->n - 1] - l->time_s[0] : 0, 1e6 * lo, 1e6 * hi);
	fputs("  spring: {stiffness: after-fracture}   # fitted to the bare device behind the fracture; or 450 \u00b1 "
	      "10 N/m,\n"
	      "                                        # or {empty_run: log-without-specimen.txt}\n",
	      f);
	put_keys(f, "force", said);
}

static void put_rest(FILE *f)
{
	static const char *const none[] = {NULL}, *const section[] = {"width", "thickness", NULL};
	static const char *const gauge[] = {"from", "to", NULL}, *const sync[] = {"log_starts_at", NULL};
	fputs("\nspecimen:\n"
	      "  # width: 400 \u00b1 8 nm          # NEEDED: across the bar; the workbench measures it on a frame\n"
	      "  # thickness: 150 \u00b1 3 nm      # NEEDED: of the film\n",
	      f);
	put_keys(f, "specimen", section);
	fputs("\ngauge: auto                   # two well-textured bands of the bar; or {from: [x, y], to: [x, y]} in "
	      "px of the first frame\n"
	      "#gauge:\n",
	      f);
	put_keys(f, "gauge", gauge);
	fputs("\nsync:\n  log_starts_at: auto         # the video's time at which the log's clock reads zero, from "
	      "what both show; or 2.0 \u00b1 0.1 s\n",
	      f);
	put_keys(f, "sync", sync);
	static const char *const more[] = {"properties", "necking", "output", "dic"};
	for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
		fprintf(f, "\n#%s:\n", more[i]);
		put_keys(f, more[i], none);
	}
}

static void put_all(FILE *f, const char *out, const char *video, const char *log, const tt_source_info *info,
                    const tt_force_log *l)
{
	char name[200];
	const char *base = tt_path_base(out), *dot = strrchr(base, '.');
	tt_snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - base) : (int)strlen(base), base);
	fputs("# The description of one test, begun by temtensile init. Take the '#' away from a key to use it;\n"
	      "# `temtensile help keys.KEY` tells more of each.\n"
	      "name: ",
	      f);
	put_text(f, name);
	fputs("\n\nfilm:\n  # composition: Zr50Cu50\n  # deposition_pressure: 2e-3 Pa\n", f);
	put_video(f, out, video, info);
	put_force(f, out, log, l);
	put_rest(f);
}

tt_status tt_init(const char *video, const char *log, const char *out, bool replace, tt_error *err)
{
	struct stat there;
	tt_source *source = NULL;
	tt_force_log *l = NULL;
	tt_atomic *a;
	FILE *f;
	const tt_source_options o = {.stream = -1, .ahead = -1, .keep_duplicates = true, .allow_no_times = true};
	if (!replace && lstat(out, &there) == 0)
		return tt_fail(err, TT_ERR_USAGE, "'%s' is there already: take another name, or --force to replace it",
		               out);
	tt_status st = tt_source_open(video, &o, &source, err);
	if (st == TT_OK) st = tt_force_log_read(log, NULL, &l, err);
	if (st == TT_OK) st = tt_atomic_open(out, &a, &f, err);
	if (st == TT_OK) {
		put_all(f, out, video, log, tt_source_info_of(source), l);
		st = tt_atomic_commit(a, err);
	}
	tt_force_log_free(l);
	tt_source_close(source);
	return st;
}
