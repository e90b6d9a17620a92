/* gauge.region, a gauge that is drawn and snapped, and the keys for which the pixels are looked at again.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bar_picture.h"
#include "check.h"
#include "core/text.h"
#include "describe/keys_words.h"
#include "observe/find_gauge.h"
#include "observe/gauge.h"
#include "temtensile/observe.h"

#include <string.h>

enum { W = 640, H = 560 };

/* A long bar above, a shorter one below. */
static uint8_t *two_bars(tt_image *im)
{
	bar a = bar_default(), b = bar_default();
	a.width = b.width = W;
	a.height = b.height = H;
	a.centre[1] = 140;
	b.centre[1] = 420;
	a.thick = 80;
	b.thick = 60;
	b.length = 340;
	a.grip_thick = 160;
	b.grip_thick = 140;
	b.seed = 7;
	tt_image other;
	uint8_t *data = bar_draw(&a, im), *below = bar_draw(&b, &other);
	for (int y = H / 2; y < H; y++)
		memcpy(data + y * im->stride, below + y * other.stride, W);
	free(below);
	return data;
}

static uint8_t *region_of(const double *corners, size_t n)
{
	uint8_t *mask = malloc((size_t)W * H);
	tt_error err;
	CHECK(mask && tt_dic_roi_mask(W, H, (tt_rect){0}, corners, n, NULL, mask, &err) == TT_OK);
	return mask;
}

static tt_status find(const tt_image *im, const double *corners, tt_gauge_choice *c, tt_error *err)
{
	tt_find_gauge_options o = tt_find_gauge_defaults();
	uint8_t *mask = corners ? region_of(corners, 4) : NULL;
	o.region = mask;
	tt_status st = tt_find_gauge(im, &o, c, err);
	free(mask);
	return st;
}

static void the_bar_in_the_region_is_taken(void)
{
	static const double below[] = {20, 300, 620, 300, 620, 550, 20, 550};
	tt_image im;
	tt_gauge_choice all, part;
	tt_error err;
	uint8_t *data = two_bars(&im);
	CHECK_MSG(find(&im, NULL, &all, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(fabs(all.from[1] - 140) < 3, "the long bar: y = %g", all.from[1]);
	CHECK_MSG(find(&im, below, &part, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(fabs(part.from[1] - 420) < 3 && fabs(part.to[1] - 420) < 3, "the bar below: y = %g", part.from[1]);
	CHECK_NEAR(part.width_px, 60, 2);
	bool told = false;
	for (size_t i = 0; i < part.notes.n; i++)
		told = told || strstr(part.notes.item[i], "without gauge.region another bar");
	CHECK_MSG(told, "that another bar would have been taken is not told");
	tt_find_gauge_clear(&all);
	tt_find_gauge_clear(&part);
	free(data);
}

static void the_gauge_stays_in_the_region(void)
{
	static const double middle[] = {180, 60, 430, 60, 430, 220, 180, 220}, nowhere[] = {5, 5, 60, 5, 60, 40, 5, 40};
	tt_image im;
	tt_gauge_choice c;
	tt_gauge g;
	tt_error err;
	uint8_t *data = two_bars(&im), *mask = region_of(middle, 4);
	CHECK_MSG(find(&im, middle, &c, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(fmin(c.from[0], c.to[0]) > 180 && fmax(c.from[0], c.to[0]) < 430, "from %g to %g", c.from[0],
	          c.to[0]);
	CHECK(tt_gauge_lay(c.from, c.to, c.width_px, c.subset_px, W, H, mask, &g, &err) == TT_OK);
	for (size_t i = 0; i < g.n; i++)
		CHECK(g.xy[2 * i] - c.subset_px / 2 >= 180 && g.xy[2 * i] + c.subset_px / 2 <= 430);
	tt_gauge_clear(&g);
	/* a gauge whose end lies outside has no subsets there */
	CHECK(tt_gauge_lay((double[]){120, 140}, (double[]){400, 140}, 80, 21, W, H, mask, &g, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "gauge.from: only 0 subsets of 21 px");
	CHECK_HAS(err.message, "and in gauge.region");
	tt_find_gauge_clear(&c);
	CHECK(find(&im, nowhere, &c, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "no specimen was found in gauge.region");
	free(mask);
	free(data);
}

static const char base[] =
    "video: {file: t.mp4, pixel_size: 4 nm}\nforce: {file: l.txt, spring: {stiffness: 450 N/m}}\n"
    "specimen: {width: 320 nm, thickness: 100 nm}\n";

static tt_test *described(const char *const *sets, size_t n)
{
	static char path[1100];
	tt_test *t = NULL;
	tt_error err;
	if (!path[0]) {
		snprintf(path, sizeof path, "%s/base.yaml", check_tmp());
		FILE *f = fopen(path, "w");
		CHECK(f && fputs(base, f) >= 0 && fclose(f) == 0);
	}
	return tt_test_read(path, sets, n, &t, &err) == TT_OK ? t : NULL;
}

/* An end that was drawn where the grain is worn off goes to where there is some; one that lies well hardly moves. */
static void snapped_to_texture(void)
{
	bar b = bar_default();
	tt_image im;
	tt_gauge_proposal drawn, snapped;
	tt_error err;
	uint8_t *data = bar_draw(&b, &im);
	for (int y = 195; y < 286; y++)
		for (int x = 492; x < 530; x++)
			data[y * im.stride + x] = (uint8_t)(120 + 3 * bar_normal((uint32_t)x, (uint32_t)y, 9));
	tt_test *t = described(NULL, 0);
	const double from[2] = {150, 236}, to[2] = {500, 245};
	CHECK(t);
	CHECK_MSG(tt_gauge_propose(t, &im, 4e-9, from, to, false, 21, &drawn, &err) == TT_OK, "%s", err.message);
	CHECK(drawn.from[0] == 150 && drawn.to[1] == 245 && drawn.subset_px == 21);
	CHECK(drawn.band[0] >= 6 && drawn.band[1] >= 6 && drawn.n > drawn.band[0] + drawn.band[1]);
	CHECK_MSG(tt_gauge_propose(t, &im, 4e-9, from, to, true, 21, &snapped, &err) == TT_OK, "%s", err.message);
	check_note("u of a subset: %.4f and %.4f px where it was drawn, %.4f and %.4f px snapped, from %.1f to %.1f",
	           drawn.u_px[0], drawn.u_px[1], snapped.u_px[0], snapped.u_px[1], snapped.from[0], snapped.to[0]);
	CHECK_MSG(fabs(snapped.from[1] - 240) < 1.5 && fabs(snapped.to[1] - 240) < 1.5, "not on the axis: %g, %g",
	          snapped.from[1], snapped.to[1]);
	CHECK_MSG(fabs(snapped.from[0] - 150) < 12, "the good end went to %g", snapped.from[0]);
	CHECK_MSG(snapped.to[0] < 485, "the bad end stays at %g", snapped.to[0]);
	CHECK(isnan(drawn.u_px[1]) || snapped.u_px[1] < 0.7 * drawn.u_px[1]);
	CHECK_NEAR(snapped.width_px, 100, 3);
	tt_gauge_proposal_clear(&drawn);
	tt_gauge_proposal_clear(&snapped);
	CHECK(tt_gauge_propose(t, &im, 4e-9, from, (double[]){155, 236}, false, 0, &drawn, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "at least 20 px");
	tt_test_free(t);
	free(data);
}

/* Other text for a key: its example, else a word that is not the default. */
static bool other_value(const tt_key *key, char *out, size_t size)
{
	char words[200];
	if (key->example) {
		tt_snprintf(out, size, "%s=%s", key->path, key->example);
		return true;
	}
	tt_snprintf(words, sizeof words, "%s", key->words ? key->words : key->kind == TT_KEY_BOOL ? "true|false" : "");
	for (char *w = strtok(words, "|"); w; w = strtok(NULL, "|"))
		if (!key->fallback || strcmp(w, key->fallback) != 0) {
			tt_snprintf(out, size, "%s=%s", key->path, w);
			return true;
		}
	return false;
}

/* Every key that changes what an observation depends on is one of those of which it is said beforehand, and none of the
 * others is: tried with one other value each. */
static void which_keys_need_the_pixels(void)
{
	const tt_schema *s = tt_schema_find("test");
	char before[65], after[65], set[300];
	tt_error err;
	size_t changed = 0, tried = 0;
	tt_test *t = described(NULL, 0);
	CHECK(t && tt_observation_key(t, "r", before, &err) == TT_OK);
	for (size_t i = 0; i < s->n; i++) {
		const char *sets[] = {set};
		if (!tt_key_is_settable(&s->key[i]) || !other_value(&s->key[i], set, sizeof set)) continue;
		tt_test *o = described(sets, 1);
		if (!o) continue; /* needs another key beside it */
		tried++;
		CHECK(tt_observation_key(o, "r", after, &err) == TT_OK);
		const bool differs = strcmp(before, after) != 0;
		changed += differs;
		CHECK_MSG(!differs || tt_observation_needs(s->key[i].path),
		          "%s changes the observation, and nobody says so", set);
		tt_test_free(o);
	}
	check_note("%zu keys tried, %zu of them need the pixels", tried, changed);
	CHECK(tried > 40 && changed >= 10);
	CHECK(!tt_observation_needs("force.contact") && !tt_observation_needs("force.spring.stiffness") &&
	      !tt_observation_needs("fracture.frame") && !tt_observation_needs("nothing"));
	tt_test_free(t);
}

static void wrong_regions(void)
{
	static const struct {
		const char *set, *says;
	} wrong[] = {{"gauge.region=[[1, 2], [3, 4]]", "expected 3 to 64 corners of a polygon"},
	             {"gauge.region=[[1, 2], [3, 4], 5]", "expected a point [x, y]"},
	             {"gauge.region=[[1, 2], [3, 4], [a, 2]]", "gauge.region"},
	             {"gauge.region=12", "expected 3 to 64 corners"}};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char path[1100];
		const char *sets[] = {wrong[i].set};
		tt_test *t = NULL;
		tt_error err;
		snprintf(path, sizeof path, "%s/base.yaml", check_tmp());
		tt_test_free(described(NULL, 0));
		CHECK(tt_test_read(path, sets, 1, &t, &err) == TT_ERR_INPUT);
		CHECK_HAS(err.message, wrong[i].says);
	}
}

static const check_case cases[] = {
    {"the bar in the region is taken", the_bar_in_the_region_is_taken},
    {"the gauge stays in the region", the_gauge_stays_in_the_region},
    {"snapped to texture", snapped_to_texture},
    {"which keys need the pixels", which_keys_need_the_pixels},
    {"wrong regions are refused", wrong_regions},
};

CHECK_MAIN(cases)
