/* Where did a piece of the reference go? Zero-mean NCC of shrunk images over the whole frame, then at full size
 * nearby, then IC-GN as the judge.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_SEARCH_H
#define TT_DIC_SEARCH_H

#include "dic/wave.h"

typedef struct tt_search tt_search;

/* The reference shrunk once. */
tt_status tt_search_new(const tt_dic_reference *r, tt_search **out, tt_error *err);
void tt_search_free(tt_search *s);
/* A new frame: shrunk when it is first needed. */
void tt_search_begin(tt_search *s, const tt_image *frame);

/* Refines a start: NCC at whole pixels within `radius` of it at full size, with the deformation that the start
 * has, then IC-GN. True when the point was found with at least min_zncc. */
bool tt_search_near(tt_search *s, tt_wave *wave, tt_wave_item *item, int radius, double min_zncc);
/* The same from everywhere in the frame; deformed: also tries turned and stretched templates. Keeps the best of what
 * it meets in *item. */
bool tt_search_everywhere(tt_search *s, tt_wave *wave, tt_wave_item *item, bool deformed, double min_zncc);
/* Another place where the item's point fits, at least a third of the subset away from where the item has it and no
 * farther than within_px from the undeformed place (0: anywhere): nearby, and everywhere when asked. False when there
 * is none that IC-GN comes to rest at; out holds the best, whatever its ZNCC. */
bool tt_search_rival(tt_search *s, tt_wave *wave, const tt_wave_item *found, bool everywhere, double within_px,
                     tt_wave_item *out);
/* As tt_search_everywhere, with templates turned by all angles and stretched by up to a half. */
bool tt_search_all_shapes(tt_search *s, tt_wave *wave, tt_wave_item *item, double min_zncc);

#endif
