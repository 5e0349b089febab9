/* layout_endpoints.c -- endpoints of a protocol meet their kinds, and what they look at: an event, a trace or a measure. */
#include "layout_endpoints.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lind/text.h"

static lind_err settle_event(const lind_plan *plan, const lind_endpoint *endpoint, int *event) {
  const lind_model *model = plan->model;
  const char *names[64];
  char list[512], suggestion[128];
  int n = 0;
  for (; n < model->n_events && n < 64; n++) names[n] = model->events[n].name;
  LIND_CHECK_AT(endpoint->of.text != NULL, LIND_ERR_INPUT, endpoint->where, "endpoints.%s needs `of:`, an event of the model",
                endpoint->name);
  for (int e = 0; e < model->n_events; e++)
    if (strcmp(model->events[e].name, endpoint->of.text) == 0) *event = e;
  LIND_CHECK_AT(*event >= 0, LIND_ERR_INPUT, endpoint->of.where, "endpoints.%s.of is '%s'; model %s has %s%s", endpoint->name,
                endpoint->of.text, model->name, n > 0 ? lind_text_list(names, (size_t)n, list, sizeof list) : "no events",
                lind_text_suggestion(endpoint->of.text, names, (size_t)n, suggestion, sizeof suggestion));
  return LIND_OK;
}

/* An output of a unit that the kind cannot take is not converted in silence. */
static lind_err check_unit(const lind_plan *plan, const lind_endpoint *endpoint, const lind_endpoint_kind *kind, int output) {
  lind_unit wanted;
  if (kind->in_unit == NULL) return LIND_OK;
  const lind_unit *own = &plan->model->outputs[output].unit;
  LIND_TRY(lind_unit_parse(kind->in_unit, &wanted));
  LIND_CHECK_AT(lind_unit_same_dimension(own->dimension, wanted.dimension) && fabs(own->scale / wanted.scale - 1.0) < 1e-12,
                LIND_ERR_UNIT, endpoint->of.where,
                "endpoints.%s of kind %s is made for %s, but output %s is in %s; let the model "
                "have an output in %s",
                endpoint->name, kind->name, kind->in_unit, plan->model->outputs[output].name, own->text, kind->in_unit);
  return LIND_OK;
}

/* Has the trace a sample in the endpoint's window of that period? */
static bool is_sampled(const lind_plan *plan, const lind_endpoint *endpoint, const lind_plan_trace *trace, int period) {
  const lind_protocol *protocol = plan->protocol;
  const double start = lind_protocol_period_start(protocol, period), every = trace->item->every;
  const double from = start + (isnan(endpoint->from) ? 0.0 : endpoint->from);
  const double to = start + (isnan(endpoint->to) ? protocol->crossover.period : endpoint->to);
  const double number = fmax(trace->first, floor((from + 1e-6) / every) + 1.0);
  return number < (double)trace->first + trace->n && number * every <= to + 1e-6;
}

static lind_err check_samples(const lind_plan *plan, const lind_endpoint *endpoint, const lind_plan_trace *trace) {
  for (int p = 0; p < plan->protocol->n_periods; p++)
    LIND_CHECK_AT(is_sampled(plan, endpoint, trace, p), LIND_ERR_INPUT, endpoint->of.where,
                  "endpoints.%s sees no sample of trace %s%s; let the trace begin before it ends, and end after it begins",
                  endpoint->name, trace->item->name,
                  plan->protocol->n_periods == 1 ? ""
                  : p == 0                       ? " in the first period"
                                                 : " in a later period");
  return LIND_OK;
}

static lind_err settle_of(const lind_plan *plan, const lind_endpoint *endpoint, const lind_endpoint_kind *kind, int *measure,
                          int *trace) {
  const char *known[128], *of = endpoint->of.text;
  char list[512], suggestion[128];
  size_t n = 0;
  for (int t = 0; t < plan->n_traces && n < 64; t++) known[n++] = plan->protocol->traces[t].name;
  for (int m = 0; m < plan->n_measures && n < 128; m++) known[n++] = plan->protocol->measure.at[m].text;
  (void)lind_text_list(known, n, list, sizeof list);
  LIND_CHECK_AT(of != NULL, LIND_ERR_INPUT, endpoint->where, "endpoints.%s needs `of:`, %s%s", endpoint->name,
                n > 0 ? "a trace or a measured output: " : "a trace or a measured output, and the trial has none",
                n > 0 ? list : "");
  for (int t = 0; t < plan->n_traces; t++)
    if (strcmp(plan->protocol->traces[t].name, of) == 0) *trace = t;
  for (int m = 0; m < plan->n_measures; m++)
    if (strcmp(plan->protocol->measure.at[m].text, of) == 0) *measure = m;
  LIND_CHECK_AT(*measure >= 0 || *trace >= 0, LIND_ERR_INPUT, endpoint->of.where,
                "endpoints.%s.of is '%s', which is no trace and not measured; %s%s%s", endpoint->name, of,
                n > 0 ? "there are " : "there are none", n > 0 ? list : "",
                lind_text_suggestion(of, known, n, suggestion, sizeof suggestion));
  LIND_CHECK_AT(*trace < 0 || kind->of_series != NULL, LIND_ERR_INPUT, endpoint->of.where,
                "endpoints.%s.of is trace %s, but kind %s looks at visits only; measure the output at visits", endpoint->name, of,
                kind->name);
  if (*trace >= 0) LIND_TRY(check_samples(plan, endpoint, &plan->traces[*trace]));
  return check_unit(plan, endpoint, kind, *trace >= 0 ? plan->traces[*trace].output : plan->measures[*measure].output);
}

static lind_err check_keys(const lind_endpoint *endpoint, const lind_endpoint_kind *kind) {
  const struct {
    bool needed, given;
    const char *words;
  } keys[] = {{kind->needs_range, endpoint->range.n == 2, "range: [low, high]`"},
              {kind->needs_threshold, !isnan(endpoint->threshold), "threshold:`"},
              {kind->needs_percent, !isnan(endpoint->percent), "percent:`, such as 97.5"},
              {kind->needs_at, !isnan(endpoint->at), "at:`, a time"}};
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
    LIND_CHECK_AT(!keys[k].needed || keys[k].given, LIND_ERR_INPUT, endpoint->where, "endpoints.%s needs `%s", endpoint->name,
                  keys[k].words);
  return LIND_OK;
}

static lind_err settle_endpoint(const lind_plan *plan, const lind_endpoint *endpoint, const lind_endpoint_kind **result,
                                int *measure, int *trace) {
  int n;
  const char *const *names = lind_endpoint_names(&n);
  char list[1024], suggestion[128];
  const lind_endpoint_kind *kind = lind_endpoint_find(endpoint->kind.text);
  LIND_CHECK_AT(kind != NULL, LIND_ERR_INPUT, endpoint->kind.where, "endpoints.%s.kind is '%s'; known kinds are %s%s",
                endpoint->name, endpoint->kind.text, lind_text_list(names, (size_t)n, list, sizeof list),
                lind_text_suggestion(endpoint->kind.text, names, (size_t)n, suggestion, sizeof suggestion));
  *measure = *trace = -1;
  *result = kind;
  LIND_CHECK_AT(plan->protocol->n_periods == 1 || kind->scale != LIND_SCALE_TIME, LIND_ERR_INPUT, endpoint->kind.where,
                "endpoints.%s is of kind %s, a time to something, which belongs to a life and not to a period of a crossover",
                endpoint->name, kind->name);
  LIND_CHECK_AT(plan->tilts == NULL || kind->scale == LIND_SCALE_MEAN || kind->scale == LIND_SCALE_SHARE, LIND_ERR_INPUT,
                endpoint->kind.where,
                "endpoints.%s.kind %s cannot be weighed, which importance sampling asks for; a number or a share can, such as "
                "event-share",
                endpoint->name, kind->name);
  if (kind->needs_event) return settle_event(plan, endpoint, measure);
  if (kind->needs_output || endpoint->of.text != NULL) LIND_TRY(settle_of(plan, endpoint, kind, measure, trace));
  return check_keys(endpoint, kind);
}

enum { MOST_ENDPOINTS = 256 }; /* of a stored patient's row */

lind_err lind_layout_endpoints_settle(lind_layout *layout, lind_arena *arena) {
  const lind_protocol *protocol = layout->plan->protocol;
  const lind_endpoint_kind **kinds;
  int *measures, *traces, *first;
  const int most = MOST_ENDPOINTS / layout->n_periods;
  LIND_CHECK_AT(protocol->n_endpoints <= most, LIND_ERR_INPUT, protocol->endpoints[most].where,
                "%d endpoints; a trial of %d period%s has at most %d", protocol->n_endpoints, layout->n_periods,
                layout->n_periods > 1 ? "s" : "", most);
  LIND_TAKE(kinds, arena, protocol->n_endpoints + 1);
  LIND_TAKE(measures, arena, protocol->n_endpoints + 1);
  LIND_TAKE(traces, arena, protocol->n_endpoints + 1);
  for (int e = 0; e < protocol->n_endpoints; e++)
    LIND_TRY(settle_endpoint(layout->plan, &protocol->endpoints[e], &kinds[e], &measures[e], &traces[e]));
  layout->n_endpoints = protocol->n_endpoints;
  layout->kinds = kinds;
  layout->measures = measures;
  layout->traces = traces;
  LIND_TAKE(first, arena, layout->plan->n_groupings);
  for (int g = 0; g < layout->plan->n_groupings; g++) {
    first[g] = layout->n_levels;
    layout->n_levels += layout->plan->groupings[g].levels.n;
  }
  layout->first_level = first;
  return LIND_OK;
}

lind_err lind_layout_endpoints_count(lind_layout *layout, lind_arena *arena, int first, int *end) {
  int *classes, *n_labels, *plane;
  LIND_TAKE(classes, arena, layout->n_endpoints + 1);
  LIND_TAKE(n_labels, arena, layout->n_endpoints + 1);
  LIND_TAKE(plane, arena, layout->n_endpoints + 1);
  for (int e = 0; e < layout->n_endpoints; e++) {
    const lind_endpoint_kind *kind = layout->kinds[e];
    classes[e] = plane[e] = -1;
    if (kind->scale != LIND_SCALE_CATEGORY) continue;
    while (kind->labels[n_labels[e]] != NULL) n_labels[e]++;
    classes[e] = first;
    first += layout->n_treatments * n_labels[e];
    if (kind->plane == NULL) continue;
    plane[e] = first;
    first += layout->n_treatments * kind->plane->x_bins * kind->plane->y_bins;
  }
  layout->classes = classes;
  layout->n_labels = n_labels;
  layout->plane = plane;
  *end = first;
  return LIND_OK;
}
