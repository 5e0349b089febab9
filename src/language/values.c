/* What the plan asks a model before there is any patient: the prior of its random effects, its drifts, its residual errors. */
#include <math.h>
#include <string.h>

#include "model_tree.h"

enum { BLOCK_MAX = 64 };

static lind_err sd_of(const lind_model *model, const double *parameters, const lind_program *program, const char *name,
                      lind_where where, double *sd) {
  const double value = lind_program_run_one(program, parameters, model->n_parameters);
  LIND_CHECK_AT(isfinite(value) && value >= 0.0, LIND_ERR_INPUT, where,
                "the standard deviation of '%s' is %g; it must be 0 or more", name, value);
  *sd = value;
  return LIND_OK;
}

/* An exponential effect scales its own z with its mean. */
static lind_err factor_alone(const lind_model *model, const double *parameters, const lind_random_block *block, double *factor) {
  const lind_model_random *effect = &model->randoms[block->first];
  double mean = 1.0;
  if (block->sd[0] != NULL) mean = lind_program_run_one(block->sd[0], parameters, model->n_parameters);
  LIND_CHECK_AT(isfinite(mean) && mean >= 0.0, LIND_ERR_INPUT, effect->where, "the mean of '%s' is %g; it must be 0 or more",
                effect->name, mean);
  factor[block->first * model->n_randoms + block->first] = mean;
  return LIND_OK;
}

static lind_err correlations(const lind_model *model, const double *parameters, const lind_random_block *block,
                             double (*r)[BLOCK_MAX]) {
  for (int i = 0, k = 0; i < block->n; ++i) {
    r[i][i] = 1.0;
    for (int j = 0; j < i; ++j, ++k) {
      r[i][j] = block->correlation == NULL ? 0.0 : lind_program_run_one(block->correlation[k], parameters, model->n_parameters);
      LIND_CHECK_AT(fabs(r[i][j]) <= 1.0, LIND_ERR_INPUT, block->where,
                    "the correlation of '%s' and '%s' is %g; it must be from -1 to 1", model->randoms[block->first + i].name,
                    model->randoms[block->first + j].name, r[i][j]);
    }
  }
  return LIND_OK;
}

/* The factor is of the correlations, scaled afterwards, so that an effect may have a standard deviation of 0. */
static lind_err factor_block(const lind_model *model, const double *parameters, const lind_random_block *block, double *factor) {
  double r[BLOCK_MAX][BLOCK_MAX], l[BLOCK_MAX][BLOCK_MAX] = {{0}};
  const double least = 1e-12; /* a pivot below it is rounding */
  LIND_TRY(correlations(model, parameters, block, r));
  for (int i = 0; i < block->n; ++i) {
    const lind_model_random *effect = &model->randoms[block->first + i];
    double sd = 0.0;
    LIND_TRY(sd_of(model, parameters, block->sd[i], effect->name, effect->where, &sd));
    for (int j = 0; j <= i; ++j) {
      double sum = r[i][j];
      for (int k = 0; k < j; ++k) sum -= l[i][k] * l[j][k];
      LIND_CHECK_AT(
          i != j || sum > least, LIND_ERR_INPUT, effect->where,
          "the correlations of '%s' with the effects before it cannot hold together: the matrix is not positive definite",
          effect->name);
      l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
      factor[(block->first + i) * model->n_randoms + block->first + j] = sd * l[i][j];
    }
  }
  return LIND_OK;
}

lind_err lind_model_random_factor(const lind_model *model, const double *parameters, double *factor) {
  const size_t n = (size_t)model->n_randoms;
  for (size_t i = 0; i < n * n; ++i) factor[i] = 0.0;
  for (int i = 0; i < model->tree->n_blocks; ++i) {
    const lind_random_block *block = &model->tree->blocks[i];
    const bool alone = model->randoms[block->first].kind == LIND_RANDOM_EXPONENTIAL;
    LIND_TRY((alone ? factor_alone : factor_block)(model, parameters, block, factor));
  }
  return LIND_OK;
}

lind_err lind_model_drift_values(const lind_model *model, const double *parameters, int drift, double *sd, double *tau,
                                 double *every) {
  const lind_model_drift *d = &model->drifts[drift];
  const lind_drift_programs *programs = &model->tree->drifts[drift];
  double found_sd = 0.0;
  LIND_TRY(sd_of(model, parameters, programs->sd, d->name, d->where, &found_sd));
  const double found_tau = lind_program_run_one(programs->tau, parameters, model->n_parameters);
  const double found_every = lind_program_run_one(programs->every, parameters, model->n_parameters);
  LIND_CHECK_AT(isfinite(found_tau) && found_tau > 0.0, LIND_ERR_INPUT, d->where,
                "tau of the drift '%s' is %g h; it must be above 0", d->name, found_tau);
  LIND_CHECK_AT(isfinite(found_every) && found_every > 0.0, LIND_ERR_INPUT, d->where,
                "every of the drift '%s' is %g h; it must be above 0", d->name, found_every);
  *sd = found_sd;
  *tau = found_tau;
  *every = found_every;
  return LIND_OK;
}

lind_err lind_model_residual(const lind_model *model, const double *parameters, int output, double *a, double *b) {
  const lind_residual_programs *programs = &model->tree->residuals[output];
  const lind_model_output *o = &model->outputs[output];
  const double found_a = programs->a == NULL ? 0.0 : lind_program_run_one(programs->a, parameters, model->n_parameters);
  const double found_b = programs->b == NULL ? 0.0 : lind_program_run_one(programs->b, parameters, model->n_parameters);
  LIND_CHECK_AT(isfinite(found_a) && found_a >= 0.0 && isfinite(found_b) && found_b >= 0.0, LIND_ERR_INPUT, o->where,
                "the residual error of '%s' is %g; it must be 0 or more", o->name,
                isfinite(found_a) && found_a >= 0.0 ? found_b : found_a);
  LIND_CHECK_AT(o->residual != LIND_ERROR_BETA || (found_a > 0.0 && found_b > 0.0), LIND_ERR_INPUT, o->where,
                "the beta error of '%s' has precision %g and top %g; both must be above 0", o->name, found_a,
                found_b / o->unit.scale);
  /* power(a [unit], b) speaks of the truth in the output's own unit u: a (y / u)^b = (a / u^b) y^b */
  *a = o->residual == LIND_ERROR_POWER ? found_a / pow(o->unit.scale, found_b) : found_a;
  *b = found_b;
  return LIND_OK;
}

lind_err lind_model_residual_tau(const lind_model *model, const double *parameters, int output, double *tau) {
  const lind_program *program = model->tree->residuals[output].tau;
  const lind_model_output *o = &model->outputs[output];
  const double found = program == NULL ? 0.0 : lind_program_run_one(program, parameters, model->n_parameters);
  LIND_CHECK_AT(program == NULL || (isfinite(found) && found > 0.0), LIND_ERR_INPUT, o->where,
                "tau of the errors of '%s' is %g h; it must be above 0", o->name, found);
  *tau = found;
  return LIND_OK;
}

lind_err lind_model_sensor(const lind_model *model, const double *parameters, int output, lind_sensor *sensor) {
  const lind_program *const *programs = model->tree->residuals[output].sensor;
  const lind_model_output *o = &model->outputs[output];
  double v[LIND_SENSOR_KEYS] = {[LIND_SENSOR_LOW] = -INFINITY, [LIND_SENSOR_HIGH] = INFINITY};
  for (int k = 0; k < LIND_SENSOR_KEYS; k++) {
    if (programs[k] == NULL) continue;
    v[k] = lind_program_run_one(programs[k], parameters, model->n_parameters);
    LIND_CHECK_AT(isfinite(v[k]), LIND_ERR_INPUT, o->where, "a number of the sensor of '%s' is not finite", o->name);
  }
  LIND_CHECK_AT(v[LIND_SENSOR_DELTA] > 0.0 && v[LIND_SENSOR_EVERY] > 0.0, LIND_ERR_INPUT, o->where,
                "delta and every of the sensor of '%s' are %g and %g h; they must be above 0", o->name, v[LIND_SENSOR_DELTA],
                v[LIND_SENSOR_EVERY]);
  LIND_CHECK_AT(fabs(v[LIND_SENSOR_KEEP]) < 1.0 && v[LIND_SENSOR_LAMBDA] >= 0.0, LIND_ERR_INPUT, o->where,
                "keep and lambda of the sensor of '%s' are %g and %g %s; keep must be between -1 and 1, lambda 0 or more",
                o->name, v[LIND_SENSOR_KEEP], v[LIND_SENSOR_LAMBDA] / o->unit.scale, o->unit.text);
  LIND_CHECK_AT(v[LIND_SENSOR_LOW] < v[LIND_SENSOR_HIGH], LIND_ERR_INPUT, o->where, "low of the sensor of '%s' is not below high",
                o->name);
  *sensor = (lind_sensor){v[LIND_SENSOR_GAMMA], v[LIND_SENSOR_DELTA], v[LIND_SENSOR_LAMBDA], v[LIND_SENSOR_XI],
                          v[LIND_SENSOR_KEEP],  v[LIND_SENSOR_EVERY], v[LIND_SENSOR_LOW],    v[LIND_SENSOR_HIGH]};
  return LIND_OK;
}

double lind_model_correlate(double before, double elapsed, double tau, double normal) {
  return exp(-elapsed / tau) * before + sqrt(-expm1(-2.0 * elapsed / tau)) * normal;
}

int lind_model_covariate_slots(const lind_model_covariate *covariate) {
  if (covariate->course == LIND_COVARIATE_LINEAR) return 3;
  return covariate->type.kind == LIND_TYPE_GENOTYPE ? 2 : 1;
}

/* ---- what reads what
 * ----------------------------------------------------------------------------------------------------------------- */

static int slot_of(const lind_model_tree *tree, const lind_vertex *v) {
  return v->op == LIND_OP_SLOT && v->leaf <= LIND_LEAF_DRIFT ? tree->offset[v->leaf] + v->index : -1;
}

lind_err lind_model_rate_reads(const lind_model *model, int state, int slot, lind_arena *arena, bool *reads) {
  const lind_model_tree *tree = model->tree;
  bool *marks, found = false;
  LIND_TAKE(marks, arena, tree->graph.n);
  if (tree->rate != NULL) marks[tree->rate[state]] = true;
  lind_graph_reach(&tree->graph, marks);
  for (int i = 0; i < tree->graph.n; i++) found |= marks[i] && slot_of(tree, &tree->graph.vertices[i]) == slot;
  *reads = found;
  return LIND_OK;
}

/* ---- finders
 * ----------------------------------------------------------------------------------------------------------------------- */

#define FIND(what, list, count)                                           \
  int lind_model_find_##what(const lind_model *model, const char *name) { \
    for (int i = 0; i < model->count; ++i)                                \
      if (strcmp(model->list[i].name, name) == 0) return i;               \
    return -1;                                                            \
  }
FIND(parameter, parameters, n_parameters)
FIND(state, states, n_states)
FIND(output, outputs, n_outputs)
FIND(set, sets, n_sets)
FIND(random, randoms, n_randoms)
FIND(event, events, n_events)

void lind_model_drift_node(double sd, double tau, double every, double *keep, double *kick) {
  *keep = exp(-every / tau);
  *kick = sd * sqrt(-expm1(-2.0 * every / tau));
}

const char *lind_model_slot_name(const lind_model *model, int slot) {
  for (int k = 0; k < model->n_parameters; k++)
    if (model->parameters[k].slot == slot) return model->parameters[k].name;
  for (int k = 0; k < model->n_randoms; k++)
    if (model->randoms[k].slot == slot) return model->randoms[k].name;
  for (int k = 0; k < model->n_covariates; k++)
    if (model->covariates[k].slot <= slot && slot < model->covariates[k].slot + lind_model_covariate_slots(&model->covariates[k]))
      return model->covariates[k].name;
  return "an input";
}
