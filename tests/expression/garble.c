/* Whatever the text: a tree that prints and runs, or a sentence with a place. Never a crash (run under the sanitizers). */
#include "expression_case.h"

static const char *const corpus[] = {
    "if age > 75 [year] then 5 [mg] else if a == 1 then 10 [mg] else 5 [mg]",
    "tvcl * (1 - 0.009 [1/year] * (age - 71 [year])) * exp(a)",
    "alleles(CYP2C9, \"*1\" = 0.3, \"*2\" = cl in [L/h], else = table(a, 1.5 = 8, 1.7 = 7, else = 3))",
    "genotypes(VKORC1, \"A/A\" = 1, \"A/G\" = b, \"G/G\" = 1e3) + count(CYP2C9, '*3')",
    "sex == \"male\" and not (a <= b or CYP2C9 != \"*1/*3\") # a comment\n or d >= -2 ^ -c",
    "round(clamp(dose, 0, 10 [mg]), 2.5 [mg]) + max(0, dose, 1 [g]) * pow(a, 2)",
    "dose / v * exp(-cl / v * t) / 1 [mg/L] - drug.conc * 0 / drug.conc",
};
enum { CORPUS = sizeof corpus / sizeof corpus[0], ROOM = 600 };

static const char *const pieces[] = {
    "(",  ")", "[", "]",  "\"",   "'", ",",   "=",      "==",       "<",    "if",   " then ", " else ", "not ", "and",
    "in", "-", "^", "1e", "1e9",  "0", "\n",  "#",      "\xc3\xa9", "\xff", "\x01", "[mg]",   "a",      "exp(", "alleles(",
    "*1", "/", ".", "..", "true", "!", "inr", "CYP2C9", "sex",      "\t",   "\\",   "@",      "%s",     "%n"};
enum { PIECES = sizeof pieces / sizeof pieces[0] };

static int tried, accepted;

static void try_text(expression_case *c, const char *text) {
  const lind_arena_place place = lind_arena_mark(c->arena);
  const lind_where origin = {"f", 1, 1};
  lind_tree *tree = NULL, *core = NULL;
  const char *end = NULL;
  ++tried;
  lind_error_clear();
  const lind_err head = lind_expression_parse_head(text, origin, c->arena, &tree, &end);
  if (head == LIND_OK) assert_true(end > text && end <= text + strlen(text));
  lind_error_clear();
  const lind_err err = case_core(c, text, &core);
  if (err != LIND_OK) {
    assert_null(core);
    assert_true(err == LIND_ERR_INPUT || err == LIND_ERR_UNIT);
    const char *message = lind_error_message();
    int line = 0, column = 0;
    if (sscanf(message, "f:%d:%d: ", &line, &column) != 2 || line < 1 || column < 1) fail_msg("%s\n  -> %s", text, message);
    assert_true(strlen(message) > 12 && strlen(message) < 1000);
  } else {
    const lind_program *program = NULL;
    const char *printed = NULL;
    const double slots[SLOT_COUNT] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 1, 0, 1, 0, 1};
    assert_int_equal(head, LIND_OK);
    assert_int_equal(lind_program_create(core, c->arena, &program), LIND_OK);
    const double value = lind_program_run_one(program, slots, SLOT_COUNT);
    assert_int_equal(lind_expression_text(core, c->arena, &printed), LIND_OK);
    const double again = case_value(c, printed, slots);
    assert_true(value == again || (value != value && again != again));
    ++accepted;
  }
  lind_arena_rewind(c->arena, place);
}

static void texts_cut_anywhere(void **state) {
  char text[ROOM];
  for (int k = 0; k < CORPUS; ++k)
    for (size_t n = 0; n <= strlen(corpus[k]); ++n) {
      memcpy(text, corpus[k], n);
      text[n] = '\0';
      try_text(*state, text);
      try_text(*state, corpus[k] + n);
    }
}

static void texts_with_a_character_changed(void **state) {
  char text[ROOM];
  uint64_t seed = 6;
  for (int k = 0; k < CORPUS; ++k)
    for (size_t i = 0; i < strlen(corpus[k]); ++i)
      for (int repeat = 0; repeat < 8; ++repeat) {
        (void)strcpy(text, corpus[k]);
        text[i] = (char)(1 + case_random(&seed) % 255);
        try_text(*state, text);
      }
}

static void texts_with_pieces_put_in_and_taken_out(void **state) {
  uint64_t seed = 7;
  for (int repeat = 0; repeat < 20000; ++repeat) {
    char text[ROOM], old[ROOM];
    (void)strcpy(text, corpus[case_random(&seed) % CORPUS]);
    for (uint64_t edits = 1 + case_random(&seed) % 4; edits > 0; --edits) {
      const size_t n = strlen(text), at = case_random(&seed) % (n + 1), cut = case_random(&seed) % 4;
      const char *piece = pieces[case_random(&seed) % PIECES];
      (void)strcpy(old, text);
      (void)snprintf(text, sizeof text, "%.*s%s%s", (int)at, old, piece, old + (at + cut < n ? at + cut : n));
    }
    try_text(*state, text);
  }
}

static void texts_of_pieces_alone(void **state) {
  uint64_t seed = 8;
  for (int repeat = 0; repeat < 20000; ++repeat) {
    char text[ROOM];
    char *p = text;
    *p = '\0';
    for (uint64_t n = case_random(&seed) % 12; n > 0; --n) {
      p = stpcpy(p, pieces[case_random(&seed) % PIECES]);
      if (case_random(&seed) % 2 == 0) p = stpcpy(p, " ");
    }
    try_text(*state, text);
  }
}

static void some_of_them_were_accepted(void **state) {
  (void)state;
  assert_true(tried > 40000 && accepted > 500);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(texts_cut_anywhere, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(texts_with_a_character_changed, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(texts_with_pieces_put_in_and_taken_out, case_setup, case_teardown),
      cmocka_unit_test_setup_teardown(texts_of_pieces_alone, case_setup, case_teardown),
      cmocka_unit_test(some_of_them_were_accepted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
