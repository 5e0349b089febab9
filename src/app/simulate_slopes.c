/* simulate_slopes.c -- `lind simulate --sensitivity`: how outputs answer to parameters, covariates and random effects.
 *
 * Everything between two resets is one task of sensitivity.h: doses are written out, and an observation sees those of the rows
 * above it. */
#include <math.h>
#include <string.h>

#include "lind/text.h"
#include "simulate.h"

enum { MOST_DOSES = 1000000 }; /* of one individual; assumed: more is a mistake in ADDL */

/* ---- names */

static void add(lind_slopes *s, const char *name, int slot, lind_unit unit, double scale) {
  s->names[s->n] = name;
  s->slots[s->n] = slot;
  s->units[s->n] = unit;
  s->scales[s->n++] = scale;
}

static lind_err add_name(lind_slopes *s, const lind_model *model, const char *name) {
  for (int k = 0; k < s->n; k++)
    LIND_CHECK(strcmp(s->names[k], name) != 0, LIND_ERR_INPUT, "--sensitivity names '%s' twice", name);
  for (int k = 0; k < model->n_parameters; k++)
    if (strcmp(model->parameters[k].name, name) == 0) {
      add(s, model->parameters[k].name, model->parameters[k].slot, model->parameters[k].unit, 0.0);
      return LIND_OK;
    }
  for (int k = 0; k < model->n_randoms; k++)
    if (strcmp(model->randoms[k].name, name) == 0) {
      add(s, model->randoms[k].name, model->randoms[k].slot, (lind_unit){.scale = 1.0}, 1.0);
      return LIND_OK;
    }
  for (int k = 0; k < model->n_covariates; k++) {
    const lind_model_covariate *c = &model->covariates[k];
    if (strcmp(c->name, name) != 0) continue;
    LIND_CHECK(c->type.kind == LIND_TYPE_NUMBER, LIND_ERR_INPUT,
               "--sensitivity names %s, which is no number; there is no slope to a category", name);
    add(s, c->name, c->slot, c->unit, 0.0);
    return LIND_OK;
  }
  const char *known[256];
  char suggestion[128];
  size_t n = 0;
  for (int k = 0; k < model->n_parameters && n < 256; k++) known[n++] = model->parameters[k].name;
  for (int k = 0; k < model->n_randoms && n < 256; k++) known[n++] = model->randoms[k].name;
  for (int k = 0; k < model->n_covariates && n < 256; k++) known[n++] = model->covariates[k].name;
  return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__,
                         "--sensitivity: '%s' is no parameter, covariate or random effect of %s%s", name, model->name,
                         lind_text_suggestion(name, known, n, suggestion, sizeof suggestion));
}

/* "cl, v" */
static lind_err add_names(lind_slopes *s, const lind_model *model, const char *text, lind_arena *arena) {
  char *rest;
  LIND_TAKE(rest, arena, strlen(text) + 1);
  memcpy(rest, text, strlen(text) + 1);
  for (char *piece; (piece = strsep(&rest, ",")) != NULL;) {
    while (*piece == ' ') piece++;
    for (char *end = piece + strlen(piece); end > piece && end[-1] == ' ';) *--end = '\0';
    LIND_TRY(add_name(s, model, piece));
  }
  return LIND_OK;
}

static lind_err take_names(lind_slopes *s, const lind_model *model, const lind_option_list *asked, lind_arena *arena) {
  const size_t most = (size_t)(model->n_parameters + model->n_randoms + model->n_covariates) + 1;
  LIND_TAKE(s->names, arena, most);
  LIND_TAKE(s->slots, arena, most);
  LIND_TAKE(s->units, arena, most);
  LIND_TAKE(s->scales, arena, most);
  for (int k = 0; k < asked->n; k++) LIND_TRY(add_names(s, model, asked->at[k], arena));
  return LIND_OK;
}

/* ---- what is not covered */

static lind_err check_model(const lind_kernel *kernel, const lind_model *model, const lind_inputs *inputs) {
  LIND_CHECK(kernel->n_noises == 0 && (model->n_drifts == 0 || !inputs->draws), LIND_ERR_INPUT,
             "--sensitivity cannot follow %s; with --no-random there is none", kernel->n_noises > 0 ? "noise" : "a drift");
  LIND_CHECK(kernel->n_delays == 0, LIND_ERR_INPUT, "--sensitivity cannot follow model %s, whose rates depend on the past",
             model->name);
  LIND_CHECK(kernel->jacobian != NULL, LIND_ERR_INPUT, "--sensitivity needs the Jacobian of model %s, which has none",
             model->name);
  for (int k = 0; k < model->n_triggers; k++)
    LIND_CHECK_AT(model->triggers[k].n_resets == 0, LIND_ERR_INPUT, model->triggers[k].where,
                  "--sensitivity cannot follow '%s', which changes states when its condition comes true",
                  model->triggers[k].name);
  return LIND_OK;
}

/* How many doses a record makes until `last`. */
static double doses_of(const lind_record *r, double last) {
  if (r->event != LIND_RECORD_DOSE && r->event != LIND_RECORD_RESET_DOSE) return 0.0;
  const double more = r->interval > 0.0 ? fmax(0.0, floor((last - r->time) / r->interval * (1.0 + 1e-12))) : 0.0;
  return 1.0 + fmin(r->additional, more);
}

static lind_err check_records(lind_slopes *s, const lind_events *e) {
  for (size_t i = 0; i < e->n_patients; i++) {
    double doses = 0.0, last = -INFINITY;
    for (size_t k = e->first[i]; k < e->first[i + 1]; k++) last = fmax(last, e->records[k].time);
    for (size_t k = e->first[i]; k < e->first[i + 1]; k++) {
      const int ss = e->column[LIND_COLUMN_SS], addl = e->column[LIND_COLUMN_ADDL];
      LIND_CHECK_AT(e->records[k].steady == 0, LIND_ERR_INPUT, lind_csv_where(e->csv, e->row[k], ss >= 0 ? ss : 0),
                    "SS is %d, and --sensitivity cannot follow a steady state; write the doses before it out, with ADDL",
                    e->records[k].steady);
      doses += doses_of(&e->records[k], last);
      LIND_CHECK_AT(doses <= MOST_DOSES, LIND_ERR_INPUT, lind_csv_where(e->csv, e->row[k], addl >= 0 ? addl : 0),
                    "--sensitivity follows at most %d doses of one individual", MOST_DOSES);
    }
    if (doses > s->most_doses) s->most_doses = (int)doses;
  }
  s->most = e->most;
  return LIND_OK;
}

lind_err lind_slopes_read(const lind_option_list *asked, const lind_events *events, const lind_inputs *inputs,
                          const lind_course *course, lind_arena *arena, lind_slopes *slopes) {
  const lind_model *model = inputs->model;
  if (asked->n == 0) return LIND_OK;
  lind_slopes s = {.kernel = *course->kernel, .n_given = inputs->n_given};
  s.kernel.n_triggers = 0; /* marks and events change nothing */
  s.relative = 0.01 * course->tolerance.relative;
  s.absolute = 0.1 * course->tolerance.absolute;
  LIND_TRY(take_names(&s, model, asked, arena));
  LIND_TRY(check_model(course->kernel, model, inputs));
  LIND_CHECK(inputs->n_varying == 0, LIND_ERR_INPUT,
             "--sensitivity cannot follow %s, which changes from record to record within an individual",
             lind_model_slot_name(model, inputs->varying[0]));
  LIND_TRY(check_records(&s, events));
  *slopes = s;
  return LIND_OK;
}

/* ---- one individual */

lind_err lind_slopes_take(const lind_slopes *s, lind_arena *arena, lind_slopes_room *room) {
  if (s->n == 0) return LIND_OK;
  LIND_TAKE(room->frame, arena, s->kernel.n_frame + 1);
  LIND_TAKE(room->doses, arena, s->most_doses + 1);
  LIND_TAKE(room->times, arena, s->most + 1);
  LIND_TAKE(room->sees, arena, s->most + 1);
  LIND_TAKE(room->slopes, arena, s->most * (size_t)s->kernel.n_outputs * (size_t)s->n + 1);
  return LIND_OK;
}

static bool resets(const lind_record *r) { return r->event == LIND_RECORD_RESET || r->event == LIND_RECORD_RESET_DOSE; }

static void write_out(const lind_record *r, double last, lind_sensitivity *task, lind_sensitivity_dose *doses) {
  static const double modelled[] = {[LIND_INFUSION_MODEL_RATE] = -1.0, [LIND_INFUSION_MODEL_DURATION] = -2.0};
  const int n = (int)doses_of(r, last);
  double rate = r->rate;
  if (r->infusion == LIND_INFUSION_MODEL_RATE || r->infusion == LIND_INFUSION_MODEL_DURATION) rate = modelled[r->infusion];
  for (int k = 0; k < n; k++)
    doses[task->n_doses++] = (lind_sensitivity_dose){r->time + k * r->interval, r->amount, rate, r->state};
}

/* Records [from, to), between two resets; the slopes of its observations behind the first `done`. */
static lind_err solve_part(const lind_slopes *s, const lind_record *records, int from, int to, size_t done,
                           lind_slopes_room *room) {
  const double last = records[to - 1].time;
  lind_sensitivity task = {.kernel = &s->kernel,
                           .frame = room->frame,
                           .relative = s->relative,
                           .absolute = s->absolute,
                           .begin = records[from].time,
                           .doses = room->doses,
                           .times = room->times,
                           .sees = room->sees,
                           .n_slots = s->n,
                           .slots = s->slots,
                           .scales = s->scales};
  for (int r = from; r < to; r++) {
    write_out(&records[r], last, &task, room->doses);
    if (!records[r].observed) continue;
    room->times[task.n_times] = records[r].time;
    room->sees[task.n_times++] = task.n_doses;
  }
  return lind_sensitivity_solve(&task, NULL, NULL, room->slopes + done * (size_t)s->kernel.n_outputs * (size_t)s->n, NULL);
}

lind_err lind_slopes_solve(const lind_slopes *s, const lind_course_patient *patient, lind_slopes_room *room) {
  const size_t cells = (size_t)s->kernel.n_outputs * (size_t)s->n;
  const lind_record *records = patient->records;
  size_t done = 0;
  for (size_t k = 0; k < (size_t)patient->n * cells; k++) room->slopes[k] = NAN;
  if (patient->status != LIND_LANE_OK) return LIND_OK;
  for (int k = 0; k < s->kernel.n_frame; k++)
    for (int i = 0; i < LIND_LANES; i++) room->frame[k].of[i] = k < s->n_given ? patient->given[k] : 0.0;
  for (int from = 0, to; from < patient->n; from = to) {
    size_t observed = 0;
    for (to = from; to < patient->n && (to == from || !resets(&records[to])); to++) observed += records[to].observed;
    const lind_err err = solve_part(s, records, from, to, done, room);
    if (err != LIND_OK) {
      for (size_t k = done * cells; k < (size_t)patient->n * cells; k++) room->slopes[k] = NAN;
      return err;
    }
    done += observed;
  }
  return LIND_OK;
}
