/* plan_shadows.c -- plans beside that of the trial: what twins live by, and the people from outside. Each is the trial's protocol
 * with other parameters (and, from outside, another cohort), planned again. */
#include <string.h>

#include "lind/text.h"
#include "plan_parts.h"

/* The arm that `name` says, else the second arm: the control of the first two. */
static lind_err find_arm(const lind_protocol *protocol, lind_words name, const char *key, int *arm) {
  const char *names[64];
  char list[400], suggestion[128];
  int n = 0;
  for (; n < protocol->n_arms && n < 64; n++) names[n] = protocol->arms[n].name;
  *arm = name.text == NULL ? (protocol->n_arms > 1 ? 1 : 0) : lind_protocol_find_arm(protocol, name.text);
  LIND_CHECK_AT(*arm >= 0, LIND_ERR_INPUT, name.where, "%s.arm is '%s'; the protocol has %s%s", key, name.text,
                lind_text_list(names, (size_t)n, list, sizeof list),
                lind_text_suggestion(name.text, names, (size_t)n, suggestion, sizeof suggestion));
  return LIND_OK;
}

/* The protocol again with more parameters, which win, and without shadows of its own. */
static lind_err copy(const lind_protocol *protocol, const lind_overrides *more, lind_arena *arena, lind_protocol **result) {
  lind_protocol *made;
  lind_words *all;
  const int before = protocol->parameters.n, n = more->n;
  LIND_TAKE(made, arena, 1);
  LIND_TAKE(all, arena, 2 * (before + n) + 1);
  *made = *protocol;
  for (int i = 0; i < before + n; i++) {
    all[i] = i < before ? protocol->parameters.name[i] : more->name[i - before];
    all[before + n + i] = i < before ? protocol->parameters.value[i] : more->value[i - before];
  }
  made->parameters = (lind_overrides){before + n, all, all + before + n};
  made->twin.given = made->outside.given = false;
  made->curve_output.text = NULL;
  made->trajectories.keep = LIND_KEEP_NONE;
  *result = made;
  return LIND_OK;
}

lind_err lind_plan_parts_shadows(lind_plan *plan, const lind_node *root, lind_back_end back_end, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  lind_protocol *changed;
  lind_plan *made;
  LIND_TRY(find_arm(protocol, protocol->twin.arm, "twin", &plan->twin_arm));
  LIND_TRY(find_arm(protocol, protocol->outside.arm, "external", &plan->outside_arm));
  if (protocol->twin.given) {
    LIND_TRY(copy(protocol, &protocol->twin.parameters, arena, &changed));
    /* from the baseline nobody knows what a replicate has drawn for parameters that are not known well */
    if (protocol->twin.knows == LIND_TWIN_KNOWS_BASELINE)
      changed->uncertain_sets.text = changed->uncertain_covariance.text = NULL;
    LIND_TRY(lind_plan_create(changed, root, back_end, arena, &made));
    plan->twin = made;
  }
  if (!protocol->outside.given) return LIND_OK;
  LIND_TRY(copy(protocol, &protocol->outside.parameters, arena, &changed));
  changed->patients = protocol->outside.patients;
  changed->block_max = protocol->outside.patients;
  if (protocol->outside.cohort.text != NULL) changed->cohort = protocol->outside.cohort;
  LIND_TRY(lind_plan_create(changed, root, back_end, arena, &made));
  plan->outside = made;
  return LIND_OK;
}
