/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/kept_frames.h"

#include <stdlib.h>
#include <string.h>

#include "core/tape.h"
#include "core/text.h"
#include "report/findings.h"

/* Whoever changes what stands in the file counts the version up. */
static const tt_tape_kind kind = {"\x89TTFRM\r\n", "file of kept frames", 1};
enum { MOST_SHOTS = 1 << 20, MOST_BYTES = 1 << 28 };

void tt_kept_frames_clear(tt_kept_frames *k)
{
	tt_closeup_clear(&k->closeup);
	tt_shots_clear(&k->shots);
	memset(k, 0, sizeof *k);
}

/* ---- keys ---- */

/* The hash of a text that fill writes. */
static tt_status key_of(void (*fill)(FILE *f, const void *what), const void *what, char key[65], tt_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	if (!f) return tt_fail_memory(err, "a key");
	fill(f, what);
	bool bad = ferror(f) != 0;
	bad = fclose(f) != 0 || bad || !text;
	if (!bad) tt_sha256_bytes(text, size, key);
	free(text);
	return bad ? tt_fail_memory(err, "a key") : TT_OK;
}

typedef struct looked {
	const tt_observation *o;
	const tt_look *look;
	const tt_shots_plan *plan;
} looked;

static void fill_closeup(FILE *f, const void *what)
{
	const looked *k = what;
	const tt_look *l = k->look;
	tt_fprintf(f, "closeup %s\n%lld %lld %d", tt_observation_key_of(k->o), (long long)l->fracture,
	           (long long)l->last_known, l->has_pair);
	if (l->has_pair) tt_fprintf(f, " %zu %zu %d %d", l->pair[0], l->pair[1], l->pair_named, l->average);
	tt_fprintf(f, "\n%s\n", l->pair_reason);
	for (size_t i = 0; i < l->frames; i++)
		fputc(l->sound[i] ? '1' : '0', f);
}

static void fill_shots(FILE *f, const void *what)
{
	const looked *k = what;
	tt_fprintf(f, "shots %s\n%d %d %zu", tt_observation_key_of(k->o), k->plan->width, k->plan->height,
	           k->plan->bytes);
	for (size_t i = 0; i < k->plan->n; i++)
		tt_fprintf(f, " %zu", k->plan->row[i]);
}

tt_status tt_closeup_key(const tt_observation *o, const tt_look *look, char key[65], tt_error *err)
{
	const looked k = {.o = o, .look = look};
	return key_of(fill_closeup, &k, key, err);
}

tt_status tt_shots_key(const tt_observation *o, const tt_shots_plan *plan, char key[65], tt_error *err)
{
	const looked k = {.o = o, .plan = plan};
	return key_of(fill_shots, &k, key, err);
}

/* ---- the file ---- */

static void walk_edge(tt_tape *t, tt_gap_edge *e)
{
	tt_tape_truth(t, &e->found);
	tt_tape_reals(t, e->at, 2);
	tt_tape_reals(t, e->direction, 2);
	tt_tape_real(t, &e->angle_deg);
	tt_tape_real(t, &e->u_deg);
	tt_tape_real(t, &e->rms_px);
	tt_tape_count(t, &e->points, MOST_BYTES);
	tt_tape_reals(t, e->end[0], 2);
	tt_tape_reals(t, e->end[1], 2);
}

static void walk_difference(tt_tape *t, tt_difference *d)
{
	tt_tape_small(t, &d->width);
	tt_tape_small(t, &d->height);
	tt_tape_reals(t, d->shift, 2);
	tt_tape_real(t, &d->turn_deg);
	tt_tape_real(t, &d->u_shift_px);
	tt_tape_real(t, &d->gain);
	tt_tape_real(t, &d->offset);
	tt_tape_reals(t, d->noise, 2);
	tt_tape_real(t, &d->expected);
	tt_tape_count(t, &d->points, MOST_BYTES);
	tt_tape_count(t, &d->field_points, MOST_BYTES);
}

static void walk_closeup(tt_tape *t, tt_closeup *c)
{
	tt_tape_truth(t, &c->has_gap);
	walk_edge(t, &c->gap.edge[0]);
	walk_edge(t, &c->gap.edge[1]);
	tt_tape_real(t, &c->gap.angle_deg);
	tt_tape_real(t, &c->gap.u_deg);
	tt_tape_real(t, &c->gap.opening_px);
	tt_tape_fixed_text(t, c->gap.reason, sizeof c->gap.reason);
	tt_tape_whole(t, &c->gap_frame);
	tt_tape_fixed_text(t, c->gap_reason, sizeof c->gap_reason);
	tt_tape_truth(t, &c->has_difference);
	tt_tape_fixed_text(t, c->difference_reason, sizeof c->difference_reason);
	tt_tape_small(t, &c->averaged);
	walk_difference(t, &c->difference);
	tt_tape_real(t, &c->levels_per_grey);
	tt_tape_count(t, &c->n_candidates, sizeof c->candidate / sizeof *c->candidate);
	for (size_t i = 0; i < c->n_candidates; i++) {
		tt_candidate *k = &c->candidate[i];
		tt_tape_reals(t, k->at, 2);
		tt_tape_real(t, &k->length_px);
		tt_tape_real(t, &k->width_px);
		tt_tape_real(t, &k->angle_deg);
		tt_tape_real(t, &k->contrast);
		tt_tape_real(t, &k->contrast_to_noise);
	}
}

static void walk_shot(tt_tape *t, tt_shot *s)
{
	tt_tape_count(t, &s->row, MOST_BYTES);
	tt_tape_count(t, &s->jpeg.size, MOST_BYTES);
	if (t->reading) s->jpeg.data = tt_tape_room(t, s->jpeg.size, 1, 1);
	if (!t->bad) tt_tape_raw(t, s->jpeg.data, s->jpeg.size);
}

static void walk_shots(tt_tape *t, tt_shots *s)
{
	tt_shots_plan *p = &s->plan;
	tt_tape_count(t, &p->n, MOST_SHOTS);
	tt_tape_count(t, &p->step, MOST_BYTES);
	tt_tape_count(t, &p->extra, MOST_BYTES);
	tt_tape_count(t, &p->usable, MOST_BYTES);
	tt_tape_count(t, &p->bytes, MOST_BYTES);
	tt_tape_small(t, &p->width);
	tt_tape_small(t, &p->height);
	if (t->reading) p->row = tt_tape_room(t, p->n, sizeof *p->row, 8);
	for (size_t i = 0; i < p->n && !t->bad; i++)
		tt_tape_count(t, &p->row[i], MOST_BYTES);
	tt_tape_count(t, &s->used, MOST_BYTES);
	tt_tape_count(t, &s->dropped, MOST_BYTES);
	tt_tape_small(t, &s->quality);
	tt_tape_small(t, &s->least_quality);
	tt_tape_real(t, &s->black);
	tt_tape_real(t, &s->white);
	tt_tape_count(t, &s->next, MOST_BYTES);
	size_t n = s->n;
	tt_tape_count(t, &n, p->n);
	if (t->reading) s->shot = tt_tape_room(t, n, sizeof *s->shot, 16);
	for (size_t i = 0; i < n && !t->bad; i++) {
		if (t->reading) s->n = i + 1;
		walk_shot(t, &s->shot[i]);
	}
}

static void walk(tt_tape *t, void *what)
{
	tt_kept_frames *k = what;
	tt_tape_fixed_text(t, k->closeup_key, sizeof k->closeup_key);
	walk_closeup(t, &k->closeup);
	tt_tape_fixed_text(t, k->shots_key, sizeof k->shots_key);
	walk_shots(t, &k->shots);
}

tt_status tt_kept_frames_load(const char *path, tt_kept_frames *k, tt_error *err)
{
	memset(k, 0, sizeof *k);
	tt_status st = tt_tape_load(&kind, walk, k, path, err);
	if (st != TT_OK) tt_kept_frames_clear(k);
	return st;
}

tt_status tt_write_kept_frames(const tt_findings *f, tt_error *err)
{
	const char *path;
	if (!tt_observation_key_of(f->o)[0]) return TT_OK; /* nobody could tell later whose frames they are */
	/* borrowed for writing */
	tt_kept_frames k = {.closeup = *f->closeup};
	if (f->closeup->edges_given) { /* the hand-set edges are no frame's */
		k.closeup.gap = f->closeup->found_gap;
		k.closeup.has_gap = f->closeup->gap_was_found;
		memcpy(k.closeup.gap_reason, f->closeup->found_gap.reason, sizeof f->closeup->found_gap.reason);
	}
	tt_status st = tt_closeup_key(f->o, &f->r->look, k.closeup_key, err);
	if (st == TT_OK && f->present->has_shots) {
		k.shots = f->present->shots;
		memcpy(k.shots_key, f->present->shots_key, sizeof k.shots_key);
	}
	if (st == TT_OK) st = tt_outdir_path(f->out, "frames.ttobs", &path, err);
	return st == TT_OK ? tt_tape_save(&kind, walk, &k, path, err) : st;
}
