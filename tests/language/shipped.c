/* What must hold for every shipped model: engines agree, the Jacobian is the derivative of the rates, both back ends agree, and a
 * lane does not know its neighbours. A new file is tested without a new line here. */
#include <float.h>

#include "agree.h"
#include "people.h"

enum { STATES = 64 };

static void dose_all(bench *b) {
  for (int k = 0; k < b->model->n_states; ++k)
    if (b->model->states[k].doses) bench_dose(b, b->model->states[k].name, 100);
}

static void engines_agree_on(const char *name) {
  bench rk, cvode;
  bench_open(&rk, name, LIND_BACK_END_COMPILED);
  bench_open(&cvode, name, LIND_BACK_END_COMPILED);
  bench *const both[2] = {&rk, &cvode};
  for (int k = 0; k < 2; ++k) {
    people_fill(both[k]);
    bench_start(both[k]);
    for (int day = 0; day < 5; ++day) {
      dose_all(both[k]);
      (k == 0 ? bench_advance_rk : bench_advance_cvode)(both[k], people_span(both[k]->model) * (day + 1));
    }
  }
  for (int k = 0; k < rk.model->n_outputs; ++k) {
    const char *output = rk.model->outputs[k].name;
    const lind_lane a = *bench_output(&rk, output), b = *bench_output(&cvode, output);
    const double unit = fmin(rk.model->outputs[k].unit.scale, 1);
    for (int i = 0; i < LIND_LANES; ++i)
      if (!(fabs(a.of[i] - b.of[i]) <= 1e-6 * fabs(b.of[i]) + 1e-12 * unit))
        fail_msg("%s: %s of lane %d is %.12g by rk and %.12g by cvode", name, output, i, a.of[i], b.of[i]);
  }
  bench_close(&rk);
  bench_close(&cvode);
}

/* States that are not at a corner of the model. */
static void wander(bench *b) {
  bench_start(b);
  dose_all(b);
  for (int k = 0; k < b->model->n_states; ++k)
    for (int i = 0; i < LIND_LANES; ++i)
      b->x[k].of[i] = 0.7 * b->x[k].of[i] + b->model->states[k].unit.scale * (0.2 + 0.013 * k + 0.05 * i);
}

/* In the units that the model is written in. */
static void jacobian_is_derivative_on(const char *name) {
  static lind_lane jacobian[STATES * STATES], up[STATES], down[STATES];
  lind_lane time = {{0}};
  bench b;
  bench_open(&b, name, LIND_BACK_END_COMPILED);
  const lind_kernel *k = &b.model->kernel;
  const int n = k->n_states;
  people_fill(&b);
  wander(&b);
  bench_jacobian(k, &time, b.frame, b.x, jacobian);
  for (int j = 0; j < n; ++j) {
    lind_lane h;
    const lind_lane kept = b.x[j];
    const double from = b.model->states[j].unit.scale;
    for (int i = 0; i < LIND_LANES; ++i) h.of[i] = 1e-5 * fmax(from, fabs(kept.of[i]));
    for (int i = 0; i < LIND_LANES; ++i) b.x[j].of[i] = kept.of[i] + h.of[i];
    k->rhs(k->self, &time, b.frame, b.x, up);
    for (int i = 0; i < LIND_LANES; ++i) b.x[j].of[i] = kept.of[i] - h.of[i];
    k->rhs(k->self, &time, b.frame, b.x, down);
    b.x[j] = kept;
    for (int r = 0; r < n; ++r)
      for (int i = 0; i < LIND_LANES; ++i) {
        const double unit = b.model->states[r].unit.scale / (from * b.model->time.scale);
        const double slope = (up[r].of[i] - down[r].of[i]) / (2 * h.of[i]) / unit, exact = jacobian[r * n + j].of[i] / unit;
        const double rounding =
            4 * DBL_EPSILON * fabs(up[r].of[i]) / h.of[i] / unit; /* of rates that nearly cancel in the slope */
        if (!(fabs(slope - exact) <= 1e-7 * fmax(1.0, fabs(slope)) + rounding))
          fail_msg("%s: d(d%s/dt)/d%s of lane %d is %.12g and not %.12g", name, b.model->states[r].name, b.model->states[j].name,
                   i, exact, slope);
      }
  }
  bench_close(&b);
}

static void back_ends_agree_on(const char *name) {
  const lind_lane time = {{1, 2, 3, 4, 5, 6, 7, 8}};
  bench b[2];
  bench_open(&b[0], name, LIND_BACK_END_COMPILED);
  bench_open(&b[1], name, LIND_BACK_END_EVALUATOR);
  assert_string_equal(b[0].model->back_end, "compiled in");
  assert_string_equal(b[1].model->back_end, "lane evaluator");
  for (int k = 0; k < 2; ++k) {
    people_fill(&b[k]);
    bench_start(&b[k]);
  }
  agree_values(name, "frame slot", b[0].frame, b[1].frame, b[0].model->kernel.n_frame);
  agree_values(name, "initial value", b[0].x, b[1].x, b[0].model->n_states);
  wander(&b[0]);
  agree_kernels(name, &b[0].model->kernel, &b[1].model->kernel, &time, b[0].frame, b[0].x);
  bench_close(&b[0]);
  bench_close(&b[1]);
}

/* A patient in another seat, beside others, has the same rates bit for bit. */
static void seats_do_not_matter_on(const char *name) {
  static lind_lane first[STATES], second[STATES];
  lind_lane time = {{0}};
  bench b;
  bench_open(&b, name, LIND_BACK_END_COMPILED);
  const lind_kernel *k = &b.model->kernel;
  people_fill(&b);
  wander(&b);
  k->rhs(k->self, &time, b.frame, b.x, first);
  for (int s = 0; s < k->n_frame; ++s) b.frame[s].of[6] = b.frame[s].of[1];
  for (int s = 0; s < k->n_states; ++s) b.x[s].of[6] = b.x[s].of[1];
  for (int s = 0; s < k->n_states; ++s) b.x[s].of[0] = NAN;
  k->individual(k->self, b.frame);
  k->rhs(k->self, &time, b.frame, b.x, second);
  for (int s = 0; s < k->n_states; ++s) {
    assert_memory_equal(&second[s].of[6], &first[s].of[1], sizeof(double));
    assert_memory_equal(&second[s].of[3], &first[s].of[3], sizeof(double));
  }
  bench_close(&b);
}

/* A shipped model says what it is and where its numbers come from. */
static void documented(const char *name) {
  bench b;
  bench_open(&b, name, LIND_BACK_END_ANY);
  assert_string_equal(b.model->name, name);
  assert_non_null(b.model->title);
  assert_non_null(b.model->source);
  assert_memory_equal(b.model->text, lind_model_shipped_text(name), strlen(lind_model_shipped_text(name)));
  for (int k = 0; k < b.model->n_parameters; ++k)
    if (b.model->parameters[k].about == NULL)
      fail_msg("%s: the parameter %s says nothing about itself", name, b.model->parameters[k].name);
  for (int k = 0; k < b.model->n_sets; ++k) assert_non_null(b.model->sets[k].source);
  bench_close(&b);
}

static void engines_agree(void **state) { (void)state, people_each_model(engines_agree_on); }
static void jacobian_is_derivative(void **state) { (void)state, people_each_model(jacobian_is_derivative_on); }
static void back_ends_agree(void **state) { (void)state, people_each_model(back_ends_agree_on); }
static void seats_do_not_matter(void **state) { (void)state, people_each_model(seats_do_not_matter_on); }
static void all_documented(void **state) { (void)state, people_each_model(documented); }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(engines_agree),       cmocka_unit_test(jacobian_is_derivative), cmocka_unit_test(back_ends_agree),
      cmocka_unit_test(seats_do_not_matter), cmocka_unit_test(all_documented),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
