/* Does a found motion fit better than any other place would?
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_RIVALS_H
#define TT_DIC_RIVALS_H

#include "dic/search.h"

typedef enum tt_verdict { TT_SURE, TT_AMBIGUOUS, TT_WRONG } tt_verdict;

/* Looks from a few well-spread points of one group (indices in member, n of them, which cover `subsets` times a
 * subset's area) for other places where they fit. TT_SURE: the found places leave significantly less of the grey levels
 * unexplained than the best other places; TT_WRONG: significantly more, and *better is the best of the others; else
 * TT_AMBIGUOUS. within_px: how far a point can have moved at most; 0: not known. The misfit 1 - ZNCC of two places that
 * are equally wrong, or right, scatters as a ratio of variances with as many degrees of freedom as the subset has
 * features, taken as a quarter of its pixels. */
tt_verdict tt_rivals_judge(tt_search *s, tt_wave *wave, const tt_dic_point *points, const size_t *member, size_t n,
                           double subsets, double within_px, tt_wave_item *better);

#endif
