/* beta -- a beta variate stretched from lower to upper. */
#include "../recipe.h"
#include "lind/draw.h"

typedef struct {
  double a, b, lower, upper;
} beta;

typedef struct {
  double a, b;
  lind_words lower, upper;
} keys;

static const lind_key rows[] = {
    {"a", LIND_KEY_NUMBER, NULL, 0.01, 1e6, NULL, NULL, offsetof(keys, a), "first shape"},
    {"b", LIND_KEY_NUMBER, NULL, 0.01, 1e6, NULL, NULL, offsetof(keys, b), "second shape"},
    {"lower", LIND_KEY_WORDS, NULL, 0, 0, "0", NULL, offsetof(keys, lower), "least value, with its unit"},
    {"upper", LIND_KEY_WORDS, NULL, 0, 0, "1", NULL, offsetof(keys, upper), "largest value, with its unit"},
    {0},
};

static lind_err beta_read(const lind_kind_input *in, const void **parameters, const char **words) {
  keys k = {0};
  beta *p;
  LIND_TAKE(p, in->builder->arena, 1);
  LIND_TRY(lind_schema_read(in->node, in->node->path, rows, in->builder->arena, &k));
  LIND_TRY(lind_builder_quantity(in->node, "lower", &k.lower, in->measure, &p->lower));
  LIND_TRY(lind_builder_quantity(in->node, "upper", &k.upper, in->measure, &p->upper));
  p->a = k.a;
  p->b = k.b;
  LIND_CHECK_AT(p->lower < p->upper, LIND_ERR_INPUT, k.upper.where, "%s.upper is %s; it must be above lower, %s", in->node->path,
                k.upper.text, k.lower.text);
  *words = lind_arena_format(in->builder->arena, "beta(%g, %g) from %s to %s", k.a, k.b, k.lower.text, k.upper.text);
  *parameters = p;
  return LIND_OK;
}

static double beta_draw(const void *parameters, double u) {
  const beta *p = parameters;
  return p->lower + (p->upper - p->lower) * lind_draw_beta(u, p->a, p->b);
}

const lind_kind lind_beta_kind = {
    .name = "beta",
    .summary = "beta(a, b) stretched from lower to upper",
    .source = "inverse of the regularised incomplete beta function",
    .rows = rows,
    .read = beta_read,
    .draw = beta_draw,
};
