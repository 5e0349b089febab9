/* noise.c -- steps through the cells of an addressed Wiener path, see noise.h.
 *
 * The increment of the drift is the flow's: the pair of stepper_rk.c goes through the cell with its own error test, the noise's
 * straight line being an input to it. It starts with an empty memory each time, from a step that the lane brings along, so that
 * the way to a look and the way to a stop are the same and nothing is left of either.
 *
 * Source: Kloeden and Platen 1992, Numerical Solution of Stochastic Differential Equations, 10.2 (Euler and Maruyama, strong
 * order 1/2) and 10.3 (Milstein, strong order 1 where each g depends on its own state alone), doi:10.1007/978-3-662-12616-5.
 * Shown by tests/numerics/noise.c.
 */
#include "noise.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "lane_math.h"
#include "stepper_lanes.h"
#include "stepper_pass.h"

static const double near_node = 1e-7, most_cells = 0x1p24;
enum { MOST_STEPS = 1000 }; /* of the pair in a cell */

typedef struct noise {
  lind_noise_scheme scheme;
  const lind_kernel *kernel;
  const lind_lane *frame;
  lind_advance *pack;
  int n, m;                           /* states, noises */
  lind_lane *input, *trial;           /* [n]; input: infusions and noise, per h */
  lind_lane *gain, *increment;        /* [2 m] as the kernel gives them, then the two factors of the step; [m] */
  lind_lane start, first, share, end; /* this step: time, share of the cell before it and of it, time at its end */
  lind_lane stride;                   /* the pair's first step */
  lind_m8 active;
  lind_v8 taken; /* steps */
  lind_stepper_pass pass;
  lind_kernel drift;   /* the kernel without its events */
  lind_tolerance fine; /* within a cell */
  void *memory;        /* the pair's */
  size_t memory_bytes;
} noise;

static void noise_stop(noise *r, lind_m8 lanes, lind_lane_status why) { lind_lanes_stop(r->pack, &r->active, lanes, why); }

/* ---- one step */

/* The pair's way from the start of the step to `until`: x[n] there, and in `flow` how it went. Lanes that are not active, or are
 * sent to the start, have the states of the start. */
static void noise_flow(const noise *r, const lind_lane *until, lind_lane *x, lind_advance *flow) {
  const unsigned bits = lind_m8_bits(r->active);
  memcpy(x, r->pack->x, (size_t)r->n * sizeof *x);
  memset(r->memory, 0, r->memory_bytes);
  *flow = (lind_advance){.time = r->start, .target = *until, .step = r->stride, .x = x, .input = r->input};
  for (int i = 0; i < LIND_LANES; i++) flow->status[i] = bits >> i & 1 ? LIND_LANE_OK : LIND_LANE_IDLE;
  lind_stepper_rk.advance(&r->drift, r->frame, &r->fine, flow, r->memory);
  r->pack->work.rhs += flow->work.rhs;
}

/* Milstein's term, once `share` of the cell has passed since the start of the step. */
static void noise_bend(const noise *r, lind_v8 share, lind_lane *x) {
  if (r->scheme != LIND_NOISE_MILSTEIN) return;
  const lind_v8 time = lind_v8_mul(share, v8(r->pack->grid));
  for (int j = 0; j < r->m; j++) {
    lind_lane *const state = &x[r->kernel->noisy[j]];
    const lind_v8 w = lind_v8_mul(share, lind_v8_load(&r->increment[j]));
    const lind_v8 term = lind_v8_sub(lind_v8_mul(w, w), time);
    lind_v8_store(state, lind_v8_fma(lind_v8_load(&r->gain[r->m + j]), term, lind_v8_load(state)));
  }
}

static void noise_interpolate(void *engine, const lind_lane *time, lind_lane *x) {
  const noise *r = engine;
  lind_advance flow;
  noise_flow(r, time, x, &flow);
  const lind_v8 way = lind_v8_sub(lind_v8_load(time), lind_v8_load(&r->start));
  noise_bend(r, lind_v8_div(way, v8(r->pack->grid)), x);
}

/* Where one lane is on its grid and how far this step goes; 0: it is where no cell has an address. */
static int noise_place(noise *r, int lane, double *cell) {
  const double grid = r->pack->grid, time = r->pack->time.of[lane], target = r->pack->target.of[lane];
  *cell = floor(time / grid + near_node);
  if (!(*cell >= 0 && *cell < most_cells)) return 0;
  const double node = *cell * grid, next = (*cell + 1) * grid, first = (time - node) / grid;
  r->first.of[lane] = first > near_node ? first : 0;
  const int inside = target < next - near_node * grid;
  r->end.of[lane] = target < next + near_node * grid ? target : next;
  r->share.of[lane] = inside ? (target - time) / grid : 1 - r->first.of[lane];
  return 1;
}

static void noise_plan(noise *r) {
  const unsigned bits = lind_m8_bits(r->active);
  unsigned lost = 0;
  r->start = r->end = r->pack->time;
  for (int i = 0; i < LIND_LANES; i++) {
    double cell;
    if (!(bits >> i & 1)) continue;
    if (!noise_place(r, i, &cell)) {
      lost |= 1u << i;
      continue;
    }
    for (int j = 0; j < r->m; j++) {
      const double z = lind_random_normal(r->pack->who[i], r->pack->purposes[j], (uint32_t)cell);
      r->increment[j].of[i] = sqrt(r->pack->grid) * z;
    }
  }
  if (lost) noise_stop(r, lind_m8_from_bits(lost), LIND_LANE_STEPS);
}

/* What each increment is multiplied with, at the start of the step. */
static void noise_gains(noise *r) {
  r->kernel->diffusion(r->kernel->self, &r->pack->time, r->frame, r->pack->x, r->gain);
  const lind_v8 first = lind_v8_load(&r->first);
  for (int j = 0; j < r->m; j++) {
    const lind_v8 bend = lind_v8_load(&r->gain[r->m + j]);
    if (r->scheme == LIND_NOISE_MILSTEIN) {
      lind_v8_store(&r->gain[r->m + j], lind_v8_mul(v8(0.5), bend));
      continue;
    }
    const lind_v8 before = lind_v8_mul(first, lind_v8_load(&r->increment[j])), gain = lind_v8_load(&r->gain[j]);
    /* a select, lest a g whose slope is no number at 0 spoil steps that need none */
    const lind_v8 back = lind_v8_fma(lind_v8_neg(before), bend, gain);
    lind_v8_store(&r->gain[j], lind_v8_select(lind_v8_gt(first, v8(0)), back, gain));
  }
}

/* What is added to the rates over this step, and the pair's first step. */
static void noise_drive(noise *r) {
  noise_gains(r);
  for (int i = 0; i < r->n; i++) lind_v8_store(&r->input[i], r->pack->input ? lind_v8_load(&r->pack->input[i]) : v8(0));
  for (int j = 0; j < r->m; j++) {
    lind_lane *const state = &r->input[r->kernel->noisy[j]];
    const lind_v8 slope = lind_v8_div(lind_v8_load(&r->increment[j]), v8(r->pack->grid));
    lind_v8_store(state, lind_v8_fma(lind_v8_load(&r->gain[j]), slope, lind_v8_load(state)));
  }
  const lind_v8 step = lind_v8_load(&r->pack->step), grid = v8(r->pack->grid);
  lind_v8_store(&r->stride, lind_v8_select(lind_v8_gt(step, v8(0)), step, grid));
}

/* ---- the verdict */

/* From the start of the step to its end, into `trial`. Returns the lanes that got there; the others stop. */
static lind_m8 noise_try(noise *r) {
  lind_advance flow;
  noise_flow(r, &r->end, r->trial, &flow);
  const unsigned bits = lind_m8_bits(r->active);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(bits >> i & 1) || flow.status[i] == LIND_LANE_OK) continue;
    noise_stop(r, lind_m8_from_bits(1u << i), flow.status[i] == LIND_LANE_STEPS ? LIND_LANE_GRID : flow.status[i]);
  }
  noise_bend(r, lind_v8_load(&r->share), r->trial);
  lind_m8 good = r->active;
  for (int i = 0; i < r->n; i++) good = lind_m8_and(good, lind_lanes_finite(lind_v8_load(&r->trial[i])));
  noise_stop(r, lind_m8_except(r->active, good), LIND_LANE_NOT_FINITE);
  lind_v8_store(&r->pack->step, lind_v8_select(good, lind_v8_load(&flow.step), lind_v8_load(&r->pack->step)));
  r->pack->work.steps += flow.work.steps;
  r->pack->work.rejected += flow.work.rejected;
  return good;
}

static void noise_step(noise *r, const lind_tolerance *tolerance) {
  noise_plan(r);
  noise_drive(r);
  const lind_m8 good = noise_try(r);
  lind_v8 end = lind_v8_load(&r->end);
  const lind_m8 stopped = lind_stepper_pass_end(&r->pass, good, &end, r->trial);
  lind_lanes_keep(r->pack->x, r->trial, r->n, good);
  const lind_v8 time = lind_v8_select(good, end, lind_v8_load(&r->pack->time));
  lind_v8_store(&r->pack->time, time);
  r->taken = lind_v8_add(r->taken, v8(1)); /* an idle lane's count is never read */
  const lind_m8 there = lind_v8_ge(time, lind_v8_load(&r->pack->target));
  r->active = lind_m8_except(r->active, lind_m8_or(stopped, there));
  noise_stop(r, lind_m8_and(r->active, lind_v8_ge(r->taken, v8(tolerance->most_steps))), LIND_LANE_STEPS);
}

static lind_kernel noise_drift(const lind_kernel *kernel) {
  lind_kernel drift = *kernel;
  drift.n_triggers = 0;
  return drift;
}

void lind_noise_advance(lind_noise_scheme scheme, const lind_kernel *kernel, const lind_lane *frame,
                        const lind_tolerance *tolerance, lind_advance *pack, void *workspace) {
  assert(pack->grid > 0 && pack->who && pack->purposes);
  noise r = {.scheme = scheme, .kernel = kernel, .frame = frame, .pack = pack, .n = kernel->n_states, .m = kernel->n_noises};
  r.drift = noise_drift(kernel);
  r.fine = *tolerance;
  r.fine.most_steps = MOST_STEPS;
  r.input = workspace;
  r.trial = r.input + r.n;
  r.gain = r.trial + r.n;
  r.increment = r.gain + 2 * r.m;
  r.first = r.share = r.start = r.end = r.stride = pack->time;
  r.pass = (lind_stepper_pass){.kernel = kernel, .frame = frame, .pack = pack, .engine = &r, .interpolate = noise_interpolate};
  lind_stepper_pass_open(&r.pass, r.increment + r.m);
  r.memory = (char *)(r.increment + r.m) + lind_stepper_pass_bytes(kernel);
  r.memory_bytes = lind_stepper_rk.bytes(&r.drift);
  unsigned bits = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    const int moves = pack->status[i] == LIND_LANE_OK && pack->target.of[i] > pack->time.of[i];
    bits |= (unsigned)moves << i;
  }
  r.active = lind_m8_from_bits(bits);
  r.taken = v8(0);
  while (lind_m8_bits(r.active)) noise_step(&r, tolerance);
}

size_t lind_noise_bytes(const lind_kernel *kernel) {
  const int lanes = 2 * kernel->n_states + 3 * kernel->n_noises;
  const lind_kernel drift = noise_drift(kernel);
  return (size_t)lanes * sizeof(lind_lane) + lind_stepper_pass_bytes(kernel) + lind_stepper_rk.bytes(&drift);
}

const char *lind_noise_refuses(const lind_kernel *kernel) {
  if (!kernel->n_noises) return "it is for equations with noise, and the model has none";
  if (kernel->n_delays) return "it cannot look back in time, and the model has delays";
  return NULL;
}
