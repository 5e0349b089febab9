/* cvode.c -- the reference engine: one lane of a pack through SUNDIALS CVODE, variable-order BDF with a dense Newton matrix.
 *
 * Sources: Hindmarsh et al. 2005, doi:10.1145/1089014.1089020 (SUNDIALS). The kernel works on packs, so the one patient's state
 * is copied into all 8 lanes and only its lane is read back. Everything is created and destroyed in the call: nothing is
 * remembered and any number of threads may call. Shown by tests/numerics/cvode.c.
 */
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <string.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "lind/stepper.h"

/* Assumed: a reference solution that needs more internal steps than this between two calls is asked for in error. */
static const long most_steps = 1000000;

typedef struct cvode {
  const lind_kernel *kernel;
  const lind_lane *frame;
  int lane;
  lind_lane *x, *result; /* [n_states], [n_states * n_states]: the kernel's arguments */
  SUNContext context;
  void *memory;
  N_Vector state;
  SUNMatrix matrix;
  SUNLinearSolver solver;
  double tolerances[2]; /* relative, absolute */
} cvode;

static lind_lane cvode_broadcast(double value) {
  lind_lane lane;
  for (int i = 0; i < LIND_LANES; i++) lane.of[i] = value;
  return lane;
}

static void cvode_fill(cvode *c, N_Vector state) {
  const double *x = N_VGetArrayPointer(state);
  for (int i = 0; i < c->kernel->n_states; i++) c->x[i] = cvode_broadcast(x[i]);
}

/* Both return 1 for "try a smaller step" when the kernel gives a number that is not finite. */
static int cvode_rhs(double time, N_Vector state, N_Vector rates, void *user) {
  cvode *c = user;
  const lind_lane at = cvode_broadcast(time);
  cvode_fill(c, state);
  c->kernel->rhs(c->kernel->self, &at, c->frame, c->x, c->result);
  double *dx = N_VGetArrayPointer(rates);
  int bad = 0;
  for (int i = 0; i < c->kernel->n_states; i++) {
    dx[i] = c->result[i].of[c->lane];
    bad |= !isfinite(dx[i]);
  }
  return bad;
}

static int cvode_jacobian(double time, N_Vector state, N_Vector rates, SUNMatrix matrix, void *user, N_Vector spare1,
                          N_Vector spare2, N_Vector spare3) {
  (void)rates, (void)spare1, (void)spare2, (void)spare3;
  cvode *c = user;
  const int n = c->kernel->n_states;
  const lind_lane at = cvode_broadcast(time);
  cvode_fill(c, state);
  c->kernel->jacobian(c->kernel->self, &at, c->frame, c->x, c->result);
  int bad = 0;
  for (int column = 0; column < n; column++)
    for (int row = 0; row < n; row++) SM_ELEMENT_D(matrix, row, column) = 0;
  for (int e = 0; e < c->kernel->n_entries; e++) {
    const double entry = c->result[e].of[c->lane];
    SM_ELEMENT_D(matrix, c->kernel->row[e], c->kernel->column[e]) = entry;
    bad |= !isfinite(entry);
  }
  return bad;
}

/* CVODE would print to stderr; its return flag goes into our own sentence instead. */
static void cvode_silence(int code, const char *module, const char *function, char *message, void *user) {
  (void)code, (void)module, (void)function, (void)message, (void)user;
}

static lind_err cvode_allocate(cvode *c, const double *x) {
  const size_t n = (size_t)c->kernel->n_states;
  c->x = aligned_alloc(_Alignof(lind_lane), n * sizeof *c->x);
  c->result = aligned_alloc(_Alignof(lind_lane), n * n * sizeof *c->result);
  LIND_CHECK(c->x && c->result, LIND_ERR_MEMORY, "no memory for the reference solution of a system of %zu states", n);
  if (SUNContext_Create(NULL, &c->context) == 0) {
    c->memory = CVodeCreate(CV_BDF, c->context);
    c->state = N_VNew_Serial((sunindextype)n, c->context);
    c->matrix = SUNDenseMatrix((sunindextype)n, (sunindextype)n, c->context);
    if (c->state && c->matrix) c->solver = SUNLinSol_Dense(c->state, c->matrix, c->context);
  }
  LIND_CHECK(c->memory && c->solver, LIND_ERR_MEMORY, "no memory for the reference solver of a system of %zu states", n);
  memcpy(N_VGetArrayPointer(c->state), x, n * sizeof *x);
  return LIND_OK;
}

static lind_err cvode_prepare(cvode *c, double time, double target) {
  int flag = CVodeSetErrHandlerFn(c->memory, cvode_silence, NULL);
  if (flag == CV_SUCCESS) flag = CVodeInit(c->memory, cvode_rhs, time, c->state);
  if (flag == CV_SUCCESS) flag = CVodeSStolerances(c->memory, c->tolerances[0], c->tolerances[1]);
  if (flag == CV_SUCCESS) flag = CVodeSetUserData(c->memory, c);
  if (flag == CV_SUCCESS) flag = CVodeSetLinearSolver(c->memory, c->solver, c->matrix);
  if (flag == CV_SUCCESS && c->kernel->jacobian) flag = CVodeSetJacFn(c->memory, cvode_jacobian);
  if (flag == CV_SUCCESS) flag = CVodeSetMaxNumSteps(c->memory, most_steps);
  if (flag == CV_SUCCESS) flag = CVodeSetStopTime(c->memory, target); /* never a rate from beyond an event */
  LIND_CHECK(
      flag == CV_SUCCESS, LIND_ERR_NUMERIC,
      "the reference solver refused its set-up with flag %d; relative (%g) and absolute (%g) tolerance must not be negative",
      flag, c->tolerances[0], c->tolerances[1]);
  return LIND_OK;
}

static lind_err cvode_solve(cvode *c, double time, double target, double *x) {
  LIND_TRY(cvode_allocate(c, x));
  LIND_TRY(cvode_prepare(c, time, target));
  double reached = time;
  const int flag = CVode(c->memory, target, c->state, &reached, CV_NORMAL);
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

static void cvode_release(cvode *c) {
  if (c->memory) CVodeFree(&c->memory);
  if (c->solver) SUNLinSolFree(c->solver);
  if (c->matrix) SUNMatDestroy(c->matrix);
  if (c->state) N_VDestroy(c->state);
  if (c->context) SUNContext_Free(&c->context);
  free(c->x);
  free(c->result);
}

lind_err lind_cvode_advance(const lind_kernel *kernel, const lind_lane *frame, int lane, double relative, double absolute,
                            double time, double target, double *x) {
  if (!(target > time) || kernel->n_states == 0) return LIND_OK;
  cvode c = {.kernel = kernel, .frame = frame, .lane = lane, .tolerances = {relative, absolute}};
  const lind_err code = cvode_solve(&c, time, target, x);
  cvode_release(&c);
  return code;
}
