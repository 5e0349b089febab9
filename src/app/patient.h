/* patient.h -- one patient of a finished run, lived again: the trajectory on any grid, and whether the life is that of the run.
 * Depends on: past.h. */
#ifndef LIND_PATIENT_H
#define LIND_PATIENT_H

#include "past.h"

typedef struct lind_patient {
  const lind_past *past;
  const lind_study *study;
  lind_runner *runner;
  uint64_t replicate, seat;
  const uint64_t *base; /* lind_past_base of the patient's block */
} lind_patient;

/* The patient lived once more, with what `course` keeps of this life: rows[n][n_columns], in the arena. */
lind_err lind_patient_record(const lind_patient *patient, const lind_plan_trajectories *course, lind_arena *arena,
                             const double **rows, int *n) LIND_MUST_CHECK;
/* Live the patient again on a grid of `every` (a quantity in words; NULL: the grid that the run stored) and write the rows to
 * `path` as `lind export` would. What is asked for is checked before the file is made. */
lind_err lind_patient_course_write(const lind_patient *patient, const char *every, const char *path,
                                   lind_arena *arena) LIND_MUST_CHECK;
/* Is this life that of the run, bit for bit? Says so of each thing that the run has kept: the row and the trajectory in
 * results.h5, and the record of the patient's block, which is lived again if the row is not there (within seconds, or if
 * `block`). A life that differs is LIND_ERR_NUMERIC. */
lind_err lind_patient_check(const lind_patient *patient, bool block, lind_arena *arena) LIND_MUST_CHECK;

#endif
