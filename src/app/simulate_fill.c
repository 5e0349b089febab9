/* simulate_fill.c -- the given part of one individual's frame, and what of it changes from record to record. */
#include <string.h>

#include "lind/draw.h"
#include "simulate.h"

/* Effect k at an occasion: its row of the factor times independent draws, each at an address of its own. */
static double effect(const lind_inputs *in, lind_who who, int k, uint32_t occasion) {
  const lind_model *model = in->model;
  double sum = 0.0;
  for (int j = 0; j <= k; j++) {
    const double weight = in->factor[k * model->n_randoms + j];
    if (weight == 0.0) continue;
    const uint32_t when = model->randoms[j].occasion ? occasion : 0;
    const bool waits = model->randoms[j].kind == LIND_RANDOM_EXPONENTIAL;
    double z = waits ? 1.0 : 0.0; /* the mean, where nothing is drawn */
    if (in->draws && waits) z = lind_draw_exponential(lind_random_uniform(who, in->randoms[j], when), 1.0);
    if (in->draws && !waits) z = lind_random_normal(who, in->randoms[j], when);
    sum += weight * z;
  }
  return sum;
}

static uint32_t occasion_of(const lind_inputs *in, uint32_t row) {
  return in->occasion != NULL ? (uint32_t)in->occasion[row] : 0;
}

/* Input `input` at a record whose time was added: what holds between the rows around it. */
static double between_rows(const lind_input *input, const lind_events *e, size_t record) {
  const double before = input->values[e->row[record]], after = input->values[e->after[record]];
  if (!e->added[record] || input->between == LIND_BETWEEN_BACKWARD) return after;
  if (input->between == LIND_BETWEEN_FORWARD || e->row[record] == e->after[record]) return before;
  size_t first = record, last = record;
  while (e->added[first]) first--;
  while (e->added[last]) last++;
  const double span = e->records[last].time - e->records[first].time;
  return span > 0.0 ? before + (after - before) * (e->records[record].time - e->records[first].time) / span : before;
}

static double value_at(const lind_inputs *in, const lind_events *e, size_t patient, size_t record, int which) {
  if (which >= 0) return between_rows(&in->inputs[which], e, record);
  const bool later = !e->added[record] || in->carry == LIND_CARRY_BACKWARD;
  return effect(in, e->who[patient], -1 - which, occasion_of(in, later ? e->after[record] : e->row[record]));
}

void lind_inputs_fill(const lind_inputs *in, const lind_events *e, size_t patient, double *given, double *varying) {
  const lind_model *model = in->model;
  const size_t first = e->first[patient], n = e->first[patient + 1] - first;
  memset(given, 0, (size_t)in->n_given * sizeof *given);
  for (int k = 0; k < model->n_parameters; k++) given[model->parameters[k].slot] = in->parameters[k];
  for (int k = 0; k < model->n_randoms; k++)
    if (!in->given[k]) given[model->randoms[k].slot] = effect(in, e->who[patient], k, occasion_of(in, e->row[first]));
  for (int k = 0; k < in->n; k++) {
    const lind_input *input = &in->inputs[k];
    given[input->slot] = input->values[input->per_row ? e->row[first] : patient];
  }
  for (size_t r = 0; r < n; r++)
    for (int k = 0; k < in->n_varying; k++)
      varying[r * (size_t)in->n_varying + (size_t)k] = value_at(in, e, patient, first + r, in->which[k]);
}
