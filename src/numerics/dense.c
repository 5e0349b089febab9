/* dense.c -- Gaussian elimination over lanes, row by row. Shown by tests/numerics/dense.c. */
#include "dense.h"

#include "lane_math.h"

int lind_dense_size(const lind_kernel *kernel) { return kernel->n_states * (kernel->n_states + 1); }

/* a[] -= scale * b[], n lanes */
static void dense_subtract(lind_lane *a, lind_v8 scale, const lind_lane *b, int n) {
  const lind_v8 minus = lind_v8_neg(scale);
  for (int i = 0; i < n; i++) lind_v8_store(&a[i], lind_v8_fma(minus, lind_v8_load(&b[i]), lind_v8_load(&a[i])));
}

void lind_dense_factor(const lind_kernel *kernel, const lind_lane *shift, const lind_lane *entries, lind_lane *factors) {
  const int n = kernel->n_states;
  lind_lane *const pivot = factors, *const a = factors + n;
  lind_kernel_dense(kernel, entries, a);
  for (int i = 0; i < n * n; i++) lind_v8_store(&a[i], lind_v8_neg(lind_v8_load(&a[i])));
  for (int i = 0; i < n; i++) lind_v8_store(&a[i * n + i], lind_v8_add(lind_v8_load(&a[i * n + i]), lind_v8_load(shift)));
  for (int k = 0; k < n; k++) {
    const lind_v8 reciprocal = lind_v8_div(lind_v8_fill(1), lind_v8_load(&a[k * n + k]));
    lind_v8_store(&pivot[k], reciprocal);
    for (int i = k + 1; i < n; i++) {
      const lind_v8 scale = lind_v8_mul(lind_v8_load(&a[i * n + k]), reciprocal);
      lind_v8_store(&a[i * n + k], scale);
      dense_subtract(&a[i * n + k + 1], scale, &a[k * n + k + 1], n - k - 1);
    }
  }
}

void lind_dense_solve(const lind_kernel *kernel, const lind_lane *factors, lind_lane *b) {
  const int n = kernel->n_states;
  const lind_lane *const pivot = factors, *const a = factors + n;
  for (int i = 1; i < n; i++) {
    lind_v8 sum = lind_v8_load(&b[i]);
    for (int k = 0; k < i; k++) sum = lind_v8_fma(lind_v8_neg(lind_v8_load(&a[i * n + k])), lind_v8_load(&b[k]), sum);
    lind_v8_store(&b[i], sum);
  }
  for (int i = n - 1; i >= 0; i--) {
    lind_v8 sum = lind_v8_load(&b[i]);
    for (int k = i + 1; k < n; k++) sum = lind_v8_fma(lind_v8_neg(lind_v8_load(&a[i * n + k])), lind_v8_load(&b[k]), sum);
    lind_v8_store(&b[i], lind_v8_mul(sum, lind_v8_load(&pivot[i])));
  }
}
