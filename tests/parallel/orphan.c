/* A process whose parent goes while it looks goes, too; one that looks no more, or whose parent stays, stays. */
/* cmocka needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
/* clang-format on */

#include "parallel/crew_inside.h"

enum { STAYED = 7, LONG = 60, SHORT = 3 /* s; a look takes one */ };

static void rank_live(bool looks, int told, time_t seconds) {
  const pid_t me = getpid();
  lind_crew_orphan *orphan = lind_crew_orphan_begin();
  if (!looks) lind_crew_orphan_end(orphan);
  if (orphan == NULL || write(told, &me, sizeof me) != sizeof me) _exit(1);
  (void)nanosleep(&(struct timespec){.tv_sec = seconds}, NULL);
  _exit(STAYED);
}

/* How a rank ends whose launcher is killed, or not. */
static int end_of(bool looks, bool is_killed, time_t seconds) {
  int told[2], status = 0;
  pid_t rank = 0;
  assert_int_equal(pipe(told), 0);
  assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0); /* orphans are ours to wait for */
  const pid_t launcher = fork();
  if (launcher == 0) {
    if (fork() == 0) rank_live(looks, told[1], seconds);
    for (;;) (void)pause();
  }
  assert_true(launcher > 0);
  assert_int_equal(read(told[0], &rank, sizeof rank), sizeof rank);
  if (!is_killed) (void)nanosleep(&(struct timespec){.tv_sec = seconds + 1}, NULL);
  assert_int_equal(kill(launcher, SIGKILL), 0);
  assert_int_equal(waitpid(launcher, NULL, 0), launcher);
  assert_int_equal(waitpid(rank, &status, 0), rank);
  (void)close(told[0]);
  (void)close(told[1]);
  return status;
}

static void who_looks_goes_with_the_launcher(void **state) {
  (void)state;
  const int status = end_of(true, true, LONG);
  assert_true(WIFSIGNALED(status));
  assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void who_looks_no_more_stays(void **state) {
  (void)state;
  const int status = end_of(false, true, SHORT);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), STAYED);
}

static void nobody_goes_whose_launcher_is_there(void **state) {
  (void)state;
  const int status = end_of(true, false, SHORT);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), STAYED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_looks_goes_with_the_launcher),
      cmocka_unit_test(who_looks_no_more_stays),
      cmocka_unit_test(nobody_goes_whose_launcher_is_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
