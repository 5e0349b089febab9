/* sensitivity_events.c -- see sensitivity_events.h. A bolus is one event, an infusion two: its input comes and goes.
 *
 * Bioavailability acts on the amount: an infusion of given rate lasts share * amount / rate, one of given duration runs at share
 * * amount / duration (docs/reference/events.md).
 */
#include "sensitivity_events.h"

#include <math.h>
#include <stdlib.h>

/* What the model says about doses, at one pack's lanes: four blocks of [n_states]. */
typedef struct answers {
  const lind_kernel *kernel;
  lind_lane *lanes; /* [1 + n_packs][4][n_states]: the patient, then each pack */
} answers;

enum { SHARE, LAG, RATE, DURATION, ANSWERS };

static const lind_lane *answer(const answers *a, int pack, int which, int state) {
  return a->lanes + ((pack + 1) * ANSWERS + which) * a->kernel->n_states + state;
}

static void ask(const answers *a, int pack, const lind_lane *frame) {
  const int n = a->kernel->n_states;
  lind_lane *to = a->lanes + (pack + 1) * ANSWERS * n;
  for (int k = 0; k < ANSWERS * n; k++)
    for (int i = 0; i < LIND_LANES; i++) to[k].of[i] = k < n ? 1 : 0;
  if (a->kernel->dosing != NULL)
    a->kernel->dosing(a->kernel->self, frame, to + SHARE * n, to + LAG * n, to + RATE * n, to + DURATION * n);
}

/* A dose in one lane. */
typedef struct course {
  double begin, end, size; /* h; end = begin for a bolus; amount or rate */
} course;

static course course_of(const lind_sensitivity_dose *dose, const answers *a, int pack, int lane) {
  const double share = answer(a, pack, SHARE, dose->state)->of[lane], amount = share * dose->amount;
  const double begin = dose->time + answer(a, pack, LAG, dose->state)->of[lane];
  if (dose->rate == 0) return (course){begin, begin, amount};
  if (dose->rate == -2) {
    const double duration = answer(a, pack, DURATION, dose->state)->of[lane];
    return (course){begin, begin + duration, amount / duration};
  }
  const double rate = dose->rate == -1 ? answer(a, pack, RATE, dose->state)->of[lane] : dose->rate;
  return (course){begin, begin + amount / rate, rate};
}

static lind_err check(const lind_sensitivity *task, const lind_sensitivity_dose *dose) {
  LIND_CHECK(dose->state >= 0 && dose->state < task->kernel->n_states, LIND_ERR_INPUT,
             "a dose goes into state %d; the system has %d", dose->state, task->kernel->n_states);
  LIND_CHECK(dose->time >= task->begin && isfinite(dose->time) && (dose->rate >= 0 || dose->rate == -1 || dose->rate == -2),
             LIND_ERR_INPUT, "a dose at %g h with rate %g is none; times are from %g h on, rates 0 or more, -1 or -2", dose->time,
             dose->rate, task->begin);
  return LIND_OK;
}

/* Events begin and, for an infusion, end of one dose. */
static void put(const lind_stencil *stencil, const lind_sensitivity_dose *dose, const answers *a, lind_sensitivity_event *begin,
                lind_sensitivity_event *end) {
  const course c = course_of(dose, a, -1, 0);
  begin->time = c.begin, begin->size = c.size, begin->state = dose->state, begin->infusion = dose->rate != 0;
  if (end != NULL) end->time = c.end, end->size = -c.size, end->state = dose->state, end->infusion = true;
  for (int j = 0; j < stencil->n_slots; j++) {
    lind_lane begins, ends, sizes;
    for (int i = 0; i < LIND_LANES; i++) {
      const course moved = course_of(dose, a, j / LIND_STENCIL_SLOTS, i);
      begins.of[i] = moved.begin, ends.of[i] = moved.end, sizes.of[i] = moved.size;
    }
    begin->time_slope[j] = lind_stencil_slope(stencil, j, &begins);
    begin->size_slope[j] = lind_stencil_slope(stencil, j, &sizes);
    if (end == NULL) continue;
    end->time_slope[j] = lind_stencil_slope(stencil, j, &ends);
    end->size_slope[j] = -begin->size_slope[j];
  }
}

/* Stable, by time: few enough to insert. */
static void sort(lind_sensitivity_events *events) {
  for (int i = 1; i < events->n; i++) {
    const lind_sensitivity_event event = events->at[i];
    int at = i;
    for (; at > 0 && events->at[at - 1].time > event.time; at--) events->at[at] = events->at[at - 1];
    events->at[at] = event;
  }
}

static lind_err list(const lind_sensitivity *task, const lind_stencil *stencil, const answers *a,
                     lind_sensitivity_events *events) {
  for (int d = 0; d < task->n_doses; d++) {
    const lind_sensitivity_dose *dose = &task->doses[d];
    LIND_TRY(check(task, dose));
    lind_sensitivity_event *begin = &events->at[events->n++], *end = dose->rate != 0 ? &events->at[events->n++] : NULL;
    begin->dose = d;
    if (end != NULL) end->dose = d;
    put(stencil, dose, a, begin, end);
    LIND_CHECK(isfinite(begin->size) && (end == NULL || (isfinite(end->time) && end->time >= begin->time)), LIND_ERR_INPUT,
               "the dose at %g h into state %d has no rate or duration: the model gives none above 0", dose->time, dose->state);
  }
  sort(events);
  return LIND_OK;
}

lind_err lind_sensitivity_events_create(const lind_sensitivity *task, const lind_stencil *stencil,
                                        lind_sensitivity_events *events) {
  const size_t most = 2 * (size_t)task->n_doses + 1, slots = (size_t)task->n_slots, n = (size_t)task->kernel->n_states;
  answers a = {.kernel = task->kernel};
  *events = (lind_sensitivity_events){.at = calloc(most, sizeof *events->at), .slopes = calloc(2 * most * slots, sizeof(double))};
  a.lanes = aligned_alloc(_Alignof(lind_lane), (size_t)(1 + stencil->n_packs) * ANSWERS * n * sizeof(lind_lane));
  lind_err code = LIND_OK;
  if (events->at == NULL || events->slopes == NULL || a.lanes == NULL)
    code = lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for the slopes of %d doses", task->n_doses);
  for (size_t e = 0; code == LIND_OK && e < most; e++) {
    events->at[e].time_slope = events->slopes + 2 * e * slots;
    events->at[e].size_slope = events->slopes + (2 * e + 1) * slots;
  }
  for (int p = -1; code == LIND_OK && p < stencil->n_packs; p++)
    ask(&a, p, p < 0 ? stencil->base : lind_stencil_frame(stencil, p));
  if (code == LIND_OK) code = list(task, stencil, &a, events);
  free(a.lanes);
  if (code != LIND_OK) lind_sensitivity_events_destroy(events);
  return code;
}

void lind_sensitivity_events_destroy(lind_sensitivity_events *events) {
  free(events->at);
  free(events->slopes);
  *events = (lind_sensitivity_events){0};
}
