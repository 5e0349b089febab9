/* simulate_inputs.c -- who the individuals are: parameters, covariates and random effects from the columns of the table of events
 * or of a table of individuals; what no column gives is the population's, or drawn by address. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/draw.h"
#include "lind/text.h"
#include "simulate.h"

typedef struct reader {
  lind_inputs *in;
  const lind_events *e;
  lind_arena *arena;
  lind_carry carry;
  const lind_csv *people; /* the table of individuals; NULL */
  const uint32_t *person; /* [individuals] row there */
  const double *times;    /* [rows] h */
  bool *random_given;
} reader;

/* Something of the model that a column may give. */
typedef struct wanted {
  const char *name;
  lind_type type;
  lind_unit unit;
  int slot;
  bool other, own_line, optional;
} wanted;

/* ---- one cell */

static lind_err level(const lind_csv *csv, size_t row, int column, const wanted *w, const char *text, double *code) {
  const lind_levels *levels = w->type.levels;
  for (int k = 0; k < levels->n; k++)
    if (strcmp(levels->names[k], text) == 0) {
      *code = k;
      return LIND_OK;
    }
  char list[256], suggestion[128];
  *code = levels->n - 1;
  LIND_CHECK_AT(w->other, LIND_ERR_INPUT, lind_csv_where(csv, row, column), "%s is '%s'; it is %s%s", w->name, text,
                lind_text_list(levels->names, (size_t)levels->n, list, sizeof list),
                lind_text_suggestion(text, levels->names, (size_t)levels->n, suggestion, sizeof suggestion));
  return LIND_OK;
}

static lind_err genotype(const lind_csv *csv, size_t row, int column, const wanted *w, double codes[2]) {
  const char *text = lind_csv_at(csv, row, column)->text, *slash = strchr(text, '/');
  char first[64];
  LIND_CHECK_AT(slash != NULL && (size_t)(slash - text) < sizeof first, LIND_ERR_INPUT, lind_csv_where(csv, row, column),
                "%s is '%s'; a genotype is two alleles with / between them", w->name, text);
  (void)snprintf(first, sizeof first, "%.*s", (int)(slash - text), text);
  LIND_TRY(level(csv, row, column, w, first, &codes[0]));
  LIND_TRY(level(csv, row, column, w, slash + 1, &codes[1]));
  const double low = fmin(codes[0], codes[1]), high = fmax(codes[0], codes[1]); /* smaller first */
  codes[0] = low;
  codes[1] = high;
  return LIND_OK;
}

/* codes[2]: the second is a genotype's. NaN where the cell is missing. */
static lind_err cell(const lind_csv *csv, size_t row, int column, const wanted *w, double scale, double codes[2]) {
  codes[0] = codes[1] = NAN;
  if (lind_events_is_missing(lind_csv_at(csv, row, column))) return LIND_OK;
  if (w->type.kind == LIND_TYPE_GENOTYPE) return genotype(csv, row, column, w, codes);
  if (w->type.kind == LIND_TYPE_CATEGORY) return level(csv, row, column, w, lind_csv_at(csv, row, column)->text, &codes[0]);
  LIND_TRY(lind_csv_number(csv, row, column, &codes[0]));
  codes[0] *= scale;
  return LIND_OK;
}

/* ---- one column */

static lind_err scale_of(const lind_csv *csv, int column, const wanted *w, double *scale) {
  lind_unit unit = w->unit;
  char have[64], need[64];
  const lind_where where = lind_csv_head(csv, column);
  if (csv->units[column][0] != '\0' && lind_unit_parse(csv->units[column], &unit) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_UNIT, where, "%s: %s", w->name, lind_error_message());
  LIND_CHECK_AT(lind_unit_same_dimension(unit.dimension, w->unit.dimension), LIND_ERR_UNIT, where,
                "%s is in '%s' (%s), but the model needs %s", w->name, unit.text,
                lind_unit_dimension_words(unit.dimension, have, sizeof have),
                lind_unit_dimension_words(w->unit.dimension, need, sizeof need));
  *scale = unit.scale;
  return LIND_OK;
}

/* Values that are missing between rows `last` and `row`, which are known. */
static void bridge(const reader *r, double *values, bool number, size_t last, size_t row) {
  for (size_t gap = last + 1; gap < row; gap++) {
    const double span = r->times[row] - r->times[last], share = span > 0.0 ? (r->times[gap] - r->times[last]) / span : 0.0;
    values[gap] = values[r->carry == LIND_CARRY_BACKWARD ? row : last];
    if (r->carry == LIND_CARRY_LINEAR && number) values[gap] = values[last] + share * (values[row] - values[last]);
  }
}

/* Rows [from, to) of one individual. At the ends the nearest known value. false: none is known. */
static bool complete(const reader *r, double *values, bool number, size_t from, size_t to) {
  size_t last = to;
  for (size_t row = from; row < to; row++) {
    if (isnan(values[row])) continue;
    for (size_t gap = from; last == to && gap < row; gap++) values[gap] = values[row];
    if (last != to) bridge(r, values, number, last, row);
    last = row;
  }
  for (size_t gap = last + 1; gap < to; gap++) values[gap] = values[last];
  return last != to;
}

static size_t row_of(const lind_events *e, size_t patient) {
  return patient < e->n_patients ? e->row[e->first[patient]] : e->csv->n_rows;
}

static bool moves(const lind_events *e, const double *values) {
  for (size_t i = 0; i < e->n_patients; i++)
    for (size_t row = row_of(e, i) + 1; row < row_of(e, i + 1); row++)
      if (values[row] != values[row - 1]) return true;
  return false;
}

static void add_input(reader *r, const wanted *w, int part, const double *values, bool per_row) {
  const bool number = w->type.kind == LIND_TYPE_NUMBER;
  uint8_t between = LIND_BETWEEN_FORWARD;
  if (r->carry == LIND_CARRY_BACKWARD) between = LIND_BETWEEN_BACKWARD;
  if (r->carry == LIND_CARRY_LINEAR && number) between = LIND_BETWEEN_LINE;
  if (w->own_line) between = LIND_BETWEEN_OWN_LINE;
  r->in->inputs[r->in->n++] = (lind_input){w->slot + part, values, per_row, between};
}

static lind_err from_events(reader *r, int column, const wanted *w) {
  const lind_csv *csv = r->e->csv;
  const bool number = w->type.kind == LIND_TYPE_NUMBER;
  const int parts = w->type.kind == LIND_TYPE_GENOTYPE ? 2 : 1;
  double *values[2], scale;
  LIND_TRY(scale_of(csv, column, w, &scale));
  for (int a = 0; a < parts; a++) LIND_TAKE(values[a], r->arena, csv->n_rows);
  for (size_t row = 0; row < csv->n_rows; row++) {
    double codes[2];
    LIND_TRY(cell(csv, row, column, w, scale, codes));
    for (int a = 0; a < parts; a++) values[a][row] = codes[a];
  }
  for (size_t i = 0; i < r->e->n_patients; i++)
    for (int a = 0; a < parts; a++) {
      const size_t from = row_of(r->e, i), to = row_of(r->e, i + 1);
      if (complete(r, values[a], number, from, to)) continue;
      LIND_CHECK_AT(w->optional, LIND_ERR_INPUT, lind_csv_where(csv, from, column), "%s has no value for ID %s", w->name,
                    lind_csv_at(csv, from, r->e->column[LIND_COLUMN_ID])->text);
      for (size_t row = from; row < to; row++) values[a][row] = 0.0;
    }
  for (int a = 0; a < parts; a++) add_input(r, w, a, values[a], true);
  r->in->used[column] = true;
  return LIND_OK;
}

static lind_err from_people(reader *r, int column, const wanted *w) {
  const int parts = w->type.kind == LIND_TYPE_GENOTYPE ? 2 : 1;
  double *values[2], scale;
  LIND_TRY(scale_of(r->people, column, w, &scale));
  for (int a = 0; a < parts; a++) LIND_TAKE(values[a], r->arena, r->e->n_patients);
  for (size_t i = 0; i < r->e->n_patients; i++) {
    double codes[2];
    LIND_TRY(cell(r->people, r->person[i], column, w, scale, codes));
    LIND_CHECK_AT(!isnan(codes[0]) || w->optional, LIND_ERR_INPUT, lind_csv_where(r->people, r->person[i], column),
                  "%s is missing", w->name);
    for (int a = 0; a < parts; a++) values[a][i] = isnan(codes[a]) ? 0.0 : codes[a];
  }
  for (int a = 0; a < parts; a++) add_input(r, w, a, values[a], false);
  return LIND_OK;
}

/* A column of that name that is not one of NONMEM's; in any case if no other is spelled so. */
static int find(const lind_events *e, const lind_csv *csv, const char *name) {
  int found = -1;
  for (int c = 0; csv != NULL && c < csv->n_columns; c++) {
    if (csv == e->csv && lind_events_is_reserved(e, c)) continue;
    if (strcmp(csv->columns[c], name) == 0) return c;
    if (lind_text_equal_nocase(csv->columns[c], name)) found = c;
  }
  return found;
}

static lind_err take(reader *r, const wanted *w, bool *given) {
  const int in_events = find(r->e, r->e->csv, w->name), in_people = find(r->e, r->people, w->name);
  LIND_CHECK_AT(in_events < 0 || in_people < 0, LIND_ERR_INPUT, lind_csv_head(r->e->csv, in_events),
                "%s is a column here and in %s; one of them must go", w->name, in_people >= 0 ? r->people->path : "");
  *given = in_events >= 0 || in_people >= 0;
  if (in_events >= 0) return from_events(r, in_events, w);
  return in_people >= 0 ? from_people(r, in_people, w) : LIND_OK;
}

/* ---- the model's names */

static lind_err take_covariates(reader *r) {
  for (int k = 0; k < r->in->model->n_covariates; k++) {
    const lind_model_covariate *c = &r->in->model->covariates[k];
    bool given;
    const wanted w = {c->name, c->type, c->unit, c->slot, c->other, c->course == LIND_COVARIATE_LINEAR, c->optional};
    char suggestion[128];
    LIND_TRY(take(r, &w, &given));
    LIND_CHECK_AT(given || c->optional, LIND_ERR_INPUT, lind_csv_head(r->e->csv, 0),
                  "there is no column '%s', a covariate of %s%s", c->name, r->in->model->name,
                  lind_text_suggestion(c->name, r->e->csv->columns, (size_t)r->e->csv->n_columns, suggestion, sizeof suggestion));
  }
  return LIND_OK;
}

static lind_err take_numbers(reader *r) {
  const lind_model *model = r->in->model;
  lind_unit plain;
  bool given;
  LIND_TRY(lind_unit_parse("1", &plain));
  for (int k = 0; k < model->n_parameters; k++) {
    const lind_quantity *q = &model->parameters[k];
    const wanted w = {q->name, {.kind = LIND_TYPE_NUMBER}, q->unit, q->slot, false, false, false};
    LIND_TRY(take(r, &w, &given));
  }
  for (int k = 0; k < model->n_randoms; k++) {
    const wanted w = {model->randoms[k].name, {.kind = LIND_TYPE_NUMBER}, plain, model->randoms[k].slot, false, false, false};
    LIND_TRY(take(r, &w, &r->random_given[k]));
  }
  return LIND_OK;
}

static lind_err take_occasions(reader *r) {
  const int column = r->e->column[LIND_COLUMN_OCC];
  const lind_csv *csv = r->e->csv;
  double *values;
  if (column < 0) return LIND_OK;
  LIND_TAKE(values, r->arena, csv->n_rows);
  for (size_t row = 0; row < csv->n_rows; row++) {
    if (lind_events_is_missing(lind_csv_at(csv, row, column))) continue;
    LIND_TRY(lind_csv_number(csv, row, column, &values[row]));
    LIND_CHECK_AT(values[row] >= 0.0 && values[row] < 16777216.0 && values[row] == floor(values[row]), LIND_ERR_INPUT,
                  lind_csv_where(csv, row, column), "OCC is %g; it must be a whole number from 0 to 16777215", values[row]);
  }
  r->in->occasion = values;
  return LIND_OK;
}

/* ---- the table of individuals */

static int by_text(const void *a, const void *b, void *context) {
  const lind_csv *csv = context;
  const int id = lind_csv_find(csv, "ID");
  return strcmp(lind_csv_at(csv, *(const uint32_t *)a, id)->text, lind_csv_at(csv, *(const uint32_t *)b, id)->text);
}

static lind_err match(reader *r, const uint32_t *order, int id, size_t patient, uint32_t *row) {
  const size_t own = row_of(r->e, patient);
  const lind_csv_cell *who = lind_csv_at(r->e->csv, own, r->e->column[LIND_COLUMN_ID]);
  size_t low = 0, high = r->people->n_rows;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (strcmp(lind_csv_at(r->people, order[middle], id)->text, who->text) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  const bool found = low < r->people->n_rows && strcmp(lind_csv_at(r->people, order[low], id)->text, who->text) == 0;
  LIND_CHECK_AT(found, LIND_ERR_INPUT, ((lind_where){r->e->csv->path, who->line, who->column}), "ID %s is not in %s", who->text,
                r->people->path);
  *row = order[low];
  return LIND_OK;
}

static lind_err read_people(reader *r, const char *path) {
  uint32_t *order, *person;
  int id;
  LIND_TRY(lind_csv_read(path, r->arena, &r->people));
  LIND_TRY(lind_csv_column(r->people, "ID", &id));
  LIND_TAKE(order, r->arena, r->people->n_rows + 1);
  LIND_TAKE(person, r->arena, r->e->n_patients);
  for (size_t row = 0; row < r->people->n_rows; row++) order[row] = (uint32_t)row;
  qsort_r(order, r->people->n_rows, sizeof *order, by_text, (void *)r->people);
  for (size_t k = 1; k < r->people->n_rows; k++)
    LIND_CHECK_AT(by_text(&order[k - 1], &order[k], (void *)r->people) != 0, LIND_ERR_INPUT,
                  lind_csv_where(r->people, order[k] > order[k - 1] ? order[k] : order[k - 1], id), "ID %s stands here twice",
                  lind_csv_at(r->people, order[k], id)->text);
  for (size_t i = 0; i < r->e->n_patients; i++) LIND_TRY(match(r, order, id, i, &person[i]));
  r->person = person;
  return LIND_OK;
}

static lind_err nothing_strange(const reader *r) {
  const lind_model *model = r->in->model;
  for (int c = 0; r->people != NULL && c < r->people->n_columns; c++) {
    const char *name = r->people->columns[c];
    bool known = strcmp(name, "ID") == 0;
    for (int k = 0; k < model->n_parameters; k++) known |= lind_text_equal_nocase(name, model->parameters[k].name);
    for (int k = 0; k < model->n_covariates; k++) known |= lind_text_equal_nocase(name, model->covariates[k].name);
    for (int k = 0; k < model->n_randoms; k++) known |= lind_text_equal_nocase(name, model->randoms[k].name);
    LIND_CHECK_AT(known, LIND_ERR_INPUT, lind_csv_head(r->people, c), "'%s' is no parameter, covariate or random effect of %s",
                  name, model->name);
  }
  return LIND_OK;
}

/* ---- what moves */

static lind_err list_varying(reader *r) {
  lind_inputs *in = r->in;
  const lind_model *model = in->model;
  int *varying, *which;
  uint8_t *between;
  const int most = in->n + model->n_randoms + 1;
  LIND_TAKE(varying, r->arena, most);
  LIND_TAKE(which, r->arena, most);
  LIND_TAKE(between, r->arena, most);
  for (int k = 0; k < in->n; k++) {
    if (!in->inputs[k].per_row || !moves(r->e, in->inputs[k].values)) continue;
    varying[in->n_varying] = in->inputs[k].slot;
    between[in->n_varying] = in->inputs[k].between;
    which[in->n_varying++] = k;
  }
  for (int k = 0; k < model->n_randoms; k++) {
    if (!model->randoms[k].occasion || in->given[k] || !in->draws || in->occasion == NULL || !moves(r->e, in->occasion)) continue;
    varying[in->n_varying] = model->randoms[k].slot;
    between[in->n_varying] = r->carry == LIND_CARRY_BACKWARD ? LIND_BETWEEN_BACKWARD : LIND_BETWEEN_FORWARD;
    which[in->n_varying++] = -1 - k;
  }
  in->varying = varying;
  in->which = which;
  in->between = between;
  return LIND_OK;
}

lind_err lind_inputs_settle(lind_inputs *in) { return lind_model_random_factor(in->model, in->parameters, in->factor); }

bool lind_inputs_gives(const lind_inputs *in, int slot) {
  for (int k = 0; k < in->n; k++)
    if (in->inputs[k].slot == slot) return true;
  return false;
}

static lind_err settle_effects(reader *r) {
  lind_inputs *in = r->in;
  const int n = in->model->n_randoms;
  lind_purpose *randoms;
  LIND_TAKE(in->factor, r->arena, n * n + 1);
  LIND_TAKE(randoms, r->arena, n + 1);
  for (int k = 0; k < n; k++) {
    char words[80];
    (void)snprintf(words, sizeof words, "model/%s", in->model->randoms[k].name);
    randoms[k] = lind_random_purpose(words);
  }
  in->randoms = randoms;
  return LIND_OK;
}

static lind_err settle_times(reader *r) {
  double *times;
  LIND_TAKE(times, r->arena, r->e->csv->n_rows);
  for (size_t k = 0; k < r->e->n; k++)
    if (!r->e->added[k]) times[r->e->row[k]] = r->e->records[k].time;
  r->times = times;
  return LIND_OK;
}

lind_err lind_inputs_read(const lind_events *events, const lind_model *model, const double *parameters, const char *individual,
                          lind_carry carry, bool draws, lind_arena *arena, lind_inputs *inputs) {
  lind_inputs in = {.model = model, .parameters = parameters, .draws = draws, .carry = carry};
  reader r = {.in = &in, .e = events, .arena = arena, .carry = carry};
  const int names = model->n_parameters + model->n_covariates + model->n_randoms;
  in.n_given = model->n_parameters + model->n_randoms + model->n_drifts;
  for (int k = 0; k < model->n_covariates; k++) in.n_given += lind_model_covariate_slots(&model->covariates[k]);
  LIND_TAKE(in.inputs, arena, 2 * names + 1);
  LIND_TAKE(in.used, arena, events->csv->n_columns);
  LIND_TAKE(r.random_given, arena, model->n_randoms + 1);
  in.given = r.random_given;
  LIND_TRY(settle_times(&r));
  if (individual != NULL) LIND_TRY(read_people(&r, individual));
  LIND_TRY(nothing_strange(&r));
  LIND_TRY(take_covariates(&r));
  LIND_TRY(take_numbers(&r));
  LIND_TRY(take_occasions(&r));
  LIND_TRY(settle_effects(&r));
  LIND_TRY(list_varying(&r));
  *inputs = in;
  return LIND_OK;
}
