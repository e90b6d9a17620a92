/* Reads the XML of a .tdm by expat. Neither document types nor entities are let in, so nothing outside the file is
 * loaded and nothing expands.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/formats/tdm.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { DEPTH_MAX = 64, TEXT_MAX = 1 << 16, CHUNK = 1 << 20 };

typedef struct reading {
	tt_tdm_index *index;
	const tt_log_source *src;
	XML_Parser parser;
	tt_error *err;
	tt_status status;
	int depth;
	int item_depth; /* of the element that `open` belongs to */
	bool open;      /* index->item[n - 1] is being filled */
	bool s_text;    /* within <s> of a string attribute */
	char *text;
	size_t text_used, text_capacity;
} reading;

static void stop(reading *r, tt_status status)
{
	r->status = status;
	XML_StopParser(r->parser, XML_FALSE);
}

static void stop_memory(reading *r)
{
	stop(r, tt_fail_memory(r->err, "the index of a .tdm"));
}

static const char *local_name(const char *name)
{
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}

static const char *attribute(const char **attributes, const char *name)
{
	for (; attributes[0]; attributes += 2)
		if (strcmp(attributes[0], name) == 0) return attributes[1];
	return NULL;
}

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);
	return n >= m && strcmp(s + n - m, tail) == 0;
}

static tt_tdm_kind kind_of(const char *name)
{
	if (strcmp(name, "block") == 0) return TDM_BLOCK;
	if (strcmp(name, "tdm_channel") == 0) return TDM_CHANNEL;
	if (strcmp(name, "tdm_channelgroup") == 0) return TDM_GROUP;
	if (strcmp(name, "localcolumn") == 0) return TDM_COLUMN;
	if (ends_with(name, "_sequence")) return TDM_SEQUENCE;
	if (ends_with(name, "_attribute")) return TDM_ATTRIBUTE;
	return TDM_OTHER;
}

static bool copy(reading *r, char **to, const char *from)
{
	if (!from || *to) return true;
	*to = tt_strdup(from);
	if (!*to) stop_memory(r);
	return *to != NULL;
}

static bool whole_number(const char *s, uint64_t *out)
{
	if (!s || !*s || strlen(s) > 18 || strspn(s, "0123456789") != strlen(s)) return false;
	*out = strtoull(s, NULL, 10);
	return true;
}

static void block_attributes(reading *r, tt_tdm_item *item, const char **attributes)
{
	if (!whole_number(attribute(attributes, "byteOffset"), &item->offset) ||
	    !whole_number(attribute(attributes, "length"), &item->length)) {
		stop(r, tt_log_fail(r->src, (size_t)XML_GetCurrentLineNumber(r->parser), r->err,
		                    "a <block> has no byteOffset or length that is a whole number"));
		return;
	}
	copy(r, &item->unit, attribute(attributes, "valueType"));
}

static void open_item(reading *r, tt_tdm_kind kind, const char **attributes)
{
	tt_tdm_item *more = tt_grow(r->index->item, &r->index->capacity, r->index->n + 1, sizeof *more);
	if (!more) {
		stop_memory(r);
		return;
	}
	r->index->item = more;
	tt_tdm_item *item = &r->index->item[r->index->n++];
	*item = (tt_tdm_item){.kind = kind};
	r->open = true;
	r->item_depth = r->depth;
	if (!copy(r, &item->id, attribute(attributes, "id"))) return;
	if (kind == TDM_ATTRIBUTE) copy(r, &item->name, attribute(attributes, "name"));
	if (kind == TDM_BLOCK) block_attributes(r, item, attributes);
}

static void file_attributes(reading *r, const char **attributes)
{
	if (r->index->has_file) {
		stop(r, tt_log_fail(r->src, 0, r->err, "names more than one file of values; expected one"));
		return;
	}
	const char *order = attribute(attributes, "byteOrder");
	r->index->has_file = true;
	r->index->big_endian = order && strcmp(order, "bigEndian") == 0;
	copy(r, &r->index->url, attribute(attributes, "url"));
}

static void XMLCALL on_start(void *ctx, const char *full_name, const char **attributes)
{
	reading *r = ctx;
	const char *name = local_name(full_name);
	if (++r->depth > DEPTH_MAX) {
		stop(r,
		     tt_log_fail(r->src, 0, r->err, "nests XML more than %d deep; expected an NI TDM file", DEPTH_MAX));
		return;
	}
	r->text_used = 0;
	if (r->open) {
		tt_tdm_item *item = &r->index->item[r->index->n - 1];
		if (item->kind == TDM_SEQUENCE && strcmp(name, "values") == 0)
			copy(r, &item->next, attribute(attributes, "external"));
		return;
	}
	tt_tdm_kind kind = kind_of(name);
	if (kind != TDM_OTHER)
		open_item(r, kind, attributes);
	else if (strcmp(name, "file") == 0)
		file_attributes(r, attributes);
}

static void XMLCALL on_text(void *ctx, const char *text, int length)
{
	reading *r = ctx;
	size_t n = (size_t)length;
	if (!r->open || r->status || r->text_used + n > TEXT_MAX) return; /* no name or reference is that long */
	char *more = tt_grow(r->text, &r->text_capacity, r->text_used + n + 1, 1);
	if (!more) {
		stop_memory(r);
		return;
	}
	r->text = more;
	memcpy(r->text + r->text_used, text, n);
	r->text_used += n;
}

/* #xpointer(id("usi46")): the first id, in place; NULL when there is none. */
static const char *first_id(char *text)
{
	char *begin = strstr(text, "id(\"");
	char *end = begin ? strchr(begin + 4, '"') : NULL;
	if (!end) return NULL;
	*end = '\0';
	return begin + 4;
}

static void child_of_channel(reading *r, tt_tdm_item *item, const char *name)
{
	if (strcmp(name, "name") == 0)
		copy(r, &item->name, r->text);
	else if (strcmp(name, "description") == 0)
		copy(r, &item->description, r->text);
	else if (strcmp(name, "unit_string") == 0)
		copy(r, &item->unit, r->text);
	else if (strcmp(name, "group") == 0)
		copy(r, &item->group, first_id(r->text));
	else if (strcmp(name, "local_columns") == 0)
		copy(r, &item->next, first_id(r->text));
}

static void child_of_column(reading *r, tt_tdm_item *item, const char *name)
{
	if (strcmp(name, "values") == 0)
		copy(r, &item->next, first_id(r->text));
	else if (strcmp(name, "sequence_representation") == 0)
		copy(r, &item->unit, r->text);
}

static void XMLCALL on_end(void *ctx, const char *full_name)
{
	reading *r = ctx;
	const char *name = local_name(full_name);
	if (r->status) return;
	if (r->open && r->text) {
		r->text[r->text_used] = '\0';
		tt_tdm_item *item = &r->index->item[r->index->n - 1];
		bool child = r->depth == r->item_depth + 1;
		if (item->kind == TDM_ATTRIBUTE && r->text_used)
			copy(r, &item->next, r->text);
		else if (item->kind == TDM_CHANNEL && child)
			child_of_channel(r, item, name);
		else if (item->kind == TDM_COLUMN && child)
			child_of_column(r, item, name);
		else if (item->kind == TDM_GROUP && child && strcmp(name, "name") == 0)
			copy(r, &item->name, r->text);
	}
	if (r->open && r->depth == r->item_depth) r->open = false;
	r->text_used = 0;
	r->depth--;
}

static void XMLCALL on_doctype(void *ctx, const char *name, const char *sysid, const char *pubid, int internal)
{
	(void)name;
	(void)sysid;
	(void)pubid;
	(void)internal;
	reading *r = ctx;
	stop(r, tt_log_fail(r->src, 0, r->err, "declares an XML document type, which no NI TDM file does"));
}

static tt_status parse(reading *r)
{
	for (size_t at = 0; at <= r->src->size;) {
		size_t n = r->src->size - at < CHUNK ? r->src->size - at : CHUNK;
		bool last = at + n == r->src->size;
		enum XML_Status s = XML_Parse(r->parser, (const char *)r->src->bytes + at, (int)n, last);
		if (r->status) return r->status;
		if (s != XML_STATUS_OK)
			return tt_log_fail(r->src, (size_t)XML_GetCurrentLineNumber(r->parser), r->err,
			                   "column %lu: %s; the file is cut short or damaged",
			                   (unsigned long)XML_GetCurrentColumnNumber(r->parser) + 1,
			                   XML_ErrorString(XML_GetErrorCode(r->parser)));
		if (last) return TT_OK;
		at += n;
	}
	return TT_OK;
}

tt_status tt_tdm_index_read(const tt_log_source *src, tt_tdm_index *index, tt_error *err)
{
	reading r = {.index = index, .src = src, .err = err, .parser = XML_ParserCreate(NULL)};
	if (!r.parser) return tt_fail_memory(err, "the index of a .tdm");
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	tt_status s = parse(&r);
	XML_ParserFree(r.parser);
	free(r.text);
	return s;
}

void tt_tdm_index_free(tt_tdm_index *index)
{
	for (size_t i = 0; i < index->n; i++) {
		tt_tdm_item *t = &index->item[i];
		char *owned[] = {t->id, t->name, t->description, t->unit, t->group, t->next};
		for (size_t k = 0; k < sizeof owned / sizeof *owned; k++)
			free(owned[k]);
	}
	free(index->item);
	free(index->url);
	*index = (tt_tdm_index){0};
}

const tt_tdm_item *tt_tdm_by_id(const tt_tdm_index *index, tt_tdm_kind kind, const char *id)
{
	if (!id) return NULL;
	for (size_t i = 0; i < index->n; i++)
		if (index->item[i].kind == kind && index->item[i].id && strcmp(index->item[i].id, id) == 0)
			return &index->item[i];
	return NULL;
}

const char *tt_tdm_attribute(const tt_tdm_index *index, const char *begin, const char **name)
{
	for (size_t i = 0; i < index->n; i++) {
		const tt_tdm_item *t = &index->item[i];
		if (t->kind != TDM_ATTRIBUTE || !t->name || !t->next) continue;
		if (strncmp(t->name, begin, strlen(begin)) != 0) continue;
		if (name) *name = t->name;
		return t->next;
	}
	return NULL;
}
