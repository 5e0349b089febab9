/* What the cohort tests share: a cohort from text, many draws of it, ranks. */
#ifndef LIND_COHORT_TEST_H
#define LIND_COHORT_TEST_H

/* cmocka needs these before it */
/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "lind/cohort.h"

#define HEAD "cohort: test\ntitle: t\nsource: s\n"

static inline int arena_open(void **state) { return lind_arena_create((lind_arena **)state) != LIND_OK; }
static inline int arena_close(void **state) {
  lind_arena *arena = *state;
  lind_arena_destroy(&arena);
  return 0;
}

#define assert_near(is, wanted, tolerance)                                                            \
  do {                                                                                                \
    const double is_ = (is), wanted_ = (wanted);                                                      \
    if (!(fabs(is_ - wanted_) <= (tolerance))) fail_msg("%s is %.17g, not %.17g", #is, is_, wanted_); \
  } while (0)

/* `path` says from where tables are found. */
static inline lind_err cohort_read(lind_arena *arena, const char *text, const char *path, lind_cohort **cohort) {
  const lind_node *root = NULL;
  lind_purposes *purposes = lind_arena_take(arena, 1, sizeof *purposes);
  LIND_TRY(lind_document_read_text(text, "c.yaml", arena, &root));
  return lind_cohort_create(root, path, purposes, arena, cohort);
}

static inline lind_cohort *cohort_of(lind_arena *arena, const char *text) {
  lind_cohort *cohort = NULL;
  if (cohort_read(arena, text, LIND_SOURCE_DIR "/cohorts/test.yaml", &cohort) != LIND_OK) fail_msg("%s", lind_error_message());
  return cohort;
}

static inline lind_cohort *cohort_shipped(lind_arena *arena, const char *name) {
  const lind_node *root = NULL;
  lind_cohort *cohort = NULL;
  lind_purposes *purposes = lind_arena_take(arena, 1, sizeof *purposes);
  const char *path = lind_arena_format(arena, LIND_SOURCE_DIR "/cohorts/%s.yaml", name);
  if (lind_document_read(path, arena, &root) != LIND_OK || lind_cohort_create(root, path, purposes, arena, &cohort) != LIND_OK)
    fail_msg("%s", lind_error_message());
  return cohort;
}

/* Seats 0 .. n - 1 of one replicate, n a multiple of 8: value [slot][seat]. */
typedef struct {
  size_t n;
  double **value;
  unsigned char *eligible;
} people;

static inline people people_draw(lind_arena *arena, const lind_cohort *cohort, size_t n) {
  people p = {.n = n};
  const size_t n_slots = (size_t)cohort->n_slots;
  p.value = lind_arena_take(arena, n_slots, sizeof *p.value);
  p.eligible = lind_arena_take(arena, n, 1);
  lind_lane *row = lind_arena_take(arena, n_slots, sizeof *row);
  for (size_t slot = 0; slot < n_slots; slot++) p.value[slot] = lind_arena_take(arena, n, sizeof(double));
  for (size_t seat = 0; seat < n; seat += LIND_LANES) {
    lind_who who[LIND_LANES];
    for (uint32_t i = 0; i < LIND_LANES; i++) who[i] = (lind_who){.seed = 20240, .replicate = 3, .seat = (uint32_t)seat + i};
    const unsigned mask = lind_cohort_draw(cohort, who, row);
    for (size_t i = 0; i < LIND_LANES; i++) {
      p.eligible[seat + i] = (unsigned char)(mask >> i & 1);
      for (size_t slot = 0; slot < n_slots; slot++) p.value[slot][seat + i] = row[slot].of[i];
    }
  }
  return p;
}

static inline const double *people_column(const people *p, const lind_cohort *cohort, const char *name) {
  const lind_column *column = lind_cohort_find(cohort, name);
  if (column == NULL) fail_msg("no column %s", name);
  return p->value[column->slot];
}

static inline int level_code(const lind_cohort *cohort, const char *column, const char *level) {
  const lind_levels *levels = lind_cohort_find(cohort, column)->type.levels;
  for (int i = 0; i < levels->n; i++)
    if (strcmp(levels->names[i], level) == 0) return i;
  fail_msg("%s has no level %s", column, level);
  return -1;
}

static inline int compare_numbers(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static inline double *sorted(lind_arena *arena, const double *value, size_t n) {
  double *copy = lind_arena_take(arena, n, sizeof *copy);
  memcpy(copy, value, n * sizeof *copy);
  qsort(copy, n, sizeof *copy, compare_numbers);
  return copy;
}

/* The values x[i] with which[i] == code, as many as *n says on return. */
static inline double *subset(lind_arena *arena, const double *x, const double *which, double code, size_t n_all, size_t *n) {
  double *out = lind_arena_take(arena, n_all, sizeof *out);
  *n = 0;
  for (size_t i = 0; i < n_all; i++)
    if (which == NULL || which[i] == code) out[(*n)++] = x[i];
  return out;
}

/* Spearman's rank correlation of values without ties (position in the sorted copy by bisection). */
static inline double spearman(lind_arena *arena, const double *a, const double *b, size_t n) {
  const double *sorted_a = sorted(arena, a, n), *sorted_b = sorted(arena, b, n), mean = (double)(n - 1) / 2;
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    const double *at_a = bsearch(&a[i], sorted_a, n, sizeof *a, compare_numbers);
    const double *at_b = bsearch(&b[i], sorted_b, n, sizeof *b, compare_numbers);
    sum += ((double)(at_a - sorted_a) - mean) * ((double)(at_b - sorted_b) - mean);
  }
  return sum / ((double)n * ((double)n * (double)n - 1) / 12);
}

#endif
