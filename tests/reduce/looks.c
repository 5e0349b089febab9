/* Recruitment and looks in calendar time: arrivals against their law, each look against a slow second implementation from
 * complete lives, cuts of histories, looks that run out of events, type I error. */
#include "reduce/looks.h"
#include "lind/draw.h"
#include "reduce/entry.h"
#include "study_case.h"

#define NONE ((const char *const[]){NULL})
enum { PATIENTS = 120 };

static study deaths(const char *const *sets) { return study_from_file("deaths", sets); }

static double *column(const study *s, const lind_block_record *r, const char *name) {
  for (int c = 0; c < s->layout->n_columns; c++)
    if (strcmp(s->layout->columns[c].name, name) == 0) return (double *)(uintptr_t)(r->rows + (size_t)c * r->n_rows);
  fail_msg("no column %s", name);
  return NULL;
}

static void run(study *s, uint64_t blocks) {
  const lind_sink sink = {.self = s, .put = study_put};
  for (uint64_t b = 0; b < blocks; b++) assert_int_equal(lind_runner_run(s->runner, 0, b, true, NULL, &sink), LIND_OK);
}

/* 0.4 a day for 100 days, then 2: times rise, their law is Poisson's (counts to day 100: mean and variance 40), and a seat comes
 * at the same time whoever asks. Regular arrivals: one in each interval. */
static void arrivals(void **state) {
  enum { N = 400, R = 4000 };
  study s = deaths(NONE);
  double entry[N], one[4], sum = 0.0, square = 0.0, late = 0.0;
  (void)state;
  for (uint32_t r = 0; r < R; r++) {
    lind_entry_fill(s.plan, r, 0, N, entry);
    int before = 0, between = 0;
    for (int i = 0; i < N; i++) {
      assert_true(i == 0 || entry[i] > entry[i - 1]);
      before += entry[i] < 2400.0;
      between += entry[i] >= 2400.0 && entry[i] < 2400.0 + 480.0; /* 20 days at 2 */
    }
    sum += before;
    square += (double)before * before;
    late += between;
    lind_entry_fill(s.plan, r, 3, 4, one);
    assert_memory_equal(one, entry + 3, sizeof one);
  }
  const double mean = sum / R;
  assert_near(mean, 40.0, 4.0 * sqrt(40.0 / R));
  assert_near(square / R - mean * mean, 40.0, 4.0 * 40.0 * sqrt(2.0 / R));
  assert_near(late / R, 40.0, 4.0 * sqrt(40.0 / R));
  study_close(&s);
  s = deaths((const char *const[]){"recruit={rate: 1 1/day, arrivals: regular}", NULL});
  lind_entry_fill(s.plan, 0, 0, N, entry);
  for (int i = 0; i < N; i++) assert_int_equal((int)floor(entry[i] / 24.0), i);
  study_close(&s);
  s = deaths((const char *const[]){"recruit={over: 120 day, arrivals: regular}", NULL});
  ((lind_protocol *)(uintptr_t)s.plan->protocol)->patients = 2 * PATIENTS; /* as --patients: they still come in that time */
  lind_entry_fill(s.plan, 0, 0, 2 * PATIENTS, entry);
  for (int i = 0; i < 2 * PATIENTS; i++) assert_int_equal((int)floor(entry[i] / 12.0), i);
  study_close(&s);
}

typedef struct told { /* what a look should say, from complete lives */
  double z, time, events;
  int used;
} told;

/* O(n^2) log-rank at the calendar time of event `wanted`. */
static told look_slowly(const double *entry, const double *time, const double *event, const double *arm, int n, int wanted) {
  told t = {NAN, INFINITY, 0, 0};
  for (int i = 0; i < n; i++) { /* the event with wanted - 1 before it */
    int before = 0;
    for (int j = 0; j < n; j++) before += event[j] != 0.0 && entry[j] + time[j] <= entry[i] + time[i];
    if (event[i] != 0.0 && before == wanted) t.time = entry[i] + time[i];
  }
  double o_minus_e = 0.0, v = 0.0;
  for (int i = 0; i < n; i++) {
    if (entry[i] > t.time) continue;
    t.used++;
    if (event[i] == 0.0 || entry[i] + time[i] > t.time + 1e-9) continue;
    double risk[2] = {0, 0};
    for (int j = 0; j < n; j++)
      if (entry[j] <= t.time && fmin(time[j], t.time - entry[j]) >= time[i] - 1e-12) risk[arm[j] == 0.0] += 1.0;
    const double all = risk[0] + risk[1];
    o_minus_e += (arm[i] == 0.0) - risk[1] / all;
    v += risk[0] * risk[1] / all / all;
    t.events += 1.0;
  }
  t.z = -o_minus_e / sqrt(v);
  return t;
}

static void looks_slowly(void **state) {
  study s = deaths((const char *const[]){"model.parameters.spared=0.65", "store.patients=100000", NULL});
  study all = deaths((const char *const[]){"model.parameters.spared=0.65", "design={}", NULL});
  int stopped = 0;
  (void)state;
  run(&s, 2);
  run(&all, 2);
  for (uint64_t r = 0; r < 8; r++) {
    const lind_block_record *b = &all.records[r / 4];
    const size_t row = r % 4 * PATIENTS;
    const double *look = s.records[r / 4].reals + r % 4 * s.layout->n_reals + s.layout->first_look;
    told t = {0};
    int k = 0;
    do {
      t = look_slowly(column(&all, b, "entry") + row, column(&all, b, "death") + row, column(&all, b, "death_event") + row,
                      column(&all, b, "arm") + row, PATIENTS, 20 * (k + 1));
    } while (t.z < s.layout->looks.upper[k] && ++k < 3);
    assert_near(look[0], fmin(k + 1, 3), 0.0);
    assert_near(look[1], t.used, 0.0);
    assert_near(look[2], k < 3 ? 1.0 : 0.0, 0.0);
    assert_near(look[3], t.events, 0.0);
    assert_near(look[4] / 24.0, t.time, 1e-9);
    assert_near(look[5], t.z, 1e-9);
    stopped += k < 2;
  }
  assert_true(stopped > 0 && stopped < 8);
  study_close(&s);
  study_close(&all);
}

/* After the cut nothing is known that came later: events of the analysis are those of the look, measurements too. */
static void the_cut_ends_histories(void **state) {
  study s = deaths((const char *const[]){"design.looks=[{events: 20}]", NULL});
  (void)state;
  run(&s, 1);
  const double *reals = s.records[0].reals;
  const double *look = reals + s.layout->first_look;
  assert_near(look[3], 20.0, 0.0);
  double events = 0.0;
  for (int a = 0; a < 2; a++) events += reals[lind_layout_cell(s.layout, 0, 0, 0, a)];
  assert_near(events, 20.0, 0.0); /* cells of a time hold those who had the event */
  double seen = 0.0, missing = 0.0;
  for (int a = 0; a < 2; a++) {
    seen += reals[lind_layout_cell(s.layout, 2, 0, 0, a)];
    missing += reals[lind_layout_cell(s.layout, 2, 0, 0, a) + 3];
  }
  assert_near(seen + missing, look[1], 0.0);
  const int64_t *counts = s.records[0].counts + s.layout->survival[0];
  int64_t all = 0;
  for (int i = 0; i < 4 * s.layout->survival_bins; i++) all += counts[i];
  double used = 0.0;
  for (int r = 0; r < 4; r++) used += s.records[0].reals[(size_t)r * s.layout->n_reals + s.layout->first_look + 1];
  assert_int_equal(all, (int64_t)used);
  study_close(&s);
}

/* More events are asked for than there are: the last look is at the end and spends what is left at the events that came. */
static void events_run_out(void **state) {
  study s = deaths((const char *const[]){"design.looks=[{events: 30}, {events: 119}]", "duration=60 day",
                                         "endpoints.late.to=50 day", "endpoints.last.at=20 day", "visits.days=[1, 8]", NULL});
  (void)state;
  run(&s, 1);
  const double *look = s.records[0].reals + s.layout->first_look;
  assert_near(look[0], 2.0, 0.0);
  assert_near(look[1], PATIENTS, 0.0);
  assert_true(look[3] > 30.0 && look[3] < 120.0);
  study_close(&s);
}

/* Whoever has no value in the complete life (dead before the window opens) has none at a look, either: the statistic that stopped
 * the trial is that of the analysis of the cut. */
static void a_look_is_the_analysis_of_the_cut(void **state) {
  study s = deaths((const char *const[]){"analysis.primary.endpoint=late", "model.parameters.rate=0.02 1/day",
                                         "conduct.dropout={yearly: 0.5}", NULL});
  (void)state;
  run(&s, 2);
  for (uint64_t r = 0; r < 8; r++) {
    const double *reals = s.records[r / 4].reals + r % 4 * s.layout->n_reals;
    const double *term = reals + s.layout->first_term;
    assert_true(term[7] > 0.0);
    assert_near(reals[s.layout->first_look + 5], -term[5], 1e-9);
  }
  study_close(&s);
}

/* Without `null` no effect of a ratio is 1, so that a score test can be asked for. */
static void no_effect_of_a_ratio(void **state) {
  study s =
      deaths((const char *const[]){"analysis={death: {endpoint: death, estimator: cox, settings: {test: score}}, value: "
                                   "{endpoint: last, estimator: welch}}",
                                   NULL});
  (void)state;
  assert_near(s.layout->analyses[0].settings.null, 1.0, 0.0);
  assert_near(s.layout->analyses[1].settings.null, 0.0, 0.0);
  study_close(&s);
}

static void refused(const char *set, const char *sentence) {
  study s = {0};
  assert_int_equal(study_lay_out_of(&s, "deaths", (const char *const[]){set, NULL}), LIND_ERR_INPUT);
  if (strstr(lind_error_message(), sentence) == NULL) fail_msg("'%s' has no '%s'", lind_error_message(), sentence);
  lind_arena_destroy(&s.arena);
}

static void wrong(void **state) {
  (void)state;
  refused("design={looks: [{events: 20}]}", "design needs `benefit: lower`");
  refused("design={benefit: lower, looks: [{events: 20}, {fraction: 0.5}]}", "all looks are by fraction, or all by events");
  refused("design={benefit: lower, looks: [{events: 20, fraction: 0.5}]}", "this one has 2 of them");
  refused("design={benefit: lower, looks: [{events: 20}, {events: 20}]}", "events 20 follows 20");
  refused("design={benefit: lower, looks: [{information: 0.5}]}", "needs design.events");
  refused("design={benefit: lower, looks: [{events: 20, efficacy: 3}]}", "has no efficacy of its own");
  refused("design={benefit: lower, gamma: 2, looks: [{events: 20}]}", "design.gamma goes with");
  refused("design={benefit: lower, looks: [{events: 121}]}", "121 events are more than the 120 patients");
  refused("design={benefit: lower, spending: hwang-shih-decani, gamma: -1000, looks: [{events: 20}]}",
          "-40 to 40 would be right");
  refused("design={alpha: 0.05, looks: [{fraction: 0.5, efficacy: 3}]}", "design.alpha goes with looks by events");
  refused("design={benefit: lower}", "design.benefit goes with looks by events");
  refused("design={benefit: lower, events: 60, looks: [{events: 20}]}", "design.events goes with looks by information");
  refused("analysis.primary={endpoint: death, estimator: log-rank, null: 0}", "no effect of a ratio is above 0");
  refused("analysis.primary={endpoint: last, estimator: welch}", "which is no time to an event");
  refused("recruit={}", "recruit needs either over");
  refused("recruit={rate: [1 1/day, 2 1/day]}", "2 rates and 0 times");
  refused("recruit={rate: [1 1/day, 2 1/day], from: [1 day, 2 day]}", "must begin with 0 day");
  refused("recruit={over: 3 day, from: 0 day}", "recruit.from goes with rate");
}

typedef struct rejections {
  const lind_layout *layout;
  int rejected, n;
} rejections;

static lind_err count_rejections(void *self, const lind_block_record *r) {
  rejections *c = self;
  for (uint64_t k = 0; k < r->n_replicates; k++, c->n++)
    c->rejected += r->reals[k * r->n_reals + c->layout->first_look + 2] == 1.0;
  return LIND_OK;
}

/* 1,000 trials without an effect: O'Brien-Fleming type looks at 20, 40 and 60 of up to 120 deaths reject in 2.5 of 100. Limits
 * are four binomial standard errors. */
static void type_one_error(void **state) {
  enum { R = 1000 };
  study s = deaths((const char *const[]){"replicates=1000", "duration=200 day", "endpoints.late.to=190 day", NULL});
  rejections c = {.layout = s.layout};
  const lind_sink sink = {.self = &c, .put = count_rejections};
  (void)state;
  for (uint64_t b = 0; b < R / 4; b++) assert_int_equal(lind_runner_run(s.runner, 0, b, false, NULL, &sink), LIND_OK);
  assert_int_equal(c.n, R);
  assert_near(c.rejected / (double)R, 0.025, 4.0 * sqrt(0.025 * 0.975 / R));
  study_close(&s);
}

int main(void) {
  lind_draw_prepare();
  const struct CMUnitTest tests[] = {cmocka_unit_test(arrivals),
                                     cmocka_unit_test(looks_slowly),
                                     cmocka_unit_test(the_cut_ends_histories),
                                     cmocka_unit_test(events_run_out),
                                     cmocka_unit_test(a_look_is_the_analysis_of_the_cut),
                                     cmocka_unit_test(no_effect_of_a_ratio),
                                     cmocka_unit_test(wrong),
                                     cmocka_unit_test(type_one_error)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
