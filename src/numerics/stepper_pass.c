/* stepper_pass.c -- looks and state events within a step, see stepper_pass.h.
 *
 * The root of the first event is bracketed by regula falsi with the Illinois modification (Dowell and Jarratt 1971,
 * doi:10.1007/BF01934364), a bisection every third time, on the largest g of the triggers that pass 0 within the part. A point
 * that falls on an end of the bracket is moved one tolerance inside, so that both ends close in on the root.
 * Shown by tests/numerics/stepper_pass.c.
 */
#include "stepper_pass.h"

#include <float.h>
#include <math.h>
#include <string.h>

static int wide(const lind_kernel *kernel) { return kernel->n_states + kernel->n_delays; }

size_t lind_stepper_pass_bytes(const lind_kernel *kernel) {
  return (size_t)(2 * wide(kernel) + 3 * kernel->n_triggers) * sizeof(lind_lane);
}

void lind_stepper_pass_open(lind_stepper_pass *p, void *memory) {
  const int n = wide(p->kernel), triggers = p->kernel->n_triggers;
  p->x = memory;
  p->at = p->x + n;
  p->before = p->at + n;
  p->low = p->before + triggers;
  p->now = p->low + triggers;
  p->fresh = 255;
  for (int i = 0; i < LIND_LANES; i++) p->pack->trigger[i] = LIND_TRIGGER_NONE;
}

/* One step as its lanes see it. */
typedef struct span {
  lind_m8 lanes;
  lind_v8 start, end;
  const lind_lane *x_end;
} span;

/* States at `time` in the lanes `wanted`; at the end of the step they are the step's own, to the last bit, and cost no
 * interpolation. Other lanes are sent to the start of the step. */
static void pass_states(lind_stepper_pass *p, const span *s, lind_m8 wanted, lind_v8 time, lind_lane *x) {
  const lind_m8 ends = lind_v8_eq(time, s->end);
  if (!p->kernel->n_delays && !lind_m8_bits(lind_m8_except(wanted, ends))) {
    memcpy(x, s->x_end, (size_t)p->kernel->n_states * sizeof *x);
    return;
  }
  lind_lane at;
  lind_v8_store(&at, lind_v8_select(wanted, time, s->start));
  p->interpolate(p->engine, &at, x);
  for (int i = 0; i < p->kernel->n_states; i++)
    lind_v8_store(&x[i], lind_v8_select(ends, lind_v8_load(&s->x_end[i]), lind_v8_load(&x[i])));
}

static void pass_triggers(lind_stepper_pass *p, const span *s, lind_m8 wanted, lind_v8 time, lind_lane *g) {
  lind_lane at;
  lind_v8_store(&at, time);
  pass_states(p, s, wanted, time, p->x);
  p->kernel->triggers(p->kernel->self, &at, p->frame, p->x, g);
}

/* ---- events ---- */

/* Where a trigger's g is at 0 or below at one end of a part and above 0 at the other. */
static lind_m8 pass_crosses(const lind_lane *low, const lind_lane *high) {
  return lind_m8_and(lind_v8_le(lind_v8_load(low), v8(0)), lind_v8_gt(lind_v8_load(high), v8(0)));
}

/* The first part of the step in which a trigger fires: lanes in which there is one, its ends, p->low and p->before being g there.
 * In the other lanes p->before ends up as g at the end of the step. */
static lind_m8 pass_bracket(lind_stepper_pass *p, const span *s, lind_v8 *low, lind_v8 *high) {
  const int n = p->kernel->n_triggers;
  lind_m8 open = s->lanes, found = lind_m8_from_bits(0);
  *low = *high = s->start;
  for (int part = 1; part <= LIND_STEPPER_PASS_PARTS && lind_m8_bits(open); part++) {
    const lind_v8 share = v8((double)part / LIND_STEPPER_PASS_PARTS);
    const lind_v8 inside = lind_v8_fma(share, lind_v8_sub(s->end, s->start), s->start);
    const lind_v8 time = part == LIND_STEPPER_PASS_PARTS ? s->end : inside;
    pass_triggers(p, s, open, time, p->now);
    lind_m8 fires = lind_m8_from_bits(0);
    for (int t = 0; t < n; t++) fires = lind_m8_or(fires, pass_crosses(&p->before[t], &p->now[t]));
    *low = lind_v8_select(open, *high, *low);
    *high = lind_v8_select(open, time, *high);
    lind_lanes_keep(p->low, p->before, n, open);
    lind_lanes_keep(p->before, p->now, n, open);
    found = lind_m8_or(found, lind_m8_and(open, fires));
    open = lind_m8_except(open, found);
  }
  return found;
}

/* The largest g of the triggers that fire within the bracket; p->low and p->before are g at its ends as it was found. */
static lind_v8 pass_first(const lind_stepper_pass *p, const lind_lane *g) {
  lind_v8 first = v8(-INFINITY);
  for (int t = 0; t < p->kernel->n_triggers; t++) {
    const lind_m8 fires = pass_crosses(&p->low[t], &p->before[t]);
    first = lind_v8_select(fires, lind_v8_max(lind_v8_load(&g[t]), first), first);
  }
  return first;
}

/* A point of the bracket: by the secant or in the middle, at least `near` from both ends where there is room. */
static lind_v8 pass_point(lind_v8 low, lind_v8 high, lind_v8 g_low, lind_v8 g_high, lind_v8 near, int middle) {
  const lind_v8 width = lind_v8_sub(high, low), half = lind_v8_mul(v8(0.5), width);
  const lind_v8 share = lind_v8_div(g_low, lind_v8_sub(g_low, g_high));
  lind_v8 way = lind_v8_mul(share, width);
  way = lind_v8_max(near, lind_v8_min(way, lind_v8_sub(width, near)));
  const lind_m8 usable = lind_m8_and(lind_v8_gt(width, lind_v8_add(near, near)), lind_v8_lt(way, width)); /* false for NaN */
  return lind_v8_add(low, lind_v8_select(usable, middle ? half : way, half));
}

/* Narrows low (g <= 0) and high (g > 0) until they are neighbours to 4 units in the last place. */
static void pass_narrow(lind_stepper_pass *p, const span *s, lind_m8 found, lind_v8 *low, lind_v8 *high) {
  const lind_v8 near = lind_v8_mul(v8(4 * DBL_EPSILON), lind_v8_max(lind_v8_abs(*low), lind_v8_abs(*high)));
  lind_v8 g_low = pass_first(p, p->low), g_high = pass_first(p, p->before);
  lind_m8 was_low = lind_m8_from_bits(0), was_high = was_low;
  for (int turn = 0; turn < 200; turn++) {
    const lind_m8 open = lind_m8_and(found, lind_v8_gt(lind_v8_sub(*high, *low), near));
    if (!lind_m8_bits(open)) return;
    const lind_v8 time = pass_point(*low, *high, g_low, g_high, near, turn % 3 == 2);
    pass_triggers(p, s, open, time, p->now);
    const lind_v8 value = pass_first(p, p->now);
    const lind_m8 fires = lind_m8_and(open, lind_v8_gt(value, v8(0))), waits = lind_m8_except(open, fires);
    const lind_v8 half_low = lind_v8_mul(v8(0.5), g_low), half_high = lind_v8_mul(v8(0.5), g_high);
    g_low = lind_v8_select(lind_m8_and(fires, was_high), half_low, lind_v8_select(waits, value, g_low));
    g_high = lind_v8_select(lind_m8_and(waits, was_low), half_high, lind_v8_select(fires, value, g_high));
    *low = lind_v8_select(waits, time, *low);
    *high = lind_v8_select(fires, time, *high);
    was_low = waits, was_high = fires;
  }
}

/* Just behind the root: the states, and which trigger it is: of those that fire within the bracket the first that is above 0. */
static void pass_settle(lind_stepper_pass *p, const span *s, lind_m8 found, lind_v8 high) {
  pass_triggers(p, s, found, high, p->now);
  lind_lanes_keep(p->at, p->x, wide(p->kernel), found);
  lind_v8_store(&p->stop, high);
  for (int t = p->kernel->n_triggers - 1; t >= 0; t--) {
    const lind_m8 fires = lind_m8_and(pass_crosses(&p->low[t], &p->before[t]), lind_v8_gt(lind_v8_load(&p->now[t]), v8(0)));
    const unsigned bits = lind_m8_bits(lind_m8_and(found, fires));
    for (int i = 0; i < LIND_LANES; i++)
      if (bits >> i & 1) p->pack->trigger[i] = t;
  }
}

/* Finds the first event of each lane. Returns the lanes that have one; pass->stop is its time. */
static lind_m8 pass_events(lind_stepper_pass *p, const span *s) {
  const lind_m8 fresh = lind_m8_and(s->lanes, lind_m8_from_bits(p->fresh));
  if (lind_m8_bits(fresh)) {
    pass_triggers(p, s, fresh, s->start, p->now);
    lind_lanes_keep(p->before, p->now, p->kernel->n_triggers, fresh);
    p->fresh &= ~lind_m8_bits(fresh);
  }
  lind_v8 low, high;
  const lind_m8 found = pass_bracket(p, s, &low, &high);
  if (!lind_m8_bits(found)) return found;
  pass_narrow(p, s, found, &low, &high);
  pass_settle(p, s, found, high);
  const lind_v8 way = lind_v8_max(lind_v8_sub(high, s->start), lind_v8_mul(v8(0.1), lind_v8_sub(s->end, s->start)));
  const lind_v8 step = lind_v8_load(&p->pack->step);
  lind_v8_store(&p->pack->step, lind_v8_select(found, lind_v8_min(way, step), step));
  return found;
}

/* ---- looks ---- */

static void pass_looks(lind_stepper_pass *p, const span *s, lind_v8 until) {
  const uint64_t rhs = p->pack->work.rhs;
  p->looking = 1;
  for (;;) {
    const lind_v8 look = lind_v8_load(&p->pack->look);
    const lind_m8 due = lind_m8_and(s->lanes, lind_v8_le(look, until));
    if (!lind_m8_bits(due)) break;
    pass_states(p, s, due, lind_v8_max(look, s->start), p->x);
    p->pack->seen(p->pack->context, p->pack, lind_m8_bits(due), p->x);
  }
  p->looking = 0;
  if (p->pack->aside && !p->kernel->n_delays) p->pack->work.rhs = rhs; /* with delays every step is extended anyway */
}

unsigned lind_stepper_pass_step(lind_stepper_pass *p, unsigned lanes, const lind_lane *start, const lind_lane *end,
                                const lind_lane *x_end) {
  const span s = {lind_m8_from_bits(lanes), lind_v8_load(start), lind_v8_load(end), x_end};
  lind_m8 stopped = lind_m8_from_bits(0);
  if (p->kernel->n_triggers) stopped = pass_events(p, &s);
  if (p->pack->seen) pass_looks(p, &s, lind_v8_select(stopped, lind_v8_load(&p->stop), s.end));
  return lind_m8_bits(stopped);
}
