/* temtensile: what every room shares: status and error, quantities, image views, job control.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_CORE_H
#define TEMTENSILE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Marks what the library shows; all else is hidden. */
#if defined(__GNUC__)
#define TT_API __attribute__((visibility("default")))
#else
#define TT_API
#endif

#if defined(__GNUC__)
#define TT_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define TT_PRINTF(fmt, args)
#endif

/* The result of a function that can fail. The first values are the program's exit codes. */
typedef enum tt_status {
	TT_OK = 0,
	TT_ERR_FAILED = 1,        /* the job could not be done on valid input (also memory, disk) */
	TT_ERR_USAGE = 2,         /* wrong call of the program or of a function */
	TT_ERR_INPUT = 3,         /* a file, or something in it, is not what it should be */
	TT_ERR_PARTIAL = 4,       /* some tests of a study failed */
	TT_ERR_INTERRUPTED = 130, /* the caller asked to stop */
	TT_END = 1000             /* not an error: there is nothing more to read */
} tt_status;

/* One clear sentence: which file, line or frame; what was found; what was expected. */
typedef struct tt_error {
	tt_status status;
	char message[1024];
} tt_error;

/* Fills *err (which may be NULL) and returns status, so that a caller can `return tt_fail(...)`. */
TT_API tt_status tt_fail(tt_error *err, tt_status status, const char *fmt, ...) TT_PRINTF(3, 4);
/* The same for memory that could not be had; what names the thing ("the frame queue"). */
TT_API tt_status tt_fail_memory(tt_error *err, const char *what);
/* Puts "prefix: " before the message already in *err; returns its status. */
TT_API tt_status tt_fail_within(tt_error *err, const char *fmt, ...) TT_PRINTF(2, 3);

/* Semantic version of the library, such as "0.1.0". */
TT_API const char *tt_version(void);
/* What tells this build of the library from any other whose results might differ; it stands in records and keys, so
 * that nothing made by another build is taken for this one's. */
TT_API const char *tt_build_id(void);

/* A value in SI units with its standard uncertainty; u = 0 and !u_stated: the user wrote none. */
typedef struct tt_quantity {
	double value; /* NaN: not given */
	double u;     /* standard uncertainty, same unit, >= 0 */
	bool u_stated;
} tt_quantity;

/* Physical dimensions that a quantity in a file may have. */
typedef enum tt_dimension {
	TT_DIM_LENGTH,      /* m: m mm um µm nm pm A Å */
	TT_DIM_FORCE,       /* N: N mN µN uN nN pN */
	TT_DIM_TIME,        /* s: h min s ms µs us ns */
	TT_DIM_STIFFNESS,   /* N/m: N/m mN/m µN/nm uN/nm µN/µm kN/m */
	TT_DIM_STIFFNESS2,  /* N/m²: N/m² N/m^2 N/m2 µN/nm² … */
	TT_DIM_COMPLIANCE,  /* m/N: m/N nm/µN nm/uN nm/mN µm/N … */
	TT_DIM_PRESSURE,    /* Pa: Pa kPa MPa GPa mPa µPa mbar bar Torr mTorr */
	TT_DIM_FREQUENCY,   /* 1/s: Hz kHz MHz GHz /s 1/s fps frames/s */
	TT_DIM_ANGLE,       /* degrees: ° deg rad */
	TT_DIM_FRACTION,    /* 1: % or "1" (an explicit bare number is allowed here) */
	TT_DIM_TEMPERATURE, /* K: K, °C */
	TT_DIM_FORCE_RATE,  /* N/s: µN/s … */
	TT_DIM_SPEED,       /* m/s: nm/s, km/s … */
	TT_DIM_DENSITY,     /* kg/m³: g/cm³ … */
	TT_DIM_WAVENUMBER,  /* 1/m: 1/nm nm⁻¹ 1/Å, also nm⁻¹/px */
	TT_DIM_PIXEL        /* px: px, or a bare number */
} tt_dimension;

/* Reads "450 ± 10 N/m", "450 +- 10 N/m", "2e-3 Pa", "2×10⁻³ Pa", "400 nm ± 2 %".
 * Value and u share the unit unless u is in %, which is relative to the value.
 * Errors (TT_ERR_INPUT) name what was found and which units were expected. */
TT_API tt_status tt_quantity_parse(const char *text, tt_dimension dim, tt_quantity *out, tt_error *err);

/* Factor from `unit` (a symbol of `dim`, UTF-8 or Latin-1 µ) to SI; NaN if it is no unit of dim. */
TT_API double tt_unit_factor(const char *unit, tt_dimension dim);

/* Grey-level images: a borrowed view; row y starts at (const char *)data + y * stride. */
typedef enum tt_pixel { TT_U8, TT_U16, TT_F32 } tt_pixel;

typedef struct tt_image {
	const void *data;
	ptrdiff_t stride; /* bytes from row to row */
	int width, height;
	tt_pixel type;
} tt_image;

static inline size_t tt_pixel_size(tt_pixel t)
{
	return t == TT_U8 ? 1 : t == TT_U16 ? 2 : 4;
}

static inline double tt_image_at(const tt_image *im, int x, int y)
{
	const char *row = (const char *)im->data + (ptrdiff_t)y * im->stride;
	switch (im->type) {
	case TT_U8: return ((const uint8_t *)row)[x];
	case TT_U16: return ((const uint16_t *)row)[x];
	default: return (double)((const float *)row)[x];
	}
}

/* A rectangle of pixels: columns x … x + width - 1. */
typedef struct tt_rect {
	int x, y, width, height;
} tt_rect;

/* How a long job talks to its caller. All members may be zero. */
typedef struct tt_progress {
	const char *stage; /* "decoding and tracking", "Monte Carlo", … */
	int64_t done;      /* frames or steps finished */
	int64_t total;     /* -1: not known */
	double elapsed_s;
} tt_progress;

typedef struct tt_job {
	int threads; /* 0: as many as this process may use (affinity, control group's quota, SLURM_CPUS_PER_TASK) */
	void (*on_progress)(void *ctx, const tt_progress *p); /* called from one thread at a time */
	void *ctx;
	const volatile int *cancel; /* non-zero: stop soon and return TT_ERR_INTERRUPTED */
} tt_job;

TT_API int tt_job_threads(const tt_job *job);                    /* job may be NULL; >= 1 */
TT_API bool tt_job_cancelled(const tt_job *job);                 /* job may be NULL */
TT_API tt_status tt_job_check(const tt_job *job, tt_error *err); /* TT_ERR_INTERRUPTED when cancelled */

/* A growing list of strings (warnings and the like). Starts as {0}. */
typedef struct tt_strings {
	char **item;
	size_t n;
} tt_strings;

TT_API tt_status tt_strings_add(tt_strings *list, tt_error *err, const char *fmt, ...) TT_PRINTF(3, 4);
/* A warning that runs out of memory is dropped: never worth failing for. */
TT_API void tt_warn(tt_strings *list, const char *fmt, ...) TT_PRINTF(2, 3);
TT_API void tt_strings_free(tt_strings *list);

#ifdef __cplusplus
}
#endif
#endif
