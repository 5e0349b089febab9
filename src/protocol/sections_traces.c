/* sections_traces.c -- outputs that are sampled between visits. */
#include <math.h>

#include "sections.h"

static lind_err check_trace(const lind_node *node, const lind_trace *trace, double duration) {
  LIND_CHECK_AT(isnan(trace->from) || trace->from < duration, LIND_ERR_INPUT, lind_sections_place(node, "from"),
                "traces.%s.from is %g day; the trial ends at %g day", trace->name, trace->from / 24, duration / 24);
  LIND_CHECK_AT(isnan(trace->to) || trace->to <= duration, LIND_ERR_INPUT, lind_sections_place(node, "to"),
                "traces.%s.to is %g day; the trial ends at %g day", trace->name, trace->to / 24, duration / 24);
  const double from = isnan(trace->from) ? 0 : trace->from;
  LIND_CHECK_AT(isnan(trace->to) || from < trace->to, LIND_ERR_INPUT, lind_sections_place(node, "to"),
                "traces.%s goes from %g day to %g day; to must be more than from", trace->name, from / 24, trace->to / 24);
  return LIND_OK;
}

lind_err lind_sections_traces(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  const lind_node *items;
  lind_trace *made;
  LIND_TRY(lind_keys_mapping(node, "traces", "a trace", &items));
  LIND_TAKE(made, arena, items->n + 1);
  for (int i = 0; i < items->n; ++i) {
    const char *name = items->keys[i];
    LIND_CHECK_AT(items->items[i].kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, items->items[i].where,
                  "traces.%s must be a mapping with output: and every:", name);
    LIND_TRY(lind_schema_read(&items->items[i], "traces", lind_rows_trace, arena, &made[i]));
    made[i].name = name;
    made[i].where = items->key_where[i];
    for (int m = 0; m < protocol->measure.n; ++m)
      LIND_CHECK_AT(lind_keys_find(name, &protocol->measure.at[m], 1, sizeof(lind_words)) < 0, LIND_ERR_INPUT, made[i].where,
                    "traces.%s has the name of an output that is measured at visits, and an endpoint could mean either; choose "
                    "another, such as %s_trace",
                    name, name);
    LIND_TRY(check_trace(&items->items[i], &made[i], protocol->duration));
  }
  protocol->n_traces = items->n;
  protocol->traces = made;
  return LIND_OK;
}
