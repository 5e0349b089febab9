/* conduct.h -- the trial's side of a pack: who comes, what is measured, what is prescribed and taken. The body's side is live.c.
 * Every draw is addressed by the patient and a day or an hour, never by what happened before; the arm is in none of them. */
#ifndef LIND_CONDUCT_H
#define LIND_CONDUCT_H

#include "desk_scratch.h"

typedef struct lind_conduct_lane {
  int seat; /* on the desk */
  bool on;  /* still followed */
  lind_who who;
  double leaves;    /* h at which the patient drops out */
  int next_visit;   /* of the schedule */
  int recheck_day;  /* 0: none asked for */
  double dose;      /* mg a time, canonical */
  double every;     /* h between doses */
  double next_dose; /* h; INFINITY before the first prescription */
  int skip;         /* doses still to be left out */
  int state;        /* that receives them */
  bool missed;      /* the last dose was forgotten */
} lind_conduct_lane;

typedef struct lind_conduct {
  lind_desk *desk;
  int n; /* lanes in use */
  lind_conduct_lane lane[LIND_LANES];
} lind_conduct;

void lind_conduct_begin(lind_conduct *conduct, lind_desk *desk, const int seat[LIND_LANES], int n);
unsigned lind_conduct_visits(lind_conduct *conduct, int day); /* who comes today; drop-outs leave */
void lind_conduct_measure(lind_conduct *conduct, unsigned mask, double now, const lind_lane *outputs);
void lind_conduct_rules(lind_conduct *conduct, int day, unsigned visiting); /* before the day's dose */
double lind_conduct_take(lind_conduct *conduct, int lane, double now);      /* amount swallowed at next_dose */
void lind_conduct_leave(lind_conduct *conduct, int lane, double time, lind_end reason);

#endif
