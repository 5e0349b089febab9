/* petsc_solver.c -- fields on a distributed array of cells: diffusion by finite volumes, Crank and Nicolson, conjugate gradients.
 *
 * The flux through a face is -D (c2 - c1) / h with the harmonic mean D = 2 D1 D2 / (D1 + D2), which is the exact conductance of
 * two halves in series, and 0 where one side does not conduct. With K the matrix of fluxes (symmetric, rows that add up to 0) a
 * step is c* from (I + h/2 K) c* = (I - h/2 K) c, and then c <- c - h/2 K (c + c*): the same number if c* is exact, but in the
 * form of fluxes, so that what the iteration leaves undone cannot make or lose mass. Shown by tests/tissue/.
 */
#include <mpi.h>
#include <petscdmda.h>
#include <petscksp.h>

#include <stdlib.h>
#include <string.h>

#include "../tissue_inside.h"

#define LIND_PETSC(call)                                                                                            \
  do {                                                                                                              \
    const PetscErrorCode lind_petsc_ = (call);                                                                      \
    if (lind_petsc_ != 0)                                                                                           \
      return lind_error_fail(lind_petsc_ == PETSC_ERR_MEM ? LIND_ERR_MEMORY : LIND_ERR_NUMERIC, __FILE__, __LINE__, \
                             "PETSc failed with error %d (in %.40s)", (int)lind_petsc_, #call);                     \
  } while (0)

typedef struct solver {
  MPI_Comm comm;
  int ranks;
  double spacing, relative;
  DM star, box; /* the same cells: neighbours by faces for matrices, by corners, too, for squares */
  Vec around;   /* local, of box */
  lind_tissue_part part;
  double *gathered; /* [ranks * MOST_SUMS] */
} solver;

enum { MOST_SUMS = 64 };

typedef struct layer {
  solver *of;
  Vec c, rate, side, next;
  Mat flux, step; /* K; I + h/2 K */
  KSP solve;
  double h; /* of `step`; 0: none yet */
  double *values, *surround;
} layer;

/* ---- library
 * ----------------------------------------------------------------------------------------------------------------------- */

static lind_err petsc_start(void) {
  PetscBool is_running;
  LIND_PETSC(PetscInitialized(&is_running));
  if (is_running) return LIND_OK;
  /* nothing from a user's ~/.petscrc, and signals stay lind's */
  char name[] = "lind", no_file[] = "-skip_petscrc", no_signals[] = "-no_signal_handler";
  char *list[] = {name, no_file, no_signals, NULL}, **arguments = list;
  int n = 3;
  LIND_PETSC(PetscInitialize(&n, &arguments, NULL, NULL));
  LIND_PETSC(PetscPushErrorHandler(PetscReturnErrorHandler, NULL));
  return LIND_OK;
}

static void petsc_finish(void) {
  PetscBool is_running = PETSC_FALSE;
  (void)PetscInitialized(&is_running);
  if (is_running) (void)PetscFinalize();
}

/* ---- the cells
 * --------------------------------------------------------------------------------------------------------------------- */

static void solver_destroy(void **at) {
  if (at == NULL || *at == NULL) return;
  solver *s = *at;
  (void)VecDestroy(&s->around);
  (void)DMDestroy(&s->star);
  (void)DMDestroy(&s->box);
  free(s->gathered);
  free(s);
  *at = NULL;
}

static lind_err grid_create(MPI_Comm comm, const lind_tissue_space *space, DMDAStencilType stencil, DM *grid) {
  LIND_PETSC(DMDACreate2d(comm, DM_BOUNDARY_GHOSTED, DM_BOUNDARY_GHOSTED, stencil, space->nx, space->ny, PETSC_DECIDE,
                          PETSC_DECIDE, 1, 1, NULL, NULL, grid));
  LIND_PETSC(DMSetUp(*grid));
  LIND_PETSC(DMSetMatType(*grid, MATAIJ));
  return LIND_OK;
}

static lind_err solver_fill(solver *s, const lind_tissue_space *space) {
  MPI_Comm_size(s->comm, &s->ranks);
  s->gathered = calloc((size_t)s->ranks * MOST_SUMS, sizeof *s->gathered);
  LIND_CHECK(s->gathered != NULL, LIND_ERR_MEMORY, "no memory for the sums of %d ranks", s->ranks);
  LIND_TRY(grid_create(s->comm, space, DMDA_STENCIL_STAR, &s->star));
  LIND_TRY(grid_create(s->comm, space, DMDA_STENCIL_BOX, &s->box));
  LIND_PETSC(DMCreateLocalVector(s->box, &s->around));
  PetscInt x0, y0, nx, ny;
  LIND_PETSC(DMDAGetCorners(s->star, &x0, &y0, NULL, &nx, &ny, NULL));
  s->part = (lind_tissue_part){(int)x0, (int)y0, (int)nx, (int)ny};
  return LIND_OK;
}

static lind_err solver_create(const lind_tissue_space *space, const void *comm, double relative, void **result) {
  solver *s = calloc(1, sizeof *s);
  LIND_CHECK(s != NULL, LIND_ERR_MEMORY, "no memory for a solver");
  s->comm = PETSC_COMM_SELF;
  if (comm != NULL) memcpy(&s->comm, comm, sizeof s->comm);
  s->spacing = space->spacing;
  s->relative = relative;
  const lind_err err = solver_fill(s, space);
  void *made = s;
  if (err != LIND_OK) solver_destroy(&made);
  if (err == LIND_OK) *result = made;
  return err;
}

static lind_tissue_part solver_part(const void *at) { return ((const solver *)at)->part; }

/* [ranks][n] of everybody */
static const double *everybody(solver *s, const double *values, int n) {
  if (s->ranks > 1)
    (void)MPI_Allgather(values, n, MPI_DOUBLE, s->gathered, n, MPI_DOUBLE, s->comm);
  else
    memcpy(s->gathered, values, (size_t)n * sizeof *values);
  return s->gathered;
}

static void solver_sum(void *at, double *values, int n) {
  solver *s = at;
  const double *all = everybody(s, values, n);
  for (int k = 0; k < n; k++) {
    values[k] = all[k];
    for (int r = 1; r < s->ranks; r++) values[k] += all[r * n + k];
  }
}

static void solver_largest(void *at, double *values, int n) {
  solver *s = at;
  const double *all = everybody(s, values, n);
  for (int r = 0; r < s->ranks; r++)
    for (int k = 0; k < n; k++)
      if (r == 0 || all[r * n + k] > values[k]) values[k] = all[r * n + k];
}

/* ---- a field
 * ----------------------------------------------------------------------------------------------------------------------- */

static void layer_destroy(void **at) {
  if (at == NULL || *at == NULL) return;
  layer *l = *at;
  if (l->c != NULL && l->values != NULL) (void)VecRestoreArray(l->c, &l->values);
  Vec *vectors[] = {&l->c, &l->rate, &l->side, &l->next};
  for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++) (void)VecDestroy(vectors[k]);
  (void)MatDestroy(&l->flux);
  (void)MatDestroy(&l->step);
  (void)KSPDestroy(&l->solve);
  free(l->surround);
  free(l);
  *at = NULL;
}

static lind_err layer_fill(layer *l) {
  solver *s = l->of;
  PC conditioner;
  LIND_PETSC(DMCreateGlobalVector(s->star, &l->c));
  LIND_PETSC(VecDuplicate(l->c, &l->rate));
  LIND_PETSC(VecDuplicate(l->c, &l->side));
  LIND_PETSC(VecDuplicate(l->c, &l->next));
  LIND_PETSC(DMCreateMatrix(s->star, &l->flux));
  LIND_PETSC(KSPCreate(s->comm, &l->solve));
  LIND_PETSC(KSPSetType(l->solve, KSPCG));
  LIND_PETSC(KSPSetTolerances(l->solve, s->relative, PETSC_DEFAULT, PETSC_DEFAULT, PETSC_DEFAULT));
  LIND_PETSC(KSPSetInitialGuessNonzero(l->solve, PETSC_TRUE));
  LIND_PETSC(KSPGetPC(l->solve, &conditioner));
  LIND_PETSC(PCSetType(conditioner, PCJACOBI)); /* the same on any number of ranks */
  LIND_PETSC(VecGetArray(l->c, &l->values));
  l->surround = calloc((size_t)(s->part.nx + 2) * (size_t)(s->part.ny + 2), sizeof *l->surround);
  LIND_CHECK(l->surround != NULL, LIND_ERR_MEMORY, "no memory for a field");
  return LIND_OK;
}

static lind_err layer_create(void *at, void **result) {
  layer *l = calloc(1, sizeof *l);
  LIND_CHECK(l != NULL, LIND_ERR_MEMORY, "no memory for a field");
  l->of = at;
  const lind_err err = layer_fill(l);
  void *made = l;
  if (err != LIND_OK) layer_destroy(&made);
  if (err == LIND_OK) *result = made;
  return err;
}

static double *layer_values(void *at) { return ((layer *)at)->values; }

/* From the vector `v` of the whole to `to`, [ny + 2][nx + 2]. */
static lind_err spread(solver *s, Vec v, double *to) {
  const PetscScalar *local;
  PetscInt gx, gy, gnx, gny;
  LIND_PETSC(DMGlobalToLocal(s->box, v, INSERT_VALUES, s->around));
  LIND_PETSC(DMDAGetGhostCorners(s->box, &gx, &gy, NULL, &gnx, &gny, NULL));
  LIND_PETSC(VecGetArrayRead(s->around, &local));
  for (int j = 0; j < s->part.ny + 2; j++)
    memcpy(to + (size_t)j * (size_t)(s->part.nx + 2),
           local + (size_t)(s->part.y0 - 1 + j - (int)gy) * (size_t)gnx + (s->part.x0 - 1 - (int)gx),
           (size_t)(s->part.nx + 2) * sizeof *to);
  LIND_PETSC(VecRestoreArrayRead(s->around, &local));
  return LIND_OK;
}

static double conductance(double a, double b) { return a > 0.0 && b > 0.0 ? 2.0 * a * b / (a + b) : 0.0; }

static lind_err fill_flux(layer *l, const double *d) {
  const solver *s = l->of;
  const int wide = s->part.nx + 2;
  const double per = 1.0 / (s->spacing * s->spacing);
  static const int di[] = {-1, 1, 0, 0}, dj[] = {0, 0, -1, 1};
  for (int j = 0; j < s->part.ny; j++)
    for (int i = 0; i < s->part.nx; i++) {
      const double *here = d + (size_t)(j + 1) * (size_t)wide + i + 1;
      MatStencil row = {.i = s->part.x0 + i, .j = s->part.y0 + j}, column[5];
      PetscScalar value[5], out = 0.0;
      int n = 0;
      for (int k = 0; k < 4; k++) {
        const double g = per * conductance(here[0], here[dj[k] * wide + di[k]]);
        if (!(g > 0.0)) continue;
        column[n] = (MatStencil){.i = row.i + di[k], .j = row.j + dj[k]};
        value[n++] = -g;
        out += g;
      }
      column[n] = row;
      value[n++] = out;
      LIND_PETSC(MatSetValuesStencil(l->flux, 1, &row, n, column, value, INSERT_VALUES));
    }
  LIND_PETSC(MatAssemblyBegin(l->flux, MAT_FINAL_ASSEMBLY));
  LIND_PETSC(MatAssemblyEnd(l->flux, MAT_FINAL_ASSEMBLY));
  return LIND_OK;
}

static lind_err layer_conduct(void *at, const double *diffusivity) {
  layer *l = at;
  double *values;
  LIND_PETSC(VecGetArray(l->next, &values));
  memcpy(values, diffusivity, (size_t)l->of->part.nx * (size_t)l->of->part.ny * sizeof *values);
  LIND_PETSC(VecRestoreArray(l->next, &values));
  LIND_TRY(spread(l->of, l->next, l->surround));
  LIND_PETSC(MatZeroEntries(l->flux));
  LIND_TRY(fill_flux(l, l->surround));
  l->h = 0.0;
  return LIND_OK;
}

static lind_err prepare(layer *l, double h) {
  if (l->h == h) return LIND_OK;
  if (l->step == NULL) {
    LIND_PETSC(MatDuplicate(l->flux, MAT_COPY_VALUES, &l->step));
    LIND_PETSC(MatSetOption(l->step, MAT_SPD, PETSC_TRUE));
  } else {
    LIND_PETSC(MatCopy(l->flux, l->step, SAME_NONZERO_PATTERN));
  }
  LIND_PETSC(MatScale(l->step, 0.5 * h));
  LIND_PETSC(MatShift(l->step, 1.0));
  LIND_PETSC(KSPSetOperators(l->solve, l->step, l->step));
  l->h = h;
  return LIND_OK;
}

static lind_err step(layer *l, double h) {
  KSPConvergedReason reason;
  LIND_TRY(prepare(l, h));
  LIND_PETSC(MatMult(l->flux, l->c, l->rate));
  LIND_PETSC(VecWAXPY(l->side, -0.5 * h, l->rate, l->c));
  LIND_PETSC(VecWAXPY(l->next, -0.5 * h, l->rate, l->side)); /* explicit: where the search begins */
  LIND_PETSC(KSPSolve(l->solve, l->side, l->next));
  LIND_PETSC(KSPGetConvergedReason(l->solve, &reason));
  LIND_CHECK(reason > 0, LIND_ERR_NUMERIC, "diffusion over %g h found no solution (PETSc's reason %d)", h, (int)reason);
  LIND_PETSC(VecAXPY(l->next, 1.0, l->c));
  LIND_PETSC(MatMult(l->flux, l->next, l->rate));
  LIND_PETSC(VecAXPY(l->c, -0.5 * h, l->rate));
  return LIND_OK;
}

static lind_err layer_diffuse(void *at, double h) {
  layer *l = at;
  LIND_PETSC(VecRestoreArray(l->c, &l->values));
  const lind_err err = step(l, h);
  LIND_PETSC(VecGetArray(l->c, &l->values));
  return err;
}

static const double *layer_surround(void *at) {
  layer *l = at;
  (void)VecRestoreArray(l->c, &l->values);
  (void)spread(l->of, l->c, l->surround);
  (void)VecGetArray(l->c, &l->values);
  return l->surround;
}

static lind_err gather_into(layer *l, double *whole) {
  Vec natural, all;
  VecScatter scatter;
  const PetscScalar *values;
  PetscInt n;
  LIND_PETSC(DMDACreateNaturalVector(l->of->star, &natural));
  LIND_PETSC(DMDAGlobalToNaturalBegin(l->of->star, l->c, INSERT_VALUES, natural));
  LIND_PETSC(DMDAGlobalToNaturalEnd(l->of->star, l->c, INSERT_VALUES, natural));
  LIND_PETSC(VecScatterCreateToAll(natural, &scatter, &all));
  LIND_PETSC(VecScatterBegin(scatter, natural, all, INSERT_VALUES, SCATTER_FORWARD));
  LIND_PETSC(VecScatterEnd(scatter, natural, all, INSERT_VALUES, SCATTER_FORWARD));
  LIND_PETSC(VecGetSize(all, &n));
  LIND_PETSC(VecGetArrayRead(all, &values));
  memcpy(whole, values, (size_t)n * sizeof *whole);
  LIND_PETSC(VecRestoreArrayRead(all, &values));
  LIND_PETSC(VecScatterDestroy(&scatter));
  LIND_PETSC(VecDestroy(&all));
  LIND_PETSC(VecDestroy(&natural));
  return LIND_OK;
}

static lind_err layer_gather(void *at, double *whole) {
  layer *l = at;
  LIND_PETSC(VecRestoreArray(l->c, &l->values));
  const lind_err err = gather_into(l, whole);
  LIND_PETSC(VecGetArray(l->c, &l->values));
  return err;
}

extern const lind_tissue_solver lind_tissue_solver_petsc;
const lind_tissue_solver lind_tissue_solver_petsc = {
    .start = petsc_start,
    .finish = petsc_finish,
    .create = solver_create,
    .destroy = solver_destroy,
    .part = solver_part,
    .sum = solver_sum,
    .largest = solver_largest,
    .layer_create = layer_create,
    .layer_destroy = layer_destroy,
    .values = layer_values,
    .conduct = layer_conduct,
    .diffuse = layer_diffuse,
    .surround = layer_surround,
    .gather = layer_gather,
};
