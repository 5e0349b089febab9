/* stepper_history.c -- see stepper_history.h.
 *
 * Source: Bellen and Zennaro 2003, Numerical Methods for Delay Differential Equations,
 * doi:10.1093/acprof:oso/9780198506546.001.0001 (method of steps, propagation of discontinuities). Shown by
 * tests/numerics/stepper_delay.c.
 */
#include "stepper_history.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum {
  SEGMENTS = LIND_STEPPER_HISTORY_SEGMENTS,
  POWERS = LIND_STEPPER_HISTORY_POWERS,
  ECHOES = LIND_STEPPER_HISTORY_ECHOES,
  LEVELS = LIND_STEPPER_HISTORY_LEVELS,
  START = 0,
  LENGTH,
  END,
  POLYNOMIALS
};

static size_t lanes_of(size_t bytes) { return (bytes + sizeof(lind_lane) - 1) / sizeof(lind_lane); }
static size_t width(const lind_kernel *kernel) { return POLYNOMIALS + POWERS * (size_t)kernel->n_delays; }
static size_t memory_lanes(void) { return lanes_of(LIND_LANES * sizeof(lind_stepper_memory)); }
static size_t hint_lanes(const lind_kernel *kernel) { return lanes_of((size_t)kernel->n_delays * LIND_LANES * sizeof(long)); }

size_t lind_stepper_history_bytes(const lind_kernel *kernel) {
  if (!kernel->n_delays) return 0;
  const size_t values = (2 + POWERS) * (size_t)kernel->n_delays + (size_t)kernel->n_states;
  return (memory_lanes() + hint_lanes(kernel) + values + SEGMENTS * width(kernel)) * sizeof(lind_lane);
}

unsigned lind_stepper_history_open(lind_stepper_history *h, void *memory) {
  const lind_kernel *kernel = h->kernel;
  lind_lane *next = memory;
  h->memory = memory, next += memory_lanes();
  h->hint = (long *)next, next += hint_lanes(kernel);
  h->lag = next, next += kernel->n_delays;
  h->past = next, next += kernel->n_delays;
  h->end = next, next += kernel->n_states;
  h->scratch = next, next += POWERS * kernel->n_delays;
  h->segments = next;
  kernel->delays(kernel->self, h->frame, h->lag);
  unsigned wrong = 0;
  for (int k = 0; k < kernel->n_delays; k++)
    for (int i = 0; i < LIND_LANES; i++)
      if (!(h->lag[k].of[i] > 0)) wrong |= 1u << i;
  return wrong;
}

static lind_lane *place(const lind_stepper_history *h, long segment) {
  return h->segments + (size_t)(segment % SEGMENTS) * width(h->kernel);
}

/* ---- echoes */

/* Kept by time; where there are too many, the latest goes. */
static void echo_add(lind_stepper_memory *memory, double time, int level) {
  int at = 0;
  while (at < memory->n_echoes && memory->echoes[at].time < time) at++;
  if (at < memory->n_echoes && memory->echoes[at].time == time) { /* two at once: the sharper */
    if (level < memory->echoes[at].level) memory->echoes[at].level = level;
    return;
  }
  if (at == ECHOES) return;
  const int last = memory->n_echoes < ECHOES ? memory->n_echoes : ECHOES - 1;
  memmove(&memory->echoes[at + 1], &memory->echoes[at], (size_t)(last - at) * sizeof *memory->echoes);
  memory->echoes[at] = (lind_stepper_echo){time, level};
  memory->n_echoes = last + 1;
}

static void echo_children(lind_stepper_history *h, int lane, double time, int level) {
  if (level >= LEVELS) return;
  for (int k = 0; k < h->kernel->n_delays; k++) echo_add(&h->memory[lane], time + h->lag[k].of[lane], level + 1);
}

/* Removes the echoes up to `time`, which are passed on. Returns whether the rate jumps there. */
static int echo_pass(lind_stepper_history *h, int lane, double time) {
  lind_stepper_memory *memory = &h->memory[lane];
  int sharp = 0;
  while (memory->n_echoes && memory->echoes[0].time <= time) {
    const lind_stepper_echo echo = memory->echoes[0];
    memory->n_echoes--;
    memmove(memory->echoes, memory->echoes + 1, (size_t)memory->n_echoes * sizeof echo);
    sharp |= echo.level <= 1;
    echo_children(h, lane, echo.time, echo.level);
  }
  return sharp;
}

void lind_stepper_history_jump(lind_stepper_history *h, unsigned lanes, const lind_lane *time) {
  for (int i = 0; i < LIND_LANES; i++)
    if (lanes >> i & 1) echo_children(h, i, time->of[i], 0);
}

void lind_stepper_history_goal(const lind_stepper_history *h, unsigned lanes, lind_lane *goal, lind_lane *longest) {
  for (int i = 0; i < LIND_LANES; i++) {
    const lind_stepper_memory *memory = &h->memory[i];
    longest->of[i] = INFINITY;
    if (!(lanes >> i & 1)) continue;
    if (memory->n_echoes && memory->echoes[0].time < goal->of[i]) goal->of[i] = memory->echoes[0].time;
    for (int k = 0; k < h->kernel->n_delays; k++) longest->of[i] = fmin(longest->of[i], h->lag[k].of[i]);
  }
}

/* ---- values */

void lind_stepper_history_restart(lind_stepper_history *h, unsigned lanes, const lind_lane *time, lind_lane *x) {
  const lind_kernel *kernel = h->kernel;
  if (kernel->initial) kernel->initial(kernel->self, h->frame, x);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1)) continue;
    h->memory[i].segments = 0, h->memory[i].n_echoes = 0;
    for (int k = 0; k < kernel->n_delays; k++) {
      h->past[k].of[i] = x[kernel->delayed[k]].of[i];
      h->hint[k * LIND_LANES + i] = 0;
    }
    echo_children(h, i, time->of[i], 0);
  }
}

/* The segment that holds `time`, -1 before the start. */
static long find(const lind_stepper_history *h, int lane, double time, long hint) {
  const long last = h->memory[lane].segments - 1, first = last < SEGMENTS ? 0 : last - SEGMENTS + 1;
  if (last < 0) return -1;
  long at = hint < first ? first : hint > last ? last : hint;
  while (at < last && time >= place(h, at)[END].of[lane]) at++;
  while (at > first && time < place(h, at)[START].of[lane]) at--;
  return at == 0 && time < place(h, 0)[START].of[lane] ? -1 : at;
}

/* From the side of `toward`: a jump may lie at `time`, or within rounding errors of it. */
static double value(const lind_stepper_history *h, int lane, int k, double time, double toward) {
  long *hint = &h->hint[k * LIND_LANES + lane];
  const double nudge = 16 * DBL_EPSILON * (fabs(time) + h->lag[k].of[lane]);
  const long at = find(h, lane, time + (toward > time ? nudge : -nudge), *hint);
  if (at < 0) return h->past[k].of[lane];
  *hint = at;
  const lind_lane *segment = place(h, at), *c = segment + POLYNOMIALS + POWERS * k;
  const double theta = (time - segment[START].of[lane]) / segment[LENGTH].of[lane];
  double sum = c[POWERS - 1].of[lane];
  for (int p = POWERS - 2; p >= 0; p--) sum = fma(sum, theta, c[p].of[lane]);
  return sum;
}

void lind_stepper_history_fill(lind_stepper_history *h, const lind_lane *time, const lind_lane *middle, lind_lane *x) {
  for (int k = 0; k < h->kernel->n_delays; k++)
    for (int i = 0; i < LIND_LANES; i++) {
      const double lag = h->lag[k].of[i];
      x[h->kernel->n_states + k].of[i] = value(h, i, k, time->of[i] - lag, middle->of[i] - lag);
    }
}

unsigned lind_stepper_history_keep(lind_stepper_history *h, unsigned lanes, const lind_lane *start, const lind_lane *length,
                                   const lind_lane *end, const lind_lane *polynomials, unsigned *lost) {
  unsigned sharp = 0;
  *lost = 0;
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1)) continue;
    lind_lane *segment = place(h, h->memory[i].segments);
    double longest = 0;
    for (int k = 0; k < h->kernel->n_delays; k++) longest = fmax(longest, h->lag[k].of[i]);
    if (h->memory[i].segments >= SEGMENTS && segment[END].of[i] > end->of[i] - longest) *lost |= 1u << i;
    segment[START].of[i] = start->of[i], segment[LENGTH].of[i] = length->of[i], segment[END].of[i] = end->of[i];
    for (int p = 0; p < POWERS * h->kernel->n_delays; p++) segment[POLYNOMIALS + p].of[i] = polynomials[p].of[i];
    h->memory[i].segments++;
    if (echo_pass(h, i, end->of[i])) sharp |= 1u << i;
  }
  return sharp;
}
