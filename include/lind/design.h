/* design.h -- designs by formula: boundaries, sizes and power without simulation. One file in src/protocol/designs and one line
 * in its list.h each; the rows read, validate and describe what is asked. Depends on: schema.h, term.h.
 */
#ifndef LIND_DESIGN_H
#define LIND_DESIGN_H

#include "lind/schema.h"
#include "lind/term.h"

enum { LIND_DESIGN_TERMS = 32, LIND_DESIGN_DETAILS = 32 };

typedef struct lind_design_detail {
  const char *name;
  lind_numbers values; /* one number, or one a look */
} lind_design_detail;

typedef struct lind_design_answer {
  const char *method;
  double n; /* patients, events where the name of the first term says so; NAN: not asked */
  int n_terms, n_details;
  lind_term terms[LIND_DESIGN_TERMS];
  lind_design_detail details[LIND_DESIGN_DETAILS];
} lind_design_answer;

typedef struct lind_design {
  const char *name, *summary, *source;
  const lind_key *rows; /* of the struct that solve takes */
  size_t size;          /* of that struct */
  lind_err (*solve)(const void *request, lind_arena *arena, lind_design_answer *answer);
} lind_design;

const lind_design *lind_design_find(const char *name);
const char *const *lind_design_names(int *n);

/* For solvers: one more term (all but name and estimate NAN), one more detail. */
lind_term *lind_design_add(lind_design_answer *answer, const char *name, double estimate);
lind_err lind_design_tell(lind_design_answer *answer, lind_arena *arena, const char *name, int n,
                          const double *values) LIND_MUST_CHECK;

#endif
