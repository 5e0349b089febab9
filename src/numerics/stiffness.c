/* stiffness.c -- the dominant eigenvalue by power iteration, see stiffness.h.
 *
 * The iteration is the textbook one (Golub and Van Loan, Matrix Computations, 7.3) with the Rayleigh quotient as the estimate of
 * its sign. Where the fast modes are far above the others, which is what makes a system stiff, it converges in a few turns.
 * Shown by tests/numerics/stiffness.c.
 */
#include "stiffness.h"

#include <float.h>

#include "lane_math.h"

/* Two modes that differ by a factor of 2 are told apart to 1e-3 after this many. */
enum { TURNS = 10 };
/* Of |J v|^2 the share along v: 1 for a real eigenvalue, 0 for a purely imaginary pair. */
static const double share_along = 0.5;

static lind_v8 v8(double a) { return lind_v8_fill(a); }

size_t lind_stiffness_lanes(const lind_kernel *kernel) { return 3 * (size_t)kernel->n_states + (size_t)kernel->n_entries; }

/* entries become those of D J / D, D = 1 / (absolute + relative |x|); those outside the block become 0. */
static void scale(const lind_kernel *kernel, const lind_tolerance *tolerance, const lind_lane *x, int rest_only,
                  lind_lane *weight, lind_lane *inside, lind_lane *entries) {
  for (int i = 0; i < kernel->n_states; i++) {
    const lind_v8 size = lind_v8_abs(lind_v8_load(&x[i]));
    const double absolute = tolerance->absolute * (kernel->unit != NULL ? kernel->unit[i] : 1);
    const lind_v8 allowed = lind_v8_fma(v8(tolerance->relative), size, v8(absolute));
    lind_v8_store(&weight[i], lind_v8_max(allowed, v8(DBL_MIN)));
    lind_v8_store(&inside[i], v8(1));
  }
  for (int k = 0; rest_only && k < kernel->n_linear; k++) lind_v8_store(&inside[kernel->linear[k]], v8(0));
  for (int e = 0; e < kernel->n_entries; e++) {
    const int row = kernel->row[e], column = kernel->column[e];
    const lind_v8 ratio = lind_v8_div(lind_v8_load(&weight[column]), lind_v8_load(&weight[row]));
    const lind_m8 both = lind_v8_gt(lind_v8_mul(lind_v8_load(&inside[row]), lind_v8_load(&inside[column])), v8(0));
    const lind_v8 entry = lind_v8_mul(lind_v8_load(&entries[e]), ratio);
    lind_v8_store(&entries[e], lind_v8_select(both, entry, v8(0)));
  }
}

static void multiply(const lind_kernel *kernel, const lind_lane *entries, const lind_lane *v, lind_lane *w) {
  for (int i = 0; i < kernel->n_states; i++) lind_v8_store(&w[i], v8(0));
  for (int e = 0; e < kernel->n_entries; e++) {
    lind_lane *row = &w[kernel->row[e]];
    const lind_v8 from = lind_v8_load(&v[kernel->column[e]]);
    lind_v8_store(row, lind_v8_fma(lind_v8_load(&entries[e]), from, lind_v8_load(row)));
  }
}

/* v = w / max |w|; what has become 0 stays 0. */
static void renew(int n, lind_lane *v, const lind_lane *w) {
  lind_v8 largest = v8(DBL_MIN);
  for (int i = 0; i < n; i++) largest = lind_v8_max(largest, lind_v8_abs(lind_v8_load(&w[i])));
  for (int i = 0; i < n; i++) lind_v8_store(&v[i], lind_v8_div(lind_v8_load(&w[i]), largest));
}

/* From the last vector and its image. */
static lind_v8 decay_rate(int n, const lind_lane *v, const lind_lane *w) {
  lind_v8 vv = v8(0), vw = v8(0), ww = v8(0);
  for (int i = 0; i < n; i++) {
    const lind_v8 a = lind_v8_load(&v[i]), b = lind_v8_load(&w[i]);
    vv = lind_v8_fma(a, a, vv);
    vw = lind_v8_fma(a, b, vw);
    ww = lind_v8_fma(b, b, ww);
  }
  const lind_m8 along = lind_v8_ge(lind_v8_mul(vw, vw), lind_v8_mul(v8(share_along), lind_v8_mul(vv, ww)));
  const lind_m8 decays = lind_m8_and(lind_v8_lt(vw, v8(0)), along);
  const lind_v8 rate = lind_v8_sqrt(lind_v8_div(ww, vv));
  const lind_m8 sound = lind_m8_and(decays, lind_v8_lt(rate, v8(DBL_MAX)));
  return lind_v8_select(sound, rate, v8(0));
}

void lind_stiffness_rates(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance,
                          const lind_lane *time, const lind_lane *x, int rest_only, lind_lane *scratch, lind_lane *rate) {
  const int n = kernel->n_states;
  lind_lane *v = scratch, *w = v + n, *weight = w + n, *entries = weight + n;
  kernel->jacobian(kernel->self, time, frame, x, entries);
  scale(kernel, tolerance, x, rest_only, weight, v, entries);
  for (int i = 0; i < n; i++) lind_v8_store(&v[i], v8(i % 2 ? -0.7 : 1)); /* no direction of anything in particular */
  for (int turn = 0; turn < TURNS; turn++) {
    multiply(kernel, entries, v, w);
    if (turn < TURNS - 1) renew(n, v, w);
  }
  lind_v8_store(rate, decay_rate(n, v, w));
}
