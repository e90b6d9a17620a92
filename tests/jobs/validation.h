/* Many random tests with known truth against what the analysis says of them: tables of coverage, of what is wrong and
 * not warned about, of what is refused. Results are compared by number only; how they were made is not looked at.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_VALIDATION_H
#define TT_TESTS_VALIDATION_H

#include <stdarg.h>
#include <stdint.h>

#include "check.h"
#include "temtensile/evaluate.h"
#include "temtensile/simulate.h"

/* ---- draws ---- */

typedef struct draw_state {
	uint64_t seed, index;
} draw_state;
double draw_uniform(draw_state *d, double lo, double hi);
double draw_log(draw_state *d, double lo, double hi); /* uniform in the logarithm */
bool draw_chance(draw_state *d, double p);
int draw_int(draw_state *d, int lo, int hi); /* both included */
double draw_sign(draw_state *d);

/* Number of draws: TT_SEEDS, or this default. The first seed: TT_FIRST_SEED, or 1. */
int validation_draws(int usual);
int validation_first(void);

/* Text that grows by printf. */
typedef struct text_buffer {
	char text[8192];
	size_t n;
} text_buffer;
void text_add(text_buffer *t, const char *fmt, ...);

/* ---- truth ---- */

/* True value of each property between the marks (SI), by the definitions of the table of quantities, for a test whose
 * picture and log are whole; NaN where there is none, or where the law has no single answer. */
void true_properties(const tt_simulation *sim, double value[TT_PROP_COUNT]);

/* ---- tallies ---- */

enum { TALLY_EXTRA = 8 };
typedef enum tally_extra {
	TALLY_K = TT_PROP_COUNT,
	TALLY_CONTACT,
	TALLY_FRACTURE_LOG,
	TALLY_CLOCK,
	TALLY_FRACTURE_FRAME,
	TALLY_ANGLE,
	TALLY_WIDTH,
	TALLY_WIDTH_UNIFORM,
	TALLY_COUNT
} tally_extra;

typedef struct tally {
	int tests, refused, refused_named;
	struct {
		int n, inside, far,
		    null; /* with a value and a truth; inside the 95 % interval; |z| > 4; without a value */
		int wrong,
		    unwarned; /* off by more than `tolerance` of itself, and without a warning that names a cause */
		double z2;
	} of[TALLY_COUNT];
} tally;

/* What went on in a test, and words one of which a fitting warning or refusal holds; words NULL: nothing. */
typedef struct cause {
	const char *name;
	const char *const *words;
} cause;

typedef struct judged {
	int seed;
	const cause *cause;
	size_t n_causes;
	const tt_strings *warnings;
} judged;

/* One value. lo, hi NaN: value ± 2 u stands in. tolerance: relative (0: absolute tolerance `absolute`). Prints a line
 * when it is outside by much or wrong and not warned about. */
void tally_value(tally *t, const judged *j, int which, double value, double u, double lo, double hi, double truth,
                 double tolerance, double absolute);
void tally_refusal(tally *t, const judged *j, const char *message);
bool tally_warned(const judged *j, const char *text);
/* Properties, k and contact of a result. */
void tally_result(tally *t, const judged *j, const tt_simulation *sim, const tt_result *r);
void tally_print(const tally *t, const char *title);
double tally_outside(const tally *t, int *n); /* share of all values outside their intervals */
int tally_unwarned(const tally *t);
const char *tally_name(int which);

#endif
