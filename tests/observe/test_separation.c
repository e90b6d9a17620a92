/* Which readings of the gauge can be believed, and in which frame the halves come apart.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "observe/separation.h"
#include "observe/whole_bar.h"

enum { N = 120, STATIONS = 12, BREAK = 80 };

typedef struct film {
	tt_gauge gauge;
	double s[STATIONS];
	float u[N * STATIONS];
	tt_gauge_reading reading[N];
	bool usable[N];
} film;

/* Stations 25 px apart, strained by 0.001 a frame, a neck that opens between stations 6 and 7 up to BREAK, when the
 * right half moves away by 30 px. */
static void make(film *f)
{
	memset(f, 0, sizeof *f);
	f->gauge = (tt_gauge){.axis = {1, 0},
	                      .normal = {0, 1},
	                      .length_px = 25 * (STATIONS - 1),
	                      .station_s = f->s,
	                      .n_stations = STATIONS,
	                      .n = STATIONS};
	for (int k = 0; k < STATIONS; k++)
		f->s[k] = 25 * k;
	for (int i = 0; i < N; i++) {
		double e = 0.001 * (i < BREAK ? i : BREAK), neck = i > 60 ? 0.05 * ((i < BREAK ? i : BREAK) - 60) : 0;
		f->usable[i] = true;
		for (int k = 0; k < STATIONS; k++)
			f->u[i * STATIONS + k] = (float)(e * f->s[k] + (k > 6 ? neck + (i >= BREAK ? 30 : 0) : 0));
	}
}

/* What track.c leaves: gap and strain from the stations that are left. */
static void read_all(film *f)
{
	for (int i = 0; i < N; i++) {
		tt_dic_point p[STATIONS] = {0};
		for (int k = 0; k < STATIONS; k++) {
			float u = f->u[i * STATIONS + k];
			p[k] = (tt_dic_point){
			    .x = f->s[k], .u = (double)u, .zncc = 0.95, .flag = isnan(u) ? TT_DIC_LOW_ZNCC : TT_DIC_OK};
		}
		tt_gauge_reading r;
		tt_error err;
		CHECK(tt_gauge_read(&f->gauge, p, 1, &r, &err) == TT_OK);
		bool left = !isnan(f->u[i * STATIONS]), right = !isnan(f->u[i * STATIONS + STATIONS - 1]);
		r.ok = left && right;
		r.length_px = f->gauge.length_px + (double)f->u[i * STATIONS + STATIONS - 1];
		r.u_length_px = 0.05;
		f->reading[i] = r;
	}
}

static tt_separation find(film *f)
{
	tt_separation s;
	read_all(f);
	tt_gauge_sift(f->reading, N);
	tt_separation_find(&f->gauge, f->reading, f->u, f->usable, N, tt_separation_least(&f->gauge), &s);
	check_note("%s; frame %d, last intact %d", s.text, (int)s.frame, (int)s.last_intact);
	return s;
}

static void lose(film *f, int from, int to, int first, int last)
{
	for (int i = from; i <= to; i++)
		for (int k = first; k <= last; k++)
			f->u[i * STATIONS + k] = NAN;
}

static void test_plain(void)
{
	static film f;
	make(&f);
	tt_separation s = find(&f);
	CHECK(s.frame == BREAK && s.last_intact == BREAK - 1);
}

/* The half that moves is not found for some frames: the first of them is broken. */
static void test_half_lost_at_first(void)
{
	static film f;
	make(&f);
	lose(&f, BREAK, BREAK + 9, 7, STATIONS - 1);
	tt_separation s = find(&f);
	CHECK(s.frame == BREAK && s.last_intact == BREAK - 1);
}

/* It is "found" elsewhere, far on the wrong side and then with a large jump: neither is an opening. */
static void test_false_match(void)
{
	static film f;
	make(&f);
	lose(&f, BREAK, N - 1, STATIONS - 3, STATIONS - 1);
	for (int i = BREAK + 2; i < N; i++)
		f.u[i * STATIONS + STATIONS - 2] = -200;
	for (int i = BREAK + 20; i < N; i++)
		f.u[i * STATIONS + STATIONS - 1] = 300;
	tt_separation s = find(&f);
	CHECK(s.frame == BREAK && s.last_intact == BREAK - 1);
}

/* The half that moved is lost, and found again when the punch is on its way back: the gap is never seen to open. */
static void test_found_while_closing(void)
{
	static film f;
	make(&f);
	lose(&f, BREAK, BREAK + 9, 7, STATIONS - 1);
	for (int i = BREAK + 10; i < N; i++)
		for (int k = 7; k < STATIONS; k++)
			f.u[i * STATIONS + k] -= (float)(0.7 * (i - BREAK - 10));
	lose(&f, BREAK + 10, BREAK + 14, 7, STATIONS - 2);
	tt_separation s = find(&f);
	CHECK(s.frame == BREAK && s.last_intact == BREAK - 1);
}

/* Frames that nobody can read before the fracture prove nothing: the first that shows the gap is the fracture's, and
 * the last that was seen whole bounds it. */
static void test_lost_before(void)
{
	static film f;
	make(&f);
	lose(&f, BREAK - 5, BREAK - 1, 0, STATIONS - 1);
	tt_separation s = find(&f);
	CHECK(s.frame == BREAK && s.last_intact == BREAK - 6);
}

/* A false gap early (fringes that sweep through), the specimen whole and straining again, then the fracture. */
static void test_mended(void)
{
	static film f;
	make(&f);
	for (int i = 20; i < 24; i++)
		for (int k = 4; k < STATIONS; k++)
			f.u[i * STATIONS + k] += 80;
	lose(&f, 24, 35, 4, STATIONS - 1);
	tt_separation s = find(&f);
	CHECK(s.frame == BREAK && s.last_intact == BREAK - 1);
}

static void test_unbroken(void)
{
	static film f;
	make(&f);
	for (int i = BREAK; i < N; i++)
		memcpy(f.u + i * STATIONS, f.u + (BREAK - 1) * STATIONS, STATIONS * sizeof *f.u);
	lose(&f, 30, 40, 7, STATIONS - 1); /* and it comes back */
	CHECK(find(&f).frame == -1);
}

static void test_order(void)
{
	tt_dic_point p[5] = {0};
	double s[5] = {0, 10, 20, 30, 40};
	tt_gauge g = {.axis = {1, 0}, .normal = {0, 1}, .station_s = s, .n_stations = 5, .n = 5};
	bool good[5];
	p[3].u = -300;
	p[1].flag = TT_DIC_LOW_ZNCC;
	tt_gauge_order_stations(&g, p, good);
	CHECK(good[0] && !good[1] && good[2] && !good[3] && good[4]);
}

static void test_sift(void)
{
	tt_gauge_reading r[40];
	for (int i = 0; i < 40; i++)
		r[i] = (tt_gauge_reading){.ok = true, .length_px = 300 + i, .u_length_px = 0.03};
	r[20].u_length_px = 7;   /* 2.2 % */
	r[21].u_length_px = 2;   /* 70 times the others' */
	r[22].length_px = 60;    /* shorter than at the start */
	r[23].u_length_px = 0.4; /* a bad frame, but a reading */
	CHECK(tt_gauge_sift(r, 40) == 3);
	CHECK(!r[20].ok && !r[21].ok && !r[22].ok && r[23].ok && isnan(r[20].length_px));
}

/* The whole bar: found up to frame `last`, then not; the surroundings show right across it from BREAK on. */
static tt_separation whole_bar(int last, bool gap)
{
	static tt_gauge_reading r[N];
	bool usable[N];
	tt_separation s;
	for (int i = 0; i < N; i++) {
		r[i] = (tt_gauge_reading){.ok = i <= last, .length_px = 100 + 0.1 * i, .gap_px = NAN, .gap_at_px = NAN};
		if (gap && i >= BREAK) r[i].gap_px = 20, r[i].gap_at_px = 40;
		usable[i] = true;
	}
	tt_whole_bar_separation(r, usable, N, &s);
	check_note("%s", s.text);
	return s;
}

static void test_whole_bar(void)
{
	tt_separation s = whole_bar(BREAK - 1, true);
	CHECK(s.frame == BREAK && s.last_intact == BREAK - 1);
	/* a crack too narrow to be seen in the first broken frame */
	s = whole_bar(BREAK - 2, true);
	CHECK(s.frame == BREAK - 1 && s.last_intact == BREAK - 2);
	/* grains that flash: where the bar was lost is not where it broke */
	s = whole_bar(30, true);
	CHECK(s.frame == BREAK && s.last_intact == 30);
	CHECK_HAS(s.text, "not found from frame 31 on");
	s = whole_bar(40, false);
	CHECK(s.frame == -1);
	CHECK_HAS(s.text, "not found again from frame 41 on");
	s = whole_bar(N, false);
	CHECK(s.frame == -1);
}

static const check_case cases[] = {
    {"the gap opens in the frame that shows it", test_plain},
    {"the half that moved is lost at first", test_half_lost_at_first},
    {"false matches after the fracture", test_false_match},
    {"found again while it closes", test_found_while_closing},
    {"frames that cannot be read before the fracture", test_lost_before},
    {"a false gap that mends", test_mended},
    {"losses in an unbroken specimen", test_unbroken},
    {"stations in order", test_order},
    {"readings that cannot be", test_sift},
    {"a whole bar that is lost before it breaks", test_whole_bar},
};

CHECK_MAIN(cases)
