/* Readers of diffractograms: each format as the test itself writes it, cut at every length, and real files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdint.h>
#include <unistd.h>
#include <zip.h>

#include "logs/pattern.h"

static tt_error error;
static unsigned char bytes[1 << 18];
static size_t size;

static void put(const void *p, size_t n)
{
	CHECK(size + n <= sizeof bytes);
	memcpy(bytes + size, p, n);
	size += n;
}

static void put_text(const char *s)
{
	put(s, strlen(s));
}

static void zeros(size_t n)
{
	CHECK(size + n <= sizeof bytes);
	memset(bytes + size, 0, n);
	size += n;
}

static void u32(uint32_t v)
{
	const unsigned char b[4] = {(unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
	                            (unsigned char)(v >> 24)};
	put(b, 4);
}

static void f32(float v)
{
	uint32_t u;
	memcpy(&u, &v, 4);
	u32(u);
}

static void f64(double v)
{
	uint64_t u;
	memcpy(&u, &v, 8);
	u32((uint32_t)u);
	u32((uint32_t)(u >> 32));
}

/* Writes what was put as a file; returns its path. */
static const char *file(const char *name)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", check_tmp(), name);
	FILE *f = fopen(path, "wb");
	CHECK(f && fwrite(bytes, 1, size, f) == size && fclose(f) == 0);
	return path;
}

static tt_pattern *read_it(const char *path, const tt_pattern_options *options)
{
	tt_pattern *p = NULL;
	tt_status st = tt_pattern_read(path, options, &p, &error);
	CHECK_MSG(st == TT_OK, "refused: %s", error.message);
	return p;
}

static const char *refused(const char *path, const tt_pattern_options *options)
{
	tt_pattern *p = NULL;
	tt_status st = tt_pattern_read(path, options, &p, &error);
	tt_pattern_free(p);
	CHECK_MSG(st == TT_ERR_INPUT && !p, "status %d instead of a refusal", (int)st);
	CHECK_HAS(error.message, path);
	return error.message;
}

static size_t largest(const tt_pattern *p)
{
	size_t best = 0;
	for (size_t i = 1; i < p->n; i++)
		if (p->y[i] > p->y[best]) best = i;
	return best;
}

/* Intensities of all made files: whole numbers with a peak. */
static double intensity(size_t i)
{
	return 100 + (double)(i * 37 % 11) + (i == 12 ? 900 : 0);
}

enum { POINTS = 40 };

static void check_made(const tt_pattern *p, size_t n, double step, double wavelength)
{
	CHECK(p->n == n && p->axis == TT_PATTERN_TWO_THETA);
	for (size_t i = 0; i < n; i++) {
		CHECK_NEAR(p->x[i], 20 + step * (double)i, 1e-9);
		CHECK_NEAR(p->y[i], intensity(i), 1e-9);
	}
	if (isnan(wavelength))
		CHECK(isnan(p->wavelength_m));
	else
		CHECK_NEAR(p->wavelength_m, wavelength * 1e-10, 1e-17);
}

/* Every length of the file gives a pattern's beginning, or a sentence that names it. whole: how many lengths gave
 * points. */
static void cut_everywhere(const char *name, size_t step)
{
	const size_t whole = size;
	size_t read = 0, last = 0, tries = 0;
	for (size_t n = 0; n < whole; n += step, tries++) {
		tt_pattern *p = NULL;
		size = n;
		const char *path = file(name);
		tt_status st = tt_pattern_read(path, NULL, &p, &error);
		if (st == TT_OK) {
			CHECK(p->n >= 2 && p->n >= last);
			for (size_t i = 0; i + 1 < p->n;
			     i++) /* the last value of a text may be cut within its digits */
				CHECK_NEAR(p->y[i], intensity(i), 1e-9);
			last = p->n;
			read++;
		} else {
			CHECK(st == TT_ERR_INPUT);
			CHECK_HAS(error.message, path);
		}
		tt_pattern_free(p);
	}
	size = whole;
	check_note("%s: %zu of %zu lengths give points", name, read, tries);
}

static void make_raw4(uint32_t width, int ranges)
{
	size = 0;
	put("RAW4.00", 8);
	zeros(48);
	u32(44 + 136);
	zeros(1);
	u32(10);
	u32(44);
	zeros(36);
	u32(30);
	u32(136);
	zeros(64);
	f64(1.5418);
	f64(1.54056);
	f64(1.54439);
	zeros(136 - 8 - 64 - 24);
	for (int r = 0; r < ranges; r++) {
		const uint32_t n = (uint32_t)(POINTS - 10 * r);
		u32(0);
		u32(n);
		u32(n);
		zeros(20);
		put("Locked Coupled\0\0\0\0\0\0\0\0\0", 24);
		zeros(16);
		f64(20);
		f64(0.05);
		u32(n);
		f32(0.5f);
		zeros(16);
		f64(1.5406);
		zeros(16);
		u32(width);
		u32(36);
		zeros(16);
		u32(50);
		u32(36);
		zeros(28);
		for (uint32_t i = 0; i < n; i++) {
			f32((float)intensity(i));
			for (uint32_t k = 4; k < width; k += 4)
				f32(-77);
		}
	}
}

static void raw4(void)
{
	for (uint32_t width = 4; width <= 12; width += 4) {
		make_raw4(width, 1);
		tt_pattern *p = read_it(file("a.raw"), NULL);
		check_made(p, POINTS, 0.05, 1.5406);
		CHECK_STR(p->format, "Bruker RAW4");
		CHECK_NEAR(p->wavelength2_m, 1.54439e-10, 1e-17);
		CHECK_NEAR(p->time_per_step_s, 0.5, 1e-9);
		tt_pattern_free(p);
		cut_everywhere("cut.raw", 7);
	}
	make_raw4(8, 3);
	tt_pattern *p = read_it(file("three.raw"), NULL);
	CHECK(p->ranges == 3 && p->range == 0 && p->warnings.n == 1);
	tt_pattern_free(p);
	p = read_it(file("three.raw"), &(tt_pattern_options){.range = 3});
	CHECK(p->range == 2);
	check_made(p, POINTS - 20, 0.05, 1.5406);
	tt_pattern_free(p);
	CHECK_HAS(refused(file("three.raw"), &(tt_pattern_options){.range = 4}), "it holds 3");
}

/* RAW1.01: 712 bytes of file header, 304 a range; see the fields that are written. */
static void raw1(void)
{
	size = 0;
	put("RAW1.01", 8);
	u32(1);
	u32(1);
	zeros(712 - 16);
	const double wavelengths[] = {1.5418, 1.5406, 1.54439, 1.3922, 0.5};
	for (int i = 0; i < 5; i++)
		memcpy(bytes + 616 + 8 * i, &wavelengths[i], 8);
	const size_t h = size;
	zeros(304);
	const uint32_t length = 304, n = POINTS, record = 4;
	const double start = 20, step = 0.05;
	const float time = 2;
	memcpy(bytes + h, &length, 4);
	memcpy(bytes + h + 4, &n, 4);
	memcpy(bytes + h + 16, &start, 8);
	memcpy(bytes + h + 176, &step, 8);
	memcpy(bytes + h + 192, &time, 4);
	memcpy(bytes + h + 252, &record, 4);
	for (size_t i = 0; i < POINTS; i++)
		f32((float)intensity(i));
	tt_pattern *p = read_it(file("b.raw"), NULL);
	check_made(p, POINTS, 0.05, 1.5406);
	CHECK_STR(p->format, "Bruker RAW1.01");
	tt_pattern_free(p);
	cut_everywhere("cut1.raw", 13);
	CHECK_HAS((size = 500, refused(file("cut1.raw"), NULL)), "header is cut");
}

static void make_uxd(void)
{
	size = 0;
	put_text("; made by a "
	         "test\r\n_FILEVERSION=2\r\n_WL_UNIT='A'\r\n_WL1=1.540600\r\n_WL2=1.544390\r\n_DRIVE='COUPLED'\r\n"
	         "_STEPTIME=0.500000\r\n_STEPSIZE=0.050000\r\n_START=20.000000\r\n_2THETACOUNTS\r\n");
	for (size_t i = 0; i < POINTS; i++) {
		char line[64];
		snprintf(line, sizeof line, "%.3f\t%.0f\r\n", 20 + 0.05 * (double)i, intensity(i));
		put_text(line);
	}
}

static void uxd(void)
{
	make_uxd();
	tt_pattern *p = read_it(file("a.uxd"), NULL);
	check_made(p, POINTS, 0.05, 1.5406);
	CHECK_STR(p->format, "UXD");
	tt_pattern_free(p);
	cut_everywhere("cut.uxd", 17);
}

static void make_xrdml(const char *values, const char *extra)
{
	char s[128];
	size = 0;
	put_text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xrdMeasurements "
	         "xmlns=\"http://www.xrdml.com/XRDMeasurement/2.1\">"
	         "<xrdMeasurement><usedWavelength><kAlpha1 unit=\"Angstrom\">1.5405980</kAlpha1></usedWavelength>"
	         "<scan scanAxis=\"Gonio\"><dataPoints><positions axis=\"2Theta\" "
	         "unit=\"deg\"><startPosition>20</startPosition>");
	snprintf(s, sizeof s, "<endPosition>%.6f</endPosition></positions>", 20 + 0.05 * (POINTS - 1));
	put_text(s);
	put_text("<positions axis=\"Omega\" "
	         "unit=\"deg\"><startPosition>1</startPosition><endPosition>2</endPosition></positions>"
	         "<commonCountingTime unit=\"seconds\">15.24</commonCountingTime>");
	put_text(extra);
	snprintf(s, sizeof s, "<%s unit=\"counts\">", values);
	put_text(s);
	for (size_t i = 0; i < POINTS; i++) {
		snprintf(s, sizeof s, "%.0f ", *extra ? intensity(i) / 2 : intensity(i));
		if (*extra && fmod(intensity(i), 2) != 0) snprintf(s, sizeof s, "%.1f ", intensity(i) / 2);
		put_text(s);
	}
	snprintf(s, sizeof s, "</%s></dataPoints></scan></xrdMeasurement></xrdMeasurements>", values);
	put_text(s);
}

static void xrdml(void)
{
	make_xrdml("intensities", "");
	tt_pattern *p = read_it(file("a.xrdml"), NULL);
	check_made(p, POINTS, 0.05, 1.540598);
	CHECK_NEAR(p->time_per_step_s, 15.24, 1e-9);
	tt_pattern_free(p);
	cut_everywhere("cut.xrdml", 11);
	/* the newer version: counts, and what the attenuator took */
	char factors[1024] = "<beamAttenuationFactors>";
	for (int i = 0; i < POINTS; i++)
		strcat(factors, "2.0 ");
	strcat(factors, "</beamAttenuationFactors>");
	make_xrdml("counts", factors);
	p = read_it(file("a.xrdml"), NULL);
	check_made(p, POINTS, 0.05, 1.540598);
	tt_pattern_free(p);
	make_xrdml("counts", "<beamAttenuationFactors>1 2</beamAttenuationFactors>");
	CHECK_HAS(refused(file("a.xrdml"), NULL), "has 2 attenuation factors");
}

static void add_entry(zip_t *z, const char *name, const char *text)
{
	zip_source_t *s = zip_source_buffer(z, text, strlen(text), 0);
	CHECK(s && zip_file_add(z, name, s, 0) >= 0);
}

/* An archive of up to three files, put into `bytes`. */
static void make_zip(const char *const *names, const char *const *texts, int n)
{
	char path[512];
	int e;
	snprintf(path, sizeof path, "%s/made.zip", check_tmp());
	unlink(path);
	zip_t *z = zip_open(path, ZIP_CREATE, &e);
	CHECK(z);
	for (int i = 0; i < n; i++)
		add_entry(z, names[i], texts[i]);
	CHECK(zip_close(z) == 0);
	FILE *f = fopen(path, "rb");
	CHECK(f);
	size = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
}

static void make_brml(bool grazing)
{
	static char raw[1 << 14];
	size_t n = (size_t)snprintf(raw, sizeof raw,
	                            "<?xml version=\"1.0\"?><RawData><DataRoutes><DataRoute><ScanInformation>"
	                            "<TimePerStepEffective>2</TimePerStepEffective><ScanAxes>%s"
	                            "<ScanAxisInfo AxisId=\"TwoTheta\"/>%s</ScanAxes></ScanInformation>",
	                            grazing ? "" : "<ScanAxisInfo AxisId=\"Theta\"/>",
	                            grazing ? "" : "<ScanAxisInfo AxisId=\"Phi\"/>");
	for (size_t i = 0; i < POINTS; i++) {
		const double x = 20 + 0.05 * (double)i;
		if (grazing)
			n += (size_t)snprintf(raw + n, sizeof raw - n, "<Datum>2,1,%.6f,%.0f</Datum>", x, intensity(i));
		else
			n += (size_t)snprintf(raw + n, sizeof raw - n, "<Datum>2,1,%.6f,%.6f,0,%.0f</Datum>", x / 2, x,
			                      intensity(i));
	}
	snprintf(raw + n, sizeof raw - n, "</DataRoute></DataRoutes></RawData>");
	make_zip((const char *const[]){"Experiment0/DataContainer.xml", "Experiment0/RawData0.xml",
	                               "Experiment0/MeasurementContainer.xml"},
	         (const char *const[]){"<a/>", raw, "<a><WaveLengthAlpha1 Unit=\"A\" Value=\"1.5406\"/></a>"}, 3);
}

static void brml(void)
{
	for (int grazing = 0; grazing < 2; grazing++) {
		make_brml(grazing);
		tt_pattern *p = read_it(file("a.brml"), NULL);
		check_made(p, POINTS, 0.05, 1.5406);
		CHECK_STR(p->format, "Bruker BRML");
		CHECK_NEAR(p->time_per_step_s, 2, 1e-9);
		tt_pattern_free(p);
	}
	cut_everywhere("cut.brml", 29);
	const char *const name[] = {"Experiment0/RawData0.xml"};
	make_zip(name,
	         (const char *const[]){
	             "<RawData><DataRoute><ScanAxisInfo AxisId=\"Phi\"/><Datum>1,1,5,7</Datum></DataRoute></RawData>"},
	         1);
	CHECK_HAS(refused(file("phi.brml"), NULL), "no scan in it goes over 2θ");
	make_zip(
	    name,
	    (const char *const[]){
	        "<RawData><DataRoute><ScanAxisInfo AxisId=\"TwoTheta\"/><Datum>1,1,5</Datum></DataRoute></RawData>"},
	    1);
	CHECK_HAS(refused(file("short.brml"), NULL), "4 numbers were expected");
	make_zip(name, (const char *const[]){"<!DOCTYPE a [<!ENTITY x \"y\">]><RawData>&x;</RawData>"}, 1);
	CHECK_HAS(refused(file("entity.brml"), NULL), "document type");
}

static void rasx(void)
{
	static char text[1 << 14];
	size_t n = 0;
	for (size_t i = 0; i < POINTS; i++) /* the attenuator took half of it away */
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%.4f\t%.1f\t2\r\n", i ? "" : "\xEF\xBB\xBF",
		                      20 + 0.05 * (double)i, intensity(i) / 2);
	make_zip((const char *const[]){"root.xml", "Data0/Profile0.txt", "Data0/MesurementConditions0.xml"},
	         (const char *const[]){
	             "<Root/>", text,
	             "<a><WavelengthKalpha1>1.540593</WavelengthKalpha1><ScanInformation><AxisName>TwoTheta</AxisName>"
	             "</ScanInformation></a>"},
	         3);
	tt_pattern *p = read_it(file("a.rasx"), NULL);
	check_made(p, POINTS, 0.05, 1.540593);
	CHECK_STR(p->format, "Rigaku RASX");
	tt_pattern_free(p);
	cut_everywhere("cut.rasx", 23);
}

static const char *text_file(const char *text)
{
	size = 0;
	put_text(text);
	return file("a.xy");
}

static void plain_text(void)
{
	static const char *const same[] = {"1 10\n2 20\n3 30\n4 25\n", "# two_theta_deg,I\n1,10\n2,20\n3,30\n4,25\n",
	                                   "2theta;I\n1,0;10\n2,0;20\n3,0;30\n4,0;25\n",
	                                   "'Id: \"x\"\r\n1\t10\r\n2\t20\r\n3\t30\r\n4\t25",
	                                   "4 25\n3 30\n2 20\n1 10\n"};
	for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
		tt_pattern *p = read_it(text_file(same[k]), NULL);
		const double y[] = {10, 20, 30, 25};
		CHECK(p->n == 4 && !p->u);
		for (size_t i = 0; i < 4; i++) {
			CHECK_NEAR(p->x[i], (double)(i + 1), 1e-12);
			CHECK_NEAR(p->y[i], y[i], 1e-12);
		}
		CHECK(p->axis == (k == 1 || k == 2 ? TT_PATTERN_TWO_THETA : TT_PATTERN_UNKNOWN));
		tt_pattern_free(p);
	}
	tt_pattern *p = read_it(text_file("# Q(1/A)\tR\tsR\n0.01 1 0.1\n0.02 0.5 0.05\n0.03 0.2 .02\n"), NULL);
	CHECK(p->axis == TT_PATTERN_Q && p->u);
	CHECK_NEAR(p->x[1], 0.02e10, 1);
	CHECK_NEAR(p->u[2], 0.02, 1e-12);
	tt_pattern_free(p);
	p = read_it(text_file("0.1 1\n0.2 2\n"), &(tt_pattern_options){.axis = TT_PATTERN_Q});
	CHECK_NEAR(p->x[0], 1e9, 1);
	tt_pattern_free(p);
}

static void sentences(void)
{
	CHECK_HAS(refused(text_file("10 20.0\n30 20.1\n20 20.2\n40 20.3\n"), NULL), "swapped");
	CHECK_HAS(refused(text_file("1 10\n2 11\n1.5 12\n3 9\n"), NULL), "point 3 is 1.5 after 2");
	CHECK_HAS(refused(text_file(""), NULL), "is empty");
	CHECK_HAS(refused(text_file("nothing here\n"), NULL), "no row of two or more numbers");
	CHECK_HAS(refused(text_file("1 2\n2 3\n3 oops\n4 5\n"), NULL), "point 3 of its scan is no number");
	CHECK_HAS(refused(text_file("1 2\n2 3\nabc\n4 5\n"), NULL), "line 3");
	CHECK_HAS(refused(text_file("1 2 3 4 5\n2 3 4 5 6\n"), NULL), "5 columns");
	CHECK_HAS(refused(text_file("2theta I\n100 2\n200 3\n"), NULL), "between 0 and 180");
	CHECK_HAS(refused("/nowhere/at/all.xy", NULL), "No such file");
}

static void expect(const char *relative, size_t n, double x0, double x1, double tolerance, double y0, double y1,
                   double wavelength)
{
	tt_pattern *p = read_it(check_shared(relative), NULL);
	CHECK_MSG(p->n == n, "%s: %zu points", relative, p->n);
	CHECK_NEAR(p->x[0], x0, tolerance);
	CHECK_NEAR(p->x[n - 1], x1, tolerance);
	CHECK_NEAR(p->y[0], y0, 1e-3);
	CHECK_NEAR(p->y[n - 1], y1, 1e-3);
	CHECK(isnan(wavelength) ? isnan(p->wavelength_m) : fabs(p->wavelength_m * 1e10 - wavelength) < 1e-5);
	check_note("%s: %s, largest %g at %.9g", relative, p->format, p->y[largest(p)], p->x[largest(p)]);
	tt_pattern_free(p);
}

static void real_raw4(void)
{
	expect("film/diffraction/TiO2.raw", 1647, 10, 10 + 1646 * 0.036477, 2e-4, 557, 328, 1.5406);
	tt_pattern *p = read_it(check_shared("film/diffraction/TiO2.raw"), NULL);
	CHECK(largest(p) == 479 && p->y[479] == 11493 && p->y[1] == 602 && p->y[2] == 625 && p->y[1645] == 523);
	CHECK_NEAR(p->x[479], 27.472, 5e-4);
	tt_pattern_free(p);
	p = read_it(check_shared("film/diffraction/TwoTheta_scan_scrambled.raw"), NULL);
	CHECK(p->n == 7134);
	CHECK_NEAR(p->x[0], 10, 1e-9);
	CHECK_NEAR(p->x[1] - p->x[0], 0.0105203, 1e-8);
	tt_pattern_free(p);
}

static void real_zipped(void)
{
	expect("film/diffraction/TiOF.brml", 2469, 9.998839261, 60.012776015, 1e-9, 4471, 692, 1.5406);
	tt_pattern *p = read_it(check_shared("film/diffraction/TiOF.brml"), NULL);
	CHECK_NEAR(p->y[largest(p)], 8170, 1e-9);
	CHECK_NEAR(p->x[largest(p)], 27.041675894, 1e-9);
	tt_pattern_free(p);
	expect("film/diffraction/TwoTheta_scan_powder.rasx", 2726, 10, 119, 1e-9, 170.55354309082, 13.8521060943604,
	       1.540593);
}

static void real_raw1(void)
{
	expect("film/diffraction/BT86.raw", 2374, 3, 40, 5e-4, 187, 269, 1.5406);
	expect("film/diffraction/BT86_.UXD", 2374, 3, 40, 1e-9, 187, 269, 1.5406);
	tt_pattern *p = read_it(check_shared("film/diffraction/format1.raw"), NULL);
	CHECK(p->ranges == 3 && p->n == 101);
	tt_pattern_free(p);
	p = read_it(check_shared("film/diffraction/format1.raw"), &(tt_pattern_options){.range = 2});
	CHECK(p->n == 26);
	tt_pattern_free(p);
}

static void real_text(void)
{
	expect("film/diffraction/Scan_C1.xrdml", 7181, 5.00475563, 124.99166689, 1e-8, 374, 158, 1.540598);
	expect("film/diffraction/example_evadiffract.xy", 28, 5.0001, 5.2743, 1e-9, 4.852, 4.324, NAN);
	tt_pattern *p = read_it(check_shared("film/reflectivity/genx_FePt20_MgO.dat"), NULL);
	CHECK(p->axis == TT_PATTERN_TWO_THETA);
	tt_pattern_free(p);
	p = read_it(check_shared("film/reflectivity/xu_xrr_data.txt"), NULL);
	CHECK(p->u && fabs(p->u[1] / 5.011127e+06 - 1) < 1e-9);
	tt_pattern_free(p);
	tt_columns *c;
	CHECK(tt_columns_read(check_shared("film/layers/synthetic_line_profile.csv"), &c, &error) == TT_OK);
	CHECK(c->n == 5 && tt_columns_find(c, "Cu") == 1 && tt_columns_find(c, "position") == 0 &&
	      tt_columns_find(c, "haadf") == 4 && tt_columns_find(c, "3") == 2 && tt_columns_find(c, "6") == -1 &&
	      tt_columns_find(c, "C") == -1);
	CHECK_NEAR(c->value[1][0], 51.076, 1e-12);
	tt_columns_free(c);
}

static const check_case cases[] = {{"Bruker RAW4", raw4},
                                   {"Bruker RAW1.01", raw1},
                                   {"UXD", uxd},
                                   {"XRDML", xrdml},
                                   {"Bruker BRML", brml},
                                   {"Rigaku RASX", rasx},
                                   {"text", plain_text},
                                   {"what is wrong is said", sentences},
                                   {"real RAW4 files", real_raw4},
                                   {"real BRML and RASX files", real_zipped},
                                   {"real RAW1 and UXD files", real_raw1},
                                   {"real XRDML and text files", real_text}};
CHECK_MAIN(cases)
