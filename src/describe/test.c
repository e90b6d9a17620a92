/* Reads the description of one test: every key, its unit and its limits in one place.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/describe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/yaml.h"

#define TRY(call) \
	do { \
		tt_status try_status = (call); \
		if (try_status != TT_OK) return try_status; \
	} while (0)


static tt_quantity no_quantity(void)
{
	return (tt_quantity){.value = NAN};
}

/* A section that must be a map when present; *out NULL when absent. */
static tt_status section(const tt_node *root, const char *key, bool needed, const tt_node **out, tt_error *err)
{
	*out = tt_node_get(root, key);
	if (!*out && needed) return tt_node_need(root, key, out, err);
	if (*out && tt_node_kind_of(*out) != TT_NODE_MAP)
		return tt_node_fail(err, *out, "expected keys and values (a mapping), found something else");
	return TT_OK;
}

static tt_status text(const tt_node *map, const char *key, bool needed, char **out, tt_error *err)
{
	const tt_node *n = tt_node_get(map, key);
	const char *s;
	if (!n && needed) return tt_node_need(map, key, &n, err);
	if (!n) return TT_OK;
	TRY(tt_node_string(n, &s, err));
	*out = tt_strdup(s);
	return *out ? TT_OK : tt_fail_memory(err, "the test description");
}

static tt_status file_beside(const tt_test *t, const tt_node *map, const char *key, bool needed, char **out,
                             tt_error *err)
{
	char *name = NULL;
	TRY(text(map, key, needed, &name, err));
	if (!name) return TT_OK;
	*out = tt_path_beside(t->path, name);
	free(name);
	return *out ? TT_OK : tt_fail_memory(err, "a path");
}

static void note_unstated(tt_test *t, const tt_node *n, const char *what, const tt_quantity *q)
{
	(void)n;
	if (!q->u_stated) tt_warn(&t->not_stated, "%s", what);
}

/* A quantity above `lo` (exclusive unless lo_allowed). */
static tt_status positive(const tt_node *n, const char *what, tt_dimension dim, bool zero_allowed, tt_quantity *out,
                          tt_error *err)
{
	TRY(tt_node_quantity(n, dim, out, err));
	if (out->value < 0 || (out->value == 0 && !zero_allowed))
		return tt_node_fail(err, n, "the %s must be %s, found a %s value", what,
		                    zero_allowed ? "zero or positive" : "positive", out->value < 0 ? "negative" : "zero");
	if (out->u > 0 && out->u >= out->value && !zero_allowed)
		return tt_node_fail(err, n, "the uncertainty of the %s is not smaller than its value", what);
	return TT_OK;
}

static tt_status point(const tt_node *map, const char *key, double xy[2], char **where, tt_error *err)
{
	const tt_node *n;
	TRY(tt_node_need(map, key, &n, err));
	TRY(tt_node_doubles(n, 2, xy, err));
	if (where) {
		*where = tt_strdup(tt_node_where(n));
		if (!*where) return tt_fail_memory(err, "the test description");
	}
	return TT_OK;
}

static tt_status read_film(tt_test *t, const tt_node *root, tt_error *err)
{
	const tt_node *film;
	t->film.deposition_pressure = no_quantity();
	TRY(section(root, "film", false, &film, err));
	if (!film) return TT_OK;
	TRY(text(film, "composition", false, &t->film.composition, err));
	const tt_node *p = tt_node_get(film, "deposition_pressure");
	if (p)
		TRY(positive(p, "deposition pressure", TT_DIM_PRESSURE, false, &t->film.deposition_pressure, err));
	size_t n = tt_node_count(film);
	t->film.key = calloc(n ? n : 1, sizeof *t->film.key);
	if (!t->film.key) return tt_fail_memory(err, "the film's keys");
	for (size_t i = 0; i < n; i++) {
		const tt_node *v;
		const char *key = tt_node_key(film, i, &v), *s;
		if (tt_node_kind_of(v) == TT_NODE_NULL) continue;
		TRY(tt_node_string(v, &s, err));
		tt_film_key *k = &t->film.key[t->film.n_keys++];
		k->key = tt_strdup(key);
		k->text = tt_strdup(s);
		if (!k->key || !k->text) return tt_fail_memory(err, "the film's keys");
	}
	return TT_OK;
}

static tt_status read_video(tt_test *t, const tt_node *root, tt_error *err)
{
	static const char *const stamps[] = {"start", "middle", "end", NULL};
	const tt_node *video, *n;
	tt_quantity q;
	TRY(section(root, "video", true, &video, err));
	TRY(file_beside(t, video, "file", true, &t->video.file, err));
	t->video.pixel_size = no_quantity();
	if ((n = tt_node_get(video, "pixel_size"))) {
		TRY(positive(n, "pixel size", TT_DIM_LENGTH, false, &t->video.pixel_size, err));
		note_unstated(t, n, "video.pixel_size", &t->video.pixel_size);
	}
	t->video.stream = -1;
	if ((n = tt_node_get(video, "stream"))) {
		long v;
		TRY(tt_node_int(n, 0, 1000, &v, err));
		t->video.stream = (int)v;
	}
	if ((n = tt_node_get(video, "frame_rate"))) {
		TRY(positive(n, "frame rate", TT_DIM_FREQUENCY, false, &q, err));
		t->video.frame_rate = q.value;
	}
	if ((n = tt_node_get(video, "timestamp"))) {
		int v;
		TRY(tt_node_choice(n, stamps, &v, err));
		t->video.timestamp = (tt_stamp)v;
		if (v != TT_STAMP_START && !tt_node_get(video, "exposure"))
			return tt_node_fail(err, n, "a time stamp at the exposure's %s needs video.exposure", stamps[v]);
	}
	if ((n = tt_node_get(video, "exposure"))) {
		TRY(positive(n, "exposure", TT_DIM_TIME, true, &q, err));
		t->video.exposure_s = q.value;
	}
	return TT_OK;
}

static tt_status read_columns(tt_test *t, const tt_node *force, tt_error *err)
{
	tt_log_columns *c = &t->force.columns;
	const tt_node *cols, *units, *n;
	const char *s;
	c->decimal_comma = -1;
	TRY(section(force, "columns", false, &cols, err));
	if (cols) {
		TRY(text(cols, "time", true, (char **)&c->time, err));
		TRY(text(cols, "force", true, (char **)&c->force, err));
		TRY(text(cols, "displacement", true, (char **)&c->displacement, err));
	}
	TRY(section(force, "units", false, &units, err));
	if (units) {
		TRY(text(units, "time", false, (char **)&c->time_unit, err));
		TRY(text(units, "force", false, (char **)&c->force_unit, err));
		TRY(text(units, "displacement", false, (char **)&c->displacement_unit, err));
		static const struct {
			const char *key;
			tt_dimension dim;
		} row[] = {{"time", TT_DIM_TIME}, {"force", TT_DIM_FORCE}, {"displacement", TT_DIM_LENGTH}};
		for (size_t i = 0; i < 3; i++) {
			if (!(n = tt_node_get(units, row[i].key))) continue;
			TRY(tt_node_string(n, &s, err));
			if (isnan(tt_unit_factor(s, row[i].dim)))
				return tt_node_fail(err, n, "'%s' is no unit of %s", s, row[i].key);
		}
	}
	if ((n = tt_node_get(force, "delimiter"))) {
		TRY(tt_node_string(n, &s, err));
		if (strcmp(s, "tab") == 0 || strcmp(s, "\\t") == 0) s = "\t";
		if (strcmp(s, "space") == 0) s = " ";
		if (strlen(s) != 1) return tt_node_fail(err, n, "the delimiter must be one character or 'tab', found '%s'", s);
		c->delimiter = s[0];
	}
	if ((n = tt_node_get(force, "decimal_comma"))) {
		bool b;
		TRY(tt_node_bool(n, &b, err));
		c->decimal_comma = b;
	}
	return TT_OK;
}

static tt_status read_stiffness(tt_test *t, const tt_node *spring, tt_error *err)
{
	const tt_node *n;
	const char *s;
	t->force.stiffness = no_quantity();
	t->force.stiffness2 = no_quantity();
	TRY(tt_node_need(spring, "stiffness", &n, err));
	if (tt_node_kind_of(n) == TT_NODE_MAP) {
		t->force.source = TT_SPRING_EMPTY_RUN;
		return file_beside(t, n, "empty_run", true, &t->force.empty_run, err);
	}
	TRY(tt_node_string(n, &s, err));
	if (strcmp(s, "after-fracture") == 0) {
		t->force.source = TT_SPRING_AFTER_FRACTURE;
		return TT_OK;
	}
	t->force.source = TT_SPRING_GIVEN;
	TRY(positive(n, "spring stiffness", TT_DIM_STIFFNESS, false, &t->force.stiffness, err));
	note_unstated(t, n, "force.spring.stiffness", &t->force.stiffness);
	if ((n = tt_node_get(spring, "quadratic"))) TRY(tt_node_quantity(n, TT_DIM_STIFFNESS2, &t->force.stiffness2, err));
	return TT_OK;
}

/* `displacement: log | image | {moving: [x, y], fixed: [x, y]}`; stands under force or force.spring. */
static tt_status read_displacement(tt_test *t, const tt_node *n, tt_error *err)
{
	static const char *const names[] = {"log", "image", NULL};
	int v;
	if (!n) return TT_OK;
	if (tt_node_kind_of(n) == TT_NODE_MAP) {
		t->force.image_displacement = t->force.has_image_points = true;
		TRY(point(n, "moving", t->force.moving_px, NULL, err));
		return point(n, "fixed", t->force.fixed_px, NULL, err);
	}
	TRY(tt_node_choice(n, names, &v, err));
	t->force.image_displacement = v == 1;
	return TT_OK;
}

static tt_status read_compliance(tt_test *t, const tt_node *n, tt_error *err)
{
	if (!n) return TT_OK;
	return positive(n, "frame compliance", TT_DIM_COMPLIANCE, true, &t->force.frame_compliance, err);
}

static tt_status read_force(tt_test *t, const tt_node *root, tt_error *err)
{
	const tt_node *force, *spring, *n;
	tt_quantity q;
	TRY(section(root, "force", true, &force, err));
	TRY(file_beside(t, force, "file", true, &t->force.file, err));
	TRY(read_columns(t, force, err));
	TRY(section(force, "spring", true, &spring, err));
	TRY(read_stiffness(t, spring, err));
	t->force.frame_compliance = no_quantity();
	TRY(read_compliance(t, tt_node_get(force, "frame_compliance"), err));
	TRY(read_compliance(t, tt_node_get(spring, "frame_compliance"), err));
	TRY(read_displacement(t, tt_node_get(force, "displacement"), err));
	TRY(read_displacement(t, tt_node_get(spring, "displacement"), err));
	t->force.contact_time_s = NAN;
	if ((n = tt_node_get(force, "contact"))) {
		const char *s;
		TRY(tt_node_string(n, &s, err));
		if (strcmp(s, "auto") != 0) {
			TRY(tt_node_quantity(n, TT_DIM_TIME, &q, err));
			t->force.contact_time_s = q.value;
		}
	}
	return TT_OK;
}

/* One quantity, or a list along the gauge: evenly spaced, or {at: 0.3, value: 400 ± 8 nm}. */
static tt_status read_profile(tt_test *t, const tt_node *n, const char *what, tt_profile *p, tt_error *err)
{
	bool list = tt_node_kind_of(n) == TT_NODE_LIST;
	size_t count = list ? tt_node_count(n) : 1;
	if (count == 0) return tt_node_fail(err, n, "the list of the %s is empty", what);
	p->value = calloc(count, sizeof *p->value);
	p->at = calloc(count, sizeof *p->at);
	if (!p->value || !p->at) return tt_fail_memory(err, "the specimen's sizes");
	p->n = count;
	for (size_t i = 0; i < count; i++) {
		const tt_node *item = list ? tt_node_item(n, i) : n, *v = item;
		p->at[i] = count > 1 ? (double)i / (double)(count - 1) : 0.5;
		if (tt_node_kind_of(item) == TT_NODE_MAP) {
			const tt_node *at;
			TRY(tt_node_need(item, "at", &at, err));
			TRY(tt_node_double(at, 0, 1, &p->at[i], err));
			TRY(tt_node_need(item, "value", &v, err));
		}
		if (i > 0 && !(p->at[i] > p->at[i - 1]))
			return tt_node_fail(err, item, "the places ('at') of the %s must increase from 0 to 1", what);
		TRY(positive(v, what, TT_DIM_LENGTH, false, &p->value[i], err));
		if (i == 0) {
			char name[64];
			snprintf(name, sizeof name, "specimen.%s", what);
			note_unstated(t, v, name, &p->value[i]);
		}
	}
	return TT_OK;
}

static tt_status read_specimen(tt_test *t, const tt_node *root, tt_error *err)
{
	const tt_node *s, *n;
	TRY(section(root, "specimen", true, &s, err));
	TRY(tt_node_need(s, "width", &n, err));
	TRY(read_profile(t, n, "width", &t->specimen.width, err));
	TRY(tt_node_need(s, "thickness", &n, err));
	return read_profile(t, n, "thickness", &t->specimen.thickness, err);
}

static tt_status read_gauge(tt_test *t, const tt_node *root, tt_error *err)
{
	static const char *const zeros[] = {"preload-mean", "toe", "elastic", NULL};
	const tt_node *g = tt_node_get(root, "gauge"), *n;
	t->gauge.automatic = true;
	if (!g) return TT_OK;
	if (tt_node_kind_of(g) != TT_NODE_MAP) {
		static const char *const names[] = {"auto", NULL};
		int v;
		return tt_node_choice(g, names, &v, err);
	}
	if ((n = tt_node_get(g, "zero"))) {
		int v;
		TRY(tt_node_choice(n, zeros, &v, err));
		t->gauge.zero = (tt_zero)v;
	}
	if (!tt_node_get(g, "from") && !tt_node_get(g, "to")) return TT_OK;
	t->gauge.automatic = false;
	TRY(point(g, "from", t->gauge.from, &t->gauge.where_from, err));
	TRY(point(g, "to", t->gauge.to, &t->gauge.where_to, err));
	double length = hypot(t->gauge.to[0] - t->gauge.from[0], t->gauge.to[1] - t->gauge.from[1]);
	if (!(length >= 20))
		return tt_node_fail(err, g, "the gauge is %.3g px long; at least 20 px are needed", length);
	return TT_OK;
}

static tt_status read_sync(tt_test *t, const tt_node *root, tt_error *err)
{
	const tt_node *sync, *n;
	const char *s;
	t->sync.automatic = true;
	t->sync.rate = 1;
	t->sync.log_starts_at = no_quantity();
	TRY(section(root, "sync", false, &sync, err));
	if (!sync) return TT_OK;
	if ((n = tt_node_get(sync, "log_starts_at"))) {
		TRY(tt_node_string(n, &s, err));
		if (strcmp(s, "auto") != 0) {
			t->sync.automatic = false;
			TRY(tt_node_quantity(n, TT_DIM_TIME, &t->sync.log_starts_at, err));
			note_unstated(t, n, "sync.log_starts_at", &t->sync.log_starts_at);
		}
	}
	if ((n = tt_node_get(sync, "rate"))) {
		TRY(tt_node_string(n, &s, err));
		t->sync.rate_automatic = strcmp(s, "auto") == 0;
		if (!t->sync.rate_automatic) TRY(tt_node_double(n, 0.5, 2, &t->sync.rate, err));
		if (t->sync.rate_automatic && !t->sync.automatic)
			return tt_node_fail(err, n, "the rate can be found only together with 'log_starts_at: auto'");
	}
	return TT_OK;
}

static tt_status read_order(const tt_node *n, int *order, tt_error *err)
{
	static const char *const names[] = {"translation", "affine", "quadratic", "0", "1", "2", NULL};
	int v;
	TRY(tt_node_choice(n, names, &v, err));
	*order = v % 3;
	return TT_OK;
}

static tt_status read_dic(tt_test *t, const tt_node *root, tt_error *err)
{
	static const char *const interpolations[] = {"cubic", "quintic", NULL};
	const tt_node *dic, *n;
	t->dic.order = 1;
	t->dic.min_zncc = NAN;
	TRY(section(root, "dic", false, &dic, err));
	if (!dic) return TT_OK;
	if ((n = tt_node_get(dic, "subset"))) {
		tt_quantity q;
		TRY(tt_node_quantity(n, TT_DIM_PIXEL, &q, err));
		if (!(q.value >= 9 && q.value <= 301) || fmod(q.value, 2) != 1)
			return tt_node_fail(err, n, "the subset must be an odd number of pixels from 9 to 301");
		t->dic.subset_px = (int)q.value;
	}
	if ((n = tt_node_get(dic, "shape_function"))) TRY(read_order(n, &t->dic.order, err));
	if ((n = tt_node_get(dic, "interpolation"))) {
		int v;
		TRY(tt_node_choice(n, interpolations, &v, err));
		t->dic.interpolation = v == 0 ? TT_BSPLINE_CUBIC : TT_BSPLINE_QUINTIC;
	}
	if ((n = tt_node_get(dic, "prefilter"))) {
		tt_quantity q;
		TRY(tt_node_quantity(n, TT_DIM_PIXEL, &q, err));
		if (!(q.value >= 0 && q.value <= 10))
			return tt_node_fail(err, n, "the prefilter's sigma must be 0 to 10 px");
		t->dic.prefilter_sigma_px = q.value;
	}
	if ((n = tt_node_get(dic, "min_zncc"))) TRY(tt_node_double(n, 0, 1, &t->dic.min_zncc, err));
	if ((n = tt_node_get(dic, "update_below"))) TRY(tt_node_double(n, 0, 1, &t->dic.update_below_zncc, err));
	return TT_OK;
}

/* [lo, hi] as two fractions or two pressures. */
static tt_status window(const tt_node *map, const char *key, tt_dimension dim, double out[2], tt_error *err)
{
	const tt_node *n = tt_node_get(map, key);
	out[0] = out[1] = NAN;
	if (!n) return TT_OK;
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) != 2)
		return tt_node_fail(err, n, "expected a list of two values: [from, to]");
	for (size_t i = 0; i < 2; i++) {
		tt_quantity q;
		TRY(tt_node_quantity(tt_node_item(n, i), dim, &q, err));
		out[i] = q.value;
	}
	if (!(out[0] < out[1])) return tt_node_fail(err, n, "the first value must be below the second");
	return TT_OK;
}

static tt_status read_offsets(tt_test *t, const tt_node *map, tt_error *err)
{
	const tt_node *n = tt_node_get(map, "offset_yield");
	if (!n) return TT_OK;
	bool list = tt_node_kind_of(n) == TT_NODE_LIST;
	size_t count = list ? tt_node_count(n) : 1;
	t->properties.offset = calloc(count ? count : 1, sizeof *t->properties.offset);
	if (!t->properties.offset) return tt_fail_memory(err, "the offsets");
	for (size_t i = 0; i < count; i++) {
		const tt_node *item = list ? tt_node_item(n, i) : n;
		tt_quantity q;
		TRY(positive(item, "offset", TT_DIM_FRACTION, false, &q, err));
		if (q.value > 0.1) return tt_node_fail(err, item, "an offset strain above 10 %% makes no sense");
		t->properties.offset[i] = q.value;
		t->properties.n_offsets = i + 1;
	}
	return TT_OK;
}

static tt_status read_properties(tt_test *t, const tt_node *root, tt_error *err)
{
	const tt_node *p, *n;
	double *unset[] = {t->properties.modulus_strain, t->properties.modulus_stress_Pa, t->properties.hollomon_strain};
	for (size_t i = 0; i < 3; i++)
		unset[i][0] = unset[i][1] = NAN;
	TRY(section(root, "properties", false, &p, err));
	if (!p) return TT_OK;
	TRY(read_offsets(t, p, err));
	TRY(window(p, "modulus_strain", TT_DIM_FRACTION, t->properties.modulus_strain, err));
	TRY(window(p, "modulus_stress", TT_DIM_PRESSURE, t->properties.modulus_stress_Pa, err));
	TRY(window(p, "hollomon_strain", TT_DIM_FRACTION, t->properties.hollomon_strain, err));
	if ((n = tt_node_get(p, "draws"))) TRY(tt_node_int(n, 100, 1000000, &t->properties.draws, err));
	if ((n = tt_node_get(p, "seed"))) TRY(tt_node_int(n, 0, 2147483647, &t->properties.seed, err));
	return TT_OK;
}

static tt_status read_necking(tt_test *t, const tt_node *root, tt_error *err)
{
	const tt_node *s, *n;
	t->necking.onset_threshold = NAN;
	t->necking.average = 1;
	for (int i = 0; i < 2; i++)
		t->necking.frames[i] = t->necking.strains[i] = NAN;
	TRY(section(root, "necking", false, &s, err));
	if (!s) return TT_OK;
	if ((n = tt_node_get(s, "onset_threshold"))) TRY(tt_node_double(n, 0, 1, &t->necking.onset_threshold, err));
	if ((n = tt_node_get(s, "average"))) {
		long v;
		TRY(tt_node_int(n, 1, 99, &v, err));
		t->necking.average = (int)v;
	}
	if ((n = tt_node_get(s, "frames"))) TRY(tt_node_doubles(n, 2, t->necking.frames, err));
	return window(s, "strain", TT_DIM_FRACTION, t->necking.strains, err);
}

static tt_status read_output(tt_test *t, const tt_node *root, tt_error *err)
{
	const tt_node *o, *n;
	bool wanted;
	t->output.figure_width_mm = 85;
	t->output.movie_speed = NAN;
	TRY(section(root, "output", false, &o, err));
	if (!o) return TT_OK;
	if ((n = tt_node_get(o, "movie"))) {
		TRY(tt_node_bool(n, &wanted, err));
		t->output.no_movie = !wanted;
	}
	if ((n = tt_node_get(o, "report"))) {
		TRY(tt_node_bool(n, &wanted, err));
		t->output.no_report = !wanted;
	}
	if ((n = tt_node_get(o, "movie_speed"))) TRY(tt_node_double(n, 0.001, 100000, &t->output.movie_speed, err));
	if (!(n = tt_node_get(o, "figure_width"))) return TT_OK;
	tt_quantity q;
	TRY(tt_node_quantity(n, TT_DIM_LENGTH, &q, err));
	if (!(q.value >= 0.03 && q.value <= 0.5)) return tt_node_fail(err, n, "the width of a figure must be 30 to 500 mm");
	t->output.figure_width_mm = q.value * 1e3;
	return TT_OK;
}

static tt_status read_root(tt_test *t, const tt_node *root, tt_error *err)
{
	if (tt_node_kind_of(root) != TT_NODE_MAP)
		return tt_node_fail(err, root, "expected keys such as video, force, specimen, found none");
	TRY(text(root, "name", false, &t->name, err));
	if (!t->name && !(t->name = tt_strdup(tt_path_base(t->path)))) return tt_fail_memory(err, "the test's name");
	char *notes = NULL;
	TRY(text(root, "notes", false, &notes, err));
	free(notes);
	TRY(read_film(t, root, err));
	TRY(read_video(t, root, err));
	TRY(read_force(t, root, err));
	TRY(read_specimen(t, root, err));
	TRY(read_gauge(t, root, err));
	TRY(read_sync(t, root, err));
	TRY(read_dic(t, root, err));
	TRY(read_properties(t, root, err));
	TRY(read_necking(t, root, err));
	return read_output(t, root, err);
}

tt_status tt_test_read(const char *path, const char *const *sets, size_t n_sets, tt_test **out, tt_error *err)
{
	tt_yaml *yaml = NULL;
	TRY(tt_yaml_read(path, sets, n_sets, &yaml, err));
	tt_status st = TT_OK;
	tt_test *t = calloc(1, sizeof *t);
	if (!t || !(t->path = tt_strdup(path))) st = tt_fail_memory(err, "the test description");
	if (st == TT_OK) st = read_root(t, tt_yaml_root(yaml), err);
	if (st == TT_OK) st = tt_yaml_check_unused(yaml, err);
	tt_yaml_free(yaml);
	if (st != TT_OK) {
		tt_test_free(t);
		return st;
	}
	*out = t;
	return TT_OK;
}

static void free_profile(tt_profile *p)
{
	free(p->value);
	free(p->at);
}

void tt_test_free(tt_test *t)
{
	if (!t) return;
	for (size_t i = 0; i < t->film.n_keys; i++) {
		free(t->film.key[i].key);
		free(t->film.key[i].text);
	}
	free(t->film.key);
	char *owned[] = {t->path, t->name, t->film.composition, t->video.file, t->force.file, t->force.empty_run,
	                 t->gauge.where_from, t->gauge.where_to, (char *)t->force.columns.time,
	                 (char *)t->force.columns.force, (char *)t->force.columns.displacement,
	                 (char *)t->force.columns.time_unit, (char *)t->force.columns.force_unit,
	                 (char *)t->force.columns.displacement_unit};
	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		free(owned[i]);
	free_profile(&t->specimen.width);
	free_profile(&t->specimen.thickness);
	free(t->properties.offset);
	tt_strings_free(&t->not_stated);
	free(t);
}

tt_quantity tt_profile_at(const tt_profile *p, double at)
{
	if (p->n == 1 || at <= p->at[0]) return p->value[0];
	for (size_t i = 1; i < p->n; i++) {
		if (at > p->at[i]) continue;
		double w = (at - p->at[i - 1]) / (p->at[i] - p->at[i - 1]);
		tt_quantity a = p->value[i - 1], b = p->value[i];
		/* The neighbours' errors are taken as common (one ruler made both). */
		return (tt_quantity){.value = (1 - w) * a.value + w * b.value,
		                     .u = (1 - w) * a.u + w * b.u,
		                     .u_stated = a.u_stated && b.u_stated};
	}
	return p->value[p->n - 1];
}

static tt_status check_point(const double xy[2], const char *where, const char *key, int width, int height, tt_error *err)
{
	if (xy[0] >= 0 && xy[1] >= 0 && xy[0] <= width - 1 && xy[1] <= height - 1) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "%s: gauge.%s: the point [%g, %g] lies outside the frame of %d x %d px", where, key,
	               xy[0], xy[1], width, height);
}

tt_status tt_test_check_points(const tt_test *t, int width, int height, tt_error *err)
{
	if (t->gauge.automatic) return TT_OK;
	TRY(check_point(t->gauge.from, t->gauge.where_from, "from", width, height, err));
	return check_point(t->gauge.to, t->gauge.where_to, "to", width, height, err);
}
