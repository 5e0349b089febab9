/* The scope and the helpers that the tests of expressions share. */
#ifndef LIND_TEST_EXPRESSION_CASE_H
#define LIND_TEST_EXPRESSION_CASE_H

/* cmocka.h needs the others before it */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
/* clang-format on */

#include "expression/expression_internal.h"

enum {
  SLOT_A,
  SLOT_B,
  SLOT_C,
  SLOT_D,
  SLOT_CL,
  SLOT_V,
  SLOT_DOSE,
  SLOT_AGE,
  SLOT_CONC,
  SLOT_T,
  SLOT_MALE,
  SLOT_SEX,
  SLOT_CYP,
  SLOT_VKOR = SLOT_CYP + 2,
  SLOT_COUNT = SLOT_VKOR + 2
};

static const char *const sex_names[] = {"female", "male"};
static const char *const cyp_names[] = {"*1", "*2", "*3", "other"};
static const char *const vkor_names[] = {"A", "G"};
static const lind_levels sex_levels = {2, sex_names}, cyp_levels = {4, cyp_names}, vkor_levels = {2, vkor_names};

typedef struct expression_case {
  lind_arena *arena;
  lind_symbol inner[5], outer[16];
  lind_scope scope, around;
} expression_case;

static inline lind_symbol number_symbol(const char *name, const char *unit, int slot) {
  lind_unit u = {.text = ""};
  if (unit[0] != '\0') assert_int_equal(lind_unit_parse(unit, &u), LIND_OK);
  return (lind_symbol){.name = name, .type = {.kind = LIND_TYPE_NUMBER, .dimension = u.dimension}, .slot = slot, .about = ""};
}

static inline int case_setup(void **state) {
  static expression_case c;
  c = (expression_case){.arena = NULL};
  if (lind_arena_create(&c.arena) != LIND_OK) return -1;
  int n = 0;
  c.inner[n++] = number_symbol("a", "", SLOT_A);
  c.inner[n++] = number_symbol("b", "", SLOT_B);
  c.inner[n++] = number_symbol("c", "", SLOT_C);
  c.inner[n++] = number_symbol("d", "", SLOT_D);
  c.inner[n++] = (lind_symbol){.name = "inr", .slot = -1, .about = "it is measured at visits only"};
  c.scope = (lind_scope){.symbols = c.inner, .n = n, .outer = &c.around, .what = "a dosing rule"};
  n = 0;
  c.outer[n++] = number_symbol("cl", "L/h", SLOT_CL);
  c.outer[n++] = number_symbol("v", "L", SLOT_V);
  c.outer[n++] = number_symbol("dose", "mg", SLOT_DOSE);
  c.outer[n++] = number_symbol("age", "year", SLOT_AGE);
  c.outer[n++] = number_symbol("drug.conc", "mg/L", SLOT_CONC);
  c.outer[n++] = number_symbol("t", "h", SLOT_T);
  c.outer[n++] = (lind_symbol){.name = "is_male", .type = {.kind = LIND_TYPE_TRUTH}, .slot = SLOT_MALE, .about = ""};
  c.outer[n++] =
      (lind_symbol){.name = "sex", .type = {.kind = LIND_TYPE_CATEGORY, .levels = &sex_levels}, .slot = SLOT_SEX, .about = ""};
  c.outer[n++] =
      (lind_symbol){.name = "CYP2C9", .type = {.kind = LIND_TYPE_GENOTYPE, .levels = &cyp_levels}, .slot = SLOT_CYP, .about = ""};
  c.outer[n++] = (lind_symbol){
      .name = "VKORC1", .type = {.kind = LIND_TYPE_GENOTYPE, .levels = &vkor_levels}, .slot = SLOT_VKOR, .about = ""};
  c.around = (lind_scope){.symbols = c.outer, .n = n};
  *state = &c;
  return 0;
}

static inline int case_teardown(void **state) {
  expression_case *c = *state;
  lind_arena_destroy(&c->arena);
  return 0;
}

static inline lind_err case_core(expression_case *c, const char *text, lind_tree **core) {
  lind_tree *tree = NULL;
  LIND_TRY(lind_expression_parse(text, (lind_where){.file = "f", .line = 1, .column = 1}, c->arena, &tree));
  return lind_expression_check(tree, &c->scope, c->arena, core);
}

static inline lind_tree *case_tree(expression_case *c, const char *text) {
  lind_tree *core = NULL;
  if (case_core(c, text, &core) != LIND_OK) fail_msg("%s\n  -> %s", text, lind_error_message());
  return core;
}

static inline const lind_program *case_program(expression_case *c, const char *text) {
  const lind_program *program = NULL;
  if (lind_program_create(case_tree(c, text), c->arena, &program) != LIND_OK) fail_msg("%s\n  -> %s", text, lind_error_message());
  return program;
}

static inline double case_value(expression_case *c, const char *text, const double *slots) {
  return lind_program_run_one(case_program(c, text), slots, SLOT_COUNT);
}

/* The text is refused with exactly this code and sentence. */
static inline void case_refused(expression_case *c, const char *text, lind_err code, const char *sentence) {
  lind_tree *core = NULL;
  lind_error_clear();
  const lind_err err = case_core(c, text, &core);
  if (err == LIND_OK) fail_msg("%s\n  is accepted, but should say: %s", text, sentence);
  if (strcmp(lind_error_message(), sentence) != 0)
    fail_msg("%s\n  says:       %s\n  should say: %s", text, lind_error_message(), sentence);
  assert_int_equal(err, code);
  assert_null(core);
}

/* splitmix64 (Steele, Lea and Flood, OOPSLA 2014): equal on every run */
static inline uint64_t case_random(uint64_t *seed) {
  uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static inline double case_uniform(uint64_t *seed, double lower, double upper) {
  return lower + (upper - lower) * (double)(case_random(seed) >> 12) * 0x1p-52;
}

#endif
