/* What moves states besides d/dt: doses with a rate of the model, transit chains, reactions, delays, noise. */
#include "bench.h"

static void rates_of(bench *b, double time, lind_lane *dx) {
  const lind_kernel *k = &b->model->kernel;
  lind_lane now;
  for (int i = 0; i < LIND_LANES; ++i) now.of[i] = time;
  k->rhs(k->self, &now, b->frame, b->x, dx);
}

/* ---- doses
 * ------------------------------------------------------------------------------------------------------------------------- */

static void dosing(void **state) {
  (void)state;
  bench b;
  lind_lane share[2], lag[2], rate[2], duration[2];
  bench_open_text(&b,
                  "model m\nparameter k = 1 [1/h]\nparameter d = 30 [min]\ncovariate weight [kg]\n"
                  "state a [mg] dose(rate = 2 [g/day/kg] * weight, lag = 2 * d)\n"
                  "state c [mg] dose(duration = 3 * d, bioavailability = 0.5)\n"
                  "d/dt(a) = -k * a\nd/dt(c) = k * a\noutput y = c\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  for (int i = 0; i < LIND_LANES; ++i) bench_put(&b, b.model->covariates[0].slot, i, (60 + i) * 1e6);
  bench_start(&b);
  b.model->kernel.dosing(b.model->kernel.self, b.frame, share, lag, rate, duration);
  for (int i = 0; i < LIND_LANES; ++i) {
    assert_true(share[0].of[i] == 1 && share[1].of[i] == 0.5);
    assert_true(lag[0].of[i] == 1 && lag[1].of[i] == 0);
    assert_true(fabs(rate[0].of[i] / (2000.0 / 24 * (60 + i)) - 1) < 1e-14 && rate[1].of[i] == 0);
    assert_true(duration[0].of[i] == 0 && duration[1].of[i] == 1.5);
  }
  bench_close(&b);
}

/* ---- transit chains
 * ----------------------------------------------------------------------------------------------------------------- */

/* A bolus D into a chain: compartment k holds D (r t)^(k-1) / (k-1)! exp(-r t), and what has left is the Erlang distribution. */
static void erlang(void **state) {
  (void)state;
  bench b;
  bench_open_text(&b,
                  "model m\nparameter mtt = 2 [h]\n"
                  "transit gut(n = 5, rate = 5 / mtt) [mg] dose(bioavailability = 0.8) \"on the way\"\n"
                  "state arrived [mg]\nd/dt(arrived) = gut.out\n"
                  "output flow = gut.out\noutput third = gut.3\noutput arrived\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  assert_int_equal(b.model->n_states, 6);
  assert_string_equal(b.model->states[0].name, "gut.1");
  assert_string_equal(b.model->states[4].name, "gut.5");
  assert_string_equal(b.model->states[4].about, "on the way");
  assert_true(b.model->states[0].doses && !b.model->states[1].doses);
  bench_start(&b);
  bench_dose(&b, "gut.1", 100);
  for (double t = 0.5; t < 8; t *= 2) {
    double held = exp(-2.5 * t), left = 1;
    bench_advance_rk(&b, t);
    for (int k = 1; k <= 5; ++k) {
      assert_true(fabs(b.x[k - 1].of[3] - 80 * held) < 1e-7);
      left -= held;
      if (k == 5) assert_true(fabs(bench_output(&b, "flow")->of[0] - 2.5 * 80 * held) < 1e-6);
      held *= 2.5 * t / k;
    }
    assert_true(fabs(bench_output(&b, "arrived")->of[0] - 80 * left) < 1e-7);
  }
  bench_close(&b);
}

/* A chain that is fed what it passes on stays where it starts: Friberg's maturing cells at rest. */
static void chain_at_rest(void **state) {
  (void)state;
  bench b;
  lind_lane dx[8];
  bench_open_text(&b,
                  "model m\nparameter base = 5\nparameter rate = 0.04 [1/h]\n"
                  "state proliferating [1] = base\nstate circulating [1] = base\n"
                  "grow = rate * proliferating * (base / circulating) ^ 0.16\n"
                  "transit maturing(input = rate * proliferating, n = 3, rate = rate) [1] = base\n"
                  "d/dt(proliferating) = grow - rate * proliferating\n"
                  "d/dt(circulating) = maturing.out - rate * circulating\n"
                  "output count = circulating\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  bench_start(&b);
  rates_of(&b, 0, dx);
  for (int s = 0; s < 5; ++s)
    for (int i = 0; i < LIND_LANES; ++i) assert_true(b.x[s].of[i] == 5 && fabs(dx[s].of[i]) < 1e-16);
  b.x[0].of[2] = 7; /* more cells come in, one compartment after the other */
  rates_of(&b, 0, dx);
  assert_true(fabs(dx[2].of[2] - 0.04 * 2) < 1e-15 && fabs(dx[3].of[2]) < 1e-16 && fabs(dx[2].of[1]) < 1e-16);
  bench_close(&b);
}

/* ---- reactions
 * ---------------------------------------------------------------------------------------------------------------------- */

/* What is counted in A, B, C and D together cannot change, whatever the rates. */
static void conservation(void **state) {
  (void)state;
  bench b;
  lind_lane dx[8];
  bench_open_text(&b,
                  "model m\nparameter k = 0.3 [L/(umol*h)]\nparameter off = 0.2 [1/h]\n"
                  "state A [umol/L] = 3 [umol/L]\nstate B [umol/L] = 2 [umol/L]\nstate AB [umol/L]\n"
                  "state A2B [umol/L]\nstate E [umol/L] = 0.1 [umol/L]\n"
                  "reaction bind: A + B <-> AB at k, off \"binding\"\n"
                  "reaction A + AB <-> A2B at 2 * k, 3 * off\n"
                  "reaction E + A2B -> E + 2 A + B at k\n"
                  "reaction 2 A + B -> A2B at k * k * 1 [h]\n"
                  "output AB\noutput net = bind\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  bench_start(&b);
  for (int i = 0; i < LIND_LANES; ++i) b.x[1].of[i] = 1 + 0.5 * i;
  rates_of(&b, 0, dx);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double bound = 0.3 * 3 * (1 + 0.5 * i), three = 0.09 * 9 * (1 + 0.5 * i);
    assert_true(fabs(dx[0].of[i] - (-bound - 2 * three)) < 1e-14);
    assert_true(fabs(dx[1].of[i] - (-bound - three)) < 1e-14);
    assert_true(fabs(dx[2].of[i] - bound) < 1e-14 && fabs(dx[3].of[i] - three) < 1e-14);
    assert_true(fabs(bench_output(&b, "net")->of[i] - bound) < 1e-14);
    assert_true(dx[4].of[i] == 0); /* a catalyst */
  }
  bench_advance_rk(&b, 7);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double *const x[4] = {&b.x[0].of[i], &b.x[1].of[i], &b.x[2].of[i], &b.x[3].of[i]};
    assert_true(fabs(*x[0] + *x[2] + 2 * *x[3] - 3) < 1e-9);
    assert_true(fabs(*x[1] + *x[2] + *x[3] - (1 + 0.5 * i)) < 1e-9);
    assert_true(b.x[4].of[i] == 0.1);
  }
  bench_close(&b);
}

/* Orders 0, 1 and 2 in closed form: a + c (1 - ..), A0 / (1 + 2 k A0 t), and two different reactants. */
static void orders(void **state) {
  (void)state;
  bench b;
  bench_open_text(&b,
                  "model m\nparameter flow = 2 [mg/h]\nparameter out = 0.5 [1/h]\nparameter k = 0.1 [1/(mg*h)]\n"
                  "state turnover [mg] = 1 [mg]\nstate A [mg] = 4 [mg]\nstate A2 [mg]\n"
                  "state P [mg] = 3 [mg]\nstate Q [mg] = 5 [mg]\nstate both [mg] = 6 [mg]\n"
                  "reaction -> turnover at flow\nreaction turnover -> at out\n"
                  "reaction 2 A -> A2 at k\n"
                  "reaction P + Q -> at k\n"
                  "d/dt(both) = -0.1 [1/h] * both\nreaction both -> at 0.2 [1/h]\n"
                  "output y = A\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  bench_start(&b);
  bench_advance_rk(&b, 3);
  const double r = exp(-0.1 * (5 - 3) * 3.0), left = 3 * (5 - 3) * r / (5 - 3 * r);
  const double expected[] = {4 - 3 * exp(-1.5), 4 / (1 + 2 * 0.1 * 4 * 3), 2 - 2 / (1 + 2 * 0.1 * 4 * 3.0), left, left + 2,
                             6 * exp(-0.9)};
  for (int s = 0; s < 6; ++s) assert_true(fabs(b.x[s].of[0] / expected[s] - 1) < 1e-8);
  bench_close(&b);
}

/* A network and the same written out by hand have the same rates and Jacobian. */
static void written_out(void **state) {
  (void)state;
  static const char head[] =
      "model m\nparameter kon = 10 [L/(umol*h)]\nparameter koff = 0.1 [1/h]\nparameter kint = 0.05 [1/h]\n"
      "parameter kdeg = 0.2 [1/h]\nparameter kel = 0.0015 [1/h]\n"
      "state L [umol/L]\nstate R [umol/L]\nstate LR [umol/L]\n";
  static const char network[] =
      "reaction L + R <-> LR at kon, koff\nreaction L -> at kel\nreaction -> R at kdeg * 1 [umol/L]\n"
      "reaction R -> at kdeg\nreaction LR -> at kint\noutput y = L\n";
  static const char equations[] =
      "d/dt(L) = -kel * L - kon * L * R + koff * LR\n"
      "d/dt(R) = kdeg * (1 [umol/L] - R) - kon * L * R + koff * LR\n"
      "d/dt(LR) = kon * L * R - koff * LR - kint * LR\noutput y = L\n";
  bench b[2];
  lind_lane dx[2][3], j[2][9], time = {{0}};
  char text[1000];
  for (int e = 0; e < 2; ++e) {
    (void)snprintf(text, sizeof text, "%s%s", head, e == 0 ? network : equations);
    bench_open_text(&b[e], text, LIND_BACK_END_EVALUATOR, NULL);
    bench_start(&b[e]);
    for (int s = 0; s < 3; ++s)
      for (int i = 0; i < LIND_LANES; ++i) b[e].x[s].of[i] = 0.5 + s + 0.3 * i;
    rates_of(&b[e], 0, dx[e]);
    bench_jacobian(&b[e].model->kernel, &time, b[e].frame, b[e].x, j[e]);
  }
  for (int i = 0; i < LIND_LANES; ++i) {
    for (int s = 0; s < 3; ++s) assert_true(fabs(dx[0][s].of[i] - dx[1][s].of[i]) < 1e-12);
    for (int s = 0; s < 9; ++s) assert_true(fabs(j[0][s].of[i] - j[1][s].of[i]) < 1e-12);
  }
  bench_close(&b[0]);
  bench_close(&b[1]);
}

/* ---- delays and noise
 * --------------------------------------------------------------------------------------------------------------- */

/* Rates and outputs read the states as they were behind the states as they are; the same delay is written twice and is one. */
static void delays(void **state) {
  (void)state;
  bench b;
  lind_lane dx[2], lag[2], j[4], time = {{0}};
  bench_open_text(&b,
                  "model m\nparameter k = 0.5 [1/h]\nparameter tau = 90 [min]\nrandom eta ~ normal(sd = 0.1)\n"
                  "state x [mg] = 1 [mg]\nstate y [mg]\n"
                  "past = delay(x, tau * exp(eta))\n"
                  "d/dt(x) = -k * past + k * delay(y, 1 [h])\n"
                  "d/dt(y) = k * delay(x, tau * exp(eta)) - k * delay(y, 60 [min]) - k * y\n"
                  "output sum = past + 2 * delay(y, 1 [h])\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  const lind_kernel *k = &b.model->kernel;
  assert_int_equal(k->n_delays, 2);
  assert_true(k->delayed[0] == 0 && k->delayed[1] == 1);
  for (int i = 0; i < LIND_LANES; ++i) bench_put(&b, b.model->randoms[0].slot, i, 0.1 * i);
  bench_start(&b);
  k->delays(k->self, b.frame, lag);
  for (int i = 0; i < LIND_LANES; ++i) {
    assert_true(fabs(lag[0].of[i] / (1.5 * exp(0.1 * i)) - 1) < 1e-15 && lag[1].of[i] == 1);
    for (int s = 0; s < 4; ++s) b.x[s].of[i] = 1 + s + 0.1 * i;
  }
  rates_of(&b, 0, dx);
  bench_jacobian(k, &time, b.frame, b.x, j);
  for (int i = 0; i < LIND_LANES; ++i) {
    const double y = 2 + 0.1 * i, past = 3 + 0.1 * i, late = 4 + 0.1 * i;
    assert_true(fabs(dx[0].of[i] - 0.5 * (late - past)) < 1e-15);
    assert_true(fabs(dx[1].of[i] - 0.5 * (past - late - y)) < 1e-15);
    assert_true(fabs(bench_output(&b, "sum")->of[i] - (past + 2 * late)) < 1e-14);
    assert_true(j[0].of[i] == 0 && j[1].of[i] == 0 && j[2].of[i] == 0 && j[3].of[i] == -0.5);
  }
  bench_close(&b);
}

/* Geometric Brownian motion, a constant and a square root: g, and g dg/dx = s^2 x, 0 and s^2 / 2. */
static void noise(void **state) {
  (void)state;
  bench b;
  lind_lane g[6], time = {{0}};
  bench_open_text(&b,
                  "model m\nparameter s = 0.2 [1/h^0.5]\nparameter c = 3 [mg/day^0.5]\n"
                  "state constant [mg] = 1 [mg]\nstate quiet [mg]\nstate grows [mg]\nstate root [1]\n"
                  "d/dt(constant) = 0\nd/dt(quiet) = 0\nd/dt(grows) = 0.1 [1/h] * grows\nd/dt(root) = 0\n"
                  "noise(root) = s * sqrt(root)\nnoise(constant) = c\nnoise(grows) = s * grows \"proportional\"\n"
                  "output y = grows\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  const lind_kernel *k = &b.model->kernel;
  assert_int_equal(k->n_noises, 3);
  assert_true(k->noisy[0] == 0 && k->noisy[1] == 2 && k->noisy[2] == 3);
  bench_start(&b);
  for (int s = 0; s < 4; ++s)
    for (int i = 0; i < LIND_LANES; ++i) b.x[s].of[i] = 1 + s + 0.1 * i;
  k->diffusion(k->self, &time, b.frame, b.x, g);
  for (int i = 0; i < LIND_LANES; ++i) {
    assert_true(fabs(g[0].of[i] - 3 / sqrt(24)) < 1e-15 && g[3].of[i] == 0);
    assert_true(fabs(g[1].of[i] / (0.2 * (3 + 0.1 * i)) - 1) < 1e-14 && fabs(g[4].of[i] / (0.04 * (3 + 0.1 * i)) - 1) < 1e-14);
    assert_true(fabs(g[2].of[i] / (0.2 * sqrt(4 + 0.1 * i)) - 1) < 1e-14 && fabs(g[5].of[i] / 0.02 - 1) < 1e-14);
  }
  bench_close(&b);
}

/* ---- size
 * -------------------------------------------------------------------------------------------------------------------------- */

/* 400 states in two chains; the last derivative of a state that is misspelt still finds its neighbour's name. */
static void many_states(void **state) {
  (void)state;
  bench b;
  bench_open_text(&b,
                  "model m\nparameter k = 1 [1/h]\ntransit a(n = 200, rate = k) [mg] dose\n"
                  "transit b(n = 199, rate = k, input = a.out) [mg]\nstate end [mg]\nd/dt(end) = b.out\noutput y = end\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  lind_lane dx[400];
  assert_int_equal(b.model->n_states, 400);
  bench_start(&b);
  for (int s = 0; s < 400; ++s)
    for (int i = 0; i < LIND_LANES; ++i) b.x[s].of[i] = s + 1;
  rates_of(&b, 0, dx);
  assert_true(dx[0].of[0] == -1 && dx[399].of[7] == 399);
  for (int s = 1; s < 399; ++s) assert_true(dx[s].of[5] == -1);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dosing),       cmocka_unit_test(erlang), cmocka_unit_test(chain_at_rest),
      cmocka_unit_test(conservation), cmocka_unit_test(orders), cmocka_unit_test(written_out),
      cmocka_unit_test(delays),       cmocka_unit_test(noise),  cmocka_unit_test(many_states),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
