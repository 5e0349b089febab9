/* unsure.h -- how well a model's parameters are known: a table of sets, or the covariance matrix of their estimates. A replicate
 * is one state of knowledge.
 *
 * The tables are those of docs/reference/protocol.md, section uncertainty. A replicate's values are a function of (seed,
 * replicate): no order, no neighbour. Nothing is redrawn or cut off; whether a set can be used is for the caller to try.
 * Depends on: model.h, schema.h (words and their places), csv.h, random.h.
 */
#ifndef LIND_UNSURE_H
#define LIND_UNSURE_H

#include "lind/csv.h"
#include "lind/model.h"
#include "lind/random.h"
#include "lind/schema.h"

typedef struct lind_unsure {
  int n, n_parameters;
  const int *parameter; /* [n] of the model's [n_parameters] */
  size_t n_sets;
  const double *sets;           /* [n_sets][n] canonical; NULL: they are drawn */
  const bool *log;              /* [n] normal on the log scale */
  const double *root;           /* [n][n] lower triangle; covariance = root root' */
  const lind_purpose *purposes; /* [n] */
} lind_unsure;

typedef struct lind_unsure_log { /* parameters that are normal on the log scale; their rows and columns have the unit 1 */
  const char *key;               /* where they were said, for sentences: "uncertainty.log" */
  int n;
  const lind_words *at; /* [n] */
} lind_unsure_log;

enum { LIND_UNSURE_STREAM = 60 };
/* The name of the random stream of a parameter: "uncertainty/NAME". LIND_ERR_INPUT if it is too long. */
lind_err lind_unsure_stream(const char *parameter, char words[LIND_UNSURE_STREAM]) LIND_MUST_CHECK;

/* matrix: the table is a covariance matrix, else sets. centre[n_parameters] canonical: what draws lie about.
 * LIND_ERR_INPUT or LIND_ERR_UNIT with the table's place. */
lind_err lind_unsure_read(const lind_csv *csv, bool matrix, lind_unsure_log logs, const lind_model *model, const double *centre,
                          lind_arena *arena, const lind_unsure **unsure) LIND_MUST_CHECK;

/* parameters[n_parameters] of a replicate: row `replicate` of the sets, from the top again where they end, or a draw. */
void lind_unsure_draw(const lind_unsure *unsure, uint64_t seed, uint32_t replicate, const double *centre, double *parameters);

#endif
