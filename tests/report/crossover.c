/* A crossover in the report: flow by sequence, levels by treatment, categories with their figure; parts that are missing or
 * strange. */
#include "report_case.h"

static const char text[] =
    "{\"format\": \"lind-estimates-1\", \"protocol\": \"x\", \"title\": \"X\", \"replicates\": 1, \"patients\": 4,"
    "\"arms\": [{\"name\": \"ab\", \"title\": \"A, then B\"}, {\"name\": \"ba\", \"title\": \"B, then A\"}],"
    "\"treatments\": [{\"name\": \"a\", \"title\": \"Tablet <A>\"}, {\"name\": \"b\", \"title\": \"Tablet B\"}],"
    "\"crossover\": {\"periods\": 2, \"period\": 14.0, \"washout\": 3.0, \"run_in\": 0.0, \"washout_on\": null},"
    "\"consort\": {\"screened\": 4, \"excluded\": 0, \"unfilled\": 0, \"randomised\": 4, \"arms\": ["
    "{\"arm\": \"ab\", \"randomised\": 2, \"completed\": 2, \"dropped\": 0, \"failed\": 0},"
    "{\"arm\": \"ba\", \"randomised\": 2, \"completed\": 2, \"dropped\": 0, \"failed\": 0}]},"
    "\"endpoints\": [{\"name\": \"m\", \"title\": \"Mean\", \"unit\": \"mg/dL\", \"scale\": \"mean\", \"cells\": ["
    "{\"group\": \"all\", \"level\": \"all\", \"arm\": \"b\", \"mean\": 5.0, \"mcse\": 0.1, \"sd\": 1.0, \"n\": 4, \"missing\": "
    "0}]},"
    "{\"name\": \"g\", \"title\": \"Grid\", \"unit\": \"1\", \"scale\": \"category\", \"cells\": [], \"labels\": [\"A\", \"B\"],"
    "\"classes\": [{\"arm\": \"a\", \"n\": 4, \"share\": [75.0, 25.0]}, {\"arm\": \"b\", \"n\": 0, \"share\": [null, null]}],"
    "\"plane\": {\"figure\": \"cvga\", \"x\": \"Lowest\", \"y\": \"Highest\", \"arms\": [{\"arm\": \"a\", \"points\": ["
    "{\"x\": 95.5, \"y\": 162.5, \"n\": 3}, {\"x\": 80.5, \"y\": 200.0, \"n\": 1}]}]}}],"
    "\"analyses\": []}";

static json_t *document(void) {
  json_t *made = json_loads(text, 0, NULL);
  assert_non_null(made);
  return made;
}

static void has(const char *page, const char *words) {
  if (strstr(page, words) == NULL) fail_msg("the page has no '%s'", words);
}

static void told_by_sequence_and_by_treatment(void **state) {
  (void)state;
  json_t *estimates = document();
  char *page = case_page(estimates, NULL);
  free(case_skeleton(page));
  has(page, "A crossover: each patient has 2 periods of 14 days, with 3 days between them. ");
  has(page, "Endpoints by treatment and group");
  has(page, "<th scope=\"col\">Treatment</th>");
  has(page, "A, then B");
  has(page, "Tablet &lt;A&gt;");
  has(page, "<td class=\"n\">75.0</td><td class=\"n\">25.0</td>");
  if (lind_report_has_figures()) has(page, "\"share\":25");
  assert_null(strstr(page, "Tablet <A>"));
  free(page);
  json_decref(estimates);
}

static void strange_categories_break_nothing(void **state) {
  (void)state;
  static const char *const paths[] = {"labels", "classes", "plane"};
  for (size_t k = 0; k < 3; k++)
    for (int wrong = 0; wrong < 3; wrong++) {
      json_t *estimates = document(), *grid = json_array_get(json_object_get(estimates, "endpoints"), 1);
      json_object_set_new(grid, paths[k],
                          wrong == 0   ? json_null()
                          : wrong == 1 ? json_integer(3)
                                       : json_pack("[{s:i}]", "arm", 1));
      char *page = case_page(estimates, NULL);
      free(case_skeleton(page));
      free(page);
      json_decref(estimates);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(told_by_sequence_and_by_treatment),
      cmocka_unit_test(strange_categories_break_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
