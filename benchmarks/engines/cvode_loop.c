/* cvode_loop.c -- BDF, Newton with the exact Jacobian and SUNDIALS' dense LU, started anew at each dose; outputs by CVODE's own
 * interpolation. Compiled with scalar.h of the cell's benchmark in front, so lind_lane is one double. */
#include "cvode_loop.h"

#include <cvodes/cvodes.h>
#include <nvector/nvector_serial.h>
#include <stdlib.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "lind/kernel.h"

extern const lind_kernel scalar_kernel_pkpd, scalar_kernel_tmdd; /* renamed by bench.cmake: not a pack's */

struct cvode_loop {
  const lind_kernel *kernel;
  lind_lane *frame, *entries, *y;
  SUNContext context;
  void *memory;
  N_Vector state, absolute;
  SUNMatrix matrix;
  SUNLinearSolver solver;
};

static lind_lane *lanes_of(N_Vector v) { return (lind_lane *)N_VGetArrayPointer(v); }

static int rates(double time, N_Vector state, N_Vector dx, void *user) {
  const cvode_loop *c = user;
  const lind_lane at = {{time}};
  c->kernel->rhs(c->kernel->self, &at, c->frame, lanes_of(state), lanes_of(dx));
  return 0;
}

static int jacobian(double time, N_Vector state, N_Vector dx, SUNMatrix matrix, void *user, N_Vector a, N_Vector b, N_Vector d) {
  (void)dx, (void)a, (void)b, (void)d;
  const cvode_loop *c = user;
  const lind_kernel *k = c->kernel;
  const lind_lane at = {{time}};
  k->jacobian(k->self, &at, c->frame, lanes_of(state), c->entries);
  SUNMatZero(matrix);
  for (int e = 0; e < k->n_entries; e++) SM_ELEMENT_D(matrix, k->row[e], k->column[e]) = c->entries[e].of[0];
  return 0;
}

static cvode_loop *create(const lind_kernel *kernel, double relative, double absolute) {
  const sunindextype n = kernel->n_states;
  cvode_loop *c = calloc(1, sizeof *c);
  c->kernel = kernel;
  c->frame = calloc((size_t)kernel->n_frame, sizeof *c->frame);
  c->entries = calloc((size_t)kernel->n_entries, sizeof *c->entries);
  c->y = calloc((size_t)kernel->n_outputs, sizeof *c->y);
  SUNContext_Create(NULL, &c->context);
  c->memory = CVodeCreate(CV_BDF, c->context);
  c->state = N_VNew_Serial(n, c->context);
  c->absolute = N_VNew_Serial(n, c->context);
  for (int k = 0; k < n; k++) N_VGetArrayPointer(c->absolute)[k] = absolute * kernel->unit[k];
  CVodeInit(c->memory, rates, 0, c->state);
  CVodeSVtolerances(c->memory, relative, c->absolute);
  CVodeSetUserData(c->memory, c);
  CVodeSetMaxNumSteps(c->memory, 1000000);
  c->matrix = SUNDenseMatrix(n, n, c->context);
  c->solver = SUNLinSol_Dense(c->state, c->matrix, c->context);
  CVodeSetLinearSolver(c->memory, c->solver, c->matrix);
  CVodeSetJacFn(c->memory, jacobian);
  return c;
}

cvode_loop *cvode_loop_create_pkpd(double relative, double absolute) { return create(&scalar_kernel_pkpd, relative, absolute); }
cvode_loop *cvode_loop_create_tmdd(double relative, double absolute) { return create(&scalar_kernel_tmdd, relative, absolute); }

static void show(cvode_loop *c, double time, double *y) {
  const lind_lane at = {{time}};
  c->kernel->outputs(c->kernel->self, &at, c->frame, lanes_of(c->state), c->y);
  for (int k = 0; k < c->kernel->n_outputs; k++) y[k] = c->y[k].of[0];
}

long cvode_loop_run(cvode_loop *c, const double *given, int n_given, double amount, double interval, int doses, double every, int times,
                    double *y) {
  const lind_kernel *k = c->kernel;
  long steps = 0, of_this;
  double reached = 0;
  int next = 0;
  for (int slot = 0; slot < n_given; slot++) c->frame[slot].of[0] = given[slot];
  k->individual(k->self, c->frame);
  k->initial(k->self, c->frame, lanes_of(c->state));
  for (int dose = 0; dose < doses; dose++) {
    const double from = dose * interval, to = dose + 1 < doses ? from + interval : every * (times - 1);
    lanes_of(c->state)[0].of[0] += amount;
    if (next * every == from) show(c, from, y + next++ * k->n_outputs);
    CVodeReInit(c->memory, from, c->state);
    CVodeSetStopTime(c->memory, to);
    for (; next < times && next * every < to; next++) {
      if (CVode(c->memory, next * every, c->state, &reached, CV_NORMAL) < 0) return -1;
      show(c, next * every, y + next * k->n_outputs);
    }
    if (CVode(c->memory, to, c->state, &reached, CV_NORMAL) < 0) return -1;
    CVodeGetNumSteps(c->memory, &of_this);
    steps += of_this;
  }
  if (next < times) show(c, every * next, y + next * k->n_outputs);
  return steps;
}

void cvode_loop_destroy(cvode_loop *c) {
  CVodeFree(&c->memory);
  SUNLinSolFree(c->solver);
  SUNMatDestroy(c->matrix);
  N_VDestroy(c->state);
  N_VDestroy(c->absolute);
  SUNContext_Free(&c->context);
  free(c->frame);
  free(c->entries);
  free(c->y);
  free(c);
}
