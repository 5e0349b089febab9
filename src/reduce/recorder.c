/* recorder.c -- trajectories of a block, see recorder.h. Places are given out in the order of replicate and seat, whatever the
 * order in which packs are lived, so the rows lie in order. */
#include "recorder.h"

#include <stdlib.h>
#include <string.h>

size_t lind_recorder_bytes(const lind_layout *layout) {
  const lind_plan_trajectories *t = layout->plan->trajectories;
  if (t == NULL) return 0;
  return t->most_kept * (lind_plan_trajectories_bytes(t) + sizeof(int)) + lind_plan_seats_in_memory(layout->plan) * sizeof(int);
}

lind_err lind_recorder_create(const lind_layout *layout, lind_recorder *recorder) {
  const lind_plan *plan = layout->plan;
  *recorder = (lind_recorder){.plan = plan};
  if (plan->trajectories == NULL) return LIND_OK;
  recorder->rows = malloc(plan->trajectories->most_kept * lind_plan_trajectories_bytes(plan->trajectories) + 8);
  recorder->place = malloc(lind_plan_seats_in_memory(plan) * sizeof(int));
  recorder->n = malloc(plan->trajectories->most_kept * sizeof(int) + 8);
  if (recorder->rows != NULL && recorder->place != NULL && recorder->n != NULL) return LIND_OK;
  lind_recorder_release(recorder);
  LIND_CHECK(false, LIND_ERR_MEMORY, "no memory for %zu bytes of trajectories of a block", lind_recorder_bytes(layout));
}

void lind_recorder_release(lind_recorder *recorder) {
  free(recorder->rows);
  free(recorder->place);
  free(recorder->n);
  *recorder = (lind_recorder){0};
}

void lind_recorder_begin(lind_recorder *recorder) { recorder->used = 0; }

void lind_recorder_attend(lind_recorder *r, lind_desk *desk, int n) {
  const lind_plan_trajectories *t = r->plan->trajectories;
  desk->recording = NULL;
  if (t == NULL) return;
  for (int s = 0; s < n; s++) {
    r->place[s] = -1;
    if (!desk->seated[s] || !lind_plan_trajectories_keep(r->plan, t, desk->replicate, desk->first_seat + (uint64_t)s)) continue;
    r->n[r->used] = 0;
    r->place[s] = (int)r->used++;
  }
  r->recording = (lind_recording){t, r->rows, r->place, r->n};
  desk->recording = &r->recording;
}

void lind_recorder_leave(lind_recorder *r, lind_desk *desk, int used) {
  for (int s = used; r->plan->trajectories != NULL && s < desk->n; s++)
    if (r->place[s] >= 0) r->n[r->place[s]] = 0;
  desk->recording = NULL;
}

void lind_recorder_fill(lind_recorder *r, lind_block_record *record) {
  const lind_plan_trajectories *t = r->plan->trajectories;
  size_t rows = 0;
  for (size_t p = 0; p < r->used; p++) {
    const size_t width = (size_t)t->n_columns, n = (size_t)r->n[p];
    memmove(r->rows + rows * width, r->rows + p * (size_t)t->most * width, n * width * sizeof *r->rows);
    rows += n;
  }
  record->n_course_rows = rows;
  record->n_course_columns = rows > 0 ? (size_t)t->n_columns : 0;
  record->course = r->rows;
}
