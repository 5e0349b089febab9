/* One block: what its record says is what its stored patients say; empty seats, cuts, looks, replay. */
#include "study_case.h"

static const double *real(const lind_block_record *r, uint64_t replicate, size_t at) {
  return r->reals + (replicate - r->first_replicate) * r->n_reals + at;
}

/* The level of a row in a grouping of this study: all, old, sex. */
static int level_of_row(const study *s, const lind_block_record *r, int grouping, size_t row) {
  const char *name = s->plan->groupings[grouping].name;
  return grouping == 0 ? 0 : (int)row_column(s, r, name)[row];
}

static bool is_time(const study *s, int endpoint) { return s->layout->kinds[endpoint]->scale == LIND_SCALE_TIME; }

static const double *events_of(const study *s, const lind_block_record *r, int endpoint) {
  char name[64];
  (void)snprintf(name, sizeof name, "%s_event", s->plan->protocol->endpoints[endpoint].name);
  return row_column(s, r, name);
}

/* Moments of every cell from the rows alone. */
static void check_cells(const study *s, const lind_block_record *r, uint64_t replicate) {
  for (int e = 0; e < s->layout->n_endpoints; e++) {
    const char *unit;
    const double scale = lind_layout_scale(s->layout, e, &unit), *value = row_column(s, r, s->plan->protocol->endpoints[e].name);
    for (int g = 0; g < s->plan->n_groupings; g++)
      for (int l = 0; l < s->plan->groupings[g].levels.n; l++)
        for (int a = 0; a < 2; a++) {
          lind_moments wanted = {0};
          for (size_t i = 0; i < r->n_rows; i++) {
            if (row_column(s, r, "replicate")[i] != (double)replicate || row_column(s, r, "arm")[i] != a ||
                level_of_row(s, r, g, i) != l)
              continue;
            const bool seen = !is_time(s, e) || events_of(s, r, e)[i] != 0.0;
            lind_moments_add(&wanted, seen ? value[i] / scale : NAN);
          }
          const double *cell = real(r, replicate, lind_layout_cell(s->layout, e, g, l, a));
          assert_near(cell[0], wanted.n, 0.0);
          assert_near(cell[1], wanted.mean, 1e-12 * fmax(1.0, fabs(wanted.mean)));
          assert_near(cell[2], wanted.m2, 1e-9 * fmax(1.0, wanted.m2));
          assert_near(cell[3], wanted.missing, 0.0);
        }
  }
}

static case_sample sample_of(const study *s, const lind_block_record *r, uint64_t replicate, const struct lind_layout_term *term,
                             int arm, double *value, double *event) {
  const char *unit;
  const double scale = lind_layout_scale(s->layout, term->endpoint, &unit);
  const double *column = row_column(s, r, s->plan->protocol->endpoints[term->endpoint].name);
  case_sample sample = {0, value, is_time(s, term->endpoint) ? event : NULL};
  for (size_t i = 0; i < r->n_rows; i++) {
    if (row_column(s, r, "replicate")[i] != (double)replicate || row_column(s, r, "arm")[i] != arm ||
        level_of_row(s, r, term->grouping, i) != term->level)
      continue;
    if (sample.event != NULL) event[sample.n] = events_of(s, r, term->endpoint)[i];
    value[sample.n++] = column[i] / scale;
  }
  return sample;
}

/* Every term is its estimator's answer to the rows. */
static void check_terms(const study *s, const lind_block_record *r, uint64_t replicate) {
  double value[2][256], event[2][256];
  for (int t = 0; t < s->layout->n_terms; t++) {
    const struct lind_layout_term *term = &s->layout->terms[t];
    const lind_analysis *analysis = &s->plan->protocol->analyses[term->analysis];
    const lind_answer answer =
        case_answer(term->estimator->name, sample_of(s, r, replicate, term, term->treated, value[0], event[0]),
                    sample_of(s, r, replicate, term, term->control, value[1], event[1]), analysis->level,
                    s->layout->analyses[term->analysis].settings.null);
    const lind_term *x = &answer.terms[0];
    const double wanted[] = {x->estimate, x->se,        x->lower,         x->upper,
                             x->p,        x->statistic, (double)answer.n, (double)answer.missing};
    const double *got = real(r, replicate, s->layout->first_term + (size_t)t * LIND_TERM_REALS);
    for (int k = 0; k < LIND_TERM_REALS; k++)
      if (!(isnan(got[k]) && isnan(wanted[k]))) assert_near(got[k], wanted[k], 1e-9 * fmax(1.0, fabs(wanted[k])));
  }
}

static void the_record_is_what_the_rows_say(void **state) {
  study s = study_open();
  (void)state;
  assert_int_equal(s.plan->block_replicates, 2);
  assert_int_equal(s.plan->n_blocks, 3);
  assert_int_equal(s.layout->n_terms, 5 + 1 + 1 + 1 + 3);
  study_run(&s, true);
  for (uint64_t block = 0; block < 3; block++) {
    const lind_block_record *r = &s.records[block];
    assert_int_equal(r->first_replicate, 2 * block);
    assert_int_equal(r->n_replicates, block == 2 ? 1 : 2);
    assert_int_equal(r->n_rows, 60 * r->n_replicates);
    assert_int_equal(r->n_columns, s.layout->n_columns);
    for (size_t i = 0; i < r->n_rows; i++) {
      assert_near(row_column(&s, r, "replicate")[i], (double)(r->first_replicate + i / 60), 0.0);
      assert_near(row_column(&s, r, "seat")[i], (double)(i % 60), 0.0);
    }
    for (uint64_t k = 0; k < r->n_replicates; k++) {
      check_cells(&s, r, r->first_replicate + k);
      check_terms(&s, r, r->first_replicate + k);
      assert_near(*real(r, r->first_replicate + k, s.layout->first_look), 0.0, 0.0);
      assert_near(*real(r, r->first_replicate + k, s.layout->first_look + 1), 60.0, 0.0);
    }
  }
  study_close(&s);
}

/* Flow, baseline and alleles or levels, counted again from the rows. */
static void check_counts(const study *s, const lind_block_record *r) {
  int64_t arm[2][LIND_FLOW_PER_ARM] = {{0}}, female[2] = {0}, screened = 0;
  lind_moments age[2] = {{0}};
  for (size_t i = 0; i < r->n_rows; i++) {
    const int a = (int)row_column(s, r, "arm")[i], reason = (int)row_column(s, r, "reason")[i];
    arm[a][LIND_FLOW_RANDOMISED]++;
    arm[a][LIND_FLOW_COMPLETED + reason]++; /* in the order of lind_end */
    screened += (int64_t)row_column(s, r, "attempts")[i];
    female[a] += row_column(s, r, "sex")[i] == 0.0;
    lind_moments_add(&age[a], row_column(s, r, "age")[i]);
  }
  for (int a = 0; a < 2; a++) {
    for (int k = LIND_FLOW_RANDOMISED; k <= LIND_FLOW_FAILED; k++) assert_int_equal(flow_of(r->counts, a, k), arm[a][k]);
    assert_int_equal(r->counts[s->layout->share_first[0] + a * 2], female[a]);
    const double *cell = r->reals + s->layout->first_baseline + (size_t)a * LIND_CELL_REALS; /* one replicate a block here */
    assert_near(cell[0], age[a].n, 0.0);
    assert_near(cell[1], age[a].mean, 1e-10);
    assert_true(age[a].n == 0.0 || (cell[1] > 18.0 && cell[1] < 80.0)); /* in years, as declared */
  }
  assert_int_equal(r->counts[LIND_FLOW_SCREENED] - screened,
                   r->counts[LIND_FLOW_UNFILLED] * (int64_t)s->plan->protocol->attempts);
}

/* Seats that stay empty leave no row, no count and no hole in the columns. */
static void empty_seats(void **state) {
  study s = study_open("eligible=age > 50 [year]", "attempts=1", "block_max=60");
  int64_t unfilled = 0;
  (void)state;
  study_run(&s, true);
  for (uint64_t block = 0; block < 5; block++) {
    const lind_block_record *r = &s.records[block];
    unfilled += r->counts[LIND_FLOW_UNFILLED];
    assert_int_equal((int64_t)r->n_rows + r->counts[LIND_FLOW_UNFILLED], 60);
    for (size_t i = 0; i < r->n_rows; i++) {
      assert_true(row_column(&s, r, "age")[i] > 50.0);
      if (i > 0) assert_true(row_column(&s, r, "seat")[i] > row_column(&s, r, "seat")[i - 1]);
    }
    check_cells(&s, r, block);
    check_terms(&s, r, block);
    check_counts(&s, r);
  }
  assert_true(unfilled > 100 && unfilled < 200); /* 32 of 62 years are too young */
  study_close(&s);
}

static void full_seats(void **state) {
  study s = study_open("block_max=60");
  (void)state;
  study_run(&s, true);
  for (uint64_t block = 0; block < 5; block++) {
    check_counts(&s, &s.records[block]);
    assert_int_equal(s.records[block].counts[LIND_FLOW_UNFILLED], 0);
    for (int a = 0; a < 2; a++) {
      const int64_t *arm = s.records[block].counts + LIND_FLOW_ARMS + a * LIND_FLOW_PER_ARM;
      assert_true(arm[LIND_FLOW_STEPS] > arm[LIND_FLOW_RANDOMISED] * 21); /* a step a day at least */
    }
  }
  study_close(&s);
}

/* Who is stored changes nothing else, nor does what the runner did before, nor how replicates are packed into blocks. */
static void storing_and_packing_do_not_matter(void **state) {
  study stored = study_open(), bare = study_open(), single = study_open("block_max=60");
  const lind_sink sink = {.self = &bare, .put = study_put};
  (void)state;
  study_run(&stored, true);
  study_run(&single, true);
  for (uint64_t block = 3; block-- > 0;) assert_int_equal(lind_runner_run(bare.runner, 0, block, false, NULL, &sink), LIND_OK);
  for (uint64_t block = 0; block < 3; block++) {
    const lind_block_record *a = &stored.records[block], *b = &bare.records[block];
    assert_int_equal(b->n_rows, 0);
    assert_int_equal(b->n_columns, 0);
    assert_memory_equal(a->reals, b->reals, a->n_replicates * a->n_reals * sizeof(double));
    assert_memory_equal(a->counts, b->counts, a->n_counts * sizeof(int64_t));
  }
  for (uint64_t replicate = 0; replicate < 5; replicate++)
    assert_memory_equal(single.records[replicate].reals, real(&stored.records[replicate / 2], replicate, 0),
                        stored.layout->n_reals * sizeof(double));
  study_close(&stored);
  study_close(&bare);
  study_close(&single);
}

/* A look that cannot stop changes nothing; one that must, uses its share of the seats, rounded up. */
static void looks(void **state) {
  study fixed = study_open(), quiet = study_open("design={looks: [{fraction: 0.3}, {fraction: 1}]}");
  study stops = study_open("design={looks: [{fraction: 0.2}, {fraction: 0.51, efficacy: -100}]}");
  (void)state;
  study_run(&fixed, true);
  study_run(&quiet, true);
  study_run(&stops, true);
  for (uint64_t replicate = 0; replicate < 5; replicate++) {
    const lind_block_record *a = &fixed.records[replicate / 2], *b = &quiet.records[replicate / 2],
                            *c = &stops.records[replicate / 2];
    const size_t look = fixed.layout->first_look;
    assert_memory_equal(real(a, replicate, 0), real(b, replicate, 0), look * sizeof(double));
    assert_near(*real(b, replicate, look), 2.0, 0.0);
    assert_near(*real(c, replicate, look), 2.0, 0.0);
    assert_near(*real(c, replicate, look + 1), 31.0, 0.0); /* 30.6 seats */
    check_cells(&stops, c, replicate);
    check_terms(&stops, c, replicate);
  }
  assert_int_equal(stops.records[0].n_rows, 62);
  study_close(&fixed);
  study_close(&quiet);
  study_close(&stops);
}

/* A seat lived again alone, on another runner, is the row that was stored. */
static void replay(void **state) {
  study s = study_open(), again = study_open();
  (void)state;
  study_run(&s, true);
  for (uint32_t replicate = 0; replicate < 5; replicate++)
    for (uint64_t seat = 0; seat < 60; seat += 7) {
      const lind_desk *desk;
      int at;
      assert_int_equal(lind_runner_replay(again.runner, replicate, seat, NULL, &desk, &at), LIND_OK);
      const lind_block_record *r = &s.records[replicate / 2];
      const size_t row = replicate % 2 * 60 + (size_t)seat;
      assert_near(desk->end[at] / 24.0, row_column(&s, r, "end")[row], 0.0);
      assert_int_equal(desk->arm[at], (int)row_column(&s, r, "arm")[row]);
      assert_int_equal(desk->n_visits[at], (int)row_column(&s, r, "visits")[row]);
    }
  const lind_desk *desk;
  int at;
  assert_int_not_equal(lind_runner_replay(again.runner, 0, 60, NULL, &desk, &at), LIND_OK);
  assert_string_equal(lind_error_message(), "seat 60 is asked for; a replicate has seats 0 to 59");
  study_close(&s);
  study_close(&again);
}

static void refused(const char *set, const char *sentence) {
  study s = {0};
  const char *const sets[] = {set, NULL};
  assert_int_not_equal(study_lay_out(&s, sets), LIND_OK);
  if (strstr(lind_error_message(), sentence) == NULL) fail_msg("%s", lind_error_message());
  lind_arena_destroy(&s.arena);
}

static void what_the_layout_refuses(void **state) {
  (void)state;
  refused("analysis.primary.estimator=t", "analysis.primary.estimator is 't'; known ones are");
  refused("analysis.primary.estimator=log-rank",
          "analysis.primary.estimator log-rank does not fit endpoint share of kind time-in-range");
  refused("analysis.when.estimator=welch", "analysis.when.estimator welch does not fit endpoint when of kind time-to-range");
  refused("analysis.primary.estimator=fisher-exact",
          "analysis.primary.estimator fisher-exact does not fit endpoint share of kind time-in-range");
  refused("endpoints.share.kind=times", "endpoints.share.kind is 'times'; known kinds are");
  refused("endpoints.last={kind: value, of: effect}", "endpoints.last needs `at:`, a time");
  refused("endpoints.last={kind: value, at: 3 day}", "endpoints.last needs `of:`, a trace or a measured output: conc and effect");
  refused("endpoints.above={kind: ever-above, of: effect}", "endpoints.above needs `threshold:`");
  refused("endpoints.share={kind: time-in-range, of: effect}", "endpoints.share needs `range: [low, high]`");
}

/* What needs the whole replicate at once is refused where a replicate is cut. */
static void what_a_cut_replicate_cannot(void **state) {
  study s = {0};
  const char *const sets[] = {"block_max=20", "design={looks: [{fraction: 0.5, efficacy: 2.8}]}", NULL};
  (void)state;
  assert_int_not_equal(study_lay_out(&s, sets), LIND_OK);
  assert_non_null(strstr(lind_error_message(), "design.looks need every patient of a replicate at once"));
  lind_arena_destroy(&s.arena);
  const char *const one[] = {"arms={high: {ratio: 1, dosing: [high]}}", "analysis={primary: {endpoint: share, estimator: welch}}",
                             NULL};
  assert_int_not_equal(study_lay_out(&s, one), LIND_OK);
  assert_non_null(strstr(lind_error_message(), "analysis.primary compares two arms, but the trial has one"));
  lind_arena_destroy(&s.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_record_is_what_the_rows_say),
      cmocka_unit_test(empty_seats),
      cmocka_unit_test(full_seats),
      cmocka_unit_test(storing_and_packing_do_not_matter),
      cmocka_unit_test(looks),
      cmocka_unit_test(replay),
      cmocka_unit_test(what_the_layout_refuses),
      cmocka_unit_test(what_a_cut_replicate_cannot),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
