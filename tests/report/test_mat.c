/* MAT files: names, text, numbers, units, what is refused, versions; pictures as PGM.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <hdf5.h>
#include <matio.h>
#include <unistd.h>

#include "read_file.h"
#include "temtensile/report.h"

static char folder[1200];

static mat_t *reopened(const char *name)
{
	char path[1400];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	mat_t *f = Mat_Open(path, MAT_ACC_RDONLY);
	CHECK_MSG(f, "%s cannot be opened again", path);
	return f;
}

static void written(tt_mat *m, const char *name)
{
	const char *path;
	tt_error err = {0};
	tt_outdir *dir = open_dir("mat", &path);
	snprintf(folder, sizeof folder, "%s", path);
	CHECK_MSG(tt_mat_write(m, dir, name, &err) == TT_OK, "%s", err.message);
	commit(dir);
}

static const double *doubles(const matvar_t *v, size_t rows, size_t columns)
{
	CHECK(v && v->class_type == MAT_C_DOUBLE && v->rank == 2);
	CHECK_MSG(v->dims[0] == rows && v->dims[1] == columns, "%zu × %zu", v->dims[0], v->dims[1]);
	return v->data;
}

/* Text of ASCII as UTF-8, with its length in characters. */
static void check_text(const matvar_t *v, const char *text)
{
	CHECK(v && v->class_type == MAT_C_CHAR);
	CHECK_MSG(v->dims[1] == strlen(text), "%zu characters, expected \"%s\"", v->dims[1], text);
	CHECK(v->data_type == MAT_T_UTF8 && memcmp(v->data, text, strlen(text)) == 0);
}

static matvar_t *field(matvar_t *v, const char *name)
{
	matvar_t *f = Mat_VarGetStructFieldByName(v, name, 0);
	CHECK_MSG(f, "there is no '%s'", name);
	return f;
}

static void values_and_text(void)
{
	static const double v[6] = {1, 2, 3, 4, NAN, 6};
	static const int64_t n[2] = {-1, 9007199254740992};
	static const char *const texts[3] = {"fractured", "", NULL};
	tt_mat *m = tt_mat_new();
	tt_mat_matrix(m, "wide", v, 2, 3, 0);
	tt_mat_struct(m, "part");
	tt_mat_matrix(m, "column", v, 3, 1, 1e9);
	tt_mat_integers(m, "count", n, 2);
	tt_mat_text(m, "ascii", "5 uN");
	tt_mat_text(m, "wide", "5 µN – 𝄞");
	tt_mat_texts(m, "flag", texts, 3);
	tt_mat_end(m);
	tt_mat_matrix(m, "nothing", NULL, 0, 1, 1);
	written(m, "values.mat");
	tt_mat_free(m);
	mat_t *f = reopened("values.mat");
	CHECK(strncmp(Mat_GetHeader(f), "MATLAB 5.0 MAT-file, written by temtensile ", 43) == 0);
	matvar_t *wide = Mat_VarRead(f, "wide"), *part = Mat_VarRead(f, "part"), *nothing = Mat_VarRead(f, "nothing");
	const double *d = doubles(wide, 2, 3); /* column by column */
	CHECK(d[0] == 1 && d[1] == 4 && d[2] == 2 && isnan(d[3]) && d[4] == 3 && d[5] == 6);
	d = doubles(field(part, "column"), 3, 1);
	CHECK(d[0] == 1e9 && d[2] == 3e9);
	d = doubles(field(part, "count"), 2, 1);
	CHECK(d[0] == -1 && d[1] == 9007199254740992.0);
	check_text(field(part, "ascii"), "5 uN");
	static const uint16_t utf16[9] = {'5', ' ', 0xb5, 'N', ' ', 0x2013, ' ', 0xd834, 0xdd1e};
	const matvar_t *text = field(part, "wide");
	CHECK(text->dims[1] == 9 && text->data_type == MAT_T_UINT16 && memcmp(text->data, utf16, sizeof utf16) == 0);
	matvar_t *flag = field(part, "flag");
	CHECK(flag->class_type == MAT_C_CELL && flag->dims[0] == 3 && flag->dims[1] == 1);
	check_text(Mat_VarGetCell(flag, 0), "fractured");
	CHECK(Mat_VarGetCell(flag, 2)->dims[1] == 0);
	doubles(nothing, 0, 1);
	Mat_VarFree(wide);
	Mat_VarFree(part);
	Mat_VarFree(nothing);
	Mat_Close(f);
}

static void from_json(void)
{
	tt_json *j = tt_json_new();
	tt_json_object(j, "spring");
	tt_json_value_u(j, "stiffness_N_per_m", 450, NAN);
	tt_json_string(j, "fit", NULL);
	tt_json_end(j);
	tt_json_list(j, "inputs");
	for (int i = 0; i < 2; i++) {
		tt_json_object(j, NULL);
		tt_json_integer(j, "at_px", i + 1);
		tt_json_bool(j, "used", i == 1);
		tt_json_end(j);
	}
	tt_json_end(j);
	tt_json_list(j, "mixed");
	tt_json_number(j, NULL, 1);
	tt_json_string(j, NULL, "two");
	tt_json_end(j);
	tt_json_list(j, "none");
	tt_json_end(j);
	tt_mat *m = tt_mat_new();
	tt_mat_json(m, "summary", j);
	tt_mat_units(m, "units", j);
	tt_json_free(j);
	written(m, "json.mat");
	tt_mat_free(m);
	mat_t *f = reopened("json.mat");
	matvar_t *s = Mat_VarRead(f, "summary"), *u = Mat_VarRead(f, "units");
	matvar_t *spring = field(s, "spring");
	CHECK(doubles(field(field(spring, "stiffness_N_per_m"), "value"), 1, 1)[0] == 450);
	CHECK(isnan(doubles(field(field(spring, "stiffness_N_per_m"), "u"), 1, 1)[0]));
	CHECK(isnan(doubles(field(spring, "fit"), 1, 1)[0]));
	matvar_t *inputs = field(s, "inputs");
	CHECK(inputs->class_type == MAT_C_STRUCT && inputs->dims[0] == 1 && inputs->dims[1] == 2);
	CHECK(doubles(Mat_VarGetStructFieldByName(inputs, "at_px", 1), 1, 1)[0] == 2);
	const matvar_t *used = Mat_VarGetStructFieldByName(inputs, "used", 1);
	CHECK(used->isLogical && ((const uint8_t *)used->data)[0] == 1);
	matvar_t *mixed = field(s, "mixed");
	CHECK(mixed->class_type == MAT_C_CELL && doubles(Mat_VarGetCell(mixed, 0), 1, 1)[0] == 1);
	check_text(Mat_VarGetCell(mixed, 1), "two");
	doubles(field(s, "none"), 1, 0);
	check_text(field(field(field(u, "spring"), "stiffness_N_per_m"), "u"), "N/m");
	check_text(field(field(u, "inputs"), "at_px"), "px");
	Mat_VarFree(s);
	Mat_VarFree(u);
	Mat_Close(f);
}

static void names_and_units(void)
{
	static const char *const names[][2] = {{"a-b", "a_b"}, {"end", "xEnd"},           {"3d", "x3d"},
	                                       {"_x", "x_x"},  {"two words", "twoWords"}, {"sum", "sum"}};
	tt_mat *m = tt_mat_new();
	tt_mat_struct(m, "names");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		tt_mat_text(m, names[i][0], names[i][1]);
	tt_mat_end(m);
	written(m, "names.mat");
	tt_mat_free(m);
	mat_t *f = reopened("names.mat");
	matvar_t *v = Mat_VarRead(f, "names");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		check_text(field(v, names[i][1]), names[i][1]);
	Mat_VarFree(v);
	Mat_Close(f);
	static const char *const unit[][2] = {{"stress_GPa", "GPa"},
	                                      {"toughness_MJ_per_m3", "MJ/m^3"},
	                                      {"strain_rate_per_s", "1/s"},
	                                      {"loading_rate_uN_per_s", "uN/s"},
	                                      {"quadratic_N_per_m2", "N/m^2"},
	                                      {"hollomon_n", "1"},
	                                      {"m", "1"},
	                                      {"noise_grey", "grey levels"}};
	char buf[64];
	for (size_t i = 0; i < sizeof unit / sizeof *unit; i++)
		CHECK_STR(tt_unit_of_name(unit[i][0], buf, sizeof buf), unit[i][1]);
}

static void check_refused(tt_mat *m, const char *sentence)
{
	const char *path;
	tt_error err = {0};
	tt_outdir *dir = open_dir("refused", &path);
	CHECK(tt_mat_write(m, dir, "x.mat", &err) != TT_OK);
	CHECK_HAS(err.message, sentence);
	tt_outdir_abort(dir);
	tt_mat_free(m);
}

static void what_is_refused(void)
{
	tt_mat *m = tt_mat_new();
	tt_mat_end(m);
	check_refused(m, "an end without a beginning");
	m = tt_mat_new();
	for (int i = 0; i < 40; i++)
		tt_mat_struct(m, "deeper");
	check_refused(m, "nested deeper");
	check_refused(NULL, "memory");
	tt_json *bad = tt_json_new();
	tt_json_string(bad, "x", "\xff");
	m = tt_mat_new();
	tt_mat_json(m, "summary", bad);
	check_refused(m, "not UTF-8");
	tt_json_free(bad);
}

static void full_disk_is_told(void)
{
	tt_mat *m = tt_mat_new();
	tt_mat_text(m, "a", "1");
	const char *path, *staged;
	tt_error err = {0};
	tt_outdir *dir = open_dir("full", &path);
	CHECK(tt_outdir_path(dir, "x.mat", &staged, &err) == TT_OK);
	char command[1400];
	snprintf(command, sizeof command, "ln -s /dev/full '%s'", staged);
	CHECK(system(command) == 0);
	CHECK(tt_mat_write(m, dir, "x.mat", &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "cannot write 'x.mat'");
	tt_outdir_abort(dir);
	tt_mat_free(m);
}

/* ---- versions ---- */

/* As MATLAB writes a variable that is an object of a class: numbers that only MATLAB understands. */
static void add_object(const char *path)
{
	hid_t f = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), scalar = H5Screate(H5S_SCALAR), text = H5Tcopy(H5T_C_S1);
	hsize_t dims[2] = {6, 1};
	const unsigned v[6] = {0xDD000000u, 2, 1, 1, 1, 1};
	const int decode = 3;
	hid_t space = H5Screate_simple(2, dims, NULL);
	CHECK(H5Ldelete(f, "/part/roi", H5P_DEFAULT) >= 0);
	hid_t set = H5Dcreate2(f, "/part/roi", H5T_STD_U32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	CHECK(set >= 0 && H5Dwrite(set, H5T_NATIVE_UINT, H5S_ALL, H5S_ALL, H5P_DEFAULT, v) >= 0);
	H5Tset_size(text, strlen("ncorr_class_roi"));
	hid_t a = H5Acreate2(set, "MATLAB_class", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
	CHECK(H5Awrite(a, text, "ncorr_class_roi") >= 0);
	hid_t b = H5Acreate2(set, "MATLAB_object_decode", H5T_NATIVE_INT, scalar, H5P_DEFAULT, H5P_DEFAULT);
	CHECK(H5Awrite(b, H5T_NATIVE_INT, &decode) >= 0);
	H5Aclose(a);
	H5Aclose(b);
	H5Dclose(set);
	H5Sclose(space);
	H5Sclose(scalar);
	H5Tclose(text);
	CHECK(H5Fclose(f) >= 0);
}

static void versions(void)
{
	static const double v[2] = {1.5, NAN};
	char from[1400], hdf[1400], back[1400];
	tt_error err = {0};
	size_t objects;
	tt_mat *m = tt_mat_new();
	tt_mat_struct(m, "part");
	tt_mat_matrix(m, "x", v, 2, 1, 0);
	tt_mat_text(m, "text", "5 µN");
	tt_mat_text(m, "roi", "replaced below");
	tt_mat_end(m);
	written(m, "five.mat");
	tt_mat_free(m);
	snprintf(from, sizeof from, "%s/five.mat", folder);
	snprintf(hdf, sizeof hdf, "%s/seven.mat", folder);
	snprintf(back, sizeof back, "%s/back.mat", folder);
	CHECK_MSG(tt_mat_convert(from, hdf, true, false, &objects, &err) == TT_OK, "%s", err.message);
	CHECK(objects == 0 && H5Fis_hdf5(hdf) > 0);
	add_object(hdf);
	CHECK_MSG(tt_mat_convert(hdf, back, false, false, &objects, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(objects == 1, "%zu objects", objects);
	mat_t *f = reopened("back.mat");
	CHECK(Mat_GetVersion(f) == MAT_FT_MAT5);
	matvar_t *part = Mat_VarRead(f, "part");
	const double *d = doubles(field(part, "x"), 2, 1);
	CHECK(d[0] == 1.5 && isnan(d[1]));
	const matvar_t *text = field(part, "text");
	CHECK(text->dims[1] == 4 && ((const uint16_t *)text->data)[2] == 0xb5);
	doubles(field(part, "roi"), 0, 0);
	Mat_VarFree(part);
	Mat_Close(f);
}

/* libhdf5 writes down the second in which it makes each object. */
static void seconds_later_the_same_bytes(void)
{
	static const char *const name[2] = {"first.mat", "second.mat"};
	char in[1400], *bytes[2];
	size_t n[2], objects, others = 0;
	tt_error err = {0};
	snprintf(in, sizeof in, "%s/tests/report/corpus-mat/octave-7.mat", check_source_root());
	for (int i = 0; i < 2; i++) {
		char path[1400];
		if (i) sleep(2);
		snprintf(path, sizeof path, "%s/%s", check_tmp(), name[i]);
		CHECK_MSG(tt_mat_convert(in, path, true, false, &objects, &err) == TT_OK, "%s", err.message);
		bytes[i] = read_file(check_tmp(), name[i], &n[i]);
	}
	CHECK_MSG(n[0] == n[1] && n[0] > 10000, "%zu and %zu bytes", n[0], n[1]);
	for (size_t i = 0; i < n[0]; i++)
		others += bytes[0][i] != bytes[1][i];
	CHECK_MSG(others == 0, "%zu bytes are others", others);
	free(bytes[0]);
	free(bytes[1]);
}

static void what_is_not_converted(void)
{
	char in[1400], out[1400];
	tt_error err = {0};
	size_t objects;
	snprintf(in, sizeof in, "%s/noise.mat", check_tmp());
	snprintf(out, sizeof out, "%s/never.mat", check_tmp());
	CHECK(tt_mat_convert(in, out, false, false, &objects, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "noise.mat is no MAT file");
	FILE *f = fopen(in, "wb");
	CHECK(f);
	for (int i = 0; i < 5000; i++)
		fputc(i * 7919 % 251, f);
	fclose(f);
	CHECK(tt_mat_convert(in, out, false, false, &objects, &err) == TT_ERR_INPUT);
	f = fopen(out, "rb");
	CHECK_MSG(!f, "a file was left");
}

/* ---- pictures ---- */

static void pictures(void)
{
	static const uint8_t a[4] = {0, 255, 7, 9};
	static const uint16_t b[4] = {0, 65535, 258, 1023};
	static const float c[4] = {-1, 3, 1, NAN};
	const struct {
		tt_image im;
		const char *head;
		unsigned char bytes[8];
		size_t n;
	} known[] = {
	    {{.data = (void *)(uintptr_t)a, .stride = 2, .width = 2, .height = 2, .type = TT_U8},
	     "P5\n2 2\n255\n",
	     {0, 255, 7, 9},
	     4},
	    {{.data = (void *)(uintptr_t)b, .stride = 4, .width = 2, .height = 2, .type = TT_U16},
	     "P5\n2 2\n65535\n",
	     {0, 0, 255, 255, 1, 2, 3, 255},
	     8},
	    {{.data = (void *)(uintptr_t)c, .stride = 8, .width = 2, .height = 2, .type = TT_F32},
	     "P5\n# grey value = -1 + level * 6.10360876e-05\n2 2\n65535\n",
	     {0, 0, 255, 255, 128, 0, 0, 0},
	     8},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char path[1200];
		tt_error err = {0};
		snprintf(path, sizeof path, "%s/p.pgm", check_tmp());
		FILE *f = fopen(path, "wb");
		CHECK(f);
		CHECK(tt_pgm_put(f, &known[i].im, &err) == TT_OK);
		fclose(f);
		size_t size, head = strlen(known[i].head);
		char *data = read_file(check_tmp(), "p.pgm", &size);
		CHECK_MSG(size == head + known[i].n && memcmp(data, known[i].head, head) == 0, "picture %zu: %s", i,
		          data);
		CHECK(memcmp(data + head, known[i].bytes, known[i].n) == 0);
		free(data);
	}
}

static const check_case cases[] = {
    {"values and text", values_and_text},
    {"from JSON", from_json},
    {"names and units", names_and_units},
    {"what is refused", what_is_refused},
    {"a full disk", full_disk_is_told},
    {"versions 5 and 7.3, objects of classes", versions},
    {"seconds later, the same bytes", seconds_later_the_same_bytes},
    {"what is not converted", what_is_not_converted},
    {"pictures", pictures},
};
CHECK_MAIN(cases)
