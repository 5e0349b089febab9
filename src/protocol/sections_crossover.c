/* sections_crossover.c -- treatments, periods, sequences. A trial of parallel arms is the case of one period in which every arm
 * is a treatment of its own, so that all that comes after asks one question: which treatment on which day? */
#include <math.h>
#include <string.h>

#include "sections.h"

lind_err lind_sections_once(const lind_words_list *names, const char *key) {
  for (int i = 0; i < names->n; ++i)
    for (int j = 0; j < i; ++j)
      LIND_CHECK_AT(strcmp(names->at[i].text, names->at[j].text) != 0, LIND_ERR_INPUT, names->at[i].where, "%s names '%s' twice",
                    key, names->at[i].text);
  return LIND_OK;
}

const char *lind_sections_treatment_key(const lind_protocol *protocol, int treatment, const char *key, lind_arena *arena) {
  return lind_arena_format(arena, "%s.%s.%s", protocol->n_periods > 1 ? "treatments" : "arms",
                           protocol->treatments[treatment].name, key);
}

lind_err lind_sections_treatments(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  const lind_node *items;
  lind_treatment *made;
  LIND_TRY(lind_keys_mapping(node, "treatments", "a treatment", &items));
  LIND_TAKE(made, arena, items->n + 1);
  for (int i = 0; i < items->n; ++i) {
    lind_rows_treatment_shape shape = {0};
    LIND_CHECK_AT(items->items[i].kind == LIND_NODE_MAPPING, LIND_ERR_INPUT, items->items[i].where,
                  "treatments.%s must be a mapping with dosing: [..] or controllers: [..]", items->keys[i]);
    LIND_TRY(lind_schema_read(&items->items[i], "treatments", lind_rows_treatment, arena, &shape));
    made[i] = shape.treatment;
    made[i].name = items->keys[i];
    made[i].title = shape.title.text == NULL ? items->keys[i] : shape.title.text;
    made[i].where = items->key_where[i];
  }
  protocol->n_treatments = items->n;
  protocol->treatments = made;
  return LIND_OK;
}

/* ---- parallel arms
 * ------------------------------------------------------------------------------------------------------------------ */

static lind_err make_parallel(lind_arena *arena, lind_protocol *protocol) {
  lind_treatment *made;
  lind_arm *arms;
  int *index;
  LIND_CHECK_AT(protocol->n_treatments == 0, LIND_ERR_INPUT, protocol->treatments[0].where,
                "there are treatments, but no crossover to use them in; say crossover: {period: 14 day}, or give the arms their "
                "dosing");
  LIND_TAKE(made, arena, protocol->n_arms + 1);
  LIND_TAKE(arms, arena, protocol->n_arms + 1);
  LIND_TAKE(index, arena, protocol->n_arms + 1);
  for (int a = 0; a < protocol->n_arms; ++a) {
    const lind_arm *arm = &protocol->arms[a];
    LIND_CHECK_AT(arm->sequence.n == 0, LIND_ERR_INPUT, arm->sequence.at[0].where,
                  "arms.%s has a sequence of treatments, but there is no crossover; say crossover: {period: 14 day}", arm->name);
    made[a] = (lind_treatment){arm->name, arm->title, arm->dosing, arm->controllers, arm->where};
    index[a] = a;
    arms[a] = *arm;
    arms[a].treatment = &index[a];
  }
  protocol->arms = arms;
  protocol->treatments = made;
  protocol->n_treatments = protocol->n_arms;
  protocol->n_periods = 1;
  protocol->crossover = (lind_crossover){.period = protocol->duration, .between = -1};
  return LIND_OK;
}

/* ---- sequences
 * ------------------------------------------------------------------------------------------------------------------------ */

static lind_err read_sequence(lind_arena *arena, const lind_protocol *protocol, lind_arm *arm) {
  const char *key = lind_arena_format(arena, "arms.%s.sequence", arm->name);
  int *treatment;
  LIND_CHECK_AT(arm->dosing.n == 0 && arm->controllers.n == 0, LIND_ERR_INPUT, arm->where,
                "arms.%s has dosing or controllers of its own; in a crossover they belong to treatments, and an arm is a "
                "sequence: [..] of those",
                arm->name);
  LIND_CHECK_AT(arm->sequence.n >= 2, LIND_ERR_INPUT, arm->where, "%s needs at least two treatments, one a period", key);
  LIND_CHECK_AT(arm->sequence.n == protocol->arms[0].sequence.n, LIND_ERR_INPUT, arm->where,
                "%s has %d treatments, but that of arm %s has %d; all arms have the same number of periods", key, arm->sequence.n,
                protocol->arms[0].name, protocol->arms[0].sequence.n);
  LIND_TAKE(treatment, arena, arm->sequence.n);
  for (int p = 0; p < arm->sequence.n; ++p) {
    LIND_TRY(lind_keys_known(&arm->sequence.at[p], key, "treatment", protocol->treatments, protocol->n_treatments,
                             sizeof(lind_treatment)));
    treatment[p] = lind_protocol_find_treatment(protocol, arm->sequence.at[p].text);
  }
  arm->treatment = treatment;
  if (strcmp(arm->title, arm->name) != 0) return LIND_OK;
  for (int p = 0; p < arm->sequence.n; ++p) /* its own title would say no more */
    arm->title = lind_arena_format(arena, "%s%s%s", p == 0 ? "" : arm->title, p == 0 ? "" : ", then ",
                                   protocol->treatments[treatment[p]].title);
  return LIND_OK;
}

static bool is_used(const lind_protocol *protocol, const lind_arm *arms, int treatment) {
  for (int a = 0; a < protocol->n_arms; ++a)
    for (int p = 0; p < arms[a].sequence.n; ++p)
      if (arms[a].treatment[p] == treatment) return true;
  const char *between = protocol->crossover.washout_on.text;
  return between != NULL && strcmp(between, protocol->treatments[treatment].name) == 0;
}

static lind_err check_used(const lind_protocol *protocol, const lind_arm *arms) {
  for (int t = 0; t < protocol->n_treatments; ++t)
    LIND_CHECK_AT(is_used(protocol, arms, t), LIND_ERR_INPUT, protocol->treatments[t].where,
                  "nobody ever has treatment %s: it is in no arm's sequence, and not crossover.washout_on",
                  protocol->treatments[t].name);
  return LIND_OK;
}

static lind_err check_days(const lind_node *node, const lind_protocol *protocol) {
  const lind_crossover *c = &protocol->crossover;
  const struct {
    const char *key;
    double hours;
  } times[] = {{"period", c->period}, {"washout", c->washout}, {"run_in", c->run_in}};
  for (size_t i = 0; i < sizeof times / sizeof *times; ++i) {
    const double days = times[i].hours / 24;
    LIND_CHECK_AT(days == floor(days), LIND_ERR_INPUT, lind_sections_place(node, times[i].key),
                  "crossover.%s is %g days; treatments change in the morning, after whole days", times[i].key, days);
  }
  const int n = protocol->arms[0].sequence.n;
  const double needed = c->run_in + n * c->period + (n - 1) * c->washout;
  LIND_CHECK_AT(needed <= protocol->duration, LIND_ERR_INPUT, node->where,
                "duration is %g day, but %d periods of %g day with %g day between them, after %g day of run-in, take %g day",
                protocol->duration / 24, n, c->period / 24, c->washout / 24, c->run_in / 24, needed / 24);
  return LIND_OK;
}

lind_err lind_sections_crossover(const lind_node *node, lind_arena *arena, lind_protocol *protocol) {
  lind_arm *arms;
  if (node == NULL) return make_parallel(arena, protocol);
  LIND_TRY(lind_schema_read(node, "crossover", lind_rows_crossover, arena, protocol));
  LIND_CHECK_AT(protocol->n_treatments >= 2, LIND_ERR_INPUT, node->where,
                "a crossover needs at least two treatments, under treatments: {NAME: {dosing: [..], controllers: [..]}}");
  LIND_TAKE(arms, arena, protocol->n_arms);
  for (int a = 0; a < protocol->n_arms; ++a) {
    arms[a] = protocol->arms[a];
    LIND_TRY(read_sequence(arena, protocol, &arms[a]));
  }
  LIND_TRY(check_used(protocol, arms));
  LIND_TRY(check_days(node, protocol));
  protocol->arms = arms;
  protocol->n_periods = arms[0].sequence.n;
  protocol->crossover.between = -1;
  const lind_words *between = &protocol->crossover.washout_on;
  if (between->text == NULL) return LIND_OK;
  LIND_TRY(lind_keys_known(between, "crossover.washout_on", "treatment", protocol->treatments, protocol->n_treatments,
                           sizeof(lind_treatment)));
  protocol->crossover.between = lind_protocol_find_treatment(protocol, between->text);
  return LIND_OK;
}

/* ---- which treatment on which day
 * ---------------------------------------------------------------------------------------------------- */

int lind_protocol_find_treatment(const lind_protocol *protocol, const char *name) {
  return lind_keys_find(name, protocol->treatments, protocol->n_treatments, sizeof(lind_treatment));
}

double lind_protocol_period_start(const lind_protocol *protocol, int period) {
  return protocol->crossover.run_in + period * (protocol->crossover.period + protocol->crossover.washout);
}

/* Stretches of a life: run-in, period, wash-out, period, .., what comes after the last. Number 2 p + 1 is period p. */
static int stretch_treatment(const lind_protocol *protocol, int arm, int stretch) {
  return stretch % 2 == 1 && stretch / 2 < protocol->n_periods ? protocol->arms[arm].treatment[stretch / 2]
                                                               : protocol->crossover.between;
}

static double stretch_start(const lind_protocol *protocol, int stretch) {
  if (stretch == 0) return 0;
  const double period = lind_protocol_period_start(protocol, (stretch - 1) / 2);
  return stretch % 2 == 1 ? period : period + protocol->crossover.period;
}

int lind_protocol_treatment(const lind_protocol *protocol, int arm, int day, int *first_day) {
  const double now = 24.0 * (day - 1);
  int stretch = 2 * protocol->n_periods;
  while (stretch > 0 && stretch_start(protocol, stretch) > now + 1e-6) --stretch;
  if (protocol->n_periods == 1) stretch = 1; /* parallel arms: for good */
  const int treatment = stretch_treatment(protocol, arm, stretch);
  while (stretch > 0 && (stretch_treatment(protocol, arm, stretch - 1) == treatment ||
                         stretch_start(protocol, stretch - 1) == stretch_start(protocol, stretch)))
    --stretch;
  *first_day = 1 + (int)floor(stretch_start(protocol, stretch) / 24.0 + 1e-9);
  return treatment;
}
