/* plan_unsure.c -- how well the parameters are known: a table of sets, or the covariance matrix of their estimates. Every
 * replicate's set is tried while planning, so that none can fail later. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lind/csv.h"
#include "lind/draw.h"
#include "lind/text.h"
#include "plan_parts.h"
#include "values.h"

typedef struct reading {
  const lind_plan *plan;
  lind_arena *arena;
  const lind_csv *csv;
  lind_plan_unsure *made;
  int *parameter;
  double *scale; /* of each column's unit */
  bool *log;
  const char **origin;
  int first; /* column of the first parameter */
} reading;

static lind_err find_parameter(const reading *r, const char *name, lind_where where, int *parameter) {
  const lind_model *model = r->plan->model;
  const char **names;
  char suggestion[128];
  LIND_TAKE(names, r->arena, model->n_parameters + 1);
  for (int k = 0; k < model->n_parameters; k++) names[k] = model->parameters[k].name;
  *parameter = lind_model_find_parameter(model, name);
  LIND_CHECK_AT(*parameter >= 0, LIND_ERR_INPUT, where, "'%s' is not a parameter of model %s%s", name, model->name,
                lind_text_suggestion(name, names, (size_t)model->n_parameters, suggestion, sizeof suggestion));
  return LIND_OK;
}

static bool is_log(const lind_plan *plan, const char *name) {
  for (int i = 0; i < plan->protocol->uncertain_log.n; i++)
    if (strcmp(plan->protocol->uncertain_log.at[i].text, name) == 0) return true;
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
  const lind_quantity *parameter = &r->plan->model->parameters[r->parameter[i]];
  r->log[i] = is_log(r->plan, parameter->name);
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

static lind_err add_streams(lind_plan *plan, reading *r) {
  lind_purpose *purposes;
  char words[60];
  LIND_TAKE(purposes, r->arena, r->made->n);
  for (int i = 0; i < r->made->n; i++) {
    const char *name = plan->model->parameters[r->parameter[i]].name;
    LIND_CHECK((size_t)snprintf(words, sizeof words, "uncertainty/%s", name) < sizeof words, LIND_ERR_INPUT,
               "the name '%s' is too long for a random stream", name);
    LIND_TRY(lind_random_purposes_add(&plan->purposes, words));
    purposes[i] = lind_random_purpose(words);
  }
  r->made->purposes = purposes;
  return LIND_OK;
}

/* Rows may stand in another order than columns. */
static lind_err read_covariance(lind_plan *plan, reading *r) {
  const int n = r->made->n;
  double *matrix, *root;
  int *row_of;
  LIND_TAKE(matrix, r->arena, n * n);
  LIND_TAKE(root, r->arena, n * n);
  LIND_TAKE(row_of, r->arena, n);
  for (int i = 0; i < n; i++) row_of[i] = -1;
  for (size_t row = 0; row < r->csv->n_rows; row++) {
    int parameter, at = -1;
    const lind_where where = lind_csv_where(r->csv, row, 0);
    LIND_TRY(find_parameter(r, lind_csv_at(r->csv, row, 0)->text, where, &parameter));
    for (int i = 0; i < n; i++)
      if (r->parameter[i] == parameter) at = i;
    LIND_CHECK_AT(at >= 0 && row_of[at] < 0, LIND_ERR_INPUT, where, "the row of '%s' %s", lind_csv_at(r->csv, row, 0)->text,
                  at < 0 ? "has no column of that name" : "is given twice");
    row_of[at] = (int)row;
  }
  for (int i = 0; i < n; i++) {
    const char *name = plan->model->parameters[r->parameter[i]].name;
    LIND_CHECK(row_of[i] >= 0, LIND_ERR_INPUT, "%s: the matrix has a column %s but no such row", r->csv->path, name);
    for (int j = 0; j < n; j++) {
      LIND_TRY(read_cell(r, (size_t)row_of[i], j, &matrix[i * n + j]));
      matrix[i * n + j] *= r->scale[i] * r->scale[j];
    }
    for (int j = 0; j < i; j++)
      LIND_CHECK_AT(fabs(matrix[i * n + j] - matrix[j * n + i]) <= 1e-6 * sqrt(fabs(matrix[i * n + i] * matrix[j * n + j])),
                    LIND_ERR_INPUT, lind_csv_where(r->csv, (size_t)row_of[i], r->first + j),
                    "the covariance of %s and %s differs from that of %s and %s", name, r->csv->columns[r->first + j],
                    r->csv->columns[r->first + j], name);
  }
  const int bad = lind_draw_factor(matrix, n, root);
  LIND_CHECK_AT(bad < 0, LIND_ERR_INPUT, lind_csv_where(r->csv, (size_t)row_of[bad < 0 ? 0 : bad], 0),
                "the matrix is no covariance matrix: at this row it is not positive definite");
  r->made->root = root;
  return add_streams(plan, r);
}

static lind_err try_replicates(lind_plan *plan, lind_arena *arena) {
  lind_plan_values values = {0};
  const lind_plan_unsure *unsure = plan->unsure;
  LIND_TRY(lind_values_take(plan, arena, &values));
  uint64_t n = plan->protocol->replicates;
  if (unsure->sets != NULL && n > unsure->n_sets) n = unsure->n_sets;
  for (uint64_t r = 0; r < n; r++) {
    const lind_err err = lind_values_draw(plan, (uint32_t)r, &values);
    if (err != LIND_OK)
      return lind_error_fail_at(LIND_ERR_INPUT, unsure->where, "the parameters of replicate %llu cannot be used: %s%s",
                                (unsigned long long)r, lind_error_message(),
                                unsure->sets == NULL ? "; a parameter that must be positive belongs under uncertainty.log" : "");
  }
  return LIND_OK;
}

static lind_err check_log(const lind_plan *plan, const reading *r) {
  const lind_words_list list = plan->protocol->uncertain_log;
  for (int k = 0; k < list.n; k++) {
    int parameter;
    bool among = false;
    LIND_TRY(find_parameter(r, list.at[k].text, list.at[k].where, &parameter));
    for (int i = 0; i < r->made->n; i++) among = among || r->parameter[i] == parameter;
    LIND_CHECK_AT(among, LIND_ERR_INPUT, list.at[k].where, "uncertainty.log names %s, which has no column in %s", list.at[k].text,
                  r->csv->path);
    LIND_CHECK_AT(plan->values.parameters[parameter] > 0.0, LIND_ERR_INPUT, list.at[k].where,
                  "uncertainty.log names %s, whose value is not above 0", list.at[k].text);
  }
  return LIND_OK;
}

lind_err lind_plan_parts_unsure(lind_plan *plan, lind_arena *arena) {
  const lind_protocol *protocol = plan->protocol;
  const bool matrix = protocol->uncertain_covariance.text != NULL;
  const lind_words file = matrix ? protocol->uncertain_covariance : protocol->uncertain_sets;
  if (file.text == NULL) return LIND_OK;
  reading r = {.plan = plan, .arena = arena, .first = matrix};
  LIND_TAKE(r.made, arena, 1);
  const lind_err err = lind_csv_read(lind_protocol_path(file.text, file.where.file, arena), arena, &r.csv);
  if (err != LIND_OK) return lind_error_fail_at(err, file.where, "%s", lind_error_message());
  LIND_CHECK(!matrix || strcmp(r.csv->columns[0], "parameter") == 0, LIND_ERR_INPUT,
             "%s: the first column is '%s'; a covariance matrix begins with the column parameter", r.csv->path,
             r.csv->columns[0]);
  r.made->n = r.csv->n_columns - r.first;
  LIND_CHECK(r.made->n > 0, LIND_ERR_INPUT, "%s: there is no column of a parameter", r.csv->path);
  LIND_TAKE(r.parameter, arena, r.made->n);
  LIND_TAKE(r.scale, arena, r.made->n);
  LIND_TAKE(r.log, arena, r.made->n);
  LIND_TAKE(r.origin, arena, plan->model->n_parameters);
  memcpy(r.origin, plan->origin, (size_t)plan->model->n_parameters * sizeof *r.origin);
  for (int i = 0; i < r.made->n; i++) LIND_TRY(read_column(&r, i));
  r.made->parameter = r.parameter;
  r.made->log = r.log;
  r.made->path = r.csv->path;
  r.made->where = file.where;
  LIND_TRY(check_log(plan, &r));
  if (matrix)
    LIND_TRY(read_covariance(plan, &r));
  else
    LIND_TRY(read_sets(&r));
  for (int i = 0; i < r.made->n; i++)
    r.origin[r.parameter[i]] = lind_arena_format(arena, "%s, uncertain: %s", plan->origin[r.parameter[i]], file.text);
  plan->origin = r.origin;
  plan->unsure = r.made;
  plan->unsure_digest = r.csv->digest;
  return try_replicates(plan, arena);
}
