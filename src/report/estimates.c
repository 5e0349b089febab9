/* estimates.c -- a tally becomes estimates.json. One function a section; the shape is described in docs/reference/estimates.md.
 */
#include "lind/estimates.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "estimates_parts.h"

json_t *lind_estimates_number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *text(const char *words) { return words != NULL ? json_string(words) : json_null(); }

static json_t *published(const lind_target *target) {
  json_t *object = json_object();
  json_object_set_new(object, "estimate", lind_estimates_number(target->estimate));
  json_object_set_new(object, "lower", lind_estimates_number(target->lower));
  json_object_set_new(object, "upper", lind_estimates_number(target->upper));
  json_object_set_new(object, "source", text(target->source));
  json_object_set_new(object, "mark", text(target->mark));
  return object;
}

static bool same(const char *wanted, const char *have, const char *preset) {
  return strcmp(wanted != NULL ? wanted : preset, have) == 0;
}

static void add_published(json_t *object, const lind_protocol *protocol, const char *analysis, const char *endpoint,
                          const char *arm, const char *group, const char *level) {
  for (int i = 0; i < protocol->n_targets; i++) {
    const lind_target *t = &protocol->targets[i];
    if (!same(t->group, group, "all") || !same(t->level, level, "all")) continue;
    const bool effect = analysis != NULL && t->analysis != NULL && strcmp(t->analysis, analysis) == 0;
    const bool cell = endpoint != NULL && t->endpoint != NULL && t->arm != NULL && strcmp(t->endpoint, endpoint) == 0 &&
                      strcmp(t->arm, arm) == 0;
    if (effect || cell) json_object_set_new(object, "published", published(t));
  }
}

/* ---- endpoints by cell
 * -------------------------------------------------------------------------------------------------------------- */

static json_t *cell(const lind_tally *tally, int e, int g, int l, int a) {
  const lind_layout *layout = tally->layout;
  const lind_plan *plan = layout->plan;
  const size_t at = lind_layout_cell(layout, e, g, l, a) / LIND_CELL_REALS;
  const lind_moments *pooled = &tally->pooled[at], *between = &tally->between[at];
  if (pooled->n + pooled->missing == 0.0) return NULL;
  const char *unit;
  const double scale = lind_layout_scale(layout, e, &unit);
  const double sd = sqrt(pooled->m2 / (pooled->n - 1.0));
  /* between replicates when there are several; from the patients when there is one */
  const double mcse = between->n > 1.0 ? sqrt(between->m2 / (between->n - 1.0) / between->n) : sd / sqrt(pooled->n);
  json_t *object = json_object();
  json_object_set_new(object, "group", text(plan->groupings[g].name));
  json_object_set_new(object, "level", text(plan->groupings[g].levels.names[l]));
  json_object_set_new(object, "arm", text(plan->protocol->treatments[a].name));
  json_object_set_new(object, "mean", lind_estimates_number(pooled->n > 0.0 ? pooled->mean * scale : NAN));
  json_object_set_new(object, "mcse", lind_estimates_number(mcse * scale));
  json_object_set_new(object, "sd", lind_estimates_number(sd * scale));
  json_object_set_new(object, "n", json_integer((json_int_t)pooled->n));
  json_object_set_new(object, "missing", json_integer((json_int_t)pooled->missing));
  add_published(object, plan->protocol, NULL, plan->protocol->endpoints[e].name, plan->protocol->treatments[a].name,
                plan->groupings[g].name, plan->groupings[g].levels.names[l]);
  return object;
}

static json_t *endpoints(const lind_tally *tally) {
  static const char *const scales[] = {"mean", "share", "time", "category"};
  const lind_layout *layout = tally->layout;
  const lind_plan *plan = layout->plan;
  json_t *list = json_array();
  for (int e = 0; e < layout->n_endpoints; e++) {
    const char *unit;
    (void)lind_layout_scale(layout, e, &unit);
    json_t *object = json_object(), *cells = json_array();
    json_object_set_new(object, "name", text(plan->protocol->endpoints[e].name));
    json_object_set_new(object, "title", text(plan->protocol->endpoints[e].title));
    json_object_set_new(object, "kind", text(layout->kinds[e]->name));
    json_object_set_new(object, "unit", text(unit));
    json_object_set_new(object, "scale", text(scales[layout->kinds[e]->scale]));
    for (int g = 0; g < plan->n_groupings; g++)
      for (int l = 0; l < plan->groupings[g].levels.n; l++)
        for (int a = 0; a < layout->n_treatments; a++) {
          json_t *one = cell(tally, e, g, l, a);
          if (one != NULL) json_array_append_new(cells, one);
        }
    json_object_set_new(object, "cells", cells);
    if (layout->classes[e] >= 0) lind_estimates_classes(tally, e, object);
    json_array_append_new(list, object);
  }
  return list;
}

/* ---- analyses
 * ------------------------------------------------------------------------------------------------------------------------- */

static json_t *histogram(const lind_effect *effect) {
  if (isnan(effect->width)) return NULL;
  json_t *object = json_object(), *counts = json_array();
  for (int b = 0; b < LIND_EFFECT_BINS; b++) json_array_append_new(counts, json_integer(effect->bars[b]));
  json_object_set_new(object, "from", json_real(effect->from));
  json_object_set_new(object, "width", json_real(effect->width));
  json_object_set_new(object, "count", counts);
  return object;
}

static json_t *term(const lind_tally *tally, int t) {
  const lind_layout *layout = tally->layout;
  const struct lind_layout_term *this = &layout->terms[t];
  const lind_grouping *grouping = &layout->plan->groupings[this->grouping];
  const char *unit;
  const double scale = lind_layout_effect_scale(layout, t, &unit);
  const lind_effect effect = tally->effects[t];
  if (effect.replicates == 0) return NULL;
  json_t *object = json_object();
  json_object_set_new(object, "group", text(grouping->name));
  json_object_set_new(object, "level", text(grouping->levels.names[this->level]));
  json_object_set_new(object, "replicates", json_integer((json_int_t)effect.replicates));
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"estimate", effect.mean * scale},
                 {"mcse", effect.mcse * scale},
                 {"sd", effect.sd * scale},
                 {"p05", effect.p05 * scale},
                 {"p50", effect.p50 * scale},
                 {"p95", effect.p95 * scale},
                 {"se", effect.se * (this->estimator->ratio ? 1.0 : scale)},
                 {"power", effect.power},
                 {"power_mcse", effect.power_mcse},
                 {"n", effect.n},
                 {"missing", effect.missing}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    json_object_set_new(object, numbers[i].name, lind_estimates_number(numbers[i].value));
  json_object_set_new(
      object, "interval",
      json_pack("[o,o]", lind_estimates_number(effect.lower * scale), lind_estimates_number(effect.upper * scale)));
  json_object_set_new(object, "interval_is",
                      text(effect.replicates > 1 ? "mean of the replicates' limits: what one trial of this size would show"
                                                 : "of the one replicate"));
  json_t *bars = histogram(&effect);
  if (bars != NULL) json_object_set_new(object, "histogram", bars);
  add_published(object, layout->plan->protocol, layout->plan->protocol->analyses[this->analysis].name, NULL, NULL, grouping->name,
                grouping->levels.names[this->level]);
  return object;
}

/* Its own title; else that of its endpoint. */
static const char *title_of(const lind_protocol *protocol, const lind_analysis *analysis) {
  if (analysis->title != NULL && strcmp(analysis->title, analysis->name) != 0) return analysis->title;
  for (int e = 0; e < protocol->n_endpoints; e++)
    if (strcmp(protocol->endpoints[e].name, analysis->endpoint.text) == 0 && protocol->endpoints[e].title != NULL)
      return protocol->endpoints[e].title;
  return analysis->name;
}

static json_t *analyses(const lind_tally *tally) {
  const lind_layout *layout = tally->layout;
  const lind_protocol *protocol = layout->plan->protocol;
  json_t *list = json_array();
  for (int i = 0; i < protocol->n_analyses; i++) {
    const lind_analysis *analysis = &protocol->analyses[i];
    json_t *object = json_object(), *terms = json_array();
    const struct lind_layout_term *first = NULL;
    const char *unit = "1";
    for (int t = 0; t < layout->n_terms; t++) {
      if (layout->terms[t].analysis != i) continue;
      if (first == NULL) {
        first = &layout->terms[t];
        (void)lind_layout_effect_scale(layout, t, &unit);
      }
      json_t *one = term(tally, t);
      if (one != NULL) json_array_append_new(terms, one);
    }
    json_object_set_new(object, "name", text(analysis->name));
    json_object_set_new(object, "title", text(title_of(protocol, analysis)));
    json_object_set_new(object, "endpoint", text(analysis->endpoint.text));
    json_object_set_new(object, "estimator", text(analysis->estimator.text));
    json_object_set_new(object, "method", text(first != NULL ? first->estimator->summary : NULL));
    json_object_set_new(object, "method_source", text(first != NULL ? first->estimator->source : NULL));
    json_object_set_new(object, "effect", text(first != NULL ? first->estimator->effect : NULL));
    json_object_set_new(object, "estimand", text(analysis->estimand.text));
    json_object_set_new(object, "unit", text(unit));
    json_object_set_new(object, "ratio", json_boolean(first != NULL && first->estimator->ratio));
    json_object_set_new(object, "synthetic", json_boolean(first != NULL && first->estimator->synthetic));
    json_object_set_new(object, "level", json_real(analysis->level));
    json_object_set_new(object, "null", json_real(layout->analyses[i].settings.null));
    if (first != NULL) {
      json_object_set_new(object, "treated", text(protocol->treatments[first->treated].name));
      json_object_set_new(object, "control", text(protocol->treatments[first->control].name));
    }
    json_object_set_new(object, "terms", terms);
    json_array_append_new(list, object);
  }
  return list;
}

/* ---- sensitivity
 * ---------------------------------------------------------------------------------------------------------------------- */

static json_t *scenario(const lind_tally *tally, const char *name, const char *title) {
  const lind_layout *layout = tally->layout;
  const struct lind_layout_term *primary = &layout->terms[0];
  const char *unit;
  const double scale = lind_layout_effect_scale(layout, 0, &unit);
  const lind_effect effect = tally->effects[0];
  json_t *object = json_object();
  json_object_set_new(object, "name", text(name));
  json_object_set_new(object, "title", text(title));
  const int arms[2] = {primary->treated, primary->control};
  static const char *const keys[2] = {"treated", "control"};
  for (int k = 0; k < 2; k++) {
    const size_t at = lind_layout_cell(layout, primary->endpoint, primary->grouping, primary->level, arms[k]) / LIND_CELL_REALS;
    const char *own;
    json_object_set_new(object, keys[k],
                        lind_estimates_number(tally->pooled[at].mean * lind_layout_scale(layout, primary->endpoint, &own)));
  }
  /* the interval is that of the scenario's mean effect: its Monte Carlo error alone */
  const double estimate = effect.mean * scale, mcse = effect.mcse * scale;
  json_object_set_new(object, "estimate", lind_estimates_number(estimate));
  json_object_set_new(object, "mcse", lind_estimates_number(mcse));
  json_object_set_new(object, "lower", lind_estimates_number(estimate - 1.959963984540054 * mcse));
  json_object_set_new(object, "upper", lind_estimates_number(estimate + 1.959963984540054 * mcse));
  return object;
}

static json_t *sensitivity(const lind_estimates_input *input) {
  const lind_layout *layout = input->main->layout;
  const lind_protocol *protocol = layout->plan->protocol;
  const struct lind_layout_term *primary = &layout->terms[0];
  const char *unit;
  (void)lind_layout_effect_scale(layout, 0, &unit);
  json_t *object = json_object(), *list = json_array();
  json_object_set_new(object, "title", text(protocol->sensitivity_title != NULL ? protocol->sensitivity_title : "Sensitivity"));
  json_object_set_new(object, "replicates", json_integer((json_int_t)input->scenarios[0]->replicates));
  json_object_set_new(object, "analysis", text(protocol->analyses[primary->analysis].name));
  json_object_set_new(object, "group", text(layout->plan->groupings[primary->grouping].name));
  json_object_set_new(object, "level", text(layout->plan->groupings[primary->grouping].levels.names[primary->level]));
  json_object_set_new(object, "unit", text(unit));
  json_array_append_new(list, scenario(input->main, "reference", "As in the protocol"));
  for (int i = 0; i < input->n_scenarios; i++)
    if (input->scenarios[i]->layout->n_terms > 0)
      json_array_append_new(list, scenario(input->scenarios[i], protocol->scenarios[i].name, protocol->scenarios[i].title));
  json_object_set_new(object, "scenarios", list);
  return object;
}

lind_err lind_estimates_create(const lind_estimates_input *input, char **json) {
  const lind_tally *tally = input->main;
  const lind_plan *plan = tally->layout->plan;
  const lind_protocol *protocol = plan->protocol;
  char hex[33];
  json_t *root = json_object();
  json_object_set_new(root, "format", json_string("lind-estimates-1"));
  json_object_set_new(root, "protocol", text(protocol->name));
  json_object_set_new(root, "title", text(protocol->title));
  json_object_set_new(root, "question", text(protocol->question));
  json_object_set_new(root, "source", text(protocol->source));
  json_object_set_new(root, "patients", json_integer((json_int_t)protocol->patients));
  json_object_set_new(root, "replicates", json_integer((json_int_t)protocol->replicates));
  json_object_set_new(root, "weighted", json_boolean(plan->tilts != NULL));
  json_object_set_new(root, "seed", json_integer((json_int_t)protocol->seed));
  json_object_set_new(root, "plan_hash", text(lind_digest_text(plan->hash, hex)));
  json_object_set_new(root, "digest", text(lind_digest_text(tally->digest, hex)));
  lind_estimates_context(root, tally);
  json_object_set_new(root, "endpoints", endpoints(tally));
  json_object_set_new(root, "analyses", analyses(tally));
  if (input->n_scenarios > 0 && tally->layout->n_terms > 0) json_object_set_new(root, "sensitivity", sensitivity(input));
  json_t *pictures = input->pictures != NULL ? json_loads(input->pictures, 0, NULL) : NULL;
  if (pictures != NULL) json_object_set_new(root, "pictures", pictures);
  json_t *lives = input->trajectories != NULL ? json_loads(input->trajectories, 0, NULL) : NULL;
  if (lives != NULL) json_object_set_new(root, "trajectories", lives);
  if (input->n_judged > 0 && tally->layout->n_terms > 0)
    json_object_set_new(root, "robustness", lind_estimates_robustness(input));
  json_object_set_new(root, "answer", json_string(lind_estimates_answer(root)));
  *json = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(17) | JSON_PRESERVE_ORDER);
  json_decref(root);
  LIND_CHECK(*json != NULL, LIND_ERR_MEMORY, "no memory for estimates.json");
  return LIND_OK;
}
