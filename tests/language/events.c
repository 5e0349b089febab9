/* State events and times to events: conditions become margins with the right sign, resets are what is written, and events happen
 * when a closed form says. */
#include "bench.h"

#define STATES                                                            \
  "model m\n"                                                             \
  "parameter k = 0.5 [1/h]\n"                                             \
  "parameter high = 1\n"                                                  \
  "covariate sex category(\"female\", \"male\")\n"                        \
  "state x [mg]\nstate y [mg/L]\n"                                        \
  "d/dt(x) = -k * x\nd/dt(y) = (if sex == \"male\" then -k else k) * y\n" \
  "busy = x > 0.3 [mg]\n"

/* Each is a condition; both sides of every comparison differ with probability 1. */
static const char *const conditions[] = {
    "x > 1 [mg]",
    "x >= 1 [mg]",
    "1 [mg] < x",
    "x < y * 2 [L]",
    "not x > 1 [mg]",
    "x > 1 [mg] and y > 0.5 [mg/L]",
    "x > 1 [mg] or y > 0.5 [mg/L]",
    "not (x > 1 [mg] or not y > 0.5 [mg/L]) and time < 3 [h]",
    "sex == \"male\" and x > 1 [mg]",
    "sex == \"male\" or x > 1 [mg]",
    "sex != \"male\" and high > 0.5 and x > 1 [mg]",
    "high > 2 or x > 1 [mg]",
    "busy and y > 0.5 [mg/L]",
    "(if busy then x > 0.7 [mg] else y > 0.5 [mg/L])",
    "(if sex == \"male\" then x > 0.7 [mg] else y > 0.5 [mg/L])",
    "x > (if y > 0.5 [mg/L] and sex == \"male\" then 1 [mg] else 0.5 [mg])",
    "max(x in [mg], y in [mg/L]) > 1",
    "time > 2 [h]",
    "sex == \"male\" and time > 2 [h] and not busy",
};
enum { CONDITIONS = sizeof conditions / sizeof conditions[0] };

/* The margin is above 0 where the condition, asked as an output, is true. */
static void margins(void **state) {
  (void)state;
  for (int c = 0; c < CONDITIONS; ++c) {
    char text[1000];
    int seen[2] = {0};
    bench b;
    (void)snprintf(text, sizeof text, STATES "when %s then mark\noutput yes = (if (%s) then high / high else 0)\n", conditions[c],
                   conditions[c]);
    bench_open_text(&b, text, LIND_BACK_END_EVALUATOR, NULL);
    const lind_kernel *k = &b.model->kernel;
    assert_int_equal(k->n_triggers, 1);
    for (int trial = 0; trial < 40; ++trial) {
      lind_lane time, g;
      for (int i = 0; i < LIND_LANES; ++i) {
        const double u = 8 * trial + i;
        bench_put(&b, bench_covariate(&b, "sex")->slot, i, (trial + i) & 1);
        time.of[i] = 2.5 + 2 * sin(0.7 + 1.1 * u);
        b.x[0].of[i] = 0.9 + 0.9 * sin(1.7 * u);
        b.x[1].of[i] = 0.5 + 0.5 * sin(2.3 * u + 1);
      }
      k->individual(k->self, b.frame);
      k->triggers(k->self, &time, b.frame, b.x, &g);
      k->outputs(k->self, &time, b.frame, b.x, b.y);
      for (int i = 0; i < LIND_LANES; ++i) {
        const bool yes = b.y[0].of[i] == 1;
        if ((g.of[i] > 0) != yes) fail_msg("%s: margin %g where it is %s", conditions[c], g.of[i], yes ? "true" : "false");
        ++seen[yes];
      }
    }
    if (seen[0] == 0 || seen[1] == 0) fail_msg("%s is always the same", conditions[c]);
    bench_close(&b);
  }
}

static const char happenings[] =
    "model m\n"
    "parameter k = 0.5 [1/h]\n"
    "parameter share = 0.25\n"
    "covariate limit [mg]\n"
    "state depot [mg] dose\n"
    "state x [mg]\n"
    "state mark [1]\n"
    "d/dt(depot) = -k * depot\n"
    "d/dt(x) = k * depot\n"
    "d/dt(mark) = 0\n"
    "when refill: depot < limit then x = x + share * depot,\n"
    "  depot = depot + 10 [mg]  \"a refill\"\n"
    "when x > 3 [mg] then mark\n"
    "when x > 4 [mg] then mark = mark + 1\n"
    "event relapse when x > 5 [mg] \"comes back\"\n"
    "event death hazard = 0.1 [1/h] * exp(0.2 [1/h] * time) then x = 0\n"
    "output alive = exp(-death.cumulative_hazard)\n"
    "output hazard = death.hazard\n";

static void what_a_model_says(void **state) {
  (void)state;
  bench b;
  bench_open_text(&b, happenings, LIND_BACK_END_EVALUATOR, NULL);
  const lind_model *m = b.model;
  assert_int_equal(m->n_triggers, 5);
  assert_int_equal(m->n_events, 2);
  assert_int_equal(m->n_states, 4);
  assert_int_equal(m->n_randoms, 1);
  const char *const names[] = {"refill", "when.2", "when.3", "relapse", "death"};
  const lind_trigger_kind kinds[] = {LIND_TRIGGER_RESETS, LIND_TRIGGER_MARKS, LIND_TRIGGER_RESETS, LIND_TRIGGER_EVENT,
                                     LIND_TRIGGER_EVENT};
  const int n_resets[] = {2, 0, 1, 0, 1};
  for (int t = 0; t < 5; ++t) {
    assert_string_equal(m->triggers[t].name, names[t]);
    assert_int_equal(m->triggers[t].kind, kinds[t]);
    assert_int_equal(m->triggers[t].n_resets, n_resets[t]);
  }
  assert_string_equal(m->triggers[0].about, "a refill");
  assert_true(m->triggers[0].where.line == 11 && m->triggers[0].where.column == 6);
  assert_true(m->triggers[0].resets[0] == 1 && m->triggers[0].resets[1] == 0);
  assert_string_equal(m->events[0].name, "relapse");
  assert_string_equal(m->events[0].about, "comes back");
  assert_true(m->events[0].trigger == 3 && m->events[0].state == -1 && m->events[0].random == -1);
  assert_true(m->events[1].trigger == 4 && m->events[1].state == 3 && m->events[1].random == 0);
  assert_int_equal(lind_model_find_event(m, "death"), 1);
  assert_string_equal(m->states[3].name, "death.cumulative_hazard");
  assert_string_equal(m->randoms[0].name, "death.threshold");
  assert_int_equal(m->randoms[0].kind, LIND_RANDOM_EXPONENTIAL);
  assert_int_equal(lind_model_find_random(m, "death.threshold"), 0);
  double parameters[] = {0.5, 0.25}, factor;
  must(lind_model_random_factor(m, parameters, &factor));
  assert_true(factor == 1);
  bench_close(&b);
}

/* All at once, from the states before; what an event does not name stays. */
static void resets(void **state) {
  (void)state;
  bench b;
  lind_lane after[5 * 4], time = {{0}}, g[5];
  bench_open_text(&b, happenings, LIND_BACK_END_EVALUATOR, NULL);
  const lind_kernel *k = &b.model->kernel;
  bench_number(&b, "limit", 1);
  for (int i = 0; i < LIND_LANES; ++i) bench_put(&b, b.model->randoms[0].slot, i, 0.5);
  bench_start(&b);
  for (int s = 0; s < 4; ++s)
    for (int i = 0; i < LIND_LANES; ++i) b.x[s].of[i] = 1 + s + 0.1 * i;
  k->reset(k->self, &time, b.frame, b.x, after);
  k->triggers(k->self, &time, b.frame, b.x, g);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double x[4] = {1 + 0.1 * i, 2 + 0.1 * i, 3 + 0.1 * i, 4 + 0.1 * i};
    const double expected[5][4] = {{x[0] + 10, x[1] + 0.25 * x[0], x[2], x[3]},
                                   {x[0], x[1], x[2], x[3]},
                                   {x[0], x[1], x[2] + 1, x[3]},
                                   {x[0], x[1], x[2], x[3]},
                                   {x[0], 0, x[2], x[3]}};
    for (int t = 0; t < 5; ++t)
      for (int s = 0; s < 4; ++s) assert_true(after[4 * t + s].of[i] == expected[t][s]);
    const double margin[5] = {1 - x[0], x[1] - 3, x[1] - 4, x[1] - 5, x[3] - 0.5};
    for (int t = 0; t < 5; ++t) assert_true(fabs(g[t].of[i] - margin[t]) < 1e-15);
  }
  bench_close(&b);
}

enum { FIRINGS = 40 };
typedef struct firings {
  int n;
  double time[FIRINGS];
  int trigger[FIRINGS];
} firings;

/* To `target` with every reset on the way. */
static void live(bench *b, double target, firings noted[LIND_LANES]) {
  const lind_kernel *k = &b->model->kernel;
  const lind_tolerance tolerance = {.relative = 1e-10, .absolute = 1e-13, .smallest_step = 1e-12, .most_steps = 1000000};
  lind_advance pack = {.x = b->x};
  lind_lane *after = lind_arena_take(b->arena, (size_t)(k->n_triggers * k->n_states), sizeof *after);
  void *workspace = lind_arena_take(b->arena, lind_stepper_rk.bytes(k), 1);
  for (int i = 0; i < LIND_LANES; ++i) pack.target.of[i] = target;
  for (bool stopped = true; stopped;) {
    stopped = false;
    lind_stepper_rk.advance(k, b->frame, &tolerance, &pack, workspace);
    k->reset(k->self, &pack.time, b->frame, b->x, after);
    for (int i = 0; i < LIND_LANES; ++i) {
      const int t = pack.trigger[i];
      assert_int_equal(pack.status[i], LIND_LANE_OK);
      if (t == LIND_TRIGGER_NONE) continue;
      stopped = true;
      assert_true(noted[i].n < FIRINGS);
      noted[i].time[noted[i].n] = pack.time.of[i];
      noted[i].trigger[noted[i].n++] = t;
      for (int s = 0; s < k->n_states; ++s) b->x[s].of[i] = after[t * k->n_states + s].of[i];
    }
  }
  b->time = target;
}

/* x falls from 10 at rate k and is filled up by 9 whenever it is at 1: every ln 10 / k. */
static void refills(void **state) {
  (void)state;
  bench b;
  firings noted[LIND_LANES] = {{0}};
  bench_open_text(&b,
                  "model m\nparameter k = 1 [1/h]\nrandom eta ~ normal(sd = 0.1)\nstate x [mg] = 10 [mg]\n"
                  "d/dt(x) = -k * exp(eta) * x\nwhen x < 1 [mg] then x = x + 9 [mg]\noutput y = x\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  for (int i = 0; i < LIND_LANES; ++i) bench_put(&b, b.model->randoms[0].slot, i, 0.1 * i);
  bench_start(&b);
  live(&b, 20, noted);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double k = exp(0.1 * i), period = log(10) / k;
    const int n = (int)floor(20 / period);
    assert_int_equal(noted[i].n, n);
    for (int f = 0; f < n; ++f) assert_true(fabs(noted[i].time[f] / ((f + 1) * period) - 1) < 1e-8);
    assert_true(fabs(b.x[0].of[i] / (10 * exp(-k * (20 - n * period))) - 1) < 1e-7);
  }
  bench_close(&b);
}

/* Gompertz: H(t) = a / b (exp(b t) - 1) passes E at log(1 + b E / a) / b. */
static void hazards(void **state) {
  (void)state;
  bench b;
  firings noted[LIND_LANES] = {{0}};
  bench_open_text(&b, happenings, LIND_BACK_END_EVALUATOR, NULL);
  bench_number(&b, "limit", -1);
  for (int i = 0; i < LIND_LANES; ++i) bench_put(&b, b.model->randoms[0].slot, i, -log((i + 0.5) / LIND_LANES));
  bench_start(&b);
  live(&b, 12, noted);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double threshold = -log((i + 0.5) / LIND_LANES), due = log(1 + 0.2 * threshold / 0.1) / 0.2;
    assert_int_equal(noted[i].n, due < 12 ? 1 : 0);
    if (noted[i].n > 0) assert_true(noted[i].trigger[0] == 4 && fabs(noted[i].time[0] / due - 1) < 1e-8);
    assert_true(fabs(bench_output(&b, "alive")->of[i] / exp(-0.5 * (exp(0.2 * 12) - 1)) - 1) < 1e-8);
    assert_true(fabs(bench_output(&b, "hazard")->of[i] / (0.1 * exp(0.2 * 12)) - 1) < 1e-12);
  }
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(margins), cmocka_unit_test(what_a_model_says), cmocka_unit_test(resets),
      cmocka_unit_test(refills), cmocka_unit_test(hazards),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
