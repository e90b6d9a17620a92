/* The weights of the B-splines and the places of pixels, in terms of a vector of VN floats.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_KERNELS_WEIGHTS_H
#define TT_DIC_KERNELS_WEIGHTS_H

#ifndef INLINE
#define INLINE static inline __attribute__((always_inline))
#endif

INLINE void weights_cubic(vf t, vf w[6])
{
	vf s = v_sub(v_set1(1), t), t2 = v_mul(t, t), s2 = v_mul(s, s), one = v_set1(1);
	w[0] = v_mul(s2, v_mul(s, v_set1(1.0f / 6)));
	w[3] = v_mul(t2, v_mul(t, v_set1(1.0f / 6)));
	w[1] = v_fma(t2, v_fms(t, v_set1(0.5f), one), v_set1(2.0f / 3));
	/* the four weights' sum is one: adders are idle, multipliers are not */
	w[2] = v_sub(v_sub(v_sub(one, w[0]), w[3]), w[1]);
}

INLINE vf quintic_inner(vf t2, vf t)
{
	vf a = v_fma(t, v_set1(-1.0f / 12), v_set1(0.25f));
	a = v_fma(t2, a, v_set1(-0.5f));
	return v_fma(t2, a, v_set1(0.55f));
}

INLINE void weights_quintic(vf t, vf w[6])
{
	vf s = v_sub(v_set1(1), t), t2 = v_mul(t, t), s2 = v_mul(s, s);
	w[0] = v_mul(v_mul(s2, s2), v_mul(s, v_set1(1.0f / 120)));
	w[5] = v_mul(v_mul(t2, t2), v_mul(t, v_set1(1.0f / 120)));
	w[2] = quintic_inner(t2, t);
	w[3] = quintic_inner(s2, s);
	/* (26 - 50 t + 20 t² + 20 t³ - 20 t⁴ + 5 t⁵) / 120 */
	vf a = v_fma(t, v_set1(1.0f / 24), v_set1(-1.0f / 6));
	a = v_fma(t, a, v_set1(1.0f / 6));
	a = v_fma(t, a, v_set1(1.0f / 6));
	a = v_fma(t, a, v_set1(-5.0f / 12));
	w[1] = v_fma(t, a, v_set1(13.0f / 60));
	/* the six weights' sum is one */
	w[4] = v_sub(v_sub(v_sub(v_set1(1), v_add(w[0], w[5])), v_add(w[2], w[3])), w[1]);
}

INLINE void weights_of(vf t, vf w[6], const int taps)
{
	if (taps == 4)
		weights_cubic(t, w);
	else
		weights_quintic(t, w);
}

/* Positions of the pixels (dx, dy), one of them a vector. */
INLINE vf position(const float p[6], vf dx, vf dy, const int order)
{
	if (order < 2) return v_fma(dy, v_set1(p[2]), v_fma(dx, v_set1(p[1]), v_set1(p[0])));
	vf a = v_fma(dy, v_fma(dy, v_set1(p[5]), v_set1(p[2])), v_set1(p[0]));
	vf b = v_fma(dy, v_set1(p[4]), v_set1(p[1]));
	return v_fma(dx, v_fma(dx, v_set1(p[3]), b), a);
}

#endif
