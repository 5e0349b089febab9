/* The record's second table: whose rows, in which order, the same however replicates are put into blocks; nothing else changes.
 */
#include "study_case.h"

#define DENSE "store.trajectories={keep: all, at: dense, every: 13 h}"

static size_t rows_of(const study *s, double *rows, size_t most) {
  size_t n = 0;
  for (uint64_t b = 0; b < s->plan->n_blocks; b++) {
    const lind_block_record *r = &s->records[b];
    const size_t numbers = r->n_course_rows * r->n_course_columns;
    assert_true(n + numbers <= most);
    if (numbers > 0) memcpy(rows + n, r->course, numbers * sizeof *rows);
    n += numbers;
  }
  return n;
}

static int is_before(const double *a, const double *b) {
  if (a[0] != b[0]) return a[0] < b[0];
  if (a[1] != b[1]) return a[1] < b[1];
  return a[3] < b[3];
}

enum { MOST = 1 << 22 };
static double first[MOST], second[MOST];

static void rows_are_in_order_in_any_blocks(void **state) {
  (void)state;
  study s = study_open(DENSE), single = study_open(DENSE, "block_max=60");
  study_run(&s, true);
  study_run(&single, true);
  assert_true(s.plan->n_blocks < single.plan->n_blocks);
  const size_t width = (size_t)s.layout->n_trajectories, n = rows_of(&s, first, MOST);
  assert_true(width > LIND_TRAJECTORY_LABELS && n > 1000 * width);
  assert_int_equal(rows_of(&single, second, MOST), n);
  assert_memory_equal(first, second, n * sizeof *first);
  for (size_t i = width; i < n; i += width) assert_true(is_before(first + i - width, first + i));
  study_close(&s);
  study_close(&single);
}

static void nothing_else_changes(void **state) {
  (void)state;
  study bare = study_open(), s = study_open(DENSE);
  study_run(&bare, true);
  study_run(&s, true);
  for (uint64_t b = 0; b < s.plan->n_blocks; b++) {
    const lind_block_record *x = &bare.records[b], *y = &s.records[b];
    assert_true(x->n_course_rows == 0 && x->n_course_columns == 0 && y->n_course_rows > 0);
    assert_true(x->n_rows == y->n_rows && x->n_reals == y->n_reals && x->n_counts == y->n_counts);
    assert_memory_equal(x->rows, y->rows, x->n_rows * x->n_columns * sizeof *x->rows);
    assert_memory_equal(x->reals, y->reals, x->n_replicates * x->n_reals * sizeof *x->reals);
    assert_memory_equal(x->counts, y->counts, x->n_counts * sizeof *x->counts);
  }
  study_close(&s);
  study_close(&bare);
}

/* Those of a sample have the rows that they have where everybody is kept. */
static void a_sample_is_part_of_all(void **state) {
  (void)state;
  study all = study_open(DENSE), s = study_open("store.trajectories={keep: sample, patients: 17, at: dense, every: 13 h}");
  study_run(&all, true);
  study_run(&s, true);
  const size_t width = (size_t)s.layout->n_trajectories, n = rows_of(&all, first, MOST), m = rows_of(&s, second, MOST);
  size_t at = 0, seats = 0;
  for (size_t i = 0; i < m; i += width) {
    seats += i == 0 || second[i + 1] != second[i + 1 - width];
    while (at < n && is_before(first + at, second + i)) at += width;
    assert_true(at < n && memcmp(first + at, second + i, width * sizeof *first) == 0);
  }
  assert_int_equal(seats, 17);
  assert_true(lind_runner_bytes(s.layout) < lind_runner_bytes(all.layout));
  study_close(&s);
  study_close(&all);
}

/* A trial that stops at a look has no rows of those who had not come. */
static void who_never_came_has_no_rows(void **state) {
  (void)state;
  study s = study_open(DENSE, "design={looks: [{fraction: 0.3, efficacy: -100}, {fraction: 1}]}", "block_max=60");
  study_run(&s, true);
  const lind_block_record *r = &s.records[0];
  const double used = r->reals[s.layout->first_look + 1];
  assert_true(used < (double)s.plan->protocol->patients && r->n_course_rows > 0);
  for (size_t i = 0; i < r->n_course_rows; i++) assert_true(r->course[i * r->n_course_columns + 1] < used);
  study_close(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_in_order_in_any_blocks),
      cmocka_unit_test(nothing_else_changes),
      cmocka_unit_test(a_sample_is_part_of_all),
      cmocka_unit_test(who_never_came_has_no_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
