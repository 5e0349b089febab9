/* plan.h -- a protocol, a cohort and a model wired together: names are indices, units are canonical, rules are programs. Const
 * for the whole run, shared by all threads. Below it, the working memory of one thread, which enrols and simulates one replicate
 * (or one cut of a large one) at a time. Depends on: protocol.h, cohort.h, model.h, stepper.h, outcome.h.
 */
#ifndef LIND_PLAN_H
#define LIND_PLAN_H

#include "lind/cohort.h"
#include "lind/model.h"
#include "lind/outcome.h"
#include "lind/protocol.h"
#include "lind/stepper.h"

enum { LIND_DOSE_MEMORY = 7 }; /* rules may ask for the doses of this many days before today: dose_1 .. dose_7 */
enum { LIND_CURVE_BINS = 200 };
enum { LIND_BLOCK_CUT = 512 }; /* seats of a block of a replicate that is larger than block_max */

typedef struct lind_grouping { /* a way to split patients; grouping 0 is "all" with the one level "all" */
  const char *name, *title;
  lind_levels levels;
  int column_slot;             /* the code is this slot of the cohort row, or */
  bool genotype;               /* two allele slots become one diplotype code, or */
  const lind_program *program; /* this program's value (NULL otherwise) */
} lind_grouping;

typedef struct lind_plan_dosing {
  const lind_dosing *item;
  const lind_program *when, *dose, *skip, *recheck, *reduce, *hold, *give; /* NULL where absent */
  const void *policy;                                                      /* what lind_policy.prepare has made; NULL */
  int state;                                                               /* receives the doses; -1: it gives none */
  int regimen;                                                             /* of that state */
} lind_plan_dosing;

typedef struct lind_plan_controller {
  const lind_controller *item;
  int state;                                                         /* receives what it gives */
  int slot_reads, slot_memory, slot_errors;                          /* of the rules' frame; errors: z of the last readings */
  int first_residual;                                                /* of its reads */
  const int *outputs;                                                /* [item->read.n] */
  const lind_purpose *purposes;                                      /* [item->read.n] */
  const lind_program *const *start, *const *next;                    /* [item->n_memory] */
  const lind_program *when, *infuse, *give;                          /* NULL where absent */
  double infuse_most, infuse_round, give_most, give_round, day_most; /* canonical; INFINITY, round 0: no limit */
} lind_plan_controller;

enum { LIND_MOST_HABITS = 32 };

typedef struct lind_plan_habit {
  const lind_habit *item;
  int state;
  int told; /* place among the states that habits go into: rules frame slot slot_told + told */
  const lind_program *amount;
  lind_purpose time, size, missed, estimate, announced;
} lind_plan_habit;

enum { LIND_TRACE_SAMPLES = 1 << 20 }; /* of all traces of one patient: 64 MiB a thread, since a pack has 8 patients */

typedef struct lind_plan_trace {
  const lind_trace *item;
  int output, residual; /* residual: of the plan's list; -1: the true value */
  lind_purpose purpose;
  uint32_t first; /* number of its first sample: at first * every */
  int n;          /* samples */
} lind_plan_trace;

enum { LIND_REGIMENS = 4 }; /* states that one protocol can dose */

typedef struct lind_policy lind_policy; /* below: who chooses doses where a dosing item has a twin */

typedef struct lind_plan_visit {
  int day, window; /* whole days */
  double missed;
} lind_plan_visit;

/* The numbers of a model under one set of parameters. */
typedef struct lind_plan_values {
  double *parameters; /* [n_parameters] canonical */
  double *factor;     /* random effects, see lind_model_random_factor */
  struct lind_plan_drift {
    double keep, kick, sd, every; /* x' = keep x + kick z; nodes every h */
  } * drifts;
  struct lind_plan_residual {
    double a, b, tau;   /* tau 0: errors are independent */
    lind_sensor sensor; /* where that is the kind of error */
  } * residuals;        /* [n_residuals] */
} lind_plan_values;

enum { LIND_TRAJECTORY_LABELS = 4 }; /* columns of a row before its values: replicate, seat, arm, time in h */

/* Trajectories that are stored. A row: labels, then [n_outputs] true values, [n_outputs] those of them that are observed as they
 * were measured, [n_states]; in the outputs' and the states' units. */
typedef struct lind_plan_trajectories {
  const lind_trajectories *item;
  bool dense;
  double every; /* h */
  int most;     /* rows of one patient at most */
  int n_outputs, n_observed, n_states, n_columns;
  const int *outputs;   /* [n_outputs] of the model */
  const int *observed;  /* [n_observed] measures; at visits */
  const uint64_t *kept; /* [n_kept] replicate * patients + seat, rising; NULL: everybody */
  size_t n_kept;        /* patients of the whole run */
  uint64_t frame;       /* seats of each replicate that the sample was drawn from */
  size_t most_kept;     /* patients of one block at most */
} lind_plan_trajectories;

typedef struct lind_plan {
  const lind_protocol *protocol;
  const lind_cohort *cohort;
  const lind_model *model;
  const lind_stepper *stepper;
  bool timeless;   /* the model has no states, and its events have times that are known from the start: nothing is integrated */
  bool uneventful; /* timeless, and nobody is visited, treated or sampled between the start and the end: one stop is enough */
  lind_tolerance tolerance;
  lind_purposes purposes;
  lind_digest hash; /* of everything that a patient's life depends on: all but the numbers of patients and replicates */
  int n_days;

  const char *const *origin;   /* [n_parameters] "default", "set NAME", "protocol" */
  lind_plan_values values;     /* after set and overrides */
  const struct lind_plan_arm { /* [n_arms] parameter at[i] is value[i] in that arm, whatever it is elsewhere */
    int n;
    const int *at;
    const double *value;
  } * arms;
  const struct lind_unsure *unsure; /* NULL: the parameters are taken as known */
  lind_digest unsure_digest;        /* of its table */
  const lind_purpose *random_purposes, *drift_purposes, *noise_purposes;
  const struct lind_plan_tilt {
    bool highest;
    double share, drawn;       /* drawn 0: the effect is drawn as it is */
  } * tilts;                   /* [n_randoms]; NULL: no importance sampling, everybody weighs 1 */
  const bool *is_final;        /* [model->n_events] */
  bool varies;                 /* some effect is drawn again at each occasion */
  bool still;                  /* no states, drifts, rules or occasions: nothing goes on between visits */
  const struct lind_plan_map { /* model covariate <- cohort row */
    int from, to, n;           /* slots; n = 2 for a genotype, 0 where the cohort has no such column */
    const double *code;        /* [levels of the cohort's column] -> the model's code; NULL for numbers */
  } * maps;
  const lind_policy *policy; /* NULL: nobody dosed by twin */

  int n_measures;
  const struct lind_plan_measure {
    int output; /* of the model */
    lind_purpose purpose;
  } * measures;
  int n_residuals;                     /* the measures, then what controllers read, then traces */
  const int *residual_outputs;         /* [n_residuals] */
  const lind_purpose *sensor_purposes; /* [n_residuals] of the output's sensor, the same for all who read it */
  int curve_output;                    /* -1: none */
  int n_traces, trace_samples;         /* samples: of all of them */
  const lind_plan_trace *traces;
  const lind_plan_trajectories *trajectories; /* NULL: none are stored */

  /* the frame that rules run on: [cohort row | day, visit, dose, dose_1.. | measures | definitions] */
  int n_rule_slots, slot_day, slot_visit, slot_dose, slot_measures, slot_lowest; /* of each measure, the lowest so far */
  const lind_program *const
      *definitions;                  /* [protocol->n_definitions], each writes slot_definitions + i; NULL: nothing asks for it */
  const lind_type *definition_types; /* [n_definitions] */
  const bool *definition_moves;      /* [n_definitions] depends on day, visit, dose or a measure */
  int slot_definitions;
  const lind_program *eligible;           /* NULL: everybody the cohort's own rule admits */
  const lind_program *screening;          /* looks at the outputs as measured at screening, too; NULL: nobody is looked at */
  int slot_screening;                     /* of the rules' frame: every output of the model as measured at screening */
  int first_screened;                     /* of residual_outputs: every output of the model, where there is a screening rule */
  const bool *screened;                   /* [n_outputs] the rule asks for it */
  const lind_purpose *screening_purposes; /* [n_outputs] */
  const lind_plan_dosing *dosing;         /* [protocol->n_dosing] */
  int n_regimens;
  int regimen_state[LIND_REGIMENS];
  lind_purpose regimen_miss[LIND_REGIMENS];
  int drug; /* the state whose doses are kept day by day: the first regimen's, else the first controller's; -1: none */
  int n_controllers;
  const lind_plan_controller *controllers;
  int n_habits, n_told, slot_told;
  const lind_plan_habit *habits;
  const int *told;                         /* [n_told] states that habits go into */
  int slot_time;                           /* of the rules' frame: what controllers see, from here on */
  const int *const *treatment_controllers; /* [treatment][its controllers.n] indices */
  const int *const *treatment_dosing;      /* [treatment][its dosing.n] indices into dosing */

  int n_visits;
  const lind_plan_visit *visits; /* by day */
  int most_visits;               /* a patient, rechecks included */
  int n_groupings;
  const lind_grouping *groupings;
  int n_strata_factors, n_strata;
  const int *strata_factors; /* groupings */
  const lind_randomiser *randomiser;
  lind_purpose purpose_dropout, purpose_window, purpose_attend;

  const struct lind_plan *twin;    /* what the twins of the trial's people live by; NULL: they have none */
  const struct lind_plan *outside; /* people who are not randomised, from another source; NULL: none */
  int twin_arm, outside_arm;       /* under which they live */

  uint64_t n_blocks, block_seats; /* seats of a whole block */
  uint64_t block_replicates;      /* whole replicates a block; 0: replicates are cut into blocks of LIND_BLOCK_CUT seats */
} lind_plan;

/* Reads cohort and model named by the protocol, checks every name, unit and rule against them. */
lind_err lind_plan_create(const lind_protocol *protocol, const lind_node *root, lind_back_end back_end, lind_arena *arena,
                          lind_plan **plan) LIND_MUST_CHECK;
/* The same; `policy` chooses doses where a dosing item has a twin (NULL: such a protocol is refused). */
lind_err lind_plan_create_with(const lind_protocol *protocol, const lind_node *root, lind_back_end back_end,
                               const lind_policy *policy, lind_arena *arena, lind_plan **plan) LIND_MUST_CHECK;
/* Where a model finds its covariates in the cohort's row: [model->n_covariates]. */
lind_err lind_plan_maps(const lind_plan *plan, const lind_model *model, lind_arena *arena,
                        const struct lind_plan_map **maps) LIND_MUST_CHECK;
/* The covariates of one patient, row[slot * stride], into the given part of a frame. */
void lind_plan_covariates(const lind_model *model, const struct lind_plan_map *maps, const double *row, size_t stride,
                          double *given);
/* What is to be stored, after all else is settled; fails where the protocol asks for what is not there, or for more than 1 GiB a
 * block. NULL where nobody is kept. */
lind_err lind_plan_trajectories_create(const lind_plan *plan, const lind_trajectories *item, lind_arena *arena,
                                       const lind_plan_trajectories **trajectories) LIND_MUST_CHECK;
bool lind_plan_trajectories_keep(const lind_plan *plan, const lind_plan_trajectories *trajectories, uint32_t replicate,
                                 uint64_t seat);
static inline size_t lind_plan_trajectories_bytes(const lind_plan_trajectories *t) { /* of one patient at most */
  return (size_t)t->most * (size_t)t->n_columns * sizeof(double);
}
uint64_t lind_plan_blocks_per_replicate(const lind_plan *plan); /* 1 unless replicates are cut */
size_t lind_plan_seats_in_memory(const lind_plan *plan);        /* of one thread's desk */
size_t lind_plan_desk_bytes(const lind_plan *plan);

/* ---- who chooses doses: src/twin has one; simulate knows only this
 * ----------------------------------------------------------------------------------------- */

/* What a clinician sees of one patient on the morning of a visit: nothing of the true state. */
typedef struct lind_policy_sight {
  lind_who who;
  int day, n_visits;   /* today's visit is the last one */
  const double *time;  /* [n_visits] h */
  const double *value; /* [n_measures][stride_value] in the outputs' units */
  const double *dose;  /* [day - 1] prescribed on each day before today, canonical */
  const double *row;   /* covariates: slot k at row[k * stride_row] */
  size_t stride_value, stride_row;
} lind_policy_sight;

struct lind_policy {
  const char *name;
  /* All REQUIRED. prepare: everything that can be wrong is found here; adds its random streams, and to the digest what results
   * depend on beyond the protocol's text. create, destroy: one thread's memory. dose: canonical, each morning from now on; NAN
   * leaves it as it is; a function of what it is given alone, and allocates nothing. bytes: OPTIONAL, of what create makes. */
  lind_err (*prepare)(const lind_plan *plan, const lind_plan_dosing *dosing, lind_purposes *purposes, lind_arena *arena,
                      const void **prepared, lind_digest *digest);
  lind_err (*create)(const void *prepared, void **own);
  void (*destroy)(void **own);
  size_t (*bytes)(const void *prepared);
  double (*dose)(const void *prepared, void *own, const lind_policy_sight *sight);
};

/* ---- one thread's desk
 * ------------------------------------------------------------------------------------------------------------ */

/* One decision about a patient, as it is taken. */
#define LIND_DECISION_LIST(X)                  \
  X(LIND_DECISION_DOSE, "sets the dose")       \
  X(LIND_DECISION_REDUCE, "reduces the dose")  \
  X(LIND_DECISION_SKIP, "skips doses")         \
  X(LIND_DECISION_HOLD, "holds the dose")      \
  X(LIND_DECISION_RESUME, "resumes the dose")  \
  X(LIND_DECISION_GIVE, "gives one dose")      \
  X(LIND_DECISION_STOP, "stops treatment")     \
  X(LIND_DECISION_RECHECK, "asks for a visit") \
  X(LIND_DECISION_INFUSE, "sets the infusion") \
  X(LIND_DECISION_BEGIN, "begins")
#define LIND_DECISION_ENUM(code, words) code,
typedef enum { LIND_DECISION_LIST(LIND_DECISION_ENUM) LIND_DECISION_COUNT } lind_decision_kind;
#undef LIND_DECISION_ENUM

typedef struct lind_decision {
  lind_decision_kind kind;
  int seat;             /* on the desk */
  double time;          /* h */
  const char *rule;     /* name of the dosing item, the controller, or the treatment that begins */
  int state;            /* dosed, -1: none */
  double before, after; /* canonical: amount, rate (INFUSE), doses (SKIP), h (RECHECK) */
} lind_decision;

/* Who wants to know of decisions; a run does not. */
typedef struct lind_ledger {
  void (*note)(void *context, const lind_decision *decision);
  void *context;
} lind_ledger;

/* What the lives of one arm have cost this desk so far. */
typedef struct lind_cost {
  lind_work work;
  uint64_t lives;
  double seconds; /* of this thread; in no result, since it is never the same twice */
} lind_cost;

/* Rows of trajectories as they are lived; the caller's. */
typedef struct lind_recording {
  const lind_plan_trajectories *trajectories;
  double *rows; /* [places][trajectories->most][trajectories->n_columns] */
  int *place;   /* [capacity] of a seat; -1: not recorded */
  int *n;       /* [places] rows so far */
} lind_recording;

/* Who wants to see each patient once the life has been lived: traces are on the desk then, and only then. */
typedef struct lind_witness {
  void (*see)(void *context, int seat);
  void *context;
} lind_witness;

/* Who may want to have the lives that are under way left as they are. Once asked, always asked. */
typedef struct lind_quit {
  bool (*asked)(void *context); /* between packs; NULL: nobody does */
  void *context;
} lind_quit;

typedef struct lind_desk lind_desk;
struct lind_desk {
  const lind_plan *plan;
  uint32_t replicate;
  lind_plan_values values; /* of this replicate */
  uint64_t first_seat;
  int n; /* seats enrolled; [capacity] below */
  int capacity;

  double *row;  /* [n_slots][capacity] covariates, canonical */
  uint8_t *arm; /* [capacity] */
  uint16_t *stratum;
  uint8_t *attempts; /* screened for this seat, the last one is who came in */
  uint8_t *seated;   /* 0: no eligible person within the limit of attempts; the seat stays empty */
  uint16_t *group;   /* [n_groupings][capacity] */

  int *n_visits;           /* [capacity] */
  double *time;            /* [capacity][most_visits] h */
  double *value;           /* [capacity][n_measures][most_visits] */
  double *dose, *taken;    /* [capacity][n_days] */
  double *event;           /* [capacity][model->n_events] h; INFINITY: not seen */
  double *end;             /* [capacity] h */
  uint8_t *reason;         /* lind_end */
  lind_sensor_place *worn; /* [LIND_LANES][n_residuals] sensors of the pack at hand */

  int64_t *curve; /* [n_arms][n_curve_times][LIND_CURVE_BINS]; added to by simulate; the caller's, NULL: none drawn */
  int n_curve_times;
  double *sample;            /* [LIND_LANES][plan->trace_samples] traces of the pack that lived last, in the outputs' units */
  lind_series *trace;        /* [LIND_LANES][plan->n_traces] */
  int traced[LIND_LANES];    /* whose they are: seats, -1 */
  lind_witness witness;      /* the caller's; see NULL: nobody */
  lind_quit quit;            /* the caller's */
  lind_recording *recording; /* the caller's; NULL: nothing is recorded. Changes nobody's life by a bit */
  lind_ledger ledger;        /* the caller's; note NULL: nobody listens */
  const double *effects;     /* [n_randoms][capacity] random effects in place of the seats' own; the caller's, NULL */
  bool expected;             /* measured without error, and everybody stays and comes: what is expected of a life */
  lind_cost *cost;           /* [n_arms] */
  struct lind_desk_scratch *scratch;
  void **policies; /* [n_dosing] what lind_policy.create has made; NULL */
};

lind_err lind_desk_create(const lind_plan *plan, lind_desk **desk) LIND_MUST_CHECK;
void lind_desk_destroy(lind_desk **desk);

/* Draw, screen, stratify and randomise `n` seats from first_seat. base [n_strata]: how many of this replicate's earlier seats
 * fell into each stratum (NULL: none before). counts [n_strata], if not NULL, receives how many of these did. */
void lind_enrol(lind_desk *desk, uint32_t replicate, uint64_t first_seat, int n, const uint64_t *base, uint64_t *counts);
static inline bool lind_desk_quits(const lind_desk *desk) {
  return desk->quit.asked != NULL && desk->quit.asked(desk->quit.context);
}
/* Live the lives of seats [from, to) of the desk; only some of them if the desk quits. Never fails for numerical reasons. */
void lind_simulate(lind_desk *desk, int from, int to);
/* The random effects that a seated patient lives with on an occasion (0: the first), [model->n_randoms] in the order of the
 * model. */
void lind_simulate_effects(const lind_desk *desk, int seat, uint32_t occasion, double *eta);
/* values [n_measures]: storage of the view. Traces are there for the patients of the pack that lived last. */
/* How many people a seated patient stands for: the likelihood ratio of importance sampling, 1 without it. */
double lind_simulate_weight(const lind_desk *desk, int seat);
void lind_desk_history(const lind_desk *desk, int seat, const double *values[], lind_history *history);

#endif
