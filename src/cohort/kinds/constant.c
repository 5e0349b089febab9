/* constant -- everybody has this value. */
#include "../recipe.h"

typedef struct {
  lind_words value;
} keys;

static const lind_key rows[] = {
    {"value", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, value), "the value, with its unit"},
    {0},
};

static lind_err constant_read(const lind_kind_input *in, const void **parameters, const char **words) {
  keys k = {0};
  double *p;
  LIND_TAKE(p, in->builder->arena, 1);
  LIND_TRY(lind_schema_read(in->node, in->node->path, rows, in->builder->arena, &k));
  LIND_TRY(lind_builder_quantity(in->node, "value", &k.value, in->measure, p));
  *words = lind_arena_format(in->builder->arena, "always %s", k.value.text);
  *parameters = p;
  return LIND_OK;
}

static double constant_draw(const void *parameters, double u) {
  (void)u;
  return *(const double *)parameters;
}

const lind_kind lind_constant_kind = {
    .name = "constant",
    .summary = "the same for everybody",
    .source = "no draw",
    .rows = rows,
    .fixed = true,
    .read = constant_read,
    .draw = constant_draw,
};
