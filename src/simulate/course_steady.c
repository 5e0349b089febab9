/* course_steady.c -- the state in which a row of equal doses, II apart, has always been: the fixed point of the map of one cycle.
 *
 * The map is iterated from the initial state with Anderson's acceleration (Anderson 1965, doi:10.1145/321296.321305; Walker and
 * Ni 2011, doi:10.1137/10078356X): with a memory of n it solves a linear system of n states in n + 1 cycles. Each lane has its
 * own iteration; what lanes share is the number of cycles that the pack computes. Ends where a cycle moves no state by more than
 * the tolerance / 10 and the acceleration would not either. Steps are started anew in each cycle, so that the map is a function.
 *
 * Where more comes in than can leave, amounts grow for ever, and so far out that a dose is nothing beside the tolerance every
 * point looks like a fixed point. So states that have come far are put back half way, all at once: if then, too, none of them
 * moves, nothing holds them there. Those that do move are cleared; the others are tried again without them.
 */
#include <math.h>
#include <string.h>

#include "course_inside.h"

enum { MOST_CYCLES = 500, PATIENCE = 40, MEMORY = LIND_STEADY_MEMORY };

lind_err lind_course_steady_init(lind_course_pack *p) {
  lind_course_steady *s = &p->steady;
  const lind_kernel *kernel = p->course->kernel;
  const size_t n = (size_t)kernel->n_states;
  lind_lane **lanes[] = {&s->x, &s->input, &s->guess, &s->initial, &s->mapped, &s->found};
  for (size_t a = 0; a < sizeof lanes / sizeof *lanes; a++) LIND_TAKE(*lanes[a], p->arena, n + (size_t)kernel->n_delays + 1);
  LIND_TAKE(s->moved, p->arena, LIND_LANES * MEMORY * n + 1);
  LIND_TAKE(s->gaps, p->arena, LIND_LANES * MEMORY * n + 1);
  LIND_TAKE(s->basis, p->arena, MEMORY * n + 1);
  LIND_TAKE(s->gap, p->arena, n + 1);
  LIND_TAKE(s->scale, p->arena, n + 1);
  LIND_TAKE(s->right, p->arena, n + 1);
  LIND_TAKE(s->last_mapped, p->arena, LIND_LANES * n + 1);
  LIND_TAKE(s->last_gap, p->arena, LIND_LANES * n + 1);
  LIND_TAKE(s->first_gap, p->arena, LIND_LANES * n + 1);
  LIND_TAKE(s->suspect, p->arena, LIND_LANES * n + 1);
  LIND_TAKE(s->collects, p->arena, n + 1);
  for (size_t k = 0; k < n; k++) s->collects[k] = kernel->jacobian != NULL && kernel->n_delays == 0;
  for (int e = 0; e < kernel->n_entries; e++) s->collects[kernel->column[e]] = false;
  for (size_t k = 0; k < n; k++) s->n_moving += !s->collects[k];
  s->workspace = lind_arena_take(p->arena, lind_rescue_bytes(p->course->stepper, kernel) + 1, 1);
  LIND_CHECK(s->workspace != NULL, LIND_ERR_MEMORY, "no memory for the engine %s", p->course->stepper->name);
  return LIND_OK;
}

/* ---- the map */

/* How many infusions of a row run at `phase`, which lies inside a stretch without change. */
static double overlap(const lind_course_task *task, double phase) {
  const double whole = floor(task->dose.duration / task->interval);
  return whole + (phase < task->dose.duration - whole * task->interval ? 1.0 : 0.0);
}

static double change_of(const lind_course_task *task) {
  return task->dose.duration - floor(task->dose.duration / task->interval) * task->interval;
}

static bool runs(const lind_course_pack *p, unsigned lanes, int i) {
  return (lanes >> i & 1u) && p->steady.advance.status[i] == LIND_LANE_OK;
}

static void fire(lind_course_pack *p, int i) {
  const lind_kernel *kernel = p->course->kernel;
  lind_advance *a = &p->steady.advance;
  kernel->reset(kernel->self, &a->time, p->frame, a->x, p->after);
  for (int k = 0; k < kernel->n_states; k++) a->x[k].of[i] = p->after[a->trigger[i] * kernel->n_states + k].of[i];
  a->trigger[i] = LIND_TRIGGER_NONE;
}

/* Lanes go on to their targets with the inputs that they have. */
static void go(lind_course_pack *p, unsigned lanes) {
  const lind_tolerance *t = &p->course->tolerance;
  const lind_tolerance tight = {0.1 * t->relative, 0.1 * t->absolute, t->smallest_step, t->most_steps};
  lind_advance *a = &p->steady.advance;
  for (uint32_t fired = 1, count = 0; fired != 0 && count < t->most_steps; count++) {
    fired = 0;
    for (int i = 0; i < LIND_LANES; i++) a->trigger[i] = LIND_TRIGGER_NONE;
    lind_rescue_advance(p->course->stepper, p->course->kernel, p->frame, &tight, a, p->steady.workspace);
    for (int i = 0; i < LIND_LANES; i++)
      if (runs(p, lanes, i) && a->trigger[i] != LIND_TRIGGER_NONE) {
        fire(p, i);
        fired |= a->time.of[i] < a->target.of[i];
      }
  }
}

static void put_input(lind_course_pack *p, unsigned lanes, bool second) {
  for (int k = 0; k < p->course->kernel->n_states; k++)
    for (int i = 0; i < LIND_LANES; i++) {
      const lind_course_task *task = &p->lane[i].task;
      const bool into = (lanes >> i & 1u) && task->dose.state == k;
      const double change = change_of(task);
      p->steady.input[k].of[i] = into ? task->dose.rate * overlap(task, second ? change : 0.5 * change) : 0.0;
    }
}

/* x just before a dose -> x `until` after it, in the lanes asked for; `until` is at most the interval. */
static void cycle(lind_course_pack *p, unsigned lanes, bool whole) {
  lind_advance *a = &p->steady.advance;
  for (int i = 0; i < LIND_LANES; i++) {
    a->status[i] = (lanes >> i & 1u) ? LIND_LANE_OK : LIND_LANE_IDLE;
    a->time.of[i] = a->target.of[i] = p->advance.time.of[i];
    a->step.of[i] = 0.0;
    if (!(lanes >> i & 1u)) continue;
    const lind_course_task *task = &p->lane[i].task;
    a->x[task->dose.state].of[i] += task->dose.amount;
    a->target.of[i] += fmin(change_of(task), whole ? task->interval : task->phase);
  }
  put_input(p, lanes, false);
  go(p, lanes);
  for (int i = 0; i < LIND_LANES; i++)
    if (runs(p, lanes, i)) a->target.of[i] = p->advance.time.of[i] + (whole ? p->lane[i].task.interval : p->lane[i].task.phase);
  put_input(p, lanes, true);
  go(p, lanes);
}

/* ---- the fixed point, lane by lane */

/* A tenth of the tolerance; the whole of it where that is not reached soon, because the map is only as smooth as its steps. */
static double allowed(const lind_course_pack *p, int state, double x, int cycles) {
  const double unit = p->course->kernel->unit != NULL ? p->course->kernel->unit[state] : 1.0;
  return (cycles < PATIENCE ? 0.1 : 1.0) * (p->course->tolerance.relative * fabs(x) + p->course->tolerance.absolute * unit);
}

/* Column j of the least squares, scaled, without its parts along the columns before it. */
static void add_column(lind_course_steady *s, const double *column, int j, int n) {
  double *own = s->basis + j * n, size = 0.0, left = 0.0, along = 0.0;
  for (int k = 0; k < n; k++) {
    own[k] = column[k] * s->scale[k];
    size += own[k] * own[k];
  }
  for (int l = 0; l < j; l++) {
    const double *before = s->basis + l * n;
    double dot = 0.0;
    for (int k = 0; k < n; k++) dot += before[k] * own[k];
    for (int k = 0; k < n; k++) own[k] -= dot * before[k];
    s->triangle[l][j] = dot;
  }
  for (int k = 0; k < n; k++) left += own[k] * own[k];
  const double length = left > 1e-24 * size ? sqrt(left) : 0.0; /* 0: it adds nothing, and is left out */
  s->triangle[j][j] = length;
  for (int k = 0; k < n; k++) along += (own[k] = length > 0.0 ? own[k] / length : 0.0) * s->right[k];
  for (int k = 0; k < n; k++) s->right[k] -= along * own[k];
  s->weight[j] = along;
}

/* Where lane i keeps the differences of `back` cycles ago; the latest is 0. */
static int place(int i, int cycles, int back, int n) { return (i * MEMORY + (cycles - 1 - back) % MEMORY) * n; }

/* Least squares right = sum weight_j difference_j by modified Gram-Schmidt, the latest difference first. */
static void fit(lind_course_steady *s, int i, int cycles, int m, int n) {
  for (int j = 0; j < m; j++) add_column(s, s->gaps + place(i, cycles, j, n), j, n);
  for (int j = m - 1; j >= 0; j--) {
    for (int l = j + 1; l < m; l++) s->weight[j] -= s->triangle[j][l] * s->weight[l];
    s->weight[j] = s->triangle[j][j] > 0.0 ? s->weight[j] / s->triangle[j][j] : 0.0;
  }
}

/* What lane i remembers: differences of the mapped states and of the gaps between its last cycles, the oldest overwritten. */
static void remember(lind_course_pack *p, int i, int cycles) {
  lind_course_steady *s = &p->steady;
  const int n = p->course->kernel->n_states;
  double *last_mapped = s->last_mapped + i * n, *last_gap = s->last_gap + i * n;
  for (int k = 0; cycles > 0 && k < n; k++) {
    const int at = place(i, cycles, 0, n) + k;
    s->moved[at] = s->mapped[k].of[i] - last_mapped[k];
    s->gaps[at] = s->gap[k] - last_gap[k];
  }
  for (int k = 0; k < n; k++) {
    last_mapped[k] = s->mapped[k].of[i];
    last_gap[k] = s->gap[k];
  }
}

/* How far lane i is from a fixed point; true if no state is further than is allowed. */
static bool measure(lind_course_pack *p, int i, int cycles) {
  lind_course_steady *s = &p->steady;
  const int n = p->course->kernel->n_states;
  bool there = true;
  for (int k = 0; k < n; k++) {
    s->gap[k] = s->collects[k] ? 0.0 : s->mapped[k].of[i] - s->guess[k].of[i];
    s->scale[k] = 1.0 / (allowed(p, k, s->mapped[k].of[i], cycles) + 1e-300);
    s->right[k] = s->gap[k] * s->scale[k];
    there &= fabs(s->right[k]) <= 1.0;
  }
  if (cycles == 0) memcpy(s->first_gap + i * n, s->gap, (size_t)n * sizeof *s->gap);
  return there;
}

/* The next guess of lane i; true if it has arrived. */
static bool improve(lind_course_pack *p, int i, int cycles) {
  lind_course_steady *s = &p->steady;
  const int n = p->course->kernel->n_states, own = s->n_moving < MEMORY ? s->n_moving : MEMORY, m = cycles < own ? cycles : own;
  bool there = measure(p, i, cycles), positive = true;
  remember(p, i, cycles);
  fit(s, i, cycles, m, n);
  for (int k = 0; k < n; k++) {
    double next = s->mapped[k].of[i];
    for (int j = 0; j < m; j++) next -= s->weight[j] * s->moved[place(i, cycles, j, n) + k];
    if (s->collects[k]) next = s->initial[k].of[i];
    there &= s->collects[k] || fabs(next - s->mapped[k].of[i]) * s->scale[k] <= 1.0;
    positive &= next >= 0.0 || s->mapped[k].of[i] < 0.0;
    s->guess[k].of[i] = next;
  }
  /* An amount below 0 may not mean anything to a model that is not linear. */
  if (!positive && p->course->kernel->n_linear < n)
    for (int k = 0; k < n; k++) s->guess[k].of[i] = s->collects[k] ? s->initial[k].of[i] : s->mapped[k].of[i];
  return there && cycles > 0;
}

/* ---- a fixed point, or a pile */

/* The suspects of lane i go half way back from what was found. */
static void put_back(lind_course_steady *s, int i, int n) {
  for (int k = 0; k < n; k++) {
    const double found = s->found[k].of[i], initial = s->initial[k].of[i];
    s->guess[k].of[i] = s->suspect[i * n + k] ? initial + 0.5 * (found - initial) : found;
  }
}

/* Lane i has arrived. True if a state has come so far that it may be piling up: by many of its first gap, which slow states do as
 * well. */
static bool doubt(lind_course_pack *p, int i, int cycles) {
  const double many = 100.0;
  lind_course_steady *s = &p->steady;
  const int n = p->course->kernel->n_states;
  bool any = false;
  for (int k = 0; k < n; k++) {
    const double found = s->found[k].of[i] = s->guess[k].of[i];
    const double near = many * (fabs(s->first_gap[i * n + k]) + allowed(p, k, found, cycles));
    any |= s->suspect[i * n + k] = !s->collects[k] && fabs(found - s->initial[k].of[i]) > near;
  }
  if (any) s->doubted |= 1u << i;
  if (any) put_back(s, i, n);
  return any;
}

/* After a cycle from half way. True if lane i must be tried again. */
static bool try_suspects(lind_course_pack *p, int i, int cycles) {
  lind_course_steady *s = &p->steady;
  const int n = p->course->kernel->n_states;
  int rests = 0, moves = 0;
  for (int k = 0; k < n; k++) {
    bool *suspect = &s->suspect[i * n + k];
    if (!*suspect) continue;
    *suspect = fabs(s->mapped[k].of[i] - s->guess[k].of[i]) <= 10.0 * allowed(p, k, s->guess[k].of[i], cycles);
    *suspect ? rests++ : moves++;
  }
  put_back(s, i, n);
  if (rests > 0 && moves > 0) return true;
  if (rests > 0) lind_course_stop(p, i, LIND_LANE_STEADY, -1);
  s->doubted &= ~(1u << i);
  return false;
}

static unsigned step(lind_course_pack *p, unsigned lanes, int cycles) {
  lind_course_steady *s = &p->steady;
  const int n = p->course->kernel->n_states;
  for (int k = 0; k < n; k++)
    for (int i = 0; i < LIND_LANES; i++) s->x[k].of[i] = (lanes >> i & 1u) ? s->guess[k].of[i] : p->x[k].of[i];
  cycle(p, lanes, true);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1u)) continue;
    for (int k = 0; k < n; k++) s->mapped[k].of[i] = s->x[k].of[i];
    if (s->advance.status[i] != LIND_LANE_OK) {
      lind_course_stop(p, i, s->advance.status[i], -1);
      lanes &= ~(1u << i);
    } else if (s->doubted >> i & 1u ? !try_suspects(p, i, cycles) : improve(p, i, cycles) && !doubt(p, i, cycles)) {
      lanes &= ~(1u << i);
    }
  }
  return lanes;
}

/* From just before a dose to the point of the cycle that the record asks for; with SS = 2 on top of what was there. */
static void finish(lind_course_pack *p, unsigned lanes) {
  lind_course_steady *s = &p->steady;
  for (int k = 0; k < p->course->kernel->n_states; k++)
    for (int i = 0; i < LIND_LANES; i++) s->x[k].of[i] = (lanes >> i & 1u) ? s->guess[k].of[i] : p->x[k].of[i];
  cycle(p, lanes, false);
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1u)) continue;
    const bool adds = p->lane[i].patient->records[p->lane[i].next].steady == 2;
    for (int k = 0; k < p->course->kernel->n_states; k++) {
      const double found = s->collects[k] ? s->initial[k].of[i] : s->x[k].of[i];
      p->x[k].of[i] = adds ? p->x[k].of[i] + (found - s->initial[k].of[i]) : found;
    }
    if (s->advance.status[i] != LIND_LANE_OK) lind_course_stop(p, i, s->advance.status[i], -1);
  }
}

void lind_course_steady_run(lind_course_pack *p, unsigned lanes) {
  lind_course_steady *s = &p->steady;
  const lind_kernel *kernel = p->course->kernel;
  s->advance.x = s->x;
  s->advance.input = p->course->infuses ? s->input : NULL;
  s->advance.who = p->advance.who;
  s->advance.purposes = p->advance.purposes;
  s->advance.grid = p->advance.grid;
  for (int i = 0; i < LIND_LANES; i++) s->advance.look.of[i] = INFINITY;
  kernel->initial(kernel->self, p->frame, s->initial);
  memcpy(s->guess, s->initial, (size_t)kernel->n_states * sizeof *s->guess);
  unsigned open = lanes;
  s->doubted = 0;
  for (int cycles = 0; open != 0 && cycles < MOST_CYCLES; cycles++) open = step(p, open, cycles);
  for (int i = 0; i < LIND_LANES; i++) {
    if (open >> i & 1u) lind_course_stop(p, i, LIND_LANE_STEADY, -1);
    if ((lanes >> i & 1u) && p->lane[i].patient->status != LIND_LANE_OK) lanes &= ~(1u << i);
  }
  if (lanes != 0) finish(p, lanes);
}
