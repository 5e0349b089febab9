/* importance.c -- importance sampling: a random effect is drawn from a tail more often than people have it, and each patient
 * carries the likelihood ratio. One uniform v stays one uniform: [0, drawn) is stretched onto the tail [0, share), the rest onto
 * the rest, so that the weight is share / drawn or (1 - share) / (1 - drawn), bounded, and whatever was monotone stays so.
 * Theory: docs/theory/importance-sampling.md. */
#include <math.h>

#include "conduct.h"
#include "lind/draw.h"
#include "lind/text.h"
#include "plan_parts.h"

static double stretched(const struct lind_plan_tilt *tilt, double v) {
  if (v < tilt->drawn) return v * (tilt->share / tilt->drawn);
  return fmin(tilt->share + (v - tilt->drawn) * ((1.0 - tilt->share) / (1.0 - tilt->drawn)), 1.0 - 0x1p-53);
}

/* v counts from the tail: small is deep in it. */
static double from_tail(bool exponential, bool highest, double v) {
  if (exponential) return highest ? -log(v) : -log1p(-v);
  return highest ? -lind_draw_normal_quantile(v) : lind_draw_normal_quantile(v);
}

double lind_importance_draw(const lind_plan *plan, int k, lind_who who, uint32_t index) {
  const bool exponential = plan->model->randoms[k].kind == LIND_RANDOM_EXPONENTIAL;
  const lind_purpose why = plan->random_purposes[k];
  if (plan->tilts == NULL || plan->tilts[k].drawn == 0.0)
    return exponential ? -log(lind_random_uniform(who, why, index)) : lind_random_normal(who, why, index);
  return from_tail(exponential, plan->tilts[k].highest, stretched(&plan->tilts[k], lind_random_uniform(who, why, index)));
}

double lind_simulate_weight(const lind_desk *desk, int seat) {
  const lind_plan *plan = desk->plan;
  double weight = 1.0;
  if (plan->tilts == NULL) return weight;
  const lind_who who = {plan->protocol->seed, desk->replicate, (uint32_t)(desk->first_seat + (uint64_t)seat),
                        (uint32_t)(desk->attempts[seat] - 1)};
  for (int k = 0; k < plan->model->n_randoms; k++) {
    const struct lind_plan_tilt *tilt = &plan->tilts[k];
    if (tilt->drawn == 0.0) continue;
    weight *= lind_random_uniform(who, plan->random_purposes[k], 0) < tilt->drawn ? tilt->share / tilt->drawn
                                                                                  : (1.0 - tilt->share) / (1.0 - tilt->drawn);
  }
  return weight;
}

lind_err lind_plan_parts_importance(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  const lind_model *model = plan->model;
  struct lind_plan_tilt *tilts;
  if (protocol->n_tilts == 0) return LIND_OK;
  LIND_TAKE(tilts, arena, model->n_randoms + 1);
  for (int i = 0; i < protocol->n_tilts; i++) {
    const lind_tilt *tilt = &protocol->tilts[i];
    const int k = lind_model_find_random(model, tilt->effect);
    if (k < 0) {
      const char **names;
      char suggestion[128];
      LIND_TAKE(names, arena, model->n_randoms + 1);
      for (int r = 0; r < model->n_randoms; r++) names[r] = model->randoms[r].name;
      LIND_CHECK_AT(false, LIND_ERR_INPUT, tilt->where, "importance.%s is not a random effect of model %s%s", tilt->effect,
                    model->name,
                    lind_text_suggestion(tilt->effect, names, (size_t)model->n_randoms, suggestion, sizeof suggestion));
    }
    LIND_CHECK_AT(!model->randoms[k].occasion, LIND_ERR_INPUT, tilt->where,
                  "importance.%s is drawn again at each occasion; only an effect that is drawn once a patient has one weight",
                  tilt->effect);
    tilts[k] = (struct lind_plan_tilt){tilt->highest != 0, tilt->share, tilt->drawn};
  }
  plan->tilts = tilts;
  return LIND_OK;
}
