/* twin.h -- a model fitted to one patient's record: what is known of the patient, forecasts, the dose to be expected best.
 *
 * A twin sees what a clinician sees: doses prescribed, values measured, covariates. What it does not know of the patient is z,
 * one standard normal a random effect (an effect that varies by occasion: one an occasion) and one a knot of each drift: the
 * prior of z is N(0, I) whatever the model's omega. Between knots a drift follows its conditional mean, given the knots; where
 * the knots are the drift's own nodes that is exact. Exponential effects (thresholds of events) stay at their mean; models with
 * noise in states are refused. Times in h, everything canonical.
 *
 * Deterministic; the bits of a patient's fit do not depend on who was fitted before. Nothing is allocated after creation.
 * Depends on: course.h, model.h, plan.h.
 */
#ifndef LIND_TWIN_H
#define LIND_TWIN_H

#include "lind/arena.h"
#include "lind/course.h"
#include "lind/model.h"
#include "lind/plan.h"

/* ---- the world that twins live in: a model with its numbers, const, shared by all threads ---- */

typedef struct lind_twin_settings {
  const lind_model *model;  /* attached */
  const double *parameters; /* [n_parameters] */
  const lind_stepper *stepper;
  lind_tolerance tolerance;
  int n_varying; /* inputs that change from record to record: see course.h */
  const int *varying;
  const uint8_t *between;
  bool infuses;
  double knots;                                  /* h between the knots of a drift; 0: a quarter of its time constant */
  double difference;                             /* step of the slopes in z; 0: 1e-3 */
  bool central;                                  /* slopes by central differences: twice the work */
  double close;                                  /* fitting ends with a step below this many posterior sds; 0: 1e-3 */
  int most_records, most_sights, most_occasions; /* of a patient */
  double most_time;                              /* h, of any record */
} lind_twin_settings;

typedef struct lind_twin_world lind_twin_world;
lind_err lind_twin_world_create(const lind_twin_settings *settings, lind_arena *arena,
                                const lind_twin_world **world) LIND_MUST_CHECK;
int lind_twin_world_most(const lind_twin_world *world); /* numbers in the longest z */

/* ---- one patient */

typedef struct lind_twin_sight { /* a measured value */
  int record, output;
  double value; /* canonical */
} lind_twin_sight;

typedef struct lind_twin_patient {
  int n;                      /* records: as in course.h, time never falls; */
  const lind_record *records; /* those of sights are observed */
  const double *given;        /* [n_given] parameters and covariates count; random effects and drifts are the twin's */
  const double *varying;      /* [n][n_varying] */
  const uint32_t *occasion;   /* [n] rising from 0; NULL: one occasion */
  int n_sights;
  const lind_twin_sight *sights; /* in the order of their records */
  lind_who who;                  /* for what is drawn about the patient */
} lind_twin_patient;

typedef struct lind_twin lind_twin; /* one thread's memory */
lind_err lind_twin_create(const lind_twin_world *world, lind_twin **twin) LIND_MUST_CHECK;
void lind_twin_destroy(lind_twin **twin);
size_t lind_twin_bytes(const lind_twin *twin);
lind_work lind_twin_work(const lind_twin *twin);

/* What z is made of, at a time. */
typedef struct lind_twin_layout {
  int n;           /* numbers in z */
  int n_occasions; /* that have been */
  double now;      /* h: knots govern drifts until here; what is later is drawn ahead */
} lind_twin_layout;

/* Number k of z in words: which random effect or drift, -1 for the other; which occasion or knot. */
void lind_twin_name(const lind_twin_world *world, const lind_twin_layout *layout, int k, int *random, int *drift, int *index);

/* ---- twin_fit.c: maximum a posteriori */

typedef struct lind_twin_posterior {
  lind_twin_layout layout;
  double *z;          /* [n] mean, or mode */
  double *covariance; /* [n][n] of z: inverse of the expected information plus the prior's */
  double *root;       /* [n][n] lower triangle; covariance = root root' */
  double objective;   /* 1/2 |z|^2 - log likelihood at the mode */
  double evidence;    /* Laplace's log marginal likelihood of the record */
  int steps;          /* taken */
  bool converged;     /* false: the mode was not found; z is the best point that was */
} lind_twin_posterior;

lind_err lind_twin_posterior_take(const lind_twin_world *world, lind_arena *arena,
                                  lind_twin_posterior *posterior) LIND_MUST_CHECK;
/* Mode of the posterior by Gauss-Newton steps with Levenberg's damping, and Laplace's covariance there. Only the first n_sights
 * of the patient's sights count, and no record behind the last of them is run. start: continue from posterior->z, which may be
 * shorter (what is new begins at 0). Source of the approximation: Wang 2007, doi:10.1007/s10928-007-9057-5. */
void lind_twin_fit(lind_twin *twin, const lind_twin_patient *patient, int n_sights, bool start, lind_twin_posterior *posterior);
/* eta[n_randoms] that z means on an occasion. */
void lind_twin_effects(const lind_twin_world *world, const lind_twin_layout *layout, const double *z, uint32_t occasion,
                       double *eta);

/* ---- twin_error.c: log density of a measured value, given the true one; -INFINITY where it cannot be */
double lind_twin_error_density(const lind_twin_world *world, int output, double truth, double value);

/* ---- twin_forecast.c: what is to be expected */

typedef struct lind_twin_points { /* weighted points that stand for a posterior */
  lind_twin_layout layout;
  int n, stride;
  const double *z;      /* [n], `stride` apart */
  const double *weight; /* [n] sum 1; NULL: equal */
} lind_twin_points;

/* n points of a posterior, in antithetic pairs; drawn for `who`. z[n][layout.n]. */
void lind_twin_draw(const lind_twin_posterior *posterior, lind_who who, int n, double *z);
/* Everybody's outputs at the patient's observed records from record `from` on; what lies ahead (drifts, occasions) is drawn anew
 * for each point. truth[n][observed records from `from` on][n_outputs]; NAN where the engine gave up. */
void lind_twin_forecast(lind_twin *twin, const lind_twin_patient *patient, const lind_twin_points *points, int from,
                        double *truth);
/* One measured value for each truth of a point: the residual error of `output` drawn for who, a point and an index. */
double lind_twin_forecast_measured(const lind_twin_world *world, lind_who who, int point, uint32_t index, int output,
                                   double truth);
/* Weighted quantile p of value[n]; sorts order[n] (scratch). Between points: at weights summed to their middles. */
double lind_twin_forecast_quantile(const double *value, const double *weight, int n, double p, int *order);

/* ---- twin_filter.c: particles that follow the record, sight by sight */

typedef struct lind_twin_particles {
  const lind_twin_world *world; /* knots at every node */
  lind_twin_layout layout;
  int n;
  double *z, *weight; /* [n][most], [n] sum 1; z's rows are `most` apart */
  int most;
  double *likelihood; /* [n] log, of the sights so far */
  double *scratch;    /* [n][most] */
  int *parent;        /* [n] */
  int seen;           /* sights so far */
  int moves;          /* rejuvenating moves after resampling */
  uint32_t resampled; /* times */
  double accepted;    /* share of the last moves */
} lind_twin_particles;

typedef struct lind_twin_judgement { /* of one visit, before it was learnt from */
  double score;                      /* log predictive density of what was measured there */
  double effective;                  /* particles, after it was learnt from and before resampling */
  bool resampled;
} lind_twin_judgement;

lind_err lind_twin_particles_take(const lind_twin_world *world, int n, int moves, lind_arena *arena,
                                  lind_twin_particles *particles) LIND_MUST_CHECK;
/* Learn from the sights of the next visit: all those at one time. false: there is none. */
bool lind_twin_filter(lind_twin *twin, const lind_twin_patient *patient, lind_twin_particles *particles,
                      lind_twin_judgement *judgement);

/* ---- twin_choose.c: which dose is expected to be best */

typedef struct lind_twin_question {
  int from; /* doses into `state` from this record on are in question; observed records from it on are rewarded */
  int state;
  int n;
  const double *dose;                /* [n] candidates */
  const struct lind_program *reward; /* on lanes [outputs.., dose, time since `from` in h] */
} lind_twin_question;

enum { LIND_TWIN_DOSES = 500 };
/* '1 mg:10 mg:0.5 mg', '2 mg, 3 mg' into question->dose and n. key: what they are called in messages. */
lind_err lind_twin_doses_read(const char *key, lind_words words, lind_dimension dimension, lind_arena *arena,
                              lind_twin_question *question, lind_unit *unit) LIND_MUST_CHECK;
/* A reward: a number of the model's outputs, `dose` (into `state`) and `ahead`. */
lind_err lind_twin_doses_reward(const lind_model *model, int state, lind_words words, lind_arena *arena,
                                const lind_program **program) LIND_MUST_CHECK;

/* expected[n], error[n] (Monte Carlo standard error; NULL): time mean of the reward over the observed records, mean over the
 * points. Points on which the engine gave up count as the worst reward that was seen. All candidates meet the same points and
 * the same future. Returns the best: the first of equal ones. */
int lind_twin_choose(lind_twin *twin, const lind_twin_patient *patient, const lind_twin_points *points,
                     const lind_twin_question *question, double *expected, double *error);

/* ---- twin_policy.c: an arm of a trial that doses by twin */
extern const lind_policy lind_twin_policy;

#endif
