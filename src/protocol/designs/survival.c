/* survival.c -- events and patients for a hazard ratio. Events: Schoenfeld 1981, doi:10.1093/biomet/68.1.316. Patients, from
 * exponential times, uniform recruitment and exponential drop-out: Lachin & Foulkes 1986, doi:10.2307/2531201. */
#include <float.h>

#include "sizes.h"

typedef struct request {
  sizes_question common;
  double hazard_ratio, median, recruitment, duration, dropout;
} request;

static const lind_key rows[] = {
    {"hazard-ratio", LIND_KEY_NUMBER, NULL, DBL_MIN, INFINITY, NULL, NULL, offsetof(request, hazard_ratio), "treated / control"},
    SIZES_ROWS(request),
    {"median", LIND_KEY_NUMBER, NULL, DBL_MIN, INFINITY, "", NULL, offsetof(request, median),
     "median time of the controls; asked for: how many patients? All times are in one unit"},
    {"recruitment", LIND_KEY_NUMBER, NULL, 0, INFINITY, "0", NULL, offsetof(request, recruitment),
     "time over which patients come"},
    {"duration", LIND_KEY_NUMBER, NULL, DBL_MIN, INFINITY, "", NULL, offsetof(request, duration),
     "from the first patient to the analysis"},
    {"dropout", LIND_KEY_NUMBER, NULL, 0, INFINITY, "0", NULL, offsetof(request, dropout),
     "hazard of being lost, per unit of time"},
    {0}};

/* Chance that somebody with this hazard is seen to have the event. */
static double seen(const request *r, double hazard) {
  const double all = hazard + r->dropout, span = r->recruitment, follow = r->duration - span;
  const double left = span > 0.0 ? exp(-all * follow) * -expm1(-all * span) / (all * span) : exp(-all * r->duration);
  return hazard / all * (1.0 - left);
}

static lind_err check(const request *r) {
  LIND_TRY(sizes_check(&r->common));
  LIND_CHECK(r->hazard_ratio != 1.0, LIND_ERR_INPUT, "--hazard-ratio is 1; a difference is needed");
  LIND_CHECK(isnan(r->median) == isnan(r->duration), LIND_ERR_INPUT,
             "--median and --duration belong together: events become patients by them");
  LIND_CHECK(!isnan(r->median) || (r->recruitment == 0.0 && r->dropout == 0.0), LIND_ERR_INPUT,
             "--recruitment and --dropout need --median and --duration, by which events become patients");
  LIND_CHECK(isnan(r->duration) || r->recruitment <= r->duration, LIND_ERR_INPUT,
             "--recruitment is %g and --duration %g; the last patient comes before the analysis", r->recruitment, r->duration);
  LIND_CHECK(isnan(r->common.n) || !isnan(r->median), LIND_ERR_INPUT, "--n needs --median and --duration, to know the events");
  return LIND_OK;
}

static lind_err solve(const void *at, lind_arena *arena, lind_design_answer *answer) {
  const request *r = at;
  LIND_TRY(check(r));
  const double k = r->common.ratio, q1 = k / (1.0 + k), q0 = 1.0 - q1, z = sizes_critical(&r->common);
  const double effect = fabs(log(r->hazard_ratio));
  double events = NAN;
  if (!isnan(r->common.power)) {
    events = pow((z + lind_draw_normal_quantile(r->common.power)) / effect, 2.0) / (q1 * q0);
    lind_design_add(answer, "events", events);
    answer->n = ceil(events - 1e-9);
  }
  answer->method = "Schoenfeld's number of events";
  if (isnan(r->median)) return LIND_OK;
  answer->method = "Schoenfeld's number of events; Lachin and Foulkes' number of patients";
  const double h0 = M_LN2 / r->median, h1 = h0 * r->hazard_ratio, mean = q1 * h1 + q0 * h0;
  const double p0 = seen(r, h0), p1 = seen(r, h1), pm = seen(r, mean);
  const double none = sqrt(mean * mean / pm * (1.0 / q1 + 1.0 / q0)), some = sqrt(h1 * h1 / p1 / q1 + h0 * h0 / p0 / q0);
  const double shares[3] = {p1, p0, q1 * p1 + q0 * p0};
  if (isnan(events)) {
    lind_design_add(answer, "power", lind_draw_normal_cdf((fabs(h1 - h0) * sqrt(r->common.n) - z * none) / some));
    answer->n = r->common.n;
  } else {
    const double n = pow((z * none + lind_draw_normal_quantile(r->common.power) * some) / (h1 - h0), 2.0);
    sizes_groups(answer, &r->common, q0 * n);
    LIND_TRY(lind_design_tell(answer, arena, "patients_for_events", 1, &(double){events / shares[2]}));
    LIND_TRY(lind_design_tell(answer, arena, "patients", 1, &n));
  }
  return lind_design_tell(answer, arena, "share_with_event", 3, shares);
}

const lind_design lind_design_survival = {
    .name = "survival",
    .summary = "events and patients, or power, for a hazard ratio",
    .source = "Schoenfeld 1981; Lachin & Foulkes 1986",
    .rows = rows,
    .size = sizeof(request),
    .solve = solve,
};
