/* Broken input never crashes, never leaks and never fails without a sentence: every prefix of a file, and bytes changed at
 * random. Run it under the sanitizers (LIND_SANITIZE=ON) to see what it is for. */
#include "base_test.h"
#include "lind/document.h"
#include "lind/schema.h"
#include "lind/unit.h"

static const char protocol[] =
    "%YAML 1.2\n---\n# remark\n"
    "protocol: eu-pact\n"
    "title:    \"Genotype-guided \\u00e9 \\\"loading\\\"\"\n"
    "model:    {use: pgx.warfarin, set: 'hamberg''s'}\n"
    "duration: 85 day\n"
    "randomise: {method: permuted-block, blocks: [4, 6], strata: [site, indication]}\n"
    "arms:\n"
    "  genotype: {ratio: 1, dosing: [avery-loading, inr-titration]}\n"
    "  standard:\n"
    "    ratio: 1\n"
    "    dosing:\n"
    "      - age-loading\n"
    "      -\n"
    "      - - nested\n"
    "        - ? odd\n"
    "          : key\n"
    "dosing:\n"
    "  age-loading:\n"
    "    dose: |2-\n"
    "      if age > 75 [year] then 5 [mg]\n"
    "        else 10 [mg]\n"
    "  folded: >+\n"
    "    two\n"
    "    lines\n"
    "\n"
    "\xC3\xA9t\xC3\xA9: {\xC3\xB6: ~, p: null}\n"
    "...\n";

typedef struct settings {
  lind_words title;
  double duration;
  lind_numbers numbers;
} settings;

static const lind_key rows[] = {
    {"title", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(settings, title), "a title"},
    {"duration", LIND_KEY_QUANTITY, "day", 0, 1000, NULL, NULL, offsetof(settings, duration), "how long"},
    {"randomise", LIND_KEY_NUMBERS, NULL, 0, 0, "", NULL, offsetof(settings, numbers), "numbers"},
    {"*", LIND_KEY_NODE, NULL, 0, 0, NULL, NULL, 0, "anything"},
    {NULL, LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, 0, NULL},
};

/* Every node can be walked, has a place inside the file, and a path. */
static size_t walk(const lind_node *node, int last_line) {
  assert_non_null(node->path);
  assert_non_null(node->where.file);
  assert_true(node->where.line >= 1 && node->where.line <= last_line + 1);
  assert_true(node->where.column >= 1);
  assert_int_equal(node->kind == LIND_NODE_SCALAR, node->text != NULL);
  size_t length = node->text != NULL ? strlen(node->text) : 0;
  for (int i = 0; i < node->n; i++) {
    if (node->kind == LIND_NODE_MAPPING) assert_true(strlen(node->keys[i]) > 0 && node->key_where[i].line >= 1);
    length += walk(&node->items[i], last_line);
  }
  return length;
}

/* True if it is a document; else there is a sentence. */
static bool try_document(lind_arena *arena, const char *bytes, size_t n) {
  const lind_arena_place place = lind_arena_mark(arena);
  char *text = malloc(n + 1); /* its own piece of the heap, so that reading behind it is seen */
  assert_non_null(text);
  memcpy(text, bytes, n);
  text[n] = '\0';
  int lines = 1;
  for (size_t i = 0; i < n; i++) lines += text[i] == '\n';
  const lind_node *root = NULL, *changed = NULL;
  lind_error_clear();
  const bool good = lind_document_read_text(text, "f.yaml", arena, &root) == LIND_OK;
  if (good) {
    assert_true(walk(root, lines) <= 2 * n + 1);
    settings into;
    if (lind_schema_read(root, "protocol", rows, arena, &into) != LIND_OK)
      assert_int_equal(strncmp(lind_error_message(), "f.yaml:", 7), 0);
    if (lind_document_override(root, "arms.standard.ratio=[2, {a: 3}]", arena, &changed) == LIND_OK) (void)walk(changed, lines);
  } else {
    assert_int_equal(strncmp(lind_error_message(), "f.yaml:", 7), 0);
    assert_null(strchr(lind_error_message(), '\n'));
    assert_null(root);
  }
  free(text);
  lind_arena_rewind(arena, place);
  return good;
}

static void every_prefix_of_a_file_is_read_or_refused(void **state) {
  const size_t n = sizeof protocol - 1;
  assert_true(try_document(*state, protocol, n));
  size_t good = 0;
  for (size_t length = 0; length < n; length++) good += try_document(*state, protocol, length);
  assert_true(good > 0 && good < n);
}

static uint32_t next(uint32_t *seed) { /* Numerical Recipes' quick generator: any variety will do here */
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 8;
}

static void changed_bytes_are_read_or_refused(void **state) {
  static const char interesting[] = "\n\t :,-?[]{}#&*!|>'\"%@`~=.\\0a\x80\xC3\xFF";
  uint32_t seed = 7;
  size_t good = 0, rounds = 4000;
  for (size_t round = 0; round < rounds; round++) {
    char bytes[sizeof protocol];
    memcpy(bytes, protocol, sizeof protocol);
    size_t n = sizeof protocol - 1;
    for (uint32_t changes = 1 + next(&seed) % 4; changes > 0; changes--) {
      const size_t at = next(&seed) % n;
      if (next(&seed) % 3 == 0) { /* cut a piece out */
        const size_t cut = 1 + next(&seed) % 20, end = at + cut < n ? at + cut : n;
        memmove(bytes + at, bytes + end, n - end);
        n -= end - at;
        if (n == 0) break;
      } else {
        bytes[at] = interesting[next(&seed) % (sizeof interesting - 1)];
      }
    }
    good += try_document(*state, bytes, n);
  }
  assert_true(good > 0 && good < rounds);
}

static void settings_are_read_or_refused(void **state) {
  static const char pieces[] = "arms.standard.dosing.0=[]{}:,&*'\"| -~\n";
  const lind_node *root = NULL;
  GOOD(lind_document_read_text(protocol, "f.yaml", *state, &root));
  uint32_t seed = 11;
  size_t good = 0, rounds = 4000;
  for (size_t round = 0; round < rounds; round++) {
    const lind_arena_place place = lind_arena_mark(*state);
    char text[64] = "arms.standard.dosing.0=1";
    const size_t n = strlen(text);
    for (int changes = 0; changes < 3; changes++) text[next(&seed) % n] = pieces[next(&seed) % (sizeof pieces - 1)];
    const lind_node *changed = NULL;
    if (lind_document_override(root, text, *state, &changed) == LIND_OK) {
      good++;
      (void)walk(changed, 100);
    } else {
      assert_int_equal(strncmp(lind_error_message(), "--set:", 6), 0);
    }
    lind_arena_rewind(*state, place);
  }
  assert_true(good > 0 && good < rounds);
}

static void units_are_read_or_refused(void **state) {
  (void)state;
  static const char pieces[] = "mgLhsKA%1.5^-+*/() \xC2\xB5U0e9";
  uint32_t seed = 13;
  size_t good = 0, rounds = 200000;
  for (size_t round = 0; round < rounds; round++) {
    char text[64];
    const size_t n = next(&seed) % 12 + (round % 100 == 0 ? 40 : 0);
    for (size_t i = 0; i < n; i++) text[i] = pieces[next(&seed) % (sizeof pieces - 1)];
    text[n] = '\0';
    lind_unit unit;
    double value;
    if (lind_unit_parse_quantity(text, &value, &unit) == LIND_OK) assert_true(isfinite(value) && isnormal(unit.scale));
    if (lind_unit_parse(text, &unit) != LIND_OK) {
      assert_true(strlen(lind_error_message()) > 0);
      continue;
    }
    good++;
    assert_true(isnormal(unit.scale) && strlen(unit.text) <= n);
  }
  assert_true(good > 0 && good < rounds);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      BASE_TEST(every_prefix_of_a_file_is_read_or_refused),
      BASE_TEST(changed_bytes_are_read_or_refused),
      BASE_TEST(settings_are_read_or_refused),
      BASE_TEST(units_are_read_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
