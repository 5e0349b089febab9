/* layout_controls.c -- what a control asks of a protocol. A synthetic control is not planned without the table that says how
 * wrong it is when twin or external patients are wrong, nor without a concurrent one to be held against. */
#include "layout_controls.h"

#include <string.h>

static bool has_reference(const lind_protocol *protocol, const lind_analysis *analysis) {
  for (int i = 0; i < protocol->n_analyses; i++)
    if (strcmp(protocol->analyses[i].estimator.text, "concurrent") == 0 &&
        strcmp(protocol->analyses[i].endpoint.text, analysis->endpoint.text) == 0)
      return true;
  return false;
}

static lind_err check_table(const lind_protocol *protocol, const lind_analysis *analysis, const lind_estimator *estimator) {
  LIND_CHECK_AT(
      protocol->robustness.given, LIND_ERR_INPUT, analysis->estimator.where,
      "analysis.%s has the synthetic control %s, and the protocol has no section robustness; without the table of bias and "
      "type I error over drift, slope and population no estimate of it is made",
      analysis->name, estimator->name);
  LIND_CHECK_AT(has_reference(protocol, analysis), LIND_ERR_INPUT, analysis->estimator.where,
                "analysis.%s has the synthetic control %s and nothing to be held against; add an analysis of endpoint %s with "
                "estimator concurrent",
                analysis->name, estimator->name, analysis->endpoint.text);
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
