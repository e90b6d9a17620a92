/* The images are looked at once; the same observation is then evaluated under ten values of the device's stiffness.
 *     cc stiffness.c -o stiffness $(pkg-config --cflags --libs temtensile) && ./stiffness ../zrcu-10pa-1/test.yaml
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <temtensile/temtensile.h>

int main(int argc, char **argv)
{
	tt_error err = {0};
	tt_test *test = NULL;
	tt_force_log *log = NULL, *empty_run = NULL;
	tt_observation *seen = NULL;
	if (argc != 2) return fputs("usage: stiffness TEST.yaml\n", stderr), 2;

	tt_status st = tt_test_read(argv[1], NULL, 0, &test, &err);
	if (st == TT_OK) st = tt_test_read_logs(test, &log, &empty_run, &err);
	if (st == TT_OK) st = tt_observe(test, NULL, NULL, &seen, &err);
	tt_evaluate_options quick = tt_evaluate_defaults();
	quick.draws = 0; /* no Monte Carlo: values without u, in milliseconds */
	double k0 = st == TT_OK ? test->force.stiffness.value : 0;
	for (int i = 0; i < 10 && st == TT_OK; i++) {
		tt_result *r = NULL;
		test->force.stiffness.value = k0 * (0.91 + 0.02 * i);
		st = tt_evaluate(seen, log, empty_run, test, &quick, NULL, &r, &err);
		const tt_measurement *e =
		    st == TT_OK ? tt_measurements_find(&r->measurements, "youngs_modulus_GPa") : NULL;
		if (e) printf("k = %.1f N/m: E = %.2f GPa\n", test->force.stiffness.value, e->value * 1e-9);
		tt_result_free(r);
	}
	if (st != TT_OK) fprintf(stderr, "%s\n", err.message);
	tt_observation_free(seen);
	tt_force_log_free(log);
	tt_force_log_free(empty_run);
	tt_test_free(test);
	return st;
}
