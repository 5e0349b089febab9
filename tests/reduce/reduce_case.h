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

#define assert_near(value, expected, tolerance) near_or_fail((value), (expected), (tolerance), __LINE__)
static inline void near_or_fail(double value, double expected, double tolerance, int line) {
  if (!(fabs(value - expected) <= tolerance))
    fail_msg("line %d: %.17g is not within %g of %.17g", line, value, tolerance, expected);
}

#define assert_nan(value) assert_true(isnan(value))
#define SAMPLE(array)     ((lind_sample){sizeof(array) / sizeof *(array), (array), NULL})

static inline lind_answer case_answer(const char *name, lind_sample treated, lind_sample control, double level, double null) {
  lind_answer answer = {0};
  const lind_estimator *estimator = lind_estimator_find(name);
  if (estimator == NULL) fail_msg("no estimator %s", name);
  if (estimator->estimate(&treated, &control, level, null, &answer) != LIND_OK) fail_msg("%s", lind_error_message());
  return answer;
}

static inline lind_moments case_moments(lind_sample sample) {
  lind_moments moments = {0};
  for (uint64_t i = 0; i < sample.n; i++) lind_moments_add(&moments, sample.value[i]);
  return moments;
}

static inline lind_answer case_from_moments(const char *name, lind_moments treated, lind_moments control, double level,
                                            double null) {
  lind_answer answer = {0};
  if (lind_estimator_find(name)->from_moments(&treated, &control, level, null, &answer) != LIND_OK)
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
