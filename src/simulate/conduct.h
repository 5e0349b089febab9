/* conduct.h -- the trial's side of a pack: who comes, what is measured, what is prescribed and taken. The body's side is live.c.
 * Every draw is addressed by the patient and a day or an hour, never by what happened before; the arm is in none of them. */
#ifndef LIND_CONDUCT_H
#define LIND_CONDUCT_H

#include "desk_scratch.h"

enum { LIND_MOST_MEASURES = 64 };

typedef struct lind_regimen {
  double dose;                  /* canonical, each time */
  double every;                 /* h between doses */
  double over;                  /* h in which one enters; 0: at once */
  double next;                  /* h; INFINITY before the first prescription */
  int skip;                     /* doses still to be left out */
  bool withheld;                /* some dose was due while it was held */
  const lind_plan_dosing *hold; /* the rule that holds doses until it is content; NULL: none does */
  bool missed;                  /* the last dose was forgotten */
} lind_regimen;

typedef struct lind_intake { /* what a patient takes */
  int state;
  double amount, over; /* canonical; h */
} lind_intake;

typedef struct lind_conduct_lane {
  int seat; /* on the desk */
  bool on;  /* still followed */
  lind_who who;
  double leaves;                                                    /* h at which the patient drops out */
  int next_visit;                                                   /* of the schedule */
  int recheck_day;                                                  /* 0: none asked for */
  double error_time[LIND_MOST_MEASURES], error[LIND_MOST_MEASURES]; /* of correlated errors: h and z of the last */
  bool stopped;                                                     /* treatment has ended for good */
  lind_regimen regimen[LIND_REGIMENS];
  struct {
    double amount, time; /* median; h of the next one that is taken, INFINITY: none */
    int day;             /* of it */
  } habit[LIND_MOST_HABITS];
} lind_conduct_lane;

typedef struct lind_conduct {
  lind_desk *desk;
  int n;                    /* lanes in use */
  int treatment, first_day; /* of the pack's arm today (-1: none), and the protocol day on which it began */
  int shown;                /* the regimen whose dose rules see; -1: it may have changed since */
  lind_conduct_lane lane[LIND_LANES];
} lind_conduct;

void lind_conduct_begin(lind_conduct *conduct, lind_desk *desk, const int seat[LIND_LANES], int n);
/* The treatment of today. Where it is another than yesterday's, regimens and controllers begin anew; what is in the body stays.
 */
void lind_conduct_turn(lind_conduct *conduct, int day);
/* h of the first visit of anybody still followed after `now`, kept or missed; INFINITY: there is none. */
double lind_conduct_next_visit(const lind_conduct *conduct, double now);
unsigned lind_conduct_visits(lind_conduct *conduct, int day); /* who comes today; drop-outs leave */
void lind_conduct_measure(lind_conduct *conduct, unsigned mask, double now, const lind_lane *outputs);
double lind_conduct_next(const lind_conduct *conduct, int lane); /* h of the next dose of any regimen; INFINITY: none */
/* A dose that is due now and is taken; false: there is none (any more). */
bool lind_conduct_take(lind_conduct *conduct, int lane, double now, lind_intake *intake);
/* What the sensor of a residual shows at `now`; the truth is canonical. */
double lind_conduct_sense(const lind_conduct *conduct, int lane, int residual, double now, double truth);
/* Event `event` of the model has happened to a lane at `time`: noted the first time, while the patient is followed. */
void lind_conduct_happen(lind_conduct *conduct, int lane, int event, double time);
void lind_conduct_leave(lind_conduct *conduct, int lane, double time, lind_end reason);

/* ---- importance.c: the standard variable of random effect k, N(0, 1) or exponential with mean 1, from its tail more often where
 * the plan says so */
double lind_importance_draw(const lind_plan *plan, int k, lind_who who, uint32_t index);

/* ---- timeless.c: models without states, whose events have times that are known from the start. moment[n_triggers]: h */
bool lind_timeless_is(const lind_model *model);
bool lind_timeless_uneventful(const lind_plan *plan);
void lind_timeless_know(const lind_kernel *kernel, const lind_lane *frame, lind_lane *moment);
/* The lanes are at their targets; what lay on their way has happened, in the order of the times. */
void lind_timeless_pass(lind_conduct *conduct, const lind_lane *moment, lind_advance *pack);

/* ---- prescribe.c: the dosing rules of a day, before its doses. A dose that is given at once goes to `given`, in lanes' order.
 */
enum { LIND_MOST_MEMORY = 64 }; /* numbers that a controller keeps */
enum { LIND_MOST_GIVEN = 16 };  /* items of an arm that give single doses; the plan refuses more */
typedef struct lind_given {
  int n;
  struct {
    int lane;
    lind_intake intake;
  } at[LIND_LANES * LIND_MOST_GIVEN];
} lind_given;
void lind_prescribe(lind_conduct *conduct, int day, unsigned visiting, lind_given *given);
void lind_prescribe_show(lind_conduct *conduct, int day); /* what rules see between the mornings, definitions included */
/* ---- control.c: devices and clinicians who look between the mornings */
void lind_control_begin(lind_conduct *conduct);
/* Controllers that are due at `now` for their arms' patients, with the outputs as they are now. Rates go to scratch->control. */
void lind_control_sample(lind_conduct *conduct, double now, const lind_lane *outputs, lind_given *given);
/* A treatment ends and another (-1: none) begins. */
void lind_control_turn(lind_conduct *conduct, int from, int to, double now);
/* Treatment of a lane has been stopped: so are its infusions. */
void lind_control_stop(lind_conduct *conduct, int lane, double now);
/* The next sample of anybody in the pack after `now`; INFINITY: there is none. */
double lind_control_next(const lind_conduct *conduct, double now);

/* ---- trace.c: outputs that are sampled between visits */
void lind_trace_begin(lind_conduct *conduct);
/* The next sample after `now`; INFINITY: there is none. */
double lind_trace_next(const lind_plan *plan, double now);
bool lind_trace_due(const lind_plan *plan, double now);
/* Samples that are due at `now`, of those who are still followed, with the outputs as they are now. */
void lind_trace_sample(lind_conduct *conduct, double now, const lind_lane *outputs);

/* ---- trajectory.c: rows of desk->recording. Values are those on arrival: what acts at a point of time acts behind it. */
/* The lanes whose points lie between the stops, too. */
unsigned lind_trajectory_begin(const lind_conduct *conduct);
/* The first point after `now` that lies before `stop`; INFINITY: none. */
double lind_trajectory_next(const lind_conduct *conduct, double now, double stop);
/* Lanes with a row at the stop `now`: a point of the grid for those who are still followed, or a visit. */
unsigned lind_trajectory_due(const lind_conduct *conduct, double now, unsigned visiting);
/* After the visit's measurements; x[n_states], y[n_outputs] at `now`. */
void lind_trajectory_stop(lind_conduct *conduct, unsigned lanes, double now, const lind_lane *x, const lind_lane *y);
/* The lanes at `time` of each, states x (and delayed ones). Writes the outputs of the desk's scratch. */
void lind_trajectory_look(lind_conduct *conduct, unsigned lanes, const lind_lane *time, const lind_lane *x);
/* All points between two stops of a model in which nothing moves; after the way. */
void lind_trajectory_pass(lind_conduct *conduct, unsigned lanes, double from, double stop);

/* ---- habit.c: what patients take by themselves */
void lind_habit_begin(lind_conduct *conduct);
double lind_habit_next(const lind_conduct *conduct, int lane); /* h; INFINITY: none any more */
bool lind_habit_take(lind_conduct *conduct, int lane, double now, lind_intake *intake);
/* What is announced in (from, to], into the slots of the rules. */
void lind_habit_tell(const lind_conduct *conduct, double from, double to);

void lind_conduct_note(const lind_conduct *conduct, int lane, lind_decision_kind kind, const char *rule, int state, double time,
                       double before, double after);

#endif
