/* The rules of protocols/dosing/warfarin.yaml on one patient: a frame with the names that rules may use, then the definitions. */
#ifndef LIND_TEST_DOSING_CASE_H
#define LIND_TEST_DOSING_CASE_H

#include "lind/expression.h"
#include "protocol_case.h"

enum { DOSING_NAMES_MAX = 256 };

typedef struct dosing_case {
  protocol_case files;
  const lind_protocol *protocol;
  lind_symbol symbols[DOSING_NAMES_MAX];
  lind_scope scope;
  int n_slots;
  double slots[DOSING_NAMES_MAX + 2];
  int first_definition;
  const lind_program *definitions[DOSING_NAMES_MAX];
} dosing_case;

static const char *const dosing_cyp[] = {"*1", "*2", "*3", "*8"}, *const dosing_vkor[] = {"A", "G"};
static const char *const dosing_race[] = {"White", "Black", "Asian", "Other"}, *const dosing_answer[] = {"no", "yes"};
static const char *const dosing_indication[] = {"af", "vte"}, *const dosing_sex[] = {"female", "male"};
static const lind_levels dosing_cyp_levels = {4, dosing_cyp}, dosing_vkor_levels = {2, dosing_vkor},
                         dosing_race_levels = {4, dosing_race}, dosing_answer_levels = {2, dosing_answer},
                         dosing_indication_levels = {2, dosing_indication}, dosing_sex_levels = {2, dosing_sex};

static inline void dosing_add(dosing_case *d, const char *name, lind_type type) {
  assert_true(d->scope.n < DOSING_NAMES_MAX);
  d->symbols[d->scope.n++] = (lind_symbol){.name = name, .type = type, .slot = d->n_slots, .about = ""};
  d->n_slots += type.kind == LIND_TYPE_GENOTYPE ? 2 : 1;
}

static inline void dosing_add_number(dosing_case *d, const char *name, const char *unit) {
  lind_unit u = {.text = ""};
  if (unit[0] != '\0') assert_int_equal(lind_unit_parse(unit, &u), LIND_OK);
  dosing_add(d, name, (lind_type){.kind = LIND_TYPE_NUMBER, .dimension = u.dimension});
}

static inline void dosing_add_levels(dosing_case *d, const char *name, const lind_levels *levels) {
  const bool gene = levels == &dosing_cyp_levels || levels == &dosing_vkor_levels;
  dosing_add(d, name, (lind_type){.kind = gene ? LIND_TYPE_GENOTYPE : LIND_TYPE_CATEGORY, .levels = levels});
}

static inline const lind_program *dosing_compile(dosing_case *d, const lind_words *words, lind_type *type) {
  lind_tree *tree, *core;
  const lind_program *program;
  if (lind_expression_parse(words->text, words->where, d->files.arena, &tree) != LIND_OK ||
      lind_expression_check(tree, &d->scope, d->files.arena, &core) != LIND_OK ||
      lind_program_create(core, d->files.arena, &program) != LIND_OK)
    fail_msg("%s", lind_error_message());
  *type = core->type;
  return program;
}

static inline void dosing_add_names(dosing_case *d) {
  static const char *const answers[] = {"amiodarone", "smoker", "diabetes", "stroke", "fluvastatin", "inducer"};
  static const char *const doses[] = {"dose", "dose_1", "dose_2", "dose_3", "dose_4", "dose_5", "dose_6", "dose_7"};
  dosing_add_number(d, "age", "year");
  dosing_add_number(d, "weight", "kg");
  dosing_add_number(d, "height", "cm");
  dosing_add_levels(d, "sex", &dosing_sex_levels);
  dosing_add_levels(d, "race", &dosing_race_levels);
  dosing_add_levels(d, "CYP2C9", &dosing_cyp_levels);
  dosing_add_levels(d, "VKORC1", &dosing_vkor_levels);
  for (int i = 0; i < 6; ++i) dosing_add_levels(d, answers[i], &dosing_answer_levels);
  dosing_add_levels(d, "indication", &dosing_indication_levels);
  dosing_add_number(d, "day", "");
  dosing_add_number(d, "visit", "");
  dosing_add_number(d, "inr", "");
  for (int i = 0; i < 8; ++i) dosing_add_number(d, doses[i], "mg");
  dosing_add_number(d, "cyp2c9_untyped", "");
  dosing_add_number(d, "vkorc1_untyped", "");
}

static inline int dosing_slot(const dosing_case *d, const char *name) {
  const lind_symbol *symbol = lind_expression_find(&d->scope, name);
  if (symbol == NULL) fail_msg("no name %s", name);
  return symbol->slot;
}

/* value in `unit` */
static inline void dosing_set(dosing_case *d, const char *name, double value, const char *unit) {
  lind_unit u = {.scale = 1};
  if (unit[0] != '\0') assert_int_equal(lind_unit_parse(unit, &u), LIND_OK);
  d->slots[dosing_slot(d, name)] = value * u.scale;
}

static inline void dosing_set_level(dosing_case *d, const char *name, const char *level) {
  const lind_symbol *symbol = lind_expression_find(&d->scope, name);
  int codes[2] = {-1, -1};
  assert_non_null(symbol);
  if (symbol->type.kind == LIND_TYPE_GENOTYPE) {
    assert_int_equal(lind_expression_genotype(level, symbol, (lind_where){0}, codes), LIND_OK);
    d->slots[symbol->slot + 1] = codes[1];
  } else {
    for (int i = 0; i < symbol->type.levels->n; ++i)
      if (strcmp(symbol->type.levels->names[i], level) == 0) codes[0] = i;
    assert_true(codes[0] >= 0);
  }
  d->slots[symbol->slot] = codes[0];
}

/* Work out every definition, in order; then those of one name. */
static inline void dosing_update(dosing_case *d) {
  for (int i = 0; i < d->protocol->n_definitions; ++i)
    d->slots[d->symbols[d->first_definition + i].slot] = lind_program_run_one(d->definitions[i], d->slots, d->n_slots);
}

static inline double dosing_value(dosing_case *d, const char *name) {
  dosing_update(d);
  return d->slots[dosing_slot(d, name)];
}

/* An expression of a dosing item: its dose, skip or recheck, canonical */
static inline double dosing_rule(dosing_case *d, const lind_words *words) {
  lind_type type;
  const lind_program *program = dosing_compile(d, words, &type);
  dosing_update(d);
  return lind_program_run_one(program, d->slots, d->n_slots);
}

static inline const lind_dosing *dosing_item(const dosing_case *d, const char *name) {
  for (int i = 0; i < d->protocol->n_dosing; ++i)
    if (strcmp(d->protocol->dosing[i].name, name) == 0) return &d->protocol->dosing[i];
  fail_msg("no dosing item %s", name);
  return NULL;
}

/* White, 67 years, 175 cm, 80 kg, no drugs, atrial fibrillation, no variant allele, day 1 */
static inline void dosing_reset(dosing_case *d) {
  memset(d->slots, 0, sizeof d->slots);
  dosing_set(d, "age", 67, "year");
  dosing_set(d, "weight", 80, "kg");
  dosing_set(d, "height", 175, "cm");
  dosing_set(d, "day", 1, "");
  dosing_set(d, "inr", 1, "");
  dosing_set_level(d, "race", "White");
  dosing_set_level(d, "CYP2C9", "*1/*1");
  dosing_set_level(d, "VKORC1", "G/G");
  dosing_set_level(d, "indication", "af");
}

static inline int dosing_setup(void **state) {
  static dosing_case d;
  void *files = NULL;
  memset(&d, 0, sizeof d);
  if (case_setup(&files) != 0) return -1;
  d.files = *(protocol_case *)files;
  d.scope = (lind_scope){.symbols = d.symbols, .what = "a dosing rule"};
  char text[1024];
  (void)snprintf(text, sizeof text,
                 "protocol: rules\ninclude: [%s/protocols/dosing/warfarin.yaml]\ncohort: none.yaml\nmodel: {use: none}\n"
                 "patients: 1\nduration: 84 day\narms: {a: {dosing: []}}\n"
                 "define: {cyp2c9_unknown: cyp2c9_untyped, vkorc1_unknown: vkorc1_untyped}\n",
                 LIND_SOURCE_DIR);
  d.protocol = case_read(&d.files, text);
  dosing_add_names(&d);
  d.first_definition = d.scope.n;
  for (int i = 0; i < d.protocol->n_definitions; ++i) {
    lind_type type;
    d.definitions[i] = dosing_compile(&d, &d.protocol->definitions[i].value, &type);
    dosing_add(&d, d.protocol->definitions[i].name, type);
  }
  dosing_reset(&d);
  *state = &d;
  return 0;
}

static inline int dosing_teardown(void **state) {
  void *files = &((dosing_case *)*state)->files;
  return case_teardown(&files);
}

#endif
