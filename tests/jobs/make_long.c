/* A long recording from a short one: make_long FOLDER REPEATS OUT. FOLDER holds the short one's frames as PGM, 8 or 16
 * bit; between each and the next REPEATS - 1 are put, blended of the two, and every frame gets noise of its own.
 * OUT.npy is a NumPy array, OUT.mrc an MRC stack; written one frame at a time. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOISES = 1 << 23 };

typedef struct picture {
	int w, h, most;
	uint16_t *v;
} picture;

static int read_pgm(const char *folder, const char *name, picture *p)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "rb");
	if (!f || fscanf(f, "P5 %d %d %d", &p->w, &p->h, &p->most) != 3 || fgetc(f) == EOF) return 0;
	size_t n = (size_t)p->w * (size_t)p->h, bytes = p->most > 255 ? 2 : 1;
	uint8_t *raw = malloc(n * bytes);
	p->v = malloc(n * sizeof *p->v);
	int good = raw && p->v && fread(raw, bytes, n, f) == n;
	for (size_t i = 0; good && i < n; i++)
		p->v[i] = bytes == 1 ? raw[i] : (uint16_t)(raw[2 * i] << 8 | raw[2 * i + 1]);
	free(raw);
	fclose(f);
	return good;
}

static uint64_t next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* Sums of four uniform numbers: noise of 2 grey levels in 255. */
static int16_t *make_noise(uint64_t *seed, int scale)
{
	int16_t *v = malloc(2 * NOISES * sizeof *v);
	for (int i = 0; v && i < 2 * NOISES; i++) {
		uint64_t r = next(seed);
		int sum = (int)(r & 7) + (int)(r >> 8 & 7) + (int)(r >> 16 & 7) + (int)(r >> 24 & 7);
		v[i] = (int16_t)((sum - 14) * scale / 2);
	}
	return v;
}

static void blend(const picture *a, const picture *b, int part, int of, const int16_t *noise, uint16_t *out, size_t n)
{
	int wb = part * 256 / of, wa = 256 - wb, most = a->most;
	for (size_t i = 0; i < n; i++) {
		int v = (a->v[i] * wa + b->v[i] * wb + 128) / 256 + noise[i];
		out[i] = (uint16_t)(v < 0 ? 0 : v > most ? most : v);
	}
}

static void put_npy(FILE *f, long frames, const picture *p)
{
	char text[118];
	memset(text, ' ', sizeof text);
	int n = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (%ld, %d, %d), }",
	                 p->most > 255 ? "<u2" : "|u1", frames, p->h, p->w);
	text[n] = ' ';
	text[117] = '\n';
	fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, f);
	fwrite(text, 1, sizeof text, f);
}

/* MRC2014: mode 6 is u16; 8 bits are mode 0, signed, which darker pictures than these fit into. */
static void put_mrc(FILE *f, long frames, const picture *p)
{
	int32_t word[256] = {p->w, p->h, (int32_t)frames, p->most > 255 ? 6 : 0, 0, 0, 0, p->w, p->h, (int32_t)frames};
	float cell[6] = {(float)p->w, (float)p->h, (float)frames, 90, 90, 90};
	memcpy(word + 10, cell, sizeof cell);
	word[16] = 1;
	word[17] = 2;
	word[18] = 3;
	word[27] = 20140;
	memcpy(word + 52, "MAP ", 4);
	memcpy(word + 53, "\x44\x44\0\0", 4);
	fwrite(word, sizeof *word, 256, f);
}

static void put_frame(FILE *f, const uint16_t *v, uint8_t *bytes, int most, size_t n)
{
	if (most > 255) {
		fwrite(v, sizeof *v, n, f); /* little-endian machines alone */
		return;
	}
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)v[i];
	fwrite(bytes, 1, n, f);
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
	picture a = {0};
	int repeats = atoi(argv[2]), n = scandir(argv[1], &name, is_pgm, alphasort);
	FILE *f = fopen(argv[3], "wb");
	if (!f || n < 1 || repeats < 1 || !read_pgm(argv[1], name[0]->d_name, &a)) return 1;
	size_t size = (size_t)a.w * (size_t)a.h;
	int16_t *noise = make_noise(&seed, (a.most + 1) / 256);
	uint16_t *out = malloc(size * sizeof *out);
	uint8_t *bytes = malloc(size);
	if (size > NOISES || !noise || !out || !bytes) return 1;
	(strstr(argv[3], ".mrc") ? put_mrc : put_npy)(f, (long)n * repeats, &a);
	for (int i = 0; i < n; i++) {
		picture b = {0};
		if (!read_pgm(argv[1], name[i + 1 < n ? i + 1 : i]->d_name, &b)) return 1;
		for (int k = 0; k < repeats; k++) {
			blend(&a, &b, k, repeats, noise + next(&seed) % NOISES, out, size);
			put_frame(f, out, bytes, a.most, size);
		}
		free(a.v);
		a = b;
	}
	for (int i = 0; i < n; i++)
		free(name[i]);
	free(name);
	free(a.v);
	free(out);
	free(bytes);
	free(noise);
	return fclose(f) == 0 ? 0 : 1;
}
