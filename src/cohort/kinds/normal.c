/* normal -- mean and sd, cut off at lower and upper where they are given (mean and sd are those before the cut). */
#include <math.h>

#include "../recipe.h"
#include "lind/draw.h"

typedef struct {
  double mean, sd, lower, upper;
} normal;

typedef struct {
  lind_words mean, sd, lower, upper;
} keys;

static const lind_key rows[] = {
    {"mean", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, mean), "mean before any cut, with its unit"},
    {"sd", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, sd), "standard deviation before any cut, with its unit"},
    {"lower", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, lower), "nobody is below this"},
    {"upper", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, upper), "nobody is above this"},
    {0},
};

static lind_err normal_read(const lind_kind_input *in, const void **parameters, const char **words) {
  keys k = {0};
  normal *p;
  LIND_TAKE(p, in->builder->arena, 1);
  *p = (normal){.lower = -INFINITY, .upper = INFINITY};
  LIND_TRY(lind_schema_read(in->node, in->node->path, rows, in->builder->arena, &k));
  LIND_TRY(lind_builder_quantity(in->node, "mean", &k.mean, in->measure, &p->mean));
  LIND_TRY(lind_builder_quantity(in->node, "sd", &k.sd, in->measure, &p->sd));
  if (k.lower.text != NULL) LIND_TRY(lind_builder_quantity(in->node, "lower", &k.lower, in->measure, &p->lower));
  if (k.upper.text != NULL) LIND_TRY(lind_builder_quantity(in->node, "upper", &k.upper, in->measure, &p->upper));
  LIND_CHECK_AT(p->sd > 0, LIND_ERR_INPUT, k.sd.where, "%s.sd is %s; it must be above 0", in->node->path, k.sd.text);
  LIND_CHECK_AT(p->lower < p->upper, LIND_ERR_INPUT, k.upper.where, "%s.upper is %s; it must be above lower, %s", in->node->path,
                k.upper.text, k.lower.text);
  *words = lind_arena_format(in->builder->arena, "normal, mean %s, sd %s%s%s%s%s", k.mean.text, k.sd.text,
                             k.lower.text ? ", not below " : "", k.lower.text ? k.lower.text : "",
                             k.upper.text ? ", not above " : "", k.upper.text ? k.upper.text : "");
  *parameters = p;
  return LIND_OK;
}

static double normal_draw(const void *parameters, double u) {
  const normal *p = parameters;
  return lind_draw_truncated_normal(u, p->mean, p->sd, p->lower, p->upper);
}

const lind_kind lind_normal_kind = {
    .name = "normal",
    .summary = "normal, cut off at lower and upper",
    .source = "inverse distribution function: u between F(lower) and F(upper)",
    .rows = rows,
    .read = normal_read,
    .draw = normal_draw,
};
