/* estimates_parts.h -- the sections of estimates.json that describe the study rather than its effects: estimates_context.c. */
#ifndef LIND_ESTIMATES_PARTS_H
#define LIND_ESTIMATES_PARTS_H

#include <jansson.h>

#include "lind/estimates.h"

json_t *lind_estimates_number(double x);                /* null where it is not finite */
json_t *lind_estimates_design(const lind_tally *tally); /* estimates_design.c */
json_t *lind_estimates_survival(const lind_tally *tally);
void lind_estimates_context(json_t *root, const lind_tally *tally);
json_t *lind_estimates_robustness(const lind_estimates_input *input); /* estimates_robustness.c */
const char *lind_estimates_answer(const json_t *root);                /* one sentence; valid until the next call of this thread */

/* Shares of the classes of a category by treatment, and where its figure puts the patients: keys of an endpoint's object. */
void lind_estimates_classes(const lind_tally *tally, int endpoint, json_t *object);

#endif
