/* twin_session.c -- from the table of a record to a patient, and from visit to visit: expect, see, learn. */
#include "twin_session.h"

#include <math.h>
#include <string.h>

#include "lind/text.h"

/* ---- the record */

static lind_err check_record(const lind_twin_session *s) {
  const lind_events *e = &s->events;
  const lind_csv *csv = e->csv;
  LIND_CHECK_AT(e->n_patients == 1, LIND_ERR_INPUT, lind_csv_where(csv, e->row[e->first[1]], e->column[LIND_COLUMN_ID]),
                "ID %s is a second individual; a twin is of one",
                lind_csv_at(csv, e->row[e->first[1]], e->column[LIND_COLUMN_ID])->text);
  for (size_t k = 0; k < e->n; k++)
    LIND_CHECK_AT(e->records[k].event != LIND_RECORD_RESET && e->records[k].event != LIND_RECORD_RESET_DOSE, LIND_ERR_INPUT,
                  lind_csv_where(csv, e->row[k], e->column[LIND_COLUMN_TIME]),
                  "a reset (EVID 3 or 4) is no part of a patient's record; a twin's time goes on");
  LIND_CHECK_AT(e->column[LIND_COLUMN_DV] >= 0, LIND_ERR_INPUT, lind_csv_head(csv, 0),
                "there is no column 'DV' with what was measured; a twin learns from it");
  return LIND_OK;
}

static lind_err measurable(const lind_twin_session *s, int output, lind_where where) {
  double a, b;
  const lind_model_output *o = &s->model->outputs[output];
  LIND_CHECK_AT(
      o->residual != LIND_ERROR_NONE, LIND_ERR_INPUT, where,
      "%s of %s has no residual error, so nothing can be learnt from measuring it; `output %s = ... error ...` gives it one",
      o->name, s->model->name, o->name);
  LIND_TRY(lind_model_residual(s->model, s->population.parameters, output, &a, &b));
  LIND_CHECK_AT(a > 0.0 || b > 0.0, LIND_ERR_INPUT, where,
                "%s of %s has a residual error of 0: values that are exactly right leave a twin nothing to weigh", o->name,
                s->model->name);
  return LIND_OK;
}

static lind_err output_named(const lind_twin_session *s, const char *name, lind_where where, int *output) {
  const char *names[64];
  char list[256], suggestion[128];
  size_t n = 0;
  for (; n < (size_t)s->model->n_outputs && n < 64; n++) names[n] = s->model->outputs[n].name;
  *output = lind_model_find_output(s->model, name);
  LIND_CHECK_AT(*output >= 0, LIND_ERR_INPUT, where, "'%s' is no output of %s, which has %s%s", name, s->model->name,
                lind_text_list(names, n, list, sizeof list), lind_text_suggestion(name, names, n, suggestion, sizeof suggestion));
  return measurable(s, *output, where);
}

/* What DV is where no row says so. -1: rows must. */
static lind_err output_of_all(const lind_twin_session *s, int *output) {
  const char *names[64];
  char list[256];
  size_t n = 0;
  const lind_where option = {"--of", 1, 1};
  if (s->request.of != NULL) return output_named(s, s->request.of, option, output);
  *output = -1;
  for (int k = 0; k < s->model->n_outputs; k++) {
    if (s->model->outputs[k].residual == LIND_ERROR_NONE || n == 64) continue;
    names[n++] = s->model->outputs[k].name;
    *output = k;
  }
  if (n == 1) return LIND_OK;
  *output = -1;
  LIND_CHECK(lind_csv_find(s->csv, "DVID") >= 0, LIND_ERR_INPUT,
             "model %s measures %s; --of NAME, or a column DVID, says which DV is", s->model->name,
             lind_text_list(names, n, list, sizeof list));
  return LIND_OK;
}

static lind_err scale_of(const lind_twin_session *s, int output, double *scale) {
  const int dv = s->events.column[LIND_COLUMN_DV];
  const lind_model_output *o = &s->model->outputs[output];
  lind_unit unit = o->unit;
  char have[64], need[64];
  if (s->csv->units[dv][0] != '\0' && lind_unit_parse(s->csv->units[dv], &unit) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_UNIT, lind_csv_head(s->csv, dv), "DV: %s", lind_error_message());
  LIND_CHECK_AT(lind_unit_same_dimension(unit.dimension, o->unit.dimension), LIND_ERR_UNIT, lind_csv_head(s->csv, dv),
                "DV is in '%s' (%s), but %s is %s", unit.text, lind_unit_dimension_words(unit.dimension, have, sizeof have),
                o->name, lind_unit_dimension_words(o->unit.dimension, need, sizeof need));
  *scale = unit.scale;
  return LIND_OK;
}

static lind_err add_sight(lind_twin_session *s, lind_twin_sight *sights, size_t k, int otherwise) {
  const lind_events *e = &s->events;
  const uint32_t row = e->row[k];
  const int dv = e->column[LIND_COLUMN_DV], dvid = lind_csv_find(s->csv, "DVID");
  const lind_where where = lind_csv_where(s->csv, row, dv);
  double value, scale;
  int output = otherwise;
  if (dvid >= 0 && !lind_events_is_missing(lind_csv_at(s->csv, row, dvid)))
    LIND_TRY(output_named(s, lind_csv_at(s->csv, row, dvid)->text, lind_csv_where(s->csv, row, dvid), &output));
  LIND_CHECK_AT(output >= 0, LIND_ERR_INPUT, where, "which output was measured? DVID is missing here, and there is no --of");
  LIND_TRY(scale_of(s, output, &scale));
  LIND_TRY(lind_csv_number(s->csv, row, dv, &value));
  LIND_CHECK_AT(s->model->outputs[output].residual != LIND_ERROR_LOGNORMAL || value > 0.0, LIND_ERR_INPUT, where,
                "DV is %g; %s has a lognormal error, so that only values above 0 can be measured", value,
                s->model->outputs[output].name);
  sights[s->patient.n_sights++] = (lind_twin_sight){(int)k, output, value * scale};
  return LIND_OK;
}

static lind_err find_sights(lind_twin_session *s, lind_arena *arena) {
  const lind_events *e = &s->events;
  lind_twin_sight *sights;
  int otherwise;
  LIND_TAKE(sights, arena, e->n + 1);
  LIND_TRY(output_of_all(s, &otherwise));
  if (otherwise >= 0) LIND_TRY(measurable(s, otherwise, (lind_where){"--of", 1, 1}));
  for (size_t k = 0; k < e->n; k++) {
    const bool added = e->added[k], plan = !added && e->row[k] >= s->known;
    if (added || e->records[k].event != LIND_RECORD_OBSERVATION) continue;
    if (lind_events_is_missing(lind_csv_at(s->csv, e->row[k], e->column[LIND_COLUMN_DV]))) continue;
    LIND_CHECK_AT(!plan, LIND_ERR_INPUT, lind_csv_where(s->csv, e->row[k], e->column[LIND_COLUMN_DV]),
                  "a plan has no measured values; `lind twin fit` learns from the record with them");
    LIND_TRY(add_sight(s, sights, k, otherwise));
  }
  s->patient.sights = sights;
  LIND_CHECK_AT(s->patient.n_sights > 0, LIND_ERR_INPUT, lind_csv_head(s->csv, e->column[LIND_COLUMN_DV]),
                "no row has a measured value in DV; a twin learns from at least one");
  return LIND_OK;
}

/* ---- the patient */

static lind_err fill_patient(lind_twin_session *s, lind_arena *arena) {
  const lind_events *e = &s->events;
  double *given, *varying;
  uint32_t *occasion;
  LIND_TAKE(given, arena, s->inputs.n_given + 1);
  LIND_TAKE(varying, arena, e->n * (size_t)s->inputs.n_varying + 1);
  LIND_TAKE(occasion, arena, e->n);
  lind_inputs_fill(&s->inputs, e, 0, given, varying);
  double seen = -1.0;
  uint32_t count = 0;
  for (size_t k = 0; k < e->n; k++) { /* occasions are counted as they come */
    const double is = s->inputs.occasion != NULL ? s->inputs.occasion[e->row[k]] : 0.0;
    if (k > 0 && is != seen) count++;
    seen = is;
    occasion[k] = count;
    if (!e->added[k] && e->row[k] < s->known) {
      s->first = (int)k + 1;
      s->now = e->records[k].time;
    }
  }
  s->patient.n = (int)e->n;
  s->patient.records = e->records;
  s->patient.given = given;
  s->patient.varying = varying;
  s->patient.occasion = count > 0 ? occasion : NULL;
  s->patient.who = e->who[0];
  return LIND_OK;
}

static lind_err knots_of(const char *text, double *knots) {
  lind_unit unit, hour;
  *knots = 0.0;
  if (text == NULL) return LIND_OK;
  LIND_TRY(lind_unit_parse("h", &hour));
  LIND_CHECK(lind_unit_parse_quantity(text, knots, &unit) == LIND_OK && *knots > 0.0 &&
                 lind_unit_same_dimension(unit.dimension, hour.dimension),
             LIND_ERR_INPUT, "--knots is '%s'; it is a time above 0, such as '5 day'", text);
  return LIND_OK;
}

static lind_err make_worlds(lind_twin_session *s, lind_arena *arena) {
  const lind_events *e = &s->events;
  lind_twin_settings settings = {.model = s->model,
                                 .parameters = s->population.parameters,
                                 .stepper = lind_stepper_find("auto"),
                                 .tolerance = {1e-6, 1e-9, 1e-10, 1000000},
                                 .n_varying = s->inputs.n_varying,
                                 .varying = s->inputs.varying,
                                 .between = s->inputs.between,
                                 .most_records = (int)e->n + 4096, /* doses and times that are asked for */
                                 .most_sights = s->patient.n_sights,
                                 .most_occasions = s->patient.occasion != NULL ? (int)s->patient.occasion[e->n - 1] + 1 : 1,
                                 .most_time = e->records[e->n - 1].time + 24.0 * 366.0};
  for (size_t k = 0; k < e->n; k++) settings.infuses |= e->records[k].infusion != LIND_INFUSION_NONE;
  LIND_TRY(knots_of(s->request.knots, &settings.knots));
  LIND_TRY(lind_twin_world_create(&settings, arena, &s->world));
  LIND_TRY(lind_twin_create(s->world, &s->twin));
  LIND_TRY(lind_twin_posterior_take(s->world, arena, &s->posterior));
  if (s->request.particles == 0) return LIND_OK;
  settings.knots = 1e-6; /* every node */
  LIND_TRY(lind_twin_world_create(&settings, arena, &s->fine));
  LIND_TRY(lind_twin_create(s->fine, &s->finer));
  LIND_CHECK(s->request.particles <= 4096, LIND_ERR_INPUT, "--particles is %llu; at most 4096 are possible, and 0 is none",
             (unsigned long long)s->request.particles);
  return lind_twin_particles_take(s->fine, (int)s->request.particles, 4, arena, &s->particles);
}

lind_err lind_twin_session_open(const lind_twin_request *request, const char *record, const char *text, const lind_csv *plan,
                                const char *times, lind_arena *arena, lind_twin_session *s) {
  *s = (lind_twin_session){.request = *request, .record = record, .text = text};
  LIND_TRY(lind_model_read(request->model, (lind_where){NULL, 0, 0}, arena, &s->model));
  LIND_TRY(lind_population_read(s->model, &request->set, arena, &s->population));
  LIND_TRY(lind_population_enter(&s->population, request->seed, 0));
  LIND_TRY(lind_csv_read_text(text, record, arena, &s->csv));
  s->known = s->csv->n_rows;
  if (plan != NULL) {
    const char *joined;
    LIND_TRY(lind_twin_table_join(s->csv, plan, arena, &joined));
    LIND_TRY(lind_csv_read_text(joined, plan->path, arena, &s->csv));
  }
  LIND_TRY(lind_events_from(s->csv, s->model, times, false, request->seed, arena, &s->events));
  LIND_TRY(check_record(s));
  LIND_TRY(lind_inputs_read(&s->events, s->model, s->population.parameters, NULL, LIND_CARRY_FORWARD, false, arena, &s->inputs));
  LIND_TRY(lind_inputs_settle(&s->inputs));
  LIND_TRY(lind_events_refuse(&s->events, &s->inputs, arena));
  LIND_TRY(lind_model_attach(s->model, LIND_BACK_END_ANY, NULL, arena));
  LIND_TRY(find_sights(s, arena));
  LIND_TRY(fill_patient(s, arena));
  return make_worlds(s, arena);
}

void lind_twin_session_release(lind_twin_session *s) {
  lind_twin_destroy(&s->twin);
  lind_twin_destroy(&s->finer);
}

/* ---- learning */

static double score_of(const lind_twin_session *s, const lind_twin_sight *sight, const double *truth, int n) {
  double largest = -INFINITY, sum = 0.0;
  for (int i = 0; i < n; i++) largest = fmax(largest, lind_twin_error_density(s->world, sight->output, truth[i], sight->value));
  if (!isfinite(largest)) return -INFINITY;
  for (int i = 0; i < n; i++) sum += exp(lind_twin_error_density(s->world, sight->output, truth[i], sight->value) - largest) / n;
  return largest + log(sum);
}

typedef struct bench { /* room for points of one time */
  double *z, *outputs, *truth, *measured;
  int *order;
} bench;

static lind_err take_bench(const lind_twin_session *s, lind_arena *arena, bench *b) {
  const size_t n = LIND_TWIN_SESSION_JUDGES;
  LIND_TAKE(b->z, arena, n * (size_t)lind_twin_world_most(s->world) + 1);
  LIND_TAKE(b->outputs, arena, n * (size_t)s->model->n_outputs);
  LIND_TAKE(b->truth, arena, n);
  LIND_TAKE(b->measured, arena, n);
  LIND_TAKE(b->order, arena, n);
  return LIND_OK;
}

/* What the first `from` sights make of sight k. */
static void expect(lind_twin_session *s, int from, int k, bench *b) {
  enum { N = LIND_TWIN_SESSION_JUDGES };
  const lind_twin_sight *sight = &s->patient.sights[k];
  lind_twin_patient patient = s->patient;
  patient.n = sight->record + 1;
  lind_twin_fit(s->twin, &patient, from, from > 0, &s->posterior);
  lind_twin_draw(&s->posterior, patient.who, N, b->z);
  const lind_twin_points points = {s->posterior.layout, N, s->posterior.layout.n, b->z, NULL};
  lind_twin_forecast(s->twin, &patient, &points, sight->record, b->outputs);
  for (int i = 0; i < N; i++) {
    b->truth[i] = b->outputs[i * s->model->n_outputs + sight->output];
    b->measured[i] = lind_twin_forecast_measured(s->world, patient.who, i, (uint32_t)k, sight->output, b->truth[i]);
  }
  lind_twin_seen *seen = &s->seen[k];
  seen->median = lind_twin_forecast_quantile(b->measured, NULL, N, 0.5, b->order);
  seen->lower = lind_twin_forecast_quantile(b->measured, NULL, N, 0.025, b->order);
  seen->upper = lind_twin_forecast_quantile(b->measured, NULL, N, 0.975, b->order);
  seen->score = score_of(s, sight, b->truth, N);
}

static lind_err follow(lind_twin_session *s) {
  lind_twin_judgement judgement;
  if (s->fine == NULL) return LIND_OK;
  for (int k = 0; lind_twin_filter(s->finer, &s->patient, &s->particles, &judgement); k = s->particles.seen) {
    s->seen[k].particles = judgement.score;
    s->seen[k].effective = judgement.effective;
    LIND_CHECK(isfinite(judgement.score), LIND_ERR_NUMERIC,
               "%s:%d: no particle can explain this value; --particles with more of them, or 0, would be right", s->record,
               lind_csv_where(s->csv, s->events.row[s->patient.sights[k].record], 0).line);
  }
  return LIND_OK;
}

static void look_back(lind_twin_session *s, bench *b) {
  const lind_twin_points mode = {s->posterior.layout, 1, s->posterior.layout.n, s->posterior.z, NULL};
  for (int k = 0; k < s->patient.n_sights; k++) {
    const lind_twin_sight *sight = &s->patient.sights[k];
    lind_twin_patient patient = s->patient;
    patient.n = sight->record + 1;
    lind_twin_forecast(s->twin, &patient, &mode, sight->record, b->outputs);
    s->seen[k].fitted = b->outputs[sight->output];
    const double top = lind_twin_error_density(s->world, sight->output, s->seen[k].fitted, s->seen[k].fitted),
                 here = lind_twin_error_density(s->world, sight->output, s->seen[k].fitted, sight->value);
    const double value = sight->value, fitted = s->seen[k].fitted;
    double fall = top - here;
    if (s->model->outputs[sight->output].residual == LIND_ERROR_LOGNORMAL) fall += log(fitted / value);
    s->seen[k].error = copysign(sqrt(fmax(0.0, 2.0 * fall)), value - fitted);
  }
}

lind_err lind_twin_session_learn(lind_twin_session *s, lind_arena *arena) {
  bench b;
  const int n = s->patient.n_sights;
  LIND_TAKE(s->seen, arena, n);
  LIND_TRY(take_bench(s, arena, &b));
  for (int k = 0, from = 0; k < n; k++) {
    const lind_record *records = s->patient.records;
    if (records[s->patient.sights[k].record].time > records[s->patient.sights[from].record].time) from = k;
    s->seen[k].particles = s->seen[k].effective = NAN;
    expect(s, from, k, &b);
  }
  lind_twin_fit(s->twin, &s->patient, n, true, &s->posterior);
  LIND_CHECK(s->posterior.converged, LIND_ERR_NUMERIC,
             "%s: the mode of the posterior was not found in %d steps; is the model one that can have made these values?",
             s->record, s->posterior.steps);
  look_back(s, &b);
  return follow(s);
}

lind_err lind_twin_session_points(const lind_twin_session *s, bool particles, lind_arena *arena, lind_twin_points *points) {
  if (particles) {
    LIND_CHECK(s->fine != NULL, LIND_ERR_INPUT, "--by particles: the twin has none; `lind twin fit --particles 1000` makes them");
    *points = (lind_twin_points){s->particles.layout, s->particles.n, s->particles.most, s->particles.z, s->particles.weight};
    return LIND_OK;
  }
  double *z;
  const int n = s->posterior.layout.n;
  LIND_TAKE(z, arena, LIND_TWIN_SESSION_POINTS * (size_t)n + 1);
  lind_twin_draw(&s->posterior, s->patient.who, LIND_TWIN_SESSION_POINTS, z);
  *points = (lind_twin_points){s->posterior.layout, LIND_TWIN_SESSION_POINTS, n, z, NULL};
  return LIND_OK;
}
