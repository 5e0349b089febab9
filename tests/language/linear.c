/* The part of a model that is linear is found, all of it and nothing more, and says the same as the rates. */
#include "agree.h"

/* Opens `text` with both back ends, checks that they agree and which states are linear ("depot central"), in order. */
static void open_both(bench b[2], const char *cache, const char *text, const char *linear) {
  const lind_lane time = {{1, 2, 3, 5, 8, 13, 21, 34}};
  char found[400] = "";
  bench_open_text(&b[0], text, LIND_BACK_END_COMPILED, cache);
  bench_open_text(&b[1], text, LIND_BACK_END_EVALUATOR, NULL);
  const lind_kernel *k = &b[0].model->kernel;
  for (int i = 0; i < k->n_linear; ++i) {
    if (i > 0) (void)strcat(found, " ");
    (void)strcat(found, b[0].model->states[k->linear[i]].name);
  }
  assert_string_equal(found, linear);
  for (int e = 0; e < 2; ++e) {
    bench_start(&b[e]);
    for (int s = 0; s < k->n_states; ++s)
      for (int i = 0; i < LIND_LANES; ++i) b[e].x[s].of[i] = 0.4 + 0.3 * sin(1.0 + 3 * s + i);
  }
  agree_kernels(b[0].model->name, k, &b[1].model->kernel, &time, b[0].frame, b[0].x);
}

static void check_driving(const bench *b, const char *driving) {
  char found[400] = "";
  const lind_kernel *k = &b->model->kernel;
  for (int i = 0; i < k->n_driving; ++i) {
    if (i > 0) (void)strcat(found, " ");
    (void)strcat(found, b->model->states[k->linear[k->driving[i]]].name);
  }
  assert_string_equal(found, driving);
}

/* a x + b of the linear states and `rest` of the others are the rates; nothing else is written. */
static void check_rates(const bench *b) {
  const lind_kernel *k = &b->model->kernel;
  const lind_lane time = {{0.5, 1, 2, 3, 4, 5, 6, 7}};
  lind_lane dx[16], rest[16], a[256], constant[16];
  const int n = k->n_linear;
  bool linear[16] = {false};
  assert_true(k->n_states <= 16);
  k->rhs(k->self, &time, b->frame, b->x, dx);
  if (n > 0) k->coefficients(k->self, b->frame, a, constant);
  for (int r = 0; r < n; ++r) {
    linear[k->linear[r]] = true;
    for (int i = 0; i < LIND_LANES; ++i) {
      double rate = constant[r].of[i], size = fabs(rate);
      for (int c = 0; c < n; ++c) {
        const double term = a[r * n + c].of[i] * b->x[k->linear[c]].of[i];
        rate += term;
        size += fabs(term);
      }
      if (!(fabs(rate - dx[k->linear[r]].of[i]) <= 1e-14 * size))
        fail_msg("%s: the rate of linear state %d is %.17g and not %.17g", b->model->name, r, rate, dx[k->linear[r]].of[i]);
    }
  }
  assert_true((k->coefficients != NULL) == (n > 0));
  assert_true((k->rest != NULL) == (n > 0 && n < k->n_states));
  if (k->rest == NULL) return;
  for (int s = 0; s < k->n_states; ++s)
    for (int i = 0; i < LIND_LANES; ++i) rest[s].of[i] = -12345;
  k->rest(k->self, &time, b->frame, b->x, rest);
  for (int s = 0; s < k->n_states; ++s)
    for (int i = 0; i < LIND_LANES; ++i) assert_true(rest[s].of[i] == (linear[s] ? -12345 : dx[s].of[i]));
}

static void case_of(const char *text, const char *linear, const char *driving) {
  bench b[2];
  char cache[] = "/tmp/lind-test-XXXXXX", command[100];
  assert_non_null(mkdtemp(cache));
  open_both(b, cache, text, linear);
  for (int e = 0; e < 2; ++e) {
    check_driving(&b[e], driving);
    check_rates(&b[e]);
    bench_close(&b[e]);
  }
  (void)snprintf(command, sizeof command, "rm -r %s", cache);
  assert_int_equal(system(command), 0);
}

#define PK                                                                                                                      \
  "parameter ka = 1 [1/h]\nparameter k = 0.1 [1/h]\nparameter q = 0.3 [1/h]\nstate depot [mg] dose\nstate central [mg]\nstate " \
  "deep [mg]\nd/dt(depot) = -ka * depot\n"
#define OUT "output o = central\n"

static void all_linear(void **state) {
  (void)state;
  case_of("model a\n" PK
          "d/dt(central) = ka * depot - k * central - q * central + q * deep\n"
          "d/dt(deep) = q * (central - deep) + 0.5 [mg/h]\n" OUT,
          "depot central deep", "");
}

/* A clearance that depends on what it clears. */
static void feedback_is_not(void **state) {
  (void)state;
  case_of("model a\n" PK
          "kk = k * (1 + central / 10 [mg])\nd/dt(central) = ka * depot - kk * central\n"
          "d/dt(deep) = q * (central - deep)\n" OUT,
          "depot", "depot");
  case_of("model a\n" PK
          "d/dt(central) = ka * depot - 2 [mg/h] * central / (1 [mg] + central)\n"
          "d/dt(deep) = -q * k / (q + k) * deep\n" OUT,
          "depot deep", "depot");
}

/* Induction: the clearance of the drug depends on an enzyme, which depends on the drug; only what comes before is linear. */
static void loop_is_not(void **state) {
  (void)state;
  case_of("model a\n" PK
          "state enzyme [1] = 1\nd/dt(central) = ka * depot - k * enzyme * central\n"
          "d/dt(deep) = -q * deep\n"
          "d/dt(enzyme) = k * (1 + central / 1 [mg] - enzyme)\n" OUT,
          "depot deep", "depot");
}

/* Flat or not, what is chosen by a state is not affine: derivatives alone would not tell. */
static void conditions_on_states_are_not(void **state) {
  (void)state;
  static const char *const rates[] = {"(if central > 0.4 [mg] then 1 [mg/h] else 2 [mg/h]) - k * central",
                                      "k * 1 [mg] * floor(central / 0.3 [mg])",
                                      "-k * max(central, 0.5 [mg])",
                                      "-k * min(central, deep)",
                                      "-k * abs(central)",
                                      "-k * clamp(central, 0 [mg], 0.4 [mg])"};
  for (size_t i = 0; i < sizeof rates / sizeof rates[0]; ++i) {
    char text[1000];
    (void)snprintf(text, sizeof text, "model a\n%sd/dt(central) = %s\nd/dt(deep) = -q * deep + ka * depot\n%s", PK, rates[i],
                   OUT);
    case_of(text, "depot deep", strstr(rates[i], "deep") != NULL ? "deep" : "");
  }
}

static void time_is_not(void **state) {
  (void)state;
  case_of("model a\n" PK
          "d/dt(central) = ka * depot - k * central * (1 + 0.2 * cos(time / 3 [h]))\n"
          "d/dt(deep) = -q * deep\n" OUT,
          "depot deep", "depot");
  case_of("model a\n" PK
          "d/dt(central) = ka * depot - k * central + (if time > 4 [h] then 1 [mg/h] else 0)\n"
          "d/dt(deep) = -q * deep\n" OUT,
          "depot deep", "depot");
}

/* Whatever is fixed between events may be written in any way. */
static void frame_may_choose(void **state) {
  (void)state;
  case_of("model a\nparameter fast = 1\n" PK
          "kk = if fast > 0.5 then k else k ^ 2 * 1 [h]\n"
          "d/dt(central) = (if fast > 2 then ka * depot else ka * depot * 0.5 + 0.1 [mg/h]) - kk * central / exp(-fast)\n"
          "d/dt(deep) = max(q, k) * (central - deep) / (1 + fast)\n" OUT,
          "depot central deep", "");
}

/* States that read one that is not linear are not, however far behind. */
static void followers_are_not(void **state) {
  (void)state;
  case_of("model a\n" PK
          "state a [mg]\nstate b [mg]\nd/dt(central) = ka * depot - k * central\n"
          "d/dt(deep) = q * (a - deep)\nd/dt(a) = q * (b - a)\nd/dt(b) = -q * b * central / 1 [mg]\n" OUT,
          "depot central", "central");
}

/* d rate / d time against its closed form; absent where no rate knows the time. */
static void slope(void **state) {
  (void)state;
  const char *text =
      "model a\nparameter k = 0.3 [1/h]\nstate x [1] = 2\nstate y [1]\n"
      "d/dt(x) = k * x * cos(time / 3 [h]) + 1 [1/h] * exp(-time / 5 [h])\nd/dt(y) = k * x\noutput o = x\n";
  const lind_lane time = {{0, 1, 2, 3, 5, 8, 13, 21}};
  char cache[] = "/tmp/lind-test-XXXXXX", command[100];
  assert_non_null(mkdtemp(cache));
  for (int e = 0; e < 2; ++e) {
    bench b;
    lind_lane dt[2];
    bench_open_text(&b, text, e == 0 ? LIND_BACK_END_COMPILED : LIND_BACK_END_EVALUATOR, cache);
    const lind_kernel *k = &b.model->kernel;
    bench_start(&b);
    k->slope(k->self, &time, b.frame, b.x, dt);
    for (int i = 0; i < LIND_LANES; ++i) {
      const double t = time.of[i], exact = -0.3 * 2 * sin(t / 3) / 3 - exp(-t / 5) / 5;
      assert_true(fabs(dt[0].of[i] - exact) <= 1e-15 && dt[1].of[i] == 0);
    }
    bench_close(&b);
  }
  bench b;
  bench_open_text(&b, "model a\nstate x [1] = 1\nd/dt(x) = -x * 1 [1/h]\noutput o = x * (time / 1 [h])\n",
                  LIND_BACK_END_EVALUATOR, NULL);
  assert_null(b.model->kernel.slope);
  bench_close(&b);
  (void)snprintf(command, sizeof command, "rm -r %s", cache);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_linear),        cmocka_unit_test(feedback_is_not),
      cmocka_unit_test(loop_is_not),       cmocka_unit_test(conditions_on_states_are_not),
      cmocka_unit_test(time_is_not),       cmocka_unit_test(frame_may_choose),
      cmocka_unit_test(followers_are_not), cmocka_unit_test(slope),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
