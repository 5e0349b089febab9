/* stepper_exact.c -- linear systems, advanced by their matrix exponential: from event to event in one step, whatever the rates.
 *
 * Where the rates depend on states in no other way than a x + b, with a and b from the frame, nothing is left to be controlled:
 * the tolerance is not used. A look is a step of its own, from the look before, so that looks at even distances share one matrix;
 * a look aside is worked out beside the way, which it leaves alone. Triggers are watched at points that lie no farther apart than
 * 1 / |a|; in a compartmental system than a quarter of the time since the call began, if that is more: after a dose it only calms
 * down. What comes and goes between two of them is not seen.
 *
 * Sources: propagator.h, exponential.h. Shown by tests/numerics/stepper_exact.c and exact_lanes.c.
 */
#include <math.h>
#include <string.h>

#include "lane_math.h"
#include "lind/stepper.h"
#include "propagator.h"
#include "stepper_lanes.h"
#include "stepper_mixed.h"
#include "stepper_pass.h"

typedef struct exact {
  const lind_kernel *kernel;
  const lind_tolerance *tolerance;
  lind_advance *pack;
  lind_propagator propagator;
  const lind_lane *u;            /* [n] b and the infusions; NULL where no lane has any */
  lind_lane *sum, *trial, *work; /* [n] each */
  lind_lane *seen, *next;        /* [n] each, looks aside: states at the last look, at the next */
  lind_m8 active;
  lind_v8 end, h;         /* of this step */
  lind_v8 begin, density; /* triggers: when the call began; steps per h that they ask for */
  lind_m8 calms;
  lind_stepper_pass pass;
} exact;

static lind_propagator_shape shape_of(const lind_kernel *kernel) { return (lind_propagator_shape){.n = kernel->n_linear}; }

/* ---- opening ---- */

static lind_m8 moving(const lind_advance *pack) {
  unsigned bits = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    const int moves = pack->status[i] == LIND_LANE_OK && pack->target.of[i] > pack->time.of[i];
    bits |= (unsigned)moves << i;
  }
  return lind_m8_from_bits(bits);
}

/* What is added to the rates. */
static void exact_drive(exact *r) {
  lind_m8 any = lind_m8_from_bits(0);
  for (int i = 0; i < r->kernel->n_states; i++) {
    lind_v8 sum = lind_v8_load(&r->propagator.b[i]);
    if (r->pack->input) sum = lind_v8_add(sum, lind_v8_load(&r->pack->input[i]));
    any = lind_m8_or(any, lind_v8_ne(sum, v8(0)));
    lind_v8_store(&r->sum[i], sum);
  }
  r->u = lind_m8_bits(lind_m8_and(any, r->active)) ? r->sum : NULL;
}

static void exact_watch(exact *r) {
  const int n = r->kernel->n_states;
  lind_v8 most = v8(0);
  r->calms = lind_m8_from_bits(255);
  for (int i = 0; i < n; i++) {
    lind_v8 row = v8(0);
    for (int j = 0; j < n; j++) {
      const lind_v8 a = lind_v8_load(&r->propagator.a[i * n + j]);
      row = lind_v8_add(row, lind_v8_abs(a));
      if (i != j) r->calms = lind_m8_and(r->calms, lind_v8_ge(a, v8(0)));
    }
    most = lind_v8_max(most, row);
  }
  r->density = lind_v8_mul(v8(1. / LIND_STEPPER_PASS_PARTS), most);
  r->begin = lind_v8_load(&r->pack->time);
}

static void exact_interpolate(void *engine, const lind_lane *time, lind_lane *x);

static void exact_open(exact *r, const lind_lane *frame, void *workspace) {
  const lind_propagator_shape shape = shape_of(r->kernel);
  const int n = shape.n;
  lind_propagator_view(&r->propagator, &shape, workspace);
  r->sum = (lind_lane *)(void *)((unsigned char *)workspace + lind_propagator_bytes(&shape));
  r->trial = r->sum + n;
  r->work = r->trial + n;
  r->seen = r->work + n;
  r->next = r->seen + n;
  r->pass =
      (lind_stepper_pass){.kernel = r->kernel, .frame = frame, .pack = r->pack, .engine = r, .interpolate = exact_interpolate};
  lind_stepper_pass_open(&r->pass, r->next + n);
  r->active = moving(r->pack);
  if (!lind_m8_bits(r->active)) return;
  r->kernel->coefficients(r->kernel->self, frame, r->propagator.a, r->propagator.b);
  lind_propagator_renew(&r->propagator, lind_m8_bits(r->active));
  exact_drive(r);
  if (r->kernel->n_triggers) exact_watch(r);
}

/* ---- one step ---- */

/* x after dt h in `lanes`, from the states `from`, such as those before this step. */
static void exact_states(exact *r, unsigned lanes, const lind_lane *from, lind_v8 dt, bool keep, lind_lane *x) {
  lind_v8 left;
  const lind_v8 round = lind_propagator_grain(&r->propagator, dt, &left);
  const unsigned wants = (r->u ? LIND_PROPAGATOR_DRIVEN : 0) | (keep ? 0 : LIND_PROPAGATOR_FLEETING);
  const lind_lane *block = lind_propagator_find(&r->propagator, lanes, round, wants);
  lind_propagator_apply(&r->propagator, block, from, r->u, x);
  lind_propagator_shift(&r->propagator, left, r->u, x, r->work);
}

/* The longest step that shows the triggers often enough, from a ladder of halved days, so that its matrices are found again. */
static lind_v8 exact_stride(const exact *r, lind_v8 time) {
  const lind_v8 since = lind_v8_select(r->calms, lind_v8_sub(time, r->begin), v8(0));
  lind_lane longest;
  lind_v8_store(&longest, lind_v8_max(since, lind_v8_div(v8(1), r->density)));
  for (int i = 0; i < LIND_LANES; i++) {
    int exponent = 60;
    if (longest.of[i] < 0x1p60) frexp(longest.of[i] / 24, &exponent);
    longest.of[i] = ldexp(24, exponent - 1);
  }
  return lind_v8_load(&longest);
}

/* To the target, the next look or where triggers are to be watched. */
static void exact_plan(exact *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time);
  lind_v8 end = lind_v8_load(&r->pack->target);
  if (r->pack->seen && !r->pack->aside) end = lind_v8_min(end, lind_v8_load(&r->pack->look));
  if (r->kernel->n_triggers) end = lind_v8_min(end, lind_v8_add(time, exact_stride(r, time)));
  r->end = lind_v8_select(r->active, end, time);
  r->h = lind_v8_sub(r->end, time);
}

static void exact_stop(exact *r, lind_m8 lanes, lind_lane_status why) { lind_lanes_stop(r->pack, &r->active, lanes, why); }

static void exact_check(exact *r) {
  lind_m8 good = r->active;
  for (int i = 0; i < r->kernel->n_states; i++)
    good = lind_m8_and(good, lind_v8_lt(lind_v8_abs(lind_v8_load(&r->trial[i])), v8(INFINITY)));
  const lind_m8 bad = lind_m8_except(r->active, good);
  if (lind_m8_bits(bad)) exact_stop(r, bad, LIND_LANE_NOT_FINITE);
}

/* ---- within the step ---- */

static void exact_interpolate(void *engine, const lind_lane *time, lind_lane *x) {
  exact *r = engine;
  const lind_v8 at = lind_v8_load(time), dt = lind_v8_sub(at, lind_v8_load(&r->pack->time));
  const lind_m8 inside = lind_m8_and(lind_v8_gt(dt, v8(0)), lind_v8_lt(at, r->end));
  if (!lind_m8_bits(inside)) {
    memcpy(x, r->pack->x, (size_t)r->kernel->n_states * sizeof *x);
    return;
  }
  const lind_v8 part = lind_v8_div(lind_v8_mul(v8(LIND_STEPPER_PASS_PARTS), dt), r->h);
  const unsigned lanes = lind_m8_bits(inside), even = lind_m8_bits(lind_v8_eq(part, lind_v8_floor(part)));
  exact_states(r, lanes, r->pack->x, lind_v8_select(inside, dt, v8(0)), (lanes & ~even) == 0, x);
  for (int i = 0; i < r->kernel->n_states; i++)
    lind_v8_store(&x[i], lind_v8_select(inside, lind_v8_load(&x[i]), lind_v8_load(&r->pack->x[i])));
}

/* Looks where the step ends. */
static void exact_looks(exact *r, lind_v8 time, const lind_lane *x) {
  for (;;) {
    const lind_m8 due = lind_m8_and(r->active, lind_v8_le(lind_v8_load(&r->pack->look), time));
    if (!lind_m8_bits(due)) return;
    r->pack->seen(r->pack->context, r->pack, lind_m8_bits(due), x);
  }
}

/* Looks aside, before the step ends: each from the one before, so that looks at even distances share one matrix. */
static void exact_aside(exact *r) {
  const int n = r->kernel->n_states;
  lind_v8 from = lind_v8_load(&r->pack->time);
  memcpy(r->seen, r->pack->x, (size_t)n * sizeof *r->seen);
  for (;;) {
    const lind_v8 look = lind_v8_load(&r->pack->look);
    const lind_m8 due = lind_m8_and(r->active, lind_v8_lt(look, r->end));
    if (!lind_m8_bits(due)) return;
    const lind_v8 at = lind_v8_select(due, lind_v8_max(look, from), from);
    exact_states(r, lind_m8_bits(due), r->seen, lind_v8_sub(at, from), true, r->next);
    lind_lanes_keep(r->seen, r->next, n, due);
    from = at;
    r->pack->seen(r->pack->context, r->pack, lind_m8_bits(due), r->seen);
  }
}

/* Looks and events of this step. Returns the lanes that an event stopped. */
static lind_m8 exact_pass(exact *r) {
  lind_m8 stopped = lind_m8_from_bits(0);
  if (!r->kernel->n_triggers) {
    if (r->pack->seen && r->pack->aside) exact_aside(r);
    if (r->pack->seen) exact_looks(r, r->end, r->trial);
    return stopped;
  }
  lind_lane end;
  lind_v8_store(&end, r->end);
  stopped = lind_m8_from_bits(lind_stepper_pass_step(&r->pass, lind_m8_bits(r->active), &r->pack->time, &end, r->trial));
  r->end = lind_v8_select(stopped, lind_v8_load(&r->pass.stop), r->end);
  for (int i = 0; i < r->kernel->n_states; i++)
    lind_v8_store(&r->trial[i], lind_v8_select(stopped, lind_v8_load(&r->pass.at[i]), lind_v8_load(&r->trial[i])));
  return stopped;
}

static void exact_accept(exact *r) {
  for (int i = 0; i < r->kernel->n_states; i++)
    lind_v8_store(&r->pack->x[i], lind_v8_select(r->active, lind_v8_load(&r->trial[i]), lind_v8_load(&r->pack->x[i])));
  lind_v8_store(&r->pack->time, lind_v8_select(r->active, r->end, lind_v8_load(&r->pack->time)));
  lind_v8_store(&r->pack->step, lind_v8_select(r->active, r->h, lind_v8_load(&r->pack->step)));
  r->pack->work.steps += (unsigned)__builtin_popcount(lind_m8_bits(r->active));
}

static void exact_advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack,
                          void *workspace) {
  if (kernel->n_linear < kernel->n_states) {
    lind_stepper_mixed_advance(kernel, frame, tolerance, pack, workspace);
    return;
  }
  exact r = {.kernel = kernel, .tolerance = tolerance, .pack = pack};
  exact_open(&r, frame, workspace);
  lind_v8 attempts = v8(0);
  if (pack->seen) exact_looks(&r, lind_v8_load(&pack->time), pack->x);
  while (lind_m8_bits(r.active)) {
    exact_plan(&r);
    exact_states(&r, lind_m8_bits(r.active), pack->x, r.h, true, r.trial);
    exact_check(&r);
    const lind_m8 stopped = exact_pass(&r);
    exact_accept(&r);
    r.active = lind_m8_except(r.active, lind_m8_or(stopped, lind_v8_ge(r.end, lind_v8_load(&pack->target))));
    attempts = lind_v8_add(attempts, v8(1));
    if (kernel->n_triggers)
      exact_stop(&r, lind_m8_and(r.active, lind_v8_ge(attempts, v8(tolerance->most_steps))), LIND_LANE_STEPS);
  }
}

static size_t exact_bytes(const lind_kernel *kernel) {
  if (kernel->n_linear < kernel->n_states) return lind_stepper_mixed_bytes(kernel);
  const lind_propagator_shape shape = shape_of(kernel);
  return lind_propagator_bytes(&shape) + 5 * (size_t)kernel->n_states * sizeof(lind_lane) + lind_stepper_pass_bytes(kernel);
}

static const char *exact_refuses(const lind_kernel *kernel) {
  if (kernel->n_linear == 0 || !kernel->coefficients) return "it has no linear part";
  if (kernel->n_delays) return "it has delays";
  if (kernel->n_noises) return "it has noise";
  return NULL;
}

const lind_stepper lind_stepper_exact = {
    .name = "exact",
    .summary = "matrix exponential, for linear systems: no step size, no error but rounding",
    .source = "doi:10.1137/S00361445024180 (Moler and Van Loan 2003)",
    .bytes = exact_bytes,
    .refuses = exact_refuses,
    .advance = exact_advance,
};
