/* Fuzz target: any bytes as a description of a test, a study, a film or a scan: its structure, past the YAML.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "../fuzz.h"

#include "temtensile/study.h"
#include "temtensile/describe.h"
#include "temtensile/film.h"
#include "temtensile/scan.h"

enum { TEST, STUDY, FILM, SCAN };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_put("description.yaml", data, size);
	tt_error err = {0};
	tt_status st = TT_OK;
	if (KIND == TEST) {
		tt_test *t;
		st = tt_test_read(path, NULL, 0, &t, &err);
		if (st == TT_OK) {
			tt_test_check_points(t, 640, 480, &err);
			tt_profile_at(&t->specimen.width, 0.3);
			tt_test_free(t);
		}
	} else if (KIND == STUDY) {
		tt_study study = {0};
		tt_study_entry *entry = NULL;
		size_t n = 0;
		st = tt_study_file_read(path, &study, &entry, &n, &err);
		if (st == TT_OK) tt_study_entries_free(entry, n);
		tt_study_clear(&study);
	} else if (KIND == FILM) {
		tt_film_description *d;
		st = tt_film_description_read(path, NULL, 0, &d, &err);
		if (st == TT_OK) tt_film_description_free(d);
	} else {
		tt_scan_description *d;
		st = tt_scan_description_read(path, NULL, 0, &d, &err);
		if (st == TT_OK) tt_scan_description_free(d);
	}
	fuzz_said(st != TT_OK, err.message);
	return 0;
}
