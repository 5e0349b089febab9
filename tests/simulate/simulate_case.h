/* A trial of tests/simulate/data, planned, with a desk; single lives compared bit for bit. */
#ifndef LIND_TEST_SIMULATE_CASE_H
#define LIND_TEST_SIMULATE_CASE_H

/* cmocka.h needs the others before it */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/plan.h"
#include "near.h"

typedef struct trial {
  lind_arena *arena;
  lind_plan *plan;
  lind_desk *desk;
} trial;

/* The plan of data/NAME.yaml with overrides "key=value"; the last is NULL. */
static inline lind_err trial_plan(trial *t, const char *name, const char *const *sets) {
  lind_protocol *protocol;
  const lind_node *root;
  int n = 0;
  while (sets[n] != NULL) n++;
  LIND_TRY(lind_arena_create(&t->arena));
  LIND_TRY(lind_protocol_read(lind_arena_format(t->arena, LIND_SOURCE_DIR "/tests/simulate/data/%s.yaml", name), sets, n,
                              t->arena, &protocol, &root));
  return lind_plan_create(protocol, root, LIND_BACK_END_EVALUATOR, t->arena, &t->plan);
}

static inline trial trial_from(const char *name, const char *const *sets) {
  trial t = {0};
  if (trial_plan(&t, name, sets) != LIND_OK || lind_desk_create(t.plan, &t.desk) != LIND_OK) fail_msg("%s", lind_error_message());
  return t;
}
#define trial_open(name, ...) trial_from((name), (const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static inline void trial_close(trial *t) {
  lind_desk_destroy(&t->desk);
  lind_arena_destroy(&t->arena);
}

/* With this key set, the trial is refused with a sentence that has these words. */
static inline void trial_refused(const char *name, const char *set, const char *words) {
  trial t = {0};
  assert_int_not_equal(trial_plan(&t, name, (const char *const[]){set, NULL}), LIND_OK);
  if (strstr(lind_error_message(), words) == NULL) fail_msg("%s: %s", set, lind_error_message());
  lind_arena_destroy(&t.arena);
}

/* Enrol and live all of a replicate. */
static inline void trial_run(trial *t, uint32_t replicate) {
  const int n = (int)t->plan->protocol->patients;
  lind_enrol(t->desk, replicate, 0, n, NULL, NULL);
  lind_simulate(t->desk, 0, n);
}

static inline double visit_value(const lind_desk *desk, int seat, int measure, int visit) {
  return desk->value[(seat * desk->plan->n_measures + measure) * desk->plan->most_visits + visit];
}
static inline double visit_time(const lind_desk *desk, int seat, int visit) {
  return desk->time[seat * desk->plan->most_visits + visit];
}
static inline double dose_on(const lind_desk *desk, int seat, int day) { return desk->dose[seat * desk->plan->n_days + day - 1]; }
static inline double taken_on(const lind_desk *desk, int seat, int day) {
  return desk->taken[seat * desk->plan->n_days + day - 1];
}

static inline int same_bits(const double *a, const double *b, int n) { return memcmp(a, b, (size_t)n * sizeof *a) == 0; }

/* Seat s of one desk and seat u of another lived the same life, to the last bit. */
static inline int same_life(const lind_desk *a, int s, const lind_desk *b, int u) {
  const double *va[64], *vb[64];
  lind_history x, y;
  lind_desk_history(a, s, va, &x);
  lind_desk_history(b, u, vb, &y);
  int same = x.n_visits == y.n_visits && x.n_days == y.n_days && x.reason == y.reason && same_bits(&x.end, &y.end, 1) &&
             same_bits(x.time, y.time, x.n_visits) && same_bits(x.dose, y.dose, x.n_days) &&
             same_bits(x.taken, y.taken, x.n_days);
  for (int m = 0; same && m < a->plan->n_measures; m++) same = same_bits(x.value[m], y.value[m], x.n_visits);
  return same;
}

/* Within 4.5 standard errors of a share p of n: a right program fails less than once in 100,000. */
static inline void assert_share(double hits, double n, double p) { assert_near(hits / n, p, 4.5 * sqrt(p * (1.0 - p) / n)); }

#endif
