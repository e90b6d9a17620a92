/* An observation in a file: kept as it was; refused with a sentence when it is cut, damaged or newer; hostile bytes. */
#include "core/text.h"
#include "temtensile/observe.h"

#include "check.h"

enum { HEAD = 32, HASH = 64 };

static tt_test *read_test(const char *const *sets, size_t n)
{
	char path[1024];
	tt_test *t;
	tt_error err;
	snprintf(path, sizeof path, "%s/samples/zrcu-10pa-1/test.yaml", check_source_root());
	CHECK_MSG(tt_test_read(path, sets, n, &t, &err) == TT_OK, "%s", err.message);
	return t;
}

/* The sample, observed once for all tests. */
static const tt_observation *sample(void)
{
	static tt_observation *o;
	tt_error err;
	if (o) return o;
	tt_test *t = read_test(NULL, 0);
	CHECK_MSG(tt_observe(t, NULL, NULL, &o, &err) == TT_OK, "%s", err.message);
	tt_test_free(t);
	tt_observation_mark(o, "0123456789abcdef");
	return o;
}

static char *slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	CHECK(f);
	fseek(f, 0, SEEK_END);
	*n = (size_t)ftell(f);
	rewind(f);
	char *b = malloc(*n + 1);
	CHECK(b && fread(b, 1, *n, f) == *n);
	fclose(f);
	return b;
}

static char *saved(size_t *n)
{
	char path[1024];
	tt_error err;
	snprintf(path, sizeof path, "%s/a.ttobs", check_tmp());
	CHECK_MSG(tt_observation_save(sample(), path, &err) == TT_OK, "%s", err.message);
	return slurp(path, n);
}

static void test_round_trip(void)
{
	size_t n, m;
	tt_error err;
	char path[1024];
	char *first = saved(&n);
	tt_observation *o;
	CHECK_MSG(tt_observation_read(first, n, "a", &o, &err) == TT_OK, "%s", err.message);
	snprintf(path, sizeof path, "%s/b.ttobs", check_tmp());
	CHECK_MSG(tt_observation_save(o, path, &err) == TT_OK, "%s", err.message);
	char *second = slurp(path, &m);
	CHECK(n == m && memcmp(first, second, n) == 0);
	CHECK_STR(tt_observation_key_of(o), "0123456789abcdef");
	CHECK(tt_observation_frames(o) == tt_observation_frames(sample()));
	CHECK(tt_observation_has_width(o));
	for (size_t i = 0; i < tt_observation_frames(o); i++) {
		tt_observed_frame a, b;
		tt_observation_frame(sample(), i, &a);
		tt_observation_frame(o, i, &b);
		CHECK(a.number == b.number && a.flag == b.flag && a.known == b.known);
		CHECK(memcmp(a.end, b.end, sizeof a.end) == 0 &&
		      memcmp(&a.u_length_px, &b.u_length_px, sizeof(double)) == 0);
		CHECK(memcmp(tt_observation_subset_places(sample(), i), tt_observation_subset_places(o, i),
		             2 * tt_observation_subsets(o) * sizeof(float)) == 0);
	}
	check_note("%zu frames: %zu bytes", tt_observation_frames(o), n);
	tt_observation_free(o);
	free(first);
	free(second);
}

static void refuse(const char *bytes, size_t n, const char *part)
{
	tt_observation *o;
	tt_error err = {0};
	CHECK(tt_observation_read(bytes, n, "x.ttobs", &o, &err) == TT_ERR_INPUT);
	CHECK(o == NULL);
	CHECK_HAS(err.message, "x.ttobs: ");
	CHECK_HAS(err.message, part);
}

static double seen; /* the numbers may be wrong, but they were there */

/* Whole files with a right checksum over wrong bytes: whatever is read must be safe to use. */
static void try_hostile(char *bytes, size_t n)
{
	tt_observation *o;
	tt_error err = {0};
	char hash[65];
	for (int i = 0; i < 8; i++)
		bytes[16 + i] = (char)((n - HEAD - HASH) >> (8 * i) & 255);
	tt_sha256_bytes(bytes, n - HASH, hash);
	memcpy(bytes + n - HASH, hash, HASH);
	if (tt_observation_read(bytes, n, "x.ttobs", &o, &err) != TT_OK) {
		CHECK_HAS(err.message, "x.ttobs: ");
		return;
	}
	for (size_t i = 0; i < tt_observation_frames(o); i++) {
		tt_observed_frame f;
		tt_observation_frame(o, i, &f);
		seen += f.time_s + (double)tt_observation_subset_places(o, i)[2 * tt_observation_subsets(o) - 1];
	}
	tt_observation_free(o);
}

static void test_refused(void)
{
	size_t n;
	char *b = saved(&n), *c = malloc(n + 1);
	refuse(b, 0, "no observation");
	refuse("x", 1, "no observation");
	for (size_t cut = 8; cut < n; cut = cut < 200 ? cut + 1 : cut + n / 97)
		refuse(b, cut, "cut short");
	memcpy(c, b, n);
	c[n] = 'x';
	refuse(c, n + 1, "cut short");
	memcpy(c, b, n);
	c[8] = 9;
	refuse(c, n, "version 9");
	memcpy(c, b, n);
	c[12] ^= 5;
	refuse(c, n, "byte order");
	for (size_t at = HEAD; at < n; at += n / 53) {
		memcpy(c, b, n);
		c[at] ^= 16;
		refuse(c, n, "damaged");
	}
	free(b);
	free(c);
}

static void test_hostile(void)
{
	size_t n;
	char *b = saved(&n), *c = malloc(n);
	unsigned long long x = 88172645463325252ull;
	for (int i = 0; i < 400; i++) {
		memcpy(c, b, n);
		for (int k = 0; k < 3; k++) {
			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			/* mostly the counts at the beginning */
			size_t at = HEAD + (i % 3 ? x % 1200 : x % (n - HEAD - HASH));
			c[at] = (char)(x >> 40);
		}
		try_hostile(c, n);
	}
	for (size_t cut = HEAD + HASH; cut < n; cut += n / 61) {
		memcpy(c, b, cut);
		try_hostile(c, cut);
	}
	free(b);
	free(c);
}

static void key_of(const char *set, const char *recording, char key[65])
{
	tt_error err;
	tt_test *t = read_test(set ? &set : NULL, set != NULL);
	CHECK_MSG(tt_observation_key(t, recording, key, &err) == TT_OK, "%s", err.message);
	tt_test_free(t);
}

static void test_key(void)
{
	static const char *const same[] = {"properties.offset_yield=[0.1 %]",
	                                   "force.spring={stiffness: 460 ± 5 N/m}",
	                                   "specimen.thickness=120 ± 3 nm",
	                                   "gauge.zero=toe",
	                                   "name=other",
	                                   "output.movie=false",
	                                   "necking.average=3"};
	static const char *const other[] = {"video.frame_rate=7 Hz",
	                                    "gauge={from: [120, 200], to: [400, 200]}",
	                                    "dic.subset=31",
	                                    "dic.shape_function=quadratic",
	                                    "dic.interpolation=quintic",
	                                    "dic.prefilter=0.7",
	                                    "dic.min_zncc=0.7",
	                                    "dic.update_below=0.9",
	                                    "specimen.width=390 ± 8 nm",
	                                    "force.displacement=image"};
	char plain[65], k[65];
	key_of(NULL, "r", plain);
	CHECK(strlen(plain) == 64);
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		key_of(same[i], "r", k);
		CHECK_MSG(strcmp(k, plain) == 0, "%s changes what is seen", same[i]);
	}
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		key_of(other[i], "r", k);
		CHECK_MSG(strcmp(k, plain) != 0, "%s does not change what is seen", other[i]);
	}
	key_of(NULL, "another recording", k);
	CHECK(strcmp(k, plain) != 0);
}

static const check_case cases[] = {
    {"saved and loaded it is the same", test_round_trip},
    {"cut, damaged, newer: refused with a sentence", test_refused},
    {"bytes that no observation holds do no harm", test_hostile},
    {"the key changes with what pixels depend on, and with nothing else", test_key},
};
CHECK_MAIN(cases)
