/* Recognises frames that the camera's software showed again (5 camera images a second inside a 30 Hz recording).
 *
 * What is looked at: the mean absolute difference d to the frame before, over 144 small blocks spread over the
 * picture, the most changed eighth left out (a pointer, a clock). A new camera image brings new noise everywhere; a
 * repeated one differs by what the codec adds.
 *
 * The rule: frames are repeats only if the recording shows two kinds of frames. The d of the last frames, sorted, must
 * fall into a low and a high group with an empty gap between them (nearly empty, where new images come at a strict
 * pace); the low ones must be next to no change (0.4 grey levels of 8 bits, or a tenth of the high ones); the high ones
 * must be news (half a grey level; less only above an emptier gap); where the codec's own rhythm of P and B pictures
 * could explain the two kinds, the high ones must renew all the noise that a picture has; and new images must come at a
 * camera's regular pace, or repeats be rare exceptions, equal to the frame before, among many new images. Pictures that
 * the codec coded on their own among predicted ones (I) change everywhere by themselves: they are no evidence. So a
 * still scene without noise, a slowly moving one, and a recording whose codec wiped the noise out have no repeats:
 * nothing is flagged without such evidence, even where two pictures are equal. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "frames/duplicates.h"
#include "numeric/statistics.h"

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
	WINDOW = 240, /* frames judged together */
	HOLD = 48,    /* frames that may wait for the first verdict … */
	HOLD_LEAST = 8,
	HOLD_BYTES = 64 << 20, /* … unless they are too large */
	EARLY = 16,            /* frames after which an ordinary recording is known to be one */
	LAST = 4,              /* frames at the end where an encoder that looks ahead runs out of sight and skips */
	STRICT_LEAST = 4,
	STRAY_LEAST = 8,
	PACE_LEAST = 36,
	EVEN = 30,   /* even new images that make a rare repeat credible */
	FORGET = 120 /* frames without evidence after which repeats are no longer expected */
};

static const double FLOOR = 0.03;      /* grey levels: less is nothing */
static const double STILL = 0.4;       /* the most that a repeat may differ … */
static const double STILL_SHARE = 0.1; /* … or this share of what new images do */
static const double NEWS = 0.5;        /* what new noise brings at least … */
static const double SMALL_NEWS = 0.1;  /* … or this, above an emptier gap */
static const double GAP = 2.5, GAP_FEW = 5, GAP_SMALL_NEWS = 5, GAP_RARE = 4;
static const double EQUAL = 0.01;          /* less is the same picture */
static const double FULL_NEWS = 0.8;       /* of the change that two pictures with noise of their own show */
static const double SAME = 0.06;           /* the most that a rare repeat may differ */
static const double REFRESHED_SHARE = 0.6; /* of what new images bring: a refreshed repeat stays below … */
static const double REFRESHED_EARLY = 0.9; /* … or below this, when no new image is due */
static const double FADING = 0.5;          /* new images bring less and less: the codec wipes them out */

typedef struct tt_change {
	float d;        /* grey levels of 8 bits; NaN: not comparable */
	bool refreshed; /* the codec changed it everywhere */
	uint8_t place;  /* in the codec's rhythm: pictures since the last one that is not B, up to 15 */
} tt_change;

struct tt_repeats {
	/* the last frame's samples, block by block */
	bool have_last, predicts, after_refresh;
	int since_p;
	int width, height;
	tt_pixel type;
	int x[BLOCKS], y[BLOCKS]; /* of the blocks */
	double scale;             /* grey levels of 8 bits a unit of the samples */
	double fresh; /* the change to expect between pictures that have the present one's noise, each its own */
	union {
		uint8_t u8[BLOCKS][SAMPLES];
		uint16_t u16[BLOCKS][SAMPLES];
		float f32[BLOCKS][SAMPLES];
	} last;
	/* the last changes, a ring: that of frame k at k % WINDOW */
	tt_change change[WINDOW];
	int64_t pushed, decided;
	int hold;
	bool settled;           /* nothing waits any more … */
	bool hurried;           /* … not even a frame that might be one of the last */
	bool found;             /* there are repeats, told apart by: */
	double threshold, high; /* high: the least that new images bring */
	double usual_high;      /* what they bring usually */
	int pace;               /* frames from new image to new image */
	bool strict;            /* … always */
	int64_t evidence;       /* frame at which there was evidence last */
	int64_t last_news;      /* frame of the last new image … */
	double last_high;       /* … and its change */
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

static double sample_at(const tt_repeats *d, int b, int i)
{
	return d->type == TT_U8 ? d->last.u8[b][i] : d->type == TT_U16 ? d->last.u16[b][i] : (double)d->last.f32[b][i];
}

/* What noise there is in the present picture, from its second differences along the rows (the median block), and what
 * its renewal would change: for normal noise E|x(i-1) - 2 x(i) + x(i+1)| = sqrt(12 / pi) sigma, and two pictures differ
 * by E|a - b| = 2 sigma / sqrt(pi). */
static double fresh_noise(const tt_repeats *d)
{
	float curl[BLOCKS];
	for (int b = 0; b < BLOCKS; b++) {
		double sum = 0;
		for (int j = 0; j < BLOCK_H; j++)
			for (int i = 1; i < BLOCK_W - 1; i++) {
				int k = j * BLOCK_W + i;
				sum += fabs(sample_at(d, b, k - 1) - 2 * sample_at(d, b, k) + sample_at(d, b, k + 1));
			}
		curl[b] = (float)(sum / (BLOCK_H * (BLOCK_W - 2)));
	}
	return (double)tt_nth_smallest(curl, BLOCKS, BLOCKS / 2) / sqrt(3.0) * d->scale;
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
	double low, high, gap;        /* top of the low group, bottom of the high one (at least FLOOR), high / low */
	double low_top;               /* as measured */
	double usual_low, usual_high; /* medians of the groups */
	int n_low, n_high;
} tt_split;

/* The groups below and from k on, if there is a gap between them. */
static bool split_at(const float *v, int n, int k, tt_split *s)
{
	double low = at_least_floor((double)v[k - 1]), high = at_least_floor((double)v[k]);
	*s = (tt_split){.low = low,
	                .high = high,
	                .gap = high / low,
	                .low_top = (double)v[k - 1],
	                .n_low = k,
	                .n_high = n - k,
	                .usual_low = (double)v[k / 2],
	                .usual_high = (double)v[k + (n - k) / 2]};
	return high >= SMALL_NEWS && s->gap >= GAP;
}

static int by_int(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* How the frames of the two groups follow one another. */
typedef struct tt_order {
	int pace;    /* median of the steps from new image to new image; 0: too few */
	bool even;   /* nearly all steps are near it */
	int longest; /* run of repeats */
	bool strict; /* nearly all steps are the pace itself */
	bool rhythm; /* the place in the codec's rhythm of P and B pictures tells high from low changes */
} tt_order;

static bool is_high(const tt_change *c, const tt_split *s)
{
	return (double)c->d > (c->refreshed ? REFRESHED_SHARE * s->high : sqrt(s->low * s->high)); /* not when NaN */
}

static int64_t oldest(const tt_repeats *d)
{
	return d->pushed > WINDOW ? d->pushed - WINDOW : 0;
}

static void look_at_steps(tt_repeats *d, const tt_split *s, tt_order *o)
{
	int step[WINDOW], in_order[WINDOW], n = 0;
	int64_t before = -1;
	for (int64_t k = oldest(d); k < d->pushed; k++) {
		const tt_change *c = change_of(d, k);
		if (!is_high(c, s)) continue;
		if (before >= 0) {
			step[n++] = (int)(k - before);
			if (step[n - 1] - 1 > o->longest) o->longest = step[n - 1] - 1;
		}
		before = k;
	}
	if (n < 2) return;
	memcpy(in_order, step, (size_t)n * sizeof step[0]);
	qsort(step, (size_t)n, sizeof step[0], by_int);
	o->pace = step[n / 2];
	int slack = o->pace / 4 > 1 ? o->pace / 4 : 1, good = 0, exact = 0, all = 0;
	for (int i = 0; i < n; i++)
		good += abs(step[i] - o->pace) <= slack;
	for (int i = 0; i < n; i++, all++) {
		/* an image that the codec shows in two steps */
		const bool halves = i + 1 < n && in_order[i] + in_order[i + 1] == o->pace;
		exact += halves || in_order[i] == o->pace;
		i += halves;
	}
	o->even = o->pace >= 2 && 4 * good >= 3 * n;
	o->strict = o->pace >= 2 && all >= STRICT_LEAST && (10 * exact >= 9 * all || (all >= 6 && exact >= all - 1));
}

static void look_at_rhythm(tt_repeats *d, const tt_split *s, tt_order *o)
{
	int high[16] = {0}, all[16] = {0}, n_high = 0, n_low = 0, right_high = 0, right_low = 0;
	bool begun = false; /* at the first new image */
	for (int64_t k = oldest(d); k < d->pushed; k++) {
		const tt_change *c = change_of(d, k);
		if (isnan(c->d) || c->refreshed) continue;
		const bool is = is_high(c, s);
		begun |= is;
		if (!begun) continue;
		all[c->place]++;
		high[c->place] += is;
		n_high += is;
		n_low += !is;
	}
	for (int i = 0; i < 16; i++) {
		bool says_high = 10 * high[i] > 6 * all[i];
		right_high += says_high ? high[i] : 0;
		right_low += says_high ? 0 : all[i] - high[i];
	}
	o->rhythm = 10 * right_high >= 8 * n_high && 10 * right_low >= 8 * n_low;
}

static bool convincing(const tt_repeats *d, const tt_split *s, tt_order *o)
{
	if (s->low > fmax(STILL, STILL_SHARE * s->high)) return false;
	if (o->rhythm && s->usual_high < FULL_NEWS * d->fresh) return false;
	if (o->even) {
		if (s->gap < GAP_FEW && s->n_high < 6) return false;
		return s->high >= NEWS || (s->gap >= GAP_SMALL_NEWS && s->low_top < EQUAL);
	}
	o->pace = 1; /* no pace: rare repeats? */
	bool rare = s->n_high >= EVEN && 5 * s->n_low <= 2 * s->n_high && o->longest <= 2;
	/* a codec skips a picture by itself once in a while */
	if (d->predicts && s->n_low < 2) return false;
	return rare && s->gap >= GAP_RARE && s->low <= SAME && s->usual_high >= NEWS;
}

static void settle_on(tt_repeats *d, const tt_split *s, const tt_order *o, double threshold)
{
	d->found = true;
	d->evidence = d->pushed;
	d->pace = o->pace;
	d->strict = o->strict;
	d->threshold = threshold;
	d->high = s->high;
	d->usual_high = s->usual_high;
}

/* A gap between the two kinds; the highest first: a few larger changes yet do not hide them. */
static bool find_gap(tt_repeats *d, const float *v, int n, bool *gaps)
{
	for (int k = n - 3; k >= 1; k--) {
		tt_split s;
		tt_order o = {0};
		if (!split_at(v, n, k, &s)) continue;
		*gaps = true;
		look_at_steps(d, &s, &o);
		look_at_rhythm(d, &s, &o);
		if (!convincing(d, &s, &o)) continue;
		settle_on(d, &s, &o, s.high / pow(s.gap, s.gap < 6 ? 0.5 : 0.4));
		return true;
	}
	return false;
}

/* A codec spreads a new image over two or three frames now and then, so that the gap is not empty. Two kinds are told
 * apart in spite of it where nearly all changes are either next to nothing or nearly the usual one, and the latter come
 * at a strict pace. */
static bool find_pace(tt_repeats *d, const float *v, int n)
{
	const int top = n / 24 > 3 ? n / 24 : 3;
	if (n < PACE_LEAST) return false;
	int k = n;
	while (k > 0 && (double)v[k - 1] > 0.5 * (double)v[n - top])
		k--;
	if (k < STRAY_LEAST || n - k < STRAY_LEAST) return false;
	const double usual = (double)v[k + (n - k) / 2];
	while (k > 0 && (double)v[k - 1] > 0.5 * usual)
		k--;
	int still = 0, full = 0;
	for (int i = 0; i < n; i++) {
		still += (double)v[i] < 0.12 * usual;
		full += (double)v[i] > 0.7 * usual;
	}
	if (k < STRAY_LEAST || usual < 2 * NEWS || 10 * still < 8 * k || 10 * full < 8 * (n - k)) return false;
	/* is_high() asks for more than sqrt(low × high) */
	const tt_split s = {.low = 0.4 * usual,
	                    .high = 0.625 * usual,
	                    .usual_low = (double)v[k / 2],
	                    .usual_high = usual,
	                    .n_low = k,
	                    .n_high = n - k};
	tt_order o = {0};
	look_at_steps(d, &s, &o);
	look_at_rhythm(d, &s, &o);
	if (!o.strict || (o.rhythm && usual < FULL_NEWS * d->fresh)) return false;
	settle_on(d, &s, &o, 0.5 * usual);
	d->high = 0.85 * usual;
	return true;
}

/* Looks at the last changes for two kinds of frames. *plain: the recording is known to be an ordinary one. */
static void judge(tt_repeats *d, bool *plain)
{
	float v[WINDOW];
	const int n = gather(d, v);
	bool gaps = false;
	const bool found = find_gap(d, v, n, &gaps) || find_pace(d, v, n);
	*plain = !found && !gaps && n >= EARLY && (double)v[n / 2] > 0.1;
}

/* Is frame k, by what is known now, the picture before again? In doubt it is not. */
static bool is_repeat(tt_repeats *d, int64_t k, bool at_end)
{
	const tt_change *c = change_of(d, k);
	if (isnan(c->d)) return false;
	const double change = (double)c->d;
	const bool due = d->pace > 1 && k - d->last_news >= d->pace;
	const bool early = d->pace > 1 && k - d->last_news < d->pace - (d->strict ? 0 : 1);
	const double limit = early && d->strict ? fmax(d->threshold, REFRESHED_SHARE * d->usual_high) : d->threshold;
	bool news = change > (!c->refreshed ? limit : (early ? REFRESHED_EARLY : REFRESHED_SHARE) * d->high);
	if (due && !c->refreshed) {
		news |= change > fmax(2 * FLOOR, 0.3 * d->threshold);
		news |= d->last_high < FADING * d->usual_high;
	}
	news |= at_end && d->pace > 1 && !early; /* the encoder may have skipped it */
	if (news) {
		d->last_news = k;
		if (!c->refreshed) d->last_high = change;
	}
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

void tt_repeats_restart(tt_repeats *d)
{
	const double scale = d->scale;
	const int hold = d->hold;
	memset(d, 0, sizeof *d);
	d->scale = scale;
	d->hold = hold;
}

void tt_repeats_push(tt_repeats *d, const tt_frame *frame, char coded)
{
	bool usable = frame->image.data && !(frame->flags & TT_FRAME_DAMAGED);
	double change = usable ? measure(d, &frame->image) : NAN;
	if (!usable) d->have_last = false;
	d->predicts |= coded == 'P' || coded == 'B'; /* else I pictures are all there is */
	const bool refresh = coded == 'I' && d->predicts;
	d->since_p = coded == 'B' ? (d->since_p < 15 ? d->since_p + 1 : 15) : 0;
	*change_of(d, d->pushed) =
	    (tt_change){.d = (float)change, .refreshed = refresh || d->after_refresh, .place = (uint8_t)d->since_p};
	d->after_refresh = refresh;
	/* the largest of late: predicted pictures lose noise */
	if (usable && d->pushed % 4 == 0) d->fresh = fmax(0.95 * d->fresh, fresh_noise(d));
	d->pushed++;
	bool plain;
	judge(d, &plain);
	if (d->found && d->pushed - d->evidence > FORGET) d->found = false;
	/* a pace that may yet turn out to be strict is worth waiting for */
	const bool sure = d->found && (d->strict || d->pace <= 1);
	if (sure || plain || d->pushed - d->decided >= d->hold) d->settled = true;
}

void tt_repeats_hurry(tt_repeats *d)
{
	d->settled = d->hurried = true;
}

bool tt_repeats_decided(tt_repeats *d, bool *repeat)
{
	if (!d->settled || d->decided == d->pushed) return false;
	const bool rare = d->found && d->pace == 1, near_end = d->pushed - d->decided <= LAST;
	if (d->found && near_end && !d->hurried) return false;
	*repeat = d->found && !(rare && near_end) && is_repeat(d, d->decided, near_end);
	if (++d->decided == d->pushed) d->hurried = false;
	return true;
}

int tt_repeats_latency(const tt_repeats *d)
{
	return d->hold;
}
