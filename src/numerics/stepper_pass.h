/* stepper_pass.h -- what lies within a step that an engine has just taken: looks are reported, the first state event is found.
 *
 * The engine lends a continuous extension of the step; everything here is a function of it, lane by lane: no lane's bits depend
 * on its neighbours. The engine calls `step` between accepting a step and overwriting what its extension needs, and only where
 * `asks` says so. Nothing is allocated; memory is the engine's, `bytes` of it.
 *
 * Triggers are watched at the start, the end and LIND_STEPPER_PASS_PARTS - 1 points between: an event that comes and goes between
 * two of them is not seen. A trigger that is above 0 when watching starts fires only after it has been at 0 or below.
 */
#ifndef LIND_STEPPER_PASS_H
#define LIND_STEPPER_PASS_H

#include "stepper_lanes.h"

enum { LIND_STEPPER_PASS_PARTS = 4 };

typedef struct lind_stepper_pass {
  const lind_kernel *kernel;
  const lind_lane *frame;
  lind_advance *pack;
  void *engine;
  /* The states at `time` of each lane, within the step of each lane that took one (ends included), x[n_states + n_delays]. What
   * it gives other lanes is not read. */
  void (*interpolate)(void *engine, const lind_lane *time, lind_lane *x);

  /* Out, in the lanes that `step` returns: where a trigger stopped the lane. */
  lind_lane stop; /* time, h: just behind the root, not beyond the end of the step */
  lind_lane *at;  /* [n_states + n_delays] */

  int looking;                   /* what is interpolated is for a look, not for an event */
  unsigned fresh;                /* lanes whose `before` has not been worked out in this call */
  lind_lane *before, *low, *now; /* [n_triggers] g at the end of the last step, at the ends of a part of this one */
  lind_lane *x;                  /* [n_states + n_delays] */
} lind_stepper_pass;

size_t lind_stepper_pass_bytes(const lind_kernel *kernel);

/* At the start of a call, kernel to interpolate being filled in: takes `bytes` of memory, aligned as a lane; clears
 * pack->trigger. */
void lind_stepper_pass_open(lind_stepper_pass *pass, void *memory);

/* Whether a step of these lanes to `end` must be shown to `step`: somebody looks within it, or triggers are to be watched. */
static inline int lind_stepper_pass_asks(const lind_stepper_pass *pass, lind_m8 lanes, lind_v8 end) {
  if (pass->kernel->n_triggers) return lind_m8_bits(lanes) != 0;
  return pass->pack->seen && lind_m8_bits(lind_m8_and(lanes, lind_v8_le(lind_v8_load(&pass->pack->look), end)));
}

/* `lanes` have gone from `start` to `end` (> start), where their states are x_end[n_states]. Reports the looks up to the end or
 * the first event, the event's own time included. Returns the lanes that a trigger stopped; for those pass->stop, pass->at and
 * pack->trigger are set, and pack->step is the length of the way to the event but at least a tenth of this step: after the reset
 * the next event may be as near. */
unsigned lind_stepper_pass_step(lind_stepper_pass *pass, unsigned lanes, const lind_lane *start, const lind_lane *end,
                                const lind_lane *x_end);

/* After an attempt from pack->time to *end, where the states are trial[n_states]: looks and events within it, in the lanes that
 * took the step. Returns the lanes that an event stopped; *end and trial are then what they are at the event. */
static inline lind_m8 lind_stepper_pass_end(lind_stepper_pass *pass, lind_m8 good, lind_v8 *end, lind_lane *trial) {
  lind_lane until;
  if (!lind_stepper_pass_asks(pass, good, *end)) return lind_lanes_none();
  lind_v8_store(&until, *end);
  const unsigned bits = lind_stepper_pass_step(pass, lind_m8_bits(good), &pass->pack->time, &until, trial);
  const lind_m8 stopped = lind_m8_from_bits(bits);
  if (!bits) return stopped;
  *end = lind_v8_select(stopped, lind_v8_load(&pass->stop), *end);
  lind_lanes_keep(trial, pass->at, pass->kernel->n_states, stopped);
  return stopped;
}

#endif
