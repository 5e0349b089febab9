/* What a launcher says about the number of tasks, and what becomes of it. No MPI is started in these cases: none of them may
 * succeed in that. */
/* cmocka needs the others before it */
/* clang-format off */
#include <omp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
/* clang-format on */

#include "parallel/crew_inside.h"

static const char *program; /* this one; const from main on */

static int clear(void **state) {
  (void)state;
  static const char *const names[] = {"OMPI_COMM_WORLD_SIZE",
                                      "PMI_SIZE",
                                      "SLURM_STEP_NUM_TASKS",
                                      "SLURM_NTASKS",
                                      "PMIX_RANK",
                                      "SLURM_STEP_ID",
                                      "OMP_NUM_THREADS",
                                      "OMP_MAX_ACTIVE_LEVELS",
                                      "SLURM_STEP_TASKS_PER_NODE"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) (void)unsetenv(names[i]);
  return 0;
}

static void refused(const char *sentence) {
  lind_crew *crew = NULL;
  assert_int_equal(lind_crew_create(1, &crew), LIND_ERR_INPUT);
  assert_null(crew);
  assert_string_equal(lind_error_message(), sentence);
}

static void alone(void) {
  lind_crew *crew = NULL;
  int is_running = 1;
  assert_int_equal(lind_crew_create(2, &crew), LIND_OK);
  assert_int_equal(lind_crew_ranks(crew), 1);
  assert_int_equal(lind_crew_rank(crew), 0);
  assert_int_equal(lind_crew_threads(crew), 2);
  assert_int_equal(MPI_Initialized(&is_running), MPI_SUCCESS);
  assert_false(is_running);
  lind_crew_destroy(&crew);
  assert_null(crew);
}

static void a_plain_process_is_a_crew_of_one(void **state) {
  (void)state;
  alone();
}

static void a_batch_script_is_one_process(void **state) {
  (void)state;
  (void)setenv("SLURM_NTASKS", "8", 1); /* sbatch -n 8, and no srun */
  alone();
  (void)setenv("SLURM_STEP_NUM_TASKS", "1", 1);
  (void)setenv("SLURM_STEP_ID", "4294967291", 1);
  alone();
}

static void one_task_of_mpirun_needs_no_mpi(void **state) {
  (void)state;
  (void)setenv("OMPI_COMM_WORLD_SIZE", "1", 1);
  (void)setenv("PMIX_RANK", "0", 1);
  (void)setenv("SLURM_STEP_NUM_TASKS", "4", 1); /* mpirun's daemons, one a node */
  alone();
}

static void singletons_of_srun_are_refused(void **state) {
  (void)state;
  (void)setenv("SLURM_STEP_NUM_TASKS", "4", 1);
  refused(
      "SLURM announces 4 tasks but MPI sees only this one, and each would write the same directory; start lind with `srun "
      "--mpi=pmix` or "
      "Open MPI's `mpirun`");
}

static void singletons_of_another_mpi_are_refused(void **state) {
  (void)state;
  (void)setenv("PMI_SIZE", "2", 1);
  refused(
      "PMI announces 2 tasks but MPI sees only this one, and each would write the same directory; start lind with `srun "
      "--mpi=pmix` or "
      "Open MPI's `mpirun`");
}

static void singletons_of_open_mpi_are_refused(void **state) {
  (void)state;
  (void)setenv("OMPI_COMM_WORLD_SIZE", "3", 1);
  refused(
      "Open MPI announces 3 tasks but MPI sees only this one, and each would write the same directory; start lind with `srun "
      "--mpi=pmix` "
      "or Open MPI's `mpirun`");
}

static void launchers_are_read(void **state) {
  static const struct {
    const char *variable, *value;
    int tasks;
    bool reachable;
  } rows[] = {
      {"OMPI_COMM_WORLD_SIZE", "6", 6, false},
      {"OMPI_COMM_WORLD_SIZE", "six", 1, false},
      {"PMI_SIZE", "2", 2, false},
      {"SLURM_STEP_NUM_TASKS", "128", 128, false},
      {"SLURM_STEP_NUM_TASKS", "0", 1, false},
      {"PMIX_RANK", "0", 1, true},
      {"PMIX_RANK", "5", 6, true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    (void)clear(state);
    (void)setenv(rows[i].variable, rows[i].value, 1);
    const lind_crew_launch launch = lind_crew_launch_read();
    assert_int_equal(launch.tasks, rows[i].tasks);
    assert_int_equal(launch.reachable, rows[i].reachable);
  }
}

static void threads_are_asked_for_or_found(void **state) {
  (void)state;
  lind_crew *crew = NULL;
  assert_int_equal(lind_crew_create(-1, &crew), LIND_ERR_INPUT);
  assert_string_equal(lind_error_message(),
                      "threads: -1 is not a number of threads; 0 (as many as there are cores) to 4096 would be right");
  (void)setenv("OMP_NUM_THREADS", "5", 1);
  assert_int_equal(lind_crew_create(0, &crew), LIND_OK);
  assert_int_equal(lind_crew_threads(crew), 5);
  lind_crew_destroy(&crew);
  (void)unsetenv("OMP_NUM_THREADS");
  cpu_set_t mask;
  assert_int_equal(sched_getaffinity(0, sizeof mask, &mask), 0);
  assert_int_equal(lind_crew_create(0, &crew), LIND_OK);
  assert_int_equal(lind_crew_threads(crew), CPU_COUNT(&mask));
  lind_crew_destroy(&crew);
}

static void within_itself_nothing_is_parallel(void **state) {
  static const struct {
    int threads;
    const char *variable, *value, *sentence;
  } rows[] = {
      {0, "OMP_NUM_THREADS", "4,2",
       "OMP_NUM_THREADS is 4,2, threads within threads, which lind has not; one number, such as 4, would be right"},
      {1, "OMP_MAX_ACTIVE_LEVELS", "2",
       "OMP_MAX_ACTIVE_LEVELS is 2, threads within threads, which lind has not; 1 would be right, or nothing"},
      {1, "SLURM_STEP_TASKS_PER_NODE", "4(x2)",
       "each of 4(x2) tasks of a SLURM step started an mpirun of its own, and each would write the same directory; use one of "
       "the "
       "two: `srun --mpi=pmix lind run ...`, or `mpirun lind run ...` without srun"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    lind_crew *crew = NULL;
    (void)clear(state);
    (void)setenv("OMPI_COMM_WORLD_SIZE", "2", 1);
    (void)setenv("PMIX_RANK", "0", 1);
    (void)setenv(rows[i].variable, rows[i].value, 1);
    assert_int_equal(lind_crew_create(rows[i].threads, &crew), LIND_ERR_INPUT);
    assert_null(crew);
    assert_string_equal(lind_error_message(), rows[i].sentence);
  }
}

static void what_is_meant_otherwise_is_let_through(void **state) {
  static const struct {
    int threads;
    const char *variable, *value;
  } rows[] = {
      {2, "OMP_NUM_THREADS", "4,2"},             /* --threads says it */
      {2, "OMP_MAX_ACTIVE_LEVELS", "1"},         /* what OpenMP does anyway */
      {2, "SLURM_STEP_TASKS_PER_NODE", "1(x4)"}, /* mpirun's own daemons, one a node */
      {2, "SLURM_STEP_TASKS_PER_NODE", "1"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    (void)clear(state);
    (void)setenv("OMPI_COMM_WORLD_SIZE", "1", 1);
    (void)setenv(rows[i].variable, rows[i].value, 1);
    alone();
  }
}

/* omp_get_thread_limit is read when the process starts: asked in children. */
static void a_limit_of_threads_leaves_one_for_the_master(void **state) {
  (void)clear(state);
  static const struct {
    const char *command, *due;
  } rows[] = {
      {"OMP_THREAD_LIMIT=4 %s limit 3", "3\n"},
      {"OMP_THREAD_LIMIT=4 OMP_NUM_THREADS=2 %s limit 0", "2\n"},
      {"OMP_THREAD_LIMIT=1 %s limit 0", "1\n"},
      {"OMP_THREAD_LIMIT=4 %s limit 4",
       "4 threads and the one that hands out their work are more than OMP_THREAD_LIMIT allows, which is 4; --threads 3 would be "
       "right\n"},
      {"OMP_THREAD_LIMIT=4 OMP_NUM_THREADS=6 %s limit 0",
       "6 threads and the one that hands out their work are more than OMP_THREAD_LIMIT allows, which is 4; --threads 3 would be "
       "right\n"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char command[4096], said[512] = "";
    (void)snprintf(command, sizeof command, rows[i].command, program);
    FILE *child = popen(command, "r");
    assert_non_null(child);
    assert_non_null(fgets(said, sizeof said, child));
    (void)pclose(child);
    assert_string_equal(said, rows[i].due);
  }
}

static void a_parallel_region_around_it_is_refused(void **state) {
  (void)clear(state);
  int codes[2] = {0, 0};
#pragma omp parallel num_threads(2)
  {
    lind_crew *crew = NULL;
    codes[omp_get_thread_num()] = (int)lind_crew_create(1, &crew);
    lind_crew_destroy(&crew);
  }
  assert_int_equal(codes[0], LIND_ERR_INPUT);
  assert_int_equal(codes[1], LIND_ERR_INPUT);
}

static int say_threads(int threads) {
  lind_crew *crew = NULL;
  if (lind_crew_create(threads, &crew) == LIND_OK)
    printf("%d\n", lind_crew_threads(crew));
  else
    printf("%s\n", lind_error_message());
  lind_crew_destroy(&crew);
  return 0;
}

int main(int argc, char **argv) {
  program = argv[0];
  if (argc > 2) return say_threads(atoi(argv[2]));
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_plain_process_is_a_crew_of_one, clear),
      cmocka_unit_test_setup(a_batch_script_is_one_process, clear),
      cmocka_unit_test_setup(one_task_of_mpirun_needs_no_mpi, clear),
      cmocka_unit_test_setup(singletons_of_srun_are_refused, clear),
      cmocka_unit_test_setup(singletons_of_another_mpi_are_refused, clear),
      cmocka_unit_test_setup(singletons_of_open_mpi_are_refused, clear),
      cmocka_unit_test_setup(launchers_are_read, clear),
      cmocka_unit_test_setup(threads_are_asked_for_or_found, clear),
      cmocka_unit_test_setup(within_itself_nothing_is_parallel, clear),
      cmocka_unit_test_setup(what_is_meant_otherwise_is_let_through, clear),
      cmocka_unit_test_setup(a_limit_of_threads_leaves_one_for_the_master, clear),
      cmocka_unit_test_setup(a_parallel_region_around_it_is_refused, clear),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
