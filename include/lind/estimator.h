/* estimator.h -- endpoints (a history becomes a number) and estimators (two samples become an estimate): plug-ins of src/reduce.
 * One file each and one line in that folder's list.h. Depends on: outcome.h, protocol.h.
 */
#ifndef LIND_ESTIMATOR_H
#define LIND_ESTIMATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lind/error.h"
#include "lind/outcome.h"
#include "lind/protocol.h"

/* What an endpoint's numbers are: it chooses how arms are summarised. */
typedef enum { LIND_SCALE_MEAN, LIND_SCALE_SHARE /* 0 or 1 */, LIND_SCALE_TIME /* time with event flag */ } lind_scale;

typedef struct lind_endpoint_kind {
  const char *name, *summary, *source;
  lind_scale scale;
  const char *unit; /* of the value as reported: "%" for a share of time or patients, "day", or NULL = the output's own unit */
  bool needs_output, needs_range, needs_threshold, needs_at;
  bool needs_event; /* `of` names an event of the model, and `measure` indexes history->event */
  /* REQUIRED. The value in canonical form (shares 0..1, times in h); NAN = cannot be told (no data in the window). For
   * LIND_SCALE_TIME *event is 1 if seen at that time, 0 if censored there; else untouched. `measure` indexes history->value. */
  double (*value)(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event);
} lind_endpoint_kind;

const lind_endpoint_kind *lind_endpoint_find(const char *name);
const char *const *lind_endpoint_names(int *n);

/* ---- estimators
 * -------------------------------------------------------------------------------------------------------------------- */

typedef struct lind_term {
  const char *name;                                    /* "difference", "treated", "control" */
  double estimate, se, statistic, df, p, lower, upper; /* NAN where it has no meaning */
} lind_term;
enum { LIND_TERMS = 8 };

typedef struct lind_answer {
  const char *method;
  uint64_t n;       /* used */
  uint64_t missing; /* NAN values left out */
  int n_terms;
  lind_term terms[LIND_TERMS]; /* terms[0] is the effect */
} lind_answer;

typedef struct lind_sample { /* one arm; values may hold NAN (counted as missing) */
  uint64_t n;
  const double *value; /* [n] */
  const double *event; /* [n] 1 seen, 0 censored; NULL unless the scale is time */
} lind_sample;

typedef struct lind_moments { /* enough for some estimators, mergeable in block order (Chan et al. 1983) */
  double n, mean, m2;         /* m2: sum of squared deviations */
  double missing;
} lind_moments;
void lind_moments_add(lind_moments *moments, double value); /* NAN counts as missing */
void lind_moments_merge(lind_moments *into, const lind_moments *from);

typedef struct lind_life_table { /* enough for time-to-event: visits fall on whole days, so events do, too */
  int n_days;
  const double *events, *censored; /* [n_days] by day; who is censored during day d was at risk on day d */
} lind_life_table;

typedef struct lind_estimator {
  const char *name, *summary, *source;
  const char *effect; /* "difference of means (treated - control)" */
  bool no_statistic;  /* no test statistic: looks cannot decide by it */
  bool shares;        /* for endpoints that are 0 or 1 only */
  bool ratio;         /* the effect is a ratio: no effect is 1, figures use a log axis */
  /* REQUIRED. level e.g. 0.95; null: value of no effect. A sample too small for an interval gives NANs, not an error. */
  lind_err (*estimate)(const lind_sample *treated, const lind_sample *control, double level, double null, lind_answer *answer);
  /* OPTIONAL: the same from moments alone (same numbers to rounding); makes replicates of any size possible in flat memory. */
  lind_err (*from_moments)(const lind_moments *treated, const lind_moments *control, double level, double null,
                           lind_answer *answer);
  /* OPTIONAL: the same for estimators of times, from life tables. */
  lind_err (*from_tables)(const lind_life_table *treated, const lind_life_table *control, double level, double null,
                          lind_answer *answer);
} lind_estimator;

const lind_estimator *lind_estimator_find(const char *name);
const char *const *lind_estimator_names(int *n);

#endif
