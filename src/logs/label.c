/* Names and units of a log's columns.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Writes s in lower case, µ as u, runs of blanks as one; with words also '_', '-' and '.' count as blanks. */
static void normal_form(char *out, size_t size, const char *s, bool words)
{
	size_t n = 0;
	for (; *s && n + 3 < size; s++) {
		unsigned char c = (unsigned char)*s, next = (unsigned char)s[1];
		bool micro = (c == 0xC2 && next == 0xB5) || (c == 0xCE && next == 0xBC);
		if (micro) {
			out[n++] = 'u';
			s++;
			continue;
		}
		if (c == 0xC3 && next >= 0x80 && next <= 0x9E && next != 0x97) { /* À … Þ */
			out[n++] = (char)c;
			out[n++] = (char)(next + 0x20);
			s++;
			continue;
		}
		bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' || (c == 0xC2 && next == 0xA0);
		if (c == 0xC2 && next == 0xA0) s++;
		if (words && (c == '_' || c == '-' || c == '.')) blank = true;
		if (blank) {
			if (n && out[n - 1] != ' ') out[n++] = ' ';
			continue;
		}
		out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : (char)c;
	}
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

bool tt_label_equal(const char *a, const char *b)
{
	char x[256], y[256];
	normal_form(x, sizeof x, a, false);
	normal_form(y, sizeof y, b, false);
	return strcmp(x, y) == 0;
}

const char *tt_label_quantity(int quantity)
{
	static const char *const name[] = {"time", "force", "displacement"};
	return name[quantity];
}

static const tt_dimension dimension_of[] = {TT_DIM_TIME, TT_DIM_FORCE, TT_DIM_LENGTH};

/* Units that instruments write out in words. */
static const char *unit_symbol(const char *unit)
{
	static const struct {
		const char *word, *symbol;
	} words[] = {{"sec", "s"},      {"secs", "s"},     {"second", "s"}, {"seconds", "s"},   {"sek", "s"},
	             {"sekunden", "s"}, {"msec", "ms"},    {"usec", "us"},  {"minutes", "min"}, {"hours", "h"},
	             {"micron", "um"},  {"microns", "um"}, {"newton", "N"}, {"newtons", "N"}};
	char lower[32];
	normal_form(lower, sizeof lower, unit, false);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(lower, words[i].word) == 0) return words[i].symbol;
	return NULL;
}

/* "?N", "ÂµN", "\uFFFDm": the micro sign is the only prefix that an encoding can destroy, since all others are ASCII.
 * The unit with u in its place, or NULL. */
static const char *mend_micro(const char *unit, char *out, size_t size)
{
	const size_t n = strlen(unit);
	if (n < 2 || n > 12 || !strchr("Nms", unit[n - 1])) return NULL;
	bool lost = false;
	for (size_t i = 0; i + 1 < n; i++) {
		const unsigned char c = (unsigned char)unit[i];
		/* "ÂµN": the micro sign itself, after what its first byte became */
		if (c == 'u' && lost && i + 2 == n) continue;
		if (c != '?' && c < 0x80) return NULL;
		lost = true;
	}
	if (!lost) return NULL;
	snprintf(out, size, "u%c", unit[n - 1]);
	return out;
}

double tt_label_factor(const char *unit, int quantity)
{
	char plain[32], mended[4];
	size_t n = 0;
	while (*unit == ' ')
		unit++;
	/* The micro sign and the Greek letter are both written u. */
	for (const char *s = unit; *s && n + 1 < sizeof plain; s++) {
		unsigned char c = (unsigned char)*s, next = (unsigned char)s[1];
		bool micro = (c == 0xC2 && next == 0xB5) || (c == 0xCE && next == 0xBC);
		plain[n++] = micro ? 'u' : (char)c;
		s += micro;
	}
	while (n && plain[n - 1] == ' ')
		n--;
	plain[n] = '\0';
	if (n == 0) return NAN;
	double factor = tt_unit_factor(plain, dimension_of[quantity]);
	const char *symbol = isnan(factor) ? unit_symbol(plain) : NULL;
	if (isnan(factor) && !symbol) symbol = mend_micro(plain, mended, sizeof mended);
	return symbol ? tt_unit_factor(symbol, dimension_of[quantity]) : factor;
}

/* Whether a word that stands behind a name without brackets is its unit. "Force A" is the first of two sensors, not a
 * force in ångström. */
static bool known_unit(const char *unit)
{
	if (strcmp(unit, "A") == 0) return false;
	for (int q = 0; q < TT_LOG_QUANTITIES; q++)
		if (!isnan(tt_label_factor(unit, q))) return true;
	return false;
}

static void trim_copy(char *out, size_t size, const char *s, size_t n)
{
	while (n && (*s == ' ' || *s == '\t')) {
		s++;
		n--;
	}
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (n >= size) n = size - 1;
	while (n && n == size - 1 && ((unsigned char)s[n] & 0xC0) == 0x80)
		n--; /* not within a character */
	memcpy(out, s, n);
	out[n] = '\0';
}

bool tt_label_mended(const char *unit)
{
	char mended[4];
	const bool micro = strncmp(unit, "\xC2\xB5", 2) == 0 || strncmp(unit, "\xCE\xBC", 2) == 0;
	return !(micro && strlen(unit) == 3) && mend_micro(unit, mended, sizeof mended) != NULL;
}

/* "时间（s）": full-width brackets. */
static bool split_wide_bracket(const char *text, size_t n, tt_label *label)
{
	static const char open[] = "\xEF\xBC\x88", close[] = "\xEF\xBC\x89";
	if (n < 6 || memcmp(text + n - 3, close, 3) != 0) return false;
	size_t i = n - 3;
	while (i && (i + 3 > n || memcmp(text + i, open, 3) != 0))
		i--;
	if (memcmp(text + i, open, 3) != 0) return false;
	trim_copy(label->base, sizeof label->base, text, i);
	trim_copy(label->unit, sizeof label->unit, text + i + 3, n - i - 6);
	return true;
}

/* "Depth (nm)", "F [mN]" */
static bool split_bracket(const char *text, size_t n, tt_label *label)
{
	char close = n ? text[n - 1] : '\0';
	char open = close == ')' ? '(' : close == ']' ? '[' : close == '}' ? '{' : '\0';
	if (!open) return false;
	size_t i = n - 1;
	while (i && text[i] != open)
		i--;
	if (text[i] != open) return false;
	trim_copy(label->base, sizeof label->base, text, i);
	trim_copy(label->unit, sizeof label->unit, text + i + 1, n - i - 2);
	return true;
}

void tt_label_parse(const char *text, tt_label *label)
{
	while (*text == '#' || *text == '%' || *text == '/' || *text == ' ')
		text++; /* names may stand in a comment */
	size_t n = strlen(text);
	while (n && text[n - 1] == ' ')
		n--;
	*label = (tt_label){0};
	if (split_bracket(text, n, label) || split_wide_bracket(text, n, label)) return;
	/* "F / mN", "Force, mN", "Time_s", "Time s": only when what follows is a unit */
	static const char separators[] = "/,_ ";
	for (const char *s = separators; *s; s++) {
		size_t i = n;
		while (i && text[i - 1] != *s)
			i--;
		if (i < 2 || i == n) continue;
		trim_copy(label->unit, sizeof label->unit, text + i, n - i);
		if (known_unit(label->unit)) {
			trim_copy(label->base, sizeof label->base, text, i - 1);
			return;
		}
	}
	label->unit[0] = '\0';
	trim_copy(label->base, sizeof label->base, text, n);
}

/* The same letters; one that an encoding destroyed ('?', U+FFFD) stands for any beyond ASCII. */
static bool same_letters(const char *a, const char *b, size_t n_b)
{
	static const char lost[] = "\xEF\xBF\xBD";
	const char *end = b + n_b;
	while (*a && b < end) {
		const bool any = *a == '?' || strncmp(a, lost, 3) == 0;
		if (any && (unsigned char)*b >= 0x80) {
			a += *a == '?' ? 1 : 3;
			do
				b++;
			while (b < end && ((unsigned char)*b & 0xC0) == 0x80);
			/* a character of two or three bytes may have left as many marks */
			while (*a == '?' && (b == end || *b != '?'))
				a++;
			continue;
		}
		if (*a++ != *b++) return false;
	}
	return !*a && b == end;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = text; (p = strstr(p, word)); p++)
		if ((p == text || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0')) return true;
	return false;
}

/* Quantities that are of the right kind but not the one that is meant. */
static bool is_other(const char *base)
{
	static const char *const words[] = {"lateral",  "raw",  "demand", "setpoint", "target", "amplitude", "rate",
	                                    "velocity", "stop", "begin",  "end",      "volt",   "x",         "y",
	                                    "harmonic", "max",  "min",    "error",    "std",    "offset",    "drift"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (has_word(base, words[i])) return true;
	return false;
}

/* Names that mean the quantity, best first, ended by NULL: English, German, French, Italian, Spanish, Portuguese,
 * Chinese, Japanese. */
static const char *const time_names[] = {"time",
                                         "test time",
                                         "zeit",
                                         "prüfzeit",
                                         "testzeit",
                                         "elapsed time",
                                         "temps",
                                         "tiempo",
                                         "tempo",
                                         "t",
                                         "temps écoulé",
                                         "tempo trascorso",
                                         "tiempo transcurrido",
                                         "tempo decorrido",
                                         "时间",
                                         "測定時間",
                                         "時間",
                                         "测试时间",
                                         "经过时间",
                                         "経過時間",
                                         "time on sample",
                                         "clock",
                                         "timestamp",
                                         "time stamp",
                                         NULL};
static const char *const force_names[] = {"force",
                                          "load",
                                          "indent load",
                                          "kraft",
                                          "normal force",
                                          "force a",
                                          "last",
                                          "prüfkraft",
                                          "normalkraft",
                                          "f",
                                          "p",
                                          "charge",
                                          "force normale",
                                          "effort",
                                          "forza",
                                          "carico",
                                          "forza normale",
                                          "fuerza",
                                          "carga",
                                          "fuerza normal",
                                          "força",
                                          "força normal",
                                          "力",
                                          "载荷",
                                          "力值",
                                          "荷载",
                                          "負荷",
                                          "荷重",
                                          "試験力",
                                          "加重",
                                          "压力",
                                          "载荷力",
                                          "法向力",
                                          "load on sample",
                                          "fn",
                                          "normal load",
                                          NULL};
static const char *const displacement_names[] = {"displacement",
                                                 "depth",
                                                 "disp",
                                                 "indent disp",
                                                 "indent depth",
                                                 "indent displacement",
                                                 "weg",
                                                 "verschiebung",
                                                 "eindringtiefe",
                                                 "extension",
                                                 "d",
                                                 "h",
                                                 "déplacement",
                                                 "profondeur",
                                                 "enfoncement",
                                                 "course",
                                                 "spostamento",
                                                 "profondità",
                                                 "corsa",
                                                 "desplazamiento",
                                                 "profundidad",
                                                 "recorrido",
                                                 "deslocamento",
                                                 "profundidade",
                                                 "位移",
                                                 "深度",
                                                 "变形",
                                                 "压入深度",
                                                 "変位",
                                                 "深さ",
                                                 "押込み深さ",
                                                 "押し込み深さ",
                                                 "displacement into surface",
                                                 "pd",
                                                 "penetration depth",
                                                 NULL};

int tt_label_rank(const char *base, int quantity)
{
	static const char *const *const names[TT_LOG_QUANTITIES] = {time_names, force_names, displacement_names};
	static const char *const words[TT_LOG_QUANTITIES][12] = {
	    {"time", "zeit", "temps", "tempo", "tiempo"},
	    {"force", "load", "kraft", "charge", "forza", "carico", "fuerza", "carga", "força"},
	    {"displacement", "disp", "depth", "weg", "extension", "déplacement", "spostamento", "desplazamiento",
	     "deslocamento", "profondeur", "profundidad"}};
	char plain[96];
	normal_form(plain, sizeof plain, base, true);
	for (int i = 0; names[quantity][i]; i++)
		if (same_letters(plain, names[quantity][i], strlen(names[quantity][i]))) return 100 - i;
	if (is_other(plain)) return 0;
	for (int i = 0; i < 12 && words[quantity][i]; i++)
		if (has_word(plain, words[quantity][i])) return 1;
	return 0;
}
