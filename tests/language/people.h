/* people.h -- eight patients for any model, who differ in everything. Values are plausible, not meant. */
#ifndef LIND_TEST_LANGUAGE_PEOPLE_H
#define LIND_TEST_LANGUAGE_PEOPLE_H

#include "bench.h"

/* A number in the covariate's own unit: years and kilograms by tens, rates of one a minute, shares below 1. */
static inline double people_number(const lind_model_covariate *c, int lane, int index) {
  const double some = 40.0 + 3 * lane + index;
  if (lind_unit_is_dimensionless(c->unit.dimension)) return 0.005 * some;
  return c->unit.dimension.halves[LIND_DIM_TIME] < 0 ? 0.02 * some : some;
}

static inline void people_fill(bench *b) {
  const lind_model *m = b->model;
  for (int i = 0; i < LIND_LANES; ++i) {
    for (int k = 0; k < m->n_covariates; ++k) {
      const lind_model_covariate *c = &m->covariates[k];
      const int n = c->type.kind == LIND_TYPE_NUMBER ? 0 : c->type.levels->n, first = n > 0 ? (i + k) % n : 0;
      bench_put(b, c->slot, i, n == 0 ? c->unit.scale * people_number(c, i, k) : first);
      if (c->type.kind == LIND_TYPE_GENOTYPE) bench_put(b, c->slot + 1, i, first + i % 2 < n ? first + i % 2 : first);
    }
    for (int k = 0; k < m->n_randoms; ++k) bench_put(b, m->randoms[k].slot, i, 0.1 * sin(1.0 + i + 3 * k));
    for (int k = 0; k < m->n_drifts; ++k) bench_put(b, m->drifts[k].slot, i, 0.1 * cos(1.0 + i + 5 * k));
  }
}

/* A day of a model in h; of one in ms as many ms. */
static inline double people_span(const lind_model *model) { return 24 * fmin(model->time.scale, 1); }

static inline void people_each_model(void (*check)(const char *name)) {
  int n;
  const char *const *names = lind_model_names(&n);
  assert_true(n >= 5);
  for (int i = 0; i < n; ++i) check(names[i]);
}

#endif
