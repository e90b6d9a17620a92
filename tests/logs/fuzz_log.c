/* Fuzz target of one log reader: FUZZ_READER is tt_log_triboscan and so on, or undefined for whichever reader takes it.
 * The first byte chooses a map of columns (FUZZ_MAP); "<tdx>" parts a .tdm from its values.
 * What is read must keep the promises of force.h; what is refused must say why.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition)                                                                                             \
	do {                                                                                                           \
		if (!(condition)) abort();                                                                             \
	} while (0)

static void check_log(const tt_force_log *log)
{
	PROMISE(log->n > 0 && log->n_segments > 0 && log->format && log->encoding);
	for (size_t i = 0; i < log->n; i++) {
		PROMISE(isfinite(log->time_s[i]) && isfinite(log->displacement_m[i]) && isfinite(log->force_N[i]));
		PROMISE(i == 0 || log->time_s[i] > log->time_s[i - 1]);
	}
	size_t at = 0;
	for (size_t i = 0; i < log->n_segments; i++) {
		PROMISE(log->segment[i].first == at && log->segment[i].count > 0 && log->segment[i].kind);
		at += log->segment[i].count;
	}
	PROMISE(at == log->n);
	char *text;
	PROMISE(tt_force_log_report(log, &text, NULL) == TT_OK);
	free(text);
}

static const tt_log_columns maps[] = {
    {.decimal_comma = -1},
    {.time = "Zeit", .force = "F [mN]", .displacement = "3", .decimal_comma = -1},
    {.time = "1",
     .force = "2",
     .displacement = "3",
     .time_unit = "s",
     .force_unit = "uN",
     .displacement_unit = "nm",
     .decimal_comma = -1},
    {.time = "1",
     .force = "2",
     .displacement = "3",
     .time_unit = "s",
     .force_unit = "uN",
     .displacement_unit = "nm",
     .delimiter = ';',
     .decimal_comma = 1},
    {.time = "t", .force = "F", .displacement = "d", .delimiter = '!', .decimal_comma = 0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_log_source src = {.name = "fuzz", .bytes = data, .size = size};
	const tt_log_reader *reader = NULL;
#ifdef FUZZ_READER
	reader = &FUZZ_READER;
#endif
#ifdef FUZZ_MAP
	if (size == 0) return 0;
	size_t map = data[0] - (size_t)'0';
	if (map < sizeof maps / sizeof *maps) src.columns = &maps[map];
	src.bytes++;
	src.size--;
#else
	(void)maps;
#endif
	const char *mark = tt_log_find((const char *)data, size, "<tdx>", size);
	if (mark) {
		src.size = (size_t)((const uint8_t *)mark - src.bytes);
		src.binary = (const uint8_t *)mark + 5;
		src.binary_size = (size_t)(data + size - src.binary);
	}
	tt_error err = {.message = ""};
	tt_force_log *log = NULL;
	tt_status s = tt_force_log_parse_as(reader, &src, &log, &err);
	if (s == TT_OK)
		check_log(log);
	else
		PROMISE(log == NULL && err.message[0]);
	tt_force_log_free(log);
	return 0;
}
