/* cell.h -- a cardiac cell on the bench: paced beats, and what is read off them. Lane by lane, with the reference engine. */
#ifndef LIND_TEST_LANGUAGE_CELL_H
#define LIND_TEST_LANGUAGE_CELL_H

#include "bench.h"

enum { CELL_STATES = 64, CELL_LOOK = 340 }; /* V is looked at each ms up to here */
static const double CELL_MS = 1.0 / 3.6e6;  /* in h */

typedef struct cell_beat {
  double qnet;         /* uC/uF over the beat */
  double v[CELL_LOOK]; /* mV at each ms */
  double rest, peak;   /* mV: lowest before the peak, highest */
  double apd50,
      apd90; /* ms from the steepest upstroke, left end of its ms, to the last 50 % and 10 % of the height, between two looks */
  double calcium; /* mM, largest at a look */
} cell_beat;

static inline void cell_open(bench *b, const char *drug) {
  bench_open(b, "organ.ohara_rudy", LIND_BACK_END_COMPILED);
  if (drug != NULL) bench_set(b, drug);
  bench_start(b);
}

static inline double *cell_state(const bench *b, const char *name, int lane) {
  const int at = lind_model_find_state(b->model, name);
  if (at < 0) fail_msg("no state %s", name);
  return &b->x[at].of[lane];
}

static inline double cell_unit(const bench *b, const char *name) {
  return b->model->states[lind_model_find_state(b->model, name)].unit.scale;
}

static inline double cell_herg(const bench *b, int lane) { /* all that the channel can be */
  static const char *const names[] = {"C1", "C2", "O", "IC1", "IC2", "IO", "Obound", "IObound", "Cbound"};
  double sum = 0;
  for (int i = 0; i < 9; ++i) sum += *cell_state(b, names[i], lane);
  return sum;
}

/* From the potentials of a beat. */
static inline double cell_duration(const cell_beat *r, double left) {
  const double level = r->rest + left * (r->peak - r->rest);
  int steepest = 0, top = 0;
  for (int i = 0; i + 1 < CELL_LOOK; ++i) {
    if (r->v[i + 1] - r->v[i] > r->v[steepest + 1] - r->v[steepest]) steepest = i;
    if (r->v[i] > r->v[top]) top = i;
  }
  for (int i = top; i + 1 < CELL_LOOK; ++i)
    if (r->v[i + 1] <= level) return i + (r->v[i] - level) / (r->v[i] - r->v[i + 1]) - steepest;
  return NAN;
}

static inline void cell_read(cell_beat *r) {
  int top = 0;
  for (int i = 0; i < CELL_LOOK; ++i)
    if (r->v[i] > r->v[top]) top = i;
  r->peak = r->rest = r->v[top];
  for (int i = 0; i < top; ++i) r->rest = fmin(r->rest, r->v[i]);
  r->apd50 = cell_duration(r, 0.5);
  r->apd90 = cell_duration(r, 0.1);
}

/* One patient's way through a beat: [n_states] of its lane. */
typedef struct cell_run {
  bench *b;
  int lane;
  double tolerance; /* relative, and absolute in the unit of each state */
  double now;       /* ms since the beat began */
  double x[CELL_STATES];
} cell_run;

static inline void cell_go(cell_run *r, double until) {
  const double began = r->b->time;
  must(lind_cvode_advance(&r->b->model->kernel, r->b->frame, r->lane, NULL, r->tolerance, r->tolerance, began + r->now * CELL_MS,
                          began + until * CELL_MS, r->x));
  r->now = until;
}

/* One beat of 2000 ms: the stimulus for 0.5 ms, then on. `read` NULL: without a look. */
static inline void cell_pace(bench *b, int lane, double tolerance, cell_beat *read) {
  cell_run r = {.b = b, .lane = lane, .tolerance = tolerance};
  const int v = lind_model_find_state(b->model, "v"), cai = lind_model_find_state(b->model, "cai");
  *cell_state(b, "qnet", lane) = 0;
  *cell_state(b, "stimulus", lane) = -80 * cell_unit(b, "stimulus");
  for (int k = 0; k < b->model->n_states; ++k) r.x[k] = b->x[k].of[lane];
  if (read != NULL) *read = (cell_beat){.v = {r.x[v] / cell_unit(b, "v")}};
  cell_go(&r, 0.5);
  r.x[lind_model_find_state(b->model, "stimulus")] = 0;
  for (int look = 1; read != NULL && look < CELL_LOOK; ++look) {
    cell_go(&r, look);
    read->v[look] = r.x[v] / cell_unit(b, "v");
    read->calcium = fmax(read->calcium, r.x[cai] / cell_unit(b, "cai"));
  }
  cell_go(&r, 2000);
  for (int k = 0; k < b->model->n_states; ++k) b->x[k].of[lane] = r.x[k];
  b->time += 2000 * CELL_MS;
  if (read == NULL) return;
  read->qnet = *cell_state(b, "qnet", lane) / cell_unit(b, "qnet");
  cell_read(read);
}

#endif
