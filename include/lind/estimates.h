/* estimates.h -- estimates.json: everything a run says, in one document that `lind report` can read again. No environment and no
 * times stand in it. Depends on: reduce.h.
 */
#ifndef LIND_ESTIMATES_H
#define LIND_ESTIMATES_H

#include "lind/reduce.h"

typedef struct lind_estimates_input {
  const lind_tally *main;
  int n_scenarios;
  const lind_tally *const *scenarios; /* one of each protocol->scenarios */
  const char *pictures;               /* of a tissue: a JSON object that stands as it is; NULL: none */
  const char *trajectories;           /* of single patients, the same; NULL: none are stored */
  int n_judged;
  const lind_tally *const
      *judged; /* [n_judged] points of protocol->robustness, with the effect of the treatment and without in turn */
} lind_estimates_input;

/* The document as text (free() it). Not collective. */
lind_err lind_estimates_create(const lind_estimates_input *input, char **json) LIND_MUST_CHECK;

#endif
