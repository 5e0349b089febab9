/* two_means.c -- how many patients show a difference of two means. The t form integrates the power over the law of the sample's
 * standard deviation, P(T > t) = E Phi(delta - t s), s^2 = chi^2 / df; the normal form takes the deviation as known.
 * Source: Owen 1965, doi:10.2307/2333696 (the noncentral t law). */
#include <float.h>

#include "sizes.h"

typedef struct request {
  sizes_question common;
  double difference, sd;
  int test;
} request;

static const lind_key rows[] = {
    {"difference", LIND_KEY_NUMBER, NULL, 0, 0, NULL, NULL, offsetof(request, difference), "of the means, treated - control"},
    {"sd", LIND_KEY_NUMBER, NULL, DBL_MIN, INFINITY, NULL, NULL, offsetof(request, sd), "standard deviation within a group"},
    SIZES_ROWS(request),
    {"test", LIND_KEY_CHOICE, NULL, 0, 0, "t", "t|z", offsetof(request, test), "deviation estimated (t) or known (z)"},
    {0}};

/* E over s = sqrt(chi^2_df / df) of Phi(shift - critical s): Simpson's rule in log s over the bulk of s, normed by its own mass.
 */
static double over_deviations(double df, double critical, double shift) {
  enum { STEPS = 800 };
  const double half = 12.0 / sqrt(2.0 * df) + 0.2, width = 2.0 * half / STEPS;
  double mass = 0.0, sum = 0.0;
  for (int i = 0; i <= STEPS; i++) {
    const double y = -half + width * i, s = exp(y);
    const double density = exp(df * y - 0.5 * df * (s * s - 1.0)) * (i == 0 || i == STEPS ? 1.0 : i % 2 == 1 ? 4.0 : 2.0);
    mass += density;
    sum += density * lind_draw_normal_cdf(shift - critical * s);
  }
  return sum / mass;
}

/* Of a two-sided test the near side alone: a rejection on the far one is no success. */
static double power_of(const request *r, double control) {
  const double k = r->common.ratio, shift = fabs(r->difference) / (r->sd * sqrt(1.0 / control + 1.0 / (k * control)));
  const double df = control * (1.0 + k) - 2.0, p = 1.0 - r->common.alpha / (double)r->common.sided;
  if (r->test == 1) return lind_draw_normal_cdf(shift - lind_draw_normal_quantile(p));
  if (!(df > 0.0)) return 0.0;
  return over_deviations(df, lind_draw_t_quantile(p, df), shift);
}

static lind_err solve(const void *at, lind_arena *arena, lind_design_answer *answer) {
  const request *r = at;
  (void)arena;
  LIND_TRY(sizes_check(&r->common));
  LIND_CHECK(r->difference != 0.0, LIND_ERR_INPUT, "--difference is 0; a difference is needed");
  answer->method = r->test == 0 ? "two means, t test" : "two means, known deviation";
  if (isnan(r->common.power)) {
    lind_design_add(answer, "power", power_of(r, r->common.n / (1.0 + r->common.ratio)));
    answer->n = r->common.n;
    return LIND_OK;
  }
  double low = 2.0 / (1.0 + r->common.ratio), high = 2.0 * low;
  while (power_of(r, high) < r->common.power && high < 1e9) high *= 2.0;
  LIND_CHECK(high < 1e9, LIND_ERR_INPUT, "a difference of %g at a deviation of %g takes more than 1e9 patients", r->difference,
             r->sd);
  for (int i = 0; i < 60; i++) {
    const double middle = 0.5 * (low + high);
    if (power_of(r, middle) < r->common.power)
      low = middle;
    else
      high = middle;
  }
  sizes_groups(answer, &r->common, 0.5 * (low + high));
  return LIND_OK;
}

const lind_design lind_design_two_means = {
    .name = "two-means",
    .summary = "patients, or power, for a difference of two means",
    .source = "Owen 1965",
    .rows = rows,
    .size = sizeof(request),
    .solve = solve,
};
