/* organ.c -- one patient's fields: laid, reacting, reset and measured, cell by cell with the model's own equations. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tissue_inside.h"

static size_t part_cells(const lind_tissue *tissue) { return (size_t)tissue->part.nx * (size_t)tissue->part.ny; }

static lind_err organ_fill(lind_tissue *tissue, lind_tissue_organ *o) {
  const lind_tissue_wiring *w = &tissue->wiring;
  const size_t fields = (size_t)w->n_fields, slots = (size_t)w->kernel->n_frame;
  o->layers = calloc(fields, sizeof *o->layers);
  o->frame = calloc(slots + 1, sizeof *o->frame);
  o->varying = calloc(slots + 1, sizeof *o->varying);
  o->saved = calloc(fields * part_cells(tissue) + 1, sizeof *o->saved);
  const size_t bytes = ((size_t)tissue->cells.n_packs * slots + 1) * sizeof *o->local;
  o->local = aligned_alloc(64, bytes);
  LIND_CHECK(o->layers != NULL && o->frame != NULL && o->varying != NULL && o->saved != NULL && o->local != NULL, LIND_ERR_MEMORY,
             "no memory for an organ of %d cells", tissue->cells.n);
  for (size_t k = 0; k < slots; k++) o->frame[k] = (double)NAN; /* equal to nothing */
  for (int f = 0; f < w->n_fields; f++) LIND_TRY(tissue->solver->layer_create(tissue->solve, &o->layers[f]));
  return LIND_OK;
}

lind_err lind_tissue_organ_create(lind_tissue *tissue, lind_tissue_organ **result) {
  lind_tissue_organ *o = calloc(1, sizeof *o);
  LIND_CHECK(o != NULL, LIND_ERR_MEMORY, "no memory for an organ");
  const lind_err err = organ_fill(tissue, o);
  if (err != LIND_OK) lind_tissue_organ_destroy(tissue, &o);
  if (err == LIND_OK) *result = o;
  return err;
}

void lind_tissue_organ_destroy(const lind_tissue *tissue, lind_tissue_organ **at) {
  if (at == NULL || *at == NULL) return;
  lind_tissue_organ *o = *at;
  for (int f = 0; o->layers != NULL && f < tissue->wiring.n_fields; f++) tissue->solver->layer_destroy(&o->layers[f]);
  free(o->layers);
  free(o->frame);
  free(o->varying);
  free(o->saved);
  free(o->local);
  free(o);
  *at = NULL;
}

/* ---- scratch: lanes of one pack of cells */

enum { STAGES = 5 }; /* x, stage, and rates: now, sum; outputs come behind */

static lind_lane *scratch_frame(const lind_tissue *t) { return t->scratch; }
static lind_lane *scratch_states(const lind_tissue *t, int k) {
  return t->scratch + t->wiring.kernel->n_frame + k * t->wiring.kernel->n_states;
}
static lind_lane *scratch_rest(const lind_tissue *t) { return scratch_states(t, STAGES); }

static lind_lane lane_of(double value) {
  lind_lane lane;
  for (int i = 0; i < LIND_LANES; i++) lane.of[i] = value;
  return lane;
}

static void frame_everywhere(const lind_tissue *t, const lind_lane *frame, int lane) {
  for (int k = 0; k < t->wiring.kernel->n_frame; k++) scratch_frame(t)[k] = lane_of(frame[k].of[lane]);
}

/* After frame_everywhere: the frame of a pack of cells. */
static const lind_lane *frame_of(const lind_tissue *t, const lind_tissue_organ *o, int pack) {
  const lind_lane *local = o->local + (size_t)pack * (size_t)t->wiring.kernel->n_frame;
  for (int v = 0; v < o->n_varying; v++) scratch_frame(t)[o->varying[v]] = local[v];
  return scratch_frame(t);
}

/* The patient's states in every cell, and the fields' own. */
static void states_of(const lind_tissue *t, const lind_tissue_organ *o, int pack, const lind_lane *patient, lind_lane *x) {
  memcpy(x, patient, (size_t)t->wiring.kernel->n_states * sizeof *x);
  for (int f = 0; f < t->wiring.n_fields; f++) {
    const double *values = t->solver->values(o->layers[f]);
    const int *at = t->cells.at + pack * LIND_LANES;
    for (int i = 0; i < LIND_LANES; i++) x[t->wiring.fields[f]].of[i] = values[at[i]];
  }
}

static void fields_into(const lind_tissue *t, lind_tissue_organ *o, int pack, const lind_lane *x) {
  for (int f = 0; f < t->wiring.n_fields; f++) {
    double *values = t->solver->values(o->layers[f]);
    const int *at = t->cells.at + pack * LIND_LANES;
    for (int i = 0; i < LIND_LANES; i++) values[at[i]] = x[t->wiring.fields[f]].of[i];
  }
}

/* ---- the frame of each cell */

static void derive(const lind_tissue *t, int pack, const lind_lane *frame, int lane) {
  const lind_tissue_wiring *w = &t->wiring;
  lind_lane *to = scratch_frame(t);
  frame_everywhere(t, frame, lane);
  if (w->slot_x >= 0) to[w->slot_x] = t->cells.x[pack];
  if (w->slot_y >= 0) to[w->slot_y] = t->cells.y[pack];
  if (w->slot_white >= 0) to[w->slot_white] = t->cells.white[pack];
  if (w->slot_grey >= 0) to[w->slot_grey] = t->cells.grey[pack];
  w->kernel->individual(w->kernel->self, to);
}

static bool differs(const lind_lane *lane, double value) {
  for (int i = 0; i < LIND_LANES; i++)
    if (lane->of[i] != value) return true;
  return false;
}

/* Which slots differ from the patient's own somewhere. */
static void find_varying(lind_tissue *t, lind_tissue_organ *o, const lind_lane *frame, int lane) {
  const int slots = t->wiring.kernel->n_frame;
  memset(o->varying, 0, (size_t)slots * sizeof *o->varying);
  for (int p = 0; p < t->cells.n_packs; p++) {
    derive(t, p, frame, lane);
    for (int k = 0; k < slots; k++) o->varying[k] |= differs(&scratch_frame(t)[k], frame[k].of[lane]); /* marks, until */
  }
  o->n_varying = 0;
  for (int k = 0; k < slots; k++) /* the list is made of them */
    if (o->varying[k] != 0) o->varying[o->n_varying++] = k;
}

static lind_err conduct(lind_tissue *t, lind_tissue_organ *o, const lind_lane *patient, int field) {
  const lind_kernel *kernel = t->wiring.kernel;
  lind_lane *x = scratch_states(t, 0), *y = scratch_rest(t);
  const lind_lane time = lane_of(0.0);
  memset(t->numbers, 0, part_cells(t) * sizeof *t->numbers);
  for (int p = 0; p < t->cells.n_packs; p++) {
    states_of(t, o, p, patient, x);
    kernel->outputs(kernel->self, &time, frame_of(t, o, p), x, y);
    for (int i = 0; i < LIND_LANES; i++) t->numbers[t->cells.at[p * LIND_LANES + i]] = y[t->wiring.diffusivities[field]].of[i];
  }
  return t->solver->conduct(o->layers[field], t->numbers);
}

lind_err lind_tissue_organ_frame(lind_tissue *t, lind_tissue_organ *o, const lind_lane *frame, const lind_lane *x, int lane) {
  const int slots = t->wiring.kernel->n_frame;
  bool same = true;
  for (int k = 0; k < slots; k++) same &= o->frame[k] == frame[k].of[lane];
  if (same) return LIND_OK;
  find_varying(t, o, frame, lane);
  for (int p = 0; p < t->cells.n_packs; p++) {
    derive(t, p, frame, lane);
    lind_lane *local = o->local + (size_t)p * (size_t)slots;
    for (int v = 0; v < o->n_varying; v++) local[v] = scratch_frame(t)[o->varying[v]];
  }
  frame_everywhere(t, frame, lane);
  lind_lane *patient = scratch_states(t, 1);
  for (int k = 0; k < t->wiring.kernel->n_states; k++) patient[k] = lane_of(x[k].of[lane]);
  for (int f = 0; f < t->wiring.n_fields && !t->wiring.kinetics_alone; f++) LIND_TRY(conduct(t, o, patient, f));
  for (int k = 0; k < slots; k++) o->frame[k] = frame[k].of[lane];
  return LIND_OK;
}

/* ---- start, reaction, reset */

void lind_tissue_organ_lay(lind_tissue *t, lind_tissue_organ *o, const lind_lane *frame, int lane) {
  const lind_kernel *kernel = t->wiring.kernel;
  for (int f = 0; f < t->wiring.n_fields; f++) memset(t->solver->values(o->layers[f]), 0, part_cells(t) * sizeof(double));
  frame_everywhere(t, frame, lane);
  for (int p = 0; p < t->cells.n_packs; p++) {
    kernel->initial(kernel->self, frame_of(t, o, p), scratch_states(t, 0));
    fields_into(t, o, p, scratch_states(t, 0));
  }
}

/* One step of the classical scheme of order 4. input: what is added to the rates; of fields it is 0. */
static void runge_kutta(const lind_tissue *t, const lind_lane *frame, const lind_lane *input, double time, double h,
                        lind_lane *x) {
  static const double node[] = {0.0, 0.5, 0.5, 1.0}, weight[] = {1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0};
  const lind_kernel *kernel = t->wiring.kernel;
  const int n = kernel->n_states;
  lind_lane *at = scratch_states(t, 2), *rate = scratch_states(t, 3), *sum = scratch_states(t, 4);
  for (int stage = 0; stage < 4; stage++) {
    const lind_lane now = lane_of(time + node[stage] * h);
    const double way = h * node[stage], share = weight[stage];
    for (int k = 0; k < n; k++)
      for (int i = 0; i < LIND_LANES; i++) at[k].of[i] = stage == 0 ? x[k].of[i] : x[k].of[i] + way * rate[k].of[i];
    kernel->rhs(kernel->self, &now, frame, at, rate);
    for (int k = 0; k < n; k++)
      for (int i = 0; i < LIND_LANES; i++) {
        if (input != NULL) rate[k].of[i] += input[k].of[i];
        sum[k].of[i] = stage == 0 ? share * rate[k].of[i] : sum[k].of[i] + share * rate[k].of[i];
      }
  }
  for (int k = 0; k < n; k++)
    for (int i = 0; i < LIND_LANES; i++) x[k].of[i] += h * sum[k].of[i];
}

void lind_tissue_organ_react(lind_tissue *t, lind_tissue_organ *o, const lind_lane *frame, const lind_lane *input, double time,
                             double h, lind_lane *x, int lane) {
  const int n = t->wiring.kernel->n_states;
  lind_lane *patient = scratch_states(t, 1), *here = scratch_states(t, 0), *given = scratch_rest(t);
  for (int k = 0; k < n; k++) patient[k] = lane_of(x[k].of[lane]);
  for (int k = 0; k < n; k++) given[k] = lane_of(input != NULL ? input[k].of[lane] : 0.0);
  frame_everywhere(t, frame, lane);
  for (int p = 0; p < t->cells.n_packs; p++) {
    states_of(t, o, p, patient, here);
    runge_kutta(t, frame_of(t, o, p), given, time, h, here);
    fields_into(t, o, p, here);
  }
  frame_everywhere(t, frame, lane);
  runge_kutta(t, scratch_frame(t), given, time, h, patient);
  for (int k = 0; k < n; k++) x[k].of[lane] = patient[k].of[0];
}

void lind_tissue_organ_reset(lind_tissue *t, lind_tissue_organ *o, const lind_lane *frame, double time, int trigger,
                             const lind_lane *x, int lane) {
  const lind_kernel *kernel = t->wiring.kernel;
  const lind_lane now = lane_of(time);
  lind_lane *patient = scratch_states(t, 1), *here = scratch_states(t, 0), *after = scratch_rest(t);
  for (int k = 0; k < kernel->n_states; k++) patient[k] = lane_of(x[k].of[lane]);
  frame_everywhere(t, frame, lane);
  for (int p = 0; p < t->cells.n_packs; p++) {
    states_of(t, o, p, patient, here);
    kernel->reset(kernel->self, &now, frame_of(t, o, p), here, after);
    fields_into(t, o, p, after + trigger * kernel->n_states);
  }
}

/* ---- keep and measure */

static void copy(const lind_tissue *t, lind_tissue_organ *o, bool back) {
  const size_t n = part_cells(t);
  for (int f = 0; f < t->wiring.n_fields; f++) {
    double *values = t->solver->values(o->layers[f]), *saved = o->saved + (size_t)f * n;
    memcpy(back ? values : saved, back ? saved : values, n * sizeof *values);
  }
}

void lind_tissue_organ_keep(const lind_tissue *t, lind_tissue_organ *o) { copy(t, o, false); }
void lind_tissue_organ_restore(const lind_tissue *t, lind_tissue_organ *o) { copy(t, o, true); }

static double integral(const lind_tissue *t, const double *values) {
  double sum = 0.0;
  for (int c = 0; c < t->cells.n; c++) sum += values[t->cells.at[c]];
  return sum * t->space->spacing * t->space->spacing;
}

void lind_tissue_organ_measure(lind_tissue *t, lind_tissue_organ *o, bool largest, lind_lane *x, int lane) {
  const lind_tissue_wiring *w = &t->wiring;
  double *values = t->numbers, *most = values + w->n_measures; /* both are few: wire.c limits them */
  for (int f = 0; f < w->n_fields; f++) {
    const double *field = t->solver->values(o->layers[f]), *around = NULL;
    most[f] = 0.0;
    for (int c = 0; c < t->cells.n; c++) most[f] = fmax(most[f], field[t->cells.at[c]]);
    for (int m = 0; m < w->n_measures; m++) {
      if (w->measures[m].field != f) continue;
      if (w->measures[m].kind == LIND_TISSUE_INTEGRAL) {
        values[m] = integral(t, field);
        continue;
      }
      if (around == NULL) around = t->solver->surround(o->layers[f]);
      field = t->solver->values(o->layers[f]);
      values[m] = lind_tissue_measure_area(&t->cells, t->part, around, t->space->spacing, w->measures[m].level);
    }
  }
  t->solver->sum(t->solve, values, w->n_measures);
  t->solver->largest(t->solve, most, w->n_fields);
  for (int m = 0; m < w->n_measures; m++) x[w->measures[m].state].of[lane] = values[m];
  for (int f = 0; largest && f < w->n_fields; f++) x[w->fields[f]].of[lane] = most[f];
}
