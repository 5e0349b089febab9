/* analyze_columns.c -- columns of a table become the columns of one comparison. */
#include "analyze_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LEVELS = 64, MOST_STRATA = 4096 };

/* The rows that are compared. */
typedef struct pick {
  const lind_csv *csv;
  size_t n;
  const size_t *row;
} pick;

/* Missing is what csv.h says, and what results.h5 writes into its tables. */
static bool is_missing(const char *text) {
  return text[0] == '\0' || strcmp(text, ".") == 0 || strcmp(text, "NA") == 0 || strcmp(text, "NaN") == 0;
}

static lind_err read_numbers(const pick *p, int column, lind_arena *arena, double **values) {
  LIND_TAKE(*values, arena, p->n + 1);
  for (size_t i = 0; i < p->n; i++) {
    (*values)[i] = NAN;
    if (!is_missing(lind_csv_at(p->csv, p->row[i], column)->text))
      LIND_TRY(lind_csv_number(p->csv, p->row[i], column, &(*values)[i]));
  }
  return LIND_OK;
}

/* Whole numbers from 0 to `most`. */
static lind_err check_codes(const pick *p, int column, const double *values, int most, bool missing_too, const char *right) {
  for (size_t i = 0; i < p->n; i++)
    LIND_CHECK_AT((values[i] >= 0.0 && values[i] <= most && values[i] == floor(values[i])) || (missing_too && isnan(values[i])),
                  LIND_ERR_INPUT, lind_csv_where(p->csv, p->row[i], column), "column '%s' holds '%s'; %s",
                  p->csv->columns[column], lind_csv_at(p->csv, p->row[i], column)->text, right);
  return LIND_OK;
}

static lind_err check_weights(const pick *p, int column, const double *values) {
  for (size_t i = 0; i < p->n; i++)
    LIND_CHECK_AT(values[i] > 0.0 && isfinite(values[i]), LIND_ERR_INPUT, lind_csv_where(p->csv, p->row[i], column),
                  "column '%s' holds '%s'; a weight is a number above 0", p->csv->columns[column],
                  lind_csv_at(p->csv, p->row[i], column)->text);
  return LIND_OK;
}

/* The words of a column in the order of their first appearance. */
static lind_err read_levels(const pick *p, int column, const char *levels[MOST_LEVELS], int *n_levels, lind_arena *arena,
                            int **codes) {
  int n = 0;
  LIND_TAKE(*codes, arena, p->n + 1);
  for (size_t i = 0; i < p->n; i++) {
    const char *text = lind_csv_at(p->csv, p->row[i], column)->text;
    int k = 0;
    while (k < n && strcmp(levels[k], text) != 0) k++;
    if (k == n) {
      LIND_CHECK_AT(n < MOST_LEVELS, LIND_ERR_INPUT, lind_csv_where(p->csv, p->row[i], column),
                    "column '%s' holds more than %d words", p->csv->columns[column], MOST_LEVELS);
      levels[n++] = text;
    }
    (*codes)[i] = k;
  }
  *n_levels = n;
  return LIND_OK;
}

static bool holds_words(const pick *p, int column) {
  double number;
  for (size_t i = 0; i < p->n; i++) {
    const char *text = lind_csv_at(p->csv, p->row[i], column)->text;
    if (!is_missing(text) && lind_csv_number(p->csv, p->row[i], column, &number) != LIND_OK) return true;
  }
  return false;
}

typedef struct covariates {
  const double **column;
  const char **name;
  int n;
} covariates;

static lind_err add_covariate(const pick *p, int column, lind_arena *arena, covariates *all) {
  const char *levels[MOST_LEVELS];
  double *values;
  int *codes, n;
  if (!holds_words(p, column)) {
    LIND_CHECK(all->n < LIND_COVARIATES, LIND_ERR_INPUT, "--adjust makes more than %d covariates", LIND_COVARIATES);
    LIND_TRY(read_numbers(p, column, arena, &values));
    all->name[all->n] = p->csv->columns[column];
    all->column[all->n++] = values;
    return LIND_OK;
  }
  LIND_TRY(read_levels(p, column, levels, &n, arena, &codes));
  LIND_CHECK(all->n + n - 1 <= LIND_COVARIATES, LIND_ERR_INPUT, "--adjust makes more than %d covariates", LIND_COVARIATES);
  for (int l = 1; l < n; l++) {
    LIND_TAKE(values, arena, p->n + 1);
    for (size_t i = 0; i < p->n; i++) values[i] = codes[i] == l;
    all->name[all->n] = lind_arena_format(arena, "%s %s", p->csv->columns[column], levels[l]);
    all->column[all->n++] = values;
  }
  return LIND_OK;
}

static lind_err read_strata(const pick *p, const lind_analyze_columns *columns, lind_arena *arena, lind_analysis_set *set) {
  const char *levels[MOST_LEVELS];
  uint16_t *stratum;
  int *codes, n;
  set->n_strata = 1;
  if (columns->n_stratify == 0) return LIND_OK;
  LIND_TAKE(stratum, arena, p->n + 1);
  memset(stratum, 0, p->n * sizeof *stratum);
  for (int k = 0; k < columns->n_stratify; k++) {
    LIND_TRY(read_levels(p, columns->stratify[k], levels, &n, arena, &codes));
    set->n_strata *= n;
    LIND_CHECK(set->n_strata <= MOST_STRATA, LIND_ERR_INPUT, "--stratify makes more than %d strata", MOST_STRATA);
    for (size_t i = 0; i < p->n; i++) stratum[i] = (uint16_t)(stratum[i] * n + codes[i]);
  }
  set->stratum = stratum;
  return LIND_OK;
}

/* ---- patients who stand in several rows -------------------------------------------------------------------- */

typedef struct named_row {
  const char *name;
  size_t at;
} named_row;

static int by_name(const void *x, const void *y) {
  const named_row *a = x, *b = y;
  const int order = strcmp(a->name, b->name);
  return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

static lind_err read_patients(const pick *p, int column, lind_arena *arena, const uint32_t **patients) {
  named_row *rows;
  uint32_t *codes, code = 0;
  LIND_TAKE(rows, arena, p->n + 1);
  LIND_TAKE(codes, arena, p->n + 1);
  for (size_t i = 0; i < p->n; i++) {
    rows[i] = (named_row){lind_csv_at(p->csv, p->row[i], column)->text, i};
    LIND_CHECK_AT(rows[i].name[0] != '\0', LIND_ERR_INPUT, lind_csv_where(p->csv, p->row[i], column),
                  "column '%s' is empty here; each row says whose it is", p->csv->columns[column]);
  }
  qsort(rows, p->n, sizeof *rows, by_name);
  for (size_t i = 0; i < p->n; i++) {
    if (i > 0 && strcmp(rows[i].name, rows[i - 1].name) != 0) code++;
    codes[rows[i].at] = code;
  }
  *patients = codes;
  return LIND_OK;
}

typedef struct period_row {
  uint32_t patient;
  uint8_t period;
  size_t at;
} period_row;

static int by_period(const void *x, const void *y) {
  const period_row *a = x, *b = y;
  if (a->patient != b->patient) return a->patient < b->patient ? -1 : 1;
  if (a->period != b->period) return a->period < b->period ? -1 : 1;
  return (a->at > b->at) - (a->at < b->at);
}

/* A patient has one row a period. */
static lind_err check_periods(const pick *p, const lind_analysis_set *set, int patient, int period, lind_arena *arena) {
  period_row *rows;
  LIND_TAKE(rows, arena, p->n + 1);
  for (size_t i = 0; i < p->n; i++) rows[i] = (period_row){set->patient[i], set->period[i], i};
  qsort(rows, p->n, sizeof *rows, by_period);
  for (size_t i = 1; i < p->n; i++)
    LIND_CHECK_AT(rows[i].patient != rows[i - 1].patient || rows[i].period != rows[i - 1].period, LIND_ERR_INPUT,
                  lind_csv_where(p->csv, p->row[rows[i].at], period),
                  "patient '%s' has a second row in period %d; the first is on line %d",
                  lind_csv_at(p->csv, p->row[rows[i].at], patient)->text, rows[i].period + 1,
                  lind_csv_where(p->csv, p->row[rows[i - 1].at], period).line);
  return LIND_OK;
}

static lind_err read_periods(const pick *p, int column, lind_arena *arena, const uint8_t **periods) {
  uint8_t *made;
  double *values;
  LIND_TRY(read_numbers(p, column, arena, &values));
  LIND_TAKE(made, arena, p->n + 1);
  for (size_t i = 0; i < p->n; i++) {
    LIND_CHECK_AT(values[i] >= 1.0 && values[i] <= 255.0 && values[i] == floor(values[i]), LIND_ERR_INPUT,
                  lind_csv_where(p->csv, p->row[i], column), "column '%s' holds '%s'; periods are whole numbers from 1",
                  p->csv->columns[column], lind_csv_at(p->csv, p->row[i], column)->text);
    made[i] = (uint8_t)(values[i] - 1.0);
  }
  *periods = made;
  return LIND_OK;
}

static lind_err pick_rows(const lind_analyze_columns *columns, const char *treated, const char *control, lind_arena *arena,
                          uint8_t **arm, pick *p) {
  size_t *row;
  LIND_TAKE(row, arena, columns->csv->n_rows + 1);
  LIND_TAKE(*arm, arena, columns->csv->n_rows + 1);
  *p = (pick){columns->csv, 0, row};
  for (size_t r = 0; r < columns->csv->n_rows; r++) {
    const char *name = lind_csv_at(columns->csv, r, columns->arm)->text;
    const bool is_treated = strcmp(name, treated) == 0;
    if (!is_treated && strcmp(name, control) != 0) continue;
    (*arm)[p->n] = is_treated;
    row[p->n++] = r;
  }
  return LIND_OK;
}

/* What a control needs. */
static lind_err read_beside(const pick *p, const lind_analyze_columns *columns, lind_arena *arena, lind_analysis_set *set) {
  double *values;
  uint8_t *external;
  if (columns->forecast >= 0) {
    LIND_TRY(read_numbers(p, columns->forecast, arena, &values));
    set->forecast = values;
  }
  if (columns->twin >= 0) {
    LIND_TRY(read_numbers(p, columns->twin, arena, &values));
    set->twin = values;
  }
  if (columns->external < 0) return LIND_OK;
  LIND_TRY(read_numbers(p, columns->external, arena, &values));
  for (size_t i = 0; i < p->n; i++)
    LIND_CHECK_AT(values[i] == 0.0 || values[i] == 1.0, LIND_ERR_INPUT, lind_csv_where(p->csv, p->row[i], columns->external),
                  "column '%s' holds '%s'; 1 (not randomised) or 0 would be right", p->csv->columns[columns->external],
                  lind_csv_at(p->csv, p->row[i], columns->external)->text);
  LIND_TAKE(external, arena, p->n + 1);
  for (size_t i = 0; i < p->n; i++) {
    external[i] = values[i] == 1.0;
    LIND_CHECK_AT(!(external[i] && set->treated[i]), LIND_ERR_INPUT, lind_csv_where(p->csv, p->row[i], columns->external),
                  "an external patient stands in the treated arm; external patients are controls");
  }
  set->external = external;
  return LIND_OK;
}

lind_err lind_analyze_columns_read(const lind_analyze_columns *columns, const char *treated, const char *control,
                                   const lind_estimator *estimator, lind_arena *arena, lind_analysis_set *set) {
  pick p;
  uint8_t *arm;
  double *value, *event = NULL, *weight = NULL;
  covariates all = {0};
  LIND_TRY(pick_rows(columns, treated, control, arena, &arm, &p));
  LIND_TRY(read_numbers(&p, columns->value, arena, &value));
  if (estimator->fits == LIND_FITS_SHARE)
    LIND_TRY(check_codes(&p, columns->value, value, 1, true, "the estimator compares shares, of values 0 and 1"));
  if (columns->event >= 0) {
    LIND_TRY(read_numbers(&p, columns->event, arena, &event));
    LIND_TRY(check_codes(&p, columns->event, event, estimator->competing ? 2 : 1, false,
                         estimator->competing ? "1 (seen), 2 (another event) or 0 (censored) would be right"
                                              : "1 (seen) or 0 (censored) would be right"));
  }
  if (columns->weight >= 0) {
    LIND_TRY(read_numbers(&p, columns->weight, arena, &weight));
    LIND_TRY(check_weights(&p, columns->weight, weight));
  }
  LIND_TAKE(all.column, arena, LIND_COVARIATES);
  LIND_TAKE(all.name, arena, LIND_COVARIATES);
  for (int k = 0; k < columns->n_adjust; k++) LIND_TRY(add_covariate(&p, columns->adjust[k], arena, &all));
  *set = (lind_analysis_set){.n = p.n,
                             .treated = arm,
                             .value = value,
                             .event = event,
                             .weight = weight,
                             .n_covariates = all.n,
                             .covariate = all.column,
                             .covariate_name = all.name};
  LIND_TRY(read_beside(&p, columns, arena, set));
  if (columns->patient >= 0) LIND_TRY(read_patients(&p, columns->patient, arena, &set->patient));
  if (columns->period >= 0) LIND_TRY(read_periods(&p, columns->period, arena, &set->period));
  if (columns->period >= 0 && columns->patient >= 0) LIND_TRY(check_periods(&p, set, columns->patient, columns->period, arena));
  return read_strata(&p, columns, arena, set);
}
