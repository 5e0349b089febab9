/* beats.c -- beats of the O'Hara-Rudy cell per second of one core: engines against CVODE in one run, with the error of each.
 *
 * Eight patients, all different, are paced at 2000 ms from the stored start. An engine advances them together, CVODE one by one.
 * Usage: bench_ohara_rudy [rounds]; what the columns mean: README.md.
 */
#include "beats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lind/model.h"
#include "lind/stepper.h"

enum { LOOKS = 500, ROUNDS_MOST = 99, ROWS_MOST = 32, BEATS = 2 };
static const double ms = 1.0 / 3.6e6; /* in h */

typedef struct reading { /* of the last beat, a patient */
  double qnet, apd90;    /* uC/uF, ms */
  double v[LOOKS];       /* mV at each ms */
} reading;

typedef struct cells { /* eight patients on their way */
  lind_arena *arena;
  lind_model *model;
  lind_lane *frame, *start, *x;
  const lind_stepper *engine; /* NULL: CVODE on the scalar kernel */
  bool sparse;                /* CVODE: with the generated factors */
  scalar_cell *scalar[LIND_LANES];
  void *workspace;
  lind_tolerance tolerance;
  lind_work work;
  double began; /* of this beat, h */
  reading *read; /* [LIND_LANES], or NULL: nobody looks */
  int v, qnet, stimulus;
} cells;

typedef struct row {
  const lind_stepper *engine;
  bool sparse;
  double tolerance;
  double seconds[ROUNDS_MOST]; /* of one patient's beat */
  double qnet, apd90;          /* largest error of a patient: relative; ms */
  lind_work work;              /* of one pack's or one patient's beat */
} row;

#define must(call)                                                    \
  do {                                                                \
    if ((call) != LIND_OK) fprintf(stderr, "%s\n", lind_error_message()), exit(1); \
  } while (0)

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- patients ---- */

/* Seven conductances vary by about 20 %; every patient has another concentration of dofetilide, from none to 3.5 x Cmax. */
static void people(cells *c) {
  static const char *const varied[] = {"g_na", "g_nal", "g_to", "p_ca", "g_kr", "g_ks", "g_k1"};
  const lind_model *m = c->model;
  for (int k = 0; k < m->n_parameters; k++)
    for (int i = 0; i < LIND_LANES; i++) c->frame[m->parameters[k].slot].of[i] = m->parameters[k].value;
  const lind_model_set *set = &m->sets[lind_model_find_set(m, "dofetilide")];
  for (int k = 0; k < set->n; k++)
    for (int i = 0; i < LIND_LANES; i++) c->frame[m->parameters[set->parameter[k]].slot].of[i] = set->value[k];
  for (int k = 0; k < 7; k++)
    for (int i = 0; i < LIND_LANES; i++) c->frame[lind_model_find_parameter(m, varied[k])].of[i] *= exp(0.28 * sin(1 + 3 * i + 5 * k));
  for (int i = 0; i < LIND_LANES; i++) c->frame[lind_model_find_parameter(m, "exposure")].of[i] = 0.5 * i;
}

static void open_cells(cells *c, const lind_stepper *engine, bool sparse, double tolerance) {
  *c = (cells){.engine = engine, .sparse = sparse, .tolerance = {tolerance, tolerance, 1e-14, 100000000}};
  must(lind_arena_create(&c->arena));
  must(lind_model_read("organ.ohara_rudy", (lind_where){0}, c->arena, &c->model));
  must(lind_model_attach(c->model, LIND_BACK_END_COMPILED, NULL, c->arena));
  const lind_kernel *k = &c->model->kernel;
  c->frame = lind_arena_take(c->arena, (size_t)k->n_frame, sizeof(lind_lane));
  c->start = lind_arena_take(c->arena, (size_t)k->n_states, sizeof(lind_lane));
  c->x = lind_arena_take(c->arena, (size_t)k->n_states, sizeof(lind_lane));
  people(c);
  k->individual(k->self, c->frame);
  k->initial(k->self, c->frame, c->start);
  c->v = lind_model_find_state(c->model, "v");
  c->qnet = lind_model_find_state(c->model, "qnet");
  c->stimulus = lind_model_find_state(c->model, "stimulus");
  if (engine != NULL) c->workspace = lind_arena_take(c->arena, engine->bytes(k), 1);
  double frame[k->n_frame];
  for (int i = 0; i < LIND_LANES && engine == NULL; i++) {
    for (int s = 0; s < k->n_frame; s++) frame[s] = c->frame[s].of[i];
    c->scalar[i] = scalar_create(frame, sparse, tolerance, tolerance);
  }
}

static void close_cells(cells *c) {
  for (int i = 0; i < LIND_LANES; i++)
    if (c->scalar[i] != NULL) scalar_destroy(c->scalar[i]);
  if (c->engine != NULL && c->engine->release != NULL) c->engine->release(&c->model->kernel, c->workspace);
  lind_arena_destroy(&c->arena);
}

/* ---- pacing ---- */

static void seen_pack(void *context, lind_advance *pack, unsigned lanes, const lind_lane *x) {
  cells *c = context;
  for (int i = 0; i < LIND_LANES; i++) {
    if (!(lanes >> i & 1)) continue;
    const int at = (int)lround((pack->look.of[i] - c->began) / ms);
    c->read[i].v[at] = x[c->v].of[i] / c->model->kernel.unit[c->v];
    pack->look.of[i] = at + 1 < LOOKS ? c->began + (at + 1) * ms : INFINITY;
  }
}

static void go_pack(cells *c, double from, double to) {
  lind_advance pack = {.x = c->x};
  for (int i = 0; i < LIND_LANES; i++) {
    pack.time.of[i] = c->began + from * ms;
    pack.target.of[i] = c->began + to * ms;
    pack.look.of[i] = c->began + ceil(from) * ms;
  }
  if (c->read != NULL) pack.seen = seen_pack, pack.context = c;
  c->engine->advance(&c->model->kernel, c->frame, &c->tolerance, &pack, c->workspace);
  for (int i = 0; i < LIND_LANES; i++)
    if (pack.status[i] != LIND_LANE_OK) fprintf(stderr, "%s: patient %d stopped with status %d\n", c->engine->name, i, pack.status[i]), exit(1);
  c->work.steps += pack.work.steps, c->work.rejected += pack.work.rejected, c->work.rhs += pack.work.rhs;
}

typedef struct seat {
  const cells *c;
  int lane;
} seat;

static void seen_scalar(void *context, int at, const double *x) {
  const seat *s = context;
  if (at < LOOKS) s->c->read[s->lane].v[at] = x[s->c->v] / s->c->model->kernel.unit[s->c->v];
}

static void go_scalar(cells *c, double from, double to) {
  const int n = c->model->n_states;
  double x[n];
  for (int i = 0; i < LIND_LANES; i++) {
    seat here = {c, i};
    const scalar_look look = {seen_scalar, &here, c->began};
    for (int k = 0; k < n; k++) x[k] = c->x[k].of[i];
    const long steps = scalar_advance(c->scalar[i], c->began + from * ms, c->began + to * ms, x, c->read != NULL ? &look : NULL);
    if (steps < 0) fprintf(stderr, "CVODE stopped for patient %d\n", i), exit(1);
    for (int k = 0; k < n; k++) c->x[k].of[i] = x[k];
    c->work.steps += (uint64_t)steps;
  }
}

static void set_all(cells *c, int state, double value) {
  for (int i = 0; i < LIND_LANES; i++) c->x[state].of[i] = value * c->model->kernel.unit[state];
}

static void beat(cells *c) {
  void (*const go)(cells *, double, double) = c->engine != NULL ? go_pack : go_scalar;
  set_all(c, c->qnet, 0);
  set_all(c, c->stimulus, -80);
  go(c, 0, 0.5);
  set_all(c, c->stimulus, 0);
  go(c, 0.5, 2000);
  c->began += 2000 * ms;
}

/* As the tests: from the left end of the steepest ms to 10 % of the height above rest, between two looks. */
static double apd90(const reading *r) {
  int steepest = 0, top = 0;
  double rest = INFINITY;
  for (int i = 0; i + 1 < LOOKS; i++) {
    if (r->v[i + 1] - r->v[i] > r->v[steepest + 1] - r->v[steepest]) steepest = i;
    if (r->v[i] > r->v[top]) top = i;
  }
  for (int i = 0; i < top; i++) rest = fmin(rest, r->v[i]);
  const double level = rest + 0.1 * (r->v[top] - rest);
  for (int i = top; i + 1 < LOOKS; i++)
    if (r->v[i + 1] <= level) return i + (r->v[i] - level) / (r->v[i] - r->v[i + 1]) - steepest;
  return NAN;
}

static void run(cells *c, int beats, reading *read) {
  memcpy(c->x, c->start, (size_t)c->model->n_states * sizeof *c->x);
  c->began = 0;
  c->work = (lind_work){0};
  for (int k = 0; k < beats; k++) {
    c->read = k + 1 == beats ? read : NULL;
    beat(c);
  }
  for (int i = 0; i < LIND_LANES && read != NULL; i++) {
    read[i].qnet = c->x[c->qnet].of[i] / c->model->kernel.unit[c->qnet];
    read[i].apd90 = apd90(&read[i]);
  }
}

/* ---- measuring ---- */

static void measure_error(row *r, const reading *truth) {
  static reading found[LIND_LANES];
  cells c;
  open_cells(&c, r->engine, r->sparse, r->tolerance);
  run(&c, BEATS, found);
  r->work = (lind_work){c.work.steps / LIND_LANES / BEATS, c.work.rejected / LIND_LANES / BEATS, c.work.rhs / BEATS};
  for (int i = 0; i < LIND_LANES; i++) {
    r->qnet = fmax(r->qnet, fabs(found[i].qnet / truth[i].qnet - 1));
    r->apd90 = fmax(r->apd90, fabs(found[i].apd90 - truth[i].apd90));
  }
  close_cells(&c);
}

static double time_beat(const row *r) {
  cells c;
  open_cells(&c, r->engine, r->sparse, r->tolerance);
  run(&c, 1, NULL); /* warm */
  const double began = now();
  run(&c, BEATS, NULL);
  const double seconds = (now() - began) / BEATS / LIND_LANES;
  close_cells(&c);
  return seconds;
}

static int rises(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(const double *values, int n) {
  double sorted[ROUNDS_MOST];
  memcpy(sorted, values, (size_t)n * sizeof *values);
  qsort(sorted, (size_t)n, sizeof *sorted, rises);
  return sorted[n / 2];
}

static int rows_of(row *rows) {
  const lind_stepper *const rosenbrock = lind_stepper_find("rosenbrock");
  static const double tolerances[] = {1e-4, 1e-5, 1e-6, 1e-7, 1e-8};
  int n = 0;
  for (int t = 0; t < 5; t++) rows[n++] = (row){.tolerance = tolerances[t]};
  for (int t = 0; t < 5; t++) rows[n++] = (row){.sparse = true, .tolerance = tolerances[t]};
  rows[n++] = (row){.engine = lind_stepper_find("cvode"), .tolerance = 1e-6};
  for (int t = 0; t < 5 && rosenbrock != NULL; t++) rows[n++] = (row){.engine = rosenbrock, .tolerance = tolerances[t]};
  return n;
}

static void print_row(const row *r, const row *rows, int n, int rounds) {
  double ratio[2][ROUNDS_MOST];
  for (int round = 0; round < rounds; round++)
    for (int j = 0; j < n; j++)
      if (rows[j].engine == NULL && rows[j].tolerance == r->tolerance) ratio[rows[j].sparse][round] = rows[j].seconds[round] / r->seconds[round];
  const char *name = r->engine != NULL ? r->engine->name : r->sparse ? "CVODE, sparse" : "CVODE, dense";
  printf("| %s | %g | %.0f | %.2f | %.2f | %d | %d | %.1e | %.1e |\n", name, r->tolerance, 1 / median(r->seconds, rounds), median(ratio[0], rounds),
         median(ratio[1], rounds), (int)r->work.steps, (int)r->work.rejected, r->qnet, r->apd90);
}

int main(int argc, char **argv) {
  static reading truth[LIND_LANES];
  static row rows[ROWS_MOST];
  const int rounds = argc > 1 ? atoi(argv[1]) : 7, n = rows_of(rows);
  if (rounds < 1 || rounds > ROUNDS_MOST) return 2;
  cells reference;
  open_cells(&reference, NULL, true, 1e-11);
  run(&reference, BEATS, truth);
  close_cells(&reference);
  for (int k = 0; k < n; k++) measure_error(&rows[k], truth);
  for (int round = 0; round < rounds; round++)
    for (int k = 0; k < n; k++) rows[k].seconds[round] = time_beat(&rows[k]);
  printf("| engine | tolerance | beats/s | times CVODE | times sparse | steps | rejected | error of qNet | of APD90, ms |\n");
  printf("|---|---|---|---|---|---|---|---|---|\n");
  for (int k = 0; k < n; k++) print_row(&rows[k], rows, n, rounds);
  return 0;
}
