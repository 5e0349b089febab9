/* merge.c -- what an order of sums that is the plan's costs: the records of some blocks, lived here, are bound into sheaves and tallied
 * as a run does it, and on the other side added as they come, as MPI_Reduce would. Prints one line of JSON.
 * bench_scaling PROTOCOL PATIENTS REPLICATES [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lind/reduce.h"

typedef struct bench {
  lind_arena *arena;
  lind_plan *plan;
  lind_layout *layout;
  lind_block_record *records; /* [plan->n_blocks] */
  double *seconds;            /* [rounds] */
} bench;

static double now(void) { /* of this core, whoever else uses the machine */
  struct timespec t;
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the records
 * ---------------------------------------------------------------------------------------------------------------------------- */

static const void *copy(lind_arena *arena, const void *from, size_t bytes) {
  void *to = lind_arena_take(arena, bytes + 1, 1);
  if (to != NULL && bytes > 0) memcpy(to, from, bytes);
  return to;
}

static lind_err put(void *self, const lind_block_record *r) {
  bench *b = self;
  lind_block_record *kept = &b->records[r->block];
  *kept = *r;
  kept->reals = copy(b->arena, r->reals, r->n_replicates * r->n_reals * sizeof *r->reals);
  kept->counts = copy(b->arena, r->counts, r->n_counts * sizeof *r->counts);
  LIND_CHECK(kept->reals != NULL && kept->counts != NULL, LIND_ERR_MEMORY, "no memory for block %llu", (unsigned long long)r->block);
  return LIND_OK;
}

static lind_err live(bench *b, double *seconds) {
  lind_runner *runner;
  const lind_plan *plan = b->plan;
  const lind_sink sink = {.self = b, .put = put};
  const bool cut = plan->block_replicates == 0;
  const uint64_t per = cut ? lind_plan_blocks_per_replicate(plan) : 1;
  uint64_t *base = lind_arena_take(b->arena, (size_t)plan->n_strata, sizeof *base);
  uint64_t *counts = lind_arena_take(b->arena, (size_t)plan->n_strata, sizeof *counts);
  LIND_CHECK(base != NULL && counts != NULL, LIND_ERR_MEMORY, "no memory for %d strata", plan->n_strata);
  LIND_TRY(lind_runner_create(b->layout, &runner));
  const double start = now();
  for (uint64_t block = 0; block < plan->n_blocks; block++) {
    if (block % per == 0) memset(base, 0, (size_t)plan->n_strata * sizeof *base);
    const lind_err err = lind_runner_run(runner, 0, block, false, cut ? base : NULL, &sink);
    if (err != LIND_OK) {
      lind_runner_destroy(&runner);
      return err;
    }
    if (!cut) continue;
    lind_runner_count(runner, block, counts);
    for (int k = 0; k < plan->n_strata; k++) base[k] += counts[k];
  }
  *seconds = now() - start;
  lind_runner_destroy(&runner);
  return LIND_OK;
}

/* ---- two ways to add them
 * ------------------------------------------------------------------------------------------------------------------- */

/* counts: what the other way found. They are exact either way. */
static lind_err add_exactly(const bench *b, const int64_t *counts, double *seconds) {
  lind_tally *tally;
  lind_err err = LIND_OK;
  LIND_TRY(lind_tally_create(b->layout, NULL, &tally));
  const double start = now();
  for (uint64_t block = 0; block < b->plan->n_blocks && err == LIND_OK; block++) err = lind_tally_add(tally, &b->records[block]);
  *seconds = now() - start;
  const bool same = memcmp(tally->counts, counts, b->layout->n_counts * sizeof *counts) == 0;
  lind_tally_destroy(&tally);
  LIND_CHECK(err != LIND_OK || same, LIND_ERR_FILE, "both ways of adding must find the same counts");
  return err;
}

/* The sums alone, in doubles, in the order in which blocks happen to come: no digest, no moments, no row of any replicate. */
static double add_plainly(const bench *b, double *reals, int64_t *counts, double *seconds) {
  const double start = now();
  memset(reals, 0, b->layout->n_reals * sizeof *reals);
  memset(counts, 0, b->layout->n_counts * sizeof *counts);
  for (uint64_t block = 0; block < b->plan->n_blocks; block++) {
    const lind_block_record *r = &b->records[block];
    for (size_t i = 0; i < r->n_counts; i++) counts[i] += r->counts[i];
    for (uint64_t k = 0; k < r->n_replicates; k++)
      for (size_t i = 0; i < r->n_reals; i++) reals[i] += r->reals[k * r->n_reals + i];
  }
  *seconds = now() - start;
  return reals[0] + (double)counts[0];
}

static int ascending(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }

static double median(double *values, int n) {
  qsort(values, (size_t)n, sizeof *values, ascending);
  return values[n / 2];
}

static lind_err measure(bench *b, int rounds, double *lived, double *exact, double *plain) {
  double *seconds = lind_arena_take(b->arena, 2 * (size_t)rounds, sizeof *seconds), *others = seconds + rounds;
  double *reals = lind_arena_take(b->arena, b->layout->n_reals, sizeof *reals);
  int64_t *counts = lind_arena_take(b->arena, b->layout->n_counts, sizeof *counts);
  volatile double used = 0; /* the compiler may not leave the sums out */
  LIND_CHECK(seconds != NULL && reals != NULL && counts != NULL, LIND_ERR_MEMORY, "no memory for sums");
  LIND_TRY(live(b, lived));
  for (int round = 0; round < rounds; round++) { /* in turns */
    used = used + add_plainly(b, reals, counts, &others[round]);
    LIND_TRY(add_exactly(b, counts, &seconds[round]));
  }
  *exact = median(seconds, rounds);
  *plain = median(others, rounds);
  return LIND_OK;
}

static lind_err run(bench *b, char **arguments, int rounds) {
  lind_protocol *protocol;
  const lind_node *root;
  double lived, exact, plain;
  LIND_TRY(lind_arena_create(&b->arena));
  const char *sets[] = {lind_arena_format(b->arena, "patients=%s", arguments[2]), lind_arena_format(b->arena, "replicates=%s", arguments[3])};
  LIND_TRY(lind_protocol_read(arguments[1], sets, 2, b->arena, &protocol, &root));
  LIND_TRY(lind_plan_create(protocol, root, LIND_BACK_END_ANY, b->arena, &b->plan));
  LIND_TRY(lind_layout_create(b->plan, b->arena, &b->layout));
  b->records = lind_arena_take(b->arena, b->plan->n_blocks, sizeof *b->records);
  LIND_CHECK(b->records != NULL, LIND_ERR_MEMORY, "no memory for records");
  LIND_TRY(measure(b, rounds, &lived, &exact, &plain));
  const double us = 1e6 / (double)b->plan->n_blocks;
  printf("{\"patients\": %s, \"replicates\": %s, \"blocks\": %llu, \"reals\": %zu, \"counts\": %zu, \"live_us_block\": %.1f, "
         "\"exact_us_block\": %.2f, \"plain_us_block\": %.2f, \"cost_share\": %.6f}\n",
         arguments[2], arguments[3], (unsigned long long)b->plan->n_blocks, b->layout->n_reals, b->layout->n_counts, us * lived,
         us * exact, us * plain, (exact - plain) / lived);
  return LIND_OK;
}

int main(int argc, char **argv) {
  bench b = {0};
  const int rounds = argc > 4 ? atoi(argv[4]) : 101;
  if (argc < 4 || rounds < 1) {
    (void)fprintf(stderr, "bench_scaling PROTOCOL PATIENTS REPLICATES [ROUNDS]\n");
    return 2;
  }
  const lind_err err = run(&b, argv, rounds);
  if (err != LIND_OK) (void)fprintf(stderr, "%s\n", lind_error_message());
  lind_arena_destroy(&b.arena);
  return err != LIND_OK;
}
