/* Sunitinib in GIST: section 5 of the reference sheet to the digits printed, placebo in closed form, progression and its nadir,
 * both hazards, and the variances of the effects. */
#include "bench.h"

typedef struct drive {
  bench b;
  lind_lane *input;
  void *workspace;
  lind_lane step;
} drive;

static void set_lane(drive *d, const char *random, int lane, double value) {
  for (int i = 0; i < d->b.model->n_randoms; ++i)
    if (strcmp(d->b.model->randoms[i].name, random) == 0) {
      bench_put(&d->b, d->b.model->randoms[i].slot, lane, value);
      return;
    }
  fail_msg("no effect %s", random);
}

/* A typical patient, who never dies (the threshold is far away). */
static void open_typical(drive *d) {
  bench *b = &d->b;
  bench_open(b, "disease.gist", LIND_BACK_END_COMPILED);
  bench_number(b, "tumour_size", 195);
  bench_number(b, "clearance", 32.819);
  d->input = lind_arena_take(b->arena, (size_t)b->model->n_states, sizeof(lind_lane));
  d->workspace = lind_arena_take(b->arena, lind_stepper_auto.bytes(&b->model->kernel), 1);
  d->step = (lind_lane){0};
  for (int i = 0; i < LIND_LANES; ++i) {
    set_lane(d, "death.threshold", i, 1e9);
    set_lane(d, "loss.threshold", i, 1e9);
  }
  bench_start(b);
}

/* To `day`; state events are reset as a trial does. Returns the day of progression in lane 0, if it came. */
static double go(drive *d, double day, double mg_a_day) {
  bench *b = &d->b;
  const lind_kernel *k = &b->model->kernel;
  const lind_tolerance tolerance = {.relative = 1e-10, .absolute = 1e-10, .smallest_step = 1e-12, .most_steps = 1000000};
  lind_advance pack = {.x = b->x, .step = d->step, .input = d->input};
  lind_lane *after = lind_arena_take(b->arena, (size_t)(k->n_triggers * k->n_states), sizeof *after);
  const int drug = lind_model_find_state(b->model, "drug"), progressed = lind_model_find_state(b->model, "progressed");
  double when = NAN;
  for (int i = 0; i < LIND_LANES; ++i) {
    pack.time.of[i] = b->time;
    pack.target.of[i] = 24 * day;
    pack.status[i] = LIND_LANE_OK;
    d->input[drug].of[i] = mg_a_day / 24;
  }
  for (int again = 1; again;) {
    again = 0;
    lind_stepper_auto.advance(k, b->frame, &tolerance, &pack, d->workspace);
    k->reset(k->self, &pack.time, b->frame, b->x, after);
    for (int i = 0; i < LIND_LANES; ++i) {
      assert_int_equal(pack.status[i], LIND_LANE_OK);
      if (pack.trigger[i] == LIND_TRIGGER_NONE || pack.time.of[i] >= pack.target.of[i]) continue;
      const double before = b->x[progressed].of[i];
      for (int s = 0; s < k->n_states; ++s) b->x[s].of[i] = after[pack.trigger[i] * k->n_states + s].of[i];
      if (i == 0 && before == 0 && b->x[progressed].of[i] == 1) when = pack.time.of[i] / 24;
      again = 1;
    }
  }
  d->step = pack.step;
  b->time = 24 * day;
  return when;
}

static double said(drive *d, const char *output) {
  const int at = lind_model_find_output(d->b.model, output);
  return bench_output(&d->b, output)->of[0] / d->b.model->outputs[at].unit.scale;
}

static void assert_said(drive *d, const char *output, double wanted, double tolerance) {
  const double value = said(d, output);
  if (!(fabs(value - wanted) <= tolerance)) fail_msg("%s at day %g is %.9g, not %.9g", output, d->b.time / 24, value, wanted);
}

/* 50 mg, four weeks on and two off. Half a unit of the last digit printed, and two. */
static void section_5(void **state) {
  static const struct {
    double day, vegf, r2, r3, kit, size;
  } rows[] = {{7, 133.895, 7180.78, 50696.1, 37622.2, 195.023},   {28, 248.204, 4669.50, 32542.0, 33528.5, 189.865},
              {42, 66.2823, 6488.70, 50334.0, 34410.4, 190.001},  {70, 257.873, 4020.99, 30003.1, 30028.4, 184.065},
              {168, 73.1169, 6068.48, 49139.5, 29176.0, 179.063}, {364, 318.609, 3895.52, 29779.4, 27665.2, 190.519}};
  drive d;
  (void)state;
  open_typical(&d);
  double now = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
    while (now < rows[i].day) {
      const double cycle = 42 * floor(now / 42), on = cycle + 28, next = now < on ? on : cycle + 42;
      const double to = fmin(next, rows[i].day);
      (void)go(&d, to, now < on ? 50 : 0);
      now = to;
    }
    assert_said(&d, "VEGF", rows[i].vegf, 1e-3);
    assert_said(&d, "sVEGFR2", rows[i].r2, 1e-2);
    assert_said(&d, "sVEGFR3", rows[i].r3, 1e-1);
    assert_said(&d, "sKIT", rows[i].kit, 1e-1);
    assert_said(&d, "sum_true", rows[i].size, 1e-3);
  }
  assert_true(d.b.x[lind_model_find_state(d.b.model, "nadir")].of[0] < 178.5); /* smallest 177.638 at week 28 */
  bench_close(&d.b);
}

/* Placebo: size 195 exp(kg t), progression at ln(1.2) / kg, S = exp(-L t^a exp(b Y0)). */
static void placebo(void **state) {
  static const double weeks[] = {26, 52, 104}, alive[] = {0.594258, 0.294998, 0.057065};
  drive d;
  double progression = NAN;
  (void)state;
  open_typical(&d);
  for (int i = 0; i < 3; ++i) {
    const double when = go(&d, 7 * weeks[i], 0);
    if (!isnan(when)) progression = when;
    assert_said(&d, "alive", alive[i], 1e-6);
    assert_said(&d, "kept", exp(-0.0017 * pow(weeks[i], 1.27)), 1e-6);
    assert_said(&d, "sum_true", 195 * exp(0.0118 * weeks[i]), 1e-4);
  }
  if (!(fabs(progression - 7 * log(1.2) / 0.0118) < 1e-4)) fail_msg("progression on day %g", progression);
  bench_close(&d.b);
}

/* The covariances of ln I as the sheet prints them. */
static void effects(void **state) {
  static const char *const names[] = {"eta_i_vegf", "eta_i_r2", "eta_i_r3", "eta_i_kit"};
  static const double wanted[4][4] = {{0.253}, {0.198, 0.189}, {0.238, 0.252, 0.398}, {0.218, 0.297, 0.936, 5.77}};
  drive d;
  double factor[4][4];
  (void)state;
  open_typical(&d);
  const lind_model *m = d.b.model;
  double *values = lind_arena_take(d.b.arena, (size_t)m->n_parameters, sizeof *values);
  double *all = lind_arena_take(d.b.arena, 4096, sizeof *all);
  for (int k = 0; k < m->n_parameters; ++k) values[k] = m->parameters[k].value;
  must(lind_model_random_factor(m, values, all));
  int first = -1;
  for (int i = 0; i < m->n_randoms; ++i)
    if (strcmp(m->randoms[i].name, names[0]) == 0) first = i;
  assert_true(first >= 0);
  for (int r = 0; r < 4; ++r)
    for (int c = 0; c < 4; ++c) factor[r][c] = all[(first + r) * m->n_randoms + first + c];
  for (int r = 0; r < 4; ++r)
    for (int c = 0; c <= r; ++c) {
      double sum = 0;
      for (int k = 0; k < 4; ++k) sum += factor[r][k] * factor[c][k];
      if (!(fabs(sum - wanted[r][c]) < 1e-4 * (1 + wanted[r][c]))) fail_msg("covariance %d %d is %g", r, c, sum);
    }
  bench_close(&d.b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(section_5), cmocka_unit_test(placebo), cmocka_unit_test(effects)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
