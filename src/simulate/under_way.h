/* under_way.h -- what one patient has been given and what has not yet wholly entered: doses on their way (lags, additional doses)
 * and infusions that run.
 *
 * A record is one entry, however many doses follow from it: a row of equal doses is expanded as its times come. Entries stand in
 * the order in which they act: by time, then by record. The room is the caller's; whoever fills it asks whether it was enough,
 * so that no dose can be lost. Nothing is allocated. Times in h, amounts canonical. Depends on: lane.h.
 */
#ifndef LIND_SIMULATE_UNDER_WAY_H
#define LIND_SIMULATE_UNDER_WAY_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "lind/lane.h"

/* Doses number next .. last of a row; number k enters at first + k * interval. */
typedef struct lind_coming {
  double first, interval;
  int64_t next, last;
  int record; /* what the doses are, for the caller; earlier records act first at equal times */
} lind_coming;

/* Infusions number next .. last of a row, all of them running; number k ends at end + k * interval. */
typedef struct lind_running {
  double end, interval, rate;
  int64_t next, last;
  int state;
  bool modelled; /* the rate is the model's, and changes with it */
} lind_running;

typedef struct lind_under_way {
  int n_coming, n_running, most_coming, most_running;
  lind_coming *coming;   /* [most_coming] */
  lind_running *running; /* [most_running] */
} lind_under_way;

/* Inline because they are asked of every patient at every stop; with comparisons, because fmin and fmax are calls. */
static inline double lind_under_way_first(double a, double b) { return a < b ? a : b; }

/* Times this close are one time: 1e-12 of their size, and of an hour. */
static inline double lind_under_way_soon(double now) {
  const double size = fabs(now);
  return now + 1e-12 * (size > 1.0 ? size : 1.0);
}

static inline double lind_under_way_enters(const lind_coming *row) { return row->first + (double)row->next * row->interval; }
static inline double lind_under_way_ends(const lind_running *row) { return row->end + (double)row->next * row->interval; }

/* false: there is no room, and nothing has changed */
bool lind_under_way_send(lind_under_way *queue, lind_coming row);
bool lind_under_way_start(lind_under_way *queue, lind_running row);
void lind_under_way_clear(lind_under_way *queue);

/* When the next dose enters or the next infusion ends; INFINITY */
static inline double lind_under_way_next(const lind_under_way *queue) {
  const double dose = queue->n_coming > 0 ? lind_under_way_enters(&queue->coming[0]) : INFINITY;
  return queue->n_running > 0 ? lind_under_way_first(dose, lind_under_way_ends(&queue->running[0])) : dose;
}
/* The first dose that is due by `now`: its record and its time. It leaves its row. false: none is due. */
bool lind_under_way_enter(lind_under_way *queue, double now, int *record, double *time);
/* Ends the infusions that are over by `now`; true if there were any. */
bool lind_under_way_end(lind_under_way *queue, double now);
/* The model gives `rate` for infusions into `state` from `now` on: what is left of them enters at that rate. */
void lind_under_way_change(lind_under_way *queue, double now, int state, double rate);
/* What runs into `state`, per h: a sum in the order of the entries, exactly 0 where nothing runs. */
double lind_under_way_rate(const lind_under_way *queue, int state);

#endif
