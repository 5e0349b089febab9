/* Settings from the command line: what changes, what is shared, where it says it stands. */
#include "base_test.h"
#include "lind/document.h"

static const char text[] =
    "patients: 100\n"
    "arms:\n"
    "  standard: {ratio: 1, dosing: [a, b]}\n"
    "  new: {ratio: 1}\n"
    "visits: {days: [1, 2, 3]}\n"
    "set: {drug.cl: 1, drug: {v: 2}}\n"
    "none:\n";

static const lind_node *base(void **state) {
  const lind_node *root = NULL;
  if (lind_document_read_text(text, "f.yaml", *state, &root) != LIND_OK) fail_msg("%s", lind_error_message());
  return root;
}

static const lind_node *changed(void **state, const lind_node *root, const char *assignment) {
  const lind_node *fresh = NULL;
  if (lind_document_override(root, assignment, *state, &fresh) != LIND_OK) fail_msg("%s", lind_error_message());
  return fresh;
}

static const lind_node *find(const lind_node *root, const char *a, const char *b, const char *c) {
  const lind_node *node = lind_document_find(root, a);
  if (b != NULL) node = lind_document_find(node, b);
  if (c != NULL) node = lind_document_find(node, c);
  assert_non_null(node);
  return node;
}

static void assert_place(lind_where where, int column) {
  assert_string_equal(where.file, "--set");
  assert_int_equal(where.line, 1);
  assert_int_equal(where.column, column);
}

static void a_value_is_replaced_and_the_rest_is_shared(void **state) {
  const lind_node *old = base(state), *fresh = changed(state, old, "arms.standard.ratio=2");
  const lind_node *ratio = find(fresh, "arms", "standard", "ratio");
  assert_string_equal(ratio->text, "2");
  assert_string_equal(ratio->path, "arms.standard.ratio");
  assert_place(ratio->where, 21);
  assert_place(find(fresh, "arms", "standard", NULL)->key_where[0], 1 + 14);
  assert_string_equal(find(old, "arms", "standard", "ratio")->text, "1");
  assert_ptr_equal(find(fresh, "arms", "new", NULL)->items, find(old, "arms", "new", NULL)->items);
  assert_ptr_equal(find(fresh, "visits", NULL, NULL)->items, find(old, "visits", NULL, NULL)->items);
  assert_string_equal(find(fresh, "patients", NULL, NULL)->where.file, "f.yaml");
  assert_int_equal(fresh->n, old->n);
}

static void a_value_may_be_a_collection(void **state) {
  const lind_node *fresh = changed(state, base(state), "visits.days=[4, {at: 6}]");
  const lind_node *days = find(fresh, "visits", "days", NULL);
  assert_int_equal(days->n, 2);
  assert_string_equal(days->items[0].text, "4");
  assert_string_equal(days->items[1].path, "visits.days.1");
  assert_string_equal(days->items[1].items[0].path, "visits.days.1.at");
  assert_place(days->items[1].items[0].where, 22);
}

static void a_new_key_joins_its_parent(void **state) {
  const lind_node *old = base(state), *fresh = changed(state, old, "arms.new.dosing = 5 mg");
  const lind_node *parent = find(fresh, "arms", "new", NULL);
  assert_int_equal(parent->n, 2);
  assert_int_equal(find(old, "arms", "new", NULL)->n, 1);
  assert_string_equal(parent->keys[1], "dosing");
  assert_string_equal(parent->items[1].text, "5 mg");
  assert_string_equal(parent->items[1].path, "arms.new.dosing");
  const lind_node *top = changed(state, fresh, "seed=7");
  assert_string_equal(lind_document_find(top, "seed")->path, "seed");
  assert_string_equal(lind_document_find(top, "seed")->text, "7");
}

static void items_are_counted_from_0(void **state) {
  const lind_node *fresh = changed(state, base(state), "visits.days.2=9");
  assert_string_equal(find(fresh, "visits", "days", NULL)->items[2].text, "9");
  assert_string_equal(find(fresh, "visits", "days", NULL)->items[1].text, "2");
}

static void a_key_with_dots_is_found(void **state) {
  const lind_node *fresh = changed(state, base(state), "set.drug.cl=3");
  assert_string_equal(find(fresh, "set", "drug.cl", NULL)->text, "3");
  assert_int_equal(find(fresh, "set", NULL, NULL)->n, 2);
  assert_string_equal(find(changed(state, fresh, "set.drug.v=4"), "set", "drug", "v")->text, "4");
}

static void nothing_is_a_null(void **state) {
  const lind_node *fresh = changed(state, base(state), "patients=");
  assert_int_equal(find(fresh, "patients", NULL, NULL)->kind, LIND_NODE_NULL);
  assert_place(find(fresh, "patients", NULL, NULL)->where, 1);
  assert_int_equal(find(changed(state, fresh, "patients=null"), "patients", NULL, NULL)->kind, LIND_NODE_NULL);
}

static void only_the_first_equals_sign_counts(void **state) {
  const lind_node *fresh = changed(state, base(state), "patients=\"a == b\"");
  assert_string_equal(find(fresh, "patients", NULL, NULL)->text, "a == b");
}

static void settings_follow_one_another(void **state) {
  const lind_node *fresh = changed(state, changed(state, base(state), "arms.third={ratio: 1}"), "arms.third.ratio=5");
  assert_string_equal(find(fresh, "arms", "third", "ratio")->text, "5");
}

static void what_cannot_be_set_is_told(void **state) {
  static const struct {
    const char *assignment, *sentence;
  } cases[] = {
      {"patients", "--set: 'patients' is not a setting; one is written like 'patients=200' or 'arms.a.ratio=2'"},
      {"=3", "--set: '=3' is not a setting; one is written like 'patients=200' or 'arms.a.ratio=2'"},
      {"a..b=3", "--set: 'a..b=3' is not a setting; one is written like 'patients=200' or 'arms.a.ratio=2'"},
      {".a=3", "--set: '.a=3' is not a setting; one is written like 'patients=200' or 'arms.a.ratio=2'"},
      {"arms.stanard.ratio=2", "--set:1:6: arms has no key 'stanard'; did you mean 'standard'?"},
      {"arms.xyz.ratio=2", "--set:1:6: arms has no key 'xyz'; it has standard and new"},
      {"patients.a=2", "--set:1:10: patients is '100', so it has no 'a'"},
      {"none.a=2", "--set:1:6: none has no value, so it has no 'a'"},
      {"visits.days.3=2", "--set:1:13: visits.days is a list of 3, counted from 0; it has no item '3'"},
      {"visits.days.x=2", "--set:1:13: visits.days is a list of 3, counted from 0; it has no item 'x'"},
      {"patients=[1", "--set:1:12: this is not YAML: a list that was opened with '[' is never closed"},
      {"patients=&a 1", "--set:1:10: patients has the anchor '&a'; write the value out wherever it is needed"},
      {"patients={a: 1, a: 2}", "--set:1:17: patients.a stands here twice; it is already on line 1"},
  };
  const lind_node *old = base(state);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const lind_node *fresh = NULL;
    BAD(lind_document_override(old, cases[i].assignment, *state, &fresh), LIND_ERR_INPUT, cases[i].sentence);
    assert_null(fresh);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      BASE_TEST(a_value_is_replaced_and_the_rest_is_shared),
      BASE_TEST(a_value_may_be_a_collection),
      BASE_TEST(a_new_key_joins_its_parent),
      BASE_TEST(items_are_counted_from_0),
      BASE_TEST(a_key_with_dots_is_found),
      BASE_TEST(nothing_is_a_null),
      BASE_TEST(only_the_first_equals_sign_counts),
      BASE_TEST(settings_follow_one_another),
      BASE_TEST(what_cannot_be_set_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
