/* Sparse LU factors against elimination of full matrices; that they stay sparse; that generated C and loops are one. */
#include "agree.h"
#include "language/model_tree.h"

enum { MOST = 130 };

/* A small generator of its own: minimal standard (Park and Miller, CACM 31 (1988) 1192). */
static double uniform(uint32_t *seed) {
  *seed = (uint32_t)((uint64_t)*seed * 48271 % 2147483647);
  return *seed / 2147483647.0;
}

/* Solves m x = b by elimination with row interchanges; b becomes x. */
static void dense_solve(int n, double *m, double *b) {
  for (int k = 0; k < n; ++k) {
    int top = k;
    for (int r = k + 1; r < n; ++r)
      if (fabs(m[r * n + k]) > fabs(m[top * n + k])) top = r;
    for (int c = 0; c < n; ++c) {
      const double kept = m[k * n + c];
      m[k * n + c] = m[top * n + c];
      m[top * n + c] = kept;
    }
    const double kept = b[k];
    b[k] = b[top];
    b[top] = kept;
    for (int r = k + 1; r < n; ++r) {
      const double factor = m[r * n + k] / m[k * n + k];
      for (int c = k; c < n; ++c) m[r * n + c] -= factor * m[k * n + c];
      b[r] -= factor * b[k];
    }
  }
  for (int r = n - 1; r >= 0; --r) {
    for (int c = r + 1; c < n; ++c) b[r] -= m[r * n + c] * b[c];
    b[r] /= m[r * n + r];
  }
}

/* factor and solve of (shift I - J) x = b, lane by lane against dense_solve. */
static void check_solution(const lind_kernel *k, const lind_lane *entries, double shift) {
  static lind_lane b[MOST], x[MOST];
  static double m[MOST * MOST], exact[MOST];
  const int n = k->n_states;
  lind_lane *factors = aligned_alloc(64, (size_t)(k->n_factors + 1) * sizeof *factors), shifts;
  assert_true(n <= MOST && factors != NULL);
  for (int i = 0; i < LIND_LANES; ++i) shifts.of[i] = shift * (1 + 0.1 * i);
  for (int s = 0; s < n; ++s)
    for (int i = 0; i < LIND_LANES; ++i) b[s].of[i] = cos(1.0 + s + 5 * i);
  memcpy(x, b, sizeof b);
  k->factor(k->self, &shifts, entries, factors);
  k->solve(k->self, factors, x);
  for (int i = 0; i < LIND_LANES; ++i) {
    double most = 0;
    memset(m, 0, sizeof m);
    for (int s = 0; s < n; ++s) m[s * n + s] = shifts.of[i], exact[s] = b[s].of[i];
    for (int e = 0; e < k->n_entries; ++e) m[k->row[e] * n + k->column[e]] -= entries[e].of[i];
    dense_solve(n, m, exact);
    for (int s = 0; s < n; ++s) most = fmax(most, fabs(exact[s]));
    for (int s = 0; s < n; ++s)
      if (!(fabs(x[s].of[i] - exact[s]) <= 1e-13 * most))
        fail_msg("state %d of %d, lane %d: %.17g and not %.17g", s, n, i, x[s].of[i], exact[s]);
  }
  free(factors);
}

/* A kernel that is nothing but a pattern. */
static void plan_factor(const void *self, const lind_lane *shift, const lind_lane *entries, lind_lane *factors) {
  lind_sparse_factor(self, shift, entries, factors);
}
static void plan_solve(const void *self, const lind_lane *factors, lind_lane *b) { lind_sparse_solve(self, factors, b); }

/* 200 random patterns; the diagonal outweighs its row, so that no interchange is needed. */
static void random_patterns(void **state) {
  (void)state;
  static int row[MOST * MOST], column[MOST * MOST];
  static lind_lane entries[MOST * MOST];
  uint32_t seed = 20240117;
  lind_arena *arena = NULL;
  must(lind_arena_create(&arena));
  for (int round = 0; round < 200; ++round) {
    const int n = 1 + (int)(40 * uniform(&seed));
    const double share = round % 10 == 0 ? 1 : uniform(&seed) * uniform(&seed);
    int n_entries = 0;
    lind_sparse sparse;
    for (int r = 0; r < n; ++r)
      for (int c = 0; c < n; ++c) {
        if (uniform(&seed) >= share) continue;
        row[n_entries] = r;
        column[n_entries] = c;
        for (int i = 0; i < LIND_LANES; ++i) entries[n_entries].of[i] = uniform(&seed) - 0.5;
        ++n_entries;
      }
    must(lind_sparse_plan(n, n_entries, row, column, arena, &sparse));
    const lind_kernel k = {.n_states = n,
                           .self = &sparse,
                           .n_entries = n_entries,
                           .row = row,
                           .column = column,
                           .n_factors = sparse.n_factors,
                           .factor = plan_factor,
                           .solve = plan_solve};
    check_solution(&k, entries, n);
  }
  lind_arena_destroy(&arena);
}

/* 0 where a pivot ought to be is not hidden. */
static void zero_pivot(void **state) {
  (void)state;
  const int row[] = {0, 1}, column[] = {1, 0};
  const lind_lane shift = {{0, 1, 0, 1, 0, 1, 0, 1}};
  lind_lane entries[2], factors[4], b[2] = {{{1, 1, 1, 1, 1, 1, 1, 1}}, {{1, 1, 1, 1, 1, 1, 1, 1}}};
  lind_sparse sparse;
  lind_arena *arena = NULL;
  must(lind_arena_create(&arena));
  for (int e = 0; e < 2; ++e)
    for (int i = 0; i < LIND_LANES; ++i) entries[e].of[i] = 0.5;
  must(lind_sparse_plan(2, 2, row, column, arena, &sparse));
  assert_int_equal(sparse.n_factors, 4);
  lind_sparse_factor(&sparse, &shift, entries, factors);
  lind_sparse_solve(&sparse, factors, b);
  for (int i = 0; i < LIND_LANES; ++i) assert_true(i % 2 == 0 ? !isfinite(b[0].of[i]) : fabs(b[0].of[i] - 2) < 1e-15);
  lind_arena_destroy(&arena);
}

/* ---- models ------------------------------------------------------------------------------------------------------------------
 */

/* rate of state s = sum over the states that reads(s, c) of products that differ. */
static void open_pattern(bench b[2], const char *cache, int n, bool (*reads)(int, int)) {
  const size_t room = 200000;
  const lind_lane time = {{0}};
  char *text = calloc(1, room);
  size_t used = (size_t)snprintf(text, room, "model pattern\nparameter k = 0.1 [1/h]\n");
  for (int s = 0; s < n; ++s) used += (size_t)snprintf(text + used, room - used, "state x%d [1] = %g\n", s, 1 + 0.1 * s);
  for (int s = 0; s < n; ++s) {
    used += (size_t)snprintf(text + used, room - used, "d/dt(x%d) = -k", s);
    for (int c = 0; c < n; ++c)
      if (reads(s, c))
        used += (size_t)snprintf(text + used, room - used, " + %g [1/h] * x%d ^ 2", 0.01 * (1 + (s + 2 * c) % 7), c);
    used += (size_t)snprintf(text + used, room - used, "\n");
  }
  used += (size_t)snprintf(text + used, room - used, "output o = x0\n");
  assert_true(used < room);
  bench_open_text(&b[0], text, LIND_BACK_END_COMPILED, cache);
  bench_open_text(&b[1], text, LIND_BACK_END_EVALUATOR, NULL);
  for (int e = 0; e < 2; ++e) bench_start(&b[e]);
  agree_kernels("pattern", &b[0].model->kernel, &b[1].model->kernel, &time, b[0].frame, b[0].x);
  free(text);
}

static void check_pattern(int n, bool (*reads)(int, int), int most_factors, int most_products) {
  static lind_lane entries[MOST * MOST];
  const lind_lane time = {{0}};
  char cache[] = "/tmp/lind-test-XXXXXX", command[100];
  bench b[2];
  assert_non_null(mkdtemp(cache));
  open_pattern(b, cache, n, reads);
  const lind_kernel *k = &b[0].model->kernel;
  if (k->n_factors > most_factors) fail_msg("%d factors of %d entries, and at most %d", k->n_factors, k->n_entries, most_factors);
  assert_in_range(b[0].model->tree->sparse.multiplications, 1, most_products);
  for (int e = 0; e < 2; ++e) {
    const lind_kernel *own = &b[e].model->kernel;
    own->jacobian(own->self, &time, b[e].frame, b[e].x, entries);
    check_solution(own, entries, 30);
    bench_close(&b[e]);
  }
  (void)snprintf(command, sizeof command, "rm -r %s", cache);
  assert_int_equal(system(command), 0);
}

/* A cell: gates that read themselves and the voltage, which reads all of them. The first state is the voltage: taken first it
 * would fill everything. */
static bool arrow(int s, int c) { return s == c || s == 0 || c == 0; }
/* Concentrations that read a part of the gates, and are read by others. */
static bool cell(int s, int c) { return arrow(s, c) || (s < 5 && c % 5 == s) || (c < 3 && s % 6 == c); }
static bool chain(int s, int c) { return s == c || s == c + 1; }
static bool scattered(int s, int c) { return s == c || (7 * s + 11 * c) % 13 == 0; }
static bool everything(int s, int c) { return s >= 0 && c >= 0; }

static void arrow_stays_sparse(void **state) { (void)state, check_pattern(50, arrow, 148, 98); /* no fill: 50 + 2 * 49 */ }
static void cell_stays_sparse(void **state) { (void)state, check_pattern(50, cell, 210, 290); }
static void chain_has_no_fill(void **state) { (void)state, check_pattern(20, chain, 39, 19); }
static void scattered_is_right(void **state) { (void)state, check_pattern(24, scattered, 24 * 24, 24 * 24 * 24 / 3); }
static void loops_are_right(void **state) {
  (void)state, check_pattern(30, everything, 900, 29 * 30 * 59 / 6 + 29 * 15); /* too many statements to unroll */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_patterns),   cmocka_unit_test(zero_pivot),        cmocka_unit_test(arrow_stays_sparse),
      cmocka_unit_test(cell_stays_sparse), cmocka_unit_test(chain_has_no_fill), cmocka_unit_test(scattered_is_right),
      cmocka_unit_test(loops_are_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
