/* The O'Hara-Rudy cell against numbers worked out apart from lind (the public CiPA model, BDF; see docs/theory/ohara-rudy.md).
 * All are printed with as many digits as they are tested to. */
#include "bench.h"

#include "cell.h"

typedef struct named {
  const char *name;
  double value, digit; /* of what is printed: one unit of its last place */
} named;

static void check_named(const char *what, const named *expected, double value) {
  if (!(fabs(value - expected->value) <= 0.51 * expected->digit))
    fail_msg("%s %s is %.12g and not %.12g", what, expected->name, value, expected->value);
}

static double output_of(bench *b, const char *name, int lane) {
  const int at = lind_model_find_output(b->model, name);
  return bench_output(b, name)->of[lane] / b->model->outputs[at].unit.scale;
}

/* What flows in the stored cell at rest. */
static void rest(void **state) {
  (void)state;
  static const named rates[] = {{"v", 3.1737e-5, 1e-9},
                                {"nai", -7.49909e-6, 1e-11},
                                {"cai", 1.76794e-10, 1e-15},
                                {"cansr", -6.51729e-6, 1e-11},
                                {"qnet", -0.00933752e-3, 1e-11}};
  static const named currents[] = {
      {"i_na", -2.4568476e-3, 1e-10},   {"i_nal", -3.227246e-4, 1e-10},      {"i_to", -5.77007e-7, 1e-12},
      {"i_ca", -1.8227714e-7, 1e-14},   {"i_cana", -1.00881e-8, 1e-13},      {"i_cak", -1.24367e-13, 1e-18},
      {"i_kr", -2.1607467e-7, 1e-14},   {"i_ks", -2.3853012e-6, 1e-13},      {"i_k1", -9.0114356e-3, 1e-10},
      {"i_naca_i", -0.014958275, 1e-9}, {"i_naca_ss", -3.5655227e-3, 1e-10}, {"i_nak", 0.06706504, 1e-8},
      {"i_nab", -0.017303057, 1e-9},    {"i_cab", -0.019540074, 1e-9},       {"i_kb", -3.33432e-7, 1e-12},
      {"i_pca", 6.4863304e-5, 1e-12},   {"j_rel", 1.47818e-7, 1e-12},        {"j_up", -6.92598e-6, 1e-11}};
  lind_lane dx[CELL_STATES];
  bench b;
  cell_open(&b, NULL);
  const lind_kernel *k = &b.model->kernel;
  const lind_lane time = {{0}};
  k->rhs(k->self, &time, b.frame, b.x, dx);
  for (size_t i = 0; i < sizeof rates / sizeof *rates; ++i) {
    const int at = lind_model_find_state(b.model, rates[i].name);
    check_named("the rate of", &rates[i], dx[at].of[3] / b.model->states[at].unit.scale * CELL_MS);
  }
  for (size_t i = 0; i < sizeof currents / sizeof *currents; ++i)
    check_named("the current", &currents[i], output_of(&b, currents[i].name, 3));
  bench_close(&b);
}

/* ---- beats --------------------------------------------------------------------------------------------------------------------
 */

typedef struct expected_beat {
  int beat;
  named qnet, apd90, v[3]; /* uC/uF; ms; mV at 100, 200 and 300 ms */
  named calcium;           /* mM */
} expected_beat;

static void check_beat(bench *b, double tolerance, const expected_beat *expected) {
  cell_beat r;
  for (int done = (int)(b->time / CELL_MS / 2000 + 0.5); done + 1 < expected->beat; ++done) cell_pace(b, 0, tolerance, NULL);
  cell_pace(b, 0, tolerance, &r);
  check_named("beat:", &expected->qnet, r.qnet);
  check_named("beat:", &expected->apd90, r.apd90);
  for (int i = 0; i < 3; ++i) check_named("beat:", &expected->v[i], r.v[100 * (i + 1)]);
  check_named("beat:", &expected->calcium, r.calcium);
}

static void control(void **state) {
  (void)state;
  /* printed from relative tolerance 1e-9; at 1e-11 we find 0.06967202 and 0.06967224, V(300) -86.08966 and -86.08972 */
  const expected_beat expected[] = {{1,
                                     {"qNet", 0.0696720, 1e-7},
                                     {"APD90", 289.450, 1e-3},
                                     {{"V(100)", 26.2568, 1e-4}, {"V(200)", -0.7319, 1e-4}, {"V(300)", -86.0897, 2e-4}},
                                     {"calcium", 2.3905e-4, 1e-8}},
                                    {10,
                                     {"qNet", 0.0696722, 2e-7},
                                     {"APD90", 289.450, 1e-3},
                                     {{"V(100)", 26.2568, 1e-4}, {"V(200)", -0.7319, 1e-4}, {"V(300)", -86.0897, 2e-4}},
                                     {"calcium", 2.3905e-4, 1e-8}}};
  bench b;
  cell_open(&b, NULL);
  const double herg = cell_herg(&b, 0);
  assert_true(fabs(herg - 1) < 1e-6); /* the stored start is rounded */
  for (int i = 0; i < 2; ++i) check_beat(&b, 1e-9, &expected[i]);
  assert_true(fabs(cell_herg(&b, 0) - herg) < 1e-12);
  bench_close(&b);
}

/* The numbers were printed from relative tolerance 1e-6: their fifth figure is error of the solver. */
static void dofetilide(void **state) {
  (void)state;
  const expected_beat expected[] = {{1,
                                     {"qNet", 0.0698143, 5e-6},
                                     {"APD90", 287.393, 0.01},
                                     {{"V(100)", 26.0002, 1e-3}, {"V(200)", -1.5600, 3e-3}, {"V(300)", -86.7572, 3e-3}},
                                     {"calcium", 2.3856e-4, 1e-7}},
                                    {10,
                                     {"qNet", 0.0690072, 5e-6},
                                     {"APD90", 289.770, 0.01},
                                     {{"V(100)", 26.1838, 3e-3}, {"V(200)", -0.9145, 6e-3}, {"V(300)", -85.8416, 6e-3}},
                                     {"calcium", 2.3751e-4, 1e-7}},
                                    {100,
                                     {"qNet", 0.0659162, 6e-6},
                                     {"APD90", 305.147, 0.03},
                                     {{"V(100)", 27.2487, 1e-2}, {"V(200)", 2.5680, 1e-2}, {"V(300)", -65.6415, 5e-2}},
                                     {"calcium", 2.3803e-4, 1e-7}}};
  bench b;
  cell_open(&b, "dofetilide");
  const double herg = cell_herg(&b, 0);
  for (int i = 0; i < 3; ++i) check_beat(&b, i < 2 ? 1e-9 : 1e-7, &expected[i]);
  assert_true(fabs(cell_herg(&b, 0) - herg) < 1e-12);
  const double bound = *cell_state(&b, "Obound", 0) + *cell_state(&b, "IObound", 0) + *cell_state(&b, "Cbound", 0);
  assert_true(bound > 0.05 && bound < 0.5); /* of all channels, most of it after more beats */
  bench_close(&b);
}

/* ---- the kernel at many states -----------------------------------------------------------------------------------------------
 */

static double chance(void) { return rand() / (RAND_MAX + 1.0); }

/* Gates anywhere, concentrations near rest, and potentials over the whole range, at 0, and at both ends of the series around 0.
 */
static void scatter(bench *b) {
  static const double potential[5] = {0, 1e-9, -1e-7, 0.0266, 0.0268};
  b->model->kernel.initial(NULL, b->frame, b->x);
  for (int k = 0; k < b->model->n_states; ++k)
    for (int i = 0; i < LIND_LANES; ++i) {
      const lind_unit *unit = &b->model->states[k].unit;
      const bool gate = lind_unit_is_dimensionless(unit->dimension);
      b->x[k].of[i] = gate ? 0.02 + 0.96 * chance() : b->x[k].of[i] * (0.7 + 0.6 * chance());
    }
  for (int i = 0; i < LIND_LANES; ++i) *cell_state(b, "v", i) = cell_unit(b, "v") * (i < 5 ? potential[i] : 160 * chance() - 100);
}

/* Differences of order 4, in the units of the model; row r, column j. `noise` is what rounding may do to a rate. */
static void check_column(bench *b, int j, const lind_lane *jacobian) {
  static const double weight[4] = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
  static const int place[4] = {-2, -1, 1, 2};
  const lind_kernel *k = &b->model->kernel;
  const int n = k->n_states;
  const lind_lane kept = b->x[j], time = {{0}};
  const double step = 1e-3 * k->unit[j] * (lind_unit_is_dimensionless(b->model->states[j].unit.dimension) ? 0.1 : 1);
  const bool signed_state = strcmp(b->model->states[j].name, "v") == 0 || strcmp(b->model->states[j].name, "stimulus") == 0;
  lind_lane dx[CELL_STATES], sum[CELL_STATES] = {{{0}}}, h;
  for (int i = 0; i < LIND_LANES; ++i) h.of[i] = signed_state ? step : fmin(step, 1e-3 * fabs(kept.of[i]));
  for (int s = 0; s < 4; ++s) {
    for (int i = 0; i < LIND_LANES; ++i) b->x[j].of[i] = kept.of[i] + place[s] * h.of[i];
    k->rhs(k->self, &time, b->frame, b->x, dx);
    for (int r = 0; r < n; ++r)
      for (int i = 0; i < LIND_LANES; ++i) sum[r].of[i] += weight[s] * dx[r].of[i];
  }
  b->x[j] = kept;
  for (int r = 0; r < n; ++r)
    for (int i = 0; i < LIND_LANES; ++i) {
      double noise = 0;
      for (int c = 0; c < n; ++c) noise += 1e-15 * fabs(jacobian[r * n + c].of[i] * b->x[c].of[i]);
      const double slope = sum[r].of[i] / h.of[i], exact = jacobian[r * n + j].of[i];
      if (!(fabs(slope - exact) <= 1e-7 * fabs(exact) + 4 * noise / h.of[i]))
        fail_msg("d(d%s/dt)/d%s at %g mV is %.12g and not %.12g, rounding %.2g", b->model->states[r].name,
                 b->model->states[j].name, *cell_state(b, "v", i) / cell_unit(b, "v"), exact, slope, noise / h.of[i]);
    }
}

static void jacobian_is_derivative(void **state) {
  (void)state;
  static lind_lane jacobian[CELL_STATES * CELL_STATES];
  const lind_lane time = {{0}};
  bench b;
  cell_open(&b, "quinidine");
  srand(1);
  for (int round = 0; round < 20; ++round) {
    scatter(&b);
    bench_jacobian(&b.model->kernel, &time, b.frame, b.x, jacobian);
    for (int j = 0; j < b.model->n_states; ++j)
      if (strcmp(b.model->states[j].name, "qnet") != 0) check_column(&b, j, jacobian);
  }
  bench_close(&b);
}

/* 255 of the 48 states of the source; the net charge adds a row, the stimulus a column. */
static void jacobian_is_sparse(void **state) {
  (void)state;
  bench b;
  cell_open(&b, NULL);
  const lind_kernel *k = &b.model->kernel;
  const int qnet = lind_model_find_state(b.model, "qnet"), stimulus = lind_model_find_state(b.model, "stimulus");
  int inside = 0;
  for (int e = 0; e < k->n_entries; ++e) inside += k->row[e] != qnet && k->column[e] != stimulus;
  assert_int_equal(k->n_states, 50);
  assert_int_equal(inside, 255);
  bench_close(&b);
}

static void back_ends_agree(void **state) {
  (void)state;
  static lind_lane entries[2][1000], dx[2][CELL_STATES];
  const lind_lane time = {{0}};
  bench b, e;
  cell_open(&b, "verapamil");
  bench_open(&e, "organ.ohara_rudy", LIND_BACK_END_EVALUATOR);
  const lind_kernel *k[2] = {&b.model->kernel, &e.model->kernel};
  srand(2);
  for (int round = 0; round < 20; ++round) {
    scatter(&b);
    for (int s = 0; s < 2; ++s) {
      k[s]->rhs(k[s]->self, &time, b.frame, b.x, dx[s]);
      k[s]->jacobian(k[s]->self, &time, b.frame, b.x, entries[s]);
    }
    for (int i = 0; i < LIND_LANES; ++i) {
      for (int r = 0; r < 50; ++r) assert_true(fabs(dx[0][r].of[i] - dx[1][r].of[i]) <= 1e-13 * fabs(dx[0][r].of[i]));
      for (int r = 0; r < k[0]->n_entries; ++r)
        assert_true(fabs(entries[0][r].of[i] - entries[1][r].of[i]) <= 1e-13 * fabs(entries[0][r].of[i]));
    }
  }
  bench_close(&b);
  bench_close(&e);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rest),
      cmocka_unit_test(control),
      cmocka_unit_test(dofetilide),
      cmocka_unit_test(jacobian_is_derivative),
      cmocka_unit_test(jacobian_is_sparse),
      cmocka_unit_test(back_ends_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
