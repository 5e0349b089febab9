/* course_inside.h -- the pack of lind_course_run and what its files do for one another.
 *
 * A lane is a small machine of stages (course_lane.c). It stops where it needs something that is worked out for the whole pack at
 * once (a refreshed frame, outputs, a steady state); course.c gathers these needs, serves them, and lets the engine move the
 * lanes when all of them wait for time.
 */
#ifndef LIND_SIMULATE_COURSE_INSIDE_H
#define LIND_SIMULATE_COURSE_INSIDE_H

#include "lind/arena.h"
#include "lind/course.h"
#include "under_way.h"
#include "watch.h"

typedef enum {
  LIND_NEED_TIME,    /* nothing is due */
  LIND_NEED_REFRESH, /* its frame has changed */
  LIND_NEED_OUTPUT,  /* record `next` is to be shown */
  LIND_NEED_STEADY,  /* pack.steady has its task */
  LIND_NEED_NOTHING  /* it has come to its end */
} lind_course_need;

/* A dose as it enters: amount at once, or rate over duration. */
typedef struct lind_course_dose {
  double amount, rate, duration;
  int state;
  bool modelled;
} lind_course_dose;

/* The row of doses whose steady state a lane wants, at `phase` after its last dose. */
typedef struct lind_course_task {
  lind_course_dose dose;
  double interval, phase;
  bool endless; /* a constant infusion, or nothing: no row */
} lind_course_task;

typedef struct lind_course_lane {
  lind_course_patient *patient; /* NULL: a ghost */
  int stage;
  int next; /* record that acts next */
  int cut;  /* first record from `next` on at whose time the step must end; the records before it are looked at */
  lind_under_way queue;
  lind_course_task task;
} lind_course_lane;

/* Kernel whose changing inputs lie on lines: the frame is made anew at every time that it is asked for. */
typedef struct lind_course_line {
  const lind_course *course;
  lind_lane from;        /* where the line begins, h */
  lind_lane *at, *slope; /* [n_varying] value there, and per h */
  lind_lane *frame;      /* [n_frame] scratch */
  lind_lane *near;       /* [n_states] scratch */
} lind_course_line;

enum { LIND_STEADY_MEMORY = 12 }; /* cycles that Anderson's acceleration looks back on */

typedef struct lind_course_steady {
  lind_advance advance;
  lind_lane *x, *input;                /* [n_states] */
  lind_lane *guess, *initial, *mapped; /* [n_states] where a cycle begins; the states untouched; where it ends */
  double *moved, *gaps;                /* [LIND_LANES][memory][n_states] differences between cycles */
  double *last_mapped, *last_gap;      /* [LIND_LANES][n_states] */
  double *first_gap;                   /* [LIND_LANES][n_states] of the cycle from the initial state */
  lind_lane *found;                    /* [n_states] a fixed point that may be none, while that is looked into */
  bool *suspect;                       /* [LIND_LANES][n_states] states that may be piling up */
  unsigned doubted;                    /* lanes that have suspects */
  double *gap, *scale, *right, *basis; /* [n_states] of the lane at hand; [memory][n_states] */
  double triangle[LIND_STEADY_MEMORY][LIND_STEADY_MEMORY], weight[LIND_STEADY_MEMORY];
  int n_moving;   /* states that do not collect */
  bool *collects; /* [n_states] nothing reads it: no steady state is asked of it */
  void *workspace;
} lind_course_steady;

struct lind_course_pack {
  const lind_course *course;
  const lind_kernel *kernel; /* course->kernel, or `on_lines` */
  lind_arena *arena;
  lind_advance advance;
  lind_course_lane lane[LIND_LANES];
  lind_lane *frame, *x, *input, *y, *scratch; /* scratch: [n_states] */
  lind_lane *bioavailability, *lag, *rate, *duration, *after;
  lind_watch watch; /* kernel NULL: the model has no state events */
  int64_t *node;    /* [LIND_LANES][n_drifts] where each drift is; -1: not begun */
  lind_kernel on_lines;
  lind_course_line line;
  lind_course_steady steady;
  void *workspace;
};

/* ---- course.c */
void lind_course_stop(lind_course_pack *p, int i, lind_lane_status why, int state);

/* ---- course_lane.c */
void lind_course_lane_begin(lind_course_pack *p, int i);
lind_course_need lind_course_lane_act(lind_course_pack *p, int i);
double lind_course_lane_look(const lind_course_pack *p, int i, double target);
double lind_course_lane_target(lind_course_pack *p, int i); /* where time must stop next; sets the lane's look */

/* ---- course_inputs.c: true if a slot of the lane's frame has changed */
bool lind_course_inputs_place(lind_course_pack *p, int i, int record);        /* the record's own values */
bool lind_course_inputs_arrive(lind_course_pack *p, int i);                   /* what holds at the lane's time, drifts included */
bool lind_course_inputs_leave(lind_course_pack *p, int i);                    /* what holds behind the record before `next` */
bool lind_course_inputs_smooth(const lind_course_pack *p, int i, int record); /* passing it changes nothing */
double lind_course_inputs_next(const lind_course_pack *p, int i);             /* next node of a drift */
void lind_course_inputs_restart(lind_course_pack *p, int i);                  /* time has gone back */

/* ---- course_dose.c */
bool lind_course_dose_resolve(lind_course_pack *p, int i, const lind_record *record, lind_course_dose *dose);
void lind_course_dose_enter(lind_course_pack *p, int i, int record, double time);
void lind_course_dose_give(lind_course_pack *p, int i);   /* the record that acts, no steady state */
bool lind_course_dose_task(lind_course_pack *p, int i);   /* the steady state that it asks for */
void lind_course_dose_settle(lind_course_pack *p, int i); /* what is under way in the steady state that it has got */
void lind_course_dose_rates(lind_course_pack *p, int i);  /* modelled rates of what runs */

/* ---- course_steady.c */
lind_err lind_course_steady_init(lind_course_pack *p) LIND_MUST_CHECK;
void lind_course_steady_run(lind_course_pack *p, unsigned lanes);

/* ---- course_line.c */
lind_err lind_course_line_init(lind_course_pack *p) LIND_MUST_CHECK;

#endif
