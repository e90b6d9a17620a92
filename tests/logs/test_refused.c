/* Files that are no logs: one sentence each, with advice; and the report.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "log_help.h"

#include <unistd.h>

static void refused_by_name(void)
{
#define BYTES(b) b, sizeof(b) - 1
	static const struct {
		const char *bytes;
		size_t size;
		const char *says;
	} files[] = {
	    {BYTES(""), "is empty"},
	    {BYTES(" \r\n\t\n"), "nothing but blanks"},
	    {BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more"), "Excel file (.xls); save the sheet"},
	    {BYTES("PK\x03\x04 and more"), "cannot be unpacked"},
	    {BYTES("7VI3Hysitron Raw Data File\x00\x01\x02"),
	     "binary Hysitron .hys file; open it in TriboScan and export"},
	    {BYTES("Fri May 3 2019\n\nNumber of Data Points = 12\n\nFile\thc(nm)\tPmax(\xB5N)\tEr(GPa)\n1\t2\t3\t4\n"),
	     "summary of results (one row a test"},
	    {BYTES("hc(nm)\tPmax(uN)\tS(uN/nm)\tA(nm^2)\tEr(GPa)\tH(GPa)\n1\t2\t3\t4\t5\t6\n"), "summary of results"},
	    {BYTES("\x00\x00\x00\x20"
	           "ftypisom"),
	     "is a video"},
	    {BYTES("RIFF\x00\x00\x00\x00"
	           "AVI LIST"),
	     "is a video"},
	    {BYTES("\x1A\x45\xDF\xA3 matroska"), "is a video"},
	    {BYTES("\x89PNG\r\n\x1A\n"), "is an image"},
	    {BYTES("II*\x00 tiff"), "is an image"},
	    {BYTES("\xFF\xD8\xFF\xE0 jpeg"), "is an image"},
	    {BYTES("\x89HDF\r\n\x1A\n"), "HDF5"},
	    {BYTES("TDSm\x0e\x00\x00\x00"), "TDMS"},
	    {BYTES("%PDF-1.7\n"), "PDF"},
	    {BYTES("<!DOCTYPE html><html>"), "web page"},
	    {BYTES("abc\x00\x01\x02\x03 def\n1,2,3\n"), "binary file of no known kind"},
	    {BYTES("\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f"), "binary file of no known kind"},
	    {BYTES("just some words\nand some more\n"), "no row with three numbers"},
	};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		log_size = 0;
		put_bytes(files[i].bytes, files[i].size);
		CHECK_HAS(refused_log(NULL), files[i].says);
		CHECK_MSG(!strchr(log_error.message, '\n'), "more than one line: %s", log_error.message);
	}
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");
	CHECK(f);
	fputs(text, f);
	CHECK(fclose(f) == 0);
}

static void files_and_folders(void)
{
	char path[512];
	tt_force_log *log;
	snprintf(path, sizeof path, "%s/absent.txt", check_tmp());
	CHECK(tt_force_log_read(path, NULL, &log, &log_error) == TT_ERR_INPUT);
	CHECK_HAS(log_error.message, "absent.txt: No such file");
	CHECK(tt_force_log_read(check_tmp(), NULL, &log, &log_error) == TT_ERR_INPUT);
	CHECK_HAS(log_error.message, "is a folder");
	CHECK(tt_force_log_read("/dev/null", NULL, &log, &log_error) == TT_ERR_INPUT);
	CHECK_HAS(log_error.message, "no regular file");
	snprintf(path, sizeof path, "%s/empty.txt", check_tmp());
	write_file(path, "");
	CHECK(tt_force_log_read(path, NULL, &log, &log_error) == TT_ERR_INPUT);
	CHECK_HAS(log_error.message, "empty.txt: is empty");
	snprintf(path, sizeof path, "%s/good.csv", check_tmp());
	write_file(path, "Time (s),Force (uN),Displacement (nm)\n0,1,2\n1,2,3\n");
	CHECK(tt_force_log_read(path, NULL, &log, &log_error) == TT_OK);
	CHECK(log && log->n == 2);
	tt_force_log_free(log);
	tt_force_log_free(NULL);
	/* no error wanted */
	CHECK(tt_force_log_read("/dev/null", NULL, &log, NULL) == TT_ERR_INPUT);
}

static void report(void)
{
	tt_force_log *log = read_text("Number of Points = 5\nDepth (nm)\tLoad (uN)\tTime (s)\n"
	                              "1\t2\t0\n2\t3\t0.010\n\n3\t4\t0.020\n4\t6\t0.025\n",
	                              NULL);
	char *text;
	CHECK(tt_force_log_report(log, &text, &log_error) == TT_OK);
	static const char *const parts[] = {"format: TriboScan text, ASCII",
	                                    "rows: 4",
	                                    "columns: Depth (nm), Load (uN), Time (s)",
	                                    "force: column 2 'Load (uN)' in uN",
	                                    "time: 0 to 0.025 s",
	                                    "displacement: 1 to 4 nm",
	                                    "force: 2 to 6 µN",
	                                    "every 10 ms (median), 100 Hz",
	                                    "segments: 2",
	                                    "1: 2 rows, 0 to 0.01 s, control not said; 1 to 2 nm, 2 to 3 µN",
	                                    "warning: test.log: the header says 5 points"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		CHECK_HAS(text, parts[i]);
	free(text);
	tt_force_log_free(log);
	log = read_text("Time (s),Force (uN),Displacement (nm)\n0,1,2\n", NULL); /* one row has no interval */
	CHECK(tt_force_log_report(log, &text, &log_error) == TT_OK);
	CHECK_HAS(text, "rows: 1");
	free(text);
	tt_force_log_free(log);
}

static const check_case cases[] = {
    {"refused by name", refused_by_name}, {"files and folders", files_and_folders}, {"report", report}};
CHECK_MAIN(cases)
