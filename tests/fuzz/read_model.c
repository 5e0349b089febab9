/* read_model.c -- a model with its modules, up to one evaluation of its kernel and its text as C; a table of events. */
#include <stdlib.h>
#include <string.h>

#include "app/simulate.h"
#include "language/build.h"
#include "reader.h"

static lind_lane *lanes(int n, double value) {
  lind_lane *made = aligned_alloc(64, ((size_t)n + 1) * sizeof *made);
  if (made == NULL) abort();
  for (int i = 0; i <= n; i++)
    for (int l = 0; l < LIND_LANES; l++) made[i].of[l] = value;
  return made;
}

static void evaluate(const lind_model *model) {
  const lind_kernel *k = &model->kernel;
  lind_lane time, *frame = lanes(k->n_frame, 1.0), *x = lanes(k->n_states + k->n_delays, 1.0);
  const int most = k->n_states * (k->n_triggers + 1) + k->n_outputs + k->n_entries + k->n_triggers;
  lind_lane *out = lanes(most, 0.0);
  memset(&time, 0, sizeof time);
  for (int p = 0; p < model->n_parameters; p++)
    for (int l = 0; l < LIND_LANES; l++) frame[model->parameters[p].slot].of[l] = model->parameters[p].value;
  k->individual(k->self, frame);
  k->initial(k->self, frame, x);
  k->rhs(k->self, &time, frame, x, out);
  k->outputs(k->self, &time, frame, x, out);
  if (k->jacobian != NULL) k->jacobian(k->self, &time, frame, x, out);
  if (k->triggers != NULL) k->triggers(k->self, &time, frame, x, out);
  if (k->reset != NULL) k->reset(k->self, &time, frame, x, out);
  free(out);
  free(x);
  free(frame);
}

static lind_err check_numbers(const lind_model *model, lind_arena *arena) {
  double *parameters, *factor, a, b, c;
  LIND_TAKE(parameters, arena, model->n_parameters + 1);
  LIND_TAKE(factor, arena, (size_t)model->n_randoms * (size_t)model->n_randoms + 1);
  for (int p = 0; p < model->n_parameters; p++) parameters[p] = model->parameters[p].value;
  LIND_TRY(lind_model_random_factor(model, parameters, factor));
  for (int d = 0; d < model->n_drifts; d++) LIND_TRY(lind_model_drift_values(model, parameters, d, &a, &b, &c));
  for (int o = 0; o < model->n_outputs; o++) LIND_TRY(lind_model_residual(model, parameters, o, &a, &b));
  return LIND_OK;
}

void fuzz_read_model(const uint8_t *bytes, size_t n) {
  fuzz_bundle bundle;
  lind_arena *arena = NULL;
  lind_model *model;
  const char *code;
  fuzz_bundle_write(&bundle, bytes, n);
  fuzz_write("main.lind", bundle.files[0].text, bundle.files[0].n);
  if (lind_arena_create(&arena) != LIND_OK) abort();
  if (fuzz_good(lind_model_read("main.lind", (lind_where){NULL, 0, 0}, arena, &model))) {
    (void)fuzz_good(check_numbers(model, arena));
    (void)fuzz_good(lind_emit_kernel(model, "kernel", arena, &code));
    if (fuzz_good(lind_model_attach(model, LIND_BACK_END_EVALUATOR, NULL, arena))) evaluate(model);
  }
  lind_arena_destroy(&arena);
  fuzz_bundle_release(&bundle);
}

static void read_events(fuzz_bundle *bundle, lind_model *model, lind_arena *arena) {
  lind_events events;
  lind_inputs inputs;
  lind_option_list none = {0};
  lind_population population;
  char *times[1];
  const bool timed = fuzz_bundle_lines(bundle, "times", times, 1) == 1;
  const char *individual = fuzz_bundle_text(bundle, "people.csv") != NULL ? "people.csv" : NULL;
  if (!fuzz_good(lind_population_read(model, &none, arena, &population))) return;
  if (!fuzz_good(lind_events_read("main", model, timed ? times[0] : NULL, true, 1747, arena, &events))) return;
  if (!fuzz_good(lind_inputs_read(&events, model, population.parameters, individual, LIND_CARRY_LINEAR, true, arena, &inputs)))
    return;
  (void)fuzz_good(lind_events_refuse(&events, &inputs, arena));
}

void fuzz_read_events(const uint8_t *bytes, size_t n) {
  fuzz_bundle bundle;
  lind_arena *arena = NULL;
  lind_model *model;
  fuzz_bundle_write(&bundle, bytes, n);
  if (lind_arena_create(&arena) != LIND_OK) abort();
  const char *name = fuzz_bundle_text(&bundle, "model.lind") != NULL ? "model.lind" : "pgx.warfarin";
  if (fuzz_good(lind_model_read(name, (lind_where){NULL, 0, 0}, arena, &model))) read_events(&bundle, model, arena);
  lind_arena_destroy(&arena);
  fuzz_bundle_release(&bundle);
}
