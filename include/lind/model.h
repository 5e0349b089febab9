/* model.h -- a model as lind knows it: what a .lind file says, checked, with a kernel that advances 8 patients at once.
 *
 * The text is the one source of truth: shipped models are compiled into the binary together with their text; a user's file is
 * compiled on first use (cached by content hash), or run by the lane evaluator with a notice. Depends on: expression.h, kernel.h.
 *
 * Frame layout (lanes): [parameters | covariates (genotype: 2 slots; linear: 3) | random effects | drifts | derived].
 */
#ifndef LIND_MODEL_H
#define LIND_MODEL_H

#include "lind/expression.h"
#include "lind/kernel.h"
#include "lind/sensor.h"

typedef struct lind_quantity {
  const char *name;
  lind_unit unit;
  double value; /* default, canonical */
  const char *about;
  lind_where where;
  int slot; /* in the frame; state or output index for those */
} lind_quantity;

typedef enum {
  LIND_COVARIATE_CONSTANT, /* between its changes; who fills the frame decides what holds between two records */
  LIND_COVARIATE_LINEAR    /* its three slots are value, slope per h, and the time (h) from which they hold: value + slope (time -
                              from). Slope 0: constant. */
} lind_covariate_course;

typedef struct lind_model_covariate {
  const char *name;
  lind_type type; /* NUMBER with dimension; CATEGORY or GENOTYPE with the levels or alleles that the model declares: the
                     codes in the frame are indices into these, whatever the cohort's own order is */
  bool other;     /* declared with `other`: a level the model does not name is accepted, as code levels->n - 1 ("other") */
  bool optional;  /* a cohort without it gives everybody 0, the first level, or two of the first allele */
  lind_covariate_course course;
  lind_unit unit;
  const char *about;
  lind_where where;
  int slot;
} lind_model_covariate;

int lind_model_covariate_slots(const lind_model_covariate *covariate); /* 1, a genotype 2, a linear one 3 */

typedef enum { LIND_RANDOM_NORMAL, LIND_RANDOM_EXPONENTIAL } lind_random_kind;

typedef struct lind_model_random { /* one effect: exp() is written by the modeller */
  const char *name;
  lind_random_kind kind; /* of z, see lind_model_random_factor */
  bool occasion;         /* drawn again at each occasion, whose number is the index of the draw */
  lind_where where;
  int slot;
  int block, row; /* effects of one block are correlated */
} lind_model_random;

typedef struct lind_model_drift { /* Ornstein-Uhlenbeck, mean 0, exact on its grid: x' = r x + sd sqrt(1-r^2) z, r =
                                     exp(-every/tau) */
  const char *name;
  lind_where where;
  int slot;
} lind_model_drift;

typedef struct lind_model_state {
  const char *name;
  lind_unit unit;
  const char *about;
  lind_where where;
  bool doses;            /* declared with `dose` */
  bool rates, durations; /* and with a rate, a duration */
} lind_model_state;

typedef enum {
  LIND_TRIGGER_RESETS, /* `when ... then x = ...`: each time its condition passes to true */
  LIND_TRIGGER_MARKS,  /* `when ... then mark`: only noted */
  LIND_TRIGGER_EVENT   /* of an event: noted the first time (resets, if it has any, act each time) */
} lind_trigger_kind;

typedef struct lind_model_trigger { /* trigger k of the kernel */
  const char *name;                 /* "when.2" (the second statement) where none was given */
  const char *about;
  lind_where where;
  lind_trigger_kind kind;
  int n_resets;
  const int *resets; /* [n_resets] states that change */
} lind_model_trigger;

typedef struct lind_model_event { /* something whose time is asked for */
  const char *name, *about;
  lind_where where;
  int trigger;
  int state;  /* its cumulative hazard; -1: it has a condition or a time instead */
  int random; /* the threshold, exponential with mean 1; -1 */
  bool at;    /* its time is made of the frame alone: the trigger is time - at, so that at is minus the trigger at time 0 */
} lind_model_event;

typedef enum {
  LIND_ERROR_NONE,
  LIND_ERROR_ADDITIVE,
  LIND_ERROR_PROPORTIONAL,
  LIND_ERROR_LOGNORMAL,
  LIND_ERROR_COMBINED,
  LIND_ERROR_POWER,
  LIND_ERROR_BETA,
  LIND_ERROR_SENSOR /* a path in time that is worn: see lind_model_sensor, sensor.h */
} lind_residual;

typedef struct lind_model_output {
  const char *name;
  lind_unit unit; /* inferred or declared */
  const char *about;
  lind_where where;
  lind_residual residual;
  bool correlated; /* in time: see lind_model_residual_tau */
} lind_model_output;

typedef struct lind_model_set { /* a named parameter set */
  const char *name, *title, *source;
  int n;
  const int *parameter; /* [n] index */
  const double *value;  /* [n] canonical */
} lind_model_set;

typedef struct lind_model_module { /* that the model is made of: use pk.two_compartment as drug */
  const char *as;                  /* "drug"; of a module's module "heart.vessels" */
  const char *use, *path;          /* as said, and its file */
  const char *title, *source;
  bool swapped; /* taken instead of the one in the file */
} lind_model_module;

typedef struct lind_model_connection { /* connect heart.drug_conc = drug.conc */
  const char *input, *from;            /* "heart.drug_conc", "drug.conc" */
  lind_unit unit;
  const char *about;
  lind_where where;
} lind_model_connection;

typedef struct lind_model_swap { /* another model for a module */
  const char *module, *use;      /* "drug"; a shipped model or a path ending in .lind */
  lind_where where;
} lind_model_swap;

typedef struct lind_model {
  const char *name, *title, *source;
  const char *text; /* the file as read, and behind it those of its modules, each below a line with its name */
  const char *path;
  char hash[33];  /* of the text */
  lind_unit time; /* that the modeller thinks in; h if the file says nothing */
  int n_parameters, n_covariates, n_randoms, n_drifts, n_states, n_outputs, n_sets, n_triggers, n_events;
  const lind_quantity *parameters;
  const lind_model_covariate *covariates;
  const lind_model_random *randoms;
  const lind_model_drift *drifts;
  const lind_model_state *states;
  const lind_model_output *outputs;
  const lind_model_set *sets;
  const lind_model_trigger *triggers;
  const lind_model_event *events;
  int n_modules, n_connections;
  const lind_model_module *modules;
  const lind_model_connection *connections;
  const struct lind_model_tree *tree; /* src/language only */
  lind_kernel kernel;
  const char *back_end; /* "compiled in", "compiled on first use", "compiled before, from the cache", "lane evaluator" or
                           "lane evaluator (slower), because ..." */
} lind_model;

typedef enum { LIND_BACK_END_ANY, LIND_BACK_END_COMPILED, LIND_BACK_END_EVALUATOR } lind_back_end;

/* `name` is a shipped model's ("pgx.warfarin") or a path ending in .lind. Parses and checks names, units and types; no kernel
 * yet. */
lind_err lind_model_read(const char *name, lind_where where, lind_arena *arena, lind_model **model) LIND_MUST_CHECK;
/* With other models for some of its modules. They bring their own values: what `use ... { }` says is about the model that is
 * replaced. */
lind_err lind_model_read_with(const char *name, lind_where where, const lind_model_swap *swaps, int n_swaps, lind_arena *arena,
                              lind_model **model) LIND_MUST_CHECK;
lind_err lind_model_read_text(const char *text, const char *path, lind_arena *arena, lind_model **model) LIND_MUST_CHECK;
/* Give the model its kernel: compiled in (shipped, by content hash), from the cache, by the system's C compiler (without a
 * shell), or the lane evaluator. ANY falls back to the evaluator and says so in model->back_end. cache_directory NULL:
 * $XDG_CACHE_HOME/lind or
 * ~/.cache/lind. A loaded library stays loaded. */
lind_err lind_model_attach(lind_model *model, lind_back_end back_end, const char *cache_directory,
                           lind_arena *arena) LIND_MUST_CHECK;

const char *const *lind_model_names(int *n);           /* shipped */
const char *lind_model_shipped_text(const char *name); /* NULL if unknown */

/* ---- what the plan needs before any patient; parameters[n_parameters] canonical
 * ------------------------------------------------- */

/* eta = factor * z with one independent z of each effect, N(0,1) or exponential with mean 1 as its kind says: lower triangle,
 * row-major [n_randoms][n_randoms]. */
lind_err lind_model_random_factor(const lind_model *model, const double *parameters, double *factor) LIND_MUST_CHECK;
lind_err lind_model_drift_values(const lind_model *model, const double *parameters, int drift, double *sd, double *tau,
                                 double *every) LIND_MUST_CHECK;
/* From one node to the next: x' = keep x + kick z. */
void lind_model_drift_node(double sd, double tau, double every, double *keep, double *kick);
/* a, b of the residual error: ADDITIVE a [unit]; PROPORTIONAL a; LOGNORMAL a; COMBINED a [unit], b; POWER a, b so that the sd is
 * a |truth|^b in canonical units; BETA a, b: truth / b is the mean of a beta law with a = sum of its shapes. */
lind_err lind_model_residual(const lind_model *model, const double *parameters, int output, double *a, double *b) LIND_MUST_CHECK;
double lind_model_measure(lind_residual kind, double a, double b, double truth, double z); /* one standard normal z */
/* Its standard deviation about the truth. */
double lind_model_spread(lind_residual kind, double a, double b, double truth);
/* Logarithm of the density of a measurement y; -INFINITY where it cannot be. NONE: 0. */
double lind_model_log_density(lind_residual kind, double a, double b, double truth, double y);
/* The z of a correlated output is an Ornstein-Uhlenbeck process with variance 1: correlation exp(-|s - t| / tau). tau in h; 0: z
 * is independent from measurement to measurement. */
lind_err lind_model_residual_tau(const lind_model *model, const double *parameters, int output, double *tau) LIND_MUST_CHECK;
/* z `elapsed` h after it was `before`, from one more standard normal; exact for every elapsed >= 0. */
double lind_model_correlate(double before, double elapsed, double tau, double normal);

/* The sensor of an output whose residual is LIND_ERROR_SENSOR. */
lind_err lind_model_sensor(const lind_model *model, const double *parameters, int output, lind_sensor *sensor) LIND_MUST_CHECK;

/* Whether the rate of infusions into `state`, dose(rate = ...), is made of what stands in this given slot of the frame. */
lind_err lind_model_rate_reads(const lind_model *model, int state, int slot, lind_arena *arena, bool *reads) LIND_MUST_CHECK;

/* The parameter, random effect or covariate whose slot this is; "an input" for others. */
const char *lind_model_slot_name(const lind_model *model, int slot);
int lind_model_find_parameter(const lind_model *model, const char *name); /* -1 */
int lind_model_find_state(const lind_model *model, const char *name);
int lind_model_find_output(const lind_model *model, const char *name);
int lind_model_find_set(const lind_model *model, const char *name);
int lind_model_find_random(const lind_model *model, const char *name);
int lind_model_find_event(const lind_model *model, const char *name);

#endif
