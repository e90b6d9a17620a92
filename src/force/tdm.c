/* NI TDM (.tdm + .tdx, National Instruments USI), as TriboScan 9 writes it: an XML index and a file of raw values.
 * Displacements are already corrected for machine compliance, and for drift where the file says so.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/tdm.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"

static bool named_tdx(const tt_log_source *src)
{
	size_t n = src->path ? strlen(src->path) : 0;
	return n > 4 && tt_log_find(src->path + n - 4, 4, ".tdx", 4) != NULL;
}

static bool is_index(const tt_log_source *src)
{
	enum { start = 1024 };
	const char *first = src->text;
	size_t n = src->text_size;
	while (n && strchr(" \t\r\n", *first)) {
		first++;
		n--;
	}
	return n && *first == '<' &&
	       (tt_log_find(first, n, ":tdm", start) || tt_log_find(first, n, "ni.com/Schemas/USI", start));
}

static bool probe(const tt_log_source *src)
{
	return is_index(src) || named_tdx(src);
}

/* ---- the values ---- */

typedef struct values {
	const unsigned char *at;
	size_t size;     /* of one value */
	char kind;       /* 'f' float, 'i' signed, 'u' unsigned */
	bool big_endian;
	uint64_t stated; /* values that the index promises */
	size_t n;        /* values that lie within the file */
} values;

typedef struct binary {
	const unsigned char *bytes;
	size_t size;
	const char *name; /* for messages */
} binary;

static bool type_of(const char *name, values *v)
{
	static const struct {
		const char *name;
		char kind;
		size_t size;
	} types[] = {{"eFloat64Usi", 'f', 8}, {"eFloat32Usi", 'f', 4}, {"eInt8Usi", 'i', 1},   {"eInt16Usi", 'i', 2},
	             {"eInt32Usi", 'i', 4},   {"eInt64Usi", 'i', 8},   {"eUInt8Usi", 'u', 1},  {"eUInt16Usi", 'u', 2},
	             {"eUInt32Usi", 'u', 4},  {"eUInt64Usi", 'u', 8}};
	for (size_t i = 0; name && i < sizeof types / sizeof *types; i++)
		if (strcmp(name, types[i].name) == 0) {
			v->kind = types[i].kind;
			v->size = types[i].size;
			return true;
		}
	return false;
}

static double value_at(const values *v, size_t i)
{
	const unsigned char *p = v->at + i * v->size;
	uint64_t bits = 0;
	for (size_t k = 0; k < v->size; k++)
		bits |= (uint64_t)p[k] << 8 * (v->big_endian ? v->size - 1 - k : k);
	if (v->kind == 'u') return (double)bits;
	if (v->kind == 'i') {
		uint64_t sign = UINT64_C(1) << (8 * v->size - 1);
		return bits & sign ? -(double)((sign - 1) - (bits & (sign - 1))) - 1.0 : (double)bits;
	}
	if (v->size == 8) {
		double d;
		memcpy(&d, &bits, sizeof d);
		return d;
	}
	uint32_t word = (uint32_t)bits;
	float f;
	memcpy(&f, &word, sizeof f);
	return f;
}

/* Follows channel → column → sequence → block, and checks the block against the size of the file. */
static tt_status channel_values(const tt_log_source *src, const tdm_index *index, const tdm_item *channel,
                                const binary *data, values *v, tt_error *err)
{
	const char *name = channel->name ? channel->name : "?";
	const tdm_item *column = tdm_by_id(index, TDM_COLUMN, channel->next);
	const tdm_item *sequence = column ? tdm_by_id(index, TDM_SEQUENCE, column->next) : NULL;
	const tdm_item *block = sequence ? tdm_by_id(index, TDM_BLOCK, sequence->next) : NULL;
	if (column && column->unit && strcmp(column->unit, "explicit") != 0)
		return tt_log_fail(src, 0, err, "channel '%s' is stored as '%.40s'; expected 'explicit' values", name,
		                   column->unit);
	if (!block)
		return tt_log_fail(src, 0, err, "channel '%s' leads to no <block> of values; the index is damaged", name);
	if (!type_of(block->unit, v))
		return tt_log_fail(src, 0, err, "channel '%s' has values of type '%.40s'; expected eFloat64Usi or another "
		                   "number", name, block->unit ? block->unit : "");
	v->big_endian = index->big_endian;
	v->stated = block->length;
	uint64_t room = block->offset < data->size ? (data->size - block->offset) / v->size : 0;
	v->n = (size_t)(block->length < room ? block->length : room);
	v->at = v->n ? data->bytes + block->offset : data->bytes;
	return TT_OK;
}

/* ---- which channels ---- */

typedef struct chosen {
	const tdm_item *channel[TT_LOG_QUANTITIES];
} chosen;

static bool same_group(const tdm_item *a, const tdm_item *b)
{
	return a->group && b->group ? strcmp(a->group, b->group) == 0 : a->group == b->group;
}

/* The best time, force and displacement in the group of `member`. */
static bool choose_in_group(const tdm_index *index, const tdm_item *member, chosen *c)
{
	int best[TT_LOG_QUANTITIES] = {0};
	*c = (chosen){{NULL}};
	for (size_t i = 0; i < index->n; i++) {
		const tdm_item *t = &index->item[i];
		if (t->kind != TDM_CHANNEL || !t->name || !t->unit || !same_group(t, member)) continue;
		for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
			int rank = tt_label_rank(t->name, q);
			if (rank <= best[q] || isnan(tt_label_factor(t->unit, q))) continue;
			best[q] = rank;
			c->channel[q] = t;
		}
	}
	return c->channel[TT_LOG_TIME] && c->channel[TT_LOG_FORCE] && c->channel[TT_LOG_DISPLACEMENT];
}

static const char *group_name(const tdm_index *index, const tdm_item *channel)
{
	const tdm_item *g = tdm_by_id(index, TDM_GROUP, channel->group);
	return g && g->name ? g->name : "";
}

/* The group that holds all data points; of several such, the first. */
static tt_status choose(const tt_log_source *src, const tdm_index *index, chosen *best, tt_error *err)
{
	bool any = false;
	const char *before = NULL;
	for (size_t i = 0; i < index->n; i++) {
		const tdm_item *t = &index->item[i];
		/* each group once: at its first channel, as far as groups are not interleaved */
		if (t->kind != TDM_CHANNEL || !t->group || (before && strcmp(before, t->group) == 0)) continue;
		before = t->group;
		chosen c;
		if (!choose_in_group(index, t, &c)) continue;
		const char *name = group_name(index, t);
		bool all_points = tt_log_find(name, strlen(name), "All Data Points", strlen(name)) != NULL;
		if (!any || all_points) *best = c;
		any = true;
		if (all_points) break;
	}
	if (any) return TT_OK;
	return tt_log_fail(src, 0, err, "has no group with channels for time, force and displacement; expected one such as "
	                   "'Indentation All Data Points'");
}

/* ---- segments ---- */

static const tdm_item *segment_channel(const tdm_index *index, const char *name)
{
	for (size_t i = 0; i < index->n; i++) {
		const tdm_item *t = &index->item[i];
		if (t->kind == TDM_CHANNEL && t->name && strcmp(t->name, name) == 0) return t;
	}
	return NULL;
}

/* The channel's description lists its codes: "0 - Open Loop, 1 - Displacement Control, 5 - Load Control". */
static tt_control control_of(const char *description, double code)
{
	for (const char *p = description; p && *p;) {
		char *after;
		long number = strtol(p, &after, 10);
		if (after == p) {
			p++;
			continue;
		}
		size_t n = strcspn(after, ",;");
		if ((double)number == code) {
			if (tt_log_find(after, n, "displacement", n)) return TT_CONTROL_DISPLACEMENT;
			if (tt_log_find(after, n, "load", n)) return TT_CONTROL_LOAD;
			return TT_CONTROL_UNKNOWN;
		}
		p = after + n;
	}
	return TT_CONTROL_UNKNOWN;
}

enum { SEG_TIME, SEG_BEGIN, SEG_END, SEG_MODE, SEG_POINTS, SEG_CHANNELS };

/* A demand in SI. The file has one unit for all segments; where the control is of the other kind, it says nothing. */
static double demand(double value, const char *unit, tt_control control)
{
	double factor = control == TT_CONTROL_UNKNOWN ? NAN
	                : tt_label_factor(unit, control == TT_CONTROL_LOAD ? TT_LOG_FORCE : TT_LOG_DISPLACEMENT);
	return value == 0 ? 0 : value * factor;
}

static tt_status list_segments(const tt_log_source *src, const tdm_index *index, const binary *data, tt_rows *rows,
                               tt_error *err)
{
	static const char *const name[SEG_CHANNELS] = {"Segment Time", "Segment Begin Demand", "Segment End Demand",
	                                               "Segment FB Mode", "Segment Points"};
	const tdm_item *channel[SEG_CHANNELS];
	values v[SEG_CHANNELS];
	size_t n = SIZE_MAX;
	for (int i = 0; i < SEG_CHANNELS; i++) {
		if (!(channel[i] = segment_channel(index, name[i]))) return TT_OK;
		tt_status s = channel_values(src, index, channel[i], data, &v[i], err);
		if (s) return s;
		if (v[i].n < v[i].stated) {
			tt_warn(&rows->log->warnings, "%s: the list of segments lies beyond the end of the file of values",
			        src->name);
			return TT_OK;
		}
		if (v[i].n < n) n = v[i].n;
	}
	tt_listed_segment *list = calloc(n ? n : 1, sizeof *list);
	if (!list) return tt_fail_memory(err, "the segments of a log");
	const char *unit = channel[SEG_BEGIN]->unit ? channel[SEG_BEGIN]->unit : "";
	for (size_t i = 0; i < n; i++) {
		double points = value_at(&v[SEG_POINTS], i);
		tt_control control = control_of(channel[SEG_MODE]->description, value_at(&v[SEG_MODE], i));
		list[i] = (tt_listed_segment){
			.rows = points >= 0 && points < 1e15 ? (size_t)points : 0,
			.control = control,
			.duration_s = value_at(&v[SEG_TIME], i) *
			              tt_label_factor(channel[SEG_TIME]->unit ? channel[SEG_TIME]->unit : "s", TT_LOG_TIME),
			.begin = demand(value_at(&v[SEG_BEGIN], i), unit, control),
			.end = demand(value_at(&v[SEG_END], i), unit, control)};
	}
	tt_status s = n ? tt_rows_list(rows, list, n, err) : TT_OK;
	free(list);
	return s;
}

/* ---- what the file says of itself ---- */

/* "Current_Drift_Rate__nm___s__" → "nm/s" */
static double attribute_SI(const tdm_index *index, const char *begin, tt_dimension dim)
{
	const char *name, *value = tdm_attribute(index, begin, &name);
	if (!value) return NAN;
	char unit[32];
	size_t n = 0;
	for (const char *p = name + strlen(begin); *p && n + 1 < sizeof unit; p++) {
		if (strncmp(p, "___", 3) == 0) {
			unit[n++] = '/';
			p += 2;
		} else if (*p != '_') {
			unit[n++] = *p;
		}
	}
	unit[n] = '\0';
	double v;
	if (!tt_log_number(value, strlen(value), '.', &v)) return NAN;
	return v * tt_unit_factor(unit, dim);
}

static void tell(const tdm_index *index, const chosen *c, tt_force_log *log)
{
	static const char *const told[] = {
		"Acquisition_Timestamp",        "Acquisition_TriboScan_Version", "Acquisition_Quasi_File_Name",
		"Acquisition_Tensile_Mode",     "Acquisition_Test_Aborted",      "Current_Machine_Compliance",
		"Current_Drift_Rate",           "Current_Drift_Correction",      "Current_Spring_Force_Compensation"};
	char quoted[TT_QUOTE_SIZE];
	tt_warn(&log->notes, "group: %s", group_name(index, c->channel[TT_LOG_TIME]));
	for (int q = 0; q < TT_LOG_QUANTITIES; q++)
		tt_warn(&log->notes, "%s: channel '%.80s' in %.20s", tt_label_quantity(q), c->channel[q]->name,
		        c->channel[q]->unit);
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		const char *name, *value = tdm_attribute(index, told[i], &name);
		if (value) tt_warn(&log->notes, "%.100s: %s", name, tt_log_quote(quoted, value, strlen(value)));
	}
	const char *drift = tdm_attribute(index, "Current_Drift_Correction", NULL);
	log->machine_compliance_m_per_N = attribute_SI(index, "Current_Machine_Compliance", TT_DIM_COMPLIANCE);
	log->drift_rate_m_per_s = attribute_SI(index, "Current_Drift_Rate", TT_DIM_SPEED);
	log->compliance_applied = true;
	log->drift_applied = !drift || strcmp(drift, "0") != 0;
}

static tt_status read_pair(const tt_log_source *src, const tdm_index *index, const binary *data, tt_force_log *log,
                           tt_error *err)
{
	chosen c;
	tt_status s = choose(src, index, &c, err);
	if (s) return s;
	values v[TT_LOG_QUANTITIES];
	double factor[TT_LOG_QUANTITIES];
	size_t n = SIZE_MAX;
	uint64_t stated = 0;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		s = channel_values(src, index, c.channel[q], data, &v[q], err);
		if (s) return s;
		factor[q] = tt_label_factor(c.channel[q]->unit, q);
		if (v[q].n < n) n = v[q].n;
		if (v[q].stated > stated) stated = v[q].stated;
	}
	if (n == 0 && stated)
		return tt_log_fail(src, 0, err, "%s is cut short: it has %zu bytes and ends before the values of '%.80s'",
		                   data->name, data->size, c.channel[v[0].n ? (v[1].n ? 2 : 1) : 0]->name);
	tt_rows rows = {.log = log, .src = src};
	for (size_t i = 0; i < n; i++) {
		double x[TT_LOG_QUANTITIES];
		for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
			x[q] = value_at(&v[q], i) * factor[q];
			if (!isfinite(x[q]))
				return tt_log_fail(src, 0, err, "row %zu of channel '%.80s' is no finite number", i + 1,
				                   c.channel[q]->name);
		}
		s = tt_rows_add(&rows, x[TT_LOG_TIME], x[TT_LOG_DISPLACEMENT], x[TT_LOG_FORCE], 0, err);
		if (s) return s;
	}
	s = tt_rows_finish(&rows, err);
	if (s) return s;
	if (n < stated)
		tt_warn(&log->warnings, "%s: %s is cut short: %zu of %llu rows are complete", src->name, data->name, n,
		        (unsigned long long)stated);
	tell(index, &c, log);
	return list_segments(src, index, data, &rows, err);
}

static tt_status read_index(const tt_log_source *src, const binary *data, tt_force_log *log, tt_error *err);

/* ---- the other file of the pair ---- */

static bool present(const char *path)
{
	return path && access(path, F_OK) == 0;
}

/* The path with another ending, in any of the usual cases; NULL when there is no such file. */
static char *with_ending(const char *path, const char *const *endings)
{
	size_t n = strlen(path);
	const char *dot = strrchr(tt_path_base(path), '.');
	if (dot) n = (size_t)(dot - path);
	for (; *endings; endings++) {
		char *other = tt_format("%.*s%s", (int)n, path, *endings);
		if (present(other)) return other;
		free(other);
	}
	return NULL;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The last component of a url or a Windows path, %20 decoded: the file is looked for beside the index only. */
static char *url_file(const char *url)
{
	const char *base = url;
	for (const char *p = url; *p; p++)
		if (*p == '/' || *p == '\\') base = p + 1;
	char *out = tt_strdup(base);
	if (!out) return NULL;
	size_t n = 0;
	for (const char *p = base; *p; p++) {
		if (*p == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
			out[n++] = (char)(hex(p[1]) * 16 + hex(p[2]));
			p += 2;
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
	if (strlen(out) != n || strchr(out, '/') || strcmp(out, "..") == 0 || strcmp(out, ".") == 0) out[0] = '\0';
	return out;
}

/* Where the values lie: by the index's url, else the index's own name with .tdx. */
static tt_status find_binary(const tt_log_source *src, const tdm_index *index, char **path, tt_force_log *log,
                             tt_error *err)
{
	static const char *const endings[] = {".tdx", ".TDX", ".Tdx", NULL};
	char *file = url_file(index->url ? index->url : ""), *beside = NULL;
	char quoted[TT_QUOTE_SIZE] = "";
	if (file && *file) {
		beside = tt_path_beside(src->path, file);
		tt_log_quote(quoted, file, strlen(file));
	}
	free(file);
	if (present(beside)) {
		*path = beside;
		return TT_OK;
	}
	free(beside);
	*path = with_ending(src->path, endings);
	if (!*path)
		return tt_log_fail(src, 0, err,
		                   "is the index of an NI TDM pair whose values are missing: neither '%s' nor a .tdx of the "
		                   "same name lies beside it", quoted);
	tt_warn(&log->notes, "the index names '%s', which is not there; '%s' read", quoted, tt_path_base(*path));
	return TT_OK;
}

static tt_status read_with_index(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	if (src->binary) return read_index(src, &(binary){src->binary, src->binary_size, "the file of values"}, log, err);
	if (!src->path) return tt_log_fail(src, 0, err, "is the index of an NI TDM pair; its .tdx is needed too");
	return read_index(src, NULL, log, err);
}

static tt_status read_index(const tt_log_source *src, const binary *data, tt_force_log *log, tt_error *err)
{
	tdm_index index = {0};
	char *path = NULL;
	unsigned char *bytes = NULL;
	binary from_file = {0};
	tt_status s = tdm_index_read(src, &index, err);
	if (!s && !data) {
		s = find_binary(src, &index, &path, log, err);
		if (!s) s = tt_log_slurp(path, &bytes, &from_file.size, err);
		if (!s) {
			from_file.bytes = bytes;
			from_file.name = tt_path_base(path);
			data = &from_file;
		}
	}
	if (!s) s = read_pair(src, &index, data, log, err);
	tdm_index_free(&index);
	free(path);
	free(bytes);
	return s;
}

/* The .tdx was given: its index is the .tdm of the same name. */
static tt_status read_from_tdx(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	static const char *const endings[] = {".tdm", ".TDM", ".Tdm", NULL};
	char *path = with_ending(src->path, endings);
	if (!path)
		return tt_log_fail(src, 0, err, "holds the values of an NI TDM pair; its index, a .tdm of the same name, does "
		                   "not lie beside it");
	unsigned char *bytes = NULL;
	tt_log_source xml = {.name = path, .path = path};
	tt_status s = tt_log_slurp(path, &bytes, &xml.size, err);
	if (!s) {
		xml.bytes = bytes;
		s = read_index(&xml, &(binary){src->bytes, src->size, tt_path_base(src->path)}, log, err);
	}
	free(bytes);
	free(path);
	return s;
}

static tt_status read_tdm(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	if (src->columns)
		return tt_log_fail(src, 0, err, "is an NI TDM file, whose channels are known; leave 'columns' out");
	log->encoding = "binary values, UTF-8 index";
	if (is_index(src)) return read_with_index(src, log, err);
	if (named_tdx(src)) return read_from_tdx(src, log, err);
	return tt_log_fail(src, 0, err, "is neither the index nor the values of an NI TDM pair");
}

const tt_log_reader tt_log_tdm = {"NI TDM", probe, read_tdm};
