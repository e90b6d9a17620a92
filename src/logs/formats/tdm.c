/* NI TDM logs as TriboScan 9 writes them: which channels are time, force and displacement, the segments, and what the
 * file says of itself. Displacements are already corrected for machine compliance, and for drift where it says so.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/formats/tdm.h"

#include <stdio.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct chosen {
	const tt_tdm_item *channel[TT_LOG_QUANTITIES];
} chosen;

static bool same_group(const tt_tdm_item *a, const tt_tdm_item *b)
{
	return a->group && b->group ? strcmp(a->group, b->group) == 0 : a->group == b->group;
}

/* The best time, force and displacement in the group of `member`. */
static bool choose_in_group(const tt_tdm_index *index, const tt_tdm_item *member, chosen *c)
{
	int best[TT_LOG_QUANTITIES] = {0};
	*c = (chosen){{NULL}};
	for (size_t i = 0; i < index->n; i++) {
		const tt_tdm_item *t = &index->item[i];
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

static const char *group_name(const tt_tdm_index *index, const tt_tdm_item *channel)
{
	const tt_tdm_item *g = tt_tdm_by_id(index, TDM_GROUP, channel->group);
	return g && g->name ? g->name : "";
}

/* The group that holds all data points; of several such, the first. */
static tt_status choose(const tt_log_source *src, const tt_tdm_index *index, chosen *best, tt_error *err)
{
	bool any = false;
	const char *before = NULL;
	for (size_t i = 0; i < index->n; i++) {
		const tt_tdm_item *t = &index->item[i];
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
	return tt_log_fail(src, 0, err,
	                   "has no group with channels for time, force and displacement; expected one such as "
	                   "'Indentation All Data Points'");
}

/* ---- segments ---- */

static const tt_tdm_item *segment_channel(const tt_tdm_index *index, const char *name)
{
	for (size_t i = 0; i < index->n; i++) {
		const tt_tdm_item *t = &index->item[i];
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
	double factor = control == TT_CONTROL_UNKNOWN
	                    ? NAN
	                    : tt_label_factor(unit, control == TT_CONTROL_LOAD ? TT_LOG_FORCE : TT_LOG_DISPLACEMENT);
	return value == 0 ? 0 : value * factor;
}

static tt_status list_segments(const tt_log_source *src, const tt_tdm_index *index, const tt_tdm_binary *data,
                               tt_rows *rows, tt_error *err)
{
	static const char *const name[SEG_CHANNELS] = {"Segment Time", "Segment Begin Demand", "Segment End Demand",
	                                               "Segment FB Mode", "Segment Points"};
	const tt_tdm_item *channel[SEG_CHANNELS];
	tt_tdm_values v[SEG_CHANNELS];
	size_t n = SIZE_MAX;
	for (int i = 0; i < SEG_CHANNELS; i++) {
		if (!(channel[i] = segment_channel(index, name[i]))) return TT_OK;
		tt_status s = tt_tdm_channel_values(src, index, channel[i], data, &v[i], err);
		if (s) return s;
		if (v[i].n < v[i].stated) {
			tt_warn(&rows->log->warnings,
			        "%s: the list of segments lies beyond the end of the file of values", src->name);
			return TT_OK;
		}
		if (v[i].n < n) n = v[i].n;
	}
	tt_listed_segment *list = calloc(n ? n : 1, sizeof *list);
	if (!list) return tt_fail_memory(err, "the segments of a log");
	const char *unit = channel[SEG_BEGIN]->unit ? channel[SEG_BEGIN]->unit : "";
	for (size_t i = 0; i < n; i++) {
		double points = tt_tdm_value(&v[SEG_POINTS], i);
		tt_control control = control_of(channel[SEG_MODE]->description, tt_tdm_value(&v[SEG_MODE], i));
		list[i] = (tt_listed_segment){
		    .rows = points >= 0 && points < 1e15 ? (size_t)points : 0,
		    .control = control,
		    .duration_s = tt_tdm_value(&v[SEG_TIME], i) *
		                  tt_label_factor(channel[SEG_TIME]->unit ? channel[SEG_TIME]->unit : "s", TT_LOG_TIME),
		    .begin = demand(tt_tdm_value(&v[SEG_BEGIN], i), unit, control),
		    .end = demand(tt_tdm_value(&v[SEG_END], i), unit, control)};
	}
	tt_status s = n ? tt_rows_list(rows, list, n, err) : TT_OK;
	free(list);
	return s;
}

/* ---- what the file says of itself ---- */

/* "Current_Drift_Rate__nm___s__" → "nm/s" */
static double attribute_SI(const tt_tdm_index *index, const char *begin, tt_dimension dim)
{
	const char *name, *value = tt_tdm_attribute(index, begin, &name);
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

static void tell(const tt_tdm_index *index, const chosen *c, tt_force_log *log)
{
	static const char *const told[] = {
	    "Acquisition_Timestamp",    "Acquisition_TriboScan_Version", "Acquisition_Quasi_File_Name",
	    "Acquisition_Tensile_Mode", "Acquisition_Test_Aborted",      "Current_Machine_Compliance",
	    "Current_Drift_Rate",       "Current_Drift_Correction",      "Current_Spring_Force_Compensation"};
	char quoted[TT_QUOTE_SIZE];
	tt_warn(&log->notes, "group: %s", group_name(index, c->channel[TT_LOG_TIME]));
	for (int q = 0; q < TT_LOG_QUANTITIES; q++)
		tt_warn(&log->notes, "%s: channel '%.80s' in %.20s", tt_label_quantity(q), c->channel[q]->name,
		        c->channel[q]->unit);
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		const char *name, *value = tt_tdm_attribute(index, told[i], &name);
		if (value) tt_warn(&log->notes, "%.100s: %s", name, tt_log_quote(quoted, value, strlen(value)));
	}
	const char *drift = tt_tdm_attribute(index, "Current_Drift_Correction", NULL);
	log->machine_compliance_m_per_N = attribute_SI(index, "Current_Machine_Compliance", TT_DIM_COMPLIANCE);
	log->drift_rate_m_per_s = attribute_SI(index, "Current_Drift_Rate", TT_DIM_SPEED);
	log->compliance_applied = true;
	log->drift_applied = !drift || strcmp(drift, "0") != 0;
}

tt_status tt_tdm_read(const tt_log_source *src, const tt_tdm_index *index, const tt_tdm_binary *data, tt_force_log *log,
                      tt_error *err)
{
	chosen c;
	tt_status s = choose(src, index, &c, err);
	if (s) return s;
	tt_tdm_values v[TT_LOG_QUANTITIES];
	double factor[TT_LOG_QUANTITIES];
	size_t n = SIZE_MAX;
	uint64_t stated = 0;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
		s = tt_tdm_channel_values(src, index, c.channel[q], data, &v[q], err);
		if (s) return s;
		factor[q] = tt_label_factor(c.channel[q]->unit, q);
		if (v[q].n < n) n = v[q].n;
		if (v[q].stated > stated) stated = v[q].stated;
	}
	if (n == 0 && stated)
		return tt_log_fail(src, 0, err,
		                   "%s is cut short: it has %zu bytes and ends before the values of '%.80s'",
		                   data->name, data->size, c.channel[v[0].n ? (v[1].n ? 2 : 1) : 0]->name);
	tt_rows rows = {.log = log, .src = src};
	for (size_t i = 0; i < n && !s; i++) {
		double x[TT_LOG_QUANTITIES];
		bool bad = false;
		for (int q = 0; q < TT_LOG_QUANTITIES; q++) {
			x[q] = tt_tdm_value(&v[q], i) * factor[q];
			if (isfinite(x[q]) && fabs(x[q]) < 1e30) continue;
			bad = true;
			if (!rows.bad_text[0])
				snprintf(rows.bad_text, sizeof rows.bad_text,
				         "row %zu of channel '%.80s' is no finite number", i + 1, c.channel[q]->name);
		}
		s = bad ? tt_rows_dropped(&rows, 0, err)
		        : tt_rows_add(&rows, x[TT_LOG_TIME], x[TT_LOG_DISPLACEMENT], x[TT_LOG_FORCE], 0, err);
	}
	if (!s) s = tt_rows_finish(&rows, err);
	tt_rows_free(&rows);
	if (s) return s;
	if (n < stated)
		tt_warn(&log->warnings, "%s: %s is cut short: %zu of %llu rows are complete", src->name, data->name, n,
		        (unsigned long long)stated);
	tell(index, &c, log);
	return list_segments(src, index, data, &rows, err);
}
