/* Real logs against an independent reading of their bytes. The expected figures come from (LC_ALL=C, in
 * ../shared/logs):
 *
 * text:  tr '\r' '\n' < FILE | awk -F'\t' 'NF>=3 && $1 ~ /^-?[0-9]/ {n++; if(n==1)f=$0; l=$0; if(n==1||$2+0>m)m=$2+0}
 *            END {print n; print f; print l; print m}'
 *        awk '/^$/ && rows {print rows} /^-?[0-9.]+\t/ {rows++}' triboscan-lf.txt        (rows before each blank line)
 * hld:   tr -d '\r' < highload.hld | awk -F'\t' '/^Test Data Points/{on=1;next} on && NF==8 && $1+0==$1 {n++;
 *            if(n==1)f=$0; l=$0; if(n==1||$3>m)m=$3} END {print n; print f; print l; print m}'
 *        grep 'Segment Points' highload.hld
 * tdx:   od -A d -t f8 -j OFFSET -N 8 quasi_static_12000uN.tdx     (block offsets as the .tdm lists them)
 *        od -A n -v -t f8 -w8 -j 18432 -N 9216 quasi_static_12000uN.tdx | sort -g | tail -1     (largest load)
 *        od -A n -t d4 -w20 -j 55536 -N 20 …                                                    (segment points)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "logs/log.h"

#include <unistd.h>

static const struct {
	const char *file, *format;
	size_t n, n_segments, count[5];
	double first[3], last[3]; /* s, nm, µN */
	double max_uN;
} known[] = {
    {"logs/triboscan-lf.txt",
     "TriboScan text",
     5304,
     5,
     {201, 104, 2000, 1000, 1999},
     {0, 0.814723, 1.836146},
     {27.059622, 135.028188, 2.138711},
     3000.027013},
    {"logs/triboscan12-cr.txt",
     "TriboScan text",
     16390,
     1,
     {16390},
     {0, -4.739537, 2061.851134},
     {84.574580, 424.401623, 2113.936634},
     200206.398323},
    {"logs/highload.hld",
     "Hysitron hld",
     1068,
     4,
     {400, 268, 200, 200},
     {0, 5.800346, 204.644060},
     {6.677978, 181.340354, 194.563565},
     50213.714295},
    {"logs/quasi_static_12000uN.tdm",
     "NI TDM",
     1152,
     5,
     {400, 352, 100, 200, 100},
     {0, -1.2025024118663072, 2.2923899635933402},
     {7.517708887852677, 1046.5973858495472, 391.85602859033224},
     12000.869341156964},
    {"logs/quasi_static_12000uN.tdx",
     "NI TDM",
     1152,
     5,
     {400, 352, 100, 200, 100},
     {0, -1.2025024118663072, 2.2923899635933402},
     {7.517708887852677, 1046.5973858495472, 391.85602859033224},
     12000.869341156964},
    {"recordings/film-5pa/log.txt",
     "TriboScan text",
     8046,
     1,
     {8046},
     {0, 30.143509, 0.550935},
     {80.45, 120.258106, 1.610241},
     217.605064},
    {"recordings/film-50pa/log.txt",
     "TriboScan text",
     7549,
     1,
     {7549},
     {0, 29.440953, 0.616461},
     {75.48, 120.419062, 0.618407},
     201.631550},
};
enum { KNOWN = sizeof known / sizeof *known };

static void check_row(const tt_force_log *log, size_t i, const double row[3])
{
	CHECK_NEAR(log->time_s[i], row[0], 1e-12 * fabs(row[0]));
	CHECK_NEAR(log->displacement_m[i] / 1e-9, row[1], 1e-12 * fabs(row[1]));
	CHECK_NEAR(log->force_N[i] / 1e-6, row[2], 1e-12 * fabs(row[2]));
}

static void check_known(size_t k)
{
	tt_force_log *log;
	tt_error err;
	const char *path = check_shared(known[k].file);
	CHECK_MSG(tt_force_log_read(path, NULL, &log, &err) == TT_OK, "%s", err.message);
	CHECK_STR(log->format, known[k].format);
	CHECK(log->n == known[k].n && log->warnings.n == 0);
	CHECK(log->n_segments == known[k].n_segments);
	size_t at = 0;
	for (size_t i = 0; i < log->n_segments; i++) {
		CHECK(log->segment[i].first == at && log->segment[i].count == known[k].count[i]);
		at += log->segment[i].count;
	}
	CHECK(at == log->n);
	check_row(log, 0, known[k].first);
	check_row(log, log->n - 1, known[k].last);
	double max = -INFINITY;
	for (size_t i = 0; i < log->n; i++)
		max = fmax(max, log->force_N[i]);
	CHECK_NEAR(max / 1e-6, known[k].max_uN, 1e-12 * known[k].max_uN);
	char *text;
	CHECK(tt_force_log_report(log, &text, &err) == TT_OK);
	CHECK_HAS(text, known[k].format);
	free(text);
	tt_force_log_free(log);
}

static void tribo_lf(void)
{
	check_known(0);
}
static void tribo_cr(void)
{
	check_known(1);
}
static void hld(void)
{
	check_known(2);
}
static void tdm(void)
{
	check_known(3);
}
static void tdx(void)
{
	check_known(4);
}
static void film_5pa(void)
{
	check_known(5);
}
static void film_50pa(void)
{
	check_known(6);
}

/* Control and rates as the files list them (highload.hld by eye; od -t d4 -j 55516 and -t f8 -j 55396 … of the .tdx).
 */
static void controls(void)
{
	tt_force_log *log;
	tt_error err;
	CHECK(tt_force_log_read(check_shared("logs/highload.hld"), NULL, &log, &err) == TT_OK);
	static const char *const kinds[] = {"hold", "hold", "load", "unload"};
	for (size_t i = 0; i < 4; i++) {
		CHECK(log->segment[i].control == TT_CONTROL_LOAD);
		CHECK_STR(log->segment[i].kind, kinds[i]);
	}
	CHECK_NEAR(log->segment[2].rate / 1e-6, 49900, 1e-6);
	CHECK_NEAR(log->segment[3].rate / 1e-6, -50000, 1e-6);
	CHECK_NEAR(log->machine_compliance_m_per_N / 1e-3, 0.00663947, 1e-12);
	CHECK_NEAR(log->drift_rate_m_per_s / 1e-9, 0.03648, 1e-12);
	CHECK(log->compliance_applied && log->drift_applied);
	tt_force_log_free(log);

	CHECK(tt_force_log_read(check_shared("logs/quasi_static_12000uN.tdm"), NULL, &log, &err) == TT_OK);
	static const tt_control mode[] = {TT_CONTROL_DISPLACEMENT, TT_CONTROL_DISPLACEMENT, TT_CONTROL_LOAD,
	                                  TT_CONTROL_LOAD, TT_CONTROL_LOAD};
	static const double rate[] = {0, 0, 12000 / 0.500480005848658, 0, -12000 / 0.500480005848658};
	for (size_t i = 0; i < 5; i++) {
		CHECK(log->segment[i].control == mode[i]);
		CHECK_NEAR(log->segment[i].rate / 1e-6, rate[i], 1e-6);
	}
	CHECK_NEAR(log->machine_compliance_m_per_N / 1e-6, 11.5, 1e-9);
	CHECK_NEAR(log->drift_rate_m_per_s / 1e-9, -0.277564377334235, 1e-12);
	CHECK(log->compliance_applied && log->drift_applied);
	tt_force_log_free(log);
}

/* Cut at every 1000th byte: the rows before the cut and a warning, or one sentence. */
static void check_prefix(const tt_force_log *whole, const tt_force_log *part, size_t cut)
{
	CHECK_MSG(part->n <= whole->n, "cut at %zu: %zu rows of %zu", cut, part->n, whole->n);
	CHECK_MSG(part->n == whole->n || part->warnings.n, "cut at %zu: %zu rows without a warning", cut, part->n);
	for (size_t i = 0; i < part->n; i++)
		CHECK_MSG(part->time_s[i] == whole->time_s[i] && part->force_N[i] == whole->force_N[i] &&
		              part->displacement_m[i] == whole->displacement_m[i],
		          "cut at %zu: row %zu differs", cut, i);
	size_t at = 0;
	for (size_t i = 0; i < part->n_segments; i++) {
		CHECK(part->segment[i].first == at && part->segment[i].count > 0);
		at += part->segment[i].count;
	}
	CHECK(at == part->n);
}

static void cut(const char *relative, size_t *data, size_t *sentences)
{
	tt_force_log *whole, *part;
	tt_error err;
	unsigned char *bytes;
	size_t size, rows = 0;
	const char *path = check_shared(relative);
	CHECK(tt_force_log_read(path, NULL, &whole, &err) == TT_OK);
	CHECK(tt_log_slurp(path, &bytes, &size, &err) == TT_OK);
	for (size_t at = 0; at < size; at += 1000) {
		unsigned char *piece =
		    malloc(at ? at : 1); /* of the exact size, so that a sanitizer sees a step beyond */
		CHECK(piece);
		memcpy(piece, bytes, at);
		tt_status s = tt_force_log_parse(piece, at, "cut.log", NULL, &part, &err);
		free(piece);
		if (s) {
			CHECK_MSG(s == TT_ERR_INPUT && rows == 0, "cut at %zu: %s", at, err.message);
			CHECK(err.message[0] && !strchr(err.message, '\n'));
			++*sentences;
			continue;
		}
		CHECK(part->n >= rows);
		rows = part->n;
		check_prefix(whole, part, at);
		tt_force_log_free(part);
		++*data;
	}
	free(bytes);
	tt_force_log_free(whole);
}

static void cut_text(void)
{
	static const char *const files[] = {"logs/triboscan-lf.txt", "logs/triboscan12-cr.txt", "logs/highload.hld",
	                                    "recordings/film-5pa/log.txt", "recordings/film-50pa/log.txt"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		size_t data = 0, sentences = 0;
		cut(files[i], &data, &sentences);
		CHECK(data > sentences || strstr(files[i], ".hld"));
		check_note("%s: %zu cuts left data, %zu a sentence", files[i], data, sentences);
	}
}

static void cut_tdm(void)
{
	tt_force_log *whole, *part;
	tt_error err;
	unsigned char *xml, *binary;
	size_t xml_size, binary_size, data = 0, sentences = 0;
	const char *path = check_shared("logs/quasi_static_12000uN.tdm");
	CHECK(tt_force_log_read(path, NULL, &whole, &err) == TT_OK);
	CHECK(tt_log_slurp(path, &xml, &xml_size, &err) == TT_OK);
	CHECK(tt_log_slurp(check_shared("logs/quasi_static_12000uN.tdx"), &binary, &binary_size, &err) == TT_OK);
	for (size_t at = 0; at < binary_size; at += 1000) {
		unsigned char *piece = malloc(at ? at : 1);
		CHECK(piece);
		memcpy(piece, binary, at);
		tt_status s = tt_force_log_parse_tdm(xml, xml_size, piece, at, "cut.tdm", &part, &err);
		free(piece);
		sentences += s != TT_OK;
		CHECK(s == TT_OK || (s == TT_ERR_INPUT && at < 18440));
		if (s) continue;
		check_prefix(whole, part, at);
		CHECK(at >= 18440 && part->warnings.n);
		tt_force_log_free(part);
		data++;
	}
	check_note(".tdx: %zu cuts left data, %zu a sentence", data, sentences);
	for (size_t at = 1000; at < xml_size; at += 1000) {
		CHECK(tt_force_log_parse_tdm(xml, at, binary, binary_size, "cut.tdm", &part, &err) == TT_ERR_INPUT);
		CHECK_HAS(err.message, "cut short or damaged");
	}
	free(xml);
	free(binary);
	tt_force_log_free(whole);
}

/* The two recordings are no logs where they are videos or tables of truth. */
static void other_files(void)
{
	tt_force_log *log;
	tt_error err;
	CHECK(tt_force_log_read(check_shared("recordings/film-5pa/test.mp4"), NULL, &log, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "is a video");
	CHECK(tt_force_log_read(check_shared("recordings/film-50pa/test.avi"), NULL, &log, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "is a video");
	CHECK(tt_force_log_read(check_shared("recordings/film-5pa/test.yaml"), NULL, &log, &err) == TT_ERR_INPUT);
	CHECK(tt_force_log_read(check_shared("images/rsciio_mrc_20241021_00405_movie.mrc"), NULL, &log, &err) ==
	      TT_ERR_INPUT);
}

static const check_case cases[] = {{"triboscan-lf.txt", tribo_lf},
                                   {"triboscan12-cr.txt", tribo_cr},
                                   {"highload.hld", hld},
                                   {"quasi_static_12000uN.tdm", tdm},
                                   {"quasi_static_12000uN.tdx", tdx},
                                   {"film-5pa", film_5pa},
                                   {"film-50pa", film_50pa},
                                   {"control and rates", controls},
                                   {"text cut at every 1000th byte", cut_text},
                                   {"tdm cut at every 1000th byte", cut_tdm},
                                   {"files that are no logs", other_files}};
CHECK_MAIN(cases)
