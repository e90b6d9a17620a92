/* Fuzz target: any bytes as the folder that an analysis left: summary.json, and behind a zero byte each, curve.csv and
 * uncertainty.csv (sound ones where there is none). SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "../fuzz.h"

#include "temtensile/report.h"
#include "temtensile/study.h"

static const char curve[] =
    "frame,time_s,log_time_s,displacement_nm,force_raw_uN,force_spring_uN,force_uN,gauge_length_px,strain,stress_GPa,u_"
    "strain,"
    "u_stress_GPa,true_strain,true_stress_GPa,zncc,flag\n"
    "0,0,2,0,1,0,0,100,0,0,1e-4,0.01,0,0,1,\n1,0.2,2.2,5,2,0.5,1,100.5,0.005,0.2,1e-4,0.01,0.005,0.2,0.99,\n";
static const char shares[] = "property,input,share\nyoungs_modulus_GPa,width,0.8\n";

static const uint8_t *part(const uint8_t *from, const uint8_t *end, const char *name, const char *usual)
{
	const uint8_t *stop = from < end ? memchr(from, 0, (size_t)(end - from)) : NULL;
	if (from >= end)
		fuzz_put(name, usual, strlen(usual));
	else
		fuzz_put(name, from, (size_t)((stop ? stop : end) - from));
	return stop ? stop + 1 : end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_study_test t = {0};
	tt_error err = {0};
	const uint8_t *end = data + size, *at = part(data, end, "summary.json", "{}");
	at = part(at, end, "curve.csv", curve);
	part(at, end, "uncertainty.csv", shares);
	fuzz_said(tt_result_read(fuzz_folder(), &t, &err) != TT_OK, err.message);
	tt_study_test_clear(&t);
	return 0;
}
