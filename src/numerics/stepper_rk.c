/* stepper_rk.c -- an explicit Runge-Kutta pair of order 6(5) on 8 lanes with a step size each, and the method of steps for
 * delays.
 *
 * Sources: stepper_rk_pair.h (the pair); Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, 2nd edition 1993:
 * II.4 (starting step, step control), II.17 (method of steps); volume II, IV.2 (the PI controller).
 * Shown by tests/numerics/stepper_rk.c, stepper_rk_pair.c, stepper_lanes.c, stepper_pass.c, stepper_delay.c.
 *
 * Every quantity below is a lane; no operation crosses lanes, and what is rare (a lane that stops) is done lane by lane. The only
 * thing that the lanes of a pack share is how many steps the pack takes in all.
 *
 * Kept in the workspace from call to call: the rates at the end of the last step, to see at the next call whether something has
 * jumped (a dose), and the first step that was right after the last jump, to start the next one with. Both concern speed alone.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "lane_math.h"
#include "lane_power.h"
#include "lind/stepper.h"
#include "stepper_history.h"
#include "stepper_lanes.h"
#include "stepper_pass.h"
#include "stepper_rk_pair.h"

/* Step control for an error of order 6, in terms of its square. A jump is a change of the rates that would move a state by `jump`
 * of its size in a step. */
static const double memory = 0.04, exponent = 1. / 6 - 0.75 * 0.04, safety = 0.9, least = 0.2, most = 10, forget = 1e-4,
                    jump = 0.1;

typedef struct rk {
  const lind_kernel *kernel;
  const lind_lane *frame;
  const lind_tolerance *tolerance;
  lind_advance *pack;
  int n, wide;              /* states; with delayed ones */
  lind_lane *rate[RK_ALL];  /* [n] each */
  lind_lane *trial, *spare; /* [wide] */
  lind_lane *first;         /* the step that was right after the last jump; 0: not known */
  double *absolute;         /* [n] tolerance in canonical units, never 0 */
  lind_m8 active, rejected; /* rejected: the lane's last attempt was */
  lind_m8 arrives, last;    /* this attempt ends at the target; there or where a step has to end */
  lind_m8 shortened;        /* with less than the planned step */
  lind_m8 learning;         /* the lane has jumped and has not taken a step since */
  lind_v8 h, end;           /* step and end of this attempt */
  lind_v8 error, broken;    /* of this attempt: square of error over tolerance; not 0 where a state is not finite */
  lind_v8 log_before;       /* log2 of the error of the step before, not below `forget` */
  lind_v8 attempts;
  int extended; /* the rates of the extension are there */
  lind_stepper_pass pass;
  lind_stepper_history history; /* of kernels with delays */
  lind_lane middle;             /* of this step */
} rk;

/* Unlike lind_v8_min and _max: b where either is NaN. */
static inline lind_v8 lesser(lind_v8 a, lind_v8 b) { return (lind_v8){_mm256_min_pd(a.lo, b.lo), _mm256_min_pd(a.hi, b.hi)}; }
static inline lind_v8 greater(lind_v8 a, lind_v8 b) { return (lind_v8){_mm256_max_pd(a.lo, b.lo), _mm256_max_pd(a.hi, b.hi)}; }

/* x[wide]: the delayed states are filled in. */
static inline void rk_rates(rk *r, lind_v8 time, lind_lane *x, lind_lane *dx) {
  lind_lane at;
  lind_v8_store(&at, time);
  if (r->kernel->n_delays) lind_stepper_history_fill(&r->history, &at, &r->middle, x);
  r->kernel->rhs(r->kernel->self, &at, r->frame, x, dx);
  if (r->pack->input)
    for (int i = 0; i < r->n; i++) lind_v8_store(&dx[i], lind_v8_add(lind_v8_load(&dx[i]), lind_v8_load(&r->pack->input[i])));
  r->pack->work.rhs++;
}

static void rk_stop(rk *r, lind_m8 lanes, lind_lane_status why) { lind_lanes_stop(r->pack, &r->active, lanes, why); }

/* ---- opening ---- */

static void rk_interpolate(void *engine, const lind_lane *time, lind_lane *x);

static size_t absolute_lanes(const lind_kernel *kernel) { return ((size_t)kernel->n_states + LIND_LANES - 1) / LIND_LANES; }

static size_t rk_bytes(const lind_kernel *kernel) {
  const size_t n = (size_t)kernel->n_states, wide = n + (size_t)kernel->n_delays;
  return (n * RK_ALL + 2 * wide + 1 + absolute_lanes(kernel)) * sizeof(lind_lane) + lind_stepper_pass_bytes(kernel) +
         lind_stepper_history_bytes(kernel);
}

static void rk_open(rk *r, void *workspace) {
  lind_lane *next = workspace;
  for (int s = 0; s < RK_ALL; s++, next += r->n) r->rate[s] = next;
  r->trial = next, next += r->wide;
  r->spare = next, next += r->wide;
  r->first = next++;
  r->absolute = next->of, next += absolute_lanes(r->kernel);
  for (int i = 0; i < r->n; i++)
    r->absolute[i] = fmax(DBL_MIN, r->tolerance->absolute * (r->kernel->unit ? r->kernel->unit[i] : 1));
  r->pass =
      (lind_stepper_pass){.kernel = r->kernel, .frame = r->frame, .pack = r->pack, .engine = r, .interpolate = rk_interpolate};
  lind_stepper_pass_open(&r->pass, next);
  next += lind_stepper_pass_bytes(r->kernel) / sizeof *next;
  unsigned bits = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    const int moves = r->pack->status[i] == LIND_LANE_OK && r->pack->target.of[i] > r->pack->time.of[i];
    bits |= (unsigned)moves << i;
  }
  r->active = lind_m8_from_bits(bits);
  r->rejected = r->learning = lind_m8_from_bits(0);
  r->log_before = v8(2 * log2(forget));
  r->attempts = v8(0);
  if (!r->kernel->n_delays || !bits) return;
  r->history = (lind_stepper_history){.kernel = r->kernel, .frame = r->frame};
  const unsigned wrong = lind_stepper_history_open(&r->history, next);
  rk_stop(r, lind_m8_and(r->active, lind_m8_from_bits(wrong)), LIND_LANE_NOT_FINITE);
}

/* max over the states of |a| / scale(x); NaN if any is. `minus` may be NULL. */
static lind_v8 rk_norm(const rk *r, const lind_lane *a, const lind_lane *minus) {
  lind_v8 norm = v8(0);
  for (int i = 0; i < r->n; i++) {
    lind_v8 value = lind_v8_load(&a[i]);
    if (minus) value = lind_v8_sub(value, lind_v8_load(&minus[i]));
    const lind_v8 size = lind_v8_abs(lind_v8_load(&r->pack->x[i]));
    const lind_v8 scale = lind_v8_fma(v8(r->tolerance->relative), size, v8(r->absolute[i]));
    norm = lind_v8_max(norm, lind_v8_div(lind_v8_abs(value), scale));
  }
  return norm;
}

/* The starting step: Hairer's algorithm, II.4, with the maximum norm. 1e-6 and 1e-4 there are without unit; here they are h.
 * Where nothing moves (no rate now, none after the small step) the lane tries its whole interval. */
static lind_v8 rk_guess(rk *r, lind_v8 time, lind_v8 remaining) {
  const lind_v8 size = rk_norm(r, r->pack->x, NULL), speed = rk_norm(r, r->rate[0], NULL);
  const lind_m8 small = lind_m8_or(lind_v8_lt(size, v8(1e-5)), lind_v8_lt(speed, v8(1e-5)));
  const lind_v8 ratio = lind_v8_div(lind_v8_mul(v8(0.01), size), speed);
  const lind_v8 first = lind_v8_min(lind_v8_select(small, v8(1e-6), ratio), remaining);
  for (int i = 0; i < r->n; i++)
    lind_v8_store(&r->trial[i], lind_v8_fma(first, lind_v8_load(&r->rate[0][i]), lind_v8_load(&r->pack->x[i])));
  rk_rates(r, lind_v8_add(time, first), r->trial, r->rate[1]);
  const lind_v8 bend = lind_v8_div(rk_norm(r, r->rate[1], r->rate[0]), first);
  const lind_v8 sharp = lind_v8_max(speed, bend);
  const lind_v8 sixth_root = lind_v8_exp2_rough(lind_v8_mul(v8(1. / 6), lind_v8_log2_rough(lind_v8_div(v8(0.01), sharp))));
  lind_v8 step = lind_v8_min(lind_v8_min(lind_v8_mul(v8(100), first), sixth_root), remaining);
  step = lind_v8_select(lind_v8_le(sharp, v8(1e-15)), remaining, step);
  return lind_v8_select(lind_lanes_finite(step), step, first);
}

/* With delays: changed states and rates are remembered as a jump. `fresh`: the rates as they are now; where one segment of the
 * past follows another they differ in the last places from what they were. */
static void rk_recall(rk *r, lind_m8 unknown, const lind_lane *fresh) {
  lind_m8 changed = lind_m8_from_bits(0);
  for (int i = 0; i < r->n; i++) {
    const lind_m8 moved = lind_v8_ne(lind_v8_load(&r->pack->x[i]), lind_v8_load(&r->history.end[i]));
    const lind_v8 now = lind_v8_load(&fresh[i]), turn = lind_v8_sub(now, lind_v8_load(&r->rate[0][i]));
    const lind_m8 turned = lind_v8_gt(lind_v8_abs(turn), lind_v8_mul(v8(1e-8), lind_v8_abs(now)));
    changed = lind_m8_or(changed, lind_m8_or(moved, turned));
  }
  changed = lind_m8_except(lind_m8_and(r->active, changed), unknown);
  lind_stepper_history_jump(&r->history, lind_m8_bits(changed), &r->pack->time);
}

/* The rates where a lane stands, at the time just behind a jump if there is one. */
static void rk_rates_here(rk *r, lind_lane *dx) {
  const lind_v8 time = lind_v8_load(&r->pack->time);
  lind_v8_store(&r->middle, lind_v8_fma(v8(1e-3), lind_v8_abs(time), lind_v8_add(time, v8(1e-3))));
  memcpy(r->trial, r->pack->x, (size_t)r->n * sizeof *r->trial);
  rk_rates(r, time, r->trial, dx);
}

static void rk_start(rk *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time), step = lind_v8_load(&r->pack->step);
  const lind_m8 known = lind_m8_and(lind_v8_gt(step, v8(0)), lind_lanes_finite(step));
  const lind_m8 unknown = lind_m8_except(r->active, known);
  lind_lane *fresh = r->rate[1];
  if (r->kernel->n_delays && lind_m8_bits(unknown)) {
    memcpy(r->trial, r->pack->x, (size_t)r->n * sizeof *r->trial);
    lind_stepper_history_restart(&r->history, lind_m8_bits(unknown), &r->pack->time, r->trial);
  }
  rk_rates_here(r, fresh);
  if (r->kernel->n_delays) rk_recall(r, unknown, fresh);
  lind_m8 good = lind_m8_from_bits(255), jumps = lind_m8_from_bits(0);
  for (int i = 0; i < r->n; i++) {
    const lind_v8 x = lind_v8_load(&r->pack->x[i]), now = lind_v8_load(&fresh[i]), before = lind_v8_load(&r->rate[0][i]);
    good = lind_m8_and(good, lind_m8_and(lind_lanes_finite(x), lind_lanes_finite(now)));
    const lind_v8 change = lind_v8_mul(step, lind_v8_abs(lind_v8_sub(now, before)));
    jumps = lind_m8_or(jumps, lind_v8_gt(change, lind_v8_mul(v8(jump), lind_v8_abs(x))));
    lind_v8_store(&r->rate[0][i], lind_v8_select(r->active, now, before));
  }
  rk_stop(r, lind_m8_except(r->active, good), LIND_LANE_NOT_FINITE);
  r->learning = lind_m8_and(r->active, lind_m8_or(jumps, unknown));
  const lind_v8 first = lind_v8_load(r->first);
  const lind_m8 learnt = lind_m8_and(lind_m8_and(r->active, jumps), lind_v8_gt(first, v8(0)));
  lind_v8 then = lind_v8_select(learnt, lesser(first, step), step);
  if (lind_m8_bits(unknown)) {
    const lind_v8 guess = rk_guess(r, time, lind_v8_sub(lind_v8_load(&r->pack->target), time));
    then = lind_v8_select(lind_m8_and(r->active, unknown), guess, then);
    lind_v8_store(r->first, lind_v8_select(unknown, v8(0), first));
  }
  lind_v8_store(&r->pack->step, then);
}

/* ---- one attempt ---- */

/* How far this attempt goes. A step that nearly reaches its goal is stretched onto it, so that no sliver is left. */
static inline void rk_plan(rk *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time), target = lind_v8_load(&r->pack->target);
  lind_v8 goal = target, step = greater(lind_v8_load(&r->pack->step), lind_lanes_floor(r->tolerance, time)),
          reach = lind_v8_mul(v8(1.01), step);
  if (r->kernel->n_delays) {
    lind_lane end = r->pack->target, longest;
    lind_stepper_history_goal(&r->history, lind_m8_bits(r->active), &end, &longest);
    goal = lind_v8_load(&end);
    step = lesser(step, lind_v8_load(&longest));
    reach = lesser(reach, lind_v8_mul(v8(1 + 16 * DBL_EPSILON), lind_v8_load(&longest)));
  }
  const lind_v8 remaining = lind_v8_sub(goal, time);
  r->last = lind_v8_ge(reach, remaining);
  r->arrives = lind_m8_and(r->last, lind_v8_eq(goal, target));
  r->shortened = lind_v8_lt(remaining, step);
  r->h = lind_v8_select(r->active, lind_v8_select(r->last, remaining, step), v8(0));
  r->end = lind_v8_select(r->last, goal, lind_v8_add(time, r->h));
  if (r->kernel->n_delays) lind_v8_store(&r->middle, lind_v8_fma(v8(0.5), r->h, time));
}

/* Stage s, a constant where this is inlined: its point x + h * (weights . rates), its rates. */
static inline __attribute__((always_inline)) void rk_stage(rk *r, lind_v8 time, lind_lane *point, const int s) {
  const lind_v8 h = r->h;
  const lind_lane *x = r->pack->x;
  for (int i = 0; i < r->n; i++) {
    lind_v8 sum = lind_v8_mul(v8(rk_weight[s][0]), lind_v8_load(&r->rate[0][i]));
#pragma GCC unroll 16
    for (int j = 1; j < s; j++)
      if (rk_weight[s][j] != 0) sum = lind_v8_fma(v8(rk_weight[s][j]), lind_v8_load(&r->rate[j][i]), sum);
    lind_v8_store(&point[i], lind_v8_fma(h, sum, lind_v8_load(&x[i])));
  }
  rk_rates(r, rk_node[s] == 1 ? r->end : lind_v8_fma(v8(rk_node[s]), h, time), point, r->rate[s]);
}

/* The sum of the squares rather than the mean: a state that is only carried along cannot dilute the test. An infinite state has
 * an infinite scale, so that its error alone would look harmless. */
static inline __attribute__((always_inline)) void rk_measure(rk *r) {
  const lind_v8 relative = v8(r->tolerance->relative);
  lind_v8 error = v8(0), broken = v8(0);
  for (int i = 0; i < r->n; i++) {
    lind_v8 sum = lind_v8_mul(v8(rk_difference[0]), lind_v8_load(&r->rate[0][i]));
#pragma GCC unroll 16
    for (int j = 1; j < RK_STAGES; j++)
      if (rk_difference[j] != 0) sum = lind_v8_fma(v8(rk_difference[j]), lind_v8_load(&r->rate[j][i]), sum);
    const lind_v8 after = lind_v8_load(&r->trial[i]);
    const lind_v8 size = greater(lind_v8_abs(after), lind_v8_abs(lind_v8_load(&r->pack->x[i])));
    const lind_v8 scale = lind_v8_fma(relative, size, v8(r->absolute[i]));
    const lind_v8 ratio = lind_v8_div(lind_v8_mul(r->h, sum), scale);
    error = lind_v8_fma(ratio, ratio, error);
    broken = lind_v8_fma(after, v8(0), broken);
  }
  r->error = error;
  r->broken = broken;
}

static void rk_attempt(rk *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time);
  rk_plan(r);
#pragma GCC unroll 16
  for (int s = 1; s < RK_STAGES; s++) rk_stage(r, time, r->trial, s);
  rk_measure(r);
  r->extended = 0;
  r->attempts = lind_v8_add(r->attempts, v8(1)); /* an idle lane's count is never read */
}

/* ---- within the step just tried, before it is taken over ---- */

static void rk_extend(rk *r) {
  if (r->extended) return;
  r->extended = 1;
  rk_stage(r, lind_v8_load(&r->pack->time), r->spare, RK_STAGES);
}

static void rk_interpolate(void *engine, const lind_lane *time, lind_lane *x) {
  rk *r = engine;
  rk_extend(r);
  const lind_v8 theta = lind_v8_div(lind_v8_sub(lind_v8_load(time), lind_v8_load(&r->pack->time)), r->h);
  lind_v8 share[RK_ALL];
#pragma GCC unroll 16
  for (int s = 0; s < RK_ALL; s++) {
    share[s] = v8(rk_extension[s][RK_POWERS - 1]);
#pragma GCC unroll 8
    for (int p = RK_POWERS - 2; p >= 0; p--) share[s] = lind_v8_fma(share[s], theta, v8(rk_extension[s][p]));
    share[s] = lind_v8_mul(lind_v8_mul(share[s], theta), r->h);
  }
  for (int i = 0; i < r->n; i++) {
    lind_v8 sum = lind_v8_load(&r->pack->x[i]);
#pragma GCC unroll 16
    for (int s = 0; s < RK_ALL; s++)
      if (rk_extension[s][1] != 0) sum = lind_v8_fma(share[s], lind_v8_load(&r->rate[s][i]), sum);
    lind_v8_store(&x[i], sum);
  }
  if (r->kernel->n_delays) lind_stepper_history_fill(&r->history, time, &r->middle, x);
}

/* With delays: the step becomes a piece of the past. Returns the lanes whose rates jump at its end. */
static lind_m8 rk_keep_past(rk *r, lind_m8 good) {
  const int powers = LIND_STEPPER_HISTORY_POWERS;
  lind_lane h, end, *all = r->history.scratch;
  rk_extend(r);
  lind_v8_store(&h, r->h);
  lind_v8_store(&end, r->end);
  for (int k = 0; k < r->kernel->n_delays; k++) {
    const int i = r->kernel->delayed[k];
    lind_lane *polynomial = all + k * powers;
    polynomial[0] = r->pack->x[i];
    for (int p = 0; p < RK_POWERS; p++) {
      lind_v8 sum = v8(0);
      for (int s = 0; s < RK_ALL; s++) sum = lind_v8_fma(v8(rk_extension[s][p]), lind_v8_load(&r->rate[s][i]), sum);
      lind_v8_store(&polynomial[p + 1], lind_v8_mul(r->h, sum));
    }
  }
  unsigned lost;
  const unsigned sharp = lind_stepper_history_keep(&r->history, lind_m8_bits(good), &r->pack->time, &h, &end, all, &lost);
  if (lost) rk_stop(r, lind_m8_from_bits(lost), LIND_LANE_HISTORY);
  return lind_m8_from_bits(sharp);
}

/* ---- the verdict ---- */

static inline void rk_accept(rk *r, lind_m8 good) {
  lind_lane *x = r->pack->x, *first = r->rate[0], *last = r->rate[RK_STAGES - 1];
  for (int i = 0; i < r->n; i++) {
    lind_v8_store(&x[i], lind_v8_select(good, lind_v8_load(&r->trial[i]), lind_v8_load(&x[i])));
    lind_v8_store(&first[i], lind_v8_select(good, lind_v8_load(&last[i]), lind_v8_load(&first[i])));
  }
  lind_v8_store(&r->pack->time, lind_v8_select(good, r->end, lind_v8_load(&r->pack->time)));
}

/* The next step of each lane: PI after a success, the plain rule after a failure, half after a non-finite attempt. A step that
 * was only shortened to meet the target does not lower what the lane remembers. */
static inline void rk_control(rk *r, lind_m8 good, lind_m8 finite) {
  const lind_v8 log_error = lind_v8_log2_rough(r->error), plain = v8(log2(safety));
  const lind_v8 past = lind_v8_select(good, lind_v8_fma(v8(memory / 2), r->log_before, plain), plain);
  lind_v8 factor = lind_v8_exp2_rough(lind_v8_fma(v8(-exponent / 2), log_error, past));
  factor = greater(v8(least), lesser(factor, lind_v8_select(r->rejected, v8(1), v8(most))));
  factor = lind_v8_select(finite, factor, v8(0.5));
  const lind_v8 planned = lind_v8_load(&r->pack->step);
  lind_v8 step = lind_v8_mul(r->h, factor);
  const lind_m8 learnt = lind_m8_and(good, r->learning);
  if (lind_m8_bits(learnt)) {
    lind_v8_store(r->first, lind_v8_select(learnt, step, lind_v8_load(r->first)));
    r->learning = lind_m8_except(r->learning, learnt);
  }
  step = lind_v8_select(lind_m8_and(good, r->shortened), greater(step, planned), step);
  lind_v8_store(&r->pack->step, lind_v8_select(r->active, step, planned));
  r->log_before = lind_v8_select(good, greater(log_error, v8(2 * log2(forget))), r->log_before);
  r->rejected = lind_m8_except(r->active, good);
}

static void rk_judge(rk *r) {
  const lind_m8 finite = lind_m8_and(lind_v8_lt(r->error, v8(INFINITY)), lind_v8_eq(r->broken, v8(0)));
  const lind_m8 good = lind_m8_and(r->active, lind_m8_and(finite, lind_v8_le(r->error, v8(1))));
  const lind_m8 stuck = lind_m8_and(lind_m8_except(r->active, good),
                                    lind_v8_le(r->h, lind_lanes_floor(r->tolerance, lind_v8_load(&r->pack->time))));
  lind_m8 sharp = lind_m8_from_bits(0);
  rk_control(r, good, finite);
  const lind_m8 stopped = lind_stepper_pass_end(&r->pass, good, &r->end, r->trial);
  if (r->kernel->n_delays) sharp = rk_keep_past(r, good);
  rk_accept(r, good);
  lind_lanes_count(r->pack, good, r->rejected);
  lind_lanes_give_up(r->pack, &r->active, stuck, finite);
  r->active = lind_m8_except(r->active, lind_m8_or(stopped, lind_m8_and(good, r->arrives)));
  const lind_m8 tired = lind_m8_and(r->active, lind_v8_ge(r->attempts, v8(r->tolerance->most_steps)));
  if (lind_m8_bits(tired)) rk_stop(r, tired, LIND_LANE_STEPS);
  sharp = lind_m8_and(sharp, r->active);
  if (lind_m8_bits(sharp)) {
    rk_rates_here(r, r->rate[1]);
    lind_lanes_keep(r->rate[0], r->rate[1], r->n, sharp);
  }
}

static void rk_advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack,
                       void *workspace) {
  rk r = {.kernel = kernel, .frame = frame, .tolerance = tolerance, .pack = pack, .n = kernel->n_states};
  r.wide = kernel->n_states + kernel->n_delays;
  rk_open(&r, workspace);
  const lind_m8 moved = r.active;
  if (!lind_m8_bits(moved)) return;
  rk_start(&r);
  while (lind_m8_bits(r.active)) {
    rk_attempt(&r);
    rk_judge(&r);
  }
  if (kernel->n_delays) lind_lanes_keep(r.history.end, pack->x, r.n, moved);
}

static const char *rk_refuses(const lind_kernel *kernel) { return kernel->n_noises ? "its states have noise" : NULL; }

const lind_stepper lind_stepper_rk = {
    .name = "rk",
    .summary = "explicit Runge-Kutta pair of order 6(5), for systems that are not stiff, with delays or without",
    .source = "doi:10.1007/s11075-009-9290-3",
    .bytes = rk_bytes,
    .refuses = rk_refuses,
    .advance = rk_advance,
};
