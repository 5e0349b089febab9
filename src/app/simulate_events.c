/* simulate_events.c -- a NONMEM-style table becomes records. Everything that can be wrong with it is found here. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lind/text.h"
#include "simulate.h"

typedef struct reader {
  lind_events *e;
  const lind_model *model;
  lind_arena *arena;
  lind_unit amount, rate; /* of AMT and RATE; scale 0: those of the state */
  int to;                 /* the state of a dose that names none; -1 */
  size_t room;
  lind_record *records;
  uint32_t *row, *after;
  bool *added;
  size_t *first;
} reader;

static const char *const names[] = {
#define ROW(name) #name,
    LIND_EVENT_COLUMNS(ROW)
#undef ROW
};

bool lind_events_is_missing(const lind_csv_cell *cell) {
  return cell->text[0] == '\0' || strcmp(cell->text, ".") == 0 || strcmp(cell->text, "NA") == 0;
}

bool lind_events_is_reserved(const lind_events *events, int column) {
  for (int k = 0; k < LIND_COLUMN_COUNT; k++)
    if (events->column[k] == column) return true;
  return false;
}

/* ---- columns and their units */

static lind_err find_columns(lind_events *e) {
  const lind_csv *csv = e->csv;
  char suggestion[128];
  for (int k = 0; k < LIND_COLUMN_COUNT; k++) {
    e->column[k] = -1;
    for (int c = 0; c < csv->n_columns; c++) {
      if (!lind_text_equal_nocase(csv->columns[c], names[k])) continue;
      LIND_CHECK_AT(e->column[k] < 0, LIND_ERR_INPUT, lind_csv_head(csv, c), "there are two columns '%s'", names[k]);
      e->column[k] = c;
    }
  }
  for (int k = LIND_COLUMN_ID; k <= LIND_COLUMN_TIME; k++)
    LIND_CHECK_AT(e->column[k] >= 0, LIND_ERR_INPUT, lind_csv_head(csv, 0), "there is no column '%s'%s", names[k],
                  lind_text_suggestion(names[k], csv->columns, (size_t)csv->n_columns, suggestion, sizeof suggestion));
  for (int c = 0; c < csv->n_columns; c++)
    LIND_CHECK_AT(strncasecmp(csv->columns[c], "DAT", 3) != 0 || (csv->columns[c][3] != 'E' && csv->columns[c][3] != 'e'),
                  LIND_ERR_INPUT, lind_csv_head(csv, c),
                  "'%s': dates are not read; TIME must be a number that goes on across days", csv->columns[c]);
  return LIND_OK;
}

static lind_err unit_of(const lind_events *e, lind_event_column k, lind_unit otherwise, lind_unit *unit) {
  const int c = e->column[k];
  *unit = otherwise;
  if (c < 0 || e->csv->units[c][0] == '\0') return LIND_OK;
  if (lind_unit_parse(e->csv->units[c], unit) != LIND_OK)
    return lind_error_fail_at(LIND_ERR_UNIT, lind_csv_head(e->csv, c), "%s: %s", names[k], lind_error_message());
  return LIND_OK;
}

static lind_err find_units(reader *r) {
  lind_events *e = r->e;
  lind_unit interval;
  LIND_TRY(unit_of(e, LIND_COLUMN_TIME, r->model->time, &e->time));
  LIND_TRY(unit_of(e, LIND_COLUMN_II, e->time, &interval));
  LIND_TRY(unit_of(e, LIND_COLUMN_AMT, (lind_unit){.scale = 0.0}, &r->amount));
  LIND_TRY(unit_of(e, LIND_COLUMN_RATE, (lind_unit){.scale = 0.0}, &r->rate));
  LIND_CHECK_AT(lind_unit_same_dimension(e->time.dimension, r->model->time.dimension), LIND_ERR_UNIT,
                lind_csv_head(e->csv, e->column[LIND_COLUMN_TIME]), "TIME is in '%s', which is no time", e->time.text);
  LIND_CHECK_AT(interval.scale == e->time.scale, LIND_ERR_UNIT, lind_csv_head(e->csv, e->column[LIND_COLUMN_II]),
                "II is in '%s', but TIME in '%s'", interval.text, e->time.text);
  return LIND_OK;
}

/* ---- cells */

static lind_err number(const reader *r, size_t row, lind_event_column k, double *value) {
  const int c = r->e->column[k];
  *value = 0.0;
  if (c < 0 || lind_events_is_missing(lind_csv_at(r->e->csv, row, c))) return LIND_OK;
  return lind_csv_number(r->e->csv, row, c, value);
}

static lind_where place(const reader *r, size_t row, lind_event_column k) {
  const int c = r->e->column[k];
  return lind_csv_where(r->e->csv, row, c >= 0 ? c : r->e->column[LIND_COLUMN_TIME]);
}

static lind_err whole(const reader *r, size_t row, lind_event_column k, double most, double *value) {
  LIND_TRY(number(r, row, k, value));
  LIND_CHECK_AT(*value == floor(*value) && *value >= 0.0 && *value <= most, LIND_ERR_INPUT, place(r, row, k),
                "%s is %g; it must be a whole number from 0 to %.0f", names[k], *value, most);
  return LIND_OK;
}

static lind_err state_of(const reader *r, size_t row, int16_t *state) {
  const int c = r->e->column[LIND_COLUMN_CMT];
  const lind_csv_cell *cell = c >= 0 ? lind_csv_at(r->e->csv, row, c) : NULL;
  double value = 0.0;
  const bool missing = cell == NULL || lind_events_is_missing(cell);
  if (missing || (lind_text_number(cell->text, &value) && value == 0.0)) {
    LIND_CHECK_AT(r->to >= 0, LIND_ERR_INPUT, place(r, row, LIND_COLUMN_CMT),
                  "no state of %s is declared with `dose`; CMT must name the one that this dose enters", r->model->name);
    *state = (int16_t)r->to;
    return LIND_OK;
  }
  int at = lind_model_find_state(r->model, cell->text);
  const lind_where where = place(r, row, LIND_COLUMN_CMT);
  LIND_CHECK_AT(value >= 0.0, LIND_ERR_INPUT, where, "CMT is %g; turning a state off with a negative CMT is not possible in lind",
                value);
  if (at < 0 && value == floor(value) && value >= 1.0 && value <= r->model->n_states) at = (int)value - 1;
  if (at < 0) {
    const char *known[64];
    char list[256], suggestion[128];
    size_t n = 0;
    for (; n < (size_t)r->model->n_states && n < 64; n++) known[n] = r->model->states[n].name;
    return lind_error_fail_at(LIND_ERR_INPUT, where, "CMT is '%s'; the states of %s are %s, 1 to %d%s", cell->text,
                              r->model->name, lind_text_list(known, n, list, sizeof list), r->model->n_states,
                              lind_text_suggestion(cell->text, known, n, suggestion, sizeof suggestion));
  }
  *state = (int16_t)at;
  return LIND_OK;
}

/* ---- records */

static lind_err amounts(const reader *r, size_t row, lind_record *made) {
  const lind_model_state *state = &r->model->states[made->state];
  const lind_unit mass = r->amount.scale > 0.0 ? r->amount : state->unit;
  const lind_dimension per_time = lind_unit_divide(state->unit.dimension, r->model->time.dimension);
  const double rate = r->rate.scale > 0.0 ? r->rate.scale : mass.scale / r->e->time.scale;
  char have[64], need[64];
  LIND_CHECK_AT(lind_unit_same_dimension(mass.dimension, state->unit.dimension), LIND_ERR_UNIT, place(r, row, LIND_COLUMN_AMT),
                "AMT is %s, but the state '%s' is %s", lind_unit_dimension_words(mass.dimension, have, sizeof have), state->name,
                lind_unit_dimension_words(state->unit.dimension, need, sizeof need));
  LIND_CHECK_AT(r->rate.scale == 0.0 || lind_unit_same_dimension(r->rate.dimension, per_time), LIND_ERR_UNIT,
                place(r, row, LIND_COLUMN_RATE), "RATE is in '%s', which is no amount of '%s' per time", r->rate.text,
                state->name);
  made->amount *= mass.scale;
  made->infusion = made->rate == -1.0   ? LIND_INFUSION_MODEL_RATE
                   : made->rate == -2.0 ? LIND_INFUSION_MODEL_DURATION
                   : made->rate > 0.0   ? LIND_INFUSION_RATE
                                        : LIND_INFUSION_NONE;
  made->rate = made->rate > 0.0 ? made->rate * rate : 0.0;
  return LIND_OK;
}

static lind_err dose_makes_sense(const reader *r, size_t row, const lind_record *made) {
  const lind_where amt = place(r, row, LIND_COLUMN_AMT), ii = place(r, row, LIND_COLUMN_II),
                   rate = place(r, row, LIND_COLUMN_RATE);
  const bool endless = made->steady > 0 && made->amount == 0.0;
  LIND_CHECK_AT(made->amount > 0.0 || made->steady > 0, LIND_ERR_INPUT, amt, "the dose has AMT 0; it must be above 0");
  LIND_CHECK_AT(made->interval > 0.0 || made->additional == 0, LIND_ERR_INPUT, ii, "ADDL is %u, but II is 0", made->additional);
  LIND_CHECK_AT(made->interval > 0.0 || made->steady == 0 || endless, LIND_ERR_INPUT, ii,
                "SS is %d, but II is 0; the doses of a steady state are II apart", made->steady);
  LIND_CHECK_AT(!endless || (made->interval == 0.0 && made->additional == 0), LIND_ERR_INPUT, amt,
                "SS is %d with AMT 0: an endless infusion, or none; it has neither II nor ADDL", made->steady);
  LIND_CHECK_AT(!endless || made->infusion != LIND_INFUSION_MODEL_DURATION, LIND_ERR_INPUT, rate,
                "an endless infusion (SS with AMT 0) has no duration; RATE must not be -2");
  return LIND_OK;
}

static lind_err dose_from(const reader *r, size_t row, lind_record *made) {
  double additional, steady;
  LIND_TRY(state_of(r, row, &made->state));
  LIND_TRY(number(r, row, LIND_COLUMN_AMT, &made->amount));
  LIND_TRY(number(r, row, LIND_COLUMN_RATE, &made->rate));
  LIND_TRY(number(r, row, LIND_COLUMN_II, &made->interval));
  LIND_TRY(whole(r, row, LIND_COLUMN_ADDL, 1e9, &additional));
  LIND_TRY(whole(r, row, LIND_COLUMN_SS, 2, &steady));
  LIND_CHECK_AT(made->amount >= 0.0, LIND_ERR_INPUT, place(r, row, LIND_COLUMN_AMT), "AMT is %g; it must not be below 0",
                made->amount);
  LIND_CHECK_AT(made->interval >= 0.0, LIND_ERR_INPUT, place(r, row, LIND_COLUMN_II), "II is %g; it must not be below 0",
                made->interval);
  LIND_CHECK_AT(made->rate >= 0.0 || made->rate == -1.0 || made->rate == -2.0, LIND_ERR_INPUT, place(r, row, LIND_COLUMN_RATE),
                "RATE is %g; it is 0, above 0, -1 (the model's rate) or -2 (the model's duration)", made->rate);
  const lind_model_state *state = &r->model->states[made->state];
  LIND_CHECK_AT(made->rate != -1.0 || state->rates, LIND_ERR_INPUT, place(r, row, LIND_COLUMN_RATE),
                "RATE is -1, but %s gives no rate for '%s': state %s dose(rate = ...)", r->model->name, state->name, state->name);
  LIND_CHECK_AT(made->rate != -2.0 || state->durations, LIND_ERR_INPUT, place(r, row, LIND_COLUMN_RATE),
                "RATE is -2, but %s gives no duration for '%s': state %s dose(duration = ...)", r->model->name, state->name,
                state->name);
  made->additional = (uint32_t)additional;
  made->steady = (uint8_t)steady;
  LIND_TRY(amounts(r, row, made));
  LIND_TRY(dose_makes_sense(r, row, made));
  made->interval *= r->e->time.scale;
  return LIND_OK;
}

static lind_err no_dose(const reader *r, size_t row, int event) {
  static const lind_event_column dose[] = {LIND_COLUMN_AMT, LIND_COLUMN_RATE, LIND_COLUMN_II, LIND_COLUMN_ADDL, LIND_COLUMN_SS};
  for (size_t k = 0; k < sizeof dose / sizeof *dose; k++) {
    double value;
    LIND_TRY(number(r, row, dose[k], &value));
    LIND_CHECK_AT(value == 0.0, LIND_ERR_INPUT, place(r, row, dose[k]), "%s is %g on a record with EVID %d, which is no dose",
                  names[dose[k]], value, event);
  }
  return LIND_OK;
}

static lind_err event_of(const reader *r, size_t row, int *event) {
  double evid, amt, rate, ss, mdv;
  LIND_TRY(whole(r, row, LIND_COLUMN_EVID, 4, &evid));
  LIND_TRY(number(r, row, LIND_COLUMN_AMT, &amt));
  LIND_TRY(number(r, row, LIND_COLUMN_RATE, &rate));
  LIND_TRY(number(r, row, LIND_COLUMN_SS, &ss));
  LIND_TRY(whole(r, row, LIND_COLUMN_MDV, 1, &mdv));
  if (r->e->column[LIND_COLUMN_EVID] < 0) evid = amt != 0.0 || rate != 0.0 || ss != 0.0 ? 1 : mdv != 0.0 ? 2 : 0;
  *event = (int)evid;
  return LIND_OK;
}

static lind_err record_from(const reader *r, size_t row, lind_record *made) {
  const int c = r->e->column[LIND_COLUMN_TIME];
  int event;
  LIND_CHECK_AT(!lind_events_is_missing(lind_csv_at(r->e->csv, row, c)), LIND_ERR_INPUT, lind_csv_where(r->e->csv, row, c),
                "TIME is missing");
  LIND_TRY(lind_csv_number(r->e->csv, row, c, &made->time));
  made->time *= r->e->time.scale;
  LIND_TRY(event_of(r, row, &event));
  made->event = (uint8_t)event;
  if (event == LIND_RECORD_DOSE || event == LIND_RECORD_RESET_DOSE) return dose_from(r, row, made);
  return no_dose(r, row, event);
}

/* ---- individuals */

static void add_time(reader *r, double time, size_t row, size_t after) {
  const size_t at = r->e->n++;
  r->records[at] = (lind_record){.time = time, .event = LIND_RECORD_OBSERVATION, .observed = 1};
  r->row[at] = (uint32_t)row;
  r->after[at] = (uint32_t)after;
  r->added[at] = true;
}

/* The rows of one individual, with the added times below those of their time; returns the row behind. */
static lind_err individual(reader *r, size_t row, const double *times, size_t n_times, bool all, size_t *behind) {
  const lind_csv *csv = r->e->csv;
  const int id = r->e->column[LIND_COLUMN_ID];
  const char *who = lind_csv_at(csv, row, id)->text;
  size_t next = 0, last = row;
  double before = -INFINITY;
  LIND_CHECK_AT(!lind_events_is_missing(lind_csv_at(csv, row, id)), LIND_ERR_INPUT, lind_csv_where(csv, row, id),
                "ID is missing");
  r->first[r->e->n_patients++] = r->e->n;
  for (; row < csv->n_rows && strcmp(lind_csv_at(csv, row, id)->text, who) == 0; row++) {
    lind_record made = {0};
    LIND_TRY(record_from(r, row, &made));
    const bool resets = made.event == LIND_RECORD_RESET || made.event == LIND_RECORD_RESET_DOSE;
    LIND_CHECK_AT(made.time >= before || resets, LIND_ERR_INPUT, place(r, row, LIND_COLUMN_TIME),
                  "TIME goes back from %g to %g %s within ID %s; only a reset (EVID 3 or 4) may go back",
                  before / r->e->time.scale, made.time / r->e->time.scale, r->e->time.text, who);
    for (; next < n_times && times[next] < made.time; next++)
      if (before > -INFINITY && times[next] >= before) add_time(r, times[next], last, row);
    made.observed = all || made.event == LIND_RECORD_OBSERVATION;
    const size_t at = r->e->n++;
    r->records[at] = made;
    r->row[at] = r->after[at] = (uint32_t)row;
    before = made.time;
    last = row;
  }
  for (; next < n_times; next++)
    if (times[next] >= before) add_time(r, times[next], last, last);
  if (r->e->n - r->first[r->e->n_patients - 1] > r->e->most) r->e->most = r->e->n - r->first[r->e->n_patients - 1];
  *behind = row;
  return LIND_OK;
}

static int by_id(const void *a, const void *b, void *context) {
  const lind_events *e = context;
  const size_t x = *(const size_t *)a, y = *(const size_t *)b;
  const int id = e->column[LIND_COLUMN_ID];
  const int order =
      strcmp(lind_csv_at(e->csv, e->row[e->first[x]], id)->text, lind_csv_at(e->csv, e->row[e->first[y]], id)->text);
  return order != 0 ? order : (x > y) - (x < y);
}

/* Who somebody is, for random numbers: a number is itself, any other ID its hash; an ID that begins again is somebody else. */
static lind_err name_people(lind_events *e, uint64_t seed, lind_arena *arena) {
  size_t *order;
  lind_who *who;
  LIND_TAKE(order, arena, e->n_patients);
  LIND_TAKE(who, arena, e->n_patients);
  for (size_t i = 0; i < e->n_patients; i++) order[i] = i;
  qsort_r(order, e->n_patients, sizeof *order, by_id, e);
  const char *before = NULL;
  uint32_t again = 0;
  for (size_t i = 0; i < e->n_patients; i++) {
    const char *id = lind_csv_at(e->csv, e->row[e->first[order[i]]], e->column[LIND_COLUMN_ID])->text;
    unsigned long long count;
    again = before != NULL && strcmp(before, id) == 0 ? again + 1 : 0;
    const bool plain = lind_text_count(id, &count) && count < UINT32_MAX;
    who[order[i]] = (lind_who){seed, again, plain ? (uint32_t)count : lind_random_purpose(id), 0};
    before = id;
  }
  e->who = who;
  return LIND_OK;
}

static size_t count_people(const lind_events *e) {
  size_t n = 0;
  const int id = e->column[LIND_COLUMN_ID];
  for (size_t row = 0; row < e->csv->n_rows; row++)
    n += row == 0 || strcmp(lind_csv_at(e->csv, row, id)->text, lind_csv_at(e->csv, row - 1, id)->text) != 0;
  return n;
}

static lind_err take_rooms(reader *r, size_t people, size_t n_times) {
  const size_t n = r->e->csv->n_rows + people * n_times;
  LIND_CHECK(n < UINT32_MAX, LIND_ERR_INPUT, "%s and --times make %zu records; at most %u are possible", r->e->csv->path, n,
             UINT32_MAX - 1);
  LIND_TAKE(r->records, r->arena, n + 1);
  LIND_TAKE(r->row, r->arena, n + 1);
  LIND_TAKE(r->after, r->arena, n + 1);
  LIND_TAKE(r->added, r->arena, n + 1);
  LIND_TAKE(r->first, r->arena, people + 1);
  return LIND_OK;
}

static lind_err read_people(reader *r, const double *times, size_t n_times, bool all) {
  LIND_TRY(take_rooms(r, count_people(r->e), n_times));
  for (size_t row = 0; row < r->e->csv->n_rows;) LIND_TRY(individual(r, row, times, n_times, all, &row));
  r->first[r->e->n_patients] = r->e->n;
  r->e->records = r->records;
  r->e->row = r->row;
  r->e->after = r->after;
  r->e->added = r->added;
  r->e->first = r->first;
  return LIND_OK;
}

lind_err lind_events_from(const lind_csv *csv, const lind_model *model, const char *times, bool all, uint64_t seed,
                          lind_arena *arena, lind_events *events) {
  lind_events e = {.csv = csv};
  reader r = {.e = &e, .model = model, .arena = arena, .to = -1};
  double *values = NULL;
  size_t n_values = 0;
  LIND_CHECK_AT(e.csv->n_rows > 0, LIND_ERR_INPUT, ((lind_where){csv->path, 0, 0}), "the table has no records");
  LIND_TRY(find_columns(&e));
  LIND_TRY(find_units(&r));
  for (int k = model->n_states - 1; k >= 0; k--)
    if (model->states[k].doses) r.to = k;
  lind_err err = times != NULL ? lind_events_times(times, e.time, &values, &n_values) : LIND_OK;
  if (err == LIND_OK) err = read_people(&r, values, n_values, all);
  free(values);
  LIND_TRY(err);
  LIND_TRY(name_people(&e, seed, arena));
  *events = e;
  return LIND_OK;
}

lind_err lind_events_read(const char *path, const lind_model *model, const char *times, bool all, uint64_t seed,
                          lind_arena *arena, lind_events *events) {
  const lind_csv *csv;
  LIND_TRY(lind_csv_read(path, arena, &csv));
  return lind_events_from(csv, model, times, all, seed, arena, events);
}
