/* patient_course.h -- the trajectory of one patient, whether the run stored it or not. Depends on: study.h. */
#ifndef LIND_PATIENT_COURSE_H
#define LIND_PATIENT_COURSE_H

#include "study.h"

/* Live a seat again on a grid of `every` (a quantity in words; NULL: the grid that the run stored) and write its rows to `path`
 * as `lind export` would. What is asked for is checked before the file is made. */
lind_err lind_patient_course_write(const lind_study *study, lind_runner *runner, uint64_t replicate, uint64_t seat,
                                   const char *every, const char *path, lind_arena *arena) LIND_MUST_CHECK;

#endif
