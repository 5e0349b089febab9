/* French 2016 (PMC5014593, tables 1 and 3): doses of the first three days by EU-PACT's and COAG's rules on COAG's own patients,
 * here on the simulated COAG cohort. No model is involved. The table that it prints is in docs/validation/coag-dosing.md. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lind/estimator.h"
#include "lind/plan.h"

enum { DESKS = 20 };

static const lind_program *definition(const lind_plan *plan, const char *name) {
  for (int i = 0; i < plan->protocol->n_definitions; i++)
    if (strcmp(plan->protocol->definitions[i].name, name) == 0) return plan->definitions[i];
  fail_msg("definition %s is gone", name);
  return NULL;
}

/* The value of a definition for a patient: the definitions before it in the file come first, as in a run. */
static double value_of(const lind_plan *plan, const lind_program *wanted, double *slots) {
  for (int i = 0; i < plan->protocol->n_definitions; i++) {
    if (plan->definitions[i] == NULL) continue;
    const double value = lind_program_run_one(plan->definitions[i], slots, plan->n_rule_slots);
    slots[plan->slot_definitions + i] = value;
    if (plan->definitions[i] == wanted) return value;
  }
  return NAN;
}

static void differences_of_three_days(void **state) {
  (void)state;
  lind_arena *arena;
  lind_protocol *protocol;
  const lind_node *root;
  lind_plan *plan;
  lind_desk *desk;
  /* a group that asks for the four totals, so that the plan compiles them */
  const char *set[] = {
      "block_max=512", "patients=500",
      "groups.french={value: 'if eu_pact_pg_3_days + coag_pg_3_days + eu_pact_clinical_3_days + coag_clinical_3_days > 0 [mg] "
      "then 1 else 0', labels: [a, b]}"};
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  assert_int_equal(lind_protocol_read(LIND_SOURCE_DIR "/protocols/examples/coag.yaml", set, 3, arena, &protocol, &root), LIND_OK);
  assert_int_equal(lind_plan_create(protocol, root, LIND_BACK_END_EVALUATOR, arena, &plan), LIND_OK);
  assert_int_equal(lind_desk_create(plan, &desk), LIND_OK);
  const lind_program *rules[4] = {definition(plan, "eu_pact_pg_3_days"), definition(plan, "coag_pg_3_days"),
                                  definition(plan, "eu_pact_clinical_3_days"), definition(plan, "coag_clinical_3_days")};
  const int race = lind_cohort_find(plan->cohort, "race")->slot;
  lind_moments moments[2][2] = {{{0}}}; /* [not Black, Black][PG, clinical] */
  double *slots = lind_arena_take(arena, (size_t)plan->n_rule_slots, sizeof *slots);
  for (uint32_t r = 0; r < DESKS; r++) {
    lind_enrol(desk, r, 0, 500, NULL, NULL);
    for (int s = 0; s < desk->n; s++) {
      double dose[4];
      for (int k = 0; k < plan->cohort->n_slots; k++) slots[k] = desk->row[(size_t)k * (size_t)desk->capacity + (size_t)s];
      const char *label = lind_cohort_find(plan->cohort, "race")->type.levels->names[(int)slots[race]];
      for (int k = 0; k < 4; k++) dose[k] = value_of(plan, rules[k], slots);
      const int black = strcmp(label, "Black") == 0;
      lind_moments_add(&moments[black][0], dose[0] - dose[1]);
      lind_moments_add(&moments[black][1], dose[2] - dose[3]);
    }
  }
  static const char *const rows[] = {"not Black", "Black"}, *const columns[] = {"PG", "clinical"};
  for (int b = 0; b < 2; b++)
    for (int c = 0; c < 2; c++)
      print_message("%s %s: %.2f (%.2f) mg, n %.0f\n", rows[b], columns[c], moments[b][c].mean,
                    sqrt(moments[b][c].m2 / (moments[b][c].n - 1.0)), moments[b][c].n);
  /* What makes COAG differ from EU-PACT: EU-PACT's rules give everybody more by genotype, Black patients most; its fixed loading
   * gives Black patients less of an excess over the clinical rule than others, since that rule already doses them higher. */
  assert_true(moments[1][0].mean > moments[0][0].mean && moments[0][0].mean > 3.0);
  assert_true(moments[1][1].mean < moments[0][1].mean && moments[0][1].mean > 0.0);
  lind_desk_destroy(&desk);
  lind_arena_destroy(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(differences_of_three_days)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
