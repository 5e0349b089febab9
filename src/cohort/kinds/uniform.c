/* uniform -- every value between lower and upper is as likely as any other. */
#include "../recipe.h"
#include "lind/draw.h"

typedef struct {
  double lower, upper;
} uniform;

typedef struct {
  lind_words lower, upper;
} keys;

static const lind_key rows[] = {
    {"lower", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, lower), "least value, with its unit"},
    {"upper", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, upper), "largest value, with its unit"},
    {0},
};

static lind_err uniform_read(const lind_kind_input *in, const void **parameters, const char **words) {
  keys k = {0};
  uniform *p;
  LIND_TAKE(p, in->builder->arena, 1);
  LIND_TRY(lind_schema_read(in->node, in->node->path, rows, in->builder->arena, &k));
  LIND_TRY(lind_builder_quantity(in->node, "lower", &k.lower, in->measure, &p->lower));
  LIND_TRY(lind_builder_quantity(in->node, "upper", &k.upper, in->measure, &p->upper));
  LIND_CHECK_AT(p->lower < p->upper, LIND_ERR_INPUT, k.upper.where, "%s.upper is %s; it must be above lower, %s", in->node->path,
                k.upper.text, k.lower.text);
  *words = lind_arena_format(in->builder->arena, "uniform from %s to %s", k.lower.text, k.upper.text);
  *parameters = p;
  return LIND_OK;
}

static double uniform_draw(const void *parameters, double u) {
  const uniform *p = parameters;
  return lind_draw_uniform(u, p->lower, p->upper);
}

const lind_kind lind_uniform_kind = {
    .name = "uniform",
    .summary = "uniform between lower and upper",
    .source = "lower + u (upper - lower)",
    .rows = rows,
    .read = uniform_read,
    .draw = uniform_draw,
};
