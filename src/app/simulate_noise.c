/* simulate_noise.c -- noise in states under `lind simulate`: its grid, its addresses, and what it cannot do. */
#include "lind/text.h"
#include "simulate.h"

/* A cell of the grid is 24 bits of a random address: see random.h. */
static const double most_cells = 0x1p24;

/* "0.1" in TIME's unit, or "6 min". */
static lind_err read_grid(const lind_events *e, const char *words, double *grid) {
  lind_unit unit = e->time;
  *grid = 1.0; /* h: that of trials */
  if (words == NULL) return LIND_OK;
  if (lind_text_number(words, grid))
    *grid *= e->time.scale;
  else
    LIND_TRY(lind_unit_parse_quantity(words, grid, &unit));
  LIND_CHECK(lind_unit_same_dimension(unit.dimension, e->time.dimension), LIND_ERR_UNIT, "--grid is '%s', which is no time",
             words);
  LIND_CHECK(*grid > 0.0, LIND_ERR_INPUT, "--grid is '%s'; it must be above 0", words);
  return LIND_OK;
}

static lind_err check_record(const lind_events *e, size_t record, double grid) {
  const lind_record *r = &e->records[record];
  const int ss = e->column[LIND_COLUMN_SS];
  const lind_where time = lind_csv_where(e->csv, e->row[record], e->column[LIND_COLUMN_TIME]);
  LIND_CHECK_AT(r->time >= 0.0, LIND_ERR_INPUT, time, "TIME is %g %s, but noise begins at time 0", r->time / e->time.scale,
                e->time.text);
  LIND_CHECK_AT(r->time / grid < most_cells, LIND_ERR_INPUT, time,
                "TIME is %g %s, which is %.3g cells of --grid; at most %.0f are possible", r->time / e->time.scale, e->time.text,
                r->time / grid, most_cells - 1.0);
  LIND_CHECK_AT(r->steady == 0, LIND_ERR_INPUT, lind_csv_where(e->csv, e->row[record], ss >= 0 ? ss : 0),
                "SS is %d, but a model with noise has no steady state; give the doses before, or take --no-random", r->steady);
  return LIND_OK;
}

lind_err lind_noise_settle(const lind_events *e, const lind_model *model, const char *grid, lind_arena *arena,
                           lind_course *course) {
  const lind_kernel *kernel = course->kernel;
  lind_purpose *purposes;
  LIND_CHECK(grid == NULL || model->kernel.n_noises > 0, LIND_ERR_INPUT, "--grid is for noise in states, and model %s has none",
             model->name);
  LIND_TRY(read_grid(e, grid, &course->noise_grid));
  LIND_TAKE(purposes, arena, kernel->n_noises + 1);
  for (int k = 0; k < kernel->n_noises; k++) {
    char words[80];
    (void)snprintf(words, sizeof words, "noise/%s", model->states[kernel->noisy[k]].name);
    purposes[k] = lind_random_purpose(words);
  }
  course->noises = purposes;
  for (size_t record = 0; kernel->n_noises > 0 && record < e->n; record++) LIND_TRY(check_record(e, record, course->noise_grid));
  return LIND_OK;
}
