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
