/* term.h -- one row of an answer: what an estimator or a design says about one quantity. */
#ifndef LIND_TERM_H
#define LIND_TERM_H

typedef struct lind_term {
  const char *name;                                    /* "difference", "treated", "control"; "power", "look 2" */
  double estimate, se, statistic, df, p, lower, upper; /* NAN where it has no meaning */
} lind_term;

#endif
