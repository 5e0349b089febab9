/* twin_policy.c -- an arm of a trial that doses by twin: at each visit the model is fitted to what is written down of the
 * patient, and the candidate with the largest expected reward is prescribed.
 *
 * Every decision begins from the record alone, so that a life stays a function of the plan and the patient. Doses count at the
 * mornings for which they were prescribed, whatever was taken of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/expression.h"
#include "lind/text.h"
#include "twin_inside.h"

typedef struct rule { /* of one dosing item; const */
  const lind_plan *plan;
  const lind_model *model;
  const lind_twin_world *world;
  const struct lind_plan_map *maps;
  double *parameters;
  int *outputs; /* [n_measures] of the twin's model; -1: it does not know that one */
  int days;     /* that it looks ahead */
  int points, n_given;
  lind_twin_question question;
} rule;

typedef struct desk { /* one thread's */
  lind_arena *arena;
  lind_twin *twin;
  lind_twin_posterior posterior;
  lind_record *records;
  lind_twin_sight *sights;
  double *given, *z, *expected;
} desk;

/* ---- planning ---- */

static lind_err read_model(const lind_plan *plan, const lind_dosing *item, lind_arena *arena, const lind_model **result) {
  const lind_words words = item->twin->model;
  lind_model *model;
  *result = plan->model;
  if (words.text == NULL) return LIND_OK;
  const char *name = words.text;
  const size_t length = strlen(name);
  if (length > 5 && strcmp(name + length - 5, ".lind") == 0) name = lind_protocol_path(name, words.where.file, arena);
  LIND_TRY(lind_model_read(name, words.where, arena, &model));
  LIND_TRY(lind_model_attach(model, LIND_BACK_END_ANY, NULL, arena));
  *result = model;
  return LIND_OK;
}

static lind_err take_set(const rule *r, const lind_dosing *item) {
  const lind_words words = item->twin->set;
  const char *names[64];
  char suggestion[128];
  size_t n = 0;
  if (words.text == NULL) return LIND_OK;
  for (; n < (size_t)r->model->n_sets && n < 64; n++) names[n] = r->model->sets[n].name;
  const int at = lind_model_find_set(r->model, words.text);
  LIND_CHECK_AT(at >= 0, LIND_ERR_INPUT, words.where, "dosing.%s.twin.set is '%s', which is no parameter set of model %s%s",
                item->name, words.text, r->model->name,
                lind_text_suggestion(words.text, names, n, suggestion, sizeof suggestion));
  const lind_model_set *set = &r->model->sets[at];
  for (int i = 0; i < set->n; i++) r->parameters[set->parameter[i]] = set->value[i];
  return LIND_OK;
}

static lind_err take_parameter(const rule *r, const lind_dosing *item, lind_words name, lind_words value) {
  const char *names[256];
  char suggestion[128], have[64], need[64];
  size_t n = 0;
  lind_unit unit;
  double canonical;
  for (; n < (size_t)r->model->n_parameters && n < 256; n++) names[n] = r->model->parameters[n].name;
  const int at = lind_model_find_parameter(r->model, name.text);
  LIND_CHECK_AT(at >= 0, LIND_ERR_INPUT, name.where, "dosing.%s.twin.parameters.%s is not a parameter of model %s%s", item->name,
                name.text, r->model->name, lind_text_suggestion(name.text, names, n, suggestion, sizeof suggestion));
  if (lind_unit_parse_quantity(value.text, &canonical, &unit) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_INPUT, value.where, "dosing.%s.twin.parameters.%s: %s", item->name, name.text,
                              lind_error_message());
  const lind_unit *declared = &r->model->parameters[at].unit;
  LIND_CHECK_AT(lind_unit_same_dimension(unit.dimension, declared->dimension), LIND_ERR_UNIT, value.where,
                "dosing.%s.twin.parameters.%s is %s, but %s is needed", item->name, name.text,
                lind_unit_dimension_words(unit.dimension, have, sizeof have),
                lind_unit_dimension_words(declared->dimension, need, sizeof need));
  r->parameters[at] = canonical;
  return LIND_OK;
}

/* The trial's model as the trial has it, unless the item says which; then its defaults, a set, single values. */
static lind_err settle_parameters(rule *r, const lind_dosing *item, lind_arena *arena) {
  const lind_dosing_twin *twin = item->twin;
  LIND_TAKE(r->parameters, arena, r->model->n_parameters + 1);
  for (int k = 0; k < r->model->n_parameters; k++)
    r->parameters[k] = twin->model.text == NULL ? r->plan->values.parameters[k] : r->model->parameters[k].value;
  LIND_TRY(take_set(r, item));
  for (int k = 0; k < twin->n_parameters; k++)
    LIND_TRY(take_parameter(r, item, twin->parameter_name[k], twin->parameter_value[k]));
  return LIND_OK;
}

/* What the trial measures and the twin's model has, with an error. */
static lind_err settle_outputs(rule *r, const lind_dosing *item, lind_arena *arena) {
  const lind_plan *plan = r->plan;
  int known = 0;
  LIND_TAKE(r->outputs, arena, plan->n_measures + 1);
  for (int m = 0; m < plan->n_measures; m++) {
    const lind_model_output *measured = &plan->model->outputs[plan->measures[m].output];
    const int at = lind_model_find_output(r->model, measured->name);
    double a, b;
    r->outputs[m] = -1;
    if (at < 0 || r->model->outputs[at].residual == LIND_ERROR_NONE) continue;
    LIND_CHECK_AT(lind_unit_same_dimension(r->model->outputs[at].unit.dimension, measured->unit.dimension), LIND_ERR_UNIT,
                  item->twin->where, "dosing.%s.twin: %s of model %s and of model %s are not of one dimension", item->name,
                  measured->name, r->model->name, plan->model->name);
    LIND_TRY(lind_model_residual(r->model, r->parameters, at, &a, &b));
    LIND_CHECK_AT(a > 0.0 || b > 0.0, LIND_ERR_INPUT, item->twin->where,
                  "dosing.%s.twin: %s of model %s has a residual error of 0; a twin needs one to weigh what is measured",
                  item->name, measured->name, r->model->name);
    r->outputs[m] = at;
    known++;
  }
  LIND_CHECK_AT(known > 0, LIND_ERR_INPUT, item->twin->where,
                "dosing.%s.twin: model %s has no output with an error that this trial measures; measure: names them", item->name,
                r->model->name);
  return LIND_OK;
}

static lind_err find_state(rule *r, const lind_plan_dosing *dosing) {
  const char *name = r->plan->model->states[dosing->state].name;
  int only = -1, n = 0;
  for (int k = 0; k < r->model->n_states; k++)
    if (r->model->states[k].doses) only = k, n++;
  r->question.state = lind_model_find_state(r->model, name);
  if (r->question.state < 0 && n == 1) r->question.state = only;
  LIND_CHECK_AT(r->question.state >= 0 && lind_unit_same_dimension(r->model->states[r->question.state].unit.dimension,
                                                                   r->plan->model->states[dosing->state].unit.dimension),
                LIND_ERR_INPUT, dosing->item->twin->where, "dosing.%s.twin: model %s has no state %s that takes these doses",
                dosing->item->name, r->model->name, name);
  return LIND_OK;
}

static lind_err settle_world(rule *r, const lind_dosing *item, lind_arena *arena) {
  const lind_plan *plan = r->plan;
  lind_twin_settings settings = {.model = r->model,
                                 .parameters = r->parameters,
                                 .stepper = plan->stepper,
                                 .tolerance = plan->tolerance,
                                 .knots = isnan(item->twin->knots) ? 0.0 : item->twin->knots,
                                 .most_records = plan->n_days + plan->most_visits + 2 * r->days + 2,
                                 .most_sights = plan->most_visits * plan->n_measures,
                                 .most_time = plan->protocol->duration + 24.0 * (r->days + 1)};
  if (settings.stepper->refuses != NULL && settings.stepper->refuses(&r->model->kernel) != NULL)
    settings.stepper = &lind_stepper_auto;
  if (lind_twin_world_create(&settings, arena, &r->world) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_INPUT, item->twin->where, "dosing.%s.twin: %s", item->name, lind_error_message());
  return LIND_OK;
}

static lind_err add_streams(const rule *r, lind_purposes *purposes) {
  char words[80];
  LIND_TRY(lind_random_purposes_add(purposes, "twin/point"));
  for (int k = 0; k < r->model->n_randoms + r->model->n_drifts; k++) {
    const int n = r->model->n_randoms;
    (void)snprintf(words, sizeof words, "twin/%.50s", k < n ? r->model->randoms[k].name : r->model->drifts[k - n].name);
    LIND_TRY(lind_random_purposes_add(purposes, words));
  }
  return LIND_OK;
}

static lind_err prepare(const lind_plan *plan, const lind_plan_dosing *dosing, lind_purposes *purposes, lind_arena *arena,
                        const void **prepared, lind_digest *digest) {
  const lind_dosing *item = dosing->item;
  rule *r;
  lind_unit unit;
  LIND_TAKE(r, arena, 1);
  r->plan = plan;
  LIND_TRY(read_model(plan, item, arena, &r->model));
  LIND_TRY(settle_parameters(r, item, arena));
  LIND_TRY(lind_plan_maps(plan, r->model, arena, &r->maps));
  LIND_TRY(settle_outputs(r, item, arena));
  LIND_TRY(find_state(r, dosing));
  LIND_TRY(lind_twin_doses_read(lind_arena_format(arena, "dosing.%s.twin.doses", item->name), item->twin->doses,
                                r->model->states[r->question.state].unit.dimension, arena, &r->question, &unit));
  LIND_TRY(lind_twin_doses_reward(r->model, r->question.state, item->twin->reward, arena, &r->question.reward));
  r->days = (int)ceil(item->twin->over / 24.0 - 1e-9);
  r->points = (int)item->twin->points;
  LIND_CHECK_AT(r->points % 2 == 0, LIND_ERR_INPUT, item->twin->where, "dosing.%s.twin.points is %d; points come in pairs",
                item->name, r->points);
  LIND_TRY(settle_world(r, item, arena));
  LIND_TRY(add_streams(r, purposes));
  *digest = lind_digest_add_text(*digest, r->model->text);
  *prepared = r;
  return LIND_OK;
}

/* ---- one thread's memory ---- */

static void destroy(void **own) {
  desk *d = *own;
  if (d == NULL) return;
  lind_twin_destroy(&d->twin);
  lind_arena_destroy(&d->arena);
  free(d);
  *own = NULL;
}

static lind_err take(const rule *r, desk *d) {
  const lind_twin_world *w = r->world;
  LIND_TRY(lind_arena_create(&d->arena));
  LIND_TRY(lind_twin_create(w, &d->twin));
  LIND_TRY(lind_twin_posterior_take(w, d->arena, &d->posterior));
  LIND_TAKE(d->records, d->arena, w->s.most_records + 1);
  LIND_TAKE(d->sights, d->arena, w->s.most_sights + 1);
  LIND_TAKE(d->given, d->arena, w->n_given + 1);
  LIND_TAKE(d->z, d->arena, (size_t)r->points * (size_t)(w->most + 1));
  LIND_TAKE(d->expected, d->arena, r->question.n);
  return LIND_OK;
}

static lind_err create(const void *prepared, void **own) {
  desk *d = calloc(1, sizeof *d);
  LIND_CHECK(d != NULL, LIND_ERR_MEMORY, "no memory for a twin");
  const lind_err err = take(prepared, d);
  *own = d;
  if (err != LIND_OK) destroy(own);
  return err;
}

/* One is made to see. */
static size_t bytes(const void *prepared) {
  void *own = NULL;
  if (create(prepared, &own) != LIND_OK) return 0;
  const desk *d = own;
  const size_t all = sizeof *d + lind_arena_bytes(d->arena) + lind_twin_bytes(d->twin);
  destroy(&own);
  return all;
}

/* ---- a decision ---- */

static void see(const rule *r, const lind_policy_sight *sight, int visit, desk *d, lind_twin_patient *patient) {
  bool any = false;
  for (int m = 0; m < r->plan->n_measures; m++) {
    const double value = sight->value[(size_t)m * sight->stride_value + (size_t)visit];
    if (r->outputs[m] < 0 || !isfinite(value)) continue;
    const lind_model_output *output = &r->model->outputs[r->outputs[m]];
    if (output->residual == LIND_ERROR_LOGNORMAL && !(value > 0.0)) continue;
    const double scale = r->plan->model->outputs[r->plan->measures[m].output].unit.scale;
    d->sights[patient->n_sights++] = (lind_twin_sight){patient->n, r->outputs[m], value * scale};
    any = true;
  }
  d->records[patient->n] = (lind_record){.time = sight->time[visit], .event = LIND_RECORD_OBSERVATION, .observed = any};
  patient->n += any;
}

static void add_dose(const rule *r, desk *d, double time, double amount, lind_twin_patient *patient) {
  d->records[patient->n++] =
      (lind_record){.time = time, .amount = amount, .state = (int16_t)r->question.state, .event = LIND_RECORD_DOSE};
}

/* The record until this morning, and the mornings ahead; the first record of what lies ahead. */
static int write_record(const rule *r, const lind_policy_sight *sight, desk *d, lind_twin_patient *patient) {
  int visit = 0;
  const double today = 24.0 * (sight->day - 1);
  for (int day = 1; day < sight->day; day++) {
    for (; visit < sight->n_visits && sight->time[visit] <= 24.0 * (day - 1); visit++) see(r, sight, visit, d, patient);
    if (sight->dose[day - 1] > 0.0) add_dose(r, d, 24.0 * (day - 1), sight->dose[day - 1], patient);
  }
  for (; visit < sight->n_visits; visit++) see(r, sight, visit, d, patient);
  const int from = patient->n;
  for (int day = 0; day < r->days; day++) {
    add_dose(r, d, today + 24.0 * day, 0.0, patient);
    d->records[patient->n++] = (lind_record){.time = today + 24.0 * (day + 1), .event = LIND_RECORD_OBSERVATION, .observed = 1};
  }
  return from;
}

static double dose(const void *prepared, void *own, const lind_policy_sight *sight) {
  const rule *r = prepared;
  desk *d = own;
  lind_twin_patient patient = {.records = d->records, .given = d->given, .sights = d->sights, .who = sight->who};
  lind_twin_question question = r->question;
  for (int k = 0; k < r->model->n_parameters; k++) d->given[r->model->parameters[k].slot] = r->parameters[k];
  lind_plan_covariates(r->model, r->maps, sight->row, sight->stride_row, d->given);
  question.from = write_record(r, sight, d, &patient);
  lind_twin_fit(d->twin, &patient, patient.n_sights, false, &d->posterior);
  lind_twin_draw(&d->posterior, sight->who, r->points, d->z);
  const lind_twin_points points = {d->posterior.layout, r->points, d->posterior.layout.n, d->z, NULL};
  const int best = lind_twin_choose(d->twin, &patient, &points, &question, d->expected, NULL);
  return isfinite(d->expected[best]) ? question.dose[best] : (double)NAN;
}

const lind_policy lind_twin_policy = {
    .name = "twin", .prepare = prepare, .create = create, .destroy = destroy, .bytes = bytes, .dose = dose};
