/* Categories: zones of the control-variability grid by hand, counts by treatment and in the figure's plane, what is refused. */
#include "study_case.h"

#include "endpoint_case.h"

/* 41 samples whose 2.5 and 97.5 percentiles are the second lowest and the second highest. */
static double class_of(const char *kind, double low, double high) {
  double value[41];
  const lind_endpoint e = open_endpoint(0, 1);
  for (int k = 0; k < 41; k++) value[k] = (low + high) / 2;
  value[7] = low - 40; /* an outlier on either side changes nothing */
  value[20] = high + 90;
  value[3] = low;
  value[33] = high;
  return lind_endpoint_find(kind)->of_series(&e, &(lind_series){.n = 41, .value = value, .every = 1, .first = 1});
}

static void zones_by_hand(void **state) {
  (void)state;
  static const struct {
    double low, high;
    int class;
  } zones[] = {{91, 179, 0},  {90, 179, 1}, {70, 150, 1}, {91, 180, 1}, {95, 300, 1}, {80, 250, 1}, {69, 170, 2},
               {100, 301, 2}, {69, 200, 3}, {60, 300, 3}, {75, 350, 3}, {90, 301, 3}, {69, 301, 4}, {30, 700, 4}};
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
    assert_near(class_of("cvga", zones[i].low, zones[i].high), zones[i].class, 0.0);
    assert_near(class_of("cvga-a-or-b", zones[i].low, zones[i].high), zones[i].class <= 1, 0.0);
  }
  const lind_endpoint e = open_endpoint(0, 1);
  assert_nan(lind_endpoint_find("cvga")->of_series(&e, &(lind_series){.n = 0, .every = 1, .first = 1}));
}

/* 100 mg/dL all the time is class A. A dose that stays (120 on 100) is class B: from its period on it is never below. */
static void counts_by_treatment(void **state) {
  (void)state;
  study s = study_from_file("grid", (const char *const[]){NULL});
  study_run(&s, true);
  const lind_block_record *r = &s.records[0];
  const int none = 0, dose = 1, labels = s.layout->n_labels[0];
  assert_int_equal(labels, 5);
  const int64_t *classes = r->counts + s.layout->classes[0];
  assert_int_equal(classes[none * labels], 18);     /* nothing in the first period: 6 of 12, three times */
  assert_int_equal(classes[none * labels + 1], 18); /* nothing after the dose, which carries over */
  assert_int_equal(classes[dose * labels + 1], 36);
  const lind_plane *plane = s.layout->kinds[0]->plane;
  const int bins = plane->x_bins * plane->y_bins;
  const int64_t *places = r->counts + s.layout->plane[0];
  assert_int_equal(places[none * bins + 50], 18);                      /* lowest 100, highest on the edge at 110 */
  assert_int_equal(places[none * bins + 22 * plane->x_bins + 59], 18); /* both 220: lowest on the edge at 110 */
  assert_int_equal(places[dose * bins + 22 * plane->x_bins + 59], 36);
  assert_near(r->reals[lind_layout_cell(s.layout, 0, 0, 0, 0)], 0.0, 0.0); /* a category has no cells */
  assert_near(r->reals[lind_layout_cell(s.layout, 1, 0, 0, dose) + 1], 1.0, 0.0);
  assert_near(row_column(&s, r, "class_1")[0] + row_column(&s, r, "class_2")[0], 1.0 + (row_column(&s, r, "arm")[0] == 1.0), 0.0);
  study_close(&s);
}

static void refused(const char *set, const char *sentence) {
  study s = {0};
  const char *const sets[] = {set, NULL};
  assert_int_not_equal(study_lay_out_of(&s, "grid", sets), LIND_OK);
  if (strstr(lind_error_message(), sentence) == NULL) fail_msg("%s: %s", set, lind_error_message());
  lind_arena_destroy(&s.arena);
}

static void what_is_refused(void **state) {
  (void)state;
  refused("analysis.primary.endpoint=class", "does not fit endpoint class of kind cvga");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(zones_by_hand),
      cmocka_unit_test(counts_by_treatment),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
