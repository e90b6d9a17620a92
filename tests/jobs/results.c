/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "results.h"

#include "check.h"

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	CHECK_MSG(f != NULL, "cannot open %s", path);
	fseek(f, 0, SEEK_END);
	long n = ftell(f);
	rewind(f);
	char *t = malloc((size_t)n + 1);
	CHECK(t && fread(t, 1, (size_t)n, f) == (size_t)n);
	t[n] = 0;
	fclose(f);
	return t;
}

void sheet_read(const char *path, sheet *s)
{
	memset(s, 0, sizeof *s);
	s->text = slurp(path);
	size_t lines = 0, columns = 1;
	for (char *p = s->text; *p; p++)
		lines += *p == '\n';
	for (char *p = s->text; *p && *p != '\n'; p++)
		columns += *p == ',';
	char **cell = calloc(lines * columns, sizeof *cell);
	size_t row = 0, column = 0;
	char *start = s->text;
	for (char *p = s->text; *p; p++) {
		if (*p != ',' && *p != '\n') continue;
		bool end = *p == '\n';
		if (end && p > start && p[-1] == '\r') p[-1] = 0;
		*p = 0;
		CHECK_MSG(column < columns, "%s: row %zu has too many cells", path, row);
		cell[row * columns + column++] = start;
		start = p + 1;
		if (!end) continue;
		CHECK_MSG(column == columns, "%s: row %zu has %zu cells, expected %zu", path, row, column, columns);
		row++;
		column = 0;
	}
	s->name = cell;
	s->cell = cell + columns;
	s->columns = columns;
	s->rows = row - 1;
}

void sheet_free(sheet *s)
{
	free(s->text);
	free(s->name);
}

const char *sheet_text(const sheet *s, size_t row, const char *column)
{
	CHECK(row < s->rows);
	for (size_t i = 0; i < s->columns; i++)
		if (strcmp(s->name[i], column) == 0) return s->cell[row * s->columns + i];
	check_stop(CHECK_FAILED, "no column '%s'", column);
}

double sheet_value(const sheet *s, size_t row, const char *column)
{
	const char *t = sheet_text(s, row, column);
	char *end;
	if (!*t) return NAN;
	double v = strtod(t, &end);
	CHECK_MSG(*end == 0, "column %s, row %zu: '%s' is no number", column, row, t);
	return v;
}

/* Decimals of the number at p … end. */
static int decimals_of(const char *p, const char *end)
{
	const char *dot = memchr(p, '.', (size_t)(end - p));
	return dot ? (int)(end - dot) - 1 : 0;
}

/* Significant digits of u as it is written; zeros at the end of a whole number are none. */
static int significant(const char *p, const char *end, int *first)
{
	bool whole = !memchr(p, '.', (size_t)(end - p));
	while (p < end && (*p == '0' || *p == '.'))
		p++;
	while (whole && end > p && end[-1] == '0')
		end--;
	int n = 0;
	*first = p < end ? *p - '0' : 0;
	for (; p < end; p++)
		n += *p != '.';
	return n;
}

static bool of_a_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

void check_numbers(const char *text, const char *what)
{
	static const char pm[] = " ± ";
	for (const char *p = strstr(text, pm); p; p = strstr(p + 1, pm)) {
		const char *left = p, *right = p + strlen(pm), *end = right;
		int first;
		while (left > text && of_a_number(left[-1]))
			left--;
		while (of_a_number(*end))
			end++;
		while (end > right && end[-1] == '.')
			end--; /* of the sentence */
		if (left == p || end == right) continue;
		int digits = significant(right, end, &first);
		if (!first) continue; /* ± 0 */
		CHECK_MSG(decimals_of(left, p) == decimals_of(right, end) && digits <= 2 && !(digits == 2 && first > 2),
		          "%s: digits of \"%.*s\" in: %s", what, (int)(end - left), left, text);
	}
	for (const char *p = text; *p; p++) {
		bool digit = *p >= '0' && *p <= '9', before = p > text && (p[-1] == ' ' || p[-1] == '(');
		CHECK_MSG(!(*p == '-' && before && p[1] >= '0' && p[1] <= '9'), "%s: no true minus at \"%.20s\" in: %s",
		          what, p, text);
		CHECK_MSG(!(digit && p[1] == 'e' && (p[2] == '-' || p[2] == '+')),
		          "%s: a power of ten at \"%.20s\" in: %s", what, p, text);
	}
}

json_t *json_file(const char *path)
{
	json_error_t e;
	json_t *j = json_load_file(path, 0, &e);
	CHECK_MSG(j != NULL, "%s:%d: %s", path, e.line, e.text);
	return j;
}

const json_t *json_node(const json_t *root, const char *path)
{
	char key[128];
	const char *p = path;
	while (*p && root) {
		size_t n = strcspn(p, ".");
		CHECK(n < sizeof key);
		memcpy(key, p, n);
		key[n] = 0;
		root = json_is_array(root) ? json_array_get(root, (size_t)atoi(key)) : json_object_get(root, key);
		p += n + (p[n] == '.');
	}
	return root;
}

double json_at(const json_t *root, const char *path)
{
	const json_t *j = json_node(root, path);
	CHECK_MSG(j != NULL, "there is no '%s' in the file", path);
	return json_is_number(j) ? json_number_value(j) : NAN;
}

void axial_read(const char *folder, axial *a)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/axial.csv", folder);
	sheet_read(path, &a->s);
	snprintf(path, sizeof path, "%s/truth.json", folder);
	json_t *t = json_file(path);
	double angle = json_at(t, "axis_deg") * acos(-1) / 180;
	a->origin[0] = json_at(t, "axis_origin_px.0");
	a->origin[1] = json_at(t, "axis_origin_px.1");
	a->axis[0] = cos(angle);
	a->axis[1] = sin(angle);
	json_decref(t);
}

void axial_free(axial *a)
{
	sheet_free(&a->s);
}

static double moved(const axial *a, size_t frame, double place)
{
	for (size_t i = 2; i < a->s.columns; i++) {
		double x0 = atof(a->s.name[i - 1]), x1 = atof(a->s.name[i]);
		if (place < x0 || place > x1) continue;
		double w = (place - x0) / (x1 - x0);
		const char *const *row = (const char *const *)a->s.cell + frame * a->s.columns;
		return (1 - w) * atof(row[i - 1]) + w * atof(row[i]);
	}
	check_stop(CHECK_FAILED, "the place %g lies outside axial.csv", place);
}

double axial_strain(const axial *a, size_t frame, const double from[2], const double to[2])
{
	double s0 = (from[0] - a->origin[0]) * a->axis[0] + (from[1] - a->origin[1]) * a->axis[1];
	double s1 = (to[0] - a->origin[0]) * a->axis[0] + (to[1] - a->origin[1]) * a->axis[1];
	return (moved(a, frame, s1) - moved(a, frame, s0)) / (s1 - s0);
}

void compare(const char *result_dir, const char *truth_dir, const axial *ends, agreement *out)
{
	char path[1024];
	sheet curve, truth;
	double from[2] = {0}, to[2] = {0}, sum = 0, sum2 = 0, stress2 = 0;
	size_t in1 = 0, in2 = 0, stresses = 0;
	memset(out, 0, sizeof *out);
	snprintf(path, sizeof path, "%s/curve.csv", result_dir);
	sheet_read(path, &curve);
	snprintf(path, sizeof path, "%s/truth.csv", truth_dir);
	sheet_read(path, &truth);
	snprintf(path, sizeof path, "%s/summary.json", result_dir);
	json_t *summary = json_file(path);
	for (int k = 0; k < 2; k++) {
		from[k] = json_at(summary, k ? "gauge.from_px.1" : "gauge.from_px.0");
		to[k] = json_at(summary, k ? "gauge.to_px.1" : "gauge.to_px.0");
	}
	json_decref(summary);
	CHECK_MSG(curve.rows == truth.rows, "%zu rows in curve.csv, %zu frames in the truth", curve.rows, truth.rows);
	double *error = calloc(curve.rows + 1, sizeof *error);
	for (size_t i = 0; i < curve.rows; i++) {
		const char *flag = sheet_text(&curve, i, "flag");
		if (sheet_value(&truth, i, "broken") == 0 && !strstr(flag, "outside-log") && !strstr(flag, "duplicate"))
			out->expected++;
		if (*sheet_text(&curve, i, "flag")) continue;
		double t = ends ? axial_strain(ends, i, from, to) : sheet_value(&truth, i, "mark_strain");
		double e = sheet_value(&curve, i, "strain") - t, u = sheet_value(&curve, i, "u_strain");
		double s = sheet_value(&curve, i, "stress_GPa") - sheet_value(&truth, i, "stress_gpa");
		CHECK_MSG(isfinite(e) && u > 0, "row %zu has no flag and no strain", i);
		error[out->rows++] = e;
		sum += e;
		sum2 += e * e;
		in1 += fabs(e) <= u;
		in2 += fabs(e) <= 2 * u;
		if (isfinite(s)) {
			stress2 += s * s;
			stresses++;
		}
	}
	CHECK(out->rows > 0 && stresses > 0);
	for (size_t i = 0; i + 30 <= out->rows; i++) {
		double run = 0;
		for (size_t j = i; j < i + 30; j++)
			run += error[j] / 30;
		out->worst_run = fmax(out->worst_run, fabs(run));
	}
	out->rms = sqrt(sum2 / (double)out->rows);
	out->mean = sum / (double)out->rows;
	out->within_1u = (double)in1 / (double)out->rows;
	out->within_2u = (double)in2 / (double)out->rows;
	out->stress_rms_GPa = sqrt(stress2 / (double)stresses);
	free(error);
	sheet_free(&curve);
	sheet_free(&truth);
}

void compare_with_truth(const char *result_dir, const char *truth_dir, agreement *out)
{
	axial ends;
	axial_read(truth_dir, &ends);
	compare(result_dir, truth_dir, &ends, out);
	axial_free(&ends);
}
