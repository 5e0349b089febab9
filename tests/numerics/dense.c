/* dense.c -- full factors over lanes: solutions put back into their equations, a system whose factors are known, no pivot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <math.h>

#include "lind/random.h"
#include "numerics/dense.h"

enum { N = 7 };
static const lind_who who = {.seed = 3};

/* Two thirds of the entries are there, another matrix in each lane; shift - J is dominated by its diagonal. */
static void a_solution_fits_its_equations(void **state) {
  (void)state;
  int row[N * N], column[N * N], n = 0;
  for (int i = 0; i < N; i++)
    for (int k = 0; k < N; k++)
      if (i == k || (i + 2 * k) % 3) row[n] = i, column[n] = k, n++;
  const lind_kernel kernel = {.n_states = N, .n_entries = n, .row = row, .column = column};
  lind_lane entries[N * N], factors[N * (N + 1)], shift, right[N], x[N];
  assert_int_equal(lind_dense_size(&kernel), N * (N + 1));
  for (int i = 0; i < LIND_LANES; i++) {
    shift.of[i] = N + i;
    for (int e = 0; e < n; e++) entries[e].of[i] = 2 * lind_random_uniform(who, 1, (uint32_t)(8 * e + i)) - 1;
    for (int k = 0; k < N; k++) x[k].of[i] = right[k].of[i] = lind_random_normal(who, 2, (uint32_t)(8 * k + i));
  }
  lind_dense_factor(&kernel, &shift, entries, factors);
  lind_dense_solve(&kernel, factors, x);
  for (int i = 0; i < LIND_LANES; i++)
    for (int r = 0; r < N; r++) {
      double rest = right[r].of[i] - shift.of[i] * x[r].of[i];
      for (int e = 0; e < n; e++)
        if (row[e] == r) rest += entries[e].of[i] * x[column[e]].of[i];
      assert_true(fabs(rest) < 1e-14 * N * N);
    }
}

/* shift 5, J = (1 -2; -8 -3): W = (4 2; 8 8) = (1 0; 2 1)(4 2; 0 4). */
static void known_factors(void **state) {
  (void)state;
  const int row[] = {0, 0, 1, 1}, column[] = {0, 1, 0, 1};
  const lind_kernel kernel = {.n_states = 2, .n_entries = 4, .row = row, .column = column};
  const double j[] = {1, -2, -8, -3}, expected[] = {0.25, 0.25, 4, 2, 2, 4};
  lind_lane entries[4], factors[6], shift;
  for (int i = 0; i < LIND_LANES; i++) {
    shift.of[i] = 5;
    for (int e = 0; e < 4; e++) entries[e].of[i] = j[e];
  }
  for (int i = 0; i < LIND_LANES; i += 2) shift.of[i] = 1; /* the first pivot is 0 in every other lane */
  lind_dense_factor(&kernel, &shift, entries, factors);
  for (int i = 0; i < LIND_LANES; i++) {
    if (i % 2 == 0) assert_true(!isfinite(factors[0].of[i]));
    for (int f = 0; f < 6 && i % 2; f++) assert_true(factors[f].of[i] == expected[f]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_solution_fits_its_equations),
      cmocka_unit_test(known_factors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
