/* sections_twin.c -- a dosing item whose dose a twin chooses. */
#include <math.h>

#include "sections.h"

static lind_err read_parameters(const lind_node *node, const char *name, lind_arena *arena, lind_dosing_twin *twin) {
  lind_words *names, *values;
  if (node == NULL) return LIND_OK;
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where,
                "dosing.%s.twin.parameters must be a mapping of names to values", name);
  LIND_TAKE(names, arena, node->n + 1);
  LIND_TAKE(values, arena, node->n + 1);
  for (int i = 0; i < node->n; ++i) {
    LIND_CHECK_AT(node->items[i].kind == LIND_NODE_SCALAR, LIND_ERR_INPUT, node->items[i].where,
                  "dosing.%s.twin.parameters.%s must be a value with its unit", name, node->keys[i]);
    names[i] = (lind_words){node->keys[i], node->key_where[i]};
    values[i] = (lind_words){node->items[i].text, node->items[i].where};
  }
  twin->n_parameters = node->n;
  twin->parameter_name = names;
  twin->parameter_value = values;
  return LIND_OK;
}

lind_err lind_sections_twin(const lind_node *node, const lind_dosing *item, lind_arena *arena, const lind_dosing_twin **result) {
  lind_rows_twin_shape shape = {0};
  lind_dosing_twin *twin;
  if (node == NULL) return LIND_OK;
  LIND_CHECK_AT(node->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, node->where,
                "dosing.%s.twin must be a mapping with doses: and reward:", item->name);
  LIND_TRY(lind_schema_read(node, "twin", lind_rows_twin, arena, &shape));
  LIND_TAKE(twin, arena, 1);
  *twin = shape.twin;
  twin->where = node->where;
  LIND_TRY(read_parameters(shape.parameters, item->name, arena, twin));
  LIND_CHECK_AT(item->at == LIND_DOSING_VISITS, LIND_ERR_INPUT, node->where,
                "dosing.%s has a twin, which sees patients at visits; at: visits", item->name);
  LIND_CHECK_AT(item->dose.text == NULL && item->reduce.text == NULL, LIND_ERR_INPUT, node->where,
                "dosing.%s has a twin beside dose or reduce_by; one of them sets the dose", item->name);
  LIND_CHECK_AT(item->every == 24.0 && item->over == 0.0, LIND_ERR_INPUT, node->where,
                "dosing.%s: a twin's doses are one a day, given at once; every and over are not for it", item->name);
  *result = twin;
  return LIND_OK;
}
