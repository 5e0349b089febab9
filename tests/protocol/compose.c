/* One trial out of a file, its includes and overrides: what wins, where things stand, and which words the digest hears. */
#include "protocol_case.h"

#define HEAD \
  "protocol: t\ncohort: c.yaml\nmodel: {use: m}\npatients: 10\nduration: 10 day\narms: {a: {dosing: [x]}, b: {dosing: []}}\n"
#define INCLUDED                                                                                             \
  "define: {one: \"1\", two: one + 1}\n"                                                                     \
  "dosing:\n  x: {at: days, days: [1], dose: \"5 [mg]\", round: 0.5 mg}\n  late: {at: days, days: [4000]}\n" \
  "assumptions: [Included.]\n"

static const lind_protocol *with(protocol_case *c, const char *more, const char *const *sets, int n_sets) {
  char text[1024];
  (void)snprintf(text, sizeof text, HEAD "include: b.yaml\n%s", more);
  case_write(c->other, INCLUDED);
  return case_read_set(c, text, sets, n_sets);
}

static void test_include(void **state) {
  protocol_case *c = *state;
  const lind_protocol *p = with(c, "define: {three: two + 1}\ndosing: {y: {at: visits}}\nassumptions: [Own.]\n", NULL, 0);
  assert_int_equal(p->n_definitions, 3);
  assert_string_equal(p->definitions[0].name, "one");
  assert_string_equal(p->definitions[2].name, "three");
  assert_string_equal(p->definitions[0].value.where.file, c->other); /* an error in it is shown where it was written */
  assert_int_equal(p->definitions[0].value.where.line, 1);
  assert_string_equal(p->definitions[2].value.where.file, c->path);
  assert_int_equal(p->n_dosing, 3); /* `late` is beyond this trial, but no arm names it */
  assert_string_equal(p->dosing[2].name, "y");
  assert_int_equal(p->n_assumptions, 2);
  assert_string_equal(p->assumptions[0].text, "Included.");
  assert_string_equal(p->assumptions[1].text, "Own.");
}

/* What the protocol says wins, key by key, in the place of what it changes. */
static void test_protocol_wins(void **state) {
  const lind_protocol *p = with(*state, "define: {one: \"7\"}\ndosing: {x: {dose: \"6 [mg]\"}}\n", NULL, 0);
  assert_int_equal(p->n_definitions, 2);
  assert_string_equal(p->definitions[0].name, "one");
  assert_string_equal(p->definitions[0].value.text, "7");
  assert_int_equal(p->n_dosing, 2);
  assert_string_equal(p->dosing[0].dose.text, "6 [mg]");
  assert_true(p->dosing[0].round == 0.5 && p->dosing[0].days.n == 1);
}

static void test_overrides_win(void **state) {
  static const char *const sets[] = {"define.two=9",        "dosing.x.dose=4 [mg]",        "model.parameters.omega=0.4",
                                     "patients=20",         "conduct.adherence.miss=0.15", "arms.b.dosing=[x]",
                                     "randomise.blocks=[4]"};
  const lind_protocol *p = with(*state, "define: {one: \"7\"}\n", sets, (int)(sizeof sets / sizeof *sets));
  assert_string_equal(p->definitions[1].value.text, "9");
  assert_string_equal(p->definitions[1].value.where.file, "--set");
  assert_string_equal(p->dosing[0].dose.text, "4 [mg]");
  assert_true(p->dosing[0].round == 0.5);
  assert_int_equal(p->parameters.n, 1);
  assert_string_equal(p->parameters.name[0].text, "omega");
  assert_string_equal(p->parameters.value[0].text, "0.4");
  assert_int_equal(p->patients, 20);
  assert_true(p->miss == 0.15);
  assert_int_equal(p->arms[1].dosing.n, 1);
  assert_true(p->blocks.at[0] == 4);
}

/* An override may bring in a file, whose keys other overrides, even earlier ones, then reach. */
static void test_override_of_include(void **state) {
  protocol_case *c = *state;
  char include[160];
  (void)snprintf(include, sizeof include, "include=[%s]", c->other);
  const char *const sets[] = {"dosing.x.dose=3 [mg]", include};
  case_write(c->other, INCLUDED);
  const lind_protocol *p = case_read_set(c, HEAD, sets, 2);
  assert_string_equal(p->dosing[0].dose.text, "3 [mg]");
  assert_int_equal(p->n_definitions, 2);
}

static void test_refusals(void **state) {
  protocol_case *c = *state;
  case_write(c->other, INCLUDED "arms: {c: {dosing: []}}\n");
  case_refused(c, HEAD "include: b.yaml\n", "&:6:1: arms is not a known key; the known ones are define, dosing and assumptions");
  case_write(c->other, INCLUDED);
  case_refused(c, HEAD "include: [b.yaml, b.yaml]\n", "@:7:19: include names 'b.yaml' twice");
  case_refused(c, HEAD "include: [b.yaml, ./b.yaml]\n",
               "^/./b.yaml:1:10: define.one is already in &; two included files may not both have it");
  case_refused(c, HEAD "include: b.yaml\ndefine: [one]\n", "@:8:9: define must be a mapping of names");
  case_refused_set(c, HEAD "include: b.yaml\n", "arms.a.dosing=[y]",
                   "--set:1:16: arms.a.dosing names 'y', which is no dosing item; known are x and late");
}

static const lind_protocol *of(protocol_case *c, const char *text, const char *set) {
  return case_read_set(c, text, &set, set == NULL ? 0 : 1);
}

/* The digest is of keys and values: comments, layout, places and file boundaries do not count, nor do targets; everything else
 * does. */
static void test_digest(void **state) {
  protocol_case *c = *state;
  static const char base[] = HEAD "dosing: {x: {at: days, days: [1]}}\nendpoints: {e: {kind: k}}\n";
  const lind_digest digest = of(c, base, NULL)->digest, world = of(c, base, NULL)->world;
  static const char *const same[] = {
      "# a comment\n" HEAD "dosing:\n  x:\n    at: days\n    days:\n    - 1\nendpoints:\n  e: {kind: \"k\"}\n",
      HEAD
      "dosing: {x: {at: days, days: [1]}}\nendpoints: {e: {kind: k}}\n"
      "targets: [{endpoint: e, arm: a, estimate: 1, source: s, mark: read}]\n",
  };
  for (size_t i = 0; i < sizeof same / sizeof *same; ++i) assert_true(lind_digest_equal(of(c, same[i], NULL)->digest, digest));
  case_write(c->other, "dosing: {x: {at: days, days: [1]}}\n");
  const lind_protocol *included = of(c, HEAD "include: b.yaml\nendpoints: {e: {kind: k}}\n", NULL);
  const lind_protocol *moved = of(c, HEAD "include: ./b.yaml\nendpoints: {e: {kind: k}}\n", NULL);
  assert_true(lind_digest_equal(included->digest, moved->digest));
  static const char *const changes[] = {
      "seed=3",        "duration=11 day",  "arms.a.ratio=3", "dosing.x.days=[2]", "endpoints.e.kind=j",
      "cohort=d.yaml", "define.another=1", "dosing.x.skip=1"};
  for (size_t i = 0; i < sizeof changes / sizeof *changes; ++i) {
    assert_false(lind_digest_equal(of(c, base, changes[i])->digest, digest));
    assert_false(lind_digest_equal(of(c, base, changes[i])->world, world));
  }
  static const char *const amounts[] = {"patients=3", "replicates=3", "sensitivity={scenarios: {s: {set: seed=3}}}"};
  for (size_t i = 0; i < sizeof amounts / sizeof *amounts; ++i) {
    assert_false(lind_digest_equal(of(c, base, amounts[i])->digest, digest));
    assert_true(lind_digest_equal(of(c, base, amounts[i])->world, world));
  }
}

static void test_path(void **state) {
  protocol_case *c = *state;
  static const char *const rows[][3] = {{"c.yaml", "a/b/p.yaml", "a/b/c.yaml"},
                                        {"../c.yaml", "a/p.yaml", "a/../c.yaml"},
                                        {"/x/c.yaml", "a/p.yaml", "/x/c.yaml"},
                                        {"c.yaml", "p.yaml", "c.yaml"},
                                        {"c.yaml", "--set", "c.yaml"}};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; ++r)
    assert_string_equal(lind_protocol_path(rows[r][0], rows[r][1], c->arena), rows[r][2]);
}

static void test_targets_file(void **state) {
  protocol_case *c = *state;
  static const char text[] = HEAD "dosing: {x: {at: days, days: [1]}}\nendpoints: {e: {kind: k}}\ntargets: b.yaml\n";
  case_write(c->other, "- {endpoint: e, arm: a, estimate: 67.4, source: s, mark: computed}\n");
  const lind_protocol *p = case_read(c, text);
  assert_int_equal(p->n_targets, 1);
  assert_string_equal(p->targets[0].mark, "computed");
  assert_string_equal(p->targets[0].where.file, c->other);
  case_write(c->other, "- {endpoint: e, arm: a, source: s, mark: computed}\n");
  lind_protocol *refused = NULL;
  const lind_node *root;
  assert_int_equal(lind_protocol_read(c->path, NULL, 0, c->arena, &refused, &root), LIND_ERR_INPUT);
  assert_non_null(strstr(lind_error_message(), "estimate"));
  assert_int_equal(strncmp(lind_error_message(), c->other, strlen(c->other)), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_include),       cmocka_unit_test(test_protocol_wins),
      cmocka_unit_test(test_overrides_win), cmocka_unit_test(test_override_of_include),
      cmocka_unit_test(test_refusals),      cmocka_unit_test(test_digest),
      cmocka_unit_test(test_path),          cmocka_unit_test(test_targets_file),
  };
  return cmocka_run_group_tests(tests, case_setup, case_teardown);
}
