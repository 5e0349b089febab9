/* reduce.h -- histories become numbers: what one block leaves behind (layout), the runner of a block, and the tally over
 * replicates.
 *
 * Everything a replicate leaves is a row of reals whose meaning the layout says once: moments of every endpoint in every cell
 * (group level x arm), the terms of every analysis, moments of the baseline. Counts (flow, curve histograms) add exactly.
 * Depends on: plan.h, estimator.h, roll.h, sink.h.
 */
#ifndef LIND_REDUCE_H
#define LIND_REDUCE_H

#include "lind/estimator.h"
#include "lind/plan.h"
#include "lind/roll.h"
#include "lind/sink.h"

enum { LIND_CELL_REALS = 4 }; /* n, mean, m2, missing */
enum { LIND_TERM_REALS = 8 }; /* estimate, se, lower, upper, p, statistic, n, missing */
enum { LIND_LOOK_REALS = 6 }; /* looks taken, seats used, verdict (looks.h), events, h of calendar time, z */
enum { LIND_FLOW_SCREENED, LIND_FLOW_UNFILLED, LIND_FLOW_ARMS };
enum {
  LIND_FLOW_RANDOMISED,
  LIND_FLOW_COMPLETED,
  LIND_FLOW_DROPPED,
  LIND_FLOW_FAILED,
  LIND_FLOW_STEPS,
  LIND_FLOW_REJECTED,
  LIND_FLOW_RHS,
  LIND_FLOW_RESCUED,
  LIND_FLOW_ENDED, /* of the completed: had a final event */
  LIND_FLOW_PER_ARM
};

/* A column of 0 and 1, or a number, that an analysis adjusts for. */
typedef struct lind_layout_covariate {
  const char *name;
  int slot;            /* of the cohort row, divided by `scale`; -1: */
  double scale;        /* canonical value of one unit of the column */
  int grouping, level; /* 1 for who is in this level */
  int endpoint;        /* the value of this endpoint, measured before treatment; -1: it is none */
  int outside_slot;    /* slot of the cohort that people from outside are drawn from */
} lind_layout_covariate;

typedef struct lind_layout_analysis {
  lind_analysis_settings settings;
  int n_covariates;
  const lind_layout_covariate *covariates;
  const char **covariate_names;
  int n_strata, n_stratify;
  const int *stratify; /* [n_stratify] groupings whose levels combine to the strata */
} lind_layout_analysis;

typedef struct lind_layout {
  const lind_plan *plan;
  const lind_layout_analysis *analyses;   /* of the protocol */
  int n_arms, n_endpoints, n_levels;      /* levels: of all groupings, in order */
  int n_treatments, n_periods;            /* treatments are arms, and periods 1, unless this is a crossover */
  const int *first_level;                 /* [n_groupings] */
  const lind_endpoint_kind *const *kinds; /* [n_endpoints] */
  const int *measures;                    /* [n_endpoints] index of the measure or the event, -1 */
  const int *traces;                      /* [n_endpoints] index of the trace, -1 */
  const int *classes, *n_labels;          /* [n_endpoints] first count of a category: [n_treatments][n_labels]; -1, 0: none */
  const int *plane;                       /* [n_endpoints] first count of its figure: [n_treatments][y_bins][x_bins]; -1 */
  unsigned needs;                         /* of all terms, LIND_NEEDS_.. */
  bool judged;                            /* the true effect of each term stands beside its estimate */
  int n_terms;
  const struct lind_layout_term {
    int analysis, grouping, level, treated, control, endpoint;
    const lind_estimator *estimator;
  } * terms;              /* [n_terms] in the order of the protocol */
  int n_baseline;         /* numeric columns of the cohort */
  const int *baseline;    /* [n_baseline] column */
  int n_shares;           /* category and genotype columns are counted by level */
  const int *shares;      /* [n_shares] column */
  const int *share_first; /* [n_shares] first count */
  const lind_levels *share_levels;
  bool by_events;                   /* looks are in calendar time */
  lind_sequential looks;            /* their bounds, as planned; t: events */
  const int *survival;              /* [n_endpoints] first count of its life tables, -1: no time */
  int survival_days, survival_bins; /* days a bin; [n_arms][events, censored][bins] each */
  const int *table;                 /* [n_terms] cut replicates: its life tables in the reals, -1 none */
  int table_days, table_reals;
  size_t first_term, first_baseline, first_look, first_truth, first_table, n_reals;
  size_t first_share, first_curve, n_counts;
  int n_columns;                  /* of a stored patient's row */
  const lind_field *columns;      /* [n_columns] */
  int n_trajectories;             /* columns of stored trajectories; 0: none are stored */
  const lind_field *trajectories; /* [n_trajectories] */
  int n_patient_columns;          /* the first of them describe the patient, the rest the outcome */
} lind_layout;

lind_err lind_layout_create(const lind_plan *plan, lind_arena *arena, lind_layout **layout) LIND_MUST_CHECK;
size_t lind_layout_cell(const lind_layout *layout, int endpoint, int grouping, int level,
                        int treatment); /* index of its first real */
/* The columns of a row of trajectories, [t->n_columns]. */
lind_err lind_layout_trajectories(const lind_plan *plan, const lind_plan_trajectories *t, lind_arena *arena,
                                  const lind_field **fields) LIND_MUST_CHECK;
/* The treatment of an arm in a period, from 0. */
static inline int lind_layout_treatment(const lind_layout *layout, int arm, int period) {
  return layout->plan->protocol->arms[arm].treatment[period];
}
/* Where a runner keeps the value of an endpoint in a period: index of seat 0, the others follow. */
static inline size_t lind_layout_value(const lind_layout *layout, int endpoint, int period, int capacity) {
  return ((size_t)endpoint * (size_t)layout->n_periods + (size_t)period) * (size_t)capacity;
}
/* An endpoint of a patient in a period, from a history with its traces. *event as lind_endpoint_kind.value sets it, else 0. */
double lind_readings_value(const lind_layout *layout, int endpoint, int period, const lind_history *history, double *event);
/* Where a patient stands in the plane of a category, as a bin of its figure; -1: nowhere. */
int lind_readings_bin(const lind_layout *layout, int endpoint, int period, const lind_history *history);
/* What the report multiplies a canonical value by, and the unit it then has. */
double lind_layout_scale(const lind_layout *layout, int endpoint, const char **unit);
/* The same for the effect of a term. */
double lind_layout_effect_scale(const lind_layout *layout, int term, const char **unit);

/* ---- one block
 * ------------------------------------------------------------------------------------------------------------------- */

typedef struct lind_runner lind_runner; /* one a thread */
lind_err lind_runner_create(const lind_layout *layout, lind_runner **runner) LIND_MUST_CHECK;
void lind_runner_destroy(lind_runner **runner);
size_t lind_runner_bytes(const lind_layout *layout);
/* What a block leaves, at most; store: with rows of stored patients. */
size_t lind_runner_record_bytes(const lind_layout *layout, bool store);
/* Run block `block` of stage `stage` (the plan's own blocks) and put its record. store: rows of stored patients, too. base: for a
 * cut replicate, [n_strata] seats of each stratum before this block; NULL for whole replicates. */
lind_err lind_runner_run(lind_runner *runner, uint32_t stage, uint64_t block, bool store, const uint64_t *base,
                         const lind_sink *sink) LIND_MUST_CHECK;
/* The integer pass of a cut replicate: how many seats of each stratum this block fills. counts [n_strata]. */
void lind_runner_count(lind_runner *runner, uint64_t block, uint64_t *counts);
/* What the lives of each arm have cost in the block that was run last, [n_arms]. */
const lind_cost *lind_runner_cost(const lind_runner *runner);
/* From now on a block is left, and lind_runner_run returns LIND_ERR_STOPPED, between two packs after this was asked. */
void lind_runner_quit(lind_runner *runner, lind_quit quit);
/* From now on every decision about a patient of this runner is told to the ledger; {0}: to nobody. */
void lind_runner_listen(lind_runner *runner, lind_ledger ledger);
/* From now on what the replayed live is recorded there, too; the caller's. NULL: nothing. */
void lind_runner_record(lind_runner *runner, lind_recording *recording);
/* One seat again, for replay: its desk is left filled; *at is the seat's place on the desk. */
lind_err lind_runner_replay(lind_runner *runner, uint32_t replicate, uint64_t seat, const uint64_t *base, const lind_desk **desk,
                            int *at) LIND_MUST_CHECK;

/* What the run has stored, or would have, of the seat that was replayed last: row[n_columns] as in lind_layout.columns. */
void lind_runner_row(const lind_runner *runner, int at, double *row);

/* ---- many blocks: a sheaf is up to LIND_SHEAF_BLOCKS consecutive blocks of one stage, of one replicate where those are cut. Who
 * binds it does not matter: it is the same to the last bit.
 * ----------------------------------------------------------------------------------------------------------------- */

enum { LIND_SHEAF_BLOCKS = 16 };
typedef struct lind_sheaf lind_sheaf;             /* bytes without pointers: it can be sent */
uint64_t lind_sheaf_total(const lind_plan *plan); /* sheaves of a stage */
void lind_sheaf_blocks(const lind_plan *plan, uint64_t sheaf, uint64_t *first, uint64_t *end);
size_t lind_sheaf_most(const lind_layout *layout);                           /* bytes of memory that any sheaf fits in */
size_t lind_sheaf_bytes(const lind_layout *layout, const lind_sheaf *sheaf); /* that it has filled */
/* An empty sheaf in memory of lind_sheaf_most; the records of its blocks in order; does it have all of them? */
void lind_sheaf_begin(const lind_layout *layout, uint64_t number, lind_sheaf *sheaf);
lind_err lind_sheaf_add(const lind_layout *layout, const lind_block_record *record, lind_sheaf *sheaf) LIND_MUST_CHECK;
bool lind_sheaf_is_bound(const lind_sheaf *sheaf);

/* ---- over replicates
 * ---------------------------------------------------------------------------------------------------------------- */

typedef struct lind_tally {
  const lind_layout *layout;
  uint64_t replicates;
  int64_t *counts;             /* [n_counts] */
  lind_moments *pooled;        /* [cells + baseline] over all patients of all replicates */
  lind_moments *between;       /* the same cells: moments of the replicates' means */
  lind_roll *roll;             /* of every replicate: its terms, lind_tally_column, and where judged its truths */
  struct lind_effect *effects; /* [n_terms], once finished */
  lind_moments look[LIND_LOOK_REALS];
  uint64_t *verdicts;    /* [n_looks + 1 looks taken][LIND_TALLY_VERDICTS] replicates */
  lind_digest digest;    /* of block digests in block order, then of the terms */
  lind_moments *partial; /* of the cut replicate at hand, with */
  double *tables;        /* its life tables */
  double *row;           /* of the roll */
  uint64_t seen;         /* replicates */
  lind_sheaf *sheaf;     /* at hand, for lind_tally_add */
  uint64_t n_sheaves;    /* taken */
} lind_tally;
enum { LIND_TALLY_VERDICTS = 3 };

/* directory: where what does not fit in memory lies (roll.h); NULL: everything fits. Memory does not grow with the replicates
 * otherwise: lind_tally_bytes says what it is. */
lind_err lind_tally_create(const lind_layout *layout, const char *directory, lind_tally **tally) LIND_MUST_CHECK;
size_t lind_tally_bytes(const lind_layout *layout);
double lind_tally_disk(const lind_layout *layout); /* bytes of its file, 0 where there is none */
/* Columns of the roll: what = 0 .. LIND_TERM_REALS - 1 as in a record's terms, LIND_TERM_REALS the truth. */
static inline size_t lind_tally_column(const lind_layout *layout, int term, int what) {
  return (size_t)what * (size_t)layout->n_terms + (size_t)term;
}
void lind_tally_destroy(lind_tally **tally);
lind_err lind_tally_take(lind_tally *tally, const lind_sheaf *sheaf) LIND_MUST_CHECK; /* bound ones, in order */
/* Binds and takes by itself: blocks in order; a lind_sink_visit. */
lind_err lind_tally_add(void *tally, const lind_block_record *record) LIND_MUST_CHECK;
lind_err lind_tally_finish(lind_tally *tally) LIND_MUST_CHECK;

enum { LIND_EFFECT_BINS = 40 };
typedef struct lind_effect { /* one term over the replicates */
  double mean, mcse, sd, p05, p50, p95, se, lower, upper, power, power_mcse, n, missing;
  uint64_t replicates, rejected; /* that gave a number; that have p below the level of the analysis */
  double from, width;            /* of the bars of the estimates, in the unit of the report; NAN: they do not differ */
  int64_t bars[LIND_EFFECT_BINS];
  lind_moments estimate;
  lind_moments truth, error;   /* of a judged layout: the true effect, and what the estimate of the replicate missed it by */
  uint64_t intervals, covered; /* replicates with an interval; of them, those around the mean true effect */
} lind_effect;
/* Passes over the columns of `term` in a roll that has ended. */
lind_err lind_effect_estimate(const lind_layout *layout, const lind_roll *roll, int term, lind_effect *effect) LIND_MUST_CHECK;
/* Monte Carlo error of a share, hits of n. Where none or all of few are hits the plain formula says 0, as if it were certain:
 * there two of each are added (Agresti & Coull 1998, doi:10.1080/00031305.1998.10480550). NAN for n = 0. */
double lind_tally_mcse(uint64_t hits, uint64_t n);
/* Share without the event behind each bin of the pooled life table of a time, [survival_bins], and patients of one trial at risk
 * at its beginning; NAN behind the last who was followed. */
void lind_tally_survival(const lind_tally *tally, int endpoint, int arm, double *share, double *at_risk);
typedef struct lind_judgement { /* one term judged against the true effect; canonical, shares 0..1; NAN: cannot be told */
  double truth, left /* of the effect where no_effect has taken it away: 0 */, bias, bias_mcse, power, power_mcse, coverage,
      coverage_mcse;
  double type_one, type_one_mcse; /* NAN where more than 1 % of the effect is left */
  double saved; /* share of the patients of a concurrent control of equal precision that this one does without */
} lind_judgement;
/* with, without: tallies of a judged layout with and without the effect of the treatment. reference: the concurrent term, -1. */
void lind_judge(const lind_tally *with, const lind_tally *without, int term, int reference, lind_judgement *verdict);
/* The term of the concurrent control that `term` is held against; -1: there is none. */
int lind_judge_reference(const lind_layout *layout, int term);
/* Quantile of a curve histogram, in the output's unit; NAN if nobody is left. */
double lind_tally_curve(const lind_tally *tally, int arm, int time, double q);

#endif
