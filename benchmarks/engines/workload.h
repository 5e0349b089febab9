/* workload.h -- the workloads of this benchmark: a model, a cohort, everybody's records; and a simulation of all of it, parameters in,
 * outputs of every patient at every time out. */
#ifndef LIND_BENCH_WORKLOAD_H
#define LIND_BENCH_WORKLOAD_H

#include "lind/course.h"
#include "lind/model.h"

typedef enum { W1, W1_UNEVEN, W2, W3, WORKLOADS } workload_kind;

enum { TIMES = 113, MOST_OUTPUTS = 2 }; /* observations every 6 h from 0 to 672 h */
static const double between_times = 6;  /* h */

typedef struct workload {
  workload_kind kind;
  const char *name;
  lind_arena *arena;
  lind_model *model;
  lind_back_end back_end;
  int n_patients, n_given, n_outputs;
  double *given;                /* [n_patients][n_given] */
  const lind_record **records;  /* [n_patients] */
  int n_records;                /* of each */
  double *y;                    /* [n_patients][n_records][n_outputs] canonical: what `workload_run` writes */
  int first;                    /* record of the first observation: the others follow */
} workload;

/* cohort: a CSV file (ID and the model's parameters), NULL: drawn. The first `most` patients, 0: all. */
void workload_open(workload *w, workload_kind kind, lind_back_end back_end, const char *cohort, int most);
void workload_close(workload *w);

typedef struct job { /* how it is to be run */
  const lind_stepper *engine;
  double relative, absolute;
  int lanes;   /* patients in a pack: 8, or 1 with seven idle lanes */
  int threads; /* 1: without a crew */
  int patients; /* the first ones; 0: all */
} job;

typedef struct cost {
  double wall, cpu; /* s */
  double steps, rejected, rhs; /* of a patient; rhs: of its pack */
  int stopped;                 /* patients that did not get to the end */
} cost;

cost workload_run(workload *w, const job *j);
/* Output of a patient at one of the times, in the model's units. */
double workload_at(const workload *w, int patient, int time, int output);

#define must(call)                                                                 \
  do {                                                                             \
    if ((call) != LIND_OK) fprintf(stderr, "%s\n", lind_error_message()), exit(1); \
  } while (0)

#endif
