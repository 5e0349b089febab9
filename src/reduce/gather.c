/* gather.c -- the patients of one comparison as columns. */
#include "gather.h"

#include <stdlib.h>

static int most_covariates(const lind_layout *layout) {
  int most = 0;
  for (int i = 0; i < layout->plan->protocol->n_analyses; i++)
    if (layout->analyses[i].n_covariates > most) most = layout->analyses[i].n_covariates;
  return most;
}

static size_t most_rows(const lind_layout *layout) {
  const bool outside = (layout->needs & LIND_NEEDS_EXTERNAL) != 0;
  return lind_plan_seats_in_memory(layout->plan) * (size_t)layout->n_periods +
         (outside ? layout->plan->outside->protocol->patients : 0);
}

size_t lind_gather_bytes(const lind_layout *layout) {
  const size_t reals = 7 + (size_t)most_covariates(layout);
  return most_rows(layout) * (reals * sizeof(double) + sizeof(int) + sizeof(uint32_t) + sizeof(uint16_t) + 3 * sizeof(uint8_t));
}

lind_err lind_gather_create(const lind_layout *layout, lind_gather *gather) {
  const size_t n = most_rows(layout);
  *gather = (lind_gather){.storage = malloc(lind_gather_bytes(layout) + 8)};
  LIND_CHECK(gather->storage != NULL, LIND_ERR_MEMORY, "no memory for the %zu bytes of an analysis", lind_gather_bytes(layout));
  double *reals = gather->storage; /* the widest first, so that all are aligned */
  gather->value = reals;
  gather->event = reals + n;
  gather->entry = reals + 2 * n;
  gather->weight = reals + 3 * n;
  gather->forecast = reals + 4 * n;
  gather->twin = reals + 5 * n;
  gather->twin_event = reals + 6 * n;
  reals += 7 * n;
  for (int k = 0; k < most_covariates(layout); k++, reals += n) gather->covariate[k] = reals;
  gather->seat = (int *)(void *)reals;
  gather->patient = (uint32_t *)(void *)(gather->seat + n);
  gather->stratum = (uint16_t *)(void *)(gather->patient + n);
  gather->treated = (uint8_t *)(void *)(gather->stratum + n);
  gather->period = gather->treated + n;
  gather->external = gather->period + n;
  return LIND_OK;
}

void lind_gather_release(lind_gather *gather) {
  free(gather->storage);
  *gather = (lind_gather){0};
}

static double covariate_of(const lind_layout *layout, const lind_layout_covariate *covariate, const lind_desk *desk,
                           const double *value, int seat) {
  if (covariate->endpoint >= 0) return value[lind_layout_value(layout, covariate->endpoint, 0, desk->capacity) + (size_t)seat];
  if (covariate->slot < 0) return lind_gather_level(desk, covariate->grouping, seat) == covariate->level;
  return desk->row[(size_t)covariate->slot * (size_t)desk->capacity + (size_t)seat] / covariate->scale;
}

static uint16_t stratum_of(const lind_layout *layout, const lind_layout_analysis *analysis, const lind_desk *desk, int seat) {
  int stratum = 0;
  for (int k = 0; k < analysis->n_stratify; k++) {
    const int g = analysis->stratify[k];
    stratum = stratum * layout->plan->groupings[g].levels.n + lind_gather_level(desk, g, seat);
  }
  return (uint16_t)stratum;
}

void lind_gather_set(lind_gather *gather, const lind_layout *layout, const struct lind_layout_term *term, const lind_desk *desk,
                     const double *value, const double *event, int n, lind_analysis_set *set) {
  const lind_layout_analysis *analysis = &layout->analyses[term->analysis];
  const size_t first = lind_layout_value(layout, term->endpoint, 0, desk->capacity);
  uint64_t count = 0;
  for (int row = 0; row < n * layout->n_periods; row++) {
    const int s = row / layout->n_periods, period = row % layout->n_periods;
    if (!desk->seated[s] || lind_gather_level(desk, term->grouping, s) != term->level) continue;
    const int treatment = lind_layout_treatment(layout, desk->arm[s], period);
    if (treatment != term->treated && treatment != term->control) continue;
    const size_t at = first + (size_t)period * (size_t)desk->capacity + (size_t)s;
    gather->seat[count] = s;
    gather->patient[count] = (uint32_t)s;
    gather->period[count] = (uint8_t)period;
    gather->treated[count] = treatment == term->treated;
    gather->value[count] = value[at];
    gather->event[count] = event[at];
    if (gather->entries != NULL) gather->entry[count] = gather->entries[s];
    gather->weight[count] = lind_simulate_weight(desk, s);
    gather->stratum[count] = stratum_of(layout, analysis, desk, s);
    for (int k = 0; k < analysis->n_covariates; k++)
      gather->covariate[k][count] = covariate_of(layout, &analysis->covariates[k], desk, value, s);
    count++;
  }
  *set = (lind_analysis_set){.n = count,
                             .treated = gather->treated,
                             .value = gather->value,
                             .event = layout->kinds[term->endpoint]->scale == LIND_SCALE_TIME ? gather->event : NULL,
                             .entry = gather->entries != NULL ? gather->entry : NULL,
                             .weight = layout->plan->tilts != NULL ? gather->weight : NULL,
                             .n_strata = analysis->n_strata,
                             .stratum = analysis->n_stratify > 0 ? gather->stratum : NULL,
                             .n_covariates = analysis->n_covariates,
                             .covariate = (const double *const *)gather->covariate,
                             .patient = layout->n_periods > 1 ? gather->patient : NULL,
                             .period = layout->n_periods > 1 ? gather->period : NULL,
                             .covariate_name = (const char *const *)analysis->covariate_names};
}
