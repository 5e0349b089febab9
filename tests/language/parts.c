/* Triggers, resets, delays and noise in one kernel: closed forms with both back ends, and the two agree. */
#include "agree.h"

static const char text[] =
    "model parts\n"
    "parameter k = 0.3 [1/h]\n"
    "parameter s = 0.2 [1/h^0.5]\n"
    "parameter lag = 2 [h]\n"
    "parameter f = 0.7\n"
    "state a [mg] dose(bioavailability = f, lag = lag / 4, duration = 2 * lag) = 3 [mg]\n"
    "state b [mg] = 2 [mg]\n"
    "state c [mg]\n"
    "past = delay(b, lag)\n"
    "d/dt(a) = -k * a\n"
    "d/dt(b) = k * a - k * past * b / (1 [mg] + b)\n"
    "d/dt(c) = k * delay(a, lag / 2) - k * c\n"
    "noise(b) = s * (b * 1 [mg]) ^ 0.5\n"
    "noise(c) = s * c\n"
    "when b > 2.5 [mg] then a = a + b, c = 0 [mg]\n"
    "when time > 6 [h] then b = 1 [mg]\n"
    "output o = b + past\n";

enum { A, B, C, PAST_B, PAST_A, ALL };

static void put_states(bench *b, lind_lane x[ALL]) {
  bench_start(b);
  for (int s = 0; s < ALL; ++s)
    for (int i = 0; i < LIND_LANES; ++i) x[s].of[i] = 1 + 0.2 * s + 0.3 * i;
}

static void near(double value, double exact) {
  if (!(fabs(value - exact) <= 1e-14 * fmax(1, fabs(exact)))) fail_msg("%.17g and not %.17g", value, exact);
}

static void check(bench *b) {
  const lind_kernel *k = &b->model->kernel;
  const lind_lane time = {{0, 2, 4, 5.5, 6, 6.5, 8, 10}};
  lind_lane x[ALL], dx[3], g[4], margin[2], after[6], lags[2], y, dense[9];
  put_states(b, x);
  assert_true(k->n_triggers == 2 && k->n_delays == 2 && k->n_noises == 2 && k->noisy[0] == B && k->noisy[1] == C);
  assert_true(k->delayed[0] == B && k->delayed[1] == A);
  assert_true(k->n_linear == 1 && k->linear[0] == A && k->n_driving == 1); /* b and c have noise */
  k->rhs(k->self, &time, b->frame, x, dx);
  k->diffusion(k->self, &time, b->frame, x, g);
  k->triggers(k->self, &time, b->frame, x, margin);
  k->reset(k->self, &time, b->frame, x, after);
  k->delays(k->self, b->frame, lags);
  k->outputs(k->self, &time, b->frame, x, &y);
  bench_jacobian(k, &time, b->frame, x, dense);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double a = x[A].of[i], own = x[B].of[i], c = x[C].of[i], past = x[PAST_B].of[i];
    near(dx[A].of[i], -0.3 * a);
    near(dx[B].of[i], 0.3 * a - 0.3 * past * own / (1 + own));
    near(dx[C].of[i], 0.3 * x[PAST_A].of[i] - 0.3 * c);
    near(g[0].of[i], 0.2 * sqrt(own));
    near(g[1].of[i], 0.2 * c);
    near(g[2].of[i], 0.02); /* s^2 / 2 */
    near(g[3].of[i], 0.04 * c);
    assert_true((margin[0].of[i] > 0) == (own > 2.5) && (margin[1].of[i] > 0) == (time.of[i] > 6));
    near(after[A].of[i], a + own);
    near(after[B].of[i], own);
    near(after[C].of[i], 0);
    near(after[3 + A].of[i], a);
    near(after[3 + B].of[i], 1);
    near(after[3 + C].of[i], c);
    near(lags[0].of[i], 2);
    near(lags[1].of[i], 1);
    near(y.of[i], own + past);
    near(dense[B * 3 + B].of[i], -0.3 * past / ((1 + own) * (1 + own))); /* what is past does not change */
    near(dense[B * 3 + A].of[i], 0.3);
    near(dense[C * 3 + A].of[i], 0);
  }
}

static void both_back_ends(void **state) {
  (void)state;
  const lind_lane time = {{0, 1, 2, 3, 5, 6, 7, 8}};
  char cache[] = "/tmp/lind-test-XXXXXX", command[100];
  lind_lane x[ALL];
  bench b[2];
  assert_non_null(mkdtemp(cache));
  bench_open_text(&b[0], text, LIND_BACK_END_COMPILED, cache);
  bench_open_text(&b[1], text, LIND_BACK_END_EVALUATOR, NULL);
  for (int e = 0; e < 2; ++e) check(&b[e]);
  put_states(&b[0], x);
  agree_kernels("parts", &b[0].model->kernel, &b[1].model->kernel, &time, b[0].frame, x);
  for (int e = 0; e < 2; ++e) bench_close(&b[e]);
  (void)snprintf(command, sizeof command, "rm -r %s", cache);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(both_back_ends)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
