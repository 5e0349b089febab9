/* create.c -- a tissue and the kernel that the rest of lind sees: the model's, whose self knows the space. */
#include <stdlib.h>
#include <string.h>

#include "tissue_inside.h"

/* ---- the kernel */

static const lind_kernel *inner(const void *self) { return ((const lind_tissue *)self)->wiring.kernel; }

static void outer_individual(const void *self, lind_lane *frame) { inner(self)->individual(inner(self)->self, frame); }

static void outer_rhs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *dx) {
  inner(self)->rhs(inner(self)->self, time, frame, x, dx);
}

static void outer_outputs(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *y) {
  inner(self)->outputs(inner(self)->self, time, frame, x, y);
}

static void outer_dosing(const void *self, const lind_lane *frame, lind_lane *bioavailability, lind_lane *lag, lind_lane *rate,
                         lind_lane *duration) {
  inner(self)->dosing(inner(self)->self, frame, bioavailability, lag, rate, duration);
}

static void outer_triggers(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *g) {
  inner(self)->triggers(inner(self)->self, time, frame, x, g);
}

static void outer_reset(const void *self, const lind_lane *time, const lind_lane *frame, const lind_lane *x, lind_lane *after) {
  inner(self)->reset(inner(self)->self, time, frame, x, after);
}

/* The patient's states at time 0 know how large the fields are: what is measured on the first day has no step before it. */
static void outer_initial(const void *self, const lind_lane *frame, lind_lane *x) {
  union {
    const void *in;
    lind_tissue *out;
  } me = {self};
  lind_tissue *tissue = me.out;
  inner(self)->initial(inner(self)->self, frame, x);
  if (tissue->solve == NULL) return; /* a dry run */
  for (int lane = 0; lane < LIND_LANES; lane++) {
    bool same = lane > 0;
    for (int k = 0; same && k < inner(self)->n_frame; k++) same = frame[k].of[lane] == frame[k].of[lane - 1];
    if (same) { /* a ghost */
      for (int k = 0; k < inner(self)->n_states; k++) x[k].of[lane] = x[k].of[lane - 1];
      continue;
    }
    lind_err err = LIND_OK;
    if (tissue->first == NULL) err = lind_tissue_organ_create(tissue, &tissue->first);
    if (err == LIND_OK) err = lind_tissue_organ_frame(tissue, tissue->first, frame, x, lane);
    if (err != LIND_OK) return; /* the first step meets the same error and says so */
    lind_tissue_organ_lay(tissue, tissue->first, frame, lane);
    lind_tissue_organ_measure(tissue, tissue->first, true, x, lane);
  }
}

static lind_kernel outer(const lind_tissue *tissue) {
  const lind_kernel *k = tissue->wiring.kernel;
  return (lind_kernel){.n_states = k->n_states,
                       .n_frame = k->n_frame,
                       .n_outputs = k->n_outputs,
                       .unit = k->unit,
                       .self = tissue,
                       .individual = outer_individual,
                       .initial = outer_initial,
                       .rhs = outer_rhs,
                       .outputs = outer_outputs,
                       .dosing = k->dosing != NULL ? outer_dosing : NULL,
                       .n_triggers = k->n_triggers,
                       .triggers = outer_triggers,
                       .reset = outer_reset,
                       .n_noises = k->n_noises,
                       .noisy = k->noisy,
                       .n_delays = k->n_delays,
                       .delayed = k->delayed};
}

/* ---- life */

lind_err lind_tissue_create(const lind_tissue_space *space, const lind_tissue_wiring *wiring, lind_arena *arena,
                            lind_tissue **result) {
  lind_tissue *tissue;
  LIND_CHECK(wiring->n_measures + wiring->n_fields <= LIND_TISSUE_FEW, LIND_ERR_INPUT,
             "a tissue has %d fields and %d measures; at most %d together are possible", wiring->n_fields, wiring->n_measures,
             LIND_TISSUE_FEW);
  LIND_TAKE(tissue, arena, 1);
  tissue->space = space;
  tissue->wiring = *wiring;
  tissue->kernel = outer(tissue);
  *result = tissue;
  return LIND_OK;
}

const lind_kernel *lind_tissue_kernel(const lind_tissue *tissue) { return &tissue->kernel; }
const lind_tissue_space *lind_tissue_map(const lind_tissue *tissue) { return tissue->space; }

static size_t most(size_t a, size_t b) { return a > b ? a : b; }

static lind_err take_memory(lind_tissue *tissue) {
  const lind_kernel *k = tissue->wiring.kernel;
  const size_t states = (size_t)k->n_states;
  const size_t rest = most(most(states, (size_t)k->n_outputs), states * (size_t)k->n_triggers) + 1;
  const size_t lanes = (size_t)k->n_frame + 5 * states + rest;
  tissue->scratch = aligned_alloc(64, lanes * sizeof *tissue->scratch);
  tissue->numbers = calloc((size_t)tissue->part.nx * (size_t)tissue->part.ny + LIND_TISSUE_FEW, sizeof *tissue->numbers);
  LIND_CHECK(tissue->scratch != NULL && tissue->numbers != NULL, LIND_ERR_MEMORY, "no memory for a tissue");
  memset(tissue->scratch, 0, lanes * sizeof *tissue->scratch);
  return LIND_OK;
}

lind_err lind_tissue_load(void) {
  const lind_tissue_solver *ignored;
  return lind_tissue_library_load(&ignored);
}

lind_err lind_tissue_start(lind_tissue *tissue, const void *comm) {
  if (tissue->solve != NULL) return LIND_OK;
  LIND_TRY(lind_tissue_library_load(&tissue->solver));
  LIND_TRY(tissue->solver->start());
  LIND_TRY(tissue->solver->create(tissue->space, comm, tissue->wiring.relative, &tissue->solve));
  tissue->part = tissue->solver->part(tissue->solve);
  LIND_TRY(lind_tissue_cells_create(tissue->space, tissue->part, &tissue->cells));
  return take_memory(tissue);
}

void lind_tissue_stop(lind_tissue *tissue) {
  if (tissue == NULL || tissue->solve == NULL) return;
  lind_tissue_organ_destroy(tissue, &tissue->first);
  tissue->solver->destroy(&tissue->solve);
  lind_tissue_cells_release(&tissue->cells);
  free(tissue->scratch);
  free(tissue->numbers);
  free(tissue->whole);
  tissue->scratch = NULL;
  tissue->numbers = tissue->whole = NULL;
}

void lind_tissue_finish(const lind_tissue *tissue) {
  if (tissue != NULL && tissue->solver != NULL) tissue->solver->finish();
}

void lind_tissue_meanwhile(lind_tissue *tissue, void (*meanwhile)(void *context), void *context) {
  tissue->meanwhile = meanwhile;
  tissue->context = context;
}

/* ---- looking on */

void lind_tissue_show(lind_tissue *tissue, const lind_tissue_watch *watch) {
  tissue->watch = watch;
  tissue->n_shown = 0;
}

void lind_tissue_watch_step(lind_tissue *tissue, lind_tissue_organ *organ, double time) {
  const lind_tissue_watch *watch = tissue->watch;
  const size_t cells = (size_t)tissue->space->nx * (size_t)tissue->space->ny;
  if (tissue->whole == NULL) tissue->whole = calloc(cells, sizeof *tissue->whole);
  while (tissue->whole != NULL && tissue->n_shown < watch->n_times && time >= watch->times[tissue->n_shown] - 1e-6) {
    for (int f = 0; f < tissue->wiring.n_fields; f++)
      if (tissue->solver->gather(organ->layers[f], tissue->whole) == LIND_OK)
        watch->see(watch->context, watch->times[tissue->n_shown], f, tissue->space, tissue->whole);
    tissue->n_shown++;
  }
}
