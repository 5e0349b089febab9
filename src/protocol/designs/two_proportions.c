/* two_proportions.c -- how many patients show a difference of two shares, by the normal approximation. The pooled form takes the
 * variance under no difference from the mean share and the other from the two shares; the unpooled form takes both from the two.
 * Sources: Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, chapter 4; Fleiss, Tytun & Ury 1980,
 * doi:10.2307/2529990 (the correction for continuity). */
#include <float.h>

#include "sizes.h"

typedef struct request {
  sizes_question common;
  double treated, control;
  int variance, correction;
} request;

static const lind_key rows[] = {
    {"treated", LIND_KEY_NUMBER, NULL, 0, 1, NULL, NULL, offsetof(request, treated), "share of the treated with the event"},
    {"control", LIND_KEY_NUMBER, NULL, 0, 1, NULL, NULL, offsetof(request, control), "share of the controls with the event"},
    SIZES_ROWS(request),
    {"variance", LIND_KEY_CHOICE, NULL, 0, 0, "pooled", "pooled|unpooled", offsetof(request, variance),
     "under no difference: of the mean share, or of the two shares"},
    {"correction", LIND_KEY_FLAG, NULL, 0, 0, "no", NULL, offsetof(request, correction),
     "for continuity, as Fleiss, Tytun and Ury"},
    {0}};

static void spread(const request *r, double *none, double *some) {
  const double k = r->common.ratio, mean = (k * r->treated + r->control) / (k + 1.0);
  *some = sqrt(r->control * (1.0 - r->control) + r->treated * (1.0 - r->treated) / k); /* times 1 / sqrt(controls) */
  *none = r->variance == 0 ? sqrt(mean * (1.0 - mean) * (1.0 + 1.0 / k)) : *some;
}

static lind_err solve(const void *at, lind_arena *arena, lind_design_answer *answer) {
  const request *r = at;
  const double k = r->common.ratio, difference = r->treated - r->control, z = sizes_critical(&r->common);
  double none, some;
  (void)arena;
  LIND_TRY(sizes_check(&r->common));
  LIND_CHECK(difference != 0.0, LIND_ERR_INPUT, "--treated and --control are both %g; a difference is needed", r->treated);
  spread(r, &none, &some);
  LIND_CHECK(some > 0.0, LIND_ERR_INPUT, "--treated is %g and --control %g; shares of 0 and 1 leave nothing to chance",
             r->treated, r->control);
  answer->method =
      r->variance == 0 ? "two proportions, pooled variance under no difference" : "two proportions, unpooled variance";
  const double slack = (1.0 + 1.0 / k) / fabs(difference); /* of the correction */
  if (!isnan(r->common.power)) {
    double control = pow((z * none + lind_draw_normal_quantile(r->common.power) * some) / difference, 2.0);
    if (r->correction) control = control / 4.0 * pow(1.0 + sqrt(1.0 + 2.0 * slack / control), 2.0);
    sizes_groups(answer, &r->common, control);
    return LIND_OK;
  }
  const double control = r->common.n / (1.0 + k), lost = r->correction ? slack / (2.0 * control) : 0.0;
  const double power = lind_draw_normal_cdf((fabs(difference) * fmax(0.0, 1.0 - lost) * sqrt(control) - z * none) / some);
  lind_design_add(answer, "power", power);
  answer->n = r->common.n;
  return LIND_OK;
}

const lind_design lind_design_two_proportions = {
    .name = "two-proportions",
    .summary = "patients, or power, for a difference of two shares",
    .source = "Fleiss, Levin & Paik 2003",
    .rows = rows,
    .size = sizeof(request),
    .solve = solve,
};
