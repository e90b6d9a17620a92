/* Coarse-to-fine search by normalised cross-correlation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	COARSE_SIDE = 288,  /* the longer side of a shrunk frame, at most */
	TEMPLATE_HALF = 11, /* of a template of the shrunk reference */
	TEMPLATE_MOST = 2 * TEMPLATE_HALF + 1,
	PEAKS = 6,
	NEAR_HALF_MOST = 20, /* of a template at full size */
	NEAR_RADIUS_MOST = 40,
	NEAR_SIDE = 2 * (NEAR_HALF_MOST + NEAR_RADIUS_MOST) + 1
};

typedef struct coarse {
	int width, height, stride;
	float *data;
	uint8_t *valid; /* NULL: all */
} coarse;

struct tt_search {
	const tt_dic_reference *r;
	int factor;
	coarse ref, def;
	bool def_made;
	const tt_image *frame;
	float *row;     /* one row of the frame as floats */
	float *sums[3]; /* Σ t g, Σ m g, Σ m g² over the shrunk frame */
	float *squares;
	float *near; /* window of the frame at full size, its squares */
	float *near_sums[3];
};

static int round_up(int n)
{
	return (n + 15) / 16 * 16;
}

static float *floats(size_t n)
{
	return aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
}

static bool new_coarse(coarse *c, int width, int height)
{
	c->width = width;
	c->height = height;
	c->stride = round_up(width + 2 * TEMPLATE_MOST);
	size_t n = (size_t)c->stride * (size_t)height + 64;
	c->data = floats(n);
	if (c->data) memset(c->data, 0, n * sizeof(float));
	return c->data != NULL;
}

/* Shrinks the part of the reference that has planes. */
static void shrink_reference(tt_search *s)
{
	const tt_dic_reference *r = s->r;
	const tt_planes *q = &r->planes;
	int f = s->factor;
	memset(s->ref.valid, 0, (size_t)s->ref.width * (size_t)s->ref.height);
	if (!q->f) return;
	for (int y = 0; y < s->ref.height; y++) {
		if (y * f < q->y0 || (y + 1) * f > q->y0 + q->height) continue;
		for (int x = 0; x < s->ref.width; x++) {
			if (x * f < q->x0 || (x + 1) * f > q->x0 + q->width) continue;
			float sum = 0;
			int in = 0;
			for (int j = y * f; j < (y + 1) * f; j++)
				for (int i = x * f; i < (x + 1) * f; i++) {
					sum += q->f[(j - q->y0) * q->stride + i - q->x0];
					in += !r->mask || r->mask[(size_t)j * (size_t)r->width + (size_t)i];
				}
			s->ref.data[y * s->ref.stride + x] = sum / (float)(f * f);
			s->ref.valid[y * s->ref.width + x] = 2 * in > f * f;
		}
	}
}

static void shrink_frame(tt_search *s)
{
	int f = s->factor;
	coarse *c = &s->def;
	for (int y = 0; y < c->height; y++) {
		float *out = c->data + y * c->stride;
		memset(out, 0, sizeof(float) * (size_t)c->width);
		for (int j = y * f; j < (y + 1) * f; j++) {
			const char *in = (const char *)s->frame->data + (ptrdiff_t)j * s->frame->stride;
			s->r->kernels->load_row(in, s->frame->type, c->width * f, s->r->offset, 1.0f / (float)(f * f),
			                        s->row);
			for (int x = 0; x < c->width; x++) {
				float sum = 0;
				for (int i = 0; i < f; i++)
					sum += s->row[x * f + i];
				out[x] += sum;
			}
		}
	}
	for (int i = 0; i < c->stride * c->height; i++)
		s->squares[i] = c->data[i] * c->data[i];
	s->def_made = true;
}

tt_status tt_search_new(const tt_dic_reference *r, tt_search **out, tt_error *err)
{
	*out = NULL;
	tt_search *s = calloc(1, sizeof *s);
	if (!s) return tt_fail_memory(err, "the search");
	int longer = r->width > r->height ? r->width : r->height, factor = 1;
	while (longer / factor > COARSE_SIDE)
		factor++;
	s->r = r;
	s->factor = factor;
	int w = r->width / factor, h = r->height / factor;
	bool ok = new_coarse(&s->ref, w, h) && new_coarse(&s->def, w, h);
	s->ref.valid = malloc((size_t)w * (size_t)h);
	s->row = floats((size_t)r->width + 16);
	size_t n = (size_t)s->def.stride * (size_t)h + 64, near = (size_t)round_up(NEAR_SIDE) * NEAR_SIDE;
	s->squares = floats(n);
	s->near = floats(2 * near);
	for (int i = 0; i < 3; i++) {
		s->sums[i] = floats(n);
		s->near_sums[i] = floats(near);
		ok = ok && s->sums[i] && s->near_sums[i];
	}
	if (!ok || !s->ref.valid || !s->row || !s->squares || !s->near) {
		tt_search_free(s);
		return tt_fail_memory(err, "the search");
	}
	shrink_reference(s);
	*out = s;
	return TT_OK;
}

void tt_search_free(tt_search *s)
{
	if (!s) return;
	free(s->ref.data);
	free(s->ref.valid);
	free(s->def.data);
	free(s->row);
	free(s->squares);
	free(s->near);
	for (int i = 0; i < 3; i++) {
		free(s->sums[i]);
		free(s->near_sums[i]);
	}
	free(s);
}

void tt_search_begin(tt_search *s, const tt_image *frame)
{
	s->frame = frame;
	s->def_made = false;
}

/* A template: zero-mean grey levels, 0 outside its mask; mask as floats. */
typedef struct template
{
	int half, n;
	double norm;
	float t[TEMPLATE_MOST * TEMPLATE_MOST], m[TEMPLATE_MOST * TEMPLATE_MOST];
}
template;

typedef struct big_template {
	int half;
	float t[(2 * NEAR_HALF_MOST + 1) * (2 * NEAR_HALF_MOST + 1)],
	    m[(2 * NEAR_HALF_MOST + 1) * (2 * NEAR_HALF_MOST + 1)];
} big_template;

/* Makes t zero-mean over m; its norm, or 0 when there is nothing in it. */
static double centre_template(float *t, const float *m, int count, int least)
{
	double sum = 0, n = 0, norm = 0;
	for (int i = 0; i < count; i++) {
		sum += (double)(m[i] * t[i]);
		n += (double)m[i];
	}
	if (n < least) return 0;
	for (int i = 0; i < count; i++) {
		t[i] = m[i] * (t[i] - (float)(sum / n));
		norm += (double)t[i] * (double)t[i];
	}
	return sqrt(norm);
}

/* The pixel of the reference that comes to (X, Y) from the centre: the inverse of the warp's linear part. */
static bool inverse_of(const tt_warp *w, double inv[4])
{
	double a = 1 + w->u[1], b = w->u[2], c = w->v[1], d = 1 + w->v[2], det = a * d - b * c;
	if (!(det > 0.05)) return false;
	inv[0] = d / det;
	inv[1] = -b / det;
	inv[2] = -c / det;
	inv[3] = a / det;
	return true;
}

static bool coarse_template(const tt_search *s, double cx, double cy, const double inv[4], template *t)
{
	const coarse *c = &s->ref;
	int side = 2 * t->half + 1;
	for (int j = 0; j < side; j++)
		for (int i = 0; i < side; i++) {
			double dx = i - t->half, dy = j - t->half;
			double x = cx + inv[0] * dx + inv[1] * dy, y = cy + inv[2] * dx + inv[3] * dy;
			int bx = (int)floor(x), by = (int)floor(y), at = j * side + i;
			t->t[at] = t->m[at] = 0;
			if (bx < 0 || by < 0 || bx + 1 >= c->width || by + 1 >= c->height) continue;
			const uint8_t *v = c->valid + by * c->width + bx;
			if (!v[0] || !v[1] || !v[c->width] || !v[c->width + 1]) continue;
			const float *g = c->data + by * c->stride + bx;
			float fx = (float)(x - bx), fy = (float)(y - by);
			t->t[at] = (1 - fy) * ((1 - fx) * g[0] + fx * g[1]) +
			           fy * ((1 - fx) * g[c->stride] + fx * g[c->stride + 1]);
			t->m[at] = 1;
		}
	t->norm = centre_template(t->t, t->m, side * side, side * side / 4);
	t->n = 0;
	for (int i = 0; i < side * side; i++)
		t->n += t->m[i] > 0;
	return t->norm > 0;
}

/* out += correlation of the template with rows of `a`, whole window. */
static void correlate(const tt_kernels *k, const float *a, int stride, const float *t, int side, int nx, int ny,
                      float *out, int out_stride)
{
	for (int y = 0; y < ny; y++) {
		memset(out + y * out_stride, 0, sizeof(float) * (size_t)nx);
		for (int j = 0; j < side; j++)
			k->correlate_row(a + (y + j) * stride, nx, t + j * side, side, out + y * out_stride);
	}
}

/* NCC from the three sums. */
static float ncc_of(double tg, double mg, double mgg, int n, double norm)
{
	double var = mgg - mg * mg / n;
	return var > 1e-6 * mgg && var > 0 ? (float)(tg / (norm * sqrt(var))) : -1;
}

typedef struct peak {
	float score;
	double x, y;
} peak;

static double parabola(double l, double m, double r)
{
	double d = l - 2 * m + r;
	return d < 0 ? fmax(-0.5, fmin(0.5, 0.5 * (l - r) / d)) : 0;
}

/* The best separate local maxima of the score map, best first. */
static int find_peaks(const float *score, int stride, int nx, int ny, peak out[PEAKS])
{
	int found = 0;
	for (int y = 0; y < ny; y++)
		for (int x = 0; x < nx; x++) {
			const float *p = score + y * stride + x;
			if (found == PEAKS && *p <= out[PEAKS - 1].score) continue;
			if (*p < 0.1f) continue;
			if ((x > 0 && p[-1] > *p) || (x + 1 < nx && p[1] >= *p)) continue;
			if ((y > 0 && p[-stride] > *p) || (y + 1 < ny && p[stride] >= *p)) continue;
			peak q = {*p, x, y};
			if (x > 0 && x + 1 < nx) q.x += parabola((double)p[-1], (double)*p, (double)p[1]);
			if (y > 0 && y + 1 < ny) q.y += parabola((double)p[-stride], (double)*p, (double)p[stride]);
			int k = found < PEAKS ? found++ : PEAKS - 1;
			while (k > 0 && out[k - 1].score < q.score) {
				out[k] = out[k - 1];
				k--;
			}
			out[k] = q;
		}
	return found;
}

/* All places in the shrunk frame; peaks as displacements of the point, full-size px. */
static int coarse_peaks(tt_search *s, const tt_prepared *p, const tt_warp *shape, peak out[PEAKS])
{
	double inv[4], f = s->factor;
	static const int least_half = 4;
	template t = {.half = TEMPLATE_HALF};
	while (t.half > least_half && (2 * t.half + 1 > s->def.width / 2 || 2 * t.half + 1 > s->def.height / 2))
		t.half--;
	int side = 2 * t.half + 1, nx = s->def.width - side + 1, ny = s->def.height - side + 1;
	/* the centre of a pixel of the shrunk image is at f X + (f - 1) / 2 */
	double cx = (p->cx - (f - 1) / 2) / f, cy = (p->cy - (f - 1) / 2) / f;
	if (nx < 1 || ny < 1 || !inverse_of(shape, inv) || !coarse_template(s, cx, cy, inv, &t)) return 0;
	if (!s->def_made) shrink_frame(s);
	const tt_kernels *k = s->r->kernels;
	int stride = s->def.stride;
	correlate(k, s->def.data, stride, t.t, side, nx, ny, s->sums[0], stride);
	correlate(k, s->def.data, stride, t.m, side, nx, ny, s->sums[1], stride);
	correlate(k, s->squares, stride, t.m, side, nx, ny, s->sums[2], stride);
	for (int y = 0; y < ny; y++)
		for (int x = 0; x < nx; x++) {
			int at = y * stride + x;
			s->sums[0][at] =
			    ncc_of((double)s->sums[0][at], (double)s->sums[1][at], (double)s->sums[2][at], t.n, t.norm);
		}
	int n = find_peaks(s->sums[0], stride, nx, ny, out);
	for (int i = 0; i < n; i++) {
		out[i].x = (out[i].x + t.half - cx) * f;
		out[i].y = (out[i].y + t.half - cy) * f;
	}
	return n;
}

/* NCC at full size of the places within radius of the warp's; the first of the map is the displacement uv. */
typedef struct near_map {
	const float *score;
	int nx, ny, stride;
	double u, v;
} near_map;

/* False when there is no texture or no room. */
static bool map_near(tt_search *s, const tt_prepared *p, const tt_warp *start, int radius, near_map *map)
{
	const tt_dic_reference *r = s->r;
	const tt_planes *q = &r->planes;
	double inv[4];
	big_template t = {.half =
	                      r->options.subset_px / 2 < NEAR_HALF_MOST ? r->options.subset_px / 2 : NEAR_HALF_MOST};
	int side = 2 * t.half + 1;
	if (!inverse_of(start, inv)) return false;
	for (int j = 0; j < side; j++)
		for (int i = 0; i < side; i++) {
			double dx = i - t.half, dy = j - t.half;
			double x = p->cx + inv[0] * dx + inv[1] * dy, y = p->cy + inv[2] * dx + inv[3] * dy;
			int bx = (int)floor(x), by = (int)floor(y), at = j * side + i;
			t.t[at] = t.m[at] = 0;
			if (bx < 0 || by < 0 || bx + 1 >= r->width || by + 1 >= r->height) continue;
			if (bx < q->x0 || by < q->y0 || bx + 1 >= q->x0 + q->width || by + 1 >= q->y0 + q->height)
				continue;
			if (r->mask && !r->mask[(size_t)by * (size_t)r->width + (size_t)bx]) continue;
			const float *g = q->f + (by - q->y0) * q->stride + bx - q->x0;
			float fx = (float)(x - bx), fy = (float)(y - by);
			t.t[at] = (1 - fy) * ((1 - fx) * g[0] + fx * g[1]) +
			          fy * ((1 - fx) * g[q->stride] + fx * g[q->stride + 1]);
			t.m[at] = 1;
		}
	double norm = centre_template(t.t, t.m, side * side, side * side / 4);
	if (!(norm > 0)) return false;
	int n = 0;
	for (int i = 0; i < side * side; i++)
		n += t.m[i] > 0;
	if (radius > NEAR_RADIUS_MOST) radius = NEAR_RADIUS_MOST;
	/* the window of the frame, as far as it reaches */
	double px = p->cx + rint(start->u[0]), py = p->cy + rint(start->v[0]);
	int x0 = (int)fmax(0, px - radius - t.half), x1 = (int)fmin(r->width - 1, px + radius + t.half);
	int y0 = (int)fmax(0, py - radius - t.half), y1 = (int)fmin(r->height - 1, py + radius + t.half);
	int w = x1 - x0 + 1, h = y1 - y0 + 1, nx = w - side + 1, ny = h - side + 1, stride = round_up(NEAR_SIDE);
	if (nx < 1 || ny < 1) return false;
	float *squares = s->near + (size_t)stride * NEAR_SIDE;
	for (int y = 0; y < h; y++) {
		const char *in = (const char *)s->frame->data + (ptrdiff_t)(y0 + y) * s->frame->stride;
		float *row = s->near + y * stride;
		r->kernels->load_row(in + tt_pixel_size(s->frame->type) * (size_t)x0, s->frame->type, w,
		                     r->offset + p->mean, 1, row);
		for (int x = 0; x < w; x++)
			squares[y * stride + x] = row[x] * row[x];
	}
	correlate(r->kernels, s->near, stride, t.t, side, nx, ny, s->near_sums[0], stride);
	correlate(r->kernels, s->near, stride, t.m, side, nx, ny, s->near_sums[1], stride);
	correlate(r->kernels, squares, stride, t.m, side, nx, ny, s->near_sums[2], stride);
	for (int y = 0; y < ny; y++)
		for (int x = 0; x < nx; x++) {
			int at = y * stride + x;
			s->near_sums[0][at] = ncc_of((double)s->near_sums[0][at], (double)s->near_sums[1][at],
			                             (double)s->near_sums[2][at], n, norm);
		}
	*map = (near_map){s->near_sums[0], nx, ny, stride, x0 + t.half - p->cx, y0 + t.half - p->cy};
	return true;
}

/* The best whole-pixel displacement of the map. */
static bool near_peak(tt_search *s, const tt_prepared *p, const tt_warp *start, int radius, double uv[2])
{
	near_map m;
	float best = -1;
	uv[0] = start->u[0];
	uv[1] = start->v[0];
	if (!map_near(s, p, start, radius, &m)) return false;
	for (int y = 0; y < m.ny; y++)
		for (int x = 0; x < m.nx; x++) {
			if (m.score[y * m.stride + x] <= best) continue;
			best = m.score[y * m.stride + x];
			uv[0] = m.u + x;
			uv[1] = m.v + y;
		}
	return best > 0;
}

/* IC-GN from `start`; keeps it in *item when it is the best so far. */
static bool try_start(tt_wave *wave, tt_wave_item *item, const tt_warp *start, double min_zncc)
{
	tt_wave_item fresh = {.index = item->index};
	fresh.state.warp = *start;
	tt_wave_solve(wave, &fresh, 1);
	bool better = !fresh.state.flag && (item->state.flag || !(item->state.zncc >= fresh.state.zncc));
	if (better) *item = fresh;
	return better && fresh.state.zncc >= min_zncc;
}

static bool prepared_of(const tt_wave *wave, size_t index, tt_prepared *p)
{
	/* the search needs no more than the centre and the mean */
	if (wave->r->point) {
		*p = wave->r->point[index];
		return p->flag == TT_DIC_OK;
	}
	memset(p, 0, sizeof *p);
	double x = wave->r->xy[2 * index], y = wave->r->xy[2 * index + 1];
	if (!(x >= 0 && y >= 0 && x < wave->r->width && y < wave->r->height)) return false;
	tt_wave_centre(wave, index, &p->cx, &p->cy);
	return true;
}

static bool near_from(tt_search *s, tt_wave *wave, tt_wave_item *item, const tt_prepared *p, const tt_warp *start,
                      int radius, double min_zncc)
{
	double uv[2];
	if (!near_peak(s, p, start, radius, uv)) return false;
	tt_warp w = *start;
	w.u[0] = uv[0];
	w.v[0] = uv[1];
	return try_start(wave, item, &w, min_zncc);
}

bool tt_search_near(tt_search *s, tt_wave *wave, tt_wave_item *item, int radius, double min_zncc)
{
	tt_prepared p;
	tt_warp start = item->state.warp;
	item->state.flag = TT_DIC_DIVERGED;
	return prepared_of(wave, item->index, &p) && near_from(s, wave, item, &p, &start, radius, min_zncc);
}

/* Deformations that templates are tried with, the likely ones first. */
static int shapes(tt_warp out[32])
{
	int n = 0;
	memset(out, 0, 32 * sizeof *out);
	n++;
	for (int k = 1; k <= 2; k++)
		for (int sign = 1; sign >= -1; sign -= 2) {
			double e = 0.1 * k * sign, angle = 5 * k * sign * 0.017453292519943295;
			out[n++].u[1] = e;
			out[n++].v[2] = e;
			out[n].u[1] = out[n].v[2] = cos(angle) - 1;
			out[n].u[2] = -sin(angle);
			out[n++].v[1] = sin(angle);
			out[n].u[1] = e;
			out[n++].v[2] = e;
		}
	return n;
}

/* Keeps the best that templates of these shapes meet in *item, each at its best `most` places; true as soon as it is
 * good enough. */
static bool search_with(tt_search *s, tt_wave *wave, tt_wave_item *item, const tt_warp *shape, int n, int most,
                        double min_zncc)
{
	tt_prepared p;
	if (!prepared_of(wave, item->index, &p)) return false;
	for (int k = 0; k < n; k++) {
		peak peaks[PEAKS];
		int found = coarse_peaks(s, &p, &shape[k], peaks);
		for (int i = 0; i < found && i < most; i++) {
			tt_warp start = shape[k];
			start.u[0] = peaks[i].x;
			start.v[0] = peaks[i].y;
			if (near_from(s, wave, item, &p, &start, s->factor + 2, min_zncc)) return true;
		}
	}
	return false;
}

bool tt_search_everywhere(tt_search *s, tt_wave *wave, tt_wave_item *item, bool deformed, double min_zncc)
{
	tt_warp shape[32] = {{{0}, {0}}};
	return search_with(s, wave, item, shape, deformed ? shapes(shape) : 1, PEAKS, min_zncc);
}

/* Turned by all angles, six degrees apart (half of that moves a template's rim by half a pixel), and stretched. */
static int all_shapes(tt_warp out[64])
{
	int n = 0;
	memset(out, 0, 64 * sizeof *out);
	for (int k = 3; k <= 30; k++)
		for (int sign = 1; sign >= -1; sign -= 2) {
			double angle = 6 * k * sign * 0.017453292519943295;
			if (k == 30 && sign < 0) continue;
			out[n].u[1] = out[n].v[2] = cos(angle) - 1;
			out[n].u[2] = -sin(angle);
			out[n++].v[1] = sin(angle);
		}
	for (int k = 3; k <= 5; k++)
		for (int way = 0; way < 2; way++) {
			double e = 0.1 * k;
			out[n].u[1] = way ? -0.3 * e : e;
			out[n++].v[2] = way ? e : -0.3 * e;
		}
	return n;
}

bool tt_search_all_shapes(tt_search *s, tt_wave *wave, tt_wave_item *item, double min_zncc)
{
	tt_warp shape[64];
	return search_with(s, wave, item, shape, all_shapes(shape), 1, min_zncc);
}

/* What a search for rivals goes by. */
typedef struct rivalry {
	const tt_wave_item *found;
	double apart, within_px;
} rivalry;

static bool is_elsewhere(const rivalry *r, const tt_warp *w)
{
	const tt_warp *f = &r->found->state.warp;
	if (hypot(w->u[0] - f->u[0], w->v[0] - f->v[0]) < r->apart) return false;
	return !(r->within_px > 0) || hypot(w->u[0], w->v[0]) <= r->within_px;
}

/* IC-GN from each peak that lies elsewhere; keeps the best that stays there. */
static void try_rivals(tt_wave *wave, const rivalry *r, const peak *peaks, int n, tt_wave_item *out)
{
	for (int i = 0; i < n; i++) {
		tt_wave_item item = {.index = r->found->index};
		item.state.warp = r->found->state.warp;
		item.state.warp.u[0] = peaks[i].x;
		item.state.warp.v[0] = peaks[i].y;
		if (!is_elsewhere(r, &item.state.warp)) continue;
		tt_wave_solve(wave, &item, 1);
		if (item.state.flag && item.state.flag != TT_DIC_LOW_ZNCC) continue;
		if (!is_elsewhere(r, &item.state.warp)) continue;
		if (!(item.state.zncc <= out->state.zncc)) *out = item;
	}
}

bool tt_search_rival(tt_search *s, tt_wave *wave, const tt_wave_item *found, bool everywhere, double within_px,
                     tt_wave_item *out)
{
	tt_prepared p;
	near_map m;
	peak peaks[PEAKS];
	const tt_warp *w = &found->state.warp;
	rivalry r = {found, wave->r->options.subset_px / 3.0, within_px};
	memset(out, 0, sizeof *out);
	out->state.zncc = NAN;
	if (!prepared_of(wave, found->index, &p)) return false;
	if (map_near(s, &p, w, NEAR_RADIUS_MOST, &m)) {
		int n = find_peaks(m.score, m.stride, m.nx, m.ny, peaks);
		for (int i = 0; i < n; i++) {
			peaks[i].x += m.u;
			peaks[i].y += m.v;
		}
		try_rivals(wave, &r, peaks, n, out);
	}
	if (everywhere) {
		int n = coarse_peaks(s, &p, w, peaks);
		for (int i = 0; i < n; i++) {
			tt_warp start = *w;
			double uv[2];
			start.u[0] = peaks[i].x;
			start.v[0] = peaks[i].y;
			if (!near_peak(s, &p, &start, s->factor + 2, uv)) continue;
			peak q = {0, uv[0], uv[1]};
			try_rivals(wave, &r, &q, 1, out);
		}
	}
	return !isnan(out->state.zncc);
}
