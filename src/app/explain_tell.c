/* explain_tell.c -- `lind verify --explain`: the explanation in words. */
#include <string.h>

#include "explain.h"

static void value_tell(const json_t *number, FILE *out) {
  const json_t *value = json_object_get(number, "value");
  const char *unit = lind_past_text(number, "unit");
  if (json_is_number(value))
    (void)fprintf(out, "  %.6g%s%s", json_number_value(value), strcmp(unit, "1") == 0 ? "" : " ",
                  strcmp(unit, "1") == 0 ? "" : unit);
}

/* `[2]:47:3`: line 47 of the second file. */
static void place_tell(const json_t *explanation, const char *where, FILE *out) {
  size_t i;
  json_t *input;
  json_array_foreach(json_object_get(explanation, "inputs"), i, input) {
    const char *path = lind_past_text(input, "path");
    const size_t length = strlen(path);
    if (strncmp(where, path, length) != 0 || where[length] != ':') continue;
    (void)fprintf(out, "[%zu]%s", i + 1, where + length);
    return;
  }
  (void)fputs(where, out);
}

static void keys_tell(const json_t *explanation, const json_t *list, FILE *out) {
  size_t i;
  json_t *item;
  json_array_foreach(list, i, item) {
    (void)fprintf(out, "    %-40s ", lind_past_text(item, "key"));
    place_tell(explanation, lind_past_text(item, "where"), out);
    (void)fputc('\n', out);
  }
}

static bool is_of_group(const char *number) {
  return strncmp(number, "endpoints/", 10) == 0 && strstr(number, "/all/all/") == NULL;
}

/* Terms of one analysis rest on the same: said once. Endpoints in groups rest on what they rest on in all, and on the group. */
static void numbers_tell(const json_t *explanation, FILE *out) {
  const json_t *numbers = json_object_get(explanation, "numbers"), *before = NULL;
  size_t i;
  json_t *number;
  json_array_foreach(numbers, i, number) {
    const json_t *from = json_object_get(number, "from");
    if (is_of_group(lind_past_text(number, "number"))) continue;
    if (before != NULL && !json_equal(before, from)) keys_tell(explanation, before, out);
    (void)fprintf(out, "  %s", lind_past_text(number, "number"));
    value_tell(number, out);
    (void)fprintf(out, "%s\n", json_is_true(json_object_get(number, "lives")) ? "" : "  (from no life)");
    before = from;
  }
  if (before != NULL) keys_tell(explanation, before, out);
}

static void inputs_tell(const json_t *explanation, FILE *out) {
  size_t i, k;
  json_t *input, *key;
  (void)fprintf(out, "\nfiles, with the keys that name them\n");
  json_array_foreach(json_object_get(explanation, "inputs"), i, input) {
    (void)fprintf(out, "  [%zu] %-20s %s\n      %s, %s", i + 1, lind_past_text(input, "role"), lind_past_text(input, "path"),
                  lind_past_text(input, "sha256"),
                  json_is_true(json_object_get(input, "unchanged")) ? "as it was" : "HAS CHANGED, OR IS GONE");
    json_array_foreach(json_object_get(input, "named_by"), k, key) {
      if (k < 4) (void)fprintf(out, "%s%s", k == 0 ? "; " : ", ", json_string_value(key));
    }
    (void)fprintf(out, "%s\n", k > 4 ? ", .." : "");
  }
}

static void settings_tell(const json_t *explanation, FILE *out) {
  size_t i;
  json_t *setting;
  json_array_foreach(json_object_get(explanation, "settings"), i, setting) {
    (void)fprintf(out, "%-12s%lld, ", lind_past_text(setting, "what"),
                  (long long)json_integer_value(json_object_get(setting, "value")));
    place_tell(explanation, lind_past_text(setting, "where"), out);
    (void)fputc('\n', out);
  }
  json_array_foreach(json_object_get(explanation, "set"), i, setting)(void)
      fprintf(out, "--set       %s\n", json_string_value(setting));
}

void lind_explain_tell(const json_t *explanation, FILE *out) {
  const json_t *lind = json_object_get(explanation, "lind"), *model = json_object_get(explanation, "model");
  (void)fprintf(out,
                "run         %s\nplan        %s\ndigest      %s\nlind        %s (%s), %s, glibc %s\nmodel       %s, %s, %s\n",
                lind_past_text(explanation, "run"), lind_past_text(explanation, "plan_hash"),
                lind_past_text(explanation, "digest"), lind_past_text(lind, "version"), lind_past_text(lind, "revision"),
                lind_past_text(explanation, "class"), lind_past_text(explanation, "libc"), lind_past_text(model, "name"),
                lind_past_text(model, "path"), lind_past_text(model, "hash"));
  settings_tell(explanation, out);
  inputs_tell(explanation, out);
  (void)fprintf(out, "\nevery life rests on the model and\n");
  keys_tell(explanation, json_object_get(explanation, "lives"), out);
  (void)fprintf(
      out, "\nnumbers, each from lives and from the keys below it ([file]:line:column; what is not there cannot change it)\n");
  numbers_tell(explanation, out);
}
