/* desk.c -- the working memory of one thread, sized once by the plan. Nothing is allocated between the first and the last block.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "desk_scratch.h"
#include "values.h"

size_t lind_plan_seats_in_memory(const lind_plan *plan) {
  return plan->block_replicates > 0 ? plan->protocol->patients : LIND_BLOCK_CUT;
}

static int curve_times(const lind_plan *plan) {
  if (plan->curve_output < 0) return 0;
  return (int)floor(plan->protocol->duration / plan->protocol->curve_every + 1e-9) + 1;
}

/* One table says how large every array of the desk is: it allocates them, and tells the bytes before a run. */
typedef struct array {
  void **at;
  size_t bytes;
} array;
enum { N_ARRAYS = 20 };

static void list_arrays(const lind_plan *plan, lind_desk *desk, array arrays[N_ARRAYS]) {
  const size_t n = lind_plan_seats_in_memory(plan), visits = (size_t)plan->most_visits, days = (size_t)plan->n_days;
  const array all[N_ARRAYS] = {
      {(void **)&desk->row, n * (size_t)plan->cohort->n_slots * sizeof(double)},
      {(void **)&desk->arm, n},
      {(void **)&desk->stratum, n * sizeof(uint16_t)},
      {(void **)&desk->attempts, n},
      {(void **)&desk->seated, n},
      {(void **)&desk->group, n * (size_t)plan->n_groupings * sizeof(uint16_t)},
      {(void **)&desk->n_visits, n * sizeof(int)},
      {(void **)&desk->time, n * visits * sizeof(double)},
      {(void **)&desk->value, n * visits * (size_t)plan->n_measures * sizeof(double)},
      {(void **)&desk->dose, n * days * sizeof(double)},
      {(void **)&desk->taken, n * days * sizeof(double)},
      {(void **)&desk->event, n * (size_t)plan->model->n_events * sizeof(double)},
      {(void **)&desk->end, n * sizeof(double)},
      {(void **)&desk->reason, n},
      {(void **)&desk->sample, LIND_LANES * (size_t)plan->trace_samples * sizeof(double)},
      {(void **)&desk->trace, LIND_LANES * (size_t)plan->n_traces * sizeof(lind_series)},
      {(void **)&desk->worn, LIND_LANES * (size_t)plan->n_residuals * sizeof *desk->worn},
      {(void **)&desk->cost, (size_t)plan->protocol->n_arms * sizeof *desk->cost},
      {(void **)&desk->values.parameters, lind_values_lay(plan, NULL, &desk->values)},
      {(void **)&desk->scratch, sizeof(lind_desk_scratch)},
  };
  memcpy(arrays, all, sizeof all);
}

static size_t lane_count(const lind_plan *plan) {
  const size_t states = (size_t)plan->model->kernel.n_states;
  return (size_t)plan->n_rule_slots + (size_t)plan->model->kernel.n_frame +
         (6 + (size_t)plan->model->kernel.n_triggers) * states + 2 * (size_t)plan->n_controllers +
         (size_t)plan->model->kernel.n_delays + (size_t)plan->model->kernel.n_outputs + 1 + (size_t)plan->model->n_drifts +
         (size_t)plan->n_traces + 3 * (size_t)plan->model->kernel.n_triggers;
}

static size_t rounded(size_t bytes) { return bytes > 0 ? (bytes + 63) / 64 * 64 : 64; }

size_t lind_plan_desk_bytes(const lind_plan *plan) {
  lind_desk desk = {.plan = plan};
  array arrays[N_ARRAYS];
  list_arrays(plan, &desk, arrays);
  size_t bytes = rounded(lane_count(plan) * sizeof(lind_lane)) + rounded(lind_rescue_bytes(plan->stepper, &plan->model->kernel)) +
                 sizeof desk;
  for (int i = 0; i < N_ARRAYS; i++) bytes += rounded(arrays[i].bytes);
  for (int i = 0; i < plan->protocol->n_dosing; i++)
    if (plan->dosing[i].policy != NULL && plan->policy->bytes != NULL) bytes += plan->policy->bytes(plan->dosing[i].policy);
  return bytes;
}

static void *aligned(size_t bytes) {
  void *memory = aligned_alloc(64, rounded(bytes));
  if (memory != NULL) memset(memory, 0, rounded(bytes));
  return memory;
}

static bool hire(lind_desk *desk) {
  const lind_plan *plan = desk->plan;
  desk->policies = calloc((size_t)plan->protocol->n_dosing + 1, sizeof *desk->policies);
  bool ok = desk->policies != NULL;
  for (int i = 0; ok && i < plan->protocol->n_dosing; i++)
    if (plan->dosing[i].policy != NULL) ok = plan->policy->create(plan->dosing[i].policy, &desk->policies[i]) == LIND_OK;
  return ok;
}

lind_err lind_desk_create(const lind_plan *plan, lind_desk **result) {
  lind_desk *desk = calloc(1, sizeof *desk);
  LIND_CHECK(desk != NULL, LIND_ERR_MEMORY, "no memory for a desk of %zu bytes", lind_plan_desk_bytes(plan));
  desk->plan = plan;
  desk->capacity = (int)lind_plan_seats_in_memory(plan);
  desk->n_curve_times = curve_times(plan);
  for (int i = 0; i < LIND_LANES; i++) desk->traced[i] = -1;
  array arrays[N_ARRAYS];
  list_arrays(plan, desk, arrays);
  bool ok = true;
  for (int i = 0; i < N_ARRAYS; i++)
    if (*arrays[i].at == NULL) ok &= (*arrays[i].at = aligned(arrays[i].bytes)) != NULL;
  if (ok) {
    (void)lind_values_lay(plan, desk->values.parameters, &desk->values);
    ok = lind_values_draw(plan, 0, &desk->values) == LIND_OK;
  }
  if (ok) {
    lind_desk_scratch *scratch = desk->scratch;
    const lind_kernel *kernel = &plan->model->kernel;
    scratch->lanes = aligned(lane_count(plan) * sizeof(lind_lane));
    scratch->workspace = aligned(lind_rescue_bytes(plan->stepper, kernel));
    ok = scratch->lanes != NULL && scratch->workspace != NULL;
    lind_lane *next = scratch->lanes;
    scratch->rules = next, next += plan->n_rule_slots;
    scratch->frame = next, next += kernel->n_frame;
    scratch->x = next, next += kernel->n_states + kernel->n_delays;
    scratch->after = next, next += kernel->n_triggers * kernel->n_states;
    scratch->bioavailability = next, next += kernel->n_states;
    scratch->lag = next, next += kernel->n_states;
    scratch->rate = next, next += kernel->n_states;
    scratch->duration = next, next += kernel->n_states;
    scratch->input = next, next += kernel->n_states;
    scratch->control = next, next += plan->n_controllers;
    scratch->today = next, next += plan->n_controllers;
    scratch->y = next, next += kernel->n_outputs;
    scratch->drift = next, next += plan->model->n_drifts;
    scratch->error = next, next += plan->n_traces;
    scratch->moment = next, next += kernel->n_triggers;
    scratch->margin = next, next += kernel->n_triggers;
    scratch->was = next, next += kernel->n_triggers;
    scratch->result = next;
  }
  if (ok) ok = hire(desk);
  if (!ok) {
    lind_desk_destroy(&desk);
    LIND_CHECK(false, LIND_ERR_MEMORY, "no memory for a desk of %zu bytes", lind_plan_desk_bytes(plan));
  }
  *result = desk;
  return LIND_OK;
}

void lind_desk_destroy(lind_desk **at) {
  if (at == NULL || *at == NULL) return;
  lind_desk *desk = *at;
  for (int i = 0; desk->policies != NULL && i < desk->plan->protocol->n_dosing; i++)
    if (desk->policies[i] != NULL) desk->plan->policy->destroy(&desk->policies[i]);
  free(desk->policies);
  if (desk->scratch != NULL) {
    if (desk->scratch->workspace != NULL)
      lind_rescue_release(desk->plan->stepper, &desk->plan->model->kernel, desk->scratch->workspace);
    free(desk->scratch->lanes);
    free(desk->scratch->workspace);
  }
  array arrays[N_ARRAYS];
  list_arrays(desk->plan, desk, arrays);
  for (int i = 0; i < N_ARRAYS; i++) free(*arrays[i].at);
  free(desk);
  *at = NULL;
}

void lind_desk_history(const lind_desk *desk, int seat, const double *values[], lind_history *history) {
  const lind_plan *plan = desk->plan;
  const size_t s = (size_t)seat, visits = (size_t)plan->most_visits;
  for (int m = 0; m < plan->n_measures; m++) values[m] = desk->value + (s * (size_t)plan->n_measures + (size_t)m) * visits;
  *history = (lind_history){.n_visits = desk->n_visits[seat],
                            .n_days = plan->n_days,
                            .time = desk->time + s * visits,
                            .value = values,
                            .dose = desk->dose + s * (size_t)plan->n_days,
                            .taken = desk->taken + s * (size_t)plan->n_days,
                            .event = desk->event + s * (size_t)plan->model->n_events,
                            .end = desk->end[seat],
                            .reason = (lind_end)desk->reason[seat],
                            .traces = NULL};
  for (int i = 0; i < LIND_LANES && plan->n_traces > 0; i++)
    if (desk->traced[i] == seat) history->traces = desk->trace + i * plan->n_traces;
}
