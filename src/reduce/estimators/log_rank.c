/* log_rank.c -- log-rank test of two event times, in strata if there are any; the effect is Peto's hazard ratio exp((O - E) / V).
 * With rho each time counts S(t-)^rho, S the Kaplan-Meier curve of all patients of the stratum.
 * Sources: Mantel 1966, Cancer Chemother Rep 50:163; Yusuf, Peto et al. 1985, doi:10.1016/S0033-0620(85)80003-7;
 * Harrington & Fleming 1982, doi:10.1093/biomet/69.3.553 (rho). */
#include <math.h>

#include "../ranked.h"
#include "lind/draw.h"

enum { SETTING_RHO };

typedef struct test {
  double o_minus_e, variance, survival, rho;
} test;

/* One time with events: at_risk of control and treated just before it. */
static void add_time(test *t, double events, double treated, const double at_risk[2]) {
  const double total = at_risk[0] + at_risk[1], weight = t->rho == 0.0 ? 1.0 : pow(t->survival, t->rho);
  t->o_minus_e += weight * (treated - events * at_risk[1] / total);
  if (total > 1.0)
    t->variance += weight * weight * events * (at_risk[1] / total) * (at_risk[0] / total) * (total - events) / (total - 1.0);
  t->survival *= (total - events) / total;
}

static size_t add_stratum(const lind_ranked *r, size_t from, test *t) {
  double at_risk[2] = {0.0, 0.0};
  size_t to = from;
  for (; to < r->n && r->stratum[to] == r->stratum[from]; to++) at_risk[r->treated[to]] += 1.0;
  t->survival = 1.0;
  for (size_t i = from; i < to;) {
    double events = 0.0, treated = 0.0, left[2] = {0.0, 0.0};
    const double now = r->time[i];
    for (; i < to && r->time[i] == now; i++) {
      left[r->treated[i]] += 1.0;
      events += r->event[i];
      treated += r->event[i] & r->treated[i];
    }
    if (events > 0.0) add_time(t, events, treated, at_risk);
    at_risk[0] -= left[0];
    at_risk[1] -= left[1];
  }
  return to;
}

static void conclude(const test *t, const lind_analysis_settings *settings, uint64_t n, uint64_t missing, lind_answer *answer) {
  const double level = settings->level, null = settings->null;
  lind_term term = {"hazard ratio", NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  if (t->variance > 0.0) {
    const double log_ratio = t->o_minus_e / t->variance, se = 1.0 / sqrt(t->variance),
                 z = lind_draw_normal_quantile(0.5 + level / 2.0);
    const double statistic = (log_ratio - (null > 0.0 ? log(null) : 0.0)) / se;
    term = (lind_term){
        "hazard ratio",          exp(log_ratio),         se, statistic, NAN, 2.0 * lind_draw_normal_cdf(-fabs(statistic)),
        exp(log_ratio - z * se), exp(log_ratio + z * se)};
  }
  *answer =
      (lind_answer){.method = "log-rank test, Peto hazard ratio", .n = n, .missing = missing, .n_terms = 1, .terms = {term}};
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  lind_ranked ranked;
  test t = {.rho = settings->of[SETTING_RHO]};
  LIND_TRY(lind_ranked_create(set, false, &ranked));
  for (size_t i = 0; i < ranked.n;) i = add_stratum(&ranked, i, &t);
  conclude(&t, settings, ranked.n, ranked.missing, answer);
  lind_ranked_release(&ranked);
  return LIND_OK;
}

static lind_err from_tables(const lind_life_table *treated, const lind_life_table *control,
                            const lind_analysis_settings *settings, lind_answer *answer) {
  double at_risk[2] = {0.0, 0.0};
  test t = {.rho = settings->of[SETTING_RHO], .survival = 1.0};
  const lind_life_table *table[2] = {control, treated};
  for (int a = 0; a < 2; a++)
    for (int d = 0; d < table[a]->n_days; d++) at_risk[a] += table[a]->events[d] + table[a]->censored[d];
  const double n = at_risk[0] + at_risk[1];
  for (int d = 0; d < treated->n_days; d++) {
    const double events = treated->events[d] + control->events[d];
    if (events > 0.0) add_time(&t, events, treated->events[d], at_risk);
    for (int a = 0; a < 2; a++) at_risk[a] -= table[a]->events[d] + table[a]->censored[d];
  }
  conclude(&t, settings, (uint64_t)n, 0, answer);
  return LIND_OK;
}

static const lind_setting rows[] = {
    [SETTING_RHO] = {"rho", NULL, 0, 0, 10, "0: all times count alike; 1: early ones more (Peto and Peto's Wilcoxon test)"}, {0}};

const lind_estimator lind_estimator_log_rank = {
    .name = "log-rank",
    .summary = "hazard ratio (Peto) with the log-rank test",
    .source = "Mantel 1966; Yusuf et al. 1985; Harrington & Fleming 1982",
    .effect = "hazard ratio (treated / control)",
    .fits = LIND_FITS_TIME,
    .ratio = true,
    .stratifies = true,
    .settings = rows,
    .estimate = estimate,
    .from_tables = from_tables,
};
