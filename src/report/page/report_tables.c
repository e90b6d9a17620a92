/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page/report_tables.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "report/draw/markup.h"
#include "report/page/report_parts.h"

/* ---- names ---- */

/* Ends of keys and the units that they stand for, longer ones first. */
static const struct {
	const char *end, *unit;
} units[] = {{"_nm_per_uN", "nm/µN"},
             {"_N_per_m2", "N/m²"},
             {"_MJ_per_m3", "MJ/m³"},
             {"_N_per_m", "N/m"},
             {"_uN_per_s", "µN/s"},
             {"_per_s", "1/s"},
             {"_GPa", "GPa"},
             {"_deg", "°"},
             {"_grey", "grey levels"},
             {"_log_s", "s of the log"},
             {"_px", "px"},
             {"_nm", "nm"},
             {"_uN", "µN"},
             {"_Pa", "Pa"},
             {"_s", "s"}};

/* Fractions of one, which people read in %. */
static bool is_fraction(const char *key)
{
	static const char *const keys[] = {"strain",
	                                   "strains",
	                                   "onset_strain",
	                                   "width_reduction",
	                                   "uniform_width_reduction",
	                                   "dip_depth",
	                                   "area_reduction",
	                                   "onset_by_width",
	                                   "onset_by_axial_strain",
	                                   "considere_strain",
	                                   "onset_minus_considere",
	                                   "zero_shift_strain",
	                                   "strain_noise",
	                                   "lost_fraction"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(key, keys[i]) == 0) return true;
	return false;
}

/* "displacement_noise_px" as "Displacement noise" and "px". */
static const char *readable(const char *key, char *name, size_t size)
{
	static const struct {
		const char *key, *shown;
	} special[] = {{"min_zncc", "Least ZNCC"},
	               {"d0_nm", "d₀ (nm)"},
	               {"considere_strain", "Considère strain (%)"},
	               {"onset_minus_considere", "Onset minus Considère strain (%)"},
	               {"reference_update_below_zncc", "Reference updated below ZNCC"},
	               {"match_rms_nm", "Match, rms (nm)"},
	               {"max_iterations", "Most iterations"},
	               {"max_increment_px", "Largest increment (px)"}};
	const char *unit = "";
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (strcmp(key, special[i].key) == 0) {
			tt_snprintf(name, size, "%s", special[i].shown);
			return unit;
		}
	tt_snprintf(name, size, "%s", key);
	size_t n = strlen(name);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		size_t k = strlen(units[i].end);
		if (n <= k || strcmp(name + n - k, units[i].end) != 0) continue;
		name[n - k] = '\0';
		unit = units[i].unit;
		break;
	}
	if (is_fraction(key)) unit = "%";
	for (char *p = name; *p; p++)
		if (*p == '_') *p = ' ';
	if (name[0] == 'u' && name[1] == ' ') {
		char rest[120];
		tt_snprintf(rest, sizeof rest, "%s", name + 2);
		tt_snprintf(name, size, "Uncertainty of %s", rest);
	}
	name[0] = (char)toupper((unsigned char)name[0]);
	return unit;
}

/* ---- values ---- */

/* Settings are shown as they were given; what was found, without a u of its own, with the digits that can be meant. */
typedef enum kind { GIVEN, FOUND } kind;

static void put_value(FILE *f, kind k, const json_t *v);

/* size: of the largest number beside it, which has the same decimals. 287.4, 50.23, 4.00, 0.0342; 3.1×10⁻⁵ */
static void put_sized(FILE *f, kind k, double v, double size)
{
	enum { DIGITS = 3, MORE = 4 };
	const int place = size > 0 ? (int)floor(log10(size)) : 0, decimals = place >= MORE - 1 ? 1
	                                                                     : place >= 1      ? MORE - 1 - place
	                                                                                       : DIGITS - 1 - place;
	char shown[64];
	tt_snprintf(shown, sizeof shown, "%.*f", decimals, v);
	if (k == GIVEN || !isfinite(v) || (v == round(v) && size == fabs(v)) ||
	    (size == fabs(v) && fabs(tt_strtod(shown, NULL) - v) < 1e-9 * size))
		tt_put_number(f, v);
	else if (size < 1e-3 || size >= 1e6)
		fputs(TT_DIGITS(v, DIGITS, ""), f);
	else
		tt_fprintf(f, "%s%s", v < 0 ? "−" : "", shown + (v < 0));
}

static void put_plain(FILE *f, kind k, double v)
{
	put_sized(f, k, v, fabs(v));
}

/* Numbers between commas, all of them with the decimals of the largest; whole numbers (of frames) stay such. */
static void put_numbers(FILE *f, kind k, const json_t *list, double scale)
{
	double size = 0;
	bool whole = true;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const double v = scale * json_number_value(json_array_get(list, i));
		size = fmax(size, fabs(v));
		whole = whole && v == round(v);
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const double v = json_is_number(item) ? scale * json_number_value(item) : NAN;
		if (i) fputs(", ", f);
		put_sized(f, k, v, whole ? fabs(v) : size);
	}
}

static bool all_numbers(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_number(json_array_get(list, i)) && !json_is_null(json_array_get(list, i))) return false;
	return json_array_size(list) > 0;
}

static bool is_value_u(const json_t *v)
{
	const json_t *value = json_object_get(v, "value"), *u = json_object_get(v, "u");
	return value && u && (json_is_number(value) || json_is_null(value));
}

static double number_of(const json_t *v)
{
	return json_is_number(v) ? json_number_value(v) : NAN;
}

static void put_pair(FILE *f, const json_t *v)
{
	tt_put_value_u(f, number_of(json_object_get(v, "value")), number_of(json_object_get(v, "u")));
	if (json_is_false(json_object_get(v, "u_stated"))) fputs(" (uncertainty not stated)", f);
}

/* The member that holds the uncertainty of this one: u_width for width, u_nm for value_nm; NULL. */
static const json_t *uncertainty_of(const json_t *object, const char *key)
{
	char name[160];
	tt_snprintf(name, sizeof name, "u_%s", strncmp(key, "value_", 6) == 0 ? key + 6 : key);
	const json_t *u = json_object_get(object, name);
	return json_is_number(u) || json_is_array(u) ? u : NULL;
}

/* Is shown with the number that it belongs to. */
static bool is_uncertainty(const json_t *object, const char *key)
{
	char name[160];
	if (strncmp(key, "u_", 2) != 0) return false;
	if (strcmp(key, "u_stated") == 0) return true;
	tt_snprintf(name, sizeof name, "value_%s", key + 2);
	const json_t *of = json_object_get(object, key + 2);
	return json_is_number(of) || json_is_array(of) || json_is_number(json_object_get(object, name));
}

/* A number, a pair of them or a value with u, times 100. */
static void put_fraction(FILE *f, kind k, const json_t *object, const char *key, const json_t *item)
{
	const json_t *u = json_is_number(item) ? uncertainty_of(object, key) : NULL;
	if (json_is_array(item)) {
		put_numbers(f, k, item, 100);
	} else if (is_value_u(item)) {
		tt_put_value_u(f, 100 * number_of(json_object_get(item, "value")),
		               100 * number_of(json_object_get(item, "u")));
	} else if (u) {
		tt_put_value_u(f, 100 * number_of(item), 100 * json_number_value(u));
	} else {
		put_plain(f, k, 100 * number_of(item));
	}
}

static void put_with_u(FILE *f, kind k, const json_t *object, const char *key, const json_t *item)
{
	if (is_fraction(key)) {
		put_fraction(f, k, object, key, item);
		return;
	}
	const json_t *u = uncertainty_of(object, key);
	if (json_is_number(item) && json_is_number(u)) {
		tt_put_value_u(f, json_number_value(item), json_number_value(u));
	} else if (json_is_array(item) && u) { /* one u for all of a list, or one for each */
		for (size_t i = 0; i < json_array_size(item); i++) {
			if (i) fputs(", ", f);
			tt_put_value_u(f, number_of(json_array_get(item, i)),
			               number_of(json_is_array(u) ? json_array_get(u, i) : u));
		}
	} else if (json_is_number(item) && strncmp(key, "u_", 2) == 0) {
		fputs(TT_DIGITS(json_number_value(item), 2, ""), f);
	} else {
		put_value(f, k, item);
	}
}

static void put_members(FILE *f, kind k, const json_t *v)
{
	const char *key, *between = "";
	json_t *item;
	json_object_foreach((json_t *)(uintptr_t)v, key, item)
	{
		char name[160];
		if (is_uncertainty(v, key)) continue;
		const char *unit = readable(key, name, sizeof name);
		name[0] = (char)tolower((unsigned char)name[0]);
		fputs(between, f);
		tt_put_html(f, name);
		fputc(' ', f);
		put_with_u(f, k, v, key, item);
		if (*unit) tt_fprintf(f, " %s", unit);
		between = ", ";
	}
}

static void put_value(FILE *f, kind k, const json_t *v)
{
	if (json_is_string(v)) {
		tt_put_html(f, json_string_value(v));
	} else if (json_is_number(v)) {
		put_plain(f, k, json_number_value(v));
	} else if (json_is_boolean(v)) {
		fputs(json_is_true(v) ? "yes" : "no", f);
	} else if (json_is_array(v) && all_numbers(v)) {
		put_numbers(f, k, v, 1);
	} else if (json_is_array(v)) {
		bool objects = json_is_object(json_array_get(v, 0));
		for (size_t i = 0; i < json_array_size(v); i++) {
			if (i) fputs(objects ? "; " : ", ", f);
			put_value(f, k, json_array_get(v, i));
		}
		if (!json_array_size(v)) fputs("none", f);
	} else if (json_is_object(v)) {
		if (is_value_u(v))
			put_pair(f, v);
		else
			put_members(f, k, v);
	} else {
		fputs("–", f);
	}
}

static void put_line(FILE *f, kind k, const char *group, const json_t *object, const char *key, const json_t *v)
{
	char name[160];
	if (is_uncertainty(object, key) || strncmp(key, "tiff_", 5) == 0)
		return; /* how a file is coded is for programs */
	const char *unit = readable(key, name, sizeof name);
	fputs("<tr><th scope=\"row\">", f);
	if (group) {
		char first[160];
		readable(group, first, sizeof first);
		tt_put_html(f, first);
		fputs(": ", f);
		name[0] = (char)tolower((unsigned char)name[0]);
	}
	tt_put_html(f, name);
	if (*unit) tt_fprintf(f, " (%s)", unit);
	fputs("</th><td>", f);
	put_with_u(f, k, object, key, v);
	fputs("</td></tr>\n", f);
}

void tt_put_summary_table(FILE *f, const json_t *summary, const char *what, const char *caption)
{
	json_t *object = json_object_get(summary, what), *item, *inner;
	const char *key, *name;
	const kind k = strcmp(what, "parameters") == 0 ? GIVEN : FOUND;
	if (!json_is_object(object) || !json_object_size(object)) return;
	fputs("<div class=\"group\"><table><caption>", f);
	tt_put_html(f, caption);
	fputs("</caption><tbody>\n", f);
	json_object_foreach(object, key, item)
	{
		if (!json_is_object(item) || is_value_u(item))
			put_line(f, k, NULL, object, key, item);
		else
			json_object_foreach(item, name, inner) put_line(f, k, key, item, name, inner);
	}
	fputs("</tbody></table></div>\n", f);
}

void tt_put_warnings(FILE *f, const json_t *summary)
{
	const json_t *warnings = json_object_get(summary, "warnings");
	size_t n = json_array_size(warnings);
	if (!n) return;
	fputs(
	    "<section class=\"warnings\" aria-labelledby=\"h-warnings\">\n<h2 id=\"h-warnings\">Warnings</h2>\n<ul>\n",
	    f);
	for (size_t i = 0; i < n; i++) {
		fputs("<li>", f);
		tt_put_html(f, json_string_value(json_array_get(warnings, i)));
		fputs("</li>\n", f);
	}
	fputs("</ul>\n</section>\n", f);
}

void tt_put_inputs_table(FILE *f, const json_t *summary)
{
	const json_t *inputs = json_object_get(summary, "inputs");
	tt_put_scroller(f, "Inputs");
	fputs("<table><thead><tr><th scope=\"col\">File</th><th scope=\"col\">SHA-256</th></tr></thead><tbody>\n", f);
	for (size_t i = 0; i < json_array_size(inputs); i++) {
		const json_t *item = json_array_get(inputs, i), *hash = json_object_get(item, "sha256");
		fputs("<tr><th scope=\"row\">", f);
		put_value(f, GIVEN, json_object_get(item, "file"));
		fputs("</th><td class=\"mono\">", f);
		if (json_is_string(hash))
			tt_put_html(f, json_string_value(hash));
		else
			fputs("a folder or a series of files", f);
		fputs("</td></tr>\n", f);
	}
	fputs("</tbody></table></div>\n", f);
}

static void put_cell(FILE *f, double v, double u)
{
	fputs("<td class=\"number\">", f);
	tt_put_value_u(f, v, u);
	fputs("</td>", f);
}

void tt_put_lists_of_properties(FILE *f, const json_t *summary)
{
	const json_t *p = json_object_get(summary, "properties"), *list = json_object_get(p, "offset_yield");
	if (json_array_size(list)) {
		tt_put_scroller(f, "Offset yield strengths");
		fputs("<table><caption>Offset yield strengths</caption><thead><tr><th scope=\"col\">Offset (%)</th>"
		      "<th scope=\"col\">Stress (GPa)</th><th scope=\"col\">At strain (%)</th></tr></thead><tbody>\n",
		      f);
		for (size_t i = 0; i < json_array_size(list); i++) {
			const json_t *o = json_array_get(list, i), *reason = json_object_get(o, "reason");
			fputs("<tr>", f);
			put_cell(f, 100 * number_of(json_object_get(o, "offset")), NAN);
			if (json_is_string(reason)) {
				fputs("<td colspan=\"2\">", f);
				tt_put_html(f, json_string_value(reason));
				fputs("</td>", f);
			} else {
				put_cell(f, number_of(json_object_get(o, "value")), number_of(json_object_get(o, "u")));
				put_cell(f, 100 * number_of(json_object_get(o, "strain")), NAN);
			}
			fputs("</tr>\n", f);
		}
		fputs("</tbody></table></div>\n", f);
	}
	list = json_object_get(p, "stress_drops");
	if (!json_array_size(list)) return;
	tt_put_scroller(f, "Stress drops");
	fputs("<table><caption>Stress drops</caption><thead><tr><th scope=\"col\">Time (s)</th>"
	      "<th scope=\"col\">Strain (%)</th><th scope=\"col\">Drop (GPa)</th></tr></thead><tbody>\n",
	      f);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *d = json_array_get(list, i);
		fputs("<tr>", f);
		put_cell(f, number_of(json_object_get(d, "time_s")), NAN);
		put_cell(f, 100 * number_of(json_object_get(d, "strain")), NAN);
		put_cell(f, number_of(json_object_get(d, "delta_GPa")), number_of(json_object_get(d, "u_delta_GPa")));
		fputs("</tr>\n", f);
	}
	fputs("</tbody></table></div>\n", f);
}
