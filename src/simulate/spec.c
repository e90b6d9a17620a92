/* Reading simulation.yaml.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/spec.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* Reads one key after the other; after the first error nothing more happens. */
typedef struct reader {
	tt_status status;
	tt_error *err;
} reader;

static const tt_node *section(reader *r, const tt_node *map, const char *key)
{
	if (r->status || !map) return NULL;
	const tt_node *n = tt_node_get(map, key);
	if (n && tt_node_kind_of(n) != TT_NODE_MAP) r->status = tt_node_fail(r->err, n, "a map of keys expected");
	return r->status ? NULL : n;
}

static const tt_node *get(reader *r, const tt_node *map, const char *key)
{
	return r->status || !map ? NULL : tt_node_get(map, key);
}

static bool is_word(const tt_node *n, const char *word)
{
	const char *text;
	return tt_node_kind_of(n) == TT_NODE_SCALAR && tt_node_string(n, &text, NULL) == TT_OK &&
	       strcmp(text, word) == 0;
}

/* lo, hi in `unit`. */
static void check_range(reader *r, const tt_node *n, double value, double lo, double hi, const char *unit, double si)
{
	if (r->status || (value >= lo * si * (1 - 1e-12) && value <= hi * si * (1 + 1e-12))) return;
	if (value >= lo * si - 1e-12 * fabs(lo * si) && value <= hi * si + 1e-12 * fabs(hi * si)) return;
	r->status = tt_node_fail(r->err, n, "found %.6g %s, expected %g to %g %s", value / si, unit, lo, hi, unit);
}

static void quantity_of(reader *r, const tt_node *n, tt_dimension dim, double lo, double hi, const char *unit,
                        tt_quantity *out)
{
	if (r->status || !n) return;
	r->status = tt_node_quantity(n, dim, out, r->err);
	double si = tt_unit_factor(unit, dim);
	check_range(r, n, out->value, lo, hi, unit, isnan(si) ? 1 : si);
}

static void quantity(reader *r, const tt_node *map, const char *key, tt_dimension dim, double lo, double hi,
                     const char *unit, tt_quantity *out)
{
	quantity_of(r, get(r, map, key), dim, lo, hi, unit, out);
}

/* A quantity whose uncertainty has no meaning here. */
static void value_of(reader *r, const tt_node *n, tt_dimension dim, double lo, double hi, const char *unit, double *out)
{
	tt_quantity q = {*out, 0, false};
	if (r->status || !n) return;
	quantity_of(r, n, dim, lo, hi, unit, &q);
	if (!r->status && q.u > 0)
		r->status = tt_node_fail(r->err, n,
		                         "no ± expected: true values are drawn for stiffness, width, thickness, "
		                         "pixel_size, frame_compliance, log_starts_at and clock_rate only");
	*out = q.value;
}

static void value(reader *r, const tt_node *map, const char *key, tt_dimension dim, double lo, double hi,
                  const char *unit, double *out)
{
	value_of(r, get(r, map, key), dim, lo, hi, unit, out);
}

static void number(reader *r, const tt_node *map, const char *key, double lo, double hi, double *out)
{
	const tt_node *n = get(r, map, key);
	if (n) r->status = tt_node_double(n, lo, hi, out, r->err);
}

static void integer(reader *r, const tt_node *map, const char *key, long lo, long hi, int *out)
{
	const tt_node *n = get(r, map, key);
	long v;
	if (!n || (r->status = tt_node_int(n, lo, hi, &v, r->err))) return;
	*out = (int)v;
}

static void boolean(reader *r, const tt_node *map, const char *key, bool *out)
{
	const tt_node *n = get(r, map, key);
	if (n) r->status = tt_node_bool(n, out, r->err);
}

/* names: NULL-terminated. */
static void choice(reader *r, const tt_node *map, const char *key, const char *const *names, int *out)
{
	const tt_node *n = get(r, map, key);
	if (n) r->status = tt_node_choice(n, names, out, r->err);
}

static void flag_choice(reader *r, const tt_node *map, const char *key, const char *off, const char *on, bool *out)
{
	const char *const names[] = {off, on, NULL};
	int i = *out;
	choice(r, map, key, names, &i);
	*out = i == 1;
}

static void string(reader *r, const tt_node *map, const char *key, char **out)
{
	const tt_node *n = get(r, map, key);
	const char *text;
	if (!n || (r->status = tt_node_string(n, &text, r->err))) return;
	char *copy = tt_strdup(text);
	if (!copy) {
		r->status = tt_fail_memory(r->err, "the description");
		return;
	}
	free(*out);
	*out = copy;
}

/* A file's name inside the output folder. */
static void file_name(reader *r, const tt_node *map, const char *key, char **out)
{
	string(r, map, key, out);
	const tt_node *n = get(r, map, key);
	if (n && (strchr(*out, '/') || !**out || **out == '.'))
		r->status = tt_node_fail(r->err, n, "'%s': a plain file name expected, without folders", *out);
}

static void read_film(reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *film = section(r, root, "film");
	if (!film) return;
	quantity(r, film, "deposition_pressure", TT_DIM_PRESSURE, 1e-9, 1e6, "Pa", &s->film.pressure);
	for (size_t i = 0; !r->status && i < tt_node_count(film); i++) {
		const tt_node *v;
		const char *key = tt_node_key(film, i, &v), *text;
		if (tt_node_kind_of(v) == TT_NODE_NULL) continue;
		if (i >= TT_SIM_MAX_FILM_KEYS) {
			r->status = tt_node_fail(r->err, v, "too many keys, at most %d expected", TT_SIM_MAX_FILM_KEYS);
			return;
		}
		if ((r->status = tt_node_string(v, &text, r->err))) return;
		tt_sim_text *t = &s->film.key[s->film.n_keys];
		t->key = tt_strdup(key);
		t->value = tt_strdup(text);
		s->film.n_keys++;
		if (!t->key || !t->value) r->status = tt_fail_memory(r->err, "the description");
	}
}

static void read_pop_ins(reader *r, const tt_node *law, tt_sim_spec *s)
{
	const tt_node *list = get(r, law, "pop_ins");
	if (!list) return;
	if (tt_node_kind_of(list) != TT_NODE_LIST || tt_node_count(list) > TT_SIM_MAX_POP_INS) {
		r->status = tt_node_fail(r->err, list, "a list of at most %d maps {at, drop, extent} expected",
		                         TT_SIM_MAX_POP_INS);
		return;
	}
	for (size_t i = 0; !r->status && i < tt_node_count(list); i++) {
		const tt_node *item = tt_node_item(list, i), *at;
		tt_sim_pop_in *p = &s->law.pop_in[s->law.n_pop_ins++];
		*p = (tt_sim_pop_in){0, 50e6, 0.004};
		if (tt_node_kind_of(item) != TT_NODE_MAP) {
			r->status = tt_node_fail(r->err, item, "a map {at, drop, extent} expected");
			return;
		}
		if ((r->status = tt_node_need(item, "at", &at, r->err))) return;
		value_of(r, at, TT_DIM_FRACTION, 0.001, 100, "%", &p->at);
		value(r, item, "drop", TT_DIM_PRESSURE, 0.001, 2, "GPa", &p->drop);
		value(r, item, "extent", TT_DIM_FRACTION, 0.01, 20, "%", &p->extent);
	}
}

static void read_law(reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *law = section(r, root, "law"), *n;
	if (!law) return;
	value(r, law, "youngs_modulus", TT_DIM_PRESSURE, 0.1, 2000, "GPa", &s->law.modulus);
	value(r, law, "yield_stress", TT_DIM_PRESSURE, 0.001, 100, "GPa", &s->law.yield);
	value(r, law, "hardening", TT_DIM_PRESSURE, 0, 100, "GPa", &s->law.hardening);
	value(r, law, "saturation", TT_DIM_FRACTION, 0.01, 100, "%", &s->law.saturation);
	value(r, law, "softening", TT_DIM_PRESSURE, 0, 100, "GPa", &s->law.softening);
	number(r, law, "poisson", 0, 0.5, &s->law.poisson);
	if ((n = get(r, law, "fracture_strain"))) {
		if (is_word(n, "none"))
			s->law.fracture_strain = NAN;
		else
			value_of(r, n, TT_DIM_FRACTION, 0.05, 60, "%", &s->law.fracture_strain);
	}
	if ((n = get(r, law, "neck_from"))) {
		if (is_word(n, "none"))
			s->law.neck_from = NAN;
		else
			value_of(r, n, TT_DIM_FRACTION, 0.05, 60, "%", &s->law.neck_from);
		if (!r->status && s->law.neck_from <= s->law.yield / s->law.modulus)
			r->status = tt_node_fail(r->err, n, "a neck from %.4g %% on lies before yield at %.4g %%",
			                         100 * s->law.neck_from, 100 * s->law.yield / s->law.modulus);
		if (!r->status && s->law.neck_from >= s->law.fracture_strain)
			r->status = tt_node_fail(r->err, n, "a neck from %.4g %% on lies after fracture at %.4g %%",
			                         100 * s->law.neck_from, 100 * s->law.fracture_strain);
	}
	if ((n = get(r, law, "softening")) && isnan(s->law.neck_from) && s->law.softening > 0)
		r->status = tt_node_fail(r->err, n, "softening needs a neck: neck_from expected");
	if (n && !r->status && s->law.softening >= s->law.yield)
		r->status =
		    tt_node_fail(r->err, n, "softening by %.4g GPa leaves nothing of the yield stress of %.4g GPa",
		                 1e-9 * s->law.softening, 1e-9 * s->law.yield);
	read_pop_ins(r, law, s);
}

/* One angle for both edges of the crack, or a list of two. */
static void read_fracture_angle(reader *r, const tt_node *g, tt_sim_spec *s)
{
	const tt_node *n = get(r, g, "fracture_angle");
	if (!n) return;
	bool list = tt_node_kind_of(n) == TT_NODE_LIST;
	if (list && tt_node_count(n) != 2) {
		r->status = tt_node_fail(r->err, n, "one angle, or a list of one for each edge expected");
		return;
	}
	for (size_t i = 0; i < 2; i++)
		value_of(r, list ? tt_node_item(n, i) : n, TT_DIM_ANGLE, 20, 160, "°",
		         &s->geometry.fracture_angle_deg[i]);
}

static void read_geometry(reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *g = section(r, root, "geometry"), *neck, *n;
	if (!g) return;
	value(r, g, "gauge_length", TT_DIM_LENGTH, 0.05, 1000, "µm", &s->geometry.gauge_length);
	double length = s->geometry.gauge_length;
	quantity(r, g, "width", TT_DIM_LENGTH, 5, 1e5, "nm", &s->geometry.width);
	quantity(r, g, "thickness", TT_DIM_LENGTH, 1, 1e5, "nm", &s->geometry.thickness);
	value(r, g, "grip_width", TT_DIM_LENGTH, 5, 1e6, "nm", &s->geometry.grip_width);
	value(r, g, "shoulder_radius", TT_DIM_LENGTH, 1, 1e5, "nm", &s->geometry.shoulder_radius);
	read_fracture_angle(r, g, s);
	if ((n = get(r, g, "grip_width")) && s->geometry.grip_width < s->geometry.width.value)
		r->status = tt_node_fail(r->err, n, "grips narrower than the gauge's width (%.6g nm)",
		                         1e9 * s->geometry.width.value);
	neck = section(r, g, "neck");
	value(r, neck, "at", TT_DIM_LENGTH, -1e6, 1e6, "nm", &s->geometry.neck_at);
	value(r, neck, "width", TT_DIM_LENGTH, 1, 1e5, "nm", &s->geometry.neck_width);
	if (!r->status && neck && fabs(s->geometry.neck_at) + 2.5 * s->geometry.neck_width > 0.5 * length)
		r->status = tt_node_fail(r->err, neck,
		                         "a neck at %.6g nm of width (standard deviation) %.6g nm reaches beyond "
		                         "the gauge, whose ends lie at ± %.6g nm",
		                         1e9 * s->geometry.neck_at, 1e9 * s->geometry.neck_width, 0.5e9 * length);
}

static void read_device(reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *d = section(r, root, "device");
	quantity(r, d, "stiffness", TT_DIM_STIFFNESS, 0.1, 1e6, "N/m", &s->device.stiffness);
	quantity(r, d, "stiffness2", TT_DIM_STIFFNESS2, -1e12, 1e12, "N/m²", &s->device.stiffness2);
	quantity(r, d, "frame_compliance", TT_DIM_COMPLIANCE, 0, 100, "nm/µN", &s->device.frame_compliance);
	value(r, d, "series_compliance", TT_DIM_COMPLIANCE, 0, 100, "nm/µN", &s->device.series_compliance);
}

static void read_control(reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *c = section(r, root, "control");
	if (!c) return;
	const char *const modes[] = {"displacement", "load", NULL};
	int mode = 1;
	choice(r, c, "mode", modes, &mode);
	s->control.load = mode == 1;
	if (s->control.load) {
		value(r, c, "rate", TT_DIM_FORCE_RATE, 1e-3, 1e5, "µN/s", &s->control.rate);
		s->control.unload_rate = 4 * s->control.rate;
		value(r, c, "unload_rate", TT_DIM_FORCE_RATE, 1e-3, 1e6, "µN/s", &s->control.unload_rate);
	} else {
		s->control.rate = 3e-9;
		value(r, c, "rate", TT_DIM_SPEED, 1e-3, 1e5, "nm/s", &s->control.rate);
		s->control.unload_rate = 4 * s->control.rate;
		value(r, c, "unload_rate", TT_DIM_SPEED, 1e-3, 1e6, "nm/s", &s->control.unload_rate);
	}
	value(r, c, "wait", TT_DIM_TIME, 0, 3600, "s", &s->control.wait);
	value(r, c, "approach", TT_DIM_TIME, 0, 3600, "s", &s->control.approach);
	value(r, c, "approach_speed", TT_DIM_SPEED, 0.01, 1e5, "nm/s", &s->control.approach_speed);
	value(r, c, "hold", TT_DIM_TIME, 0, 3600, "s", &s->control.hold);
	value(r, c, "after", TT_DIM_TIME, 0, 3600, "s", &s->control.after);
	value(r, c, "slack", TT_DIM_LENGTH, 0, 1e4, "nm", &s->control.slack);
	value(r, c, "slack_stress", TT_DIM_PRESSURE, 0.1, 1e4, "MPa", &s->control.slack_stress);
	value(r, c, "stop_strain", TT_DIM_FRACTION, 0.01, 60, "%", &s->control.stop_strain);
}

static void read_log(reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *l = section(r, root, "log");
	if (!l) return;
	file_name(r, l, "file", &s->log.file);
	value(r, l, "rate", TT_DIM_FREQUENCY, 0.1, 1e5, "Hz", &s->log.rate);
	value(r, l, "force_noise", TT_DIM_FORCE, 0, 1e4, "µN", &s->log.force_noise);
	value(r, l, "displacement_noise", TT_DIM_LENGTH, 0, 1e4, "nm", &s->log.displacement_noise);
	value(r, l, "force_offset", TT_DIM_FORCE, -1e5, 1e5, "µN", &s->log.force_offset);
	value(r, l, "displacement_offset", TT_DIM_LENGTH, -1e6, 1e6, "nm", &s->log.displacement_offset);
	value(r, l, "air_slope", TT_DIM_STIFFNESS, -1e3, 1e3, "N/m", &s->log.air_slope);
	value(r, l, "displacement_drift", TT_DIM_SPEED, -100, 100, "nm/s", &s->log.displacement_drift);
	value(r, l, "force_drift", TT_DIM_FORCE_RATE, -100, 100, "µN/s", &s->log.force_drift);
	value(r, l, "friction", TT_DIM_FORCE, 0, 1e3, "µN", &s->log.friction);
	value(r, l, "duration", TT_DIM_TIME, 0.1, 1e6, "s", &s->log.duration);
	flag_choice(r, l, "encoding", "latin-1", "utf-8", &s->log.utf8);
	boolean(r, l, "segments", &s->log.segments);
	boolean(r, l, "reversed", &s->log.reversed);
	const tt_node *n = get(r, l, "columns");
	integer(r, l, "columns", 3, 5, &s->log.columns);
	if (!r->status && s->log.columns == 4) r->status = tt_node_fail(r->err, n, "found 4, expected 3 or 5");
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);
	return n > m && strcmp(text + n - m, end) == 0;
}

static void read_codec(reader *r, const tt_node *v, tt_sim_spec *s)
{
	const char *const codecs[] = {"h264", "mpeg4", "ffv1", "raw", NULL};
	const char *file = s->video.file;
	int codec = ends_with(file, ".avi") ? TT_SIM_MPEG4 : TT_SIM_H264;
	const tt_node *where = get(r, v, "codec");
	choice(r, v, "codec", codecs, &codec);
	s->video.codec = (tt_sim_codec)codec;
	integer(r, v, "crf", 0, 51, &s->video.crf);
	integer(r, v, "quality", 1, 31, &s->video.quality);
	integer(r, v, "bits", 8, 16, &s->video.bits);
	boolean(r, v, "lossless", &s->video.lossless);
	string(r, v, "preset", &s->video.preset);
	if (r->status) return;
	if (!where) where = v;
	int bits = s->video.bits;
	bool mp4 = ends_with(file, ".mp4") || ends_with(file, ".mov") || ends_with(file, ".m4v");
	if (bits != 8 && bits != 10 && bits != 12 && bits != 16)
		r->status = tt_node_fail(r->err, tt_node_get(v, "bits"), "found %d, expected 8, 10, 12 or 16", bits);
	else if (codec == TT_SIM_MPEG4 && (bits != 8 || s->video.lossless))
		r->status = tt_node_fail(r->err, where, "mpeg4 is 8 bit and lossy: codec ffv1 expected for %d bit%s",
		                         bits, s->video.lossless ? ", lossless" : "");
	else if (codec == TT_SIM_H264 && bits > 10)
		r->status =
		    tt_node_fail(r->err, where, "h264 has 8 or 10 bit: codec ffv1 or raw expected for %d bit", bits);
	else if (codec >= TT_SIM_FFV1 && (mp4 || ends_with(file, ".ts")))
		r->status =
		    tt_node_fail(r->err, where, "%s does not fit into %s: a file name ending in .mkv or .avi expected",
		                 codecs[codec], file);
	else if (codec == TT_SIM_RAW && bits > 8 && ends_with(file, ".avi"))
		r->status = tt_node_fail(r->err, where,
		                         "raw video of %d bit does not fit into %s: .mkv or .nut expected", bits, file);
}

static void read_video(reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *v = section(r, root, "video"), *n;
	if (!v) return;
	file_name(r, v, "file", &s->video.file);
	if ((n = get(r, v, "size"))) {
		double size[2];
		if ((r->status = tt_node_doubles(n, 2, size, r->err))) return;
		for (int i = 0; i < 2; i++)
			if (!(size[i] >= 64 && size[i] <= 8192 && size[i] == floor(size[i]) && fmod(size[i], 2) == 0)) {
				r->status = tt_node_fail(
				    r->err, n, "found %g, expected [width, height], even numbers from 64 to 8192",
				    size[i]);
				return;
			}
		s->video.width = (int)size[0];
		s->video.height = (int)size[1];
	}
	value(r, v, "frame_rate", TT_DIM_FREQUENCY, 0.05, 1000, "Hz", &s->video.frame_rate);
	value(r, v, "camera_rate", TT_DIM_FREQUENCY, 0.05, 1000, "Hz", &s->video.camera_rate);
	value(r, v, "jitter", TT_DIM_FRACTION, 0, 80, "%", &s->video.jitter);
	if (!r->status && s->video.camera_rate > s->video.frame_rate)
		r->status =
		    tt_node_fail(r->err, tt_node_get(v, "camera_rate"),
		                 "%g Hz is more than the frame rate of %g Hz: a repeated frame needs a slower camera",
		                 s->video.camera_rate, s->video.frame_rate);
	if (!r->status && s->video.jitter > 0 && ends_with(s->video.file, ".avi"))
		r->status =
		    tt_node_fail(r->err, tt_node_get(v, "jitter"),
		                 "AVI has no time stamps of its own: a file name ending in .mp4 or .mkv expected");
	quantity(r, v, "log_starts_at", TT_DIM_TIME, -3600, 3600, "s", &s->video.log_starts_at);
	quantity(r, v, "clock_rate", TT_DIM_FRACTION, 50, 200, "%", &s->video.clock_rate);
	value(r, v, "duration", TT_DIM_TIME, 0.1, 1e6, "s", &s->video.duration);
	value(r, v, "exposure", TT_DIM_TIME, 0, 100, "s", &s->video.exposure);
	const char *const stamps[] = {"start", "middle", "end", NULL};
	int stamp = 0;
	choice(r, v, "timestamp", stamps, &stamp);
	s->video.timestamp = (tt_sim_stamp)stamp;
	read_codec(r, v, s);
}

static void read_drift(reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *n = get(r, im, "drift");
	if (!n) return;
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) != 2) {
		r->status = tt_node_fail(r->err, n, "a list of two speeds expected, such as [0.2 nm/s, -0.1 nm/s]");
		return;
	}
	for (size_t i = 0; i < 2; i++)
		value_of(r, tt_node_item(n, i), TT_DIM_SPEED, -1000, 1000, "nm/s", &s->imaging.drift[i]);
}

static void read_contour(reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *n = get(r, im, "bend_contour");
	if (!n) return;
	if (tt_node_kind_of(n) != TT_NODE_MAP) {
		r->status = tt_node_double(n, -200, 200, &s->imaging.contour.depth, r->err);
		return;
	}
	s->imaging.contour.depth = 15;
	number(r, n, "depth", -200, 200, &s->imaging.contour.depth);
	value(r, n, "width", TT_DIM_LENGTH, 1, 1e6, "nm", &s->imaging.contour.width);
	value(r, n, "tilt", TT_DIM_ANGLE, -80, 80, "°", &s->imaging.contour.tilt_deg);
	number(r, n, "from", -2, 2, &s->imaging.contour.from);
	number(r, n, "to", -2, 2, &s->imaging.contour.to);
	value(r, n, "until", TT_DIM_FRACTION, 0.01, 60, "%", &s->imaging.contour.until);
}

static void read_bands(reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *list = get(r, im, "bands");
	if (!list) return;
	if (tt_node_kind_of(list) != TT_NODE_LIST || tt_node_count(list) > TT_SIM_MAX_BANDS) {
		r->status = tt_node_fail(r->err, list,
		                         "a list of at most %d maps {at, width, angle, grey, from_strain} expected",
		                         TT_SIM_MAX_BANDS);
		return;
	}
	for (size_t i = 0; !r->status && i < tt_node_count(list); i++) {
		const tt_node *item = tt_node_item(list, i);
		tt_sim_band *b = &s->imaging.band[s->imaging.n_bands++];
		*b = (tt_sim_band){0, 24e-9, 90, -3, 0};
		if (tt_node_kind_of(item) != TT_NODE_MAP) {
			r->status = tt_node_fail(r->err, item, "a map {at, width, angle, grey, from_strain} expected");
			return;
		}
		value(r, item, "at", TT_DIM_LENGTH, -1e6, 1e6, "nm", &b->at);
		value(r, item, "width", TT_DIM_LENGTH, 0.1, 1e5, "nm", &b->width);
		value(r, item, "angle", TT_DIM_ANGLE, 10, 170, "°", &b->angle_deg);
		number(r, item, "grey", -255, 255, &b->grey);
		value(r, item, "from_strain", TT_DIM_FRACTION, 0, 60, "%", &b->from_strain);
	}
}

static void read_overlay(reader *r, const tt_node *im, tt_sim_spec *s)
{
	const tt_node *n = get(r, im, "overlay");
	if (!n) return;
	if (tt_node_kind_of(n) != TT_NODE_MAP) {
		r->status = tt_node_bool(n, &s->imaging.overlay, r->err);
		return;
	}
	s->imaging.overlay = true;
	value(r, n, "scale_bar", TT_DIM_LENGTH, 0.1, 1e6, "nm", &s->imaging.scale_bar);
	boolean(r, n, "mark", &s->imaging.mark);
}

static void read_imaging(reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *im = section(r, root, "imaging"), *n;
	if (!im) return;
	quantity(r, im, "pixel_size", TT_DIM_LENGTH, 0.001, 1e4, "nm", &s->imaging.pixel_size);
	value(r, im, "axis", TT_DIM_ANGLE, -360, 360, "°", &s->imaging.axis_deg);
	if ((n = get(r, im, "centre"))) r->status = tt_node_doubles(n, 2, s->imaging.centre, r->err);
	flag_choice(r, im, "pulled", "forward", "backward", &s->imaging.backward);
	flag_choice(r, im, "specimen", "dark", "bright", &s->imaging.bright);
	if (s->imaging.bright) {
		s->imaging.background = 35;
		s->imaging.bar = 135;
		s->imaging.grips = 190;
	}
	number(r, im, "background", 0, 255, &s->imaging.background);
	number(r, im, "bar", 0, 255, &s->imaging.bar);
	number(r, im, "grips", 0, 255, &s->imaging.grips);
	number(r, im, "contrast", 0, 100, &s->imaging.contrast);
	number(r, im, "grip_contrast", 0, 100, &s->imaging.grip_contrast);
	value(r, im, "grain", TT_DIM_PIXEL, 1, 50, "px", &s->imaging.grain);
	value(r, im, "blur", TT_DIM_PIXEL, 0.3, 20, "px", &s->imaging.blur);
	flag_choice(r, im, "texture", "grains", "spots", &s->imaging.spots);
	number(r, im, "noise", 0, 100, &s->imaging.noise);
	number(r, im, "shot_noise", 0, 10, &s->imaging.shot_noise);
	value(r, im, "shake", TT_DIM_LENGTH, 0, 1000, "nm", &s->imaging.shake);
	value(r, im, "turn", TT_DIM_ANGLE, -45, 45, "°", &s->imaging.turn_deg);
	number(r, im, "thinning", 0, 3, &s->imaging.thinning);
	read_drift(r, im, s);
	read_contour(r, im, s);
	read_bands(r, im, s);
	read_overlay(r, im, s);
}

static void read_description(reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *d = section(r, root, "description");
	if (!d) return;
	flag_choice(r, d, "gauge", "points", "auto", &s->description.gauge_auto);
	const char *const springs[] = {"given", "after-fracture", "empty-run", NULL};
	int spring = 0;
	choice(r, d, "spring", springs, &spring);
	s->description.spring = (tt_sim_spring)spring;
	flag_choice(r, d, "sync", "given", "auto", &s->description.sync_auto);
	flag_choice(r, d, "rate", "given", "auto", &s->description.rate_auto);
	flag_choice(r, d, "displacement", "log", "image", &s->description.image_displacement);
	value(r, d, "mark_span", TT_DIM_FRACTION, 5, 100, "%", &s->description.mark_span);
	const char *const zeros[] = {"preload-mean", "toe", "elastic", NULL};
	int zero = -1;
	choice(r, d, "zero", zeros, &zero);
	if (!r->status && zero >= 0) string(r, d, "zero", &s->description.zero);
}

static tt_status set_defaults(tt_sim_spec *s, tt_error *err)
{
	tt_quantity none = {NAN, 0, false};
	s->seed = 1;
	s->draw = true;
	s->film.pressure = none;
	s->law.modulus = 140e9;
	s->law.yield = 2.2e9;
	s->law.hardening = 0.3e9;
	s->law.saturation = 0.015;
	s->law.fracture_strain = 0.07;
	s->law.neck_from = NAN;
	s->law.softening = NAN;
	s->law.poisson = 0.36;
	s->geometry.gauge_length = 2e-6;
	s->geometry.width = (tt_quantity){400e-9, 8e-9, true};
	s->geometry.thickness = (tt_quantity){150e-9, 3e-9, true};
	s->geometry.grip_width = NAN;
	s->geometry.shoulder_radius = NAN;
	s->geometry.neck_at = NAN;
	s->geometry.neck_width = NAN;
	s->geometry.fracture_angle_deg[0] = s->geometry.fracture_angle_deg[1] = 75;
	s->device.stiffness = (tt_quantity){450, 10, true};
	s->device.stiffness2 = (tt_quantity){0, 0, false};
	s->device.frame_compliance = (tt_quantity){0, 0, false};
	s->device.series_compliance = 0.125e-3;
	s->control.load = true;
	s->control.rate = 4e-6;
	s->control.unload_rate = 16e-6;
	s->control.approach = 6;
	s->control.approach_speed = 15e-9;
	s->control.hold = 4;
	s->control.after = 3;
	s->control.slack_stress = 50e6;
	s->control.stop_strain = NAN;
	s->log.rate = 100;
	s->log.force_noise = 0.3e-6;
	s->log.displacement_noise = 0.4e-9;
	s->log.force_offset = 0.8e-6;
	s->log.displacement_offset = 120e-9;
	s->log.columns = 5;
	s->log.duration = NAN;
	s->video.width = 640;
	s->video.height = 480;
	s->video.frame_rate = 5;
	s->video.camera_rate = NAN;
	s->video.log_starts_at = (tt_quantity){2, 0, false};
	s->video.clock_rate = (tt_quantity){1, 0, false};
	s->video.duration = NAN;
	s->video.codec = TT_SIM_H264;
	s->video.crf = 24;
	s->video.quality = 3;
	s->video.bits = 8;
	s->imaging.pixel_size = none;
	s->imaging.centre[0] = s->imaging.centre[1] = NAN;
	s->imaging.background = 193;
	s->imaging.bar = 112;
	s->imaging.grips = 74;
	s->imaging.contrast = 16;
	s->imaging.grip_contrast = NAN;
	s->imaging.grain = 2.4;
	s->imaging.blur = 0.7;
	s->imaging.noise = 3;
	s->imaging.contour.width = 100e-9;
	s->imaging.contour.tilt_deg = 10;
	s->imaging.contour.from = -0.6;
	s->imaging.contour.to = 0.6;
	s->imaging.contour.until = NAN;
	s->imaging.mark = true;
	s->description.mark_span = 0.8;
	s->name = tt_strdup("simulated film");
	s->log.file = tt_strdup("log.txt");
	s->video.file = tt_strdup("test.mp4");
	s->video.preset = tt_strdup("veryfast");
	if (!s->name || !s->log.file || !s->video.file || !s->video.preset)
		return tt_fail_memory(err, "the description");
	return TT_OK;
}

tt_status tt_sim_spec_read(const tt_yaml *y, tt_sim_spec **out, tt_error *err)
{
	*out = NULL;
	tt_sim_spec *s = calloc(1, sizeof *s);
	if (!s) return tt_fail_memory(err, "the description");
	reader r = {set_defaults(s, err), err};
	const tt_node *root = tt_yaml_root(y), *n;
	if (!r.status && (!root || tt_node_kind_of(root) != TT_NODE_MAP))
		r.status = tt_node_fail(err, root, "a map of keys expected, such as 'name: film 1'");
	string(&r, root, "name", &s->name);
	if ((n = get(&r, root, "seed"))) {
		long seed = 1;
		r.status = tt_node_int(n, 0, 2147483647, &seed, err);
		s->seed = (uint64_t)seed;
	}
	boolean(&r, root, "draw", &s->draw);
	read_film(&r, root, s);
	read_law(&r, root, s);
	read_geometry(&r, root, s);
	read_device(&r, root, s);
	read_control(&r, root, s);
	read_log(&r, root, s);
	read_video(&r, root, s);
	read_imaging(&r, root, s);
	read_description(&r, root, s);
	if (!r.status) r.status = tt_yaml_check_unused(y, err);
	if (r.status) {
		tt_sim_spec_free(s);
		return r.status;
	}
	*out = s;
	return TT_OK;
}

static tt_status apply_options(tt_sim_spec *s, const tt_simulate_options *o, tt_error *err)
{
	if (o->width || o->height) {
		int w = o->width, h = o->height;
		if (w < 64 || w > 8192 || h < 64 || h > 8192 || w % 2 || h % 2)
			return tt_fail(err, TT_ERR_USAGE, "size %d x %d: even numbers from 64 to 8192 px expected", w,
			               h);
		double scale = fmin((double)w / s->video.width, (double)h / s->video.height);
		s->imaging.pixel_size.value /= scale;
		s->imaging.pixel_size.u /= scale;
		for (int i = 0; i < 2; i++)
			s->imaging.centre[i] *= i ? (double)h / s->video.height : (double)w / s->video.width;
		s->video.width = w;
		s->video.height = h;
	}
	if (o->frames < 0 || o->frames == 1 || o->frames > 10000000)
		return tt_fail(err, TT_ERR_USAGE, "%ld frames: 2 to 10000000 expected", o->frames);
	s->video.frames = o->frames;
	if (!isnan(o->noise)) {
		if (!(o->noise >= 0 && o->noise <= 100))
			return tt_fail(err, TT_ERR_USAGE, "noise %g: 0 to 100 grey levels expected", o->noise);
		s->imaging.noise = o->noise;
	}
	if (!isnan(o->axis_deg)) {
		if (!(fabs(o->axis_deg) <= 360))
			return tt_fail(err, TT_ERR_USAGE, "axis %g: -360 to 360 degrees expected", o->axis_deg);
		s->imaging.axis_deg = o->axis_deg;
	}
	if (!isnan(o->contrast)) {
		if (!(o->contrast >= 0 && o->contrast <= 100))
			return tt_fail(err, TT_ERR_USAGE, "contrast %g: 0 to 100 grey levels expected", o->contrast);
		s->imaging.contrast = o->contrast;
	}
	if (o->crf > 51) return tt_fail(err, TT_ERR_USAGE, "crf %d: 0 to 51 expected", o->crf);
	if (o->crf >= 0) s->video.crf = o->crf;
	if (o->seed >= 0) s->seed = (uint64_t)o->seed;
	return TT_OK;
}

/* The gauge fills 78 % of the frame along the axis, and its corners stay inside; rounded to three digits, as a
 * microscope's table would. */
static double fitting_pixel_size(const tt_sim_spec *s)
{
	double a = s->imaging.axis_deg * M_PI / 180, c = fabs(cos(a)), d = fabs(sin(a));
	double slim = s->geometry.width.value / s->geometry.gauge_length, w = s->video.width, h = s->video.height;
	double px = 0.78125 * fmin(w / fmax(c, 1e-9), h / fmax(d, 1e-9));
	px = fmin(px, 0.95 * fmin(w / (c + slim * d), h / (d + slim * c)));
	double size = s->geometry.gauge_length / px, unit = pow(10, floor(log10(size)) - 2);
	return round(size / unit) * unit;
}

tt_status tt_sim_spec_finish(tt_sim_spec *s, const tt_simulate_options *options, tt_error *err)
{
	if (options) {
		tt_status st = apply_options(s, options, err);
		if (st) return st;
	}
	if (isnan(s->imaging.pixel_size.value)) s->imaging.pixel_size = (tt_quantity){fitting_pixel_size(s), 0, false};
	if (isnan(s->imaging.centre[0])) {
		s->imaging.centre[0] = s->video.width / 2;
		s->imaging.centre[1] = s->video.height / 2;
	}
	double length = s->geometry.gauge_length, width = s->geometry.width.value;
	if (isnan(s->geometry.grip_width)) s->geometry.grip_width = 2.2 * width;
	if (isnan(s->geometry.shoulder_radius)) s->geometry.shoulder_radius = 0.03 * length;
	if (isnan(s->geometry.neck_at)) s->geometry.neck_at = 0.08 * length;
	if (isnan(s->geometry.neck_width)) s->geometry.neck_width = fmin(0.32 * width, 0.15 * length);
	if (isnan(s->imaging.grip_contrast)) s->imaging.grip_contrast = 0.4 * s->imaging.contrast;
	if (isnan(s->imaging.contour.until)) s->imaging.contour.until = s->law.yield / s->law.modulus;
	if (isnan(s->law.softening)) s->law.softening = isnan(s->law.neck_from) ? 0 : 0.03 * s->law.yield;
	if (isnan(s->video.camera_rate)) s->video.camera_rate = INFINITY; /* a new image each frame */
	if (isnan(s->law.fracture_strain) && isnan(s->control.stop_strain)) s->control.stop_strain = 0.03;
	if (s->imaging.scale_bar == 0) {
		double target = 0.2 * s->video.width * s->imaging.pixel_size.value,
		       unit = pow(10, floor(log10(target)));
		s->imaging.scale_bar = unit * (target / unit >= 5 ? 5 : target / unit >= 2 ? 2 : 1);
	}
	return TT_OK;
}

void tt_sim_spec_free(tt_sim_spec *s)
{
	if (!s) return;
	for (size_t i = 0; i < s->film.n_keys; i++) {
		free(s->film.key[i].key);
		free(s->film.key[i].value);
	}
	free(s->name);
	free(s->log.file);
	free(s->video.file);
	free(s->video.preset);
	free(s->description.zero);
	free(s);
}
