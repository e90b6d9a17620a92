/* Tables of instruments: .xls, .xlsx, delimited text; truncated, damaged, not what they seem.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <zip.h>

#include "check.h"
#include "logs/log.h"
#include "logs/sheet.h"

static const char *const pmax[] = {"Cycle Pmax", NULL}, *const area[] = {"cycle acu", NULL};

static void agilent_xls(void)
{
	tt_workbook *w;
	tt_error err;
	const char *path = check_shared("film/indentation/agilent_Example_2tests.xls");
	CHECK_MSG(tt_workbook_read(path, &w, &err) == TT_OK, "%s", err.message);
	CHECK_STR(w->format, "Excel 97 (.xls)");
	const tt_sheet *s = tt_workbook_sheet(w, "test 001"), *results = tt_workbook_sheet(w, "Results");
	CHECK(s && results);
	/* Row 300 as another program read it. */
	const double row[] = {39.3593, 0.227133, NAN, 12972.9, 10.5218, 81.2606};
	for (size_t i = 0; i < 6; i++)
		if (!isnan(row[i])) CHECK_NEAR(tt_sheet_number(s, 300, i + 1), row[i], 1e-5 * row[i]);
	/* 1.797e308 is no value, END ends the rows, text that is a number is one. */
	CHECK(isnan(tt_sheet_number(s, 2, 5)));
	CHECK_STR(tt_sheet_text(s, s->rows - 1, 0), "END");
	CHECK_NEAR(tt_sheet_number(results, 2, 0), 1, 0);
	CHECK_NEAR(tt_sheet_number(results, 2, 3), 0.066, 1e-12);
	tt_workbook_free(w);
}

static void kla_xlsx(void)
{
	tt_workbook *w;
	tt_error err;
	CHECK_MSG(tt_workbook_read(check_shared("film/indentation/G200X_FusedSilica.xlsx"), &w, &err) == TT_OK, "%s",
	          err.message);
	CHECK(w->n == 23);
	const tt_sheet *s = tt_workbook_sheet(w, "Cycles-GroupedByCycle");
	CHECK(s);
	size_t c = tt_sheet_column(s, 0, pmax), a = tt_sheet_column(s, 0, area);
	CHECK(c == 1 && a == 4);
	CHECK_NEAR(tt_sheet_number(s, 210, c), 47.627, 1e-12);
	CHECK_NEAR(tt_sheet_number(s, 210, a), 9724731.96, 1e-6);
	char unit[32];
	snprintf(unit, sizeof unit, "%s", tt_sheet_text(s, 1, a));
	tt_sheet_mend_unit(unit);
	CHECK_STR(unit, "nm²");
	const tt_sheet *t = tt_workbook_sheet(w, "Test 16");
	CHECK(t && t->rows > 2800);
	CHECK_STR(tt_sheet_text(t, 0, 3), "Depth");
	tt_workbook_free(w);
}

/* ---- an .xlsx of our own ---- */

static void add(zip_t *z, const char *name, const char *text)
{
	zip_source_t *s = zip_source_buffer(z, text, strlen(text), 0);
	CHECK(s && zip_file_add(z, name, s, ZIP_FL_OVERWRITE) >= 0);
}

static size_t make_xlsx(unsigned char *bytes, size_t room, const char *sheet)
{
	char path[1200];
	snprintf(path, sizeof path, "%s/own.xlsx", check_tmp());
	int code;
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
	CHECK(z);
	add(z, "xl/workbook.xml",
	    "<x:workbook xmlns:x='m' xmlns:r='r'><x:sheets><x:sheet name='One' sheetId='1' r:id='rId7'/></x:sheets>"
	    "</x:workbook>");
	add(z, "xl/_rels/workbook.xml.rels",
	    "<Relationships><Relationship Id='rId7' Target='worksheets/s.xml'/></Relationships>");
	add(z, "xl/sharedStrings.xml",
	    "<sst><si><t>Depth</t></si><si><r><t>Lo</t></r><r><t>ad</t></r><rPh><t>x</t></rPh></si></sst>");
	add(z, "xl/worksheets/s.xml", sheet);
	CHECK(zip_close(z) == 0);
	FILE *f = fopen(path, "rb");
	CHECK(f);
	size_t n = fread(bytes, 1, room, f);
	fclose(f);
	CHECK(n < room);
	return n;
}

static const char good_sheet[] =
    "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' t='s'><v>1</v></c></row>"
    "<row><c t='inlineStr'><is><t> nm </t></is></c><c/><c t='e'><v>#DIV/0!</v></c></row>"
    "<row r='5'><c r='A5'><v>1.5E-2</v></c><c r='C5' t='str'><f>A5</f><v>7</v></c></row></sheetData></worksheet>";

static void xlsx_in_detail(void)
{
	static unsigned char bytes[65536];
	size_t n = make_xlsx(bytes, sizeof bytes, good_sheet);
	tt_workbook *w;
	tt_error err;
	CHECK_MSG(tt_workbook_parse(bytes, n, "own", &w, &err) == TT_OK, "%s", err.message);
	const tt_sheet *s = tt_workbook_sheet(w, "one");
	CHECK(s && s->rows == 5 && s->columns == 3);
	CHECK_STR(tt_sheet_text(s, 0, 0), "Depth");
	CHECK_STR(tt_sheet_text(s, 0, 2), "Load");
	CHECK_STR(tt_sheet_text(s, 1, 0), "nm");
	CHECK(!tt_sheet_text(s, 1, 2) && isnan(tt_sheet_number(s, 1, 2)));
	CHECK_NEAR(tt_sheet_number(s, 4, 0), 0.015, 0);
	CHECK_NEAR(tt_sheet_number(s, 4, 2), 7, 0);
	tt_workbook_free(w);
}

static void refused(const char *sheet, const char *part)
{
	static unsigned char bytes[65536];
	size_t n = make_xlsx(bytes, sizeof bytes, sheet);
	tt_workbook *w;
	tt_error err;
	CHECK(tt_workbook_parse(bytes, n, "own.xlsx", &w, &err) == TT_ERR_INPUT && !w);
	CHECK_HAS(err.message, "own.xlsx");
	CHECK_HAS(err.message, part);
}

static void damaged_xlsx(void)
{
	refused("<worksheet><sheetData><row r='1'><c r='A1'><v>1</v></c>", "no element found");
	refused("<worksheet><row r='1'><c r='A1' t='s'><v>9</v></c></row></worksheet>", "no shared text number 9");
	refused("<worksheet><row r='1'><c r='A1'><v>1,5</v></c></row></worksheet>", "expected a number, found '1,5'");
	refused("<worksheet><row r='1'><c r='ZZZZ1'><v>1</v></c></row></worksheet>", "expected a name such as B12");
	refused("<worksheet><row r='1'><c r='XXX99999999'><v>1</v></c></row></worksheet>",
	        "larger than any instrument");
	refused("<worksheet/>", "holds no table");
	static unsigned char bytes[65536];
	size_t n = make_xlsx(bytes, sizeof bytes, good_sheet);
	for (size_t cut = 0; cut < n; cut += 1 + cut / 40) {
		tt_workbook *w;
		tt_error err = {0};
		CHECK(tt_workbook_parse(bytes, cut, "cut.xlsx", &w, &err) == TT_ERR_INPUT && !w);
		CHECK_HAS(err.message, "cut.xlsx");
	}
}

/* A real .xls cut anywhere, or with bytes changed, gives a sentence or a table, never a crash. */
static void damaged_xls(void)
{
	unsigned char *bytes;
	size_t size;
	tt_error err;
	char path[1200];
	CHECK(tt_log_slurp(check_shared("film/indentation/MTS_1film_SiO2_Si_CSM-2nm.xls"), &bytes, &size, &err) ==
	      TT_OK);
	snprintf(path, sizeof path, "%s/cut.xls", check_tmp());
	unsigned sentences = 0;
	for (size_t i = 1; i <= 15; i++) {
		FILE *f = fopen(path, "wb");
		CHECK(f);
		fwrite(bytes, 1, size * i / 16, f);
		fclose(f);
		tt_workbook *w;
		if (tt_workbook_read(path, &w, &err) != TT_OK) {
			CHECK_HAS(err.message, "cut.xls");
			sentences++;
		}
		tt_workbook_free(w);
	}
	free(bytes);
	check_note("%u of 15 cut files refused", sentences);
	CHECK(sentences > 7);
}

/* A library user may not have the program, or another one of its name: that is no damage of the file. */
static void xls_without_the_program(void)
{
	static const char *const wrong[][2] = {{"/nonexistent", "was not found"}, {"/bin/true", "does not answer"}};
	const char *path = check_shared("film/indentation/agilent_Example_2tests.xls");
	char own[1200];
	snprintf(own, sizeof own, "%s", getenv("TEMTENSILE_PROGRAM"));
	for (size_t i = 0; i < 2; i++) {
		tt_workbook *w;
		tt_error err;
		setenv("TEMTENSILE_PROGRAM", wrong[i][0], 1);
		CHECK(tt_workbook_read(path, &w, &err) == TT_ERR_FAILED);
		CHECK_HAS(err.message, wrong[i][1]);
		CHECK_HAS(err.message, "2tests.xls");
	}
	setenv("TEMTENSILE_PROGRAM", own, 1);
}

/* ---- force logs ---- */

enum { LOG_ROWS = 60 };

/* A sheet as an instrument's program writes it: names, units, a row that is no number, rows, END. */
static size_t make_log(unsigned char *bytes, size_t room)
{
	static char sheet[32768];
	size_t n = (size_t)snprintf(
	    sheet, sizeof sheet,
	    "<worksheet><sheetData><row><c t='inlineStr'><is><t>Segment</t></is></c><c t='inlineStr'><is><t>Time On "
	    "Sample</t></is></c><c t='inlineStr'><is><t>Load On Sample</t></is></c><c "
	    "t='inlineStr'><is><t>Displacement "
	    "Into Surface</t></is></c></row><row><c/><c t='inlineStr'><is><t>s</t></is></c><c t='inlineStr'><is><t>mN"
	    "</t></is></c><c t='inlineStr'><is><t>nm</t></is></c></row>");
	for (int i = 0; i < LOG_ROWS; i++)
		n += (size_t)snprintf(sheet + n, sizeof sheet - n,
		                      "<row><c/><c><v>%.2f</v></c><c><v>%.5f</v></c><c><v>%.3f</v></c></row>", 0.1 * i,
		                      1e-3 * i + 2e-4 * sin(i), 2.0 * i);
	snprintf(sheet + n, sizeof sheet - n,
	         "<row><c t='inlineStr'><is><t>END</t></is></c></row></sheetData></worksheet>");
	return make_xlsx(bytes, room, sheet);
}

static void log_in_xlsx(void)
{
	static unsigned char bytes[65536];
	const size_t n = make_log(bytes, sizeof bytes);
	tt_force_log *log;
	tt_error err = {.message = ""};
	CHECK_MSG(tt_force_log_parse(bytes, n, "own.xlsx", NULL, &log, &err) == TT_OK, "%s", err.message);
	CHECK_STR(log->format, "Excel sheet");
	CHECK(log->n == LOG_ROWS);
	CHECK_NEAR(log->time_s[31], 3.1, 1e-12);
	CHECK_NEAR(log->displacement_m[31], 62e-9, 1e-18);
	CHECK_NEAR(log->force_N[31], 31e-6 + 2e-7 * sin(31), 6e-9); /* as many digits as were written */
	tt_force_log_free(log);
	/* cut anywhere, or with a byte changed: a sentence or a log, never a crash */
	for (size_t cut = 0; cut < n; cut += 1 + cut / 30) {
		CHECK(tt_force_log_parse(bytes, cut, "cut.xlsx", NULL, &log, &err) == TT_ERR_INPUT && !log);
		CHECK_HAS(err.message, "cut.xlsx");
	}
	for (size_t i = 0; i < n; i += 7) {
		bytes[i] ^= 0x55;
		if (tt_force_log_parse(bytes, n, "changed.xlsx", NULL, &log, &err) == TT_OK)
			tt_force_log_free(log);
		else
			CHECK(!log && err.message[0]);
		bytes[i] ^= 0x55;
	}
}

/* Tests of a G200 in .xls, of a G200X in .xlsx, read as they are; values as another program read them. */
static void real_logs(void)
{
	const tt_log_columns second = {.decimal_comma = -1, .test = 2}, plain = {.decimal_comma = -1};
	const char *xls = check_shared("film/indentation/agilent_Example_2tests.xls"),
	           *xlsx = check_shared("film/indentation/G200X_FusedSilica.xlsx");
	tt_force_log *log;
	tt_error err;
	CHECK(tt_force_log_read(xls, &plain, &log, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "holds 2 tests");
	CHECK_HAS(err.message, "force.test: 1 to 2");
	CHECK_MSG(tt_force_log_read(xls, &second, &log, &err) == TT_OK, "%s", err.message);
	bool seen = false; /* row 300 of 'Test 001' */
	for (size_t i = 0; i < log->n; i++)
		seen |= fabs(log->displacement_m[i] - 39.3593e-9) < 1e-13 && fabs(log->force_N[i] - 0.227133e-3) < 1e-9;
	CHECK(seen);
	tt_force_log_free(log);
	CHECK_MSG(tt_force_log_read(xlsx, &second, &log, &err) == TT_OK, "%s", err.message);
	CHECK(log->n > 2500 && log->displacement_m[log->n / 2] > 0);
	tt_force_log_free(log);
	/* a real .xls cut anywhere */
	unsigned char *bytes;
	size_t size;
	char path[1200];
	CHECK(tt_log_slurp(xls, &bytes, &size, &err) == TT_OK);
	snprintf(path, sizeof path, "%s/cutlog.xls", check_tmp());
	for (size_t i = 1; i <= 12; i++) {
		FILE *f = fopen(path, "wb");
		CHECK(f);
		fwrite(bytes, 1, size * i / 13, f);
		fclose(f);
		if (tt_force_log_read(path, &second, &log, &err) == TT_OK)
			tt_force_log_free(log);
		else
			CHECK_HAS(err.message, "cutlog.xls");
	}
	free(bytes);
}

/* ---- text ---- */

static void text(const char *text, size_t rows, size_t columns, double last)
{
	tt_workbook *w;
	tt_error err;
	CHECK_MSG(tt_workbook_parse(text, strlen(text), "t", &w, &err) == TT_OK, "%s", err.message);
	const tt_sheet *s = &w->sheet[0];
	CHECK_MSG(s->rows == rows && s->columns == columns, "%zu x %zu for: %s", s->rows, s->columns, text);
	CHECK_NEAR(tt_sheet_number(s, rows - 1, columns - 1), last, 1e-12);
	tt_workbook_free(w);
}

static void delimited(void)
{
	text("a,b\n1,2\n3,4.5\n", 3, 2, 4.5);
	text("h (nm);P (mN)\n1,5;2,5\n3,5;4,25\n", 3, 2, 4.25);
	text("1\t2\n\n3\t4\n", 2, 2, 4);
	text("# x y z\r\n 1  2 3\r\n4 5  6\r\n", 3, 3, 6);
	text("Depth,Load\nnm,mN\n1,\n2,3\n", 4, 2, 3);
	tt_workbook *w;
	tt_error err;
	CHECK(tt_workbook_parse("only words\n", 11, "t", &w, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "no line holds two numbers");
	CHECK(tt_workbook_parse("", 0, "t", &w, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "empty");
}

static const check_case cases[] = {
    {"a real .xls of an Agilent G200", agilent_xls},
    {"a real .xlsx of a KLA G200X", kla_xlsx},
    {"the forms of cells in .xlsx", xlsx_in_detail},
    {"a damaged .xlsx gives a sentence", damaged_xlsx},
    {"a damaged .xls gives a sentence", damaged_xls},
    {"delimited text", delimited},
    {"an .xls without the program", xls_without_the_program},
    {"a force log in .xlsx", log_in_xlsx},
    {"real workbooks as force logs", real_logs},
};
CHECK_MAIN(cases)
