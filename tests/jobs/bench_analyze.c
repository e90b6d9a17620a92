/* analyze --only curve against ffmpeg -f null on the same recording, with the same threads, in the same run; and peak
 * memory for 500 and 2000 frames.
 *
 * bench_analyze PROGRAM [RECORDING]: RECORDING is a folder with test.yaml and its video (it is made when it is not
 * there: 2000 frames of 1024 x 1024, noise 3, crf 24). SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct usage {
	double wall_s, cpu_s, peak_MB;
	int status;
} usage;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static usage run(const char *const argv[])
{
	usage u = {0};
	struct rusage r;
	double start = now();
	pid_t pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout)) _exit(126);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	int status;
	wait4(pid, &status, 0, &r);
	u.wall_s = now() - start;
	u.cpu_s =
	    (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + 1e-6 * (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
	u.peak_MB = (double)r.ru_maxrss / 1024;
	u.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return u;
}

static void must(usage u, const char *what)
{
	if (u.status == 0) return;
	fprintf(stderr, "%s: exit status %d\n", what, u.status);
	exit(1);
}

static void simulate(const char *program, const char *folder, const char *frames)
{
	char film[1024];
	snprintf(film, sizeof film, "%s/../bench-simulation.yaml", folder);
	FILE *f = fopen(film, "w");
	if (!f) exit(1);
	fputs("name: benchmark\nseed: 7\nimaging: {noise: 3}\nvideo: {size: [1024, 1024], crf: 24}\n", f);
	fclose(f);
	const char *argv[] = {program, "simulate", film, "-o", folder, "--frames", frames, "--quiet", NULL};
	printf("simulating %s frames of 1024 x 1024\n", frames);
	fflush(stdout);
	must(run(argv), "simulate");
}

/* all: with properties, necking and fracture, without movie and page (they have a benchmark of their own) */
static usage analyse(const char *program, const char *folder, bool all)
{
	char test[1100], out[1100];
	snprintf(test, sizeof test, "%s/test.yaml", folder);
	snprintf(out, sizeof out, "%s/results", folder);
	const char *argv[] = {program,
	                      "analyze",
	                      test,
	                      "-o",
	                      out,
	                      "--quiet",
	                      "--threads",
	                      "2",
	                      all ? "--no-movie" : "--only=curve",
	                      all ? "--no-report" : NULL,
	                      NULL};
	usage u = run(argv);
	must(u, "analyze");
	return u;
}

int main(int argc, char **argv)
{
	char base[] = "/tmp/tt-bench-XXXXXX", folder[1024], small[1024], video[1100], remove[1200];
	struct stat st;
	if (argc < 2) return 2;
	if (argc > 2) {
		snprintf(folder, sizeof folder, "%s", argv[2]);
	} else {
		if (!mkdtemp(base)) return 1;
		snprintf(folder, sizeof folder, "%s/frames2000", base);
		simulate(argv[1], folder, "2000");
	}
	snprintf(video, sizeof video, "%s/test.mp4", folder);
	if (stat(video, &st) != 0) return 1;
	const char *ffmpeg[] = {"ffmpeg", "-nostdin", "-v", "error", "-threads", "2",
	                        "-i",     video,      "-f", "null",  "-",        NULL};
	double best_ffmpeg = 1e9, best = 1e9;
	usage a = {0};
	for (int i = 0; i < 3; i++) {
		usage f = run(ffmpeg);
		must(f, "ffmpeg");
		a = analyse(argv[1], folder, false);
		printf("ffmpeg %.2f s (cpu %.2f s), analyze --only curve %.2f s (cpu %.2f s, peak %.0f MB): %.2f x\n",
		       f.wall_s, f.cpu_s, a.wall_s, a.cpu_s, a.peak_MB, a.wall_s / f.wall_s);
		fflush(stdout);
		if (f.wall_s < best_ffmpeg) best_ffmpeg = f.wall_s;
		if (a.wall_s < best) best = a.wall_s;
	}
	printf("video of %.1f MB; best of 3: analyze takes %.2f x the time of ffmpeg -f null (required: 1.25)\n",
	       (double)st.st_size / 1e6, best / best_ffmpeg);
	usage full = analyse(argv[1], folder, true);
	printf("with properties, necking and fracture %.2f s (cpu %.2f s, peak %.0f MB): %+.0f %% of the processor "
	       "time of the curve "
	       "alone (required: necking and fracture at most +40 %%)\n",
	       full.wall_s, full.cpu_s, full.peak_MB, 100 * (full.cpu_s / a.cpu_s - 1));
	if (argc > 2) return 0;
	snprintf(small, sizeof small, "%s/frames500", base);
	simulate(argv[1], small, "500");
	printf("peak memory: %.0f MB for 500 frames, %.0f MB for 2000 (required: 300, the same)\n",
	       analyse(argv[1], small, false).peak_MB, a.peak_MB);
	snprintf(remove, sizeof remove, "rm -rf '%s'", base);
	return system(remove) == 0 ? 0 : 1;
}
