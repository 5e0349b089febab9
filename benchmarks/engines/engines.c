/* engines.c -- simulations of whole cohorts by every engine, in turns with CVODE and deSolve, each beside the error that it made. One JSON
 * object a line; `run` makes the table of it.
 *
 * Usage: bench_engines [--w1 COHORT.csv] [--w3 COHORT.csv] [--rounds N] [--patients N] [--only ENGINE|WORKLOAD]
 * [--desolve COMMAND], or --smoke.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "calls.h"
#include "machine.h"
#include "reference.h"
#include "workload.h"

enum { ROUNDS_MOST = 31, ROWS_MOST = 64 };

typedef enum { LIND, CVODE, DESOLVE } program;

typedef struct row {
  workload_kind kind;
  program who;
  const char *note; /* which question it answers */
  job job;
  bool evaluator;
  double at_most; /* its tolerance is the loosest whose error is not above this; 0: as given */
  double seconds[ROUNDS_MOST]; /* of one patient */
  double error[MOST_OUTPUTS];
  cost cost;
} row;

typedef struct bench {
  workload of[WORKLOADS], evaluated; /* evaluated: W1 by the evaluator */
  truth truth[WORKLOADS];
  const char *w1, *w3, *desolve, *only; /* only: the engine, or the workload, that is of interest; NULL: all are */
  int rounds, patients, few; /* few: patients of slow rows */
  double least;              /* s that a row runs in a round, again and again where it is shorter */
  row rows[ROWS_MOST];
  int n_rows;
} bench;

static double larger(const double *e) { return fmax(e[0], e[1]); }

static workload *workload_of(bench *b, const row *r) { return r->evaluator ? &b->evaluated : &b->of[r->kind]; }

/* ---- rows ---- */

static row *add(bench *b, workload_kind kind, const char *engine, double relative, const char *note) {
  const lind_stepper *stepper = lind_stepper_find(engine);
  if (stepper == NULL || b->n_rows == ROWS_MOST) return NULL;
  if (stepper->refuses != NULL && stepper->refuses(&b->of[kind].model->kernel) != NULL) return NULL;
  row *r = &b->rows[b->n_rows++];
  *r = (row){.kind = kind, .note = note, .job = {stepper, relative, 1e-3 * relative, LIND_LANES, 1, 0}};
  return r;
}

/* Of the rows that were listed those that are of interest. */
static void narrow(bench *b) {
  int n = 0;
  for (int k = 0; k < b->n_rows; k++) {
    const row *r = &b->rows[k];
    const bool wanted = b->only == NULL || strcmp(b->only, b->of[r->kind].name) == 0 || (r->who == LIND && strcmp(b->only, r->job.engine->name) == 0);
    if (wanted) b->rows[n++] = *r;
  }
  b->n_rows = n;
}

static void add_variant(bench *b, row *r, int lanes, int threads, int patients) {
  if (r == NULL) return;
  r->job.lanes = lanes;
  r->job.threads = threads;
  r->job.patients = patients < workload_of(b, r)->n_patients ? patients : 0;
}

static void add_peers(bench *b, workload_kind kind, double relative, const char *note, double at_most) {
  for (program who = CVODE; who <= DESOLVE; who++) {
    if ((who == DESOLVE && b->desolve == NULL) || b->n_rows == ROWS_MOST) continue;
    row *r = &b->rows[b->n_rows++];
    *r = (row){.kind = kind, .who = who, .note = note, .at_most = at_most, .job = {NULL, relative, 1e-3 * relative, 1, 1, b->few / 5}};
    if (r->job.patients > b->of[kind].n_patients) r->job.patients = b->of[kind].n_patients;
  }
}

static void list_rows(bench *b) {
  static const char *const engines[] = {"rk", "exact", "auto"};
  row *r;
  for (int e = 0; e < 3; e++) (void)add(b, W1, engines[e], 1e-6, "at 1e-6");
  for (int e = 0; e < 3; e++)
    if ((r = add(b, W1, engines[e], 1e-6, "error 2e-6")) != NULL) r->at_most = 2e-6;
  add_variant(b, add(b, W1, "rk", 1e-6, "8 lanes"), 8, 1, b->few);
  add_variant(b, add(b, W1, "rk", 1e-6, "1 lane"), 1, 1, b->few);
  if ((r = add(b, W1, "rk", 1e-6, "evaluator")) != NULL) r->evaluator = true;
  add_variant(b, r, 8, 1, b->few);
  for (int threads = 1; threads <= 2; threads++) {
    const char *note = threads == 1 ? "1 thread" : "2 threads";
    add_variant(b, add(b, W1, "rk", 1e-6, note), 8, threads, 1 << 30);
    add_variant(b, add(b, W1_UNEVEN, "rk", 1e-6, note), 8, threads, 1 << 30);
  }
  add_peers(b, W1, 1e-6, "at 1e-6", 0);
  add_peers(b, W1, 1e-6, "error 2e-6", 2e-6);
  (void)add(b, W2, "exact", 1e-6, "no tolerance");
  (void)add(b, W2, "auto", 1e-6, "at 1e-6");
  (void)add(b, W3, "rosenbrock", 1e-5, "at 1e-5");
  if ((r = add(b, W3, "rosenbrock", 1e-5, "error 1e-5")) != NULL) r->at_most = 1e-5;
  (void)add(b, W3, "auto", 1e-5, "at 1e-5");
  add_peers(b, W3, 1e-5, "at 1e-5", 0);
  add_peers(b, W3, 1e-5, "error 1e-5", 1e-5);
}

/* ---- running ---- */

static cost run_row(bench *b, row *r) {
  workload *w = workload_of(b, r);
  if (r->who == CVODE) return reference_cvode(w, r->job.relative, r->job.absolute, r->job.patients, w->y);
  if (r->who == DESOLVE) return reference_desolve(w, b->desolve, r->kind == W3 ? b->w3 : b->w1, &r->job, w->y);
  return workload_run(w, &r->job);
}

static int patients_of(bench *b, const row *r) { return r->job.patients > 0 ? r->job.patients : workload_of(b, r)->n_patients; }

static void measure_error(bench *b, row *r) {
  workload *w = workload_of(b, r);
  r->cost = run_row(b, r);
  reference_error(w, &b->truth[r->kind], patients_of(b, r), r->error);
}

/* Down a ladder of 4 rungs a decade; most rungs fail with the first patients already. */
static void find_tolerance(bench *b, row *r) {
  const int patients = r->job.patients;
  for (int rung = r->who == LIND ? 8 : 20; rung < 40; rung++) {
    r->job.relative = pow(10, -0.25 * rung);
    r->job.absolute = 1e-3 * r->job.relative;
    if (r->who == LIND) r->job.patients = b->of[r->kind].n_patients > 400 ? 400 : 0;
    measure_error(b, r);
    if (larger(r->error) > r->at_most) continue;
    if (r->job.patients == patients) return;
    r->job.patients = patients;
    measure_error(b, r);
    if (larger(r->error) <= r->at_most) return;
  }
}

static void measure(bench *b) {
  for (int k = 0; k < b->n_rows; k++) {
    if (b->rows[k].at_most > 0) find_tolerance(b, &b->rows[k]);
    measure_error(b, &b->rows[k]);
  }
  for (int round = 0; round < b->rounds; round++)
    for (int k = 0; k < b->n_rows; k++) {
      row *r = &b->rows[k];
      const bool wall = strstr(r->note, "thread") != NULL;
      double sum = 0;
      int n = 0;
      for (; n == 0 || (sum < b->least && r->who != DESOLVE); n++) { /* deSolve takes seconds to start */
        const cost c = run_row(b, r);
        sum += wall ? c.wall : c.cpu;
      }
      r->seconds[round] = sum / n / patients_of(b, r);
    }
}

/* ---- what is printed ---- */

static const char *name_of(const row *r) { return r->who == CVODE ? "CVODE" : r->who == DESOLVE ? "deSolve" : r->job.engine->name; }

static void print_row(bench *b, const row *r) {
  printf("{\"workload\": \"%s\", \"engine\": \"%s\", \"note\": \"%s\", \"back_end\": \"%s\", \"relative\": %.3g, \"absolute\": %.3g, ",
         b->of[r->kind].name, name_of(r), r->note, r->evaluator ? "evaluator" : "compiled", r->job.relative, r->job.absolute);
  printf("\"patients\": %d, \"lanes\": %d, \"threads\": %d, \"error\": [%.2e, %.2e], \"steps\": %.1f, \"rejected\": %.1f, \"rhs\": %.1f, ",
         patients_of(b, r), r->job.lanes, r->job.threads, r->error[0], r->error[1], r->cost.steps, r->cost.rejected, r->cost.rhs);
  printf("\"stopped\": %d, \"ms\": [", r->cost.stopped);
  for (int round = 0; round < b->rounds; round++) printf("%s%.6f", round > 0 ? ", " : "", 1e3 * r->seconds[round]);
  printf("]}\n");
}

static void print_facts(bench *b) {
  printf("{\"flops\": %.4g, \"stores\": %.4g, \"rounds\": %d", machine_flops(), machine_stores(), b->rounds);
  for (int kind = 0; kind < WORKLOADS; kind++) {
    const truth *t = &b->truth[kind];
    const calls c = calls_measure(&b->of[kind]);
    printf(", \"%s\": {\"patients\": %d, \"against_cvode\": %.2e, ", b->of[kind].name, b->of[kind].n_patients, t->against_cvode);
    printf("\"ns\": {\"rhs\": %.1f, \"rest\": %.1f, \"jacobian\": %.1f, \"factor\": %.1f, \"solve\": %.1f}, \"end\": [", c.rhs, c.rest, c.jacobian,
           c.factor, c.solve);
    for (int k = 0; k < b->of[kind].n_outputs; k++) printf("%s%.9g, %.9g", k > 0 ? ", " : "", t->mean[k], t->sd[k]);
    printf("]}");
  }
  printf("}\n");
}

/* ---- the tiny run that a test makes: what is timed is also right ---- */

static int refuse(const char *what, const row *r, double error) {
  fprintf(stderr, "%s: %s %s at %g: %g\n", what, name_of(r), r->note, r->job.relative, error);
  return 1;
}

/* Who shares a pack, and on which thread, changes no bit. */
static int same_bits(bench *b, const row *r) {
  workload *w = workload_of(b, r);
  const size_t size = (size_t)w->n_patients * (size_t)(w->n_records * w->n_outputs) * sizeof *w->y;
  double *alone = malloc(size);
  job single = r->job;
  single.lanes = single.threads = 1;
  (void)workload_run(w, &single);
  memcpy(alone, w->y, size);
  (void)workload_run(w, &r->job);
  const int differs = memcmp(alone, w->y, size) != 0;
  free(alone);
  return differs ? refuse("not the same bits as one by one", r, 0) : 0;
}

static int smoke(bench *b) {
  int failed = 0;
  for (int kind = 0; kind < WORKLOADS; kind++) {
    if (!(b->truth[kind].against_cvode < 1e-8))
      fprintf(stderr, "%s and CVODE at 1e-12: %g\n", b->of[kind].name, b->truth[kind].against_cvode), failed++;
  }
  for (int k = 0; k < b->n_rows; k++) {
    row *r = &b->rows[k];
    if (r->at_most > 0) find_tolerance(b, r);
    measure_error(b, r);
    if (!(larger(r->error) <= (r->at_most > 0 ? r->at_most : 100 * r->job.relative))) failed += refuse("too far off", r, larger(r->error));
    if (r->cost.stopped != 0) failed += refuse("stopped", r, r->cost.stopped);
    if (r->who == LIND) failed += same_bits(b, r);
  }
  return failed;
}

static void open_bench(bench *b) {
  for (int kind = 0; kind < WORKLOADS; kind++)
    workload_open(&b->of[kind], (workload_kind)kind, LIND_BACK_END_COMPILED, kind == W3 ? b->w3 : b->w1, b->patients);
  const int fewer = b->patients > 0 && b->patients < b->few ? b->patients : b->few;
  workload_open(&b->evaluated, W1, LIND_BACK_END_EVALUATOR, b->w1, fewer);
  list_rows(b);
  narrow(b);
  for (int k = 0; k < b->n_rows; k++)
    if (b->truth[b->rows[k].kind].y == NULL) reference_make(&b->of[b->rows[k].kind], &b->truth[b->rows[k].kind]);
}

static void close_bench(bench *b) {
  for (int kind = 0; kind < WORKLOADS; kind++) {
    reference_release(&b->truth[kind]);
    workload_close(&b->of[kind]);
  }
  workload_close(&b->evaluated);
}

int main(int argc, char **argv) {
  static bench b = {.rounds = 7, .few = 1000, .least = 0.2};
  bool smokes = false;
  for (int k = 1; k < argc; k++) {
    const char *value = k + 1 < argc ? argv[k + 1] : NULL;
    if (strcmp(argv[k], "--smoke") == 0) {
      smokes = true;
      continue;
    }
    if (value == NULL) return 2;
    if (strcmp(argv[k], "--w1") == 0) b.w1 = value;
    if (strcmp(argv[k], "--w3") == 0) b.w3 = value;
    if (strcmp(argv[k], "--desolve") == 0) b.desolve = value;
    if (strcmp(argv[k], "--only") == 0) b.only = value;
    if (strcmp(argv[k], "--rounds") == 0) b.rounds = atoi(value);
    if (strcmp(argv[k], "--patients") == 0) b.patients = atoi(value);
    k++;
  }
  if (b.rounds < 1 || b.rounds > ROUNDS_MOST) return 2;
  if (smokes) b.patients = b.few = 19; /* two full packs and three of another */
  open_bench(&b);
  int failed = 0;
  if (smokes) {
    failed = smoke(&b);
  } else {
    measure(&b);
    print_facts(&b);
    for (int k = 0; k < b.n_rows; k++) print_row(&b, &b.rows[k]);
  }
  close_bench(&b);
  return failed != 0;
}
