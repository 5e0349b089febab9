/* scenarios.h -- finished studies side by side: one row for each term of each analysis of each study, with what differs between
 * the studies in front. Words and numbers come from estimates.json and provenance.json alone, as they stand there. Depends on:
 * past.h.
 */
#ifndef LIND_SCENARIOS_H
#define LIND_SCENARIOS_H

#include "past.h"

typedef struct lind_scenarios_column {
  const char *name, *unit, *about;
  bool is_words;
  const char **words; /* [n_rows]; "" for none */
  double *numbers;    /* [n_rows]; NAN for none */
} lind_scenarios_column;

typedef struct lind_scenarios {
  int n;
  const char **names; /* of the studies: the last part of the path, or the path where that is not enough */
  lind_past *pasts;
  int n_keys; /* columns 1 .. n_keys say what differs: settings, patients, replicates, seed, inputs */
  size_t n_rows;
  int n_columns;
  lind_scenarios_column *columns; /* column 0: the study */
  int *study;                     /* [n_rows] */
  bool *is_first;                 /* [n_rows] the first term of its study */
} lind_scenarios;

/* Refuses, by name, what is not finished or does not match its checksums. */
lind_err lind_scenarios_create(int n, const char *const *directories, lind_arena *arena,
                               lind_scenarios **scenarios) LIND_MUST_CHECK;
void lind_scenarios_release(lind_scenarios *scenarios);
/* Keys whose values differ between documents: flat[i] is an object of texts. Writes an array of names into `keys`. */
void lind_scenarios_differing(int n, json_t *const *flat, json_t *keys);
/* The protocol as it was resolved, sizes and seed, on one level of texts ("arms.a.ratio", a list of scalars as "[a, b]"), added
 * to `flat` where they are missing there. */
void lind_scenarios_settings(const lind_past *past, json_t *flat, lind_arena *arena);

/* scenarios.csv, scenarios.json and scenarios.h5 into `out`. */
lind_err lind_scenarios_write(const lind_scenarios *scenarios, const char *out, lind_arena *arena) LIND_MUST_CHECK;
lind_err lind_scenarios_json(const lind_scenarios *scenarios, lind_arena *arena, const char **text) LIND_MUST_CHECK;
void lind_scenarios_show(const lind_scenarios *scenarios, FILE *out); /* the first term of each study */

#endif
