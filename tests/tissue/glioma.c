/* What disease.glioma says in one cell: the start, growth, a fraction of radiation, diffusivities; and the wave's width. */
#include "fisher.h"
#include "lind/model.h"

static void set(const lind_model *model, lind_lane *frame, const char *name, double value) {
  for (int k = 0; k < model->n_covariates; k++)
    if (strcmp(model->covariates[k].name, name) == 0)
      for (int i = 0; i < LIND_LANES; i++) frame[model->covariates[k].slot].of[i] = value * model->covariates[k].unit.scale;
  const int p = lind_model_find_parameter(model, name);
  for (int i = 0; p >= 0 && i < LIND_LANES; i++) frame[model->parameters[p].slot].of[i] = value * model->parameters[p].unit.scale;
}

static void one_cell(void **state) {
  (void)state;
  lind_arena *arena;
  lind_model *model;
  assert_int_equal(lind_arena_create(&arena), LIND_OK);
  assert_int_equal(lind_model_read("disease.glioma", (lind_where){0}, arena, &model), LIND_OK);
  assert_int_equal(lind_model_attach(model, LIND_BACK_END_ANY, NULL, arena), LIND_OK);
  const lind_kernel *k = &model->kernel;
  lind_lane *frame = aligned_alloc(64, (size_t)k->n_frame * sizeof *frame), x[16], dx[16], y[16], after[64], time = {{0}};
  assert_non_null(frame);
  memset(frame, 0, (size_t)k->n_frame * sizeof *frame);
  for (int p = 0; p < model->n_parameters; p++)
    for (int i = 0; i < LIND_LANES; i++) frame[model->parameters[p].slot].of[i] = model->parameters[p].value;
  static const struct {
    const char *name;
    double value;
  } rows[] = {{"spread", 36.525}, {"growth", 4.383}, {"alpha", 0.036},      {"site_x", 50},       {"site_y", 60},
              {"radius", 15},     {"tissue_y", 60},  {"tissue_white", 0.5}, {"tissue_grey", 0.25}};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) set(model, frame, rows[r].name, rows[r].value);
  const int c = lind_model_find_state(model, "c"), radiation = lind_model_find_state(model, "radiation");
  const double width = log(1.5 / (pow(0.8, -0.5) - 1.0)) * sqrt(6.0 * 0.1 / 0.012); /* 0.8 to 0.16, D 0.1, rho 0.012 */
  const int slot = model->parameters[lind_model_find_parameter(model, "tissue_x")].slot;
  for (int i = 0; i < LIND_LANES; i++) frame[slot].of[i] = (50.0 + (i == 0 ? 15.0 : i == 1 ? 15.0 + width : 2.0 * i)) * mm;
  k->individual(k->self, frame);
  k->initial(k->self, frame, x);
  assert_true(fabs(x[c].of[0] - 0.8) < 1e-12);
  assert_true(fabs(x[c].of[1] - 0.16) < 1e-5);
  assert_true(x[c].of[2] > x[c].of[3] && x[c].of[2] < 1.0);
  k->rhs(k->self, &time, frame, x, dx);
  assert_true(fabs(dx[c].of[0] * day - 0.012 * 0.8 * 0.2) < 1e-12);
  k->outputs(k->self, &time, frame, x, y);
  const double d = y[lind_model_find_output(model, "diffusivity")].of[0] / (mm * mm) * day;
  assert_true(fabs(d - 0.1 * (0.5 + 0.25 / 5.0)) < 1e-12); /* 36.525 mm2/year is 0.1 mm2/day */
  for (int i = 0; i < LIND_LANES; i++) x[radiation].of[i] = 2.67 * model->states[radiation].unit.scale;
  k->reset(k->self, &time, frame, x, after);
  assert_true(fabs(after[c].of[0] / x[c].of[0] - exp(-0.036 * 2.67 * 1.267)) < 1e-12);
  assert_true(after[radiation].of[0] == 0.0);
  free(frame);
  lind_arena_destroy(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(one_cell)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
