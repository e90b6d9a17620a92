/* How far a job is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"
#include "signals.h"

#define INTERVAL_S 0.1 /* ten reports a second are enough for eyes and programs */

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* "35 s", "2 min 05 s", "1 h 02 min" */
static const char *duration(char *buf, size_t size, double s)
{
	long n = (long)(s + 0.5);
	if (n < 60)
		tt_snprintf(buf, size, "%ld s", n);
	else if (n < 3600)
		tt_snprintf(buf, size, "%ld min %02ld s", n / 60, n % 60);
	else
		tt_snprintf(buf, size, "%ld h %02ld min", n / 3600, n % 3600 / 60);
	return buf;
}

static void bar(cli_progress *p, const tt_progress *at, double rate, double remaining)
{
	enum { NUMBERS = 46, LONGEST = 30 }; /* columns for the figures, so that the bar keeps its length */
	char figures[80], left[40] = "", line[200];
	if (remaining >= 0) duration(left, sizeof left, remaining);
	if (at->total > 0)
		tt_snprintf(figures, sizeof figures, "%3d %%  %lld of %lld", (int)(100 * at->done / at->total),
		            (long long)at->done, (long long)at->total);
	else
		tt_snprintf(figures, sizeof figures, "%lld", (long long)at->done);
	if (rate > 0) {
		size_t used = strlen(figures);
		tt_snprintf(figures + used, sizeof figures - used, ", %.0f/s%s%s%s", rate, left[0] ? ", " : "", left,
		            left[0] ? " left" : "");
	}
	const char *stage = at->stage ? at->stage : "working";
	int room = p->columns - (int)strlen(stage) - NUMBERS, width = room < LONGEST ? room : LONGEST;
	if (at->total > 0 && width >= 5) {
		int full = (int)(width * (at->done < at->total ? at->done : at->total) / at->total);
		tt_snprintf(line, sizeof line, "%s [%.*s%*s] %s", stage, full, "##############################",
		            width - full, "", figures);
	} else {
		tt_snprintf(line, sizeof line, "%s %s", stage, figures);
	}
	fprintf(stderr, "\r\033[K%.*s", p->columns - 1, line);
	fflush(stderr);
	p->line_shown = true;
}

/* Stage names are ours: no character needs escaping but these. */
static void put_json_text(char *buf, size_t size, const char *s)
{
	size_t n = 0;
	for (; *s && n + 3 < size; s++) {
		if (*s == '"' || *s == '\\') buf[n++] = '\\';
		buf[n++] = (unsigned char)*s < 0x20 ? ' ' : *s;
	}
	buf[n] = '\0';
}

static void json(const tt_progress *at, double rate, double remaining)
{
	char stage[80], total[32] = "null", left[40] = "null", number[40];
	put_json_text(stage, sizeof stage, at->stage ? at->stage : "");
	if (at->total >= 0) tt_snprintf(total, sizeof total, "%lld", (long long)at->total);
	if (remaining >= 0) tt_format_double(left, sizeof left, remaining, 4);
	tt_fprintf(
	    stderr,
	    "{\"stage\":\"%s\",\"done\":%lld,\"total\":%s,\"elapsed_s\":%.3f,\"rate_per_s\":%s,\"remaining_s\":%s}\n",
	    stage, (long long)at->done, total, at->elapsed_s, tt_format_double(number, sizeof number, rate, 4), left);
	fflush(stderr);
}

static void on_progress(void *ctx, const tt_progress *at)
{
	cli_progress *p = ctx;
	double now = now_s();
	const char *stage = at->stage ? at->stage : "";
	bool changed = strncmp(p->stage, stage, sizeof p->stage - 1) != 0 || at->done < p->last_done;
	bool finished = at->total >= 0 && at->done >= at->total && p->last_done < at->total;
	if (changed) {
		tt_snprintf(p->stage, sizeof p->stage, "%s", stage);
		p->stage_start_s = now;
		p->stage_first = at->done;
	} else if (!finished && now - p->last_s < INTERVAL_S) {
		return;
	}
	p->last_s = now;
	p->last_done = at->done;
	double spent = now - p->stage_start_s, rate = spent > 0 ? (double)(at->done - p->stage_first) / spent : 0;
	double remaining = rate > 0 && at->total >= at->done ? (double)(at->total - at->done) / rate : -1;
	if (p->how == CLI_PROGRESS_JSON)
		json(at, rate, remaining);
	else
		bar(p, at, rate, remaining);
}

static int terminal_columns(void)
{
	struct winsize w;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20) return w.ws_col < 200 ? w.ws_col : 200;
	return 80;
}

tt_job cli_job(const cli_options *o, cli_progress *p)
{
	*p = (cli_progress){.how = CLI_PROGRESS_NONE, .last_done = -1};
	if (o->progress_json)
		p->how = CLI_PROGRESS_JSON;
	else if (!o->quiet && isatty(STDERR_FILENO))
		p->how = CLI_PROGRESS_BAR;
	p->columns = p->how == CLI_PROGRESS_BAR ? terminal_columns() : 0;
	return (tt_job){.threads = o->threads,
	                .on_progress = p->how == CLI_PROGRESS_NONE ? NULL : on_progress,
	                .ctx = p,
	                .cancel = cli_catch_signals()};
}

void cli_progress_end(cli_progress *p)
{
	if (!p->line_shown) return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p->line_shown = false;
}
