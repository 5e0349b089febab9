/* Every section is optional, every number may be null, and a document of any shape gives a whole page or a sentence. */
#include "report_case.h"

static const struct {
  const char *key, *id; /* a part of the estimates and the section that it makes */
} parts[] = {
    {"analyses", "compare"},        {"consort", "flow"},       {"curves", "curves"},           {"trajectories", "lives"},
    {"endpoints", "endpoints"},     {"analyses", "subgroups"}, {"sensitivity", "sensitivity"}, {"baseline", "baseline"},
    {"assumptions", "assumptions"}, {"model", "model"},        {"analyses", "methods"},        {"analyses", "operating"}};
enum { N_PARTS = sizeof parts / sizeof *parts };

static const char *section(const char *page, const char *id) {
  char target[64];
  (void)snprintf(target, sizeof target, "<section id=\"%s\"", id);
  return strstr(page, target);
}

static void sections_stand_in_their_order(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json"), *provenance = case_example("provenance.json");
  char *page = case_page(estimates, provenance);
  const char *last = strstr(page, "<p class=\"answer\">");
  assert_non_null(last);
  for (int i = 0; i < N_PARTS; i++) {
    const char *at = section(page, parts[i].id);
    if (at == NULL || at < last) fail_msg("section %s is missing or too early", parts[i].id);
    last = at;
  }
  assert_true(section(page, "provenance") > last);
  free(page);
  json_decref(estimates);
  json_decref(provenance);
}

static void absent_part_leaves_out_its_section_alone(void **state) {
  (void)state;
  for (int i = 0; i < N_PARTS; i++) {
    json_t *estimates = case_example("estimates.json");
    json_object_del(estimates, parts[i].key);
    char *page = case_page(estimates, NULL);
    free(case_skeleton(page));
    for (int k = 0; k < N_PARTS; k++)
      if ((section(page, parts[k].id) == NULL) != (strcmp(parts[k].key, parts[i].key) == 0))
        fail_msg("without %s: section %s", parts[i].key, parts[k].id);
    free(page);
    json_decref(estimates);
  }
}

static void empty_document_gives_a_page(void **state) {
  (void)state;
  json_t *estimates = json_pack("{s:s}", "format", "lind-estimates-1");
  char *page = case_page(estimates, NULL);
  free(case_skeleton(page));
  assert_non_null(strstr(page, "<p class=\"answer\">No analysis gave a number.</p>"));
  assert_non_null(strstr(page, "There is no provenance.json beside these estimates."));
  free(page);
  json_decref(estimates);
}

/* Where events compete a curve is of those without any of them, and the page says so. */
static void competing_curves_say_so(void **state) {
  (void)state;
  for (int competing = 0; competing < 2; competing++) {
    json_t *estimates = json_pack("{s:s,s:[{s:s,s:s,s:b,s:i,s:[{s:s,s:n,s:[i,i],s:[f,f],s:[f,f]}]}]}", "format",
                                  "lind-estimates-1", "survival", "endpoint", "first", "title", "First", "competing", competing,
                                  "days", 1, "arms", "arm", "a", "median", "day", 0, 1, "share", 1.0, 0.9, "at_risk", 10.0, 9.0);
    assert_non_null(estimates);
    char *page = case_page(estimates, NULL);
    assert_non_null(strstr(page, "hare without the event"));
    assert_true((strstr(page, "share without the event and without those that compete") != NULL) == competing);
    free(page);
    json_decref(estimates);
  }
}

static json_t *number_to_null(const char *key, const json_t *value) {
  (void)key;
  return json_is_number(value) ? json_null() : NULL;
}

static void null_numbers_are_dashes(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json"), *provenance = case_example("provenance.json");
  case_change_all(estimates, number_to_null);
  case_change_all(provenance, number_to_null);
  char *page = case_page(estimates, provenance), *markup = case_markup(page);
  free(case_skeleton(page));
  assert_non_null(strstr(markup, "<td class=\"n\">\xE2\x80\x93</td>"));
  assert_null(strstr(markup, ">nan"));
  assert_null(strstr(markup, " nan"));
  assert_null(strstr(markup, "inf<"));
  assert_null(strstr(markup, "(null)"));
  free(markup);
  free(page);
  json_decref(estimates);
  json_decref(provenance);
}

/* ---- wrong shapes ---------------------------------------------------------------------------------------------------------- */

static json_t *replacement(int kind) {
  return kind == 0   ? json_null()
         : kind == 1 ? json_string("words")
         : kind == 2 ? json_real(-1e300)
         : kind == 3 ? json_array()
                     : json_object();
}

/* Put every kind of value at every place of the tree in turn; the page must stay whole. One element an array is enough. */
static void try_all(json_t *root, json_t *tree) {
  const char *key;
  json_t *value;
  void *place;
  if (json_is_array(tree) && json_array_size(tree) > 0) {
    value = json_incref(json_array_get(tree, 0));
    for (int kind = 0; kind < 5; kind++) {
      json_array_set_new(tree, 0, replacement(kind));
      char *page = case_page(root, NULL);
      free(case_skeleton(page));
      free(page);
    }
    json_array_set(tree, 0, value);
    try_all(root, value);
    json_decref(value);
    return;
  }
  json_object_foreach_safe(tree, place, key, value) {
    if (strcmp(key, "format") == 0) continue;
    json_incref(value);
    for (int kind = 0; kind < 5; kind++) {
      json_object_set_new(tree, key, replacement(kind));
      char *page = case_page(root, NULL);
      free(case_skeleton(page));
      free(page);
    }
    json_object_set(tree, key, value);
    try_all(root, value);
    json_decref(value);
  }
}

static void wrong_shapes_never_break_the_page(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json");
  json_t *curve = json_array_get(json_object_get(estimates, "curves"), 0), *arm;
  size_t i;
  json_array_foreach(json_object_get(curve, "arms"), i, arm) { /* short curves: the test is about shapes */
    const char *key;
    json_t *list;
    json_object_foreach(arm, key, list) while (json_array_size(list) > 3) json_array_remove(list, 3);
  }
  try_all(estimates, estimates);
  json_decref(estimates);
}

static void more_arms_than_colours(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json"), *arms = json_array(), *flow = json_array();
  for (int a = 0; a < 40; a++) {
    json_array_append_new(arms, json_pack("{s:o,s:o}", "name", json_sprintf("arm-%d", a), "title",
                                          json_sprintf("Arm %d with a title that takes more than two lines of its box", a)));
    json_array_append_new(flow, json_pack("{s:o,s:i}", "arm", json_sprintf("arm-%d", a), "randomised", a));
  }
  json_object_set_new(estimates, "arms", arms);
  json_object_set_new(json_object_get(estimates, "consort"), "arms", flow);
  char *page = case_page(estimates, NULL);
  free(case_skeleton(page));
  assert_non_null(strstr(page, "Arm 39 with a title"));
  free(page);
  json_decref(estimates);
}

/* ---- sentences ------------------------------------------------------------------------------------------------------------- */

static void check_refused(const char *text, const char *sentence) {
  char path[] = "/tmp/lind-estimates-XXXXXX", html[64], expected[256];
  const int file = mkstemp(path);
  assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
  (void)close(file);
  (void)snprintf(html, sizeof html, "%s.html", path);
  assert_int_equal(lind_report_write(path, NULL, html), LIND_ERR_INPUT);
  (void)snprintf(expected, sizeof expected, sentence, path);
  assert_string_equal(lind_error_message(), expected);
  assert_int_equal(access(html, F_OK), -1);
  (void)unlink(path);
}

static void wrong_documents_are_refused_with_a_sentence(void **state) {
  (void)state;
  check_refused("[1]", "%s:1:1: a JSON object was expected at the top");
  check_refused("{\"format\": \"other\"}", "%s: format is 'other', but 'lind-estimates-1' is what this lind reads");
  check_refused("{}", "%s: format is 'nothing', but 'lind-estimates-1' is what this lind reads");
  assert_int_equal(lind_report_write("/nowhere/estimates.json", NULL, "/tmp/never.html"), LIND_ERR_FILE);
  assert_string_equal(lind_error_message(), "cannot read /nowhere/estimates.json: No such file or directory");
}

static void unwritable_place_is_said(void **state) {
  (void)state;
  char path[1024];
  (void)snprintf(path, sizeof path, "%s/tests/report/example/estimates.json", LIND_SOURCE_DIR);
  assert_int_equal(lind_report_write(path, NULL, "/nowhere/report.html"), LIND_ERR_FILE);
  assert_string_equal(lind_error_message(), "cannot write /nowhere/report.html.part: No such file or directory");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sections_stand_in_their_order), cmocka_unit_test(absent_part_leaves_out_its_section_alone),
      cmocka_unit_test(empty_document_gives_a_page),   cmocka_unit_test(competing_curves_say_so),
      cmocka_unit_test(null_numbers_are_dashes),       cmocka_unit_test(wrong_shapes_never_break_the_page),
      cmocka_unit_test(more_arms_than_colours),        cmocka_unit_test(wrong_documents_are_refused_with_a_sentence),
      cmocka_unit_test(unwritable_place_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
