/* Analyses a test in this program, without files, and prints Young's modulus with its 95 % interval:
 *     cc modulus.c -o modulus $(pkg-config --cflags --libs temtensile) && ./modulus ../zrcu-10pa-1/test.yaml
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <temtensile/temtensile.h>

int main(int argc, char **argv)
{
	tt_error err = {0};
	tt_test *test = NULL;
	tt_force_log *log = NULL, *empty_run = NULL;
	tt_observation *seen = NULL;
	tt_result *r = NULL;
	if (argc != 2) return fputs("usage: modulus TEST.yaml\n", stderr), 2;

	tt_status st = tt_test_read(argv[1], NULL, 0, &test, &err);
	if (st == TT_OK) st = tt_test_read_logs(test, &log, &empty_run, &err);
	if (st == TT_OK) st = tt_observe(test, NULL, NULL, &seen, &err); /* all that the images say */
	if (st == TT_OK) st = tt_evaluate(seen, log, empty_run, test, NULL, NULL, &r, &err);
	if (st == TT_OK) {
		const tt_measurement *e = tt_measurements_find(&r->measurements, "youngs_modulus_GPa");
		if (e && !e->reason)
			printf("E = %.2f GPa, u = %.2f GPa, 95 %% interval %.2f to %.2f GPa\n", e->value * 1e-9,
			       e->u * 1e-9, e->lo * 1e-9, e->hi * 1e-9);
		else
			printf("no modulus: %s\n", e ? e->reason : "nothing was measured");
	} else {
		fprintf(stderr, "%s\n", err.message);
	}
	tt_result_free(r);
	tt_observation_free(seen);
	tt_force_log_free(log);
	tt_force_log_free(empty_run);
	tt_test_free(test);
	return st;
}
