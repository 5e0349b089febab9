#include "courses.h"

#include <math.h>
#include <stdlib.h>

enum { PER_ARM = 4, MOST_LIVES = 16, BINS = 120, MOST_OUTPUTS = 3, REPLICATE = 0, SEAT, ARM, TIME };

typedef struct gathering {
  const lind_finish *finish;
  const lind_plan_trajectories *course;
  json_t *outputs[MOST_OUTPUTS];
  int n_outputs, per_arm, n_lives, taken[LIND_STUDY_ARMS];
} gathering;

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static void add_point(const double *row, size_t column, json_t *days, json_t *values) {
  json_array_append_new(days, json_real(1.0 + row[TIME] / 24.0));
  json_array_append_new(values, number(row[column]));
}

/* A long line is thinned to the lowest and the highest point of each bin, so that peaks and troughs stay. */
static void add_line(const double *rows, size_t n, size_t width, size_t column, json_t *days, json_t *values) {
  const size_t bins = n <= 2 * BINS ? n : BINS;
  for (size_t b = 0; b < bins; b++) {
    const size_t first = b * n / bins, end = (b + 1) * n / bins;
    size_t low = first, high = first;
    for (size_t i = first + 1; i < end; i++) {
      if (rows[i * width + column] < rows[low * width + column]) low = i;
      if (rows[i * width + column] > rows[high * width + column]) high = i;
    }
    add_point(rows + (low < high ? low : high) * width, column, days, values);
    if (low != high) add_point(rows + (low < high ? high : low) * width, column, days, values);
  }
}

static void add_life(gathering *g, const double *rows, size_t n, size_t width) {
  const lind_protocol *protocol = g->finish->study->protocol;
  for (int o = 0; o < g->n_outputs; o++) {
    json_t *days = json_array(), *values = json_array();
    add_line(rows, n, width, (size_t)(LIND_TRAJECTORY_LABELS + o), days, values);
    json_array_append_new(
        json_object_get(g->outputs[o], "lives"),
        json_pack("{s:I,s:I,s:s,s:o,s:o}", "replicate", (json_int_t)rows[REPLICATE], "patient", (json_int_t)rows[SEAT], "arm",
                  protocol->arms[(int)rows[ARM]].name, "day", days, "value", values));
  }
}

/* LIND_ERR_STOPPED: there are enough. */
static lind_err visit(void *context, const lind_block_record *record) {
  gathering *g = context;
  const size_t width = record->n_course_columns;
  for (size_t first = 0, end; first < record->n_course_rows; first = end) {
    const double *row = record->course + first * width;
    for (end = first + 1; end < record->n_course_rows; end++)
      if (record->course[end * width + SEAT] != row[SEAT] || record->course[end * width + REPLICATE] != row[REPLICATE]) break;
    const int arm = (int)row[ARM];
    if (arm >= LIND_STUDY_ARMS || g->taken[arm] == g->per_arm) continue;
    g->taken[arm]++;
    g->n_lives++;
    add_life(g, row, end - first, width);
    if (g->n_lives == g->per_arm * g->finish->study->protocol->n_arms) return LIND_ERR_STOPPED;
  }
  return LIND_OK;
}

static void begin(gathering *g, json_t *outputs) {
  const lind_model *model = g->finish->study->stage[0].plan->model;
  g->n_outputs = g->course->n_outputs < MOST_OUTPUTS ? g->course->n_outputs : MOST_OUTPUTS;
  for (int o = 0; o < g->n_outputs; o++) {
    const lind_model_output *output = &model->outputs[g->course->outputs[o]];
    g->outputs[o] = json_pack("{s:s,s:s,s:[]}", "output", output->name, "unit", output->unit.text, "lives");
    json_array_append_new(outputs, g->outputs[o]);
  }
}

lind_err lind_courses_write(const lind_finish *finish, lind_arena *arena, const char **text) {
  const lind_plan_trajectories *course = finish->study->stage[0].plan->trajectories;
  const lind_sink sink = lind_store_sink(finish->store);
  const int arms = finish->study->protocol->n_arms;
  gathering g = {
      .finish = finish, .course = course, .per_arm = arms * PER_ARM <= MOST_LIVES ? PER_ARM : 1 + MOST_LIVES / (2 * arms)};
  *text = NULL;
  if (course == NULL || course->n_outputs == 0) return LIND_OK;
  json_t *outputs = json_array();
  begin(&g, outputs);
  const lind_err err = sink.each(sink.self, 0, 0, lind_study_courses_end(finish->study), visit, &g);
  json_t *root =
      json_pack("{s:s,s:f,s:o}", "at", course->dense ? "dense" : "visits", "stored", (double)course->n_kept, "outputs", outputs);
  char *made = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
  json_decref(root);
  *text = made != NULL ? lind_arena_text(arena, made) : NULL;
  free(made);
  return err == LIND_ERR_STOPPED ? LIND_OK : err;
}
