/* Files that are taken for force logs but are none, each refused with advice.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <string.h>

typedef struct magic {
	size_t offset;
	const char *bytes;
	size_t length;
	const char *what;
} magic;

#define MAGIC(offset, bytes, what)                                                                                     \
	{                                                                                                              \
		offset, bytes, sizeof(bytes) - 1, what                                                                 \
	}

static const char office[] = "is an Excel file (.xls); save the sheet with time, force and displacement as CSV or "
                             "tab-separated text";
static const char zip[] = "is an Excel (.xlsx) or other zipped file; save the sheet with time, force and displacement "
                          "as CSV or tab-separated text";
static const char video[] = "is a video; expected a force log (did two files of the description change places?)";
static const char image[] = "is an image; expected a force log (did two files of the description change places?)";
static const char other[] = "is no force log";

static const magic known[] = {
    MAGIC(0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", office),
    MAGIC(0, "PK\x03\x04", zip),
    MAGIC(4, "ftyp", video),
    MAGIC(4, "moov", video),
    MAGIC(8, "AVI ", video),
    MAGIC(0, "\x1A\x45\xDF\xA3", video),
    MAGIC(0, "\x30\x26\xB2\x75", video),
    MAGIC(0, "\x00\x00\x01\xBA", video),
    MAGIC(0, "\x89PNG", image),
    MAGIC(0, "\xFF\xD8\xFF", image),
    MAGIC(0, "II*\0", image),
    MAGIC(0, "MM\0*", image),
    MAGIC(0, "II+\0", image),
    MAGIC(0, "GIF8", image),
    MAGIC(0, "BM\0", image),
    MAGIC(0, "\x89HDF", "is an HDF5 file; expected a force log as text, .hld or .tdm"),
    MAGIC(0, "%PDF", "is a PDF; export the log as text"),
    MAGIC(0, "TDSm", "is a TDMS file; save it as .tdm with .tdx, or as text"),
    MAGIC(0, "<!DOCTYPE html", "is a web page; expected a force log"),
    MAGIC(0, "<html", "is a web page; expected a force log"),
};

static const char *by_magic(const tt_log_source *src)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const magic *m = &known[i];
		if (src->size >= m->offset + m->length && memcmp(src->bytes + m->offset, m->bytes, m->length) == 0)
			return m->what;
	}
	return NULL;
}

/* Control characters that no text has. */
static bool binary_junk(const tt_log_source *src)
{
	size_t n = src->text_size < 4096 ? src->text_size : 4096, odd = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)src->text[i];
		if (c == 0) return true;
		odd += c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1A;
	}
	return odd * 50 > n;
}

static bool all_blank(const tt_log_source *src)
{
	for (size_t i = 0; i < src->text_size; i++)
		if (!strchr(" \t\r\n", src->text[i]) || src->text[i] == '\0') return false;
	return true;
}

/* A table of results (hardness, modulus), one row a test: no signals in it. */
static bool results_summary(const tt_log_source *src)
{
	enum { head = 8192 };
	const char *t = src->text;
	size_t n = src->text_size;
	bool count = tt_log_find(t, n, "Number of Data Points", head) != NULL;
	bool depth = tt_log_find(t, n, "hc(nm)", head) || tt_log_find(t, n, "hc (nm)", head);
	bool modulus = tt_log_find(t, n, "Er(GPa)", head) || tt_log_find(t, n, "Er (GPa)", head);
	return depth ? count || modulus : count && modulus;
}

static const char *reason(const tt_log_source *src)
{
	if (src->size == 0) return "is empty; expected a force log";
	if (tt_log_find((const char *)src->bytes, src->size, "Hysitron Raw Data File", 256))
		return "is a binary Hysitron .hys file; open it in TriboScan and export it as text (or convert it to "
		       ".tdm)";
	const char *what = by_magic(src);
	if (what) return what;
	if (binary_junk(src)) return "is a binary file of no known kind; expected a force log (text, .hld, .tdm)";
	if (all_blank(src)) return "holds nothing but blanks; expected a force log";
	if (results_summary(src))
		return "is a summary of results (one row a test, with hc, Er, …), not a log; export the test's own "
		       "data: "
		       "depth, load and time";
	return NULL;
}

static bool probe(const tt_log_source *src)
{
	return reason(src) != NULL;
}

static tt_status refuse(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	(void)log;
	const char *why = reason(src);
	return tt_log_fail(src, 0, err, "%s", why ? why : other);
}

const tt_log_reader tt_log_refused = {"refused", probe, refuse};
