/* stepper_rk.c -- the explicit Runge-Kutta pair of Dormand and Prince, order 5(4), on 8 lanes with a step size each.
 *
 * Sources: Dormand and Prince 1980, doi:10.1016/0771-050X(80)90013-3 (the pair); Hairer, Norsett and Wanner, Solving Ordinary
 * Differential Equations I, 2nd edition 1993: II.4 (starting step, step control), IV.2 of volume II (the PI controller and its
 * constants for this pair: beta 0.04, safety 0.9, factors 0.2 and 10).
 * Shown by tests/numerics/stepper_rk.c and stepper_lanes.c.
 *
 * Every quantity below is a lane; no operation crosses lanes, and what is rare (a lane that stops) is done lane by lane. The only
 * thing that the lanes of a pack share is how many steps the pack takes in all.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "lane_math.h"
#include "lind/stepper.h"
#include "stepper_pass.h"

enum { STAGES = 7 };

/* Row s gives the point of stage s from the rates before it; the last row is the solution itself, so its rate starts the next
 * step. */
static const double node[STAGES] = {0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1};
static const double weight[STAGES][STAGES - 1] = {
    {0},
    {1. / 5},
    {3. / 40, 9. / 40},
    {44. / 45, -56. / 15, 32. / 9},
    {19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
    {9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
    {35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
};
/* order 5 minus order 4 */
static const double difference[STAGES] = {71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40};

/* The solution within the step, x + h sum_i theta (extension[i] . (1, theta, ...)) rate[i]: order 4, and it joins with its slope.
 */
enum { POWERS = 4 };
static const double extension[STAGES][POWERS] = {
    {1, -8048581381. / 2820520608, 8663915743. / 2820520608, -12715105075. / 11282082432},
    {0, 0, 0, 0},
    {0, 131558114200. / 32700410799, -68118460800. / 10900136933, 87487479700. / 32700410799},
    {0, -1754552775. / 470086768, 14199869525. / 1410260304, -10690763975. / 1880347072},
    {0, 127303824393. / 49829197408, -318862633887. / 49829197408, 701980252875. / 199316789632},
    {0, -282668133. / 205662961, 2019193451. / 616988883, -1453857185. / 822651844},
    {0, 40617522. / 29380423, -110615467. / 29380423, 69997945. / 29380423},
};

static const double exponent = 0.2 - 0.75 * 0.04, memory = 0.04, safety = 0.9, least = 0.2, most = 10, forget = 1e-4;

typedef struct rk {
  const lind_kernel *kernel;
  const lind_lane *frame;
  const lind_tolerance *tolerance;
  lind_advance *pack;
  int n;
  lind_lane *rate[STAGES], *trial; /* [n] each */
  lind_m8 active, rejected;        /* rejected: the lane's last attempt was */
  lind_m8 last, shortened;         /* this attempt ends at the target; with less than the planned step */
  lind_v8 h, end;                  /* step and end of this attempt */
  lind_v8 error, size;             /* of this attempt: error over tolerance, largest state */
  lind_v8 log_before;              /* log of the error of the step before, not below `forget` */
  lind_v8 attempts;
  lind_stepper_pass pass;
} rk;

static lind_v8 v8(double a) { return lind_v8_fill(a); }
static lind_m8 is_finite(lind_v8 a) { return lind_v8_lt(lind_v8_abs(a), v8(INFINITY)); }

static void rk_rates(rk *r, lind_v8 time, const lind_lane *x, lind_lane *dx) {
  lind_lane at;
  lind_v8_store(&at, time);
  r->kernel->rhs(r->kernel->self, &at, r->frame, x, dx);
  if (r->pack->input)
    for (int i = 0; i < r->n; i++) lind_v8_store(&dx[i], lind_v8_add(lind_v8_load(&dx[i]), lind_v8_load(&r->pack->input[i])));
  r->pack->work.rhs++;
}

/* absolute + relative * |x|; never 0, so that a state that stays at 0 under a purely relative tolerance has error 0. */
static lind_v8 rk_scale(const rk *r, int state, lind_v8 magnitude) {
  const double absolute = r->tolerance->absolute * (r->kernel->unit ? r->kernel->unit[state] : 1);
  const lind_v8 scale = lind_v8_fma(v8(r->tolerance->relative), magnitude, v8(absolute));
  return lind_v8_max(scale, v8(DBL_MIN));
}

static void rk_stop(rk *r, lind_m8 lanes, lind_lane_status why) {
  const unsigned bits = lind_m8_bits(lanes);
  for (int i = 0; i < LIND_LANES; i++)
    if (bits >> i & 1) r->pack->status[i] = why;
  r->active = lind_m8_except(r->active, lanes);
}

/* ---- opening ---- */

static void rk_interpolate(void *engine, const lind_lane *time, lind_lane *x);

static void rk_open(rk *r, void *workspace) {
  lind_lane *next = workspace;
  for (int s = 0; s < STAGES; s++, next += r->n) r->rate[s] = next;
  r->trial = next;
  r->pass =
      (lind_stepper_pass){.kernel = r->kernel, .frame = r->frame, .pack = r->pack, .engine = r, .interpolate = rk_interpolate};
  lind_stepper_pass_open(&r->pass, r->trial + r->n);
  unsigned bits = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    const int moves = r->pack->status[i] == LIND_LANE_OK && r->pack->target.of[i] > r->pack->time.of[i];
    bits |= (unsigned)moves << i;
  }
  r->active = lind_m8_from_bits(bits);
  r->rejected = lind_m8_from_bits(0);
  r->log_before = v8(log(forget));
  r->attempts = v8(0);
}

/* max over the states of |a| / scale(x); NaN if any is. `minus` may be NULL. */
static lind_v8 rk_norm(const rk *r, const lind_lane *a, const lind_lane *minus) {
  lind_v8 norm = v8(0);
  for (int i = 0; i < r->n; i++) {
    lind_v8 value = lind_v8_load(&a[i]);
    if (minus) value = lind_v8_sub(value, lind_v8_load(&minus[i]));
    const lind_v8 scale = rk_scale(r, i, lind_v8_abs(lind_v8_load(&r->pack->x[i])));
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
  const lind_v8 fifth_root = lind_v8_exp(lind_v8_mul(v8(0.2), lind_v8_log(lind_v8_div(v8(0.01), sharp))));
  lind_v8 step = lind_v8_min(lind_v8_min(lind_v8_mul(v8(100), first), fifth_root), remaining);
  step = lind_v8_select(lind_v8_le(sharp, v8(1e-15)), remaining, step);
  return lind_v8_select(is_finite(step), step, first);
}

static void rk_start(rk *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time);
  rk_rates(r, time, r->pack->x, r->rate[0]);
  lind_m8 good = lind_m8_from_bits(255);
  for (int i = 0; i < r->n; i++) {
    good = lind_m8_and(good, is_finite(lind_v8_load(&r->pack->x[i])));
    good = lind_m8_and(good, is_finite(lind_v8_load(&r->rate[0][i])));
  }
  rk_stop(r, lind_m8_except(r->active, good), LIND_LANE_NOT_FINITE);
  const lind_v8 step = lind_v8_load(&r->pack->step);
  const lind_m8 unknown = lind_m8_except(r->active, lind_m8_and(lind_v8_gt(step, v8(0)), is_finite(step)));
  if (!lind_m8_bits(unknown)) return;
  const lind_v8 guess = rk_guess(r, time, lind_v8_sub(lind_v8_load(&r->pack->target), time));
  lind_v8_store(&r->pack->step, lind_v8_select(unknown, guess, step));
}

/* ---- one attempt ---- */

/* Below this a step is refused: the user's limit, or what time itself can resolve. */
static lind_v8 rk_floor(const rk *r, lind_v8 time) {
  return lind_v8_max(v8(r->tolerance->smallest_step), lind_v8_mul(v8(4 * DBL_EPSILON), lind_v8_abs(time)));
}

/* How far this attempt goes. A step that nearly reaches the target is stretched onto it, so that no sliver is left. */
static void rk_plan(rk *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time), target = lind_v8_load(&r->pack->target);
  const lind_v8 step = lind_v8_max(lind_v8_load(&r->pack->step), rk_floor(r, time));
  const lind_v8 remaining = lind_v8_sub(target, time);
  r->last = lind_v8_ge(lind_v8_mul(v8(1.01), step), remaining);
  r->shortened = lind_v8_lt(remaining, step);
  r->h = lind_v8_select(r->active, lind_v8_select(r->last, remaining, step), v8(0));
  r->end = lind_v8_select(r->last, target, lind_v8_add(time, r->h));
}

/* trial = x + h * (weights of stage s) . rates; s is a constant where this is inlined. */
static inline __attribute__((always_inline)) void rk_point(rk *r, const int s) {
  for (int i = 0; i < r->n; i++) {
    lind_v8 sum = lind_v8_mul(v8(weight[s][0]), lind_v8_load(&r->rate[0][i]));
#pragma GCC unroll 8
    for (int j = 1; j < s; j++) sum = lind_v8_fma(v8(weight[s][j]), lind_v8_load(&r->rate[j][i]), sum);
    lind_v8_store(&r->trial[i], lind_v8_fma(r->h, sum, lind_v8_load(&r->pack->x[i])));
  }
}

static inline __attribute__((always_inline)) void rk_stage(rk *r, lind_v8 time, const int s) {
  rk_point(r, s);
  rk_rates(r, s < 5 ? lind_v8_fma(v8(node[s]), r->h, time) : r->end, r->trial, r->rate[s]);
}

static void rk_measure(rk *r) {
  lind_v8 error = v8(0), size = v8(0);
  for (int i = 0; i < r->n; i++) {
    lind_v8 sum = lind_v8_mul(v8(difference[0]), lind_v8_load(&r->rate[0][i]));
#pragma GCC unroll 8
    for (int j = 2; j < STAGES; j++) sum = lind_v8_fma(v8(difference[j]), lind_v8_load(&r->rate[j][i]), sum);
    const lind_v8 after = lind_v8_abs(lind_v8_load(&r->trial[i])), before = lind_v8_abs(lind_v8_load(&r->pack->x[i]));
    const lind_v8 scale = rk_scale(r, i, lind_v8_max(before, after));
    error = lind_v8_max(error, lind_v8_div(lind_v8_abs(lind_v8_mul(r->h, sum)), scale));
    size = lind_v8_max(size, after);
  }
  r->error = error;
  r->size = size; /* an infinite state has an infinite scale, so its error alone would look harmless */
}

static void rk_attempt(rk *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time);
  rk_plan(r);
  rk_stage(r, time, 1);
  rk_stage(r, time, 2);
  rk_stage(r, time, 3);
  rk_stage(r, time, 4);
  rk_stage(r, time, 5);
  rk_stage(r, time, 6);
  rk_measure(r);
  r->attempts = lind_v8_add(r->attempts, v8(1)); /* an idle lane's count is never read */
}

/* ---- within the step just tried, before it is taken over ---- */

static void rk_interpolate(void *engine, const lind_lane *time, lind_lane *x) {
  const rk *r = engine;
  const lind_v8 theta = lind_v8_div(lind_v8_sub(lind_v8_load(time), lind_v8_load(&r->pack->time)), r->h);
  lind_v8 share[STAGES];
  for (int s = 0; s < STAGES; s++) {
    share[s] = v8(extension[s][POWERS - 1]);
    for (int p = POWERS - 2; p >= 0; p--) share[s] = lind_v8_fma(share[s], theta, v8(extension[s][p]));
    share[s] = lind_v8_mul(lind_v8_mul(share[s], theta), r->h);
  }
  for (int i = 0; i < r->n; i++) {
    lind_v8 sum = lind_v8_load(&r->pack->x[i]);
    for (int s = 0; s < STAGES; s++) sum = lind_v8_fma(share[s], lind_v8_load(&r->rate[s][i]), sum);
    lind_v8_store(&x[i], sum);
  }
}

/* Looks and events within the step of the lanes that took one. Returns the lanes that an event stopped; they end there. */
static lind_m8 rk_pass(rk *r, lind_m8 good) {
  if (!lind_stepper_pass_asks(&r->pass, good, r->end)) return lind_m8_from_bits(0);
  lind_lane end;
  lind_v8_store(&end, r->end);
  const unsigned bits = lind_stepper_pass_step(&r->pass, lind_m8_bits(good), &r->pack->time, &end, r->trial);
  const lind_m8 stopped = lind_m8_from_bits(bits);
  if (!bits) return stopped;
  r->end = lind_v8_select(stopped, lind_v8_load(&r->pass.stop), r->end);
  for (int i = 0; i < r->n; i++)
    lind_v8_store(&r->trial[i], lind_v8_select(stopped, lind_v8_load(&r->pass.at[i]), lind_v8_load(&r->trial[i])));
  return stopped;
}

/* ---- the verdict ---- */

static void rk_accept(rk *r, lind_m8 good) {
  for (int i = 0; i < r->n; i++) {
    lind_v8_store(&r->pack->x[i], lind_v8_select(good, lind_v8_load(&r->trial[i]), lind_v8_load(&r->pack->x[i])));
    lind_v8_store(&r->rate[0][i], lind_v8_select(good, lind_v8_load(&r->rate[6][i]), lind_v8_load(&r->rate[0][i])));
  }
  lind_v8_store(&r->pack->time, lind_v8_select(good, r->end, lind_v8_load(&r->pack->time)));
}

/* The next step of each lane: PI after a success, the plain rule after a failure, half after a non-finite attempt. A step that
 * was only shortened to meet the target does not lower what the lane remembers. */
static void rk_control(rk *r, lind_m8 good, lind_m8 finite) {
  const lind_v8 log_error = lind_v8_log(r->error);
  const lind_v8 past = lind_v8_select(good, lind_v8_mul(v8(memory), r->log_before), v8(0));
  const lind_v8 power = lind_v8_fma(v8(-exponent), log_error, past);
  lind_v8 factor = lind_v8_mul(v8(safety), lind_v8_exp(power));
  factor = lind_v8_max(v8(least), lind_v8_min(factor, lind_v8_select(r->rejected, v8(1), v8(most))));
  factor = lind_v8_select(finite, factor, v8(0.5));
  const lind_v8 planned = lind_v8_load(&r->pack->step);
  lind_v8 step = lind_v8_mul(r->h, factor);
  step = lind_v8_select(lind_m8_and(good, r->shortened), lind_v8_max(step, planned), step);
  lind_v8_store(&r->pack->step, lind_v8_select(r->active, step, planned));
  r->log_before = lind_v8_select(good, lind_v8_max(log_error, v8(log(forget))), r->log_before);
  r->rejected = lind_m8_except(r->active, good);
}

static void rk_judge(rk *r) {
  const lind_m8 finite = lind_m8_and(is_finite(r->error), is_finite(r->size));
  const lind_m8 good = lind_m8_and(r->active, lind_m8_and(finite, lind_v8_le(r->error, v8(1))));
  const lind_v8 least_step = rk_floor(r, lind_v8_load(&r->pack->time));
  const lind_m8 stuck = lind_m8_and(lind_m8_except(r->active, good), lind_v8_le(r->h, least_step));
  rk_control(r, good, finite);
  const lind_m8 stopped = rk_pass(r, good);
  rk_accept(r, good);
  r->pack->work.steps += (unsigned)__builtin_popcount(lind_m8_bits(good));
  r->pack->work.rejected += (unsigned)__builtin_popcount(lind_m8_bits(r->rejected));
  if (lind_m8_bits(stuck)) {
    rk_stop(r, lind_m8_and(stuck, finite), LIND_LANE_STEP_SIZE);
    rk_stop(r, lind_m8_except(stuck, finite), LIND_LANE_NOT_FINITE);
  }
  r->active = lind_m8_except(r->active, lind_m8_or(stopped, lind_m8_and(good, r->last)));
  rk_stop(r, lind_m8_and(r->active, lind_v8_ge(r->attempts, v8(r->tolerance->most_steps))), LIND_LANE_STEPS);
}

static void rk_advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack,
                       void *workspace) {
  rk r = {.kernel = kernel, .frame = frame, .tolerance = tolerance, .pack = pack, .n = kernel->n_states};
  rk_open(&r, workspace);
  if (!lind_m8_bits(r.active)) return;
  rk_start(&r);
  while (lind_m8_bits(r.active)) {
    rk_attempt(&r);
    rk_judge(&r);
  }
}

static size_t rk_bytes(const lind_kernel *kernel) {
  return (size_t)kernel->n_states * (STAGES + 1) * sizeof(lind_lane) + lind_stepper_pass_bytes(kernel);
}

const lind_stepper lind_stepper_rk = {
    .name = "rk",
    .summary = "explicit Runge-Kutta pair of order 5(4), for systems that are not stiff",
    .source = "doi:10.1016/0771-050X(80)90013-3",
    .bytes = rk_bytes,
    .advance = rk_advance,
};
