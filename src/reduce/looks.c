/* looks.c -- look k is at the calendar time of the d_k-th event. Its bound spends what the rule allows for d_k events; where the
 * events seen are others than planned (several at one time, or fewer in all) the bounds are solved again with those seen. Where
 * the events come to an end before the last look, the last look is at the end of all follow-up and spends what is left. */
#include "looks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int rising(const void *x, const void *y) {
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

void lind_looks_plan(const lind_protocol *protocol, lind_sequential *looks) {
  const lind_design_rule *rule = &protocol->rule;
  double spent[LIND_SEQUENTIAL_LOOKS];
  *looks = (lind_sequential){.n = protocol->n_looks};
  for (int k = 0; k < looks->n; k++) {
    looks->t[k] = protocol->looks[k].events;
    looks->lower[k] = -INFINITY;
    spent[k] = lind_spending_used(&rule->spending, rule->alpha, looks->t[k] / protocol->looks[looks->n - 1].events);
  }
  lind_sequential_spend(looks, spent, 0);
}

/* The bound of the last of seen->n looks, at the events seen; final: all of alpha goes. */
static double bound_again(const lind_protocol *protocol, lind_sequential *seen, bool final) {
  const lind_design_rule *rule = &protocol->rule;
  double spent[LIND_SEQUENTIAL_LOOKS];
  for (int k = 0; k < seen->n; k++)
    spent[k] = lind_spending_used(&rule->spending, rule->alpha, seen->t[k] / protocol->looks[protocol->n_looks - 1].events);
  if (final) spent[seen->n - 1] = rule->alpha;
  lind_sequential_spend(seen, spent, 0);
  return seen->upper[seen->n - 1];
}

typedef struct taking { /* one comparison, complete and as it is known at a look */
  const lind_layout *layout;
  lind_gather *gather;
  lind_analysis_set set;
  const double *entry;
  double *value, *event, *when; /* [set.n] complete; calendar times of the events, rising */
  double from;                  /* h at which the endpoint's window opens */
  size_t n_events;
  double end; /* of all follow-up */
} taking;

static void prepare(taking *t, const lind_desk *desk, int n) {
  t->end = 0.0;
  for (int s = 0; s < n; s++)
    if (desk->seated[s]) t->end = fmax(t->end, t->entry[s] + desk->end[s]);
  t->n_events = 0;
  for (uint64_t i = 0; i < t->set.n; i++) {
    t->value[i] = t->gather->value[i];
    t->event[i] = t->gather->event[i];
    if (t->event[i] != 0.0 && !isnan(t->value[i])) t->when[t->n_events++] = t->entry[t->gather->seat[i]] + t->from + t->value[i];
  }
  qsort(t->when, t->n_events, sizeof *t->when, rising);
}

/* The columns as they are known at `time`; who has not come has no value, nor who has none in the complete life. Returns the
 * events. */
static double know(taking *t, double time) {
  double events = 0.0;
  for (uint64_t i = 0; i < t->set.n; i++) {
    const double opened = t->entry[t->gather->seat[i]] + t->from, followed = time - opened;
    const bool whole = opened + t->value[i] <= time; /* as it was written down in `when`: rounding must not lose the event */
    t->gather->value[i] = whole ? t->value[i] : followed < 0.0 || isnan(t->value[i]) ? NAN : followed;
    t->gather->event[i] = whole && t->event[i] != 0.0;
    events += t->gather->event[i];
  }
  return events;
}

static lind_err test(const taking *t, double *z) {
  const struct lind_layout_term *term = &t->layout->terms[0];
  lind_answer answer;
  LIND_TRY(term->estimator->estimate(&t->set, &t->layout->analyses[term->analysis].settings, &answer));
  *z = t->layout->plan->protocol->rule.benefit == LIND_BENEFIT_LOWER ? -answer.terms[0].statistic : answer.terms[0].statistic;
  return LIND_OK;
}

static lind_err take_looks(taking *t, lind_looks_stop *stop) {
  const lind_protocol *protocol = t->layout->plan->protocol;
  lind_sequential seen = {0};
  bool as_planned = true;
  for (int k = 0; k < protocol->n_looks; k++) {
    const size_t wanted = (size_t)protocol->looks[k].events;
    const bool there = wanted <= t->n_events;
    const double time = there ? t->when[wanted - 1] : t->end, events = know(t, time);
    const bool last = !there || k + 1 == protocol->n_looks || events >= protocol->looks[protocol->n_looks - 1].events;
    stop->time = time;
    stop->events = events;
    if (events < 1.0 || (seen.n > 0 && events - seen.t[seen.n - 1] < LIND_SEQUENTIAL_APART * events)) {
      if (last) break; /* nothing new was seen */
      continue;
    }
    seen.lower[seen.n] = -INFINITY;
    seen.t[seen.n++] = events;
    stop->looks++;
    as_planned = as_planned && events == protocol->looks[k].events;
    const double upper = as_planned ? t->layout->looks.upper[k] : bound_again(protocol, &seen, last);
    LIND_TRY(test(t, &stop->z));
    if (stop->z >= upper)
      stop->verdict = LIND_VERDICT_EFFICACY;
    else if (stop->z <= protocol->looks[k].futility)
      stop->verdict = LIND_VERDICT_FUTILITY;
    if (stop->verdict != LIND_VERDICT_NONE || last) break;
  }
  return LIND_OK;
}

lind_err lind_looks_take(const lind_layout *layout, lind_gather *gather, const lind_desk *desk, const double *value,
                         const double *event, const double *entry, int n, double *scratch, lind_looks_stop *stop) {
  const struct lind_layout_term *term = &layout->terms[0];
  const double from = layout->plan->protocol->endpoints[term->endpoint].from;
  taking t = {.layout = layout,
              .gather = gather,
              .entry = entry,
              .value = scratch,
              .event = scratch + n,
              .when = scratch + 2 * n,
              .from = isnan(from) ? 0.0 : from};
  lind_looks_stop made = {.z = NAN};
  lind_gather_set(gather, layout, term, desk, value, event, n, &t.set);
  prepare(&t, desk, n);
  LIND_TRY(take_looks(&t, &made));
  while (made.used < n && entry[made.used] <= made.time) made.used++;
  *stop = made;
  return LIND_OK;
}

/* What happened within 1e-6 h of the cut is in it: the event that makes the look must not be lost by rounding. */
static void cut_life(lind_desk *desk, int s, double left) {
  const lind_plan *plan = desk->plan;
  const double slack = 1e-6, *visit = desk->time + (size_t)s * (size_t)plan->most_visits;
  double *happened = desk->event + (size_t)s * (size_t)plan->model->n_events, end = left;
  while (desk->n_visits[s] > 0 && visit[desk->n_visits[s] - 1] > left + slack) desk->n_visits[s]--;
  if (desk->n_visits[s] > 0) end = fmax(end, visit[desk->n_visits[s] - 1]);
  for (int e = 0; e < plan->model->n_events; e++) {
    if (happened[e] > left + slack)
      happened[e] = INFINITY;
    else
      end = fmax(end, happened[e]);
  }
  desk->end[s] = end;
  desk->reason[s] = LIND_END_CUT;
  for (int d = 0; d < plan->n_days; d++)
    if (24.0 * d >= left)
      desk->dose[(size_t)s * (size_t)plan->n_days + (size_t)d] = desk->taken[(size_t)s * (size_t)plan->n_days + (size_t)d] = NAN;
}

void lind_looks_cut(lind_desk *desk, const double *entry, int n, double time) {
  for (int s = 0; s < n; s++)
    if (desk->seated[s] && desk->reason[s] != LIND_END_FAILED && desk->end[s] > time - entry[s] + 1e-6)
      cut_life(desk, s, time - entry[s]);
}
