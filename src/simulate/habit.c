/* habit.c -- what patients take by themselves. When, how much and what is said of it are functions of the patient and the day, so
 * that they are the same under every arm and whoever asks. */
#include <math.h>

#include "conduct.h"

static bool on_day(const lind_habit *item, int day) {
  bool is = item->days.n == 0;
  for (int k = 0; k < item->days.n; k++) is |= (int)item->days.at[k] == day;
  return is;
}

static bool is_taken(const lind_plan_habit *habit, lind_who who, int day) {
  const double missed = habit->item->missed;
  return on_day(habit->item, day) && !(missed > 0.0 && lind_random_uniform(who, habit->missed, (uint32_t)day) < missed);
}

static double time_of(const lind_plan_habit *habit, lind_who who, int day) {
  const double u = habit->item->window > 0.0 ? lind_random_uniform(who, habit->time, (uint32_t)day) : 0.5;
  return 24.0 * (day - 1) + habit->item->at + habit->item->window * (2.0 * u - 1.0);
}

static double varied(double median, double log_sd, lind_who who, lind_purpose why, int day) {
  return log_sd > 0.0 ? median * exp(log_sd * lind_random_normal(who, why, (uint32_t)day)) : median;
}

static double size_of(const lind_plan_habit *habit, lind_who who, double median, int day) {
  return varied(median, habit->item->log_sd, who, habit->size, day);
}

/* The next day after `day` on which it is taken within the trial. */
static void to_next(const lind_plan *plan, lind_conduct_lane *lane, int h, int day) {
  const lind_plan_habit *habit = &plan->habits[h];
  for (day++; day <= plan->n_days; day++) {
    const double time = time_of(habit, lane->who, day);
    if (time < 0.0 || !is_taken(habit, lane->who, day)) continue;
    lane->habit[h].day = day;
    lane->habit[h].time = time;
    return;
  }
  lane->habit[h].time = INFINITY;
}

void lind_habit_begin(lind_conduct *c) {
  const lind_plan *plan = c->desk->plan;
  for (int h = 0; h < plan->n_habits; h++) {
    lind_lane amount;
    lind_program_run(plan->habits[h].amount, c->desk->scratch->rules, &amount);
    for (int i = 0; i < LIND_LANES; i++) {
      c->lane[i].habit[h].amount = amount.of[i] > 0.0 ? amount.of[i] : 0.0; /* else nothing is taken, and nothing announced */
      to_next(plan, &c->lane[i], h, 0);
    }
  }
}

double lind_habit_next(const lind_conduct *c, int i) {
  double next = INFINITY;
  for (int h = 0; h < c->desk->plan->n_habits; h++) next = fmin(next, c->lane[i].habit[h].time);
  return next;
}

bool lind_habit_take(lind_conduct *c, int i, double now, lind_intake *intake) {
  const lind_plan *plan = c->desk->plan;
  lind_conduct_lane *lane = &c->lane[i];
  for (int h = 0; h < plan->n_habits; h++) {
    if (!(lane->habit[h].time <= now)) continue;
    const lind_plan_habit *habit = &plan->habits[h];
    const double amount = size_of(habit, lane->who, lane->habit[h].amount, lane->habit[h].day);
    *intake = (lind_intake){habit->state, amount, habit->item->over};
    to_next(plan, lane, h, lane->habit[h].day);
    if (amount > 0.0) return true;
  }
  return false;
}

/* What is said of the habit on a day: nothing, or an estimate of what is taken. */
static double told_of(const lind_plan_habit *habit, lind_who who, double median, int day) {
  const lind_habit *item = habit->item;
  if (!is_taken(habit, who, day)) return 0.0;
  if (item->unannounced > 0.0 && lind_random_uniform(who, habit->announced, (uint32_t)day) < item->unannounced) return 0.0;
  return varied(item->estimate * size_of(habit, who, median, day), item->estimate_sd, who, habit->estimate, day);
}

void lind_habit_tell(const lind_conduct *c, double from, double to) {
  const lind_plan *plan = c->desk->plan;
  lind_lane *told = &c->desk->scratch->rules[plan->slot_told];
  for (int k = 0; k < plan->n_told; k++) told[k] = (lind_lane){0};
  for (int h = 0; h < plan->n_habits; h++) {
    const lind_plan_habit *habit = &plan->habits[h];
    const double first = habit->item->at - habit->item->ahead - habit->item->window, last = first + 2.0 * habit->item->window;
    const int oldest = from > 36.0 ? (int)floor((from - 36.0) / 24.0) + 1 : 1; /* at and window are at most 36 h */
    const int newest = (int)floor(to / 24.0) + 2;
    for (int day = oldest; day <= newest && day <= plan->n_days; day++) {
      if (24.0 * (day - 1) + first > to || 24.0 * (day - 1) + last <= from) continue;
      for (int i = 0; i < LIND_LANES; i++) {
        const lind_who who = c->lane[i].who;
        const double when = time_of(habit, who, day);
        if (when < 0.0 || when - habit->item->ahead > to || when - habit->item->ahead <= from) continue;
        told[habit->told].of[i] += told_of(habit, who, c->lane[i].habit[h].amount, day);
      }
    }
  }
}
