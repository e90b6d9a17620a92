/* One million rows: time and memory of reading, beside what libcsv and strtod take for the same bytes.
 * Limits of the project: 1 s on one core, 8 times the file's size.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/logs.h"

#include <csv.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROWS = 1000000 };

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* one core's, whatever else runs on the machine */
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const char *path_of(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", check_tmp(), name);
	return path;
}

static size_t write_rows(const char *name, const char *head, const char *row_format, int columns)
{
	FILE *f = fopen(path_of(name), "wb");
	CHECK(f);
	fputs(head, f);
	for (int i = 0; i < ROWS; i++) {
		double d = 30 + 1e-4 * i, p = 200 * sin(1e-6 * i), t = 0.005 * i;
		if (columns == 5)
			fprintf(f, row_format, d, p, t, d / 1000, p / 1000);
		else
			fprintf(f, row_format, d, p, t);
	}
	long size = ftell(f);
	CHECK(fclose(f) == 0 && size > 0);
	return (size_t)size;
}

static void on_cell(void *cell, size_t n, void *ctx)
{
	(void)n;
	double *sum = ctx;
	*sum += strtod(cell, NULL);
}

static void on_row(int c, void *ctx)
{
	(void)c;
	(void)ctx;
}

/* Tokens by libcsv and every cell by strtod: what a plain reader does. */
static double plain_reader(size_t size)
{
	char *bytes = malloc(size);
	FILE *f = fopen(path_of("five.txt"), "rb");
	double sum = 0;
	CHECK(bytes && f && fread(bytes, 1, size, f) == size);
	fclose(f);
	struct csv_parser p;
	double start = seconds();
	CHECK(csv_init(&p, CSV_APPEND_NULL) == 0);
	csv_set_delim(&p, '\t');
	csv_parse(&p, bytes, size, on_cell, on_row, &sum);
	csv_fini(&p, on_cell, on_row, &sum);
	double took = seconds() - start;
	csv_free(&p);
	free(bytes);
	check_note("libcsv + strtod of every cell: %.3f s (sum %g)", took, sum);
	return took;
}

typedef struct cost {
	double seconds;
	long peak_kB, before_kB;
	size_t n;
} cost;

/* In a process of its own, so that the peak is that of this reading. */
static cost read_apart(const char *name)
{
	int pipe_ends[2];
	CHECK(pipe(pipe_ends) == 0);
	pid_t child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		struct rusage use;
		cost c = {0};
		tt_force_log *log = NULL;
		getrusage(RUSAGE_SELF, &use);
		c.before_kB = use.ru_maxrss;
		double start = seconds();
		if (tt_force_log_read(path_of(name), NULL, &log, NULL) == TT_OK) c.n = log->n;
		c.seconds = seconds() - start;
		getrusage(RUSAGE_SELF, &use);
		c.peak_kB = use.ru_maxrss;
		_exit(write(pipe_ends[1], &c, sizeof c) == sizeof c ? 0 : 1);
	}
	cost c = {0};
	close(pipe_ends[1]);
	CHECK(read(pipe_ends[0], &c, sizeof c) == sizeof c);
	close(pipe_ends[0]);
	int status;
	waitpid(child, &status, 0);
	CHECK(c.n == ROWS);
	return c;
}

static void measure(const char *name, size_t size)
{
	cost best = read_apart(name);
	for (int i = 0; i < 4; i++) {
		cost c = read_apart(name);
		if (c.seconds < best.seconds) best = c;
	}
	double memory = 1024.0 * (double)best.peak_kB / (double)size;
	check_note("%s: %.1f MB, %d rows in %.3f s (limit 1 s), peak %.1f MB = %.2f x the file (limit 8 x)", name,
	           (double)size / 1e6, ROWS, best.seconds, (double)best.peak_kB / 1e3, memory);
	CHECK_MSG(best.seconds < 1, "%s took %.3f s", name, best.seconds);
	CHECK_MSG(memory < 8, "%s took %.2f times its size", name, memory);
}

static void million_rows(void)
{
	size_t five =
	    write_rows("five.txt", "Number of Points = 1000000\nDepth (nm)\tLoad (uN)\tTime (s)\tDepth (V)\tLoad (V)\n",
	               "%.6f\t%.6f\t%.6f\t%.6f\t%.6f\n", 5);
	plain_reader(five);
	measure("five.txt", five);
	measure("three.txt", write_rows("three.txt", "Number of Points = 1000000\n\rDepth (nm)\tLoad (uN)\tTime (s)\r",
	                                "%.6f\t%.6f\t%.6f\r", 3));
	measure("short.csv", write_rows("short.csv", "Depth (nm),Load (uN),Time (s)\n", "%.0f,%.0f,%.3f\n", 3));
	measure("long.csv", write_rows("long.csv", "Depth (nm);Load (uN);Time (s)\n", "%.17g;%.17g;%.17g\n", 3));
}

static const check_case cases[] = {{"one million rows", million_rows}};
CHECK_MAIN(cases)
