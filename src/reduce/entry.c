/* entry.c -- a Poisson process with a rate that changes in steps, or one arrival in each interval of 1 / rate: the arrivals of a
 * process of rate 1 are moved to where the expected number of arrivals is theirs (Cinlar 1975, Introduction to Stochastic
 * Processes, chapter 4). */
#include "entry.h"

#include <math.h>
#include <string.h>

/* The time at which `expected` arrivals are expected. */
static double time_of(const lind_recruit *recruit, uint64_t patients, double expected) {
  if (!isnan(recruit->over)) return expected / ((double)patients / recruit->over);
  for (int k = 0; k + 1 < recruit->n; k++) {
    const double here = recruit->rate[k] * (recruit->from[k + 1] - recruit->from[k]);
    if (expected < here) return recruit->from[k] + expected / recruit->rate[k];
    expected -= here;
  }
  return recruit->from[recruit->n - 1] + expected / recruit->rate[recruit->n - 1];
}

void lind_entry_fill(const lind_plan *plan, uint32_t replicate, uint64_t first_seat, int n, double *entry) {
  const lind_recruit *recruit = &plan->protocol->recruit;
  const lind_purpose why = lind_random_purpose(LIND_RECRUIT_ARRIVAL);
  if (recruit->n == 0) {
    memset(entry, 0, (size_t)n * sizeof *entry);
    return;
  }
  const bool poisson = recruit->arrivals == LIND_ARRIVALS_POISSON;
  double arrived = 0.0;
  for (uint64_t s = poisson ? 0 : first_seat; s < first_seat + (uint64_t)n; s++) {
    const lind_who who = {.seed = plan->protocol->seed, .replicate = replicate, .seat = (uint32_t)s};
    const double u = lind_random_uniform(who, why, 0);
    arrived = poisson ? arrived - log(u) : (double)s + u;
    if (s >= first_seat) entry[s - first_seat] = time_of(recruit, plan->protocol->patients, arrived);
  }
}
