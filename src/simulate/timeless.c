/* timeless.c -- models without states: nothing is integrated, and an event's time is minus its trigger at time 0. */
#include <math.h>

#include "conduct.h"

bool lind_timeless_is(const lind_model *model) {
  if (model->n_states > 0 || model->n_triggers != model->n_events) return false;
  for (int e = 0; e < model->n_events; e++)
    if (!model->events[e].at) return false;
  return true;
}

bool lind_timeless_uneventful(const lind_plan *plan) {
  const lind_protocol *protocol = plan->protocol;
  bool quiet = plan->timeless && protocol->n_periods == 1 && plan->n_visits == 0 && plan->n_traces == 0 &&
               plan->n_controllers == 0 && protocol->n_habits == 0 && !plan->varies && plan->model->n_drifts == 0 &&
               plan->curve_output < 0;
  for (int t = 0; t < protocol->n_treatments; t++) quiet = quiet && protocol->treatments[t].dosing.n == 0;
  return quiet;
}

void lind_timeless_know(const lind_kernel *kernel, const lind_lane *frame, lind_lane *moment) {
  const lind_lane start = {{0}};
  if (kernel->n_triggers == 0) return;
  kernel->triggers(kernel->self, &start, frame, NULL, moment);
  for (int t = 0; t < kernel->n_triggers; t++)
    for (int i = 0; i < LIND_LANES; i++) moment[t].of[i] = -moment[t].of[i];
}

/* The event that comes next after `last` (an event at `from`; -1: none yet) and not behind `target`; -1: none. Events of one time
 * are in the model's order. */
static int next_event(const lind_model *model, const lind_lane *moment, int i, double from, int last, double target) {
  int next = -1;
  double soonest = INFINITY;
  for (int e = 0; e < model->n_events; e++) {
    const double at = moment[model->events[e].trigger].of[i];
    if ((at > from || (at == from && last >= 0 && e > last)) && at <= target && at < soonest) next = e, soonest = at;
  }
  return next;
}

void lind_timeless_pass(lind_conduct *c, const lind_lane *moment, lind_advance *pack) {
  const lind_model *model = c->desk->plan->model;
  for (int i = 0; i < c->n; i++) {
    double now = pack->time.of[i];
    const double target = pack->target.of[i];
    if (pack->status[i] != LIND_LANE_OK || !(now < target)) continue;
    int e = -1;
    while ((e = next_event(model, moment, i, now, e, target)) >= 0) {
      now = moment[model->events[e].trigger].of[i];
      lind_conduct_happen(c, i, e, now);
    }
    pack->time.of[i] = target;
  }
}
