/* plan_model.c -- wire the model: parameter values, random effects, drifts, covariates, measured outputs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "conduct.h"
#include "frame.h"
#include "lind/text.h"
#include "plan_parts.h"
#include "values.h"

static lind_err take_set(const lind_plan *plan, double *values, const char **origin, lind_arena *arena) {
  const lind_model *model = plan->model;
  const lind_words wanted = plan->protocol->parameter_set;
  if (wanted.text == NULL) return LIND_OK;
  const int at = lind_model_find_set(model, wanted.text);
  if (at < 0) {
    const char **names;
    LIND_TAKE(names, arena, model->n_sets + 1);
    for (int i = 0; i < model->n_sets; i++) names[i] = model->sets[i].name;
    char list[256], suggestion[128];
    LIND_CHECK_AT(false, LIND_ERR_INPUT, wanted.where, "model.set is '%s'; model %s has %s%s", wanted.text, model->name,
                  model->n_sets > 0 ? lind_text_list(names, (size_t)model->n_sets, list, sizeof list) : "no parameter sets",
                  lind_text_suggestion(wanted.text, names, (size_t)model->n_sets, suggestion, sizeof suggestion));
  }
  const lind_model_set *set = &model->sets[at];
  const char *words = lind_arena_format(arena, "set %s", set->name);
  for (int i = 0; i < set->n; i++) {
    values[set->parameter[i]] = set->value[i];
    origin[set->parameter[i]] = words;
  }
  return LIND_OK;
}

enum { MOST_RANDOMS = LIND_FRAME_RANDOMS, MOST_MEASURES = LIND_MOST_MEASURES }; /* what one life keeps on the stack */
enum { NODES = (1 << 24) - 1 }; /* a node is 24 bits of a random address: see random.h */
enum { CURVE_TIMES = 100000 };  /* each of them is 200 counts an arm in every block */

static lind_err settle_parameters(lind_plan *plan, lind_arena *arena) {
  const lind_model *model = plan->model;
  double *values;
  const char **origin;
  LIND_CHECK(model->n_randoms <= MOST_RANDOMS, LIND_ERR_INPUT, "model %s has %d random effects; at most %d can be drawn",
             model->name, model->n_randoms, MOST_RANDOMS);
  LIND_TAKE(values, arena, model->n_parameters + 1);
  LIND_TAKE(origin, arena, model->n_parameters + 1);
  for (int i = 0; i < model->n_parameters; i++) {
    values[i] = model->parameters[i].value;
    origin[i] = "default";
  }
  LIND_TRY(take_set(plan, values, origin, arena));
  int *at;
  double *value;
  LIND_TRY(lind_plan_parts_overrides(plan, &plan->protocol->parameters, "model.parameters", arena, &at, &value));
  for (int i = 0; i < plan->protocol->parameters.n; i++) {
    values[at[i]] = value[i];
    origin[at[i]] = "protocol";
  }
  plan->values.parameters = values;
  plan->origin = origin;
  return LIND_OK;
}

lind_err lind_plan_parts_purpose(lind_plan *plan, const char *family, const char *name, lind_purpose *purpose) {
  char words[60];
  LIND_CHECK((size_t)snprintf(words, sizeof words, "%s/%s", family, name) < sizeof words, LIND_ERR_INPUT,
             "the name '%s' is too long for a random stream; at most 50 characters", name);
  LIND_TRY(lind_random_purposes_add(&plan->purposes, words));
  *purpose = lind_random_purpose(words);
  return LIND_OK;
}

static lind_err settle_noise(lind_plan *plan, lind_arena *arena) {
  const lind_model *model = plan->model;
  lind_purpose *randoms, *drifts;
  LIND_TAKE(randoms, arena, model->n_randoms + 1);
  LIND_TAKE(drifts, arena, model->n_drifts + 1);
  for (int i = 0; i < model->n_randoms; i++)
    LIND_TRY(lind_plan_parts_purpose(plan, "model", model->randoms[i].name, &randoms[i]));
  for (int i = 0; i < model->n_drifts; i++) LIND_TRY(lind_plan_parts_purpose(plan, "model", model->drifts[i].name, &drifts[i]));
  plan->random_purposes = randoms;
  plan->drift_purposes = drifts;
  LIND_TRY(lind_plan_parts_purpose(plan, "conduct", "dropout", &plan->purpose_dropout));
  LIND_TRY(lind_plan_parts_purpose(plan, "conduct", "visit-window", &plan->purpose_window));
  return lind_plan_parts_purpose(plan, "conduct", "visit-attended", &plan->purpose_attend);
}

lind_err lind_plan_parts_output(const lind_plan *plan, lind_words name, const char *key, lind_arena *arena, int *output) {
  const lind_model *model = plan->model;
  const int at = lind_model_find_output(model, name.text);
  if (at < 0) {
    const char **names;
    LIND_TAKE(names, arena, model->n_outputs + 1);
    for (int k = 0; k < model->n_outputs; k++) names[k] = model->outputs[k].name;
    char list[256], suggestion[128];
    LIND_CHECK_AT(false, LIND_ERR_INPUT, name.where, "%s is '%s', which is not an output of model %s; it has %s%s", key,
                  name.text, model->name, lind_text_list(names, (size_t)model->n_outputs, list, sizeof list),
                  lind_text_suggestion(name.text, names, (size_t)model->n_outputs, suggestion, sizeof suggestion));
  }
  *output = at;
  return LIND_OK;
}

/* A sensor is worn: whoever reads it at a time reads the same. */
static lind_err settle_sensors(lind_plan *plan, lind_arena *arena) {
  lind_purpose *purposes;
  LIND_TAKE(purposes, arena, plan->n_residuals + 1);
  for (int k = 0; k < plan->n_residuals; k++) {
    const lind_model_output *output = &plan->model->outputs[plan->residual_outputs[k]];
    if (output->residual == LIND_ERROR_SENSOR) LIND_TRY(lind_plan_parts_purpose(plan, "sensor", output->name, &purposes[k]));
  }
  plan->sensor_purposes = purposes;
  return LIND_OK;
}

static lind_err settle_measures(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  struct lind_plan_measure *measures;
  LIND_CHECK_AT(protocol->measure.n <= MOST_MEASURES, LIND_ERR_INPUT, protocol->measure.at[MOST_MEASURES].where,
                "measure lists %d outputs; at most %d can be measured", protocol->measure.n, MOST_MEASURES);
  LIND_TAKE(measures, arena, protocol->measure.n + 1);
  for (int i = 0; i < protocol->measure.n; i++) {
    LIND_TRY(lind_plan_parts_output(plan, protocol->measure.at[i], "measure", arena, &measures[i].output));
    LIND_TRY(lind_plan_parts_purpose(plan, "measure", protocol->measure.at[i].text, &measures[i].purpose));
  }
  int n_reads = 0, *outputs;
  for (int c = 0; c < protocol->n_controllers; c++) n_reads += protocol->controllers[c].read.n;
  LIND_TAKE(outputs, arena, protocol->measure.n + n_reads + protocol->n_traces + plan->model->n_outputs + 1);
  for (int i = 0; i < protocol->measure.n; i++) outputs[plan->n_residuals++] = measures[i].output;
  for (int c = 0; c < protocol->n_controllers; c++)
    for (int i = 0; i < protocol->controllers[c].read.n; i++)
      LIND_TRY(lind_plan_parts_output(plan, protocol->controllers[c].read.at[i],
                                      lind_arena_format(arena, "controllers.%s.read", protocol->controllers[c].name), arena,
                                      &outputs[plan->n_residuals++]));
  for (int i = 0; i < protocol->n_traces; i++)
    LIND_TRY(lind_plan_parts_output(plan, protocol->traces[i].output,
                                    lind_arena_format(arena, "traces.%s.output", protocol->traces[i].name), arena,
                                    &outputs[plan->n_residuals++]));
  plan->first_screened = plan->n_residuals;
  for (int k = 0; protocol->screening.text != NULL && k < plan->model->n_outputs; k++) outputs[plan->n_residuals++] = k;
  plan->residual_outputs = outputs;
  LIND_TRY(settle_sensors(plan, arena));
  plan->n_measures = protocol->measure.n;
  plan->measures = measures;
  plan->curve_output = -1;
  if (protocol->curve_output.text == NULL) return LIND_OK;
  LIND_TRY(lind_plan_parts_output(plan, protocol->curve_output, "curves.output", arena, &plan->curve_output));
  LIND_CHECK_AT(protocol->duration / protocol->curve_every < CURVE_TIMES, LIND_ERR_INPUT, protocol->curve_output.where,
                "curves.every is %g day, which makes %.0f points in %g day; at most %d are drawn", protocol->curve_every / 24.0,
                protocol->duration / protocol->curve_every, protocol->duration / 24.0, CURVE_TIMES);
  return LIND_OK;
}

/* Noise in states, effects that change from occasion to occasion, events that end a life. */
static lind_err settle_happenings(lind_plan *plan, lind_arena *arena) {
  const lind_model *model = plan->model;
  const lind_protocol *protocol = plan->protocol;
  const bool occasions = protocol->occasion_days.n > 0 || isfinite(protocol->occasion_every);
  lind_purpose *noises;
  bool *is_final;
  LIND_TAKE(noises, arena, model->kernel.n_noises + 1);
  LIND_TAKE(is_final, arena, model->n_events + 1);
  for (int i = 0; i < model->kernel.n_noises; i++)
    LIND_TRY(lind_plan_parts_purpose(plan, "noise", model->states[model->kernel.noisy[i]].name, &noises[i]));
  LIND_CHECK_AT(model->kernel.n_noises == 0 || protocol->duration / protocol->grid < NODES, LIND_ERR_INPUT, protocol->model.where,
                "engine.grid is %g h; a trial of %g day can have at most %d nodes of noise", protocol->grid,
                protocol->duration / 24.0, NODES);
  for (int i = 0; i < model->n_randoms; i++) {
    plan->varies |= model->randoms[i].occasion;
    LIND_CHECK_AT(!model->randoms[i].occasion || occasions, LIND_ERR_INPUT, protocol->model.where,
                  "'%s' of model %s is drawn again at each occasion; say when under conduct.occasions, such as {every: 28 day}",
                  model->randoms[i].name, model->name);
  }
  for (int k = 0; k < protocol->final.n; k++) {
    const char **names;
    char suggestion[128];
    int found = -1;
    LIND_TAKE(names, arena, model->n_events + 1);
    for (int e = 0; e < model->n_events; e++) names[e] = model->events[e].name;
    for (int e = 0; e < model->n_events; e++)
      if (strcmp(names[e], protocol->final.at[k].text) == 0) found = e;
    LIND_CHECK_AT(
        found >= 0, LIND_ERR_INPUT, protocol->final.at[k].where, "conduct.final names '%s', which is no event of model %s%s",
        protocol->final.at[k].text, model->name,
        lind_text_suggestion(protocol->final.at[k].text, names, (size_t)model->n_events, suggestion, sizeof suggestion));
    is_final[found] = true;
  }
  plan->noise_purposes = noises;
  plan->is_final = is_final;
  return LIND_OK;
}

lind_err lind_plan_parts_model(lind_plan *plan, lind_arena *arena) {
  LIND_TRY(settle_parameters(plan, arena));
  LIND_TRY(settle_noise(plan, arena));
  LIND_TRY(settle_happenings(plan, arena));
  LIND_TRY(lind_plan_parts_importance(plan, arena));
  LIND_TRY(lind_plan_maps(plan, plan->model, arena, &plan->maps));
  LIND_TRY(settle_measures(plan, arena));
  LIND_TRY(lind_values_take(plan, arena, &plan->values));
  LIND_TRY(lind_values_settle(plan, &plan->values));
  LIND_TRY(lind_plan_parts_arms(plan, arena));
  return lind_plan_parts_unsure(plan, arena);
}
