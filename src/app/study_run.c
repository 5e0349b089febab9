/* study_run.c -- the blocks of a study, lived by a crew. */
#include <stdlib.h>

#include "order.h"
#include "progress.h"
#include "study.h"

/* ---- one thread keeps one runner; stages come in order, so it is rarely changed
 * ------------------------------------------------------- */

typedef struct crowd {
  lind_study *study;
  const lind_sink *sink;
  lind_progress *progress;
  lind_crew *crew;
  lind_order *order; /* of the blocks that are due; NULL while counting */
  int counting;      /* the stage whose strata are counted, -1: run */
  uint64_t *counts;
  struct {
    lind_runner *runner;
    int stage;
    int64_t lives[LIND_STUDY_ARMS], nanoseconds[LIND_STUDY_ARMS];
  } thread[]; /* of the crew */
} crowd;

static bool is_hurried(void *context) {
  (void)context;
  return lind_crew_hurried();
}

static lind_err sit_down(crowd *c, int thread, int stage, lind_runner **runner) {
  if (c->thread[thread].runner == NULL || c->thread[thread].stage != stage) {
    lind_runner_destroy(&c->thread[thread].runner);
    LIND_TRY(lind_runner_create(c->study->stage[stage].layout, &c->thread[thread].runner));
    c->thread[thread].stage = stage;
    if (lind_study_team(c->study) == 0) /* the ranks of a team leave together or not at all */
      lind_runner_quit(c->thread[thread].runner, (lind_quit){.asked = is_hurried});
  }
  *runner = c->thread[thread].runner;
  return LIND_OK;
}

static lind_err run_job(void *context, int thread, uint64_t job) {
  crowd *c = context;
  const int s = c->counting >= 0 ? c->counting : lind_study_stage_of(c->study, job);
  lind_runner *runner;
  LIND_TRY(sit_down(c, thread, s, &runner));
  const lind_plan *plan = c->study->stage[s].plan;
  if (c->counting >= 0) {
    if (lind_crew_leads(c->crew)) /* counts are summed over ranks: a team counts once */
      lind_runner_count(runner, job, c->counts + job * (uint64_t)plan->n_strata);
    return LIND_OK;
  }
  const uint64_t block = job - c->study->stage[s].first_job, *base = c->study->stage[s].base;
  const bool store = block < lind_study_rows_end(c->study, s);
  LIND_TRY(
      lind_runner_run(runner, (uint32_t)s, block, store, base != NULL ? base + block * (uint64_t)plan->n_strata : NULL, c->sink));
  if (!lind_crew_leads(c->crew)) return LIND_OK;
  const lind_cost *cost = lind_runner_cost(runner);
  for (int a = 0; a < plan->protocol->n_arms && a < LIND_STUDY_ARMS; a++) {
    c->thread[thread].lives[a] += (int64_t)cost[a].lives;
    c->thread[thread].nanoseconds[a] += (int64_t)(1e9 * cost[a].seconds);
  }
  return LIND_OK;
}

/* Over threads, then over ranks. Collective. */
static lind_err sum_cost(const crowd *c) {
  int64_t sums[2 * LIND_STUDY_ARMS] = {0};
  for (int t = 0; t < lind_crew_threads(c->crew); t++)
    for (int a = 0; a < LIND_STUDY_ARMS; a++) {
      sums[2 * a] += c->thread[t].lives[a];
      sums[2 * a + 1] += c->thread[t].nanoseconds[a];
    }
  LIND_TRY(lind_crew_sum(c->crew, sums, 2 * LIND_STUDY_ARMS));
  for (int a = 0; a < LIND_STUDY_ARMS; a++) {
    c->study->cost[a].lives = sums[2 * a];
    c->study->cost[a].nanoseconds = sums[2 * a + 1];
  }
  return LIND_OK;
}

static bool is_done(const void *context, uint64_t job) {
  const crowd *c = context;
  if (lind_study_is_others(c->study, job)) return true;
  const int s = lind_study_stage_of(c->study, job);
  return c->sink->has(c->sink->self, (uint32_t)s, job - c->study->stage[s].first_job);
}

static void save(void *context) {
  const crowd *c = context;
  if (c->sink->hurry != NULL) c->sink->hurry(c->sink->self);
}

static void tick(void *context) {
  crowd *c = context;
  lind_progress_show(c->progress, lind_crew_finished(c->crew));
}

static uint64_t job_at(const void *context, uint64_t place) { return lind_order_at(((const crowd *)context)->order, place); }

static lind_err crowd_create(lind_study *study, lind_crew *crew, const lind_sink *sink, crowd **result) {
  crowd *c = calloc(1, sizeof *c + (size_t)lind_crew_threads(crew) * sizeof c->thread[0]);
  if (c == NULL) return lind_crew_quit(crew, lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for the crew"));
  *c = (crowd){.study = study, .sink = sink, .crew = crew, .counting = -1};
  *result = c;
  return LIND_OK;
}

static void crowd_destroy(crowd *c) {
  for (int t = 0; t < lind_crew_threads(c->crew); t++) lind_runner_destroy(&c->thread[t].runner);
  lind_order_destroy(&c->order);
  free(c);
}

static lind_err count(lind_study *study, lind_crew *crew, int stage, uint64_t *counts, uint64_t n) {
  crowd *c;
  LIND_TRY(crowd_create(study, crew, NULL, &c));
  c->counting = stage;
  c->counts = counts;
  const lind_err err =
      lind_crew_run(crew, &(lind_crew_work){.n = n, .run = run_job, .context = c, .queue = study->request->queue});
  crowd_destroy(c);
  LIND_CHECK(err != LIND_ERR_STOPPED || lind_crew_lost(crew), LIND_ERR_STOPPED,
             "stopped early, before anybody was treated; run the same command again to resume"); /* what was counted is no job */
  return err;
}

static lind_err live(crowd *c) {
  lind_study *study = c->study;
  const uint64_t n = study->n_jobs;
  lind_progress progress;
  LIND_TRY(lind_crew_agree(c->crew, lind_order_create(study, is_done, c, &c->order)));
  const uint64_t due = c->order->n;
  lind_progress_begin(&progress, n, n - due, study->n_patients);
  c->progress = &progress;
  const lind_crew_work work = {
      .n = due, .at = job_at, .run = run_job, .tick = tick, .save = save, .context = c, .queue = study->request->queue};
  lind_err err = lind_crew_run(c->crew, &work);
  if (err == LIND_OK) err = sum_cost(c); /* everybody has the same err */
  study->n_lived = err == LIND_OK ? c->order->lives : 0;
  study->n_finished = lind_crew_finished(c->crew);
  if (lind_crew_rank(c->crew) == 0) lind_progress_end(&progress, err == LIND_OK ? due : lind_crew_finished(c->crew));
  return err;
}

static lind_err counts_take(lind_arena *arena, uint64_t n, uint64_t **counts) {
  LIND_TAKE(*counts, arena, n);
  return LIND_OK;
}

lind_err lind_study_scan(lind_study *study, lind_crew *crew, lind_arena *arena) {
  for (int s = 0; s < study->n_stages; s++) {
    const lind_plan *plan = study->stage[s].plan;
    if (plan->block_replicates > 0) continue;
    const uint64_t strata = (uint64_t)plan->n_strata, per = lind_plan_blocks_per_replicate(plan);
    uint64_t *counts;
    LIND_TRY(lind_crew_agree(crew, counts_take(arena, plan->n_blocks * strata, &counts))); /* much on a large cohort */
    LIND_TRY(count(study, crew, s, counts, plan->n_blocks));
    LIND_TRY(lind_crew_sum(crew, (int64_t *)counts, plan->n_blocks * strata));
    for (uint64_t k = 0; k < strata; k++) { /* exclusive scan inside each replicate */
      uint64_t before = 0;
      for (uint64_t b = 0; b < plan->n_blocks; b++) {
        if (b % per == 0) before = 0;
        const uint64_t here = counts[b * strata + k];
        counts[b * strata + k] = before;
        before += here;
      }
    }
    study->stage[s].base = counts;
  }
  return LIND_OK;
}

static lind_err put_nothing(void *self, const lind_block_record *record) {
  (void)self;
  (void)record;
  return LIND_OK;
}

lind_err lind_study_run(lind_study *study, lind_crew *crew, const lind_sink *sink) {
  lind_sink quiet = *sink;
  quiet.put = put_nothing; /* the leader of a team speaks for it */
  if (!lind_crew_leads(crew)) sink = &quiet;
  crowd *c;
  LIND_TRY(crowd_create(study, crew, sink, &c));
  const lind_err err = live(c);
  crowd_destroy(c);
  return err;
}
