/* dry_run.c -- what a run would do, and what it would cost. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finish.h"
#include "part.h"
#include "progress.h"

/* One pack's worth of the first replicate is lived to know the speed. */
static lind_err measure_speed(const lind_study *study, double *patients_per_s) {
  const lind_plan *plan = study->stage[0].plan;
  lind_desk *desk;
  lind_tissue *tissue = study->stage[0].tissue;
  const int most = tissue != NULL ? 1 : 64, n = plan->protocol->patients < 64 ? (int)plan->protocol->patients : 64;
  if (tissue != NULL) LIND_TRY(lind_tissue_start(tissue, NULL)); /* a slice for this process alone */
  LIND_TRY(lind_desk_create(plan, &desk));
  const double began = lind_progress_now();
  lind_enrol(desk, 0, 0, n, NULL, NULL);
  lind_simulate(desk, 0, n < most ? n : most);
  *patients_per_s = (n < most ? n : most) / fmax(lind_progress_now() - began, 1e-6);
  lind_desk_destroy(&desk);
  lind_tissue_stop(tissue);
  lind_tissue_finish(tissue);
  return LIND_OK;
}

static void list_treatment(FILE *out, const lind_treatment *treatment) {
  for (int k = 0; k < treatment->dosing.n; k++) fprintf(out, " %s", treatment->dosing.at[k].text);
  for (int k = 0; k < treatment->controllers.n; k++)
    fprintf(out, "%s%s", k == 0 ? "; controllers " : " ", treatment->controllers.at[k].text);
}

/* Upper bounds: who leaves early has fewer rows. */
static void list_trajectories(FILE *out, const lind_plan *plan) {
  const lind_plan_trajectories *t = plan->trajectories;
  const double MiB = 1048576.0;
  if (t == NULL) return;
  const double rows = (double)t->n_kept * t->most, block = (double)(t->most_kept * lind_plan_trajectories_bytes(t));
  fprintf(out, "trajectories %zu patients, ", t->n_kept);
  if (t->dense)
    fprintf(out, "every %g h", t->every);
  else
    fprintf(out, "at visits");
  fprintf(out, ": up to %.0f rows of %d columns, %.1f MiB in results.h5 before compression;\n", rows, t->n_columns,
          rows * (8.0 * (t->n_columns - 1) + 1.0) / MiB);
  fprintf(out, "            of one block up to %.1f MiB, counted in the memory above\n", block / MiB);
}

/* The share of a part in the whole. */
static double share_of(const lind_study *study) {
  const lind_study_request *request = study->request;
  if (request->parts == 0) return 1.0;
  return (double)lind_part_blocks(study, request->part, request->parts) / (double)study->n_jobs;
}

static lind_err show_memory(const lind_study *study, const lind_crew *crew, int ranks_here, double held, FILE *out) {
  lind_arena *arena = NULL;
  LIND_TRY(lind_arena_create(&arena));
  lind_budget memory = lind_budget_plan(study, lind_crew_ranks(crew), lind_crew_threads(crew), held);
  memory.segments *= share_of(study);
  lind_budget_print(&memory, out);
  const char *notice = lind_budget_notice(&memory, ranks_here, arena);
  if (notice[0] != '\0') fprintf(out, "            %s\n", notice);
  lind_arena_destroy(&arena);
  return LIND_OK;
}

static void show_time(const lind_study *study, const lind_crew *crew, double speed, FILE *out) {
  const int ranks = lind_crew_ranks(crew), threads = lind_crew_threads(crew);
  const double workers = fmin((double)ranks * threads, (double)study->n_jobs);
  fprintf(out, "time        about %.0f s on ", (double)study->n_patients * share_of(study) / speed / workers);
  if (ranks * threads == 1)
    fprintf(out, "one core (%.0f patients/s measured on 64)\n", speed);
  else
    fprintf(out, "%d rank%s x %d thread%s (%.0f patients/s a core, measured on 64)\n", ranks, ranks == 1 ? "" : "s", threads,
            threads == 1 ? "" : "s", speed);
}

static lind_err show(const lind_study *study, const lind_crew *crew, int ranks_here, double held, double speed, FILE *out) {
  const lind_plan *plan = study->stage[0].plan;
  const lind_protocol *protocol = plan->protocol;
  char text[200];
  fprintf(out, "protocol    %s  %s\n", protocol->name, protocol->title);
  fprintf(out, "cohort      %s  %d columns, %s\n", plan->cohort->name, plan->cohort->n_columns, plan->cohort->path);
  fprintf(out, "model       %s  %d states, %s", plan->model->name, plan->model->n_states, plan->model->back_end);
  if (protocol->parameter_set.text != NULL) fprintf(out, ", set %s", protocol->parameter_set.text);
  char choice[250];
  fprintf(out, "\nengine      %s  ", lind_stepper_choice(plan->stepper, &plan->model->kernel, choice, sizeof choice));
  if (plan->model->kernel.n_noises > 0) fprintf(out, "noise on a grid of %g h, drift within it at ", protocol->grid);
  fprintf(out, "rtol %g, atol %g\n", plan->tolerance.relative, plan->tolerance.absolute);
  fprintf(out, "patients    %" PRIu64 " x %" PRIu64 " replicates, %d days, seed %" PRIu64 "\n", protocol->patients,
          protocol->replicates, plan->n_days, protocol->seed);
  for (int a = 0; a < protocol->n_arms; a++) {
    fprintf(out, "%s%s (%g):", a == 0 ? "arms        " : "            ", protocol->arms[a].name, protocol->arms[a].ratio);
    for (int k = 0; k < protocol->arms[a].sequence.n; k++)
      fprintf(out, "%s %s", k > 0 ? " then" : "", protocol->arms[a].sequence.at[k].text);
    if (protocol->n_periods == 1) list_treatment(out, &protocol->treatments[a]);
    fprintf(out, "\n");
  }
  for (int t = 0; protocol->n_periods > 1 && t < protocol->n_treatments; t++) {
    fprintf(out, "%s%s:", t == 0 ? "treatments  " : "            ", protocol->treatments[t].name);
    list_treatment(out, &protocol->treatments[t]);
    fprintf(out, "\n");
  }
  if (protocol->n_periods > 1)
    fprintf(out, "periods     %d of %g day, %g day between them\n", protocol->n_periods, protocol->crossover.period / 24.0,
            protocol->crossover.washout / 24.0);
  fprintf(out, "strata      %d from %d factors\nvisits     ", plan->n_strata, plan->n_strata_factors);
  for (int v = 0; v < plan->n_visits; v++) fprintf(out, " %d", plan->visits[v].day);
  fprintf(out, "\nendpoints  ");
  for (int e = 0; e < protocol->n_endpoints; e++) fprintf(out, " %s", protocol->endpoints[e].name);
  fprintf(out, "\nparameters  (those not at their default)\n");
  for (int k = 0; k < plan->model->n_parameters; k++)
    if (strcmp(plan->origin[k], "default") != 0)
      fprintf(out, "            %s = %g %s  (%s)\n", plan->model->parameters[k].name,
              plan->values.parameters[k] / plan->model->parameters[k].unit.scale, plan->model->parameters[k].unit.text,
              plan->origin[k]);
  fprintf(out, "stages      %d (%d scenarios of the sensitivity grid, %d points of the robustness grid twice)\n", study->n_stages,
          study->first_judged - 1, study->n_judged / 2);
  fprintf(out, "blocks      %" PRIu64 " of up to %" PRIu64 " seats\n", study->n_jobs, plan->block_seats);
  if (study->request->parts > 0)
    fprintf(out, "part        %" PRIu64 " of %" PRIu64 ": %" PRIu64 " of these blocks\n", study->request->part,
            study->request->parts, lind_part_blocks(study, study->request->part, study->request->parts));
  LIND_TRY(show_memory(study, crew, ranks_here, held, out));
  list_trajectories(out, plan);
  fprintf(out, "%s", lind_finish_left_out(protocol, text, sizeof text));
  show_time(study, crew, speed, out);
  fprintf(out, "plan hash   %s\n", study->hash);
  return LIND_OK;
}

lind_err lind_finish_dry_run(lind_study *study, lind_crew *crew, double held, FILE *out) {
  int ranks_here;
  double speed;
  LIND_TRY(lind_crew_most(crew, &held, 1));
  LIND_TRY(lind_budget_neighbours(crew, &ranks_here));
  LIND_TRY(lind_crew_agree(crew, measure_speed(study, &speed))); /* all at once, as in the run */
  return lind_crew_agree(crew, lind_crew_rank(crew) == 0 ? show(study, crew, ranks_here, held, speed, out) : LIND_OK);
}
