/* sections_analysis.c -- groups, endpoints, analyses, scenarios: what is made of what was seen. */
#include <math.h>
#include <string.h>

#include "lind/text.h"
#include "sections.h"

static const char *title_or(const lind_words *title, const char *name) { return title->text == NULL ? name : title->text; }

lind_err lind_sections_groups(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  const lind_node *groups;
  LIND_TRY(lind_keys_mapping(node, "groups", "a group", &groups));
  lind_group *made;
  LIND_TAKE(made, arena, groups->n);
  for (int i = 0; i < groups->n; ++i) {
    lind_rows_group_shape shape = {0};
    LIND_CHECK_AT(strcmp(groups->keys[i], "all") != 0, LIND_ERR_INPUT, groups->key_where[i],
                  "groups.all has the name that stands for everybody; choose another");
    LIND_CHECK_AT(groups->items[i].kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, groups->items[i].where,
                  "groups.%s must be a mapping with a value", groups->keys[i]);
    LIND_TRY(lind_schema_read(&groups->items[i], "groups", lind_rows_group, arena, &shape));
    made[i] = shape.group;
    made[i].name = groups->keys[i];
    made[i].title = title_or(&shape.title, groups->keys[i]);
  }
  protocol->n_groups = groups->n;
  protocol->groups = made;
  return LIND_OK;
}

/* ---- endpoints
 * -------------------------------------------------------------------------------------------------------------------------- */

static lind_err check_endpoint(const lind_node *node, const lind_endpoint *endpoint, const lind_protocol *protocol) {
  const char *name = endpoint->name, *whole = protocol->n_periods > 1 ? "a period" : "the trial";
  const double duration = protocol->crossover.period; /* of a trial of parallel arms the whole of it */
  const struct {
    const char *key;
    double time;
  } times[] = {{"from", endpoint->from}, {"to", endpoint->to}, {"at", endpoint->at}};
  for (size_t i = 0; i < sizeof times / sizeof *times; ++i)
    LIND_CHECK_AT(isnan(times[i].time) || times[i].time <= duration, LIND_ERR_INPUT, lind_sections_place(node, times[i].key),
                  "endpoints.%s.%s is %g day; %s ends at %g day", name, times[i].key, times[i].time / 24, whole, duration / 24);
  const double from = isnan(endpoint->from) ? 0 : endpoint->from, to = isnan(endpoint->to) ? duration : endpoint->to;
  LIND_CHECK_AT(from < to, LIND_ERR_INPUT, lind_sections_place(node, isnan(endpoint->to) ? "from" : "to"),
                "endpoints.%s looks from %g day to %g day; to must be more than from", name, from / 24, to / 24);
  const lind_numbers *range = &endpoint->range;
  LIND_CHECK_AT(range->n == 0 || (range->n == 2 && range->at[0] < range->at[1]), LIND_ERR_INPUT,
                lind_sections_place(node, "range"), "endpoints.%s.range must be [low, high], with low less than high", name);
  LIND_CHECK_AT(
      isnan(endpoint->consecutive) || (endpoint->consecutive >= 1 && endpoint->consecutive == floor(endpoint->consecutive)),
      LIND_ERR_INPUT, lind_sections_place(node, "consecutive"),
      "endpoints.%s.consecutive is %g; it must be a whole number from 1", name, endpoint->consecutive);
  const lind_node *percent = lind_document_find(node, "percent"); /* of `10 %` a number would make 0.1 */
  double bare;
  LIND_CHECK_AT(percent == NULL || percent->text == NULL || lind_text_number(percent->text, &bare), LIND_ERR_INPUT,
                lind_sections_place(node, "percent"), "endpoints.%s.percent is '%s'; it is in percent already, such as 97.5",
                name, percent->text);
  return LIND_OK;
}

lind_err lind_sections_endpoints(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  const lind_node *endpoints;
  LIND_TRY(lind_keys_mapping(node, "endpoints", "an endpoint", &endpoints));
  lind_endpoint *made;
  LIND_TAKE(made, arena, endpoints->n);
  for (int i = 0; i < endpoints->n; ++i) {
    const char *name = endpoints->keys[i];
    const lind_node *item = &endpoints->items[i];
    lind_rows_endpoint_shape shape = {0};
    LIND_CHECK_AT(item->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, item->where, "endpoints.%s must be a mapping with a kind",
                  name);
    LIND_TRY(lind_schema_read(item, "endpoints", lind_rows_endpoint, arena, &shape));
    made[i] = shape.endpoint;
    made[i].name = name;
    made[i].where = endpoints->key_where[i];
    made[i].title = title_or(&shape.title, name);
    LIND_TRY(check_endpoint(item, &made[i], protocol));
  }
  protocol->n_endpoints = endpoints->n;
  protocol->endpoints = made;
  return LIND_OK;
}

/* ---- analyses
 * ---------------------------------------------------------------------------------------------------------------------------- */

static lind_err default_compare(const lind_protocol *protocol, lind_arena *arena, lind_words_list *compare) {
  lind_words *first;
  LIND_TAKE(first, arena, 2);
  const int n = protocol->n_treatments < 2 ? protocol->n_treatments : 2;
  for (int t = 0; t < n; ++t) first[t] = (lind_words){protocol->treatments[t].name, protocol->treatments[t].where};
  *compare = (lind_words_list){n, first};
  return LIND_OK;
}

static lind_err check_analysis(const lind_node *node, lind_arena *arena, const lind_protocol *protocol, lind_analysis *analysis) {
  const char *name = analysis->name;
  LIND_TRY(lind_keys_known(&analysis->endpoint, lind_arena_format(arena, "analysis.%s.endpoint", name), "endpoint",
                           protocol->endpoints, protocol->n_endpoints, sizeof(lind_endpoint)));
  if (lind_document_find(node, "compare") == NULL) return default_compare(protocol, arena, &analysis->compare);
  const lind_words_list *compare = &analysis->compare;
  const char *key = lind_arena_format(arena, "analysis.%s.compare", name), *what = protocol->n_periods > 1 ? "treatment" : "arm";
  for (int i = 0; i < compare->n; ++i)
    LIND_TRY(lind_keys_known(&compare->at[i], key, what, protocol->treatments, protocol->n_treatments, sizeof(lind_treatment)));
  LIND_CHECK_AT(compare->n == 2 && strcmp(compare->at[0].text, compare->at[1].text) != 0, LIND_ERR_INPUT,
                lind_sections_place(node, "compare"), "analysis.%s.compare must be two different %ss, [treated, control]", name,
                what);
  return LIND_OK;
}

static lind_err read_settings(const lind_node *node, lind_arena *arena, lind_analysis *analysis) {
  static const lind_key row = {"settings", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, 0, ""};
  if (node == NULL) return LIND_OK;
  lind_words *names, *values;
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where,
                "analysis.%s.settings must be a mapping, such as {ties: breslow}", analysis->name);
  LIND_TAKE(names, arena, node->n + 1);
  LIND_TAKE(values, arena, node->n + 1);
  for (int i = 0; i < node->n; ++i) {
    names[i] = (lind_words){node->keys[i], node->key_where[i]};
    LIND_TRY(lind_schema_read_value(&node->items[i], &row, arena, &values[i]));
  }
  analysis->n_settings = node->n;
  analysis->setting_name = names;
  analysis->setting_value = values;
  return LIND_OK;
}

lind_err lind_sections_analysis(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  const lind_node *analyses;
  LIND_TRY(lind_keys_mapping(node, "analysis", "an analysis", &analyses));
  lind_analysis *made;
  LIND_TAKE(made, arena, analyses->n);
  for (int i = 0; i < analyses->n; ++i) {
    const lind_node *item = &analyses->items[i];
    lind_rows_analysis_shape shape = {0};
    LIND_CHECK_AT(item->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, item->where,
                  "analysis.%s must be a mapping with an endpoint and an estimator", analyses->keys[i]);
    LIND_TRY(lind_schema_read(item, "analysis", lind_rows_analysis, arena, &shape));
    made[i] = shape.analysis;
    made[i].name = analyses->keys[i];
    made[i].where = analyses->key_where[i];
    made[i].title = title_or(&shape.title, made[i].name);
    LIND_TRY(check_analysis(item, arena, protocol, &made[i]));
    LIND_TRY(read_settings(shape.settings, arena, &made[i]));
  }
  protocol->n_analyses = analyses->n;
  protocol->analyses = made;
  return LIND_OK;
}

/* ---- scenarios, assumptions
 * --------------------------------------------------------------------------------------------------------- */

lind_err lind_sections_sensitivity(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  lind_rows_sensitivity_shape shape = {0};
  LIND_TRY(lind_schema_read(node, "sensitivity", lind_rows_sensitivity, arena, &shape));
  const lind_node *scenarios;
  LIND_TRY(lind_keys_mapping(shape.scenarios, "sensitivity.scenarios", "a scenario", &scenarios));
  lind_scenario *made;
  LIND_TAKE(made, arena, scenarios->n);
  for (int i = 0; i < scenarios->n; ++i) {
    const lind_node *item = &scenarios->items[i];
    lind_rows_scenario_shape one = {0};
    LIND_CHECK_AT(item->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, item->where,
                  "sensitivity.scenarios.%s must be a mapping with set: [..]", scenarios->keys[i]);
    LIND_TRY(lind_schema_read(item, "sensitivity.scenarios", lind_rows_scenario, arena, &one));
    made[i] = one.scenario;
    made[i].name = scenarios->keys[i];
    made[i].title = title_or(&one.title, made[i].name);
  }
  protocol->n_scenarios = scenarios->n;
  protocol->scenarios = made;
  protocol->scenario_replicates = shape.replicates > 0 ? shape.replicates : protocol->replicates;
  protocol->sensitivity_title = title_or(&shape.title, "Sensitivity");
  return LIND_OK;
}

lind_err lind_sections_assumptions(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  static const lind_key row = {"assumptions", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, 0, ""};
  lind_words_list list;
  LIND_TRY(lind_schema_read_value(node, &row, arena, &list));
  protocol->n_assumptions = list.n;
  protocol->assumptions = list.at;
  return LIND_OK;
}
