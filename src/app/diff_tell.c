/* diff_tell.c -- `lind diff`: the comparison in words, and its exit status. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"

static bool is_true(const json_t *diff, const char *key) { return json_is_true(json_object_get(diff, key)); }

bool lind_diff_is_same(const json_t *diff) {
  return is_true(diff, "same_study") && is_true(diff, "same_digest") && is_true(diff, "same_bytes");
}

static void value_tell(const json_t *value, FILE *out) {
  if (json_is_object(value) && json_object_get(value, "sha256") != NULL) {
    (void)fprintf(out, "%s (%.12s)", lind_past_text(value, "path"), lind_past_text(value, "sha256"));
  } else if (json_is_string(value)) {
    (void)fputs(json_string_value(value), out);
  } else if (value == NULL || json_is_null(value)) {
    (void)fputs("nothing", out);
  } else {
    (void)json_dumpf(value, out, JSON_ENCODE_ANY | JSON_COMPACT);
  }
}

static void list_tell(const json_t *diff, const char *key, const char *title, const char *none, FILE *out) {
  const json_t *list = json_object_get(diff, key);
  size_t i;
  json_t *item;
  if (json_array_size(list) == 0) {
    (void)fprintf(out, "%-12s%s\n", title, none);
    return;
  }
  json_array_foreach(list, i, item) {
    (void)fprintf(out, "%-12s%s: ", i == 0 ? title : "", lind_past_text(item, "what"));
    value_tell(json_object_get(item, "a"), out);
    (void)fputs(" | ", out);
    value_tell(json_object_get(item, "b"), out);
    (void)fputc('\n', out);
  }
}

static void columns_tell(const json_t *diff, FILE *out) {
  enum { MOST = 20 };
  const json_t *list = json_object_get(diff, "columns");
  size_t i;
  json_t *c;
  if (is_true(diff, "same_bytes")) {
    (void)fprintf(out, "results.h5  the same bytes\n");
    return;
  }
  (void)fprintf(out, "results.h5  other bytes, %s digest; %zu columns differ\n",
                is_true(diff, "same_digest") ? "the same" : "another", json_array_size(list));
  json_array_foreach(list, i, c) {
    if (i == MOST) {
      (void)fprintf(out, "            ... and %zu more\n", json_array_size(list) - MOST);
      break;
    }
    const char *table = lind_past_text(c, "table"), *column = lind_past_text(c, "column"), *only = lind_past_text(c, "only_in");
    const bool bare = strcmp(lind_past_text(c, "unit"), "1") == 0;
    if (only[0] != '\0')
      (void)fprintf(out, "            %s/%s only in %s\n", table, column, lind_past_text(diff, only));
    else
      (void)fprintf(
          out, "            %s/%s: %lld rows (%lld and %lld there), by up to %.3g%s%s, %.2g of the value\n", table, column,
          (long long)json_integer_value(json_object_get(c, "rows")), (long long)json_integer_value(json_object_get(c, "rows_a")),
          (long long)json_integer_value(json_object_get(c, "rows_b")), json_number_value(json_object_get(c, "largest")),
          bare ? "" : " ", bare ? "" : lind_past_text(c, "unit"), json_number_value(json_object_get(c, "largest_relative")));
  }
}

static void number_tell(const json_t *object, const char *key, FILE *out) {
  const json_t *value = json_object_get(object, key);
  if (json_is_number(value))
    (void)fprintf(out, " %12.6g", json_number_value(value));
  else
    (void)fprintf(out, " %12s", "-");
}

static void estimates_tell(const json_t *diff, FILE *out) {
  size_t i;
  json_t *e;
  (void)fprintf(out, "\n%-40s %12s %12s %12s %12s %12s %12s  unit\n", "estimates", "a", "b", "b - a", "in MC errors", "power a",
                "power b");
  json_array_foreach(json_object_get(diff, "estimates"), i, e) {
    char name[128];
    (void)snprintf(name, sizeof name, "%s/%s/%s", lind_past_text(e, "analysis"), lind_past_text(e, "group"),
                   lind_past_text(e, "level"));
    (void)fprintf(out, "%-40s", name);
    static const char *const keys[] = {"a", "b", "difference", "in_mcse", "power_a", "power_b"};
    for (int k = 0; k < 6; k++) number_tell(e, keys[k], out);
    (void)fprintf(out, "  %s\n", lind_past_text(e, "unit"));
  }
}

void lind_diff_tell(const json_t *diff, FILE *out) {
  (void)fprintf(out, "a           %s\nb           %s\nstudy       %s\n", lind_past_text(diff, "a"), lind_past_text(diff, "b"),
                is_true(diff, "same_study") ? "the same" : "another");
  list_tell(diff, "inputs", "inputs", "the same files", out);
  list_tell(diff, "settings", "settings", "the same", out);
  list_tell(diff, "makers", "made by", "the same program on the same class of machine", out);
  columns_tell(diff, out);
  if (!lind_diff_is_same(diff)) estimates_tell(diff, out);
  if (!is_true(diff, "same_study") || lind_diff_is_same(diff)) return;
  const json_t *place = json_object_get(diff, "first_block");
  (void)fprintf(out, "\nTHIS SHOULD NEVER HAPPEN: one study has two results.\n");
  if (json_is_object(place))
    (void)fprintf(out, "The first block that differs is block %lld of stage %lld.\n",
                  (long long)json_integer_value(json_object_get(place, "block")),
                  (long long)json_integer_value(json_object_get(place, "stage")));
  (void)fprintf(
      out, "`lind verify` says which of the two is damaged; if both hold, it is a fault of lind or of a machine: report it.\n");
}

static lind_err take(const char *const directories[2], lind_arena *arena, lind_past pasts[2]) {
  for (int i = 0; i < 2; i++) {
    LIND_TRY(lind_past_create(directories[i], "diff", arena, &pasts[i]));
    LIND_CHECK(pasts[i].fault == NULL, LIND_ERR_FILE, "%s", pasts[i].fault);
  }
  return LIND_OK;
}

static lind_err compare(const char *const directories[2], bool json, lind_arena *arena) {
  lind_past pasts[2] = {0};
  const lind_err err = take(directories, arena, pasts);
  if (err != LIND_OK) {
    lind_past_release(&pasts[0]);
    lind_past_release(&pasts[1]);
    return err;
  }
  json_t *diff = lind_diff_make(&pasts[0], &pasts[1], arena);
  const bool same = lind_diff_is_same(diff);
  if (json) {
    (void)json_dumpf(diff, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(17));
    (void)fputc('\n', stdout);
  } else {
    lind_diff_tell(diff, stdout);
  }
  json_decref(diff);
  lind_past_release(&pasts[0]);
  lind_past_release(&pasts[1]);
  (void)fflush(stdout);
  LIND_CHECK(same, LIND_ERR_NUMERIC, "%s and %s differ", directories[0], directories[1]);
  return LIND_OK;
}

static lind_err run(int n, char **arguments, lind_arena *arena) {
  bool json = false;
  const lind_option options[] = {{"--json", LIND_OPTION_FLAG, &json}, {0}};
  const char *directories[2];
  int given;
  LIND_TRY(lind_options_read(n, arguments, options, directories, 2, &given));
  LIND_CHECK(given == 2, LIND_ERR_INPUT, "which two runs? lind diff A B");
  return compare(directories, json, arena);
}

const lind_command lind_command_diff = {
    .name = "diff",
    .usage = "diff A B [--json]",
    .summary = "Two runs: which inputs, settings, numbers and estimates differ. Status 0: none, 1: some.",
    .run = run,
};
