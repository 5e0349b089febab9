/* simulate_rows.c -- what `lind simulate` writes: one row a record, in the order of the table. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finish.h"
#include "simulate.h"

static void number(const lind_rows *rows, double value) { fprintf(rows->out, "%.*g", rows->digits, value == 0.0 ? 0.0 : value); }

void lind_rows_header(const lind_rows *rows) {
  const lind_csv *csv = rows->events->csv;
  fputs(rows->population->counts ? "REP,ID,TIME" : "ID,TIME", rows->out);
  for (int k = 0; k < rows->n_carried; k++) {
    fputc(',', rows->out);
    lind_csv_put(rows->out, csv->columns[rows->carried[k]]);
  }
  for (int k = 0; k < rows->model->n_outputs; k++) fprintf(rows->out, ",%s", rows->model->outputs[k].name);
  for (int k = 0; rows->errors && k < rows->model->n_outputs; k++)
    if (rows->model->outputs[k].residual != LIND_ERROR_NONE) fprintf(rows->out, ",%s_measured", rows->model->outputs[k].name);
  for (int k = 0; k < rows->model->n_outputs; k++)
    for (int j = 0; j < rows->slopes->n; j++)
      fprintf(rows->out, ",d(%s)/d(%s)", rows->model->outputs[k].name, rows->slopes->names[j]);
  fputc('\n', rows->out);
}

/* ---- measured values */

/* Which measurement of an individual's one is. What is measured elsewhen, and doses, have no part in it. */
typedef struct occasion {
  double time;     /* NAN: none yet */
  uint32_t period; /* how often time has gone back */
  uint32_t again;  /* how many were taken at this time before */
} occasion;

static void come_to(occasion *at, double time) {
  at->again = time == at->time ? at->again + 1 : 0;
  at->period += time < at->time;
  at->time = time;
}

/* Time and period as 24 bits of a random address. */
static uint32_t slot_of(const occasion *at) {
  uint64_t bits;
  memcpy(&bits, &at->time, sizeof bits);
  bits += at->period * UINT64_C(0xD1B54A32D192ED03);
  return (uint32_t)(bits * UINT64_C(0x9E3779B97F4A7C15) >> 40);
}

typedef struct instrument { /* one output's errors through the life of one individual */
  double a, b, tau;
  double z, time; /* the last one, of a correlated output */
  bool begun;
  lind_sensor sensor;
  lind_sensor_place place;
} instrument;

static double measured(const lind_rows *rows, instrument *meter, int output, lind_who who, const occasion *at, double truth) {
  const lind_model_output *o = &rows->model->outputs[output];
  if (o->residual == LIND_ERROR_SENSOR)
    return lind_sensor_show(&meter->sensor, truth,
                            lind_sensor_error(&meter->sensor, &meter->place, who, rows->measure[output], at->time));
  who.attempt = at->again & 255u; /* several at one time */
  double z = lind_random_normal(who, rows->measure[output], slot_of(at));
  if (o->correlated && meter->tau > 0.0 && meter->begun && at->time >= meter->time) /* time that begins again: a new process */
    z = lind_model_correlate(meter->z, at->time - meter->time, meter->tau, z);
  meter->z = z;
  meter->time = at->time;
  meter->begun = true;
  return lind_model_measure(o->residual, meter->a, meter->b, truth, z);
}

static void set_up(const lind_rows *rows, instrument *meters) {
  for (int k = 0; rows->errors && k < rows->model->n_outputs; k++) { /* both were tried before */
    meters[k] = (instrument){0};
    if (rows->model->outputs[k].residual == LIND_ERROR_SENSOR &&
        lind_model_sensor(rows->model, rows->population->parameters, k, &meters[k].sensor) != LIND_OK)
      continue;
    if (lind_model_residual(rows->model, rows->population->parameters, k, &meters[k].a, &meters[k].b) != LIND_OK) continue;
    if (lind_model_residual_tau(rows->model, rows->population->parameters, k, &meters[k].tau) != LIND_OK) meters[k].tau = 0.0;
  }
}

/* ---- rows */

static void put_key(const lind_rows *rows, size_t record) {
  const lind_events *e = rows->events;
  const uint32_t row = e->row[record];
  if (rows->population->counts) fprintf(rows->out, "%u,", rows->population->replicate);
  lind_csv_put(rows->out, lind_csv_at(e->csv, row, e->column[LIND_COLUMN_ID])->text);
  fputc(',', rows->out);
  if (e->added[record])
    fprintf(rows->out, "%.15g", e->records[record].time / e->time.scale);
  else
    lind_csv_put(rows->out, lind_csv_at(e->csv, row, e->column[LIND_COLUMN_TIME])->text);
  for (int k = 0; k < rows->n_carried; k++) {
    fputc(',', rows->out);
    lind_csv_put(rows->out, lind_csv_at(e->csv, row, rows->carried[k])->text);
  }
}

/* slopes[n_outputs][n] of one record. */
static void put_slopes(const lind_rows *rows, const double *slopes) {
  const int n = rows->slopes->n;
  for (int k = 0; k < rows->model->n_outputs; k++)
    for (int j = 0; j < n; j++) {
      const double value = slopes[k * n + j] / rows->model->outputs[k].unit.scale * rows->slopes->units[j].scale;
      fputc(',', rows->out);
      if (isfinite(value)) number(rows, value);
    }
}

enum { MOST_OUTPUTS = 256 };

void lind_rows_put(const lind_rows *rows, size_t patient, const lind_course_patient *result, const double *slopes) {
  const lind_model *model = rows->model;
  const size_t first = rows->events->first[patient];
  instrument meters[MOST_OUTPUTS];
  occasion at = {.time = NAN};
  set_up(rows, meters);
  for (int r = 0; r < result->n; r++) {
    if (!result->records[r].observed) continue;
    const double *y = result->y + (size_t)r * (size_t)model->n_outputs;
    const bool reached = r < result->reached;
    come_to(&at, result->records[r].time);
    put_key(rows, first + (size_t)r);
    for (int k = 0; k < model->n_outputs; k++) {
      fputc(',', rows->out);
      if (reached && isfinite(y[k])) number(rows, y[k] / model->outputs[k].unit.scale);
    }
    for (int k = 0; rows->errors && k < model->n_outputs; k++) {
      if (model->outputs[k].residual == LIND_ERROR_NONE) continue;
      fputc(',', rows->out);
      const double value = measured(rows, &meters[k], k, result->who, &at, y[k]);
      if (reached && isfinite(value)) number(rows, value / model->outputs[k].unit.scale);
    }
    if (rows->slopes->n > 0) {
      put_slopes(rows, slopes);
      slopes += model->n_outputs * rows->slopes->n;
    }
    fputc('\n', rows->out);
  }
}

void lind_rows_put_happened(const lind_rows *rows, size_t patient, const lind_course_patient *result) {
  static const char *const kinds[] = {"reset", "mark", "event"};
  const lind_events *e = rows->events;
  const lind_model *model = rows->model;
  bool first[256] = {false}; /* an event is noted the first time */
  for (uint64_t k = 0; k < result->fired && k < (uint64_t)result->most_marks; k++) {
    const int t = result->marks[k].trigger;
    const char *name = model->triggers[t].name;
    for (int v = 0; v < model->n_events; v++)
      if (model->events[v].trigger == t) name = model->events[v].name;
    if (model->triggers[t].kind == LIND_TRIGGER_EVENT && t < 256) {
      if (first[t]) continue;
      first[t] = true;
    }
    if (rows->population->counts) fprintf(rows->happened, "%u,", rows->population->replicate);
    lind_csv_put(rows->happened, lind_csv_at(e->csv, e->row[e->first[patient]], e->column[LIND_COLUMN_ID])->text);
    fprintf(rows->happened, ",%.*g,%s,%s\n", rows->digits, result->marks[k].time / e->time.scale, name,
            kinds[model->triggers[t].kind]);
  }
}

/* ---- beside the rows */

static json_t *column_json(const char *name, const char *unit, const char *about) {
  return json_pack("{s:s, s:s, s:s}", "name", name, "unit", unit[0] != '\0' ? unit : "1", "about", about != NULL ? about : "");
}

/* Output k by name j: "mg/L/(L/h)". */
static void slope_json(const lind_rows *rows, int k, int j, json_t *columns) {
  const lind_model_output *o = &rows->model->outputs[k];
  const char *above = o->unit.text[0] != '\0' ? o->unit.text : "1", *below = rows->slopes->units[j].text;
  char name[400], unit[120];
  (void)snprintf(name, sizeof name, "d(%.180s)/d(%.180s)", o->name, rows->slopes->names[j]);
  (void)snprintf(unit, sizeof unit, below[0] != '\0' ? "%s/(%s)" : "%s", above, below);
  json_array_append_new(columns, column_json(name, unit, "slope of the prediction"));
}

static json_t *columns_json(const lind_rows *rows) {
  const lind_csv *csv = rows->events->csv;
  json_t *columns = json_array();
  if (rows->population->counts) json_array_append_new(columns, column_json("REP", "", "replicate, from 0"));
  json_array_append_new(columns, column_json("ID", "", "individual"));
  json_array_append_new(columns, column_json("TIME", rows->events->time.text, "time of the record"));
  for (int k = 0; k < rows->n_carried; k++)
    json_array_append_new(columns, column_json(csv->columns[rows->carried[k]], csv->units[rows->carried[k]], "carried"));
  for (int k = 0; k < rows->model->n_outputs; k++) {
    const lind_model_output *o = &rows->model->outputs[k];
    json_array_append_new(columns, column_json(o->name, o->unit.text, o->about));
  }
  for (int k = 0; rows->errors && k < rows->model->n_outputs; k++) {
    const lind_model_output *o = &rows->model->outputs[k];
    char name[200];
    (void)snprintf(name, sizeof name, "%.180s_measured", o->name);
    if (o->residual != LIND_ERROR_NONE) json_array_append_new(columns, column_json(name, o->unit.text, "with residual error"));
  }
  for (int k = 0; k < rows->model->n_outputs; k++)
    for (int j = 0; j < rows->slopes->n; j++) slope_json(rows, k, j, columns);
  return columns;
}

static void describe_doubt(const lind_rows *rows, const lind_course *course, json_t *all) {
  const lind_population *p = rows->population;
  char hex[33];
  if (course->kernel->n_noises > 0)
    json_object_set_new(all, "noise_grid", json_pack("{s:f, s:s}", "value", course->noise_grid, "unit", "h"));
  if (p->counts) json_object_set_new(all, "replicates", json_integer((json_int_t)p->replicates));
  if (p->unsure != NULL)
    json_object_set_new(all, "uncertainty",
                        json_pack("{s:s, s:s, s:s}", "table", p->table->path, "digest", lind_digest_text(p->table->digest, hex),
                                  "kind", p->unsure->sets != NULL ? "sets" : "covariance"));
}

lind_err lind_rows_describe(const lind_rows *rows, const char *path, const lind_course *course, uint64_t seed) {
  char hex[33], choice[256];
  json_t *parameters = json_object();
  for (int k = 0; k < rows->model->n_parameters; k++) {
    const lind_quantity *q = &rows->model->parameters[k];
    json_object_set_new(parameters, q->name,
                        json_pack("{s:f, s:s}", "value", rows->population->centre[k] / q->unit.scale, "unit", q->unit.text));
  }
  json_t *all = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:f, s:I, s:o, s:o}", "model", rows->model->name, "model_hash",
                          rows->model->hash, "events", rows->events->csv->path, "events_digest",
                          lind_digest_text(rows->events->csv->digest, hex), "engine", course->stepper->name, "engine_choice",
                          lind_stepper_choice(course->stepper, course->kernel, choice, sizeof choice), "relative_tolerance",
                          course->tolerance.relative, "absolute_tolerance", course->tolerance.absolute, "seed", (json_int_t)seed,
                          "parameters", parameters, "columns", columns_json(rows));
  if (all != NULL) describe_doubt(rows, course, all);
  char *words = all != NULL ? json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
  json_decref(all);
  LIND_CHECK(words != NULL, LIND_ERR_MEMORY, "no memory for %s", path);
  const lind_err err = lind_finish_file(path, words);
  free(words);
  return err;
}
