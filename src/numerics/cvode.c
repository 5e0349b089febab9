/* cvode.c -- the reference engine: one lane of a pack through SUNDIALS CVODE, variable-order BDF with a dense Newton matrix.
 *
 * Source: Hindmarsh et al. 2005, doi:10.1145/1089014.1089020 (SUNDIALS). Everything is created and destroyed in the call: nothing
 * is remembered and any number of threads may call. Shown by tests/numerics/cvode.c.
 */
#include <cvodes/cvodes.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <string.h>

#include "cvode_lane.h"
#include "lind/stepper.h"

/* Assumed: a reference solution that needs more internal steps than this between two calls is asked for in error. */
static const long most_steps = 1000000;

static lind_err create(lind_cvode_lane *c, SUNContext *context, const double *x) {
  const int n = c->kernel->n_states;
  c->x = aligned_alloc(_Alignof(lind_lane), (size_t)n * sizeof *c->x);
  c->result = aligned_alloc(_Alignof(lind_lane), lind_cvode_lane_results(c->kernel) * sizeof *c->result);
  LIND_CHECK(c->x && c->result && SUNContext_Create(NULL, context) == 0 && lind_cvode_lane_create(c, *context), LIND_ERR_MEMORY,
             "no memory for the reference solution of a system of %d states", n);
  memcpy(N_VGetArrayPointer(c->state), x, (size_t)n * sizeof *x);
  return LIND_OK;
}

static lind_err solve(lind_cvode_lane *c, double relative, double absolute, double time, double target, double *x) {
  int flag = lind_cvode_lane_start(c, relative, absolute, 0, time, target);
  if (flag == CV_SUCCESS) flag = CVodeSetMaxNumSteps(c->memory, most_steps);
  LIND_CHECK(
      flag == CV_SUCCESS, LIND_ERR_NUMERIC,
      "the reference solver refused its set-up with flag %d; relative (%g) and absolute (%g) tolerance must not be negative",
      flag, relative, absolute);
  double reached = time;
  flag = CVode(c->memory, target, c->state, &reached, CV_NORMAL);
  if (flag < 0) {
    char *name = CVodeGetReturnFlagName(flag);
    const lind_err code = lind_error_fail(LIND_ERR_NUMERIC, __FILE__, __LINE__,
                                          "the reference solver stopped at %.9g h on its way from %g h to %g h (%s)", reached,
                                          time, target, name ? name : "no name");
    free(name);
    return code;
  }
  memcpy(x, N_VGetArrayPointer(c->state), (size_t)c->kernel->n_states * sizeof *x);
  return LIND_OK;
}

lind_err lind_cvode_advance(const lind_kernel *kernel, const lind_lane *frame, int lane, const lind_lane *input, double relative,
                            double absolute, double time, double target, double *x) {
  if (!(target > time) || kernel->n_states == 0) return LIND_OK;
  LIND_CHECK(kernel->n_delays == 0 && kernel->n_noises == 0, LIND_ERR_NUMERIC,
             "the reference solver knows neither delays nor noise; this system has %d and %d", kernel->n_delays,
             kernel->n_noises);
  lind_cvode_lane c = {.kernel = kernel, .frame = frame, .lane = lane, .input = input};
  SUNContext context = NULL;
  lind_err code = create(&c, &context, x);
  if (code == LIND_OK) code = solve(&c, relative, absolute, time, target, x);
  lind_cvode_lane_destroy(&c);
  if (context != NULL) SUNContext_Free(&context);
  free(c.x);
  free(c.result);
  return code;
}
