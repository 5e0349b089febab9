/* YAML as a tree: kinds, texts, paths, the place of every key and value, and what is refused. */
#include "lind/document.h"

#include "base_test.h"

static const lind_node *read(lind_arena *arena, const char *text) {
  const lind_node *root = NULL;
  if (lind_document_read_text(text, "f.yaml", arena, &root) != LIND_OK) fail_msg("%s", lind_error_message());
  return root;
}

/* The node at the end of keys and indices. */
static const lind_node *at(const lind_node *node, const char *path) {
  char copy[128];
  (void)snprintf(copy, sizeof copy, "%s", path);
  char *rest = NULL;
  for (char *word = strtok_r(copy, ".", &rest); word != NULL && node != NULL; word = strtok_r(NULL, ".", &rest)) {
    if (node->kind == LIND_NODE_MAPPING)
      node = lind_document_find(node, word);
    else
      node = atoi(word) < node->n ? &node->items[atoi(word)] : NULL;
  }
  assert_non_null(node);
  return node;
}

static void assert_place(lind_where where, int line, int column) {
  assert_string_equal(where.file, "f.yaml");
  assert_int_equal(where.line, line);
  assert_int_equal(where.column, column);
}

static const char protocol[] =
    "# a remark\n"
    "title:  Warfarin, in \xC3\xA4"
    "rzte words\n"
    "arms:\n"
    "  standard: {ratio: 1, dosing: [a, \"b c\"]}\n"
    "  b-arm:\n"
    "    ratio:   '2'\n"
    "visits:\n"
    "- days\n"
    "- ~ # which is nothing - really\n"
    "- null\n"
    "-   deep:\n"
    "      - [1,\n"
    "         2]\n"
    "empty:\n"
    "also: ~\n"
    "\xC3\xA9t\xC3\xA9: {\xC3\xB6: 1, p: 2}\n"
    "last: over\n"
    "  two lines\n";

static void every_value_knows_its_place(void **state) {
  static const struct {
    const char *path;
    int line, column;
    lind_node_kind kind;
    const char *text;
  } cases[] = {
      {"", 2, 1, LIND_NODE_MAPPING, NULL},
      {"title", 2, 9, LIND_NODE_SCALAR,
       "Warfarin, in \xC3\xA4"
       "rzte words"},
      {"arms", 4, 3, LIND_NODE_MAPPING, NULL},
      {"arms.standard", 4, 13, LIND_NODE_MAPPING, NULL},
      {"arms.standard.ratio", 4, 21, LIND_NODE_SCALAR, "1"},
      {"arms.standard.dosing", 4, 32, LIND_NODE_SEQUENCE, NULL},
      {"arms.standard.dosing.0", 4, 33, LIND_NODE_SCALAR, "a"},
      {"arms.standard.dosing.1", 4, 37, LIND_NODE_SCALAR, "b c"},
      {"arms.b-arm.ratio", 6, 15, LIND_NODE_SCALAR, "2"},
      {"visits", 8, 1, LIND_NODE_SEQUENCE, NULL},
      {"visits.0", 8, 3, LIND_NODE_SCALAR, "days"},
      {"visits.1", 9, 3, LIND_NODE_NULL, NULL},
      {"visits.2", 10, 3, LIND_NODE_NULL, NULL},
      {"visits.3", 11, 5, LIND_NODE_MAPPING, NULL},
      {"visits.3.deep.0", 12, 9, LIND_NODE_SEQUENCE, NULL},
      {"visits.3.deep.0.0", 12, 10, LIND_NODE_SCALAR, "1"},
      {"visits.3.deep.0.1", 13, 10, LIND_NODE_SCALAR, "2"},
      {"empty", 14, 1, LIND_NODE_NULL, NULL},
      {"also", 15, 1, LIND_NODE_NULL, NULL},
      {"\xC3\xA9t\xC3\xA9", 16, 6, LIND_NODE_MAPPING, NULL}, /* columns count characters */
      {"\xC3\xA9t\xC3\xA9.p", 16, 16, LIND_NODE_SCALAR, "2"},
      {"last", 17, 7, LIND_NODE_SCALAR, "over two lines"},
  };
  const lind_node *root = read(*state, protocol);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const lind_node *node = at(root, cases[i].path);
    assert_place(node->where, cases[i].line, cases[i].column);
    assert_int_equal(node->kind, cases[i].kind);
    assert_string_equal(node->path, cases[i].path);
    if (cases[i].text != NULL)
      assert_string_equal(node->text, cases[i].text);
    else
      assert_null(node->text);
  }
}

static void every_key_knows_its_place(void **state) {
  const lind_node *root = read(*state, protocol);
  static const int lines[] = {2, 3, 7, 14, 15, 16, 17};
  assert_int_equal(root->n, 7);
  for (int i = 0; i < root->n; i++) assert_place(root->key_where[i], lines[i], 1);
  const lind_node *standard = at(root, "arms.standard");
  assert_string_equal(standard->keys[1], "dosing");
  assert_place(standard->key_where[0], 4, 14);
  assert_place(standard->key_where[1], 4, 24);
  assert_place(at(root, "arms")->key_where[1], 5, 3);
  assert_place(at(root, "\xC3\xA9t\xC3\xA9")->key_where[1], 16, 13);
}

/* An error at column c of line k of a block's text stands in column where.column + c - 1 of line where.line + k - 1. */
static void a_block_keeps_its_lines_and_columns(void **state) {
  const lind_node *root = read(*state,
                               "a: |\n"
                               "  if x\n"
                               "    then y\n"
                               "b: |  # remark\n"
                               "\n"
                               "      deep\n"
                               "c:\n"
                               "  - |2\n"
                               "      spaces first\n"
                               "d: >-\n"
                               "   folded\n"
                               "   text\n"
                               "e: |\n"
                               "f: 1\n");
  assert_string_equal(at(root, "a")->text, "if x\n  then y\n");
  assert_place(at(root, "a")->where, 2, 3);
  assert_string_equal(at(root, "b")->text, "\ndeep\n");
  assert_place(at(root, "b")->where, 5, 7);
  assert_string_equal(at(root, "c.0")->text, "  spaces first\n");
  assert_place(at(root, "c.0")->where, 9, 5);
  assert_string_equal(at(root, "d")->text, "folded text");
  assert_place(at(root, "d")->where, 11, 4);
  assert_string_equal(at(root, "e")->text, "");
  assert_true(at(root, "a")->quoted && at(root, "d")->quoted && at(root, "e")->quoted);
  assert_place(at(root, "f")->where, 14, 4);
}

static void an_empty_item_stands_at_its_dash(void **state) {
  const lind_node *root = read(*state,
                               "list:\n"
                               "  -\n"
                               "  - x # - no\n"
                               "  # - no\n"
                               "  -   \n"
                               "  -\n"
                               "  - \"-k-\":\n"
                               "  -\n");
  static const int lines[] = {2, 3, 5, 6, 7, 8};
  const lind_node *list = at(root, "list");
  assert_int_equal(list->n, 6);
  for (int i = 0; i < 6; i++) {
    const bool empty = i != 1 && i != 4;
    assert_int_equal(list->items[i].kind == LIND_NODE_NULL, empty);
    assert_place(list->items[i].where, lines[i], empty ? 3 : 5);
  }
}

static void nothing_is_silently_something_else(void **state) {
  const lind_node *root = read(*state, "[no, 1.0, 0x10, 2020-01-01, 'null', \"~\", '', null, ~, Null, NULL, nUll, 1e3, <<]");
  static const char *const texts[] = {"no", "1.0", "0x10", "2020-01-01", "null", "~",   "",
                                      NULL, NULL,  NULL,   NULL,         "nUll", "1e3", "<<"};
  assert_int_equal(root->n, 14);
  for (int i = 0; i < root->n; i++) {
    assert_int_equal(root->items[i].kind, texts[i] == NULL ? LIND_NODE_NULL : LIND_NODE_SCALAR);
    if (texts[i] != NULL) assert_string_equal(root->items[i].text, texts[i]);
    assert_int_equal(root->items[i].quoted, i >= 4 && i <= 6);
  }
}

static void escapes_and_line_ends_are_read(void **state) {
  const lind_node *root = read(*state,
                               "\xEF\xBB\xBF"
                               "a: \"x\\ty\\u00e9\"\r\nb: 'it''s'\r\nc: |\r\n  q\r\n  r\r\n");
  assert_string_equal(at(root, "a")->text, "x\ty\xC3\xA9");
  assert_string_equal(at(root, "b")->text, "it's");
  assert_string_equal(at(root, "c")->text, "q\nr\n");
  assert_place(at(root, "a")->where, 1, 5);
  assert_place(at(root, "c")->where, 4, 3);
}

static void empty_collections_are_empty(void **state) {
  const lind_node *root = read(*state, "a: []\nb: {}\n");
  assert_int_equal(at(root, "a")->kind, LIND_NODE_SEQUENCE);
  assert_int_equal(at(root, "b")->kind, LIND_NODE_MAPPING);
  assert_int_equal(at(root, "a")->n + at(root, "b")->n, 0);
}

static void find_looks_only_into_mappings(void **state) {
  const lind_node *root = read(*state, "a: [b]\n");
  assert_null(lind_document_find(root, "b"));
  assert_null(lind_document_find(at(root, "a"), "b"));
  assert_null(lind_document_find(at(root, "a.0"), "b"));
  assert_null(lind_document_find(NULL, "b"));
  assert_ptr_equal(lind_document_find(root, "a"), &root->items[0]);
}

static void what_is_refused_is_refused_with_a_place(void **state) {
  static const struct {
    const char *text, *sentence;
  } cases[] = {
      {"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: a stands here twice; it is already on line 1"},
      {"x:\n  - {k: 1, 'k': 2}\n", "f.yaml:2:13: x.0.k stands here twice; it is already on line 2"},
      {"a: &x 1\nb: *x\n", "f.yaml:1:4: a has the anchor '&x'; write the value out wherever it is needed"},
      {"a:\n  &x b: 1\n", "f.yaml:2:3: a has the anchor '&x'; write the value out wherever it is needed"},
      {"b: [1, *x]\n", "f.yaml:1:8: b.1 is the alias '*x'; write the value out"},
      {"*x : 1\n", "f.yaml:1:1: the document has the alias '*x'; write the key out"},
      {"a: !!int 1\n", "f.yaml:1:4: a has the tag '!!int'; values are plain text here, so leave the tag out"},
      {"a: !mine {b: 1}\n", "f.yaml:1:4: a has the tag '!mine'; values are plain text here, so leave the tag out"},
      {"? [a]\n: 1\n", "f.yaml:1:3: a key of the document is no plain text; keys are words followed by ':'"},
      {"a:\n  : 1\n", "f.yaml:2:3: a key of a is no plain text; keys are words followed by ':'"},
      {"'': 1\n", "f.yaml:1:2: a key of the document is empty"},
      {"a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document starts here; one file holds one"},
      {"", "f.yaml: nothing is written here"},
      {"# only a remark\n", "f.yaml: nothing is written here"},
      {"a: [1, 2\n", "f.yaml:2:1: this is not YAML: a list that was opened with '[' is never closed"},
      {"a: 1\n b: 2\n", "f.yaml:1:4: this is not YAML: the next line has a key, but its indentation makes it part of this value"},
      {"a: b: c\n", "f.yaml:1:5: this is not YAML: a second key on this line; if the ':' belongs to the value, quote the value"},
      {"a:\n\tb: 1\n", "f.yaml:2:1: this is not YAML: a tab indents this line; use spaces"},
      {"a: \"b\n", "f.yaml:1:5: this is not YAML: the quote that opens here is never closed"},
      {"a: |0\n  x\n", "f.yaml:1:2: this is not YAML"},
      {"a: @b\n", "f.yaml:1:4: this is not YAML: plain scalar cannot start with '@'"},
      {"a: \"x\\0y\"\n", "f.yaml:1:5: a holds a NUL character; text has none"},
      {"a: \"x\\e[2Jy\"\n", "f.yaml:1:5: a holds the control character 27; text has none but tabs and ends of lines"},
      {"a: 1\nb: x\xFFy\n", "f.yaml:2:5: the byte 0xFF is no part of a UTF-8 text; save the file as UTF-8"},
      {"a: \xC0\xAF\n", "f.yaml:1:4: the byte 0xC0 is no part of a UTF-8 text; save the file as UTF-8"},
      {"a: \xED\xA0\x80\n", "f.yaml:1:4: the byte 0xED is no part of a UTF-8 text; save the file as UTF-8"},
      {"a: \xC3", "f.yaml:1:4: the byte 0xC3 is no part of a UTF-8 text; save the file as UTF-8"},
      {"a: \x01\n", "f.yaml:1:4: the byte 0x01 is no part of a UTF-8 text; save the file as UTF-8"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const lind_node *root = NULL;
    BAD(lind_document_read_text(cases[i].text, "f.yaml", *state, &root), LIND_ERR_INPUT, cases[i].sentence);
    assert_null(root);
  }
}

static void what_is_too_deep_is_refused(void **state) {
  char text[4001];
  for (int depth = 48; depth <= 2000; depth += 976) {
    memset(text, '[', (size_t)depth);
    memset(text + depth, ']', (size_t)depth);
    text[2 * depth] = '\0';
    const lind_node *root = NULL;
    if (depth == 48)
      GOOD(lind_document_read_text(text, "f.yaml", *state, &root));
    else
      BAD(lind_document_read_text(text, "f.yaml", *state, &root), LIND_ERR_INPUT,
          "f.yaml:1:49: this is nested more than 48 levels deep");
  }
}

static void a_file_reads_as_its_text(void **state) {
  char path[] = "/tmp/lind-document-XXXXXX";
  const int descriptor = mkstemp(path);
  assert_true(descriptor >= 0);
  FILE *file = fdopen(descriptor, "wb");
  assert_non_null(file);
  assert_true(fputs("a: 1\nlist:\n", file) >= 0);
  for (int i = 0; i < 20000; i++) assert_true(fprintf(file, "  - item %d\n", i) > 0); /* more than one piece of the reader */
  assert_int_equal(fclose(file), 0);
  const lind_node *root = NULL;
  GOOD(lind_document_read(path, *state, &root));
  assert_int_equal(remove(path), 0);
  assert_string_equal(at(root, "list.19999")->text, "item 19999");
  assert_int_equal(at(root, "list.19999")->where.line, 20002);
  assert_string_equal(root->where.file, path);
  assert_ptr_not_equal(root->where.file, path); /* a copy: the caller's path may go */
}

static void a_file_that_cannot_be_read_is_named(void **state) {
  const lind_node *root = NULL;
  BAD(lind_document_read("nowhere/x.yaml", *state, &root), LIND_ERR_INPUT,
      "nowhere/x.yaml cannot be read: No such file or directory");
  BAD(lind_document_read("/tmp", *state, &root), LIND_ERR_INPUT, "/tmp cannot be read: Is a directory");
  assert_null(root);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      BASE_TEST(every_value_knows_its_place),
      BASE_TEST(every_key_knows_its_place),
      BASE_TEST(a_block_keeps_its_lines_and_columns),
      BASE_TEST(an_empty_item_stands_at_its_dash),
      BASE_TEST(nothing_is_silently_something_else),
      BASE_TEST(escapes_and_line_ends_are_read),
      BASE_TEST(empty_collections_are_empty),
      BASE_TEST(find_looks_only_into_mappings),
      BASE_TEST(what_is_refused_is_refused_with_a_place),
      BASE_TEST(what_is_too_deep_is_refused),
      BASE_TEST(a_file_reads_as_its_text),
      BASE_TEST(a_file_that_cannot_be_read_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
