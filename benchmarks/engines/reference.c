/* reference.c -- see reference.h. */
#include "reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cvode_loop.h"

static double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- truth ---- */

static size_t place(const workload *w, int patient, int time, int output) {
  return ((size_t)patient * TIMES + (size_t)time) * (size_t)w->n_outputs + (size_t)output;
}

static void keep(const workload *w, truth *t) {
  t->y = calloc((size_t)w->n_patients * TIMES * (size_t)w->n_outputs, sizeof *t->y);
  t->peak = calloc((size_t)w->n_patients * (size_t)w->n_outputs, sizeof *t->peak);
  for (int k = 0; k < w->n_outputs; k++) {
    double sum = 0, squares = 0;
    for (int i = 0; i < w->n_patients; i++) {
      double *peak = &t->peak[i * w->n_outputs + k];
      for (int time = 0; time < TIMES; time++) *peak = fmax(*peak, fabs(t->y[place(w, i, time, k)] = workload_at(w, i, time, k)));
      sum += t->y[place(w, i, TIMES - 1, k)];
    }
    t->mean[k] = sum / w->n_patients;
    for (int i = 0; i < w->n_patients; i++) squares += pow(t->y[place(w, i, TIMES - 1, k)] - t->mean[k], 2);
    t->sd[k] = sqrt(squares / (w->n_patients - 1));
  }
}

void reference_make(workload *w, truth *t) {
  const job fine = {lind_stepper_find(w->kind == W3 ? "rosenbrock" : "rk"), 1e-12, 1e-15, LIND_LANES, 2, 0};
  const int some = w->n_patients < 200 ? w->n_patients : 200;
  double error[MOST_OUTPUTS] = {0};
  (void)workload_run(w, &fine);
  keep(w, t);
  if (w->kind == W1_UNEVEN || w->kind == W2) return; /* the same equations as W1 */
  (void)reference_cvode(w, 1e-12, 1e-16, some, w->y);
  reference_error(w, t, some, error);
  t->against_cvode = fmax(error[0], error[1]);
}

void reference_release(truth *t) {
  free(t->y);
  free(t->peak);
}

void reference_error(const workload *w, const truth *t, int patients, double *error) {
  for (int k = 0; k < w->n_outputs; k++) {
    error[k] = 0;
    for (int i = 0; i < patients; i++)
      for (int time = 0; time < TIMES; time++) {
        const double right = t->y[place(w, i, time, k)], off = fabs(workload_at(w, i, time, k) - right);
        const double relative = off / fmax(fabs(right), 1e-6 * t->peak[i * w->n_outputs + k]);
        if (!(relative <= error[k]) && off != 0) error[k] = isnan(relative) ? INFINITY : relative;
      }
  }
}

/* ---- others ---- */

cost reference_cvode(workload *w, double relative, double absolute, int patients, double *y) {
  const lind_record *dose = w->records[0];
  cvode_loop *loop = (w->kind == W3 ? cvode_loop_create_tmdd : cvode_loop_create_pkpd)(relative, absolute);
  cost sum = {.cpu = -cpu_seconds()};
  for (int i = 0; i < patients; i++) {
    double *row = y + (size_t)i * (size_t)(w->n_records * w->n_outputs) + (size_t)(w->first * w->n_outputs);
    const long steps = cvode_loop_run(loop, w->given + (size_t)i * (size_t)w->n_given, w->n_given, dose->amount, dose->interval,
                                      (int)dose->additional + 1, between_times, TIMES, row);
    sum.stopped += steps < 0;
    sum.steps += (double)steps / patients;
  }
  sum.wall = sum.cpu += cpu_seconds();
  cvode_loop_destroy(loop);
  return sum;
}

cost reference_desolve(workload *w, const char *command, const char *cohort, const job *j, double *y) {
  char words[8192], path[] = "/tmp/lind-desolve-XXXXXX";
  cost sum = {.stopped = j->patients};
  const int values = mkstemp(path);
  if (values < 0) return sum;
  (void)snprintf(words, sizeof words, "%s %s '%s' %d %.17g %.17g %s", command, w->name, cohort, j->patients, j->relative, j->absolute, path);
  FILE *answer = popen(words, "r");
  if (answer != NULL && fscanf(answer, "%lf", &sum.cpu) == 1) sum.stopped = 0;
  if (answer != NULL) pclose(answer);
  FILE *file = fdopen(values, "rb");
  for (int i = 0; i < j->patients; i++)
    for (int time = 0; time < TIMES; time++)
      for (int k = 0; k < w->n_outputs; k++) {
        double value = NAN;
        if (fread(&value, sizeof value, 1, file) != 1) sum.stopped = j->patients;
        y[((size_t)i * (size_t)w->n_records + (size_t)(w->first + time)) * (size_t)w->n_outputs + (size_t)k] =
            value * w->model->outputs[k].unit.scale;
      }
  fclose(file);
  (void)unlink(path);
  sum.wall = sum.cpu;
  return sum;
}
