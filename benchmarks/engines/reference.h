/* reference.h -- what is true, how far off a simulation is, and the other programs. */
#ifndef LIND_BENCH_REFERENCE_H
#define LIND_BENCH_REFERENCE_H

#include "workload.h"

typedef struct truth {
  double *y;                              /* [n_patients][TIMES][n_outputs] in the model's units */
  double *peak;                           /* [n_patients][n_outputs] */
  double mean[MOST_OUTPUTS], sd[MOST_OUTPUTS]; /* over the cohort at the last time */
  double against_cvode;                   /* largest error of CVODE at 1e-12 against it, 200 patients */
} truth;

/* rk, for W3 rosenbrock, at a tolerance of 1e-12 */
void reference_make(workload *w, truth *t);
void reference_release(truth *t);

/* Largest error of the first patients over all times, an output each: |y - true| / max(|true|, 1e-6 of the patient's peak). NaN counts as
 * infinite. */
void reference_error(const workload *w, const truth *t, int patients, double *error);

/* The first patients by others; y as in workload.h. */
cost reference_cvode(workload *w, double relative, double absolute, int patients, double *y);
/* `command WORKLOAD COHORT PATIENTS RELATIVE ABSOLUTE OUT` prints the seconds it took and leaves values in OUT. */
cost reference_desolve(workload *w, const char *command, const char *cohort, const job *j, double *y);

#endif
