/* estimates_context.c -- the study in words and counts: arms, model, cohort, flow, baseline, curves, assumptions, work. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "estimates_parts.h"

static json_t *text(const char *words) { return words != NULL ? json_string(words) : json_null(); }

static json_t *arms(const lind_plan *plan) {
  json_t *list = json_array();
  for (int a = 0; a < plan->protocol->n_arms; a++) {
    json_t *object = json_object();
    json_object_set_new(object, "name", text(plan->protocol->arms[a].name));
    json_object_set_new(object, "title", text(plan->protocol->arms[a].title));
    json_object_set_new(object, "ratio", json_real(plan->protocol->arms[a].ratio));
    json_array_append_new(list, object);
  }
  return list;
}

/* Of a crossover; in a trial of parallel arms the arms are the treatments. */
static json_t *treatments(const lind_protocol *protocol) {
  json_t *list = json_array();
  for (int t = 0; t < protocol->n_treatments; t++)
    json_array_append_new(list,
                          json_pack("{s:s,s:s}", "name", protocol->treatments[t].name, "title", protocol->treatments[t].title));
  return list;
}

static json_t *crossover(const lind_protocol *protocol) {
  const lind_crossover *c = &protocol->crossover;
  return json_pack("{s:i,s:f,s:f,s:f,s:o}", "periods", protocol->n_periods, "period", c->period / 24.0, "washout",
                   c->washout / 24.0, "run_in", c->run_in / 24.0, "washout_on",
                   c->between >= 0 ? json_string(protocol->treatments[c->between].name) : json_null());
}

static json_t *model(const lind_plan *plan) {
  json_t *object = json_object(), *list = json_array();
  json_object_set_new(object, "name", text(plan->model->name));
  json_object_set_new(object, "title", text(plan->model->title));
  json_object_set_new(object, "source", text(plan->model->source));
  json_object_set_new(object, "set", text(plan->protocol->parameter_set.text));
  char choice[250];
  json_object_set_new(object, "engine", text(plan->stepper->name));
  json_object_set_new(object, "engine_choice",
                      text(lind_stepper_choice(plan->stepper, &plan->model->kernel, choice, sizeof choice)));
  json_object_set_new(object, "relative", json_real(plan->tolerance.relative));
  json_object_set_new(object, "absolute", json_real(plan->tolerance.absolute));
  for (int k = 0; k < plan->model->n_parameters; k++) {
    const lind_quantity *q = &plan->model->parameters[k];
    json_t *row = json_object();
    json_object_set_new(row, "name", text(q->name));
    json_object_set_new(row, "value", json_real(plan->values.parameters[k] / q->unit.scale));
    json_object_set_new(row, "unit", text(q->unit.text[0] != '\0' ? q->unit.text : "1"));
    json_object_set_new(row, "about", text(q->about));
    json_object_set_new(row, "origin", text(plan->origin[k]));
    json_array_append_new(list, row);
  }
  json_object_set_new(object, "parameters", list);
  return object;
}

/* What the engine did, in all and by arm. */
static json_t *work(const lind_tally *tally) {
  const lind_plan *plan = tally->layout->plan;
  json_t *list = json_array();
  static const char *const names[] = {"steps", "rejected", "rhs", "rescued"};
  static const int places[] = {LIND_FLOW_STEPS, LIND_FLOW_REJECTED, LIND_FLOW_RHS, LIND_FLOW_RESCUED};
  int64_t sum[4] = {0};
  for (int a = 0; a < plan->protocol->n_arms; a++) {
    const int64_t *counts = tally->counts + LIND_FLOW_ARMS + a * LIND_FLOW_PER_ARM;
    json_t *arm = json_pack("{s:s}", "arm", plan->protocol->arms[a].name);
    for (int k = 0; k < 4; k++) {
      json_object_set_new(arm, names[k], json_integer((json_int_t)counts[places[k]]));
      sum[k] += counts[places[k]];
    }
    json_array_append_new(list, arm);
  }
  json_t *object = json_object();
  for (int k = 0; k < 4; k++) json_object_set_new(object, names[k], json_integer((json_int_t)sum[k]));
  json_object_set_new(object, "arms", list);
  return object;
}

static json_t *consort(const lind_tally *tally) {
  const lind_plan *plan = tally->layout->plan;
  int64_t randomised = 0;
  json_t *object = json_object(), *list = json_array();
  static const char *const keys[] = {"randomised", "completed", "dropped", "failed"};
  for (int a = 0; a < plan->protocol->n_arms; a++) {
    const int64_t *counts = tally->counts + LIND_FLOW_ARMS + a * LIND_FLOW_PER_ARM;
    json_t *row = json_object();
    json_object_set_new(row, "arm", text(plan->protocol->arms[a].name));
    for (int k = 0; k < 4; k++) json_object_set_new(row, keys[k], json_integer(counts[k]));
    json_object_set_new(row, "final_events", json_integer(counts[LIND_FLOW_ENDED]));
    randomised += counts[LIND_FLOW_RANDOMISED];
    json_array_append_new(list, row);
  }
  json_object_set_new(object, "screened", json_integer(tally->counts[LIND_FLOW_SCREENED]));
  json_object_set_new(object, "excluded", json_integer(tally->counts[LIND_FLOW_SCREENED] - randomised));
  json_object_set_new(object, "unfilled", json_integer(tally->counts[LIND_FLOW_UNFILLED]));
  json_object_set_new(object, "randomised", json_integer(randomised));
  json_object_set_new(object, "arms", list);
  return object;
}

static json_t *numeric_baseline(const lind_tally *tally, int k) {
  const lind_layout *layout = tally->layout;
  const lind_column *column = &layout->plan->cohort->columns[layout->baseline[k]];
  json_t *object = json_object(), *list = json_array();
  for (int a = 0; a < layout->n_arms; a++) {
    const lind_moments *m = &tally->pooled[layout->first_term / LIND_CELL_REALS + (size_t)(k * layout->n_arms + a)];
    json_array_append_new(
        list, json_pack("{s:s,s:o,s:o}", "arm", layout->plan->protocol->arms[a].name, "mean", lind_estimates_number(m->mean),
                        "sd", lind_estimates_number(sqrt(m->m2 / (m->n - 1.0)))));
  }
  json_object_set_new(object, "name", text(column->name));
  json_object_set_new(object, "unit", text(column->unit.text[0] != '\0' ? column->unit.text : "1"));
  json_object_set_new(object, "kind", json_string("number"));
  json_object_set_new(object, "arms", list);
  return object;
}

static json_t *share_baseline(const lind_tally *tally, int k) {
  const lind_layout *layout = tally->layout;
  const lind_column *column = &layout->plan->cohort->columns[layout->shares[k]];
  const lind_levels *levels = &layout->share_levels[k];
  json_t *object = json_object(), *names = json_array(), *list = json_array();
  for (int l = 0; l < levels->n; l++) json_array_append_new(names, text(levels->names[l]));
  for (int a = 0; a < layout->n_arms; a++) {
    const int64_t *counts = tally->counts + layout->share_first[k] + a * levels->n;
    int64_t total = 0;
    json_t *shares = json_array();
    for (int l = 0; l < levels->n; l++) total += counts[l];
    for (int l = 0; l < levels->n; l++)
      json_array_append_new(shares, lind_estimates_number(total > 0 ? (double)counts[l] / (double)total : NAN));
    json_array_append_new(list, json_pack("{s:s,s:o}", "arm", layout->plan->protocol->arms[a].name, "share", shares));
  }
  json_object_set_new(object, "name", text(column->name));
  json_object_set_new(object, "kind", json_string(column->type.kind == LIND_TYPE_GENOTYPE ? "alleles" : "category"));
  json_object_set_new(object, "levels", names);
  json_object_set_new(object, "arms", list);
  return object;
}

static json_t *curves(const lind_tally *tally) {
  const lind_plan *plan = tally->layout->plan;
  const lind_model_output *output = &plan->model->outputs[plan->curve_output];
  static const struct {
    const char *key;
    double q;
  } lines[] = {{"p05", 0.05}, {"p50", 0.5}, {"p95", 0.95}};
  const int times = (int)floor(plan->protocol->duration / plan->protocol->curve_every + 1e-9) + 1;
  json_t *object = json_object(), *list = json_array();
  for (int a = 0; a < plan->protocol->n_arms; a++) {
    json_t *row = json_object(), *days = json_array();
    json_object_set_new(row, "arm", text(plan->protocol->arms[a].name));
    for (int k = 0; k < times; k++) json_array_append_new(days, json_real(k * plan->protocol->curve_every / 24.0 + 1.0));
    json_object_set_new(row, "day", days);
    for (int q = 0; q < 3; q++) {
      json_t *values = json_array();
      for (int k = 0; k < times; k++)
        json_array_append_new(values, lind_estimates_number(lind_tally_curve(tally, a, k, lines[q].q)));
      json_object_set_new(row, lines[q].key, values);
    }
    json_array_append_new(list, row);
  }
  json_object_set_new(object, "output", text(output->name));
  json_object_set_new(object, "title", text(output->about != NULL ? output->about : output->name));
  json_object_set_new(object, "unit", text(output->unit.text[0] != '\0' ? output->unit.text : "1"));
  for (int e = 0; e < plan->protocol->n_endpoints; e++) {
    const lind_endpoint *endpoint = &plan->protocol->endpoints[e];
    if (endpoint->range.n == 2 && endpoint->of.text != NULL && strcmp(endpoint->of.text, output->name) == 0)
      json_object_set_new(object, "band", json_pack("[f,f]", endpoint->range.at[0], endpoint->range.at[1]));
  }
  json_object_set_new(object, "arms", list);
  json_t *all = json_array();
  json_array_append_new(all, object);
  return all;
}

static json_t *assumptions(const lind_plan *plan) {
  json_t *list = json_array();
  for (int i = 0; i < plan->protocol->n_assumptions; i++)
    json_array_append_new(list, json_pack("{s:s,s:s}", "text", plan->protocol->assumptions[i].text, "source", "protocol"));
  for (int i = 0; i < plan->cohort->n_assumptions; i++)
    json_array_append_new(list, json_pack("{s:s,s:s}", "text", plan->cohort->assumptions[i], "source", "cohort"));
  for (int k = 0; k < plan->model->n_parameters; k++) {
    const lind_quantity *q = &plan->model->parameters[k];
    char words[512];
    if (q->about == NULL || strstr(q->about, "assumed") == NULL) continue;
    (void)snprintf(words, sizeof words, "%s = %g %s: %s", q->name, plan->values.parameters[k] / q->unit.scale, q->unit.text,
                   q->about);
    json_array_append_new(list, json_pack("{s:s,s:s}", "text", words, "source", "model"));
  }
  return list;
}

void lind_estimates_context(json_t *root, const lind_tally *tally) {
  const lind_layout *layout = tally->layout;
  const lind_plan *plan = layout->plan;
  json_object_set_new(root, "arms", arms(plan));
  if (layout->n_periods > 1) {
    json_object_set_new(root, "treatments", treatments(plan->protocol));
    json_object_set_new(root, "crossover", crossover(plan->protocol));
  }
  json_object_set_new(root, "model", model(plan));
  json_object_set_new(
      root, "cohort",
      json_pack("{s:s?,s:s?,s:s?}", "name", plan->cohort->name, "title", plan->cohort->title, "source", plan->cohort->source));
  json_object_set_new(root, "consort", consort(tally));
  json_t *baseline = json_array();
  for (int k = 0; k < layout->n_baseline; k++) json_array_append_new(baseline, numeric_baseline(tally, k));
  for (int k = 0; k < layout->n_shares; k++) json_array_append_new(baseline, share_baseline(tally, k));
  json_object_set_new(root, "baseline", baseline);
  if (plan->curve_output >= 0) json_object_set_new(root, "curves", curves(tally));
  json_object_set_new(root, "design", lind_estimates_design(tally));
  json_object_set_new(root, "survival", lind_estimates_survival(tally));
  json_object_set_new(root, "assumptions", assumptions(plan));
  json_object_set_new(root, "work", work(tally));
}

static const char *title_of(const json_t *root, const json_t *name) {
  size_t i;
  json_t *arm;
  const char *wanted = json_string_value(name);
  const json_t *treatments = json_object_get(root, "treatments");
  json_array_foreach(treatments != NULL ? treatments : json_object_get(root, "arms"), i, arm) {
    const char *title = json_string_value(json_object_get(arm, "title"));
    if (wanted != NULL && title != NULL && strcmp(json_string_value(json_object_get(arm, "name")), wanted) == 0) return title;
  }
  return wanted != NULL ? wanted : "?";
}

/* The primary result in one sentence, with the published one beside it where there is one. */
const char *lind_estimates_answer(const json_t *root) {
  static _Thread_local char sentence[1024];
  const json_t *analysis = json_array_get(json_object_get(root, "analyses"), 0);
  const json_t *term = json_array_get(json_object_get(analysis, "terms"), 0);
  if (term == NULL) {
    (void)snprintf(sentence, sizeof sentence, "No analysis gave a number.");
    return sentence;
  }
  const char *unit = json_string_value(json_object_get(analysis, "unit"));
  const bool percent = unit != NULL && strcmp(unit, "%") == 0;
  const json_t *interval = json_object_get(term, "interval");
  const double estimate = json_number_value(json_object_get(term, "estimate"));
  const char *more = estimate >= 0.0 ? "more" : "less";
  int used =
      snprintf(sentence, sizeof sentence, "%s: %.1f %s %s under %s than under %s (%g %% interval of one %s %.1f to %.1f)",
               json_string_value(json_object_get(analysis, "title")), fabs(estimate),
               percent                                  ? "points"
               : unit != NULL && strcmp(unit, "1") != 0 ? unit
                                                        : "",
               more, title_of(root, json_object_get(analysis, "treated")), title_of(root, json_object_get(analysis, "control")),
               100.0 * json_number_value(json_object_get(analysis, "level")),
               json_is_true(json_object_get(root, "weighted")) ? "weighted sample" : "trial",
               json_number_value(json_array_get(interval, 0)), json_number_value(json_array_get(interval, 1)));
  if (json_is_true(json_object_get(analysis, "ratio")))
    used = snprintf(sentence, sizeof sentence, "%s: %s of %s against %s %.3f (%.3f to %.3f)",
                    json_string_value(json_object_get(analysis, "title")), json_string_value(json_object_get(analysis, "effect")),
                    title_of(root, json_object_get(analysis, "treated")), title_of(root, json_object_get(analysis, "control")),
                    json_number_value(json_object_get(term, "estimate")), json_number_value(json_array_get(interval, 0)),
                    json_number_value(json_array_get(interval, 1)));
  const json_t *found = json_object_get(term, "published");
  const json_t *lower = json_object_get(found, "lower"), *upper = json_object_get(found, "upper");
  const int decimals = json_is_true(json_object_get(analysis, "ratio")) ? 2 : 1;
  if (found != NULL && used > 0 && (size_t)used < sizeof sentence)
    used += snprintf(sentence + used, sizeof sentence - (size_t)used, "; the real trial found %.*f", decimals,
                     json_number_value(json_object_get(found, "estimate")));
  if (json_is_number(lower) && json_is_number(upper) && used > 0 && (size_t)used < sizeof sentence)
    used += snprintf(sentence + used, sizeof sentence - (size_t)used, " (%.*f to %.*f)", decimals, json_number_value(lower),
                     decimals, json_number_value(upper));
  if (used > 0 && (size_t)used + 1 < sizeof sentence) (void)snprintf(sentence + used, sizeof sentence - (size_t)used, ".");
  return sentence;
}
