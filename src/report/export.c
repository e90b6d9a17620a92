/* The curve for other programs: tables for Origin and Excel, the figure alone, and single frames.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/draw/jpeg.h"
#include "report/draw/scale.h"
#include "temtensile/evaluate.h"
#include "temtensile/report.h"

/* ---- tables ---- */

typedef struct column {
	const char *name, *unit, *comment;
	const double *value;
	double scale;
} column;

enum { COLUMNS = 11 };

static void columns_of(const tt_curve *c, column out[COLUMNS])
{
	const column all[COLUMNS] = {
	    {"Engineering strain", "%", "L/L₀ − 1 between the gauge's ends", c->strain, 100},
	    {"Engineering stress", "GPa", "force on the specimen over its first section", c->stress_Pa, 1e-9},
	    {"u(strain)", "%", "standard uncertainty", c->u_strain, 100},
	    {"u(stress)", "GPa", "standard uncertainty", c->u_stress_Pa, 1e-9},
	    {"True strain", "%", "up to the largest stress", c->true_strain, 100},
	    {"True stress", "GPa", "up to the largest stress", c->true_stress_Pa, 1e-9},
	    {"Time", "s", "of the recording", c->time_s, 1},
	    {"Log time", "s", "of the force log", c->log_time_s, 1},
	    {"Displacement", "nm", "of the device since contact", c->displacement_m, 1e9},
	    {"Raw force", "\u00b5N", "as logged", c->force_raw_N, 1e6},
	    {"Specimen force", "\u00b5N", "raw force less air and spring", c->force_N, 1e6},
	};
	memcpy(out, all, sizeof all);
}

tt_status tt_curve_tsv_write(tt_outdir *dir, const char *file, const char *name, const tt_curve *c, tt_error *err)
{
	column col[COLUMNS];
	char number[40];
	FILE *f;
	columns_of(c, col);
	tt_status st = tt_outdir_fopen(dir, file, &f, err);
	if (st != TT_OK) return st;
	for (int k = 0; k < COLUMNS; k++)
		fprintf(f, "%s%s", k ? "\t" : "", col[k].name);
	fputc('\n', f);
	for (int k = 0; k < COLUMNS; k++)
		fprintf(f, "%s%s", k ? "\t" : "", col[k].unit);
	fputc('\n', f);
	for (int k = 0; k < COLUMNS; k++)
		fprintf(f, k ? "\t%s" : "%s: ", k ? col[k].comment : name), k ? 0 : fputs(col[k].comment, f);
	fputc('\n', f);
	for (size_t i = 0; i < c->n; i++) {
		for (int k = 0; k < COLUMNS; k++) {
			double v = col[k].value[i] * col[k].scale;
			fprintf(f, "%s%s", k ? "\t" : "",
			        isfinite(v) ? tt_format_double(number, sizeof number, v, 9) : "");
		}
		fputc('\n', f);
	}
	return tt_outdir_fclose(dir, f, file, err);
}

static lxw_error fill_sheet(lxw_workbook *book, const char *name, const tt_curve *c)
{
	column col[COLUMNS];
	columns_of(c, col);
	lxw_worksheet *sheet = workbook_add_worksheet(book, "curve");
	lxw_format *bold = workbook_add_format(book);
	if (!sheet || !bold) return LXW_ERROR_MEMORY_MALLOC_FAILED;
	format_set_bold(bold);
	lxw_error e = LXW_NO_ERROR;
	for (lxw_col_t k = 0; k < COLUMNS && e == LXW_NO_ERROR; k++) {
		e = worksheet_write_string(sheet, 0, k, col[k].name, bold);
		if (e == LXW_NO_ERROR) e = worksheet_write_string(sheet, 1, k, col[k].unit, NULL);
		if (e == LXW_NO_ERROR) e = worksheet_write_string(sheet, 2, k, k ? col[k].comment : name, NULL);
	}
	for (size_t i = 0; i < c->n && e == LXW_NO_ERROR; i++)
		for (lxw_col_t k = 0; k < COLUMNS && e == LXW_NO_ERROR; k++) {
			double v = col[k].value[i] * col[k].scale;
			if (isfinite(v)) e = worksheet_write_number(sheet, (lxw_row_t)i + 3, k, v, NULL);
		}
	worksheet_set_column(sheet, 0, COLUMNS - 1, 18, NULL);
	worksheet_freeze_panes(sheet, 3, 0);
	return e;
}

/* No wall-clock time: equal curves leave equal bytes. */
static void undated(lxw_workbook *book, const char *name)
{
	lxw_doc_properties p = {.title = (char *)name, .created = 946684800};
	workbook_set_properties(book, &p);
}

tt_status tt_curve_xlsx_write(tt_outdir *dir, const char *file, const char *name, const tt_curve *c, tt_error *err)
{
	const char *path;
	tt_status st = tt_outdir_path(dir, file, &path, err);
	if (st != TT_OK) return st;
	if (c->n > 1048000)
		return tt_fail(err, TT_ERR_FAILED, "%s: a sheet holds 1048576 rows, the curve has %zu", file, c->n);
	lxw_workbook *book = workbook_new(path);
	if (!book) return tt_fail_memory(err, file);
	undated(book, name);
	lxw_error e = fill_sheet(book, name, c), closed = workbook_close(book);
	if (e == LXW_NO_ERROR) e = closed;
	return e == LXW_NO_ERROR ? TT_OK : tt_fail(err, TT_ERR_FAILED, "%s: %s", file, lxw_strerror(e));
}

/* ---- one form, in memory ---- */

static tt_status read_back(const char *path, unsigned char **data, size_t *size, tt_error *err)
{
	FILE *f = fopen(path, "rb");
	long n = -1;
	*data = NULL;
	if (f && fseek(f, 0, SEEK_END) == 0) n = ftell(f);
	if (n >= 0 && fseek(f, 0, SEEK_SET) == 0 && (*data = malloc((size_t)n + 1)))
		*size = fread(*data, 1, (size_t)n, f);
	if (f) fclose(f);
	if (*data && *size == (size_t)n) return TT_OK;
	free(*data);
	*data = NULL;
	return tt_fail(err, TT_ERR_FAILED, "what was exported could not be read back");
}

static void remove_folder(const char *path)
{
	DIR *d = opendir(path);
	for (struct dirent *e; d && (e = readdir(d));) {
		char *file = tt_path_join(path, e->d_name);
		if (file) unlink(file);
		free(file);
	}
	if (d) closedir(d);
	rmdir(path);
}

static tt_status write_form(tt_outdir *dir, const tt_test *test, const tt_result *r, const char *format,
                            double width_mm, const char **file, tt_error *err)
{
	const char *name = test->name ? test->name : "curve";
	static const char *const figures[] = {"svg", "pdf", "png"};
	static const char *const files[] = {"stress_strain.svg", "stress_strain.pdf", "stress_strain.png"};
	if (strcmp(format, "csv") == 0) return tt_curve_write(dir, *file = "curve.csv", r->curve, err);
	if (strcmp(format, "tsv") == 0) return tt_curve_tsv_write(dir, *file = "curve.tsv", name, r->curve, err);
	if (strcmp(format, "xlsx") == 0) return tt_curve_xlsx_write(dir, *file = "curve.xlsx", name, r->curve, err);
	for (int i = 0; i < 3; i++)
		if (strcmp(format, figures[i]) == 0) {
			const tt_figure_options o = {.width_mm = width_mm};
			tt_stress_strain_marks marks = tt_stress_strain_marks_of(r);
			*file = files[i];
			return tt_figure_stress_strain(dir, "stress_strain", r->curve, &marks, &o, err);
		}
	return tt_fail(err, TT_ERR_USAGE, "there is no export as '%s': csv, tsv, xlsx, svg, pdf or png was expected",
	               format);
}

tt_status tt_export_curve(const tt_test *test, const tt_result *r, const char *format, double width_mm,
                          unsigned char **data, size_t *size, tt_error *err)
{
	const char *base = getenv("TMPDIR"), *file = "";
	char *folder = tt_format("%s/temtensile-export-XXXXXX", base && *base ? base : "/tmp");
	tt_outdir *dir = NULL;
	*data = NULL;
	if (!folder) return tt_fail_memory(err, "the export");
	if (!mkdtemp(folder)) {
		tt_status st = tt_fail(err, TT_ERR_FAILED, "cannot make the folder '%s': %s", folder, strerror(errno));
		free(folder);
		return st;
	}
	tt_status st = tt_outdir_open(folder, &dir, err);
	if (st == TT_OK) st = write_form(dir, test, r, format, width_mm, &file, err);
	if (st == TT_OK)
		st = tt_outdir_commit(dir, NULL, err);
	else
		tt_outdir_abort(dir);
	char *path = st == TT_OK ? tt_path_join(folder, file) : NULL;
	if (st == TT_OK) st = path ? read_back(path, data, size, err) : tt_fail_memory(err, "the export");
	free(path);
	remove_folder(folder);
	free(folder);
	return st;
}

/* ---- a frame ---- */

void tt_shot_limits(const tt_image *image, double *black, double *white)
{
	tt_grey_limits(image, black, white);
}

tt_status tt_shot_encode(const tt_image *image, double black, double white, int width, int quality,
                         unsigned char **data, size_t *size, tt_error *err)
{
	double found[2];
	tt_scaler *s = NULL;
	tt_jpeg jpeg = {0};
	if (width <= 0 || width > image->width) width = image->width;
	int height = (int)fmax(1, lround((double)image->height * width / image->width));
	tt_grey_limits(image, &found[0], &found[1]);
	if (isnan(black)) black = found[0];
	if (isnan(white)) white = found[1];
	uint8_t *pixels = malloc((size_t)width * (size_t)height);
	tt_status st = pixels ? tt_scaler_new(image->width, image->height, width, height, &s, err)
	                      : tt_fail_memory(err, "the frame's picture");
	if (st == TT_OK) {
		tt_scale(s, image, black, white, pixels, width);
		st = tt_jpeg_make(pixels, width, width, height, 1, quality, &jpeg, err);
	}
	if (st == TT_OK) {
		*data = jpeg.data;
		*size = jpeg.size;
	}
	tt_scaler_free(s);
	free(pixels);
	return st;
}
