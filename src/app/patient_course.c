/* patient_course.c -- `lind patient --every --out`: one life again, looked at on a grid. Looks change nothing, so these are the
 * numbers of the run, to the bit. */
#include "patient.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "lind/csv.h"
#include "sums.h"

enum { MOST_POINTS = 1000000 };

/* Neither what the run has left nor what it was made of is written over. */
static lind_err check_path(const lind_past *past, const char *path, lind_arena *arena) {
  size_t i;
  json_t *input;
  LIND_CHECK(!lind_sums_covers(past->directory, path, arena), LIND_ERR_INPUT, "--out is %s, which the run has written", path);
  json_array_foreach(json_object_get(past->provenance, "inputs"), i, input) {
    LIND_CHECK(!lind_past_is_one(path, lind_past_path(past, lind_past_text(input, "path"), arena)), LIND_ERR_INPUT,
               "--out is %s, an input of the run", path);
  }
  return LIND_OK;
}

static lind_err read_every(const lind_protocol *protocol, const char *every, double *hours) {
  lind_unit unit, hour;
  LIND_TRY(lind_unit_parse("h", &hour));
  LIND_CHECK(lind_unit_parse_quantity(every, hours, &unit) == LIND_OK &&
                 lind_unit_same_dimension(unit.dimension, hour.dimension) && *hours > 0.0 && *hours <= protocol->duration,
             LIND_ERR_INPUT, "--every is '%s'; a time above 0 and up to the trial's %g day would be right, such as '1 h'", every,
             protocol->duration / 24.0);
  LIND_CHECK(protocol->duration / *hours <= MOST_POINTS, LIND_ERR_INPUT,
             "--every is '%s', which makes %.0f points in %g day; at most %d are written", every, protocol->duration / *hours,
             protocol->duration / 24.0, MOST_POINTS);
  return LIND_OK;
}

/* What the run keeps, on another grid where one is asked for, of this patient alone. */
static lind_err choose(const lind_plan *plan, const char *every, lind_arena *arena, const lind_plan_trajectories **course) {
  lind_trajectories *item;
  LIND_TAKE(item, arena, 1);
  *item = plan->protocol->trajectories;
  const bool stored = item->keep != LIND_KEEP_NONE && item->at == LIND_KEEP_DENSE;
  LIND_CHECK(every != NULL || stored, LIND_ERR_INPUT,
             "--every is missing: the time between two points, such as --every \"1 h\"; the run has no grid of its own");
  if (every != NULL) LIND_TRY(read_every(plan->protocol, every, &item->every));
  item->at = LIND_KEEP_DENSE;
  item->keep = LIND_KEEP_SAMPLE; /* of one, whoever that is: places are given out here */
  item->patients = 1;
  return lind_plan_trajectories_create(plan, item, arena, course);
}

lind_err lind_patient_record(const lind_patient *patient, const lind_plan_trajectories *course, lind_arena *arena,
                             const double **rows, int *n) {
  const lind_desk *desk;
  int kept = 0, s;
  lind_recording recording = {.trajectories = course, .n = &kept};
  LIND_TAKE(recording.rows, arena, (size_t)course->most * (size_t)course->n_columns);
  LIND_TAKE(recording.place, arena, lind_plan_seats_in_memory(patient->study->stage[0].plan)); /* all in place 0: one is lived */
  lind_runner_record(patient->runner, &recording);
  const lind_err err = lind_runner_replay(patient->runner, (uint32_t)patient->replicate, patient->seat, patient->base, &desk, &s);
  lind_runner_record(patient->runner, NULL);
  LIND_TRY(err);
  *rows = recording.rows;
  *n = kept;
  return LIND_OK;
}

static lind_err write_file(const double *rows, int n, const lind_field *fields, int columns, const char *path) {
  FILE *file = fopen(path, "wb");
  LIND_CHECK(file != NULL, LIND_ERR_FILE, "%s cannot be written: %s", path, strerror(errno));
  for (int c = 0; c < columns; c++) {
    if (c > 0) (void)fputc(',', file);
    lind_csv_put_head(file, &fields[c]);
  }
  (void)fputc('\n', file);
  for (int row = 0; row < n; row++)
    for (int c = 0; c < columns; c++) {
      lind_csv_put_value(file, &fields[c], rows[row * columns + c]);
      (void)fputc(c + 1 < columns ? ',' : '\n', file);
    }
  bool ok = fflush(file) == 0 && ferror(file) == 0;
  const int reason = errno;
  ok = fclose(file) == 0 && ok;
  if (!ok) (void)unlink(path);
  LIND_CHECK(ok, LIND_ERR_FILE, "%s cannot be written: %s", path, lind_error_reason(reason));
  return LIND_OK;
}

lind_err lind_patient_course_write(const lind_patient *patient, const char *every, const char *path, lind_arena *arena) {
  const lind_plan *plan = patient->study->stage[0].plan;
  const lind_plan_trajectories *course;
  const lind_field *fields;
  const double *rows;
  int n;
  LIND_TRY(check_path(patient->past, path, arena));
  LIND_TRY(choose(plan, every, arena, &course));
  LIND_TRY(lind_layout_trajectories(plan, course, arena, &fields));
  LIND_TRY(lind_patient_record(patient, course, arena, &rows, &n));
  return write_file(rows, n, fields, course->n_columns, path);
}
