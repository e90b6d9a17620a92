/* Which word somebody may have meant.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"

#include <ctype.h>
#include <string.h>

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b; words longer than 63 are not compared. */
static int edit_distance(const char *a, const char *b)
{
	enum { LONGEST = 64 };
	int row[3][LONGEST];
	size_t n = strlen(a), m = strlen(b);
	if (n >= LONGEST || m >= LONGEST) return LONGEST;
	int *older = row[0], *old = row[1], *now = row[2];
	for (size_t j = 0; j <= m; j++)
		old[j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		now[0] = (int)i;
		for (size_t j = 1; j <= m; j++) {
			int replace =
			    old[j - 1] + (tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));
			int least = old[j] < now[j - 1] ? old[j] + 1 : now[j - 1] + 1;
			if (replace < least) least = replace;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && older[j - 2] + 1 < least)
				least = older[j - 2] + 1;
			now[j] = least;
		}
		int *oldest = older;
		older = old;
		old = now;
		now = oldest;
	}
	return old[m];
}

size_t tt_nearest_word(const char *text, const char *const *words, size_t n)
{
	size_t best = n;
	int least = (int)strlen(text) / 3; /* more edits make another word of it */
	if (least < 1) least = 1;
	for (size_t i = 0; i < n; i++) {
		int d = edit_distance(text, words[i]);
		if (d > least || d >= (int)strlen(text) || (d == least && best < n)) continue;
		least = d;
		best = i;
	}
	return best;
}
