/* twin_file.c -- a twin as a file: the six components of a twin as six groups of HDF5, and where they come from. Equal sessions
 * give equal bytes. */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_facts.h"
#include "lind/store.h"
#include "lind/text.h"
#include "twin_session.h"

typedef struct table {
  lind_field *fields;
  double *data; /* [n][rows] */
  int n;
  size_t rows;
} table;

static lind_err table_take(table *t, int most, size_t rows, lind_arena *arena) {
  *t = (table){.rows = rows};
  LIND_TAKE(t->fields, arena, most);
  LIND_TAKE(t->data, arena, (size_t)most * rows + 1);
  return LIND_OK;
}

/* The next column; its values. */
static double *column(table *t, const char *name, const char *unit, const char *about) {
  t->fields[t->n] = (lind_field){.name = name, .unit = unit[0] != '\0' ? unit : "1", .about = about, .kind = LIND_FIELD_REAL};
  return t->data + (size_t)t->n++ * t->rows;
}

static double *codes(table *t, const char *name, const char *about, int n, const char *const *labels) {
  t->fields[t->n] =
      (lind_field){.name = name, .unit = "1", .about = about, .kind = LIND_FIELD_CODE, .n_labels = n, .labels = labels};
  return t->data + (size_t)t->n++ * t->rows;
}

static lind_err put(lind_results *r, const char *group, const char *about, const char *axes, const table *t) {
  LIND_TRY(lind_results_table(r, group, about, t->fields, t->n, axes));
  return lind_results_append(r, t->data, t->rows);
}

static lind_err output_names(const lind_twin_session *s, lind_arena *arena, const char ***names) {
  LIND_TAKE(*names, arena, s->model->n_outputs + 1);
  for (int k = 0; k < s->model->n_outputs; k++) (*names)[k] = s->model->outputs[k].name;
  return LIND_OK;
}

/* ---- the six */

static lind_err put_physical(lind_results *r, const lind_twin_session *s, lind_arena *arena) {
  const lind_model *m = s->model;
  table t;
  LIND_TRY(table_take(&t, 2 * m->n_covariates + 1, 1, arena));
  *column(&t, "now", "h", "time of the last record") = s->now;
  for (int k = 0; k < m->n_covariates; k++) {
    const lind_model_covariate *c = &m->covariates[k];
    const double *given = s->patient.given + c->slot;
    if (c->type.kind == LIND_TYPE_NUMBER) {
      *column(&t, c->name, c->unit.text, c->about != NULL ? c->about : "covariate, at the first record") = *given / c->unit.scale;
      continue;
    }
    *codes(&t, c->name, "covariate, at the first record", c->type.levels->n, c->type.levels->names) = given[0];
    if (c->type.kind == LIND_TYPE_GENOTYPE)
      *codes(&t, lind_arena_format(arena, "%s_2", c->name), "the other allele", c->type.levels->n, c->type.levels->names) =
          given[1];
  }
  return put(r, "physical_state", "The patient, as far as anybody knows: the covariates", "one patient", &t);
}

static lind_err put_observations(lind_results *r, const lind_twin_session *s, lind_arena *arena) {
  const char **names;
  table t;
  const size_t n = (size_t)s->patient.n_sights;
  LIND_TRY(output_names(s, arena, &names));
  LIND_TRY(table_take(&t, 11, n, arena));
  double *time = column(&t, "time", "h", "of the measurement");
  double *output = codes(&t, "output", "what was measured", s->model->n_outputs, names);
  double *value = column(&t, "value", "1", "measured, in the unit of the output");
  double *median = column(&t, "expected", "1", "median of what was to be measured, before it was");
  double *lower = column(&t, "lower", "1", "2.5 % of the same"), *upper = column(&t, "upper", "1", "97.5 % of the same");
  double *fitted = column(&t, "fitted", "1", "true value by the mode of all");
  double *error = column(&t, "error", "1", "standardised error of the value about that");
  double *score = column(&t, "score", "1", "log predictive density of the value, before it was learnt from");
  double *particles = column(&t, "score_particles", "1", "the same by particles, of all values of that time");
  double *effective = column(&t, "effective", "1", "particles that it left, 1 / sum of squared weights");
  for (size_t k = 0; k < n; k++) {
    const lind_twin_sight *sight = &s->patient.sights[k];
    const lind_twin_seen *seen = &s->seen[k];
    const double scale = s->model->outputs[sight->output].unit.scale;
    time[k] = s->patient.records[sight->record].time;
    output[k] = sight->output;
    value[k] = sight->value / scale;
    median[k] = seen->median / scale, lower[k] = seen->lower / scale, upper[k] = seen->upper / scale;
    fitted[k] = seen->fitted / scale, error[k] = seen->error, score[k] = seen->score;
    particles[k] = seen->particles, effective[k] = seen->effective;
  }
  return put(r, "observations", "What was measured, what was expected, what it taught", "measurement", &t);
}

static lind_err put_controls(lind_results *r, const lind_twin_session *s, lind_arena *arena) {
  const char **names;
  table t;
  size_t n = 0;
  LIND_TAKE(names, arena, s->model->n_states + 1);
  for (int k = 0; k < s->model->n_states; k++) names[k] = s->model->states[k].name;
  for (int k = 0; k < s->first; k++) n += s->patient.records[k].event == LIND_RECORD_DOSE;
  LIND_TRY(table_take(&t, 7, n, arena));
  double *time = column(&t, "time", "h", "of the dose"), *state = codes(&t, "state", "that it enters", s->model->n_states, names);
  double *amount = column(&t, "amount", "1", "in the unit of the state"),
         *rate = column(&t, "rate", "1/h", "0: at once; the state's unit");
  double *interval = column(&t, "interval", "h", "between this and additional doses"),
         *additional = column(&t, "additional", "1", "doses that follow"), *steady = column(&t, "steady", "1", "as SS");
  for (int k = 0, at = 0; k < s->first; k++) {
    const lind_record *record = &s->patient.records[k];
    if (record->event != LIND_RECORD_DOSE) continue;
    const double scale = s->model->states[record->state].unit.scale;
    time[at] = record->time, state[at] = record->state, amount[at] = record->amount / scale, rate[at] = record->rate / scale;
    interval[at] = record->interval, additional[at] = record->additional, steady[at++] = record->steady;
  }
  return put(r, "control_inputs", "Doses, as prescribed", "dose", &t);
}

static lind_err put_state(lind_results *r, const lind_twin_session *s, lind_arena *arena) {
  const lind_model *m = s->model;
  const lind_twin_posterior *p = &s->posterior;
  const size_t n = (size_t)p->layout.n;
  const char **names;
  table t;
  LIND_TAKE(names, arena, m->n_randoms + m->n_drifts + 1);
  for (int k = 0; k < m->n_randoms; k++) names[k] = m->randoms[k].name;
  for (int k = 0; k < m->n_drifts; k++) names[m->n_randoms + k] = m->drifts[k].name;
  LIND_TRY(table_take(&t, 4, n, arena));
  double *name = codes(&t, "name", "random effect or drift", m->n_randoms + m->n_drifts, names);
  double *index = column(&t, "index", "1", "occasion, or knot of the drift");
  double *z = column(&t, "z", "1", "mode; standard normal before anything was measured"),
         *sd = column(&t, "sd", "1", "Laplace's sd of z; 1 before");
  for (size_t k = 0; k < n; k++) {
    int random, drift, at;
    lind_twin_name(s->world, &p->layout, (int)k, &random, &drift, &at);
    name[k] = random >= 0 ? random : m->n_randoms + drift;
    index[k] = at, z[k] = p->z[k], sd[k] = sqrt(p->covariance[k * n + k]);
  }
  LIND_TRY(
      put(r, "digital_state", "What is believed of the patient: z, of which effects and drifts are made", "number of z", &t));
  LIND_TRY(table_take(&t, 3, n * n, arena));
  double *row = column(&t, "row", "1", "number of z"), *other = column(&t, "column", "1", "number of z"),
         *value = column(&t, "covariance", "1", "of z");
  for (size_t k = 0; k < n * n; k++) row[k] = (double)(k / n), other[k] = (double)(k % n), value[k] = p->covariance[k];
  LIND_TRY(put(r, "digital_state/covariance", "Laplace's covariance of z", "pair of numbers", &t));
  if (s->fine == NULL) return LIND_OK;
  const lind_twin_particles *q = &s->particles;
  LIND_TRY(table_take(&t, q->layout.n + 1, (size_t)q->n, arena));
  memcpy(column(&t, "weight", "1", "of the particle"), q->weight, (size_t)q->n * sizeof *q->weight);
  for (int k = 0; k < q->layout.n; k++) {
    double *to = column(&t, lind_arena_format(arena, "z_%d", k), "1", "number of z, a drift's at every node");
    for (int i = 0; i < q->n; i++) to[i] = q->z[(size_t)i * (size_t)q->most + (size_t)k];
  }
  return put(r, "digital_state/particles", "Particles after the last measurement", "particle", &t);
}

static lind_err put_quantities(lind_results *r, const lind_twin_session *s, const lind_twin_outlook *outlook, lind_arena *arena) {
  const char **names;
  table t;
  const size_t n = outlook != NULL ? (size_t)outlook->n : 0;
  LIND_TRY(output_names(s, arena, &names));
  LIND_TRY(table_take(&t, 7, n, arena));
  double *time = column(&t, "time", "h", "that was asked for"),
         *output = codes(&t, "output", "of the model", s->model->n_outputs, names);
  double *median = column(&t, "median", "1", "of the true value, in the output's unit"),
         *lower = column(&t, "lower", "1", "of the true value"), *upper = column(&t, "upper", "1", "of the true value"),
         *low = column(&t, "measured_lower", "1", "of a measured value"),
         *high = column(&t, "measured_upper", "1", "of a measured value");
  for (size_t k = 0; k < n; k++) {
    const struct lind_twin_outlook_row *row = &outlook->rows[k];
    const double scale = s->model->outputs[row->output].unit.scale;
    time[k] = row->time, output[k] = row->output, median[k] = row->median / scale;
    lower[k] = row->lower / scale, upper[k] = row->upper / scale;
    low[k] = row->measured_lower / scale, high[k] = row->measured_upper / scale;
  }
  return put(r, "quantities_of_interest", "What is to be expected: outputs, with intervals", "time and output", &t);
}

static lind_err put_rewards(lind_results *r, const lind_twin_asked *asked, lind_arena *arena) {
  table t;
  const size_t n = asked != NULL ? (size_t)asked->question.n : 0;
  LIND_TRY(table_take(&t, 4, n, arena));
  double *dose = column(&t, "dose", asked != NULL ? asked->unit.text : "1", "candidate"),
         *expected = column(&t, "expected", "1", "reward"), *error = column(&t, "error", "1", "Monte Carlo standard error"),
         *best = column(&t, "chosen", "1", "1: this one");
  for (size_t k = 0; k < n; k++) {
    dose[k] = asked->question.dose[k] / asked->unit.scale;
    expected[k] = asked->expected[k], error[k] = asked->error[k], best[k] = (int)k == asked->best;
  }
  LIND_TRY(put(r, "rewards", "What each candidate dose is expected to be worth", "candidate", &t));
  return asked == NULL ? LIND_OK
                       : lind_results_text(r, "rewards/reward", "what is worth something, averaged over time", asked->reward);
}

/* ---- where it comes from */

static lind_err put_provenance(lind_results *r, const lind_twin_session *s) {
  const lind_twin_request *q = &s->request;
  char hex[33];
  json_t *root = json_object(), *set = json_array();
  (void)lind_digest_text(lind_digest_add_text((lind_digest){0, 0}, s->text), hex);
  for (int k = 0; k < q->set.n; k++) json_array_append_new(set, json_string(q->set.at[k]));
  json_object_set_new(root, "lind", json_string(LIND_VERSION));
  json_object_set_new(root, "revision", json_string(LIND_REVISION));
  json_object_set_new(root, "model", json_string(q->model));
  json_object_set_new(root, "model_hash", json_string(s->model->hash));
  json_object_set_new(root, "record", json_string(s->record));
  json_object_set_new(root, "record_hash", json_string(hex));
  json_object_set_new(root, "set", set);
  if (q->of != NULL) json_object_set_new(root, "of", json_string(q->of));
  if (q->knots != NULL) json_object_set_new(root, "knots", json_string(q->knots));
  json_object_set_new(root, "seed", json_integer((json_int_t)q->seed));
  json_object_set_new(root, "particles", json_integer((json_int_t)q->particles));
  char *text = json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
  json_decref(root);
  LIND_CHECK(text != NULL, LIND_ERR_MEMORY, "no memory for the provenance");
  const lind_err err = lind_results_text(r, "provenance/request", "model, sets, seed, hashes, version: JSON", text);
  free(text);
  LIND_TRY(err);
  return lind_results_text(r, "provenance/record", "the patient's record, as it was read: CSV", s->text);
}

static lind_err write_all(lind_results *r, const lind_twin_session *s, const lind_twin_outlook *outlook,
                          const lind_twin_asked *asked, lind_arena *arena) {
  LIND_TRY(put_physical(r, s, arena));
  LIND_TRY(put_observations(r, s, arena));
  LIND_TRY(put_controls(r, s, arena));
  LIND_TRY(put_state(r, s, arena));
  LIND_TRY(put_quantities(r, s, outlook, arena));
  LIND_TRY(put_rewards(r, asked, arena));
  return put_provenance(r, s);
}

lind_err lind_twin_file_write(const char *path, const lind_twin_session *s, const lind_twin_outlook *outlook,
                              const lind_twin_asked *asked, lind_arena *arena) {
  lind_results *results = NULL;
  LIND_TRY(lind_results_create(path, &results));
  const lind_err err = write_all(results, s, outlook, asked, arena);
  if (err == LIND_OK) return lind_results_close(&results);
  lind_results_abandon(&results);
  return err;
}

/* ---- and back */

static const char *word(const json_t *root, const char *key, lind_arena *arena) {
  const char *text = json_string_value(json_object_get(root, key));
  return text != NULL ? lind_arena_text(arena, text) : NULL;
}

static lind_err read_request(const char *path, const json_t *root, lind_arena *arena, lind_twin_request *q, const char **record) {
  const json_t *set = json_object_get(root, "set");
  lind_model *model;
  *q = (lind_twin_request){
      .model = word(root, "model", arena), .of = word(root, "of", arena), .knots = word(root, "knots", arena)};
  *record = word(root, "record", arena);
  const char *hash = json_string_value(json_object_get(root, "model_hash"));
  LIND_CHECK(q->model != NULL && *record != NULL && hash != NULL && json_is_array(set), LIND_ERR_INPUT,
             "%s says not what it was made from; is it a twin's file?", path);
  for (size_t k = 0; k < json_array_size(set) && k < 64; k++)
    q->set.at[q->set.n++] = lind_arena_text(arena, json_string_value(json_array_get(set, k)));
  q->seed = (uint64_t)json_integer_value(json_object_get(root, "seed"));
  q->particles = (uint64_t)json_integer_value(json_object_get(root, "particles"));
  LIND_TRY(lind_model_read(q->model, (lind_where){path, 0, 0}, arena, &model));
  LIND_CHECK(strcmp(model->hash, hash) == 0, LIND_ERR_INPUT,
             "%s was made with another text of model %s; `lind twin fit` makes it anew", path, q->model);
  return LIND_OK;
}

lind_err lind_twin_file_read(const char *path, lind_arena *arena, lind_twin_request *request, const char **record,
                             const char **text) {
  char *words;
  LIND_CHECK(access(path, R_OK) == 0, LIND_ERR_INPUT, "%s cannot be read: %s", path, strerror(errno));
  if (lind_results_read_text(path, "provenance/request", &words) != LIND_OK)
    return lind_error_fail(LIND_ERR_INPUT, __FILE__, __LINE__, "%s is not the file of a twin: %s", path, lind_error_message());
  json_t *root = json_loads(words, 0, NULL);
  free(words);
  LIND_CHECK(root != NULL, LIND_ERR_INPUT, "%s says not what it was made from; is it a twin's file?", path);
  const lind_err err = read_request(path, root, arena, request, record);
  json_decref(root);
  LIND_TRY(err);
  LIND_TRY(lind_results_read_text(path, "provenance/record", &words));
  *text = lind_arena_text(arena, words);
  free(words);
  LIND_CHECK(*text != NULL, LIND_ERR_MEMORY, "no memory for the record of %s", path);
  return LIND_OK;
}

lind_err lind_twin_file_check(const char *path, const lind_twin_session *s) {
  lind_results_view *view;
  LIND_TRY(lind_results_read(path, "digital_state", &view));
  const int n = s->posterior.layout.n;
  bool same = view->n_rows == (size_t)n;
  for (int f = 0; same && f < view->n_fields; f++)
    for (int k = 0; strcmp(view->fields[f].name, "z") == 0 && k < n; k++)
      same &= fabs(view->data[f][k] - s->posterior.z[k]) <= 1e-3;
  lind_results_view_destroy(&view);
  LIND_CHECK(same, LIND_ERR_FILE,
             "%s: its digital_state is not what its record and model give with this lind; `lind twin fit` makes it anew", path);
  return LIND_OK;
}
