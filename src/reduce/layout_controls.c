/* layout_controls.c -- what a control asks of a protocol. A synthetic control is not planned without the table that says how
 * wrong it is when twin or external patients are wrong, nor without a concurrent one to be held against. */
#include "layout_controls.h"

#include <string.h>

static lind_err check_table(const lind_protocol *protocol, const lind_analysis *analysis, const lind_estimator *estimator) {
  LIND_CHECK_AT(
      protocol->robustness.given, LIND_ERR_INPUT, analysis->estimator.where,
      "analysis.%s has the synthetic control %s, and the protocol has no section robustness; without the table of bias and "
      "type I error over drift, slope and population no estimate of it is made",
      analysis->name, estimator->name);
  return LIND_OK;
}

lind_err lind_layout_controls_check(lind_layout *layout, const lind_analysis *analysis, const lind_estimator *estimator) {
  const lind_protocol *protocol = layout->plan->protocol;
  if (estimator->synthetic) LIND_TRY(check_table(protocol, analysis, estimator));
  LIND_CHECK_AT((estimator->needs & (LIND_NEEDS_FORECAST | LIND_NEEDS_TWIN)) == 0 || protocol->twin.given, LIND_ERR_INPUT,
                analysis->estimator.where, "analysis.%s.estimator %s needs twins; add a section twin, such as twin: {arm: %s}",
                analysis->name, estimator->name, protocol->arms[protocol->n_arms - 1].name);
  LIND_CHECK_AT(
      (estimator->needs & LIND_NEEDS_EXTERNAL) == 0 || protocol->outside.given, LIND_ERR_INPUT, analysis->estimator.where,
      "analysis.%s.estimator %s needs patients from elsewhere; add a section external, such as external: {patients: 200}",
      analysis->name, estimator->name);
  layout->needs |= estimator->needs;
  return LIND_OK;
}

/* What is printed of a synthetic control is what the table judges: one number, and a truth that is lived. */
static lind_err check_term(const lind_layout *layout, int t) {
  const struct lind_layout_term *term = &layout->terms[t], *first = &layout->terms[0];
  const lind_protocol *protocol = layout->plan->protocol;
  const lind_analysis *analysis = &protocol->analyses[term->analysis];
  for (int k = 0; k < analysis->by.n; k++)
    LIND_CHECK_AT(strcmp(analysis->by.at[k].text, "all") == 0, LIND_ERR_INPUT, analysis->by.at[k].where,
                  "analysis.%s has the synthetic control %s, which the robustness table judges in all patients and not by %s; "
                  "leave `by` out",
                  analysis->name, term->estimator->name, analysis->by.at[k].text);
  LIND_CHECK_AT(
      term->treated == first->treated && term->control == first->control, LIND_ERR_INPUT, analysis->where,
      "analysis.%s has the synthetic control %s and compares %s with %s; the true effect is known for the comparison of "
      "the first analysis, %s with %s",
      analysis->name, term->estimator->name, protocol->treatments[term->treated].name, protocol->treatments[term->control].name,
      protocol->treatments[first->treated].name, protocol->treatments[first->control].name);
  LIND_CHECK_AT((term->estimator->needs & LIND_NEEDS_TWIN) == 0 || layout->plan->twin_arm == term->control, LIND_ERR_INPUT,
                protocol->twin.arm.where,
                "twin.arm is %s, but analysis.%s compares %s with %s; the twins must live under the control, %s",
                protocol->arms[layout->plan->twin_arm].name, analysis->name, protocol->treatments[term->treated].name,
                protocol->treatments[term->control].name, protocol->treatments[term->control].name);
  LIND_CHECK_AT(lind_judge_reference(layout, t) >= 0, LIND_ERR_INPUT, analysis->estimator.where,
                "analysis.%s has the synthetic control %s and nothing to be held against; add an analysis of endpoint %s with "
                "estimator concurrent, of the same arms and of all patients",
                analysis->name, term->estimator->name, analysis->endpoint.text);
  return LIND_OK;
}

lind_err lind_layout_controls_terms(const lind_layout *layout) {
  const lind_protocol *protocol = layout->plan->protocol;
  for (int t = 0; t < layout->n_terms; t++)
    if (layout->terms[t].estimator->synthetic) LIND_TRY(check_term(layout, t));
  if (layout->n_terms == 0 || !layout->terms[0].estimator->synthetic) return LIND_OK;
  const lind_analysis *analysis = &protocol->analyses[0];
  LIND_CHECK_AT(protocol->n_scenarios == 0 && protocol->n_looks == 0, LIND_ERR_INPUT, analysis->estimator.where,
                "analysis.%s, the first, has the synthetic control %s; %s by the first analysis, where the robustness table does "
                "not reach; put the concurrent one first",
                analysis->name, analysis->estimator.text,
                protocol->n_scenarios > 0 ? "scenarios are told" : "interim looks decide");
  return LIND_OK;
}
