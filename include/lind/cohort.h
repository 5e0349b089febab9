/* cohort.h -- who takes part. Invariant: a patient is a function of (seed, replicate, seat, attempt) and of the cohort file
 * alone, whatever range, block or cohort size asks for it. Depends on: expression.h, random.h, document.h, schema.h.
 */
#ifndef LIND_COHORT_H
#define LIND_COHORT_H

#include "lind/digest.h"
#include "lind/document.h"
#include "lind/expression.h"
#include "lind/random.h"
#include "lind/schema.h"

typedef struct lind_column {
  const char *name;
  lind_type type; /* a number, category or genotype; a genotype takes slot and slot + 1, smaller code first */
  lind_unit unit; /* as declared; for reading back */
  int slot;
  const char *about; /* a sentence: distribution, source */
  lind_where where;
} lind_column;

typedef struct lind_cohort {
  const char *name, *title, *source, *path;
  int n_columns, n_slots;
  const lind_column *columns;
  lind_scope scope; /* the columns as symbols, slots as in a row */
  int n_assumptions;
  const char *const *assumptions;          /* what the file says is assumed, with each table's source card */
  lind_digest digest;                      /* of the file and of every table it read */
  const struct lind_cohort_recipe *recipe; /* src/cohort only */
} lind_cohort;

/* `root` is the parsed file (after --set overrides), `path` its path, from which its tables are found. The purposes of its draws
 * are added to `purposes` ("cohort/NAME"). */
lind_err lind_cohort_create(const lind_node *root, const char *path, lind_purposes *purposes, lind_arena *arena,
                            lind_cohort **cohort) LIND_MUST_CHECK;

/* Draw the 8 people who[0..7]: row [n_slots] lanes, canonical units, codes for categories and alleles. Returns a mask: bit i set
 * if person i meets the cohort's own `eligible` rule. Pure; allocates nothing. */
unsigned lind_cohort_draw(const lind_cohort *cohort, const lind_who who[LIND_LANES], lind_lane *row);

const lind_column *lind_cohort_find(const lind_cohort *cohort, const char *name); /* NULL if there is none */

/* `lind cohort describe FILE`: columns, levels, units, assumptions. */
void lind_cohort_describe(FILE *out, const lind_cohort *cohort);
/* `lind describe cohort`, docs/reference/cohort.md: the index-th section of a cohort file; false past the last one. */
bool lind_cohort_section(int index, lind_section *section);

#endif
