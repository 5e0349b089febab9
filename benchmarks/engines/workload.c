/* workload.c -- see workload.h. */
#include "workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lind/crew.h"
#include "lind/csv.h"

static const struct {
  const char *name, *model, *varied[6];
  int drawn; /* patients where no cohort is given */
} kinds[WORKLOADS] = {
    [W1] = {"W1", "pkpd", {"CL", "V", "Q", "VP", "KA", "IC50"}, 203},
    [W1_UNEVEN] = {"W1 uneven", "pkpd", {"CL", "V", "Q", "VP", "KA", "IC50"}, 203},
    [W2] = {"W2", "pk", {"CL", "V", "Q", "VP", "KA"}, 203},
    [W3] = {"W3", "tmdd", {"VC", "KEL", "KON", "KINT", "R0"}, 203},
};

/* ---- patients ---- */

static void *take(workload *w, size_t n, size_t size) {
  void *memory = lind_arena_take(w->arena, n, size);
  if (memory == NULL) fprintf(stderr, "no memory\n"), exit(1);
  return memory;
}

static double *patient_of(const workload *w, int i) { return w->given + (size_t)i * (size_t)w->n_given; }

static const lind_quantity *varied(const workload *w, int k) {
  const char *name = k < 6 ? kinds[w->kind].varied[k] : NULL;
  return name != NULL ? &w->model->parameters[lind_model_find_parameter(w->model, name)] : NULL;
}

/* 30 % lognormal around the model's values. */
static void draw(workload *w) {
  const lind_quantity *q;
  for (int k = 0; (q = varied(w, k)) != NULL; k++)
    for (int i = 0; i < w->n_patients; i++) {
      const lind_who who = {.seed = 1747, .seat = (uint32_t)i};
      patient_of(w, i)[q->slot] = q->value * exp(0.3 * lind_random_normal(who, lind_random_purpose(q->name), 0));
    }
}

static void read_cohort(workload *w, const lind_csv *csv) {
  const lind_quantity *q;
  for (int k = 0; (q = varied(w, k)) != NULL; k++) {
    int column;
    const double *values;
    must(lind_csv_column(csv, q->name, &column));
    must(lind_csv_numbers(csv, column, w->arena, &values));
    for (int i = 0; i < w->n_patients; i++) patient_of(w, i)[q->slot] = values[i] * q->unit.scale;
  }
}

/* The first patients are the expensive ones: absorption up to 30 times as fast, which an explicit method feels. */
static void make_uneven(workload *w) {
  const int ka = w->model->parameters[lind_model_find_parameter(w->model, "KA")].slot;
  for (int i = 0; i < w->n_patients; i++) patient_of(w, i)[ka] *= pow(30, 1 - (double)i / w->n_patients);
}

static void take_patients(workload *w, const char *cohort, int most) {
  const lind_csv *csv = NULL;
  if (cohort != NULL) must(lind_csv_read(cohort, w->arena, &csv));
  w->n_patients = csv != NULL ? (int)csv->n_rows : kinds[w->kind].drawn;
  if (most > 0 && most < w->n_patients) w->n_patients = most;
  w->n_given = w->model->n_parameters;
  w->given = take(w, (size_t)w->n_patients * (size_t)w->n_given, sizeof(double));
  for (int i = 0; i < w->n_patients; i++)
    for (int k = 0; k < w->n_given; k++) patient_of(w, i)[w->model->parameters[k].slot] = w->model->parameters[k].value;
  if (csv != NULL)
    read_cohort(w, csv);
  else
    draw(w);
  if (w->kind == W1_UNEVEN) make_uneven(w);
}

/* ---- records ---- */

/* A row of doses; then the observations. */
static const lind_record *schedule(workload *w, double amount, double interval, uint32_t doses) {
  lind_record *records = take(w, TIMES + 1, sizeof *records);
  records[0] = (lind_record){.event = LIND_RECORD_DOSE, .amount = amount, .interval = interval, .additional = doses - 1, .state = 0};
  for (int t = 0; t < TIMES; t++) records[t + 1] = (lind_record){.time = between_times * t, .observed = 1};
  return records;
}

static void take_records(workload *w) {
  w->n_records = TIMES + 1;
  w->first = 1;
  w->records = take(w, (size_t)w->n_patients, sizeof(lind_record *));
  const double unit = w->model->kernel.unit[0];
  const lind_record *usual = w->kind == W3 ? schedule(w, 150 * unit, 336, 2) : schedule(w, 100 * unit, 24, 28);
  const lind_record *often = w->kind == W1_UNEVEN ? schedule(w, 25 * unit, 6, 112) : usual; /* four times a day: the first half */
  for (int i = 0; i < w->n_patients; i++) w->records[i] = 2 * i < w->n_patients ? often : usual;
}

void workload_open(workload *w, workload_kind kind, lind_back_end back_end, const char *cohort, int most) {
  char path[4096];
  *w = (workload){.kind = kind, .name = kinds[kind].name, .back_end = back_end};
  must(lind_arena_create(&w->arena));
  (void)snprintf(path, sizeof path, "%s/%s.lind", LIND_BENCH_MODELS, kinds[kind].model);
  must(lind_model_read(path, (lind_where){NULL, 0, 0}, w->arena, &w->model));
  must(lind_model_attach(w->model, back_end, NULL, w->arena));
  w->n_outputs = w->model->n_outputs;
  take_patients(w, cohort, most);
  take_records(w);
  w->y = take(w, (size_t)w->n_patients * (size_t)(w->n_records * w->n_outputs), sizeof(double));
}

void workload_close(workload *w) { lind_arena_destroy(&w->arena); }

double workload_at(const workload *w, int patient, int time, int output) {
  const size_t row = (size_t)patient * (size_t)w->n_records + (size_t)(w->first + time);
  return w->y[row * (size_t)w->n_outputs + (size_t)output] / w->model->outputs[output].unit.scale;
}

/* ---- running ---- */

typedef struct crowd { /* what threads share */
  workload *w;
  const lind_course *course;
  lind_course_pack *packs[64]; /* a thread's own */
  int lanes, patients, chunk;  /* chunk: patients of a crew's job */
  int stopped[64];
} crowd;

static void run_packs(crowd *c, int thread, int from, int to) {
  workload *w = c->w;
  const size_t size = (size_t)(w->n_records * w->n_outputs);
  for (int first = from; first < to; first += c->lanes) {
    lind_course_patient patients[LIND_LANES];
    const int n = to - first < c->lanes ? to - first : c->lanes;
    for (int i = 0; i < n; i++)
      patients[i] = (lind_course_patient){.n = w->n_records,
                                          .records = w->records[first + i],
                                          .given = patient_of(w, first + i),
                                          .y = w->y + (size_t)(first + i) * size};
    lind_course_run(c->packs[thread], patients, n);
    for (int i = 0; i < n; i++) c->stopped[thread] += patients[i].status != LIND_LANE_OK;
  }
}

static lind_err run_job(void *context, int thread, uint64_t number) {
  crowd *c = context;
  const int from = (int)number * c->chunk, to = from + c->chunk;
  run_packs(c, thread, from, to < c->patients ? to : c->patients);
  return LIND_OK;
}

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void add_cost(const crowd *c, int threads, cost *sum) {
  lind_work work = {0};
  for (int t = 0; t < threads; t++) {
    const lind_work one = lind_course_work(c->packs[t]);
    lind_work_add(&work, &one);
    sum->stopped += c->stopped[t];
  }
  sum->steps = (double)work.steps / c->patients;
  sum->rejected = (double)work.rejected / c->patients;
  sum->rhs = (double)work.rhs / ((c->patients + c->lanes - 1) / c->lanes);
}

cost workload_run(workload *w, const job *j) {
  const lind_tolerance tolerance = {j->relative, j->absolute, 1e-12, 1000000};
  lind_course course = {.kernel = &w->model->kernel, .stepper = j->engine, .tolerance = tolerance, .n_given = w->n_given};
  lind_course_room(&course, w->records[0], w->n_records);
  crowd c = {.w = w, .course = &course, .lanes = j->lanes, .patients = j->patients > 0 ? j->patients : w->n_patients, .chunk = 32};
  lind_crew *crew = NULL;
  if (j->threads > 1) must(lind_crew_create(j->threads, &crew));
  cost sum = {.wall = -seconds(CLOCK_MONOTONIC), .cpu = -seconds(CLOCK_PROCESS_CPUTIME_ID)};
  for (int t = 0; t < j->threads; t++) must(lind_course_pack_create(&course, &c.packs[t]));
  if (crew != NULL) {
    const lind_crew_work work = {.n = (uint64_t)((c.patients + c.chunk - 1) / c.chunk), .run = run_job, .context = &c};
    must(lind_crew_run(crew, &work));
  } else {
    run_packs(&c, 0, 0, c.patients);
  }
  sum.wall += seconds(CLOCK_MONOTONIC);
  sum.cpu += seconds(CLOCK_PROCESS_CPUTIME_ID);
  add_cost(&c, j->threads, &sum);
  for (int t = 0; t < j->threads; t++) lind_course_pack_destroy(&c.packs[t]);
  lind_crew_destroy(&crew);
  return sum;
}
