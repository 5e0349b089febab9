/* stepper_lanes.h -- what every engine on lanes does alike: stop lanes, know the least step, keep some lanes of an array, count.
 *
 * Everything is inline and lane by lane; what is rare (a lane that stops) is done one by one. Depends on: lane_math.h, stepper.h.
 */
#ifndef LIND_STEPPER_LANES_H
#define LIND_STEPPER_LANES_H

#include <float.h>
#include <math.h>

#include "lane_math.h"
#include "lind/stepper.h"

static inline lind_v8 v8(double a) { return lind_v8_fill(a); }
static inline lind_m8 lind_lanes_none(void) { return lind_m8_from_bits(0); }
static inline lind_m8 lind_lanes_finite(lind_v8 a) { return lind_v8_lt(lind_v8_abs(a), v8(INFINITY)); }

/* They are active no more. */
static inline void lind_lanes_stop(lind_advance *pack, lind_m8 *active, lind_m8 lanes, lind_lane_status why) {
  const unsigned bits = lind_m8_bits(lanes);
  for (int i = 0; bits != 0 && i < LIND_LANES; i++)
    if (bits >> i & 1) pack->status[i] = why;
  *active = lind_m8_except(*active, lanes);
}

/* Lanes whose attempt failed at the least step. */
static inline void lind_lanes_give_up(lind_advance *pack, lind_m8 *active, lind_m8 stuck, lind_m8 finite) {
  if (!lind_m8_bits(stuck)) return;
  lind_lanes_stop(pack, active, lind_m8_and(stuck, finite), LIND_LANE_STEP_SIZE);
  lind_lanes_stop(pack, active, lind_m8_except(stuck, finite), LIND_LANE_NOT_FINITE);
}

/* Below this a step is refused: the user's limit, or what time itself can resolve. */
static inline lind_v8 lind_lanes_floor(const lind_tolerance *tolerance, lind_v8 time) {
  return lind_v8_max(v8(tolerance->smallest_step), lind_v8_mul(v8(4 * DBL_EPSILON), lind_v8_abs(time)));
}

/* to = from, [n], in these lanes. */
static inline void lind_lanes_keep(lind_lane *to, const lind_lane *from, int n, lind_m8 where) {
  for (int i = 0; i < n; i++) lind_v8_store(&to[i], lind_v8_select(where, lind_v8_load(&from[i]), lind_v8_load(&to[i])));
}

static inline void lind_lanes_count(lind_advance *pack, lind_m8 good, lind_m8 rejected) {
  pack->work.steps += (unsigned)__builtin_popcount(lind_m8_bits(good));
  pack->work.rejected += (unsigned)__builtin_popcount(lind_m8_bits(rejected));
}

#endif
