/* sensitivity.c -- forward sensitivities by CVODES, see sensitivity.h.
 *
 * Between events CVODES integrates x and s_j = dx/dp_j together (staggered corrector, error control on both). At an event whose
 * time tau and size depend on p_j
 *
 *   s_j(after) = s_j(before) + d size/dp_j + (f(before) - f(after)) d tau/dp_j
 *
 * with d size/dp_j in the dosed state alone for a bolus, and from then on in s_j' for an infusion; f includes the infusions.
 * Source: Hindmarsh et al. 2005, doi:10.1145/1089014.1089020. Shown by tests/numerics/sensitivity.c and tests/language/slopes.c.
 */
#include "lind/sensitivity.h"

#include <cvodes/cvodes.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <string.h>

#include "cvode_lane.h"
#include "sensitivity_events.h"
#include "stencil.h"

/* Assumed: a solution that needs more steps than this between two events is asked for in error. */
static const long most_steps = 1000000;

typedef struct solution {
  lind_cvode_lane c; /* first: what CVODE's callbacks are given */
  const lind_sensitivity *task;
  lind_stencil stencil;
  lind_sensitivity_events events;
  SUNContext context;
  N_Vector *s, *s_at;          /* [n_slots] at the start of a stretch; where one looks */
  lind_lane *input;            /* [n_states] */
  lind_lane *x, *moved;        /* [n_states] as in c.x; [max(n_states, n_outputs)] what lanes of a pack give */
  double *input_slope, *scale; /* [n_slots][n_states]; [n_slots] */
  double *before, *after;      /* [n_states] rates around an event */
  double time;
} solution;

/* ---- memory ---- */

static void *lanes(size_t n) { return aligned_alloc(_Alignof(lind_lane), (n > 0 ? n : 1) * sizeof(lind_lane)); }

static lind_err allocate(solution *s) {
  const lind_kernel *kernel = s->task->kernel;
  const size_t n = (size_t)kernel->n_states, outputs = (size_t)kernel->n_outputs, slots = (size_t)s->task->n_slots;
  s->c.x = lanes(n), s->c.result = lanes(lind_cvode_lane_results(kernel));
  s->input = lanes(n), s->x = lanes(n), s->moved = lanes(n > outputs ? n : outputs);
  s->input_slope = calloc(n * slots, sizeof(double)), s->scale = malloc(slots * sizeof(double));
  s->before = malloc(n * sizeof(double)), s->after = malloc(n * sizeof(double));
  const bool arrays =
      s->c.x && s->c.result && s->input && s->x && s->moved && s->input_slope && s->scale && s->before && s->after;
  bool ok = arrays && SUNContext_Create(NULL, &s->context) == 0 && lind_cvode_lane_create(&s->c, s->context);
  if (ok) s->s = N_VCloneVectorArray((int)slots, s->c.state);
  if (ok) s->s_at = N_VCloneVectorArray((int)slots, s->c.state);
  LIND_CHECK(ok && s->s != NULL && s->s_at != NULL, LIND_ERR_MEMORY, "no memory for the sensitivities of %zu states to %zu slots",
             n, slots);
  memset(s->input, 0, n * sizeof *s->input);
  return LIND_OK;
}

static void release(solution *s) {
  lind_stencil_destroy(&s->stencil);
  lind_sensitivity_events_destroy(&s->events);
  if (s->s != NULL) N_VDestroyVectorArray(s->s, s->task->n_slots);
  if (s->s_at != NULL) N_VDestroyVectorArray(s->s_at, s->task->n_slots);
  lind_cvode_lane_destroy(&s->c);
  if (s->context != NULL) SUNContext_Free(&s->context);
  void *const all[] = {s->c.x, s->c.result, s->input, s->x, s->moved, s->input_slope, s->scale, s->before, s->after};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) free(all[i]);
}

/* ---- rates of sensitivities ---- */

static void fill(lind_lane *lane, double value) {
  for (int i = 0; i < LIND_LANES; i++) lane->of[i] = value;
}

/* s_j' = J s_j + df/dp_j + d input/dp_j */
static int sensitivity_rates(int n_slots, double time, N_Vector x, N_Vector dx, N_Vector *s, N_Vector *ds, void *user,
                             N_Vector spare1, N_Vector spare2) {
  (void)dx, (void)spare1, (void)spare2;
  solution *y = user;
  const lind_kernel *kernel = y->task->kernel;
  const int n = kernel->n_states;
  lind_lane at;
  fill(&at, time);
  for (int k = 0; k < n; k++) fill(&y->x[k], NV_Ith_S(x, k));
  kernel->jacobian(kernel->self, &at, y->stencil.base, y->x, y->c.result);
  for (int j = 0; j < n_slots; j++) {
    double *to = N_VGetArrayPointer(ds[j]);
    const double *from = N_VGetArrayPointer(s[j]);
    for (int k = 0; k < n; k++) to[k] = y->input_slope[j * n + k];
    for (int e = 0; e < kernel->n_entries; e++) to[kernel->row[e]] += y->c.result[e].of[0] * from[kernel->column[e]];
  }
  bool bad = false;
  for (int j = 0; j < n_slots; j++) {
    const int pack = j / LIND_STENCIL_SLOTS;
    if (j % LIND_STENCIL_SLOTS == 0) kernel->rhs(kernel->self, &at, lind_stencil_frame(&y->stencil, pack), y->x, y->moved);
    for (int k = 0; k < n; k++) {
      NV_Ith_S(ds[j], k) += lind_stencil_slope(&y->stencil, j, &y->moved[k]);
      bad |= !isfinite(NV_Ith_S(ds[j], k));
    }
  }
  return bad;
}

/* ---- from the start, from event to event ---- */

static lind_err begin(solution *y) {
  const lind_kernel *kernel = y->task->kernel;
  const int slots = y->task->n_slots;
  y->c.frame = y->stencil.base, y->c.input = y->input;
  kernel->initial(kernel->self, y->stencil.base, y->x);
  for (int k = 0; k < kernel->n_states; k++) NV_Ith_S(y->c.state, k) = y->x[k].of[0];
  for (int j = 0; j < slots; j++) {
    if (j % LIND_STENCIL_SLOTS == 0)
      kernel->initial(kernel->self, lind_stencil_frame(&y->stencil, j / LIND_STENCIL_SLOTS), y->moved);
    for (int k = 0; k < kernel->n_states; k++) NV_Ith_S(y->s[j], k) = lind_stencil_slope(&y->stencil, j, &y->moved[k]);
    y->scale[j] = y->stencil.h[j] * 2000; /* what the slot's step is a share of, see stencil.c */
  }
  int flag = CVodeSensInit(y->c.memory, slots, CV_STAGGERED, sensitivity_rates, y->s);
  if (flag == CV_SUCCESS) flag = CVodeSetSensParams(y->c.memory, NULL, y->scale, NULL);
  if (flag == CV_SUCCESS) flag = CVodeSetSensErrCon(y->c.memory, SUNTRUE);
  if (flag == CV_SUCCESS) flag = CVodeSensEEtolerances(y->c.memory);
  if (flag == CV_SUCCESS) flag = CVodeSetMaxNumSteps(y->c.memory, most_steps);
  LIND_CHECK(flag == CV_SUCCESS, LIND_ERR_NUMERIC, "the sensitivity solver refused its set-up with flag %d", flag);
  return LIND_OK;
}

static lind_err stopped(const solution *y, int flag, double reached, double target) {
  char *name = CVodeGetReturnFlagName(flag);
  const lind_err code = lind_error_fail(LIND_ERR_NUMERIC, __FILE__, __LINE__,
                                        "the sensitivity solver stopped at %.9g h on its way from %g h to %g h (%s)", reached,
                                        y->time, target, name != NULL ? name : "no name");
  free(name);
  return code;
}

/* A stretch without events from y->time, to `end` at most. */
static lind_err depart(solution *y, double end) {
  int flag = lind_cvode_lane_start(&y->c, y->task->relative, y->task->absolute, 0, y->time, end);
  if (flag == CV_SUCCESS) flag = CVodeSensReInit(y->c.memory, CV_STAGGERED, y->s);
  LIND_CHECK(flag == CV_SUCCESS, LIND_ERR_NUMERIC, "the sensitivity solver refused to start at %g h with flag %d", y->time, flag);
  return LIND_OK;
}

/* c.trial and s_at are what there is at `time`, within the stretch. */
static lind_err look(solution *y, double time) {
  double reached = y->time;
  int flag = CV_TOO_CLOSE;
  if (time > y->time) flag = CVode(y->c.memory, time, y->c.trial, &reached, CV_NORMAL);
  if (flag == CV_TOO_CLOSE) { /* not further than rounding */
    N_VScale(1, y->c.state, y->c.trial);
    for (int j = 0; j < y->task->n_slots; j++) N_VScale(1, y->s[j], y->s_at[j]);
    return LIND_OK;
  }
  if (flag >= 0) flag = CVodeGetSens(y->c.memory, &reached, y->s_at);
  return flag < 0 ? stopped(y, flag, reached, time) : LIND_OK;
}

static lind_err arrive(solution *y, double end) {
  LIND_TRY(look(y, end));
  N_VScale(1, y->c.trial, y->c.state);
  for (int j = 0; j < y->task->n_slots; j++) N_VScale(1, y->s_at[j], y->s[j]);
  y->time = end;
  return LIND_OK;
}

static lind_err rates_now(solution *y, double *f) {
  LIND_CHECK(lind_cvode_lane_rhs(y->time, y->c.state, y->c.trial, &y->c) == 0, LIND_ERR_NUMERIC, "a rate at %g h is not finite",
             y->time);
  memcpy(f, N_VGetArrayPointer(y->c.trial), (size_t)y->task->kernel->n_states * sizeof *f);
  return LIND_OK;
}

static lind_err happen(solution *y, const lind_sensitivity_event *event) {
  const int n = y->task->kernel->n_states, k = event->state;
  LIND_TRY(rates_now(y, y->before));
  if (event->infusion)
    fill(&y->input[k], y->input[k].of[0] + event->size);
  else
    NV_Ith_S(y->c.state, k) += event->size;
  LIND_TRY(rates_now(y, y->after));
  for (int j = 0; j < y->task->n_slots; j++) {
    for (int i = 0; i < n; i++) NV_Ith_S(y->s[j], i) += (y->before[i] - y->after[i]) * event->time_slope[j];
    if (event->infusion)
      y->input_slope[j * n + k] += event->size_slope[j];
    else
      NV_Ith_S(y->s[j], k) += event->size_slope[j];
  }
  return LIND_OK;
}

/* ---- what is told ---- */

/* dy/dp_j along p_j + h, x + h s_j. */
static void output_slopes(solution *y, const lind_lane *at, double *slopes) {
  const lind_kernel *kernel = y->task->kernel;
  const int slots = y->task->n_slots;
  for (int p = 0; p < y->stencil.n_packs; p++) {
    for (int i = 0; i < LIND_LANES; i++) {
      int j;
      const double h = lind_stencil_offset(&y->stencil, p, i, &j);
      for (int k = 0; k < kernel->n_states; k++)
        y->x[k].of[i] = NV_Ith_S(y->c.trial, k) + (j < slots ? h * NV_Ith_S(y->s_at[j], k) : 0);
    }
    kernel->outputs(kernel->self, at, lind_stencil_frame(&y->stencil, p), y->x, y->moved);
    for (int j = p * LIND_STENCIL_SLOTS; j < slots && j < (p + 1) * LIND_STENCIL_SLOTS; j++)
      for (int o = 0; o < kernel->n_outputs; o++) slopes[o * slots + j] = lind_stencil_slope(&y->stencil, j, &y->moved[o]);
  }
}

typedef struct answer {
  double *states, *outputs, *slopes, *state_slopes;
} answer;

static void tell(solution *y, int t, const answer *to) {
  const lind_kernel *kernel = y->task->kernel;
  const size_t n = (size_t)kernel->n_states, outputs = (size_t)kernel->n_outputs, slots = (size_t)y->task->n_slots,
               row = (size_t)t;
  const double *x = N_VGetArrayPointer(y->c.trial);
  lind_lane at;
  fill(&at, y->task->times[t]);
  if (to->states != NULL) memcpy(to->states + row * n, x, n * sizeof *x);
  for (size_t k = 0; to->state_slopes != NULL && k < n; k++)
    for (size_t j = 0; j < slots; j++) to->state_slopes[(row * n + k) * slots + j] = NV_Ith_S(y->s_at[j], k);
  if (to->outputs != NULL) {
    for (size_t k = 0; k < n; k++) fill(&y->x[k], x[k]);
    kernel->outputs(kernel->self, &at, y->stencil.base, y->x, y->moved);
    for (size_t o = 0; o < outputs; o++) to->outputs[row * outputs + o] = y->moved[o].of[0];
  }
  if (to->slopes != NULL) output_slopes(y, &at, to->slopes + row * outputs * slots);
}

/* Whether the next event comes before what is told at time t. Times this close are one time: 1e-12 of their size, and of an hour,
 * as in a course of records. */
static bool is_due(const solution *y, int event, int t) {
  const lind_sensitivity *task = y->task;
  if (event == y->events.n) return false;
  const double here = task->times[t], near = 1e-12 * fmax(1, fabs(here)), then = y->events.at[event].time;
  if (then < here - near) return true;
  return then <= here + near && (task->sees == NULL || y->events.at[event].dose < task->sees[t]);
}

static lind_err live(solution *y, const answer *to) {
  const lind_sensitivity *task = y->task;
  const double last = task->times[task->n_times - 1];
  bool departed = false;
  int event = 0;
  y->time = task->begin;
  LIND_TRY(begin(y));
  for (int t = 0; t < task->n_times; t++) {
    while (is_due(y, event, t)) {
      const double then = y->events.at[event].time;
      if (then > y->time && !departed) LIND_TRY(depart(y, then));
      if (then > y->time) LIND_TRY(arrive(y, then));
      departed = false;
      LIND_TRY(happen(y, &y->events.at[event++]));
    }
    const double end = event < y->events.n ? fmin(y->events.at[event].time, last) : last;
    if (!departed && task->times[t] > y->time) {
      LIND_TRY(depart(y, end));
      departed = true;
    }
    LIND_TRY(look(y, task->times[t]));
    tell(y, t, to);
  }
  return LIND_OK;
}

static lind_err check(const lind_sensitivity *task) {
  const lind_kernel *kernel = task->kernel;
  LIND_CHECK(kernel->jacobian != NULL, LIND_ERR_NUMERIC, "sensitivities need a Jacobian");
  LIND_CHECK(kernel->n_triggers == 0 && kernel->n_delays == 0 && kernel->n_noises == 0, LIND_ERR_NUMERIC,
             "sensitivities are not known for systems with triggers (%d here), delays (%d) or noise (%d)", kernel->n_triggers,
             kernel->n_delays, kernel->n_noises);
  LIND_CHECK(kernel->n_states > 0 && task->n_slots > 0, LIND_ERR_INPUT, "sensitivities of %d states to %d slots are none",
             kernel->n_states, task->n_slots);
  for (int t = 0; t < task->n_times; t++)
    LIND_CHECK(task->times[t] >= (t > 0 ? task->times[t - 1] : task->begin) && isfinite(task->times[t]), LIND_ERR_INPUT,
               "time %d is %g h; times rise from %g h on", t + 1, task->times[t], task->begin);
  return LIND_OK;
}

lind_err lind_sensitivity_solve(const lind_sensitivity *task, double *states, double *outputs, double *slopes,
                                double *state_slopes) {
  LIND_TRY(check(task));
  if (task->n_times == 0) return LIND_OK;
  solution y = {.c = {.kernel = task->kernel}, .task = task};
  const answer to = {states, outputs, slopes, state_slopes};
  lind_err code =
      lind_stencil_create(&y.stencil, task->kernel, task->frame, task->lane, task->n_slots, task->slots, task->scales);
  if (code == LIND_OK) code = lind_sensitivity_events_create(task, &y.stencil, &y.events);
  if (code == LIND_OK) code = allocate(&y);
  if (code == LIND_OK) code = live(&y, &to);
  release(&y);
  return code;
}
