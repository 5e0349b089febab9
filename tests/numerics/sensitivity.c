/* sensitivity.c -- slopes against closed forms, which are differentiated by complex steps: exact to rounding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <complex.h>
#include <math.h>
#include <string.h>

#include "lind/lane.h"
#include "lind/sensitivity.h"

/* Depot and central; everything that a dose may ask for is in the frame. K derives. */
enum { CL, V, KA, SHARE, LAG, RATE, DURATION, START, ETA, N_SLOTS, K = N_SLOTS, N_FRAME };

static void drug_individual(const void *self, lind_lane *frame) {
  (void)self;
  for (int i = 0; i < LIND_LANES; i++) frame[K].of[i] = frame[CL].of[i] * exp(frame[ETA].of[i]) / frame[V].of[i];
}
static void drug_initial(const void *self, const lind_lane *frame, lind_lane *x) {
  (void)self;
  for (int i = 0; i < LIND_LANES; i++) x[0].of[i] = 0, x[1].of[i] = frame[START].of[i] * frame[V].of[i];
}
static void drug_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  for (int i = 0; i < LIND_LANES; i++) {
    dx[0].of[i] = -frame[KA].of[i] * x[0].of[i];
    dx[1].of[i] = frame[KA].of[i] * x[0].of[i] - frame[K].of[i] * x[1].of[i];
  }
}
static void drug_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *j) {
  (void)self, (void)time, (void)x;
  for (int i = 0; i < LIND_LANES; i++) j[0].of[i] = -frame[KA].of[i], j[1].of[i] = frame[KA].of[i], j[2].of[i] = -frame[K].of[i];
}
static void drug_outputs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *y) {
  (void)self, (void)time;
  for (int i = 0; i < LIND_LANES; i++) y[0].of[i] = x[1].of[i] / frame[V].of[i], y[1].of[i] = log(1 + y[0].of[i]);
}
static void drug_dosing(const void *self, const lind_lane *frame, lind_lane *share, lind_lane *lag, lind_lane *rate,
                        lind_lane *duration) {
  (void)self;
  for (int k = 0; k < 2; k++) share[k] = frame[SHARE], lag[k] = frame[LAG];
  rate[1] = frame[RATE], duration[1] = frame[DURATION];
}
static const int row[] = {0, 1, 1}, column[] = {0, 0, 1};
static const lind_kernel drug = {.n_states = 2,
                                 .n_frame = N_FRAME,
                                 .n_outputs = 2,
                                 .individual = drug_individual,
                                 .initial = drug_initial,
                                 .rhs = drug_rhs,
                                 .outputs = drug_outputs,
                                 .dosing = drug_dosing,
                                 .n_entries = 3,
                                 .row = row,
                                 .column = column,
                                 .jacobian = drug_jacobian};

static const lind_sensitivity_dose doses[] = {
    {12, 30, 0, 1}, {0, 100, 0, 0}, {5, 60, 20, 1}, {8, 80, -1, 1}, {10, 50, -2, 1}, {10.5, 40, 16, 0},
};
enum { DOSES = sizeof doses / sizeof doses[0] };

/* Concentration at t. Times that depend on p carry their imaginary part. */
static double complex concentration(const double complex *p, double t) {
  const double complex k = p[CL] * cexp(p[ETA]) / p[V], ka = p[KA];
  double complex sum = p[START] * p[V] * cexp(-k * t);
  for (int d = 0; d < DOSES; d++) {
    const double complex s = t - (doses[d].time + p[LAG]), amount = p[SHARE] * doses[d].amount;
    if (creal(s) < 0) continue;
    if (doses[d].rate == 0) {
      sum += doses[d].state == 0 ? amount * ka / (ka - k) * (cexp(-k * s) - cexp(-ka * s)) : amount * cexp(-k * s);
      continue;
    }
    const double complex length = doses[d].rate == -2   ? p[DURATION]
                                  : doses[d].rate == -1 ? amount / p[RATE]
                                                        : amount / doses[d].rate;
    const double complex rate = amount / length, over = creal(s) < creal(length) ? 0 : length;
    const double complex by_k = rate / k * ((over == 0 ? 1 : cexp(-k * (s - over))) - cexp(-k * s));
    const double complex by_ka = rate / ka * ((over == 0 ? 1 : cexp(-ka * (s - over))) - cexp(-ka * s));
    /* what reaches central through the depot: the difference of the two exponentials' answers */
    sum += doses[d].state == 1 ? by_k : ka / (ka - k) * (by_k - by_ka);
  }
  return sum / p[V];
}

static void slopes_of_everything(void **state) {
  (void)state;
  static const double typical[N_SLOTS] = {5, 50, 1.3, 0.8, 0.7, 25, 2.5, 0.4, 0.1};
  static const int slots[N_SLOTS] = {CL, V, KA, SHARE, LAG, RATE, DURATION, START, ETA};
  enum { TIMES = 40, LANE = 5 };
  lind_lane frame[N_FRAME];
  double times[TIMES], outputs[TIMES][2], slopes[TIMES][2][N_SLOTS], states[TIMES][2], state_slopes[TIMES][2][N_SLOTS];
  for (int k = 0; k < N_FRAME; k++)
    for (int i = 0; i < LIND_LANES; i++) frame[k].of[i] = i == LANE ? (k < N_SLOTS ? typical[k] : NAN) : 1e9;
  for (int t = 0; t < TIMES; t++) times[t] = 0.5 * t;
  const lind_sensitivity task = {.kernel = &drug,
                                 .frame = frame,
                                 .lane = LANE,
                                 .relative = 1e-10,
                                 .absolute = 1e-12,
                                 .n_doses = DOSES,
                                 .doses = doses,
                                 .n_times = TIMES,
                                 .times = times,
                                 .n_slots = N_SLOTS,
                                 .slots = slots};
  if (lind_sensitivity_solve(&task, states[0], outputs[0], slopes[0][0], state_slopes[0][0]) != LIND_OK)
    fail_msg("%s", lind_error_message());
  double largest[N_SLOTS] = {0};
  for (int t = 0; t < TIMES; t++)
    for (int j = 0; j < N_SLOTS; j++) {
      double complex p[N_SLOTS];
      for (int k = 0; k < N_SLOTS; k++) p[k] = typical[k] + (k == j ? 1e-30 * I : 0);
      const double complex c = concentration(p, times[t]);
      const double value = creal(c), slope = cimag(c) / 1e-30, size = 1 + fabs(slope);
      if (!(fabs(outputs[t][0] - value) <= 1e-8 * (1 + value)))
        fail_msg("y(%g) is %.12g, not %.12g", times[t], outputs[t][0], value);
      if (!(fabs(slopes[t][0][j] - slope) <= 1e-7 * size))
        fail_msg("dy/dp%d at %g is %.12g, not %.12g", j, times[t], slopes[t][0][j], slope);
      if (!(fabs(slopes[t][1][j] - slope / (1 + value)) <= 1e-7 * size))
        fail_msg("d log(1 + y)/dp%d at %g is %.12g, not %.12g", j, times[t], slopes[t][1][j], slope / (1 + value));
      const double of_state = slope * typical[V] + (j == V ? value : 0);
      if (!(fabs(state_slopes[t][1][j] - of_state) <= 1e-7 * typical[V] * size))
        fail_msg("dx/dp%d at %g is %.12g, not %.12g", j, times[t], state_slopes[t][1][j], of_state);
      largest[j] = fmax(largest[j], fabs(slope));
    }
  for (int j = 0; j < N_SLOTS; j++) assert_true(largest[j] > 1e-3); /* everything matters to somebody */
}

static lind_sensitivity small(const lind_lane *frame, const int *slots, const double *times) {
  return (lind_sensitivity){.kernel = &drug,
                            .frame = frame,
                            .relative = 1e-8,
                            .absolute = 1e-10,
                            .n_times = 2,
                            .times = times,
                            .n_slots = 1,
                            .slots = slots};
}

static void refused(const lind_sensitivity *task, lind_err code, const char *sentence) {
  assert_int_equal(lind_sensitivity_solve(task, NULL, NULL, NULL, NULL), code);
  if (strstr(lind_error_message(), sentence) == NULL) fail_msg("%s", lind_error_message());
}

/* Two looks at one time, above and below the dose that is given then; and all of it 100 h later. */
static void what_is_seen_at_the_time_of_a_dose(void **state) {
  (void)state;
  static const double typical[N_SLOTS] = {5, 50, 1.3, 0.8, 0, 25, 2.5, 0.4, 0.1};
  static const int slots[] = {SHARE, V}, sees[] = {0, 0, DOSES};
  lind_lane frame[N_FRAME];
  for (int k = 0; k < N_FRAME; k++)
    for (int i = 0; i < LIND_LANES; i++) frame[k].of[i] = k < N_SLOTS ? typical[k] : NAN;
  double first[3][2][2];
  for (int later = 0; later < 2; later++) {
    lind_sensitivity_dose given[DOSES];
    double y[3][2], slopes[3][2][2];
    for (int d = 0; d < DOSES; d++) given[d] = doses[d], given[d].time += 100 * later;
    const double times[] = {11 + 100 * later, 12 + 100 * later, 12 + 100 * later};
    const lind_sensitivity task = {.kernel = &drug,
                                   .frame = frame,
                                   .relative = 1e-10,
                                   .absolute = 1e-12,
                                   .n_doses = DOSES,
                                   .doses = given,
                                   .begin = 100 * later,
                                   .n_times = 3,
                                   .times = times,
                                   .sees = sees,
                                   .n_slots = 2,
                                   .slots = slots};
    if (lind_sensitivity_solve(&task, NULL, y[0], slopes[0][0], NULL) != LIND_OK) fail_msg("%s", lind_error_message());
    assert_true(fabs(y[2][0] - y[1][0] - 0.8 * 30 / 50) < 1e-12);
    assert_true(fabs(slopes[2][0][0] - slopes[1][0][0] - 30.0 / 50) < 1e-9);
    assert_true(fabs(slopes[2][0][1] - slopes[1][0][1] + 0.8 * 30 / 2500) < 1e-9);
    if (later == 0) memcpy(first, slopes, sizeof first);
    for (int t = 0; t < 3; t++)
      for (int j = 0; j < 2; j++) assert_true(fabs(slopes[t][0][j] - first[t][0][j]) < 1e-9);
  }
}

static void what_is_asked_wrongly(void **state) {
  (void)state;
  lind_lane frame[N_FRAME];
  for (int k = 0; k < N_FRAME; k++)
    for (int i = 0; i < LIND_LANES; i++) frame[k].of[i] = 1;
  const int derived[] = {K}, beyond[] = {N_FRAME}, fine[] = {CL};
  const double times[] = {1, 2}, back[] = {2, 1};
  lind_sensitivity task = small(frame, fine, times);
  assert_int_equal(lind_sensitivity_solve(&task, NULL, NULL, NULL, NULL), LIND_OK);
  task = small(frame, derived, times), refused(&task, LIND_ERR_INPUT, "slot 9 of the frame derives from others; ask for those");
  task = small(frame, beyond, times), refused(&task, LIND_ERR_INPUT, "slot 10 is asked for; the frame has 10");
  task = small(frame, fine, back), refused(&task, LIND_ERR_INPUT, "time 2 is 1 h; times rise from 0 h on");
  const lind_sensitivity_dose odd = {1, 10, -3, 1}, nowhere = {1, 10, 0, 2}, silent = {1, 10, -1, 0};
  task = small(frame, fine, times), task.n_doses = 1, task.doses = &odd;
  refused(&task, LIND_ERR_INPUT, "a dose at 1 h with rate -3 is none");
  task.doses = &nowhere, refused(&task, LIND_ERR_INPUT, "a dose goes into state 2; the system has 2");
  task.doses = &silent, refused(&task, LIND_ERR_INPUT, "the dose at 1 h into state 0 has no rate or duration");
  lind_kernel other = drug;
  other.n_triggers = 1;
  task = small(frame, fine, times), task.kernel = &other;
  refused(&task, LIND_ERR_NUMERIC, "sensitivities are not known for systems with triggers (1 here), delays (0) or noise (0)");
  other = drug, other.jacobian = NULL, refused(&task, LIND_ERR_NUMERIC, "sensitivities need a Jacobian");
}

/* x' = x^2 from 1 has no value from 1 h on. */
static void pole_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  (void)self, (void)time;
  for (int i = 0; i < LIND_LANES; i++) dx->of[i] = frame[0].of[i] * x->of[i] * x->of[i];
}
static void pole_jacobian(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *j) {
  (void)self, (void)time;
  for (int i = 0; i < LIND_LANES; i++) j->of[i] = 2 * frame[0].of[i] * x->of[i];
}
static void pole_initial(const void *self, const lind_lane *frame, lind_lane *x) {
  (void)self, (void)frame;
  for (int i = 0; i < LIND_LANES; i++) x->of[i] = 1;
}
static void pole_individual(const void *self, lind_lane *frame) { (void)self, (void)frame; }
static void a_failure_is_a_sentence(void **state) {
  (void)state;
  static const lind_kernel pole = {.n_states = 1,
                                   .n_frame = 1,
                                   .individual = pole_individual,
                                   .initial = pole_initial,
                                   .rhs = pole_rhs,
                                   .n_entries = 1,
                                   .row = row,
                                   .column = row,
                                   .jacobian = pole_jacobian};
  lind_lane frame[1];
  for (int i = 0; i < LIND_LANES; i++) frame[0].of[i] = 1;
  const int slots[] = {0};
  const double times[] = {0.5, 2};
  lind_sensitivity task = small(frame, slots, times);
  task.kernel = &pole;
  double x[2], s[2];
  task.n_times = 1; /* x = 1 / (1 - p t), dx/dp = t / (1 - p t)^2 */
  assert_int_equal(lind_sensitivity_solve(&task, x, NULL, NULL, s), LIND_OK);
  assert_true(fabs(x[0] - 2) < 1e-5 && fabs(s[0] - 2) < 1e-5);
  task.n_times = 2;
  assert_int_equal(lind_sensitivity_solve(&task, x, NULL, NULL, s), LIND_ERR_NUMERIC);
  assert_non_null(strstr(lind_error_message(), "the sensitivity solver stopped at "));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slopes_of_everything),
      cmocka_unit_test(what_is_seen_at_the_time_of_a_dose),
      cmocka_unit_test(what_is_asked_wrongly),
      cmocka_unit_test(a_failure_is_a_sentence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
