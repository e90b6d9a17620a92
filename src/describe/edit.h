/* Changing one value in a description's text, with comments, order and style of everything else kept.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DESCRIBE_EDIT_H
#define TT_DESCRIBE_EDIT_H

#include "temtensile/core.h"

/* text: a description in YAML, UTF-8, NUL-terminated; name stands for it in messages. key: "force.spring.stiffness";
 * value: YAML as --set takes it ("450 ± 10 N/m", "[10, 20]"), "" to take the key away. *out: the new text, malloc'ed. A
 * key that is missing is added behind its siblings; a scalar that stands where a map is needed ("gauge: auto" for
 * gauge.from) gives way, as with --set. The result is read again before it is given out: it differs in that one value
 * alone. TT_ERR_INPUT: the text is no map, or the value is shared through an anchor. */
tt_status tt_yaml_edit(const char *text, const char *name, const char *key, const char *value, char **out,
                       tt_error *err);

#endif
