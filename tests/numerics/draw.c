/* draw.c -- inverse distribution functions: known answers, closed forms, round trips, monotone, extreme u. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#include "lind/draw.h"

static const double shares[] = {0x1p-53, 1e-12, 1e-6, 1e-3,  0.01,     0.1,       0.3,        0.5,
                                0.7,     0.9,   0.99, 0.999, 1 - 1e-6, 1 - 1e-12, 1 - 0x1p-53};
enum { SHARES = sizeof shares / sizeof shares[0] };

static void assert_close(double value, double expected, double relative) {
  if (!(fabs(value - expected) <= relative * fabs(expected))) fail_msg("%.17g instead of %.17g", value, expected);
}

/* mpmath 1.3 with 60 digits: bisection on the regularised incomplete gamma and beta functions and erfinv. */
static void known_answers(void **state) {
  (void)state;
  assert_close(lind_draw_normal_quantile(0.975), 1.95996398454005386, 1e-15);
  assert_close(lind_draw_normal_quantile(1e-10), -6.3613409024040562, 1e-15);
  assert_close(lind_draw_normal_quantile(0.9999999999), 6.36134088969742186, 1e-15);
  assert_close(lind_draw_gamma(1e-10, 0.05, 1), 5.84463205728665336e-201, 1e-12);
  assert_close(lind_draw_gamma(0.3, 0.05, 1), 2.03789718873266439e-11, 1e-12);
  assert_close(lind_draw_gamma(0.999999, 0.05, 1), 8.6968626678937438, 1e-12);
  assert_close(lind_draw_gamma(1e-10, 3.7, 2), 2 * 0.00415788225169528382, 1e-12);
  assert_close(lind_draw_gamma(0.3, 3.7, 2), 2 * 2.50622614368667201, 1e-12);
  assert_close(lind_draw_gamma(0.3, 1000, 1), 983.178446757898709, 1e-12);
  assert_close(lind_draw_gamma(0.999999, 1000, 1), 1157.57791100872391, 1e-12);
  assert_close(lind_draw_beta(1e-10, 0.05, 3), 2.30004700066488958e-201, 1e-12);
  assert_close(lind_draw_beta(0.3, 0.05, 3), 8.01976800360747551e-12, 1e-12);
  assert_close(lind_draw_beta(0.3, 2.5, 0.3), 0.88851302875503448, 1e-12);
  assert_close(lind_draw_beta(0.999, 2.5, 0.3), 0.999999999967825064, 1e-15);
  assert_close(lind_draw_beta_quantile(0.999, 30, 400), 0.113276281753384929, 1e-12);
  assert_close(lind_draw_t_quantile(0.975, 10), 2.22813885198627422, 1e-13);
  assert_close(lind_draw_t_quantile(0.999, 4.5), 6.42124288429579052, 1e-13);
  assert_close(lind_draw_t_quantile(1e-8, 60), -6.46876066598553024, 1e-10);
  assert_close(lind_draw_t_quantile(0.6, 1200), 0.25340327890764723, 1e-13);
  assert_close(lind_draw_chisq_upper(12.3, 7), 0.0911148860003130265, 1e-13);
  assert_close(lind_draw_chisq_upper(80, 1), 3.74409738420289876e-19, 1e-13);
}

/* mpmath 1.3 with 60 digits. The share next to 1 has half an ulp of its own: where the law is steep only the digits that u has.
 */
static void truncated_normal_in_the_tails(void **state) {
  (void)state;
  const struct {
    double u, lower, upper, z;
  } row[] = {
      {0x1p-53, 5, INFINITY, 5.00000000000000002},
      {0x1p-53, 40, INFINITY, 40.0},
      {0.5, 5, INFINITY, 5.13201833204429846},
      {0.5, 8, 9, 8.08488889901816643},
      {0.5, 29.9, INFINITY, 29.9231473959526379},
      {0.5, 30.1, INFINITY, 30.122994048584182},
      {0.5, 40, INFINITY, 40.0173141267646511},
      {0.5, 40, 40.01, 40.0045032399894907},
      {0.5, 100, INFINITY, 100.006930538752429},
      {0.5, -2, INFINITY, 0.0285169265909174753},
      {1 - 0x1p-53, 5, INFINITY, 9.85744333034827559},
      {1 - 0x1p-53, 8, 9, 8.99999999999993283},
      {1 - 0x1p-53, 29.9, INFINITY, 31.1031327975900194},
      {1 - 0x1p-53, 30.1, INFINITY, 31.2954608514585504},
      {1 - 0x1p-53, 40, INFINITY, 40.9075639065034727},
      {1 - 0x1p-53, 100, INFINITY, 100.366659219204761},
      {1 - 0x1p-53, -2, INFINITY, 8.21229902606152211},
  };
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
    assert_close(lind_draw_truncated_normal(row[i].u, 0, 1, row[i].lower, row[i].upper), row[i].z, 2e-14);
    const double mirrored = lind_draw_truncated_normal(1 - row[i].u, 0, 1, -row[i].upper, -row[i].lower);
    assert_close(-mirrored, row[i].z, 2e-14);
  }
}

static void truncation_keeps_its_bounds(void **state) {
  (void)state;
  const double bound[] = {-INFINITY, -50, -31, -8, -1, 0, 0.5, 3, 8, 31, 50, INFINITY};
  for (int a = 0; a < 11; a++)
    for (int b = a + 1; b < 12; b++) {
      double before = bound[a];
      for (int i = 0; i < SHARES; i++) {
        const double x = lind_draw_truncated_normal(shares[i], 0, 1, bound[a], bound[b]);
        assert_true(isfinite(x) && x >= bound[a] && x <= bound[b] && x >= before);
        before = x;
        const double y = lind_draw_truncated_lognormal(shares[i], 2, 0.5, exp(bound[a] / 9), exp(bound[b] / 9));
        assert_true(isfinite(y) && y >= exp(bound[a] / 9) && y <= exp(bound[b] / 9));
      }
    }
  for (int i = 0; i < SHARES; i++) { /* no truncation at all */
    assert_close(lind_draw_truncated_normal(shares[i], 3, 2, -INFINITY, INFINITY), 3 + 2 * lind_draw_normal_quantile(shares[i]),
                 1e-13);
    assert_close(lind_draw_truncated_lognormal(shares[i], 3, 0.4, 0, INFINITY), lind_draw_lognormal(shares[i], 3, 0.4), 1e-13);
  }
  assert_true(lind_draw_truncated_normal(0.3, 5, 0, 1, 4) == 4 && lind_draw_truncated_normal(0.3, 5, 1, 2, 2) == 2);
}

/* A fine sweep across the point where the two halves meet. */
static void truncation_is_monotone(void **state) {
  (void)state;
  double before = -INFINITY;
  for (int i = -20000; i <= 20000; i++) {
    const double x = lind_draw_truncated_normal(0.5 + i * 0x1p-52, 0, 1, -1, 1);
    assert_true(x >= before);
    before = x;
  }
}

static void closed_forms(void **state) {
  (void)state;
  for (int i = 0; i < SHARES; i++) {
    const double u = shares[i];
    const double e = -log1p(-u);
    assert_close(lind_draw_exponential(u, 4), e / 4, 1e-15);
    assert_close(lind_draw_weibull(u, 2, 3), 3 * sqrt(e), 1e-14);
    assert_close(lind_draw_gamma(u, 1, 3), 3 * e, 1e-12);
    assert_close(lind_draw_beta(u, 1, 7), -expm1(log1p(-u) / 7), 1e-11);
    assert_close(lind_draw_beta(u, 7, 1), pow(u, 1. / 7), 1e-12);
    assert_close(lind_draw_beta(u, 0.5, 0.5), pow(sin(M_PI / 2 * u), 2), 1e-11);
    const double tail = u < 0.5 ? u : 1 - u, sign = u < 0.5 ? -1 : 1;
    if (u != 0.5) {
      assert_close(lind_draw_t_quantile(u, 1), sign / tan(M_PI * tail), 1e-11);
      assert_close(lind_draw_t_quantile(u, 2), sign * (1 - 2 * tail) / sqrt(2 * tail * (1 - tail)), 1e-11);
    }
    assert_close(lind_draw_lognormal(u, 5, 0.3), 5 * exp(0.3 * gsl_cdf_ugaussian_Pinv(u)), 1e-15);
    assert_true(lind_draw_uniform(u, -1, 3) >= -1 && lind_draw_uniform(u, -1, 3) <= 3);
  }
  assert_true(fabs(lind_draw_t_quantile(0.5, 7)) < 1e-15);
  assert_close(lind_draw_t_quantile(0.975, INFINITY), lind_draw_normal_quantile(0.975), 1e-15);
  assert_close(lind_draw_uniform(0.25, -1, 3), 0, 0);
  for (double x = 0.1; x < 200; x *= 1.7) assert_close(lind_draw_chisq_upper(x, 2), exp(-x / 2), 1e-13);
  assert_close(lind_draw_t_cdf(1, 1), 0.75, 1e-15);
  assert_close(lind_draw_hypergeometric(1, 4, 6, 3), 4. * 15 / 120, 1e-13); /* C(4,1) C(6,2) / C(10,3) */
}

/* P(x(u)) = u, judged in the smaller tail, over shapes where GSL's own inverses fail. An x that is 0, or that cannot be told from
 * 1, is right when the law puts u there. */
static void round_trips(void **state) {
  (void)state;
  const double shape[] = {1e-3, 0.01, 0.1, 0.5, 0.9, 1, 1.1, 2, 5, 20, 100, 1e3, 1e4};
  for (int s = 0; s < 13; s++)
    for (int i = 0; i < SHARES; i++) {
      const double u = shares[i], x = lind_draw_gamma(u, shape[s], 1);
      if (x < DBL_MIN)
        assert_true(gsl_cdf_gamma_P(DBL_MIN, shape[s], 1) >= u);
      else if (u < 0.5)
        assert_close(gsl_cdf_gamma_P(x, shape[s], 1), u, 1e-11);
      else
        assert_close(gsl_cdf_gamma_Q(x, shape[s], 1), 1 - u, 1e-11);
    }
  const double ab[] = {0.01, 0.1, 0.5, 1, 2, 5, 50, 1e3};
  for (int a = 0; a < 8; a++)
    for (int b = 0; b < 8; b++)
      for (int i = 0; i < SHARES; i++) {
        const double u = shares[i], x = lind_draw_beta(u, ab[a], ab[b]);
        assert_true(x >= 0 && x <= 1);
        if (x < DBL_MIN)
          assert_true(gsl_cdf_beta_P(DBL_MIN, ab[a], ab[b]) >= u * (1 - 1e-10));
        else if (1 - x < 1e-3) /* u lies between the values one step of double on either side */
          assert_true(gsl_cdf_beta_P(x - DBL_EPSILON, ab[a], ab[b]) <= u * (1 + 1e-9) &&
                      (x + DBL_EPSILON >= 1 || gsl_cdf_beta_Q(x + DBL_EPSILON, ab[a], ab[b]) <= (1 - u) * (1 + 1e-9)));
        else if (u < 0.5)
          assert_close(gsl_cdf_beta_P(x, ab[a], ab[b]), u, 1e-10);
        else
          assert_close(gsl_cdf_beta_Q(x, ab[a], ab[b]), 1 - u, 1e-10);
      }
  const double df[] = {0.5, 1, 1.5, 2, 5, 10, 29.3, 31, 100, 1e3, 1e6};
  for (int d = 0; d < 11; d++)
    for (int i = 0; i < SHARES; i++) {
      const double u = shares[i], x = lind_draw_t_quantile(u, df[d]);
      if (u < 0.5)
        assert_close(lind_draw_t_cdf(x, df[d]), u, 1e-8);
      else
        assert_close(1 - gsl_cdf_tdist_Q(x, df[d]), u, 1e-12);
    }
}

/* Every draw rises with u, which common random numbers and antithetic pairs need. */
static void draws_are_monotone(void **state) {
  (void)state;
  double before[8];
  for (int k = 0; k < 8; k++) before[k] = -INFINITY;
  for (int i = 1; i < 4000; i++) {
    const double u = i / 4000.0;
    const double x[8] = {lind_draw_normal_quantile(u), lind_draw_gamma(u, 0.2, 1),
                         lind_draw_gamma(u, 40, 1),    lind_draw_beta(u, 0.4, 3),
                         lind_draw_beta(u, 200, 90),   lind_draw_t_quantile(u, 3),
                         lind_draw_weibull(u, 0.7, 1), lind_draw_truncated_normal(u, 0, 1, -0.5, 6)};
    for (int k = 0; k < 8; k++) {
      assert_true(x[k] > before[k]);
      before[k] = x[k];
    }
  }
}

static void categories_and_tables(void **state) {
  (void)state;
  const double cumulative[] = {0.2, 0.2, 0.7, 0.999999}; /* the second has no mass; the last is taken as 1 */
  assert_int_equal(lind_draw_category(0x1p-53, cumulative, 4), 0);
  assert_int_equal(lind_draw_category(0.2 - 1e-16, cumulative, 4), 0);
  assert_int_equal(lind_draw_category(0.2, cumulative, 4), 2);
  assert_int_equal(lind_draw_category(0.7, cumulative, 4), 3);
  assert_int_equal(lind_draw_category(1 - 0x1p-53, cumulative, 4), 3);
  const double p[] = {0, 0.25, 0.5, 1}, x[] = {10, 20, 20, 40};
  assert_close(lind_draw_table(0.125, p, x, 4), 15, 1e-15);
  assert_close(lind_draw_table(0.25, p, x, 4), 20, 0);
  assert_close(lind_draw_table(0.4, p, x, 4), 20, 0);
  assert_close(lind_draw_table(0.75, p, x, 4), 30, 1e-15);
  assert_true(lind_draw_table(1 - 0x1p-53, p, x, 4) <= 40 && lind_draw_table(0x1p-53, p, x, 4) >= 10);
}

int main(void) {
  gsl_set_error_handler_off();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_answers),
      cmocka_unit_test(truncated_normal_in_the_tails),
      cmocka_unit_test(truncation_keeps_its_bounds),
      cmocka_unit_test(truncation_is_monotone),
      cmocka_unit_test(closed_forms),
      cmocka_unit_test(round_trips),
      cmocka_unit_test(draws_are_monotone),
      cmocka_unit_test(categories_and_tables),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
