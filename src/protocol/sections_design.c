/* sections_design.c -- when patients come in, and when the trial looks at what it has. */
#include <math.h>
#include <string.h>

#include "sections.h"

/* ---- recruit ---------------------------------------------------------------------------------------------- */

static lind_err one_rate(double rate, lind_arena *arena, lind_recruit *recruit) {
  double *numbers;
  LIND_TAKE(numbers, arena, 2);
  numbers[0] = rate;
  *recruit = (lind_recruit){.n = 1, .rate = numbers, .from = numbers + 1, .over = recruit->over, .arrivals = recruit->arrivals};
  return LIND_OK;
}

lind_err lind_sections_recruit(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  lind_rows_recruit_shape shape = {0};
  LIND_TRY(lind_schema_read(node, "recruit", lind_rows_recruit, arena, &shape));
  LIND_CHECK_AT(isnan(shape.over) != (shape.rate.n == 0), LIND_ERR_INPUT, node->where,
                "recruit needs either over, the time in which all patients come, or rate");
  lind_recruit *recruit = &protocol->recruit;
  recruit->arrivals = shape.arrivals;
  recruit->over = shape.over;
  if (!isnan(shape.over)) {
    LIND_CHECK_AT(shape.from.n == 0, LIND_ERR_INPUT, lind_sections_place(node, "from"),
                  "recruit.from goes with rate, not with over");
    return one_rate((double)protocol->patients / shape.over, arena, recruit);
  }
  LIND_CHECK_AT(shape.from.n == shape.rate.n || (shape.from.n == 0 && shape.rate.n == 1), LIND_ERR_INPUT,
                lind_sections_place(node, "from"), "recruit has %d rates and %d times from which they hold; one each is needed",
                shape.rate.n, shape.from.n);
  if (shape.from.n == 0) return one_rate(shape.rate.at[0], arena, recruit);
  for (int k = 0; k < shape.from.n; k++)
    LIND_CHECK_AT(k == 0 ? shape.from.at[0] == 0.0 : shape.from.at[k] > shape.from.at[k - 1], LIND_ERR_INPUT,
                  lind_sections_place(node, "from"), "recruit.from must begin with 0 day and rise; item %d is %g day", k + 1,
                  shape.from.at[k] / 24.0);
  recruit->n = shape.rate.n;
  recruit->rate = shape.rate.at;
  recruit->from = shape.from.at;
  return LIND_OK;
}

/* ---- design ----------------------------------------------------------------------------------------------- */

/* A look is of exactly one kind, and all are of the kind of the first. information becomes events. */
static lind_err settle_kind(const lind_node *item, const lind_rows_design_shape *design, const lind_rows_look_shape *first,
                            lind_rows_look_shape *shape) {
  lind_look *look = &shape->look;
  const int n = !isnan(look->fraction) + !isnan(look->events) + !isnan(shape->information);
  LIND_CHECK_AT(n == 1, LIND_ERR_INPUT, item->where,
                "a look has one of fraction, events and information; this one has %d of them", n);
  LIND_CHECK_AT(isnan(look->fraction) == isnan(first->look.fraction) && isnan(shape->information) == isnan(first->information),
                LIND_ERR_INPUT, item->where, "design.looks: all looks are by fraction, or all by events, or all by information");
  if (!isnan(look->fraction)) return LIND_OK;
  LIND_CHECK_AT(isnan(look->efficacy), LIND_ERR_INPUT, lind_sections_place(item, "efficacy"),
                "design.looks: a look by events has no efficacy of its own; design.alpha and design.spending make it");
  if (isnan(shape->information)) {
    LIND_CHECK_AT(look->events == floor(look->events), LIND_ERR_INPUT, lind_sections_place(item, "events"),
                  "design.looks: events is %g; it must be whole", look->events);
    return LIND_OK;
  }
  LIND_CHECK_AT(!isnan(design->events), LIND_ERR_INPUT, lind_sections_place(item, "information"),
                "design.looks: information %g needs design.events, the events that are all of it", shape->information);
  look->events = ceil(shape->information * design->events - 1e-9);
  return LIND_OK;
}

/* In calendar time: not so near the last look that it is the same one. */
static lind_err check_apart(const lind_node *item, const lind_look *look, const lind_look *before) {
  LIND_CHECK_AT(before == NULL || isnan(look->events) || look->events - before->events >= LIND_SEQUENTIAL_APART * look->events,
                LIND_ERR_INPUT, item->where,
                "design.looks: %g events after %g are one look; the next one has at least %g of all events more", look->events,
                before->events, LIND_SEQUENTIAL_APART);
  return LIND_OK;
}

static lind_err check_order(const lind_node *item, const lind_look *look, const lind_look *before) {
  const bool events = isnan(look->fraction);
  const double now = events ? look->events : look->fraction, last = before == NULL ? 0.0
                                                                    : events       ? before->events
                                                                                   : before->fraction;
  LIND_CHECK_AT(now > last, LIND_ERR_INPUT, lind_sections_place(item, events ? "events" : "fraction"),
                "design.looks: %s %g follows %g; %s must rise from look to look", events ? "events" : "fraction", now, last,
                events ? "events" : "fractions");
  LIND_CHECK_AT(isnan(look->efficacy) || isnan(look->futility) || look->futility <= look->efficacy, LIND_ERR_INPUT,
                lind_sections_place(item, "futility"), "design.looks: futility %g is above efficacy %g", look->futility,
                look->efficacy);
  return LIND_OK;
}

static lind_err settle_rule(const lind_node *node, const lind_rows_design_shape *shape, lind_design_rule *rule) {
  const double g = shape->gamma;
  *rule = (lind_design_rule){shape->alpha,
                             {shape->spending, !isnan(g)                              ? g
                                               : shape->spending == LIND_SPENDING_HSD ? -4.0
                                                                                      : 3.0},
                             shape->benefit};
  LIND_CHECK_AT(
      shape->benefit >= 0, LIND_ERR_INPUT, node->where,
      "design needs `benefit: lower` (a good treatment has fewer events) or `benefit: higher`, because its looks are by events");
  LIND_CHECK_AT(isnan(g) || shape->spending >= LIND_SPENDING_HSD, LIND_ERR_INPUT, lind_sections_place(node, "gamma"),
                "design.gamma goes with spending hwang-shih-decani or power");
  LIND_CHECK_AT(shape->spending != LIND_SPENDING_POWER || rule->spending.parameter > 0.0, LIND_ERR_INPUT,
                lind_sections_place(node, "gamma"), "design.gamma is %g; an exponent is above 0", g);
  LIND_CHECK_AT(shape->spending != LIND_SPENDING_HSD || fabs(rule->spending.parameter) <= 40.0, LIND_ERR_INPUT,
                lind_sections_place(node, "gamma"), "design.gamma is %g; -40 to 40 would be right", g);
  return LIND_OK;
}

/* A key that says nothing about these looks is a misunderstanding. */
static lind_err check_keys(const lind_node *node, bool by_events, bool by_information) {
  static const char *const rule[] = {"alpha", "spending", "gamma", "benefit"};
  for (size_t k = 0; !by_events && k < sizeof rule / sizeof *rule; k++)
    LIND_CHECK_AT(lind_document_find(node, rule[k]) == NULL, LIND_ERR_INPUT, lind_sections_place(node, rule[k]),
                  "design.%s goes with looks by events or information; looks by fraction have bounds of their own", rule[k]);
  LIND_CHECK_AT(by_information || lind_document_find(node, "events") == NULL, LIND_ERR_INPUT, lind_sections_place(node, "events"),
                "design.events goes with looks by information, such as {information: 0.5}");
  return LIND_OK;
}

lind_err lind_sections_design(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  if (node == NULL) return LIND_OK;
  lind_rows_design_shape shape = {0};
  LIND_TRY(lind_schema_read(node, "design", lind_rows_design, arena, &shape));
  const lind_node *list = shape.looks;
  if (list == NULL) return check_keys(node, false, false);
  LIND_CHECK_AT(list->kind == LIND_NODE_SEQUENCE, LIND_ERR_INPUT, list->where,
                "design.looks must be a list, such as [{fraction: 0.5, efficacy: 2.797}] or [{events: 80}, {events: 160}]");
  LIND_CHECK_AT(list->n <= LIND_SEQUENTIAL_LOOKS, LIND_ERR_INPUT, list->where, "design.looks has %d looks; at most %d", list->n,
                LIND_SEQUENTIAL_LOOKS);
  lind_look *looks;
  LIND_TAKE(looks, arena, list->n);
  lind_rows_look_shape one, first = {0};
  for (int i = 0; i < list->n; ++i) {
    const lind_node *item = &list->items[i];
    LIND_CHECK_AT(item->kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, item->where,
                  "design.looks must hold mappings with a fraction, or with events");
    one = (lind_rows_look_shape){0};
    LIND_TRY(lind_schema_read(item, "design.looks", lind_rows_look, arena, &one));
    if (i == 0) first = one;
    LIND_TRY(settle_kind(item, &shape, &first, &one));
    LIND_TRY(check_order(item, &one.look, i > 0 ? &looks[i - 1] : NULL));
    LIND_TRY(check_apart(item, &one.look, i > 0 ? &looks[i - 1] : NULL));
    looks[i] = one.look;
  }
  if (list->n == 0) return LIND_OK; /* on purpose: nobody looks */
  LIND_TRY(check_keys(node, isnan(looks[0].fraction), !isnan(first.information)));
  protocol->n_looks = list->n;
  protocol->looks = looks;
  return isnan(looks[0].fraction) ? settle_rule(node, &shape, &protocol->rule) : LIND_OK;
}
