/* steady.c -- steady states by KINSOL, see steady.h. */
#include "lind/steady.h"

#include <kinsol/kinsol.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <string.h>

#include "cvode_lane.h"

enum { MOST_TURNS = 500, POLISHES = 3, SEARCHES = 4 };
/* Rates in units of what the states' own turnover is; below this the last Newton steps take over. */
static const double enough = 1e-10;
/* A Newton step from the solution that would still move a state by this share of it: there was nothing to converge to. */
static const double settled = 1e-8;

typedef struct steady {
  lind_cvode_lane c; /* the kernel at one lane; no CVODE in it */
  double time;
  SUNContext context;
  void *memory; /* KINSOL's */
  N_Vector x, rates, moved, x_scale, rate_scale;
  SUNMatrix matrix;
  SUNLinearSolver solver;
} steady;

static double unit_of(const lind_kernel *kernel, int state) { return kernel->unit != NULL ? kernel->unit[state] : 1; }

static int rates(N_Vector x, N_Vector f, void *user) {
  steady *s = user;
  return lind_cvode_lane_rhs(s->time, x, f, &s->c);
}

/* For kernels without a Jacobian: forward differences, f being the rates at x. */
static int differences(steady *s, N_Vector x, N_Vector f, SUNMatrix matrix) {
  const int n = s->c.kernel->n_states;
  int flag = 0;
  for (int k = 0; k < n && flag == 0; k++) {
    const double before = NV_Ith_S(x, k);
    volatile double moved = before + 1e-8 * fmax(fabs(before), 1e-3 * unit_of(s->c.kernel, k));
    NV_Ith_S(x, k) = moved;
    flag = rates(x, s->moved, s);
    NV_Ith_S(x, k) = before;
    for (int row = 0; row < n; row++)
      SM_ELEMENT_D(matrix, row, k) = (NV_Ith_S(s->moved, row) - NV_Ith_S(f, row)) / (moved - before);
  }
  return flag;
}

static int jacobian(N_Vector x, N_Vector f, SUNMatrix matrix, void *user, N_Vector spare1, N_Vector spare2) {
  (void)spare1, (void)spare2;
  steady *s = user;
  return s->c.kernel->jacobian != NULL ? lind_cvode_lane_jacobian(s->time, x, matrix, &s->c) : differences(s, x, f, matrix);
}

static void silence(int code, const char *module, const char *function, char *message, void *user) {
  (void)code, (void)module, (void)function, (void)message, (void)user;
}

static bool create(steady *s) {
  const int n = s->c.kernel->n_states;
  s->c.x = aligned_alloc(_Alignof(lind_lane), (size_t)n * sizeof(lind_lane));
  s->c.result = aligned_alloc(_Alignof(lind_lane), lind_cvode_lane_results(s->c.kernel) * sizeof(lind_lane));
  if (s->c.x == NULL || s->c.result == NULL || SUNContext_Create(NULL, &s->context) != 0) return false;
  N_Vector *const vectors[] = {&s->x, &s->rates, &s->moved, &s->x_scale, &s->rate_scale};
  for (int i = 0; i < 5; i++)
    if ((*vectors[i] = N_VNew_Serial(n, s->context)) == NULL) return false;
  s->matrix = SUNDenseMatrix(n, n, s->context);
  if (s->matrix == NULL) return false;
  s->solver = SUNLinSol_Dense(s->x, s->matrix, s->context);
  s->memory = KINCreate(s->context);
  return s->solver != NULL && s->memory != NULL;
}

static void release(steady *s) {
  if (s->memory != NULL) KINFree(&s->memory);
  if (s->solver != NULL) SUNLinSolFree(s->solver);
  if (s->matrix != NULL) SUNMatDestroy(s->matrix);
  N_Vector const vectors[] = {s->x, s->rates, s->moved, s->x_scale, s->rate_scale};
  for (int i = 0; i < 5; i++)
    if (vectors[i] != NULL) N_VDestroy(vectors[i]);
  if (s->context != NULL) SUNContext_Free(&s->context);
  free(s->c.x);
  free(s->c.result);
}

/* Sizes that states and rates are measured by: of a state its start, at least a thousandth of its unit; of a rate its start and
 * what the state's own turnover makes of that size. */
static int measure(steady *s) {
  const lind_kernel *kernel = s->c.kernel;
  double *x = N_VGetArrayPointer(s->x), *f = N_VGetArrayPointer(s->rates);
  if (rates(s->x, s->rates, s) != 0) return KIN_FIRST_SYSFUNC_ERR;
  if (jacobian(s->x, s->rates, s->matrix, s, NULL, NULL) != 0) return KIN_FIRST_SYSFUNC_ERR;
  for (int k = 0; k < kernel->n_states; k++) {
    const double size = fmax(fabs(x[k]), 1e-3 * unit_of(kernel, k));
    const double turnover = fmax(fabs(SM_ELEMENT_D(s->matrix, k, k)) * size, fabs(f[k]));
    NV_Ith_S(s->x_scale, k) = 1 / size;
    NV_Ith_S(s->rate_scale, k) = turnover > 0 && isfinite(1 / turnover) ? 1 / turnover : 1;
  }
  return KIN_SUCCESS;
}

static int prepare(steady *s) {
  int flag = KINSetErrHandlerFn(s->memory, silence, NULL);
  if (flag == KIN_SUCCESS) flag = KINInit(s->memory, rates, s->x);
  if (flag == KIN_SUCCESS) flag = KINSetUserData(s->memory, s);
  if (flag == KIN_SUCCESS) flag = KINSetLinearSolver(s->memory, s->solver, s->matrix);
  if (flag == KIN_SUCCESS) flag = KINSetJacFn(s->memory, jacobian);
  if (flag == KIN_SUCCESS) flag = KINSetMaxSetupCalls(s->memory, 1); /* a new Jacobian for each step */
  if (flag == KIN_SUCCESS) flag = KINSetNumMaxIters(s->memory, MOST_TURNS);
  if (flag == KIN_SUCCESS) flag = KINSetMaxNewtonStep(s->memory, 1e9);
  if (flag == KIN_SUCCESS) flag = KINSetFuncNormTol(s->memory, enough);
  if (flag == KIN_SUCCESS) flag = KINSetScaledStepTol(s->memory, 1e-14);
  return flag;
}

static int search(steady *s) {
  int flag = measure(s);
  if (flag == KIN_SUCCESS) flag = KINSol(s->memory, s->x, KIN_LINESEARCH, s->x_scale, s->rate_scale);
  return flag == KIN_INITIAL_GUESS_OK ? KIN_SUCCESS : flag;
}

/* Newton's own steps at the end, to rounding. Returns how much the last one moved a state, as a share of it; NaN where the
 * Jacobian is singular. */
static double polish(steady *s) {
  double moved = NAN;
  for (int turn = 0; turn < POLISHES; turn++) {
    if (rates(s->x, s->rates, s) != 0 || jacobian(s->x, s->rates, s->matrix, s, NULL, NULL) != 0) return NAN;
    if (SUNLinSolSetup(s->solver, s->matrix) != 0) return NAN;
    if (SUNLinSolSolve(s->solver, s->matrix, s->rates, s->rates, 0) != 0) return NAN;
    moved = 0;
    for (int k = 0; k < s->c.kernel->n_states; k++) {
      const double step = NV_Ith_S(s->rates, k), before = NV_Ith_S(s->x, k);
      NV_Ith_S(s->x, k) = before - step;
      const double share = fabs(step) / fmax(fabs(before), 1e-3 / NV_Ith_S(s->x_scale, k));
      if (!(share <= moved)) moved = share;
    }
  }
  return moved;
}

/* No step is short enough to do better, or too many were taken: done, or hopeless, or in want of other measures. */
static bool is_stuck(int flag) {
  return flag == KIN_LINESEARCH_NONCONV || flag == KIN_MAXITER_REACHED || flag == KIN_MXNEWT_5X_EXCEEDED ||
         flag == KIN_LINESEARCH_BCFAIL;
}

static lind_err solve(steady *s, double *x) {
  const int n = s->c.kernel->n_states;
  LIND_CHECK(create(s), LIND_ERR_MEMORY, "no memory for the steady state of a system of %d states", n);
  memcpy(N_VGetArrayPointer(s->x), x, (size_t)n * sizeof *x);
  int flag = prepare(s);
  if (flag == KIN_SUCCESS) flag = search(s);
  for (int again = 1; again < SEARCHES && is_stuck(flag); again++) flag = search(s); /* measured by where it has come to */
  if (flag < 0 && !is_stuck(flag)) {
    char *name = KINGetReturnFlagName(flag);
    const lind_err code = lind_error_fail(
        LIND_ERR_NUMERIC, __FILE__, __LINE__, "no steady state was found from the given start (%s)%s",
        name != NULL ? name : "no name",
        flag == KIN_LSETUP_FAIL ? "; the Jacobian is singular: what is conserved has no steady state of its own" : "");
    free(name);
    return code;
  }
  const double moved = polish(s);
  LIND_CHECK(moved <= settled, LIND_ERR_NUMERIC,
             "no steady state was found from the given start: where the search ended a state would still move by %.3g of itself",
             moved);
  memcpy(x, N_VGetArrayPointer(s->x), (size_t)n * sizeof *x);
  return LIND_OK;
}

lind_err lind_steady_state(const lind_kernel *kernel, const lind_lane *frame, int lane, const lind_lane *input, double time,
                           double *x) {
  LIND_CHECK(kernel->n_delays == 0, LIND_ERR_NUMERIC, "no steady state is sought for a system with delays; this one has %d",
             kernel->n_delays);
  if (kernel->n_states == 0) return LIND_OK;
  steady s = {.c = {.kernel = kernel, .frame = frame, .lane = lane, .input = input}, .time = time};
  const lind_err code = solve(&s, x);
  release(&s);
  return code;
}
