/* Inside the log readers: the source of bytes, the readers' table, rows, labels, tables of text.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_LOG_H
#define TT_LOGS_LOG_H

#include "temtensile/logs.h"

enum { TT_LOG_TIME, TT_LOG_FORCE, TT_LOG_DISPLACEMENT, TT_LOG_QUANTITIES };

/* One file as a reader sees it. Borrowed by the readers. */
typedef struct tt_log_source {
	const char *name; /* for messages, never NULL */
	const char *path; /* NULL when the bytes do not come from a file */
	const unsigned char *bytes;
	size_t size;
	const char *text; /* the bytes as UTF-8 or Latin-1, without byte order mark */
	size_t text_size;
	const char *encoding;          /* static text */
	const tt_log_columns *columns; /* or NULL */
	bool mapped;                   /* columns say how delimited text is to be read, not only which test */
	const unsigned char *binary;   /* the .tdx of a .tdm that is parsed from memory, or NULL */
	size_t binary_size;
} tt_log_source;

/* One format. probe looks at the content alone (and at the name where the content says nothing). */
typedef struct tt_log_reader {
	const char *name;
	bool (*probe)(const tt_log_source *src);
	tt_status (*read)(const tt_log_source *src, tt_force_log *log, tt_error *err);
} tt_log_reader;

extern const tt_log_reader tt_log_sheets, tt_log_refused, tt_log_tdm, tt_log_hld, tt_log_triboscan, tt_log_femtotools,
    tt_log_delimited;

/* Reads a log from memory; what tt_force_log_read does once the file is read. */
tt_status tt_force_log_parse(const void *bytes, size_t size, const char *name, const tt_log_columns *columns,
                             tt_force_log **out, tt_error *err);
/* The same for a .tdm whose .tdx is in memory too. */
tt_status tt_force_log_parse_tdm(const void *xml, size_t xml_size, const void *binary, size_t binary_size,
                                 const char *name, tt_force_log **out, tt_error *err);
/* By the reader given, whatever the probes say; src needs name, bytes and size. For fuzzing. */
tt_status tt_force_log_parse_as(const tt_log_reader *reader, tt_log_source *src, tt_force_log **out, tt_error *err);
/* The whole of a regular file; *bytes is malloc'ed, never NULL on success. */
tt_status tt_log_slurp(const char *path, unsigned char **bytes, size_t *size, tt_error *err);
/* "name: line 12: message" as TT_ERR_INPUT; line 0 is left out. */
tt_status tt_log_fail(const tt_log_source *src, size_t line, tt_error *err, const char *fmt, ...) TT_PRINTF(4, 5);

/* ---- text.c: encodings, lines, cells ---- */

/* Decodes src->bytes into src->text; *owned is what to free (NULL when the text lies in the bytes). */
tt_status tt_log_decode(tt_log_source *src, char **owned, tt_error *err);

/* Walks lines. \r\n and \n\r end one line each, so do a bare \n and a bare \r. Starts as {text, end, 0}. */
typedef struct tt_lines {
	const char *at, *end;
	size_t number; /* of the line given last, 1-based */
} tt_lines;
bool tt_lines_next(tt_lines *l, const char **line, size_t *length);

/* Copies a piece of the file for a message: UTF-8, no control characters, shortened. Returns buf. */
#define TT_QUOTE_SIZE 128
const char *tt_log_quote(char buf[TT_QUOTE_SIZE], const char *text, size_t length);
/* Finds ASCII text in the first `within` bytes, without regard to case; NULL when absent. */
const char *tt_log_find(const char *text, size_t size, const char *what, size_t within);
/* The line begins with key (no regard to case), spaces and the sign ('=' or ':'); *value is what follows, trimmed. */
bool tt_log_key(const char *line, size_t length, const char *key, char sign, const char **value, size_t *value_length);
/* A comment ("#", "%", "//") or an "eoh" line. */
bool tt_log_comment(const char *line, size_t length);

/* The cells of one line, by libcsv, as UTF-8. */
#define TT_CELLS_MAX 256
typedef struct tt_log_cells {
	size_t n;
	char *cell[TT_CELLS_MAX];   /* in buf, NUL-terminated, trimmed; valid after the split */
	size_t start[TT_CELLS_MAX]; /* offsets in buf, which moves while it grows */
	char *buf;
	size_t used, capacity;
	bool failed; /* no memory */
	char delimiter;
} tt_log_cells;
/* Splits; cells->buf is reused from call to call. A blank delimiter means runs of blanks. */
tt_status tt_log_cells_split(tt_log_cells *cells, const char *line, size_t length, char delimiter, tt_error *err);
void tt_log_cells_free(tt_log_cells *cells);

/* ---- number.c ---- */

/* Reads the whole of a cell as a finite decimal number (tt_strtod's); false when it is not one. */
bool tt_log_number(const char *s, size_t length, char decimal, double *value);
/* The same for what instruments and spreadsheets also write: U+2212 for minus, a time of day (in seconds), a prefix as
 * suffix ("655n"), thousands parted by the other sign ("1,234.5"; whole numbers only when grouped). Overflow values
 * such as 9.9E37 are no values. */
bool tt_log_cell(const char *s, size_t length, char decimal, bool grouped, double *value);
/* What a cell tells of `sign`: a whole number without it; surely the decimal sign; one group of three digits behind it,
 * either way; several, so that it parts thousands. */
typedef enum tt_grouping {
	TT_GROUP_NO_NUMBER,
	TT_GROUP_PLAIN,
	TT_GROUP_DECIMAL,
	TT_GROUP_EITHER,
	TT_GROUP_THOUSANDS
} tt_grouping;
tt_grouping tt_log_grouping(const char *s, size_t length, char sign);

/* ---- label.c: names and units of columns ---- */

typedef struct tt_label {
	char base[96]; /* without the unit, trimmed */
	char unit[32]; /* "" when the label has none */
} tt_label;

void tt_label_parse(const char *text, tt_label *label);
/* Factor to SI for one of TT_LOG_…, NaN when the unit is none of that quantity. */
double tt_label_factor(const char *unit, int quantity);
/* Whether a unit was recognised although an encoding destroyed its micro sign. */
bool tt_label_mended(const char *unit);
/* How well a name fits the quantity: 0 not at all, the more the better. */
int tt_label_rank(const char *base, int quantity);
/* Equal without regard to case, to runs of blanks and to how µ is written. */
bool tt_label_equal(const char *a, const char *b);
const char *tt_label_quantity(int quantity); /* "time", "force", "displacement" */

/* ---- rows.c ---- */

typedef struct tt_row_mark {
	size_t row, line;
} tt_row_mark;

typedef struct tt_row_list {
	tt_row_mark *item;
	size_t n, capacity;
} tt_row_list;

/* Grows a log row by row as the file has them; tt_rows_finish makes one test with one increasing clock of it. Starts as
 * {log, src, …0}. */
typedef struct tt_rows {
	tt_force_log *log;
	const tt_log_source *src;
	size_t capacity, segment_capacity;
	size_t seen;        /* rows offered, with those left out */
	size_t equal_times; /* rows left out because their time equals the one before */
	bool gap;           /* a new segment begins with the next row */
	tt_row_list bad;    /* rows (that would have come next) without a value */
	tt_row_list over;   /* the same whose value is an overflow value */
	tt_row_list back;   /* rows whose time is less than the one before */
	tt_row_list begins; /* rows at which another test may begin: text before them, an index that begins again */
	bool series;        /* they are an index's: each begins a test */
	size_t bad_line, bad_allowed; /* of the first bad row; how many are no error whatever their part */
	char bad_text[320];           /* what was wrong with it */
	bool two_clocks; /* displacement has a clock of its own: own_time_s belongs to the row that is added next */
	double own_time_s, *own_time;
	bool changed; /* rows are not the file's own any more */
} tt_rows;

/* SI values; line is where the row stands in the file, 0 for binary files (then the row's number is told). */
tt_status tt_rows_add(tt_rows *rows, double time_s, double displacement_m, double force_N, size_t line, tt_error *err);
/* A row without a value where one is due. */
tt_status tt_rows_dropped(tt_rows *rows, size_t line, tt_error *err);
/* A row that holds an instrument's overflow value where a value is due. */
tt_status tt_rows_over(tt_rows *rows, size_t line, tt_error *err);
/* The next row may begin another test. */
tt_status tt_rows_mark(tt_rows *rows, size_t line, tt_error *err);
/* Chooses the test, settles its clock, closes the segments, warns of what was left out. Errors: several tests and none
 * chosen, time that runs backwards, more than 1 % of the rows without values. */
tt_status tt_rows_finish(tt_rows *rows, tt_error *err);
/* Always to be called; rows->log stays. */
void tt_rows_free(tt_rows *rows);
/* TT_OK when choice is one of n tests, else the error that lists them. */
tt_status tt_log_which_test(const char *name, const tt_log_test *test, size_t n, long choice, tt_error *err);
/* Marks rows that stand at the end of a channel's range. */
tt_status tt_log_find_saturation(tt_force_log *log, tt_error *err);
/* Replaces the segments by a file's own list: count[i] rows each; a list that does not fit the rows is cut, with a
 * warning. Names kind and rate from the demands at both ends (factor already applied; NaN unknown). */
typedef struct tt_listed_segment {
	size_t rows;
	tt_control control;
	double duration_s, begin, end; /* demand, SI */
} tt_listed_segment;
tt_status tt_rows_list(tt_rows *rows, const tt_listed_segment *list, size_t n, tt_error *err);

/* ---- table.c: a table of text ---- */

typedef struct tt_table {
	const tt_log_source *src;
	const char *at, *end; /* where the table's header may begin */
	size_t line;          /* number of lines before `at` */
	const tt_log_columns *columns;
	bool fixed_digits; /* all numbers of a column are written with as many decimals */
	/* found by tt_table_find */
	char delimiter, decimal;
	bool grouped;  /* the other sign parts thousands */
	bool named;    /* there is a row of names */
	bool unit_row; /* the row below the names holds units */
	size_t names;  /* cells in the row of names */
	size_t names_line;
	size_t column[TT_LOG_QUANTITIES]; /* 0-based */
	char name[TT_LOG_QUANTITIES][128];
	double factor[TT_LOG_QUANTITIES];
	char unit[TT_LOG_QUANTITIES][32];
	size_t phase;      /* column whose changes begin a segment; (size_t)-1: none */
	size_t series;     /* column that tells tests apart; (size_t)-1: none */
	bool series_index; /* it counts rows and begins again with each test; else it changes with each */
	size_t own_time;   /* the displacement's own time; (size_t)-1: none */
	size_t beside;     /* tests beside each other; 0 or 1: one */
	bool of_day;       /* time is a time of day */
	double interval_s; /* of rows without a time; 0: there is a time column, column[TT_LOG_TIME] is (size_t)-1
	                      otherwise */
	const char *data;  /* first row of numbers */
	size_t data_line;  /* lines before it */
} tt_table;

/* Finds delimiter, names, units and the first row of numbers. notes and warnings go to log. */
tt_status tt_table_find(tt_table *t, tt_force_log *log, tt_error *err);
/* Reads the rows. */
tt_status tt_table_read(const tt_table *t, tt_rows *rows, tt_error *err);
/* Delimiters that are recognised, in the order of preference. A blank means runs of blanks. */
#define TT_DELIMITERS "\t;|, "
enum { TT_HEAD_LINE_MAX = 65536 }; /* a longer line belongs to no header */
/* Sets t->delimiter and t->decimal; an error when no row holds three numbers. cells is scratch. */
tt_status tt_table_delimiter(tt_table *t, tt_log_cells *cells, tt_error *err);
bool tt_table_blank(const char *line, size_t length);
size_t tt_table_numbers(const tt_log_cells *c, char decimal); /* how many cells are numbers */
/* Whether the beginning holds a row of names for time, force and displacement. */
bool tt_table_named(const tt_log_source *src, bool *unit_row, char *delimiter);

#endif
