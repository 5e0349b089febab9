/* Trajectories against closed forms; recording changes nobody's life; who is in a sample; what a plan refuses. */
#include "simulate_case.h"

static const double k = 0.02888113252331022;

#define PRECISE "engine.relative=1e-11", "engine.absolute=1e-11"

typedef struct tape {
  lind_recording recording;
  int width;
} tape;

/* Everybody on the desk is recorded, each in a place of their own. */
static tape record(trial *t) {
  const lind_plan_trajectories *kept = t->plan->trajectories;
  const size_t seats = (size_t)t->desk->capacity;
  assert_non_null(kept);
  tape made = {{kept, calloc(seats, lind_plan_trajectories_bytes(kept)), calloc(seats, sizeof(int)), calloc(seats, sizeof(int))},
               kept->n_columns};
  assert_true(made.recording.rows != NULL && made.recording.place != NULL && made.recording.n != NULL);
  for (size_t s = 0; s < seats; s++) made.recording.place[s] = (int)s;
  return made;
}

static void erase(tape *made) {
  free(made->recording.rows);
  free(made->recording.place);
  free(made->recording.n);
}

static double at(const tape *made, int seat, int row, int column) {
  assert_true(row < made->recording.n[seat]);
  return made->recording.rows[(seat * made->recording.trajectories->most + row) * made->width + column];
}

static void run_recorded(trial *t, tape *made, uint32_t replicate) {
  const int n = (int)t->plan->protocol->patients;
  *made = record(t);
  lind_enrol(t->desk, replicate, 0, n, NULL, NULL);
  t->desk->recording = &made->recording;
  lind_simulate(t->desk, 0, n);
}

/* A patient left alone falls as exp(-k t), and every multiple of the grid is there, day's ends and the trial's included. */
static void points_lie_on_the_closed_form(void **state) {
  (void)state;
  trial t = trial_open("control", PRECISE, "store.trajectories={keep: all, at: dense, every: 7 min, of: truth, states: yes}");
  tape made;
  run_recorded(&t, &made, 2);
  int alone = 0;
  assert_int_equal(made.width, 6);
  for (int s = 0; s < 9; s++) {
    if (strcmp(t.plan->protocol->arms[t.desk->arm[s]].name, "alone") != 0) continue;
    alone++;
    assert_int_equal(made.recording.n[s], 10 * 1440 / 7 + 1);
    for (int i = 0; i < made.recording.n[s]; i++) {
      assert_true(at(&made, s, i, 0) == 2 && at(&made, s, i, 1) == s && at(&made, s, i, 2) == t.desk->arm[s]);
      assert_near(at(&made, s, i, 3), i * 7.0 / 60.0, 1e-10);
      assert_near(at(&made, s, i, 4), 20 * exp(-k * i * 7.0 / 60.0), 1e-8);
      assert_true(at(&made, s, i, 5) == at(&made, s, i, 4)); /* the output is the state */
    }
  }
  assert_int_equal(alone, 3);
  erase(&made);
  trial_close(&t);
}

/* Where a dose falls on a point, the point is before it; between two doses a bolus decays. */
static void a_bolus_decays(void **state) {
  (void)state;
  trial t = trial_open("control", PRECISE, "store.trajectories={keep: all, at: dense, every: 1 h, of: truth}");
  tape made;
  run_recorded(&t, &made, 0);
  int jumps = 0;
  for (int s = 0; s < 9; s++) {
    if (strcmp(t.plan->protocol->arms[t.desk->arm[s]].name, "bolus") != 0) continue;
    for (int i = 1; i < made.recording.n[s]; i++) {
      const double fell = at(&made, s, i - 1, 4) * exp(-k);
      if ((i - 1) % 6 == 0 && at(&made, s, i, 4) > fell + 0.1)
        jumps++; /* the nurse has been there at the point before, behind its value */
      else
        assert_near(at(&made, s, i, 4), fell, 1e-8);
    }
  }
  assert_true(jumps > 10);
  erase(&made);
  trial_close(&t);
}

/* Every engine and every kind of happening of these trials: who is recorded lives the life of who is not, to the bit. */
static void recording_is_harmless(void **state) {
  (void)state;
  static const char *const names[] = {"control", "drift", "effects", "feedback", "happenings", "leaps",
                                      "ledger",  "maze",  "scores",  "timeless", "warfarin"};
  static const char *const policies[] = {"store.trajectories={keep: all, at: dense, every: 37 min, states: yes}",
                                         "store.trajectories={keep: all, at: visits}"};
  int rows = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (int policy = 0; policy < 2; policy++) {
      const char *const with[] = {"patients=60", "randomise={}", policies[policy], NULL}, *const without[] = {with[0], with[1],
                                                                                                              NULL};
      trial t = {0}, u = trial_from(names[i], without);
      tape made;
      if (policy == 1 && u.plan->n_visits == 0) { /* there is nothing to keep */
        trial_close(&u);
        continue;
      }
      t = trial_from(names[i], with);
      run_recorded(&t, &made, 1);
      trial_run(&u, 1);
      for (int s = 0; s < 60; s++) {
        if (!same_life(t.desk, s, u.desk, s)) fail_msg("%s: seat %d lives another life when it is recorded", names[i], s);
        assert_true(same_bits(t.desk->event + s * t.plan->model->n_events, u.desk->event + s * t.plan->model->n_events,
                              t.plan->model->n_events));
        rows += made.recording.n[s];
        for (int r = 0; r < made.recording.n[s]; r++) {
          assert_true(at(&made, s, r, 3) < t.desk->end[s] || t.desk->reason[s] == LIND_END_COMPLETED);
          assert_true(r == 0 || at(&made, s, r, 3) > at(&made, s, r - 1, 3));
        }
      }
      for (int a = 0; a < t.plan->protocol->n_arms; a++)
        assert_memory_equal(&t.desk->cost[a].work, &u.desk->cost[a].work, sizeof t.desk->cost[a].work);
      erase(&made);
      trial_close(&t);
      trial_close(&u);
    }
  assert_true(rows > 1000);
}

/* At a visit: the true value, and what was measured, which is what the rules saw. */
static void visits_have_both_values(void **state) {
  (void)state;
  trial t = trial_open("control", "model.parameters.noise=3 mg", "measure=[reading]", "controllers.nurse.read=[truth]",
                       "controllers.nurse.when=truth < goal", "controllers.nurse.give=goal - truth",
                       "store.trajectories={keep: all, at: visits, of: [truth, reading]}");
  tape made;
  run_recorded(&t, &made, 0);
  assert_int_equal(made.width, 7); /* labels, truth, reading, reading as measured */
  double spread = 0;
  int n = 0;
  for (int s = 0; s < 9; s++) {
    assert_int_equal(made.recording.n[s], t.desk->n_visits[s]);
    for (int v = 0; v < made.recording.n[s]; v++, n++) {
      assert_true(at(&made, s, v, 3) == visit_time(t.desk, s, v));
      assert_true(at(&made, s, v, 6) == visit_value(t.desk, s, 0, v));
      assert_true(at(&made, s, v, 4) == at(&made, s, v, 5));
      spread += pow(at(&made, s, v, 6) - at(&made, s, v, 5), 2);
    }
  }
  assert_int_equal(n, 99);
  assert_near(sqrt(spread / n), 3, 4.5 * 3 / sqrt(2.0 * n));
  erase(&made);
  trial_close(&t);
}

/* ---- who is kept */

static int is_in(const lind_plan_trajectories *kept, uint64_t patient) {
  for (size_t i = 0; i < kept->n_kept; i++)
    if (kept->kept[i] == patient) return 1;
  return 0;
}

static void all_of_the_first_are_in(const trial *few, const trial *many, uint64_t patients_few, uint64_t patients_many) {
  const lind_plan_trajectories *a = few->plan->trajectories, *b = many->plan->trajectories;
  for (size_t i = 0; i < a->n_kept; i++)
    assert_true(is_in(b, a->kept[i] / patients_few * patients_many + a->kept[i] % patients_few));
}

static void a_sample_is_a_prefix_of_a_larger_one(void **state) {
  (void)state;
  trial a = trial_open("timeless", "store.trajectories={keep: sample, patients: 40}");
  trial more = trial_open("timeless", "store.trajectories={keep: sample, patients: 90}");
  trial replicates = trial_open("timeless", "store.trajectories={keep: sample, patients: 40}", "replicates=50");
  trial other = trial_open("timeless", "store.trajectories={keep: sample, patients: 40}", "seed=12");
  trial cut = trial_open("timeless", "store.trajectories={keep: sample, patients: 40}", "patients=5000");
  trial cut_more = trial_open("timeless", "store.trajectories={keep: sample, patients: 40}", "patients=100000");
  trial several = trial_open("timeless", "store.trajectories={keep: sample, patients: 40}", "patients=15", "replicates=10");
  const lind_plan_trajectories *kept = a.plan->trajectories;
  assert_int_equal(kept->n_kept, 40);
  assert_int_equal(kept->most_kept, 40); /* one replicate of one block */
  double mean = 0;
  for (int i = 0; i < 40; i++) {
    mean += (double)kept->kept[i] / 40;
    assert_true(i == 0 || kept->kept[i] > kept->kept[i - 1]);
    assert_true(lind_plan_trajectories_keep(a.plan, kept, 0, kept->kept[i]));
    assert_false(lind_plan_trajectories_keep(a.plan, kept, 1, kept->kept[i]));
  }
  assert_near(mean, 1000, 4.5 * 2000 / sqrt(12.0 * 40)); /* of seats 0 to 1999 */
  all_of_the_first_are_in(&a, &more, 2000, 2000);
  all_of_the_first_are_in(&a, &replicates, 2000, 2000);
  all_of_the_first_are_in(&cut, &cut_more, 5000, 100000);
  assert_memory_not_equal(kept->kept, other.plan->trajectories->kept, 40 * sizeof *kept->kept);
  assert_true(cut.plan->block_replicates == 0 && cut.plan->trajectories->most_kept < 40);
  for (int i = 0; i < 40; i++) assert_true(several.plan->trajectories->kept[i] < 45); /* three replicates of 15 */
  /* A run may be extended where the sample stays, and not where it does not: the hash tells. */
  trial small = trial_open("timeless", "store.trajectories={keep: sample, patients: 40}", "patients=600", "block_max=500");
  trial larger = trial_open("timeless", "store.trajectories={keep: sample, patients: 40}", "patients=1200", "block_max=500");
  trial plain = trial_open("timeless", "patients=600", "block_max=500"),
        wide = trial_open("timeless", "patients=1200", "block_max=500");
  assert_true(lind_digest_equal(plain.plan->hash, wide.plan->hash));
  assert_false(lind_digest_equal(small.plan->hash, larger.plan->hash));
  assert_true(lind_digest_equal(cut.plan->hash, cut_more.plan->hash));
  assert_true(lind_digest_equal(a.plan->hash, replicates.plan->hash));
  trial *const hashed[] = {&small, &larger, &plain, &wide};
  for (int i = 0; i < 4; i++) trial_close(hashed[i]);
  trial *const trials[] = {&a, &more, &replicates, &other, &cut, &cut_more, &several};
  for (int i = 0; i < 7; i++) trial_close(trials[i]);
}

static void what_is_refused(void **state) {
  (void)state;
  trial_refused("control", "store.trajectories={keep: all, of: truht}",
                "store.trajectories.of is 'truht', which is not an output of model");
  trial_refused("control", "store.trajectories={keep: all, of: truht}", "did you mean 'truth'");
  trial_refused("control", "store.trajectories={keep: all, of: [truth, truth]}", "store.trajectories.of");
  trial_refused("control", "store.trajectories={keep: all, at: dense}", "every is missing");
  trial_refused("control", "store.trajectories={keep: all, at: dense, every: 0 h}", "store.trajectories.every");
  trial_refused("control", "store.trajectories={keep: all, at: dense, every: 11 day}", "the trial ends at 240 h");
  trial_refused("control", "store.trajectories={keep: sample, patients: 10}",
                "1 replicates of 9 patients have 9; `keep: all` keeps them all");
  trial_refused("control", "store.trajectories={keep: al}", "keep");
  trial_refused("control", "store.trajectories={at: visits}", "keep");
  trial_refused("control", "store.trajectories={keep: all, at: dense, every: 1 ms}", "at most 100000000 are kept");
  trial_refused("control", "store.trajectories={keep: all, at: dense, every: 0.1 s}",
                "and at most 1 GiB is taken; keep a sample");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_lie_on_the_closed_form),
      cmocka_unit_test(a_bolus_decays),
      cmocka_unit_test(recording_is_harmless),
      cmocka_unit_test(visits_have_both_values),
      cmocka_unit_test(a_sample_is_a_prefix_of_a_larger_one),
      cmocka_unit_test(what_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
