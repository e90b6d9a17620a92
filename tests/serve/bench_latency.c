/* How long a user of the workbench waits on a recording of 10^4 frames of 1024 x 1024 px (H.264): from the command to
 * the first picture, and from a dragged stiffness to the next curve; and what memory the program takes. The recording,
 * its log and an observation of it are made once, in the folder that is the last argument.
 * bench_latency PROGRAM LIBRARY FOLDER. SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <jansson.h>
#include <libavformat/avformat.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../jobs/observed.h"
#include "../report/browser.h"
#include "check.h"
#include "jobs/freshness.h"
#include "jobs/kept.h"
#include "make_video.h"
#include "observe/observation.h"

enum { SIDE = 1024, FRAMES = 10000, PIECE = 500, RENDERED = 10, CURVES = 60, NOISES = 1 << 22 };

static const char *program, *library, *folder;
static pid_t pid;
static char address[200];
static double launched;

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const char *in_folder(const char *name)
{
	static char path[4][1100];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", folder, name);
	return p;
}

/* ---- what is looked at ---- */

static tt_simulation *simulated(void)
{
	static const char spec[] =
	    "name: long\nseed: 4\ncontrol: {rate: 4.5 µN/s, approach: 6 s, hold: 1 s, unload_rate: 90 µN/s, after: 2 "
	    "s}\n"
	    "law: {fracture_strain: 4 %}\nvideo: {size: [1024, 1024], frame_rate: 150 Hz}\n";
	const tt_simulate_options o = {.frames = FRAMES};
	tt_simulation *sim;
	tt_error err;
	CHECK_MSG(tt_simulation_parse(spec, sizeof spec - 1, "the spec", &o, &sim, &err) == TT_OK, "%s", err.message);
	return sim;
}

/* A piece of PIECE frames: some of the test's pictures, each for a while, with noise of its own in every frame. */
static void make_piece(tt_simulation *sim, const char *path)
{
	const make_stream s = {.codec = "libx264",
	                       .pix_fmt = "gray",
	                       .options = "preset=ultrafast:crf=23:g=250",
	                       .width = SIDE,
	                       .height = SIDE,
	                       .tick_num = 1,
	                       .tick_den = 150};
	uint16_t *grey = malloc(2 * (size_t)SIDE * SIDE);
	int8_t *noise = malloc(NOISES);
	uint8_t *base = malloc((size_t)SIDE * SIDE);
	tt_error err;
	CHECK(grey && noise && base);
	for (size_t i = 0; i < NOISES; i++)
		noise[i] = (int8_t)lround(5 * tt_sim_normal(9, 1, i));
	CHECK_MSG(tt_simulation_prepare(sim, &err) == TT_OK, "%s", err.message);
	make_video *m = make_video_open(path, "mp4", NULL, &s, 1);
	for (int i = 0; i < PIECE; i++) {
		if (i % (PIECE / RENDERED) == 0)
			CHECK(tt_simulation_render(sim, i * (FRAMES / PIECE), base, SIDE, &err) == TT_OK);
		size_t from = (size_t)i * 7919 % (NOISES - (size_t)SIDE * SIDE);
		for (size_t k = 0; k < (size_t)SIDE * SIDE; k++) {
			int v = base[k] + noise[from + k];
			grey[k] = (uint16_t)(v < 0 ? 0 : v > 255 ? 255 : v);
		}
		make_video_frame(m, 0, i, grey);
	}
	make_video_close(m);
	free(grey);
	free(noise);
	free(base);
}

/* The piece again and again, without encoding it anew, until there are `frames`. */
static void repeat(const char *from, const char *path, int frames)
{
	AVFormatContext *in = NULL, *out = NULL;
	AVPacket *p = av_packet_alloc();
	CHECK(p && avformat_open_input(&in, from, NULL, NULL) == 0 && in->nb_streams == 1);
	CHECK(avformat_alloc_output_context2(&out, NULL, "mp4", path) >= 0 && avformat_new_stream(out, NULL));
	const AVStream *s = in->streams[0];
	CHECK(avcodec_parameters_copy(out->streams[0]->codecpar, s->codecpar) >= 0);
	out->streams[0]->time_base = s->time_base;
	CHECK(avio_open(&out->pb, path, AVIO_FLAG_WRITE) >= 0 && avformat_write_header(out, NULL) >= 0);
	const int64_t tick = av_rescale_q(1, (AVRational){1, 150}, s->time_base);
	for (int i = 0; i < frames; i++) {
		if (i && i % PIECE == 0) CHECK(av_seek_frame(in, 0, 0, AVSEEK_FLAG_BACKWARD) >= 0);
		CHECK(av_read_frame(in, p) == 0);
		p->pts = p->dts = i * tick; /* ultrafast has no frames out of order */
		p->duration = tick;
		av_packet_rescale_ts(p, s->time_base, out->streams[0]->time_base);
		p->pos = -1;
		CHECK(av_interleaved_write_frame(out, p) == 0);
	}
	CHECK(av_write_trailer(out) == 0);
	avio_closep(&out->pb);
	avformat_free_context(out);
	avformat_close_input(&in);
	av_packet_free(&p);
}

static void make_recording(tt_simulation *sim, const char *path)
{
	make_piece(sim, in_folder("piece.mp4"));
	repeat(in_folder("piece.mp4"), path, FRAMES);
	CHECK(remove(in_folder("piece.mp4")) == 0);
}

static void make_log(tt_simulation *sim)
{
	size_t n;
	const double *t, *d, *f;
	tt_error err;
	CHECK(tt_simulation_log(sim, &n, &t, &d, &f, &err) == TT_OK);
	FILE *out = fopen(in_folder("log.txt"), "w");
	CHECK(out);
	fprintf(out, "\nNumber of Points = %zu\n\nDepth (nm)\tLoad (µN)\tTime (s)\n", n);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%.6f\t%.6f\t%.6f\n", 1e9 * d[i], 1e6 * f[i], t[i]);
	CHECK(fclose(out) == 0);
}

/* An observation is taken over by the build that made it: the key is the program's, not this benchmark's. */
static void key_of_program(const tt_test *test, const char *recording, char key[65])
{
	tt_error err;
	tt_status (*ask_key)(const tt_test *, const char *, char[65], tt_error *);
	void *lib = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	CHECK_MSG(lib, "%s", dlerror());
	*(void **)&ask_key = dlsym(lib, "tt_observation_key");
	CHECK_MSG(ask_key && ask_key(test, recording, key, &err) == TT_OK, "no key of the program's");
}

/* As an analysis would have left it beside the description. */
static void make_observation(tt_simulation *sim)
{
	tt_strings files = {0};
	tt_test *test;
	tt_error err;
	char recording[65], key[65];
	tt_observation *o = observe_simulation(sim, 0.02);
	o->has_width = true;
	snprintf(o->width.reason, sizeof o->width.reason, "no widths in this benchmark");
	CHECK_MSG(tt_test_read(in_folder("test.yaml"), NULL, 0, &test, &err) == TT_OK, "%s", err.message);
	CHECK(tt_test_inputs(test->path, NULL, 0, &files, &err) == TT_OK);
	CHECK(tt_recording_hash(&files, test, NULL, recording, &err) == TT_OK);
	key_of_program(test, recording, key);
	tt_observation_mark(o, key);
	mkdir(in_folder("test-results"), 0777);
	CHECK_MSG(tt_observation_save(o, in_folder("test-results/observation.ttobs"), &err) == TT_OK, "%s",
	          err.message);
	tt_observation_free(o);
	tt_test_free(test);
	tt_strings_free(&files);
}

static void make_all(void)
{
	struct stat there;
	if (!make_video_has("libx264")) CHECK_SKIP("this libav has no encoder for H.264");
	mkdir(folder, 0777);
	tt_simulation *sim = simulated();
	const tt_sim_truth *t = tt_simulation_truth(sim);
	if (stat(in_folder("test.mp4"), &there) != 0) {
		double start = now_s();
		make_recording(sim, in_folder("begun.mp4"));
		CHECK(rename(in_folder("begun.mp4"), in_folder("test.mp4")) == 0);
		check_note("the recording was made in %.0f s", now_s() - start);
	}
	make_log(sim);
	FILE *f = fopen(in_folder("test.yaml"), "w");
	CHECK(f);
	fprintf(f,
	        "name: long\nvideo: {file: test.mp4, pixel_size: %.6g ± 0.01 nm}\nforce: {file: log.txt, spring: "
	        "{stiffness: 450 ± 10 N/m}}\nspecimen: {width: %.1f ± 8 nm, thickness: %.1f ± 3 nm}\n"
	        "gauge: {from: [%.1f, %.1f], to: [%.1f, %.1f]}\nsync: {log_starts_at: auto}\n",
	        1e9 * t->pixel_size, 1e9 * t->width, 1e9 * t->thickness, t->marks_px[0][0], t->marks_px[0][1],
	        t->marks_px[1][0], t->marks_px[1][1]);
	CHECK(fclose(f) == 0);
	make_observation(sim);
	tt_simulation_free(sim);
}

/* ---- the program ---- */

static void launch(void)
{
	int out[2];
	char line[400] = "";
	CHECK(pipe(out) == 0);
	launched = now_s();
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* it does not outlive a benchmark that is killed */
		dup2(out[1], 1);
		close(out[0]);
		execl(program, program, "workbench", in_folder("test.yaml"), "--no-browser", "--keep", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	for (size_t n = 0; n < sizeof line - 1 && !strchr(line, '\n');) {
		ssize_t got = read(out[0], line + n, sizeof line - 1 - n);
		CHECK_MSG(got > 0, "the program says: %s", line);
		n += (size_t)got;
		line[n] = 0;
	}
	close(out[0]);
	const char *http = strstr(line, "http://");
	CHECK_MSG(http, "%s", line);
	snprintf(address, sizeof address, "%.*s", (int)strcspn(http, "\n"), http);
}

static void end(void)
{
	if (pid > 0) {
		kill(pid, SIGINT);
		waitpid(pid, NULL, 0);
	}
	pid = 0;
}

/* All that comes back, malloc'ed; body NULL: GET. */
static char *ask(const char *route, const char *body, size_t *size)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1))};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	char head[1000];
	int s = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(s >= 0 && connect(s, (struct sockaddr *)&to, sizeof to) == 0);
	int n = snprintf(head, sizeof head,
	                 "%s %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\nContent-Type: "
	                 "application/json\r\nContent-Length: %zu\r\n\r\n%s",
	                 body ? "POST" : "GET", strchr(address + 8, '/'), route, ntohs(to.sin_port),
	                 body ? strlen(body) : 0, body ? body : "");
	CHECK(send(s, head, (size_t)n, MSG_NOSIGNAL) == n);
	char *text = NULL;
	size_t got = 0;
	for (ssize_t more = 1; more > 0; got += more > 0 ? (size_t)more : 0) {
		text = realloc(text, got + (1 << 20) + 1);
		more = recv(s, text + got, 1 << 20, 0);
	}
	close(s);
	text[got] = 0;
	if (size) *size = got;
	return text;
}

static long status_of(const char *key)
{
	char path[64], line[200];
	long kB = -1;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, key, strlen(key)) == 0) kB = atol(line + strlen(key) + 1);
	if (f) fclose(f);
	return kB;
}

/* Processor time of the program: what a busy machine does not change. */
static double processor_s(void)
{
	char path[64], line[1000] = "";
	long user = 0, system = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *f = fopen(path, "r");
	const char *after = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
	if (f) fclose(f);
	if (!after || sscanf(after, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) != 2)
		return NAN;
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Waits until what the program does unasked (the frames at the fracture, the places to decode from) is done. */
static void settle(void)
{
	double before = -1, now = processor_s();
	for (int i = 0; i < 100 && now - before > 0.02; i++) {
		before = now;
		nanosleep(&(struct timespec){.tv_nsec = 700000000}, NULL);
		now = processor_s();
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void first_picture(void)
{
	make_all();
	atexit(end);
	launch();
	double heard = now_s() - launched;
	free(ask("", NULL, NULL));
	free(ask("api/test?test=0", NULL, NULL));
	double known = now_s() - launched;
	size_t size;
	char *picture = ask("api/frame?test=0&n=0&w=900", NULL, &size);
	double shown = now_s() - launched;
	CHECK_MSG(strstr(picture, "image/jpeg"), "%.300s", picture);
	free(picture);
	check_note("from the command: address %.3f s, test known %.3f s, picture %.3f s (%zu bytes)", heard, known,
	           shown, size);
	double at[3];
	const int n[3] = {1, 5000, 9990};
	for (int i = 0; i < 3; i++) {
		char route[100];
		double start = now_s();
		snprintf(route, sizeof route, "api/frame?test=0&n=%d&w=900", n[i]);
		free(ask(route, NULL, NULL));
		at[i] = 1e3 * (now_s() - start);
	}
	check_note("frames: the next %.0f ms, the 5000th %.0f ms, the last but ten %.0f ms", at[0], at[1], at[2]);
}

static void curves(void)
{
	double ms[CURVES];
	char body[200];
	CHECK(pid);
	double start = now_s();
	free(ask("api/observe", "{\"test\":0,\"sets\":[]}", NULL));
	for (int i = 0;; i++) {
		char *text = ask("api/evaluate", "{\"test\":0,\"sets\":[],\"draws\":0}", NULL);
		bool there = strstr(text, "\"properties\"") != NULL;
		CHECK_MSG(there || (strstr(text, "needs_pixels") && i < 600), "%.600s", text);
		free(text);
		if (there) break;
		nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	}
	check_note("the kept observation is read and evaluated after %.2f s", now_s() - start);
	settle();
	start = now_s();
	const double processor = processor_s();
	size_t size = 0;
	for (int i = 0; i < CURVES; i++) {
		double begun = now_s();
		snprintf(body, sizeof body,
		         "{\"test\":0,\"sets\":[\"force.spring.stiffness=%d ± 10 N/m\"],\"draws\":0}", 420 + i);
		char *text = ask("api/evaluate", body, &size);
		CHECK_MSG(strstr(text, "\"properties\""), "%.300s", text);
		free(text);
		ms[i] = 1e3 * (now_s() - begun);
	}
	double rate = CURVES / (now_s() - start), each = (processor_s() - processor) / CURVES;
	qsort(ms, CURVES, sizeof *ms, by_size);
	check_note(
	    "a dragged k on %d frames: %.1f curves a second; %.0f ms in the middle, %.0f ms at worst, %.0f ms of "
	    "processor time, %zu kB each",
	    FRAMES, rate, ms[CURVES / 2], ms[CURVES - 1], 1e3 * each, size >> 10);
	start = now_s();
	free(ask("api/evaluate", "{\"test\":0,\"sets\":[],\"draws\":-1}", NULL));
	check_note("with uncertainties by Monte Carlo: %.1f s", now_s() - start);
}

static void memory(void)
{
	CHECK(pid);
	check_note("memory: %.0f MB at most, %.0f MB now", status_of("VmHWM:") / 1024.0, status_of("VmRSS:") / 1024.0);
}

/* From the command to the picture on the screen. */
static void in_a_browser(void)
{
	end();
	browser_start();
	browser_look(1280, 900, false, true);
	browser_visit("about:blank");
	launch();
	browser_visit(address);
	double shown = NAN, curve = NAN;
	for (int i = 0; i < 3000 && isnan(curve); i++) {
		double seen =
		    browser_number("globalThis.workbench ? (workbench.viewer.image ? 1 : 0) + (workbench.result ? 2 : "
		                   "0) : 0");
		if (isnan(shown) && ((int)seen & 1)) shown = now_s() - launched;
		if ((int)seen & 2) curve = now_s() - launched;
		if (isnan(curve)) nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	check_note("in a browser, from the command: picture on the screen %.2f s, curve %.2f s", shown, curve);
	CHECK(isfinite(shown));
	settle();
	/* a slider that moves as fast as curves come */
	double start = now_s(), before = browser_number("workbench.curves"), processor = processor_s();
	json_decref(
	    browser_eval("(async () => { const s = document.getElementById('slide-force-spring-stiffness'), k = "
	                 "+s.value; const until = performance.now() + 4000; let i = 0; while (performance.now() < "
	                 "until) { s.value = k * (0.9 + 0.002 * (i++ % 100)); s.dispatchEvent(new Event('input')); "
	                 "await new Promise(r => setTimeout(r, 10)); } })()"));
	double took = now_s() - start, drawn = browser_number("workbench.curves") - before;
	check_note("a dragged slider: %.1f curves a second on the screen, %.0f ms of the program's processor time each",
	           drawn / took, 1e3 * (processor_s() - processor) / drawn);
	check_note("memory of the program: %.0f MB at most", status_of("VmHWM:") / 1024.0);
	end();
}

static const check_case cases[] = {
    {"first picture", first_picture},
    {"curves", curves},
    {"memory", memory},
    {"in a browser", in_a_browser},
};

int main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("bench_latency PROGRAM LIBRARY FOLDER\n", stderr);
		return 2;
	}
	program = argv[1];
	library = argv[2];
	folder = argv[3];
	return check_main(1, argv, cases, sizeof cases / sizeof *cases);
}
