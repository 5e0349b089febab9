/* unsure.c -- reads how well parameters are known, and draws a replicate's own. */
#include "lind/unsure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lind/csv.h"
#include "lind/draw.h"
#include "lind/text.h"

enum { OF_NOBODY = UINT32_MAX }; /* the seat whose draws are a replicate's own: no patient sits there */

typedef struct reading {
  const lind_model *model;
  lind_arena *arena;
  const lind_csv *csv;
  lind_unsure *made;
  lind_unsure_log logs;
  int *parameter;
  double *scale; /* of each column's unit */
  bool *log;
  int first; /* column of the first parameter */
} reading;

static lind_err find_parameter(const reading *r, const char *name, lind_where where, int *parameter) {
  const lind_model *model = r->model;
  const char **names;
  char suggestion[128];
  LIND_TAKE(names, r->arena, model->n_parameters + 1);
  for (int k = 0; k < model->n_parameters; k++) names[k] = model->parameters[k].name;
  *parameter = lind_model_find_parameter(model, name);
  LIND_CHECK_AT(*parameter >= 0, LIND_ERR_INPUT, where, "'%s' is not a parameter of model %s%s", name, model->name,
                lind_text_suggestion(name, names, (size_t)model->n_parameters, suggestion, sizeof suggestion));
  return LIND_OK;
}

static bool is_log(const reading *r, const char *name) {
  for (int i = 0; i < r->logs.n; i++)
    if (strcmp(r->logs.at[i].text, name) == 0) return true;
  return false;
}

/* A head cell `cl [L/h]`: which parameter, and what its numbers are to be multiplied with. */
static lind_err read_column(reading *r, int i) {
  const lind_csv *csv = r->csv;
  const int column = r->first + i;
  const lind_where where = {.file = csv->path, .line = 1, .column = 1};
  char need[64];
  lind_unit unit = {.dimension = lind_unit_dimensionless, .scale = 1.0};
  LIND_TRY(find_parameter(r, csv->columns[column], where, &r->parameter[i]));
  const lind_quantity *parameter = &r->model->parameters[r->parameter[i]];
  r->log[i] = is_log(r, parameter->name);
  if (csv->units[column][0] != '\0' && lind_unit_parse(csv->units[column], &unit) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_UNIT, where, "column %s: %s", parameter->name, lind_error_message());
  const lind_dimension due = r->log[i] ? lind_unit_dimensionless : parameter->unit.dimension;
  LIND_CHECK_AT(lind_unit_same_dimension(unit.dimension, due), LIND_ERR_UNIT, where,
                "column %s has the unit '%s'; %s is needed, as in `%s [%s]`", parameter->name, csv->units[column],
                lind_unit_dimension_words(due, need, sizeof need), parameter->name,
                r->log[i] || parameter->unit.text[0] == '\0' ? "1" : parameter->unit.text);
  r->scale[i] = unit.scale;
  return LIND_OK;
}

static lind_err read_cell(const reading *r, size_t row, int i, double *value) {
  LIND_TRY(lind_csv_number(r->csv, row, r->first + i, value));
  LIND_CHECK_AT(isfinite(*value), LIND_ERR_INPUT, lind_csv_where(r->csv, row, r->first + i), "the cell must be a number");
  return LIND_OK;
}

static lind_err read_sets(reading *r) {
  const size_t n = (size_t)r->made->n;
  double *sets;
  LIND_CHECK(r->csv->n_rows > 0, LIND_ERR_INPUT, "%s: the table has no rows; each row is a set of parameters", r->csv->path);
  LIND_TAKE(sets, r->arena, r->csv->n_rows * n);
  for (size_t row = 0; row < r->csv->n_rows; row++)
    for (size_t i = 0; i < n; i++) {
      LIND_TRY(read_cell(r, row, (int)i, &sets[row * n + i]));
      sets[row * n + i] *= r->scale[i];
    }
  r->made->n_sets = r->csv->n_rows;
  r->made->sets = sets;
  return LIND_OK;
}

static lind_err name_streams(reading *r) {
  lind_purpose *purposes;
  char words[LIND_UNSURE_STREAM];
  LIND_TAKE(purposes, r->arena, r->made->n);
  for (int i = 0; i < r->made->n; i++) {
    LIND_TRY(lind_unsure_stream(r->model->parameters[r->parameter[i]].name, words));
    purposes[i] = lind_random_purpose(words);
  }
  r->made->purposes = purposes;
  return LIND_OK;
}

/* Rows may stand in another order than columns. */
static lind_err find_rows(const reading *r, int *row_of) {
  const int n = r->made->n;
  for (int i = 0; i < n; i++) row_of[i] = -1;
  for (size_t row = 0; row < r->csv->n_rows; row++) {
    int parameter, at = -1;
    const char *name = lind_csv_at(r->csv, row, 0)->text;
    const lind_where where = lind_csv_where(r->csv, row, 0);
    LIND_TRY(find_parameter(r, name, where, &parameter));
    for (int i = 0; i < n; i++)
      if (r->parameter[i] == parameter) at = i;
    LIND_CHECK_AT(at >= 0 && row_of[at] < 0, LIND_ERR_INPUT, where, "the row of '%s' %s", name,
                  at < 0 ? "has no column of that name" : "is given twice");
    row_of[at] = (int)row;
  }
  for (int i = 0; i < n; i++)
    LIND_CHECK(row_of[i] >= 0, LIND_ERR_INPUT, "%s: the matrix has a column %s but no such row", r->csv->path,
               r->model->parameters[r->parameter[i]].name);
  return LIND_OK;
}

/* Row i of the matrix, which must agree with the columns before it. */
static lind_err read_row(const reading *r, size_t row, int i, double *matrix) {
  const int n = r->made->n;
  const char *name = r->model->parameters[r->parameter[i]].name;
  for (int j = 0; j < n; j++) {
    LIND_TRY(read_cell(r, row, j, &matrix[i * n + j]));
    matrix[i * n + j] *= r->scale[i] * r->scale[j];
  }
  for (int j = 0; j < i; j++)
    LIND_CHECK_AT(fabs(matrix[i * n + j] - matrix[j * n + i]) <= 1e-6 * sqrt(fabs(matrix[i * n + i] * matrix[j * n + j])),
                  LIND_ERR_INPUT, lind_csv_where(r->csv, row, r->first + j),
                  "the covariance of %s and %s differs from that of %s and %s", name, r->csv->columns[r->first + j],
                  r->csv->columns[r->first + j], name);
  return LIND_OK;
}

static lind_err read_covariance(reading *r) {
  const int n = r->made->n;
  double *matrix, *root;
  int *row_of;
  LIND_TAKE(matrix, r->arena, n * n);
  LIND_TAKE(root, r->arena, n * n);
  LIND_TAKE(row_of, r->arena, n);
  LIND_TRY(find_rows(r, row_of));
  for (int i = 0; i < n; i++) LIND_TRY(read_row(r, (size_t)row_of[i], i, matrix));
  const int bad = lind_draw_factor(matrix, n, root);
  LIND_CHECK_AT(bad < 0, LIND_ERR_INPUT, lind_csv_where(r->csv, (size_t)row_of[bad < 0 ? 0 : bad], 0),
                "the matrix is no covariance matrix: at this row it is not positive definite");
  r->made->root = root;
  return name_streams(r);
}

static lind_err check_log(const reading *r, const double *centre) {
  for (int k = 0; k < r->logs.n; k++) {
    const char *name = r->logs.at[k].text;
    const lind_where where = r->logs.at[k].where;
    int parameter;
    bool among = false;
    LIND_TRY(find_parameter(r, name, where, &parameter));
    for (int i = 0; i < r->made->n; i++) among = among || r->parameter[i] == parameter;
    LIND_CHECK_AT(among, LIND_ERR_INPUT, where, "%s names %s, which has no column in %s", r->logs.key, name, r->csv->path);
    LIND_CHECK_AT(centre[parameter] > 0.0, LIND_ERR_INPUT, where, "%s names %s, whose value is not above 0", r->logs.key, name);
  }
  return LIND_OK;
}

static lind_err read_head(reading *r) {
  lind_unsure *made = r->made;
  int parameter;
  for (int k = 0; k < r->logs.n; k++) LIND_TRY(find_parameter(r, r->logs.at[k].text, r->logs.at[k].where, &parameter));
  made->n = r->csv->n_columns - r->first;
  LIND_CHECK(made->n > 0, LIND_ERR_INPUT, "%s: there is no column of a parameter", r->csv->path);
  LIND_TAKE(r->parameter, r->arena, made->n);
  LIND_TAKE(r->scale, r->arena, made->n);
  LIND_TAKE(r->log, r->arena, made->n);
  for (int i = 0; i < made->n; i++) LIND_TRY(read_column(r, i));
  made->parameter = r->parameter;
  made->log = r->log;
  made->n_parameters = r->model->n_parameters;
  return LIND_OK;
}

lind_err lind_unsure_stream(const char *parameter, char words[LIND_UNSURE_STREAM]) {
  LIND_CHECK((size_t)snprintf(words, LIND_UNSURE_STREAM, "uncertainty/%s", parameter) < LIND_UNSURE_STREAM, LIND_ERR_INPUT,
             "the name '%s' is too long for a random stream", parameter);
  return LIND_OK;
}

lind_err lind_unsure_read(const lind_csv *csv, bool matrix, lind_unsure_log logs, const lind_model *model, const double *centre,
                          lind_arena *arena, const lind_unsure **unsure) {
  reading r = {.model = model, .arena = arena, .csv = csv, .logs = logs, .first = matrix};
  LIND_TAKE(r.made, arena, 1);
  LIND_CHECK(!matrix || strcmp(csv->columns[0], "parameter") == 0, LIND_ERR_INPUT,
             "%s: the first column is '%s'; a covariance matrix begins with the column parameter", csv->path, csv->columns[0]);
  LIND_TRY(read_head(&r));
  LIND_TRY(check_log(&r, centre));
  LIND_TRY(matrix ? read_covariance(&r) : read_sets(&r));
  *unsure = r.made;
  return LIND_OK;
}

void lind_unsure_draw(const lind_unsure *unsure, uint64_t seed, uint32_t replicate, const double *centre, double *parameters) {
  const lind_who who = {seed, replicate, OF_NOBODY, 0};
  memcpy(parameters, centre, (size_t)unsure->n_parameters * sizeof *parameters);
  for (int i = 0; i < unsure->n; i++) {
    double *value = &parameters[unsure->parameter[i]];
    if (unsure->sets != NULL) {
      *value = unsure->sets[replicate % unsure->n_sets * (size_t)unsure->n + (size_t)i];
      continue;
    }
    double away = 0.0;
    for (int j = 0; j <= i; j++) away += unsure->root[i * unsure->n + j] * lind_random_normal(who, unsure->purposes[j], 0);
    *value = unsure->log[i] ? *value * exp(away) : *value + away;
  }
}
