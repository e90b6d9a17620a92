/* From packets sent and pictures received to numbered, timed, flagged frames.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "temtensile/frames.h"

enum {
	PENDING = 512, /* packets in flight: far more than any decoder keeps */
	WAITING = 64,  /* pictures held until those decoded before them are out */
	GROUPS = 128,  /* groups of pictures remembered */
	KEYS = 1024,   /* starting points remembered */
	REORDER = 17,  /* pictures a decoder may hold back, for streams without time stamps */
	NO_KEY = 300,  /* packets after which a stream without key frames is taken as it is */
	ENOUGH = 5,    /* intervals that make a rate */
	LOST = 64,     /* lost packets remembered, whose picture may still come */
	GAPS = 8,      /* damaged places of the container remembered */
	GAP_NEAR = 8,  /* packets that damage of the container may be away from its gap in time */
	LONGEST_GAP = 100000
};

typedef struct tt_entry {
	int64_t seq, pts, dts;
	int64_t packet_pts; /* as the container has it; pts may be the decoder's guess */
	int epoch;          /* counts how often the stream's clock was set back */
	bool key, corrupt, doubtful;
} tt_entry;

typedef struct tt_waiting {
	tt_entry from;
	void *picture;
	bool damaged;
	bool leading; /* shown before the key frame of its group though decoded after it */
} tt_waiting;

typedef struct tt_group {
	int64_t key_seq;
	bool key_shown;
	int64_t first_damage; /* seq; INT64_MAX: none */
} tt_group;

struct tt_timeline {
	tt_timeline_setup setup;
	tt_timeline_counts counts;
	int64_t next_seq, next_number;
	tt_entry pending[PENDING];
	size_t n_pending;
	tt_waiting *waiting;
	size_t n_waiting, waiting_room;
	tt_group group[GROUPS]; /* ring; the latest is (n_groups - 1) % GROUPS */
	int64_t n_groups;
	int64_t refusals;
	bool gap_open;
	bool trouble;          /* something was damaged or lost by now */
	bool stamps_wrong;     /* the packets' time stamps were not credible before any trouble */
	int64_t gap_seq[GAPS]; /* ring */
	int n_gaps;
	bool draining, unsure, finished, started, resuming;
	bool fresh; /* no picture was taken yet */
	int64_t first_key_seq, first_key_pts;
	int epoch;
	int64_t highest_pts;
	/* regularity, from pictures that follow one another without loss */
	int64_t before_pts, before_seq, before_dts;
	int before_epoch;
	bool before_picture;
	int64_t filled_from, filled_to; /* the last gap that was filled */
	int filled_epoch;
	int64_t lost_seq[LOST]; /* ring */
	int64_t n_lost;
	int64_t interval_min, interval_max, interval_sum, intervals;
	/* clock */
	bool have_last;
	int64_t last, offset;
	int not_rising_run;
	int64_t forced; /* TT_NO_TIME: none */
	tt_timeline_key key[KEYS];
	size_t n_keys;
	int64_t key_spacing;
};

tt_status tt_timeline_new(const tt_timeline_setup *setup, tt_timeline **out, tt_error *err)
{
	tt_timeline *t = *out = calloc(1, sizeof *t);
	if (!t) return tt_fail_memory(err, "numbering frames");
	t->setup = *setup;
	t->counts =
	    (tt_timeline_counts){.start_pts = TT_NO_TIME, .last_good = -1, .first_damaged = -1, .first_undecoded = -1};
	t->first_key_seq = -1;
	t->fresh = true;
	t->highest_pts = t->before_pts = t->before_dts = t->forced = TT_NO_TIME;
	t->key_spacing = 1;
	return TT_OK;
}

static void drop_waiting(tt_timeline *t, void (*drop)(void *picture))
{
	for (size_t i = 0; i < t->n_waiting; i++)
		if (t->waiting[i].picture) drop(t->waiting[i].picture);
	t->n_waiting = 0;
}

void tt_timeline_free(tt_timeline *t, void (*drop)(void *picture))
{
	if (!t) return;
	drop_waiting(t, drop);
	free(t->waiting);
	free(t);
}

/* ---- groups of pictures and how damage spreads ---- */

static tt_group *group_at(tt_timeline *t, int64_t i)
{
	return &t->group[i % GROUPS];
}

static void group_open(tt_timeline *t, int64_t seq)
{
	*group_at(t, t->n_groups++) = (tt_group){.key_seq = seq, .first_damage = INT64_MAX};
}

/* The group that the packet belongs to by decoding order; -1 when too long ago. */
static int64_t group_of(tt_timeline *t, int64_t seq)
{
	int64_t oldest = t->n_groups > GROUPS ? t->n_groups - GROUPS : 0;
	for (int64_t i = t->n_groups - 1; i >= oldest; i--)
		if (group_at(t, i)->key_seq <= seq) return i;
	return -1;
}

static void damage_from(tt_timeline *t, int64_t seq)
{
	t->trouble = true;
	int64_t i = group_of(t, seq);
	if (i < 0) return;
	tt_group *g = group_at(t, i);
	if (seq < g->first_damage) g->first_damage = seq;
}

/* Pictures come in the order in which they are shown. */
static bool shown_before_key(tt_timeline *t, int64_t seq)
{
	int64_t i = group_of(t, seq);
	if (i < 0) return false;
	tt_group *g = group_at(t, i);
	if (g->key_seq == seq) g->key_shown = true;
	return !g->key_shown;
}

/* May this picture have been predicted from a damaged one? */
static bool suspicious(tt_timeline *t, const tt_waiting *w)
{
	const int64_t seq = w->from.seq;
	if (t->setup.intra_only || seq < 0) return false;
	int64_t i = group_of(t, seq);
	if (i < 0) return false;
	if (group_at(t, i)->first_damage <= seq) return true;
	/* it may look back into the group before */
	return w->leading && i > 0 && t->n_groups - i < GROUPS && group_at(t, i - 1)->first_damage != INT64_MAX;
}

/* The packet before which the container was damaged, if that is near to this one; else -1. */
static int64_t gap_near(const tt_timeline *t, int64_t seq)
{
	if (t->gap_open && t->next_seq - seq <= GAP_NEAR) return t->next_seq;
	for (int i = 0; i < t->n_gaps && i < GAPS; i++)
		if (llabs(t->gap_seq[i] - seq) <= GAP_NEAR) return t->gap_seq[i];
	return -1;
}

/* Ticks between frames if the stream is regular, else 0. */
static double regular_interval(const tt_timeline *t)
{
	if (t->intervals < ENOUGH) return (double)t->setup.interval;
	double mean = (double)t->interval_sum / (double)t->intervals;
	double spread = (double)(t->interval_max - t->interval_min);
	return spread <= 1 || spread <= 0.05 * mean ? mean : 0;
}

/* ---- packets ---- */

static void forget(tt_timeline *t, size_t i)
{
	t->n_pending--;
	memmove(&t->pending[i], &t->pending[i + 1], (t->n_pending - i) * sizeof t->pending[0]);
}

static void note_gap(tt_timeline *t, int64_t seq)
{
	t->gap_seq[t->n_gaps++ % GAPS] = seq;
	if (t->n_groups > 0 && !t->setup.intra_only) {
		tt_group *g = group_at(t, t->n_groups - 1);
		if (seq < g->first_damage) g->first_damage = seq;
	}
	t->gap_open = false;
}

/* Transport streams drop what was torn without a word: a jump is a loss unless the file is known to be whole there. */
static bool jumps(tt_timeline *t, int64_t dts)
{
	const int64_t before = t->before_dts;
	t->before_dts = dts;
	if (!t->setup.jumps_are_losses || before == TT_NO_TIME || dts == TT_NO_TIME || t->intervals < ENOUGH)
		return false;
	double every = regular_interval(t);
	return every > 0 && (double)(dts - before) > 1.5 * every;
}

int64_t tt_timeline_sent(tt_timeline *t, const tt_timeline_packet *p)
{
	int64_t seq = t->next_seq++;
	const bool key = p->key || t->setup.intra_only;
	/* A key frame that is shown before something sent earlier: the stream's clock was set back. */
	if (key && p->pts != TT_NO_TIME && t->highest_pts != TT_NO_TIME && p->pts <= t->highest_pts) {
		t->epoch++;
		t->highest_pts = TT_NO_TIME;
	}
	if (p->pts != TT_NO_TIME && (t->highest_pts == TT_NO_TIME || p->pts > t->highest_pts)) t->highest_pts = p->pts;
	if (jumps(t, p->dts) && !p->follows) t->gap_seq[t->n_gaps++ % GAPS] = seq;
	if (t->gap_open || p->corrupt) note_gap(t, seq); /* a packet with a hole: others may be missing whole */
	if (key || t->n_groups == 0) group_open(t, seq);
	if (key && t->first_key_seq < 0) {
		t->first_key_seq = seq;
		t->first_key_pts = p->pts;
	}
	if (p->hidden) return seq;
	if (t->n_pending == PENDING) forget(t, 0);
	t->pending[t->n_pending++] = (tt_entry){.seq = seq,
	                                        .pts = p->pts,
	                                        .packet_pts = p->pts,
	                                        .dts = p->dts,
	                                        .epoch = t->epoch,
	                                        .key = key,
	                                        .corrupt = p->corrupt,
	                                        .doubtful = p->doubtful};
	return seq;
}

void tt_timeline_refused(tt_timeline *t)
{
	t->refusals++;
	t->trouble = true;
}

void tt_timeline_gap(tt_timeline *t)
{
	t->gap_open = true;
}

/* ---- pictures ---- */

static bool wait_for(tt_timeline *t, const tt_waiting *w)
{
	tt_waiting *grown = tt_grow(t->waiting, &t->waiting_room, t->n_waiting + 1, sizeof *grown);
	if (!grown) return false;
	t->waiting = grown;
	t->waiting[t->n_waiting++] = *w;
	return true;
}

/* Frames that the container lost: only where it was damaged, and only when the rate is constant. */
static bool fill_gap(tt_timeline *t, const tt_entry *now)
{
	if (t->before_pts == TT_NO_TIME || now->pts == TT_NO_TIME || t->before_epoch != now->epoch) return true;
	int64_t gap_seq = gap_near(t, now->seq);
	if (gap_seq < 0) gap_seq = gap_near(t, t->before_seq);
	if (gap_seq < 0 && !now->doubtful) return true;
	double every = regular_interval(t);
	if (!(every > 0)) return true;
	double gap = (double)(now->pts - t->before_pts);
	double n = gap / every + 0.5;
	if (n < 2 || n > LONGEST_GAP) return true;
	int64_t steps = (int64_t)n;
	/* gaps near to one another count as one: a torn stream has many */
	bool near = t->filled_epoch == now->epoch && t->filled_to > t->filled_from &&
	            (double)(t->before_pts - t->filled_to) < GAP_NEAR * every;
	if (!near) t->filled_from = t->before_pts;
	t->filled_to = now->pts;
	t->filled_epoch = now->epoch;
	damage_from(t, gap_seq > now->seq ? gap_seq : now->seq);
	for (int64_t k = 1; k < steps; k++) {
		tt_entry e = {.seq = -1, .packet_pts = TT_NO_TIME, .dts = TT_NO_TIME, .epoch = now->epoch};
		e.pts = t->before_pts + (int64_t)((double)k * gap / (double)steps + 0.5);
		if (!wait_for(t, &(tt_waiting){.from = e})) return false;
	}
	return true;
}

/* From pictures that follow one another without loss. */
static void learn_interval(tt_timeline *t, const tt_entry *now)
{
	int64_t d = now->pts - t->before_pts;
	if (d <= 0 || gap_near(t, now->seq) >= 0) return;
	if (t->intervals == 0 || d < t->interval_min) t->interval_min = d;
	if (t->intervals == 0 || d > t->interval_max) t->interval_max = d;
	t->interval_sum += d;
	t->intervals++;
}

/* Puts a frame with or without picture behind those that wait. */
static bool place(tt_timeline *t, const tt_waiting *w)
{
	const tt_entry *e = &w->from;
	if (!fill_gap(t, e) || !wait_for(t, w)) return false;
	if (e->pts == TT_NO_TIME) return true;
	if (w->picture && t->before_picture && t->before_pts != TT_NO_TIME && t->before_epoch == e->epoch)
		learn_interval(t, e);
	t->before_pts = e->pts;
	t->before_seq = e->seq;
	t->before_epoch = e->epoch;
	t->before_picture = w->picture != NULL;
	return true;
}

/* A damaged stream can bring pictures out of turn: does this one belong into a gap filled before? */
static bool in_filled_gap(const tt_timeline *t, const tt_entry *e)
{
	if (e->pts == TT_NO_TIME || e->epoch != t->filled_epoch || t->before_epoch != e->epoch) return false;
	return e->pts > t->filled_from && e->pts < t->before_pts && t->filled_to > t->filled_from;
}

/* A packet that gave no picture: a frame without one, if packets show pictures or one was refused. */
static bool lose(tt_timeline *t, const tt_entry *e)
{
	if (in_filled_gap(t, e)) return true; /* it has a frame already */
	if (!t->setup.packet_is_picture && t->refusals == 0) return true;
	if (t->refusals > 0) t->refusals--;
	if (!shown_before_key(t, e->seq)) damage_from(t, e->seq);
	t->trouble = true;
	t->lost_seq[t->n_lost++ % LOST] = e->seq;
	return place(t, &(tt_waiting){.from = *e});
}

/* A picture comes after it was given up: into its place if that is still waiting. */
static bool comes_late(tt_timeline *t, const tt_entry *e, void *picture, tt_timeline_taken *taken)
{
	bool known = in_filled_gap(t, e);
	for (int64_t i = 0; i < t->n_lost && i < LOST; i++)
		known |= e->seq >= 0 && t->lost_seq[i] == e->seq;
	if (!known) return false;
	*taken = TT_TIMELINE_PASSED_OVER;
	for (size_t i = 0; i < t->n_waiting; i++) {
		tt_waiting *w = &t->waiting[i];
		if (w->picture || (w->from.seq >= 0 ? w->from.seq != e->seq : w->from.pts != e->pts)) continue;
		w->from = *e;
		w->picture = picture;
		w->damaged = true;
		*taken = TT_TIMELINE_TAKEN;
		break;
	}
	return true;
}

static bool earlier(const tt_entry *a, const tt_entry *b)
{
	if (a->epoch != b->epoch) return a->epoch < b->epoch;
	return a->pts < b->pts;
}

/* Is this the first key frame, or one after it? */
static bool good_start(const tt_timeline *t, const tt_entry *e)
{
	if (t->first_key_seq < 0 || e->seq < t->first_key_seq) return false;
	if (e->seq == t->first_key_seq) return true;
	if (e->pts == TT_NO_TIME || t->first_key_pts == TT_NO_TIME) return e->seq > t->first_key_seq + REORDER;
	return e->pts > t->first_key_pts;
}

/* Before the first key frame has come out, broken pictures are none of the recording's. After a seek nothing is,
 * until that key frame. */
static bool passed_over(tt_timeline *t, const tt_entry *e, bool damaged)
{
	if (t->started) return false;
	if (!good_start(t, e)) {
		bool early = t->first_key_seq < 0 || e->seq < t->first_key_seq;
		if (t->resuming) return true;
		if ((damaged || early) && t->next_seq < NO_KEY) return true;
	}
	t->started = true;
	return false;
}

/* Packets whose turn is over though they gave nothing. */
static bool find_lost(tt_timeline *t, const tt_entry *now)
{
	for (;;) {
		size_t best = t->n_pending;
		for (size_t i = 0; i < t->n_pending; i++) {
			const tt_entry *e = &t->pending[i];
			bool over = e->pts != TT_NO_TIME && now->pts != TT_NO_TIME ? earlier(e, now)
			                                                           : e->seq + REORDER < now->seq;
			if (over && (best == t->n_pending || earlier(e, &t->pending[best]))) best = i;
		}
		if (best == t->n_pending) return true;
		tt_entry e = t->pending[best];
		forget(t, best);
		bool before_start = e.seq < t->first_key_seq || (e.pts != TT_NO_TIME && e.pts < t->first_key_pts);
		if (t->fresh && before_start) continue;
		if (!lose(t, &e)) return false;
	}
}

/* Which time is the picture's: its packet's, or the one that the decoder's library guessed? The guess is for streams
 * whose stamps are wrong from the start; a damaged stream leads it astray. */
static int64_t better_pts(tt_timeline *t, int64_t packet, int64_t guess)
{
	if (packet == TT_NO_TIME || guess == TT_NO_TIME || packet == guess) return guess == TT_NO_TIME ? packet : guess;
	if (!t->trouble) t->stamps_wrong = true;
	return t->stamps_wrong ? guess : packet;
}

static tt_entry find_entry(tt_timeline *t, int64_t seq, int64_t pts)
{
	for (size_t i = 0; i < t->n_pending; i++) {
		tt_entry e = t->pending[i];
		if (seq >= 0 ? e.seq != seq : pts == TT_NO_TIME || e.pts != pts) continue;
		forget(t, i);
		e.pts = better_pts(t, e.pts, pts);
		return e;
	}
	return (tt_entry){.seq = seq, .pts = pts, .packet_pts = TT_NO_TIME, .dts = TT_NO_TIME, .epoch = t->epoch};
}

tt_timeline_taken tt_timeline_picture(tt_timeline *t, int64_t seq, int64_t pts, bool damaged, void *picture)
{
	tt_entry e = find_entry(t, seq, pts);
	tt_timeline_taken taken;
	if (comes_late(t, &e, picture, &taken)) return taken;
	if (t->unsure && e.packet_pts == TT_NO_TIME) return TT_TIMELINE_PASSED_OVER;
	damaged = damaged || e.corrupt;
	if (passed_over(t, &e, damaged)) {
		if (!t->resuming) t->counts.leading++;
		return TT_TIMELINE_PASSED_OVER;
	}
	if (!find_lost(t, &e)) return TT_TIMELINE_NO_MEMORY;
	tt_waiting w = {.from = e, .picture = picture, .damaged = damaged, .leading = shown_before_key(t, e.seq)};
	if (!place(t, &w)) return TT_TIMELINE_NO_MEMORY;
	/* nothing that is shown after a key frame looks back beyond it */
	if (damaged && !w.leading) damage_from(t, e.seq);
	if (pts == TT_NO_TIME && !t->draining) t->counts.missing_times++;
	t->fresh = false;
	return TT_TIMELINE_TAKEN;
}

void tt_timeline_drain(tt_timeline *t, bool unsure)
{
	t->draining = true;
	t->unsure = unsure;
}

void tt_timeline_end(tt_timeline *t, bool cut)
{
	t->finished = true;
	if (cut || (!t->started && t->first_key_seq < 0)) {
		t->n_pending = 0;
		return;
	}
	while (t->n_pending > 0) {
		size_t best = 0;
		for (size_t i = 1; i < t->n_pending; i++)
			if (earlier(&t->pending[i], &t->pending[best])) best = i;
		tt_entry e = t->pending[best];
		forget(t, best);
		if (e.seq >= t->first_key_seq && !lose(t, &e)) return;
	}
}

/* ---- frames ---- */

static int64_t usual_interval(const tt_timeline *t)
{
	if (t->intervals > 0) return (t->interval_sum + t->intervals / 2) / t->intervals;
	return t->setup.interval > 0 ? t->setup.interval : 1;
}

/* The frame's place on a clock that always rises. */
static int64_t rising(tt_timeline *t, int64_t pts)
{
	int64_t step = usual_interval(t);
	if (t->forced != TT_NO_TIME) {
		int64_t forced = t->forced;
		t->forced = TT_NO_TIME;
		return forced;
	}
	if (pts == TT_NO_TIME) return t->have_last ? t->last + step : 0;
	int64_t now = pts + t->offset;
	if (!t->have_last || now > t->last) {
		t->not_rising_run = 0;
		return now;
	}
	t->counts.not_rising++;
	if (t->not_rising_run++ == 0) return t->last + (step > 1 ? step / 2 : 1); /* perhaps a single bad stamp */
	t->not_rising_run = 0;
	t->offset += t->last + step - now; /* the clock was set back */
	return t->last + step;
}

static void remember_key(tt_timeline *t, const tt_timeline_item *item, const tt_entry *e)
{
	if (t->n_keys > 0 && item->number < t->key[t->n_keys - 1].number + t->key_spacing) return;
	if (t->n_keys == KEYS) {
		for (size_t i = 0; i < KEYS / 2; i++)
			t->key[i] = t->key[2 * i];
		t->n_keys = KEYS / 2;
		t->key_spacing = t->key[1].number - t->key[0].number;
		if (item->number < t->key[t->n_keys - 1].number + t->key_spacing) return;
	}
	t->key[t->n_keys++] = (tt_timeline_key){
	    .number = item->number, .pts = e->packet_pts, .dts = e->dts, .ticks = t->last, .offset = t->offset};
}

static bool certain(const tt_timeline *t)
{
	if (t->n_waiting == 0) return false;
	if (t->finished || t->n_waiting > WAITING) return true;
	/* Damage of a picture that was decoded before this one may still come to light. */
	for (size_t i = 0; i < t->n_pending; i++)
		if (t->pending[i].seq < t->waiting[0].from.seq) return false;
	return true;
}

/* Frames read again after a seek are not counted again. */
static void count(tt_timeline_counts *c, const tt_timeline_item *item)
{
	c->frames++;
	if (item->flags & TT_FRAME_UNDECODED && c->undecoded++ == 0) c->first_undecoded = item->number;
	if (item->flags & TT_FRAME_DAMAGED && c->damaged++ == 0) c->first_damaged = item->number;
	if (item->flags == 0) c->last_good = item->number;
}

bool tt_timeline_pop(tt_timeline *t, tt_timeline_item *item)
{
	if (!certain(t)) return false;
	tt_waiting w = t->waiting[0];
	t->n_waiting--;
	memmove(&t->waiting[0], &t->waiting[1], t->n_waiting * sizeof t->waiting[0]);
	*item = (tt_timeline_item){.number = t->next_number++,
	                           .seq = w.from.seq,
	                           .pts = w.from.packet_pts,
	                           .picture = w.picture,
	                           .key = w.from.key};
	int64_t now = rising(t, w.from.pts);
	t->last = now;
	t->have_last = true;
	if (t->counts.start_pts == TT_NO_TIME) t->counts.start_pts = now;
	item->time_s = (double)(now - t->counts.start_pts) * (double)t->setup.tick_num / (double)t->setup.tick_den;
	if (t->setup.rate > 0) item->time_s = (double)item->number / t->setup.rate;
	if (!w.picture)
		item->flags |= TT_FRAME_UNDECODED;
	else if (w.damaged || suspicious(t, &w))
		item->flags |= TT_FRAME_DAMAGED;
	if (item->number >= t->counts.frames) {
		count(&t->counts, item);
		t->counts.end_s =
		    item->time_s + (double)usual_interval(t) * (double)t->setup.tick_num / (double)t->setup.tick_den;
	}
	if (item->flags == 0 && w.from.key) remember_key(t, item, &w.from);
	return true;
}

bool tt_timeline_key_before(const tt_timeline *t, int64_t number, tt_timeline_key *key)
{
	size_t n = t->n_keys;
	while (n > 0 && t->key[n - 1].number > number)
		n--;
	if (n == 0) return false;
	*key = t->key[n - 1];
	return true;
}

void tt_timeline_restart(tt_timeline *t, const tt_timeline_key *key, void (*drop)(void *picture))
{
	drop_waiting(t, drop);
	t->n_pending = 0;
	t->n_groups = 0;
	t->refusals = t->n_lost = 0;
	t->filled_from = t->filled_to = 0;
	t->gap_open = false;
	t->n_gaps = 0;
	t->draining = t->unsure = t->finished = t->started = false;
	t->resuming = t->fresh = true;
	t->first_key_seq = -1;
	t->highest_pts = t->before_pts = t->before_dts = TT_NO_TIME;
	t->next_number = key->number;
	t->forced = key->ticks;
	t->offset = key->offset;
	t->not_rising_run = 0;
}

const tt_timeline_counts *tt_timeline_counts_of(const tt_timeline *t)
{
	return &t->counts;
}
