/* protocol.h -- what is done to whom and when: the text of a trial, validated, immutable, units canonical, expressions still text
 * with their places (the plan compiles them against cohort and model). Day 1 starts at time 0; day d starts at (d - 1) * 24 h; a
 * visit on day d is at its start, before that day's dose. Depends on: schema.h, random.h,
 * sequential.h.
 */
#ifndef LIND_PROTOCOL_H
#define LIND_PROTOCOL_H

#include <stdbool.h>
#include <stdio.h>

#include "lind/digest.h"
#include "lind/random.h"
#include "lind/schema.h"
#include "lind/sequential.h"

/* Values of the model's parameters, as written: "omega_cl: 0.3", "tau: 20 day". */
typedef struct lind_overrides {
  int n;
  const lind_words *name, *value;
} lind_overrides;

/* What a patient is given: rules and devices. In a trial of parallel arms each arm is one, in their order. */
typedef struct lind_treatment {
  const char *name;
  const char *title;           /* default: the name */
  lind_words_list dosing;      /* names of dosing items, first that applies wins */
  lind_words_list controllers; /* names, in the order in which they act */
  lind_where where;
} lind_treatment;

typedef struct lind_arm { /* what a patient is randomised to: one treatment, or a sequence of them */
  const char *name;
  const char *title;      /* default: the name */
  double ratio;           /* > 0; ratios are whole numbers for permuted blocks */
  lind_words_list dosing; /* of its one treatment */
  lind_words_list controllers;
  lind_words_list sequence;  /* crossover: names of treatments, one a period */
  const int *treatment;      /* [n_periods] indices of treatments */
  lind_overrides parameters; /* that hold in this arm, in all its periods */
  lind_where where;
} lind_arm;

/* Patients are their own controls: each lives through all periods, in one life. A trial of parallel arms has one period. */
typedef struct lind_crossover {
  double period, washout, run_in; /* h, whole days; a wash-out lies between two periods */
  lind_words washout_on;          /* treatment during run-in and wash-out; absent = none */
  int between;                    /* the same as an index; -1: none */
} lind_crossover;

/* A named expression that rules, groups and other definitions after it may use. */
typedef struct lind_definition {
  const char *name;
  lind_words value;
} lind_definition;

typedef enum { LIND_DOSING_DAYS, LIND_DOSING_VISITS } lind_dosing_at;

/* The dose is what a model fitted to the patient's own record expects to be best: see twin.h. */
typedef struct lind_dosing_twin {
  lind_where where;
  lind_words model, set; /* text NULL: the trial's own, with its parameters */
  int n_parameters;
  const lind_words *parameter_name, *parameter_value;
  lind_words doses, reward;
  double over, knots; /* h; knots NAN: the twin's own choice */
  uint64_t points;
} lind_dosing_twin;

/* At the start of a listed day, or at an attended visit inside [from, to], if `when` holds: set the dose, skip doses, ask
 * for a recheck. Of an arm's list the first item that applies on that occasion acts. After it the dose goes on until
 * changed. */
typedef struct lind_dosing {
  const char *name;
  lind_where where;
  int at;                       /* lind_dosing_at */
  lind_numbers days;            /* at: days */
  double from, to;              /* at: visits; protocol day window, inclusive; NAN = open */
  lind_words when;              /* truth; absent = always */
  lind_words dose;              /* amount of each dose from now on, mass or amount; absent = unchanged */
  lind_words skip;              /* number of doses to leave out, beginning with the next; absent = 0 */
  lind_words recheck;           /* time until an extra visit; absent or <= 0 = none */
  lind_words reduce;            /* share by which the dose is reduced; absent = 0 */
  lind_words hold;              /* truth: doses are held until it is true at a visit; absent = not held */
  lind_words give;              /* amount of one dose now, beside the regimen; absent = none */
  int stop;                     /* treatment ends for good */
  int further;                  /* the items behind it may act on the same occasion */
  double over;                  /* h in which each dose enters at a constant rate; 0 = at once; NAN = as it was (reduce alone) */
  double round;                 /* the dose is rounded to a multiple of this (half away from zero); NAN = not */
  double most;                  /* the dose is not above this; NAN = no limit */
  lind_words into;              /* state that receives doses; absent: the model's only dosing state */
  double every;                 /* h between doses; 24 h default; NAN = as it was (reduce alone) */
  const lind_dosing_twin *twin; /* sets the dose; NULL */
} lind_dosing;

/* A number that a controller keeps from sample to sample. */
typedef struct lind_memory {
  const char *name;
  lind_where where;
  lind_words start, next;
} lind_memory;

/* A device or a clinician who looks every so often and acts at once: reads outputs with their measurement error, brings its
 * memory up to date, sets an infusion that holds until it looks again, gives a dose. */
typedef struct lind_controller {
  const char *name;
  lind_where where;
  double every; /* h */
  lind_words_list read;
  int n_memory;
  const lind_memory *memory;
  lind_words when, infuse, give, into;
  lind_words infuse_most, infuse_round, give_most, give_round, day_most; /* what the device can do; absent: anything */
} lind_controller;

/* An output that is sampled between the visits, such as a glucose sensor: at every multiple of `every` after `from`, up to and
 * with `to`. */
typedef enum { LIND_KEEP_NONE, LIND_KEEP_SAMPLE, LIND_KEEP_ALL } lind_keep; /* whose trajectories are stored */
typedef enum { LIND_KEEP_AT_VISITS, LIND_KEEP_DENSE } lind_keep_at;         /* when */
typedef struct lind_trajectories {                                          /* store.trajectories */
  lind_where where;
  int keep, at;
  uint64_t patients;  /* of a sample */
  double every;       /* h between two points, dense; NAN: at visits */
  lind_words_list of; /* outputs; none: those measured at visits, or all where none is */
  int states;         /* the model's states, too */
} lind_trajectories;

typedef struct lind_trace {
  const char *name;
  lind_where where;
  lind_words output;
  double every, from, to; /* h; from, to: NAN = start, end of the trial */
  int measured;           /* with the model's residual error */
} lind_trace;

/* What patients take by themselves in every arm, at a time of the day: meals, drinks. */
typedef struct lind_habit {
  const char *name;
  lind_where where;
  double at;          /* h after the start of the day */
  lind_numbers days;  /* protocol days; empty: every day */
  double window;      /* h: uniform within +-window */
  lind_words amount;  /* an expression over the cohort's columns: median */
  double log_sd;      /* of the amount from day to day */
  double missed;      /* probability that it is not taken on a day */
  double over;        /* h in which it enters; 0 = at once */
  lind_words into;    /* state; absent: the model's only dosing state */
  double ahead;       /* h before it that it is announced */
  double estimate;    /* median of announced over taken */
  double estimate_sd; /* of its logarithm */
  double unannounced; /* probability that it is taken and not announced */
} lind_habit;

/* Some states of the model are fields over a slice: names are those of the model, checked by the plan. */
typedef struct lind_tissue_section {
  lind_where where;
  lind_words space;     /* a table of shapes, relative to the protocol */
  double spacing, step; /* dm; h, at most */
  uint64_t team;        /* ranks that share a slice */
  double tolerance;     /* of the solver, relative */
  int n_fields;
  const struct lind_tissue_field {
    const char *name; /* the state */
    lind_where where;
    lind_words diffusivity; /* an output */
  } * fields;
  int n_measures;
  const struct lind_tissue_told {
    const char *name; /* the state */
    lind_where where;
    lind_words of; /* a field */
    double above;  /* NAN: the integral, else the area above */
  } * measures;
  lind_words picture_of; /* a field; text NULL: no pictures */
  lind_numbers picture_levels, picture_days;
  uint64_t picture_patients;
} lind_tissue_section;

typedef struct lind_visits {
  lind_numbers days;
  double window; /* h: a visit falls on a whole day, uniform within +-window */
  double missed; /* probability */
} lind_visits;

typedef struct lind_group { /* a way to split patients: `value` gives 0, 1, .. n - 1, or is the name of a category or genotype
                               column */
  const char *name, *title;
  lind_words value;
  lind_words_list labels;
} lind_group;

typedef struct lind_endpoint {
  const char *name, *title;
  lind_where where;
  lind_words kind;    /* registered in src/reduce/endpoints */
  lind_words of;      /* a trace or a measured output; absent where the kind needs none */
  lind_numbers range; /* [low, high] in the output's unit, else empty */
  double from, to;    /* h; NAN = start, end of the trial */
  double at;          /* h; NAN */
  double threshold;   /* NAN */
  double least;       /* change in the output's unit; NAN = 0 */
  double percent;     /* 0 to 100, of a percentile; NAN */
  double consecutive; /* count of visits in a row; NAN = 1 */
  double apart;       /* h; at least this between first and last of them; NAN = 0 */
} lind_endpoint;

typedef struct lind_analysis {
  const char *name, *title;
  lind_where where;
  lind_words endpoint;
  lind_words estimator;             /* registered in src/reduce/estimators */
  lind_words_list compare;          /* [treated, control]; default the first two arms, of a crossover treatments */
  lind_words_list by;               /* "all" and names of groups or category/genotype columns; default [all] */
  double level;                     /* 0.95 */
  double null;                      /* value of no effect, default 0 */
  lind_words_list adjust, stratify; /* columns of the cohort, groups */
  int n_settings;                   /* of the estimator */
  const lind_words *setting_name, *setting_value;
  lind_words estimand;
} lind_analysis;

typedef struct lind_target {                             /* a published number to stand beside the simulated one */
  const char *analysis, *endpoint, *arm, *group, *level; /* analysis (an effect) or endpoint + arm (a level) */
  double estimate, lower, upper; /* in the unit that the report shows (percent for shares); NAN = not given */
  const char *source, *mark;     /* mark: read, memory, computed */
  lind_where where;
} lind_target;

typedef struct lind_look { /* group-sequential: here the design may stop; all looks of a design are of one kind */
  double fraction;         /* of the patients of a replicate; NAN: the look is at a number of events */
  double events;           /* of the first analysis, whole; NAN: by fraction */
  double efficacy;         /* stop if z >= efficacy; NAN = never. By events: as the spending of alpha has it */
  double futility;         /* stop if z <= futility; NAN = never. By events z counts in favour of the treated arm */
} lind_look;

typedef enum { LIND_BENEFIT_HIGHER, LIND_BENEFIT_LOWER } lind_benefit;

typedef struct lind_design_rule { /* of looks by events */
  double alpha;                   /* one-sided */
  lind_spending spending;         /* of alpha over the events */
  int benefit;                    /* lind_benefit: where the effect lies if the treatment is good */
} lind_design_rule;

typedef enum { LIND_ARRIVALS_POISSON, LIND_ARRIVALS_REGULAR } lind_arrivals;

/* When seats come in, in calendar time: rate[k] per h from from[k] on, the last for good. n = 0: all at once, at time 0. Of
 * `over`, h, the rate is that at which the patients of the trial come in that time, however many they are in the end
 * (--patients). */
typedef struct lind_recruit {
  int n;
  const double *rate, *from;
  double over; /* NAN: the rates are given */
  int arrivals;
} lind_recruit;

/* Importance sampling: `drawn` of the patients have this random effect in a tail that holds `share` of people. */
typedef struct lind_tilt {
  const char *effect;
  lind_where where;
  int highest; /* the tail: 0 lowest, 1 highest */
  double share, drawn;
} lind_tilt;

typedef struct lind_scenario {
  const char *name, *title;
  lind_words_list set; /* "path=value" overrides of the protocol's (or model's) keys */
} lind_scenario;

/* The trial's people again, under its model with other parameters and in one arm: what a twin is. */
typedef enum { LIND_TWIN_KNOWS_BASELINE, LIND_TWIN_KNOWS_EVERYTHING } lind_twin_knows;
typedef struct lind_twin_spec {
  bool given;
  lind_words arm; /* absent: the second */
  int knows;      /* lind_twin_knows */
  lind_overrides parameters;
} lind_twin_spec;

/* People who are not randomised, from another source: a registry, an earlier trial. */
typedef struct lind_outside {
  bool given;
  lind_words cohort; /* path, relative to the file that names it; absent: that of the trial */
  uint64_t patients;
  lind_words arm; /* absent: the second */
  lind_overrides parameters;
} lind_outside;

/* How wrong a control may be: the study again over a grid of axes, with and without the effect of the treatment. */
typedef struct lind_robust_level {
  const char *name, *title;
  lind_words_list set;
} lind_robust_level;
enum { LIND_ROBUST_DRIFT, LIND_ROBUST_SLOPE, LIND_ROBUST_POPULATION, LIND_ROBUST_AXES };
typedef struct lind_robustness {
  bool given;
  const char *title;
  uint64_t replicates;
  lind_words_list no_effect; /* changes that take the effect of the treatment away */
  int n[LIND_ROBUST_AXES];   /* levels beside "as in the protocol" */
  const lind_robust_level *level[LIND_ROBUST_AXES];
} lind_robustness;

typedef struct lind_protocol {
  const char *name, *title, *question, *source, *path;
  lind_words cohort; /* path, relative to the protocol file */
  lind_words model, parameter_set;
  int n_modules; /* taken instead of the model's own */
  const lind_words *module_name, *module_use;
  lind_overrides parameters;
  lind_words uncertain_sets, uncertain_covariance; /* tables, relative to the protocol file; at most one of them */
  lind_words_list uncertain_log;                   /* parameters that are normal on the log scale */
  uint64_t patients, replicates, seed, block_max;
  double duration; /* h */
  lind_words eligible, screening;
  uint64_t attempts; /* screening attempts a seat, at most 255 */
  int randomise;     /* 0 permuted-block, 1 simple */
  lind_numbers blocks;
  lind_words_list strata; /* names of groups or category columns */
  int n_definitions, n_groups, n_visits, n_arms, n_dosing, n_endpoints, n_analyses, n_targets, n_looks, n_scenarios,
      n_assumptions;
  const lind_definition *definitions;
  const lind_group *groups;
  const lind_visits *visits;
  const lind_arm *arms;
  int n_treatments, n_periods; /* periods: 1 unless this is a crossover */
  const lind_treatment *treatments;
  lind_crossover crossover;
  const lind_dosing *dosing;
  int n_controllers;
  const lind_controller *controllers;
  int n_habits;
  const lind_habit *habits;
  int n_traces;
  const lind_trace *traces;
  const lind_endpoint *endpoints;
  const lind_analysis *analyses;
  const lind_target *targets;
  const lind_look *looks; /* empty: fixed design */
  lind_design_rule rule;  /* of looks by events */
  lind_recruit recruit;
  const lind_scenario *scenarios;
  lind_twin_spec twin;
  lind_outside outside;
  lind_robustness robustness;
  bool judged; /* a stage of the robustness grid: the true effect is worked out beside the estimates */
  uint64_t scenario_replicates;
  const char *sensitivity_title;
  const lind_words *assumptions;
  int n_tilts;
  const lind_tilt *tilts;
  lind_words_list measure;      /* outputs measured at visits, each with the model's residual error */
  double miss, miss_after_miss; /* adherence */
  double dropout_yearly;        /* share lost a year: hazard -ln(1 - share) / year */
  lind_words_list final;        /* events of the model after which a patient is not followed any more */
  lind_numbers occasion_days;   /* protocol days on which a new occasion begins; day 1 is one anyway */
  double occasion_every;        /* h between occasions instead; NAN */
  double failed_limit;          /* a run with a larger share of failed lanes fails */
  lind_words curve_output;      /* output drawn over time; absent = none */
  double curve_every, curve_lower,
      curve_upper;           /* h; bounds in the output's unit: 0.5 % bins of the range between them, clamped */
  uint64_t store_patients;   /* at most this many patients' rows are stored (whole replicates from the first); default 100000 */
  uint64_t store_replicates; /* rows of so many replicates, from the first, are in /estimates/replicates; default 1000000 */
  lind_trajectories trajectories;
  double relative, absolute;         /* engine tolerances */
  double grid;                       /* h between the nodes of noise in states */
  const lind_tissue_section *tissue; /* NULL: the model has no space */
  lind_words engine;                 /* "rk" */
  int rescue;                        /* cvode takes lanes over that the engine gives up on */
  lind_digest digest; /* of the resolved document: file, includes and overrides; targets change no result and are left out */
  lind_digest world;  /* the same without patients, replicates and sensitivity, which say only how much is run */
} lind_protocol;

/* `overrides` are "--set" texts. Reads the file, its `include:` files (define and dosing sections, found relative to the file
 * that names them) and its targets file. Names that only cohort and model know are checked by the plan. *root: the whole document
 * as resolved. What the file says in `define` and `dosing` wins over its includes, key by key, and overrides win over both; a
 * path in an override is relative to the working directory. Every scenario is read once, so that none can fail halfway through a
 * run. */
lind_err lind_protocol_read(const char *path, const char *const *overrides, int n_overrides, lind_arena *arena,
                            lind_protocol **protocol, const lind_node **root) LIND_MUST_CHECK;
/* A path written in `where.file`, relative to that file's directory. */
const char *lind_protocol_path(const char *written, const char *in_file, lind_arena *arena);
int lind_protocol_find_arm(const lind_protocol *protocol, const char *name);       /* -1 */
int lind_protocol_find_treatment(const lind_protocol *protocol, const char *name); /* -1; an arm where arms are parallel */
/* h at which a period (from 0) begins. */
double lind_protocol_period_start(const lind_protocol *protocol, int period);
/* The treatment of an arm on a protocol day (-1: none) and the day on which it began: without a break, whatever periods and
 * wash-outs it goes through. */
int lind_protocol_treatment(const lind_protocol *protocol, int arm, int day, int *first_day);

/* A point of the robustness grid: its level on each axis, 0 is as in the protocol. Points are counted with the last axis fastest;
 * point 0 is the protocol itself. */
int lind_protocol_robust_points(const lind_protocol *protocol);
void lind_protocol_robust_levels(const lind_protocol *protocol, int point, int levels[LIND_ROBUST_AXES]);
extern const char *const lind_protocol_robust_axes[LIND_ROBUST_AXES]; /* "drift", "slope", "population" */

/* ---- randomisation: a pure function of (seed, replicate, stratum, position in the stratum)
 * --------------------------------------- */

typedef struct lind_randomiser lind_randomiser;
/* Limits that come from the 24 bits of `when` (random.h): strata of a trial and places in a block; the plan checks the strata. */
enum { LIND_RANDOMISER_STRATA = 4096, LIND_RANDOMISER_PLACES = 4096 };
/* Its purposes, for the plan's list. */
#define LIND_RANDOMISER_ORDER  "randomise/block-order"
#define LIND_RANDOMISER_BLOCK  "randomise/block"
#define LIND_RANDOMISER_SIMPLE "randomise/simple"
/* And that of who comes when. */
#define LIND_RECRUIT_ARRIVAL "recruit/arrival"
/* sizes: permuted-block sizes, each a multiple of the ratios' sum; empty = simple randomisation. Sizes are permuted inside
 * super-blocks that hold each size once, so that any position is reached in constant time. */
lind_err lind_randomiser_create(const double *ratio, int n_arms, const double *sizes, int n_sizes, lind_where where,
                                lind_arena *arena, const lind_randomiser **randomiser) LIND_MUST_CHECK;
/* stratum < LIND_RANDOMISER_STRATA, position < 2^32 (asserted). Cost: at most one draw a place of the block. */
int lind_randomiser_arm(const lind_randomiser *randomiser, uint64_t seed, uint32_t replicate, uint32_t stratum,
                        uint64_t position);

/* ---- `lind describe protocol`, docs/reference/protocol.md
 * --------------------------------------------------------------------------- */
const lind_section *lind_protocol_sections(int *n);
void lind_protocol_reference(FILE *out); /* the whole page docs/reference/protocol.md */

#endif
