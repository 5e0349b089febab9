/* estimates_robustness.c -- the table that goes with every synthetic control: each analysis at each point of the grid, held
 * against the true effect. */
#include <math.h>
#include <string.h>

#include "estimates_parts.h"

enum { LEAST = 50 }; /* trials below which a type I error is not told: of 50, a level of 5 % expects 2.5 */

/* The table is of controls: the concurrent one, and those that know more. Of other estimators the truth is no difference of
 * means. */
static bool is_control(const lind_estimator *estimator) {
  return estimator->needs != 0 || strcmp(estimator->name, "concurrent") == 0;
}

static json_t *verdict_of(const lind_tally *with, const lind_tally *without, int t) {
  const lind_layout *layout = with->layout;
  const struct lind_layout_term *term = &layout->terms[t];
  const char *unit;
  const double scale = lind_layout_scale(layout, term->endpoint, &unit);
  lind_judgement v;
  lind_judge(with, without, t, lind_judge_reference(layout, t), &v);
  json_t *object = json_object();
  json_object_set_new(object, "analysis", json_string(layout->plan->protocol->analyses[term->analysis].name));
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"truth", v.truth * scale}, {"truth_no_effect", v.left * scale},
                 {"bias", v.bias * scale},   {"bias_mcse", v.bias_mcse * scale},
                 {"type_one", v.type_one},   {"type_one_mcse", v.type_one_mcse},
                 {"power", v.power},         {"power_mcse", v.power_mcse},
                 {"coverage", v.coverage},   {"coverage_mcse", v.coverage_mcse},
                 {"saved", v.saved}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    json_object_set_new(object, numbers[i].name, lind_estimates_number(numbers[i].value));
  /* more type I errors than the level allows, beyond what chance can do (one-sided 99 %) */
  const double alpha = 1.0 - layout->plan->protocol->analyses[term->analysis].level,
               limit = alpha + 2.326 * sqrt(alpha * (1.0 - alpha) / (double)without->replicates);
  json_object_set_new(object, "inflated", json_boolean(v.type_one > limit));
  json_object_set_new(object, "too_few", json_boolean(without->replicates < LEAST));
  json_object_set_new(object, "effect_left", json_boolean(isnan(v.type_one) && v.left != 0.0));
  return object;
}

static json_t *levels_of(const lind_protocol *protocol, int point) {
  int levels[LIND_ROBUST_AXES];
  json_t *object = json_object();
  lind_protocol_robust_levels(protocol, point, levels);
  for (int a = 0; a < LIND_ROBUST_AXES; a++)
    json_object_set_new(object, lind_protocol_robust_axes[a],
                        levels[a] > 0 ? json_string(protocol->robustness.level[a][levels[a] - 1].title) : json_null());
  return object;
}

json_t *lind_estimates_robustness(const lind_estimates_input *input) {
  const lind_protocol *protocol = input->main->layout->plan->protocol;
  json_t *object = json_object(), *points = json_array(), *changes = json_array();
  for (int k = 0; k < protocol->robustness.no_effect.n; k++)
    json_array_append_new(changes, json_string(protocol->robustness.no_effect.at[k].text));
  json_object_set_new(object, "title", json_string(protocol->robustness.title));
  json_object_set_new(object, "replicates", json_integer((json_int_t)input->judged[0]->replicates));
  json_object_set_new(object, "no_effect", changes);
  for (int p = 0; 2 * p < input->n_judged; p++) {
    const lind_tally *with = input->judged[2 * p], *without = input->judged[2 * p + 1];
    json_t *point = levels_of(protocol, p), *rows = json_array();
    for (int t = 0; t < with->layout->n_terms; t++) /* the first term of each analysis */
      if (is_control(with->layout->terms[t].estimator) &&
          (t == 0 || with->layout->terms[t].analysis != with->layout->terms[t - 1].analysis))
        json_array_append_new(rows, verdict_of(with, without, t));
    json_object_set_new(point, "rows", rows);
    json_array_append_new(points, point);
  }
  json_object_set_new(object, "points", points);
  return object;
}
