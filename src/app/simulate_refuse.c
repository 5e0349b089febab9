/* simulate_refuse.c -- records that a model cannot follow, found before anybody is simulated. */
#include "simulate.h"

static lind_err check_steady(const lind_events *e, const lind_model *model, size_t record) {
  const int ss = e->column[LIND_COLUMN_SS];
  LIND_CHECK_AT(
      e->records[record].steady == 0 || model->kernel.n_delays == 0, LIND_ERR_INPUT,
      lind_csv_where(e->csv, e->row[record], ss >= 0 ? ss : 0),
      "SS is %d, but %s looks back with delay(...), and no steady state is sought then; give the doses before, with ADDL",
      e->records[record].steady, model->name);
  return LIND_OK;
}

static bool moves(const lind_events *e, size_t patient, const double *values) {
  for (size_t k = e->first[patient] + 1; k < e->first[patient + 1]; k++)
    if (values[e->row[k]] != values[e->row[k - 1]]) return true;
  return false;
}

/* reads[state][varying]: the modelled rate of that state does. */
static lind_err check_rate(const lind_events *e, const lind_inputs *in, const bool *reads, size_t patient, size_t record) {
  const lind_record *r = &e->records[record];
  const lind_model *model = in->model;
  if (r->infusion != LIND_INFUSION_MODEL_RATE) return LIND_OK;
  for (int k = 0; k < in->n_varying; k++) {
    if (!reads[r->state * in->n_varying + k] || !moves(e, patient, in->inputs[in->which[k]].values)) continue;
    const char *name = lind_model_slot_name(model, in->varying[k]);
    return lind_error_fail_at(LIND_ERR_INPUT, lind_csv_where(e->csv, e->row[record], e->column[LIND_COLUMN_RATE]),
                              "RATE is -1, and the rate of %s is made of %s, which --covariates linear moves all the time; an "
                              "infusion's rate stays from record to record, as with nocb and locf",
                              model->states[r->state].name, name);
  }
  return LIND_OK;
}

lind_err lind_events_refuse(const lind_events *e, const lind_inputs *in, lind_arena *arena) {
  const lind_model *model = in->model;
  bool *reads;
  LIND_TAKE(reads, arena, (size_t)model->n_states * (size_t)in->n_varying + 1);
  for (int s = 0; s < model->n_states; s++)
    for (int k = 0; model->states[s].rates && k < in->n_varying; k++)
      if (in->between[k] == LIND_BETWEEN_LINE)
        LIND_TRY(lind_model_rate_reads(model, s, in->varying[k], arena, &reads[s * in->n_varying + k]));
  for (size_t i = 0; i < e->n_patients; i++)
    for (size_t k = e->first[i]; k < e->first[i + 1]; k++) {
      LIND_TRY(check_steady(e, model, k));
      LIND_TRY(check_rate(e, in, reads, i, k));
    }
  return LIND_OK;
}
