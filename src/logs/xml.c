/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { DEEPEST = 128, CHUNK = 1 << 20 };

typedef struct walk {
	tt_xml *x;
	const tt_log_source *src;
	XML_Parser parser;
	tt_error *err;
	tt_status status;
	int depth;
	char *text;
	size_t used, capacity;
} walk;

static void stop(walk *w, tt_status status)
{
	w->status = status;
	XML_StopParser(w->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}

const char *tt_xml_attribute(const char *const *attributes, const char *name)
{
	for (; attributes[0]; attributes += 2)
		if (strcmp(attributes[0], name) == 0) return attributes[1];
	return NULL;
}

static void XMLCALL opened(void *user, const char *name, const char **attributes)
{
	walk *w = user;
	if (w->status) return;
	w->used = 0;
	if (++w->depth > DEEPEST) {
		stop(w, tt_log_fail(w->src, (size_t)XML_GetCurrentLineNumber(w->parser), w->err,
		                    "XML nested more than %d deep", DEEPEST));
		return;
	}
	if (!w->x->open) return;
	tt_status st = w->x->open(w->x->user, local_name(name), (const char *const *)attributes, w->err);
	if (st != TT_OK) stop(w, st);
}

static void XMLCALL text(void *user, const char *s, int length)
{
	walk *w = user;
	if (w->status) return;
	char *more = tt_grow(w->text, &w->capacity, w->used + (size_t)length + 1, 1);
	if (!more) {
		stop(w, tt_fail_memory(w->err, "the text of an XML file"));
		return;
	}
	w->text = more;
	memcpy(w->text + w->used, s, (size_t)length);
	w->used += (size_t)length;
}

static void XMLCALL closed(void *user, const char *name)
{
	walk *w = user;
	if (w->status) return;
	w->depth--;
	if (w->x->close) {
		if (w->text) w->text[w->used] = '\0';
		tt_status st = w->x->close(w->x->user, local_name(name), w->text ? w->text : "", w->used, w->err);
		if (st != TT_OK) stop(w, st);
	}
	w->used = 0;
}

static void XMLCALL doctype(void *user, const char *name, const char *system, const char *public, int internal)
{
	walk *w = user;
	(void)name, (void)system, (void)public, (void)internal;
	stop(w, tt_log_fail(w->src, (size_t)XML_GetCurrentLineNumber(w->parser), w->err,
	                    "a document type in XML; expected an instrument's file, which has none"));
}

static tt_status feed(walk *w, const char *bytes, size_t size)
{
	for (size_t at = 0; at < size && !w->status;) {
		const size_t n = size - at < CHUNK ? size - at : CHUNK;
		if (XML_Parse(w->parser, bytes + at, (int)n, 0) == XML_STATUS_ERROR && !w->status)
			return tt_log_fail(w->src, (size_t)XML_GetCurrentLineNumber(w->parser), w->err, "%s%sXML: %s",
			                   w->x->document ? w->x->document : "", w->x->document ? ": " : "",
			                   XML_ErrorString(XML_GetErrorCode(w->parser)));
		at += n;
	}
	/* what is missing at the end is told apart from what is wrong */
	if (!w->status && XML_Parse(w->parser, "", 0, 1) == XML_STATUS_ERROR) w->x->cut = true;
	return w->status == TT_END ? TT_OK : w->status;
}

tt_status tt_xml_walk(const tt_log_source *src, const void *bytes, size_t size, tt_xml *x, tt_error *err)
{
	walk w = {.x = x, .src = src, .err = err};
	x->cut = false;
	w.parser = XML_ParserCreate(NULL);
	if (!w.parser) return tt_fail_memory(err, "an XML parser");
	XML_SetUserData(w.parser, &w);
	XML_SetElementHandler(w.parser, opened, closed);
	XML_SetCharacterDataHandler(w.parser, text);
	XML_SetStartDoctypeDeclHandler(w.parser, doctype);
	tt_status st = feed(&w, bytes, size);
	XML_ParserFree(w.parser);
	free(w.text);
	return st;
}
