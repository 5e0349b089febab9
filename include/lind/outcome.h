/* outcome.h -- what simulate hands to reduce: the complete histories of one run of seats, censored where the patient left.
 * Canonical units; measured outputs in the output's declared unit. Depends on: nothing in lind but lane.h.
 */
#ifndef LIND_OUTCOME_H
#define LIND_OUTCOME_H

#include <stddef.h>
#include <stdint.h>

#define LIND_END_LIST(X)             \
  X(LIND_END_COMPLETED, "completed") \
  X(LIND_END_DROPOUT, "dropped out") \
  X(LIND_END_FAILED, "lane failed") X(LIND_END_EVENT, "had a final event") X(LIND_END_CUT, "the trial had stopped")
#define LIND_END_ENUM(code, words) code,
typedef enum { LIND_END_LIST(LIND_END_ENUM) LIND_END_COUNT } lind_end;
#undef LIND_END_ENUM

/* Values over time: of a trace, or of the visits. */
typedef struct lind_series {
  int n;
  const double *value; /* [n] in the output's unit */
  const double *time;  /* [n] h, rising; NULL: value k is at (first + k) * every */
  double every;        /* h */
  int64_t first;
} lind_series;

static inline double lind_series_time(const lind_series *series, int k) {
  return series->time != NULL ? series->time[k] : (double)(series->first + k) * series->every;
}

/* One patient's history, a view. Visits are in time order, attended ones only; the first may be the baseline on day 1. */
typedef struct lind_history {
  int n_visits, n_days;
  const double *time;         /* [n_visits] h */
  const double *const *value; /* [n_measures][n_visits] in the output's unit */
  const double *dose;         /* [n_days] mg prescribed on each day, 0 when skipped; NAN after the end */
  const double *taken;        /* [n_days] what was taken */
  const double *event;        /* [events of the model] h of the first; INFINITY: not seen before the end */
  double end;                 /* h: end of the trial or when the patient left */
  lind_end reason;
  const lind_series *traces; /* [traces of the protocol]; NULL: this patient's are not on the desk any more */
} lind_history;

#endif
