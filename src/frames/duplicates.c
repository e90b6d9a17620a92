/* Recognises frames that the camera's software showed again (5 camera images a second inside a 30 Hz recording).
 *
 * What is looked at: the mean absolute difference d to the frame before, over 144 small blocks spread over the
 * picture, the most changed eighth left out (a pointer, a clock). A new camera image brings new noise everywhere; a
 * repeated one differs by what the codec adds.
 *
 * The rule: frames are repeats only if the recording shows two kinds of frames. The d of the last frames, sorted, must
 * fall into a low and a high group with an empty gap between them; the low ones must be next to no change (0.4 grey
 * levels of 8 bits, or a tenth of the high ones); the high ones must be news (half a grey level; less only above an
 * emptier gap); and new images must come at a camera's regular pace, or repeats be rare exceptions among very even new
 * images. Pictures that the codec coded on their own among predicted ones change everywhere by themselves: they are no
 * evidence. So a still scene without noise, a slowly moving one, and a recording whose codec wiped the noise out have
 * no repeats: nothing is flagged without such evidence, even where two pictures are equal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/duplicates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	GRID = 12, /* blocks along each side */
	BLOCKS = GRID * GRID,
	BLOCK_W = 16,
	BLOCK_H = 8,
	SAMPLES = BLOCK_W * BLOCK_H,
	LEFT_OUT = BLOCKS / 8,
	WINDOW = 240,          /* frames judged together */
	HOLD = 48,             /* frames that may wait for the first verdict … */
	HOLD_LEAST = 8,
	HOLD_BYTES = 64 << 20, /* … unless they are too large */
	EARLY = 16,            /* frames after which an ordinary recording is known to be one */
	EVEN = 30,             /* even new images that make a rare repeat credible */
	FORGET = 120           /* frames without evidence after which repeats are no longer expected */
};

static const double FLOOR = 0.03;          /* grey levels: less is nothing */
static const double STILL = 0.4;           /* the most that a repeat may differ … */
static const double STILL_SHARE = 0.1;     /* … or this share of what new images do */
static const double NEWS = 0.5;            /* what new noise brings at least … */
static const double SMALL_NEWS = 0.1;      /* … or this, above an emptier gap */
static const double GAP = 2.5, GAP_FEW = 5, GAP_SMALL_NEWS = 5, GAP_RARE = 4;
static const double REFRESHED_SHARE = 0.6; /* of what new images bring: a refreshed repeat stays below */

typedef struct tt_change {
	float d;        /* grey levels of 8 bits; NaN: not comparable */
	bool refreshed; /* the codec changed it everywhere */
} tt_change;

struct tt_repeats {
	/* the last frame's samples, block by block */
	bool have_last, after_refresh;
	int width, height;
	tt_pixel type;
	int x[BLOCKS], y[BLOCKS]; /* of the blocks */
	double scale; /* grey levels of 8 bits a unit of the samples */
	union {
		uint8_t u8[BLOCKS][SAMPLES];
		uint16_t u16[BLOCKS][SAMPLES];
		float f32[BLOCKS][SAMPLES];
	} last;
	/* the last changes, a ring: that of frame k at k % WINDOW */
	tt_change change[WINDOW];
	int64_t pushed, decided;
	int hold;
	bool settled; /* nothing waits any more */
	bool found;   /* there are repeats, told apart by: */
	double threshold, threshold_refreshed;
	int pace;           /* frames from new image to new image */
	int64_t evidence;   /* frame at which there was evidence last */
	int64_t last_news;  /* frame of the last new image */
};

/* ---- the measure ---- */

/* Blocks lie off any codec's raster: moved by a fixed pattern. */
static void place_blocks(tt_repeats *d, int width, int height)
{
	for (int b = 0; b < BLOCKS; b++) {
		int i = b % GRID, j = b / GRID;
		int x = (int)((i + 0.5 + 0.3 * sin(2.4 * b)) / GRID * width) - BLOCK_W / 2;
		int y = (int)((j + 0.5 + 0.3 * sin(1.7 * b + 1)) / GRID * height) - BLOCK_H / 2;
		d->x[b] = x < 0 ? 0 : x > width - BLOCK_W ? width - BLOCK_W : x;
		d->y[b] = y < 0 ? 0 : y > height - BLOCK_H ? height - BLOCK_H : y;
	}
	d->width = width;
	d->height = height;
}

static double block_u8(const tt_image *im, int x, int y, uint8_t *last)
{
	unsigned sum = 0;
	for (int j = 0; j < BLOCK_H; j++, last += BLOCK_W) {
		const uint8_t *row = (const uint8_t *)im->data + (ptrdiff_t)(y + j) * im->stride + x;
		for (int i = 0; i < BLOCK_W; i++)
			sum += (unsigned)abs(row[i] - last[i]);
		memcpy(last, row, BLOCK_W);
	}
	return (double)sum / SAMPLES;
}

static double block_u16(const tt_image *im, int x, int y, uint16_t *last)
{
	unsigned sum = 0;
	for (int j = 0; j < BLOCK_H; j++, last += BLOCK_W) {
		const char *row = (const char *)im->data + (ptrdiff_t)(y + j) * im->stride + 2 * (ptrdiff_t)x;
		uint16_t now[BLOCK_W];
		memcpy(now, row, sizeof now);
		for (int i = 0; i < BLOCK_W; i++)
			sum += (unsigned)abs(now[i] - last[i]);
		memcpy(last, now, sizeof now);
	}
	return (double)sum / SAMPLES;
}

static double block_f32(const tt_image *im, int x, int y, float *last)
{
	double sum = 0;
	for (int j = 0; j < BLOCK_H; j++, last += BLOCK_W) {
		const char *row = (const char *)im->data + (ptrdiff_t)(y + j) * im->stride + 4 * (ptrdiff_t)x;
		float now[BLOCK_W];
		memcpy(now, row, sizeof now);
		for (int i = 0; i < BLOCK_W; i++)
			sum += fabs((double)now[i] - (double)last[i]);
		memcpy(last, now, sizeof now);
	}
	return sum / SAMPLES;
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

/* Float images have no grey level of their own: a hundredth of the picture's spread stands for one. */
static double float_scale(const tt_repeats *d)
{
	double sum = 0, squares = 0;
	const size_t n = BLOCKS * SAMPLES;
	for (size_t i = 0; i < n; i++) {
		double v = (double)d->last.f32[i / SAMPLES][i % SAMPLES];
		sum += v;
		squares += v * v;
	}
	double var = squares / (double)n - sum / (double)n * (sum / (double)n);
	return var > 0 ? 100 / sqrt(var) / 4 : 1;
}

/* The change against the frame before; NaN when there is none of the same shape. */
static double measure(tt_repeats *d, const tt_image *im)
{
	if (im->width < BLOCK_W || im->height < BLOCK_H) return NAN;
	bool comparable = d->have_last && im->width == d->width && im->height == d->height && im->type == d->type;
	if (im->width != d->width || im->height != d->height) place_blocks(d, im->width, im->height);
	d->type = im->type;
	float change[BLOCKS];
	for (int b = 0; b < BLOCKS; b++) {
		const int x = d->x[b], y = d->y[b];
		change[b] = (float)(im->type == TT_U8    ? block_u8(im, x, y, d->last.u8[b])
		                    : im->type == TT_U16 ? block_u16(im, x, y, d->last.u16[b])
		                                         : block_f32(im, x, y, d->last.f32[b]));
	}
	d->have_last = true;
	if (!comparable) {
		if (im->type == TT_F32) d->scale = float_scale(d);
		return NAN;
	}
	qsort(change, BLOCKS, sizeof change[0], by_size);
	double sum = 0;
	for (int b = 0; b < BLOCKS - LEFT_OUT; b++)
		sum += (double)change[b];
	return sum / (BLOCKS - LEFT_OUT) * d->scale;
}

/* ---- the rule ---- */

static tt_change *change_of(tt_repeats *d, int64_t frame)
{
	return &d->change[frame % WINDOW];
}

static double at_least_floor(double v)
{
	return v > FLOOR ? v : FLOOR;
}

/* Sorted changes that are evidence. */
static int gather(tt_repeats *d, float *v)
{
	int n = 0;
	for (int64_t k = d->pushed > WINDOW ? d->pushed - WINDOW : 0; k < d->pushed; k++) {
		const tt_change *c = change_of(d, k);
		if (!isnan(c->d) && !c->refreshed) v[n++] = c->d;
	}
	qsort(v, (size_t)n, sizeof *v, by_size);
	return n;
}

typedef struct tt_split {
	double low, high, gap; /* top of the low group, bottom of the high one, high / low */
	double top;
	int n_low, n_high;
} tt_split;

/* The emptiest gap below what may be news. */
static bool best_split(const float *v, int n, tt_split *s)
{
	s->gap = 0;
	for (int k = 1; k + 3 <= n; k++) {
		double low = at_least_floor((double)v[k - 1]), high = at_least_floor((double)v[k]);
		if (high < SMALL_NEWS || high / low <= s->gap) continue;
		*s = (tt_split){.low = low, .high = high, .gap = high / low, .n_low = k, .n_high = n - k,
		                .top = (double)v[n - 1]};
	}
	return s->gap > 0;
}

static bool is_news(const tt_change *c, double threshold, double threshold_refreshed)
{
	return !isnan(c->d) && (double)c->d > (c->refreshed ? threshold_refreshed : threshold);
}

static int by_int(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Do new images come at a regular pace? Its median into *pace. *longest: frames in the longest run of repeats. */
static bool regular(tt_repeats *d, const tt_split *s, int *pace, int *longest)
{
	int step[WINDOW], n = 0;
	int64_t before = -1;
	*longest = 0;
	const double threshold = sqrt(s->low * s->high);
	for (int64_t k = d->pushed > WINDOW ? d->pushed - WINDOW : 0; k < d->pushed; k++) {
		if (!is_news(change_of(d, k), threshold, REFRESHED_SHARE * s->high)) continue;
		if (before >= 0) {
			step[n++] = (int)(k - before);
			if (step[n - 1] - 1 > *longest) *longest = step[n - 1] - 1;
		}
		before = k;
	}
	if (n < 2) return false;
	qsort(step, (size_t)n, sizeof step[0], by_int);
	*pace = step[n / 2];
	int slack = *pace / 4 > 1 ? *pace / 4 : 1, good = 0;
	for (int i = 0; i < n; i++)
		good += abs(step[i] - *pace) <= slack;
	return *pace >= 2 && 4 * good >= 3 * n;
}

/* Looks at the last changes for two kinds of frames. */
static void judge(tt_repeats *d, bool *plain)
{
	float v[WINDOW];
	int n = gather(d, v);
	tt_split s = {0};
	*plain = false;
	bool split = best_split(v, n, &s);
	if (!split || s.gap < GAP) {
		/* Without a gap and with change throughout, the recording is an ordinary one. */
		*plain = n >= EARLY && ((double)v[n / 2] > 0.1 || (split && s.gap < GAP && (double)v[n / 4] > FLOOR));
		return;
	}
	if (s.low > fmax(STILL, STILL_SHARE * s.high)) return;
	if (s.high < NEWS && s.gap < GAP_SMALL_NEWS) return;
	int pace, longest;
	bool even = regular(d, &s, &pace, &longest);
	if (even && s.gap < GAP_FEW && s.n_high < 6) return;
	if (!even) {
		bool rare = s.n_high >= EVEN && 5 * s.n_low <= 2 * s.n_high && longest <= 2 && s.top <= 3 * s.high;
		if (!rare || s.gap < GAP_RARE || s.high < NEWS) return;
		pace = 1;
	}
	d->found = true;
	d->evidence = d->pushed;
	d->pace = pace;
	d->threshold = s.high / pow(s.gap, s.gap < 6 ? 0.5 : 0.4);
	d->threshold_refreshed = REFRESHED_SHARE * s.high;
}

/* Is frame k, by what is known now, the picture before again? */
static bool is_repeat(tt_repeats *d, int64_t k)
{
	const tt_change *c = change_of(d, k);
	if (isnan(c->d)) return false;
	bool news = is_news(c, d->threshold, d->threshold_refreshed);
	/* A new image is due and something did change: in doubt it is new. */
	bool due = d->pace > 1 && k - d->last_news >= d->pace;
	if (!news && due && !c->refreshed && (double)c->d > fmax(2 * FLOOR, 0.3 * d->threshold)) news = true;
	if (news) d->last_news = k;
	return !news;
}

/* ---- frames in, verdicts out ---- */

tt_status tt_repeats_new(tt_repeats **out, tt_error *err)
{
	*out = calloc(1, sizeof **out);
	if (!*out) return tt_fail_memory(err, "the search for repeated frames");
	(*out)->hold = HOLD;
	(*out)->scale = 1;
	return TT_OK;
}

void tt_repeats_free(tt_repeats *d)
{
	free(d);
}

void tt_repeats_depth(tt_repeats *d, int bits, size_t frame_bytes)
{
	/* Up to 12 bits are scaled to 8: codecs that lose something go no further. */
	d->scale = bits > 8 && bits <= 12 ? 1.0 / (1 << (bits - 8)) : 1;
	size_t fit = frame_bytes > 0 ? HOLD_BYTES / frame_bytes : HOLD;
	d->hold = fit > HOLD ? HOLD : fit < HOLD_LEAST ? HOLD_LEAST : (int)fit;
}

void tt_repeats_push(tt_repeats *d, const tt_frame *frame, bool refreshed)
{
	bool usable = frame->image.data && !(frame->flags & TT_FRAME_DAMAGED);
	double change = usable ? measure(d, &frame->image) : NAN;
	if (!usable) d->have_last = false;
	*change_of(d, d->pushed) = (tt_change){.d = (float)change, .refreshed = refreshed || d->after_refresh};
	d->after_refresh = refreshed;
	d->pushed++;
	bool plain;
	judge(d, &plain);
	if (d->found && d->pushed - d->evidence > FORGET) d->found = false;
	if (d->found || plain || d->pushed - d->decided >= d->hold) d->settled = true;
}

void tt_repeats_hurry(tt_repeats *d)
{
	d->settled = true;
}

bool tt_repeats_decided(tt_repeats *d, bool *repeat)
{
	if (!d->settled || d->decided == d->pushed) return false;
	*repeat = d->found && is_repeat(d, d->decided);
	d->decided++;
	return true;
}

int tt_repeats_latency(const tt_repeats *d)
{
	return d->hold;
}
