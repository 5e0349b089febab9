/* plan_visits.c -- the visit schedule: whole days, in order, windows that cannot overlap. */
#include <math.h>
#include <stdlib.h>

#include "plan_parts.h"

static int by_day(const void *a, const void *b) {
  const int x = ((const lind_plan_visit *)a)->day, y = ((const lind_plan_visit *)b)->day;
  return (x > y) - (x < y);
}

lind_err lind_plan_parts_visits(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  const int last = (int)floor(protocol->duration / 24.0 + 1e-9) + 1; /* the day that begins as the trial ends */
  int n = 0;
  for (int g = 0; g < protocol->n_visits; g++) n += protocol->visits[g].days.n;
  lind_plan_visit *visits;
  LIND_TAKE(visits, arena, n + 1);
  n = 0;
  for (int g = 0; g < protocol->n_visits; g++)
    for (int k = 0; k < protocol->visits[g].days.n; k++)
      visits[n++] = (lind_plan_visit){(int)protocol->visits[g].days.at[k], (int)floor(protocol->visits[g].window / 24.0 + 1e-9),
                                      protocol->visits[g].missed};
  qsort(visits, (size_t)n, sizeof *visits, by_day);
  for (int i = 0; i < n; i++) {
    /* nobody comes before day 1 or after the end: windows are narrowed there, on both sides, so that their mean stays the day */
    if (visits[i].day - visits[i].window < 1) visits[i].window = visits[i].day - 1;
    if (visits[i].day + visits[i].window > last) visits[i].window = last - visits[i].day;
    LIND_CHECK(i == 0 || visits[i - 1].day + visits[i - 1].window < visits[i].day - visits[i].window, LIND_ERR_INPUT,
               "%s: visits of day %d and day %d can fall on the same day; narrow their windows or space them", protocol->path,
               visits[i - 1].day, visits[i].day);
  }
  bool rechecks = false;
  for (int i = 0; i < protocol->n_dosing; i++) rechecks |= plan->dosing[i].recheck != NULL;
  plan->n_visits = n;
  plan->visits = visits;
  plan->most_visits = rechecks ? plan->n_days + 2 : n + 1; /* a recheck is at least a day after the visit that asked */
  return LIND_OK;
}
