/* Reads the description of one test through its table of keys, and checks what keys say of each other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/describe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "describe/schema.h"

#define TRY(call)                                                                                                      \
	do {                                                                                                           \
		tt_status try_status = (call);                                                                         \
		if (try_status != TT_OK) return try_status;                                                            \
	} while (0)

/* Any scalar under film, as written. */
static tt_status keep_film_keys(tt_test *t, const tt_node *film, tt_error *err)
{
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

static tt_status finish_video(tt_test *t, const tt_node *video, tt_error *err)
{
	static const char *const stamps[] = {"start", "middle", "end"};
	if (isnan(t->video.frame_rate)) t->video.frame_rate = 0;
	if (isnan(t->video.max_pixels)) t->video.max_pixels = 0;
	bool has_exposure = !isnan(t->video.exposure_s);
	if (!has_exposure) t->video.exposure_s = 0;
	if (isnan(t->video.rolling_shutter_s)) t->video.rolling_shutter_s = 0;
	if (t->video.timestamp == TT_STAMP_START || has_exposure) return TT_OK;
	return tt_node_fail(err, tt_node_get(video, "timestamp"),
	                    "a time stamp at the exposure's %s needs video.exposure", stamps[t->video.timestamp]);
}

static tt_status check_range(const tt_node *section, const char *key, const double s[2], tt_error *err)
{
	if (isnan(s[0]) || s[0] < s[1]) return TT_OK;
	return tt_node_fail(err, tt_node_get(section, key), "'from' must lie before 'to': found %g s and %g s", s[0],
	                    s[1]);
}

static tt_status check_ranges(const tt_test *t, const tt_node *force, tt_error *err)
{
	TRY(check_range(force, "air", t->force.air_s, err));
	return check_range(tt_node_get(force, "spring"), "fit", t->force.spring_fit_s, err);
}

/* A log and its spring, or a gauge in the images, or nothing. */
static tt_status finish_source(tt_test *t, const tt_node *force, tt_error *err)
{
	const tt_node *n;
	t->force.none = tt_node_kind_of(force) != TT_NODE_MAP;
	t->force.image_gauge = !isnan(t->force.gauge_from[0]);
	if (t->force.none) return TT_OK;
	if (!t->force.image_gauge) {
		TRY(tt_node_need(force, "file", &n, err));
		return tt_node_need(force, "spring", &n, err);
	}
	static const char *const of_a_log[] = {"file",         "spring", "columns",         "units",
	                                       "displacement", "drift",  "frame_compliance"};
	for (size_t i = 0; i < sizeof of_a_log / sizeof *of_a_log; i++)
		if ((n = tt_node_get(force, of_a_log[i])))
			return tt_node_fail(err, n,
			                    "'force.%s' belongs to a log, but the force comes from force.image_gauge: "
			                    "give one of the two",
			                    of_a_log[i]);
	if (!(hypot(t->force.gauge_to[0] - t->force.gauge_from[0], t->force.gauge_to[1] - t->force.gauge_from[1]) >= 8))
		return tt_node_fail(err, tt_node_get(force, "image_gauge"),
		                    "the two points of force.image_gauge must lie at least 8 px apart");
	return TT_OK;
}

static void finish_force(tt_test *t)
{
	if (t->force.image_gauge) {
		memcpy(t->force.fixed_px, t->force.gauge_from, sizeof t->force.fixed_px);
		memcpy(t->force.moving_px, t->force.gauge_to, sizeof t->force.moving_px);
		t->force.stiffness = t->force.gauge_stiffness;
	}
	t->force.source = t->force.empty_run                ? TT_SPRING_EMPTY_RUN
	                  : isnan(t->force.stiffness.value) ? TT_SPRING_AFTER_FRACTURE
	                                                    : TT_SPRING_GIVEN;
	t->force.has_image_points = !isnan(t->force.moving_px[0]);
	if (t->force.has_image_points) t->force.image_displacement = true;
}

static tt_status keep_place(const tt_node *n, char **where, tt_error *err)
{
	*where = tt_strdup(tt_node_where(n));
	return *where ? TT_OK : tt_fail_memory(err, "the test description");
}

static tt_status finish_gauge(tt_test *t, const tt_node *g, tt_error *err)
{
	const tt_node *from, *to;
	t->gauge.automatic = true;
	t->gauge.zero_given = g && tt_node_kind_of(g) == TT_NODE_MAP && tt_node_get(g, "zero");
	if (!isnan(t->gauge.reference_frames[0]) && t->gauge.zero != TT_ZERO_PRELOAD_MEAN)
		return tt_node_fail(err, tt_node_get(g, "reference_frames"),
		                    "frames of a mean length, and 'zero: %s', which takes no mean: give one of the two",
		                    t->gauge.zero == TT_ZERO_TOE ? "toe" : "elastic");
	if (t->gauge.feature != TT_FEATURE_TEXTURE && t->gauge.method == TT_GAUGE_BAR)
		return tt_node_fail(
		    err, tt_node_get(g, "feature"),
		    "'feature: %s' says what lies at the gauge's ends, but 'method: bar' reads the whole "
		    "bar: give one of the two",
		    t->gauge.feature == TT_FEATURE_SPOT ? "spot" : "edge");
	if (!tt_node_get(g, "from") && !tt_node_get(g, "to")) {
		if (t->gauge.feature == TT_FEATURE_TEXTURE) return TT_OK;
		return tt_node_fail(
		    err, tt_node_get(g, "feature"),
		    "spots and edges are not looked for: give 'from' and 'to', the places of two of them");
	}
	t->gauge.automatic = false;
	TRY(tt_node_need(g, "from", &from, err));
	TRY(tt_node_need(g, "to", &to, err));
	TRY(keep_place(from, &t->gauge.where_from, err));
	TRY(keep_place(to, &t->gauge.where_to, err));
	double length = hypot(t->gauge.to[0] - t->gauge.from[0], t->gauge.to[1] - t->gauge.from[1]);
	if (!(length >= 20))
		return tt_node_fail(err, g, "the gauge is %.3g px long; at least 20 px are needed", length);
	return TT_OK;
}

static tt_status finish_sync(tt_test *t, const tt_node *sync, tt_error *err)
{
	t->sync.automatic = isnan(t->sync.log_starts_at.value);
	t->sync.rate_automatic = isnan(t->sync.rate);
	t->sync.rate_given = tt_node_get(sync, "rate") && !t->sync.rate_automatic;
	if (!t->sync.rate_automatic) return TT_OK;
	t->sync.rate = 1;
	if (t->sync.automatic) return TT_OK;
	return tt_node_fail(err, tt_node_get(sync, "rate"),
	                    "the rate can be found only together with 'log_starts_at: auto'");
}

/* What the table cannot say of one key alone. */
static tt_status finish(tt_test *t, const tt_node *root, tt_error *err)
{
	if (!t->name && !(t->name = tt_strdup(tt_path_base(t->path)))) return tt_fail_memory(err, "the test's name");
	TRY(keep_film_keys(t, tt_node_get(root, "film"), err));
	TRY(finish_video(t, tt_node_get(root, "video"), err));
	TRY(finish_source(t, tt_node_get(root, "force"), err));
	finish_force(t);
	TRY(check_ranges(t, tt_node_get(root, "force"), err));
	TRY(finish_gauge(t, tt_node_get(root, "gauge"), err));
	t->output.figure_width_mm *= 1e3;
	return finish_sync(t, tt_node_get(root, "sync"), err);
}

tt_status tt_test_read(const char *path, const char *const *sets, size_t n_sets, tt_test **out, tt_error *err)
{
	unsigned long refusals = tt_memory_refusals();
	tt_yaml *yaml = NULL;
	tt_status st = tt_memory_check(refusals, tt_yaml_read(path, sets, n_sets, &yaml, err), err);
	if (st != TT_OK) return st;
	tt_test *t = calloc(1, sizeof *t);
	if (!t || !(t->path = tt_strdup(path))) {
		st = tt_fail_memory(err, "the test description");
	} else {
		const tt_schema_reader reader = {.schema = &tt_test_schema, .file = path, .not_stated = &t->not_stated};
		t->video.stream = -1;
		t->force.columns.decimal_comma = t->force.empty_columns.decimal_comma = -1;
		st = tt_schema_read(&reader, yaml, t, err);
	}
	if (st == TT_OK) st = finish(t, tt_yaml_root(yaml), err);
	tt_yaml_free(yaml);
	st = tt_memory_check(refusals, st, err);
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
	char *owned[] = {t->path, t->gauge.where_from, t->gauge.where_to};
	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		free(owned[i]);
	tt_schema_free_strings(&tt_test_schema, t);
	free_profile(&t->specimen.width);
	free_profile(&t->specimen.thickness);
	free(t->properties.offset);
	free(t->video.exclude);
	free(t->gauge.region);
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

static tt_status check_point(const double xy[2], const char *where, const char *key, int width, int height,
                             tt_error *err)
{
	if (xy[0] >= 0 && xy[1] >= 0 && xy[0] <= width - 1 && xy[1] <= height - 1) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "%s: gauge.%s: the point [%g, %g] lies outside the frame of %d x %d px",
	               where, key, xy[0], xy[1], width, height);
}

tt_status tt_test_check_points(const tt_test *t, int width, int height, tt_error *err)
{
	if (t->gauge.automatic) return TT_OK;
	TRY(check_point(t->gauge.from, t->gauge.where_from, "from", width, height, err));
	return check_point(t->gauge.to, t->gauge.where_to, "to", width, height, err);
}
