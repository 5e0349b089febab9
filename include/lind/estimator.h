/* estimator.h -- endpoints (a history becomes a number) and estimators (the columns of one comparison become an estimate):
 * plug-ins of src/reduce. One file each and one line in that folder's list.h. Depends on: outcome.h, protocol.h, term.h.
 */
#ifndef LIND_ESTIMATOR_H
#define LIND_ESTIMATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lind/error.h"
#include "lind/outcome.h"
#include "lind/protocol.h"
#include "lind/term.h"

/* What an endpoint's numbers are: it chooses how arms are summarised. */
typedef enum {
  LIND_SCALE_MEAN,
  LIND_SCALE_SHARE,   /* 0 or 1 */
  LIND_SCALE_TIME,    /* time with event flag */
  LIND_SCALE_CATEGORY /* 0, 1, .. of the kind's labels: counted, not averaged */
} lind_scale;

/* Where a figure puts a patient: two numbers, counted in equal bins; what lies outside is drawn on the edge. */
typedef struct lind_plane {
  const char *figure; /* the report's template */
  const char *x, *y;  /* what they are */
  double x_lower, x_upper, y_lower, y_upper;
  int x_bins, y_bins;
} lind_plane;

typedef struct lind_endpoint_kind {
  const char *name, *summary, *source;
  lind_scale scale;
  const char *unit; /* of the value as reported: "%" for a share of time or patients, "day", or NULL = the output's own unit */
  bool needs_output, needs_range, needs_threshold, needs_at, needs_percent;
  bool competing;      /* of a time: event 2 where another final event came first */
  bool needs_event;    /* `of` names an event of the model, and `measure` indexes history->event */
  const char *in_unit; /* the only unit of an output that it can take, such as "mg/dL"; NULL: any */
  /* The value in canonical form (shares 0..1, times in h); NAN = cannot be told (no data in the window). At least one of two:
   * of the visits, where `measure` indexes history->value; for LIND_SCALE_TIME *event is 1 if seen at that time, 0 if censored
   * there, else untouched. */
  double (*value)(const lind_endpoint *endpoint, const lind_history *history, int measure, double *event);
  /* Of a trace, and of the visits where `value` is NULL. */
  double (*of_series)(const lind_endpoint *endpoint, const lind_series *series);
  /* LIND_SCALE_CATEGORY. */
  const char *const *labels;                                                                     /* NULL-terminated */
  const lind_plane *plane;                                                                       /* NULL: no figure */
  void (*place)(const lind_endpoint *endpoint, const lind_series *series, double *x, double *y); /* NANs: nowhere */
} lind_endpoint_kind;

const lind_endpoint_kind *lind_endpoint_find(const char *name);
const char *const *lind_endpoint_names(int *n);

/* ---- estimators
 * -------------------------------------------------------------------------------------------------------------------- */

enum { LIND_TERMS = 8 };

typedef struct lind_answer {
  const char *method;
  uint64_t n;       /* used */
  uint64_t missing; /* NAN values left out */
  int n_terms;
  lind_term terms[LIND_TERMS]; /* terms[0] is the effect */
} lind_answer;

/* The columns of one comparison, in the order of the seats: what every estimator takes. Who is in neither arm, or in another
 * level of the grouping, is left out. A NULL column is not there. */
typedef struct lind_analysis_set {
  uint64_t n;
  const uint8_t *treated;            /* [n] 1 treated, 0 control */
  const double *value;               /* [n] canonical, as the endpoint gives it; NAN = missing */
  const double *event;               /* [n] 1 seen, 0 censored, 2 a competing event; NULL unless the scale is time */
  const double *entry;               /* [n] h of calendar time at which the seat was enrolled; NULL: all at once */
  const double *weight;              /* [n] importance weights; NULL: everybody counts as 1 */
  int n_strata;                      /* 1 where stratum is NULL */
  const uint16_t *stratum;           /* [n] below n_strata; NULL: one stratum */
  int n_covariates;                  /* what the analysis adjusts for; categories are columns of 0 and 1 */
  const double *const *covariate;    /* [n_covariates][n] in the column's own unit */
  const char *const *covariate_name; /* [n_covariates] "age", "sex male" */
  const double *forecast;            /* [n] the endpoint under control as forecast from the baseline; NULL: none */
  const double *twin, *twin_event;   /* [n] the same person's computed outcome under control; NULL: none */
  const uint32_t *patient;           /* [n] rows of one number are of one patient; NULL: every row is a patient */
  const uint8_t *period;             /* [n] of the patient's rows, in order of time from 0; NULL: one period */
  const uint8_t *external;           /* [n] 1: not randomised, from another source; NULL: all are randomised */
} lind_analysis_set;

typedef struct lind_setting { /* a number or a word that an estimator may be told */
  const char *name;
  const char *const *words; /* NULL-terminated: the setting is the index of one of them; NULL: it is a number */
  double preset, least, most;
  const char *meaning;
} lind_setting;

enum { LIND_SETTINGS = 8, LIND_COVARIATES = 32 };

typedef struct lind_analysis_settings {
  double level; /* of the interval, e.g. 0.95 */
  double null;  /* value of no effect */
  double of[LIND_SETTINGS];
} lind_analysis_settings;

typedef struct lind_moments { /* enough for some estimators, mergeable in block order (Chan et al. 1983) */
  double n, mean, m2;         /* m2: sum of squared deviations */
  double missing;
} lind_moments;
void lind_moments_add(lind_moments *moments, double value); /* NAN counts as missing */
void lind_moments_merge(lind_moments *into, const lind_moments *from);

typedef struct lind_life_table { /* of times, by whole days: exact where visits tell of events; events within a day are tied */
  int n_days;
  const double *events, *censored; /* [n_days] by day; who is censored during day d was at risk on day d */
} lind_life_table;

enum { LIND_FITS_MEAN = 1 << LIND_SCALE_MEAN, LIND_FITS_SHARE = 1 << LIND_SCALE_SHARE, LIND_FITS_TIME = 1 << LIND_SCALE_TIME };

/* Columns beside those of every comparison. */
enum { LIND_NEEDS_FORECAST = 1, LIND_NEEDS_TWIN = 2, LIND_NEEDS_EXTERNAL = 4 };

typedef struct lind_estimator {
  const char *name, *summary, *source;
  const char *effect; /* "difference of means (treated - control)" */
  unsigned fits;      /* scales of endpoints, LIND_FITS_.. */
  bool no_test;       /* no p value: there is no power to speak of */
  bool no_statistic;  /* no test statistic: looks cannot decide by it */
  bool of_shares;     /* the effect is a difference of shares, whatever the endpoint is: shown in % */
  bool ratio;         /* the effect is a ratio: no effect is 1, figures use a log axis */
  bool adjusts;       /* uses covariates; an analysis that adjusts is refused for the others, as with */
  bool stratifies, weighs;
  bool paired;       /* patients are their own controls: needs `patient` and `period`, and alone can use them */
  bool competing;    /* of times: knows competing events (2); one that does not is refused where an endpoint tells of them */
  unsigned needs;    /* LIND_NEEDS_.. */
  bool synthetic;    /* its control is not made by randomisation alone: no estimate without the robustness table */
  bool treated_only; /* of those who were randomised it uses only who was treated */
  const lind_setting *settings; /* ended by a row without name, at most LIND_SETTINGS; NULL: none */
  /* REQUIRED. A set too small for an interval gives NANs, not an error. */
  lind_err (*estimate)(const lind_analysis_set *set, const lind_analysis_settings *settings, lind_answer *answer);
  /* OPTIONAL: the same from moments alone (same numbers to rounding); makes replicates of any size possible in flat memory. */
  lind_err (*from_moments)(const lind_moments *treated, const lind_moments *control, const lind_analysis_settings *settings,
                           lind_answer *answer);
  /* OPTIONAL: the same for estimators of times, from life tables. */
  lind_err (*from_tables)(const lind_life_table *treated, const lind_life_table *control, const lind_analysis_settings *settings,
                          lind_answer *answer);
} lind_estimator;

const lind_estimator *lind_estimator_find(const char *name);
const char *const *lind_estimator_names(int *n); /* controls included */
/* The estimator's own settings at their presets; level and null are the caller's. */
void lind_estimator_preset(const lind_estimator *estimator, lind_analysis_settings *settings);
/* One setting as written. `key` names it in the sentence ("analysis.primary.settings", "--setting"). */
lind_err lind_estimator_set(const lind_estimator *estimator, const char *key, const char *name, const char *value,
                            lind_where where, lind_analysis_settings *settings) LIND_MUST_CHECK;

#endif
