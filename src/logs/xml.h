/* Walks through XML in memory by Expat. Neither document types nor entities are let in, so nothing outside the file is
 * loaded and nothing expands.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_XML_H
#define TT_LOGS_XML_H

#include "logs/log.h"

typedef struct tt_xml {
	const char *document; /* for messages: an entry of an archive, or NULL */
	void *user;
	/* Names are without a namespace's prefix. text: what stood between the last tag and this element's end, not
	 * trimmed, NUL-terminated. A status other than TT_OK ends the walk (TT_END: without an error). */
	tt_status (*open)(void *user, const char *name, const char *const *attributes, tt_error *err);
	tt_status (*close)(void *user, const char *name, const char *text, size_t length, tt_error *err);
	bool cut; /* out: the text ended within an element; what was complete has been told */
} tt_xml;

/* src names the file in messages; bytes as UTF-8 or UTF-16, as Expat takes them. A file that ends early is no error:
 * x->cut tells. Malformed XML before its end is TT_ERR_INPUT with the line. */
tt_status tt_xml_walk(const tt_log_source *src, const void *bytes, size_t size, tt_xml *x, tt_error *err);
/* The attribute's text, or NULL. */
const char *tt_xml_attribute(const char *const *attributes, const char *name);

#endif
