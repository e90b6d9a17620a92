/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/layers/line.h"

#include <math.h>
#include <stdlib.h>

static double at(const tt_image *im, double x, double y)
{
	const int i = x < im->width - 1 ? (int)x : im->width - 2, j = y < im->height - 1 ? (int)y : im->height - 2;
	const double a = x - i, b = y - j;
	return (1 - b) * ((1 - a) * tt_image_at(im, i, j) + a * tt_image_at(im, i + 1, j)) +
	       b * ((1 - a) * tt_image_at(im, i, j + 1) + a * tt_image_at(im, i + 1, j + 1));
}

static bool inside(const tt_image *im, double x, double y)
{
	return x >= 0 && y >= 0 && x <= im->width - 1 && y <= im->height - 1;
}

tt_status tt_profile_along(const tt_image *im, const tt_profile_line *line, const char *what, double **position,
                           double **value, size_t *n, tt_error *err)
{
	const double dx = line->to[0] - line->from[0], dy = line->to[1] - line->from[1], length = hypot(dx, dy);
	*position = *value = NULL;
	*n = 0;
	if (im->width < 2 || im->height < 2)
		return tt_fail(err, TT_ERR_INPUT, "%s: an image of %d x %d px is too small", what, im->width,
		               im->height);
	if (!(length >= 24))
		return tt_fail(err, TT_ERR_INPUT, "%s: the line is %.1f px long; at least 24 px were expected", what,
		               length);
	const double ex = dx / length, ey = dy / length;
	const int across = line->width > 1 ? (int)ceil(line->width) : 1;
	const double reach = across > 1 ? (line->width - 1) / 2 : 0;
	for (int k = 0; k < 4; k++) {
		const double t = k & 1 ? length : 0, s = k & 2 ? reach : -reach;
		const double x = line->from[0] + t * ex - s * ey, y = line->from[1] + t * ey + s * ex;
		if (!inside(im, x, y))
			return tt_fail(
			    err, TT_ERR_INPUT,
			    "%s: the line with its width reaches (%.1f, %.1f), outside the image of %d x %d px", what,
			    x, y, im->width, im->height);
	}
	const size_t m = (size_t)length + 1;
	*position = malloc(m * sizeof **position);
	*value = malloc(m * sizeof **value);
	if (!*position || !*value) {
		free(*position);
		free(*value);
		*position = *value = NULL;
		return tt_fail_memory(err, "a profile");
	}
	for (size_t i = 0; i < m; i++) {
		double sum = 0;
		for (int k = 0; k < across; k++) {
			const double s = across > 1 ? -reach + 2 * reach * k / (across - 1) : 0;
			sum += at(im, line->from[0] + (double)i * ex - s * ey, line->from[1] + (double)i * ey + s * ex);
		}
		(*position)[i] = (double)i;
		(*value)[i] = sum / across;
	}
	*n = m;
	return TT_OK;
}
