/* export.c -- `lind export`: the tables of results.h5 as CSV. */
#include <string.h>
#include <unistd.h>

#include "finish.h"
#include "lind/csv.h"
#include "past.h"

typedef struct export_request {
  const char *format, *out;
  lind_option_list tables;
} export_request;

/* "trajectories/inr" -> OUT/trajectories-inr.csv */
static const char *file_of(const char *out, const char *table, lind_arena *arena) {
  char *path = lind_arena_format(arena, "%s/%s.csv", out, table);
  if (path == NULL) return NULL;
  for (char *c = path + strlen(out) + 1; *c != '\0'; c++)
    if (*c == '/') *c = '-';
  return path;
}

static const char *const judged[] = {"truth", "truth_no_effect", "bias",     "bias_mcse",     "type_one", "type_one_mcse",
                                     "power", "power_mcse",      "coverage", "coverage_mcse", "saved",    NULL};

static void write_point(FILE *file, int number, const json_t *point) {
  size_t i;
  const json_t *row;
  json_array_foreach(json_object_get(point, "rows"), i, row) {
    fprintf(file, "%d", number);
    for (int a = 0; a < LIND_ROBUST_AXES; a++) {
      fputc(',', file);
      lind_csv_put(file, lind_past_text(point, lind_protocol_robust_axes[a]));
    }
    fprintf(file, ",%s", lind_past_text(row, "analysis"));
    for (int k = 0; judged[k] != NULL; k++) {
      const json_t *value = json_object_get(row, judged[k]);
      fputc(',', file);
      if (json_is_number(value)) fprintf(file, "%.17g", json_number_value(value));
    }
    fprintf(file, ",%d\n", json_is_true(json_object_get(row, "too_few")));
  }
}

/* Estimates of synthetic controls do not go anywhere without what they would be worth if the twin were wrong. */
static lind_err write_robustness(const lind_past *past, const char *out, lind_arena *arena) {
  const json_t *points = json_object_get(json_object_get(past->estimates, "robustness"), "points"), *point;
  size_t i;
  if (json_array_size(points) == 0) return LIND_OK;
  const char *path = lind_arena_format(arena, "%s/robustness.csv", out);
  FILE *file = path != NULL ? fopen(path, "wb") : NULL;
  LIND_CHECK(file != NULL, LIND_ERR_FILE, "%s/robustness.csv cannot be written", out);
  fprintf(file, "point,drift,slope,population,analysis");
  for (int k = 0; judged[k] != NULL; k++) fprintf(file, ",%s", judged[k]);
  fprintf(file, ",too_few\n");
  json_array_foreach(points, i, point) write_point(file, (int)i, point);
  const bool ok = ferror(file) == 0;
  LIND_CHECK(fclose(file) == 0 && ok, LIND_ERR_FILE, "%s cannot be written", path);
  printf("%s\n", path);
  return LIND_OK;
}

static lind_err write_table(const lind_past *past, const char *table, const char *out, lind_arena *arena) {
  while (*table == '/') table++;
  const char *path = file_of(out, table, arena), *group = lind_arena_format(arena, "/%s", table);
  LIND_CHECK(path != NULL && group != NULL, LIND_ERR_MEMORY, "no memory for a path");
  LIND_TRY(lind_results_csv(past->results, group, path));
  printf("%s\n", path);
  return strcmp(table, "estimates/replicates") == 0 ? write_robustness(past, out, arena) : LIND_OK;
}

/* Patients are there only if the protocol stores them, curves only if it draws one. */
static lind_err write_all(const lind_past *past, const char *out, lind_arena *arena) {
  int n, written = 0;
  const char *const *tables = lind_past_tables(past, arena, &n);
  LIND_CHECK(tables != NULL, LIND_ERR_MEMORY, "no memory for the names of tables");
  for (int t = 0; t < n; t++) {
    const lind_err err = write_table(past, tables[t], out, arena);
    if (err == LIND_ERR_INPUT) continue; /* this run has no such table */
    LIND_TRY(err);
    written++;
  }
  LIND_CHECK(written > 0, LIND_ERR_INPUT, "%s holds none of the tables of a run", past->results);
  return LIND_OK;
}

static lind_err check_format(const char *format) {
  LIND_CHECK(format != NULL, LIND_ERR_INPUT, "--format is missing; --format csv would be right");
  LIND_CHECK(strcmp(format, "csv") == 0, LIND_ERR_INPUT,
             "--format %s is not offered; --format csv is, and other programs read it", format);
  return LIND_OK;
}

static lind_err write_named(const lind_past *past, const export_request *r, const char *out, lind_arena *arena) {
  if (r->tables.n == 0) return write_all(past, out, arena);
  for (int t = 0; t < r->tables.n; t++) LIND_TRY(write_table(past, r->tables.at[t], out, arena));
  return LIND_OK;
}

static lind_err write_tables(const lind_past *past, const export_request *r, const char *out, lind_arena *arena) {
  LIND_CHECK(access(past->results, F_OK) == 0, LIND_ERR_INPUT,
             "%s: there is no such file; `lind export` takes the directory of a finished run", past->results);
  const bool is_new = access(out, F_OK) != 0;
  LIND_TRY(lind_finish_directories(out));
  const lind_err err = write_named(past, r, out, arena);
  if (err != LIND_OK && is_new) (void)rmdir(out); /* bad input leaves nothing: it goes if it is empty */
  return err;
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  export_request r = {0};
  const lind_option options[] = {{"--format", LIND_OPTION_TEXT, &r.format},
                                 {"--table", LIND_OPTION_LIST, &r.tables},
                                 {"--out", LIND_OPTION_TEXT, &r.out},
                                 {0}};
  const char *directory;
  int given;
  lind_past past;
  LIND_TRY(lind_options_read(n, arguments, options, &directory, 1, &given));
  LIND_CHECK(given == 1, LIND_ERR_INPUT, "export which run? lind export DIR --format csv");
  LIND_TRY(check_format(r.format));
  LIND_TRY(lind_past_create(directory, "export", arena, &past));
  const char *out = r.out != NULL ? r.out : lind_arena_format(arena, "%s/csv", directory);
  const lind_err err = past.fault != NULL ? lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "%s", past.fault)
                                          : write_tables(&past, &r, out, arena);
  lind_past_release(&past);
  return err;
}

const lind_command lind_command_export = {
    .name = "export",
    .usage = "export DIR --format csv [--table patients|outcomes|...]... [--out DIR2]",
    .summary = "Write the tables of DIR/results.h5 as CSV files into DIR2 (default DIR/csv).",
    .run = run,
};
