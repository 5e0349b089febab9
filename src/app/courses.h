/* courses.h -- trajectories that the report draws: a few of those that are stored. Depends on: finish.h. */
#ifndef LIND_COURSES_H
#define LIND_COURSES_H

#include "finish.h"

/* As JSON text for estimates.json, in the arena; NULL where none are stored. Patients are the first of each arm in the order of
 * results.h5, so the text depends on the study alone. Reads records of stage 0 until it has enough. */
lind_err lind_courses_write(const lind_finish *finish, lind_arena *arena, const char **text) LIND_MUST_CHECK;

#endif
