/* cvode_lane.c -- one lane's CVODE object and its callbacks.
 *
 * Source: Hindmarsh et al. 2005, doi:10.1145/1089014.1089020 (SUNDIALS). The library is CVODES, which holds all of CVODE.
 */
#include "cvode_lane.h"

#include <cvodes/cvodes.h>
#include <math.h>
#include <nvector/nvector_serial.h>

/* CVODE gives up on a step after 7 failed error tests or 10 failed Newton iterations. Here the smallest step decides, and the
 * caller's count of attempts. Assumed: more than this at one point is no search any more. */
enum { MOST_FAILURES = 50 };

int lind_cvode_lane_states(const lind_kernel *kernel) { return kernel->n_states > 0 ? kernel->n_states : 1; }

size_t lind_cvode_lane_results(const lind_kernel *kernel) {
  size_t n = (size_t)lind_cvode_lane_states(kernel);
  if (kernel->jacobian != NULL && (size_t)kernel->n_entries > n) n = (size_t)kernel->n_entries;
  return n;
}

size_t lind_cvode_lane_bytes(const lind_kernel *kernel) {
  const size_t n = (size_t)lind_cvode_lane_states(kernel);
  const size_t vectors =
      21; /* history of order 5, absolute tolerances, saved and working vectors of CVODE, Newton and the linear solver */
  return (2 * n * n + vectors * n) * sizeof(double);
}

static void broadcast(lind_cvode_lane *c, double time, N_Vector state, lind_lane *at) {
  const double *x = N_VGetArrayPointer(state);
  for (int i = 0; i < LIND_LANES; i++) at->of[i] = time;
  for (int k = 0; k < c->kernel->n_states; k++)
    for (int i = 0; i < LIND_LANES; i++) c->x[k].of[i] = x[k];
}

int lind_cvode_lane_rhs(double time, N_Vector state, N_Vector rates, void *lane) {
  lind_cvode_lane *c = lane;
  lind_lane at;
  broadcast(c, time, state, &at);
  double *dx = N_VGetArrayPointer(rates);
  if (c->kernel->n_states == 0) dx[0] = 0;
  c->kernel->rhs(c->kernel->self, &at, c->frame, c->x, c->result);
  c->rhs++;
  bool bad = false;
  for (int k = 0; k < c->kernel->n_states; k++) {
    dx[k] = c->result[k].of[c->lane];
    if (c->input != NULL) dx[k] += c->input[k].of[c->lane];
    bad |= !isfinite(dx[k]);
  }
  c->not_finite |= bad;
  return bad;
}

int lind_cvode_lane_jacobian(double time, N_Vector state, SUNMatrix matrix, lind_cvode_lane *c) {
  lind_lane at;
  broadcast(c, time, state, &at);
  c->kernel->jacobian(c->kernel->self, &at, c->frame, c->x, c->result);
  SUNMatZero(matrix);
  bool bad = false;
  for (int e = 0; e < c->kernel->n_entries; e++) {
    const double entry = c->result[e].of[c->lane];
    SM_ELEMENT_D(matrix, c->kernel->row[e], c->kernel->column[e]) = entry;
    bad |= !isfinite(entry);
  }
  c->not_finite |= bad;
  return bad;
}

static int jacobian(double time, N_Vector state, N_Vector rates, SUNMatrix matrix, void *lane, N_Vector spare1, N_Vector spare2,
                    N_Vector spare3) {
  (void)rates, (void)spare1, (void)spare2, (void)spare3;
  return lind_cvode_lane_jacobian(time, state, matrix, lane);
}

void lind_cvode_lane_silence(int code, const char *module, const char *function, char *message, void *user) {
  (void)code, (void)module, (void)function, (void)message, (void)user;
}

bool lind_cvode_lane_create(lind_cvode_lane *c, SUNContext context) {
  const sunindextype n = lind_cvode_lane_states(c->kernel);
  c->memory = CVodeCreate(CV_BDF, context);
  c->state = N_VNew_Serial(n, context);
  c->trial = N_VNew_Serial(n, context);
  c->spare = N_VNew_Serial(n, context);
  c->matrix = SUNDenseMatrix(n, n, context);
  if (!c->memory || !c->state || !c->trial || !c->spare || !c->matrix) return false;
  c->solver = SUNLinSol_Dense(c->state, c->matrix, context);
  if (c->solver == NULL) return false;
  N_VConst(0, c->state);
  int flag = CVodeSetErrHandlerFn(c->memory, lind_cvode_lane_silence, NULL);
  if (flag == CV_SUCCESS) flag = CVodeInit(c->memory, lind_cvode_lane_rhs, 0, c->state);
  if (flag == CV_SUCCESS) flag = CVodeSetUserData(c->memory, c);
  if (flag == CV_SUCCESS) flag = CVodeSetLinearSolver(c->memory, c->solver, c->matrix);
  if (flag == CV_SUCCESS && c->kernel->jacobian != NULL && c->kernel->n_states > 0) flag = CVodeSetJacFn(c->memory, jacobian);
  if (flag == CV_SUCCESS) flag = CVodeSetMaxErrTestFails(c->memory, MOST_FAILURES);
  if (flag == CV_SUCCESS) flag = CVodeSetMaxConvFails(c->memory, MOST_FAILURES);
  return flag == CV_SUCCESS;
}

void lind_cvode_lane_destroy(lind_cvode_lane *c) {
  if (c->memory != NULL) CVodeFree(&c->memory);
  if (c->solver != NULL) SUNLinSolFree(c->solver);
  if (c->matrix != NULL) SUNMatDestroy(c->matrix);
  N_Vector *const vectors[] = {&c->state, &c->trial, &c->spare};
  for (int i = 0; i < 3; i++) {
    if (*vectors[i] != NULL) N_VDestroy(*vectors[i]);
    *vectors[i] = NULL;
  }
  c->memory = NULL, c->solver = NULL, c->matrix = NULL;
}

int lind_cvode_lane_start(lind_cvode_lane *c, double relative, double absolute, double smallest_step, double time,
                          double target) {
  double *each = N_VGetArrayPointer(c->spare); /* CVODE copies it */
  each[0] = absolute;
  for (int k = 0; k < c->kernel->n_states; k++) each[k] = absolute * (c->kernel->unit != NULL ? c->kernel->unit[k] : 1);
  int flag = CVodeReInit(c->memory, time, c->state);
  if (flag == CV_SUCCESS) flag = CVodeSVtolerances(c->memory, relative, c->spare);
  if (flag == CV_SUCCESS) flag = CVodeSetMinStep(c->memory, smallest_step);
  if (flag == CV_SUCCESS) flag = CVodeSetStopTime(c->memory, target); /* never a rate from beyond an event */
  return flag;
}
