/* Events at a time that is known from the start: the trigger is time - at, in both back ends; what has no such time is refused.
 */
#include "bench.h"

#define MODEL                                                                            \
  "model m\nparameter a = 3 [h]\ncovariate late [h]\nrandom e ~ exponential(mean = 1)\n" \
  "when_ = a * exp(normal_quantile(min(e, 1))) + late\n"

static void the_trigger_is_time_minus_at(void **state) {
  (void)state;
  const lind_back_end ends[] = {LIND_BACK_END_EVALUATOR, LIND_BACK_END_COMPILED};
  for (int k = 0; k < 2; k++) {
    bench b;
    bench_open_text(&b, MODEL "event x at when_ \"once\"\noutput y = 1\n", ends[k], NULL);
    assert_int_equal(b.model->n_states, 0);
    assert_int_equal(b.model->n_events, 1);
    assert_true(b.model->events[0].at && b.model->events[0].state < 0);
    bench_number(&b, "late", 2);
    for (int i = 0; i < LIND_LANES; i++) bench_put(&b, b.model->randoms[0].slot, i, 0.3 * i);
    bench_start(&b);
    for (int n = 0; n < 5; n++) {
      lind_lane time, g;
      for (int i = 0; i < LIND_LANES; i++) time.of[i] = 2.0 * n;
      b.model->kernel.triggers(b.model->kernel.self, &time, b.frame, b.x, &g);
      static const double z[] = {
          -INFINITY, -0.52440051270804078, 0.25334710313579978, 1.2815515655446004, INFINITY, INFINITY, INFINITY,
          INFINITY}; /* of 0, 0.3, 0.6, 0.9, and from 1.2 on of 1 */
      for (int i = 0; i < LIND_LANES; i++) {
        const double want = 2.0 * n - (3 * exp(z[i]) + 2);
        if (isinf(want))
          assert_true(g.of[i] == want);
        else
          assert_true(fabs(g.of[i] - want) < 1e-13);
      }
    }
    bench_close(&b);
  }
}

/* In a model with states an engine stops there, and resets. */
static void an_engine_stops_there(void **state) {
  (void)state;
  static lind_lane x[1], after[1];
  bench b;
  bench_open_text(&b, MODEL "state s [mg] = 1 [mg]\nd/dt(s) = 0 [mg/h]\nevent x at when_ then s = 5 [mg]\noutput y = s\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  bench_number(&b, "late", 0);
  for (int i = 0; i < LIND_LANES; i++) bench_put(&b, b.model->randoms[0].slot, i, 0.05 + 0.1 * i); /* 0.05 .. 0.75 */
  bench_start(&b);
  const lind_kernel *k = &b.model->kernel;
  const lind_tolerance tolerance = {.relative = 1e-8, .absolute = 1e-10, .smallest_step = 1e-12, .most_steps = 100000};
  lind_advance pack = {.x = x};
  x[0] = b.x[0];
  void *workspace = lind_arena_take(b.arena, lind_stepper_rk.bytes(k), 1);
  for (int i = 0; i < LIND_LANES; i++) pack.target.of[i] = 100, pack.look.of[i] = INFINITY, pack.trigger[i] = LIND_TRIGGER_NONE;
  lind_stepper_rk.advance(k, b.frame, &tolerance, &pack, workspace);
  k->reset(k->self, &pack.time, b.frame, x, after);
  for (int i = 0; i < LIND_LANES; i++) {
    const double e = 0.05 + 0.1 * i;
    assert_int_equal(pack.trigger[i], 0);
    lind_lane p, z;
    p.of[0] = e;
    (void)z;
    assert_true(after[0].of[i] == 5);
    /* the time's own quantile */
    assert_true(fabs(erfc(-log(pack.time.of[i] / 3) / sqrt(2)) / 2 - p.of[0]) < 1e-8);
  }
  bench_close(&b);
}

static void messages(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
  } cases[] = {
      {MODEL "event x at time + when_\noutput y = 1\n", "'time' is not available here"},
      {MODEL "state s [h] = 1 [h]\nd/dt(s) = 1\nevent x at s + when_\noutput y = 1\n", "'s' "},
      {MODEL "event x at when_ / a\noutput y = 1\n", "t.lind:6:18"},
      {MODEL "event x on when_\noutput y = 1\n", "hazard = ..., at and a time, or when and a condition"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lind_arena *arena;
    lind_model *model;
    must(lind_arena_create(&arena));
    assert_int_not_equal(lind_model_read_text(cases[i].text, "t.lind", arena, &model), LIND_OK);
    if (strstr(lind_error_message(), cases[i].message) == NULL) fail_msg("%s", lind_error_message());
    lind_arena_destroy(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_trigger_is_time_minus_at),
      cmocka_unit_test(an_engine_stops_there),
      cmocka_unit_test(messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
