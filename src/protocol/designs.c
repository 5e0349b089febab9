/* designs.c -- the list of designs by formula. */
#include <math.h>
#include <string.h>

#include "lind/design.h"

#define LIND_DESIGN(name) extern const lind_design lind_design_##name;
#include "designs/list.h"
#undef LIND_DESIGN

#define LIND_DESIGN(name) &lind_design_##name,
static const lind_design *const designs[] = {
#include "designs/list.h"
};
#undef LIND_DESIGN
enum { N_DESIGNS = sizeof designs / sizeof *designs };

const lind_design *lind_design_find(const char *name) {
  for (int i = 0; i < N_DESIGNS; i++)
    if (strcmp(designs[i]->name, name) == 0) return designs[i];
  return NULL;
}

const char *const *lind_design_names(int *n) {
  static const char *names[N_DESIGNS];
  for (int i = 0; i < N_DESIGNS; i++) names[i] = designs[i]->name;
  *n = N_DESIGNS;
  return names;
}

lind_term *lind_design_add(lind_design_answer *answer, const char *name, double estimate) {
  lind_term *term = &answer->terms[answer->n_terms++];
  *term = (lind_term){name, estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  return term;
}

lind_err lind_design_tell(lind_design_answer *answer, lind_arena *arena, const char *name, int n, const double *values) {
  double *kept;
  LIND_TAKE(kept, arena, n);
  memcpy(kept, values, (size_t)n * sizeof *kept);
  answer->details[answer->n_details++] = (lind_design_detail){name, {n, kept}};
  return LIND_OK;
}
