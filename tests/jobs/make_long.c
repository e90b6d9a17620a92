/* A long recording from a short one: make_long FOLDER REPEATS OUT.npy. FOLDER holds the short one's frames as PGM (8
 * bit); between each and the next REPEATS - 1 are put, blended of the two, and every frame gets noise of its own.
 * Written as a NumPy array, one frame at a time. SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOISES = 1 << 20 };

static uint8_t *read_pgm(const char *folder, const char *name, int *w, int *h)
{
	char path[4096];
	int most = 0;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "rb");
	if (!f || fscanf(f, "P5 %d %d %d", w, h, &most) != 3 || most != 255 || fgetc(f) == EOF) return NULL;
	size_t n = (size_t)*w * (size_t)*h;
	uint8_t *p = malloc(n);
	if (p && fread(p, 1, n, f) != n) {
		free(p);
		p = NULL;
	}
	fclose(f);
	return p;
}

static uint64_t next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* Sums of four uniform numbers: noise of 2 grey levels. */
static int8_t *make_noise(uint64_t *seed)
{
	int8_t *v = malloc(2 * NOISES);
	for (int i = 0; v && i < 2 * NOISES; i++) {
		uint64_t r = next(seed);
		int sum = (int)(r & 7) + (int)(r >> 8 & 7) + (int)(r >> 16 & 7) + (int)(r >> 24 & 7);
		v[i] = (int8_t)((sum - 14) / 2);
	}
	return v;
}

static void blend(const uint8_t *a, const uint8_t *b, int part, int of, const int8_t *noise, uint8_t *out, size_t n)
{
	int wb = part * 256 / of, wa = 256 - wb;
	for (size_t i = 0; i < n; i++) {
		int v = (a[i] * wa + b[i] * wb + 128) / 256 + noise[i];
		out[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

static void put_header(FILE *f, long frames, int w, int h)
{
	char text[118];
	memset(text, ' ', sizeof text);
	int n = snprintf(text, sizeof text, "{'descr': '|u1', 'fortran_order': False, 'shape': (%ld, %d, %d), }",
	                 frames, h, w);
	text[n] = ' ';
	text[117] = '\n';
	fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, f);
	fwrite(text, 1, sizeof text, f);
}

static int is_pgm(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');
	return dot && strcmp(dot, ".pgm") == 0;
}

int main(int argc, char **argv)
{
	struct dirent **name;
	uint64_t seed = 88172645463325252u;
	if (argc != 4) return 2;
	int repeats = atoi(argv[2]), n = scandir(argv[1], &name, is_pgm, alphasort), w, h;
	FILE *f = fopen(argv[3], "wb");
	int8_t *noise = make_noise(&seed);
	uint8_t *a = n > 0 ? read_pgm(argv[1], name[0]->d_name, &w, &h) : NULL;
	if (!f || !noise || !a || repeats < 1 || (size_t)w * (size_t)h > NOISES) return 1;
	size_t size = (size_t)w * (size_t)h;
	uint8_t *out = malloc(size);
	put_header(f, (long)n * repeats, w, h);
	for (int i = 0; i < n && out; i++) {
		uint8_t *b = read_pgm(argv[1], name[i + 1 < n ? i + 1 : i]->d_name, &w, &h);
		if (!b) return 1;
		for (int k = 0; k < repeats; k++) {
			blend(a, b, k, repeats, noise + next(&seed) % NOISES, out, size);
			fwrite(out, 1, size, f);
		}
		free(a);
		a = b;
	}
	for (int i = 0; i < n; i++)
		free(name[i]);
	free(name);
	free(a);
	free(out);
	free(noise);
	return fclose(f) == 0 ? 0 : 1;
}
