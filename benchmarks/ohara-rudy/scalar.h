/* scalar.h -- lane.h and lane_math.h for one patient at a time: the generated kernel becomes plain C on doubles, with the C library's
 * exponentials. It is put in front of the generated text, so that CVODE is compared with the best kernel it could have. */
#ifndef LIND_LANE_H
#define LIND_LANE_H
#define LIND_LANE_MATH_H

#include <math.h>
#include <stdbool.h>

enum { LIND_LANES = 1 };
typedef struct lind_lane {
  double of[1];
} lind_lane;
typedef double lind_v8;
typedef bool lind_m8;

static inline lind_v8 lind_v8_load(const lind_lane *lane) { return lane->of[0]; }
static inline void lind_v8_store(lind_lane *lane, lind_v8 a) { lane->of[0] = a; }
static inline lind_v8 lind_v8_fill(double a) { return a; }
static inline lind_v8 lind_v8_add(lind_v8 a, lind_v8 b) { return a + b; }
static inline lind_v8 lind_v8_sub(lind_v8 a, lind_v8 b) { return a - b; }
static inline lind_v8 lind_v8_mul(lind_v8 a, lind_v8 b) { return a * b; }
static inline lind_v8 lind_v8_div(lind_v8 a, lind_v8 b) { return a / b; }
static inline lind_v8 lind_v8_fma(lind_v8 a, lind_v8 b, lind_v8 c) { return fma(a, b, c); }
static inline lind_v8 lind_v8_fnma(lind_v8 a, lind_v8 b, lind_v8 c) { return fma(-a, b, c); }
static inline lind_v8 lind_v8_neg(lind_v8 a) { return -a; }
static inline lind_v8 lind_v8_abs(lind_v8 a) { return fabs(a); }
static inline lind_v8 lind_v8_sqrt(lind_v8 a) { return sqrt(a); }
static inline lind_v8 lind_v8_min(lind_v8 a, lind_v8 b) { return a < b ? a : b; }
static inline lind_v8 lind_v8_max(lind_v8 a, lind_v8 b) { return a > b ? a : b; }
static inline lind_v8 lind_v8_exp(lind_v8 a) { return exp(a); }
static inline lind_v8 lind_v8_log(lind_v8 a) { return log(a); }
static inline lind_v8 lind_v8_pow(lind_v8 a, lind_v8 b) { return pow(a, b); }
static inline lind_m8 lind_v8_lt(lind_v8 a, lind_v8 b) { return a < b; }
static inline lind_m8 lind_v8_le(lind_v8 a, lind_v8 b) { return a <= b; }
static inline lind_m8 lind_v8_ne(lind_v8 a, lind_v8 b) { return a != b; }
static inline lind_v8 lind_v8_select(lind_m8 mask, lind_v8 a, lind_v8 b) { return mask ? a : b; }
static inline lind_v8 lind_v8_truth(lind_m8 mask) { return mask; }
static inline lind_m8 lind_m8_of(lind_v8 truth) { return truth != 0; }
static inline lind_m8 lind_m8_and(lind_m8 a, lind_m8 b) { return a && b; }
static inline lind_m8 lind_m8_or(lind_m8 a, lind_m8 b) { return a || b; }

#endif
