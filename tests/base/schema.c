/* Every kind of row: written, preset, optional, out of bounds, of another kind; every sentence to the letter. */
#include "lind/schema.h"

#include <float.h>

#include "base_test.h"

typedef struct arm {
  lind_words title;
  lind_words_list dosing;
  double ratio;
  lind_numbers weights;
  uint64_t patients;
  int blinded;
  double duration;
  lind_numbers days;
  int method;
  const lind_node *more;
  int guard;
} arm;

#define AT(field) offsetof(arm, field)

static const lind_key required[] = {
    {"title", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, AT(title), "one line about the arm"},
    {"dosing", LIND_KEY_WORDS_LIST, NULL, 0, 0, NULL, NULL, AT(dosing), "the rules that dose it"},
    {"ratio", LIND_KEY_NUMBER, NULL, 0, INFINITY, NULL, NULL, AT(ratio), "its share of the patients"},
    {"weights", LIND_KEY_NUMBERS, NULL, 0, 1, NULL, NULL, AT(weights), "what each endpoint counts"},
    {"patients", LIND_KEY_COUNT, NULL, 1, 1e9, NULL, NULL, AT(patients), "how many patients one trial randomises"},
    {"blinded", LIND_KEY_FLAG, NULL, 0, 0, NULL, NULL, AT(blinded), "whether patients know their arm"},
    {"duration", LIND_KEY_QUANTITY, "day", 0, 3650, NULL, NULL, AT(duration), "how long a patient is seen"},
    {"days", LIND_KEY_QUANTITIES, "day", DBL_MIN, INFINITY, NULL, NULL, AT(days), "when a patient is seen"},
    {"method", LIND_KEY_CHOICE, NULL, 0, 0, NULL, "simple|permuted-block|urn", AT(method), "how patients are allotted"},
    {"more", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, AT(more), "read by somebody else"},
    {NULL, LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, 0, NULL},
};
enum { N_ROWS = sizeof required / sizeof required[0] };

static const char full[] =
    "title: A: the standard one\n"
    "dosing: [one, two]\n"
    "ratio: 2.5\n"
    "weights: [0.5, 25 %]\n"
    "patients: 455\n"
    "blinded: Yes\n"
    "duration: 12 week\n"
    "days: [1 day, 36 h]\n"
    "method: permuted-block\n"
    "more: {anything: 1}\n";

static const lind_node *parse(void **state, const char *text) {
  const lind_node *root = NULL;
  if (lind_document_read_text(text, "f.yaml", *state, &root) != LIND_OK) fail_msg("%s", lind_error_message());
  return root;
}

static void copy_rows(lind_key rows[N_ROWS], const char *const presets[N_ROWS]) {
  memcpy(rows, required, sizeof required);
  for (int i = 0; i < N_ROWS; i++) rows[i].preset = presets[i];
}

static void what_is_written_is_read(void **state) {
  arm a = {.guard = 77};
  const char *quoted = "title: \"A: the standard one\"\n";
  char text[512];
  (void)snprintf(text, sizeof text, "%s%s", quoted, strchr(full, '\n') + 1);
  GOOD(lind_schema_read(parse(state, text), "arm", required, *state, &a));
  assert_string_equal(a.title.text, "A: the standard one");
  assert_int_equal(a.title.where.line, 1);
  assert_int_equal(a.title.where.column, 9);
  assert_int_equal(a.dosing.n, 2);
  assert_string_equal(a.dosing.at[1].text, "two");
  assert_int_equal(a.dosing.at[1].where.column, 15);
  assert_true(a.ratio == 2.5);
  assert_int_equal(a.weights.n, 2);
  assert_true(a.weights.at[0] == 0.5 && a.weights.at[1] == 0.25);
  assert_int_equal(a.patients, 455);
  assert_int_equal(a.blinded, 1);
  assert_true(a.duration == 12 * 168);
  assert_int_equal(a.days.n, 2);
  assert_true(a.days.at[0] == 24 && a.days.at[1] == 36);
  assert_int_equal(a.method, 1);
  assert_string_equal(a.more->path, "more");
  assert_int_equal(a.more->kind, LIND_NODE_MAPPING);
  assert_int_equal(a.guard, 77);
}

static void what_is_not_written_takes_its_preset(void **state) {
  static const char *const presets[N_ROWS] = {"none: yet", "[a, b]",         "1",   "0.25",  "30", "no",
                                              "84 day",    "[1 day, 2 day]", "urn", "{x: 1}"};
  lind_key rows[N_ROWS];
  copy_rows(rows, presets);
  arm a = {.guard = 77};
  GOOD(lind_schema_read(parse(state, "{}"), "arm", rows, *state, &a));
  assert_string_equal(a.title.text, "none: yet");
  assert_string_equal(a.title.where.file, "f.yaml");
  assert_int_equal(a.dosing.n, 2);
  assert_string_equal(a.dosing.at[1].text, "b");
  assert_true(a.ratio == 1);
  assert_int_equal(a.weights.n, 1); /* a single value is a list of one */
  assert_true(a.weights.at[0] == 0.25);
  assert_int_equal(a.patients, 30);
  assert_int_equal(a.blinded, 0);
  assert_true(a.duration == 84 * 24);
  assert_int_equal(a.days.n, 2);
  assert_true(a.days.at[1] == 48);
  assert_int_equal(a.method, 2);
  assert_string_equal(a.more->items[0].path, "more.x");
  assert_int_equal(a.guard, 77);
}

static void what_is_optional_is_absent(void **state) {
  static const char *const presets[N_ROWS] = {"", "", "", "", "", "", "", "", "", ""};
  lind_key rows[N_ROWS];
  copy_rows(rows, presets);
  arm a;
  memset(&a, 0xAB, sizeof a);
  GOOD(lind_schema_read(parse(state, "{}"), "arm", rows, *state, &a));
  assert_null(a.title.text);
  assert_int_equal(a.dosing.n, 0);
  assert_true(isnan(a.ratio));
  assert_int_equal(a.weights.n, 0);
  assert_int_equal(a.patients, 0);
  assert_int_equal(a.blinded, 0);
  assert_true(isnan(a.duration));
  assert_int_equal(a.days.n, 0);
  assert_int_equal(a.method, -1);
  assert_null(a.more);
}

static void lists_may_be_empty_or_a_single_value(void **state) {
  lind_words_list dosing = {.n = 9};
  lind_numbers days = {.n = 9};
  const lind_node *root = parse(state, "dosing: []\none: rule\nday: 2 day\n");
  GOOD(lind_schema_read_value(lind_document_find(root, "dosing"), &required[1], *state, &dosing));
  assert_int_equal(dosing.n, 0);
  GOOD(lind_schema_read_value(lind_document_find(root, "one"), &required[1], *state, &dosing));
  assert_int_equal(dosing.n, 1);
  assert_string_equal(dosing.at[0].text, "rule");
  GOOD(lind_schema_read_value(lind_document_find(root, "day"), &required[7], *state, &days));
  assert_int_equal(days.n, 1);
  assert_true(days.at[0] == 48);
}

static void bounds_are_inclusive(void **state) {
  static const struct {
    const char *text;
    int row;
  } cases[] = {{"0", 2},          {"1", 3},     {"100 %", 3},    {"0", 3},      {"1", 4},
               {"1000000000", 4}, {"0 day", 6}, {"3650 day", 6}, {"87600 h", 6}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    union {
      double number;
      uint64_t count;
      lind_numbers numbers;
    } into;
    GOOD(lind_schema_read_value(parse(state, cases[i].text), &required[cases[i].row], *state, &into));
  }
}

/* One value replaced in a section that is right otherwise. */
static void wrong_values_are_told(void **state) {
  static const struct {
    const char *value, *sentence;
    int row;
    lind_err code;
  } cases[] = {
      {"[a]", "title is a list; one piece of text is needed", 0, LIND_ERR_INPUT},
      {"{a: 1}", "title is a mapping; one piece of text is needed", 0, LIND_ERR_INPUT},
      {"{a: 1}", "dosing is a mapping; a list, such as [a, b], is needed", 1, LIND_ERR_INPUT},
      {"abc", "ratio is 'abc'; a number is needed", 2, LIND_ERR_INPUT},
      {"1,5", "ratio is '1,5'; a number is needed", 2, LIND_ERR_INPUT},
      {"5 mg", "ratio is '5 mg', which is mass; a plain number is needed", 2, LIND_ERR_UNIT},
      {"-1", "ratio is -1; it must be at least 0", 2, LIND_ERR_INPUT},
      {"1.5", "weights is 1.5; it must be between 0 and 1", 3, LIND_ERR_INPUT},
      {"0", "patients is 0; it must be between 1 and 1000000000", 4, LIND_ERR_INPUT},
      {"4.5", "patients is '4.5'; a whole number without sign or point is needed", 4, LIND_ERR_INPUT},
      {"-3", "patients is '-3'; a whole number without sign or point is needed", 4, LIND_ERR_INPUT},
      {"many", "patients is 'many'; a whole number without sign or point is needed", 4, LIND_ERR_INPUT},
      {"maybe", "blinded is 'maybe'; it must be true or false", 5, LIND_ERR_INPUT},
      {"[yes]", "blinded is a list; true or false is needed", 5, LIND_ERR_INPUT},
      {"84", "duration is '84'; it needs a unit, such as '84 day'", 6, LIND_ERR_UNIT},
      {"84 mg", "duration is '84 mg', which is mass; a time is needed, such as '84 day'", 6, LIND_ERR_UNIT},
      {"5 %", "duration is '5 %', which is dimensionless; a time is needed, such as '5 day'", 6, LIND_ERR_UNIT},
      {"1,5 day", "duration is '1,5 day': ',' in ',5 day' stands where a unit is needed", 6, LIND_ERR_UNIT},
      {"84 dya", "duration is '84 dya': 'dya' is not a known unit; did you mean 'day'?", 6, LIND_ERR_UNIT},
      {"long", "duration is 'long'; a number with a unit, such as '1 day', is needed", 6, LIND_ERR_INPUT},
      {"[1 day]", "duration is a list; a number with a unit, such as '1 day', is needed", 6, LIND_ERR_INPUT},
      {"-5 day", "duration is '-5 day'; it must be between 0 and 3650 day", 6, LIND_ERR_INPUT},
      {"11 year", "duration is '11 year'; it must be between 0 and 3650 day", 6, LIND_ERR_INPUT},
      {"0 h", "days is '0 h'; it must be more than 0 day", 7, LIND_ERR_INPUT},
      {"permuted-blok",
       "method is 'permuted-blok'; it must be one of simple, permuted-block and urn; did you mean 'permuted-block'?", 8,
       LIND_ERR_INPUT},
      {"dice", "method is 'dice'; it must be one of simple, permuted-block and urn", 8, LIND_ERR_INPUT},
      {"[urn]", "method is a list; one of simple, permuted-block and urn is needed", 8, LIND_ERR_INPUT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[512], sentence[512];
    const char *key = required[cases[i].row].key;
    (void)snprintf(text, sizeof text, "# one key a line\n%s: %s\n", key, cases[i].value);
    (void)snprintf(sentence, sizeof sentence, "f.yaml:2:%zu: %s", strlen(key) + 3, cases[i].sentence);
    union {
      lind_words words;
      lind_words_list words_list;
      lind_numbers numbers;
    } into;
    memset(&into, 0xAB, sizeof into);
    const lind_node *root = parse(state, text);
    BAD(lind_schema_read_value(&root->items[0], &required[cases[i].row], *state, &into), cases[i].code, sentence);
    for (size_t j = 0; j < sizeof into; j++) assert_int_equal(((unsigned char *)&into)[j], 0xAB);
  }
}

static void items_are_named_by_their_index(void **state) {
  lind_numbers into = {.n = 9};
  const lind_node *root = parse(state, "arms:\n  a:\n    days:\n      - 1 day\n      - 2\n    none: [1 day, ]\n    null: [~]\n");
  const lind_node *a = lind_document_find(lind_document_find(root, "arms"), "a");
  BAD(lind_schema_read_value(&a->items[0], &required[7], *state, &into), LIND_ERR_UNIT,
      "f.yaml:5:9: arms.a.days.1 is '2'; it needs a unit, such as '2 day'");
  GOOD(lind_schema_read_value(&a->items[1], &required[7], *state, &into));
  BAD(lind_schema_read_value(&a->items[2], &required[7], *state, &into), LIND_ERR_INPUT,
      "f.yaml:7:12: arms.a.null.0 has no value");
}

static void every_kind_needs_a_value(void **state) {
  for (int i = 0; i + 1 < N_ROWS; i++) {
    char text[64], sentence[64];
    (void)snprintf(text, sizeof text, "a:\n  %s:\n", required[i].key);
    (void)snprintf(sentence, sizeof sentence, "f.yaml:2:3: a.%s has no value", required[i].key);
    arm into;
    const lind_node *a = &parse(state, text)->items[0];
    BAD(lind_schema_read_value(&a->items[0], &required[i], *state, &into), LIND_ERR_INPUT, sentence);
  }
}

static void bounds_may_be_open_on_one_side(void **state) {
  lind_key row = {"x", LIND_KEY_NUMBER, NULL, -INFINITY, 3, NULL, NULL, 0, "a number"};
  double x = 42;
  BAD(lind_schema_read_value(parse(state, "4"), &row, *state, &x), LIND_ERR_INPUT, "f.yaml:1:1: x is 4; it must be at most 3");
  row.lower = DBL_MIN;
  BAD(lind_schema_read_value(parse(state, "0"), &row, *state, &x), LIND_ERR_INPUT,
      "f.yaml:1:1: x is 0; it must be more than 0 and at most 3");
  assert_true(x == 42);
  row.lower = -INFINITY;
  GOOD(lind_schema_read_value(parse(state, "-1e300"), &row, *state, &x));
  row.lower = row.upper = 0; /* no bounds at all */
  GOOD(lind_schema_read_value(parse(state, "-7"), &row, *state, &x));
  assert_true(x == -7);
}

static void unknown_and_missing_keys_are_told(void **state) {
  static const struct {
    const char *text, *sentence;
  } cases[] = {
      {"arms:\n  standard:\n    title: x\n    ratoi: 1\n",
       "f.yaml:4:5: arms.standard.ratoi is not a known key; did you mean 'ratio'?"},
      {"arms:\n  standard: {xyzzy: 1}\n",
       "f.yaml:2:14: arms.standard.xyzzy is not a known key; the known ones are title, dosing, ratio, weights, patients, "
       "blinded, "
       "duration, days, method and more"},
      {"arms:\n  standard: {title: x, dosing: y}\n",
       "f.yaml:2:13: arms.standard has no key 'ratio'; it is needed: its share of the patients"},
      {"arms:\n  standard:\n", "f.yaml:2:3: arms.standard has no value"},
      {"arms:\n  standard: [1]\n",
       "f.yaml:2:13: arms.standard is a list; a mapping is needed, with the keys title, dosing, ratio, weights, patients, "
       "blinded, "
       "duration, days, method and more"},
      {"arms:\n  standard: yes\n",
       "f.yaml:2:13: arms.standard is 'yes'; a mapping is needed, with the keys title, dosing, ratio, weights, patients, "
       "blinded, "
       "duration, days, method and more"},
      {"arms:\n  standard: {title: x, dosing: y, ratio: 84 day}\n",
       "f.yaml:2:42: arms.standard.ratio is '84 day', which is time; a plain number is needed"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    arm a, before;
    memset(&a, 0xAB, sizeof a);
    memcpy(&before, &a, sizeof a);
    const lind_node *section = &parse(state, cases[i].text)->items[0].items[0];
    lind_error_clear();
    assert_int_not_equal(lind_schema_read(section, "arms.NAME", required, *state, &a), LIND_OK);
    assert_string_equal(lind_error_message(), cases[i].sentence);
    assert_memory_equal(&a, &before, sizeof a); /* untouched on failure */
  }
}

static void the_root_is_named_by_its_section(void **state) {
  uint64_t patients = 3;
  const lind_key rows[] = {{"patients", LIND_KEY_COUNT, NULL, 0, 0, NULL, NULL, 0, "how many patients one trial randomises"},
                           {NULL, LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, 0, NULL}};
  BAD(lind_schema_read(parse(state, "{}"), "protocol", rows, *state, &patients), LIND_ERR_INPUT,
      "f.yaml:1:1: protocol has no key 'patients'; it is needed: how many patients one trial randomises");
  BAD(lind_schema_read(parse(state, "patient: 4"), "protocol", rows, *state, &patients), LIND_ERR_INPUT,
      "f.yaml:1:1: patient is not a known key; did you mean 'patients'?");
  BAD(lind_schema_read(parse(state, "x"), "protocol", rows, *state, &patients), LIND_ERR_INPUT,
      "f.yaml:1:1: protocol is 'x'; a mapping is needed, with the keys patients");
  assert_int_equal(patients, 3);
}

static void a_star_lets_other_keys_pass(void **state) {
  struct {
    double ratio;
    int guard;
  } into = {.guard = 77};
  const lind_key rows[] = {{"ratio", LIND_KEY_NUMBER, NULL, 0, 0, "1", NULL, 0, "its share"},
                           {"*", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, 0, "a parameter and its value"},
                           {NULL, LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, 0, NULL}};
  GOOD(lind_schema_read(parse(state, "{ratio: 3, cl: 5 L/h}"), "arm", rows, *state, &into));
  assert_true(into.ratio == 3);
  GOOD(lind_schema_read(parse(state, "{}"), "arm", rows, *state, &into));
  assert_true(into.ratio == 1);
  assert_int_equal(into.guard, 77);
}

static void a_setting_is_read_as_if_it_were_written(void **state) {
  const lind_node *root = parse(state, "duration: 84 day\n"), *changed = NULL;
  GOOD(lind_document_override(root, "duration=12 mg", *state, &changed));
  double duration = 0;
  BAD(lind_schema_read_value(lind_document_find(changed, "duration"), &required[6], *state, &duration), LIND_ERR_UNIT,
      "--set:1:10: duration is '12 mg', which is mass; a time is needed, such as '12 day'");
}

static void describe(void (*write)(FILE *, const lind_section *), const lind_section *section, const char *expected) {
  char *text = NULL;
  size_t n = 0;
  FILE *out = open_memstream(&text, &n);
  assert_non_null(out);
  write(out, section);
  assert_int_equal(fclose(out), 0);
  assert_string_equal(text, expected);
  free(text);
}

static void the_rows_describe_themselves(void **state) {
  (void)state;
  const lind_key rows[] = {{"ratio", LIND_KEY_NUMBER, NULL, 0, INFINITY, "1", NULL, 0, "its share"},
                           {"duration", LIND_KEY_QUANTITY, "day", DBL_MIN, INFINITY, NULL, NULL, 0, "how long"},
                           {"days", LIND_KEY_QUANTITIES, "day", 0, 0, "", NULL, 0, "when"},
                           {"method", LIND_KEY_CHOICE, NULL, 0, 0, "urn", "simple|urn", 0, "how"},
                           {"*", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, 0, "a parameter and its value"},
                           {NULL, LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, 0, NULL}};
  const lind_section section = {"arms.NAME", "one arm of the trial", rows};
  describe(lind_schema_describe, &section,
           "arms.NAME: one arm of the trial\n"
           "  ratio     number, at least 0  (default 1)\n"
           "            its share\n"
           "  duration  time, such as 1 day, more than 0 day  (required)\n"
           "            how long\n"
           "  days      list: time, such as 1 day  (optional)\n"
           "            when\n"
           "  method    simple | urn  (default urn)\n"
           "            how\n"
           "  NAME      any other key\n"
           "            a parameter and its value\n");
  describe(lind_schema_describe_markdown, &section,
           "### `arms.NAME`\n\none arm of the trial\n\n"
           "| key | value | default | meaning |\n|---|---|---|---|\n"
           "| `ratio` | number, at least 0 | `1` | its share |\n"
           "| `duration` | time, such as 1 day, more than 0 day | required | how long |\n"
           "| `days` | list: time, such as 1 day | optional | when |\n"
           "| `method` | simple \\| urn | `urn` | how |\n"
           "| any other |  |  | a parameter and its value |\n\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      BASE_TEST(what_is_written_is_read),
      BASE_TEST(what_is_not_written_takes_its_preset),
      BASE_TEST(what_is_optional_is_absent),
      BASE_TEST(lists_may_be_empty_or_a_single_value),
      BASE_TEST(bounds_are_inclusive),
      BASE_TEST(wrong_values_are_told),
      BASE_TEST(items_are_named_by_their_index),
      BASE_TEST(every_kind_needs_a_value),
      BASE_TEST(bounds_may_be_open_on_one_side),
      BASE_TEST(unknown_and_missing_keys_are_told),
      BASE_TEST(the_root_is_named_by_its_section),
      BASE_TEST(a_star_lets_other_keys_pass),
      BASE_TEST(a_setting_is_read_as_if_it_were_written),
      BASE_TEST(the_rows_describe_themselves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
