/* course_inputs.c -- the given part of a lane's frame as time passes: inputs that change from record to record, and drifts. */
#include <math.h>
#include <string.h>

#include "course_inside.h"

static const double *values_of(const lind_course_pack *p, int i, int record) {
  return p->lane[i].patient->varying + (size_t)record * (size_t)p->course->n_varying;
}

static bool put(lind_course_pack *p, int i, int slot, double value) {
  double *at = &p->frame[slot].of[i];
  if (memcmp(at, &value, sizeof value) == 0) return false;
  *at = value;
  return true;
}

/* Input k is `value` now and moves by `slope` per h, if its kernel knows of slopes. */
static bool put_moving(lind_course_pack *p, int i, int k, double value, double slope) {
  const int slot = p->course->varying[k];
  bool changed = put(p, i, slot, value);
  if (p->course->between[k] != LIND_BETWEEN_OWN_LINE) return changed;
  changed |= put(p, i, slot + 1, slope);
  return put(p, i, slot + 2, p->advance.time.of[i]) || changed;
}

bool lind_course_inputs_place(lind_course_pack *p, int i, int record) {
  bool changed = false;
  if (p->course->n_varying == 0) return false;
  const double *values = values_of(p, i, record);
  for (int k = 0; k < p->course->n_varying; k++) changed |= put_moving(p, i, k, values[k], 0.0);
  return changed;
}

/* ---- drifts */

static double kick(const lind_course_pack *p, int i, const lind_course_drift *drift, int64_t node) {
  return lind_random_normal(p->lane[i].patient->who, drift->purpose, (uint32_t)node & 0xffffffu);
}

static bool drift_to(lind_course_pack *p, int i, int d) {
  const lind_course_drift *drift = &p->course->drifts[d];
  int64_t *node = &p->node[i * p->course->n_drifts + d];
  const int64_t here = (int64_t)fmax(0.0, floor(lind_under_way_soon(p->advance.time.of[i]) / drift->every));
  if (*node >= here) return false;
  double value = p->frame[drift->slot].of[i];
  if (*node < 0) value = drift->sd * kick(p, i, drift, *node = 0);
  while (*node < here) value = drift->keep * value + drift->kick * kick(p, i, drift, ++*node);
  return put(p, i, drift->slot, value);
}

void lind_course_inputs_restart(lind_course_pack *p, int i) {
  for (int d = 0; d < p->course->n_drifts; d++) p->node[i * p->course->n_drifts + d] = -1;
}

double lind_course_inputs_next(const lind_course_pack *p, int i) {
  double next = INFINITY;
  for (int d = 0; d < p->course->n_drifts; d++)
    next = fmin(next, (double)(p->node[i * p->course->n_drifts + d] + 1) * p->course->drifts[d].every);
  return next;
}

/* ---- between records */

static bool is_due(const lind_course_pack *p, int i) {
  const lind_course_lane *lane = &p->lane[i];
  return lane->next < lane->patient->n && lane->patient->records[lane->next].time <= lind_under_way_soon(p->advance.time.of[i]);
}

static bool place_on_lines(lind_course_pack *p, int i) {
  const double since = p->advance.time.of[i] - p->line.from.of[i];
  bool changed = false;
  for (int k = 0; k < p->course->n_varying; k++)
    if (p->course->between[k] == LIND_BETWEEN_LINE)
      changed |= put(p, i, p->course->varying[k], fma(p->line.slope[k].of[i], since, p->line.at[k].of[i]));
  return changed;
}

bool lind_course_inputs_arrive(lind_course_pack *p, int i) {
  bool changed = false;
  for (int d = 0; d < p->course->n_drifts; d++) changed |= drift_to(p, i, d);
  if (p->course->n_varying == 0) return changed;
  return (is_due(p, i) ? lind_course_inputs_place(p, i, p->lane[i].next) : place_on_lines(p, i)) || changed;
}

bool lind_course_inputs_leave(lind_course_pack *p, int i) {
  const lind_course_lane *lane = &p->lane[i];
  const int n = p->course->n_varying;
  bool changed = false;
  if (n == 0 || lane->next >= lane->patient->n) return false;
  const double *here = values_of(p, i, lane->next - 1), *there = values_of(p, i, lane->next);
  const double from = p->advance.time.of[i], span = lane->patient->records[lane->next].time - from;
  for (int k = 0; k < n; k++) {
    const double slope = span > 0.0 ? (there[k] - here[k]) / span : 0.0;
    if (p->course->between[k] == LIND_BETWEEN_BACKWARD) changed |= put(p, i, p->course->varying[k], there[k]);
    if (p->course->between[k] == LIND_BETWEEN_OWN_LINE) changed |= put_moving(p, i, k, here[k], slope);
    if (p->course->between[k] != LIND_BETWEEN_LINE) continue;
    p->line.from.of[i] = from;
    p->line.at[k].of[i] = here[k];
    p->line.slope[k].of[i] = slope;
  }
  return changed;
}

bool lind_course_inputs_smooth(const lind_course_pack *p, int i, int record) {
  const int n = p->course->n_varying;
  if (n == 0) return true;
  const double *here = values_of(p, i, record), *before = record > 0 ? here - n : here,
               *after = record + 1 < p->lane[i].patient->n ? here + n : here;
  for (int k = 0; k < n; k++) {
    if (p->course->between[k] != LIND_BETWEEN_BACKWARD && before[k] != here[k]) return false;
    if (p->course->between[k] != LIND_BETWEEN_FORWARD && after[k] != here[k]) return false;
  }
  return true;
}
