/* cumulative_incidence.c -- difference of the cumulative incidence of an event at the end of follow-up where another event, such
 * as death, competes (Aalen-Johansen). 1 - Kaplan-Meier, which takes the dead as censored, would say too much. Sources: Aalen &
 * Johansen 1978, Scand J Stat 5:141; variance by the delta method, Marubini & Valsecchi 1995 (with the variance of a share, p (1
 * - p) / n, where nobody is censored). */
#include <math.h>
#include <stdlib.h>

#include "lind/draw.h"
#include "lind/estimator.h"

typedef struct subject {
  double time;
  int event; /* 0 censored, 1 seen, 2 competing */
} subject;

static int earlier(const void *x, const void *y) {
  const subject *a = x, *b = y;
  return (a->time > b->time) - (a->time < b->time);
}

typedef struct step { /* a time with events */
  double at_risk, seen, competing;
  double survival;  /* free of both just before */
  double incidence; /* of the event, after it */
} step;

static uint64_t gather(const lind_analysis_set *set, int treated, subject *all, uint64_t *missing) {
  uint64_t n = 0;
  for (uint64_t i = 0; i < set->n; i++) {
    if (set->treated[i] != treated) continue;
    if (isnan(set->value[i]))
      ++*missing;
    else
      all[n++] = (subject){set->value[i], set->event == NULL ? 1 : (int)set->event[i]};
  }
  qsort(all, (size_t)n, sizeof *all, earlier);
  return n;
}

static size_t walk(const subject *all, uint64_t n, step *steps) {
  double survival = 1.0, incidence = 0.0, at_risk = (double)n;
  size_t made = 0;
  for (uint64_t i = 0; i < n;) {
    step s = {.at_risk = at_risk, .survival = survival};
    const double now = all[i].time;
    for (; i < n && all[i].time == now; i++) {
      s.seen += all[i].event == 1;
      s.competing += all[i].event == 2;
      at_risk -= 1.0;
    }
    if (s.seen + s.competing == 0.0) continue;
    incidence += survival * s.seen / s.at_risk;
    survival *= 1.0 - (s.seen + s.competing) / s.at_risk;
    s.incidence = incidence;
    steps[made++] = s;
  }
  return made;
}

/* The incidence at the end and its variance. */
static void conclude(const step *steps, size_t n, double *incidence, double *variance) {
  const double end = n > 0 ? steps[n - 1].incidence : 0.0;
  double sum = 0.0;
  for (size_t k = 0; k < n; k++) {
    const step *s = &steps[k];
    const double left = end - s->incidence, events = s->seen + s->competing, y = s->at_risk;
    if (y > events) sum += left * left * events / (y * (y - events)); /* nothing is left after the last of all */
    sum += s->survival * s->survival * (y - s->seen) * s->seen / (y * y * y);
    sum -= 2.0 * left * s->survival * s->seen / (y * y);
  }
  *incidence = end;
  *variance = sum > 1e-15 * end * end ? sum : 0.0; /* what rounding leaves where everybody had the event is none */
}

static lind_term term_of(const char *name, double estimate, double variance, double level) {
  const double se = sqrt(variance), half = se * lind_draw_normal_quantile(0.5 + level / 2.0);
  if (!(se > 0.0)) return (lind_term){name, estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  return (lind_term){name, estimate, se, NAN, NAN, NAN, estimate - half, estimate + half};
}

static lind_err estimate(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer) {
  subject *all = malloc((size_t)(set->n + 1) * sizeof *all);
  step *steps = malloc((size_t)(set->n + 1) * sizeof *steps);
  double incidence[2] = {NAN, NAN}, variance[2] = {NAN, NAN};
  uint64_t missing = 0, used = 0;
  const bool ok = all != NULL && steps != NULL;
  for (int treated = 0; ok && treated < 2; treated++) {
    const uint64_t n = gather(set, treated, all, &missing);
    used += n;
    if (n > 0) conclude(steps, walk(all, n, steps), &incidence[treated], &variance[treated]);
  }
  free(all);
  free(steps);
  LIND_CHECK(ok, LIND_ERR_MEMORY, "no memory for the incidence in %llu patients", (unsigned long long)set->n);
  lind_term difference = term_of("difference", incidence[1] - incidence[0], variance[1] + variance[0], settings->level);
  difference.statistic = (difference.estimate - settings->null) / difference.se;
  difference.p = 2.0 * lind_draw_normal_cdf(-fabs(difference.statistic));
  *answer = (lind_answer){.method = "difference of cumulative incidences (Aalen-Johansen), normal interval",
                          .n = used,
                          .missing = missing,
                          .n_terms = 3,
                          .terms = {difference, term_of("treated", incidence[1], variance[1], settings->level),
                                    term_of("control", incidence[0], variance[0], settings->level)}};
  return LIND_OK;
}

const lind_estimator lind_estimator_cumulative_incidence = {
    .name = "cumulative-incidence",
    .summary = "difference of cumulative incidences at the end of follow-up, with competing events",
    .source = "Aalen & Johansen 1978, Scand J Stat 5:141; Marubini & Valsecchi 1995",
    .effect = "difference of cumulative incidences (treated - control)",
    .fits = LIND_FITS_TIME,
    .of_shares = true,
    .competing = true,
    .estimate = estimate,
};
