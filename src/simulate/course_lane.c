/* course_lane.c -- one patient's way through the records. At every time that matters, in this order: inputs and drifts that hold
 * there, infusions that end, doses on their way that enter, then the records of that time, row by row. */
#include <math.h>

#include "course_inside.h"

enum { ARRIVE, ENTER, BEGIN, ACT, RESET, SETTLE, SHOW, LEAVE, WAIT, END };

static const lind_record *records_of(const lind_course_pack *p, int i) { return p->lane[i].patient->records; }

/* Most models have none that do; then nobody is asked. */
static bool inputs_move(const lind_course_pack *p) { return p->course->n_varying > 0 || p->course->n_drifts > 0; }

static bool is_due(const lind_course_pack *p, int i) {
  const lind_course_lane *lane = &p->lane[i];
  if (lane->next >= lane->patient->n) return false;
  const lind_record *record = &lane->patient->records[lane->next];
  return record->time <= lind_under_way_soon(p->advance.time.of[i]);
}

void lind_course_lane_begin(lind_course_pack *p, int i) {
  lind_course_lane *lane = &p->lane[i];
  lane->stage = ARRIVE;
  lane->next = lane->cut = 0;
  lind_under_way_clear(&lane->queue);
  lind_course_inputs_restart(p, i);
  p->advance.time.of[i] = records_of(p, i)[0].time;
  p->advance.step.of[i] = 0.0;
  (void)lind_course_inputs_place(p, i, 0);
}

/* What was on its way and has arrived. */
static void enter(lind_course_pack *p, int i) {
  lind_course_lane *lane = &p->lane[i];
  int record;
  double time;
  (void)lind_under_way_end(&lane->queue, p->advance.time.of[i]);
  while (lane->patient->status == LIND_LANE_OK && lind_under_way_enter(&lane->queue, p->advance.time.of[i], &record, &time))
    lind_course_dose_enter(p, i, record, time);
}

static bool turn_back(lind_course_pack *p, int i) {
  const double time = records_of(p, i)[p->lane[i].next].time;
  lind_under_way_clear(&p->lane[i].queue);
  if (time < p->advance.time.of[i]) lind_course_inputs_restart(p, i);
  p->advance.time.of[i] = time;
  p->advance.step.of[i] = 0.0; /* to the engine it is another patient: what was before is not looked back on */
  return lind_course_inputs_arrive(p, i);
}

static void reset(lind_course_pack *p, int i) {
  p->kernel->initial(p->kernel->self, p->frame, p->scratch);
  for (int k = 0; k < p->kernel->n_states; k++) p->x[k].of[i] = p->scratch[k].of[i];
  for (int k = 0; k < p->kernel->n_delays; k++) p->x[p->kernel->n_states + k].of[i] = p->scratch[p->kernel->delayed[k]].of[i];
}

/* The stage that follows; *need is what must be done before. */
static int act(lind_course_pack *p, int i, lind_course_need *need) {
  const lind_record *record = &records_of(p, i)[p->lane[i].next];
  const bool resets = record->event == LIND_RECORD_RESET || record->event == LIND_RECORD_RESET_DOSE;
  if (p->lane[i].stage == ACT && resets) {
    if (turn_back(p, i)) *need = LIND_NEED_REFRESH;
    return RESET;
  }
  if (resets) {
    reset(p, i);
    if (p->watch.kernel != NULL) lind_watch_begin(&p->watch, &p->advance.time, p->frame, p->x, 1u << i);
  }
  if (record->event != LIND_RECORD_DOSE && record->event != LIND_RECORD_RESET_DOSE) return SHOW;
  if (record->steady == 0) {
    lind_course_dose_give(p, i);
    return SHOW;
  }
  if (p->kernel->n_delays > 0) /* a row of doses that has always been has a past, which no engine knows */
    lind_course_stop(p, i, LIND_LANE_STEADY, -1);
  else if (lind_course_dose_task(p, i))
    *need = LIND_NEED_STEADY;
  return SETTLE;
}

static int leave(lind_course_pack *p, int i, lind_course_need *need) {
  lind_course_lane *lane = &p->lane[i];
  lane->patient->reached = ++lane->next;
  if (lane->next >= lane->patient->n) return END;
  if (is_due(p, i)) return BEGIN;
  if (inputs_move(p) && lind_course_inputs_leave(p, i)) *need = LIND_NEED_REFRESH;
  return WAIT;
}

lind_course_need lind_course_lane_act(lind_course_pack *p, int i) {
  lind_course_lane *lane = &p->lane[i];
  lind_course_need need = LIND_NEED_TIME;
  while (lane->patient->status == LIND_LANE_OK && need == LIND_NEED_TIME) {
    switch (lane->stage) {
      case ARRIVE:
        lane->stage = ENTER;
        if (inputs_move(p) && lind_course_inputs_arrive(p, i)) need = LIND_NEED_REFRESH;
        break;
      case ENTER:
        enter(p, i);
        lane->stage = is_due(p, i) ? BEGIN : WAIT;
        break;
      case BEGIN:
        lane->stage = ACT;
        if (inputs_move(p) && lind_course_inputs_place(p, i, lane->next)) need = LIND_NEED_REFRESH;
        break;
      case ACT:
      case RESET:
        lane->stage = act(p, i, &need);
        break;
      case SETTLE:
        lind_course_dose_settle(p, i);
        if (p->watch.kernel != NULL) lind_watch_begin(&p->watch, &p->advance.time, p->frame, p->x, 1u << i);
        lane->stage = SHOW;
        break;
      case SHOW:
        lane->stage = LEAVE;
        if (records_of(p, i)[lane->next].observed) need = LIND_NEED_OUTPUT;
        break;
      case LEAVE:
        lane->stage = leave(p, i, &need);
        break;
      case WAIT:
        if (lind_under_way_next(&lane->queue) > lind_under_way_soon(p->advance.time.of[i]) && !is_due(p, i)) return need;
        lane->stage = ARRIVE;
        break;
      default:
        return LIND_NEED_NOTHING;
    }
  }
  return lane->patient->status == LIND_LANE_OK ? need : LIND_NEED_NOTHING;
}

static bool is_looked_at(const lind_course_pack *p, int i, int record) {
  const int event = records_of(p, i)[record].event;
  return (event == LIND_RECORD_OBSERVATION || event == LIND_RECORD_OTHER) &&
         (!inputs_move(p) || lind_course_inputs_smooth(p, i, record));
}

static bool turns_back(const lind_course_pack *p, int i, int record) {
  return records_of(p, i)[record].time < records_of(p, i)[record - 1].time;
}

/* The record that is looked at next on the way to `target`; the target itself where somebody looks back from there. */
double lind_course_lane_look(const lind_course_pack *p, int i, double target) {
  const lind_course_lane *lane = &p->lane[i];
  const double next = records_of(p, i)[lane->next].time;
  if (lane->next < lane->cut && lind_under_way_soon(next) < target) return next;
  return p->kernel->n_delays > 0 ? target : INFINITY;
}

/* The lane has reached its target, so it arrives there when it acts next. */
double lind_course_lane_target(lind_course_pack *p, int i) {
  lind_course_lane *lane = &p->lane[i];
  const int last = lane->patient->n - 1;
  if (lane->cut < lane->next) lane->cut = lane->next;
  while (lane->cut < last && is_looked_at(p, i, lane->cut) && !turns_back(p, i, lane->cut + 1)) lane->cut++;
  const double stop = records_of(p, i)[lane->cut].time;
  double target = lind_under_way_first(stop, lind_under_way_next(&lane->queue));
  if (p->course->n_drifts > 0) target = lind_under_way_first(target, lind_course_inputs_next(p, i));
  p->advance.look.of[i] = lind_course_lane_look(p, i, target);
  lane->stage = ARRIVE;
  return target;
}
