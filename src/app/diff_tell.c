/* diff_tell.c -- `lind diff`: the comparison in words, and its exit status. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"

static bool is_true(const json_t *diff, const char *key) { return json_is_true(json_object_get(diff, key)); }

bool lind_diff_is_same(const json_t *diff) {
  return is_true(diff, "same_study") && is_true(diff, "same_digest") && is_true(diff, "same_bytes") &&
         is_true(diff, "same_documents") && json_array_size(json_object_get(diff, "damaged")) == 0;
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

static long long whole(const json_t *object, const char *key) {
  return (long long)json_integer_value(json_object_get(object, key));
}

static void column_tell(const json_t *c, const json_t *diff, FILE *out) {
  const char *only = lind_past_text(c, "only_in"), *unit = lind_past_text(c, "unit");
  const long long a = whole(c, "rows_a"), b = whole(c, "rows_b"), both = a < b ? a : b, more = a + b - 2 * both,
                  rows = whole(c, "rows") - more;
  (void)fprintf(out, "            %s/%s: ", lind_past_text(c, "table"), lind_past_text(c, "column"));
  if (only[0] != '\0') (void)fprintf(out, "only in %s", lind_past_text(diff, only));
  if (rows > 0)
    (void)fprintf(out, "%lld of %lld rows, by up to %.3g%s%s, %.2g of the value", rows, both,
                  json_number_value(json_object_get(c, "largest")), strcmp(unit, "1") == 0 ? "" : " ",
                  strcmp(unit, "1") == 0 ? "" : unit, json_number_value(json_object_get(c, "largest_relative")));
  if (more > 0) (void)fprintf(out, "%s%lld rows more in %s", rows > 0 ? "; " : "", more, lind_past_text(diff, a > b ? "a" : "b"));
  (void)fputc('\n', out);
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
    column_tell(c, diff, out);
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

/* One study, two results: a file was changed, or they were made differently, or something is wrong. */
static void alarm_tell(const json_t *diff, FILE *out) {
  const json_t *place = json_object_get(diff, "first_block");
  const bool damaged = json_array_size(json_object_get(diff, "damaged")) > 0,
             others = json_array_size(json_object_get(diff, "makers")) > 0;
  if (damaged)
    (void)fprintf(out, "\nOne study, and files that are not what its runs have left: `lind verify` says what still holds.\n");
  else if (others)
    (void)fprintf(
        out,
        "\nOne study has two results, made by different programs or machines (see `made by`): last digits may differ, and "
        "CHANGELOG.md says what else has changed.\n");
  else
    (void)fprintf(out, "\nTHIS SHOULD NEVER HAPPEN: one study has two results.\n");
  if (json_is_object(place))
    (void)fprintf(out, "The first block that differs is block %lld of stage %lld.\n", whole(place, "block"),
                  whole(place, "stage"));
  if (!damaged && !others)
    (void)fprintf(
        out, "`lind verify` says which of the two is damaged; if both hold, it is a fault of lind or of a machine: report it.\n");
}

void lind_diff_tell(const json_t *diff, FILE *out) {
  size_t i;
  json_t *fault;
  (void)fprintf(out, "a           %s\nb           %s\nstudy       %s\n", lind_past_text(diff, "a"), lind_past_text(diff, "b"),
                is_true(diff, "same_study") ? "the same" : "another");
  list_tell(diff, "inputs", "inputs", "the same files", out);
  list_tell(diff, "settings", "settings", "the same", out);
  list_tell(diff, "makers", "made by", "the same program on the same class of machine", out);
  columns_tell(diff, out);
  if (is_true(diff, "same_bytes") && !is_true(diff, "same_documents"))
    (void)fprintf(out, "documents   the two estimates.json differ, where results.h5 does not\n");
  json_array_foreach(json_object_get(diff, "damaged"), i, fault)(void)
      fprintf(out, "DAMAGED     %s: %s\n", lind_past_text(fault, "run"), lind_past_text(fault, "words"));
  if (lind_diff_is_same(diff)) return;
  estimates_tell(diff, out);
  if (is_true(diff, "same_study")) alarm_tell(diff, out);
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
