/* What the tests of src/reduce share: numbers near one another, samples from arrays, one estimator on two of them. */
#ifndef LIND_TEST_REDUCE_CASE_H
#define LIND_TEST_REDUCE_CASE_H

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

#include "lind/estimator.h"
#include "near.h"

typedef struct case_sample { /* one arm; values may hold NAN */
  uint64_t n;
  const double *value, *event; /* event NULL: every value is seen, or it is no time */
} case_sample;

#define assert_nan(value) assert_true(isnan(value))
#define SAMPLE(array)     ((case_sample){sizeof(array) / sizeof *(array), (array), NULL})

enum { CASE_MOST = 4096 };

/* Two samples as the columns of one comparison, the treated first; times where either has events. */
typedef struct case_columns {
  uint8_t treated[CASE_MOST];
  double value[CASE_MOST], event[CASE_MOST];
  lind_analysis_set set;
} case_columns;

static inline void case_set(case_sample treated, case_sample control, case_columns *c) {
  uint64_t n = 0;
  assert_true(treated.n + control.n <= CASE_MOST);
  for (int a = 1; a >= 0; a--) {
    const case_sample *x = a == 1 ? &treated : &control;
    for (uint64_t i = 0; i < x->n; i++, n++) {
      c->treated[n] = (uint8_t)a;
      c->value[n] = x->value[i];
      c->event[n] = x->event == NULL ? 1.0 : x->event[i];
    }
  }
  c->set = (lind_analysis_set){.n = n, .treated = c->treated, .value = c->value, .n_strata = 1};
  if (treated.event != NULL || control.event != NULL) c->set.event = c->event;
}

static inline lind_answer case_answer(const char *name, case_sample treated, case_sample control, double level, double null) {
  case_columns columns;
  lind_answer answer = {0};
  const lind_estimator *estimator = lind_estimator_find(name);
  if (estimator == NULL) fail_msg("no estimator %s", name);
  lind_analysis_settings settings = {.level = level, .null = null};
  lind_estimator_preset(estimator, &settings);
  case_set(treated, control, &columns);
  if (estimator->estimate(&columns.set, &settings, &answer) != LIND_OK) fail_msg("%s", lind_error_message());
  return answer;
}

static inline lind_moments case_moments(case_sample sample) {
  lind_moments moments = {0};
  for (uint64_t i = 0; i < sample.n; i++) lind_moments_add(&moments, sample.value[i]);
  return moments;
}

static inline lind_answer case_from_moments(const char *name, lind_moments treated, lind_moments control, double level,
                                            double null) {
  lind_answer answer = {0};
  if (lind_estimator_find(name)->from_moments(&treated, &control, &(lind_analysis_settings){.level = level, .null = null},
                                              &answer) != LIND_OK)
    fail_msg("%s", lind_error_message());
  return answer;
}

/* Two terms with the same numbers, NAN equal to NAN. */
static inline void assert_same_term(const lind_term *a, const lind_term *b, double tolerance) {
  const double x[] = {a->estimate, a->se, a->statistic, a->df, a->p, a->lower, a->upper};
  const double y[] = {b->estimate, b->se, b->statistic, b->df, b->p, b->lower, b->upper};
  for (int i = 0; i < 7; i++)
    if (!(isnan(x[i]) && isnan(y[i]))) assert_near(x[i], y[i], tolerance * fmax(1.0, fabs(y[i])));
}

#endif
