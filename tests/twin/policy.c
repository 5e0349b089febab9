/* An arm that doses by twin: what a policy is shown, what a twin makes of it, what a protocol may not say. */
#include "twin_case.h"

#include "lind/plan.h"

#define PROTOCOL LIND_SOURCE_DIR "/protocols/examples/eu-pact-twin.yaml"

enum { MOST_SET = 8 };

typedef struct trial {
  lind_arena *arena;
  lind_protocol *protocol;
  lind_plan *plan;
  lind_desk *desk;
} trial;

static lind_err trial_plan(trial *t, const lind_policy *policy, const char *const *set, int n) {
  const lind_node *root;
  must(lind_arena_create(&t->arena));
  LIND_TRY(lind_protocol_read(PROTOCOL, set, n, t->arena, &t->protocol, &root));
  t->protocol->patients = 24;
  t->protocol->replicates = 1;
  return lind_plan_create_with(t->protocol, root, LIND_BACK_END_ANY, policy, t->arena, &t->plan);
}

static void trial_open(trial *t, const lind_policy *policy, const char *const *set, int n) {
  must(trial_plan(t, policy, set, n));
  must(lind_desk_create(t->plan, &t->desk));
  lind_enrol(t->desk, 0, 0, 24, NULL, NULL);
}

static void trial_close(trial *t) {
  lind_desk_destroy(&t->desk);
  lind_arena_destroy(&t->arena);
}

/* ---- what is shown: a policy that remembers what it prescribed on the stack of this test */

enum { DAYS = 100 };
typedef struct memory {
  double dose[24][DAYS];
  int calls;
} memory;

static memory remembered; /* of the policy below: its calls have no other way to the test */

static lind_err look_prepare(const lind_plan *plan, const lind_plan_dosing *dosing, lind_purposes *purposes, lind_arena *arena,
                             const void **prepared, lind_digest *digest) {
  (void)dosing, (void)purposes, (void)arena, (void)digest;
  *prepared = plan;
  return LIND_OK;
}

static lind_err look_create(const void *prepared, void **own) {
  (void)prepared;
  *own = test_calloc(1, 1);
  return LIND_OK;
}

static void look_destroy(void **own) { test_free(*own); }

static double look_dose(const void *prepared, void *own, const lind_policy_sight *sight) {
  (void)prepared, (void)own;
  double *mine = remembered.dose[sight->who.seat];
  remembered.calls++;
  assert_true(sight->n_visits >= 1);
  assert_near(sight->time[sight->n_visits - 1], 24.0 * (sight->day - 1), 1e-9); /* today's is the last */
  for (int v = 0; v < sight->n_visits; v++) assert_true(sight->value[v] > 0.5 && sight->value[v] < 25.0);
  for (int day = 1; day < sight->day; day++) assert_near(sight->dose[day - 1], mine[day], 0.0);
  lind_unit mg;
  must(lind_unit_parse("mg", &mg));
  const double dose = (1 + sight->day % 7) * mg.scale;
  for (int day = sight->day; day < DAYS; day++) mine[day] = dose;
  return dose;
}

static const lind_policy looks_on = {
    .name = "looks on", .prepare = look_prepare, .create = look_create, .destroy = look_destroy, .dose = look_dose};

/* Half of the doses are missed; what is shown is what was prescribed. */
static void doses_as_prescribed(void **state) {
  static const char *const set[] = {"conduct.adherence.miss=0.5", "conduct.dropout.yearly=0"};
  trial t;
  (void)state;
  memset(&remembered, 0, sizeof remembered);
  trial_open(&t, &looks_on, set, 2);
  lind_simulate(t.desk, 0, 24);
  assert_true(remembered.calls > 24);
  trial_close(&t);
}

/* ---- what a twin makes of it */

/* Doses are candidates; who shares a pack, and whom the desk served before, cannot be told. */
static void a_life_is_its_own(void **state) {
  trial t, alone;
  int dosed = 0;
  (void)state;
  trial_open(&t, &lind_twin_policy, NULL, 0);
  trial_open(&alone, &lind_twin_policy, NULL, 0);
  lind_simulate(t.desk, 0, 24);
  for (int s = 23; s >= 0; s--) lind_simulate(alone.desk, s, s + 1);
  const size_t days = (size_t)t.plan->n_days;
  assert_memory_equal(t.desk->dose, alone.desk->dose, 24 * days * sizeof(double));
  lind_unit mg;
  must(lind_unit_parse("mg", &mg));
  for (int s = 0; s < 24; s++)
    for (size_t d = 0; d < days && strcmp(t.protocol->arms[t.desk->arm[s]].name, "twin") == 0; d++) {
      const double dose = t.desk->dose[(size_t)s * days + d] / mg.scale;
      if (isnan(dose)) continue;
      dosed++;
      assert_true(dose >= 0.999 && dose <= 12.001);
      assert_near(dose, floor(dose + 0.5), 1e-9);
    }
  assert_true(dosed > 300);
  trial_close(&alone);
  trial_close(&t);
}

/* A twin that believes something else doses otherwise; the hash of the plan tells. */
static void a_wrong_twin_is_another(void **state) {
  static const char *const xia[] = {"dosing.by-twin.twin.model=pgx.warfarin", "dosing.by-twin.twin.set=xia-2024"};
  trial right, wrong;
  (void)state;
  trial_open(&right, &lind_twin_policy, NULL, 0);
  trial_open(&wrong, &lind_twin_policy, xia, 2);
  assert_memory_not_equal(&right.plan->hash, &wrong.plan->hash, sizeof right.plan->hash);
  lind_simulate(right.desk, 0, 24);
  lind_simulate(wrong.desk, 0, 24);
  assert_memory_not_equal(right.desk->dose, wrong.desk->dose, 24 * (size_t)right.plan->n_days * sizeof(double));
  trial_close(&wrong);
  trial_close(&right);
}

static void what_cannot_be(void **state) {
  static const struct {
    const char *set[2], *sentence;
  } rows[] = {
      {{"dosing.by-twin.dose=5 [mg]"}, "has a twin beside dose or reduce_by"},
      {{"dosing.by-twin.at=days", "dosing.by-twin.days=[1]"}, "which sees patients at visits"},
      {{"dosing.by-twin.every=12 h"}, "a twin's doses are one a day"},
      {{"dosing.extra={at: days, days: [2], give: '5 [mg]'}", "arms.twin.dosing=[extra, by-twin]"},
       "dosing.extra gives single doses"},
      {{"dosing.extra={at: days, days: [2], dose: '5 [mg]', every: 12 h}", "arms.twin.dosing=[extra, by-twin]"},
       "learns from one dose a day"},
      {{"dosing.by-twin.twin.model=pgx.nosuch"}, "nosuch"},
      {{"dosing.by-twin.twin.model=pgx.warfarin", "dosing.by-twin.twin.set=hamburg-2010"}, "did you mean 'hamberg-2010'"},
      {{"dosing.by-twin.twin.parameters.drift_ds=0"}, "drift_ds is not a parameter of model pgx.warfarin"},
      {{"dosing.by-twin.twin.parameters.assay=0"}, "residual error of 0"},
      {{"dosing.by-twin.twin.doses=1 L:3 L:1 L"}, "but the doses are"},
      {{"dosing.by-twin.twin.doses=1 mg:3 mg"}, "no from:to:by"},
      {{"dosing.by-twin.twin.reward=irn"}, "irn"},
      {{"dosing.by-twin.twin.reward=dose"}, "where a plain number is expected"},
      {{"dosing.by-twin.twin.points=7"}, "points come in pairs"},
      {{"dosing.by-twin.twin.pionts=8"}, "did you mean 'points'"},
      {{"dosing.by-twin.twin.model=pk.one_compartment"}, "dosing.by-twin.twin"},
  };
  (void)state;
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    trial t = {0};
    const int n = rows[k].set[1] != NULL ? 2 : 1;
    const lind_err err = trial_plan(&t, &lind_twin_policy, rows[k].set, n);
    if (err == LIND_OK || strstr(lind_error_message(), rows[k].sentence) == NULL)
      fail_msg("%s: %s; wanted: %s", rows[k].set[0], err == LIND_OK ? "accepted" : lind_error_message(), rows[k].sentence);
    lind_arena_destroy(&t.arena);
  }
  trial t = {0};
  assert_int_equal(trial_plan(&t, NULL, NULL, 0), LIND_ERR_INPUT); /* nobody there to fit one */
  lind_arena_destroy(&t.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(doses_as_prescribed), cmocka_unit_test(a_life_is_its_own),
                                     cmocka_unit_test(a_wrong_twin_is_another), cmocka_unit_test(what_cannot_be)};
  lind_draw_prepare();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
