/* stepper_rosenbrock.c -- the stiff engine: Rodas5P, a linearly implicit method of order 5(4), on 8 lanes with a step size each.
 *
 * Sources: Steinebach 2023, doi:10.1007/s10543-023-00967-x (the method, rodas5p.h); Hairer and Wanner, Solving Ordinary
 * Differential Equations II, 2nd edition 1996: IV.7 (implementation), IV.2 (the PI controller, constants as in stepper_rk.c).
 * Shown by tests/numerics/stepper_rosenbrock.c and stiff.c.
 *
 * A step solves 8 linear systems with one matrix W = 1 / (gamma h) I - J; nothing is iterated. J and df/dt are taken anew after
 * each accepted step, for the order depends on them; after a rejected one only W is factored again. Factors come without
 * pivoting: a lane whose first system is not solved to `sound` takes a smaller step, where the diagonal of W is heavier.
 *
 * Every quantity below is a lane; no operation crosses lanes, and what is rare (a lane that stops) is done lane by lane. The only
 * thing that the lanes of a pack share is how many steps the pack takes in all.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "dense.h"
#include "lane_math.h"
#include "lane_power.h"
#include "lind/stepper.h"
#include "rodas5p.h"
#include "stepper_lanes.h"
#include "stepper_pass.h"

static const double exponent = 0.2 - 0.75 * 0.04, memory = 0.04, safety = 0.9, least = 0.2, most = 6, forget = 1e-4;
static const double sound = 1e-8; /* backward error of a solution; W is then as good as one with J in error by that */

typedef struct ros {
  const lind_kernel *kernel;
  const lind_lane *frame;
  const lind_tolerance *tolerance;
  lind_advance *pack;
  int n;
  lind_lane *k[RODAS_STAGES], *rate, *slope, *trial; /* [n] each; slope NULL: no rate depends on time */
  lind_lane *entries, *factors;
  lind_m8 active, rejected; /* rejected: the lane's last attempt was */
  lind_m8 last, shortened;  /* this attempt ends at the target; with less than the planned step */
  lind_m8 solved;           /* its linear systems are sound */
  lind_v8 h, end;           /* step and end of this attempt */
  lind_v8 error, size;      /* of this attempt: error over tolerance, largest state */
  lind_v8 log_before;       /* log of the error of the step before, not below `forget` */
  lind_v8 attempts;
  lind_stepper_pass pass;
} ros;

static void ros_rates(ros *r, lind_v8 time, const lind_lane *x, lind_lane *dx) {
  lind_lane at;
  lind_v8_store(&at, time);
  r->kernel->rhs(r->kernel->self, &at, r->frame, x, dx);
  r->pack->work.rhs++;
}

/* absolute + relative * |x|; never 0, so that a state that stays at 0 under a purely relative tolerance has error 0. */
static lind_v8 ros_scale(const ros *r, int state, lind_v8 magnitude) {
  const double absolute = r->tolerance->absolute * (r->kernel->unit ? r->kernel->unit[state] : 1);
  const lind_v8 scale = lind_v8_fma(v8(r->tolerance->relative), magnitude, v8(absolute));
  return lind_v8_max(scale, v8(DBL_MIN));
}

static void ros_stop(ros *r, lind_m8 lanes, lind_lane_status why) { lind_lanes_stop(r->pack, &r->active, lanes, why); }

/* ---- opening ---- */

static void ros_interpolate(void *engine, const lind_lane *time, lind_lane *x);

static int ros_factors(const lind_kernel *kernel) { return kernel->factor ? kernel->n_factors : lind_dense_size(kernel); }

static size_t ros_bytes(const lind_kernel *kernel) {
  const int lanes = kernel->n_states * (RODAS_STAGES + 3) + kernel->n_entries + ros_factors(kernel);
  return (size_t)lanes * sizeof(lind_lane) + lind_stepper_pass_bytes(kernel);
}

static void ros_open(ros *r, void *workspace) {
  lind_lane *next = workspace;
  for (int s = 0; s < RODAS_STAGES; s++, next += r->n) r->k[s] = next;
  r->rate = next, next += r->n;
  r->slope = r->kernel->slope ? next : NULL, next += r->n;
  r->trial = next, next += r->n;
  r->entries = next, next += r->kernel->n_entries;
  r->factors = next, next += ros_factors(r->kernel);
  r->pass =
      (lind_stepper_pass){.kernel = r->kernel, .frame = r->frame, .pack = r->pack, .engine = r, .interpolate = ros_interpolate};
  lind_stepper_pass_open(&r->pass, next);
  unsigned bits = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    const int moves = r->pack->status[i] == LIND_LANE_OK && r->pack->target.of[i] > r->pack->time.of[i];
    bits |= (unsigned)moves << i;
  }
  r->active = lind_m8_from_bits(bits);
  r->rejected = lind_lanes_none();
  r->attempts = v8(0);
  r->log_before = v8(log2(forget));
}

/* What a step is made of at its start: rates, their slopes in time, the Jacobian. */
static void ros_refresh(ros *r) {
  const lind_kernel *kernel = r->kernel;
  ros_rates(r, lind_v8_load(&r->pack->time), r->pack->x, r->rate);
  if (r->pack->input)
    for (int i = 0; i < r->n; i++)
      lind_v8_store(&r->rate[i], lind_v8_add(lind_v8_load(&r->rate[i]), lind_v8_load(&r->pack->input[i])));
  if (r->slope) kernel->slope(kernel->self, &r->pack->time, r->frame, r->pack->x, r->slope);
  kernel->jacobian(kernel->self, &r->pack->time, r->frame, r->pack->x, r->entries);
}

/* How fast things go at the start of a call: the largest rate and the largest change of a rate (J f + df/dt), each over the
 * tolerance of its state. A lane that is not finite shows in them. */
static void ros_pace(const ros *r, lind_v8 *speed, lind_v8 *bend) {
  *speed = *bend = v8(0);
  for (int i = 0, e = 0; i < r->n; i++) {
    lind_v8 sum = r->slope ? lind_v8_load(&r->slope[i]) : v8(0);
    for (; e < r->kernel->n_entries && r->kernel->row[e] == i; e++)
      sum = lind_v8_fma(lind_v8_load(&r->entries[e]), lind_v8_load(&r->rate[r->kernel->column[e]]), sum);
    const lind_v8 unit = lind_v8_div(v8(1), ros_scale(r, i, lind_v8_abs(lind_v8_load(&r->pack->x[i]))));
    *speed = lind_v8_max(*speed, lind_v8_mul(unit, lind_v8_abs(lind_v8_load(&r->rate[i]))));
    *bend = lind_v8_max(*bend, lind_v8_mul(unit, lind_v8_abs(sum)));
  }
}

/* A first step from the pace: if each further derivative is bend / speed times the one before, the fifth makes an error of about
 * the tolerance where h^5 speed (bend / speed)^4 is `first`. A step that is known is kept up to `leap` times that: after a dose
 * it would otherwise be brought down by a row of rejected steps. Where nothing moves the lane tries its whole interval. `first`
 * and `leap` are assumed: they saved most steps on target-mediated disposition and were not critical. */
static const double first = 10, leap = 10;

static void ros_start(ros *r) {
  lind_v8 speed, bend;
  ros_refresh(r);
  ros_pace(r, &speed, &bend);
  lind_m8 good = lind_m8_and(lind_lanes_finite(speed), lind_lanes_finite(bend));
  for (int i = 0; i < r->n; i++) good = lind_m8_and(good, lind_lanes_finite(lind_v8_load(&r->pack->x[i])));
  ros_stop(r, lind_m8_except(r->active, good), LIND_LANE_NOT_FINITE);
  const lind_v8 remaining = lind_v8_sub(lind_v8_load(&r->pack->target), lind_v8_load(&r->pack->time));
  const lind_v8 log_speed = lind_v8_log2_rough(speed), log_bend = lind_v8_log2_rough(bend);
  const lind_v8 power = lind_v8_sub(lind_v8_fma(v8(3), log_speed, v8(log2(first))), lind_v8_mul(v8(4), log_bend));
  lind_v8 guess = lind_v8_exp2_rough(lind_v8_mul(v8(0.2), power));
  guess = lind_v8_select(lind_v8_gt(speed, v8(1e-15)), guess, v8(INFINITY));
  const lind_v8 step = lind_v8_load(&r->pack->step);
  const lind_m8 known = lind_m8_and(lind_v8_gt(step, v8(0)), lind_lanes_finite(step));
  const lind_v8 begin = lind_v8_select(known, lind_v8_min(step, lind_v8_mul(v8(leap), guess)), lind_v8_min(guess, remaining));
  lind_v8_store(&r->pack->step, lind_v8_select(r->active, begin, step));
}

/* ---- one attempt ---- */

/* How far this attempt goes. A step that nearly reaches the target is stretched onto it, so that no sliver is left. */
static void ros_plan(ros *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time), target = lind_v8_load(&r->pack->target);
  const lind_v8 step = lind_v8_max(lind_v8_load(&r->pack->step), lind_lanes_floor(r->tolerance, time));
  const lind_v8 remaining = lind_v8_sub(target, time);
  r->last = lind_v8_ge(lind_v8_mul(v8(1.01), step), remaining);
  r->shortened = lind_v8_lt(remaining, step);
  r->h = lind_v8_select(r->active, lind_v8_select(r->last, remaining, step), v8(0));
  r->end = lind_v8_select(r->last, target, lind_v8_add(time, r->h));
}

static void ros_solve(const ros *r, lind_lane *b) {
  if (r->kernel->factor)
    r->kernel->solve(r->kernel->self, r->factors, b);
  else
    lind_dense_solve(r->kernel, r->factors, b);
}

static void ros_factor(const ros *r) {
  lind_lane shift;
  lind_v8_store(&shift, lind_v8_div(v8(1 / rodas_gamma), r->h));
  if (r->kernel->factor)
    r->kernel->factor(r->kernel->self, &shift, r->entries, r->factors);
  else
    lind_dense_factor(r->kernel, &shift, r->entries, r->factors);
}

/* Whether k_1 solves its system: residual of each equation against the sum of its terms. */
static lind_m8 ros_sound(const ros *r) {
  const lind_v8 shift = lind_v8_div(v8(1 / rodas_gamma), r->h), lean = lind_v8_mul(v8(rodas_lean[0]), r->h);
  lind_m8 good = lind_m8_from_bits(255);
  for (int i = 0, e = 0; i < r->n; i++) {
    lind_v8 b = lind_v8_load(&r->rate[i]);
    if (r->slope) b = lind_v8_fma(lean, lind_v8_load(&r->slope[i]), b);
    const lind_v8 own = lind_v8_mul(shift, lind_v8_load(&r->k[0][i]));
    lind_v8 rest = lind_v8_sub(b, own), terms = lind_v8_add(lind_v8_abs(b), lind_v8_abs(own));
    for (; e < r->kernel->n_entries && r->kernel->row[e] == i; e++) {
      const lind_v8 term = lind_v8_mul(lind_v8_load(&r->entries[e]), lind_v8_load(&r->k[0][r->kernel->column[e]]));
      rest = lind_v8_add(rest, term);
      terms = lind_v8_add(terms, lind_v8_abs(term));
    }
    good = lind_m8_and(good, lind_v8_le(lind_v8_abs(rest), lind_v8_mul(v8(sound), terms)));
  }
  return good;
}

/* trial = x + sum_j point_sj k_j; s is a constant where this is inlined. */
static inline __attribute__((always_inline)) void ros_point(ros *r, const int s) {
  for (int i = 0; i < r->n; i++) {
    lind_v8 sum = lind_v8_load(s < RODAS_POINTS ? &r->pack->x[i] : &r->trial[i]);
    if (s >= RODAS_POINTS) sum = lind_v8_add(sum, lind_v8_load(&r->k[s - 1][i]));
    if (s < RODAS_POINTS)
#pragma GCC unroll 8
      for (int j = 0; j < s; j++) sum = lind_v8_fma(v8(rodas_point[s < RODAS_POINTS ? s : 0][j]), lind_v8_load(&r->k[j][i]), sum);
    lind_v8_store(&r->trial[i], sum);
  }
}

/* k_s, holding the rates at the point, becomes the right side of its system. */
static inline __attribute__((always_inline)) void ros_side(ros *r, lind_v8 per_h, const int s) {
  const lind_v8 lean = lind_v8_mul(v8(rodas_lean[s]), r->h);
  for (int i = 0; i < r->n; i++) {
    lind_v8 side = lind_v8_load(&r->k[s][i]);
    if (r->pack->input) side = lind_v8_add(side, lind_v8_load(&r->pack->input[i]));
    if (r->slope && rodas_lean[s] != 0) side = lind_v8_fma(lean, lind_v8_load(&r->slope[i]), side);
    lind_v8 sum = lind_v8_mul(v8(rodas_mix[s][0]), lind_v8_load(&r->k[0][i]));
#pragma GCC unroll 8
    for (int j = 1; j < s; j++) sum = lind_v8_fma(v8(rodas_mix[s][j]), lind_v8_load(&r->k[j][i]), sum);
    lind_v8_store(&r->k[s][i], lind_v8_fma(per_h, sum, side));
  }
}

static inline __attribute__((always_inline)) void ros_stage(ros *r, lind_v8 time, lind_v8 per_h, const int s) {
  ros_point(r, s);
  ros_rates(r, rodas_node[s] < 1 ? lind_v8_fma(v8(rodas_node[s]), r->h, time) : r->end, r->trial, r->k[s]);
  ros_side(r, per_h, s);
  ros_solve(r, r->k[s]);
}

static void ros_first_stage(ros *r) {
  const lind_v8 lean = lind_v8_mul(v8(rodas_lean[0]), r->h);
  for (int i = 0; i < r->n; i++) {
    lind_v8 side = lind_v8_load(&r->rate[i]);
    if (r->slope) side = lind_v8_fma(lean, lind_v8_load(&r->slope[i]), side);
    lind_v8_store(&r->k[0][i], side);
  }
  ros_solve(r, r->k[0]);
  r->solved = ros_sound(r);
}

/* The last k completes the step; the error estimate is a combination of all. */
static void ros_measure(ros *r) {
  lind_v8 error = v8(0), size = v8(0);
  for (int i = 0; i < r->n; i++) {
    const lind_v8 trial = lind_v8_add(lind_v8_load(&r->trial[i]), lind_v8_load(&r->k[RODAS_STAGES - 1][i]));
    lind_v8 miss = lind_v8_mul(v8(rodas_miss[0]), lind_v8_load(&r->k[0][i]));
#pragma GCC unroll 8
    for (int j = 1; j < RODAS_STAGES; j++) miss = lind_v8_fma(v8(rodas_miss[j]), lind_v8_load(&r->k[j][i]), miss);
    lind_v8_store(&r->trial[i], trial);
    const lind_v8 after = lind_v8_abs(trial), before = lind_v8_abs(lind_v8_load(&r->pack->x[i]));
    error = lind_v8_max(error, lind_v8_div(lind_v8_abs(miss), ros_scale(r, i, lind_v8_max(before, after))));
    size = lind_v8_max(size, after);
  }
  r->error = error;
  r->size = size; /* an infinite state has an infinite scale, so its error alone would look harmless */
}

static void ros_attempt(ros *r) {
  const lind_v8 time = lind_v8_load(&r->pack->time);
  ros_plan(r);
  const lind_v8 per_h = lind_v8_div(v8(1), r->h);
  ros_factor(r);
  ros_first_stage(r);
  ros_stage(r, time, per_h, 1);
  ros_stage(r, time, per_h, 2);
  ros_stage(r, time, per_h, 3);
  ros_stage(r, time, per_h, 4);
  ros_stage(r, time, per_h, 5);
  ros_stage(r, time, per_h, 6);
  ros_stage(r, time, per_h, 7);
  ros_measure(r);
  r->attempts = lind_v8_add(r->attempts, v8(1)); /* an idle lane's count is never read */
}

/* ---- within the step just tried, before it is taken over ---- */

static void ros_interpolate(void *engine, const lind_lane *time, lind_lane *x) {
  const ros *r = engine;
  const lind_v8 theta = lind_v8_div(lind_v8_sub(lind_v8_load(time), lind_v8_load(&r->pack->time)), r->h);
  const lind_v8 left = lind_v8_sub(v8(1), theta);
  lind_v8 share[RODAS_STAGES];
  for (int j = 0; j < RODAS_STAGES; j++) {
    const lind_v8 inner = lind_v8_fma(theta, v8(rodas_within[2][j]), v8(rodas_within[1][j]));
    share[j] = lind_v8_mul(lind_v8_fma(theta, inner, v8(rodas_within[0][j])), lind_v8_mul(theta, left));
  }
  for (int i = 0; i < r->n; i++) {
    lind_v8 sum = lind_v8_mul(left, lind_v8_load(&r->pack->x[i]));
    sum = lind_v8_fma(theta, lind_v8_load(&r->trial[i]), sum);
    for (int j = 0; j < RODAS_STAGES; j++) sum = lind_v8_fma(share[j], lind_v8_load(&r->k[j][i]), sum);
    lind_v8_store(&x[i], sum);
  }
}

/* ---- the verdict ---- */

static void ros_accept(ros *r, lind_m8 good) {
  lind_lanes_keep(r->pack->x, r->trial, r->n, good);
  lind_v8_store(&r->pack->time, lind_v8_select(good, r->end, lind_v8_load(&r->pack->time)));
}

/* The next step of each lane: PI after a success, the plain rule after a failure, a quarter after an attempt that was not finite
 * or not solved. A step that was only shortened to meet the target does not lower what the lane remembers. */
static void ros_control(ros *r, lind_m8 good, lind_m8 finite) {
  const lind_v8 log_error = lind_v8_log2_rough(r->error), plain = v8(log2(safety));
  const lind_v8 past = lind_v8_select(good, lind_v8_fma(v8(memory), r->log_before, plain), plain);
  lind_v8 factor = lind_v8_exp2_rough(lind_v8_fma(v8(-exponent), log_error, past));
  factor = lind_v8_max(v8(least), lind_v8_min(factor, lind_v8_select(r->rejected, v8(1), v8(most))));
  factor = lind_v8_select(finite, factor, v8(0.25));
  const lind_v8 planned = lind_v8_load(&r->pack->step);
  lind_v8 step = lind_v8_mul(r->h, factor);
  step = lind_v8_select(lind_m8_and(good, r->shortened), lind_v8_max(step, planned), step);
  lind_v8_store(&r->pack->step, lind_v8_select(r->active, step, planned));
  r->log_before = lind_v8_select(good, lind_v8_max(log_error, v8(log2(forget))), r->log_before);
  r->rejected = lind_m8_except(r->active, good);
}

static void ros_judge(ros *r) {
  const lind_m8 finite = lind_m8_and(r->solved, lind_m8_and(lind_lanes_finite(r->error), lind_lanes_finite(r->size)));
  const lind_m8 good = lind_m8_and(r->active, lind_m8_and(finite, lind_v8_le(r->error, v8(1))));
  const lind_v8 least_step = lind_lanes_floor(r->tolerance, lind_v8_load(&r->pack->time));
  const lind_m8 stuck = lind_m8_and(lind_m8_except(r->active, good), lind_v8_le(r->h, least_step));
  ros_control(r, good, finite);
  const lind_m8 stopped = lind_stepper_pass_end(&r->pass, good, &r->end, r->trial);
  ros_accept(r, good);
  lind_lanes_count(r->pack, good, r->rejected);
  lind_lanes_give_up(r->pack, &r->active, stuck, finite);
  r->active = lind_m8_except(r->active, lind_m8_or(stopped, lind_m8_and(good, r->last)));
  ros_stop(r, lind_m8_and(r->active, lind_v8_ge(r->attempts, v8(r->tolerance->most_steps))), LIND_LANE_STEPS);
  if (lind_m8_bits(r->active) && lind_m8_bits(good)) ros_refresh(r);
}

static void ros_advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack,
                        void *workspace) {
  ros r = {.kernel = kernel, .frame = frame, .tolerance = tolerance, .pack = pack, .n = kernel->n_states};
  ros_open(&r, workspace);
  if (!lind_m8_bits(r.active)) return;
  ros_start(&r);
  while (lind_m8_bits(r.active)) {
    ros_attempt(&r);
    ros_judge(&r);
  }
}

static const char *ros_refuses(const lind_kernel *kernel) {
  if (!kernel->jacobian) return "it needs a Jacobian";
  if (kernel->n_delays) return "it cannot look back in time, and the model has delays";
  if (kernel->n_noises) return "it is for equations without noise";
  return NULL;
}

const lind_stepper lind_stepper_rosenbrock = {
    .name = "rosenbrock",
    .summary = "Rosenbrock method of order 5(4), for stiff systems; needs a Jacobian",
    .source = "doi:10.1007/s10543-023-00967-x",
    .bytes = ros_bytes,
    .refuses = ros_refuses,
    .advance = ros_advance,
};
