/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulated.h"

tt_status simulate_and_analyse(const char *name, const char *film, const char *const *sets, size_t n_sets,
                               bool only_curve, char recording[512], char result[512], tt_error *err)
{
	char path[512], test[600];
	snprintf(path, sizeof path, "%s/%s.yaml", check_tmp(), name);
	snprintf(recording, 512, "%s/%s", check_tmp(), name);
	snprintf(result, 512, "%s/%s-results", check_tmp(), name);
	FILE *f = fopen(path, "w");
	CHECK(f);
	fputs(film, f);
	CHECK(fclose(f) == 0);
	tt_simulate_options options = tt_simulate_defaults();
	tt_status st = tt_simulate(path, &options, recording, NULL, NULL, err);
	CHECK_MSG(st == TT_OK, "%s: %s", name, err->message);
	snprintf(test, sizeof test, "%s/test.yaml", recording);
	tt_analyze_options how = {
	    .sets = sets, .n_sets = n_sets, .only_curve = only_curve, .no_movie = true, .no_report = true};
	return tt_analyze(test, result, &how, NULL, NULL, err);
}
