#include "answer_json.h"

#include <math.h>
#include <stdio.h>

json_t *lind_answer_json_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *term_json(const lind_term *term) {
  const struct {
    const char *key;
    double value;
  } rows[] = {
      {"estimate", term->estimate}, {"se", term->se},      {"statistic", term->statistic}, {"df", term->df}, {"p", term->p},
      {"lower", term->lower},       {"upper", term->upper}};
  json_t *object = json_object();
  json_object_set_new(object, "name", json_string(term->name));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    json_object_set_new(object, rows[i].key, lind_answer_json_number(rows[i].value));
  return object;
}

lind_err lind_answer_json_print(const char *method, double n, const lind_term *terms, int n_terms, json_t *details) {
  json_t *root = json_object(), *list = json_array();
  for (int i = 0; i < n_terms; i++) json_array_append_new(list, term_json(&terms[i]));
  json_object_set_new(root, "method", json_string(method));
  json_object_set_new(root, "n", isfinite(n) ? json_integer((json_int_t)n) : json_null());
  json_object_set_new(root, "terms", list);
  json_object_set_new(root, "details", details);
  const int failed = json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(17));
  json_decref(root);
  LIND_CHECK(failed == 0 && fputc('\n', stdout) != EOF, LIND_ERR_FILE, "the answer cannot be written");
  return LIND_OK;
}
