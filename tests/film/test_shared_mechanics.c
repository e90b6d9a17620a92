/* Real files of indenters and of an interferometer, with the values that are known of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/brillouin/spectrum.h"
#include "film/indentation/area.h"
#include "film/indentation/layered.h"
#include "film_help.h"
#include "logs/sheet.h"

static void measure_text(tt_film_result *r, const char *format, const char *a, const char *b)
{
	char text[3000];
	tt_error err;
	snprintf(text, sizeof text, format, a, b);
	CHECK_MSG(film_measure(film_file("film.yaml", text), r, &err) == TT_OK, "%s", err.message);
}

static double get_GPa(const tt_film_result *r, const char *id)
{
	return film_get(r, id)->value * 1e-9;
}

static const double *column(const tt_film_result *r, const char *file, const char *name, size_t *rows)
{
	for (size_t i = 0; i < r->n_tables; i++)
		for (size_t k = 0; strcmp(r->table[i].file, file) == 0 && k < r->table[i].n_columns; k++)
			if (strcmp(r->table[i].column[k].name, name) == 0) {
				*rows = r->table[i].rows;
				return r->table[i].column[k].value;
			}
	check_stop(CHECK_FAILED, "there is no column %s in %s", name, file);
}

/* Row by row against what the instrument itself calculated. */
static void own_table(void)
{
	const char *path = check_shared("film/indentation/agilent_fs_xp_test001.csv");
	tt_film_result r;
	measure_text(&r,
	             "film: {poisson: 0.18}\n"
	             "indentation: {file: %s, area: [24.695, 395.77, -16.132, 133.41, 106.46],\n"
	             "  hardness_depth: [100 nm, 200 nm], modulus_depth: [100 nm, 200 nm]}\n",
	             path, "");
	tt_workbook *w;
	tt_error err;
	CHECK(tt_workbook_read(path, &w, &err) == TT_OK);
	const tt_sheet *s = &w->sheet[0];
	static const char *const theirs[] = {"Contact Depth", "Contact Area", "Reduced Modulus", "Hardness", "Modulus"},
	                         *const ours[] = {"contact_depth_nm", "contact_area_nm2", "reduced_modulus_GPa",
	                                          "hardness_GPa", "apparent_plane_strain_modulus_GPa"};
	static const char *const depth_names[] = {"Displacement Into Surface", NULL};
	/* the instrument's modulus is E, its Poisson's ratio 0.18 */
	const double times[] = {1, 1, 1, 1, 1 - 0.18 * 0.18};
	size_t depth_at = tt_sheet_column(s, 0, depth_names), rows, compared = 0;
	const double *depth = column(&r, "indentation.csv", "depth_nm", &rows);
	double worst[5] = {0};
	for (int k = 0; k < 5; k++) {
		const char *const names[] = {theirs[k], NULL};
		size_t at = tt_sheet_column(s, 0, names), row = 1;
		const double *v = column(&r, "indentation.csv", ours[k], &rows);
		CHECK(at < s->columns);
		for (size_t i = 0; i < rows; i++) {
			while (row < s->rows && tt_sheet_number(s, row, depth_at) != depth[i] &&
			       !(fabs(tt_sheet_number(s, row, depth_at) - depth[i]) < 1e-9 * depth[i]))
				row++;
			CHECK_MSG(row < s->rows, "depth %.9g nm is not in the file", depth[i]);
			double t = tt_sheet_number(s, row, at);
			if (!(depth[i] > 20) || !isfinite(t)) continue;
			worst[k] = fmax(worst[k], fabs(times[k] * v[i] / t - 1));
			compared++;
		}
	}
	check_note("%zu cells; largest relative differences: h_c %.1e, A %.1e, E_r %.1e, H %.1e, E %.1e", compared,
	           worst[0], worst[1], worst[2], worst[3], worst[4]);
	CHECK(compared > 900);
	for (int k = 0; k < 5; k++)
		CHECK(worst[k] < 2e-5);
	check_note("E %.3f GPa, H %.3f GPa over 100 to 200 nm (file 76.015, 9.817)", get_GPa(&r, "youngs_modulus_GPa"),
	           get_GPa(&r, "hardness_GPa"));
	CHECK_NEAR(get_GPa(&r, "youngs_modulus_GPa"), 76.05, 0.1);
	CHECK_NEAR(get_GPa(&r, "hardness_GPa"), 9.805, 0.02);
	tt_workbook_free(w);
	tt_film_result_clear(&r);
}

/* The same test from its raw channels. */
static void raw_channels(void)
{
	tt_film_result r;
	measure_text(&r,
	             "film: {poisson: 0.18}\n"
	             "indentation: {file: %s, channels: raw, area: [24.695, 395.77, -16.132, 133.41, 106.46],\n"
	             "  hardness_depth: [100 nm, 200 nm], modulus_depth: [100 nm, 200 nm]}\n",
	             check_shared("film/indentation/agilent_fs_xp_test001.csv"), "");
	size_t rows;
	const double *drift = column(&r, "indents.csv", "drift_nm_per_s", &rows);
	check_note("E %.2f, H %.2f GPa; drift %.4f nm/s (file 0.007)", get_GPa(&r, "youngs_modulus_GPa"),
	           get_GPa(&r, "hardness_GPa"), drift[0]);
	CHECK_NEAR(get_GPa(&r, "youngs_modulus_GPa"), 76.0, 1.5);
	CHECK_NEAR(get_GPa(&r, "hardness_GPa"), 9.8, 0.3);
	CHECK_NEAR(drift[0], 0.007, 0.004);
	tt_film_result_clear(&r);
}

static void sixteen_indents(void)
{
	tt_film_result r;
	const char *path = check_shared("film/indentation/agilent_fs_calibration_16tests.csv");
	static const char text[] = "film: {poisson: 0.18}\n"
	                           "indentation: {file: %s, area: %s, reference: {youngs_modulus: 72 ± 1 GPa, poisson: "
	                           "0.18}, frame_stiffness: auto,\n"
	                           "  hardness_depth: [100 nm, 400 nm], modulus_depth: [100 nm, 400 nm]}\n";
	measure_text(&r, text, path, path);
	const tt_measurement *e = film_get(&r, "youngs_modulus_GPa");
	const char *frame = "";
	for (size_t i = 0; i < r.lines.n; i++)
		if (strstr(r.lines.item[i], "flat with a compliance of the frame")) frame = r.lines.item[i];
	double c = NAN, u = NAN;
	CHECK_MSG(sscanf(frame,
	                 "indentation: S²/P on the reference is flat with a compliance of the frame of %lf ± %lf", &c,
	                 &u) == 2,
	          "'%s'", frame);
	check_note("%s", frame);
	CHECK_NEAR(c * 1e-6, 2.7e-8, 0.5e-8);
	CHECK(u < 2e-2 && fabs(c - 2.7e-2) < u);
	check_note("E %.2f ± %.2f GPa, H %.2f GPa", e->value * 1e-9, e->u * 1e-9, get_GPa(&r, "hardness_GPa"));
	CHECK_NEAR(e->value * 1e-9, 72, 1.5);
	CHECK(e->u * 1e-9 > 0.5 && e->u * 1e-9 < 2);
	CHECK_NEAR(get_GPa(&r, "hardness_GPa"), 8.9, 0.15);
	tt_film_result_clear(&r);
}

static void oxide_on_silicon(void)
{
	static const char text[] = "film: {thickness: 500 nm, poisson: 0.17}\n"
	                           "substrate: {youngs_modulus: 169 GPa, poisson: 0.22}\n"
	                           "indentation: {file: %s, area: instrument, beta: %s, modulus_depth: [0.05, 0.10]}\n";
	const char *path = check_shared("film/indentation/MTS_1film_SiO2_Si_CSM-2nm.xls");
	tt_film_result r;
	measure_text(&r, text, path, "1");
	double one = get_GPa(&r, "youngs_modulus_GPa");
	tt_film_result_clear(&r);
	measure_text(&r, text, path, "1.034");
	check_note("E of 500 nm oxide: %.2f GPa (β 1), %.2f GPa (β 1.034)", one, get_GPa(&r, "youngs_modulus_GPa"));
	CHECK_NEAR(one, 73.1, 0.3);
	CHECK_NEAR(get_GPa(&r, "youngs_modulus_GPa"), 70.4, 0.3);
	tt_film_result_clear(&r);
}

static bool warned(const tt_film_result *r, const char *part)
{
	for (size_t i = 0; i < r->warnings.n; i++)
		if (strstr(r->warnings.item[i], part)) return true;
	return false;
}

static void drift(void)
{
	static const char text[] = "film: {poisson: 0.18}\n"
	                           "indentation: {file: %s, drift_limit: %s nm/s, hardness_depth: [100 nm, 200 nm],\n"
	                           "  modulus_depth: [100 nm, 200 nm]}\n";
	const char *path = check_shared("film/indentation/agilent_Example_2tests.xls");
	tt_film_result r;
	measure_text(&r, text, path, "0.07");
	CHECK(warned(&r, "Test 002 is rejected: it drifts by 0.084 nm/s, above the limit of 0.070 nm/s"));
	CHECK_NEAR(get_GPa(&r, "youngs_modulus_GPa"), 76.3, 0.5);
	tt_film_result_clear(&r);
	measure_text(&r, text, path, "0.05");
	CHECK(warned(&r, "drifts by 0.066 nm/s"));
	const tt_measurement *h = film_get(&r, "hardness_GPa");
	CHECK(isnan(h->value));
	CHECK_HAS(h->reason, "all 2 tests are rejected");
	tt_film_result_clear(&r);
}

static void other_instruments(void)
{
	tt_film_result r;
	/* KLA G200X, ten cycles without oscillation: the tenth unloading's stiffness as the instrument has it */
	measure_text(&r,
	             "film: {poisson: 0.188}\nindentation: {file: %s, area: [24.5], hardness_depth: [100 nm, 900 nm], "
	             "modulus_depth: [100 nm, 900 nm]}\n",
	             check_shared("film/indentation/G200X_FusedSilica.xlsx"), "");
	size_t rows;
	const double *load = column(&r, "indentation.csv", "load_mN", &rows),
	             *s = column(&r, "indentation.csv", "stiffness_N_per_m", &rows);
	double sum = 0, n = 0;
	for (size_t i = 0; i < rows; i++)
		if (load[i] > 40) sum += s[i], n++;
	check_note("%.0f tenth cycles: mean stiffness %.0f N/m (file 150000)", n, sum / n);
	CHECK(n >= 14);
	CHECK_NEAR(sum / n, 150000, 2000);
	tt_film_result_clear(&r);
	measure_text(&r,
	             "film: {poisson: 0.18}\nindentation: {file: %s, area: [24.5], hardness_depth: [100 nm, 600 nm], "
	             "modulus_depth: [100 nm, 600 nm]}\n",
	             check_shared("logs/highload.hld"), "");
	CHECK(film_get(&r, "hardness_GPa")->value > 0);
	tt_film_result_clear(&r);
	/* three columns without names */
	measure_text(
	    &r,
	    "film: {poisson: 0.22}\nindentation: {file: %s, columns: {depth: 1, load: 2, stiffness: 3}, area: [24.5], "
	    "hardness_depth: [200 nm, 900 nm], modulus_depth: [200 nm, 900 nm]}\n",
	    check_shared("film/indentation/MTS_0film_Si_CSM-2nm_noSD.txt"), "");
	check_note("bulk silicon with a perfect Berkovich: E %.0f, H %.1f GPa", get_GPa(&r, "youngs_modulus_GPa"),
	           get_GPa(&r, "hardness_GPa"));
	CHECK(get_GPa(&r, "youngs_modulus_GPa") > 140 && get_GPa(&r, "youngs_modulus_GPa") < 220);
	tt_film_result_clear(&r);
}

/* Shifts in 1/cm as published with the spectra (definitions in the folder's README). */
static void real_spectra(void)
{
	FILE *f = fopen(check_shared("film/brillouin/output.csv"), "r");
	CHECK(f);
	char line[400];
	size_t spectra = 0;
	while (fgets(line, sizeof line, f)) {
		char name[64];
		double v[5];
		if (sscanf(line, "%63[^,],%lf+/-%*f,%lf+/-%*f,%lf+/-%*f,%lf+/-%*f,%lf", name, &v[0], &v[1], &v[2],
		           &v[3], &v[4]) != 6)
			continue;
		char path[1200];
		const char *root = getenv("TT_SHARED");
		snprintf(path, sizeof path, "%s%s/film/brillouin/%s", root ? root : check_source_root(),
		         root ? "" : "/../shared", name);
		tt_counts *c;
		tt_error err;
		if (tt_counts_read(path, &c, &err) != TT_OK) continue; /* not all of them are kept */
		const double range[2] = {NAN, NAN}, per_cm = 29.9792458e9;
		tt_spectrum_fit fit;
		CHECK_MSG(tt_spectrum_evaluate(c, name, 299792458 / (2 * 5.6e-3), NAN, range, &fit, &err) == TT_OK,
		          "%s", err.message);
		CHECK(fit.n_elastic == 3 && fit.n_lines == 4);
		double worst = 0;
		for (size_t i = 0; i < 4; i++) {
			double d = fabs(fit.line[i].shift_Hz - v[i] * per_cm);
			worst = fmax(worst, d / fit.Hz_per_channel);
			CHECK_MSG(d < fmax(fit.Hz_per_channel, 2 * fit.line[i].u_Hz),
			          "%s: line %zu at %.3f GHz, published %.3f", name, i + 1, fit.line[i].shift_Hz * 1e-9,
			          v[i] * per_cm * 1e-9);
		}
		CHECK_NEAR(fit.shift_Hz, v[4] * per_cm, fit.Hz_per_channel / 4);
		CHECK_NEAR(fit.header_Hz_per_channel * 1e-9, 0.1926, 1e-3);
		check_note("%s: mean %.3f GHz (published %.3f), lines at most %.2f channels off; %.4f GHz a channel",
		           name, fit.shift_Hz * 1e-9, v[4] * per_cm * 1e-9, worst, fit.Hz_per_channel * 1e-9);
		tt_spectrum_fit_clear(&fit);
		tt_counts_free(c);
		spectra++;
	}
	fclose(f);
	CHECK(spectra >= 6);
}

static const check_case cases[] = {
    {"the instrument's own table, cell by cell", own_table},
    {"the same test from its raw channels", raw_channels},
    {"sixteen indents on fused silica", sixteen_indents},
    {"500 nm of oxide on silicon", oxide_on_silicon},
    {"tests that drift are rejected", drift},
    {".xlsx, .hld and a table without names", other_instruments},
    {"real Brillouin spectra", real_spectra},
};
CHECK_MAIN(cases)
