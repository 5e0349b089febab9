/* Items made by all ranks, taken by rank 0 in order. Run alone and under mpirun (ranks.cmake). */
#include "lind/crew.h"

/* cmocka needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
/* clang-format on */

enum { MOST = 200000 };

typedef struct line {
  int rank, ranks;
  uint64_t made, taken, fail_make, fail_take; /* UINT64_MAX: never */
  bool wrong;
} line;

static size_t size_of(uint64_t item) { return item % 5 == 0 ? 0 : item % 7 == 3 ? MOST : (size_t)(item * 131 % 5000); }

static lind_err make(void *context, uint64_t item, void *bytes, size_t *n) {
  line *l = context;
  l->wrong |= item % (uint64_t)l->ranks != (uint64_t)l->rank;
  LIND_CHECK(item != l->fail_make, LIND_ERR_NUMERIC, "item %llu cannot be made", (unsigned long long)item);
  if (item % 11 == 2) (void)nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
  memset(bytes, (int)(item & 127), size_of(item));
  *n = size_of(item);
  l->made++;
  return LIND_OK;
}

static lind_err take(void *context, uint64_t item, const void *bytes, size_t n) {
  line *l = context;
  const unsigned char *at = bytes;
  l->wrong |= l->rank != 0 || item != l->taken || n != size_of(item);
  for (size_t i = 0; i < n; i++) l->wrong |= at[i] != (item & 127);
  LIND_CHECK(item != l->fail_take, LIND_ERR_FILE, "item %llu cannot be taken", (unsigned long long)item);
  l->taken++;
  return LIND_OK;
}

static lind_err run(lind_crew *crew, uint64_t n, line *l) {
  l->rank = lind_crew_rank(crew);
  l->ranks = lind_crew_ranks(crew);
  l->made = l->taken = 0;
  const lind_crew_pipe pipe = {.n = n, .most = MOST, .make = make, .take = take, .context = l};
  return lind_crew_pipe_run(crew, &pipe);
}

static lind_crew *crew_of(void) {
  lind_crew *crew;
  if (lind_crew_create(1, &crew) != LIND_OK) fail_msg("%s", lind_error_message());
  return crew;
}

static void every_item_in_order(lind_crew *crew) {
  static const uint64_t numbers[] = {0, 1, 3, 4, 5, 97};
  for (int k = 0; k < 6; k++) {
    line l = {.fail_make = UINT64_MAX, .fail_take = UINT64_MAX};
    assert_int_equal(run(crew, numbers[k], &l), LIND_OK);
    const uint64_t ranks = (uint64_t)l.ranks, rank = (uint64_t)l.rank;
    assert_false(l.wrong);
    assert_int_equal(l.taken, rank == 0 ? numbers[k] : 0);
    assert_int_equal(l.made, numbers[k] / ranks + (rank < numbers[k] % ranks));
  }
}

/* What cannot be made or taken is every rank's error, nobody waits, nothing behind it is taken, and the next pipe works. */
static void a_failure_is_everybodys(lind_crew *crew) {
  line l = {.fail_make = 18, .fail_take = UINT64_MAX};
  assert_int_equal(run(crew, 60, &l), LIND_ERR_NUMERIC);
  assert_string_equal(lind_error_message(), "item 18 cannot be made");
  assert_int_equal(l.taken, l.rank == 0 ? 18 : 0);
  l = (line){.fail_make = UINT64_MAX, .fail_take = 9};
  assert_int_equal(run(crew, 60, &l), LIND_ERR_FILE);
  assert_string_equal(lind_error_message(), "item 9 cannot be taken");
  assert_int_equal(l.taken, l.rank == 0 ? 9 : 0);
  assert_false(l.wrong);
  every_item_in_order(crew);
}

static void pipes(void **state) {
  (void)state;
  lind_crew *crew = crew_of();
  every_item_in_order(crew);
  a_failure_is_everybodys(crew);
  lind_crew_destroy(&crew);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(pipes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
