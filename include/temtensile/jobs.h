/* Whole jobs, as the program runs them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_JOBS_H
#define TEMTENSILE_JOBS_H

#include "temtensile/core.h"
#include "temtensile/dic.h"
#include "temtensile/observe.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a job tells its caller besides its files. Starts as {0}. */
typedef struct tt_report {
	tt_strings lines;    /* results in words, for the terminal */
	tt_strings warnings; /* also in summary.json */
	tt_strings notes; /* what this run did differently from another of the same input: not kept with the results */
} tt_report;

TT_API void tt_report_clear(tt_report *r);

typedef struct tt_analyze_options {
	const char *const *sets; /* "key=value", as --set */
	size_t n_sets;
	bool only_curve; /* curve.csv, summary.json, the stress–strain figure, observation.ttobs; nothing more */
	bool no_movie, no_report; /* leaves out movie.mp4, report.html */
	bool fresh;           /* takes nothing over from the run before in the same folder: looks at every frame anew */
	bool force;           /* replaces files in the folder that no run left (never those that are read) */
	int shards;           /* > 1: a recording of many frames is looked at in so many parts, each by a process of its
	                         own, and joined; what differs from one pass is told in report->notes */
	const char *executor; /* of the parts: "local" (NULL) or "slurm" */
	const char *slurm;    /* more arguments for sbatch, as one text; NULL: none */
	int retries;          /* further tries for a part whose process was ended from outside */
} tt_analyze_options;

/* test.yaml -> a folder of results (see the contract in README). The folder appears complete or not at all. */
TT_API tt_status tt_analyze(const char *test_path, const char *out_dir, const tt_analyze_options *options,
                            const tt_job *job, tt_report *report, tt_error *err);

/* Results opened again: paths of the descriptions that they were made from, and each one's folder of results; the
 * folder itself is one, or holds some (of a study). A folder without results leaves both lists as they are.
 * TT_ERR_INPUT: a description has gone. */
TT_API tt_status tt_results_tests(const char *folder, tt_strings *paths, tt_strings *folders, tt_error *err);
/* The observation that an analysis left in a folder of results, when recording and description are those that it was
 * made from; else *out is NULL, and that is no error. test: the description as read with sets. */
TT_API tt_status tt_results_observation(const char *folder, const tt_test *test, const char *const *sets, size_t n_sets,
                                        tt_observation **out, tt_error *err);

/* A description of a test to begin with, out (test.yaml): what the recording and the log say, every key of interest
 * with its default behind a '#', and what is still needed, named. A file that is there is an error (TT_ERR_USAGE)
 * unless replace. */
TT_API tt_status tt_init(const char *video, const char *log, const char *out, bool replace, tt_error *err);

/* Fields of displacement and strain between two images, or along a video against its first frame. */
typedef struct tt_correlate_options {
	const char *reference, *deformed; /* two images (any frame source; the first frame is taken), or … */
	const char *video;                /* … a recording: a field for every `every`-th frame */
	int every;                        /* 0: 1 */
	int stream;                       /* of the video; -1: default */
	double frame_rate;                /* 1/s, of images that carry no times; 0: not known, time_s is then missing */
	tt_dic_options dic;               /* subset_px 0: as noise and the texture's likeness with itself ask */
	int step_px;                      /* 0: a fifth of the subset */
	tt_rect roi;           /* width 0, and neither mask nor polygon: the bar, where one is found, else all */
	const char *mask;      /* image, 0 outside the region of interest; or NULL */
	const double *polygon; /* n_polygon pairs of pixels around the region of interest; or NULL */
	size_t n_polygon;
	double window_px; /* of the virtual strain gauge; 0: 5 steps */
	tt_strain_measure measure;
	int64_t max_pixels;  /* of an image; 0: TT_MOST_PIXELS */
	bool force;          /* replaces files that no run left (never those that are read) */
	bool maps;           /* PNG and PDF maps of u, v, exx, eyy, exy on the deformed frame (always for a video,
	                        whose maps share their colours' ranges) */
	double range[5][2];  /* of the colours: u, v in px, exx, eyy, exy in %; lo = hi: by the data */
	double pixel_size_m; /* for the maps' scale bar; 0: the recording's own, else none */
	double map_width_mm; /* of a map with its colour bar; 0: 85 */
} tt_correlate_options;

TT_API tt_correlate_options tt_correlate_defaults(void);

/* Two images: `out` is the table (field.csv), its parameters go beside it as .json. A video: `out` is a folder that
 * gains field_<frame>.csv, .json and the maps. */
TT_API tt_status tt_correlate(const tt_correlate_options *options, const char *out, const tt_job *job,
                              tt_report *report, tt_error *err);

/* Frames of a recording as grey pictures, as deep as recorded: one as PGM, PNG or TIFF by the file's name, many as PGM.
 */
typedef struct tt_export_options {
	const char *video;  /* any frame source */
	int stream;         /* -1: default */
	int64_t number;     /* the one frame to write to the file `out` … */
	int every;          /* … or > 0: every n-th frame, into the folder `out` as frame_00000.pgm … */
	int64_t max_pixels; /* of a frame; 0: TT_MOST_PIXELS */
	bool force;         /* replaces files that no run left (never those that are read) */
} tt_export_options;
TT_API tt_status tt_export_frames(const tt_export_options *options, const char *out, const tt_job *job, tt_error *err);

/* A film's measurements beside its tensile test. */
typedef struct tt_film_options {
	const char *const *sets; /* "key=value", as --set */
	size_t n_sets;
	double figure_width_mm; /* 0: 85 */
	bool force;             /* replaces files in the folder that no run left (never those that are read) */
} tt_film_options;

/* film.yaml -> a folder of results: film.json, quantities.csv, budget.csv, tables and figures of its parts,
 * methods.txt, film.html. The folder appears complete or not at all. */
TT_API tt_status tt_film(const char *film_path, const char *out_dir, const tt_film_options *options, const tt_job *job,
                         tt_report *report, tt_error *err);

/* scan.yaml, or a bare file of diffraction patterns -> a folder of results: scan.json, radial.csv, variance.csv, mean
 * patterns and virtual images as TIFF, figures and pictures. The folder appears complete or not at all. */
TT_API tt_status tt_scan4d(const char *path, const char *out_dir, const tt_film_options *options, const tt_job *job,
                           tt_report *report, tt_error *err);

/* What tt_compare does with tests that are not fresh. */
typedef enum tt_compare_mode {
	TT_COMPARE_RUN,    /* analyses them, or follows those that an earlier call started, and compares */
	TT_COMPARE_DETACH, /* submits them, and a last step that compares, and returns */
	TT_COMPARE_STATUS, /* tells how far they are (report->lines) */
	TT_COMPARE_CANCEL  /* ends them */
} tt_compare_mode;

/* Tests compared across their films. */
typedef struct tt_compare_options {
	const char *const *sets; /* "key=value": override every description, after what the study overrides */
	size_t n_sets;
	const char *group_by; /* "film.composition"; NULL: the study's, else film.deposition_pressure */
	int jobs;    /* tests analysed at once, each in a process of its own; 0: as many as there are threads */
	bool verify; /* every file is read and hashed; else those whose size, time and inode are as they were are not */
	bool force;  /* replaces files that no run left (never those that are read) */
	double figure_width_mm; /* 0: 85 for curves and map, 170 for trends */
	bool variants;          /* as the study's key: the tests are one test with other settings */
	const char *interval;   /* "ci95", "sd", "se": what stands behind ±; NULL: the study's, else ci95 */
	const char *executor;   /* "local" (NULL): processes of this machine; "slurm": job arrays of a cluster */
	const char *slurm;      /* more arguments for sbatch, as one text; NULL: none */
	int retries;            /* further tries for a test whose process was ended from outside */
	tt_compare_mode mode;
	bool status_json; /* TT_COMPARE_STATUS: report->lines are JSON objects, one for each test and one for all */
} tt_compare_options;

/* study.yaml -> out_dir/<test>/ for each test, analysed where results are missing or stale, and the comparison in
 * out_dir: curves, trends, strength_ductility, table, statistics (see the contract). TT_ERR_PARTIAL when some tests
 * failed: the others are there, compared; report->warnings and err name those that failed. Each test is analysed by a
 * process of the program temtensile (TEMTENSILE_PROGRAM, or the one in PATH when the caller is another program). A run
 * that was killed is continued by the next, which leaves the same bytes as an undisturbed one. */
TT_API tt_status tt_compare(const char *study_path, const char *out_dir, const tt_compare_options *options,
                            const tt_job *job, tt_report *report, tt_error *err);
/* The same for folders that analyses left; nothing is analysed, sets are not used. out_dir among them is left out. */
TT_API tt_status tt_compare_results(const char *const *folders, size_t n, const char *out_dir,
                                    const tt_compare_options *options, const tt_job *job, tt_report *report,
                                    tt_error *err);
/* What a process that tt_compare started does (`temtensile task`): analyses the test of that number in the spool,
 * leaves its record and its last word there. */
TT_API tt_status tt_compare_task(const char *spool, size_t number, const tt_job *job, tt_error *err);

/* What a process that the library started does (`temtensile apart`): reads or writes, with libraries that may crash on
 * damaged files, and tells what it found on standard output. false: that is no such work. */
TT_API bool tt_work_apart(int n, char *const *words);

/* Whether any allocation of this process was refused. */
TT_API bool tt_memory_was_refused(void);
/* For the handler of a signal that ends the program: removes what runs of this process have begun to leave and not yet
 * put into place. Calls nothing but the system, so it may be called from a signal handler; nothing of the library may
 * be called after it. */
TT_API void tt_abandon_results(void);

#ifdef __cplusplus
}
#endif
#endif
