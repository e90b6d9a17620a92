/* Figures of a folder of results, embedded in a page.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <cairo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/draw/markup.h"
#include "report/page/report.h"
#include "report/page/report_parts.h"

/* A PNG as a smaller JPEG: the row of three pictures is made for print. */
static tt_status read_picture(const char *path, tt_jpeg *out, tt_error *err)
{
	enum { WIDEST = 1400, QUALITY = 88 };
	cairo_surface_t *png = cairo_image_surface_create_from_png(path);
	tt_status st = TT_OK;
	if (cairo_surface_status(png) != CAIRO_STATUS_SUCCESS) {
		st = tt_fail(err, TT_ERR_FAILED, "%s: %s", tt_path_base(path),
		             cairo_status_to_string(cairo_surface_status(png)));
		cairo_surface_destroy(png);
		return st;
	}
	int w = cairo_image_surface_get_width(png), h = cairo_image_surface_get_height(png);
	double zoom = fmin(1, (double)WIDEST / w);
	int nw = (int)fmax(1, lround(w * zoom)), nh = (int)fmax(1, lround(h * zoom));
	cairo_surface_t *small = cairo_image_surface_create(CAIRO_FORMAT_RGB24, nw, nh);
	cairo_t *cr = cairo_create(small);
	cairo_scale(cr, (double)nw / w, (double)nh / h);
	cairo_set_source_surface(cr, png, 0, 0);
	cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
	cairo_paint(cr);
	cairo_destroy(cr);
	cairo_surface_flush(small);
	uint8_t *rgb = malloc((size_t)nw * (size_t)nh * 3);
	const uint8_t *data = cairo_image_surface_get_data(small);
	if (!rgb || !data) st = tt_fail_memory(err, "the necking row");
	for (int y = 0; st == TT_OK && y < nh; y++) {
		const uint32_t *row =
		    (const uint32_t *)(const void *)(data + (ptrdiff_t)y * cairo_image_surface_get_stride(small));
		for (int x = 0; x < nw; x++)
			for (int k = 0; k < 3; k++)
				rgb[3 * ((size_t)y * (size_t)nw + (size_t)x) + (size_t)k] =
				    (uint8_t)(row[x] >> (16 - 8 * k));
	}
	if (st == TT_OK) st = tt_jpeg_make(rgb, 3 * (ptrdiff_t)nw, nw, nh, 3, QUALITY, out, err);
	free(rgb);
	cairo_surface_destroy(small);
	cairo_surface_destroy(png);
	return st;
}

static tt_status put_svg_file(FILE *f, const char *path, tt_error *err)
{
	struct stat st;
	FILE *in = stat(path, &st) == 0 ? fopen(path, "rb") : NULL;
	unsigned char *bytes = in ? malloc((size_t)st.st_size + 1) : NULL;
	size_t n = bytes ? fread(bytes, 1, (size_t)st.st_size, in) : 0;
	bool bad = !bytes || ferror(in);
	if (in) fclose(in);
	if (!bad) {
		fputs("data:image/svg+xml;base64,", f);
		tt_put_base64(f, bytes, n);
	}
	free(bytes);
	return bad ? tt_fail(err, TT_ERR_FAILED, "%s cannot be read back", tt_path_base(path)) : TT_OK;
}

tt_status tt_put_picture(FILE *f, const char *path, tt_error *err)
{
	size_t n = strlen(path);
	if (n > 4 && strcmp(path + n - 4, ".svg") == 0) return put_svg_file(f, path, err);
	tt_jpeg jpeg = {0};
	tt_status st = read_picture(path, &jpeg, err);
	if (st == TT_OK) {
		fputs("data:image/jpeg;base64,", f);
		tt_put_base64(f, jpeg.data, jpeg.size);
	}
	tt_jpeg_clear(&jpeg);
	return st;
}

/* NULL when the run left no such file. */
static const char *staged(struct tt_outdir *dir, const char *file)
{
	const char *path;
	tt_error ignored;
	struct stat st;
	return tt_outdir_path(dir, file, &path, &ignored) == TT_OK && stat(path, &st) == 0 ? path : NULL;
}

static tt_status put_figure(FILE *f, const char *path, const tt_page_figure *g, tt_error *err)
{
	tt_fprintf(f, "<figure class=\"paper%s\"><img alt=\"", g->wide ? " wide" : "");
	tt_put_html(f, g->words);
	fputs("\" src=\"", f);
	tt_status st = tt_put_picture(f, path, err);
	fputs("\"><figcaption>", f);
	tt_put_html(f, g->words);
	fputs("</figcaption></figure>\n", f);
	return st;
}

tt_status tt_put_page_figures(FILE *f, struct tt_outdir *dir, const tt_page_figure *figure, size_t n, tt_error *err)
{
	const char *heading = NULL, *open = NULL;
	tt_status st = TT_OK;
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		if (figure[i].heading) heading = figure[i].heading;
		const char *path = staged(dir, figure[i].file);
		if (!path) continue;
		if (heading != open) {
			if (open) fputs("</div></section>\n", f);
			tt_fprintf(f, "<section aria-labelledby=\"h-figures-%zu\"><h2 id=\"h-figures-%zu\">", i, i);
			tt_put_html(f, heading);
			fputs("</h2>\n<div class=\"figures\">\n", f);
			open = heading;
		}
		st = put_figure(f, path, &figure[i], err);
	}
	if (open) fputs("</div></section>\n", f);
	return st;
}

char *tt_shell_quoted(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%";
	if (*text && strspn(text, plain) == strlen(text)) return tt_strdup(text);
	char *out = malloc(4 * strlen(text) + 3), *o = out;
	if (!out) return NULL;
	*o++ = '\'';
	for (; *text; text++) {
		if (*text == '\'') {
			memcpy(o, "'\\''", 4);
			o += 4;
		} else {
			*o++ = *text;
		}
	}
	*o++ = '\'';
	*o = '\0';
	return out;
}
