/* lane_math.h -- arithmetic over the 8 lanes of a pack, for generated models and for the steppers. Everything is inline.
 *
 * Invariant: lane i of a result depends on lane i of the arguments and on nothing else, bit for bit (tests/numerics/lane_math.c).
 *
 * A lind_v8 is a pair of AVX registers, not one 64-byte GCC vector: gcc 12 lowers comparisons and selects of those to scalar
 * code.
 *
 * Masks: a comparison gives a lind_m8, all bits or none in each lane. All bits set is a NaN when read as a number, so a mask
 * never goes through arithmetic: use lind_v8_select, or lind_v8_truth for 1 and 0. As in C a comparison with NaN is false
 * (`ne` is true). lind_v8_min and lind_v8_max return NaN if either argument is NaN: unlike C's fmin they hide no broken state.
 *
 * Elementary functions are SLEEF's `finz_` ones (FMA, deterministic, below 1 ulp; against libmvec: docs/theory/numerics.md),
 * declared here so that a user's model compiles where SLEEF has no headers. Special values are C's: pow(0, 0) = 1,
 * pow(0, -1) = inf, pow(-8, 3) = -512, pow(-8, 0.5) = NaN, log(0) = -inf, log(-1) = NaN.
 *
 * Depends on: the compiler's immintrin.h and lind/lane.h only. To embed it as text put lane.h first and drop the #include.
 */
#ifndef LIND_LANE_MATH_H
#define LIND_LANE_MATH_H

#include <immintrin.h>

#include "lind/lane.h"

#if !defined(__AVX2__) || !defined(__FMA__)
#error "lane_math.h needs AVX2 and FMA: compile with -march=x86-64-v3"
#endif

typedef struct lind_v8 {
  __m256d lo, hi;
} lind_v8;

typedef struct lind_m8 {
  __m256d lo, hi;
} lind_m8;

__m256d Sleef_finz_expd4_u10avx2(__m256d);
__m256d Sleef_finz_logd4_u10avx2(__m256d);
__m256d Sleef_finz_log10d4_u10avx2(__m256d);
__m256d Sleef_finz_powd4_u10avx2(__m256d, __m256d);
__m256d Sleef_finz_sind4_u10avx2(__m256d);
__m256d Sleef_finz_cosd4_u10avx2(__m256d);
__m256d Sleef_finz_tanhd4_u10avx2(__m256d);
__m256d Sleef_finz_atand4_u10avx2(__m256d);

/* ---- memory ---- */

static inline lind_v8 lind_v8_load(const lind_lane *lane) {
  return (lind_v8){_mm256_load_pd(lane->of), _mm256_load_pd(lane->of + 4)};
}
static inline void lind_v8_store(lind_lane *lane, lind_v8 a) {
  _mm256_store_pd(lane->of, a.lo);
  _mm256_store_pd(lane->of + 4, a.hi);
}
static inline lind_v8 lind_v8_fill(double a) { return (lind_v8){_mm256_set1_pd(a), _mm256_set1_pd(a)}; }

/* ---- by halves: the same operation on each register ---- */

#define LIND_V8_ONE(name, half) /* half: an expression in a */            \
  static inline __m256d lind_v8_##name##_half(__m256d a) { return half; } \
  static inline lind_v8 lind_v8_##name(lind_v8 a) { return (lind_v8){lind_v8_##name##_half(a.lo), lind_v8_##name##_half(a.hi)}; }
#define LIND_V8_TWO(name, type, half) /* half: an expression in a and b */               \
  static inline __m256d lind_v8_##name##_half(__m256d a, __m256d b) { return half; }     \
  static inline type lind_v8_##name(lind_v8 a, lind_v8 b) {                              \
    return (type){lind_v8_##name##_half(a.lo, b.lo), lind_v8_##name##_half(a.hi, b.hi)}; \
  }

LIND_V8_TWO(add, lind_v8, _mm256_add_pd(a, b))
LIND_V8_TWO(sub, lind_v8, _mm256_sub_pd(a, b))
LIND_V8_TWO(mul, lind_v8, _mm256_mul_pd(a, b))
LIND_V8_TWO(div, lind_v8, _mm256_div_pd(a, b))
LIND_V8_ONE(neg, _mm256_xor_pd(a, _mm256_set1_pd(-0.0)))
LIND_V8_ONE(abs, _mm256_andnot_pd(_mm256_set1_pd(-0.0), a))
LIND_V8_ONE(sqrt, _mm256_sqrt_pd(a))
LIND_V8_ONE(floor, _mm256_floor_pd(a))
LIND_V8_ONE(ceil, _mm256_ceil_pd(a))
/* the instruction returns b if either is NaN; a NaN in a is put back */
LIND_V8_TWO(min, lind_v8, _mm256_blendv_pd(_mm256_min_pd(a, b), a, _mm256_cmp_pd(a, a, _CMP_UNORD_Q)))
LIND_V8_TWO(max, lind_v8, _mm256_blendv_pd(_mm256_max_pd(a, b), a, _mm256_cmp_pd(a, a, _CMP_UNORD_Q)))

LIND_V8_ONE(exp, Sleef_finz_expd4_u10avx2(a))
LIND_V8_ONE(log, Sleef_finz_logd4_u10avx2(a))
LIND_V8_ONE(log10, Sleef_finz_log10d4_u10avx2(a))
LIND_V8_ONE(sin, Sleef_finz_sind4_u10avx2(a))
LIND_V8_ONE(cos, Sleef_finz_cosd4_u10avx2(a))
LIND_V8_ONE(tanh, Sleef_finz_tanhd4_u10avx2(a))
LIND_V8_ONE(atan, Sleef_finz_atand4_u10avx2(a))
LIND_V8_TWO(pow, lind_v8, Sleef_finz_powd4_u10avx2(a, b))

LIND_V8_TWO(lt, lind_m8, _mm256_cmp_pd(a, b, _CMP_LT_OQ))
LIND_V8_TWO(le, lind_m8, _mm256_cmp_pd(a, b, _CMP_LE_OQ))
LIND_V8_TWO(gt, lind_m8, _mm256_cmp_pd(a, b, _CMP_GT_OQ))
LIND_V8_TWO(ge, lind_m8, _mm256_cmp_pd(a, b, _CMP_GE_OQ))
LIND_V8_TWO(eq, lind_m8, _mm256_cmp_pd(a, b, _CMP_EQ_OQ))
LIND_V8_TWO(ne, lind_m8, _mm256_cmp_pd(a, b, _CMP_NEQ_UQ))

#undef LIND_V8_ONE
#undef LIND_V8_TWO

/* ---- the normal distribution ---- */

/* top[0] + top[1] r + ... over bottom[0] + bottom[1] r + ..., both of degree 7 */
static inline __m256d lind_v8_ratio_half(__m256d r, const double top[8], const double bottom[8]) {
  __m256d a = _mm256_set1_pd(top[7]), b = _mm256_set1_pd(bottom[7]);
  for (int k = 6; k >= 0; k--) {
    a = _mm256_fmadd_pd(a, r, _mm256_set1_pd(top[k]));
    b = _mm256_fmadd_pd(b, r, _mm256_set1_pd(bottom[k]));
  }
  return _mm256_div_pd(a, b);
}

/* The z that a standard normal is below with probability p: -inf at 0, inf at 1, NaN outside. To about 1e-15 of z. Source:
 * Wichura 1988, Appl Stat 37:477, algorithm AS 241 (PPND16). */
static inline __m256d lind_v8_normal_quantile_half(__m256d p) {
  static const double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                              1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                              3.3430575583588128105e+4, 2.5090809287301226727e+3},
                      b[8] = {1.0,
                              4.2313330701600911252e+1,
                              6.8718700749205790830e+2,
                              5.3941960214247511077e+3,
                              2.1213794301586595867e+4,
                              3.9307895800092710610e+4,
                              2.8729085735721942674e+4,
                              5.2264952788528545610e+3},
                      c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                              3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                              2.27238449892691845833e-2, 7.74545014278341407640e-4},
                      d[8] = {1.0,
                              2.05319162663775882187e0,
                              1.67638483018380384940e0,
                              6.89767334985100004550e-1,
                              1.48103976427480074590e-1,
                              1.51986665636164571966e-2,
                              5.47593808499534494600e-4,
                              1.05075007164441684324e-9},
                      e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                              2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                              2.71155556874348757815e-5, 2.01033439929228813265e-7},
                      f[8] = {1.0,
                              5.99832206555887937690e-1,
                              1.36929880922735805310e-1,
                              1.48753612908506148525e-2,
                              7.86869131145613259100e-4,
                              1.84631831751005468180e-5,
                              1.42151175831644588870e-7,
                              2.04426310338993978564e-15};
  const __m256d one = _mm256_set1_pd(1), zero = _mm256_setzero_pd(), minus = _mm256_set1_pd(-0.0);
  const __m256d q = _mm256_sub_pd(p, _mm256_set1_pd(0.5)), below = _mm256_cmp_pd(q, zero, _CMP_LT_OQ);
  const __m256d tail = _mm256_blendv_pd(_mm256_sub_pd(one, p), p, below);
  const __m256d root = _mm256_sqrt_pd(_mm256_xor_pd(Sleef_finz_logd4_u10avx2(tail), minus));
  const __m256d middle = _mm256_mul_pd(q, lind_v8_ratio_half(_mm256_fnmadd_pd(q, q, _mm256_set1_pd(0.180625)), a, b));
  const __m256d near = lind_v8_ratio_half(_mm256_sub_pd(root, _mm256_set1_pd(1.6)), c, d);
  const __m256d far = lind_v8_ratio_half(_mm256_sub_pd(root, _mm256_set1_pd(5)), e, f);
  __m256d z = _mm256_blendv_pd(far, near, _mm256_cmp_pd(root, _mm256_set1_pd(5), _CMP_LE_OQ));
  z = _mm256_blendv_pd(z, root, _mm256_cmp_pd(tail, zero, _CMP_EQ_OQ)); /* infinite */
  z = _mm256_blendv_pd(z, _mm256_xor_pd(z, minus), below);
  return _mm256_blendv_pd(z, middle, _mm256_cmp_pd(_mm256_andnot_pd(minus, q), _mm256_set1_pd(0.425), _CMP_LE_OQ));
}
static inline lind_v8 lind_v8_normal_quantile(lind_v8 p) {
  return (lind_v8){lind_v8_normal_quantile_half(p.lo), lind_v8_normal_quantile_half(p.hi)};
}

/* a * b + c with one rounding. The compiler never contracts on its own (-ffp-contract=off). */
static inline lind_v8 lind_v8_fma(lind_v8 a, lind_v8 b, lind_v8 c) {
  return (lind_v8){_mm256_fmadd_pd(a.lo, b.lo, c.lo), _mm256_fmadd_pd(a.hi, b.hi, c.hi)};
}
/* c - a * b with one rounding. */
static inline lind_v8 lind_v8_fnma(lind_v8 a, lind_v8 b, lind_v8 c) {
  return (lind_v8){_mm256_fnmadd_pd(a.lo, b.lo, c.lo), _mm256_fnmadd_pd(a.hi, b.hi, c.hi)};
}

/* ---- masks ---- */

/* a where the mask is set, else b. Both are evaluated: the unchosen one may be NaN or infinite without harm. */
static inline lind_v8 lind_v8_select(lind_m8 mask, lind_v8 a, lind_v8 b) {
  return (lind_v8){_mm256_blendv_pd(b.lo, a.lo, mask.lo), _mm256_blendv_pd(b.hi, a.hi, mask.hi)};
}
/* 1 where the mask is set, else 0: how a truth is stored in a lane. */
static inline lind_v8 lind_v8_truth(lind_m8 mask) {
  const __m256d one = _mm256_set1_pd(1);
  return (lind_v8){_mm256_and_pd(mask.lo, one), _mm256_and_pd(mask.hi, one)};
}
static inline lind_m8 lind_m8_of(lind_v8 truth) { return lind_v8_ne(truth, lind_v8_fill(0)); }
static inline lind_m8 lind_m8_and(lind_m8 a, lind_m8 b) {
  return (lind_m8){_mm256_and_pd(a.lo, b.lo), _mm256_and_pd(a.hi, b.hi)};
}
static inline lind_m8 lind_m8_or(lind_m8 a, lind_m8 b) { return (lind_m8){_mm256_or_pd(a.lo, b.lo), _mm256_or_pd(a.hi, b.hi)}; }
static inline lind_m8 lind_m8_except(lind_m8 a, lind_m8 b) { /* a and not b */
  return (lind_m8){_mm256_andnot_pd(b.lo, a.lo), _mm256_andnot_pd(b.hi, a.hi)};
}
static inline lind_m8 lind_m8_not(lind_m8 a) {
  const __m256d all = _mm256_castsi256_pd(_mm256_set1_epi64x(-1));
  return (lind_m8){_mm256_xor_pd(a.lo, all), _mm256_xor_pd(a.hi, all)};
}
/* Bit i is lane i. */
static inline unsigned lind_m8_bits(lind_m8 mask) {
  return (unsigned)_mm256_movemask_pd(mask.lo) | (unsigned)_mm256_movemask_pd(mask.hi) << 4;
}
static inline lind_m8 lind_m8_from_bits(unsigned bits) {
  const __m256i low = _mm256_set_epi64x(8, 4, 2, 1), high = _mm256_set_epi64x(128, 64, 32, 16);
  const __m256i all = _mm256_set1_epi64x((long long)bits);
  return (lind_m8){_mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(all, low), low)),
                   _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(all, high), high))};
}

#endif
