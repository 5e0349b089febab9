/* A crossover through the runner: endpoints by period, cells by treatment, rows of both periods, and what a layout refuses. */
#include "study_case.h"

static study open_study(void) { return study_from_file("crossover", (const char *const[]){NULL}); }

/* A period's value is that of a protocol of parallel arms whose endpoint has the period's times. */
static void endpoints_belong_to_periods(void **state) {
  (void)state;
  study s = open_study();
  study_run(&s, true);
  const lind_block_record *r = &s.records[0];
  const double *seat = row_column(&s, r, "seat"), *replicate = row_column(&s, r, "replicate"), *arm = row_column(&s, r, "arm");
  const double *mean[2] = {row_column(&s, r, "mean_1"), row_column(&s, r, "mean_2")};
  const double *last[2] = {row_column(&s, r, "last_1"), row_column(&s, r, "last_2")};
  const double *taken[2] = {row_column(&s, r, "taken_1"), row_column(&s, r, "taken_2")};
  assert_int_equal(r->n_rows, 40);
  for (size_t i = 0; i < r->n_rows; i += 3) {
    const lind_desk *desk;
    int at;
    assert_int_equal(lind_runner_replay(s.runner, (uint32_t)replicate[i], (uint64_t)seat[i], NULL, &desk, &at), LIND_OK);
    const double *values[8];
    lind_history h;
    lind_desk_history(desk, at, values, &h);
    for (int p = 0; p < 2; p++) {
      double sum = 0;
      int n = 0;
      for (int k = 0; k < h.traces[0].n; k++) {
        const double t = lind_series_time(&h.traces[0], k), start = 24.0 * (9 * p + 2);
        if (t <= start + 1e-6 || t > start + 120 + 1e-6) continue;
        sum += h.traces[0].value[k];
        n++;
      }
      assert_int_equal(n, 60);
      assert_near(mean[p][i], sum / n, 1e-12 * fabs(sum));
      assert_near(last[p][i], h.value[0][p == 0 ? 1 : 3], 0.0); /* the morning after the period's last day */
      assert_near(taken[p][i], 7 * ((int)arm[i] == p ? 12 : 7), 1e-12);
    }
  }
  study_close(&s);
}

static void cells_are_by_treatment(void **state) {
  (void)state;
  study s = open_study();
  study_run(&s, true);
  const lind_block_record *r = &s.records[0];
  const double *arm = row_column(&s, r, "arm"), *mean[2] = {row_column(&s, r, "mean_1"), row_column(&s, r, "mean_2")};
  double sum[2] = {0}, difference = 0, middle[2] = {0};
  for (size_t i = 0; i < 20; i++) { /* the first replicate */
    for (int p = 0; p < 2; p++) sum[(int)arm[i] == p ? 0 : 1] += mean[p][i];
    middle[(int)arm[i]] += (mean[0][i] - mean[1][i]) / 10;
    difference += ((int)arm[i] == 0 ? 1 : -1) * (mean[0][i] - mean[1][i]) / 20;
  }
  for (int t = 0; t < 2; t++) {
    const double *cell = r->reals + lind_layout_cell(s.layout, 0, 0, 0, t);
    assert_near(cell[0], 20, 0.0);
    assert_near(cell[1], sum[t] / 20, 1e-12 * fabs(sum[t]));
  }
  const double *term = r->reals + s.layout->first_term; /* all, below 50, 50 or more; then the paired one */
  assert_near(term[0], (middle[0] - middle[1]) / 2, 1e-12);
  assert_near(term[6], 20, 0.0);
  assert_near(term[3 * LIND_TERM_REALS], difference, 1e-12);
  assert_near(term[LIND_TERM_REALS + 6] + term[2 * LIND_TERM_REALS + 6], 20, 0.0); /* the groups share the patients */
  assert_true(term[0] > 0 && term[4] < 0.05);                                      /* more of the drug does more */
  study_close(&s);
}

static void refused(const char *name, const char *set, const char *sentence) {
  study s = {0};
  const char *const sets[] = {set, NULL};
  assert_int_not_equal(study_lay_out_of(&s, name, sets), LIND_OK);
  if (strstr(lind_error_message(), sentence) == NULL) fail_msg("%s: %s", set, lind_error_message());
  lind_arena_destroy(&s.arena);
}

static void what_is_refused(void **state) {
  (void)state;
  refused("crossover", "analysis.primary.estimator=welch",
          "in a crossover each patient has one a period; use crossover or paired");
  refused("study", "analysis.primary.estimator=paired", "it needs a crossover");
  refused("crossover", "endpoints.x={kind: time-to-range, of: effect, range: [1, 2]}", "belongs to a life and not to a period");
  refused("crossover", "block_max=10", "needs every patient at once");
  refused("crossover", "endpoints.x={kind: mean, of: level, to: 8 day}", "a period ends at 7 day");
  refused("crossover", "traces.level.to=10 day", "sees no sample of trace level in a later period");
  refused("crossover", "analysis.primary.compare=[high, lo]", "which is no treatment; did you mean 'low'?");
  refused("crossover", "analysis.primary.compare=[low-first, high]", "which is no treatment");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(endpoints_belong_to_periods),
      cmocka_unit_test(cells_are_by_treatment),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
