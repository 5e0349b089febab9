/* Slopes of every shipped model's outputs to what its patients are made from, against differences of tight solutions; back ends
 * agree. */
#include "lind/sensitivity.h"
#include "people.h"

enum { TIMES = 4, MOST_SLOTS = 12, OUTPUTS = 32 };

/* Parameters and effects, evenly picked where there are many. A parameter of 0 turns something off: there models have corners. */
static int pick(const bench *b, int *slots) {
  const lind_model *m = b->model;
  int all[1000], n_all = 0, n = 0;
  for (int k = 0; k < m->n_parameters && n_all < 1000; ++k)
    if (m->parameters[k].value != 0) all[n_all++] = m->parameters[k].slot;
  for (int k = 0; k < m->n_randoms && n_all < 1000; ++k) all[n_all++] = m->randoms[k].slot;
  for (; n < n_all && n < MOST_SLOTS; ++n) slots[n] = all[n_all <= MOST_SLOTS ? n : n * n_all / MOST_SLOTS];
  return n;
}

static double size_of(double value) { return value != 0 ? fabs(value) : 1; }

/* Outputs of lane 2 with one slot moved: doses at 0 and after a day. */
static void solve(bench *b, const double *times, double outputs[TIMES][OUTPUTS]) {
  const double day = people_span(b->model);
  lind_lane y[OUTPUTS], now;
  double x[200];
  const lind_kernel *k = &b->model->kernel;
  assert_true(k->n_states <= 200 && k->n_outputs <= OUTPUTS);
  bench_start(b);
  for (int t = -1, dosed = 0; t < TIMES; ++t) {
    const double until = t < 0 ? 0 : times[t];
    for (; dosed < 2 && dosed * day <= until; ++dosed) {
      for (int s = 0; s < k->n_states; ++s) x[s] = b->x[s].of[2];
      must(lind_cvode_advance(k, b->frame, 2, NULL, 1e-12, 1e-15, b->time, dosed * day, x));
      for (int s = 0; s < k->n_states; ++s) b->x[s].of[2] = x[s];
      b->time = dosed * day;
      for (int s = 0; s < k->n_states; ++s)
        if (b->model->states[s].doses) bench_dose(b, b->model->states[s].name, 100);
    }
    if (t < 0) continue;
    for (int s = 0; s < k->n_states; ++s) x[s] = b->x[s].of[2];
    must(lind_cvode_advance(k, b->frame, 2, NULL, 1e-12, 1e-15, b->time, until, x));
    for (int s = 0; s < k->n_states; ++s) b->x[s].of[2] = x[s];
    b->time = until;
    for (int i = 0; i < LIND_LANES; ++i) now.of[i] = until;
    k->outputs(k->self, &now, b->frame, b->x, y);
    for (int o = 0; o < k->n_outputs; ++o) outputs[t][o] = y[o].of[2];
  }
}

static int smooth(const lind_kernel *k) { return k->n_triggers == 0 && k->n_delays == 0 && k->n_noises == 0 && k->n_states > 0; }

static lind_sensitivity task_of(const bench *b, const lind_sensitivity_dose *doses, int n_doses, const double *times,
                                const int *slots, int n_slots) {
  return (lind_sensitivity){.kernel = &b->model->kernel,
                            .frame = b->frame,
                            .lane = 2,
                            .relative = 1e-9,
                            .absolute = 1e-12,
                            .n_doses = n_doses,
                            .doses = doses,
                            .n_times = TIMES,
                            .times = times,
                            .n_slots = n_slots,
                            .slots = slots};
}

static int doses_of(const lind_model *m, lind_sensitivity_dose *doses, int most) {
  int n = 0;
  for (int day = 0; day < 2; ++day)
    for (int s = 0; s < m->n_states && n < most; ++s)
      if (m->states[s].doses) doses[n++] = (lind_sensitivity_dose){day * people_span(m), 100, 0, s};
  return n;
}

/* Does a lag or a duration stand between the dose and the state? Then `solve` above is no comparison. */
static int has_lag(const bench *b) {
  const lind_kernel *k = &b->model->kernel;
  static lind_lane share[200], lag[200], rate[200], duration[200];
  memset(lag, 0, sizeof lag);
  if (k->dosing != NULL) k->dosing(k->self, b->frame, share, lag, rate, duration);
  for (int s = 0; s < k->n_states; ++s)
    if (lag[s].of[2] != 0) return 1;
  return 0;
}

static void slopes_are_differences_on(const char *name) {
  static const double points[4] = {1, -1, 2, -2};
  static double at[4][TIMES][OUTPUTS], slopes[TIMES * OUTPUTS * MOST_SLOTS], plain[TIMES * OUTPUTS];
  lind_sensitivity_dose doses[200];
  int slots[MOST_SLOTS];
  bench b;
  bench_open(&b, name, LIND_BACK_END_COMPILED);
  people_fill(&b);
  bench_start(&b);
  const int outputs = b.model->n_outputs, n = pick(&b, slots), usable = smooth(&b.model->kernel) && n > 0 && !has_lag(&b);
  const double day = people_span(b.model), times[TIMES] = {0.3 * day, 0.9 * day, 1.2 * day, 2 * day};
  if (usable) {
    const lind_sensitivity task = task_of(&b, doses, doses_of(b.model, doses, 200), times, slots, n);
    if (lind_sensitivity_solve(&task, NULL, plain, slopes, NULL) != LIND_OK) fail_msg("%s: %s", name, lind_error_message());
  }
  for (int j = 0; usable && j < n; ++j) {
    const double kept = b.frame[slots[j]].of[2], h = 1e-4 * size_of(kept);
    for (int p = 0; p < 4; ++p) bench_put(&b, slots[j], 2, kept + points[p] * h), solve(&b, times, at[p]);
    bench_put(&b, slots[j], 2, kept);
    for (int o = 0; o < outputs; ++o) {
      double largest = 0, beside = 0; /* an output may be the difference of two large numbers of its dimension */
      for (int t = 0; t < TIMES; ++t) largest = fmax(largest, fabs(at[0][t][o]));
      for (int t = 0; t < TIMES; ++t)
        for (int k = 0; k < outputs; ++k)
          if (lind_unit_same_dimension(b.model->outputs[k].unit.dimension, b.model->outputs[o].unit.dimension))
            beside = fmax(beside, fabs(at[0][t][k]));
      for (int t = 0; t < TIMES; ++t) {
        const double step = (8 * (at[0][t][o] - at[1][t][o]) - (at[2][t][o] - at[3][t][o])) / 12;
        const double slope = step / 1e-4, got = slopes[(t * outputs + o) * n + j] * size_of(kept);
        if (!(fabs(got - slope) <= 1e-5 * (fabs(slope) + largest) + 1e-9 * beside))
          fail_msg("%s: d %s / d slot %d (times its size) at row %d is %.9g, not %.9g", name, b.model->outputs[o].name, slots[j],
                   t, got, slope);
        const double middle = (4 * (at[0][t][o] + at[1][t][o]) - (at[2][t][o] + at[3][t][o])) / 6;
        if (!(fabs(plain[t * outputs + o] - middle) <= 1e-5 * largest))
          fail_msg("%s: %s at row %d is %.9g, not %.9g", name, b.model->outputs[o].name, t, plain[t * outputs + o], middle);
      }
    }
  }
  bench_close(&b);
}

static void back_ends_agree_on(const char *name) {
  static double slopes[2][TIMES * OUTPUTS * MOST_SLOTS];
  lind_sensitivity_dose doses[200];
  int slots[MOST_SLOTS], n = 0, outputs = 0;
  for (int e = 0; e < 2; ++e) {
    bench b;
    bench_open(&b, name, e == 0 ? LIND_BACK_END_COMPILED : LIND_BACK_END_EVALUATOR);
    people_fill(&b);
    bench_start(&b);
    const double day = people_span(b.model), times[TIMES] = {0.3 * day, 0.9 * day, 1.2 * day, 2 * day};
    n = pick(&b, slots), outputs = b.model->n_outputs;
    if (!smooth(&b.model->kernel)) n = 0;
    const lind_sensitivity task = task_of(&b, doses, doses_of(b.model, doses, 200), times, slots, n);
    if (n > 0) must(lind_sensitivity_solve(&task, NULL, NULL, slopes[e], NULL));
    bench_close(&b);
  }
  for (int j = 0; j < n; ++j)
    for (int o = 0; o < outputs; ++o) {
      double largest = 0;
      for (int t = 0; t < TIMES; ++t) largest = fmax(largest, fabs(slopes[0][(t * outputs + o) * n + j]));
      for (int t = 0; t < TIMES; ++t)
        if (!(fabs(slopes[0][(t * outputs + o) * n + j] - slopes[1][(t * outputs + o) * n + j]) <= 1e-5 * largest))
          fail_msg("%s: back ends differ in slot %d of output %d", name, slots[j], o);
    }
}

static void slopes_are_differences(void **state) { (void)state, people_each_model(slopes_are_differences_on); }
static void back_ends_agree(void **state) { (void)state, people_each_model(back_ends_agree_on); }

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(slopes_are_differences), cmocka_unit_test(back_ends_agree)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
