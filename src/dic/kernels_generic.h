/* Loops that a compiler turns into good vector code by itself: included once for each instruction set.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_KERNELS_GENERIC_H
#define TT_DIC_KERNELS_GENERIC_H

#include "dic/kernels.h"

static void load_row(const void *in, tt_pixel type, int n, float offset, float gain, float *out)
{
	switch (type) {
	case TT_U8: {
		const uint8_t *p = in;
		for (int i = 0; i < n; i++)
			out[i] = ((float)p[i] - offset) * gain;
		return;
	}
	case TT_U16: {
		const uint16_t *p = in;
		for (int i = 0; i < n; i++)
			out[i] = ((float)p[i] - offset) * gain;
		return;
	}
	case TT_F32: {
		const float *p = in;
		for (int i = 0; i < n; i++)
			out[i] = (p[i] - offset) * gain;
		return;
	}
	}
}

static void fir_row(const float *restrict in, int n, const float *restrict taps, int n_taps, float *restrict out)
{
	for (int i = 0; i < n; i++)
		out[i] = taps[0] * in[i];
	for (int k = 1; k < n_taps; k++) {
		float t = taps[k];
		if (t == 0) continue;
		for (int i = 0; i < n; i++)
			out[i] += t * in[i + k];
	}
}

static void fir_column(const float *restrict in, ptrdiff_t stride, int n, const float *restrict taps, int n_taps,
                       float *restrict out)
{
	for (int i = 0; i < n; i++)
		out[i] = taps[0] * in[i];
	for (int k = 1; k < n_taps; k++) {
		const float *row = in + k * stride;
		float t = taps[k];
		if (t == 0) continue;
		for (int i = 0; i < n; i++)
			out[i] += t * row[i];
	}
}

static void correlate_row(const float *restrict a, int n, const float *restrict t, int nt, float *restrict out)
{
	for (int j = 0; j < nt; j++) {
		float w = t[j];
		for (int i = 0; i < n; i++)
			out[i] += w * a[i + j];
	}
}

static void pole_columns(float *restrict a, int w, int h, ptrdiff_t stride, float z, int horizon)
{
	if (h < 2) return;
	/* causal start: sum of z^k a[k] over the mirrored samples; whole periods by the geometric series */
	int period = 2 * h - 2;
	float zk = 1, scale = 1;
	if (horizon >= period) {
		horizon = period - 1;
		float zp = 1;
		for (int k = 0; k < period; k++)
			zp *= z;
		scale = 1 / (1 - zp);
	}
	for (int k = 1; k <= horizon; k++) {
		zk *= z;
		const float *restrict row = a + (k < h ? k : period - k) * stride;
		for (int i = 0; i < w; i++)
			a[i] += zk * row[i];
	}
	for (int i = 0; i < w; i++)
		a[i] *= scale;
	for (int y = 1; y < h; y++) {
		float *restrict row = a + y * stride;
		const float *restrict up = row - stride;
		for (int i = 0; i < w; i++)
			row[i] += z * up[i];
	}
	{
		float *restrict row = a + (h - 1) * stride;
		const float *restrict up = row - stride;
		float g = z / (z * z - 1);
		for (int i = 0; i < w; i++)
			row[i] = g * (row[i] + z * up[i]);
	}
	for (int y = h - 2; y >= 0; y--) {
		float *restrict row = a + y * stride;
		const float *restrict down = row + stride;
		for (int i = 0; i < w; i++)
			row[i] = z * (down[i] - row[i]);
	}
}

#endif
