/* simulate_population.c -- what all individuals of `lind simulate` share: parameters (--set), how well they are known
 * (--uncertainty), drifts. One replicate is one state of knowledge. */
#include <math.h>
#include <string.h>

#include "lind/text.h"
#include "simulate.h"

/* ---- --set */

static lind_err set_named(const lind_model *model, const char *name, double *parameters) {
  const int at = lind_model_find_set(model, name);
  char suggestion[128];
  const char *names[64];
  size_t n = 0;
  for (; n < (size_t)model->n_sets && n < 64; n++) names[n] = model->sets[n].name;
  LIND_CHECK(at >= 0, LIND_ERR_INPUT, "--set '%s' is no parameter set of %s, and no name=value%s", name, model->name,
             lind_text_suggestion(name, names, n, suggestion, sizeof suggestion));
  const lind_model_set *set = &model->sets[at];
  for (int i = 0; i < set->n; i++) parameters[set->parameter[i]] = set->value[i];
  return LIND_OK;
}

static lind_err set_parameter(const lind_model *model, const char *words, double *parameters) {
  const char *equals = strchr(words, '=');
  char name[128], suggestion[128], have[64], need[64];
  const char *names[256];
  size_t n = 0;
  double canonical;
  lind_unit unit;
  if (equals == NULL) return set_named(model, words, parameters);
  (void)snprintf(name, sizeof name, "%.*s", (int)(equals - words), words);
  for (; n < (size_t)model->n_parameters && n < 256; n++) names[n] = model->parameters[n].name;
  const int at = lind_model_find_parameter(model, name);
  LIND_CHECK(at >= 0, LIND_ERR_INPUT, "--set %s: '%s' is not a parameter of %s%s", words, name, model->name,
             lind_text_suggestion(name, names, n, suggestion, sizeof suggestion));
  const lind_quantity *q = &model->parameters[at];
  LIND_TRY(lind_unit_parse_quantity(equals + 1, &canonical, &unit));
  LIND_CHECK(lind_unit_same_dimension(unit.dimension, q->unit.dimension), LIND_ERR_UNIT,
             "--set %s: that is %s, but %s is needed, such as '%s=%g %s'", words,
             lind_unit_dimension_words(unit.dimension, have, sizeof have),
             lind_unit_dimension_words(q->unit.dimension, need, sizeof need), name, q->value / q->unit.scale, q->unit.text);
  parameters[at] = canonical;
  return LIND_OK;
}

lind_err lind_population_read(const lind_model *model, const lind_option_list *set, lind_arena *arena,
                              lind_population *population) {
  lind_population p = {.model = model, .replicates = 1};
  const size_t n = (size_t)model->n_parameters;
  LIND_TAKE(p.centre, arena, n + 1);
  LIND_TAKE(p.parameters, arena, n + 1);
  LIND_TAKE(p.drifts, arena, model->n_drifts + 1);
  for (size_t k = 0; k < n; k++) p.centre[k] = model->parameters[k].value;
  for (int k = 0; k < set->n; k++) LIND_TRY(set_parameter(model, set->at[k], p.centre));
  memcpy(p.parameters, p.centre, n * sizeof *p.parameters);
  *population = p;
  return LIND_OK;
}

/* ---- --uncertainty, --log, --replicates */

/* "cl, v" */
static lind_err split(const char *text, lind_arena *arena, lind_unsure_log *logs) {
  lind_words *words;
  char *copy;
  LIND_TAKE(copy, arena, strlen(text) + 1);
  memcpy(copy, text, strlen(text) + 1);
  LIND_TAKE(words, arena, strlen(text) + 1);
  for (char *rest = copy, *piece; (piece = strsep(&rest, ",")) != NULL;) {
    while (*piece == ' ') piece++;
    for (char *end = piece + strlen(piece); end > piece && end[-1] == ' ';) *--end = '\0';
    words[logs->n++].text = piece;
  }
  logs->at = words;
  return LIND_OK;
}

lind_err lind_population_doubt(lind_population *p, const char *path, const char *log, const char *replicates, lind_arena *arena) {
  unsigned long long n = 1;
  lind_unsure_log logs = {.key = "--log"};
  LIND_CHECK(replicates == NULL || (lind_text_count(replicates, &n) && n >= 1 && n <= LIND_POPULATION_REPLICATES), LIND_ERR_INPUT,
             "--replicates is '%s'; a whole number from 1 to %d would be right", replicates, LIND_POPULATION_REPLICATES);
  p->counts = replicates != NULL || path != NULL;
  p->replicates = (uint32_t)n;
  LIND_CHECK(path != NULL || log == NULL, LIND_ERR_INPUT,
             "--log says on which scale --uncertainty is normal, and --uncertainty is missing");
  if (path == NULL) return LIND_OK;
  const lind_csv *csv;
  LIND_TRY(lind_csv_read(path, arena, &csv));
  const bool matrix = lind_csv_find(csv, "parameter") == 0;
  LIND_CHECK(matrix || log == NULL, LIND_ERR_INPUT,
             "--log is for a covariance matrix; %s does not begin with the column `parameter`, so its rows are sets", path);
  LIND_CHECK(!matrix || replicates != NULL, LIND_ERR_INPUT,
             "%s is a covariance matrix; --replicates must say how many sets are drawn from it", path);
  if (log != NULL) LIND_TRY(split(log, arena, &logs));
  LIND_TRY(lind_unsure_read(csv, matrix, logs, p->model, p->centre, arena, &p->unsure));
  LIND_CHECK(replicates != NULL || csv->n_rows <= LIND_POPULATION_REPLICATES, LIND_ERR_INPUT,
             "%s has %zu rows; at most %d replicates are possible", path, csv->n_rows, LIND_POPULATION_REPLICATES);
  if (replicates == NULL) p->replicates = (uint32_t)csv->n_rows;
  p->table = csv;
  return LIND_OK;
}

/* ---- a replicate */

static lind_err settle_drifts(lind_population *p) {
  for (int k = 0; k < p->model->n_drifts; k++) {
    double sd, tau, every;
    char words[80];
    LIND_TRY(lind_model_drift_values(p->model, p->parameters, k, &sd, &tau, &every));
    (void)snprintf(words, sizeof words, "model/%s", p->model->drifts[k].name);
    p->drifts[k] =
        (lind_course_drift){.slot = p->model->drifts[k].slot, .sd = sd, .every = every, .purpose = lind_random_purpose(words)};
    lind_model_drift_node(sd, tau, every, &p->drifts[k].keep, &p->drifts[k].kick);
  }
  return LIND_OK;
}

lind_err lind_population_enter(lind_population *p, uint64_t seed, uint32_t replicate) {
  p->replicate = replicate;
  if (p->unsure != NULL) lind_unsure_draw(p->unsure, seed, replicate, p->centre, p->parameters);
  return settle_drifts(p);
}
