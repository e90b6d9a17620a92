/* Variants of a test, kept as a study beside its description.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_VARIANTS_H
#define TT_SERVE_VARIANTS_H

#include <jansson.h>

#include "temtensile/core.h"

/* variants: [{"name": "A", "sets": ["key=value", …]}, …], whole settings each. Leaves "<description>-variants.yaml",
 * the old or the new one at any moment; its path goes to `path`. A file there that the workbench did not write is an
 * error. */
tt_status tt_variants_save(const char *description, const json_t *variants, char *path, size_t size, tt_error *err);

#endif
