/* cvode_scalar.c -- SUNDIALS CVODE, BDF with the exact Jacobian, on the scalar kernel: the one-patient reference of this benchmark, with
 * SUNDIALS' dense matrix or with the sparse factors that lind generates. Compiled with scalar.h in front, so lind_lane is one double. */
#include <cvodes/cvodes.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "beats.h"
#include "lind/kernel.h"

extern const lind_kernel lind_kernel_organ_ohara_rudy; /* renamed by bench.cmake: not the pack's */
static const lind_kernel *const kernel = &lind_kernel_organ_ohara_rudy;
static const double ms = 1.0 / 3.6e6; /* in h */

struct scalar_cell {
  lind_lane *frame, *entries, *factors;
  double gamma; /* that the factors were made for */
  SUNContext context;
  void *memory;
  N_Vector state, absolute, look;
  SUNMatrix matrix;
  SUNLinearSolver solver;
};

static int rates(double time, N_Vector state, N_Vector dx, void *user) {
  const scalar_cell *c = user;
  const lind_lane at = {{time}};
  kernel->rhs(kernel->self, &at, c->frame, (const lind_lane *)N_VGetArrayPointer(state), (lind_lane *)N_VGetArrayPointer(dx));
  return 0;
}

static int jacobian(double time, N_Vector state, N_Vector dx, SUNMatrix matrix, void *user, N_Vector a, N_Vector b, N_Vector d) {
  (void)dx, (void)a, (void)b, (void)d;
  const scalar_cell *c = user;
  const lind_lane at = {{time}};
  kernel->jacobian(kernel->self, &at, c->frame, (const lind_lane *)N_VGetArrayPointer(state), c->entries);
  SUNMatZero(matrix);
  for (int e = 0; e < kernel->n_entries; e++) SM_ELEMENT_D(matrix, kernel->row[e], kernel->column[e]) = c->entries[e].of[0];
  return 0;
}

/* ---- sparse: I - gamma J = gamma (shift I - J) ---- */

static int system_of(double time, N_Vector state, N_Vector dx, SUNMatrix matrix, booleantype old, booleantype *fresh, double gamma,
                     void *user, N_Vector a, N_Vector b, N_Vector d) {
  (void)dx, (void)matrix, (void)a, (void)b, (void)d;
  scalar_cell *c = user;
  const lind_lane at = {{time}}, shift = {{1 / gamma}};
  if (!old) kernel->jacobian(kernel->self, &at, c->frame, (const lind_lane *)N_VGetArrayPointer(state), c->entries);
  *fresh = !old;
  c->gamma = gamma;
  kernel->factor(kernel->self, &shift, c->entries, c->factors);
  return 0;
}

static int solve(SUNLinearSolver solver, SUNMatrix matrix, N_Vector x, N_Vector b, double tolerance) {
  (void)matrix, (void)tolerance;
  const scalar_cell *c = solver->content;
  N_VScale(1 / c->gamma, b, x);
  kernel->solve(kernel->self, c->factors, (lind_lane *)N_VGetArrayPointer(x));
  return 0;
}

static SUNMatrix_ID matrix_kind(SUNMatrix matrix) { return (void)matrix, SUNMATRIX_CUSTOM; }
static SUNLinearSolver_Type direct(SUNLinearSolver solver) { return (void)solver, SUNLINEARSOLVER_DIRECT; }
static int nothing_to_set_up(SUNLinearSolver solver, SUNMatrix matrix) { return (void)solver, (void)matrix, 0; }

static void take_sparse(scalar_cell *c) {
  c->factors = calloc((size_t)kernel->n_factors, sizeof *c->factors);
  c->matrix = SUNMatNewEmpty(c->context);
  c->matrix->ops->getid = matrix_kind;
  c->solver = SUNLinSolNewEmpty(c->context);
  c->solver->ops->gettype = direct;
  c->solver->ops->setup = nothing_to_set_up;
  c->solver->ops->solve = solve;
  c->solver->content = c;
  CVodeSetLinearSolver(c->memory, c->solver, c->matrix);
  CVodeSetLinSysFn(c->memory, system_of);
}

static void take_dense(scalar_cell *c) {
  c->matrix = SUNDenseMatrix(kernel->n_states, kernel->n_states, c->context);
  c->solver = SUNLinSol_Dense(c->state, c->matrix, c->context);
  CVodeSetLinearSolver(c->memory, c->solver, c->matrix);
  CVodeSetJacFn(c->memory, jacobian);
}

scalar_cell *scalar_create(const double *frame, bool sparse, double relative, double absolute) {
  const sunindextype n = kernel->n_states;
  scalar_cell *c = calloc(1, sizeof *c);
  c->frame = calloc((size_t)kernel->n_frame, sizeof *c->frame);
  c->entries = calloc((size_t)kernel->n_entries, sizeof *c->entries);
  for (int k = 0; k < kernel->n_frame; k++) c->frame[k].of[0] = frame[k];
  kernel->individual(kernel->self, c->frame);
  SUNContext_Create(NULL, &c->context);
  c->memory = CVodeCreate(CV_BDF, c->context);
  c->state = N_VNew_Serial(n, c->context);
  c->absolute = N_VNew_Serial(n, c->context);
  c->look = N_VNew_Serial(n, c->context);
  for (int k = 0; k < n; k++) N_VGetArrayPointer(c->absolute)[k] = absolute * kernel->unit[k];
  CVodeInit(c->memory, rates, 0, c->state);
  CVodeSVtolerances(c->memory, relative, c->absolute);
  CVodeSetUserData(c->memory, c);
  (sparse ? take_sparse : take_dense)(c);
  return c;
}

long scalar_advance(scalar_cell *c, double time, double target, double *x, const scalar_look *look) {
  double reached = time;
  long steps = 0;
  int next = look != NULL ? (int)ceil((time - look->began) / ms - 1e-6) : 0;
  for (int k = 0; k < kernel->n_states; k++) N_VGetArrayPointer(c->state)[k] = x[k];
  CVodeReInit(c->memory, time, c->state);
  CVodeSetStopTime(c->memory, target);
  while (reached < target) {
    if (CVode(c->memory, target, c->state, &reached, CV_ONE_STEP) < 0) return -1;
    for (; look != NULL && look->began + next * ms <= reached; next++) {
      CVodeGetDky(c->memory, look->began + next * ms, 0, c->look);
      look->seen(look->context, next, N_VGetArrayPointer(c->look));
    }
  }
  for (int k = 0; k < kernel->n_states; k++) x[k] = N_VGetArrayPointer(c->state)[k];
  CVodeGetNumSteps(c->memory, &steps);
  return steps;
}

void scalar_destroy(scalar_cell *c) {
  CVodeFree(&c->memory);
  if (c->factors != NULL) { /* ours: an empty shell */
    SUNLinSolFreeEmpty(c->solver);
    SUNMatFreeEmpty(c->matrix);
  } else {
    SUNLinSolFree(c->solver);
    SUNMatDestroy(c->matrix);
  }
  N_VDestroy(c->state);
  N_VDestroy(c->absolute);
  N_VDestroy(c->look);
  SUNContext_Free(&c->context);
  free(c->frame);
  free(c->entries);
  free(c->factors);
  free(c);
}
