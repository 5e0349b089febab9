/* patient_check.c -- is a life that was lived again the one of the run? Nothing is trusted but bits: those in results.h5, and the
 * digest of the record that the patient's block has left in the segments. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "patient.h"

enum { PATIENCE_S = 5 }; /* a block that takes longer is lived again only if that is asked for */

typedef struct check {
  const lind_patient *patient;
  const lind_layout *layout;
  lind_arena *arena;
  double *row;   /* [n_columns] of the life */
  bool has_seen; /* anything of the run */
  bool has_row;
} check;

static bool is_same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)); }

static lind_err differs(const check *c, const char *where, const char *column, double stored, double lived) {
  return lind_error_fail(
      LIND_ERR_NUMERIC, __FILE__, __LINE__,
      "patient %llu of replicate %llu, lived again, is not that of the run: '%s' is %.17g in %s and %.17g now; "
      "`lind verify %s` says more",
      (unsigned long long)c->patient->seat, (unsigned long long)c->patient->replicate, column, stored, where, lived,
      c->patient->past->directory);
}

/* ---- results.h5 ------------------------------------------------------------------------------------------- */

/* The rows that a table has of the patient, or, where it has no such columns, those beside another table's. */
static lind_err find(const check *c, const char *table, size_t *first, size_t *n) {
  const double key[2] = {(double)c->patient->replicate, (double)c->patient->seat};
  return lind_results_find(c->patient->past->results, table, key, first, n);
}

static lind_err is_shaped(const check *c, const char *table, const lind_results_view *view, const lind_field *fields, int n) {
  bool same = view->n_fields == n;
  for (int f = 0; same && f < n; f++) same = strcmp(view->fields[f].name, fields[f].name) == 0;
  LIND_CHECK(same, LIND_ERR_FILE, "%s: the columns of %s are not those of this protocol", c->patient->past->results, table);
  return LIND_OK;
}

/* values[n_rows][n] of the life, against rows [first, first + n_rows) of a table. */
static lind_err compare(const check *c, const char *table, const lind_field *fields, int n, size_t first, size_t n_rows,
                        const double *values) {
  lind_results_view *view;
  LIND_TRY(lind_results_read_rows(c->patient->past->results, table, first, n_rows, &view));
  lind_err err = is_shaped(c, table, view, fields, n);
  if (err == LIND_OK && view->n_rows != n_rows)
    err = lind_error_fail(LIND_ERR_FILE, __FILE__, __LINE__, "%s: %s ends in mid-patient", c->patient->past->results, table);
  for (size_t row = 0; err == LIND_OK && row < n_rows; row++)
    for (int f = 0; err == LIND_OK && f < n; f++)
      if (!is_same(view->data[f][row], values[row * (size_t)n + (size_t)f]))
        err = differs(c, table, fields[f].name, view->data[f][row], values[row * (size_t)n + (size_t)f]);
  lind_results_view_destroy(&view);
  return err;
}

static lind_err check_row(check *c) {
  const lind_layout *layout = c->layout;
  const int n = layout->n_patient_columns;
  size_t first, rows;
  if (!c->patient->study->stage[0].store_rows) return LIND_OK;
  LIND_TRY(find(c, "/patients", &first, &rows));
  if (rows == 0) return LIND_OK;
  LIND_TRY(compare(c, "/patients", layout->columns, n, first, 1, c->row));
  LIND_TRY(compare(c, "/outcomes", layout->columns + n, layout->n_columns - n, first, 1, c->row + n));
  c->has_row = c->has_seen = true;
  printf("equal     row %zu of /patients and /outcomes: %d columns, bit for bit\n", first, layout->n_columns);
  return LIND_OK;
}

static lind_err check_course(check *c) {
  const lind_patient *p = c->patient;
  const lind_plan *plan = c->layout->plan;
  const lind_plan_trajectories *t = plan->trajectories;
  const double *lived;
  size_t first, rows;
  int n;
  if (t == NULL || !lind_plan_trajectories_keep(plan, t, (uint32_t)p->replicate, p->seat)) return LIND_OK;
  LIND_TRY(find(c, "/trajectories/patients", &first, &rows));
  LIND_TRY(lind_patient_record(p, t, c->arena, &lived, &n));
  if (rows == 0) return LIND_OK; /* its replicate had stopped before: the block's record knows */
  if (rows != (size_t)n) return differs(c, "/trajectories/patients", "rows", (double)rows, n);
  LIND_TRY(compare(c, "/trajectories/patients", c->layout->trajectories, c->layout->n_trajectories, first, rows, lived));
  c->has_seen = true;
  printf("equal     rows %zu to %zu of /trajectories/patients: %d columns, bit for bit\n", first, first + rows - 1,
         c->layout->n_trajectories);
  return LIND_OK;
}

/* ---- the block -------------------------------------------------------------------------------------------- */

typedef struct again {
  const check *check;
  lind_digest due, found;
  uint64_t number; /* that the record bears */
  bool has_rows;   /* the record of the run */
  bool is_there;   /* the patient has a row: else the replicate had stopped before */
  int column;      /* the first that differs, or -1 */
  double value;
} again;

/* A sink that keeps nothing: the patient's row in the block, and the digest of what the run has kept of it. */
static lind_err compare_block(void *self, const lind_block_record *record) {
  again *a = self;
  const lind_patient *p = a->check->patient;
  for (size_t r = 0; r < record->n_rows; r++) {
    if (record->rows[r] != (double)p->replicate || record->rows[record->n_rows + r] != (double)p->seat) continue;
    a->is_there = true;
    for (int f = 0; f < a->check->layout->n_columns && a->column < 0; f++) {
      a->value = record->rows[(size_t)f * record->n_rows + r];
      if (!is_same(a->value, a->check->row[f])) a->column = f;
    }
  }
  lind_block_record kept = *record;
  kept.block = a->number;
  if (!a->has_rows) kept.n_rows = kept.n_columns = 0;
  a->found = lind_sink_record_digest(&kept);
  return LIND_OK;
}

static lind_err live_block(check *c, lind_store *store) {
  const lind_patient *p = c->patient;
  const uint64_t block = lind_past_block(p->study, p->replicate, p->seat);
  again a = {.check = c, .has_rows = block < lind_study_rows_end(p->study, 0), .column = -1};
  if (!lind_store_record(store, 0, block, &a.due, &a.number)) return LIND_OK;
  LIND_TRY(lind_runner_run(p->runner, 0, block, true, p->base, &(lind_sink){.self = &a, .put = compare_block}));
  if (a.column >= 0) return differs(c, "the block", c->layout->columns[a.column].name, a.value, c->row[a.column]);
  LIND_CHECK(lind_digest_equal(a.due, a.found), LIND_ERR_NUMERIC,
             "block %llu, in which patient %llu is, lived again, is not that of the run; `lind verify %s` says more",
             (unsigned long long)block, (unsigned long long)p->seat, p->past->directory);
  c->has_seen = true;
  printf("equal     block %llu, lived again, has the digest of its record in the segments%s\n", (unsigned long long)block,
         a.is_there ? ", and the patient is in it, bit for bit" : "; its replicate had stopped before this patient came");
  return LIND_OK;
}

/* From the speed of the run. */
static double seconds_of_block(const check *c) {
  const json_t *facts = c->patient->past->provenance;
  const lind_plan *plan = c->layout->plan;
  const double speed = json_number_value(json_object_get(facts, "patients_per_s")),
               workers =
                   json_number_value(json_object_get(facts, "ranks")) * json_number_value(json_object_get(facts, "threads"));
  return speed > 0.0 && workers > 0.0 ? (double)plan->block_seats * workers / speed : INFINITY;
}

static lind_err check_block(check *c) {
  const char *directory = c->patient->past->directory, *segments = lind_arena_format(c->arena, "%s/segments", directory);
  lind_store *store;
  if (access(segments, F_OK) != 0) return LIND_OK;
  LIND_TRY(lind_store_open(directory, &store));
  const lind_err err = live_block(c, store);
  lind_store_destroy(&store);
  return err;
}

lind_err lind_patient_check(const lind_patient *patient, bool block, lind_arena *arena) {
  check c = {.patient = patient, .layout = patient->study->stage[0].layout, .arena = arena};
  const lind_desk *desk;
  int s;
  LIND_TAKE(c.row, arena, c.layout->n_columns);
  LIND_TRY(lind_runner_replay(patient->runner, (uint32_t)patient->replicate, patient->seat, patient->base, &desk, &s));
  lind_runner_row(patient->runner, s, c.row);
  printf("\nagainst the run\n");
  if (patient->past->fault == NULL) {
    LIND_TRY(check_row(&c));
    LIND_TRY(check_course(&c));
  }
  const double seconds = seconds_of_block(&c);
  if (block || (!c.has_row && seconds <= PATIENCE_S)) LIND_TRY(check_block(&c));
  LIND_CHECK(patient->past->fault == NULL, LIND_ERR_FILE, "%s", patient->past->fault);
  if (c.has_seen) return LIND_OK;
  if (block || seconds <= PATIENCE_S)
    printf("unknown   the run has kept neither this patient nor its segments\n");
  else
    printf("unknown   the run has kept no row of this patient; --check lives its block again, in about %.0f s\n", seconds);
  return LIND_OK;
}
