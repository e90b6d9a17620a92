/* Numbering, times and the spread of damage, without any codec.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "frames/timeline.h"
#include "temtensile/frames.h"

static int dropped;

static void drop(void *picture)
{
	(void)picture;
	dropped++;
}

/* 100 ticks a second, a frame every 10. */
static tt_timeline *new_timeline(bool packet_is_picture, bool intra_only)
{
	tt_timeline *t;
	tt_error err = {0};
	tt_timeline_setup s = {.tick_num = 1,
	                       .tick_den = 100,
	                       .interval = 10,
	                       .packet_is_picture = packet_is_picture,
	                       .intra_only = intra_only};
	CHECK(tt_timeline_new(&s, &t, &err) == TT_OK);
	return t;
}

static int64_t send(tt_timeline *t, int64_t pts, bool key)
{
	return tt_timeline_sent(t, &(tt_timeline_packet){.pts = pts, .dts = pts, .key = key});
}

static void picture(tt_timeline *t, int64_t seq, int64_t pts, bool damaged)
{
	static char something;
	if (tt_timeline_picture(t, seq, pts, damaged, &something) != TT_TIMELINE_TAKEN) drop(&something);
}

static void expect(tt_timeline *t, int64_t number, double time_s, unsigned flags)
{
	tt_timeline_item item;
	CHECK_MSG(tt_timeline_pop(t, &item), "frame %d does not come", (int)number);
	CHECK_MSG(item.number == number && fabs(item.time_s - time_s) < 1e-9 && item.flags == flags,
	          "frame %d at %g s, flags %u; expected frame %d at %g s, flags %u", (int)item.number, item.time_s,
	          item.flags, (int)number, time_s, flags);
	CHECK((item.picture == NULL) == ((flags & TT_FRAME_UNDECODED) != 0));
}

static void expect_nothing(tt_timeline *t)
{
	tt_timeline_item item;
	CHECK(!tt_timeline_pop(t, &item));
}

static void one_after_the_other(void)
{
	tt_timeline *t = new_timeline(true, false);
	for (int i = 0; i < 2000; i++) {
		int64_t seq = send(t, 500 + 10 * i, i % 12 == 0);
		picture(t, seq, 500 + 10 * i, false);
		expect(t, i, i * 0.1, 0);
		expect_nothing(t);
	}
	tt_timeline_end(t, false);
	expect_nothing(t);
	const tt_timeline_counts *c = tt_timeline_counts_of(t);
	CHECK(c->frames == 2000 && c->damaged == 0 && c->undecoded == 0 && c->last_good == 1999 && c->start_pts == 500);
	tt_timeline_free(t, drop);
}

/* I0 P3 B1 B2 P6 B4 B5, shown as I B B P B B P. */
static void damage_spreads_to_what_was_decoded_later(void)
{
	tt_timeline *t = new_timeline(true, false);
	int64_t i0 = send(t, 0, true), p3 = send(t, 30, false), b1 = send(t, 10, false), b2 = send(t, 20, false);
	int64_t i6 = send(t, 60, true), b4 = send(t, 40, false), b5 = send(t, 50, false), p7 = send(t, 70, false);
	picture(t, i0, 0, false);
	expect(t, 0, 0, 0);
	picture(t, b1, 10, false);
	picture(t, b2, 20, false);
	expect_nothing(t); /* what they look at has not come yet */
	picture(t, p3, 30, true);
	expect(t, 1, 0.1, TT_FRAME_DAMAGED);
	expect(t, 2, 0.2, TT_FRAME_DAMAGED);
	expect(t, 3, 0.3, TT_FRAME_DAMAGED);
	/* shown before the next key frame though decoded after it: they may look back */
	picture(t, b4, 40, false);
	picture(t, b5, 50, false);
	picture(t, i6, 60, false);
	picture(t, p7, 70, false);
	expect(t, 4, 0.4, TT_FRAME_DAMAGED);
	expect(t, 5, 0.5, TT_FRAME_DAMAGED);
	expect(t, 6, 0.6, 0);
	expect(t, 7, 0.7, 0);
	tt_timeline_free(t, drop);
}

static void damage_of_leading_pictures_ends_with_them(void)
{
	tt_timeline *t = new_timeline(true, false);
	int64_t i0 = send(t, 0, true), i3 = send(t, 30, true), b1 = send(t, 10, false), b2 = send(t, 20, false);
	int64_t p4 = send(t, 40, false);
	picture(t, i0, 0, false);
	picture(t, b1, 10, true);
	picture(t, b2, 20, false);
	picture(t, i3, 30, false);
	picture(t, p4, 40, false);
	expect(t, 0, 0, 0);
	expect(t, 1, 0.1, TT_FRAME_DAMAGED);
	expect(t, 2, 0.2, 0);
	expect(t, 3, 0.3, 0);
	expect(t, 4, 0.4, 0);
	tt_timeline_free(t, drop);
}

static void damage_stays_alone_in_intra_codecs(void)
{
	tt_timeline *t = new_timeline(true, true);
	for (int i = 0; i < 5; i++)
		picture(t, send(t, 10 * i, false), 10 * i, i == 2);
	for (int i = 0; i < 5; i++)
		expect(t, i, i * 0.1, i == 2 ? TT_FRAME_DAMAGED : 0);
	tt_timeline_free(t, drop);
}

static void a_lost_packet_keeps_its_number(void)
{
	for (int refuse = 0; refuse < 2; refuse++) {
		/* known to be a picture, or refused by the decoder: a frame; else the packet was none */
		for (int is_picture = 0; is_picture < 2; is_picture++) {
			tt_timeline *t = new_timeline(is_picture, false);
			for (int i = 0; i < 8; i++) {
				int64_t seq = send(t, 10 * i, i % 6 == 0);
				if (i == 3 && refuse) tt_timeline_refused(t);
				if (i != 3) picture(t, seq, 10 * i, false);
			}
			bool frame = refuse || is_picture;
			int number = 0;
			for (int i = 0; i < 8; i++) {
				if (i == 3 && !frame) continue;
				unsigned flags = i == 3                        ? TT_FRAME_UNDECODED
				                 : frame && (i == 4 || i == 5) ? TT_FRAME_DAMAGED
				                                               : 0;
				expect(t, number++, i * 0.1, flags);
			}
			expect_nothing(t);
			tt_timeline_free(t, drop);
		}
	}
}

static void packets_at_a_cut_end_are_no_frames(void)
{
	for (int cut = 0; cut < 2; cut++) {
		tt_timeline *t = new_timeline(true, false);
		picture(t, send(t, 0, true), 0, false);
		send(t, 10, false);
		tt_timeline_end(t, cut);
		expect(t, 0, 0, 0);
		if (!cut) expect(t, 1, 0.1, TT_FRAME_UNDECODED);
		expect_nothing(t);
		tt_timeline_free(t, drop);
	}
}

static void frames_lost_by_the_container_are_counted_when_the_rate_is_constant(void)
{
	for (int constant = 0; constant < 2; constant++) {
		tt_timeline *t = new_timeline(true, true);
		int64_t pts = 0;
		for (int i = 0; i < 10; i++) {
			if (i == 7) {
				tt_timeline_gap(t);
				pts += 30;
			}
			picture(t, send(t, pts, true), pts, false);
			pts += constant ? 10 : 10 + 5 * (i % 3);
		}
		tt_timeline_item item;
		int n = 0, lost = 0;
		while (tt_timeline_pop(t, &item)) {
			if (constant) CHECK_NEAR(item.time_s, n * 0.1, 1e-9);
			lost += (item.flags & TT_FRAME_UNDECODED) != 0;
			n++;
		}
		CHECK(n == (constant ? 13 : 10) && lost == (constant ? 3 : 0));
		tt_timeline_free(t, drop);
	}
}

static void a_gap_in_an_intact_stream_is_no_loss(void)
{
	tt_timeline *t = new_timeline(true, true);
	for (int i = 0; i < 20; i++) {
		int64_t pts = 10 * i + (i >= 10 ? 50 : 0);
		picture(t, send(t, pts, true), pts, false);
		expect(t, i, (double)pts / 100, 0);
	}
	tt_timeline_free(t, drop);
}

static void times_rise(void)
{
	/* one bad stamp; then the clock is set back for good */
	static const int64_t pts[] = {0, 10, 20, 20, 40, 50, 60, 5, 15, 25, 35};
	static const double time_s[] = {0, 0.1, 0.2, 0.25, 0.4, 0.5, 0.6, 0.65, 0.75, 0.85, 0.95};
	enum { N = sizeof pts / sizeof *pts };
	tt_timeline *t = new_timeline(true, true);
	tt_timeline_item item;
	double last = -1;
	for (int i = 0; i < N; i++)
		picture(t, send(t, pts[i], true), pts[i], false);
	for (int i = 0; i < N; i++) {
		CHECK(tt_timeline_pop(t, &item) && item.number == i);
		CHECK_MSG(item.time_s > last, "frame %d: %g s after %g s", i, item.time_s, last);
		CHECK_NEAR(item.time_s, time_s[i], 0.051);
		last = item.time_s;
	}
	expect_nothing(t);
	CHECK(tt_timeline_counts_of(t)->not_rising == 3);
	tt_timeline_free(t, drop);
}

static void frames_without_times_are_placed_at_the_rate(void)
{
	tt_timeline *t = new_timeline(true, false);
	for (int i = 0; i < 50; i++) {
		picture(t, send(t, TT_NO_TIME, i % 10 == 0), TT_NO_TIME, false);
		expect(t, i, i * 0.1, 0);
	}
	CHECK(tt_timeline_counts_of(t)->missing_times == 50);
	tt_timeline_free(t, drop);
}

static void a_start_in_mid_stream_is_passed_over(void)
{
	tt_timeline *t = new_timeline(true, false);
	dropped = 0;
	for (int i = 0; i < 4; i++)
		picture(t, send(t, 10 * i, false), 10 * i, true);
	/* an open group: two pictures shown before its key frame, which cannot be right */
	int64_t key = send(t, 70, true), b1 = send(t, 50, false), b2 = send(t, 60, false);
	picture(t, b1, 50, true);
	picture(t, b2, 60, true);
	picture(t, key, 70, false);
	picture(t, send(t, 80, false), 80, false);
	expect(t, 0, 0, 0);
	expect(t, 1, 0.1, 0);
	expect_nothing(t);
	CHECK(dropped == 6 && tt_timeline_counts_of(t)->leading == 6);
	tt_timeline_free(t, drop);
}

static void a_lost_first_frame_is_frame_0(void)
{
	tt_timeline *t = new_timeline(true, false);
	send(t, 0, true);
	picture(t, send(t, 10, false), 10, true);
	picture(t, send(t, 20, true), 20, false);
	expect(t, 0, 0, TT_FRAME_UNDECODED);
	expect(t, 1, 0.1, TT_FRAME_DAMAGED);
	expect(t, 2, 0.2, 0);
	tt_timeline_free(t, drop);
}

static void hidden_packets_are_no_frames(void)
{
	tt_timeline *t = new_timeline(true, false);
	for (int i = 0; i < 6; i++) {
		tt_timeline_packet p = {.pts = 10 * i, .dts = 10 * i, .key = i == 0, .hidden = i < 3};
		int64_t seq = tt_timeline_sent(t, &p);
		if (i >= 3) picture(t, seq, 10 * i, false);
	}
	for (int i = 0; i < 3; i++)
		expect(t, i, i * 0.1, 0);
	expect_nothing(t);
	tt_timeline_free(t, drop);
}

static void restarting_gives_the_same_numbers(void)
{
	tt_timeline *t = new_timeline(true, false);
	for (int i = 0; i < 40; i++) {
		picture(t, send(t, 7 + 10 * i, i % 10 == 0), 7 + 10 * i, false);
		expect(t, i, i * 0.1, 0);
	}
	tt_timeline_key key;
	CHECK(tt_timeline_key_before(t, 25, &key) && key.number == 20 && key.pts == 207);
	CHECK(tt_timeline_key_before(t, 9, &key) && key.number == 0);
	CHECK(tt_timeline_key_before(t, 30, &key) && key.number == 30);
	tt_timeline_restart(t, &key, drop);
	int64_t seq = send(t, 307, true);
	picture(t, send(t, 287, false), 287, true); /* belongs to the group before */
	picture(t, seq, 307, false);
	picture(t, send(t, 317, false), 317, false);
	expect(t, 30, 3.0, 0);
	expect(t, 31, 3.1, 0);
	CHECK(tt_timeline_counts_of(t)->frames == 40);
	tt_timeline_free(t, drop);
}

static void key_frames_remembered_are_bounded(void)
{
	tt_timeline *t = new_timeline(true, true);
	for (int i = 0; i < 50000; i++) {
		picture(t, send(t, 10 * i, true), 10 * i, false);
		tt_timeline_item item;
		CHECK(tt_timeline_pop(t, &item) && item.number == i);
	}
	int worst = 0;
	for (int i = 0; i < 50000; i += 777) {
		tt_timeline_key key;
		CHECK(tt_timeline_key_before(t, i, &key) && key.number <= i);
		if (i - key.number > worst) worst = (int)(i - key.number);
	}
	CHECK(worst < 200);
	tt_timeline_free(t, drop);
}

static const check_case cases[] = {
    {"one after the other", one_after_the_other},
    {"damage spreads to what was decoded later", damage_spreads_to_what_was_decoded_later},
    {"damage of leading pictures ends with them", damage_of_leading_pictures_ends_with_them},
    {"damage stays alone in intra codecs", damage_stays_alone_in_intra_codecs},
    {"a lost packet keeps its number", a_lost_packet_keeps_its_number},
    {"packets at a cut end are no frames", packets_at_a_cut_end_are_no_frames},
    {"frames lost by the container are counted when the rate is constant",
     frames_lost_by_the_container_are_counted_when_the_rate_is_constant},
    {"a gap in an intact stream is no loss", a_gap_in_an_intact_stream_is_no_loss},
    {"times rise", times_rise},
    {"frames without times are placed at the rate", frames_without_times_are_placed_at_the_rate},
    {"a start in mid-stream is passed over", a_start_in_mid_stream_is_passed_over},
    {"a lost first frame is frame 0", a_lost_first_frame_is_frame_0},
    {"hidden packets are no frames", hidden_packets_are_no_frames},
    {"restarting gives the same numbers", restarting_gives_the_same_numbers},
    {"key frames remembered are bounded", key_frames_remembered_are_bounded},
};

CHECK_MAIN(cases)
