/* plan_arms.c -- values of the model's parameters that the protocol writes down, for everybody or for an arm. */
#include <string.h>

#include "lind/text.h"
#include "plan_parts.h"
#include "values.h"

static lind_err unknown(const lind_model *model, lind_words name, const char *key, lind_arena *arena) {
  const char **names;
  LIND_TAKE(names, arena, model->n_parameters + 1);
  for (int k = 0; k < model->n_parameters; k++) names[k] = model->parameters[k].name;
  char suggestion[128];
  return lind_error_fail_at(LIND_ERR_INPUT, name.where, "%s.%s is not a parameter of model %s%s", key, name.text, model->name,
                            lind_text_suggestion(name.text, names, (size_t)model->n_parameters, suggestion, sizeof suggestion));
}

static lind_err read_value(const lind_quantity *parameter, lind_words name, lind_words value, const char *key,
                           double *canonical) {
  lind_unit unit;
  const lind_unit *declared = &parameter->unit;
  char declared_words[64], written_words[64];
  double made;
  if (lind_unit_parse_quantity(value.text, &made, &unit) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_INPUT, value.where, "%s.%s is '%s'; %s", key, name.text, value.text, lind_error_message());
  LIND_CHECK_AT(lind_unit_same_dimension(unit.dimension, declared->dimension), LIND_ERR_UNIT, value.where,
                "%s.%s is '%s', which is %s; %s is needed, such as '%g %s'", key, name.text, value.text,
                lind_unit_dimension_words(unit.dimension, written_words, sizeof written_words),
                lind_unit_dimension_words(declared->dimension, declared_words, sizeof declared_words),
                parameter->value / declared->scale, declared->text);
  *canonical = made;
  return LIND_OK;
}

lind_err lind_plan_parts_overrides(const lind_plan *plan, const lind_overrides *overrides, const char *key, lind_arena *arena,
                                   int **at, double **value) {
  const lind_model *model = plan->model;
  LIND_TAKE(*at, arena, overrides->n + 1);
  LIND_TAKE(*value, arena, overrides->n + 1);
  for (int i = 0; i < overrides->n; i++) {
    const int k = lind_model_find_parameter(model, overrides->name[i].text);
    if (k < 0) return unknown(model, overrides->name[i], key, arena);
    (*at)[i] = k;
    LIND_TRY(read_value(&model->parameters[k], overrides->name[i], overrides->value[i], key, &(*value)[i]));
  }
  return LIND_OK;
}

/* Distributions are drawn before anybody has an arm: a twin lives with the same effects, drifts and errors. */
static bool moves_distributions(const lind_plan *plan, int at, double value, lind_plan_values *other, lind_err *err) {
  const lind_model *model = plan->model;
  const lind_plan_values *own = &plan->values;
  memcpy(other->parameters, own->parameters, (size_t)model->n_parameters * sizeof *own->parameters);
  other->parameters[at] = value;
  *err = lind_values_settle(plan, other);
  if (*err != LIND_OK) return false;
  const size_t randoms = (size_t)model->n_randoms;
  bool same = memcmp(own->factor, other->factor, randoms * randoms * sizeof *own->factor) == 0;
  for (int d = 0; d < model->n_drifts; d++)
    same = same && own->drifts[d].keep == other->drifts[d].keep && own->drifts[d].kick == other->drifts[d].kick &&
           own->drifts[d].sd == other->drifts[d].sd && own->drifts[d].every == other->drifts[d].every;
  for (int m = 0; m < plan->n_residuals; m++)
    same = same && own->residuals[m].a == other->residuals[m].a && own->residuals[m].b == other->residuals[m].b &&
           own->residuals[m].tau == other->residuals[m].tau &&
           (model->outputs[plan->residual_outputs[m]].residual != LIND_ERROR_SENSOR ||
            memcmp(&own->residuals[m].sensor, &other->residuals[m].sensor, sizeof own->residuals[m].sensor) == 0);
  return !same;
}

lind_err lind_plan_parts_arms(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  struct lind_plan_arm *arms;
  LIND_TAKE(arms, arena, protocol->n_arms);
  for (int a = 0; a < protocol->n_arms; a++) {
    const lind_overrides *overrides = &protocol->arms[a].parameters;
    const char *key = lind_arena_format(arena, "arms.%s.parameters", protocol->arms[a].name);
    lind_plan_values other = {0};
    lind_err err;
    int *at;
    double *value;
    LIND_TRY(lind_plan_parts_overrides(plan, overrides, key, arena, &at, &value));
    LIND_TRY(lind_values_take(plan, arena, &other));
    for (int i = 0; i < overrides->n; i++) {
      const bool moves = moves_distributions(plan, at[i], value[i], &other, &err);
      LIND_TRY(err);
      LIND_CHECK_AT(!moves, LIND_ERR_INPUT, overrides->name[i].where,
                    "%s.%s changes how effects or errors are distributed, which must be the same in every arm; set it under "
                    "model.parameters",
                    key, overrides->name[i].text);
    }
    arms[a] = (struct lind_plan_arm){overrides->n, at, value};
  }
  plan->arms = arms;
  return LIND_OK;
}
