#include "frame.h"

#include "conduct.h"

void lind_frame_effects(const lind_plan *plan, const lind_plan_values *values, lind_who who, uint32_t occasion, double *eta) {
  const lind_model *model = plan->model;
  double z[LIND_FRAME_RANDOMS];
  for (int k = 0; k < model->n_randoms; k++) {
    z[k] = lind_importance_draw(plan, k, who, model->randoms[k].occasion ? occasion : 0);
    eta[k] = 0.0;
    for (int j = 0; j <= k; j++) eta[k] += values->factor[k * model->n_randoms + j] * z[j];
  }
}

static void put_parameters(const lind_plan *plan, const lind_plan_values *values, int arm, lind_lane *frame) {
  const lind_model *model = plan->model;
  for (int k = 0; k < model->n_parameters; k++)
    for (int i = 0; i < LIND_LANES; i++) frame[model->parameters[k].slot].of[i] = values->parameters[k];
  for (int k = 0; arm >= 0 && k < plan->arms[arm].n; k++)
    for (int i = 0; i < LIND_LANES; i++) frame[model->parameters[plan->arms[arm].at[k]].slot].of[i] = plan->arms[arm].value[k];
}

void lind_frame_fill(const lind_plan *plan, const lind_plan_values *values, int arm, const lind_lane *rules, lind_lane *frame) {
  const lind_model *model = plan->model;
  put_parameters(plan, values, arm, frame);
  for (int k = 0; k < model->n_covariates; k++) {
    const struct lind_plan_map *map = &plan->maps[k];
    for (int i = 0; i < LIND_LANES; i++) {
      if (map->n == 0) {
        const int slots = lind_model_covariate_slots(&model->covariates[k]);
        for (int a = 0; a < slots; a++) frame[map->to + a].of[i] = 0.0;
        continue;
      }
      double first = rules[map->from].of[i];
      if (map->code != NULL) first = map->code[(int)first];
      frame[map->to].of[i] = first;
      if (model->covariates[k].course == LIND_COVARIATE_LINEAR) /* the cohort knows one value: it stays */
        frame[map->to + 1].of[i] = frame[map->to + 2].of[i] = 0.0;
      if (map->n < 2) continue;
      const double second = map->code[(int)rules[map->from + 1].of[i]]; /* the model's codes, smaller first */
      frame[map->to].of[i] = first < second ? first : second;
      frame[map->to + 1].of[i] = first < second ? second : first;
    }
  }
}
