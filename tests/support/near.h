/* near.h -- numbers near one another. */
#ifndef LIND_TEST_NEAR_H
#define LIND_TEST_NEAR_H

/* cmocka.h needs the others before it */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
/* clang-format on */

#define assert_near(value, expected, tolerance) near_or_fail((value), (expected), (tolerance), __LINE__)
static inline void near_or_fail(double value, double expected, double tolerance, int line) {
  if (!(fabs(value - expected) <= tolerance))
    fail_msg("line %d: %.17g is not within %g of %.17g", line, value, tolerance, expected);
}

#endif
