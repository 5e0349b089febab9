/* course_dose.c -- what a dose record does to a patient: see docs/reference/events.md. */
#include <math.h>

#include "course_inside.h"

static const lind_record *record_of(const lind_course_pack *p, int i) { return &p->lane[i].patient->records[p->lane[i].next]; }

/* false: the lane has stopped. */
static bool demand(lind_course_pack *p, int i, bool holds, lind_lane_status otherwise, int state) {
  if (!holds) lind_course_stop(p, i, otherwise, state);
  return holds;
}

bool lind_course_dose_resolve(lind_course_pack *p, int i, const lind_record *record, lind_course_dose *dose) {
  const int k = record->state;
  const double share = p->bioavailability[k].of[i];
  *dose = (lind_course_dose){.state = k, .modelled = record->infusion == LIND_INFUSION_MODEL_RATE};
  if (!demand(p, i, share >= 0.0 && isfinite(share), LIND_LANE_DOSE, k)) return false;
  const double amount = share * record->amount;
  switch (record->infusion) {
    case LIND_INFUSION_RATE:
      dose->rate = record->rate;
      dose->duration = amount / record->rate;
      return true;
    case LIND_INFUSION_MODEL_RATE:
      dose->rate = p->rate[k].of[i];
      dose->duration = amount / dose->rate;
      return demand(p, i, dose->rate > 0.0 && isfinite(dose->rate), LIND_LANE_DOSE, k);
    case LIND_INFUSION_MODEL_DURATION:
      dose->duration = p->duration[k].of[i];
      dose->rate = amount / dose->duration;
      return demand(p, i, dose->duration > 0.0 && isfinite(dose->duration), LIND_LANE_DOSE, k);
    default:
      dose->amount = amount;
      return true;
  }
}

void lind_course_dose_enter(lind_course_pack *p, int i, int record, double time) {
  lind_course_dose dose;
  if (!lind_course_dose_resolve(p, i, &p->lane[i].patient->records[record], &dose)) return;
  p->x[dose.state].of[i] += dose.amount;
  if (dose.rate == 0.0) return;
  const lind_running row = {.end = time + dose.duration, .rate = dose.rate, .state = dose.state, .modelled = dose.modelled};
  (void)demand(p, i, lind_under_way_start(&p->lane[i].queue, row), LIND_LANE_CROWDED, dose.state);
}

static bool lag_of(lind_course_pack *p, int i, const lind_record *record, double *lag) {
  *lag = p->lag[record->state].of[i];
  return demand(p, i, *lag >= 0.0 && isfinite(*lag), LIND_LANE_DOSE, record->state);
}

static void send(lind_course_pack *p, int i, double lag, int64_t next) {
  const lind_record *record = record_of(p, i);
  const lind_coming row = {.first = record->time + lag,
                           .interval = record->interval,
                           .next = next,
                           .last = record->additional,
                           .record = p->lane[i].next};
  (void)demand(p, i, lind_under_way_send(&p->lane[i].queue, row), LIND_LANE_CROWDED, record->state);
}

void lind_course_dose_give(lind_course_pack *p, int i) {
  const lind_record *record = record_of(p, i);
  double lag;
  if (!lag_of(p, i, record, &lag)) return;
  if (lag == 0.0) lind_course_dose_enter(p, i, p->lane[i].next, record->time);
  if (p->lane[i].patient->status == LIND_LANE_OK) send(p, i, lag, lag == 0.0 ? 1 : 0);
}

/* ---- steady states */

/* How many doses of the row are on their way at the record: those that enter after it. */
static int64_t pending(const lind_record *record, double lag) {
  const double rows = ceil(lag / record->interval * (1.0 - 1e-12));
  return (int64_t)rows;
}

bool lind_course_dose_task(lind_course_pack *p, int i) {
  const lind_record *record = record_of(p, i);
  lind_course_task *task = &p->lane[i].task;
  double lag;
  if (!lag_of(p, i, record, &lag) || !lind_course_dose_resolve(p, i, record, &task->dose)) return false;
  task->endless = record->interval == 0.0;
  task->interval = task->endless ? 24.0 : record->interval; /* endless: any stretch of time will do */
  task->phase = task->endless ? 0.0 : fmax(0.0, (double)pending(record, lag) * record->interval - lag);
  if (task->endless) task->dose.duration = task->interval;
  if (!task->endless && !demand(p, i, lag / record->interval < 1e6 && task->dose.duration / record->interval < 1e6,
                                LIND_LANE_CROWDED, record->state))
    return false;
  if (record->steady == 1) lind_under_way_clear(&p->lane[i].queue);
  return true;
}

void lind_course_dose_settle(lind_course_pack *p, int i) {
  const lind_record *record = record_of(p, i);
  const lind_course_task *task = &p->lane[i].task;
  if (task->endless) return;
  const double lag = p->lag[record->state].of[i], duration = task->dose.duration;
  const int64_t coming = pending(record, lag);
  const double last = record->time + (lag - (double)coming * record->interval); /* when the last dose entered */
  const int64_t running =
      task->dose.rate > 0.0 ? (int64_t)ceil((last - record->time + duration) / record->interval * (1.0 - 1e-12)) : 0;
  const lind_running row = {.end = last + duration - (double)(running - 1) * record->interval,
                            .interval = record->interval,
                            .rate = task->dose.rate,
                            .next = 0,
                            .last = running - 1,
                            .state = task->dose.state,
                            .modelled = task->dose.modelled};
  if (running > 0 && !demand(p, i, lind_under_way_start(&p->lane[i].queue, row), LIND_LANE_CROWDED, record->state)) return;
  send(p, i, lag, 1 - coming);
}

void lind_course_dose_rates(lind_course_pack *p, int i) {
  lind_under_way *queue = &p->lane[i].queue;
  for (int r = 0; r < queue->n_running; r++) {
    const lind_running *row = &queue->running[r];
    const int k = row->state;
    const double rate = p->rate[k].of[i];
    if (!row->modelled || row->rate == rate) continue;
    if (!demand(p, i, rate > 0.0 && isfinite(rate), LIND_LANE_DOSE, k)) return;
    lind_under_way_change(queue, p->advance.time.of[i], k, rate);
    r = -1; /* the order may have changed */
  }
}
