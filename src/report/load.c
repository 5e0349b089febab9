/* load.c -- reading the documents. */
#include "load.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "value.h"

static const char format[] = "lind-estimates-1";

static lind_err checked_object(json_t *read, const char *name, const json_error_t *where, json_t **object) {
  if (read == NULL)
    return lind_error_fail_at(LIND_ERR_INPUT, (lind_where){name, where->line, where->column > 0 ? where->column : 1},
                              "this is not JSON: %s", where->text);
  if (!json_is_object(read)) {
    json_decref(read);
    return lind_error_fail_at(LIND_ERR_INPUT, (lind_where){name, 1, 1}, "a JSON object was expected at the top");
  }
  *object = read;
  return LIND_OK;
}

/* By its estimator, too: the mark alone could be lost. */
static bool is_synthetic(const json_t *analysis) {
  static const char *const names[] = {"counterfactual", "external", "hybrid"};
  const char *estimator = lind_value_text(analysis, "estimator", "");
  bool synthetic = json_is_true(json_object_get(analysis, "synthetic"));
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) synthetic |= strcmp(estimator, names[k]) == 0;
  return synthetic;
}

/* Every point has the analysis, with bias and type I error (null where they cannot be told). */
static bool is_judged(const json_t *read, const char *name) {
  const json_t *points = json_object_get(json_object_get(read, "robustness"), "points"), *point, *row;
  size_t i, j;
  json_array_foreach(points, i, point) {
    bool found = false;
    json_array_foreach(json_object_get(point, "rows"), j, row) found |= strcmp(lind_value_text(row, "analysis", ""), name) == 0 &&
                                                                        json_object_get(row, "bias") != NULL &&
                                                                        json_object_get(row, "type_one") != NULL;
    if (!found) return false;
  }
  return json_array_size(points) > 0;
}

/* A synthetic control is not shown without what it would be if the twin, or the outside, were wrong. */
static lind_err checked_controls(const json_t *read, const char *name) {
  const json_t *analysis;
  size_t i;
  json_array_foreach(json_object_get(read, "analyses"), i, analysis) LIND_CHECK(
      !is_synthetic(analysis) || is_judged(read, lind_value_text(analysis, "name", "")), LIND_ERR_INPUT,
      "%s: analysis %s has a synthetic control and the table 'robustness' is not there, or a row of it at some point; without it "
      "no estimate is shown",
      name, lind_value_text(analysis, "name", ""));
  return LIND_OK;
}

/* Titles and labels go to the terminal, which would obey what an escape sequence says. */
static bool holds_control(const json_t *value) {
  const char *key;
  json_t *part;
  size_t i;
  if (json_is_string(value))
    for (const char *at = json_string_value(value); *at != '\0'; at++)
      if (((unsigned char)*at < ' ' && *at != '\n' && *at != '\t') || *at == 127) return true;
  json_array_foreach(value, i, part) if (holds_control(part)) return true;
  json_object_foreach((json_t *)(uintptr_t)value, key, part) if (holds_control(part)) return true;
  return false;
}

static lind_err checked_texts(const json_t *read, const char *name) {
  LIND_CHECK(!holds_control(read), LIND_ERR_INPUT, "%s: a text holds a control character, which lind never writes", name);
  return LIND_OK;
}

static lind_err checked_format(json_t *read, const char *name, json_t **estimates) {
  const char *found = lind_value_text(read, "format", "nothing");
  if (strcmp(found, format) != 0) {
    const lind_err err = lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__,
                                         "%s: format is '%s', but '%s' is what this lind reads", name, found, format);
    json_decref(read);
    return err;
  }
  lind_err err = checked_texts(read, name);
  if (err == LIND_OK) err = checked_controls(read, name);
  if (err != LIND_OK) {
    json_decref(read);
    return err;
  }
  *estimates = read;
  return LIND_OK;
}

lind_err lind_load_object(const char *path, json_t **object) {
  FILE *file = fopen(path, "rb");
  LIND_CHECK(file != NULL, LIND_ERR_FILE, "cannot read %s: %s", path, strerror(errno));
  json_error_t where;
  json_t *read = json_loadf(file, JSON_REJECT_DUPLICATES, &where);
  (void)fclose(file);
  return checked_object(read, path, &where, object);
}

lind_err lind_load_estimates(const char *path, json_t **estimates) {
  json_t *read;
  LIND_TRY(lind_load_object(path, &read));
  return checked_format(read, path, estimates);
}

lind_err lind_load_estimates_text(const char *text, json_t **estimates) {
  json_error_t where;
  json_t *read;
  LIND_TRY(checked_object(json_loads(text, JSON_REJECT_DUPLICATES, &where), "estimates", &where, &read));
  return checked_format(read, "estimates", estimates);
}
