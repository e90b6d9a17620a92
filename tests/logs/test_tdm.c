/* NI TDM pairs, made by the test itself.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "log_help.h"

#include <stdint.h>
#include <unistd.h>

enum { ROWS = 6, SEGMENTS = 3 };

static unsigned char values[4096];
static size_t values_size;

static void put_value(const void *value, size_t size, int big)
{
	const unsigned char *p =
	    value; /* this machine is little-endian, as every one the tests know of; else swapped */
	const uint16_t one = 1;
	int here_big = *(const unsigned char *)&one == 0;
	for (size_t i = 0; i < size; i++)
		values[values_size + i] = p[here_big == big ? i : size - 1 - i];
	values_size += size;
}

static void put_double(double v, int big)
{
	put_value(&v, sizeof v, big);
}

static void put_int(int32_t v, int big)
{
	put_value(&v, sizeof v, big);
}

static double time_of(int i)
{
	return 0.005 * i;
}

static double disp_of(int i)
{
	return 10.5 + i;
}

static double load_of(int i)
{
	return -2.25 + 3 * i;
}

/* time, displacement, load as f64; segment times and demands as f64, modes and points as i32 */
static void make_values(int big)
{
	static const int32_t modes[] = {1, 5, 0}, points[] = {2, 3, 1};
	static const double begin[] = {0, 0, 100}, end[] = {0, 100, 100};
	values_size = 0;
	for (int i = 0; i < ROWS; i++)
		put_double(time_of(i), big);
	for (int i = 0; i < ROWS; i++)
		put_double(disp_of(i), big);
	for (int i = 0; i < ROWS; i++)
		put_double(load_of(i), big);
	for (int i = 0; i < SEGMENTS; i++)
		put_double(0.5, big);
	for (int i = 0; i < SEGMENTS; i++)
		put_double(begin[i], big);
	for (int i = 0; i < SEGMENTS; i++)
		put_double(end[i], big);
	for (int i = 0; i < SEGMENTS; i++)
		put_int(modes[i], big);
	for (int i = 0; i < SEGMENTS; i++)
		put_int(points[i], big);
}

static const struct {
	const char *name, *unit, *type, *description;
	int group, rows;
} channels[] = {
    {"Test Time", "s", "eFloat64Usi", "", 1, ROWS},
    {"Indent Disp.", "nm", "eFloat64Usi", "", 1, ROWS},
    {"Indent Load", "\xC2\xB5N", "eFloat64Usi", "", 1, ROWS},
    {"Segment Time", "s", "eFloat64Usi", "", 2, SEGMENTS},
    {"Segment Begin Demand", "\xC2\xB5N", "eFloat64Usi", "", 2, SEGMENTS},
    {"Segment End Demand", "\xC2\xB5N", "eFloat64Usi", "", 2, SEGMENTS},
    {"Segment FB Mode", "", "eInt32Usi", "0 - Open Loop, 1 - Displacement Control, 5 - Load Control", 2, SEGMENTS},
    {"Segment Points", "", "eInt32Usi", "", 2, SEGMENTS}};
enum { CHANNELS = sizeof channels / sizeof *channels };

/* prologue: between the XML declaration and the root */
static void make_index(int big, const char *url, const char *prologue)
{
	char t[1024];
	start("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	put(prologue);
	put("<usi:tdm xmlns:usi=\"http://www.ni.com/Schemas/USI/1_0\" version=\"1.0\"><usi:include>");
	snprintf(t, sizeof t, "<file byteOrder=\"%s\" url=\"%s\">", big ? "bigEndian" : "littleEndian", url);
	put(t);
	size_t offset = 0;
	for (int i = 0; i < CHANNELS; i++) {
		snprintf(t, sizeof t, "<block byteOffset=\"%zu\" id=\"inc%d\" length=\"%d\" valueType=\"%s\"/>", offset,
		         i, channels[i].rows, channels[i].type);
		put(t);
		offset += (size_t)channels[i].rows * (channels[i].type[1] == 'F' ? 8 : 4);
	}
	put("</file></usi:include><usi:data>");
	for (int i = 0; i < CHANNELS; i++) {
		snprintf(t, sizeof t, "<double_sequence id=\"s%d\"><values external=\"inc%d\"/></double_sequence>\n", i,
		         i);
		put(t);
	}
	put("<tdm_root id=\"r\"><name>x</name><instance_attributes>"
	    "<double_attribute name=\"Current_Machine_Compliance__nm___mN__\">2.5</double_attribute>"
	    "<double_attribute name=\"Current_Drift_Rate__nm___s__\">-0.5</double_attribute>"
	    "<long_attribute name=\"Current_Drift_Correction\">1</long_attribute>"
	    "<long_attribute name=\"Acquisition_Tensile_Mode\">1</long_attribute>"
	    "<string_attribute name=\"Acquisition_Quasi_File_Name\"><s>a &lt; b.hys</s></string_attribute>"
	    "</instance_attributes></tdm_root>"
	    "<tdm_channelgroup id=\"g1\"><name>Indentation All Data Points</name></tdm_channelgroup>"
	    "<tdm_channelgroup id=\"g2\"><name>Segments</name></tdm_channelgroup>");
	for (int i = 0; i < CHANNELS; i++) {
		snprintf(
		    t, sizeof t,
		    "<tdm_channel id=\"c%d\"><name>%s</name><description>%s</description><group>#xpointer(id(\"g%d\"))"
		    "</group><unit_string>%s</unit_string><local_columns>#xpointer(id(\"l%d\"))</local_columns>"
		    "</tdm_channel><localcolumn id=\"l%d\"><name>%s</name><sequence_representation>explicit"
		    "</sequence_representation><values>#xpointer(id(\"s%d\"))</values></localcolumn>",
		    i, channels[i].name, channels[i].description, channels[i].group, channels[i].unit, i, i,
		    channels[i].name, i);
		put(t);
	}
	put("</usi:data></usi:tdm>");
}

static tt_status parse(tt_force_log **log, size_t xml, size_t binary)
{
	return tt_force_log_parse_tdm(log_text, xml, values, binary, "test.tdm", log, &log_error);
}

static const char *refused_pair(void)
{
	tt_force_log *log;
	tt_status s = parse(&log, log_size, values_size);
	if (s == TT_OK) tt_force_log_free(log);
	CHECK_MSG(s == TT_ERR_INPUT, "status %d", (int)s);
	return log_error.message;
}

/* Replaces the first occurrence by text of the same length. */
static void edit(const char *from, const char *to)
{
	char *p = strstr(log_text, from);
	CHECK_MSG(p && strlen(from) == strlen(to), "cannot edit '%s'", from);
	memcpy(p, to, strlen(to));
}

static void both_byte_orders(void)
{
	for (int big = 0; big < 2; big++) {
		make_index(big, "x.tdx", "");
		make_values(big);
		tt_force_log *log;
		CHECK_MSG(parse(&log, log_size, values_size) == TT_OK, "%s", log_error.message);
		CHECK_STR(log->format, "NI TDM");
		CHECK(log->n == ROWS && log->warnings.n == 0);
		for (int i = 0; i < ROWS; i++)
			check_row(log, (size_t)i, time_of(i), disp_of(i), load_of(i));
		CHECK_NEAR(log->machine_compliance_m_per_N, 2.5e-6, 1e-15);
		CHECK_NEAR(log->drift_rate_m_per_s, -0.5e-9, 1e-18);
		CHECK(log->compliance_applied && log->drift_applied);
		CHECK(holds(&log->notes, "Acquisition_Tensile_Mode: 1"));
		CHECK(holds(&log->notes, "Acquisition_Quasi_File_Name: a < b.hys"));
		CHECK(log->n_segments == 3);
		CHECK(log->segment[0].control == TT_CONTROL_DISPLACEMENT && log->segment[0].rate == 0);
		CHECK(log->segment[1].control == TT_CONTROL_LOAD && log->segment[1].first == 2 &&
		      log->segment[1].count == 3);
		CHECK_NEAR(log->segment[1].rate, 200e-6, 1e-15);
		CHECK_STR(log->segment[1].kind, "load");
		CHECK(log->segment[2].control == TT_CONTROL_UNKNOWN && isnan(log->segment[2].rate));
		tt_force_log_free(log);
	}
}

static void drift_not_corrected(void)
{
	make_index(0, "x.tdx", "");
	make_values(0);
	edit("Correction\">1<", "Correction\">0<");
	tt_force_log *log;
	CHECK(parse(&log, log_size, values_size) == TT_OK);
	CHECK(!log->drift_applied && log->compliance_applied);
	tt_force_log_free(log);
}

static void damaged_indexes(void)
{
	static const struct {
		const char *from, *to, *says;
	} damage[] = {
	    {"byteOffset=\"48\"", "byteOffset=\"-8\"", "no byteOffset or length that is a whole number"},
	    {"length=\"6\"", "length=\"x\"", "no byteOffset or length that is a whole number"},
	    {"eFloat64Usi", "eStringsUsi", "values of type 'eStringsUsi'"},
	    {"external=\"inc1\"", "external=\"incX\"", "channel 'Indent Disp.' leads to no <block>"},
	    {"<name>Indent Load", "<name>Indent Volt", "no group with channels for time, force and displacement"},
	    {"<unit_string>nm", "<unit_string>mV", "no group with channels for time, force and displacement"},
	    {"explicit", "implicit", "stored as 'implicit'"},
	    {"</usi:data>", "</usi:xxxx>", "mismatched tag; the file is cut short or damaged"},
	    {"a &lt; b", "a &xx; b", "undefined entity"},
	    {"byteOffset=\"0\"", "byteOffset=\"9\"", "is no finite number|time runs backwards|time begins again"},
	};
	for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
		make_index(0, "x.tdx", "");
		make_values(0);
		edit(damage[i].from, damage[i].to);
		const char *says = refused_pair();
		char alternatives[128];
		strcpy(alternatives, damage[i].says);
		int found = 0;
		for (char *part = strtok(alternatives, "|"); part; part = strtok(NULL, "|"))
			found |= strstr(says, part) != NULL;
		CHECK_MSG(found, "case %zu says: %s", i, says);
	}
}

/* Offsets and lengths beyond the file, up to what 64 bits hold. */
static void offsets_beyond_the_file(void)
{
	static const char *const blocks[][2] = {
	    {"byteOffset=\"999999999999999999\" id=\"inc2\" length=\"6\"", "ends before the values of 'Indent Load'"},
	    {"byteOffset=\"96\" id=\"inc2\" length=\"999999999999999999\"", ""},
	    {"byteOffset=\"18446744073709551615\" id=\"inc2\" length=\"6\"", "whole number"}};
	for (int i = 0; i < 3; i++) {
		make_index(0, "x.tdx", "");
		make_values(0);
		static char old[sizeof log_text];
		memcpy(old, log_text, log_size + 1);
		char *at = strstr(old, "byteOffset=\"96\" id=\"inc2\" length=\"6\"");
		CHECK(at);
		*at = '\0';
		start(old);
		put(blocks[i][0]);
		put(at + strlen("byteOffset=\"96\" id=\"inc2\" length=\"6\""));
		tt_force_log *log;
		tt_status s = parse(&log, log_size, values_size);
		if (blocks[i][1][0]) {
			CHECK(s == TT_ERR_INPUT);
			CHECK_HAS(log_error.message, blocks[i][1]);
			continue;
		}
		/* A length beyond the file is what a cut looks like: the rows that all three have. */
		CHECK_MSG(s == TT_OK, "%s", log_error.message);
		CHECK(log->n == ROWS && holds(&log->warnings, "is cut short: 6 of 999999999999999999 rows"));
		tt_force_log_free(log);
	}
}

static void no_entities(void)
{
	make_index(0, "x.tdx", "<!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>");
	make_values(0);
	edit("a &lt; b", "a &b;  b");
	CHECK_HAS(refused_pair(), "declares an XML document type");
	make_index(0, "x.tdx", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">");
	CHECK_HAS(refused_pair(), "declares an XML document type");
	make_index(0, "x.tdx", "");
	start("<?xml version=\"1.0\"?><usi:tdm>");
	for (int i = 0; i < 5000; i++)
		put("<a>");
	CHECK_HAS(refused_pair(), "deep");
}

static void cut_index(void)
{
	make_index(0, "x.tdx", "");
	make_values(0);
	for (size_t cut = 200; cut < log_size; cut += 7) {
		tt_force_log *log;
		tt_status s = parse(&log, cut, values_size);
		CHECK_MSG(s == TT_ERR_INPUT, "cut at %zu: status %d", cut, (int)s);
		CHECK_HAS(log_error.message, "cut short or damaged");
	}
}

static void cut_values(void)
{
	make_index(0, "x.tdx", "");
	make_values(0);
	for (size_t cut = 0; cut < values_size; cut++) {
		tt_force_log *log;
		tt_status s = parse(&log, log_size, cut);
		size_t expected = cut < 96 ? 0 : (cut - 96) / 8 < ROWS ? (cut - 96) / 8 : ROWS;
		CHECK_MSG((s == TT_OK) == (expected > 0), "cut at %zu: status %d", cut, (int)s);
		if (s) {
			CHECK_HAS(log_error.message, "cut short");
			continue;
		}
		CHECK(log->n == expected && log->warnings.n);
		check_row(log, expected - 1, time_of((int)expected - 1), disp_of((int)expected - 1),
		          load_of((int)expected - 1));
		tt_force_log_free(log);
	}
}

static void not_a_number(void)
{
	make_index(0, "x.tdx", "");
	make_values(0);
	double bad = NAN;
	memcpy(values + 48 + 16, &bad, sizeof bad);
	CHECK_HAS(refused_pair(), "row 3 of channel 'Indent Disp.' is no finite number");
}

/* ---- the two files ---- */

static char folder[256];

static void write_bytes(const char *name, const void *bytes, size_t n)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "wb");
	CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

static tt_status read_file(const char *name, tt_force_log **log)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return tt_force_log_read(path, NULL, log, &log_error);
}

static void remove_file(const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
}

static void either_path(void)
{
	static const struct {
		const char *url, *tdm, *tdx, *given;
	} pairs[] = {{"one.tdx", "one.tdm", "one.tdx", "one.tdm"},
	             {"one.tdx", "one.tdm", "one.tdx", "one.tdx"},
	             {"two%20words.tdx", "one.tdm", "two words.tdx", "one.tdm"},
	             {"file:///C:/data/old.tdx", "one.tdm", "old.tdx", "one.tdm"},
	             {"C:\\data\\old.tdx", "one.tdm", "old.tdx", "one.tdm"},
	             {"before.tdx", "renamed.tdm", "renamed.tdx", "renamed.tdm"},
	             {"before.tdx", "RENAMED.TDM", "RENAMED.TDX", "RENAMED.TDX"},
	             {"../../../../etc/passwd", "one.tdm", "one.tdx", "one.tdm"},
	             {"", "one.tdm", "one.tdx", "one.tdm"}};
	snprintf(folder, sizeof folder, "%s", check_tmp());
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		make_index(0, pairs[i].url, "");
		make_values(0);
		write_bytes(pairs[i].tdm, log_text, log_size);
		write_bytes(pairs[i].tdx, values, values_size);
		tt_force_log *log;
		CHECK_MSG(read_file(pairs[i].given, &log) == TT_OK, "pair %zu: %s", i, log_error.message);
		CHECK(log->n == ROWS);
		check_row(log, 5, time_of(5), disp_of(5), load_of(5));
		if (strstr(pairs[i].url, "before"))
			CHECK(strstr(pairs[i].given, "TDX") || holds(&log->notes, "'before.tdx', which is not there"));
		tt_force_log_free(log);
		remove_file(pairs[i].tdm);
		remove_file(pairs[i].tdx);
	}
}

static void half_a_pair(void)
{
	snprintf(folder, sizeof folder, "%s", check_tmp());
	make_index(0, "gone.tdx", "");
	make_values(0);
	write_bytes("lonely.tdm", log_text, log_size);
	write_bytes("alone.tdx", values, values_size);
	tt_force_log *log;
	CHECK(read_file("lonely.tdm", &log) == TT_ERR_INPUT);
	CHECK_HAS(log_error.message, "neither 'gone.tdx' nor a .tdx of the same name");
	CHECK(read_file("alone.tdx", &log) == TT_ERR_INPUT);
	CHECK_HAS(log_error.message, "its index, a .tdm of the same name");
	CHECK(tt_force_log_parse(log_text, log_size, "m.tdm", NULL, &log, &log_error) == TT_ERR_INPUT);
	CHECK_HAS(log_error.message, "its .tdx is needed too");
	remove_file("lonely.tdm");
	remove_file("alone.tdx");
}

static const check_case cases[] = {{"both byte orders", both_byte_orders},
                                   {"drift not corrected", drift_not_corrected},
                                   {"damaged indexes", damaged_indexes},
                                   {"offsets beyond the file", offsets_beyond_the_file},
                                   {"no entities", no_entities},
                                   {"cut index", cut_index},
                                   {"cut values", cut_values},
                                   {"not a number", not_a_number},
                                   {"either path", either_path},
                                   {"half a pair", half_a_pair}};
CHECK_MAIN(cases)
