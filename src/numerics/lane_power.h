/* lane_power.h -- rough powers of positive numbers for step control: three to four digits, a dozen instructions, no branch.
 *
 * Lane i of a result depends on lane i of the argument alone. Arguments and results stay in the normal range; what is said of the
 * rest: the logarithm of 0 is about -1023, of infinity and NaN 1024 to 1025.
 * Shown by tests/numerics/lane_math.c.
 */
#ifndef LIND_LANE_POWER_H
#define LIND_LANE_POWER_H

#include "lane_math.h"

static inline __m256d lind_log2_rough_half(__m256d a) {
  const __m256i bits = _mm256_castpd_si256(a);
  const __m256i power = _mm256_or_si256(_mm256_srli_epi64(bits, 52), _mm256_castpd_si256(_mm256_set1_pd(0x1p52)));
  const __m256d whole = _mm256_sub_pd(_mm256_castsi256_pd(power), _mm256_set1_pd(0x1p52 + 1023));
  const __m256i digits = _mm256_and_si256(bits, _mm256_set1_epi64x(0xfffffffffffff));
  const __m256d m = _mm256_or_pd(_mm256_castsi256_pd(digits), _mm256_set1_pd(1)); /* in [1, 2) */
  /* log2 m = (m - 1) (1 + (m - 2) r(m)), exact at both ends; r by least squares towards the smallest largest error, 1.2e-4 */
  __m256d r = _mm256_fmadd_pd(_mm256_set1_pd(-0.0821303649), m, _mm256_set1_pd(0.403318562));
  r = _mm256_fmadd_pd(r, m, _mm256_set1_pd(-0.759913835));
  r = _mm256_fmadd_pd(r, _mm256_sub_pd(m, _mm256_set1_pd(2)), _mm256_set1_pd(1));
  return _mm256_fmadd_pd(r, _mm256_sub_pd(m, _mm256_set1_pd(1)), whole);
}

static inline __m256d lind_exp2_rough_half(__m256d a) {
  const __m256d limited = _mm256_max_pd(_mm256_min_pd(a, _mm256_set1_pd(1000)), _mm256_set1_pd(-1000));
  const __m256d whole = _mm256_floor_pd(limited), f = _mm256_sub_pd(limited, whole);
  /* 2^f = 1 + f + f (f - 1) r(f), exact at both ends; largest relative error 1.1e-4 */
  const __m256d r = _mm256_fmadd_pd(_mm256_set1_pd(0.0782681379), f, _mm256_set1_pd(0.304575565));
  const __m256d bend = _mm256_mul_pd(r, _mm256_fmsub_pd(f, f, f));
  const __m256d power = _mm256_add_pd(bend, _mm256_add_pd(f, _mm256_set1_pd(1)));
  const __m256i shift = _mm256_castpd_si256(_mm256_add_pd(whole, _mm256_set1_pd(0x1.8p52))); /* whole, in the low bits */
  return _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(power), _mm256_slli_epi64(shift, 52)));
}

static inline lind_v8 lind_v8_log2_rough(lind_v8 a) { return (lind_v8){lind_log2_rough_half(a.lo), lind_log2_rough_half(a.hi)}; }
static inline lind_v8 lind_v8_exp2_rough(lind_v8 a) { return (lind_v8){lind_exp2_rough_half(a.lo), lind_exp2_rough_half(a.hi)}; }

#endif
