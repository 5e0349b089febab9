#include "order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What a state's day costs, exact engine 1. Assumed, after benchmarks/engines: orders of magnitude are enough to sort stages. */
static const struct {
  const char *engine;
  double weight;
} weights[] = {{"exact", 1}, {"rk", 4}, {"milstein", 10}, {"euler-maruyama", 10}, {"rosenbrock", 30}, {"cvode", 100}};

static double engine_weight(const lind_plan *plan) {
  char choice[250];
  double weight = 1;
  (void)lind_stepper_choice(plan->stepper, &plan->model->kernel, choice, sizeof choice);
  for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
    const size_t length = strlen(weights[i].engine);
    if (strncmp(choice, weights[i].engine, length) == 0 && choice[length] == ' ') weight = weights[i].weight;
  }
  if (strstr(choice, "turns out stiff") != NULL) weight *= 2;
  return weight;
}

double lind_order_cost(const lind_plan *plan) {
  const lind_protocol *protocol = plan->protocol;
  const uint64_t all = protocol->patients * protocol->replicates;
  const uint64_t seats = all < plan->block_seats ? all : plan->block_seats;
  const double cells = protocol->tissue != NULL ? 1e3 : 1; /* a grid of them for each patient */
  double work = plan->timeless ? 1 : engine_weight(plan) * (1 + plan->model->n_states) * plan->n_days;
  if (plan->twin != NULL) work += engine_weight(plan->twin) * (1 + plan->twin->model->n_states) * plan->n_days;
  return cells * work * (double)seats;
}

/* ---- stages, the costly ones first; equal ones as they come
 * -------------------------------------------------------------------------------
 */

typedef struct ranked {
  double cost;
  int stage;
} ranked;

static int by_cost(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->cost != y->cost) return x->cost > y->cost ? -1 : 1;
  return x->stage - y->stage;
}

/* Patients of one block. */
static uint64_t lives_of(const lind_plan *plan, uint64_t block) {
  const uint64_t whole = plan->block_replicates, patients = plan->protocol->patients;
  const uint64_t all = whole > 0 ? plan->protocol->replicates : patients,
                 first = whole > 0 ? block * whole : block % lind_plan_blocks_per_replicate(plan) * LIND_BLOCK_CUT;
  const uint64_t most = whole > 0 ? whole : LIND_BLOCK_CUT, n = all - first < most ? all - first : most;
  return whole > 0 ? n * patients : n;
}

static lind_err job_append(lind_order *order, uint64_t job) {
  const struct lind_order_run *last = order->n_runs > 0 ? &order->runs[order->n_runs - 1] : NULL;
  if (last == NULL || last->first + (order->n - last->place) != job) {
    if (order->n_runs == order->room) {
      const size_t room = 2 * order->room + 16;
      struct lind_order_run *runs = realloc(order->runs, room * sizeof *runs);
      LIND_CHECK(runs != NULL, LIND_ERR_MEMORY, "no memory for the order of %llu blocks", (unsigned long long)order->n);
      order->runs = runs;
      order->room = room;
    }
    order->runs[order->n_runs++] = (struct lind_order_run){order->n, job};
  }
  order->n++;
  return LIND_OK;
}

static lind_err stages_append(const lind_study *study, lind_order_done done, const void *context, lind_order *order) {
  ranked stages[LIND_STUDY_STAGES];
  for (int s = 0; s < study->n_stages; s++) stages[s] = (ranked){lind_order_cost(study->stage[s].plan), s};
  qsort(stages, (size_t)study->n_stages, sizeof stages[0], by_cost);
  for (int i = 0; i < study->n_stages; i++) {
    const lind_plan *plan = study->stage[stages[i].stage].plan;
    const uint64_t first = study->stage[stages[i].stage].first_job;
    for (uint64_t block = 0; block < plan->n_blocks; block++) {
      if (done(context, first + block)) continue;
      LIND_TRY(job_append(order, first + block));
      order->lives += lives_of(plan, block);
    }
  }
  return LIND_OK;
}

lind_err lind_order_create(const lind_study *study, lind_order_done done, const void *context, lind_order **order) {
  lind_order *o = calloc(1, sizeof *o);
  LIND_CHECK(o != NULL, LIND_ERR_MEMORY, "no memory for the order of blocks");
  const lind_err err = stages_append(study, done, context, o);
  if (err != LIND_OK) {
    lind_order_destroy(&o);
    return err;
  }
  *order = o;
  return LIND_OK;
}

void lind_order_destroy(lind_order **order) {
  if (order == NULL || *order == NULL) return;
  free((*order)->runs);
  free(*order);
  *order = NULL;
}

uint64_t lind_order_at(const void *at, uint64_t place) {
  const lind_order *order = at;
  size_t low = 0, high = order->n_runs;
  assert(place < order->n);
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (order->runs[middle].place <= place)
      low = middle;
    else
      high = middle;
  }
  return order->runs[low].first + (place - order->runs[low].place);
}
