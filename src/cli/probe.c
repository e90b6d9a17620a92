/* temtensile probe
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/text.h"
#include "temtensile/logs.h"
#include "temtensile/frames.h"

enum { KEY_STREAM = CLI_KEY_OWN, KEY_SCALE_BAR, KEY_COLUMNS, KEY_UNITS, KEY_RATE, KEY_TEST };

typedef struct probe {
	cli_options common;
	tt_strings files;
	long stream;
	char *columns, *units; /* copies, cut into the members of log */
	tt_log_columns log;
	tt_quantity bar; /* length of the scale bar to measure; NaN: none */
} probe;

static const struct argp_option own[] = {
    {"stream", KEY_STREAM, "N", 0, "Look at video stream N of the file, counted from 0 (default: the main one)", 1},
    {"columns", KEY_COLUMNS, "time=T,force=F,displacement=D", 0,
     "Columns of a log as delimited text, by name or by number from 1", 1},
    {"units", KEY_UNITS, "time=s,force=mN,displacement=nm", 0, "Units of those columns, where the file does not say",
     1},
    {"sampling-rate", KEY_RATE, "RATE", 0, "Rows per second of a log without times, such as 50Hz", 1},
    {"test", KEY_TEST, "N", 0, "Look at test N of a log that holds several (default: list them)", 1},
    {"scale-bar", KEY_SCALE_BAR, "LENGTH", 0,
     "Measure the scale bar in each file's first picture, whose length is said beside "
     "it, such as 500nm, and propose the pixel size",
     1},
    {0},
};

static error_t take_bar(probe *p, const char *text)
{
	tt_error err;
	tt_status st = tt_quantity_parse(text, TT_DIM_LENGTH, &p->bar, &err);
	if (st == TT_OK && p->bar.value > 0) return 0;
	if (st == TT_OK)
		tt_fail(&err, TT_ERR_USAGE, "--scale-bar: a length above 0 was expected, such as 500nm, not '%s'",
		        text);
	else
		tt_fail_within(&err, "--scale-bar");
	p->common.err = err;
	p->common.err.status = TT_ERR_USAGE;
	return EINVAL;
}

/* "time=1,force=F [mN],displacement=3" into three members; the copy is kept for them to point into. */
static error_t take_map(probe *p, const char *option, const char *text, char **copy, const char **to[3])
{
	static const char *const name[] = {"time", "force", "displacement"};
	free(*copy);
	if (!(*copy = tt_strdup(text))) return ENOMEM;
	for (char *at = *copy; at && *at;) {
		char *next = strchr(at, ','), *is = strchr(at, '=');
		if (next) *next++ = '\0';
		bool known = false;
		for (int i = 0; is && i < 3; i++) {
			if (strncmp(at, name[i], (size_t)(is - at)) != 0 || strlen(name[i]) != (size_t)(is - at))
				continue;
			*to[i] = is + 1;
			known = is[1] != '\0';
		}
		if (!known) {
			tt_fail(&p->common.err, TT_ERR_USAGE,
			        "%s: time=…,force=…,displacement=… was expected, not '%s'", option, text);
			return EINVAL;
		}
		at = next;
	}
	return 0;
}

static error_t take_rate(probe *p, const char *text)
{
	tt_error err;
	tt_quantity q;
	tt_status st = tt_quantity_parse(text, TT_DIM_FREQUENCY, &q, &err);
	if (st == TT_OK && q.value > 0) {
		p->log.sampling_rate_Hz = q.value;
		return 0;
	}
	tt_fail(&p->common.err, TT_ERR_USAGE, "--sampling-rate: rows per second were expected, such as 50Hz, not '%s'",
	        text);
	return EINVAL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	probe *p = state->input;
	switch (key) {
	case ARGP_KEY_INIT: return cli_init(state, 2);
	case KEY_STREAM: return cli_long(&p->common, "--stream", arg, 0, 1000, &p->stream);
	case KEY_SCALE_BAR: return take_bar(p, arg);
	case KEY_COLUMNS:
		return take_map(p, "--columns", arg, &p->columns,
		                (const char **[]){&p->log.time, &p->log.force, &p->log.displacement});
	case KEY_UNITS:
		return take_map(p, "--units", arg, &p->units,
		                (const char **[]){&p->log.time_unit, &p->log.force_unit, &p->log.displacement_unit});
	case KEY_RATE: return take_rate(p, arg);
	case KEY_TEST: return cli_long(&p->common, "--test", arg, 1, 100000, &p->log.test);
	case ARGP_KEY_ARG: return tt_strings_add(&p->files, &p->common.err, "%s", arg) ? ENOMEM : 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&cli_argp_pixels, 0, NULL, 0}, {&cli_argp_job, 0, NULL, 0}, {0}};
static const struct argp argp = {
    own,
    parse,
    "FILE...",
    "Say what is in recordings and force logs: codec, size, bit depth, frames, time stamps, duplicates, start offset; "
    "columns, units, segments, sampling, ranges. The kind of a file is known by its content, not by its name.",
    children,
    NULL,
    NULL};

/* Text, and the binary files that people take for logs: the readers of logs know what to say about them. */
static bool looks_like_a_log(const char *path)
{
	static const char *const magic[] = {"7VI3Hysitron", "\xD0\xCF\x11\xE0", "PK\x03\x04", "TDSm"};
	struct stat s;
	if (stat(path, &s) != 0 || !S_ISREG(s.st_mode)) return false;
	FILE *f = fopen(path, "rb");
	if (!f) return false;
	char head[4096];
	size_t n = fread(head, 1, sizeof head, f);
	fclose(f);
	for (size_t i = 0; i < sizeof magic / sizeof *magic; i++)
		if (n >= strlen(magic[i]) && memcmp(head, magic[i], strlen(magic[i])) == 0) return true;
	size_t controls = 0;
	for (size_t i = 0; i < n; i++)
		controls += (unsigned char)head[i] < 0x20 && !strchr("\t\n\r\f", head[i]);
	return n > 0 && controls == 0;
}

static tt_status report_log(const probe *p, const char *path, char **text, tt_error *err)
{
	tt_force_log *log;
	tt_status st = tt_force_log_read(path, &p->log, &log, err);
	if (st) return st;
	/* a log that has too little of a test to be told apart is one log */
	tt_error quiet;
	st = tt_force_log_orient(log, &log->warnings, &quiet) ? TT_OK
	                                                      : tt_force_log_choose_test(log, path, p->log.test, err);
	if (!st) st = tt_force_log_report(log, text, err);
	tt_force_log_free(log);
	return st;
}

static tt_status report_recording(const probe *p, const char *path, const tt_job *job, char **text, tt_error *err)
{
	tt_source_options options = {.stream = (int)p->stream,
	                             .threads = p->common.threads,
	                             .max_pixels = p->common.max_pixels,
	                             .cancel = job ? job->cancel : NULL};
	return tt_source_probe(path, &options, job, text, err);
}

/* The likelier kind first; its sentence is the one to show when the file is of neither kind. */
static tt_status report_file(const probe *p, const char *path, const tt_job *job, char **text, tt_error *err)
{
	tt_error second;
	bool log = looks_like_a_log(path);
	tt_status st = log ? report_log(p, path, text, err) : report_recording(p, path, job, text, err);
	if (st != TT_ERR_INPUT) return st;
	tt_status other = log ? report_recording(p, path, job, text, &second) : report_log(p, path, text, &second);
	return other ? st : TT_OK;
}

static tt_status report_scale_bar(const probe *p, const char *path, char **text, tt_error *err)
{
	tt_still *still;
	tt_scale_bar b;
	tt_status st = tt_still_read_within(path, p->common.max_pixels, &still, err);
	if (st) return st;
	st = tt_scale_bar_find(tt_still_image(still), &b, err);
	tt_still_free(still);
	if (st) return tt_fail_within(err, "%s", path);
	const double nm = p->bar.value * 1e9, size = nm / b.length_px;
	const double u = size * hypot(b.u_length_px / b.length_px, p->bar.u / p->bar.value);
	*text = tt_format("  scale bar      %s, %.2f ± %.2f px long, %d px high, from x = %.2f to %.2f at y = %.1f%s\n"
	                  "  pixel size     %.5g ± %.2g nm, if it stands for %.6g nm\n"
	                  "  description    video: {pixel_size: %.5g ± %.2g nm}\n",
	                  b.bright ? "bright" : "dark", b.length_px, b.u_length_px, b.height_px, b.x0, b.x1, b.y,
	                  b.ticks ? ", with ticks, measured over all" : "", size, u, nm, size, u);
	return *text ? TT_OK : tt_fail_memory(err, "the report");
}

/* Every file gets its report or its sentence. */
static int run(const probe *p)
{
	int code = 0;
	for (size_t i = 0; i < p->files.n; i++) {
		cli_progress progress;
		tt_job job = cli_job(&p->common, &progress);
		char *text = NULL;
		tt_error err = {0};
		tt_status st = p->bar.value > 0 ? report_scale_bar(p, p->files.item[i], &text, &err)
		                                : report_file(p, p->files.item[i], &job, &text, &err);
		cli_progress_end(&progress);
		if (st == TT_ERR_INTERRUPTED) return cli_fail(&err);
		if (st) {
			int failed = cli_fail(&err);
			if (code != TT_ERR_FAILED)
				code = failed; /* of several, a failure of the program's counts before bad input */
			continue;
		}
		size_t n = strlen(text);
		const char *path = p->files.item[i];
		if (i) putchar('\n');
		if (strncmp(text, path, strlen(path)) != 0) puts(path);
		printf("%s%s", text, n && text[n - 1] == '\n' ? "" : "\n");
		fflush(stdout); /* in order with the sentences on standard error */
		free(text);
	}
	return code;
}

int cli_probe(int argc, char **argv)
{
	probe p = {.stream = -1, .bar = {.value = NAN}, .log = {.decimal_comma = -1, .test = TT_LOG_ANY_TEST}};
	int code = cli_parse(&argp, argc, argv, &p.common);
	if (code == CLI_GO_ON)
		code = p.files.n ? run(&p)
		                 : cli_usage("probe", "probe needs at least one file, a recording or a force log");
	if (code == 0 && tt_memory_was_refused()) { /* what was said may lack something */
		fputs("temtensile: no memory for all that this takes\n", stderr);
		code = TT_ERR_FAILED;
	}
	tt_strings_free(&p.files);
	free(p.columns);
	free(p.units);
	cli_options_free(&p.common);
	return code;
}
