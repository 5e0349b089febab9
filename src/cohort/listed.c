/* People who are listed: a table with a row each, of real or published individuals. A seat is one of them, in the order of the
 * table or drawn with replacement; what else the cohort draws or derives comes on top. */
#include <math.h>
#include <string.h>

#include "lind/text.h"
#include "recipe.h"

typedef struct {
  lind_words table, rows, weight, about;
  lind_words_list genotypes;
  int take;
} keys;

enum { IN_ORDER, DRAWN };

const lind_key lind_listed_rows[] = {
    {"table", LIND_KEY_WORDS, NULL, 0, 0, NULL, NULL, offsetof(keys, table),
     "a CSV file, a row a person; every column becomes one of the cohort: a number, with its unit in the header, or a category"},
    {"take", LIND_KEY_CHOICE, NULL, 0, 0, "in-order", "in-order|drawn", offsetof(keys, take),
     "in-order: seat s of every replicate is person s, from the top again where the rows end; drawn: with replacement"},
    {"rows", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, rows),
     "a truth over the table's columns: which rows are on the list; default all"},
    {"weight", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, weight),
     "with drawn: a column of weights, 0 or more, in proportion to which people are drawn; it is no column of the cohort"},
    {"genotypes", LIND_KEY_WORDS_LIST, NULL, 0, 0, "", NULL, offsetof(keys, genotypes),
     "columns that hold two alleles of a gene, written `*1/*3`"},
    {"about", LIND_KEY_WORDS, NULL, 0, 0, "", NULL, offsetof(keys, about), "a sentence for people"},
    {0},
};

typedef struct {
  lind_builder *builder;
  const keys *k;
  const lind_csv *csv;
  int weight; /* column; -1 */
  int first;  /* of the builder's columns */
} list_table;

/* ---- columns
 * ------------------------------------------------------------------------------------------------------------------------ */

static bool names_it(const lind_words_list *list, const char *name) {
  for (int i = 0; i < list->n; i++)
    if (strcmp(list->at[i].text, name) == 0) return true;
  return false;
}

static lind_err cells_check(const list_table *t, int column) {
  for (size_t row = 0; row < t->csv->n_rows; row++) {
    const char *text = lind_csv_at(t->csv, row, column)->text;
    const bool missing = text[0] == '\0' || strcmp(text, ".") == 0 || strcmp(text, "NA") == 0;
    LIND_CHECK_AT(!missing, LIND_ERR_INPUT, lind_csv_where(t->csv, row, column),
                  "%s is missing here; who is listed has a value in every column", t->csv->columns[column]);
  }
  return LIND_OK;
}

/* A column is one of numbers if its header has a unit or its first cell is a number; then every cell must be one. */
static bool is_number(const list_table *t, int column) {
  double value;
  return t->csv->units[column][0] != '\0' || lind_text_number(lind_csv_at(t->csv, 0, column)->text, &value);
}

static lind_err number_read(const list_table *t, int column, lind_column *made, lind_step *step) {
  double *value;
  lind_unit unit = {.scale = 1.0};
  LIND_TAKE(value, t->builder->arena, t->csv->n_rows);
  if (t->csv->units[column][0] != '\0') {
    const lind_err bad = lind_unit_parse(t->csv->units[column], &unit);
    if (bad != LIND_OK) return lind_error_fail_at(bad, lind_csv_head(t->csv, column), "%s", lind_error_message());
  }
  for (size_t row = 0; row < t->csv->n_rows; row++) {
    LIND_TRY(lind_csv_number(t->csv, row, column, &value[row]));
    value[row] *= unit.scale;
  }
  made->type = (lind_type){.kind = LIND_TYPE_NUMBER, .dimension = unit.dimension};
  made->unit = unit;
  step->listed = value;
  return LIND_OK;
}

static lind_err category_read(const list_table *t, int column, lind_column *made, lind_step *step) {
  lind_levels *levels;
  double *code;
  LIND_TRY(lind_table_levels(t->csv, column, t->builder->arena, &levels));
  LIND_TAKE(code, t->builder->arena, t->csv->n_rows);
  for (size_t row = 0; row < t->csv->n_rows; row++) code[row] = lind_table_level(levels, lind_csv_at(t->csv, row, column)->text);
  made->type = (lind_type){.kind = LIND_TYPE_CATEGORY, .levels = levels};
  step->n_codes = levels->n;
  step->listed = code;
  return LIND_OK;
}

static int allele_code(lind_levels *levels, const char **names, const char *text) {
  int at = lind_table_level(levels, text);
  if (at < 0) names[at = levels->n++] = text;
  return at;
}

/* Two alleles and a slash in each cell; alleles in the order of their first appearance. */
static lind_err genotype_read(const list_table *t, int column, lind_column *made, lind_step *step) {
  lind_arena *arena = t->builder->arena;
  lind_levels *levels;
  const char **names;
  double *one, *two;
  const size_t n = t->csv->n_rows;
  LIND_TAKE(levels, arena, 1);
  LIND_TAKE(names, arena, 2 * n);
  LIND_TAKE(one, arena, n);
  LIND_TAKE(two, arena, n);
  levels->names = names;
  for (size_t row = 0; row < n; row++) {
    const char *text = lind_csv_at(t->csv, row, column)->text, *slash = strchr(text, '/');
    const bool two_alleles = slash != NULL && slash > text && slash[1] != '\0' && strchr(slash + 1, '/') == NULL;
    LIND_CHECK_AT(two_alleles && strpbrk(text, " \t") == NULL, LIND_ERR_INPUT, lind_csv_where(t->csv, row, column),
                  "%s is '%s'; a genotype is two alleles and no blank, such as *1/*3", t->csv->columns[column], text);
    one[row] = allele_code(levels, names, lind_arena_format(arena, "%.*s", (int)(slash - text), text));
    two[row] = allele_code(levels, names, slash + 1);
  }
  for (size_t row = 0; row < n; row++) {
    const double first = one[row];
    one[row] = fmin(first, two[row]);
    two[row] = fmax(first, two[row]);
  }
  made->type = (lind_type){.kind = LIND_TYPE_GENOTYPE, .levels = levels};
  step->n_codes = levels->n;
  step->listed = one;
  step->second = two;
  return LIND_OK;
}

static lind_err column_read(const list_table *t, int column) {
  const char *name = t->csv->columns[column];
  const char *about =
      t->k->about.text != NULL ? t->k->about.text : lind_arena_format(t->builder->arena, "listed in %s", t->k->table.text);
  lind_column made = {.unit = {.scale = 1}, .where = lind_csv_head(t->csv, column), .about = about};
  lind_step step = {.what = LIND_STEP_LISTED, .by = -1, .block = -1};
  LIND_TRY(cells_check(t, column));
  if (names_it(&t->k->genotypes, name))
    LIND_TRY(genotype_read(t, column, &made, &step));
  else if (is_number(t, column))
    LIND_TRY(number_read(t, column, &made, &step));
  else
    LIND_TRY(category_read(t, column, &made, &step));
  return lind_builder_add(t->builder, name, &made, &step);
}

/* ---- rows and weights
 * --------------------------------------------------------------------------------------------------------------- */

/* keep[n_rows]: whom the rule `rows` leaves on the list. */
static lind_err rows_keep(const list_table *t, bool *keep) {
  lind_builder *b = t->builder;
  const lind_words words = t->k->rows;
  lind_tree *tree = NULL, *core = NULL;
  const lind_program *program = NULL;
  lind_lane *row, met;
  for (size_t r = 0; r < t->csv->n_rows; r++) keep[r] = true;
  if (words.text == NULL) return LIND_OK;
  const lind_scope scope = {.symbols = b->symbols + t->first, .n = b->n_columns - t->first, .what = "the rows of a list"};
  LIND_TRY(lind_expression_parse(words.text, words.where, b->arena, &tree));
  LIND_TRY(lind_expression_check_truth(tree, &scope, b->arena, &core));
  LIND_TRY(lind_program_create(core, b->arena, &program));
  LIND_TAKE(row, b->arena, b->n_slots + 1);
  for (size_t r = 0; r < t->csv->n_rows; r++) {
    for (int c = t->first; c < b->n_columns; c++) {
      row[b->columns[c].slot].of[0] = b->steps[c].listed[r];
      if (b->steps[c].second != NULL) row[b->columns[c].slot + 1].of[0] = b->steps[c].second[r];
    }
    lind_program_run(program, row, &met);
    keep[r] = met.of[0] > 0.5;
  }
  return LIND_OK;
}

/* The list without the rows that are not kept. */
static uint32_t rows_squeeze(const list_table *t, const bool *keep) {
  uint32_t n = 0;
  for (size_t r = 0; r < t->csv->n_rows; r++) {
    if (!keep[r]) continue;
    for (int c = t->first; c < t->builder->n_columns; c++) {
      lind_step *step = &t->builder->steps[c];
      step->listed[n] = step->listed[r];
      if (step->second != NULL) step->second[n] = step->second[r];
    }
    n++;
  }
  return n;
}

static lind_err weights_read(const list_table *t, const bool *keep, uint32_t n, const double **cumulative) {
  double *share, sum = 0;
  uint32_t at = 0;
  LIND_TAKE(share, t->builder->arena, n);
  for (size_t r = 0; r < t->csv->n_rows; r++) {
    double weight = 1;
    if (!keep[r]) continue;
    if (t->weight >= 0) LIND_TRY(lind_csv_number(t->csv, r, t->weight, &weight));
    LIND_CHECK_AT(weight >= 0, LIND_ERR_INPUT, lind_csv_where(t->csv, r, t->weight), "%s is %g; a weight is 0 or more",
                  t->csv->columns[t->weight], weight);
    sum += share[at++] = weight;
  }
  LIND_CHECK_AT(sum > 0, LIND_ERR_INPUT, t->k->weight.where, "all weights in '%s' are 0; somebody must be drawn",
                t->k->weight.text);
  lind_phenotype_accumulate(share, (int)n);
  *cumulative = share;
  return LIND_OK;
}

/* ---- the section
 * -------------------------------------------------------------------------------------------------------------------- */

lind_err lind_listed_columns(lind_builder *builder, const lind_node *node, int *most) {
  keys k = {0};
  const lind_csv *csv;
  LIND_TRY(lind_schema_read(node, "listed", lind_listed_rows, builder->arena, &k));
  LIND_TRY(lind_table_read(builder, &k.table, &csv));
  *most = csv->n_columns;
  return LIND_OK;
}

static lind_err names_check(const list_table *t) {
  for (int i = 0; i < t->k->genotypes.n; i++) {
    const lind_words *words = &t->k->genotypes.at[i];
    char near[80];
    LIND_CHECK_AT(lind_csv_find(t->csv, words->text) >= 0, LIND_ERR_INPUT, words->where,
                  "listed.genotypes: %s has no column '%s'%s", t->k->table.text, words->text,
                  lind_text_suggestion(words->text, t->csv->columns, (size_t)t->csv->n_columns, near, sizeof near));
    LIND_CHECK_AT(lind_csv_find(t->csv, words->text) != t->weight, LIND_ERR_INPUT, words->where,
                  "listed.genotypes names '%s', which is the weight and no column of the cohort", words->text);
  }
  return LIND_OK;
}

static lind_err weight_find(list_table *t) {
  const lind_words *words = &t->k->weight;
  char near[80];
  t->weight = -1;
  if (words->text == NULL) return LIND_OK;
  LIND_CHECK_AT(t->k->take == DRAWN, LIND_ERR_INPUT, words->where,
                "listed.weight is for people who are drawn; with take: in-order everybody has a seat in turn");
  t->weight = lind_csv_find(t->csv, words->text);
  LIND_CHECK_AT(t->weight >= 0, LIND_ERR_INPUT, words->where, "listed.weight: %s has no column '%s'%s", t->k->table.text,
                words->text, lind_text_suggestion(words->text, t->csv->columns, (size_t)t->csv->n_columns, near, sizeof near));
  return LIND_OK;
}

lind_err lind_listed_read(lind_builder *builder, const lind_node *node, lind_list *list) {
  keys k = {0};
  list_table t = {.builder = builder, .k = &k, .first = builder->n_columns};
  bool *keep;
  LIND_TRY(lind_schema_read(node, "listed", lind_listed_rows, builder->arena, &k));
  LIND_TRY(lind_table_read(builder, &k.table, &t.csv));
  LIND_CHECK_AT(t.csv->n_rows > 0, LIND_ERR_INPUT, k.table.where, "table %s lists nobody", k.table.text);
  LIND_TRY(weight_find(&t));
  LIND_TRY(names_check(&t));
  for (int c = 0; c < t.csv->n_columns; c++)
    if (c != t.weight) LIND_TRY(column_read(&t, c));
  LIND_TAKE(keep, builder->arena, t.csv->n_rows);
  LIND_TRY(rows_keep(&t, keep));
  list->n = rows_squeeze(&t, keep);
  LIND_CHECK_AT(list->n > 0, LIND_ERR_INPUT, k.rows.where, "listed.rows leaves nobody of the %zu people in %s", t.csv->n_rows,
                k.table.text);
  list->words =
      lind_arena_format(builder->arena,
                        k.take == DRAWN ? "A seat is one of the %u people of %s, drawn with replacement%s%s."
                                        : "Seat s is person s of the %u people of %s, from the top again behind the last.%s%s",
                        list->n, k.table.text, t.weight >= 0 ? " in proportion to " : "", t.weight >= 0 ? k.weight.text : "");
  LIND_CHECK(list->words != NULL, LIND_ERR_MEMORY, "no memory for a list of people");
  if (k.take == IN_ORDER) return LIND_OK;
  LIND_TRY(lind_builder_purpose(builder, "listed", k.table.where, &list->purpose));
  return weights_read(&t, keep, list->n, &list->cumulative);
}
