/* trajectory.c -- rows of trajectories, as they are lived: at the stops of a pack, and between them where an engine is looked at
 * aside. A point that falls on a stop is taken there, after drifts and the visit's measurement, before the day's dose. */
#include <assert.h>
#include <math.h>

#include "conduct.h"

static const double at_once = 1e-6; /* h: stops so close are one, see live.c */

static const lind_plan_trajectories *dense_of(const lind_conduct *c) {
  const lind_recording *recording = c->desk->recording;
  return recording != NULL && recording->trajectories->dense ? recording->trajectories : NULL;
}

static bool is_kept(const lind_conduct *c, int i) { return c->desk->recording->place[c->lane[i].seat] >= 0; }

/* Who has left by then has no more rows; a lane that is off left when its seat's end says. */
static bool is_followed(const lind_conduct *c, int i, double now) {
  const lind_conduct_lane *lane = &c->lane[i];
  return now < (lane->on ? lane->leaves : c->desk->end[lane->seat]);
}

unsigned lind_trajectory_begin(const lind_conduct *c) {
  unsigned lanes = 0;
  for (int i = 0; dense_of(c) != NULL && i < c->n; i++) lanes |= (unsigned)is_kept(c, i) << i;
  return lanes;
}

double lind_trajectory_next(const lind_conduct *c, double now, double stop) {
  const double every = dense_of(c)->every, next = every * (floor((now + at_once) / every) + 1.0);
  return next < stop - at_once ? next : INFINITY;
}

unsigned lind_trajectory_due(const lind_conduct *c, double now, unsigned visiting) {
  const lind_plan_trajectories *dense = dense_of(c);
  unsigned lanes = 0;
  if (c->desk->recording == NULL) return 0;
  if (dense != NULL && fabs(now - dense->every * floor(now / dense->every + 0.5)) >= at_once) return 0;
  for (int i = 0; i < c->n; i++) {
    const bool there = dense != NULL ? c->lane[i].on && is_followed(c, i, now) : visiting >> i & 1u;
    lanes |= (unsigned)(there && is_kept(c, i)) << i;
  }
  return lanes;
}

/* One row; measured: those of the visit that has just been. */
static void write_row(lind_conduct *c, int i, double time, const lind_lane *x, const lind_lane *y) {
  lind_desk *desk = c->desk;
  const lind_recording *recording = desk->recording;
  const lind_plan_trajectories *t = recording->trajectories;
  const lind_model *model = desk->plan->model;
  const size_t s = (size_t)c->lane[i].seat, place = (size_t)recording->place[s];
  const int row = recording->n[place]++;
  assert(row < t->most);
  double *to = recording->rows + (place * (size_t)t->most + (size_t)row) * (size_t)t->n_columns;
  *to++ = desk->replicate;
  *to++ = (double)(desk->first_seat + s);
  *to++ = desk->arm[s];
  *to++ = time;
  for (int k = 0; k < t->n_outputs; k++) *to++ = y[t->outputs[k]].of[i] / model->outputs[t->outputs[k]].unit.scale;
  for (int k = 0; k < t->n_observed; k++)
    *to++ = desk->value[(s * (size_t)desk->plan->n_measures + (size_t)t->observed[k]) * (size_t)desk->plan->most_visits +
                        (size_t)desk->n_visits[s] - 1];
  for (int k = 0; k < t->n_states; k++) *to++ = x[k].of[i] / model->states[k].unit.scale;
}

void lind_trajectory_stop(lind_conduct *c, unsigned lanes, double now, const lind_lane *x, const lind_lane *y) {
  for (int i = 0; i < c->n; i++)
    if (lanes >> i & 1u) write_row(c, i, now, x, y);
}

void lind_trajectory_look(lind_conduct *c, unsigned lanes, const lind_lane *time, const lind_lane *x) {
  const lind_desk_scratch *scratch = c->desk->scratch;
  const lind_kernel *kernel = &c->desk->plan->model->kernel;
  lind_lane at = *time;
  for (int i = 0; i < LIND_LANES; i++)
    if (!(lanes >> i & 1u)) at.of[i] = 0.0;
  kernel->outputs(kernel->self, &at, scratch->frame, x, scratch->y);
  for (int i = 0; i < c->n; i++)
    if (lanes >> i & 1u && is_followed(c, i, at.of[i])) write_row(c, i, at.of[i], x, scratch->y);
}

void lind_trajectory_pass(lind_conduct *c, unsigned lanes, double from, double stop) {
  lind_lane time;
  for (double at = lind_trajectory_next(c, from, stop); at < stop; at = lind_trajectory_next(c, at, stop)) {
    for (int i = 0; i < LIND_LANES; i++) time.of[i] = at;
    lind_trajectory_look(c, lanes, &time, c->desk->scratch->x);
  }
}
