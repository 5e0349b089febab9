/* plan_unsure.c -- the plan's side of unsure.h. Every replicate's set is tried while planning, so that none can fail later. */
#include <string.h>

#include "lind/unsure.h"
#include "plan_parts.h"
#include "values.h"

static lind_err try_replicates(lind_plan *plan, lind_where where, lind_arena *arena) {
  lind_plan_values values = {0};
  const lind_unsure *unsure = plan->unsure;
  LIND_TRY(lind_values_take(plan, arena, &values));
  uint64_t n = plan->protocol->replicates;
  if (unsure->sets != NULL && n > unsure->n_sets) n = unsure->n_sets;
  for (uint64_t r = 0; r < n; r++) {
    const lind_err err = lind_values_draw(plan, (uint32_t)r, &values);
    if (err != LIND_OK)
      return lind_error_fail_at(LIND_ERR_INPUT, where, "the parameters of replicate %llu cannot be used: %s%s",
                                (unsigned long long)r, lind_error_message(),
                                unsure->sets == NULL ? "; a parameter that must be positive belongs under uncertainty.log" : "");
  }
  return LIND_OK;
}

/* Report says of each uncertain parameter where its values come from. */
static lind_err note_origins(lind_plan *plan, lind_words file, lind_arena *arena) {
  const char **origin;
  const int n = plan->model->n_parameters;
  LIND_TAKE(origin, arena, n);
  memcpy(origin, plan->origin, (size_t)n * sizeof *origin);
  for (int i = 0; i < plan->unsure->n; i++) {
    const int k = plan->unsure->parameter[i];
    LIND_CHECK_AT(
        plan->unsure->sets == NULL || strcmp(plan->origin[k], "protocol") != 0, LIND_ERR_INPUT, file.where,
        "%s has a column %s, and model.parameters gives it a value that no replicate would live by; leave one of them out",
        file.text, plan->model->parameters[k].name);
    origin[k] = lind_arena_format(arena, "%s, uncertain: %s", plan->origin[k], file.text);
  }
  plan->origin = origin;
  return LIND_OK;
}

static lind_err add_streams(lind_plan *plan) {
  const lind_unsure *unsure = plan->unsure;
  char words[LIND_UNSURE_STREAM];
  for (int i = 0; unsure->sets == NULL && i < unsure->n; i++) {
    LIND_TRY(lind_unsure_stream(plan->model->parameters[unsure->parameter[i]].name, words));
    LIND_TRY(lind_random_purposes_add(&plan->purposes, words));
  }
  return LIND_OK;
}

lind_err lind_plan_parts_unsure(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  const bool matrix = protocol->uncertain_covariance.text != NULL;
  const lind_words file = matrix ? protocol->uncertain_covariance : protocol->uncertain_sets;
  const lind_unsure_log logs = {"uncertainty.log", protocol->uncertain_log.n, protocol->uncertain_log.at};
  const lind_csv *csv;
  if (file.text == NULL) return LIND_OK;
  const lind_err err = lind_csv_read(lind_protocol_path(file.text, file.where.file, arena), arena, &csv);
  if (err != LIND_OK) return lind_error_fail_at(err, file.where, "%s", lind_error_message());
  LIND_TRY(lind_unsure_read(csv, matrix, logs, plan->model, plan->values.parameters, arena, &plan->unsure));
  plan->unsure_digest = csv->digest;
  LIND_TRY(add_streams(plan));
  LIND_TRY(note_origins(plan, file, arena));
  return try_replicates(plan, file.where, arena);
}
