/* exponential.c -- exp(A t) and its integral over lanes: scaling, Taylor, squaring. Sources: exponential.h; Higham 2008,
 * Functions of Matrices, 10.3 (scaling and squaring) and 4.2 (the chunked evaluation of Paterson and Stockmeyer 1973,
 * doi:10.1137/0202007).
 *
 * With B = A + q I, h = t / 2^s and M = B h:
 *   exp(A h) = sum_k e^(-q h) / k! M^k,   integral_0^h exp(A s) ds = sum_k h g_k M^k,   g_k = integral_0^1 e^(-q h s) s^k / k! ds
 * Twice the time: P <- P P, F <- F + P F. */
#include "exponential.h"

#include <math.h>
#include <string.h>

#include "lane_math.h"

enum { CHUNK = LIND_EXPONENTIAL_CHUNK, DEGREE = LIND_EXPONENTIAL_DEGREE, TAIL = DEGREE + 12, SMALL = 3, MOST_SQUARINGS = 30 };

/* 1 / k! */
static const double inverse_factorial[TAIL + 2] = {1.0,
                                                   1.0,
                                                   0.5,
                                                   0.16666666666666666667,
                                                   0.041666666666666666667,
                                                   0.0083333333333333333333,
                                                   0.0013888888888888888889,
                                                   0.0001984126984126984127,
                                                   0.000024801587301587301587,
                                                   2.7557319223985890653e-6,
                                                   2.7557319223985890653e-7,
                                                   2.5052108385441718775e-8,
                                                   2.0876756987868098979e-9,
                                                   1.6059043836821614599e-10,
                                                   1.1470745597729724714e-11,
                                                   7.6471637318198164759e-13,
                                                   4.7794773323873852974e-14,
                                                   2.8114572543455207632e-15,
                                                   1.5619206968586226462e-16,
                                                   8.220635246624329717e-18,
                                                   4.1103176233121648585e-19,
                                                   1.9572941063391261231e-20,
                                                   8.8967913924505732867e-22,
                                                   3.8681701706306840377e-23,
                                                   1.611737571096118349e-24,
                                                   6.4469502843844733962e-26,
                                                   2.4795962632247974601e-27,
                                                   9.1836898637955461484e-29,
                                                   3.2798892370698379102e-30,
                                                   1.1309962886447716932e-31,
                                                   3.7699876288159056439e-33,
                                                   1.2161250415535179496e-34,
                                                   3.8003907548547435926e-36,
                                                   1.1516335620771950281e-37,
                                                   3.3871575355211618472e-39,
                                                   9.6775929586318909921e-41,
                                                   2.6882202662866363867e-42,
                                                   7.2654601791530713154e-44,
                                                   1.9119632050402819251e-45};

static lind_v8 v8(double a) { return lind_v8_fill(a); }

/* ---- storage ---- */

static size_t round_up(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t lind_exponential_bytes(int n) {
  const size_t places = (size_t)n * (size_t)n;
  return (CHUNK + 2) * places * sizeof(lind_lane) + round_up(((size_t)n + places) * sizeof(int));
}

void lind_exponential_view(lind_exponential *e, int n, void *storage) {
  const size_t places = (size_t)n * (size_t)n;
  lind_lane *lanes = storage;
  *e = (lind_exponential){.n = n, .power = lanes, .first = lanes + CHUNK * places, .next = lanes + (CHUNK + 1) * places};
  e->count = (int *)(lanes + (CHUNK + 2) * places);
  e->place = e->count + n;
}

/* ---- pattern ---- */

static bool is_zero(const lind_lane *a) { return lind_m8_bits(lind_v8_ne(lind_v8_load(a), v8(0))) == 0; }

/* Places outside the pattern that are multiplied with all the same are 0, whatever a lane that is no number made of them. */
static void clear_outside(const lind_exponential *e, lind_lane *out) {
  const int n = e->n;
  for (int i = 0; i < n; i++) {
    const int *row = &e->place[i * n];
    if (e->count[i] == n) continue;
    for (int j = 0, c = 0; j < n; j++) {
      if (c < e->count[i] && row[c] == j)
        c++;
      else
        lind_v8_store(&out[i * n + j], v8(0));
    }
  }
}

/* Warshall's closure. The rows are marked in `place` itself before they become lists. What storage held is cleared where small
 * products read it. */
void lind_exponential_pattern(lind_exponential *e, const lind_lane *a) {
  const int n = e->n;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) e->place[i * n + j] = i == j || !is_zero(&a[i * n + j]);
  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++)
      if (e->place[i * n + k])
        for (int j = 0; j < n; j++) e->place[i * n + j] |= e->place[k * n + j];
  for (int i = 0; i < n; i++) {
    int *row = &e->place[i * n], count = 0;
    for (int j = 0; j < n; j++)
      if (row[j]) row[count++] = j; /* count <= j: what is overwritten was read */
    e->count[i] = count;
  }
  for (int k = 0; n <= SMALL && k < CHUNK; k++) clear_outside(e, &e->power[k * n * n]);
  if (n <= SMALL) clear_outside(e, e->first), clear_outside(e, e->next);
}

/* ---- products ---- */

/* out = x y for small n, a constant where this is inlined: all places, those outside the pattern being 0. The diagonal comes
 * first here and below, so that the order of a sum does not depend on what is skipped. */
static inline __attribute__((always_inline)) void multiply_small(const int n, const lind_lane *x, const lind_lane *y,
                                                                 lind_lane *out) {
#pragma GCC unroll 4
  for (int i = 0; i < n; i++) {
    lind_v8 sum[4];
    const lind_v8 own = lind_v8_load(&x[i * n + i]);
#pragma GCC unroll 4
    for (int j = 0; j < n; j++) sum[j] = lind_v8_fma(own, lind_v8_load(&y[i * n + j]), v8(0));
#pragma GCC unroll 4
    for (int k = 0; k < n; k++) {
      if (k == i) continue;
      const lind_v8 factor = lind_v8_load(&x[i * n + k]);
#pragma GCC unroll 4
      for (int j = 0; j < n; j++) sum[j] = lind_v8_fma(factor, lind_v8_load(&y[k * n + j]), sum[j]);
    }
#pragma GCC unroll 4
    for (int j = 0; j < n; j++) lind_v8_store(&out[i * n + j], sum[j]);
  }
}

/* The same for any n. A row of x reaches through k what row k reaches, which is part of what it reaches itself. */
static void multiply_sparse(const lind_exponential *e, const lind_lane *x, const lind_lane *y, lind_lane *out) {
  const int n = e->n;
  for (int i = 0; i < n; i++) {
    const int *row = &e->place[i * n];
    lind_lane *sum = &out[i * n];
    const lind_v8 own = lind_v8_load(&x[i * n + i]);
    for (int c = 0; c < e->count[i]; c++) lind_v8_store(&sum[row[c]], lind_v8_fma(own, lind_v8_load(&y[i * n + row[c]]), v8(0)));
    for (int c = 0; c < e->count[i]; c++) {
      const int k = row[c], *through = &e->place[k * n];
      if (k == i) continue;
      const lind_v8 factor = lind_v8_load(&x[i * n + k]);
      for (int d = 0; d < e->count[k]; d++) {
        const int j = through[d];
        lind_v8_store(&sum[j], lind_v8_fma(factor, lind_v8_load(&y[k * n + j]), lind_v8_load(&sum[j])));
      }
    }
  }
}

static void multiply(const lind_exponential *e, const lind_lane *x, const lind_lane *y, lind_lane *out) {
  if (e->n == 1)
    multiply_small(1, x, y, out);
  else if (e->n == 2)
    multiply_small(2, x, y, out);
  else if (e->n == 3)
    multiply_small(3, x, y, out);
  else
    multiply_sparse(e, x, y, out);
  if (e->n <= SMALL) clear_outside(e, out);
}

/* ---- scaling ---- */

/* Largest norm of M for which the polynomial is right to half a unit in the last place, from m = 16 on: theta with theta^(m+1) /
 * (m+1)! = 2^-53. An entry that is first reached by the power l has l terms fewer of its own; l < n, so m = DEGREE + 1 - n, but
 * not below 16: what lies farther away is right relative to the norm only. */
static double largest_norm(int n) {
  static const double theta[] = {0.8269, 0.9812, 1.147, 1.323, 1.509, 1.705, 1.909, 2.121, 2.341, 2.568};
  const int m = DEGREE + 1 - n;
  return theta[m > 16 ? m - 16 : 0];
}

/* Smaller of the 1-norm and the infinity norm of A + q I. */
static lind_v8 norm(const lind_exponential *e, const lind_lane *a, lind_v8 shift) {
  const int n = e->n;
  lind_v8 across = v8(0), down = v8(0);
  for (int i = 0; i < n; i++) {
    lind_v8 row = v8(0), column = v8(0);
    for (int j = 0; j < n; j++) {
      const lind_v8 add = i == j ? shift : v8(0);
      row = lind_v8_add(row, lind_v8_abs(lind_v8_add(lind_v8_load(&a[i * n + j]), add)));
      column = lind_v8_add(column, lind_v8_abs(lind_v8_add(lind_v8_load(&a[j * n + i]), add)));
    }
    across = lind_v8_max(across, row);
    down = lind_v8_max(down, column);
  }
  return lind_v8_min(across, down);
}

static void scale(const lind_exponential *e, const lind_lane *a, lind_v8 t, lind_exponential_step *s) {
  const int n = e->n;
  lind_v8 least = v8(INFINITY), fall = v8(0); /* off the diagonal; on it, turned round */
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      const lind_v8 value = lind_v8_load(&a[i * n + j]);
      if (i == j) fall = lind_v8_max(fall, lind_v8_neg(value));
      if (i != j) least = lind_v8_min(least, value);
    }
  const lind_m8 compartmental = lind_v8_ge(least, v8(0));
  const lind_v8 shift = lind_v8_select(compartmental, fall, v8(0));
  const lind_v8 limit = lind_v8_select(compartmental, v8(largest_norm(n)), v8(1));
  const lind_v8 size = lind_v8_div(lind_v8_mul(lind_v8_max(norm(e, a, shift), shift), t), limit);
  lind_lane sizes;
  lind_v8_store(&sizes, size);
  lind_v8_store(&s->shift, shift);
  lind_v8_store(&s->h, t);
  s->most = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    int exponent = 0;
    if (isfinite(sizes.of[i])) frexp(sizes.of[i], &exponent);
    if (exponent < 0) exponent = 0;
    const bool lost = !isfinite(sizes.of[i]) || exponent > MOST_SQUARINGS;
    if (lost) exponent = 0;
    s->h.of[i] = lost ? NAN : ldexp(s->h.of[i], -exponent);
    s->squarings.of[i] = exponent;
    if (exponent > s->most) s->most = exponent;
  }
}

/* ---- the polynomial ---- */

void lind_exponential_begin(const lind_exponential *e, const lind_lane *a, const lind_lane *t, lind_exponential_step *step) {
  const int n = e->n;
  scale(e, a, lind_v8_load(t), step);
  const lind_v8 shift = lind_v8_load(&step->shift), h = lind_v8_load(&step->h);
  for (int i = 0; i < n; i++)
    for (int c = 0; c < e->count[i]; c++) {
      const int j = e->place[i * n + c];
      const lind_v8 value = lind_v8_load(&a[i * n + j]);
      lind_v8_store(&e->power[i * n + j], lind_v8_mul(i == j ? lind_v8_add(value, shift) : value, h));
    }
  for (int k = 1; k < CHUNK; k++) multiply(e, e->power, &e->power[(k - 1) * n * n], &e->power[k * n * n]);
}

/* out += sum over k < CHUNK of coefficient[k] M^k. */
static void add_chunk(const lind_exponential *e, const lind_v8 *coefficient, lind_lane *out) {
  const int n = e->n;
  for (int i = 0; i < n; i++)
    for (int c = 0; c < e->count[i]; c++) {
      const int at = i * n + e->place[i * n + c];
      lind_v8 sum = lind_v8_load(&out[at]);
      for (int k = CHUNK - 1; k > 0; k--) sum = lind_v8_fma(coefficient[k], lind_v8_load(&e->power[(k - 1) * n * n + at]), sum);
      if (e->place[i * n + c] == i) sum = lind_v8_add(sum, coefficient[0]);
      lind_v8_store(&out[at], sum);
    }
}

/* out = sum over k <= DEGREE of coefficient[k] M^k; CHUNK - 1 products (Paterson and Stockmeyer, by Horner in M^CHUNK). */
static void polynomial(const lind_exponential *e, const lind_v8 *coefficient, lind_lane *out) {
  const int n = e->n;
  const lind_lane *top = &e->power[(CHUNK - 1) * n * n];
  for (int i = 0; i < n; i++)
    for (int c = 0; c < e->count[i]; c++) {
      const int at = i * n + e->place[i * n + c];
      lind_v8_store(&e->first[at], lind_v8_mul(coefficient[DEGREE], lind_v8_load(&top[at])));
    }
  add_chunk(e, &coefficient[(CHUNK - 1) * CHUNK], e->first);
  lind_lane *from = e->first, *to = e->next;
  for (int chunk = CHUNK - 2; chunk >= 0; chunk--) {
    if (chunk == 0) to = out;
    multiply(e, from, top, to);
    add_chunk(e, &coefficient[chunk * CHUNK], to);
    lind_lane *const swap = from;
    from = to, to = swap;
  }
}

/* e^-z / k! share^k, z = q share h. */
static void plain(const lind_exponential_step *s, double share, lind_v8 coefficient[DEGREE + 1]) {
  const lind_v8 z = lind_v8_mul(lind_v8_load(&s->shift), lind_v8_mul(v8(share), lind_v8_load(&s->h)));
  const lind_v8 decay = lind_v8_exp(lind_v8_neg(z));
  double power = 1;
  for (int k = 0; k <= DEGREE; k++, power *= share) coefficient[k] = lind_v8_mul(decay, v8(power * inverse_factorial[k]));
}

/* share h g_k share^k. g_k downwards: g_(k-1) = z g_k + e^-z / k!, which adds positive terms only. Above TAIL three terms of its
 * series do. */
static void integral(const lind_exponential_step *s, double share, lind_v8 coefficient[DEGREE + 1]) {
  const lind_v8 h = lind_v8_mul(v8(share), lind_v8_load(&s->h)), z = lind_v8_mul(lind_v8_load(&s->shift), h);
  const lind_v8 decay = lind_v8_exp(lind_v8_neg(z));
  lind_v8 g = lind_v8_fma(z, v8(1. / (TAIL + 3)), v8(1));
  g = lind_v8_fma(lind_v8_mul(z, v8(1. / (TAIL + 2))), g, v8(1));
  g = lind_v8_mul(lind_v8_mul(decay, g), v8(inverse_factorial[TAIL + 1]));
  for (int k = TAIL; k >= 0; k--) {
    if (k <= DEGREE) coefficient[k] = lind_v8_mul(h, g);
    if (k > 0) g = lind_v8_fma(z, g, lind_v8_mul(decay, v8(inverse_factorial[k])));
  }
  double power = share;
  for (int k = 1; k <= DEGREE; k++, power *= share) coefficient[k] = lind_v8_mul(coefficient[k], v8(power));
}

/* ---- doubling ---- */

/* to = from in the lanes of `which`, plus what was there if `add`. */
static void take(const lind_exponential *e, lind_m8 which, const lind_lane *from, bool add, lind_lane *to) {
  const int n = e->n;
  for (int i = 0; i < n; i++)
    for (int c = 0; c < e->count[i]; c++) {
      const int at = i * n + e->place[i * n + c];
      const lind_v8 old = lind_v8_load(&to[at]), value = lind_v8_load(&from[at]);
      lind_v8_store(&to[at], lind_v8_select(which, add ? lind_v8_add(old, value) : value, old));
    }
}

void lind_exponential_part(const lind_exponential *e, const lind_exponential_step *step, double share, lind_lane *p,
                           lind_lane *phi) {
  lind_v8 coefficient[DEGREE + 1];
  plain(step, share, coefficient);
  polynomial(e, coefficient, p);
  if (phi) {
    integral(step, share, coefficient);
    polynomial(e, coefficient, phi);
  }
  const lind_v8 squarings = lind_v8_load(&step->squarings);
  for (int k = 0; k < step->most; k++) {
    const lind_m8 goes_on = lind_v8_gt(squarings, v8(k));
    if (phi) {
      multiply(e, p, phi, e->first);
      take(e, goes_on, e->first, true, phi);
    }
    multiply(e, p, p, e->first);
    take(e, goes_on, e->first, false, p);
  }
}
