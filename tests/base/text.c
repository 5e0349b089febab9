/* Nearest names, lists, and numbers that mean the same everywhere. */
#include "lind/text.h"

#include <locale.h>

#include "base_test.h"

static const char *const keys[] = {"ratio", "dosing", "duration", "patients", "title"};
enum { N_KEYS = sizeof keys / sizeof keys[0] };

static void the_nearest_name_is_found(void **state) {
  (void)state;
  assert_string_equal(lind_text_nearest("ratoi", keys, N_KEYS), "ratio");      /* a swap is one edit */
  assert_string_equal(lind_text_nearest("RATIO", keys, N_KEYS), "ratio");      /* case-blind */
  assert_string_equal(lind_text_nearest("patient", keys, N_KEYS), "patients"); /* an insertion */
  assert_string_equal(lind_text_nearest("duratoin", keys, N_KEYS), "duration");
  assert_string_equal(lind_text_nearest("titel", keys, N_KEYS), "title");
}

static void what_is_far_has_no_nearest(void **state) {
  (void)state;
  assert_null(lind_text_nearest("endpoints", keys, N_KEYS));
  assert_null(lind_text_nearest("", keys, N_KEYS));
  assert_null(lind_text_nearest("ratio", keys, 0));
  static const char *const letters[] = {"b"};
  assert_null(lind_text_nearest("a", letters, 1)); /* one letter for another is no resemblance */
  char word[200];
  memset(word, 'a', sizeof word - 1);
  word[sizeof word - 1] = '\0';
  assert_null(lind_text_nearest(word, keys, N_KEYS));
  const char *const long_names[] = {word};
  assert_null(lind_text_nearest("a", long_names, 1));
}

static void the_bound_is_a_third_and_one(void **state) {
  (void)state;
  static const char *const names[] = {"abcdef"};
  assert_string_equal(lind_text_nearest("xyzdef", names, 1), "abcdef"); /* 3 edits of 6 letters: 6 / 3 + 1 */
  assert_null(lind_text_nearest("wxyzef", names, 1));                   /* 4 */
}

static void of_equals_the_first(void **state) {
  (void)state;
  static const char *const names[] = {"cat", "car"};
  assert_string_equal(lind_text_nearest("cax", names, 2), "cat");
  static const char *const exact[] = {"cart", "cat", "car"};
  assert_string_equal(lind_text_nearest("car", exact, 3), "car");
}

static void a_suggestion_ends_a_sentence(void **state) {
  (void)state;
  char buffer[64];
  assert_string_equal(lind_text_suggestion("ratoi", keys, N_KEYS, buffer, sizeof buffer), " (did you mean 'ratio'?)");
  assert_string_equal(lind_text_suggestion("zzz", keys, N_KEYS, buffer, sizeof buffer), "");
  assert_string_equal(lind_text_suggestion("ratoi", keys, N_KEYS, buffer, 5), " (di");
}

static void lists_read_as_words(void **state) {
  (void)state;
  char buffer[64];
  assert_string_equal(lind_text_list(keys, 0, buffer, sizeof buffer), "");
  assert_string_equal(lind_text_list(keys, 1, buffer, sizeof buffer), "ratio");
  assert_string_equal(lind_text_list(keys, 2, buffer, sizeof buffer), "ratio and dosing");
  assert_string_equal(lind_text_list(keys, 3, buffer, sizeof buffer), "ratio, dosing and duration");
}

static void a_list_is_cut_where_it_does_not_fit(void **state) {
  (void)state;
  for (size_t size = 0; size < 64; size++) {
    char *buffer = malloc(size + 1); /* so that a sanitizer sees one byte too many */
    assert_non_null(buffer);
    memset(buffer, '#', size + 1);
    (void)lind_text_list(keys, N_KEYS, buffer, size);
    assert_int_equal(buffer[size], '#');
    if (size > 0) assert_true(strlen(buffer) < size);
    free(buffer);
  }
  char buffer[64];
  assert_string_equal(lind_text_list(keys, N_KEYS, buffer, 23), "ratio, dosing, ...");
}

static void numbers_are_read_whole(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double value;
  } good[] = {{"0", 0},
              {"-1", -1},
              {"+2.5", 2.5},
              {".5", 0.5},
              {"5.", 5},
              {"1e3", 1000},
              {"1E-3", 1e-3},
              {"0.1", 0.1},
              {"1e308", 1e308},
              {"123456789012345678", 123456789012345678.0},
              {"4.9e-324", 4.9e-324}};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    double value = NAN;
    assert_true(lind_text_number(good[i].text, &value));
    assert_true(value == good[i].value);
  }
  static const char *const bad[] = {"",  " 1", "1 ", "1,5", "0x10", "inf", "nan",   "1e999",
                                    "-", ".",  "e5", "1e",  "1e+",  "--1", "1_000", "5 mg"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    double value = 42;
    assert_false(lind_text_number(bad[i], &value));
    assert_true(value == 42);
  }
}

static void a_number_at_the_head_ends_where_it_must(void **state) {
  (void)state;
  static const struct {
    const char *text;
    size_t n;
  } cases[] = {{"5 mg", 1}, {"5mg", 1}, {"1e3/h", 3}, {"1e", 1}, {"2.5em", 3}, {"-3", 2}, {"0x10", 1}, {"mg", 0}, {"", 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double value;
    assert_int_equal(lind_text_number_head(cases[i].text, &value), cases[i].n);
  }
}

static void a_number_of_a_thousand_digits_is_read(void **state) {
  (void)state;
  char text[1003];
  memset(text, '3', sizeof text - 1);
  text[1] = '.';
  text[sizeof text - 1] = '\0';
  double value;
  assert_true(lind_text_number(text, &value));
  assert_true(value == 10.0 / 3);
}

static void numbers_do_not_depend_on_the_locale(void **state) {
  (void)state;
  static const char *const with_commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
  bool found = false;
  for (size_t i = 0; i < 4 && !found; i++) found = setlocale(LC_ALL, with_commas[i]) != NULL;
  if (!found) skip(); /* this machine writes 2.5 in every language */
  double value = NAN;
  assert_true(lind_text_number("2.5", &value));
  assert_true(value == 2.5);
  assert_false(lind_text_number("2,5", &value));
  (void)setlocale(LC_ALL, "C");
}

static void counts_have_no_sign_and_fit(void **state) {
  (void)state;
  unsigned long long value = 0;
  assert_true(lind_text_count("18446744073709551615", &value));
  assert_true(value == UINT64_MAX);
  assert_true(lind_text_count("007", &value));
  assert_int_equal(value, 7);
  static const char *const bad[] = {"", "-1", "+1", "1.0", "1e3", " 1", "18446744073709551616", "99999999999999999999999", "0x1"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(lind_text_count(bad[i], &value));
  assert_int_equal(value, 7);
}

static void case_does_not_matter(void **state) {
  (void)state;
  assert_true(lind_text_equal_nocase("True", "tRUE"));
  assert_true(lind_text_equal_nocase("", ""));
  assert_false(lind_text_equal_nocase("a", "ab"));
  assert_false(lind_text_equal_nocase("ab", "a"));
  assert_false(lind_text_equal_nocase("[", "{")); /* they differ by the bit that letters differ by */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_nearest_name_is_found),
      cmocka_unit_test(what_is_far_has_no_nearest),
      cmocka_unit_test(the_bound_is_a_third_and_one),
      cmocka_unit_test(of_equals_the_first),
      cmocka_unit_test(a_suggestion_ends_a_sentence),
      cmocka_unit_test(lists_read_as_words),
      cmocka_unit_test(a_list_is_cut_where_it_does_not_fit),
      cmocka_unit_test(numbers_are_read_whole),
      cmocka_unit_test(a_number_at_the_head_ends_where_it_must),
      cmocka_unit_test(a_number_of_a_thousand_digits_is_read),
      cmocka_unit_test(numbers_do_not_depend_on_the_locale),
      cmocka_unit_test(counts_have_no_sign_and_fit),
      cmocka_unit_test(case_does_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
