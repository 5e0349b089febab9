/* columns.c -- the columns of a stored patient's row: who they are, then what became of them. */
#include "columns.h"

#include <string.h>

static const char *const end_labels[] = {
#define ROW(code, words) words,
    LIND_END_LIST(ROW)
#undef ROW
};

static void add(lind_layout *layout, lind_field *fields, lind_field field) { fields[layout->n_columns++] = field; }

static lind_err add_cohort(lind_layout *layout, lind_field *fields, lind_arena *arena) {
  const lind_cohort *cohort = layout->plan->cohort;
  for (int c = 0; c < cohort->n_columns; c++) {
    const lind_column *column = &cohort->columns[c];
    const char *about = column->about != NULL ? column->about : "covariate of the cohort";
    if (column->type.kind == LIND_TYPE_GENOTYPE) {
      for (int a = 1; a <= 2; a++)
        add(layout, fields,
            (lind_field){lind_arena_format(arena, "%s_%d", column->name, a), "1", about, LIND_FIELD_CODE, column->type.levels->n,
                         column->type.levels->names});
    } else if (column->type.kind == LIND_TYPE_CATEGORY) {
      add(layout, fields,
          (lind_field){column->name, "1", about, LIND_FIELD_CODE, column->type.levels->n, column->type.levels->names});
    } else {
      add(layout, fields,
          (lind_field){column->name, column->unit.text[0] != '\0' ? column->unit.text : "1", about, LIND_FIELD_REAL, 0, NULL});
    }
  }
  return LIND_OK;
}

/* Two tables: of who they are, and of what became of them. */
static lind_err check_names(const lind_layout *layout) {
  const lind_field *fields = layout->columns;
  for (int i = 0; i < layout->n_columns; i++)
    for (int k = i < layout->n_patient_columns ? 0 : layout->n_patient_columns; k < i; k++)
      LIND_CHECK(strcmp(fields[i].name, fields[k].name) != 0, LIND_ERR_INPUT,
                 "%s: a stored patient would have two columns '%s': of the cohort, a group, an endpoint, or lind's own (%s, %s); "
                 "call one of them something else",
                 layout->plan->protocol->path, fields[i].name, fields[k].about, fields[i].about);
  return LIND_OK;
}

lind_err lind_layout_columns(lind_layout *layout, lind_arena *arena) {
  const lind_plan *plan = layout->plan;
  lind_field *fields;
  const char **arms;
  LIND_TAKE(fields, arena, 13 + 2 * plan->cohort->n_columns + plan->n_groupings + 2 * layout->n_endpoints * layout->n_periods);
  LIND_TAKE(arms, arena, layout->n_arms);
  for (int a = 0; a < layout->n_arms; a++) arms[a] = plan->protocol->arms[a].name;
  add(layout, fields, (lind_field){"replicate", "1", "which repetition of the trial, from 0", LIND_FIELD_COUNT, 0, NULL});
  add(layout, fields, (lind_field){"seat", "1", "the patient's place in the replicate, from 0", LIND_FIELD_COUNT, 0, NULL});
  add(layout, fields, (lind_field){"attempts", "1", "people screened for this seat", LIND_FIELD_COUNT, 0, NULL});
  add(layout, fields,
      (lind_field){"stratum", "1", "randomisation stratum, mixed radix of the factors", LIND_FIELD_COUNT, 0, NULL});
  add(layout, fields, (lind_field){"arm", "1", "randomised to", LIND_FIELD_CODE, layout->n_arms, arms});
  if (plan->tilts != NULL)
    add(layout, fields,
        (lind_field){"importance_weight", "1", "people for whom the patient stands: the likelihood ratio of importance sampling",
                     LIND_FIELD_REAL, 0, NULL});
  LIND_TRY(add_cohort(layout, fields, arena));
  for (int g = 1; g < plan->n_groupings; g++)
    if (plan->groupings[g].program != NULL)
      add(layout, fields,
          (lind_field){plan->groupings[g].name, "1", plan->groupings[g].title, LIND_FIELD_CODE, plan->groupings[g].levels.n,
                       plan->groupings[g].levels.names});
  if (plan->protocol->recruit.n > 0)
    add(layout, fields, (lind_field){"entry", "day", "when the patient came in, in calendar time", LIND_FIELD_REAL, 0, NULL});
  layout->n_patient_columns = layout->n_columns;
  add(layout, fields, (lind_field){"end", "day", "time followed", LIND_FIELD_REAL, 0, NULL});
  add(layout, fields, (lind_field){"reason", "1", "why follow-up ended", LIND_FIELD_CODE, LIND_END_COUNT, end_labels});
  add(layout, fields, (lind_field){"visits", "1", "visits attended", LIND_FIELD_COUNT, 0, NULL});
  for (int e = 0; e < layout->n_endpoints; e++)
    for (int p = 0; p < layout->n_periods; p++) {
      const lind_endpoint *endpoint = &plan->protocol->endpoints[e];
      const char *unit,
          *name = layout->n_periods == 1 ? endpoint->name : lind_arena_format(arena, "%s_%d", endpoint->name, p + 1);
      (void)lind_layout_scale(layout, e, &unit);
      add(layout, fields, (lind_field){name, unit[0] != '\0' ? unit : "1", endpoint->title, LIND_FIELD_REAL, 0, NULL});
      if (layout->kinds[e]->scale == LIND_SCALE_TIME)
        add(layout, fields,
            (lind_field){lind_arena_format(arena, "%s_event", endpoint->name), "1", "1 seen, 0 censored at that time",
                         LIND_FIELD_COUNT, 0, NULL});
    }
  layout->columns = fields;
  return check_names(layout);
}

void lind_columns_row(const lind_layout *layout, const lind_desk *desk, int s, double entry, const double *values,
                      const double *events, double *rows, size_t n_rows, size_t row) {
  const lind_plan *plan = layout->plan;
  size_t c = 0;
#define PUT(x) rows[c++ * n_rows + row] = (double)(x)
  PUT(desk->replicate);
  PUT(desk->first_seat + (uint64_t)s);
  PUT(desk->attempts[s]);
  PUT(desk->stratum[s]);
  PUT(desk->arm[s]);
  if (plan->tilts != NULL) PUT(lind_simulate_weight(desk, s));
  for (int k = 0; k < plan->cohort->n_columns; k++) {
    const lind_column *column = &plan->cohort->columns[k];
    const double *slot = desk->row + (size_t)column->slot * (size_t)desk->capacity + (size_t)s;
    PUT(column->type.kind == LIND_TYPE_NUMBER ? slot[0] / column->unit.scale : slot[0]);
    if (column->type.kind == LIND_TYPE_GENOTYPE) PUT(slot[desk->capacity]);
  }
  for (int g = 1; g < plan->n_groupings; g++)
    if (plan->groupings[g].program != NULL) PUT(desk->group[(size_t)g * (size_t)desk->capacity + (size_t)s]);
  if (plan->protocol->recruit.n > 0) PUT(entry / 24.0);
  PUT(desk->end[s] / 24.0);
  PUT(desk->reason[s]);
  PUT(desk->n_visits[s]);
  for (int reading = 0; reading < layout->n_endpoints * layout->n_periods; reading++) {
    const char *unit;
    const int e = reading / layout->n_periods;
    PUT(values[reading] * lind_layout_scale(layout, e, &unit));
    if (layout->kinds[e]->scale == LIND_SCALE_TIME) PUT(events[reading]);
  }
#undef PUT
}
