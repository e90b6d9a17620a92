/* .xlsx (ECMA-376): a zip of XML parts, by libzip and Expat.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <expat.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "core/text.h"
#include "logs/log.h"
#include "logs/sheet.h"

/* No instrument's part is larger; a part that claims more is a trap. */
enum { LARGEST_PART = 512 * 1024 * 1024 };

typedef struct book {
	const char *name; /* of the file */
	zip_t *zip;
	tt_workbook *w;
	tt_strings shared;        /* shared strings */
	tt_strings titles, links; /* of the sheets: name and relation */
	tt_strings ids, targets;  /* of the relations */
} book;

typedef struct parsing {
	book *b;
	const char *part;
	XML_Parser parser;
	tt_status status;
	tt_error error;
	/* text being gathered */
	char *text;
	size_t used, room;
	bool gather;
	int phonetic; /* depth inside rPh, whose text is no part of the cell */
	/* of a sheet */
	tt_sheet_maker *maker;
	size_t row, column;
	bool in_cell;
	char type; /* 'n' number, 's' shared, 't' text, 'e' error */
} parsing;

/* "x:row" as "row". */
static const char *local(const char *name)
{
	const char *colon = strrchr(name, ':');
	return colon ? colon + 1 : name;
}

static const char *attribute(const char **a, const char *name)
{
	for (; a[0]; a += 2)
		if (strcmp(local(a[0]), name) == 0) return a[1];
	return NULL;
}

static void stop(parsing *p, tt_status st)
{
	p->status = st;
	XML_StopParser(p->parser, XML_FALSE);
}

static void put_text(void *user, const XML_Char *s, int n)
{
	parsing *p = user;
	if (!p->gather || p->phonetic || n <= 0) return;
	char *grown = tt_grow(p->text, &p->room, p->used + (size_t)n + 1, 1);
	if (!grown) {
		stop(p, tt_fail_memory(&p->error, "a table"));
		return;
	}
	p->text = grown;
	memcpy(p->text + p->used, s, (size_t)n);
	p->used += (size_t)n;
	p->text[p->used] = '\0';
}

static void begin_text(parsing *p)
{
	p->gather = true;
	p->used = 0;
	if (p->text) p->text[0] = '\0';
}

static const char *gathered(const parsing *p)
{
	return p->used ? p->text : "";
}

/* ---- workbook.xml, its relations, the shared strings ---- */

static void book_start(void *user, const XML_Char *name, const XML_Char **a)
{
	parsing *p = user;
	if (strcmp(local(name), "sheet") != 0) return;
	const char *title = attribute(a, "name"), *id = NULL;
	for (const char **k = a; k[0]; k += 2)
		if (strchr(k[0], ':') && strcmp(local(k[0]), "id") == 0) id = k[1];
	tt_status st = tt_strings_add(&p->b->titles, &p->error, "%s", title ? title : "");
	if (st == TT_OK) st = tt_strings_add(&p->b->links, &p->error, "%s", id ? id : "");
	if (st != TT_OK) stop(p, st);
}

static void relation_start(void *user, const XML_Char *name, const XML_Char **a)
{
	parsing *p = user;
	if (strcmp(local(name), "Relationship") != 0) return;
	const char *id = attribute(a, "Id"), *target = attribute(a, "Target");
	if (!id || !target) return;
	tt_status st = tt_strings_add(&p->b->ids, &p->error, "%s", id);
	if (st == TT_OK) st = tt_strings_add(&p->b->targets, &p->error, "%s", target);
	if (st != TT_OK) stop(p, st);
}

static void shared_start(void *user, const XML_Char *name, const XML_Char **a)
{
	parsing *p = user;
	(void)a;
	if (strcmp(local(name), "si") == 0) begin_text(p), p->gather = false;
	if (strcmp(local(name), "rPh") == 0) p->phonetic++;
	if (strcmp(local(name), "t") == 0) p->gather = true;
}

static void shared_end(void *user, const XML_Char *name)
{
	parsing *p = user;
	if (strcmp(local(name), "rPh") == 0 && p->phonetic) p->phonetic--;
	if (strcmp(local(name), "t") == 0) p->gather = false;
	if (strcmp(local(name), "si") != 0) return;
	tt_status st = tt_strings_add(&p->b->shared, &p->error, "%s", gathered(p));
	if (st != TT_OK) stop(p, st);
}

/* ---- a sheet ---- */

/* "BC12": row 11, column 54; a part that is not there leaves its value. */
static bool read_reference(const char *r, size_t *row, size_t *column)
{
	size_t c = 0, y = 0, letters = 0;
	for (; *r >= 'A' && *r <= 'Z' && letters < 4; r++, letters++)
		c = c * 26 + (size_t)(*r - 'A' + 1);
	if (!letters || letters > 3) return false;
	for (; *r >= '0' && *r <= '9' && y < 100000000; r++)
		y = y * 10 + (size_t)(*r - '0');
	if (*r || !y) return false;
	*row = y - 1;
	*column = c - 1;
	return true;
}

static void sheet_start(void *user, const XML_Char *name, const XML_Char **a)
{
	parsing *p = user;
	const char *tag = local(name);
	if (strcmp(tag, "row") == 0) {
		const char *r = attribute(a, "r");
		char *end = NULL;
		unsigned long number = r ? strtoul(r, &end, 10) : 0;
		p->row = r && end && !*end && number ? number - 1 : p->row + 1;
		p->column = (size_t)-1;
	} else if (strcmp(tag, "c") == 0) {
		const char *r = attribute(a, "r"), *t = attribute(a, "t");
		size_t row = p->row;
		p->in_cell = true;
		p->column++;
		if (r && !read_reference(r, &row, &p->column)) {
			stop(p, tt_fail(&p->error, TT_ERR_INPUT, "a cell is named '%.20s'; expected a name such as B12",
			                r));
			return;
		}
		p->row = row;
		p->type = !t                                                     ? 'n'
		          : strcmp(t, "s") == 0                                  ? 's'
		          : strcmp(t, "str") == 0 || strcmp(t, "inlineStr") == 0 ? 't'
		          : strcmp(t, "e") == 0                                  ? 'e'
		                                                                 : 'n';
		begin_text(p);
		p->gather = false;
	} else if (strcmp(tag, "rPh") == 0) {
		p->phonetic++;
	} else if (p->in_cell && (strcmp(tag, "v") == 0 || strcmp(tag, "t") == 0)) {
		p->gather = true;
	}
}

static tt_status end_cell(parsing *p)
{
	const char *text = gathered(p);
	size_t n = strlen(text);
	double v = NAN;
	if (!n || p->type == 'e') return TT_OK;
	if (p->type == 't') return tt_sheet_set(p->maker, p->row, p->column, text, n, NAN, &p->error);
	if (!tt_log_number(text, n, '.', &v))
		return tt_fail(&p->error, TT_ERR_INPUT, "row %zu, column %zu: expected a number, found '%.40s'",
		               p->row + 1, p->column + 1, text);
	if (p->type == 'n') return tt_sheet_set(p->maker, p->row, p->column, NULL, 0, v, &p->error);
	if (!(v >= 0 && v < (double)p->b->shared.n))
		return tt_fail(&p->error, TT_ERR_INPUT, "row %zu, column %zu: there is no shared text number %g",
		               p->row + 1, p->column + 1, v);
	const char *shared = p->b->shared.item[(size_t)v];
	return tt_sheet_set(p->maker, p->row, p->column, shared, strlen(shared), NAN, &p->error);
}

static void sheet_end(void *user, const XML_Char *name)
{
	parsing *p = user;
	const char *tag = local(name);
	if (strcmp(tag, "rPh") == 0 && p->phonetic) p->phonetic--;
	if (strcmp(tag, "v") == 0 || strcmp(tag, "t") == 0) p->gather = false;
	if (strcmp(tag, "c") != 0 || !p->in_cell) return;
	p->in_cell = false;
	tt_status st = end_cell(p);
	if (st != TT_OK) stop(p, st);
}

/* ---- parts ---- */

/* Feeds a part to the parser as it is unpacked. needed: whether it must be there. */
static tt_status parse_part(parsing *p, const char *part, bool needed, XML_StartElementHandler start,
                            XML_EndElementHandler end, tt_error *err)
{
	book *b = p->b;
	zip_file_t *f = zip_fopen(b->zip, part, 0);
	if (!f && !needed) return TT_OK;
	if (!f) return tt_fail(err, TT_ERR_INPUT, "%s: holds no part '%.200s': no .xlsx, or damaged", b->name, part);
	p->parser = XML_ParserCreate(NULL);
	if (!p->parser) {
		zip_fclose(f);
		return tt_fail_memory(err, "a table");
	}
	XML_SetUserData(p->parser, p);
	XML_SetElementHandler(p->parser, start, end);
	XML_SetCharacterDataHandler(p->parser, put_text);
	char buf[65536];
	zip_int64_t n = 0;
	size_t total = 0;
	enum XML_Status ok = XML_STATUS_OK;
	while (ok == XML_STATUS_OK && (n = zip_fread(f, buf, sizeof buf)) > 0) {
		total += (size_t)n;
		if (total > LARGEST_PART) break;
		ok = XML_Parse(p->parser, buf, (int)n, 0);
	}
	bool whole = ok == XML_STATUS_OK && n == 0 && zip_file_get_error(f)->zip_err == 0;
	if (whole) ok = XML_Parse(p->parser, "", 0, 1);
	tt_status st = TT_OK;
	if (p->status != TT_OK)
		st = tt_fail(err, p->status, "%s: %.100s: %s", b->name, part, p->error.message);
	else if (ok != XML_STATUS_OK)
		st = tt_fail(err, TT_ERR_INPUT, "%s: %.100s:%lu: %s", b->name, part,
		             XML_GetCurrentLineNumber(p->parser), XML_ErrorString(XML_GetErrorCode(p->parser)));
	else if (total > LARGEST_PART)
		st = tt_fail(err, TT_ERR_INPUT, "%s: %.100s unpacks to more than 512 MiB: no table of an instrument",
		             b->name, part);
	else if (!whole)
		st = tt_fail(err, TT_ERR_INPUT, "%s: %.100s cannot be unpacked: %s", b->name, part,
		             zip_file_strerror(f));
	XML_ParserFree(p->parser);
	zip_fclose(f);
	free(p->text);
	return st;
}

static tt_status parse_simple(book *b, const char *part, bool needed, XML_StartElementHandler start,
                              XML_EndElementHandler end, tt_error *err)
{
	parsing p = {.b = b, .part = part};
	return parse_part(&p, part, needed, start, end, err);
}

static void ignore_end(void *user, const XML_Char *name)
{
	(void)user, (void)name;
}

static const char *target_of(const book *b, const char *id)
{
	for (size_t i = 0; i < b->ids.n && i < b->targets.n; i++)
		if (strcmp(b->ids.item[i], id) == 0) return b->targets.item[i];
	return NULL;
}

static tt_status read_one(book *b, size_t i, tt_error *err)
{
	const char *target = target_of(b, b->links.item[i]);
	if (!target)
		return tt_fail(err, TT_ERR_INPUT, "%s: the sheet '%.80s' has no part: damaged", b->name,
		               b->titles.item[i]);
	char *part = target[0] == '/' ? tt_strdup(target + 1) : tt_format("xl/%s", target);
	tt_sheet_maker m = {0};
	parsing p = {.b = b, .part = part, .maker = &m, .row = (size_t)-1, .column = (size_t)-1};
	tt_status st = part ? parse_part(&p, part, true, sheet_start, sheet_end, err) : tt_fail_memory(err, "a table");
	if (st == TT_OK) st = tt_workbook_add(b->w, b->titles.item[i], &m, err);
	tt_sheet_maker_clear(&m);
	free(part);
	return st;
}

static tt_status read_book(book *b, tt_error *err)
{
	tt_status st = parse_simple(b, "xl/workbook.xml", true, book_start, ignore_end, err);
	if (st == TT_OK) st = parse_simple(b, "xl/_rels/workbook.xml.rels", true, relation_start, ignore_end, err);
	if (st == TT_OK) st = parse_simple(b, "xl/sharedStrings.xml", false, shared_start, shared_end, err);
	if (st == TT_OK && b->titles.n > 1000)
		st = tt_fail(err, TT_ERR_INPUT, "%s: %zu sheets; expected at most 1000", b->name, b->titles.n);
	for (size_t i = 0; i < b->titles.n && st == TT_OK; i++)
		st = read_one(b, i, err);
	return st;
}

tt_status tt_xlsx_read(const void *bytes, size_t size, const char *name, tt_workbook *w, tt_error *err)
{
	zip_error_t why;
	zip_error_init(&why);
	zip_source_t *source = zip_source_buffer_create(bytes, size, 0, &why);
	book b = {.name = name, .w = w};
	b.zip = source ? zip_open_from_source(source, ZIP_RDONLY, &why) : NULL;
	if (!b.zip) {
		tt_status st =
		    tt_fail(err, TT_ERR_INPUT, "%s: cannot be unpacked as .xlsx: %s", name, zip_error_strerror(&why));
		if (source) zip_source_free(source);
		zip_error_fini(&why);
		return st;
	}
	tt_status st = read_book(&b, err);
	zip_discard(b.zip);
	zip_error_fini(&why);
	tt_strings_free(&b.shared);
	tt_strings_free(&b.titles);
	tt_strings_free(&b.links);
	tt_strings_free(&b.ids);
	tt_strings_free(&b.targets);
	return st;
}
