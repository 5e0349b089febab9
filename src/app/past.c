#include "past.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sums.h"

static lind_err document(const char *directory, const char *name, const char *command, lind_arena *arena, const char **path,
                         json_t **root) {
  json_error_t error;
  *path = lind_arena_format(arena, "%s/%s", directory, name);
  LIND_CHECK(*path != NULL, LIND_ERR_MEMORY, "no memory for a path");
  const bool there = access(*path, F_OK) == 0;
  LIND_CHECK(there || errno == ENOENT || errno == ENOTDIR, LIND_ERR_FILE, "%s cannot be read: %s", *path, strerror(errno));
  LIND_CHECK(there, LIND_ERR_INPUT, "%s: there is no such file; `lind %s` takes the directory of a finished run", *path, command);
  *root = json_load_file(*path, 0, &error);
  if (*root == NULL) LIND_TRY(lind_sums_guard(directory, name, arena)); /* damaged, not a wrong word of the user */
  LIND_CHECK(*root != NULL, LIND_ERR_INPUT, "%s:%d:%d: %s", *path, error.line, error.column, error.text);
  if (json_is_object(*root)) return LIND_OK;
  json_decref(*root);
  *root = NULL;
  LIND_CHECK(false, LIND_ERR_INPUT, "%s holds no JSON object", *path);
}

lind_err lind_past_create(const char *directory, const char *command, lind_arena *arena, lind_past *past) {
  lind_past made = {.directory = directory,
                    .results = lind_arena_format(arena, "%s/results.h5", directory),
                    .report = lind_arena_format(arena, "%s/report.html", directory)};
  LIND_TRY(document(directory, "estimates.json", command, arena, &made.estimates_path, &made.estimates));
  const bool opens = strcmp(command, "verify") == 0 || strcmp(command, "export") == 0 || strcmp(command, "diff") == 0 ||
                     strcmp(command, "patient") == 0;
  if (opens && access(made.results, R_OK) == 0 && lind_sums_guard(directory, "results.h5", arena) != LIND_OK)
    made.fault = lind_arena_text(arena, lind_error_message());
  const lind_err err = document(directory, "provenance.json", command, arena, &made.provenance_path, &made.provenance);
  if (err != LIND_OK) {
    lind_past_release(&made);
    return err;
  }
  *past = made;
  return LIND_OK;
}

void lind_past_release(lind_past *past) {
  json_decref(past->estimates);
  json_decref(past->provenance);
  past->estimates = past->provenance = NULL;
}

const char *lind_past_text(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text != NULL ? text : "";
}

const char *lind_past_path(const lind_past *past, const char *written, lind_arena *arena) {
  const char *start = lind_past_text(past->provenance, "directory");
  if (written[0] == '/' || start[0] == '\0' || access(written, F_OK) == 0) return written;
  const char *joined = lind_arena_format(arena, "%s/%s", start, written);
  return joined != NULL && access(joined, F_OK) == 0 ? joined : written;
}

const char *lind_past_shown(const json_t *value, lind_arena *arena) {
  char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  const char *kept = text != NULL ? lind_arena_text(arena, text) : "none";
  free(text);
  return kept;
}

bool lind_past_is_one(const char *a, const char *b) {
  struct stat one, other;
  return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool lind_past_is_same_bytes(const char *a, const char *b) {
  char one[65], other[65];
  return lind_digest_file(a, one) == LIND_OK && lind_digest_file(b, other) == LIND_OK && strcmp(one, other) == 0;
}

const char *const *lind_past_tables(const lind_past *past, lind_arena *arena, int *n) {
  static const char *const always[] = {
      "/patients", "/outcomes", "/tallies/flow", "/estimates/replicates", "/estimates/stored", "/trajectories/patients"};
  enum { ALWAYS = sizeof always / sizeof *always };
  const json_t *curves = json_object_get(past->estimates, "curves");
  const char **tables = lind_arena_take(arena, ALWAYS + json_array_size(curves), sizeof *tables);
  if (tables == NULL) return NULL;
  memcpy(tables, always, sizeof always);
  *n = ALWAYS;
  for (size_t i = 0; i < json_array_size(curves); i++) {
    tables[*n] = lind_arena_format(arena, "/trajectories/%s", lind_past_text(json_array_get(curves, i), "output"));
    if (tables[(*n)++] == NULL) return NULL;
  }
  return tables;
}

/* ---- the study again -------------------------------------------------------------------------------------- */

static const char *protocol_path(const lind_past *past, lind_arena *arena) {
  size_t i;
  json_t *input;
  json_array_foreach(json_object_get(past->provenance, "inputs"), i, input) {
    if (strcmp(lind_past_text(input, "role"), "protocol") == 0) return lind_past_path(past, lind_past_text(input, "path"), arena);
  }
  return NULL;
}

static lind_err count(const lind_past *past, const char *key, uint64_t *value) {
  const json_t *number = json_object_get(past->provenance, key);
  LIND_CHECK(json_is_integer(number), LIND_ERR_INPUT, "%s does not say '%s', so its run cannot be repeated",
             past->provenance_path, key);
  *value = (uint64_t)json_integer_value(number);
  return LIND_OK;
}

lind_err lind_past_wire(const lind_past *past, lind_arena *arena, lind_study **study) {
  lind_study_request *request;
  size_t i;
  json_t *text;
  LIND_TAKE(request, arena, 1); /* the study refers to it */
  request->path = protocol_path(past, arena);
  LIND_CHECK(request->path != NULL, LIND_ERR_INPUT, "%s names no protocol among its inputs", past->provenance_path);
  LIND_TRY(count(past, "patients", &request->patients));
  LIND_TRY(count(past, "replicates", &request->replicates));
  LIND_TRY(count(past, "seed", &request->seed));
  request->no_sensitivity = json_is_true(json_object_get(past->provenance, "no_sensitivity"));
  json_array_foreach(json_object_get(past->provenance, "set"), i, text) {
    LIND_CHECK(json_is_string(text) && request->set.n < (int)(sizeof request->set.at / sizeof *request->set.at), LIND_ERR_INPUT,
               "%s: 'set' is not a list of up to 64 texts", past->provenance_path);
    request->set.at[request->set.n++] = lind_arena_text(arena, json_string_value(text));
  }
  return lind_study_create(request, arena, study);
}

lind_err lind_past_study(const lind_past *past, lind_arena *arena, lind_study **study) {
  LIND_TRY(lind_past_wire(past, arena, study));
  return lind_study_start(*study, NULL);
}

/* The hash of estimates.json is that of stage 0; provenance.json has the hash of all stages. */
bool lind_past_is_same(const lind_past *past, const lind_study *study) {
  char hex[33];
  return strcmp(lind_past_text(past->provenance, "plan_hash"), study->hash) == 0 &&
         strcmp(lind_past_text(past->estimates, "plan_hash"), lind_digest_text(study->stage[0].plan->hash, hex)) == 0;
}

/* ---- a seat again ----------------------------------------------------------------------------------------- */

uint64_t lind_past_block(const lind_study *study, uint64_t replicate, uint64_t seat) {
  const lind_plan *plan = study->stage[0].plan;
  if (plan->block_replicates > 0) return replicate / plan->block_replicates;
  return replicate * lind_plan_blocks_per_replicate(plan) + seat / LIND_BLOCK_CUT;
}

lind_err lind_past_base(const lind_study *study, lind_runner *runner, uint64_t block, lind_arena *arena, const uint64_t **base) {
  const lind_plan *plan = study->stage[0].plan;
  const uint64_t per = lind_plan_blocks_per_replicate(plan);
  *base = NULL;
  if (plan->block_replicates > 0) return LIND_OK;
  uint64_t *before, *here;
  LIND_TAKE(before, arena, plan->n_strata);
  LIND_TAKE(here, arena, plan->n_strata);
  for (uint64_t b = block / per * per; b < block; b++) {
    lind_runner_count(runner, b, here);
    for (int k = 0; k < plan->n_strata; k++) before[k] += here[k];
  }
  *base = before;
  return LIND_OK;
}

lind_err lind_past_replay(const lind_study *study, lind_runner *runner, uint64_t replicate, uint64_t seat, lind_arena *arena,
                          const lind_desk **desk, int *at) {
  const uint64_t *base;
  const lind_arena_place place = lind_arena_mark(arena);
  LIND_TRY(lind_past_base(study, runner, lind_past_block(study, replicate, seat), arena, &base));
  const lind_err err = lind_runner_replay(runner, (uint32_t)replicate, seat, base, desk, at);
  lind_arena_rewind(arena, place);
  return err;
}

void lind_past_endpoints(const lind_layout *layout, const lind_desk *desk, int seat, double *values, double *events) {
  const double *measured[64];
  lind_history history;
  lind_desk_history(desk, seat, measured, &history);
  for (int reading = 0; reading < layout->n_endpoints * layout->n_periods; reading++) {
    const char *unit;
    const int e = reading / layout->n_periods;
    events[reading] = 0.0;
    values[reading] = NAN;
    if (history.reason == LIND_END_FAILED) continue; /* a failed lane's history is not evidence */
    values[reading] = lind_readings_value(layout, e, reading % layout->n_periods, &history, &events[reading]) *
                      lind_layout_scale(layout, e, &unit);
  }
}
