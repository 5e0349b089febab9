/* read_text.c -- readers of one text: YAML with settings, expressions, units and numbers, CSV. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expression/expression_internal.h"
#include "lind/csv.h"
#include "lind/document.h"
#include "lind/text.h"
#include "reader.h"

void fuzz_read_yaml(const uint8_t *bytes, size_t n) {
  fuzz_bundle bundle;
  lind_arena *arena = NULL;
  const lind_node *root, *changed;
  char *lines[4];
  fuzz_bundle_write(&bundle, bytes, n);
  if (lind_arena_create(&arena) != LIND_OK) abort();
  if (fuzz_good(lind_document_read("main", arena, &root))) {
    const int n_lines = fuzz_bundle_lines(&bundle, "set", lines, 4);
    for (int i = 0; i < n_lines; i++)
      if (fuzz_good(lind_document_override(root, lines[i], arena, &changed))) root = changed;
  }
  lind_arena_destroy(&arena);
  fuzz_bundle_release(&bundle);
}

void fuzz_read_csv(const uint8_t *bytes, size_t n) {
  lind_arena *arena = NULL;
  const lind_csv *csv;
  const double *values;
  fuzz_write("main", bytes, n);
  if (lind_arena_create(&arena) != LIND_OK) abort();
  if (fuzz_good(lind_csv_read("main", arena, &csv)))
    for (int c = 0; c < csv->n_columns; c++) (void)fuzz_good(lind_csv_numbers(csv, c, arena, &values));
  lind_arena_destroy(&arena);
}

/* ---- expressions ----------------------------------------------------------------------------------------------------------- */

static lind_symbol symbol(const char *name, const char *unit, int slot) {
  lind_unit u = {.text = ""};
  if (unit[0] != '\0' && lind_unit_parse(unit, &u) != LIND_OK) abort();
  return (lind_symbol){.name = name, .type = {.kind = LIND_TYPE_NUMBER, .dimension = u.dimension}, .slot = slot, .about = ""};
}

enum { SLOTS = 12 };

static void evaluate(lind_tree *tree, const lind_scope *scope, lind_arena *arena) {
  lind_tree *core;
  const lind_program *program;
  const char *text;
  char printed[200];
  lind_lane frame[SLOTS], result;
  if (!fuzz_good(lind_expression_check(tree, scope, arena, &core))) return;
  lind_expression_print(core, printed, sizeof printed);
  if (!fuzz_good(lind_expression_text(core, arena, &text)) || !fuzz_good(lind_program_create(core, arena, &program))) return;
  for (int s = 0; s < SLOTS; s++)
    for (int l = 0; l < LIND_LANES; l++) frame[s].of[l] = s < 8 ? 0.5 * s + l : l % 2;
  lind_program_run(program, frame, &result);
}

void fuzz_read_expression(const uint8_t *bytes, size_t n) {
  static const char *const sexes[] = {"female", "male"}, *const stars[] = {"*1", "*2", "*3", "other"};
  static const lind_levels sex = {2, sexes}, star = {4, stars};
  const lind_symbol symbols[] = {
      symbol("a", "", 0),
      symbol("cl", "L/h", 1),
      symbol("v", "L", 2),
      symbol("dose", "mg", 3),
      symbol("age", "year", 4),
      symbol("drug.conc", "mg/L", 5),
      {.name = "is_male", .type = {.kind = LIND_TYPE_TRUTH}, .slot = 8, .about = ""},
      {.name = "sex", .type = {.kind = LIND_TYPE_CATEGORY, .levels = &sex}, .slot = 9, .about = ""},
      {.name = "CYP2C9", .type = {.kind = LIND_TYPE_GENOTYPE, .levels = &star}, .slot = 10, .about = ""},
      {.name = "inr", .slot = -1, .about = "it is measured at visits only"},
  };
  const lind_scope scope = {.symbols = symbols, .n = sizeof symbols / sizeof *symbols, .what = "a rule"};
  lind_arena *arena = NULL;
  lind_tree *tree;
  const char *end;
  char *text = calloc(n + 1, 1);
  if (text == NULL || lind_arena_create(&arena) != LIND_OK) abort();
  if (n > 0) memcpy(text, bytes, n);
  (void)fuzz_good(lind_expression_parse_head(text, (lind_where){"f", 1, 1}, arena, &tree, &end));
  if (fuzz_good(lind_expression_parse(text, (lind_where){"f", 1, 1}, arena, &tree))) evaluate(tree, &scope, arena);
  lind_arena_destroy(&arena);
  free(text);
}

void fuzz_read_unit(const uint8_t *bytes, size_t n) {
  lind_unit unit;
  double value;
  unsigned long long count;
  char words[120], *text = calloc(n + 1, 1);
  if (text == NULL) abort();
  if (n > 0) memcpy(text, bytes, n);
  if (fuzz_good(lind_unit_parse(text, &unit))) (void)lind_unit_dimension_words(unit.dimension, words, sizeof words);
  if (fuzz_good(lind_unit_parse_quantity(text, &value, &unit)) && !isfinite(value)) abort();
  (void)lind_text_number(text, &value);
  (void)lind_text_count(text, &count);
  free(text);
}
