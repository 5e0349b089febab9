/* stepper_cvode.c -- CVODE as an engine: lane after lane, with looks, triggers and a status where CVODE gives up.
 *
 * A call that goes on where the last one ended, with the same bits in state, frame, input and tolerances, continues CVODE's
 * history of steps and orders. Anything else, and another patient (step = 0), starts it anew at order 1. What a lane computes
 * depends on nothing but its own calls since its patient sat down.
 *
 * CVODE's objects live on the heap: one a lane, made when the lane is first used, freed by release.
 * Shown by tests/numerics/stepper_cvode.c. Source: Hindmarsh et al. 2005, doi:10.1145/1089014.1089020.
 */
#include <assert.h>
#include <cvodes/cvodes.h>
#include <float.h>
#include <math.h>
#include <nvector/nvector_serial.h>

#include "cvode_lane.h"
#include "lind/stepper.h"
#include "stepper_pass.h"

/* CVODE divides by the absolute tolerance where a state is 0. */
static const double least_absolute = 1e-100;

typedef struct seat { /* what a lane's object was last left with */
  lind_cvode_lane cvode;
  bool resumable; /* CVODE stands at `time` with the kept state */
  double time, relative, absolute;
} seat;

typedef struct session { /* the workspace: this, then the lanes below */
  SUNContext context;
  seat seats[LIND_LANES];
  lind_lane *x, *result, *end; /* scratch: arguments of the kernel; states at the end of a step */
  lind_lane *kept_x, *kept_input, *kept_frame;
  lind_stepper_pass pass;
} session;

typedef struct run { /* one call, one lane */
  const lind_kernel *kernel;
  const lind_tolerance *tolerance;
  lind_advance *pack;
  session *all;
  seat *seat;
  int lane;
  double time;
} run;

enum { HEAD = (sizeof(session) + sizeof(lind_lane) - 1) / sizeof(lind_lane) }; /* in lanes */

static size_t bytes(const lind_kernel *kernel) {
  const size_t n = (size_t)lind_cvode_lane_states(kernel);
  return (HEAD + 4 * n + (size_t)kernel->n_frame + lind_cvode_lane_results(kernel)) * sizeof(lind_lane) +
         lind_stepper_pass_bytes(kernel);
}

static void interpolate(void *engine, const lind_lane *time, lind_lane *x);

static session *open_session(const lind_kernel *kernel, const lind_lane *frame, lind_advance *pack, void *workspace) {
  session *s = workspace;
  const size_t n = (size_t)lind_cvode_lane_states(kernel);
  lind_lane *next = (lind_lane *)workspace + HEAD;
  s->x = next, next += n;
  s->end = next, next += n;
  s->kept_x = next, next += n;
  s->kept_input = next, next += n;
  s->kept_frame = next, next += kernel->n_frame;
  s->result = next, next += lind_cvode_lane_results(kernel);
  s->pass = (lind_stepper_pass){.kernel = kernel, .frame = frame, .pack = pack, .interpolate = interpolate};
  lind_stepper_pass_open(&s->pass, next);
  return s;
}

static void release(const lind_kernel *kernel, void *workspace) {
  (void)kernel;
  session *s = workspace;
  for (int i = 0; i < LIND_LANES; i++) lind_cvode_lane_destroy(&s->seats[i].cvode);
  if (s->context != NULL) SUNContext_Free(&s->context);
}

static bool seated(run *r) {
  lind_cvode_lane *c = &r->seat->cvode;
  if (c->memory != NULL) return true;
  if (r->all->context == NULL && SUNContext_Create(NULL, &r->all->context) != 0) return false;
  if (lind_cvode_lane_create(c, r->all->context)) return true;
  lind_cvode_lane_destroy(c);
  return false;
}

/* ---- what was left, what is found ---- */

static double input_of(const run *r, int k) { return r->pack->input != NULL ? r->pack->input[k].of[r->lane] : 0; }

static bool unchanged(const run *r) {
  const seat *s = r->seat;
  const int i = r->lane;
  if (!s->resumable || !(r->pack->step.of[i] > 0) || s->time != r->time) return false;
  if (s->relative != r->tolerance->relative || s->absolute != r->tolerance->absolute) return false;
  for (int k = 0; k < r->kernel->n_states; k++)
    if (r->all->kept_x[k].of[i] != r->pack->x[k].of[i] || r->all->kept_input[k].of[i] != input_of(r, k)) return false;
  for (int k = 0; k < r->kernel->n_frame; k++)
    if (r->all->kept_frame[k].of[i] != s->cvode.frame[k].of[i]) return false;
  return true;
}

static void leave(run *r, bool resumable) {
  seat *s = r->seat;
  const double *x = N_VGetArrayPointer(s->cvode.state);
  const int i = r->lane;
  for (int k = 0; k < r->kernel->n_states; k++) {
    r->pack->x[k].of[i] = x[k];
    r->all->kept_x[k].of[i] = x[k];
    r->all->kept_input[k].of[i] = input_of(r, k);
  }
  for (int k = 0; k < r->kernel->n_frame; k++) r->all->kept_frame[k].of[i] = s->cvode.frame[k].of[i];
  r->pack->time.of[i] = r->time;
  s->resumable = resumable;
  s->time = r->time, s->relative = r->tolerance->relative, s->absolute = r->tolerance->absolute;
}

static bool finite_states(const run *r) {
  for (int k = 0; k < r->kernel->n_states; k++)
    if (!isfinite(r->pack->x[k].of[r->lane])) return false;
  return true;
}

/* CVODE at the lane's time with the lane's state, on its way to the target. Returns a CVODE flag. */
static int depart(run *r) {
  lind_cvode_lane *c = &r->seat->cvode;
  const double target = r->pack->target.of[r->lane];
  if (unchanged(r) && CVodeSetStopTime(c->memory, target) == CV_SUCCESS) return CV_SUCCESS;
  double *x = N_VGetArrayPointer(c->state);
  for (int k = 0; k < r->kernel->n_states; k++) x[k] = r->pack->x[k].of[r->lane];
  const double floor = 4 * DBL_EPSILON * fmax(fabs(r->time), fabs(target)); /* smallest_step would forbid starts at order 1 */
  const double absolute = fmax(r->tolerance->absolute, least_absolute);
  return lind_cvode_lane_start(c, r->tolerance->relative, absolute, floor, r->time, target);
}

/* ---- looks and triggers within a step ---- */

/* Where the call began, to the bit; elsewhere CVODE's polynomial. It refuses only after the jump of CV_TOO_CLOSE. */
static void interpolate(void *engine, const lind_lane *time, lind_lane *x) {
  const run *r = engine;
  const lind_cvode_lane *c = &r->seat->cvode;
  const bool first = time->of[r->lane] == r->pack->time.of[r->lane];
  if (!first && CVodeGetDky(c->memory, time->of[r->lane], 0, c->spare) != CV_SUCCESS) N_VScale(1, c->state, c->spare);
  const double *at = N_VGetArrayPointer(c->spare);
  for (int k = 0; k < r->kernel->n_states; k++) {
    const double value = first ? r->pack->x[k].of[r->lane] : at[k];
    for (int i = 0; i < LIND_LANES; i++) x[k].of[i] = value;
  }
}

/* From `start` to r->time and c->state, which are moved back where a trigger fires. Returns whether one did. */
static bool pass_through(run *r, double start) {
  lind_stepper_pass *pass = &r->all->pass;
  double *x = N_VGetArrayPointer(r->seat->cvode.state);
  lind_lane from = {{0}}, to = {{0}};
  from.of[r->lane] = start, to.of[r->lane] = r->time;
  const bool looks = r->pack->seen != NULL && r->pack->look.of[r->lane] <= r->time;
  if (!looks && r->kernel->n_triggers == 0) return false;
  for (int k = 0; k < r->kernel->n_states; k++) r->all->end[k].of[r->lane] = x[k];
  pass->engine = r;
  if (lind_stepper_pass_step(pass, 1u << r->lane, &from, &to, r->all->end) == 0) return false;
  r->time = pass->stop.of[r->lane];
  for (int k = 0; k < r->kernel->n_states; k++) x[k] = pass->at[k].of[r->lane];
  return true;
}

/* ---- the way ---- */

static uint64_t failures(const lind_cvode_lane *c) {
  long error_tests = 0, newton = 0;
  CVodeGetNumErrTestFails(c->memory, &error_tests);
  CVodeGetNumStepSolveFails(c->memory, &newton);
  return (uint64_t)(error_tests + newton);
}

static uint64_t accepted(const lind_cvode_lane *c) {
  long steps = 0;
  CVodeGetNumSteps(c->memory, &steps);
  return (uint64_t)steps;
}

/* Steps to the target, a trigger or the end of the lane. c->state is the last good state when this returns. */
static lind_lane_status travel(run *r) {
  lind_cvode_lane *c = &r->seat->cvode;
  const double target = r->pack->target.of[r->lane];
  const uint64_t limit = accepted(c) + failures(c) + r->tolerance->most_steps;
  while (r->time < target) {
    const double start = r->time;
    double reached = start;
    c->not_finite = false;
    const int flag = CVode(c->memory, target, c->trial, &reached, CV_ONE_STEP);
    if (flag == CV_TOO_CLOSE) { /* two units in the last place of time: the state stays */
      r->time = target;
      pass_through(r, start);
      break;
    }
    if (flag < 0) return c->not_finite ? LIND_LANE_NOT_FINITE : LIND_LANE_STEP_SIZE;
    r->time = flag == CV_TSTOP_RETURN ? target : fmin(reached, target);
    N_VScale(1, c->trial, c->state);
    if (pass_through(r, start)) break;
    if (r->time < target && accepted(c) + failures(c) >= limit) return LIND_LANE_STEPS;
  }
  return LIND_LANE_OK;
}

static void travel_and_count(run *r) {
  const lind_cvode_lane *c = &r->seat->cvode;
  const uint64_t steps = accepted(c), rejected = failures(c);
  lind_lane_status *status = &r->pack->status[r->lane];
  *status = travel(r);
  r->pack->work.steps += accepted(c) - steps;
  r->pack->work.rejected += failures(c) - rejected;
  r->pack->work.rhs += c->rhs;
  double step = 0;
  CVodeGetLastStep(c->memory, &step);
  if (step > 0) r->pack->step.of[r->lane] = step;
  leave(r, *status == LIND_LANE_OK && r->pack->trigger[r->lane] == LIND_TRIGGER_NONE);
}

static void advance_lane(run *r, const lind_lane *frame) {
  lind_cvode_lane *c = &r->seat->cvode;
  c->kernel = r->kernel, c->frame = frame, c->input = r->pack->input, c->lane = r->lane;
  c->x = r->all->x, c->result = r->all->result, c->rhs = 0;
  if (!finite_states(r))
    r->pack->status[r->lane] = LIND_LANE_NOT_FINITE;
  else if (!seated(r) || depart(r) != CV_SUCCESS)
    r->pack->status[r->lane] = LIND_LANE_MEMORY;
  else
    travel_and_count(r);
}

static void advance(const lind_kernel *kernel, const lind_lane *frame, const lind_tolerance *tolerance, lind_advance *pack,
                    void *workspace) {
  session *all = open_session(kernel, frame, pack, workspace);
  for (int i = 0; i < LIND_LANES; i++) {
    if (pack->status[i] != LIND_LANE_OK || !(pack->target.of[i] > pack->time.of[i])) continue;
    run r = {kernel, tolerance, pack, all, &all->seats[i], i, pack->time.of[i]};
    advance_lane(&r, frame);
  }
}

static const char *refuses(const lind_kernel *kernel) {
  if (kernel->n_delays > 0) return "CVODE keeps no past for delays";
  if (kernel->n_noises > 0) return "CVODE knows no noise";
  return NULL;
}

const lind_stepper lind_stepper_cvode = {
    .name = "cvode",
    .summary =
        "SUNDIALS CVODE, implicit and of variable order, one patient at a time: for the hardest systems and as a reference",
    .source = "doi:10.1145/1089014.1089020",
    .bytes = bytes,
    .refuses = refuses,
    .advance = advance,
    .release = release,
};
