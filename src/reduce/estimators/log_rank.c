/* log_rank.c -- log-rank test of two event times; the effect is Peto's hazard ratio exp((O - E) / V).
 * Sources: Mantel 1966, Cancer Chemother Rep 50:163; Yusuf, Peto et al. 1985, doi:10.1016/S0033-0620(85)80003-7. */
#include <math.h>
#include <stdlib.h>

#include "lind/draw.h"
#include "lind/estimator.h"

typedef struct subject {
  double time;
  int event, treated;
} subject;

static int earlier(const void *x, const void *y) {
  const subject *a = x, *b = y;
  return (a->time > b->time) - (a->time < b->time);
}

static uint64_t gather(const lind_analysis_set *set, subject *into, uint64_t *missing) {
  uint64_t n = 0;
  *missing = 0;
  for (uint64_t i = 0; i < set->n; i++) {
    if (isnan(set->value[i])) {
      ++*missing;
      continue;
    }
    into[n++] = (subject){set->value[i], set->event == NULL || set->event[i] != 0.0, set->treated[i]};
  }
  return n;
}

static void observed_expected(const subject *all, uint64_t n, double *o_minus_e, double *variance) {
  double at_risk[2] = {0.0, 0.0};
  *o_minus_e = *variance = 0.0;
  for (uint64_t i = 0; i < n; i++) at_risk[all[i].treated] += 1.0;
  for (uint64_t i = 0; i < n;) {
    double events = 0.0, treated = 0.0, left[2] = {0.0, 0.0};
    const double now = all[i].time;
    for (; i < n && all[i].time == now; i++) {
      left[all[i].treated] += 1.0;
      if (all[i].event) {
        events += 1.0;
        treated += all[i].treated;
      }
    }
    const double total = at_risk[0] + at_risk[1];
    if (events > 0.0) {
      *o_minus_e += treated - events * at_risk[1] / total;
      if (total > 1.0) *variance += events * (at_risk[1] / total) * (at_risk[0] / total) * (total - events) / (total - 1.0);
    }
    at_risk[0] -= left[0];
    at_risk[1] -= left[1];
  }
}

static void conclude(double o_minus_e, double variance, const lind_analysis_settings *settings, uint64_t n, uint64_t missing,
                     lind_answer *answer) {
  const double level = settings->level, null = settings->null;
  lind_term term = {"hazard ratio", NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  if (variance > 0.0) {
    const double log_ratio = o_minus_e / variance, se = 1.0 / sqrt(variance), z = lind_draw_normal_quantile(0.5 + level / 2.0);
    const double statistic = (log_ratio - (null > 0.0 ? log(null) : 0.0)) / se;
    term = (lind_term){
        "hazard ratio",          exp(log_ratio),         se, statistic, NAN, 2.0 * lind_draw_normal_cdf(-fabs(statistic)),
        exp(log_ratio - z * se), exp(log_ratio + z * se)};
  }
  *answer =
      (lind_answer){.method = "log-rank test, Peto hazard ratio", .n = n, .missing = missing, .n_terms = 1, .terms = {term}};
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  subject *all = malloc((size_t)(set->n + 1) * sizeof *all);
  LIND_CHECK(all != NULL, LIND_ERR_MEMORY, "no memory for a log-rank test of %llu patients", (unsigned long long)set->n);
  uint64_t missing;
  const uint64_t n = gather(set, all, &missing);
  qsort(all, (size_t)n, sizeof *all, earlier);
  double o_minus_e, variance;
  observed_expected(all, n, &o_minus_e, &variance);
  free(all);
  conclude(o_minus_e, variance, settings, n, missing, answer);
  return LIND_OK;
}

static lind_err from_tables(const lind_life_table *treated, const lind_life_table *control,
                            const lind_analysis_settings *settings, lind_answer *answer) {
  double at_risk[2] = {0.0, 0.0}, o_minus_e = 0.0, variance = 0.0;
  const lind_life_table *table[2] = {control, treated};
  for (int a = 0; a < 2; a++)
    for (int d = 0; d < table[a]->n_days; d++) at_risk[a] += table[a]->events[d] + table[a]->censored[d];
  const double n = at_risk[0] + at_risk[1];
  for (int d = 0; d < treated->n_days; d++) {
    const double events = treated->events[d] + control->events[d], total = at_risk[0] + at_risk[1];
    if (events > 0.0) {
      o_minus_e += treated->events[d] - events * at_risk[1] / total;
      if (total > 1.0) variance += events * (at_risk[1] / total) * (at_risk[0] / total) * (total - events) / (total - 1.0);
    }
    for (int a = 0; a < 2; a++) at_risk[a] -= table[a]->events[d] + table[a]->censored[d];
  }
  conclude(o_minus_e, variance, settings, (uint64_t)n, 0, answer);
  return LIND_OK;
}

const lind_estimator lind_estimator_log_rank = {
    .name = "log-rank",
    .summary = "hazard ratio (Peto) with the log-rank test",
    .source = "Mantel 1966; Yusuf et al. 1985",
    .effect = "hazard ratio (treated / control)",
    .fits = LIND_FITS_TIME,
    .ratio = true,
    .estimate = estimate,
    .from_tables = from_tables,
};
