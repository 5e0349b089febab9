/* What must be true of the page whatever the documents hold: text stays text, nothing is fetched, the JSON inside parses, equal
 * documents give equal bytes. */
#include "report/page.h"
#include "report_case.h"

/* ---- escaping -------------------------------------------------------------------------------------------------------------- */

static const char hostile[] = "</script></title></style><img/src=x/onerror=alert(1)>'\"&<!--]]>|\\";

static json_t *to_plain(const char *key, const json_t *value) {
  return json_is_string(value) && strcmp(key, "format") != 0 ? json_string("plain") : NULL;
}
static json_t *to_hostile(const char *key, const json_t *value) {
  return json_is_string(value) && strcmp(key, "format") != 0 ? json_string(hostile) : NULL;
}

static void text_never_becomes_markup(void **state) {
  (void)state;
  char *skeletons[2];
  for (int k = 0; k < 2; k++) {
    json_t *estimates = case_example("estimates.json"), *provenance = case_example("provenance.json");
    case_change_all(estimates, k == 0 ? to_plain : to_hostile);
    case_change_all(provenance, k == 0 ? to_plain : to_hostile);
    json_object_set_new(provenance, k == 0 ? "plain" : hostile, json_string("a key is text as well"));
    char *page = case_page(estimates, provenance);
    if (k == 1) {
      assert_null(strstr(page, "<img/src"));
      assert_non_null(strstr(
          page, "&lt;/script&gt;&lt;/title&gt;&lt;/style&gt;&lt;img/src=x/onerror=alert(1)&gt;&#39;&quot;&amp;&lt;!--]]&gt;|\\"));
    }
    skeletons[k] = case_skeleton(page);
    free(page);
    json_decref(estimates);
    json_decref(provenance);
  }
  assert_string_equal(skeletons[0], skeletons[1]);
  free(skeletons[0]);
  free(skeletons[1]);
}

/* Signs that turn the writing round would turn the numbers behind them; other signs that begin with the same byte stay. */
static void text_does_not_turn_the_writing(void **state) {
  (void)state;
  lind_page page = {0};
  lind_page_text(&page, "a\u202ab\u202ec\u2066d\u2069e\u2013\u2265\xe2");
  assert_string_equal(page.text, "a\ufffdb\ufffdc\ufffdd\ufffde\u2013\u2265\xe2");
  lind_page_release(&page);
}

static void json_inside_parses_and_keeps_its_text(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json");
  case_change_all(estimates, to_hostile);
  char *page = case_page(estimates, NULL);
  int found = 0;
  static const char open[] = "<script type=\"application/json\"";
  for (char *at = page; (at = strstr(at, open)) != NULL;) {
    const char *begin = strchr(at, '>') + 1;
    const char *end = strstr(begin, "</script>");
    assert_non_null(end);
    json_error_t where;
    json_t *spec = json_loadb(begin, (size_t)(end - begin), 0, &where);
    if (spec == NULL) fail_msg("%s", where.text);
    assert_true(json_is_array(json_object_get(spec, "layer")));
    for (const char *c = begin; c < end; c++) assert_true(*c != '<' && *c != '>' && *c != '&');
    json_decref(spec);
    at += sizeof open;
    found++;
  }
  assert_int_equal(found > 0, lind_report_has_figures());
  free(page);
  json_decref(estimates);
}

/* ---- one file -------------------------------------------------------------------------------------------------------------- */

static void nothing_is_fetched(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json"), *provenance = case_example("provenance.json");
  char *page = case_page(estimates, provenance), *markup = case_markup(page);
  assert_non_null(strstr(markup, "http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;;"));
  assert_null(strstr(markup, " src="));
  assert_null(strstr(markup, "<link"));
  assert_null(strstr(markup, "<iframe"));
  assert_null(strstr(markup, "url(http"));
  for (const char *at = markup; (at = strstr(at, "href=")) != NULL; at++) assert_memory_equal(at, "href=\"#", 7);
  const char *style = strstr(page, "<style>"), *end = strstr(page, "</style>");
  assert_true(style != NULL && end != NULL);
  for (const char *at = style; at < end; at++) {
    assert_true(strncmp(at, "url(", 4) != 0);
    assert_true(strncmp(at, "@import", 7) != 0);
  }
  free(markup);
  free(page);
  json_decref(estimates);
  json_decref(provenance);
}

static void page_has_a_bounded_size(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json"), *provenance = case_example("provenance.json");
  char *page = case_page(estimates, provenance);
  const size_t library = lind_report_has_figures() ? 900000 : 0; /* 0.8 MB of drawing library and its licences */
  assert_in_range(strlen(page), 20000, library + 250000);
  free(page);
  json_decref(estimates);
  json_decref(provenance);
}

static void equal_documents_give_equal_bytes(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json"), *provenance = case_example("provenance.json");
  char *first = case_page(estimates, provenance), *second = case_page(estimates, provenance);
  assert_string_equal(first, second);
  free(first);
  free(second);
  json_decref(estimates);
  json_decref(provenance);
}

/* ---- for everybody --------------------------------------------------------------------------------------------------------- */

static size_t count(const char *text, const char *what) {
  size_t n = 0;
  for (const char *at = text; (at = strstr(at, what)) != NULL; at++) n++;
  return n;
}

static void page_is_accessible(void **state) {
  (void)state;
  json_t *estimates = case_example("estimates.json"), *provenance = case_example("provenance.json");
  char *page = case_page(estimates, provenance), *markup = case_markup(page);
  assert_non_null(strstr(markup, "<html lang=\"en\">"));
  assert_non_null(strstr(markup, "<main id=\"main\">"));
  assert_int_equal(count(markup, "<h1"), 1);
  assert_int_equal(count(markup, "<table"), count(markup, "<caption"));
  assert_int_equal(count(markup, "<table"), count(markup, "<thead"));
  assert_int_equal(count(markup, "<th"), count(markup, "<th scope=") + count(markup, "<thead"));
  assert_int_equal(count(markup, "<figure"), count(markup, "<details class=\"data\"")); /* every figure has its data table */
  assert_int_equal(count(markup, "role=\"img\""), count(markup, "role=\"img\" aria-label=\""));
  assert_true(count(markup, "role=\"img\"") >= 1);
  for (const char *at = markup; (at = strstr(at, "href=\"#")) != NULL; at++) { /* every link leads somewhere */
    char target[96];
    (void)snprintf(target, sizeof target, "id=\"%.*s\"", (int)strcspn(at + 7, "\""), at + 7);
    assert_non_null(strstr(markup, target));
  }
  free(markup);
  free(page);
  json_decref(estimates);
  json_decref(provenance);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_never_becomes_markup),
      cmocka_unit_test(text_does_not_turn_the_writing),
      cmocka_unit_test(json_inside_parses_and_keeps_its_text),
      cmocka_unit_test(nothing_is_fetched),
      cmocka_unit_test(page_has_a_bounded_size),
      cmocka_unit_test(equal_documents_give_equal_bytes),
      cmocka_unit_test(page_is_accessible),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
