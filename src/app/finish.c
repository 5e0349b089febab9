#include "finish.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "courses.h"
#include "lind/estimates.h"
#include "lind/report.h"
#include "reduction.h"
#include "sums.h"

const char *lind_finish_class(void) { return "x86-64-v3, SLEEF finz"; }

lind_err lind_finish_directories(const char *path) {
  char part[4096];
  const size_t length = strlen(path);
  LIND_CHECK(length > 0 && length < sizeof part, LIND_ERR_INPUT, "--out is empty or too long");
  for (size_t i = 1; i <= length; i++) {
    if (path[i] != '/' && path[i] != '\0') continue;
    memcpy(part, path, i);
    part[i] = '\0';
    if (mkdir(part, 0777) == 0 || errno == EEXIST) continue;
    const bool is_disk = errno == EROFS || errno == ENOSPC || errno == EDQUOT || errno == EIO; /* no fault of the command */
    LIND_CHECK(false, is_disk ? LIND_ERR_FILE : LIND_ERR_INPUT, "%s cannot be made: %s; or choose another --out", part,
               lind_error_reason(errno));
  }
  struct stat status;
  LIND_CHECK(stat(path, &status) == 0 && S_ISDIR(status.st_mode), LIND_ERR_INPUT,
             "--out %s is a file, not a directory; choose another", path);
  return LIND_OK;
}

lind_err lind_finish_file(const char *path, const char *text) { return lind_store_write(path, text); }

/* What an arm's life costs: the engine's work in the main study, and time of one core in all that was lived now. */
static const char *add_cost(const lind_finish *finish, const lind_tally *tally, const char *text, lind_arena *arena) {
  const lind_plan *plan = tally->layout->plan;
  char choice[250];
  int64_t rescued = 0;
  text = lind_arena_format(arena, "%s\nengine %s\nfor each patient\n%-20s %10s %10s %16s %18s\n", text,
                           lind_stepper_choice(plan->stepper, &plan->model->kernel, choice, sizeof choice), "arm", "steps",
                           "rejected", "rates (of 8)", "patients/s (core)");
  for (int a = 0; a < plan->protocol->n_arms && a < LIND_STUDY_ARMS; a++) {
    const int64_t *counts = tally->counts + LIND_FLOW_ARMS + a * LIND_FLOW_PER_ARM;
    const double n = fmax(1.0, (double)counts[LIND_FLOW_RANDOMISED]), lives = (double)finish->study->cost[a].lives;
    text = lind_arena_format(arena, "%s%-20s %10.1f %10.2f %16.1f %18.0f\n", text, plan->protocol->arms[a].name,
                             (double)counts[LIND_FLOW_STEPS] / n, (double)counts[LIND_FLOW_REJECTED] / n,
                             (double)counts[LIND_FLOW_RHS] / n,
                             lives / fmax(1e-9, 1e-9 * (double)finish->study->cost[a].nanoseconds));
    rescued += counts[LIND_FLOW_RESCUED];
  }
  return lind_arena_format(arena, "%srescued by cvode: %lld times\n", text, (long long)rescued);
}

static lind_err write_log(const lind_finish *finish, const lind_tally *tally, lind_arena *arena) {
  char hex[33], words[200];
  const char *text = lind_arena_format(
      arena, "%llu patients in %d stages, %llu of them lived now, %d ranks x %d threads, %.1f s, %.0f patients/s\ndigest %s\n",
      (unsigned long long)finish->study->n_patients, finish->study->n_stages, (unsigned long long)finish->study->n_lived,
      finish->ranks, finish->threads, finish->seconds, (double)finish->study->n_lived / finish->seconds,
      lind_digest_text(tally->digest, hex));
  text = add_cost(finish, tally, text, arena);
  text = lind_arena_format(arena, "%s%s", text, lind_finish_left_out(tally->layout->plan->protocol, words, sizeof words));
  if (finish->posts != NULL) text = lind_arena_format(arena, "%s%s", text, lind_posts_text(finish->posts, arena));
  return lind_finish_file(lind_arena_format(arena, "%s/log.txt", finish->out), text);
}

/* A study counts as finished when its results and their sums are there; what was there of a smaller one counts no more. */
static lind_err begin_writing(const lind_finish *finish, lind_arena *arena) {
  const char *sums = lind_arena_format(arena, "%s/checksums.txt", finish->out);
  LIND_CHECK(unlink(sums) == 0 || errno == ENOENT, LIND_ERR_FILE, "%s cannot be deleted: %s", sums, lind_error_reason(errno));
  return LIND_OK;
}

bool lind_finish_is_done(const char *out, const lind_study *study, lind_arena *arena) {
  char *hash;
  if (access(lind_arena_format(arena, "%s/checksums.txt", out), R_OK) != 0) return false;
  if (lind_sums_guard(out, "results.h5", arena) != LIND_OK) {
    fprintf(stderr, "lind: %s; it is made again\n", lind_error_message());
    return false;
  }
  if (lind_results_read_text(lind_arena_format(arena, "%s/results.h5", out), "/provenance/plan_hash", &hash) != LIND_OK)
    return false;
  const bool same = strcmp(hash, study->hash) == 0;
  free(hash);
  return same;
}

/* Behind the log, because the tables are not written before it: what was planned, and what it took. */
static lind_err log_memory(const lind_finish *finish, lind_arena *arena) {
  const double mib = 1048576.0, peak = lind_budget_peak();
  if (finish->budget == NULL) return LIND_OK;
  const char *path = lind_arena_format(arena, "%s/log.txt", finish->out);
  FILE *file = fopen(path, "a");
  LIND_CHECK(file != NULL, LIND_ERR_FILE, "%s cannot be written: %s", path, lind_error_reason(errno));
  lind_budget_print(finish->budget, file);
  fprintf(file, "            peak %.1f MiB of any rank while patients lived, %.1f MiB of rank 0 in the end\n", finish->most / mib,
          peak / mib);
  LIND_CHECK(fclose(file) == 0, LIND_ERR_FILE, "%s cannot be written: %s", path, lind_error_reason(errno));
  return LIND_OK;
}

static lind_err estimates_text(const lind_finish *finish, lind_tally *const tallies[], lind_arena *arena, const char **kept) {
  const lind_study *study = finish->study;
  const char *trajectories;
  LIND_TRY(lind_courses_write(finish, arena, &trajectories));
  const lind_estimates_input input = {.main = tallies[0],
                                      .n_scenarios = study->first_judged - 1,
                                      .scenarios = (const lind_tally *const *)(tallies + 1),
                                      .n_judged = study->n_judged,
                                      .judged = (const lind_tally *const *)(tallies + study->first_judged),
                                      .pictures = study->pictures,
                                      .trajectories = trajectories};
  char *estimates;
  LIND_TRY(lind_estimates_create(&input, &estimates));
  *kept = lind_arena_text(arena, estimates);
  free(estimates);
  LIND_CHECK(*kept != NULL, LIND_ERR_MEMORY, "no memory for estimates.json");
  return LIND_OK;
}

static lind_err write_all(const lind_finish *finish, lind_tally *const tallies[], lind_arena *arena) {
  const char *kept;
  const char *estimates_path = lind_arena_format(arena, "%s/estimates.json", finish->out);
  const char *provenance_path = lind_arena_format(arena, "%s/provenance.json", finish->out);
  const char *report_path = lind_arena_format(arena, "%s/report.html", finish->out);
  LIND_TRY(begin_writing(finish, arena));
  LIND_TRY(estimates_text(finish, tallies, arena, &kept));
  LIND_TRY(lind_finish_file(estimates_path, kept));
  LIND_TRY(lind_finish_provenance(finish, provenance_path, arena));
  LIND_TRY(write_log(finish, tallies[0], arena));
  LIND_TRY(lind_report_write(estimates_path, provenance_path, report_path));
  LIND_TRY(lind_finish_results(finish, tallies[0], kept, arena));
  LIND_TRY(log_memory(finish, arena));
  LIND_TRY(lind_sums_write(finish->out, arena)); /* last: where it is, a study counts as finished */
  if (finish->drop_segments) LIND_TRY(lind_store_clean(finish->store));
  if (finish->json) return fputs(kept, stdout) >= 0 ? LIND_OK : LIND_ERR_FILE;
  LIND_TRY(lind_report_answer(kept, stdout));
  printf("\n");
  if (finish->study->n_lived > 0) printf("%.0f patients/s; ", (double)finish->study->n_lived / finish->seconds);
  printf("report: %s\n", report_path);
  return LIND_OK;
}

lind_err lind_finish_write(const lind_finish *finish, lind_crew *crew, lind_arena *arena) {
  lind_tally *tallies[LIND_STUDY_STAGES] = {NULL};
  lind_err err = lind_reduction_run(finish->study, crew, finish->store, finish->out, tallies);
  if (err == LIND_OK && lind_crew_rank(crew) == 0) err = write_all(finish, tallies, arena);
  for (int s = 0; s < LIND_STUDY_STAGES; s++) lind_tally_destroy(&tallies[s]);
  return lind_crew_agree(crew, err);
}

lind_err lind_finish_again(const lind_finish *finish, lind_arena *arena, const char **estimates) {
  lind_tally *tallies[LIND_STUDY_STAGES] = {NULL};
  lind_err err = lind_reduction_run(finish->study, NULL, finish->store, finish->out, tallies);
  if (err == LIND_OK) err = estimates_text(finish, tallies, arena, estimates);
  if (err == LIND_OK) err = lind_finish_results(finish, tallies[0], *estimates, arena);
  for (int s = 0; s < LIND_STUDY_STAGES; s++) lind_tally_destroy(&tallies[s]);
  return err;
}
