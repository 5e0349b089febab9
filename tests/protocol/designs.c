/* Designs by formula: sizes of the reference sheets, R's power.t.test and power.prop.test, closed forms, and size against power.
 */
#include "lind/design.h"
#include "lind/draw.h"
#include "protocol_case.h"

static lind_design_answer ask(protocol_case *c, const char *name, const char *yaml) {
  const lind_design *design = lind_design_find(name);
  lind_design_answer answer = {.n = NAN};
  const lind_node *root = NULL;
  assert_non_null(design);
  void *request = lind_arena_take(c->arena, 1, design->size);
  if (lind_document_read_text(yaml, "test", c->arena, &root) != LIND_OK ||
      lind_schema_read(root, name, design->rows, c->arena, request) != LIND_OK ||
      design->solve(request, c->arena, &answer) != LIND_OK)
    fail_msg("%s: %s", yaml, lind_error_message());
  return answer;
}

static void refused(protocol_case *c, const char *name, const char *yaml, const char *sentence) {
  const lind_design *design = lind_design_find(name);
  lind_design_answer answer = {.n = NAN};
  const lind_node *root = NULL;
  void *request = lind_arena_take(c->arena, 1, design->size);
  assert_int_equal(lind_document_read_text(yaml, "test", c->arena, &root), LIND_OK);
  lind_err err = lind_schema_read(root, name, design->rows, c->arena, request);
  if (err == LIND_OK) err = design->solve(request, c->arena, &answer);
  assert_int_equal(err, LIND_ERR_INPUT);
  if (strstr(lind_error_message(), sentence) == NULL) fail_msg("'%s' has no '%s'", lind_error_message(), sentence);
}

static double term(const lind_design_answer *answer, const char *name) {
  for (int i = 0; i < answer->n_terms; i++)
    if (strcmp(answer->terms[i].name, name) == 0) return answer->terms[i].estimate;
  fail_msg("no term %s", name);
  return NAN;
}

static lind_numbers detail(const lind_design_answer *answer, const char *name) {
  for (int i = 0; i < answer->n_details; i++)
    if (strcmp(answer->details[i].name, name) == 0) return answer->details[i].values;
  fail_msg("no detail %s", name);
  return (lind_numbers){0};
}

/* Sizes a group at 80 % and two-sided 5 % (reference sheet of rare trials; 459.286920941 is R's power.prop.test, too). */
static void two_proportions(void **state) {
  static const struct {
    double control, treated, pooled, unpooled;
  } rows[] = {{0.15, 0.09, 459.3, 457},
              {0.12, 0.072, 590.1, 588},
              {0.10, 0.075, 2004.2, 2002},
              {0.10, 0.09, 13495.0, 13493},
              {0.30, 0.24, 858.3, 856}};
  protocol_case *c = *state;
  char text[200];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    (void)snprintf(text, sizeof text, "{treated: %g, control: %g, power: 0.8}", rows[i].treated, rows[i].control);
    lind_design_answer answer = ask(c, "two-proportions", text);
    assert_near(term(&answer, "treated"), rows[i].pooled, 0.05);
    (void)snprintf(text, sizeof text, "{treated: %g, control: %g, power: 0.8, variance: unpooled}", rows[i].treated,
                   rows[i].control);
    answer = ask(c, "two-proportions", text);
    assert_near(ceil(term(&answer, "treated")), rows[i].unpooled, 0.5);
  }
  lind_design_answer answer = ask(c, "two-proportions", "{treated: 0.09, control: 0.15, power: 0.8}");
  assert_near(term(&answer, "control"), 459.286920941, 1e-4); /* where the root finder of power.prop.test stops */
  assert_near(answer.n, 920, 0);
  /* size and power undo each other, corrected and at any ratio */
  answer = ask(c, "two-proportions", "{treated: 0.2, control: 0.35, power: 0.85, ratio: 2, correction: yes}");
  (void)snprintf(text, sizeof text, "{treated: 0.2, control: 0.35, n: %.17g, ratio: 2, correction: yes}",
                 term(&answer, "control") + term(&answer, "treated"));
  answer = ask(c, "two-proportions", text);
  assert_near(term(&answer, "power"), 0.85, 1e-12);
}

/* R: power.t.test(delta = 0.5, power = 0.8) 63.7657637143, (1.2, 0.9) 15.6196744812, (n = 10, 0.8) 0.394942771192. */
static void two_means(void **state) {
  protocol_case *c = *state;
  lind_design_answer answer = ask(c, "two-means", "{difference: 0.5, sd: 1, power: 0.8}");
  assert_near(term(&answer, "control"), 63.7657637143, 1e-6);
  answer = ask(c, "two-means", "{difference: -1.2, sd: 1, power: 0.9}");
  assert_near(term(&answer, "control"), 15.6196744812, 1e-6);
  answer = ask(c, "two-means", "{difference: 8, sd: 10, n: 20}");
  assert_near(term(&answer, "power"), 0.394942771192, 1e-8);
  answer = ask(c, "two-means", "{difference: 0.5, sd: 1, power: 0.8, test: z}");
  assert_near(term(&answer, "control"), 2.0 * pow((1.959963984540054 + 0.8416212335729143) / 0.5, 2.0), 1e-8);
}

static void survival(void **state) {
  protocol_case *c = *state;
  lind_design_answer answer = ask(c, "survival", "{hazard-ratio: 0.7, power: 0.9}");
  const double z = 1.959963984540054 + 1.2815515655446004;
  assert_near(term(&answer, "events"), 4.0 * z * z / pow(log(0.7), 2.0), 1e-9);
  answer = ask(c, "survival", "{hazard-ratio: 0.7, power: 0.9, ratio: 2}"); /* 1 / (2/3 1/3) = 4.5 */
  assert_near(term(&answer, "events"), 4.5 * z * z / pow(log(0.7), 2.0), 1e-9);
  /* everybody is seen to have the event: chances 1 */
  answer = ask(c, "survival", "{hazard-ratio: 0.7, power: 0.9, median: 1, duration: 1000}");
  const double h0 = M_LN2, h1 = 0.7 * M_LN2, mean = 0.85 * M_LN2;
  const double n = pow((1.959963984540054 * 2.0 * mean + 1.2815515655446004 * sqrt(2.0 * (h0 * h0 + h1 * h1))) / (h1 - h0), 2.0);
  assert_near(detail(&answer, "patients").at[0], n, 1e-9 * n);
  /* the chance of an event by Simpson's rule over the day of recruitment */
  answer = ask(c, "survival", "{hazard-ratio: 0.6, power: 0.9, median: 8, recruitment: 12, duration: 30, dropout: 0.01}");
  double sum = 0.0;
  const double h = M_LN2 / 8.0, all = h + 0.01;
  for (int i = 0; i <= 200; i++)
    sum += (i == 0 || i == 200 ? 1.0 : i % 2 == 1 ? 4.0 : 2.0) * h / all * (1.0 - exp(-all * (30.0 - 12.0 * i / 200.0)));
  assert_near(detail(&answer, "share_with_event").at[1], sum / 600.0, 1e-10);
  char text[160];
  (void)snprintf(text, sizeof text, "{hazard-ratio: 0.6, median: 8, recruitment: 12, duration: 30, dropout: 0.01, n: %.17g}",
                 detail(&answer, "patients").at[0]);
  answer = ask(c, "survival", text);
  assert_near(term(&answer, "power"), 0.9, 1e-12);
}

/* Jennison & Turnbull 2000, tables 2.2 and 2.4 (from memory): inflation at power 0.9, K = 3: 1.151 (Pocock), 1.016 (O'Brien and
 * Fleming). */
static void group_sequential(void **state) {
  protocol_case *c = *state;
  lind_design_answer answer = ask(c, "group-sequential", "{looks: 3}");
  assert_int_equal(answer.n_terms, 3);
  assert_near(term(&answer, "look 1"), 3.71030, 6e-6);
  assert_near(term(&answer, "look 2"), 2.51143, 6e-6);
  assert_near(term(&answer, "look 3"), 1.99305, 6e-6);
  assert_true(isnan(answer.n));
  answer = ask(c, "group-sequential", "{looks: 3, alpha: 0.05, sided: 2, bounds: pocock, power: 0.9}");
  assert_near(detail(&answer, "inflation").at[0], 1.151, 6e-4);
  answer = ask(c, "group-sequential", "{looks: 3, alpha: 0.05, sided: 2, bounds: obrien-fleming, power: 0.9}");
  assert_near(detail(&answer, "inflation").at[0], 1.016, 6e-4);
  answer = ask(c, "group-sequential", "{information: [0.5, 0.75, 1], power: 0.9, hazard-ratio: 0.7, ratio: 2}");
  const double drift = detail(&answer, "drift").at[0];
  assert_near(detail(&answer, "events").at[2], 4.5 * drift * drift / pow(log(0.7), 2.0), 1e-8);
  assert_near(detail(&answer, "events").at[0], 0.5 * detail(&answer, "events").at[2], 1e-8);
  double sum = 0.0;
  for (int k = 0; k < 3; k++) sum += detail(&answer, "stops_efficacy").at[k];
  assert_near(sum, 0.9, 1e-10);
  answer = ask(c, "group-sequential", "{looks: 1, alpha: 0.05, sided: 2, power: 0.8}"); /* one look is no look */
  assert_near(term(&answer, "look 1"), 1.959963984540054, 1e-12);
  assert_near(detail(&answer, "inflation").at[0], 1.0, 1e-9);
}

static void wrong(void **state) {
  protocol_case *c = *state;
  refused(c, "group-sequential", "{alpha: 0.025}", "how many looks?");
  refused(c, "group-sequential", "{information: [0.5, 0.5, 1]}", "0.5 follows 0.5; it must rise");
  refused(c, "group-sequential", "{information: [0.5, 0.9]}", "ends with 0.9; the last look has all of it");
  refused(c, "group-sequential", "{looks: 2, information: [0.2, 0.5, 1]}", "--looks is 2, but --information has 3");
  refused(c, "group-sequential", "{looks: 3, power: 0.01}", "--power is 0.01; it must be above alpha (0.025)");
  refused(c, "group-sequential", "{looks: 3, hazard-ratio: 0.7}", "--hazard-ratio needs --power");
  refused(c, "group-sequential", "{looks: 3, futility: pocock}", "--futility needs --power");
  refused(c, "group-sequential", "{looks: 3, power: 0.9, sided: 2, futility: pocock}", "--futility goes with --sided 1");
  refused(c, "group-sequential", "{looks: 3, gamma: 2}", "--gamma has no meaning here");
  refused(c, "group-sequential", "{looks: 3, futility-gamma: 2}", "--futility-gamma says something about --futility");
  refused(c, "group-sequential", "{looks: 3, ratio: 2}", "--ratio goes with --hazard-ratio");
  refused(c, "group-sequential", "{looks: 3, bounds: pocock, delta: 0.4}", "--delta goes with --bounds wang-tsiatis");
  refused(c, "group-sequential", "{looks: 3, bounds: pocock, spending: pocock}",
          "--spending and --gamma go with --bounds spending");
  refused(c, "two-proportions", "{treated: 0, control: 1, power: 0.8}", "leave nothing to chance");
  refused(c, "survival", "{hazard-ratio: 0.5, power: 0.8, dropout: 0.1}", "--recruitment and --dropout need --median");
  refused(c, "two-proportions", "{treated: 0.1, control: 0.1, power: 0.8}", "are both 0.1; a difference is needed");
  refused(c, "two-proportions", "{treated: 0.1, control: 0.2}", "either --power");
  refused(c, "two-means", "{difference: 0, sd: 1, power: 0.8}", "--difference is 0");
  refused(c, "survival", "{hazard-ratio: 1, power: 0.8}", "--hazard-ratio is 1");
  refused(c, "survival", "{hazard-ratio: 0.5, power: 0.8, median: 3}", "--median and --duration belong together");
  refused(c, "survival", "{hazard-ratio: 0.5, power: 0.8, median: 3, duration: 5, recruitment: 6}",
          "the last patient comes before");
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(two_proportions, case_setup, case_teardown),
                                     cmocka_unit_test_setup_teardown(two_means, case_setup, case_teardown),
                                     cmocka_unit_test_setup_teardown(survival, case_setup, case_teardown),
                                     cmocka_unit_test_setup_teardown(group_sequential, case_setup, case_teardown),
                                     cmocka_unit_test_setup_teardown(wrong, case_setup, case_teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
