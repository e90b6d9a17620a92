/* Inside the reader of film.yaml: what its parts share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DESCRIBE_FILM_H
#define TT_DESCRIBE_FILM_H

#include "describe/yaml.h"
#include "temtensile/film.h"

#define TT_TRY(call)                                                                                                   \
	do {                                                                                                           \
		tt_status try_status = (call);                                                                         \
		if (try_status != TT_OK) return try_status;                                                            \
	} while (0)

/* A section that must be a map when it is there; *out NULL when it is absent. s (may be NULL) learns where it stands
 * and its source. */
tt_status tt_film_section_read(const tt_node *root, const char *key, tt_film_section *s, const tt_node **out,
                               tt_error *err);
tt_status tt_film_text(const tt_node *map, const char *key, char **out, tt_error *err);
/* A path, made relative to the caller. */
tt_status tt_film_file(const tt_film_description *d, const tt_node *map, const char *key, char **out, tt_error *err);
/* A quantity above zero (or at zero, when allowed); *q is NaN when the key is absent. what names the key in not_stated.
 */
tt_status tt_film_positive(tt_film_description *d, const tt_node *map, const char *key, const char *what,
                           tt_dimension dim, bool zero_allowed, tt_quantity *q, tt_error *err);
/* Two rising numbers within lo … hi; left as they are when the key is absent. */
tt_status tt_film_range(const tt_node *map, const char *key, double lo, double hi, double out[2], tt_error *err);

/* Density, diffraction, layers (film_structure.c). */
tt_status tt_film_structure_read(tt_film_description *d, const tt_node *root, tt_error *err);
void tt_film_structure_free(tt_film_description *d);

#endif
