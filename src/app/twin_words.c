/* twin_words.c -- what a twin says: tables for people, JSON for programs. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "twin_session.h"

static void set(json_t *object, const char *key, double value) {
  json_object_set_new(object, key, isfinite(value) ? json_real(value) : json_null());
}

static void print_json(json_t *root) {
  char *text = json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(17));
  if (text != NULL) printf("%s\n", text);
  free(text);
  json_decref(root);
}

static double in_time(const lind_twin_session *s, double time) { return time / s->events.time.scale; }

/* ---- fit */

static const char *number_name(const lind_twin_session *s, int k, char *words, size_t size, double *prior) {
  const lind_model *m = s->model;
  int random, drift, index;
  lind_twin_name(s->world, &s->posterior.layout, k, &random, &drift, &index);
  *prior = NAN;
  if (random < 0) {
    (void)snprintf(words, size, "%s, knot %d", m->drifts[drift].name, index);
    return words;
  }
  if (m->randoms[random].occasion)
    (void)snprintf(words, size, "%s, occasion %d", m->randoms[random].name, index + 1);
  else
    (void)snprintf(words, size, "%s", m->randoms[random].name);
  double sum = 0.0;
  for (int j = 0; j <= random; j++)
    sum += s->inputs.factor[random * m->n_randoms + j] * s->inputs.factor[random * m->n_randoms + j];
  *prior = sqrt(sum);
  return words;
}

/* Effect k's value and sd where it is one number of z; of correlated ones and drifts z itself is shown. */
static void fit_json(const lind_twin_session *s) {
  const lind_twin_posterior *p = &s->posterior;
  json_t *root = json_object(), *terms = json_array(), *seen = json_array(), *details = json_object();
  for (int k = 0; k < p->layout.n; k++) {
    char words[160];
    double prior;
    json_t *term = json_object();
    json_object_set_new(term, "name", json_string(number_name(s, k, words, sizeof words, &prior)));
    set(term, "estimate", p->z[k]);
    set(term, "se", sqrt(p->covariance[k * p->layout.n + k]));
    set(term, "lower", p->z[k] - 1.959964 * sqrt(p->covariance[k * p->layout.n + k]));
    set(term, "upper", p->z[k] + 1.959964 * sqrt(p->covariance[k * p->layout.n + k]));
    json_array_append_new(terms, term);
  }
  for (int k = 0; k < s->patient.n_sights; k++) {
    const lind_twin_sight *sight = &s->patient.sights[k];
    const lind_twin_seen *v = &s->seen[k];
    const double scale = s->model->outputs[sight->output].unit.scale;
    json_t *row = json_object();
    set(row, "time_h", s->patient.records[sight->record].time);
    json_object_set_new(row, "output", json_string(s->model->outputs[sight->output].name));
    json_object_set_new(row, "unit", json_string(s->model->outputs[sight->output].unit.text));
    set(row, "value", sight->value / scale);
    set(row, "expected", v->median / scale);
    set(row, "lower", v->lower / scale);
    set(row, "upper", v->upper / scale);
    set(row, "fitted", v->fitted / scale);
    set(row, "score", v->score);
    set(row, "score_particles", v->particles);
    set(row, "effective", v->effective);
    json_array_append_new(seen, row);
  }
  json_object_set_new(root, "method",
                      json_string("maximum a posteriori, Laplace covariance; numbers are standard normal a priori"));
  json_object_set_new(root, "n", json_integer(s->patient.n_sights));
  json_object_set_new(root, "terms", terms);
  set(details, "log_evidence", p->evidence);
  json_object_set_new(details, "steps", json_integer(p->steps));
  json_object_set_new(details, "particles", json_integer(s->fine != NULL ? s->particles.n : 0));
  json_object_set_new(details, "observations", seen);
  json_object_set_new(root, "details", details);
  print_json(root);
}

void lind_twin_words_fit(const lind_twin_session *s, bool json) {
  const lind_twin_posterior *p = &s->posterior;
  if (json) {
    fit_json(s);
    return;
  }
  double scores = 0.0;
  printf("%s: %d measured values, model %s\n\n", s->record, s->patient.n_sights, s->model->name);
  printf("%10s  %-10s %9s   %-26s %9s\n", s->events.time.text, "", "measured", "expected before (95 %)", "fitted");
  for (int k = 0; k < s->patient.n_sights; k++) {
    const lind_twin_sight *sight = &s->patient.sights[k];
    const lind_model_output *o = &s->model->outputs[sight->output];
    const lind_twin_seen *v = &s->seen[k];
    char expected[80];
    (void)snprintf(expected, sizeof expected, "%.3g (%.3g to %.3g)", v->median / o->unit.scale, v->lower / o->unit.scale,
                   v->upper / o->unit.scale);
    printf("%10.6g  %-10s %9.4g   %-26s %9.4g %s\n", in_time(s, s->patient.records[sight->record].time), o->name,
           sight->value / o->unit.scale, expected, v->fitted / o->unit.scale, o->unit.text);
    scores += v->score;
  }
  printf("\n%-24s %9s %9s   %s\n", "number of z", "mode", "sd", "(0 and 1 before anything was measured)");
  for (int k = 0; k < p->layout.n; k++) {
    char words[160];
    double prior;
    (void)number_name(s, k, words, sizeof words, &prior);
    printf("%-24s %9.3f %9.3f", words, p->z[k], sqrt(p->covariance[k * p->layout.n + k]));
    printf(isnan(prior) ? "\n" : "   of %.3g\n", prior);
  }
  printf("\nlog score of the values before they were seen: %.3f; log evidence %.3f\n", scores, p->evidence);
  if (s->fine != NULL)
    printf("%d particles, resampled %u times, %.0f %% of the last moves taken\n", s->particles.n, s->particles.resampled,
           100.0 * s->particles.accepted);
}

/* ---- forecast */

void lind_twin_words_outlook(const lind_twin_session *s, const lind_twin_outlook *outlook, double level, bool particles,
                             bool json) {
  json_t *root = json_object(), *rows = json_array();
  if (!json) {
    printf("%s: forecast by %s, %g %% intervals\n\n", s->record, particles ? "particles" : "the mode", 100.0 * level);
    printf("%10s  %-12s %9s   %-22s %s\n", s->events.time.text, "", "median", "true", "measured");
  }
  for (int k = 0; k < outlook->n; k++) {
    const struct lind_twin_outlook_row *r = &outlook->rows[k];
    const lind_model_output *o = &s->model->outputs[r->output];
    const double scale = o->unit.scale;
    if (!json) {
      char truth[60], measured[60] = "";
      (void)snprintf(truth, sizeof truth, "%.4g to %.4g", r->lower / scale, r->upper / scale);
      if (!isnan(r->measured_lower))
        (void)snprintf(measured, sizeof measured, "%.4g to %.4g", r->measured_lower / scale, r->measured_upper / scale);
      printf("%10.6g  %-12s %9.4g   %-22s %-22s %s\n", in_time(s, r->time), o->name, r->median / scale, truth, measured,
             o->unit.text);
      continue;
    }
    json_t *row = json_object();
    set(row, "time_h", r->time);
    json_object_set_new(row, "output", json_string(o->name));
    json_object_set_new(row, "unit", json_string(o->unit.text));
    set(row, "median", r->median / scale);
    set(row, "lower", r->lower / scale);
    set(row, "upper", r->upper / scale);
    set(row, "measured_lower", r->measured_lower / scale);
    set(row, "measured_upper", r->measured_upper / scale);
    json_array_append_new(rows, row);
  }
  json_object_set_new(root, "method", json_string(particles ? "particles" : "Laplace"));
  set(root, "level", level);
  json_object_set_new(root, "forecast", rows);
  if (json)
    print_json(root);
  else
    json_decref(root);
}

/* ---- choose */

void lind_twin_words_asked(const lind_twin_session *s, const lind_twin_asked *a, bool particles, bool json) {
  const lind_twin_question *q = &a->question;
  if (!json) {
    printf("%s: a dose every %g h from %.6g %s on, for %g day; points of %s\nreward: %s\n\n", s->record, a->every,
           in_time(s, a->patient.records[q->from].time), s->events.time.text, a->over / 24.0,
           particles ? "particles" : "the mode", a->reward);
    printf("%12s %10s %8s\n", a->unit.text, "expected", "error");
    for (int k = 0; k < q->n; k++)
      printf("%12.6g %10.4f %8.4f%s\n", q->dose[k] / a->unit.scale, a->expected[k], a->error[k],
             k == a->best ? "   <- chosen" : "");
    return;
  }
  json_t *root = json_object(), *rows = json_array();
  for (int k = 0; k < q->n; k++) {
    json_t *row = json_object();
    set(row, "dose", q->dose[k] / a->unit.scale);
    set(row, "expected", a->expected[k]);
    set(row, "error", a->error[k]);
    json_array_append_new(rows, row);
  }
  json_object_set_new(root, "method", json_string(particles ? "particles" : "Laplace"));
  json_object_set_new(root, "unit", json_string(a->unit.text));
  json_object_set_new(root, "reward", json_string(a->reward));
  set(root, "over_h", a->over);
  set(root, "every_h", a->every);
  set(root, "from_h", a->patient.records[q->from].time);
  set(root, "chosen", q->dose[a->best] / a->unit.scale);
  json_object_set_new(root, "candidates", rows);
  print_json(root);
}
