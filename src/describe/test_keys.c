/* The table of keys of test.yaml.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe/schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "temtensile/describe.h"

#define TRY(call)                                                                                                      \
	do {                                                                                                           \
		tt_status try_status = (call);                                                                         \
		if (try_status != TT_OK) return try_status;                                                            \
	} while (0)

#define INTO(member) TT_INTO(tt_test, member)
#define QUANTITY(dimension) TT_KEY_QUANTITY, TT_DIM_##dimension
#define PAIR(more) .flags = TT_KEY_LIST | (more), .least = 2, .most = 2

/* ---- readers of single keys ---- */

/* One quantity, or a list along the gauge: evenly spaced, or {at: 0.3, value: 400 ± 8 nm}. */
static tt_status read_profile(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_test *t = into;
	const char *what = tt_key_name(key);
	tt_profile *p = strcmp(what, "width") == 0 ? &t->specimen.width : &t->specimen.thickness;
	tt_schema_reader silent = *r;
	silent.not_stated = NULL; /* the first item speaks for the list */
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
		TRY(tt_key_read_quantity(i == 0 ? r : &silent, key, v, &p->value[i], err));
	}
	return TT_OK;
}

static tt_status read_offsets(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_test *t = into;
	bool list = tt_node_kind_of(n) == TT_NODE_LIST;
	size_t count = list ? tt_node_count(n) : 1;
	t->properties.offset = calloc(count ? count : 1, sizeof *t->properties.offset);
	if (!t->properties.offset) return tt_fail_memory(err, "the offsets");
	for (size_t i = 0; i < count; i++) {
		tt_quantity q;
		TRY(tt_key_read_quantity(r, key, list ? tt_node_item(n, i) : n, &q, err));
		t->properties.offset[i] = q.value;
		t->properties.n_offsets = i + 1;
	}
	return TT_OK;
}

static tt_status read_delimiter(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                                tt_error *err)
{
	const char *s;
	(void)r;
	(void)key;
	TRY(tt_node_string(n, &s, err));
	if (strcmp(s, "tab") == 0 || strcmp(s, "\\t") == 0) s = "\t";
	if (strcmp(s, "space") == 0) s = " ";
	if (strlen(s) != 1)
		return tt_node_fail(err, n, "the delimiter must be one character, 'tab' or 'space', found '%s'", s);
	((tt_test *)into)->force.columns.delimiter = s[0];
	return TT_OK;
}

static tt_status read_order(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	static const char *const names[] = {"translation", "affine", "quadratic", "0", "1", "2", NULL};
	int v;
	(void)r;
	(void)key;
	TRY(tt_node_choice(n, names, &v, err));
	((tt_test *)into)->dic.order = v % 3;
	return TT_OK;
}

static tt_status read_interpolation(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                                    tt_error *err)
{
	static const char *const names[] = {"cubic", "quintic", NULL};
	int v;
	(void)r;
	(void)key;
	TRY(tt_node_choice(n, names, &v, err));
	((tt_test *)into)->dic.interpolation = v == 0 ? TT_BSPLINE_CUBIC : TT_BSPLINE_QUINTIC;
	return TT_OK;
}

/* "movie: false" into a member that says what is not wanted. */
static tt_status read_unwanted(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                               tt_error *err)
{
	bool wanted;
	(void)r;
	TRY(tt_node_bool(n, &wanted, err));
	*(bool *)((char *)into + key->at) = !wanted;
	return TT_OK;
}

static tt_status read_drift(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_test *t = into;
	const char *s;
	tt_error quiet;
	t->force.drift_m_per_s = (tt_quantity){.value = NAN};
	if (tt_node_string(n, &s, &quiet) == TT_OK && (strcmp(s, "none") == 0 || strcmp(s, "auto") == 0)) {
		t->force.drift = s[0] == 'a' ? TT_DRIFT_AUTO : TT_DRIFT_NONE;
		return TT_OK;
	}
	t->force.drift = TT_DRIFT_GIVEN;
	return tt_key_read_quantity(r, key, n, &t->force.drift_m_per_s, err);
}

/* force.spring.displacement is force.displacement. */
static tt_status read_in_force(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                               tt_error *err)
{
	char path[64];
	tt_snprintf(path, sizeof path, "force.%s", tt_key_name(key));
	return tt_key_read_value(r, tt_schema_key(r->schema, path), n, into, err);
}

static tt_status read_exclude(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_test *t = into;
	(void)r;
	return tt_key_read_pairs(key, n, &t->video.exclude, &t->video.n_exclude, err);
}

/* Corners [x, y] of a polygon. */
static tt_status read_region(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_test *t = into;
	(void)r;
	size_t corners = tt_node_kind_of(n) == TT_NODE_LIST ? tt_node_count(n) : 0;
	if (corners < (size_t)key->least || corners > (size_t)key->most)
		return tt_node_fail(err, n, "expected %d to %d corners of a polygon, as in %s", key->least, key->most,
		                    key->example);
	t->gauge.region = calloc(2 * corners, sizeof *t->gauge.region);
	if (!t->gauge.region) return tt_fail_memory(err, "the description");
	for (size_t i = 0; i < corners; i++) {
		const tt_node *p = tt_node_item(n, i);
		if (tt_node_kind_of(p) != TT_NODE_LIST || tt_node_count(p) != 2)
			return tt_node_fail(err, p, "expected a point [x, y], as in %s", key->example);
		for (size_t k = 0; k < 2; k++)
			TRY(tt_key_read_number(key, tt_node_item(p, k), &t->gauge.region[2 * i + k], err));
	}
	t->gauge.n_region = corners;
	return TT_OK;
}

static tt_status read_fracture_frame(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into,
                                     tt_error *err)
{
	tt_test *t = into;
	(void)r;
	t->fracture.none = tt_key_is_word(key, n);
	t->fracture.frame = NAN;
	long whole;
	if (t->fracture.none) return TT_OK;
	TRY(tt_node_int(n, (long)key->lo, (long)key->hi, &whole, err));
	t->fracture.frame = (double)whole;
	return TT_OK;
}

/* Four points [x, y]: two on each edge. */
static tt_status read_edges(const tt_schema_reader *r, const tt_key *key, const tt_node *n, void *into, tt_error *err)
{
	tt_test *t = into;
	(void)r;
	if (tt_node_kind_of(n) != TT_NODE_LIST || tt_node_count(n) != 4)
		return tt_node_fail(err, n, "expected four points, two on each edge of the gap, as in %s",
		                    key->example);
	for (size_t i = 0; i < 4; i++) {
		const tt_node *p = tt_node_item(n, i);
		if (tt_node_kind_of(p) != TT_NODE_LIST || tt_node_count(p) != 2)
			return tt_node_fail(err, p, "expected a point [x, y], as in %s", key->example);
		for (size_t k = 0; k < 2; k++)
			TRY(tt_key_read_number(key, tt_node_item(p, k), &t->fracture.edge[2 * i + k], err));
	}
	for (size_t i = 0; i < 8; i += 4) {
		const double *e = t->fracture.edge + i;
		if (!(hypot(e[2] - e[0], e[3] - e[1]) >= 2))
			return tt_node_fail(err, tt_node_item(n, i / 2),
			                    "the two points of an edge must lie at least 2 px apart");
	}
	return TT_OK;
}

static const tt_key keys[] = {
    {"name", "What the test is called in figures and tables", TT_KEY_TEXT, .otherwise = "the description's file name",
     .example = "Zr50Cu50 film, 5 Pa, specimen 1", INTO(name)},
    {"notes", "Free text for the reader: shown with the results, in the page and the methods text", TT_KEY_TEXT,
     .otherwise = "none", .example = "tip replaced before", INTO(notes)},

    {"film", "How the film was made; any further key may stand here, and a study can group by it",
     .kind = TT_KEY_SECTION},
    {"film.composition", "Composition", TT_KEY_TEXT, .example = "Zr50Cu50", INTO(film.composition)},
    {"film.deposition_pressure", "Gas pressure at deposition", QUANTITY(PRESSURE), .flags = TT_KEY_POSITIVE,
     .example = "2e-3 Pa", INTO(film.deposition_pressure)},
    {"film.*", "Any other property of the film, as text", TT_KEY_TEXT, .example = "Si, 200 nm SiN"},

    {"video", "The recording", TT_KEY_SECTION, .flags = TT_KEY_NEEDED},
    {"video.file", "The recording: a video, a stack, a folder or a pattern of numbered images", TT_KEY_FILE,
     .flags = TT_KEY_NEEDED, .example = "test.mp4", INTO(video.file)},
    {"video.pixel_size", "Size of a pixel on the specimen", QUANTITY(LENGTH), .flags = TT_KEY_POSITIVE | TT_KEY_SAY_U,
     .otherwise = "the file's own calibration", .example = "4.00 ± 0.04 nm", INTO(video.pixel_size)},
    {"video.stream", "The video stream to use, counted from 0", TT_KEY_INTEGER, .lo = 0, .hi = 1000,
     .otherwise = "the stream that a player would show", .example = "0", INTO(video.stream)},
    {"video.frame_rate", "Frames per second, in place of the file's time stamps", QUANTITY(FREQUENCY),
     .flags = TT_KEY_POSITIVE, .otherwise = "the file's time stamps", .example = "5 Hz", INTO(video.frame_rate)},
    {"video.timestamp", "What a time stamp marks of the exposure; middle and end need video.exposure", TT_KEY_CHOICE,
     .words = "start|middle|end", .fallback = "start", INTO(video.timestamp)},
    {"video.exposure", "Exposure of a frame", QUANTITY(TIME), .flags = TT_KEY_NOT_NEGATIVE, .otherwise = "not used",
     .example = "0.1 s", INTO(video.exposure_s)},
    {"video.rolling_shutter",
     "Time from the reading of a picture's first row to that of its last: what lies lower in the picture is shown "
     "later",
     QUANTITY(TIME), .flags = TT_KEY_NOT_NEGATIVE, .otherwise = "all rows show the same instant", .example = "0.03 s",
     INTO(video.rolling_shutter_s)},
    {"video.max_pixels", "Frames with more pixels are refused before memory is taken for them", TT_KEY_INTEGER, .lo = 1,
     .hi = 1e10, .flags = TT_KEY_EXPERT, .otherwise = "134217728",
     .reason = "twice what the largest cameras give (11520 x 8184); a small file may promise far more",
     .example = "200000000", INTO(video.max_pixels)},
    {"video.codec_lag",
     "How far pictures may lag behind the motion, in frames, as a standard uncertainty of each frame's strain",
     TT_KEY_NUMBER, .lo = 0, .hi = 10, .flags = TT_KEY_EXPERT,
     .otherwise = "0.1 where the codec predicts pictures from others, else 0", .example = "0.05",
     .reason = "up to 0.2 frames were seen with H.264 and MPEG-4 at ordinary qualities; that range as a uniform "
               "distribution, rounded up",
     INTO(video.codec_lag)},
    {"video.frames", "First and last frame that are used, by number; strain is measured from the first on",
     TT_KEY_INTEGER, PAIR(TT_KEY_RISING), .lo = 0, .hi = 1e9, .otherwise = "all", .example = "[12, 300]",
     INTO(video.frames)},
    {"video.exclude", "Frames that are left out, each [first, last], by number", TT_KEY_NUMBER,
     .flags = TT_KEY_LIST | TT_KEY_PAIRS, .lo = 0, .hi = 1e9, .otherwise = "none", .example = "[[40, 44], [97, 97]]",
     .read = read_exclude},

    {"video.distortion",
     "Radial distortion of the picture, taken off the gauge's ends: the share by which places at half the picture's "
     "diagonal lie too far from the middle",
     QUANTITY(FRACTION), .lo = -20, .hi = 20, .unit = "%",
     .otherwise = "none is taken off; a drift that would make 1 % count is told", .example = "0.8 ± 0.2 %",
     INTO(video.distortion)},

    {"force",
     "The log of force and displacement, or a gauge of force in the images; none: strain alone, against the images' "
     "time",
     TT_KEY_SECTION, .words = "none", .flags = TT_KEY_NEEDED},
    {"force.file", "The instrument's log, recognised by its content", TT_KEY_FILE,
     .otherwise = "needed, unless there is force.image_gauge", .example = "log.txt", INTO(force.file)},
    {"force.image_gauge",
     "Force from the change of a gap that the images show, as of a stage's sensor beam: its stiffness times the change "
     "along the specimen's axis; no log and no second clock are needed",
     TT_KEY_SECTION, .otherwise = "the log's force"},
    {"force.image_gauge.from", "A textured point on one side of the gap, px in the first frame", TT_KEY_NUMBER,
     PAIR(TT_KEY_NEEDED), .example = "[40, 240]", INTO(force.gauge_from)},
    {"force.image_gauge.to", "One on its other side", TT_KEY_NUMBER, PAIR(TT_KEY_NEEDED), .example = "[90, 240]",
     INTO(force.gauge_to)},
    {"force.image_gauge.stiffness", "Stiffness of the sensor: force for each length that the gap changes",
     QUANTITY(STIFFNESS), .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE | TT_KEY_SAY_U, .example = "25 ± 1 N/m",
     INTO(force.gauge_stiffness)},
    {"force.columns", "Columns of delimited text, by name or by number from 1", TT_KEY_SECTION,
     .otherwise = "recognised by their names and units"},
    {"force.columns.time", "Column of the time", TT_KEY_TEXT, .flags = TT_KEY_NEEDED, .example = "t",
     INTO(force.columns.time)},
    {"force.columns.force", "Column of the force", TT_KEY_TEXT, .flags = TT_KEY_NEEDED, .example = "3",
     INTO(force.columns.force)},
    {"force.columns.displacement", "Column of the displacement", TT_KEY_TEXT, .flags = TT_KEY_NEEDED,
     .example = "depth", INTO(force.columns.displacement)},
    {"force.units", "Units of those columns, where the file does not say", TT_KEY_SECTION,
     .otherwise = "what the file says"},
    {"force.units.time", "Unit of the time", TT_KEY_TEXT, TT_DIM_TIME, .example = "s", .read = tt_key_read_unit,
     INTO(force.columns.time_unit)},
    {"force.units.force", "Unit of the force", TT_KEY_TEXT, TT_DIM_FORCE, .example = "mN", .read = tt_key_read_unit,
     INTO(force.columns.force_unit)},
    {"force.units.displacement", "Unit of the displacement", TT_KEY_TEXT, TT_DIM_LENGTH, .example = "µm",
     .read = tt_key_read_unit, INTO(force.columns.displacement_unit)},
    {"force.delimiter", "What stands between the columns: one character, tab or space", TT_KEY_TEXT,
     .otherwise = "recognised", .example = "tab", .read = read_delimiter},
    {"force.decimal_comma", "Whether numbers have a comma for a point", TT_KEY_BOOL, .otherwise = "recognised",
     .example = "true", INTO(force.columns.decimal_comma)},
    {"force.test", "Which of several tests in the log, counted from 1 (temtensile probe lists them)", TT_KEY_INTEGER,
     .lo = 1, .hi = 100000, .otherwise = "an error where the log holds several", .example = "1",
     INTO(force.columns.test)},
    {"force.sampling_rate", "Rows per second of a log without times", QUANTITY(FREQUENCY),
     .flags = TT_KEY_POSITIVE | TT_KEY_NO_U, .otherwise = "the log's own times", .example = "50 Hz",
     INTO(force.columns.sampling_rate_Hz)},
    {"force.frame_compliance", "Compliance of the instrument, taken off the log's displacement", QUANTITY(COMPLIANCE),
     .flags = TT_KEY_NOT_NEGATIVE, .otherwise = "0", .example = "0.2 ± 0.05 nm/µN", INTO(force.frame_compliance)},
    {"force.displacement",
     "Where the device's displacement comes from: the log, or the images; the latter between two points, if given",
     TT_KEY_CHOICE, .words = "log|image", .fallback = "log", .flags = TT_KEY_OR_MAP, INTO(force.image_displacement)},
    {"force.displacement.moving", "Point on the moving part of the device, px in the first frame", TT_KEY_NUMBER,
     PAIR(TT_KEY_NEEDED), .example = "[560, 240]", INTO(force.moving_px)},
    {"force.displacement.fixed", "Point on its fixed part", TT_KEY_NUMBER, PAIR(TT_KEY_NEEDED), .example = "[40, 240]",
     INTO(force.fixed_px)},
    {"force.spring", "The device's own spring", TT_KEY_SECTION,
     .otherwise = "needed, unless there is force.image_gauge"},
    {"force.spring.fit",
     "Rows that the bare spring is fitted to, by the log's clock (the empty run's where there is one)", TT_KEY_SECTION,
     .otherwise = "found: from the fracture to the release"},
    {"force.spring.fit.from", "Their first instant", QUANTITY(TIME), .flags = TT_KEY_NEEDED | TT_KEY_NO_U,
     .example = "40 s", INTO(force.spring_fit_s[0])},
    {"force.spring.fit.to", "Their last instant", QUANTITY(TIME), .flags = TT_KEY_NEEDED | TT_KEY_NO_U,
     .example = "48 s", INTO(force.spring_fit_s[1])},
    {"force.spring.least_travel", "Rows nearer to contact than this part of the largest displacement are not fitted",
     QUANTITY(FRACTION), .lo = 0, .hi = 90, .unit = "%", .flags = TT_KEY_EXPERT | TT_KEY_NO_U, .fallback = "3 %",
     .reason = "close to contact the punch may rest on one edge only, and rows there say next to nothing of the slope",
     INTO(force.least_travel)},
    {"force.spring.stiffness",
     "Stiffness k of the device; after-fracture fits it to the bare spring in the same log, {empty_run: file} to a log "
     "without a specimen",
     QUANTITY(STIFFNESS), .words = "after-fracture",
     .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE | TT_KEY_SAY_U | TT_KEY_OR_MAP, .example = "450 ± 10 N/m",
     INTO(force.stiffness)},
    {"force.spring.stiffness.empty_run",
     "Log of the device without a specimen; {file, columns, units} where its columns are not recognised", TT_KEY_FILE,
     .flags = TT_KEY_NEEDED | TT_KEY_OR_MAP, .example = "empty.txt", INTO(force.empty_run)},
    {"force.spring.stiffness.empty_run.file", "The empty run's file", TT_KEY_FILE, .flags = TT_KEY_NEEDED,
     .example = "empty.txt", INTO(force.empty_run)},
    {"force.spring.stiffness.empty_run.columns", "The empty run's own columns, by name or by number from 1",
     TT_KEY_SECTION, .otherwise = "recognised; those of the test's log are never used"},
    {"force.spring.stiffness.empty_run.columns.time", "Column of the time", TT_KEY_TEXT, .flags = TT_KEY_NEEDED,
     .example = "t", INTO(force.empty_columns.time)},
    {"force.spring.stiffness.empty_run.columns.force", "Column of the force", TT_KEY_TEXT, .flags = TT_KEY_NEEDED,
     .example = "3", INTO(force.empty_columns.force)},
    {"force.spring.stiffness.empty_run.columns.displacement", "Column of the displacement", TT_KEY_TEXT,
     .flags = TT_KEY_NEEDED, .example = "depth", INTO(force.empty_columns.displacement)},
    {"force.spring.stiffness.empty_run.units", "Units of those columns, where the file does not say", TT_KEY_SECTION,
     .otherwise = "the file's own"},
    {"force.spring.stiffness.empty_run.units.time", "Unit of the time", TT_KEY_TEXT, TT_DIM_TIME, .example = "s",
     .read = tt_key_read_unit, INTO(force.empty_columns.time_unit)},
    {"force.spring.stiffness.empty_run.units.force", "Unit of the force", TT_KEY_TEXT, TT_DIM_FORCE, .example = "mN",
     .read = tt_key_read_unit, INTO(force.empty_columns.force_unit)},
    {"force.spring.stiffness.empty_run.units.displacement", "Unit of the displacement", TT_KEY_TEXT, TT_DIM_LENGTH,
     .example = "µm", .read = tt_key_read_unit, INTO(force.empty_columns.displacement_unit)},
    {"force.spring.stiffness.empty_run.test", "Which of several tests in the empty run's file, counted from 1",
     TT_KEY_INTEGER, .lo = 1, .hi = 100000, .otherwise = "an error where it holds several", .example = "1",
     INTO(force.empty_columns.test)},
    {"force.spring.quadratic", "Quadratic term of the spring, beside a given stiffness", QUANTITY(STIFFNESS2),
     .otherwise = "0", .example = "0 ± 2e6 N/m²", INTO(force.stiffness2)},
    {"force.spring.frame_compliance", "The same as force.frame_compliance", QUANTITY(COMPLIANCE),
     .otherwise = "see there", .example = "0.2 ± 0.05 nm/µN", .read = read_in_force},
    {"force.spring.displacement", "The same as force.displacement", TT_KEY_CHOICE, .words = "log|image",
     .otherwise = "see there", .example = "image", .flags = TT_KEY_OR_MAP, .read = read_in_force},
    {"force.spring.displacement.moving", "The same as force.displacement.moving", TT_KEY_NUMBER, PAIR(TT_KEY_NEEDED),
     .example = "[560, 240]"},
    {"force.spring.displacement.fixed", "The same as force.displacement.fixed", TT_KEY_NUMBER, PAIR(TT_KEY_NEEDED),
     .example = "[40, 240]"},
    {"force.drift",
     "Drift of the log: none leaves it in and in the uncertainties, auto takes off what rest, air and the time after "
     "the "
     "release show, a speed is that of the displacement",
     QUANTITY(SPEED), .words = "none|auto", .fallback = "none", .example = "0.3 ± 0.02 nm/s", .read = read_drift},
    {"force.contact", "The log's time of contact between punch and device", QUANTITY(TIME), .words = "auto",
     .fallback = "auto", .example = "5.2 ± 0.1 s", INTO(force.contact)},
    {"force.air", "Rows that show the force in air, by the log's clock", TT_KEY_SECTION,
     .otherwise = "those before contact, without touches"},
    {"force.air.from", "Their first instant", QUANTITY(TIME), .flags = TT_KEY_NEEDED | TT_KEY_NO_U, .example = "1 s",
     INTO(force.air_s[0])},
    {"force.air.to", "Their last instant", QUANTITY(TIME), .flags = TT_KEY_NEEDED | TT_KEY_NO_U, .example = "4 s",
     INTO(force.air_s[1])},
    {"force.test_level", "Significance of every test on the log (slope in air, bent spring)", TT_KEY_NUMBER, .lo = 1e-6,
     .hi = 0.5, .flags = TT_KEY_EXPERT, .fallback = "0.01",
     .reason = "a test or two are made on each log: one in a hundred logs may get a term too many",
     INTO(force.test_level)},
    {"force.sign", "Whether the log counts pushing as positive (as-logged) or as negative (turned)", TT_KEY_CHOICE,
     .words = "auto|as-logged|turned", .fallback = "auto", INTO(force.sign)},

    {"specimen", "The section of the gauge", TT_KEY_SECTION, .flags = TT_KEY_NEEDED},
    {"specimen.width", "Width; of a wedge a list along the axis, evenly spaced or as {at: 0 … 1, value: …}",
     QUANTITY(LENGTH), .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE | TT_KEY_SAY_U | TT_KEY_OR_LIST, .least = 1,
     .example = "400 ± 8 nm", .read = read_profile},
    {"specimen.width[].at", "Place along the gauge, from 0 to 1", TT_KEY_NUMBER, .flags = TT_KEY_NEEDED, .lo = 0,
     .hi = 1, .example = "0.3"},
    {"specimen.width[].value", "Width there", QUANTITY(LENGTH), .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE,
     .example = "400 ± 8 nm"},
    {"specimen.thickness", "Thickness, or a list of it", QUANTITY(LENGTH),
     .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE | TT_KEY_SAY_U | TT_KEY_OR_LIST, .least = 1, .example = "150 ± 3 nm",
     .read = read_profile},
    {"specimen.thickness[].at", "Place along the gauge, from 0 to 1", TT_KEY_NUMBER, .flags = TT_KEY_NEEDED, .lo = 0,
     .hi = 1, .example = "0.3"},
    {"specimen.thickness[].value", "Thickness there", QUANTITY(LENGTH), .flags = TT_KEY_NEEDED | TT_KEY_POSITIVE,
     .example = "150 ± 3 nm"},

    {"specimen.tilt",
     "A tilt of the bar out of the picture's plane that changes during the test, taken off the gauge's length",
     TT_KEY_SECTION,
     .otherwise = "none is taken off; what the bend of the elastic part leaves possible is said, and counts as "
                  "far as it speaks for one; from: 0 ± 0.5°, to: 0 ± 0.5° state that the bar lies flat"},
    {"specimen.tilt.from", "Angle before the pull", QUANTITY(ANGLE), .lo = -60, .hi = 60, .unit = "°", .fallback = "0°",
     .example = "3 ± 0.5°", INTO(specimen.tilt_from)},
    {"specimen.tilt.to", "Angle at its end", QUANTITY(ANGLE), .lo = -60, .hi = 60, .unit = "°", .fallback = "0°",
     .example = "0 ± 0.5°", INTO(specimen.tilt_to)},
    {"specimen.tilt.until", "Strain by which the second angle is reached, in proportion from zero strain on",
     QUANTITY(FRACTION), .flags = TT_KEY_POSITIVE | TT_KEY_NO_U, .otherwise = "the largest strain before fracture",
     .example = "1.5 %", INTO(specimen.tilt_until)},

    {"gauge", "Where strain is measured; auto finds the bar", TT_KEY_SECTION, .words = "auto"},
    {"gauge.from", "One end of the gauge, px in the first frame", TT_KEY_NUMBER, PAIR(0),
     .otherwise = "found in the images", .example = "[100, 240]", INTO(gauge.from)},
    {"gauge.to", "The other end, at least 20 px away", TT_KEY_NUMBER, PAIR(0), .otherwise = "found in the images",
     .example = "[540, 240]", INTO(gauge.to)},
    {"gauge.method",
     "What the gauge is read from: subsets at its ends, or the whole bar, whose pixels together see ten times weaker "
     "texture; auto "
     "takes the ends where their texture is strong enough to be followed",
     TT_KEY_CHOICE, .words = "ends|bar|auto", .fallback = "auto", INTO(gauge.method)},
    {"gauge.feature",
     "What lies at from and to: texture, over which subsets are laid; a spot (a mark, dirt), followed by one subset "
     "each; or an edge across the axis (the face of a grip, a cap's end), followed along the axis alone",
     TT_KEY_CHOICE, .words = "texture|spot|edge", .fallback = "texture", INTO(gauge.feature)},
    {"gauge.zero",
     "Length of zero strain: the mean before contact, or extrapolated to zero force along the toe or the elastic line; "
     "unless it is said, a film that is seen to be slack gets toe",
     TT_KEY_CHOICE, .words = "preload-mean|toe|elastic", .fallback = "preload-mean", INTO(gauge.zero)},
    {"gauge.reference_frames", "First and last of the frames whose mean length is that of zero strain, by number",
     TT_KEY_INTEGER, PAIR(TT_KEY_RISING), .lo = 0, .hi = 1e9, .otherwise = "those before contact", .example = "[0, 20]",
     INTO(gauge.reference_frames)},
    {"gauge.width_px", "Width of the bar in the images, over which the subsets are laid", QUANTITY(PIXEL),
     .flags = TT_KEY_POSITIVE, .lo = 8, .hi = 20000, .otherwise = "found in the images, or the described width",
     .example = "100 ± 2 px", INTO(gauge.width_px)},
    {"gauge.region",
     "Corners of a polygon, px in the first frame: the bar is looked for and subsets are laid in it alone, so that a "
     "second bar, a scale bar or dirt beside it takes no part",
     TT_KEY_NUMBER, .flags = TT_KEY_LIST | TT_KEY_POINTS, .least = 3, .most = 64, .lo = -1e6, .hi = 1e6,
     .otherwise = "the whole frame", .example = "[[40, 120], [600, 120], [600, 360], [40, 360]]", .read = read_region},

    {"sync", "The two clocks: log time = rate × (video time − log_starts_at)", .kind = TT_KEY_SECTION},
    {"sync.log_starts_at", "The video's time at which the log's clock reads zero; auto finds it", QUANTITY(TIME),
     .words = "auto", .flags = TT_KEY_SAY_U, .fallback = "auto", .example = "2.0 ± 0.02 s", INTO(sync.log_starts_at)},
    {"sync.rate",
     "Seconds of the log in a second of the video; auto finds it, together with log_starts_at: auto; without it 1 is "
     "taken unless the elongation asks for another",
     TT_KEY_NUMBER, .words = "auto", .lo = 0.5, .hi = 2, .fallback = "1", .example = "1.0003", INTO(sync.rate)},
    {"sync.cost_broken", "Cost of an intact frame where the log says that it is broken, in variances of a frame",
     TT_KEY_NUMBER, .lo = 0.1, .hi = 1000, .flags = TT_KEY_EXPERT, .fallback = "9",
     .reason = "three standard deviations: such a frame contradicts the offset", INTO(sync.cost_broken)},
    {"sync.cost_beyond", "Cost of a frame behind the log's end, in variances of a frame", TT_KEY_NUMBER, .lo = 0.1,
     .hi = 1000, .flags = TT_KEY_EXPERT, .fallback = "3",
     .reason =
         "more than the one variance of a frame that is matched well, or the best offset would be the one that leaves "
         "next to nothing to match",
     INTO(sync.cost_beyond)},

    {"dic", "Digital image correlation", .kind = TT_KEY_SECTION},
    {"dic.subset", "Side of a subset, an odd number of pixels", QUANTITY(PIXEL), .flags = TT_KEY_ODD, .lo = 9,
     .hi = 301, .otherwise = "chosen from the texture", .example = "33", INTO(dic.subset_px)},
    {"dic.shape_function", "How a subset may deform", TT_KEY_CHOICE, .words = "translation|affine|quadratic|0|1|2",
     .fallback = "affine", .read = read_order},
    {"dic.interpolation", "B-spline between the pixels", TT_KEY_CHOICE, .words = "cubic|quintic",
     .otherwise = "cubic, whose bias lies far below the noise of a gauge's end", .example = "quintic",
     .read = read_interpolation},
    {"dic.prefilter", "Standard deviation of a Gaussian filter on all frames", QUANTITY(PIXEL), .lo = 0, .hi = 10,
     .fallback = "0 px", .example = "0.8 px", INTO(dic.prefilter_sigma_px)},
    {"dic.interpolation_bias", "Largest error of the gauge's length by the interpolation between pixels",
     QUANTITY(PIXEL), .lo = 0, .hi = 1, .flags = TT_KEY_EXPERT | TT_KEY_NO_U,
     .otherwise = "0.0014 px with the cubic, 0.00042 px with the quintic spline", .example = "0.001 px",
     .reason = "the largest bias of one end over sub-pixel shifts of many textures (1e-3 and 3e-4 px), of two ends in "
               "quadrature",
     INTO(dic.interpolation_bias_px)},
    {"dic.min_zncc", "Least correlation coefficient of a point that is trusted", TT_KEY_NUMBER, .lo = 0, .hi = 1,
     .otherwise = "0.6", .example = "0.7", INTO(dic.min_zncc)},
    {"dic.update_below", "Correlation coefficient below which the reference frame is replaced; 0 never", TT_KEY_NUMBER,
     .lo = 0, .hi = 1, .fallback = "0", .example = "0.8", INTO(dic.update_below_zncc)},

    {"properties", "What is read off the curve", .kind = TT_KEY_SECTION},
    {"properties.offset_yield", "Offset strain of the yield strength, or a list of several", QUANTITY(FRACTION),
     .flags = TT_KEY_POSITIVE | TT_KEY_OR_LIST, .lo = 0, .hi = 10, .unit = "%", .otherwise = "0.2 %",
     .example = "[0.1 %, 0.2 %]", .read = read_offsets},
    {"properties.modulus_strain", "Elastic window, by strain", QUANTITY(FRACTION), PAIR(TT_KEY_RISING),
     .otherwise = "found in the curve", .example = "[0.2 %, 0.8 %]", INTO(properties.modulus_strain)},
    {"properties.modulus_stress", "Elastic window, by stress", QUANTITY(PRESSURE), PAIR(TT_KEY_RISING),
     .otherwise = "found in the curve", .example = "[0.3 GPa, 1.2 GPa]", INTO(properties.modulus_stress_Pa)},
    {"properties.hollomon_strain", "Range of Hollomon's law, by true strain", QUANTITY(FRACTION), PAIR(TT_KEY_RISING),
     .otherwise = "from yield to the onset of necking", .example = "[2 %, 4 %]", INTO(properties.hollomon_strain)},
    {"properties.proportional_offset", "Departure from the elastic line that ends proportionality", QUANTITY(FRACTION),
     .flags = TT_KEY_EXPERT | TT_KEY_NO_U | TT_KEY_POSITIVE, .lo = 1e-4, .hi = 5, .unit = "%", .fallback = "0.01 %",
     .reason = "R_p0.01, the smallest offset in use that a gauge of some hundred pixels resolves",
     INTO(properties.proportional_offset)},
    {"properties.drop_fraction", "Smallest stress drop that is listed, of the largest stress", QUANTITY(FRACTION),
     .flags = TT_KEY_EXPERT | TT_KEY_NO_U, .lo = 0, .hi = 100, .unit = "%", .fallback = "1 %",
     .reason = "smaller ones do not show in the curve; five times its own uncertainty is asked for besides",
     INTO(properties.drop_fraction)},
    {"properties.outlier",
     "A strain is left out when it departs from the median of five neighbours by more than so many robust standard "
     "deviations, and so many of its own uncertainty",
     TT_KEY_NUMBER, .lo = 3, .hi = 1000, .flags = TT_KEY_EXPERT, .fallback = "8",
     .reason = "no frame of 10^5 with normal errors does; one in which the correlation took another place does by far",
     INTO(properties.outlier)},
    {"properties.yield_at",
     "Engineering strain of the yield point; the yield strength is the stress there, in place of the 0.2 % offset's",
     QUANTITY(FRACTION), .flags = TT_KEY_POSITIVE, .lo = 0, .hi = 100, .unit = "%",
     .otherwise = "where the 0.2 % offset line is crossed", .example = "1.85 ± 0.02 %", INTO(properties.yield_at)},
    {"properties.draws", "Draws of the Monte Carlo", TT_KEY_INTEGER, .lo = 100, .hi = 1000000, .fallback = "1000",
     INTO(properties.draws)},
    {"properties.seed", "Seed of its random numbers", TT_KEY_INTEGER, .lo = 0, .hi = 2147483647, .fallback = "1",
     INTO(properties.seed)},

    {"necking", "The neck, and the two pictures whose difference shows it", .kind = TT_KEY_SECTION},
    {"necking.onset_threshold", "Least depth of a neck, as a fraction of the width", TT_KEY_NUMBER, .lo = 0, .hi = 1,
     .otherwise = "six standard uncertainties of the dip", .example = "0.005", INTO(necking.onset_threshold)},
    {"necking.average", "Frames averaged for each of the two pictures", TT_KEY_INTEGER, .lo = 1, .hi = 99,
     .fallback = "1", INTO(necking.average)},
    {"necking.frames", "The two pictures, by frame number", TT_KEY_NUMBER, PAIR(0),
     .otherwise = "yield and the last frame before fracture", .example = "[120, 260]", INTO(necking.frames)},
    {"necking.strain", "The two pictures, by strain", QUANTITY(FRACTION), PAIR(TT_KEY_RISING),
     .otherwise = "yield and the last frame before fracture", .example = "[2 %, 6 %]", INTO(necking.strains)},
    {"necking.at", "Place of the neck, px in the first frame", TT_KEY_NUMBER, PAIR(0), .lo = 0, .hi = 1e6,
     .otherwise = "where the width dips most", .example = "[320, 240]", INTO(necking.at)},

    {"fracture", "The fracture, set by hand", .kind = TT_KEY_SECTION},
    {"fracture.frame",
     "First frame in which the halves are separate, by number; none: it does not break in this recording",
     TT_KEY_INTEGER, .words = "none", .lo = 0, .hi = 1e9, .otherwise = "found in images and log", .example = "258",
     .read = read_fracture_frame, INTO(fracture.frame)},
    {"fracture.least_gap", "Least opening between neighbouring stations that is a fracture", QUANTITY(PIXEL), .lo = 0.1,
     .hi = 1000, .flags = TT_KEY_EXPERT | TT_KEY_NO_U,
     .otherwise = "2 px, or 0.4 % of the gauge's length if that is more", .example = "3 px",
     .reason = "beyond what the noise of two stations and the strain of a frame explain in any recording tried",
     INTO(fracture.least_gap_px)},
    {"fracture.spring_residual",
     "Rows after a jump are a bare spring's when they stay within this part of the largest load of one line through "
     "contact",
     QUANTITY(FRACTION), .lo = 0.01, .hi = 50, .unit = "%", .flags = TT_KEY_EXPERT | TT_KEY_NO_U, .fallback = "3 %",
     .reason = "friction and drift of devices in use stay below it, a specimen that still carries does not",
     INTO(fracture.spring_residual)},
    {"fracture.edges",
     "Four points, two on each edge of the gap (first that of the half at `from`), px of the frame whose gap is "
     "measured; "
     "1 px is taken for the uncertainty of a point",
     TT_KEY_NUMBER, .flags = TT_KEY_LIST | TT_KEY_POINTS, .least = 4, .most = 4, .lo = -1e6, .hi = 1e6,
     .otherwise = "found in the images", .example = "[[300, 190], [310, 240], [330, 188], [342, 241]]",
     .read = read_edges, INTO(fracture.edge)},

    {"output", "Figures, movie and page", .kind = TT_KEY_SECTION},
    {"output.figure_width", "Width of a figure", QUANTITY(LENGTH), .lo = 30, .hi = 500, .unit = "mm",
     .fallback = "85 mm", INTO(output.figure_width_mm)},
    {"output.movie", "Whether movie.mp4 is made", TT_KEY_BOOL, .fallback = "true", .read = read_unwanted,
     INTO(output.no_movie)},
    {"output.movie_speed", "Seconds of the test in a second of the movie", TT_KEY_NUMBER, .lo = 0.001, .hi = 100000,
     .otherwise = "chosen by the length of the recording", .example = "4", INTO(output.movie_speed)},
    {"output.report", "Whether report.html is made", TT_KEY_BOOL, .fallback = "true", .read = read_unwanted,
     INTO(output.no_report)},
};

const tt_schema tt_test_schema = {"test", "the description of one tensile test (test.yaml)", keys,
                                  sizeof keys / sizeof *keys};
