/* Every shipped model, every engine that takes it: eight different patients, doses and an infusion over five days, looks between.
 * All agree with CVODE at 1e-12. What is added later, model or engine, is covered without a line here. */
#include "people.h"

enum { GHOST = -1, DAYS = 5, LOOKS = 12, VALUES = 160, MOST_EVENTS = 1000 };

typedef struct trace {
  const lind_kernel *kernel;
  const lind_lane *frame;
  double first, every;
  int n[LIND_LANES];
  double y[LIND_LANES][LOOKS + DAYS][VALUES]; /* states and outputs at looks, then at the end of each day */
} trace;

static void note(trace *t, int lane, int row, const lind_lane *x, const lind_lane *y) {
  for (int k = 0; k < t->kernel->n_states; ++k) t->y[lane][row][k] = x[k].of[lane];
  for (int k = 0; k < t->kernel->n_outputs; ++k) t->y[lane][row][t->kernel->n_states + k] = y[k].of[lane];
}

static void sees(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  trace *t = context;
  static lind_lane y[VALUES];
  t->kernel->outputs(t->kernel->self, &pack->look, t->frame, x, y);
  for (int i = 0; i < LIND_LANES; ++i) {
    if (!(lanes >> i & 1)) continue;
    note(t, i, t->n[i]++, x, y);
    pack->look.of[i] = t->n[i] < LOOKS ? t->first + t->every * t->n[i] : INFINITY;
  }
}

/* To the target, whatever fires on the way. */
static void go(const lind_stepper *stepper, const lind_kernel *kernel, bench *b, const lind_tolerance *tolerance,
               lind_advance *pack, void *workspace) {
  static lind_lane after[VALUES * 16];
  for (int event = 0;; ++event) {
    stepper->advance(kernel, b->frame, tolerance, pack, workspace);
    int fired = 0;
    for (int i = 0; i < LIND_LANES; ++i) {
      const int trigger = pack->trigger[i];
      if (pack->status[i] != LIND_LANE_OK && pack->status[i] != LIND_LANE_IDLE)
        fail_msg("%s: %s stops lane %d at %g h with status %d", b->model->name, stepper->name, i, pack->time.of[i],
                 (int)pack->status[i]);
      if (trigger == LIND_TRIGGER_NONE || pack->status[i] == LIND_LANE_IDLE) continue;
      assert_true(event < MOST_EVENTS && kernel->n_triggers <= 16);
      kernel->reset(kernel->self, &pack->time, b->frame, b->x, after);
      for (int k = 0; k < kernel->n_states; ++k) b->x[k].of[i] = after[trigger * kernel->n_states + k].of[i];
      fired += pack->time.of[i] < pack->target.of[i];
    }
    if (!fired) return;
  }
}

/* order[lane]: which of the eight patients sits there; GHOST: nobody, and no number is one. NULL: each in the own lane. */
static void seat(bench *b, const int *order) {
  for (int k = 0; order != NULL && k < b->model->kernel.n_frame; ++k) {
    const lind_lane kept = b->frame[k];
    for (int i = 0; i < LIND_LANES; ++i) b->frame[k].of[i] = order[i] == GHOST ? NAN : kept.of[order[i]];
  }
}

static void run(const lind_stepper *stepper, const char *name, double relative, const int *order, trace *t) {
  const lind_tolerance tolerance = {relative, 1e-3 * relative, 1e-14, 10000000};
  static lind_lane input[VALUES], y[VALUES];
  bench b;
  bench_open(&b, name, LIND_BACK_END_COMPILED);
  const lind_kernel *kernel = &b.model->kernel;
  const double day = people_span(b.model);
  assert_true(kernel->n_states + kernel->n_outputs <= VALUES);
  people_fill(&b);
  seat(&b, order);
  bench_start(&b);
  memset(t, 0, sizeof *t);
  t->kernel = kernel, t->frame = b.frame, t->first = 0.03 * day, t->every = DAYS * day / (LOOKS + 0.37);
  void *workspace = lind_arena_take(b.arena, stepper->bytes(kernel) + 1, 1);
  lind_advance pack = {.x = b.x, .input = input, .seen = sees, .context = t};
  for (int i = 0; i < LIND_LANES; ++i) {
    pack.look.of[i] = t->first;
    if (order != NULL && order[i] == GHOST) pack.status[i] = LIND_LANE_IDLE;
  }
  for (int d = 0; d < DAYS; ++d) {
    for (int k = 0; k < kernel->n_states; ++k) {
      input[k] = (lind_lane){0};
      if (!b.model->states[k].doses) continue;
      if (d != 2) bench_dose(&b, b.model->states[k].name, 100);
      for (int i = 0; i < LIND_LANES; ++i) input[k].of[i] = d == 2 ? 100 / day : 0; /* infused on the third day */
    }
    for (int i = 0; i < LIND_LANES; ++i) pack.target.of[i] = day * (d + 1);
    go(stepper, kernel, &b, &tolerance, &pack, workspace);
    kernel->outputs(kernel->self, &pack.time, b.frame, b.x, y);
    for (int i = 0; i < LIND_LANES; ++i) note(t, i, LOOKS + d, b.x, y);
  }
  if (stepper->release != NULL) stepper->release(kernel, workspace);
  for (int i = 0; i < LIND_LANES; ++i) assert_int_equal(t->n[i], pack.status[i] == LIND_LANE_IDLE ? 0 : LOOKS);
  bench_close(&b);
}

/* An output may be the difference of two large numbers: it is no more exact than the engines' relative tolerance of what has its
 * dimension. */
static double beside(const bench *b, const trace *t, int lane, int output) {
  const lind_model *model = b->model;
  double largest = 0;
  for (int o = 0; o < model->n_outputs; ++o)
    for (int row = 0; row < LOOKS + DAYS; ++row)
      if (lind_unit_same_dimension(model->outputs[o].unit.dimension, model->outputs[output].unit.dimension))
        largest = fmax(largest, fabs(t->y[lane][row][model->kernel.n_states + o]));
  return 1e-9 * largest;
}

/* Relative to each value, and to a thousandth of the largest that it has in that lane; of states, not below the engines' own
 * absolute tolerance. */
static void assert_same(const bench *on, const char *name, const char *engine, const trace *a, const trace *b) {
  const lind_kernel *kernel = &on->model->kernel;
  const int n = kernel->n_states + kernel->n_outputs;
  for (int i = 0; i < LIND_LANES; ++i)
    for (int k = 0; k < n; ++k) {
      const double unit = kernel->unit != NULL && k < kernel->n_states ? kernel->unit[k] : 1;
      const double floor = k < kernel->n_states ? 1e-12 * unit : beside(on, b, i, k - kernel->n_states);
      double largest = 0;
      for (int row = 0; row < LOOKS + DAYS; ++row) largest = fmax(largest, fabs(b->y[i][row][k]));
      for (int row = 0; row < LOOKS + DAYS; ++row) {
        const double value = a->y[i][row][k], right = b->y[i][row][k];
        if (!(fabs(value - right) <= 1e-6 * fmax(fabs(right), 1e-3 * largest) + floor))
          fail_msg("%s: value %d of lane %d at row %d is %.12g by %s, not %.12g", name, k, i, row, value, engine, right);
      }
    }
}

static trace reference, made;

static int takes(const lind_stepper *stepper, const lind_kernel *kernel) {
  return stepper != NULL && (stepper->refuses == NULL || stepper->refuses(kernel) == NULL);
}

static void engines_agree_on(const char *name) {
  bench b;
  bench_open(&b, name, LIND_BACK_END_COMPILED);
  const lind_kernel kernel = b.model->kernel;
  if (kernel.n_noises > 0) { /* paths, not solutions: tests/numerics */
    bench_close(&b);
    return;
  }
  /* CVODE knows no delays: there the explicit engine at its tightest */
  run(takes(&lind_stepper_cvode, &kernel) ? &lind_stepper_cvode : &lind_stepper_rk, name, 1e-12, NULL, &reference);
  int n;
  const char *const *names = lind_stepper_names(&n);
  for (int e = 0; e < n; ++e) {
    const lind_stepper *stepper = lind_stepper_find(names[e]);
    if (!takes(stepper, &kernel)) continue;
    /* what BDF commits in each of its many steps adds up to a thousand tolerances */
    run(stepper, name, stepper == &lind_stepper_cvode ? 1e-11 : 1e-9, NULL, &made);
    assert_same(&b, name, names[e], &made, &reference);
  }
  bench_close(&b);
}

/* Whoever shares a pack with a patient, the bits are the same: permuted packs, packs of ghosts. */
static void seats_do_not_matter_on(const char *name) {
  static const int orders[][LIND_LANES] = {{3, 6, 1, 4, 7, 2, 5, 0}, {GHOST, 5, GHOST, GHOST, 1, GHOST, 2, GHOST}};
  int n;
  const char *const *names = lind_stepper_names(&n);
  bench b;
  bench_open(&b, name, LIND_BACK_END_COMPILED);
  const lind_kernel kernel = b.model->kernel;
  for (int e = 0; e < n && kernel.n_noises == 0; ++e) {
    const lind_stepper *stepper = lind_stepper_find(names[e]);
    if (!takes(stepper, &kernel)) continue;
    run(stepper, name, 1e-6, NULL, &reference);
    for (size_t o = 0; o < sizeof orders / sizeof orders[0]; ++o) {
      run(stepper, name, 1e-6, orders[o], &made);
      for (int i = 0; i < LIND_LANES; ++i)
        if (orders[o][i] != GHOST && memcmp(made.y[i], reference.y[orders[o][i]], sizeof made.y[i]) != 0)
          fail_msg("%s: %s gives patient %d other bits in lane %d", name, names[e], orders[o][i], i);
    }
  }
  bench_close(&b);
}

static void seats_do_not_matter(void **state) { (void)state, people_each_model(seats_do_not_matter_on); }
static void engines_agree(void **state) { (void)state, people_each_model(engines_agree_on); }

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(engines_agree), cmocka_unit_test(seats_do_not_matter)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
