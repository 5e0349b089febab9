/* plan_policy.c -- dosing items whose dose somebody above simulate chooses. */
#include "plan_parts.h"

static bool is_used(const lind_plan *plan, int item) {
  for (int t = 0; t < plan->protocol->n_treatments; t++)
    for (int k = 0; k < plan->protocol->treatments[t].dosing.n; k++)
      if (plan->treatment_dosing[t][k] == item) return true;
  return false;
}

/* A twin learns from the doses that are written down, one a day at its morning: what else enters the same state would be hidden
 * from it. */
static lind_err check_company(const lind_plan *plan, int item) {
  const lind_plan_dosing *own = &plan->dosing[item];
  for (int t = 0; t < plan->protocol->n_treatments; t++) {
    const int n = plan->protocol->treatments[t].dosing.n, *items = plan->treatment_dosing[t];
    bool used = false;
    for (int k = 0; k < n; k++) used = used || items[k] == item;
    for (int k = 0; used && k < n; k++) {
      const lind_dosing *other = plan->dosing[items[k]].item;
      if (items[k] == item || plan->dosing[items[k]].state != own->state) continue;
      LIND_CHECK_AT(other->give.text == NULL, LIND_ERR_INPUT, other->where,
                    "dosing.%s gives single doses beside dosing.%s, whose twin learns from the doses of each morning alone",
                    other->name, own->item->name);
      LIND_CHECK_AT(other->dose.text == NULL || (other->every == 24.0 && other->over == 0.0), LIND_ERR_INPUT, other->where,
                    "dosing.%s doses beside dosing.%s, whose twin learns from one dose a day, given at once; every and over are "
                    "not for it",
                    other->name, own->item->name);
    }
  }
  return LIND_OK;
}

lind_err lind_plan_parts_policies(lind_plan *plan, lind_arena *arena, lind_digest *hash) {
  for (int i = 0; i < plan->protocol->n_dosing; i++) {
    lind_plan_dosing *dosing = (lind_plan_dosing *)&plan->dosing[i]; /* the plan's own, const to everybody else */
    const lind_dosing_twin *twin = dosing->item->twin;
    lind_digest digest = {0, 0};
    if (twin == NULL || !is_used(plan, i)) continue;
    LIND_CHECK_AT(plan->policy != NULL, LIND_ERR_INPUT, twin->where, "dosing.%s has a twin, which nobody here can fit",
                  dosing->item->name);
    LIND_CHECK_AT(dosing->regimen == 0, LIND_ERR_INPUT, twin->where,
                  "dosing.%s has a twin, which must dose the first state that the protocol's rules dose: only that is written "
                  "down day by day",
                  dosing->item->name);
    LIND_TRY(check_company(plan, i));
    LIND_TRY(plan->policy->prepare(plan, dosing, &plan->purposes, arena, &dosing->policy, &digest));
    *hash = lind_digest_add(*hash, &digest, sizeof digest);
  }
  return LIND_OK;
}
