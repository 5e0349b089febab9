/* lognormal -- median and the sd of the logarithm, cut off at lower and upper where they are given. */
#include <math.h>

#include "../recipe.h"
#include "lind/draw.h"

typedef struct {
  double median, log_sd, lower, upper;
} lognormal;

typedef struct {
  lind_words median, lower, upper;
  double log_sd;
} keys;

static const lind_key rows[] = {
    {"median", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, median), "median before any cut, with its unit"},
    {"log_sd", LIND_KEY_NUMBER, NULL, 0, 5, NULL, NULL, offsetof(keys, log_sd), "standard deviation of the natural logarithm"},
    {"lower", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, lower), "nobody is below this"},
    {"upper", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, upper), "nobody is above this"},
    {0},
};

static lind_err lognormal_read(const lind_kind_input *in, const void **parameters, const char **words) {
  keys k = {0};
  lognormal *p;
  LIND_TAKE(p, in->builder->arena, 1);
  *p = (lognormal){.lower = 0, .upper = INFINITY};
  LIND_TRY(lind_schema_read(in->node, in->node->path, rows, in->builder->arena, &k));
  LIND_TRY(lind_builder_quantity(in->node, "median", &k.median, in->measure, &p->median));
  if (k.lower.text != NULL) LIND_TRY(lind_builder_quantity(in->node, "lower", &k.lower, in->measure, &p->lower));
  if (k.upper.text != NULL) LIND_TRY(lind_builder_quantity(in->node, "upper", &k.upper, in->measure, &p->upper));
  p->log_sd = k.log_sd;
  const lind_node *log_sd = lind_document_find(in->node, "log_sd");
  LIND_CHECK_AT(p->log_sd > 0, LIND_ERR_INPUT, log_sd->where, "%s.log_sd is %s; it must be above 0", in->node->path,
                log_sd->text);
  LIND_CHECK_AT(p->median > 0, LIND_ERR_INPUT, k.median.where, "%s.median is %s; it must be above 0", in->node->path,
                k.median.text);
  LIND_CHECK_AT(p->lower >= 0, LIND_ERR_INPUT, k.lower.where, "%s.lower is %s; it must not be below 0", in->node->path,
                k.lower.text);
  LIND_CHECK_AT(p->lower < p->upper, LIND_ERR_INPUT, k.upper.where, "%s.upper is %s; it must be above lower, %s", in->node->path,
                k.upper.text, k.lower.text != NULL ? k.lower.text : "0");
  *words = lind_arena_format(in->builder->arena, "lognormal, median %s, sd of log %g%s%s%s%s", k.median.text, k.log_sd,
                             k.lower.text ? ", not below " : "", k.lower.text ? k.lower.text : "",
                             k.upper.text ? ", not above " : "", k.upper.text ? k.upper.text : "");
  *parameters = p;
  return LIND_OK;
}

static double lognormal_draw(const void *parameters, double u) {
  const lognormal *p = parameters;
  if (p->lower <= 0 && isinf(p->upper)) return lind_draw_lognormal(u, p->median, p->log_sd);
  return lind_draw_truncated_lognormal(u, p->median, p->log_sd, p->lower, p->upper);
}

const lind_kind lind_lognormal_kind = {
    .name = "lognormal",
    .summary = "its logarithm is normal; cut off at lower and upper",
    .source = "inverse distribution function: u between F(lower) and F(upper)",
    .rows = rows,
    .read = lognormal_read,
    .draw = lognormal_draw,
};
