/* What the recording software writes over the picture: a strip with a scale bar, a pointer, text.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "simulate/render.h"

/* A black strip at the lower edge with a white bar of known length and a mark that wanders. */
static void strip_row(const tt_simulation *sim, int64_t image, int row, float *value)
{
	const tt_sim_spec *s = sim->spec;
	int width = s->video.width, height = s->video.height, strip = height / 20 < 16 ? 16 : height / 20;
	int from_top = row - (height - strip);
	if (from_top < 0) return;
	for (int i = 0; i < width; i++)
		value[i] = 0;
	int thick = strip / 6, middle = strip / 2;
	int bar = (int)lround(s->imaging.scale_bar / s->imaging.pixel_size.value);
	if (from_top >= middle - thick / 2 && from_top < middle - thick / 2 + thick)
		for (int i = 20; i < 20 + bar && i < width; i++)
			value[i] = 255;
	if (!s->imaging.mark || from_top < strip / 4 || from_top >= strip - strip / 4) return;
	int at = (int)(0.906 * width) + 4 * (int)(image % 12);
	for (int i = at; i < at + 4 && i < width; i++)
		value[i] = 255;
}

/* An arrow, 11 × 16: o outline, x inside. */
static const char *const arrow[] = {"o          ", "oo         ", "oxo        ", "oxxo       ",
                                    "oxxxo      ", "oxxxxo     ", "oxxxxxo    ", "oxxxxxxo   ",
                                    "oxxxxxxxo  ", "oxxxxxxxxo ", "oxxxxxooooo", "oxxoxxo    ",
                                    "oxo oxxo   ", "oo  oxxo   ", "     oxxo  ", "      oo   "};

static void pointer_row(const tt_simulation *sim, double video_s, int row, float *value)
{
	const tt_sim_spec *s = sim->spec;
	double from = s->imaging.pointer.from, until = s->imaging.pointer.until;
	if (isnan(s->imaging.pointer.at[0]) || video_s < from || video_s > until) return;
	double span = fmin(until, sim->video_duration) - from, part = span > 0 ? fmin((video_s - from) / span, 1) : 0;
	int at[2];
	for (int k = 0; k < 2; k++)
		at[k] = (int)lround(s->imaging.pointer.at[k] +
		                    part * (s->imaging.pointer.to[k] - s->imaging.pointer.at[k]));
	int line = row - at[1];
	if (line < 0 || line >= (int)(sizeof arrow / sizeof *arrow)) return;
	for (int i = 0; arrow[line][i]; i++) {
		int x = at[0] + i;
		if (x >= 0 && x < s->video.width && arrow[line][i] != ' ') value[x] = arrow[line][i] == 'o' ? 0 : 255;
	}
}

/* Letters of 5 × 7 dots; each byte a line, the highest of five bits at the left. */
typedef struct letter {
	char name;
	unsigned char line[7];
} letter;

static const letter letters[] = {
    {'0', {14, 17, 19, 21, 25, 17, 14}}, {'1', {4, 12, 4, 4, 4, 4, 14}},      {'2', {14, 17, 1, 2, 4, 8, 31}},
    {'3', {31, 2, 4, 2, 1, 17, 14}},     {'4', {2, 6, 10, 18, 31, 2, 2}},     {'5', {31, 16, 30, 1, 1, 17, 14}},
    {'6', {6, 8, 16, 30, 17, 17, 14}},   {'7', {31, 1, 2, 4, 8, 8, 8}},       {'8', {14, 17, 17, 14, 17, 17, 14}},
    {'9', {14, 17, 17, 15, 1, 2, 12}},   {'A', {14, 17, 17, 31, 17, 17, 17}}, {'B', {30, 17, 17, 30, 17, 17, 30}},
    {'C', {14, 17, 16, 16, 16, 17, 14}}, {'D', {28, 18, 17, 17, 17, 18, 28}}, {'E', {31, 16, 16, 30, 16, 16, 31}},
    {'F', {31, 16, 16, 30, 16, 16, 16}}, {'G', {14, 17, 16, 23, 17, 17, 15}}, {'H', {17, 17, 17, 31, 17, 17, 17}},
    {'I', {14, 4, 4, 4, 4, 4, 14}},      {'J', {7, 2, 2, 2, 2, 18, 12}},      {'K', {17, 18, 20, 24, 20, 18, 17}},
    {'L', {16, 16, 16, 16, 16, 16, 31}}, {'M', {17, 27, 21, 21, 17, 17, 17}}, {'N', {17, 17, 25, 21, 19, 17, 17}},
    {'O', {14, 17, 17, 17, 17, 17, 14}}, {'P', {30, 17, 17, 30, 16, 16, 16}}, {'Q', {14, 17, 17, 17, 21, 18, 13}},
    {'R', {30, 17, 17, 30, 20, 18, 17}}, {'S', {15, 16, 16, 14, 1, 1, 30}},   {'T', {31, 4, 4, 4, 4, 4, 4}},
    {'U', {17, 17, 17, 17, 17, 17, 14}}, {'V', {17, 17, 17, 17, 17, 10, 4}},  {'W', {17, 17, 17, 21, 21, 21, 10}},
    {'X', {17, 17, 10, 4, 10, 17, 17}},  {'Y', {17, 17, 17, 10, 4, 4, 4}},    {'Z', {31, 1, 2, 4, 8, 16, 31}},
    {'.', {0, 0, 0, 0, 0, 12, 12}},      {':', {0, 12, 12, 0, 12, 12, 0}},    {'-', {0, 0, 0, 31, 0, 0, 0}},
    {'/', {0, 1, 2, 4, 8, 16, 0}},       {'=', {0, 0, 31, 0, 31, 0, 0}},      {',', {0, 0, 0, 0, 12, 4, 8}}};

/* Small letters are written as capitals; what is not in the table is a space. */
static unsigned line_of(char c, int line)
{
	if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (letters[i].name == c) return letters[i].line[line];
	return 0;
}

static void text_row(const tt_simulation *sim, double video_s, int row, float *value)
{
	const tt_sim_spec *s = sim->spec;
	if (!s->imaging.text.text) return;
	int size = s->imaging.text.size, x0 = (int)lround(s->imaging.text.at[0]);
	int line = row - (int)lround(s->imaging.text.at[1]);
	if (line < 0 || line >= 7 * size) return;
	char text[256];
	int n = snprintf(text, 200, "%s", s->imaging.text.text);
	n = n < 200 ? n : 199;
	if (s->imaging.text.clock) {
		int cs = (int)(100 * video_s);
		snprintf(text + n, sizeof text - (size_t)n, " %02d:%02d.%02d", cs / 6000, cs / 100 % 60, cs % 100);
	}
	for (const char *c = text; *c; c++, x0 += 6 * size) {
		unsigned dots = line_of(*c, line / size);
		for (int i = 0; i < 5 * size; i++)
			if (dots >> (4 - i / size) & 1 && x0 + i >= 0 && x0 + i < s->video.width) value[x0 + i] = 255;
	}
}

void tt_sim_overlay_row(const tt_simulation *sim, int64_t image, double video_s, int row, float *value)
{
	if (sim->spec->imaging.overlay) strip_row(sim, image, row, value);
	text_row(sim, video_s, row, value);
	pointer_row(sim, video_s, row, value);
}
