/* PGM and 8-bit BMP files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	if (!f) return NULL;
	fseek(f, 0, SEEK_END);
	long n = ftell(f);
	rewind(f);
	unsigned char *b = calloc((size_t)n + 1, 1);
	*size = fread(b, 1, (size_t)n, f);
	fclose(f);
	return b;
}

static uint32_t le32(const unsigned char *b)
{
	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

tt_image picture_read(const char *path)
{
	tt_image im = {NULL, 0, 0, 0, TT_U8};
	size_t size = 0;
	unsigned char *b = read_all(path, &size), *out = NULL;
	int w, h, top, at;
	if (b && sscanf((char *)b, "P5 %d %d %d%n", &w, &h, &top, &at) == 3) {
		out = malloc((size_t)w * (size_t)h);
		memcpy(out, b + at + 1, (size_t)w * (size_t)h);
	} else if (b && b[0] == 'B' && b[1] == 'M' && b[28] == 8) {
		w = (int)le32(b + 18);
		h = (int)le32(b + 22);
		int down = h < 0;
		if (down) h = -h;
		size_t row = ((size_t)w + 3) / 4 * 4, palette = 14 + le32(b + 14);
		out = malloc((size_t)w * (size_t)h);
		for (int y = 0; y < h; y++)
			for (int x = 0; x < w; x++)
				out[y * w + x] =
				    b[palette +
				      4u * b[le32(b + 10) + row * (size_t)(down ? y : h - 1 - y) + (size_t)x]];
	}
	free(b);
	if (out) im = (tt_image){out, w, w, h, TT_U8};
	return im;
}

void picture_free(tt_image *im)
{
	free((void *)(uintptr_t)im->data);
	im->data = NULL;
}

double *table_read(const char *path, int columns, size_t *n)
{
	size_t size;
	char *b = (char *)read_all(path, &size);
	if (!b) return NULL;
	size_t lines = 0;
	for (size_t i = 0; i < size; i++)
		lines += b[i] == '\n';
	double *v = malloc(sizeof *v * (size_t)columns * (lines + 1));
	*n = 0;
	for (char *p = strchr(b, '\n'); p && p[1]; p = strchr(p + 1, '\n')) {
		char *q = p + 1;
		for (int c = 0; c < columns; c++) {
			v[*n * (size_t)columns + (size_t)c] = strtod(q, &q);
			if (*q == ',') q++;
		}
		++*n;
	}
	free(b);
	return v;
}
