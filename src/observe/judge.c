/* Which frames can be believed: a decoder often says nothing about damage, correlation does.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/judge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "temtensile/curve.h"
#include "temtensile/frames.h"
#include "numeric/statistics.h"

enum { MEMORY = 15 };

typedef struct level {
	double value[MEMORY];
	size_t n, at;
} level;

static void remember(level *l, double z)
{
	l->value[l->at] = z;
	l->at = (l->at + 1) % MEMORY;
	if (l->n < MEMORY) l->n++;
}

/* Below this the correlation has collapsed: the recent median less ten times its scatter, at least 0.05. */
static double collapse_below(const level *l)
{
	double v[MEMORY];
	memcpy(v, l->value, sizeof v);
	double med = tt_high_median(v, l->n);
	for (size_t i = 0; i < l->n; i++)
		v[i] = fabs(v[i] - med);
	return med - fmax(10 * TT_SD_OF_MAD * tt_high_median(v, l->n), fmax(0.05, 0.25 * (1 - med)));
}

static unsigned judge(const tt_gauge_reading *r, unsigned source, const level *recent)
{
	if (source & TT_FRAME_UNDECODED) return TT_ROW_DAMAGED;
	bool collapsed = !isfinite(r->zncc) || (recent->n >= 3 && r->zncc < collapse_below(recent));
	if (r->ok) return collapsed ? TT_ROW_DAMAGED : 0;
	return (source & TT_FRAME_DAMAGED) || (collapsed && r->stations == 0) ? TT_ROW_DAMAGED : TT_ROW_LOST;
}

void tt_judge_frames(const unsigned *source_flags, const tt_gauge_reading *reading, size_t n, unsigned *flag)
{
	level recent = {.n = 0};
	size_t dark = 0; /* frames in a row below the level */
	for (size_t i = 0; i < n; i++) {
		flag[i] = judge(&reading[i], source_flags[i], &recent);
		if (source_flags[i] & TT_FRAME_DUPLICATE) flag[i] |= TT_ROW_DUPLICATE;
		if (!reading[i].ok || (source_flags[i] & TT_FRAME_UNDECODED)) continue;
		/* A lower level that lasts is a change of the picture (contrast, bend contour), not damage. */
		dark = flag[i] & TT_ROW_DAMAGED ? dark + 1 : 0;
		if (dark == MEMORY && !(source_flags[i] & TT_FRAME_DAMAGED)) {
			recent.n = recent.at = 0;
			for (size_t j = i + 1 - dark; j <= i; j++) {
				if (!(source_flags[j] & TT_FRAME_DAMAGED)) flag[j] &= ~(unsigned)TT_ROW_DAMAGED;
				remember(&recent, reading[j].zncc);
			}
			dark = 0;
		}
		if (!(flag[i] & TT_ROW_DAMAGED)) remember(&recent, reading[i].zncc);
	}
}

const char *tt_row_flag_text(unsigned flag, char *buf, size_t size)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
	    {TT_ROW_OUTSIDE_LOG, "outside-log"}, {TT_ROW_FRACTURED, "fractured"}, {TT_ROW_LOST, "lost"},
	    {TT_ROW_DAMAGED, "damaged"},         {TT_ROW_DUPLICATE, "duplicate"}, {TT_ROW_SATURATED, "saturated"},
	    {TT_ROW_LOG_GAP, "log-gap"},         {TT_ROW_TOUCH, "touch"},         {TT_ROW_EXCLUDED, "excluded"}};
	size_t used = 0;
	buf[0] = 0;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(flag & names[i].bit) || used >= size) continue;
		used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ";" : "", names[i].name);
	}
	return buf;
}
