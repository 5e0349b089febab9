/* simulate.h -- the parts of `lind simulate`: the table of events, what it says about each individual, and the rows that come
 * out. What a table may say is docs/reference/events.md.
 */
#ifndef LIND_APP_SIMULATE_H
#define LIND_APP_SIMULATE_H

#include "command.h"
#include "lind/course.h"
#include "lind/csv.h"
#include "lind/model.h"
#include "lind/sensitivity.h"
#include "lind/unsure.h"

typedef enum { LIND_CARRY_BACKWARD, LIND_CARRY_FORWARD, LIND_CARRY_LINEAR } lind_carry; /* --covariates */

/* ---- simulate_events.c: records */

#define LIND_EVENT_COLUMNS(X)   X(ID) X(TIME) X(EVID) X(AMT) X(RATE) X(II) X(ADDL) X(SS) X(CMT) X(MDV) X(DV) X(OCC)
#define LIND_EVENT_COLUMN(name) LIND_COLUMN_##name,
typedef enum { LIND_EVENT_COLUMNS(LIND_EVENT_COLUMN) LIND_COLUMN_COUNT } lind_event_column;
#undef LIND_EVENT_COLUMN

typedef struct lind_events {
  const lind_csv *csv;
  int column[LIND_COLUMN_COUNT]; /* -1: there is none */
  lind_unit time;                /* of TIME and II */
  size_t n, n_patients, most;    /* most: records of one individual */
  const lind_record *records;    /* [n] in the order in which they act */
  const uint32_t *row, *after;   /* [n] its row; of a time that was added, the rows before and behind it */
  const bool *added;             /* [n] NULL: none is */
  const size_t *first;           /* [n_patients + 1] */
  const lind_who *who;           /* [n_patients] */
} lind_events;

/* times: as --times says, NULL; all: every record is observed. */
lind_err lind_events_read(const char *path, const lind_model *model, const char *times, bool all, uint64_t seed,
                          lind_arena *arena, lind_events *events) LIND_MUST_CHECK;
lind_err lind_events_from(const lind_csv *csv, const lind_model *model, const char *times, bool all, uint64_t seed,
                          lind_arena *arena, lind_events *events) LIND_MUST_CHECK;
/* simulate_times.c: what --times says, rising, in h; `otherwise` is the unit of what has none. values[n]: free() it. */
lind_err lind_events_times(const char *text, lind_unit otherwise, double **values, size_t *n) LIND_MUST_CHECK;
bool lind_events_is_reserved(const lind_events *events, int column);
bool lind_events_is_missing(const lind_csv_cell *cell);

/* ---- simulate_paths.c */

typedef struct lind_file { /* that is read or written: "--out", "a.csv"; path NULL: none */
  const char *option, *path;
} lind_file;

/* Before anything is written: folders are there, no input is written over, no two results (the first two options) are one. */
lind_err lind_file_check(const lind_file *results, int n_results, const lind_file *inputs, int n_inputs) LIND_MUST_CHECK;

/* ---- simulate_population.c: what all individuals share */

enum { LIND_POPULATION_REPLICATES = 65535 };

typedef struct lind_population {
  const lind_model *model;
  double *centre;            /* [n_parameters] as --set says */
  double *parameters;        /* [n_parameters] of the replicate at hand */
  lind_course_drift *drifts; /* [n_drifts] of the replicate at hand */
  const lind_unsure *unsure; /* NULL: the parameters are taken as known */
  const lind_csv *table;     /* of `unsure` */
  uint32_t replicates, replicate;
  bool counts; /* replicates were asked for: a column REP */
} lind_population;

lind_err lind_population_read(const lind_model *model, const lind_option_list *set, lind_arena *arena,
                              lind_population *population) LIND_MUST_CHECK;
/* --uncertainty, --log, --replicates as they stand, NULL where they were not given. */
lind_err lind_population_doubt(lind_population *population, const char *path, const char *log, const char *replicates,
                               lind_arena *arena) LIND_MUST_CHECK;
/* Parameters and drifts of a replicate. Fails where they cannot be used; cannot where it has been tried. */
lind_err lind_population_enter(lind_population *population, uint64_t seed, uint32_t replicate) LIND_MUST_CHECK;

/* ---- simulate_noise.c: noise in states */

/* --grid as it stands, NULL; purposes and grid of the course. Refuses what noise cannot do. */
lind_err lind_noise_settle(const lind_events *events, const lind_model *model, const char *grid, lind_arena *arena,
                           lind_course *course) LIND_MUST_CHECK;

/* ---- simulate_inputs.c: the given part of frames */

typedef struct lind_input { /* one slot that a column gives */
  int slot;
  const double *values; /* [rows of the table], or [individuals] */
  bool per_row;
  uint8_t between; /* lind_between */
} lind_input;

typedef struct lind_inputs {
  const lind_model *model;
  int n, n_given;
  lind_input *inputs;       /* [n] */
  bool *used;               /* [columns of the table] */
  const double *parameters; /* [n_parameters] of the population */
  double *factor;           /* of the random effects */
  const lind_purpose *randoms;
  const bool *given; /* [n_randoms] a column gives it */
  bool draws;        /* random effects are drawn, drifts move */
  lind_carry carry;
  const double *occasion; /* [rows]; NULL: one occasion */
  int n_varying;
  const int *varying; /* slots, the inputs that vary and then the effects by occasion */
  const int *which;   /* [n_varying] input, or -1 - effect */
  const uint8_t *between;
} lind_inputs;

lind_err lind_inputs_read(const lind_events *events, const lind_model *model, const double *parameters, const char *individual,
                          lind_carry carry, bool draws, lind_arena *arena, lind_inputs *inputs) LIND_MUST_CHECK;
/* Work out the random effects' factor from the parameters as they are now. */
lind_err lind_inputs_settle(lind_inputs *inputs) LIND_MUST_CHECK;
bool lind_inputs_gives(const lind_inputs *inputs, int slot); /* a column does */
/* given[n_given], varying[records][n_varying] of one individual. */
void lind_inputs_fill(const lind_inputs *inputs, const lind_events *events, size_t patient, double *given, double *varying);

/* ---- simulate_refuse.c */

/* Steady states with delays; modelled rates of inputs that move on lines. */
lind_err lind_events_refuse(const lind_events *events, const lind_inputs *inputs, lind_arena *arena) LIND_MUST_CHECK;

/* ---- simulate_slopes.c: sensitivities */

typedef struct lind_slopes {
  int n;              /* 0: none are asked for */
  const char **names; /* [n] what outputs answer to */
  lind_unit *units;   /* [n] */
  int *slots;         /* [n] of the frame */
  double *scales;     /* [n] see sensitivity.h */
  lind_kernel kernel; /* the course's, without events */
  int n_given;        /* slots of the frame that are given */
  size_t most;        /* records of one individual */
  int most_doses;     /* doses of one individual, written out */
  double relative, absolute;
} lind_slopes;

typedef struct lind_slopes_room { /* one thread's */
  lind_lane *frame;
  lind_sensitivity_dose *doses;
  double *times;
  int *sees;
  double *slopes; /* out: [observed records][n_outputs][n], canonical; NAN where there is none */
} lind_slopes_room;

/* asked: --sensitivity as it stands. Refuses what slopes cannot follow. */
lind_err lind_slopes_read(const lind_option_list *asked, const lind_events *events, const lind_inputs *inputs,
                          const lind_course *course, lind_arena *arena, lind_slopes *slopes) LIND_MUST_CHECK;
lind_err lind_slopes_take(const lind_slopes *slopes, lind_arena *arena, lind_slopes_room *room) LIND_MUST_CHECK;
/* After the individual's course. LIND_ERR_NUMERIC where the solver gave up. */
lind_err lind_slopes_solve(const lind_slopes *slopes, const lind_course_patient *patient, lind_slopes_room *room) LIND_MUST_CHECK;

/* ---- simulate_rows.c: the result */

typedef struct lind_rows {
  const lind_events *events;
  const lind_model *model;
  const lind_population *population;
  const lind_slopes *slopes;
  bool errors;                 /* measured values beside the predictions */
  const lind_purpose *measure; /* [n_outputs] */
  int digits;
  const int *carried; /* columns of the table, in its order */
  int n_carried;
  FILE *out;
  FILE *happened; /* what happened to whom, when; NULL: nobody asks */
} lind_rows;

void lind_rows_header(const lind_rows *rows);
/* The rows of one individual (slopes as in lind_slopes_room), in the order of its records; nothing stands in the cells behind the
 * point at which it stopped. */
void lind_rows_put(const lind_rows *rows, size_t patient, const lind_course_patient *result, const double *slopes);
/* The state events of one individual that have fired, one a row: its ID, the time, the name and the kind of the event. */
void lind_rows_put_happened(const lind_rows *rows, size_t patient, const lind_course_patient *result);
/* What the columns are, in which units: beside `out`, as JSON. */
lind_err lind_rows_describe(const lind_rows *rows, const char *path, const lind_course *course, uint64_t seed) LIND_MUST_CHECK;

/* ---- simulate_packs.c: everybody's course */

enum { LIND_MOST_HAPPENED = 4096 }; /* state events of one individual that are written */

typedef struct lind_packs {
  const lind_events *events;
  const lind_inputs *inputs;
  const lind_course *course;
  lind_rows rows;
  int threads; /* 0: the cores that there are */
  bool tells;  /* rows.happened will be there */
  uint32_t replicates;
  /* out */
  size_t steep; /* individuals whose slopes could not be found; the first of them, and why */
  size_t steepest;
  char why[300];
  size_t crowded;            /* individuals with more state events than are written */
  size_t stopped, worst;     /* individuals that stopped; the first of them */
  lind_course_patient first; /* what was to be known of it */
  lind_work work;
  struct lind_crowd *crowd; /* simulate_packs.c only */
} lind_packs;

/* Threads and their memory; to be released even where it failed. */
lind_err lind_packs_init(lind_packs *packs, lind_arena *arena) LIND_MUST_CHECK;
void lind_packs_release(lind_packs *packs);
/* The rows of all individuals, to rows.out, in the order of the table: the same bytes whatever `threads` is. Once a replicate, 0
 * first. */
lind_err lind_packs_run(lind_packs *packs, uint32_t replicate) LIND_MUST_CHECK;

#endif
