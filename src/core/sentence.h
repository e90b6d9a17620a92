/* Numbers as arguments of a sentence: by the one rule (core/text.h), in memory of the block around them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_SENTENCE_H
#define TT_CORE_SENTENCE_H

#include "core/text.h"

/* "−2.35 s": a number that no u belongs to, so many significant digits; else as tt_value_text. Returns buf. */
const char *tt_digits_text(char *buf, size_t size, double value, int digits, const char *unit);

/* "×10⁻⁴". Returns buf. */
const char *tt_power_text(char *buf, size_t size, int exponent);

#define TT_VALUE(value, u, unit) tt_value_text((char[128]){0}, 128, value, u, unit)
#define TT_DIGITS(value, digits, unit) tt_digits_text((char[128]){0}, 128, value, digits, unit)

#endif
