/* plan_trajectories.c -- whose trajectories are stored, of what, at how many points, and how much that is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan_parts.h"

static const char stream[] = "store/trajectories";
static const double most_bytes = 1073741824.0; /* of a block's rows: a thread has them in memory */

/* Outputs that are named, else those measured, else all. */
static lind_err find_outputs(const lind_plan *plan, const lind_trajectories *item, lind_arena *arena,
                             lind_plan_trajectories *made) {
  const int all = plan->model->n_outputs, n = item->of.n > 0 ? item->of.n : plan->n_measures > 0 ? plan->n_measures : all;
  int *outputs, *observed;
  LIND_TAKE(outputs, arena, n + 1);
  LIND_TAKE(observed, arena, n + 1);
  for (int k = 0; k < n; k++) {
    outputs[k] = plan->n_measures > 0 ? plan->measures[k < plan->n_measures ? k : 0].output : k;
    if (item->of.n > 0) LIND_TRY(lind_plan_parts_output(plan, item->of.at[k], "store.trajectories.of", arena, &outputs[k]));
    for (int m = 0; !made->dense && m < plan->n_measures; m++)
      if (plan->measures[m].output == outputs[k]) observed[made->n_observed++] = m;
  }
  made->n_outputs = n;
  made->outputs = outputs;
  made->observed = observed;
  return LIND_OK;
}

/* ---- a sample: the patients whose draw of the stream is lowest */

typedef struct ticket {
  double draw;
  uint64_t patient;
} ticket;

static int by_draw(const void *a, const void *b) {
  const ticket *x = a, *y = b;
  if (x->draw != y->draw) return x->draw < y->draw ? -1 : 1;
  return x->patient < y->patient ? -1 : x->patient > y->patient;
}

static int by_patient(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

/* Patients are exchangeable, so a sample of the first replicates is one of all. From a replicate that is cut the first seats are
 * enough, 4096 of them and 4 for each patient of the sample: more patients or more replicates leave the sample as it is. */
static lind_err draw_sample(const lind_plan *plan, const lind_trajectories *item, lind_arena *arena, uint64_t **kept,
                            uint64_t *frame) {
  const lind_protocol *protocol = plan->protocol;
  const uint64_t n = protocol->patients, k = item->patients, replicates = (k + n - 1) / n;
  LIND_CHECK_AT(k <= n * protocol->replicates, LIND_ERR_INPUT, item->where,
                "store.trajectories.patients is %llu; %llu replicates of %llu patients have %llu; `keep: all` keeps them all",
                (unsigned long long)k, (unsigned long long)protocol->replicates, (unsigned long long)n,
                (unsigned long long)(n * protocol->replicates));
  const uint64_t enough = 4 * k > 4096 ? 4 * k : 4096;
  const uint64_t seats = plan->block_replicates == 0 && replicates == 1 && enough < n ? enough : n;
  ticket *tickets = malloc(replicates * seats * sizeof *tickets);
  uint64_t *made;
  LIND_CHECK(tickets != NULL, LIND_ERR_MEMORY, "no memory to draw %llu patients", (unsigned long long)k);
  const lind_purpose purpose = lind_random_purpose(stream);
  for (uint64_t i = 0; i < replicates * seats; i++) {
    const lind_who who = {protocol->seed, (uint32_t)(i / seats), (uint32_t)(i % seats), 0};
    tickets[i] = (ticket){lind_random_uniform(who, purpose, 0), i / seats * n + i % seats};
  }
  qsort(tickets, replicates * seats, sizeof *tickets, by_draw);
  made = lind_arena_take(arena, k, sizeof *made);
  for (uint64_t i = 0; made != NULL && i < k; i++) made[i] = tickets[i].patient;
  free(tickets);
  LIND_CHECK(made != NULL, LIND_ERR_MEMORY, "no memory for %llu patients", (unsigned long long)k);
  qsort(made, k, sizeof *made, by_patient);
  *kept = made;
  *frame = seats; /* with the size of the sample, it says which replicates they are of */
  return LIND_OK;
}

static uint64_t block_of(const lind_plan *plan, uint64_t patient) {
  const uint64_t n = plan->protocol->patients, replicate = patient / n;
  if (plan->block_replicates > 0) return replicate / plan->block_replicates;
  return replicate * lind_plan_blocks_per_replicate(plan) + patient % n / LIND_BLOCK_CUT;
}

static lind_err find_patients(const lind_plan *plan, const lind_trajectories *item, lind_arena *arena,
                              lind_plan_trajectories *made) {
  const uint64_t patients = plan->protocol->patients * plan->protocol->replicates;
  made->n_kept = patients;
  made->most_kept = plan->block_seats < patients ? plan->block_seats : patients;
  if (item->keep == LIND_KEEP_ALL) return LIND_OK;
  uint64_t *kept;
  LIND_TRY(draw_sample(plan, item, arena, &kept, &made->frame));
  made->kept = kept;
  made->n_kept = item->patients;
  made->most_kept = 0;
  for (size_t i = 0, first = 0; i < made->n_kept; i++) {
    if (block_of(plan, kept[i]) != block_of(plan, kept[first])) first = i;
    if (i - first + 1 > made->most_kept) made->most_kept = i - first + 1;
  }
  return LIND_OK;
}

/* ---- */

static lind_err find_points(const lind_plan *plan, const lind_trajectories *item, lind_plan_trajectories *made) {
  const double points = floor(plan->protocol->duration / item->every + 1e-9) + 1.0;
  made->every = item->every;
  made->most = plan->most_visits;
  if (!made->dense) {
    LIND_CHECK_AT(plan->n_visits > 0, LIND_ERR_INPUT, item->where,
                  "store.trajectories are kept at visits, and the protocol has none; `at: dense` needs none");
    return LIND_OK;
  }
  LIND_CHECK_AT(plan->protocol->tissue == NULL, LIND_ERR_INPUT, item->where,
                "store.trajectories are dense; the trajectories of a tissue can be kept `at: visits` alone");
  LIND_CHECK_AT(points < 1e8, LIND_ERR_INPUT, item->where,
                "store.trajectories.every is %g h, which makes %.0f points in %g day; at most 100000000 are kept", item->every,
                points, plan->protocol->duration / 24.0);
  made->most = (int)points;
  return LIND_OK;
}

lind_err lind_plan_trajectories_create(const lind_plan *plan, const lind_trajectories *item, lind_arena *arena,
                                       const lind_plan_trajectories **trajectories) {
  lind_plan_trajectories *made;
  *trajectories = NULL;
  if (item->keep == LIND_KEEP_NONE) return LIND_OK;
  LIND_TAKE(made, arena, 1);
  *made = (lind_plan_trajectories){.item = item, .dense = item->at == LIND_KEEP_DENSE};
  LIND_TRY(find_points(plan, item, made));
  LIND_TRY(find_outputs(plan, item, arena, made));
  LIND_TRY(find_patients(plan, item, arena, made));
  made->n_states = item->states ? plan->model->kernel.n_states : 0;
  made->n_columns = LIND_TRAJECTORY_LABELS + made->n_outputs + made->n_observed + made->n_states;
  const double each = (double)made->most * made->n_columns * sizeof(double), block = each * (double)made->most_kept;
  LIND_CHECK_AT(
      block <= most_bytes, LIND_ERR_INPUT, item->where,
      "store.trajectories of a block would take %.1f GiB of memory (%zu patients, up to %d rows of %d columns each), and "
      "at most 1 GiB is taken; keep %s, or lower block_max",
      block / most_bytes, made->most_kept, made->most, made->n_columns,
      item->keep == LIND_KEEP_ALL ? "a sample, fewer outputs or points farther apart"
                                  : "fewer patients, fewer outputs or points farther apart");
  *trajectories = made;
  return LIND_OK;
}

bool lind_plan_trajectories_keep(const lind_plan *plan, const lind_plan_trajectories *trajectories, uint32_t replicate,
                                 uint64_t seat) {
  const uint64_t patient = replicate * plan->protocol->patients + seat;
  return trajectories->kept == NULL ||
         bsearch(&patient, trajectories->kept, trajectories->n_kept, sizeof patient, by_patient) != NULL;
}

lind_err lind_plan_parts_trajectories(lind_plan *plan, lind_arena *arena) {
  const lind_trajectories *item = &plan->protocol->trajectories;
  if (item->keep == LIND_KEEP_SAMPLE) LIND_TRY(lind_random_purposes_add(&plan->purposes, stream));
  return lind_plan_trajectories_create(plan, item, arena, &plan->trajectories);
}
